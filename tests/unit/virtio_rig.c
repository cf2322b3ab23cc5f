/* SPDX-License-Identifier: MIT */
/* The machine and the driver that virtio_rig.h describes: queues are laid out as OASIS virtio 1.2, 2.7 says, registers
 * written in the order of 3.1.1 and 4.2.3.2. */
#include "tests/unit/virtio_rig.h"

#include "devices/types.h"
#include "devices/virtio/virtio_mmio.h"

#include <stdlib.h>

struct virtio_rig *vr;

/* ---- the host --------------------------------------------------------------------------------------------------- */

static bool disk_read(void *arg, u64 off, void *data, size_t n)
{
	struct virtio_rig *r = arg;

	cr_assert(off <= r->block.size && n <= r->block.size - off);
	memcpy(data, r->disk + off, n);
	r->reads++;
	return !r->disk_fails;
}

static bool disk_write(void *arg, u64 off, const void *data, size_t n)
{
	struct virtio_rig *r = arg;

	cr_assert(off <= r->block.size && n <= r->block.size - off);
	r->writes++;
	if (r->disk_fails)
		return false;
	memcpy(r->disk + off, data, n);
	return true;
}

static bool disk_flush(void *arg)
{
	struct virtio_rig *r = arg;

	r->flushes++;
	return !r->disk_fails;
}

static void take_text(void *arg, const u8 *data, size_t n)
{
	struct virtio_rig *r = arg;

	n = (size_t)min_u64(n, sizeof(r->text) - r->ntext);
	memcpy(r->text + r->ntext, data, n);
	r->ntext += n;
}

/* ---- the machine ------------------------------------------------------------------------------------------------ */

static void set_level(void *arg, unsigned pin, bool level)
{
	struct virtio_rig *r = arg;

	(void)pin;
	r->rises += level && !r->level;
	r->level = level;
}

static void code_written(void *arg, struct ram *ram, u64 off, u64 len)
{
	struct virtio_rig *r = arg;

	(void)ram;
	r->code_from = off;
	r->code_len = len;
}

static bool prepare(struct machine *m, struct err *err)
{
	if (!ram_init(&vr->ram, "ram", VR_RAM, false, err) || !ram_init(&vr->rom, "rom", 0x10000, true, err))
		return false;
	vr->ram.code_written = code_written;
	vr->ram.code_arg = vr;
	vr->ram_region = (struct region){.name = "ram", .size = VR_RAM, .on = true, .ram = &vr->ram};
	vr->rom_region = (struct region){
		.name = "rom", .base = VR_ROM, .size = 0x10000, .on = true, .kind = REGION_ROM, .ram = &vr->rom};
	space_add(&m->memory, &vr->ram_region);
	space_add(&m->memory, &vr->rom_region);
	m->irqs[VR_IRQ] = (struct line){set_level, vr, 0};
	return true;
}

static const struct board_row rows[] = {
	{.type = &virtio_mmio_type, .id = "slot0", .at = AT_MEM, .base = VR_SLOT - 0x200, .irq = VR_IRQ - 1},
	{.type = &virtio_mmio_type, .id = "slot1", .at = AT_MEM, .base = VR_SLOT, .irq = VR_IRQ},
	{0},
};
static const struct board board = {.name = "virtio", .rows = rows, .prepare = prepare, .wire = virtio_mmio_plug_all};

void vr_new(void)
{
	vr = calloc(1, sizeof(*vr));
	cr_assert(vr);
	for (unsigned i = 0; i < sizeof(vr->disk); i++)
		vr->disk[i] = (u8)(i / 512 ^ i);
	vr->block = (struct host_block){
		.read = disk_read, .write = disk_write, .flush = disk_flush, .arg = vr, .size = sizeof(vr->disk)};
}

struct plug *vr_plug(const char *id, const char *device, const char *opts)
{
	struct plug *p = vr->plugs;

	while (p->device)
		p++;
	snprintf(p->id, sizeof(p->id), "%s", id);
	p->device = device;
	p->opts = opts;
	p->chr = (struct host_char){take_text, vr};
	return p;
}

bool vr_make(struct err *err)
{
	struct machine_config config = {
		.board = &board, .ram_size = VR_RAM, .plugs = vr->plugs, .virtio_legacy = vr->legacy};

	while (config.nplugs < countof(vr->plugs) && vr->plugs[config.nplugs].device)
		config.nplugs++;
	vr->m = machine_new(&config, err);
	return vr->m;
}

void vr_stop(void)
{
	machine_free(vr->m);
	ram_free(&vr->ram);
	ram_free(&vr->rom);
	free(vr);
	vr = NULL;
}

void vr_start_blk(void)
{
	struct err err;

	vr_new();
	vr_plug("disk", "virtio-blk-device", "serial=twenty bytes of name")->block = &vr->block;
	cr_assert(vr_make(&err), "%s", err.text);
}

/* ---- accesses --------------------------------------------------------------------------------------------------- */

u32 vr_get(unsigned reg)
{
	return (u32)space_read(&vr->m->memory, VR_SLOT + reg, 4);
}

void vr_set(unsigned reg, u32 value)
{
	space_write(&vr->m->memory, VR_SLOT + reg, 4, value);
}

u64 vr_peek(u64 at, unsigned bytes)
{
	return space_read(&vr->m->memory, at, bytes);
}

void vr_poke(u64 at, unsigned bytes, u64 value)
{
	space_write(&vr->m->memory, at, bytes, value);
}

void vr_tick(u64 ns)
{
	struct clock *c = &vr->m->clock;
	u64 end = clock_now(c) + ns;

	while (clock_next(c) <= end) {
		clock_skip_to(c, clock_next(c));
		clock_fire(c);
	}
	clock_skip_to(c, end);
}

/* ---- the driver ------------------------------------------------------------------------------------------------- */

bool vr_negotiate(u64 features)
{
	features |= vr->legacy ? 0 : BIT(VIRTIO_F_VERSION_1);
	vr_set(R_STATUS, 0);
	vr_set(R_STATUS, 1);
	vr_set(R_STATUS, 3);
	vr_set(0x28, 4096);
	for (unsigned half = 0; half < 2; half++) {
		vr_set(0x24, half);
		vr_set(0x20, (u32)(features >> half * 32));
	}
	if (vr->legacy)
		return true;
	vr_set(R_STATUS, 11);
	return vr_get(R_STATUS) == 11;
}

u64 vr_desc_table(unsigned q)
{
	return VR_QUEUE + ((u64)q << 14);
}

u64 vr_avail_ring(unsigned q)
{
	return vr_desc_table(q) + 16u * vr->size[q];
}

u64 vr_used_ring(unsigned q)
{
	return vr_desc_table(q) + 4096;
}

void vr_queue(unsigned q, u16 size)
{
	u64 at = vr_desc_table(q);

	for (u64 i = 0; i < 0x4000; i += 8)
		vr_poke(at + i, 8, 0);
	vr->size[q] = size;
	vr_set(0x30, q);
	vr_set(0x38, size);
	vr_set(0x80, (u32)at);
	vr_set(0x90, (u32)vr_avail_ring(q));
	vr_set(0xa0, (u32)vr_used_ring(q));
	vr_set(0x84, 0);
	vr_set(0x94, 0);
	vr_set(0xa4, 0);
	vr_set(0x44, 1);
	vr_set(0x3c, 4096);
	vr_set(0x40, (u32)(at / 4096));
}

void vr_go(void)
{
	vr_set(R_STATUS, 15);
}

void vr_restart(u64 features)
{
	cr_assert(vr_negotiate(features));
	vr_queue(0, 8);
	vr_go();
	cr_assert_eq(vr_get(R_STATUS), 15);
	vr->rises = 0;
}

void vr_desc_at(u64 table, unsigned i, u64 addr, u32 len, u16 flags, u16 next)
{
	vr_poke(table + i * 16, 8, addr);
	vr_poke(table + i * 16 + 8, 4, len);
	vr_poke(table + i * 16 + 12, 2, flags);
	vr_poke(table + i * 16 + 14, 2, next);
}

void vr_desc(unsigned q, unsigned i, u64 addr, u32 len, u16 flags, u16 next)
{
	vr_desc_at(vr_desc_table(q), i, addr, len, flags, next);
}

void vr_offer(unsigned q, u16 head)
{
	u64 avail = vr_avail_ring(q);
	u16 n = (u16)vr_peek(avail + 2, 2);

	vr_poke(avail + 4 + 2u * (n % vr->size[q]), 2, head);
	vr_poke(avail + 2, 2, n + 1u);
}

void vr_kick(unsigned q)
{
	vr_set(R_NOTIFY, q);
}

u16 vr_used(unsigned q)
{
	return (u16)vr_peek(vr_used_ring(q) + 2, 2);
}

u32 vr_used_id(unsigned q, u16 n)
{
	return (u32)vr_peek(vr_used_ring(q) + 4 + 8u * (n % vr->size[q]), 4);
}

u32 vr_used_len(unsigned q, u16 n)
{
	return (u32)vr_peek(vr_used_ring(q) + 8 + 8u * (n % vr->size[q]), 4);
}

u8 vr_request(u32 type, u64 sector, u64 data, u32 len, bool from_disk)
{
	const u64 header = VR_DATA - 0x100, status = VR_DATA - 0x10;
	u16 before = vr_used(0);

	vr_poke(header, 4, type);
	vr_poke(header + 8, 8, sector);
	vr_poke(status, 1, 0xee);
	vr_desc(0, 0, header, 16, NEXT, len ? 1 : 2);
	vr_desc(0, 1, data, len, NEXT | (from_disk ? WRITE : 0), 2);
	vr_desc(0, 2, status, 1, WRITE, 0);
	vr_offer(0, 0);
	vr_kick(0);
	vr_tick(100000000);
	cr_assert_eq(vr_used(0), (u16)(before + 1));
	return (u8)vr_peek(status, 1);
}
