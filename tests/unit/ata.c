/* SPDX-License-Identifier: MIT */
/* IDE drives with a bus master: what tests/dev/ide.dev can't show: disks beyond 28 bits, hosts that fail, PRD tables
 * that make no sense, resets and saved states in the middle of a transfer. ATA/ATAPI-6; Intel 290550, 2.6. */
#include <criterion/criterion.h>

#include "devices/disk/ata.h"
#include "devices/disk/piix3_ide.h"
#include "devices/machine.h"
#include "devices/bus/pci.h"
#include "devices/types.h"

#include <stdlib.h>

enum { CMD = 0x1f0, BM = 0xc000, RAM = 1 << 20, PRD = 0x1000, DATA = 0x2000 };

struct ata_rig {
	struct machine *m;
	struct ram ram;
	struct region ram_region;
	struct host_block block;
	struct plug plugs[1];
	u64 last_offset;
	unsigned reads, writes, flushes;
	bool fails;
	u8 written[1024];
};
static struct ata_rig *r; /* as criterion wants it: each test has its own process */

static bool disk_read(void *arg, u64 off, void *data, size_t n)
{
	struct ata_rig *rig = arg;

	cr_assert(off <= rig->block.size && n <= rig->block.size - off);
	memset(data, (int)(off / 512 & 0xff), n);
	rig->last_offset = off;
	rig->reads++;
	return !rig->fails;
}

static bool disk_write(void *arg, u64 off, const void *data, size_t n)
{
	struct ata_rig *rig = arg;

	cr_assert(off <= rig->block.size && n <= rig->block.size - off);
	memcpy(rig->written, data, n < sizeof(rig->written) ? n : sizeof(rig->written));
	rig->last_offset = off;
	rig->writes++;
	return !rig->fails;
}

static bool disk_flush(void *arg)
{
	((struct ata_rig *)arg)->flushes++;
	return !((struct ata_rig *)arg)->fails;
}

static bool prepare(struct machine *m, struct err *err)
{
	if (!ram_init(&r->ram, "ram", RAM, false, err))
		return false;
	r->ram_region = (struct region){.name = "ram", .size = RAM, .on = true, .kind = REGION_RAM, .ram = &r->ram};
	space_add(&m->memory, &r->ram_region);
	return true;
}

static bool wire(struct machine *m, struct err *err)
{
	bool taken;

	piix3_ide_connect(dev_find(m, "ide"), dev_find(m, "ide0"), dev_find(m, "ide1"));
	return ide_plug(m, 0, &taken, err);
}

static const struct board_row rows[] = {
	{.type = &i440fx_type, .id = "i440fx", .at = AT_PCI, .base = 0, .irq = -1},
	{.type = &piix3_ide_type, .id = "ide", .at = AT_PCI, .base = 9, .irq = -1},
	{.type = &ata_channel_type, .id = "ide0", .at = AT_PORT, .base = CMD, .irq = 14},
	{.type = &ata_channel_type, .id = "ide1", .at = AT_PORT, .base = 0x170, .irq = 15, .opts = "index=1"},
	{0},
};
static const struct board board = {.name = "ata", .rows = rows, .prepare = prepare, .wire = wire};

static void start(const char *device, u64 size)
{
	struct machine_config config = {.board = &board, .ram_size = RAM, .nplugs = 1};
	struct err err;

	r = calloc(1, sizeof(*r));
	cr_assert(r);
	r->block = (struct host_block){
		.read = disk_read, .write = disk_write, .flush = disk_flush, .arg = r, .size = size};
	r->plugs[0] = (struct plug){.id = "disk", .device = device, .block = &r->block};
	config.plugs = r->plugs;
	r->m = machine_new(&config, &err);
	cr_assert(r->m, "%s", err.text);
	piix3_ide_enable(dev_find(r->m, "ide"), BM);
}

static void start_large(void)
{
	start("ide-hd", 1ull << 40); /* 2^31 sectors */
}

static void start_disc(void)
{
	start("ide-cd", 100 * 2048);
}

static void stop(void)
{
	machine_free(r->m);
	ram_free(&r->ram);
	free(r);
}

TestSuite(ata, .init = start_large, .fini = stop);
TestSuite(atapi, .init = start_disc, .fini = stop);

static u64 in(unsigned port, unsigned n)
{
	return space_read(&r->m->ports, port, n);
}

static void out(unsigned port, unsigned n, u64 v)
{
	space_write(&r->m->ports, port, n, v);
}

static void poke(u64 at, unsigned n, u64 v)
{
	space_write(&r->m->memory, at, n, v);
}

static void tick(u64 ns)
{
	struct clock *c = &r->m->clock;
	u64 end = clock_now(c) + ns;

	while (clock_next(c) <= end) {
		clock_skip_to(c, clock_next(c));
		clock_fire(c);
	}
	clock_skip_to(c, end);
}

static void address48(u64 lba, unsigned count)
{
	out(CMD + 2, 1, count >> 8);
	out(CMD + 2, 1, count);
	for (unsigned i = 0; i < 3; i++) {
		out(CMD + 3 + i, 1, lba >> (24 + i * 8));
		out(CMD + 3 + i, 1, lba >> i * 8);
	}
	out(CMD + 6, 1, 0xe0);
}

static void prd(unsigned n, u32 at, u32 bytes, bool last)
{
	poke(PRD + n * 8, 4, at);
	poke(PRD + n * 8 + 4, 4, (bytes & 0xffff) | (last ? 0x80000000 : 0));
}

static void start_dma(u32 table, bool to_memory)
{
	out(BM + 4, 4, table);
	out(BM + 2, 1, 6);
	out(BM, 1, to_memory ? 9 : 1);
}

static void srst(void)
{
	out(CMD + 0x206, 1, 4);
	out(CMD + 0x206, 1, 0);
	tick(2000000);
	cr_assert_eq(in(CMD + 7, 1), 0x50);
}

Test(ata, beyond_28_bits)
{
	u64 lba = 0x7ffffffe;

	prd(0, DATA, 1024, true);
	address48(lba, 2);
	out(CMD + 7, 1, 0x25);
	start_dma(PRD, true);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(r->last_offset, lba * 512);
	cr_expect_eq(in(BM + 2, 1), 4);
	cr_expect_eq(space_read(&r->m->memory, DATA + 1023, 1), 0xfe);
	address48(lba, 3);
	out(CMD + 7, 1, 0x25);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	cr_expect_eq(in(CMD + 1, 1), 0x10);
	address48(1ull << 47, 1);
	out(CMD + 7, 1, 0x24);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	out(CMD + 7, 1, 0xec);
	tick(1000000);
	for (unsigned i = 0; i < 60; i++)
		in(CMD, 2);
	cr_expect_eq(in(CMD, 4), 0x0fffffff);
	for (unsigned i = 62; i < 100; i++)
		in(CMD, 2);
	cr_expect_eq(in(CMD, 4), 0x80000000);
}

Test(ata, largest_transfer, .description = "65536 sectors into 512 regions of 64 KiB")
{
	for (unsigned i = 0; i < 512; i++)
		prd(i, 0x10000, 0, i == 511);
	address48(0, 65536);
	out(CMD + 7, 1, 0x25);
	start_dma(PRD, true);
	tick(15000000);
	cr_expect_eq(in(CMD + 0x206, 1) & 0x80, 0x80);
	tick(5000000);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(in(BM + 2, 1), 4);
	cr_expect_eq(r->last_offset, 511 * 65536);
}

Test(ata, table_without_end)
{
	for (unsigned i = 0; i < 0x10000 / 8; i++)
		poke(0x20000 + i * 8, 8, 2ull << 32 | DATA);
	address48(0, 1024);
	out(CMD + 7, 1, 0x25);
	start_dma(0x20000, true);
	tick(10000000);
	cr_expect_eq(in(BM + 2, 1), 2); /* an error, no interrupt */
	cr_expect_eq(in(CMD + 0x206, 1) & 0x80, 0x80);
	srst();
}

Test(ata, table_nowhere)
{
	address48(5, 1);
	out(CMD + 7, 1, 0x25);
	start_dma(0xfffffff8, true); /* descriptors of all ones: the end at once, and no memory there */
	tick(10000000);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	out(BM, 1, 0);
	address48(5, 1);
	out(CMD + 7, 1, 0x35);
	start_dma(0xfffffff8, false);
	tick(10000000);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(r->written[0], 0xff);
}

Test(ata, not_bus_master)
{
	struct pci_bus *bus = pci_bus_of(r->m);

	prd(0, DATA, 512, true);
	pci_config_write(bus, 9, PCI_COMMAND, 2, PCI_COMMAND_IO);
	address48(5, 1);
	out(CMD + 7, 1, 0x25);
	start_dma(PRD, true);
	tick(1000000);
	cr_expect_eq(in(BM + 2, 1), 2);
	cr_expect_eq(r->reads, 0);
	srst();
}

Test(ata, odd_regions, .description = "pieces that end within sectors")
{
	prd(0, DATA + 1, 3, false); /* both made even */
	prd(1, DATA + 0x100, 1000, false);
	prd(2, DATA + 0x1000, 4096, true);
	address48(7, 2);
	out(CMD + 7, 1, 0x25);
	start_dma(PRD, true);
	tick(1000000);
	cr_expect_eq(in(BM + 2, 1), 5); /* memory is left over: still active */
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(space_read(&r->m->memory, DATA, 4), 0x0707);
	cr_expect_eq(space_read(&r->m->memory, DATA + 0x1000 + 20, 4), 0x0808);
}

Test(ata, host_fails)
{
	r->fails = true;
	address48(0x123456789 & 0x7fffffff, 1);
	out(CMD + 7, 1, 0x24);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	cr_expect_eq(in(CMD + 1, 1), 0x40);
	cr_expect_eq(in(CMD + 3, 1), 0x89);
	prd(0, DATA, 512, true);
	address48(3, 1);
	out(CMD + 7, 1, 0x35);
	start_dma(PRD, false);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	cr_expect_eq(in(CMD + 1, 1), 0x40);
	out(CMD + 7, 1, 0xe7);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	r->fails = false;
	out(CMD + 7, 1, 0xea);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(r->flushes, 2);
}

Test(ata, write_through)
{
	out(CMD + 1, 1, 0x82);
	out(CMD + 7, 1, 0xef);
	tick(1000000);
	cr_expect_eq(r->flushes, 1);
	address48(0, 1);
	out(CMD + 7, 1, 0x34);
	for (unsigned i = 0; i < 128; i++)
		out(CMD, 4, i);
	cr_expect_eq(r->writes, 0);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(r->writes, 1);
	cr_expect_eq(r->flushes, 2);
	cr_expect_eq(r->written[508], 127);
}

Test(ata, reset_during_a_write)
{
	prd(0, DATA, 512, true);
	address48(0, 1);
	out(CMD + 7, 1, 0x35);
	start_dma(PRD, false);
	srst();
	tick(10000000);
	cr_expect_eq(r->writes, 0);
	cr_expect_eq(in(BM + 2, 1), 1);
	out(BM, 1, 0);
	address48(0, 2);
	out(CMD + 7, 1, 0x34);
	for (unsigned i = 0; i < 100; i++)
		out(CMD, 2, i);
	srst();
	cr_expect_eq(r->writes, 0);
}

Test(ata, read_only)
{
	struct dev *d = dev_find(r->m, "ide0");

	((struct ata_links *)d->links)->unit[0].block.write = NULL;
	address48(0, 1);
	out(CMD + 7, 1, 0x34);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	cr_expect_eq(in(CMD + 1, 1), 4);
}

/* A machine that was saved in the middle of a transfer goes on as the one that was not. */
Test(ata, saved_in_the_middle)
{
	struct dev *d = dev_find(r->m, "ide0");
	size_t size = state_saved_size(d->type->state);
	u8 *image = malloc(size), *again = malloc(size);
	struct event *e;

	out(CMD + 2, 1, 16);
	out(CMD + 7, 1, 0xc6);
	tick(1000000);
	address48(9, 20);
	out(CMD + 7, 1, 0x29);
	tick(1000);
	e = r->m->clock.queue;
	cr_assert(e && e->armed);
	state_save(d->type->state, d->state, image);
	out(CMD + 0x206, 1, 4);
	cr_assert(!e->armed);
	state_load(d->type->state, d->state, image);
	event_relink(e);
	state_save(d->type->state, d->state, again);
	cr_expect_arr_eq(image, again, size);
	tick(1000000);
	for (unsigned i = 0; i < 16 * 256; i++)
		cr_assert_eq(in(CMD, 2), 0x0909);
	cr_expect_eq(in(CMD + 7, 1), 0xd0);
	tick(1000000);
	cr_expect_eq(in(CMD + 7, 1), 0x58);
	for (unsigned i = 0; i < 4 * 256; i++)
		cr_assert_eq(in(CMD, 2), 0x1919);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	free(image);
	free(again);
}

static void packet(const u8 *p, bool dma, unsigned limit)
{
	out(CMD + 1, 1, dma);
	out(CMD + 4, 1, limit);
	out(CMD + 5, 1, limit >> 8);
	out(CMD + 7, 1, 0xa0);
	for (unsigned i = 0; i < 12; i += 2)
		out(CMD, 2, load_le16(p + i));
	tick(1000000);
}

static void start_reading(void)
{
	static const u8 ready[12] = {0};

	packet(ready, false, 2048);
	cr_assert_eq(in(CMD + 1, 1), 0x64); /* the power-on */
	packet(ready, false, 2048);
	cr_assert_eq(in(CMD + 7, 1), 0x50);
}

Test(atapi, byte_count_limit, .description = "an odd limit is rounded down, but for the last block")
{
	static const u8 read[12] = {0x28, 0, 0, 0, 0, 5, 0, 0, 1};
	unsigned total = 0;

	start_reading();
	packet(read, false, 1001);
	while (in(CMD + 0x206, 1) == 0x58) {
		unsigned n = (unsigned)in(CMD + 4, 1) | (unsigned)in(CMD + 5, 1) << 8;

		cr_assert_eq(n, total < 2000 ? 1000 : 48);
		cr_assert_eq(in(CMD + 2, 1), 2);
		for (unsigned i = 0; i < n; i += 2)
			in(CMD, 2);
		total += n;
		tick(1000000);
	}
	cr_expect_eq(total, 2048);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(in(CMD + 2, 1), 3);
	packet(read, false, 0);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
}

Test(atapi, host_fails)
{
	static const u8 read[12] = {0xa8, 0, 0, 0, 0, 5, 0, 0, 0, 2}, too_far[12] = {0xa8, 0, 0, 0, 0, 99, 0, 0, 0, 2};

	start_reading();
	packet(too_far, false, 2048);
	cr_expect_eq(in(CMD + 1, 1), 0x54);
	r->fails = true;
	packet(read, false, 2048);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	cr_expect_eq(in(CMD + 1, 1), 0x34);
	prd(0, DATA, 4096, true);
	start_dma(PRD, true);
	packet(read, true, 0);
	cr_expect_eq(in(CMD + 7, 1), 0x51);
	cr_expect_eq(in(CMD + 1, 1), 0x34);
	r->fails = false;
	out(BM, 1, 0);
	start_dma(PRD, true);
	packet(read, true, 0);
	cr_expect_eq(in(CMD + 7, 1), 0x50);
	cr_expect_eq(in(BM + 2, 1), 4);
	cr_expect_eq(space_read(&r->m->memory, DATA + 4095, 1), 20);
}
