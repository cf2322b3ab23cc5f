/* SPDX-License-Identifier: MIT */
/* Split virtqueues (OASIS virtio 1.2, 2.7): the rules of notification, everything that a driver can get wrong, and a
 * storm of random queues. A driver may stop its device; it can't crash, hang or escape. */
#include "tests/unit/virtio_rig.h"

#include "devices/types.h"

#include <stdlib.h>

TestSuite(virtio_queue, .init = vr_start_blk, .fini = vr_stop);

/* ---- interrupts and notifications ------------------------------------------------------------------------------- */

/* Reads sector 0 with the chain at `head` and its successors. */
static void make_read(unsigned head)
{
	vr_desc(0, head, VR_DATA, 16, NEXT, (u16)(head + 1));
	vr_desc(0, head + 1, VR_DATA + 0x1000, 513, WRITE, 0);
}

Test(virtio_queue, no_interrupt)
{
	vr_restart(0);
	make_read(0);
	vr_poke(vr_avail_ring(0), 2, 1);
	vr_offer(0, 0);
	vr_kick(0);
	vr_tick(1000000);
	cr_expect_eq(vr_used(0), 1);
	cr_expect(!vr->level);
	vr_poke(vr_avail_ring(0), 2, 0);
	vr_offer(0, 0);
	vr_kick(0);
	vr_tick(1000000);
	cr_expect(vr->level);
}

Test(virtio_queue, event_index, .description = "an interrupt when the used index passes used_event, 2.7.10")
{
	const u64 used_event = VR_QUEUE + 16 * 8 + 4 + 2 * 8, avail_event = VR_QUEUE + 4096 + 4 + 8 * 8;

	vr_restart(BIT(VIRTIO_F_EVENT_IDX));
	make_read(0);
	vr_poke(used_event, 2, 2);
	for (unsigned n = 1; n <= 8; n++) {
		vr_offer(0, 0);
		vr_kick(0);
		vr_tick(1000000);
		cr_expect_eq(vr_used(0), n);
		cr_expect_eq(vr_peek(avail_event, 2), n);
		cr_expect_eq(vr->rises, n >= 3 ? 2u : 1u, "%u", n); /* the first always; then the third */
		vr_set(R_ACK, 1);
	}
	vr_poke(used_event, 2, 8);
	for (unsigned n = 0; n < 3; n++)
		vr_offer(0, 0);
	vr_kick(0);
	vr_tick(10000000);
	cr_expect_eq(vr->rises, 3);
}

Test(virtio_queue, indices_wrap, .timeout = 60)
{
	vr_restart(BIT(VIRTIO_F_EVENT_IDX) | BIT(VIRTIO_F_INDIRECT_DESC));
	make_read(0);
	for (unsigned n = 0; n < 65536 + 10; n++) {
		vr_offer(0, 0);
		if (n % 4 == 3)
			vr_kick(0), vr_tick(200000);
	}
	vr_kick(0);
	vr_tick(1000000);
	cr_expect_eq(vr_used(0), 10);
	cr_expect_eq(vr->reads, 65536 + 10);
	cr_expect_eq(vr_get(R_STATUS), 15);
}

Test(virtio_queue, notified_too_early)
{
	cr_assert(vr_negotiate(0));
	vr_kick(0); /* no queue yet */
	vr_queue(0, 8);
	make_read(0);
	vr_offer(0, 0);
	vr_kick(0);
	vr_tick(1000000);
	cr_expect_eq(vr_used(0), 0);
	vr_go();
	vr_tick(1000000);
	cr_expect_eq(vr_used(0), 1);
}

Test(virtio_queue, features)
{
	cr_expect(!vr_negotiate(BIT(1))); /* not offered */
	vr_set(R_STATUS, 15);
	vr_queue(0, 8);
	make_read(0);
	vr_offer(0, 0);
	vr_kick(0);
	vr_tick(1000000);
	cr_expect_eq(vr_used(0), 0); /* a driver that does not look at the answer */
	cr_expect(vr_negotiate(BIT(VIRTIO_F_EVENT_IDX)));
	cr_expect(!vr_negotiate(BIT(63)));
}

/* ---- what can be wrong ------------------------------------------------------------------------------------------ */

static const u64 table = VR_DATA + 0x8000;

static void loop_to_itself(void)
{
	vr_desc(0, 0, VR_DATA, 16, NEXT, 0);
}

static void loop_of_all(void)
{
	for (unsigned i = 0; i < 8; i++)
		vr_desc(0, i, VR_DATA, 16, NEXT, (i + 1) & 7);
}

static void loop_of_nothing(void)
{
	vr_desc(0, 0, VR_DATA, 0, NEXT, 0);
}

static void next_outside(void)
{
	vr_desc(0, 0, VR_DATA, 16, NEXT, 8);
}

static void indirect(u32 len, u16 flags)
{
	vr_desc(0, 0, table, len, INDIRECT | flags, 1);
	vr_desc_at(table, 0, VR_DATA, 16, NEXT, 1);
	vr_desc_at(table, 1, VR_DATA + 0x1000, 513, WRITE, 0);
}

static void indirect_empty(void)
{
	indirect(0, 0);
}

static void indirect_odd(void)
{
	indirect(40, 0);
}

static void indirect_and_next(void)
{
	indirect(32, NEXT);
}

static void indirect_next_outside(void)
{
	indirect(16, 0);
}

static void indirect_nested(void)
{
	indirect(32, 0);
	vr_desc_at(table, 1, table, 32, INDIRECT, 0);
}

static void indirect_loop(void)
{
	indirect(32, 0);
	vr_desc_at(table, 1, VR_DATA, 1, NEXT, 0);
}

static void indirect_huge(void)
{
	indirect(0xfffffff0, 0);
	vr_desc_at(table, 0, VR_DATA, 16, NEXT, 0xffff);
	vr_desc_at(table, 0xffff, VR_DATA, 16, NEXT, 0);
}

static void indirect_nowhere(void)
{
	vr_desc(0, 0, 0x7000000, 32, INDIRECT, 0);
}

static void indirect_in_registers(void)
{
	vr_desc(0, 0, VR_SLOT, 32, INDIRECT, 0);
}

static void buffer(u64 at, u32 len)
{
	make_read(0);
	vr_desc(0, 1, at, len, WRITE, 0);
}

static void buffer_nowhere(void)
{
	buffer(VR_RAM, 513);
}

static void buffer_beyond_the_end(void)
{
	buffer(VR_RAM - 512, 513);
}

static void buffer_in_registers(void)
{
	buffer(VR_SLOT + R_NOTIFY, 4);
}

static void buffer_in_rom(void)
{
	buffer(VR_ROM, 513);
}

static void buffer_wraps(void)
{
	buffer(~0ull - 15, 513);
}

static void buffer_beyond_the_bus(void)
{
	buffer((1ull << 52) + VR_DATA, 513);
}

static void buffer_huge(void)
{
	buffer(VR_DATA, 0xffffffff);
}

static void buffers_of_4g(void)
{
	vr_desc(0, 0, table, 1024 * 16, INDIRECT, 0);
	for (unsigned i = 0; i < 1024; i++)
		vr_desc_at(table, i, 0, VR_RAM, (u16)(WRITE | (i < 1023 ? NEXT : 0)), (u16)(i + 1));
}

/* Seven in the queue and 1018 in a table. */
static void too_many_buffers(void)
{
	for (unsigned i = 0; i < 7; i++)
		vr_desc(0, i, VR_DATA, 16, NEXT, (u16)(i + 1));
	vr_desc(0, 7, table, 1018 * 16, INDIRECT, 0);
	for (unsigned i = 0; i < 1018; i++)
		vr_desc_at(table, i, VR_DATA, 1, (u16)(WRITE | (i < 1017 ? NEXT : 0)), (u16)(i + 1));
}

static void read_after_write(void)
{
	vr_desc(0, 0, VR_DATA + 0x1000, 513, NEXT | WRITE, 1);
	vr_desc(0, 1, VR_DATA, 16, 0, 0);
}

static void no_header(void)
{
	vr_desc(0, 0, VR_DATA, 15, NEXT, 1);
	vr_desc(0, 1, VR_DATA + 0x1000, 513, WRITE, 0);
}

static void no_status(void)
{
	vr_desc(0, 0, VR_DATA, 16, 0, 0);
}

static void too_many_chains(void)
{
	vr_poke(vr_avail_ring(0) + 2, 2, 8); /* and one more below */
}

static const struct {
	const char *name;
	void (*make)(void);
	u16 head;
} mistakes[] = {
	{"loop to itself", loop_to_itself, 0}, {"loop of all", loop_of_all, 0}, {"loop of nothing", loop_of_nothing, 0},
	{"next outside", next_outside, 0}, {"head outside", loop_to_itself, 8}, {"head far outside", loop_to_itself, 65535},
	{"indirect, empty", indirect_empty, 0}, {"indirect, odd", indirect_odd, 0},
	{"indirect and next", indirect_and_next, 0}, {"indirect, next outside", indirect_next_outside, 0},
	{"indirect, nested", indirect_nested, 0}, {"indirect, loop", indirect_loop, 0},
	{"indirect, huge", indirect_huge, 0}, {"indirect, nowhere", indirect_nowhere, 0},
	{"indirect, in registers", indirect_in_registers, 0}, {"buffer nowhere", buffer_nowhere, 0},
	{"buffer beyond the end", buffer_beyond_the_end, 0}, {"buffer in registers", buffer_in_registers, 0},
	{"buffer in ROM", buffer_in_rom, 0}, {"buffer wraps", buffer_wraps, 0},
	{"buffer beyond the bus", buffer_beyond_the_bus, 0}, {"buffer huge", buffer_huge, 0},
	{"buffers of 4 GiB", buffers_of_4g, 0}, {"too many buffers", too_many_buffers, 0},
	{"read after write", read_after_write, 0}, {"no header", no_header, 0}, {"no status", no_status, 0},
	{"too many chains", too_many_chains, 0},
};

/* 2.1.2: DEVICE_NEEDS_RESET and a configuration interrupt; a reset makes all well. */
Test(virtio_queue, mistakes)
{
	for (unsigned i = 0; i < countof(mistakes); i++) {
		vr_restart(BIT(VIRTIO_F_INDIRECT_DESC));
		mistakes[i].make();
		vr_offer(0, mistakes[i].head);
		vr_kick(0);
		vr_tick(100000000);
		cr_expect_eq(vr_get(R_STATUS), 0x4f, "%s: status %x", mistakes[i].name, vr_get(R_STATUS));
		cr_expect_eq(vr_get(R_ISR), 2, "%s: %x", mistakes[i].name, vr_get(R_ISR));
		cr_expect_eq(vr_used(0), 0, "%s", mistakes[i].name);
		cr_expect_eq(vr->reads, i, "%s", mistakes[i].name);
		vr_kick(0);
		vr_set(R_STATUS, 15);
		cr_expect_eq(vr_get(R_STATUS), 0x4f, "%s", mistakes[i].name);
		vr_restart(0);
		cr_expect_eq(vr_request(0, 0, VR_DATA, 512, true), 0, "%s", mistakes[i].name);
	}
}

Test(virtio_queue, indirect_was_not_negotiated)
{
	vr_restart(0);
	indirect(32, 0);
	vr_offer(0, 0);
	vr_kick(0);
	cr_expect_eq(vr_get(R_STATUS), 0x4f);
}

/* What may lie in ROM: all that is only read. */
Test(virtio_queue, reads_rom)
{
	vr_restart(BIT(VIRTIO_F_INDIRECT_DESC));
	memset(vr->rom.host, 0, 64);
	store_le64(vr->rom.host, VR_ROM + 32);
	store_le32(vr->rom.host + 8, 16);
	store_le16(vr->rom.host + 12, NEXT);
	store_le16(vr->rom.host + 14, 1);
	store_le64(vr->rom.host + 16, VR_DATA);
	store_le32(vr->rom.host + 24, 513);
	store_le16(vr->rom.host + 28, WRITE);
	vr_desc(0, 0, VR_ROM, 32, INDIRECT, 0);
	vr_offer(0, 0);
	vr_kick(0);
	vr_tick(1000000);
	cr_expect_eq(vr_used_len(0, 0), 513);
}

/* The most buffers that a chain may have, and one more. */
Test(virtio_queue, long_chains)
{
	for (unsigned extra = 0; extra < 2; extra++) {
		unsigned n = VIRTIO_CHAIN_MAX + extra;

		vr_restart(BIT(VIRTIO_F_INDIRECT_DESC));
		vr_poke(VR_DATA, 4, 0);
		for (unsigned i = 0; i < n; i++)
			vr_desc_at(table, i, i ? VR_DATA + 0x20000 + i : VR_DATA, i ? 1 : 16,
				(u16)((i ? WRITE : 0) | (i + 1 < n ? NEXT : 0)), (u16)(i + 1));
		vr_desc(0, 0, table, n * 16, INDIRECT, 0);
		vr_offer(0, 0);
		vr_kick(0);
		vr_tick(1000000);
		cr_expect_eq(vr_used(0), !extra);
		cr_expect_eq(vr_get(R_STATUS), extra ? 0x4f : 15);
	}
}

/* A ring over its own queue: what the device writes is what it reads next. It ends. */
Test(virtio_queue, rings_over_each_other)
{
	for (unsigned shift = 0; shift < 64; shift += 4) {
		cr_assert(vr_negotiate(BIT(VIRTIO_F_EVENT_IDX)));
		vr_queue(0, 8);
		vr_set(0x44, 0);
		vr_set(0xa0, (u32)vr_avail_ring(0) - 32 + shift);
		vr_set(0x44, 1);
		vr_go();
		make_read(0);
		vr_offer(0, 0);
		vr_kick(0);
		vr_tick(2000000000);
	}
}

/* ---- a storm ---------------------------------------------------------------------------------------------------- */

static u64 seed;

static u64 roll(u64 n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % n;
}

static u64 some_address(void)
{
	switch (roll(80)) {
	case 0:
		return VR_SLOT + roll(0x200);
	case 1:
		return VR_RAM - roll(600);
	case 2:
		return ~0ull - roll(600);
	case 3:
		return VR_QUEUE + roll(0x10000);
	default:
		return VR_DATA + roll(0x10000);
	}
}

static u32 some_length(void)
{
	u64 kind = roll(16);

	return kind == 0 ? (u32)roll(0x7fffffff) * 2 : kind < 4 ? (u32)roll(700) : 512 * (u32)roll(4);
}

/* One roll a statement: the order of a call's arguments is the compiler's. */
static void random_desc(unsigned q, unsigned i, unsigned at, u16 flags)
{
	u64 addr = VR_DATA + 16 * roll(8);
	u32 len = 16;
	u16 next = (u16)((at + 1) & 7);

	if (i) {
		addr = some_address();
		len = flags & NEXT ? some_length() : 1;
	}
	if (!roll(40)) {
		flags = (u16)roll(8);
		next = (u16)roll(10);
	}
	vr_desc(q, at, addr, len, flags, next);
}

static void random_header(void)
{
	u64 at = VR_DATA + 16 * roll(8), type = roll(15), sector = roll(VR_SECTORS + 8);

	type = roll(2) ? type : type & 1;
	vr_poke(at, 4, type);
	vr_poke(at + 8, 8, sector);
}

static void random_chain(unsigned q)
{
	unsigned n = 1 + (unsigned)roll(4), first = (unsigned)roll(8);
	bool to_disk = roll(2);

	for (unsigned i = 0; i < n; i++) {
		u16 flags = i + 1 < n ? NEXT : 0;

		if (i && (!to_disk || i + 1 == n))
			flags |= WRITE;
		random_desc(q, i, (first + i) & 7, flags);
	}
	random_header();
	vr_offer(q, (u16)first);
}

/* The driver starts anew. */
static void storm_restart(unsigned queues)
{
	u64 features = roll(2) ? BIT(VIRTIO_F_EVENT_IDX) | BIT(VIRTIO_F_INDIRECT_DESC) : 0;

	if (queues > 1 && roll(4))
		features |= 2; /* VIRTIO_CONSOLE_F_MULTIPORT */
	vr_negotiate(features);
	for (unsigned k = 0; k < queues; k++)
		vr_queue(k, 8);
	vr_go();
}

static u64 storm(const char *device, unsigned queues, bool legacy, unsigned steps)
{
	struct dev *target;
	struct err err;
	u64 hash;

	vr_new();
	vr->legacy = legacy;
	vr_plug("device", device, NULL)->block = &vr->block;
	if (!strcmp(device, "virtio-serial-device")) {
		vr_plug("con", "virtconsole", NULL);
		vr_plug("port", "virtserialport", "name=org.storm");
	}
	cr_assert(vr_make(&err), "%s", err.text);
	target = dev_find(vr->m, "con");
	target = target ? target : dev_find(vr->m, "device");
	seed = 1;
	for (unsigned i = 0; i < steps; i++) {
		unsigned q = (unsigned)roll(queues);

		if (i % 50 == 0 || (vr_get(R_STATUS) & VIRTIO_NEEDS_RESET))
			storm_restart(queues);
		random_chain(q);
		if (roll(3))
			vr_kick(q);
		if (!roll(3))
			vr_tick(roll(1000000));
		if (!roll(7))
			replay_input(&vr->m->replay, target, INPUT_BYTES, "input", 5);
		vr->ntext = 0;
	}
	hash = machine_hash(vr->m);
	if (!strcmp(device, "virtio-blk-device")) /* not all of it was nonsense */
		cr_expect(vr->reads > 100 && vr->writes > 100 && vr->flushes > 100, "%u %u %u", vr->reads, vr->writes,
			vr->flushes);
	vr_stop();
	return hash;
}

Test(virtio_storm, all, .timeout = 120)
{
	static const struct {
		const char *device;
		unsigned queues;
	} kinds[] = {{"virtio-blk-device", 1}, {"virtio-rng-device", 1}, {"virtio-serial-device", 6}};

	for (unsigned i = 0; i < countof(kinds); i++) {
		for (unsigned legacy = 0; legacy < 2; legacy++) {
			u64 hash = storm(kinds[i].device, kinds[i].queues, legacy, 20000);

			cr_expect_eq(hash, storm(kinds[i].device, kinds[i].queues, legacy, 20000), "%s",
				kinds[i].device);
		}
	}
}
