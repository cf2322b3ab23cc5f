/* SPDX-License-Identifier: MIT */
/* The virtio disk with real queues in memory: every request type of OASIS virtio 1.2, 5.2.6, when it ends, what fails,
 * and that nothing is lost between a saved and a loaded machine. */
#include "tests/unit/virtio_rig.h"

#include <stdlib.h>

enum { F_RO = 5, F_FLUSH = 9, F_WCE = 11, F_DISCARD = 13, F_ZEROES = 14 };
enum { IN, OUT, FLUSH = 4, GET_ID = 8, DISCARD = 11, ZEROES = 13 };
enum { OK, IOERR, UNSUPP };

TestSuite(virtio_blk, .init = vr_start_blk, .fini = vr_stop);

static void fill(u64 at, unsigned n, unsigned seed)
{
	for (unsigned i = 0; i < n; i++)
		vr_poke(at + i, 1, (i * 7 + seed) & 0xff);
}

Test(virtio_blk, write_flush_read)
{
	vr_restart(BIT(F_FLUSH));
	fill(VR_DATA, 4096, 3);
	cr_expect_eq(vr_request(OUT, 17, VR_DATA, 4096, false), OK);
	cr_expect_eq(vr_used_len(0, 0), 1);
	cr_expect_eq(vr->flushes, 0);
	cr_expect_eq(vr_request(FLUSH, 0, 0, 0, false), OK);
	cr_expect_eq(vr->flushes, 1);
	cr_expect_eq(vr_request(IN, 17, VR_DATA + 0x10000, 4096, true), OK);
	cr_expect_eq(vr_used_len(0, 2), 4097);
	for (unsigned i = 0; i < 4096; i++) {
		cr_assert_eq(vr->disk[17 * 512 + i], (i * 7 + 3) & 0xff);
		cr_assert_eq(vr_peek(VR_DATA + 0x10000 + i, 1), (i * 7 + 3) & 0xff);
	}
	cr_expect_eq(vr->rises, 1); /* nobody acknowledged */
	cr_expect_eq(vr_get(R_ISR), 1);
	vr_set(R_ACK, 1);
	cr_expect(!vr->level);
}

/* Where the header, the data and the status begin and end is the driver's business (2.7.4). */
Test(virtio_blk, any_layout, .description = "buffers of odd lengths in an indirect table")
{
	const u64 table = VR_DATA + 0x8000, at = VR_DATA;

	vr_restart(BIT(VIRTIO_F_INDIRECT_DESC));
	vr_poke(at, 4, IN);
	vr_poke(at + 0x108, 8, 2);
	vr_desc_at(table, 1, at + 3, 5, NEXT, 7);
	vr_desc_at(table, 7, at + 0x108, 0, NEXT, 2); /* nothing at all */
	vr_desc_at(table, 2, at + 0x108, 8, NEXT, 3);
	vr_desc_at(table, 3, at + 0x1001, 1, NEXT | WRITE, 4);
	vr_desc_at(table, 4, at + 0x2003, 510, NEXT | WRITE, 6);
	vr_desc_at(table, 6, at + 0x3000, 2, WRITE, 0); /* the last byte of data, the status */
	vr_desc_at(table, 0, at, 3, NEXT, 1);
	vr_desc(0, 4, table, 8 * 16, INDIRECT, 9);
	vr_poke(at + 0x3001, 1, 0xee);
	vr_offer(0, 4);
	vr_kick(0);
	vr_tick(1000000);
	cr_assert_eq(vr_used(0), 1);
	cr_expect_eq(vr_used_id(0, 0), 4);
	cr_expect_eq(vr_used_len(0, 0), 513);
	cr_expect_eq(vr_peek(at + 0x1001, 1), vr->disk[1024]);
	cr_expect_eq(vr_peek(at + 0x2003, 1), vr->disk[1025]);
	cr_expect_eq(vr_peek(at + 0x2003 + 509, 1), vr->disk[1024 + 510]);
	cr_expect_eq(vr_peek(at + 0x3000, 1), vr->disk[1024 + 511]);
	cr_expect_eq(vr_peek(at + 0x3001, 1), OK);
}

Test(virtio_blk, ends_when_it_must, .description = "20 us and 500 ns for each KiB, one after the other")
{
	const u64 header = VR_DATA, status = VR_DATA + 0x20;

	vr_restart(0);
	vr_poke(header, 4, IN);
	vr_poke(header + 8, 8, 1);
	vr_desc(0, 0, header, 16, NEXT, 1);
	vr_desc(0, 1, VR_DATA + 0x1000, 2048 - 17, NEXT | WRITE, 2); /* 2 KiB in all: not whole sectors */
	vr_desc(0, 2, status, 1, WRITE, 0);
	vr_desc(0, 4, header, 16, NEXT, 5);
	vr_desc(0, 5, VR_DATA + 0x2000, 512, NEXT | WRITE, 6);
	vr_desc(0, 6, status + 1, 1, WRITE, 0);
	vr_poke(status, 2, 0xeeee);
	vr_offer(0, 0);
	vr_offer(0, 4);
	vr_kick(0);
	vr_kick(0);
	vr_tick(20999);
	cr_expect_eq(vr_used(0), 0);
	vr_tick(1);
	cr_expect_eq(vr_used(0), 1);
	cr_expect_eq(vr_peek(status, 2), 0xee00 | IOERR);
	vr_set(R_ACK, 1);
	cr_expect(!vr->level);
	vr_tick(20257);
	cr_expect_eq(vr_used(0), 1);
	cr_expect_eq(vr_peek(VR_DATA + 0x2000, 8), 0);
	vr_tick(1);
	cr_expect_eq(vr_used(0), 2);
	cr_expect_eq(vr_used_id(0, 1), 4);
	cr_expect_eq(vr_peek(VR_DATA + 0x2000, 1), vr->disk[512]);
	cr_expect_eq(vr_peek(status, 2), IOERR);
	cr_expect(vr->level);
}

Test(virtio_blk, range)
{
	vr_restart(0);
	cr_expect_eq(vr_request(IN, VR_SECTORS - 2, VR_DATA, 1024, true), OK);
	cr_expect_eq(vr_request(IN, VR_SECTORS - 1, VR_DATA, 1024, true), IOERR);
	cr_expect_eq(vr_request(IN, VR_SECTORS, VR_DATA, 512, true), IOERR);
	cr_expect_eq(vr_request(IN, ~0ull, VR_DATA, 1024, true), IOERR);
	cr_expect_eq(vr_request(IN, 1ull << 55, VR_DATA, 512, true), IOERR);
	cr_expect_eq(vr_request(IN, 0, VR_DATA, 511, true), IOERR);
	cr_expect_eq(vr_request(OUT, VR_SECTORS - 1, VR_DATA, 1024, false), IOERR);
	cr_expect_eq(vr_request(OUT, 0, VR_DATA, 513, false), IOERR);
	cr_expect_eq(vr->writes, 0);
	cr_expect_eq(vr_request(99, 0, 0, 0, false), UNSUPP);
	cr_expect_eq(vr_get(R_STATUS), 15);
}

Test(virtio_blk, host_fails)
{
	vr_restart(BIT(F_FLUSH));
	vr->disk_fails = true;
	cr_expect_eq(vr_request(IN, 0, VR_DATA, 512, true), IOERR);
	cr_expect_eq(vr_used_len(0, 0), 0); /* no byte of the data can be relied on */
	cr_expect_eq(vr_request(OUT, 0, VR_DATA, 512, false), IOERR);
	cr_expect_eq(vr_request(FLUSH, 0, 0, 0, false), IOERR);
	vr->disk_fails = false;
	cr_expect_eq(vr_request(FLUSH, 0, 0, 0, false), OK);
}

/* 5.2.5 and 5.2.6.2: a driver that does not flush must not lose anything. */
Test(virtio_blk, write_through)
{
	vr_restart(0);
	cr_expect_eq(vr_get(0x120) & 0xff, 0);
	cr_expect_eq(vr_request(OUT, 0, VR_DATA, 512, false), OK);
	cr_expect_eq(vr->flushes, 1);
	vr_restart(BIT(F_FLUSH) | BIT(F_WCE));
	cr_expect_eq(vr_get(0x120) & 0xff, 1);
	cr_expect_eq(vr_request(OUT, 0, VR_DATA, 512, false), OK);
	cr_expect_eq(vr->flushes, 1);
	space_write(&vr->m->memory, VR_SLOT + 0x120, 1, 0);
	cr_expect_eq(vr->flushes, 2); /* what was written before */
	cr_expect_eq(vr_request(OUT, 0, VR_DATA, 512, false), OK);
	cr_expect_eq(vr->flushes, 3);
}

Test(virtio_blk, identifies)
{
	vr_restart(0);
	vr_poke(VR_DATA + 16, 8, ~0ull);
	cr_expect_eq(vr_request(GET_ID, 0, VR_DATA, 20, true), OK);
	cr_expect_arr_eq(vr->ram.host + VR_DATA, "twenty bytes of name\xff", 21);
	cr_expect_eq(vr_request(GET_ID, 0, VR_DATA + 0x100, 3, true), OK);
	cr_expect_arr_eq(vr->ram.host + VR_DATA + 0x100, "twe\0", 4);
}

static u8 range_request(u32 type, u64 sector, u32 count, u32 flags)
{
	vr_poke(VR_DATA, 8, sector);
	vr_poke(VR_DATA + 8, 4, count);
	vr_poke(VR_DATA + 12, 4, flags);
	return vr_request(type, 0, VR_DATA, 16, false);
}

Test(virtio_blk, discard_and_zeroes)
{
	u8 before[1024];

	vr_restart(BIT(F_DISCARD) | BIT(F_ZEROES) | BIT(F_FLUSH));
	memcpy(before, vr->disk + 512, sizeof(before));
	cr_expect_eq(range_request(DISCARD, 1, 2, 0), OK);
	cr_expect_arr_eq(vr->disk + 512, before, sizeof(before));
	cr_expect_eq(range_request(ZEROES, 2, 1, 1), OK);
	for (unsigned i = 0; i < 512; i++) {
		cr_assert_eq(vr->disk[512 + i], before[i]);
		cr_assert_eq(vr->disk[1024 + i], 0);
		cr_assert_eq(vr->disk[1536 + i], (u8)(3 ^ i));
	}
	cr_expect_eq(range_request(DISCARD, 1, 2, 1), UNSUPP);
	cr_expect_eq(range_request(ZEROES, 1, 2, 2), UNSUPP);
	cr_expect_eq(range_request(ZEROES, VR_SECTORS - 1, 2, 0), IOERR);
	cr_expect_eq(range_request(DISCARD, ~0ull, 2, 0), IOERR);
	cr_expect_eq(range_request(ZEROES, 0, 0x10001, 0), IOERR);
	cr_expect_eq(vr_request(DISCARD, 0, VR_DATA, 32, false), IOERR); /* one segment is the most */
	cr_expect_eq(vr_request(DISCARD, 0, VR_DATA, 15, false), IOERR);
}

Test(virtio_blk_special, read_only, .init = vr_new, .fini = vr_stop)
{
	struct err err;

	vr->block.write = NULL;
	vr_plug("disk", "virtio-blk-device", NULL)->block = &vr->block;
	cr_assert(vr_make(&err));
	vr_set(0x14, 0);
	cr_expect_eq(vr_get(R_FEATURES) & (BIT(F_RO) | BIT(F_DISCARD)), BIT(F_RO));
	vr_restart(BIT(F_RO));
	cr_expect_eq(vr_request(OUT, 0, VR_DATA, 512, false), IOERR);
	cr_expect_eq(range_request(ZEROES, 0, 1, 0), IOERR);
	cr_expect_eq(vr_request(IN, 0, VR_DATA, 512, true), OK);
}

Test(virtio_blk, code_is_noticed)
{
	vr_restart(0);
	vr->ram.page_flags[(VR_DATA + 0x1000) >> RAM_PAGE_BITS] |= RAM_CODE;
	cr_expect_eq(vr_request(IN, 0, VR_DATA + 0x0f00, 512, true), OK);
	cr_expect_eq(vr->code_from, VR_DATA + 0x1000);
	cr_expect_eq(vr->code_len, 256);
}

/* A machine that was saved in the middle of a request goes on as the one that was not. */
Test(virtio_blk, saved_in_the_middle)
{
	struct dev *d = dev_find(vr->m, "disk");
	size_t size = state_saved_size(d->type->state);
	u8 *image = malloc(size), *again = malloc(size);
	struct event *e = NULL;

	vr_restart(0);
	vr_poke(VR_DATA, 4, IN);
	vr_poke(VR_DATA + 8, 8, 3);
	vr_desc(0, 0, VR_DATA, 16, NEXT, 1);
	vr_desc(0, 1, VR_DATA + 0x1000, 513, WRITE, 0);
	vr_offer(0, 0);
	vr_kick(0);
	vr_tick(1000);
	e = vr->m->clock.queue;
	cr_assert(e && e->armed);
	state_save(d->type->state, d->state, image);
	vr_set(R_STATUS, 0);
	cr_assert(!e->armed);
	state_load(d->type->state, d->state, image);
	event_relink(e);
	state_save(d->type->state, d->state, again);
	cr_expect_arr_eq(image, again, size);
	vr_tick(1000000);
	cr_expect_eq(vr_used(0), 1);
	cr_expect_eq(vr_peek(VR_DATA + 0x1001, 1), vr->disk[3 * 512 + 1]);
	free(image);
	free(again);
}

Test(virtio_blk, reset_drops_the_request)
{
	vr_restart(0);
	vr_poke(VR_DATA, 4, OUT);
	vr_desc(0, 0, VR_DATA, 16 + 512, NEXT, 1);
	vr_desc(0, 1, VR_DATA + 0x1000, 1, WRITE, 0);
	vr_offer(0, 0);
	vr_kick(0);
	vr_set(R_STATUS, 0);
	vr_tick(1000000);
	cr_expect_eq(vr->writes, 0);
	cr_expect_eq(vr_used(0), 0);
	cr_expect(!vr->level);
	vr_restart(0);
	cr_expect_eq(vr_request(IN, 0, VR_DATA, 512, true), OK);
}

/* The interface before virtio 1.0, as U-Boot and old kernels speak it. */
Test(virtio_blk_special, legacy, .init = vr_new, .fini = vr_stop)
{
	struct err err;

	vr->legacy = true;
	vr_plug("disk", "virtio-blk-device", NULL)->block = &vr->block;
	cr_assert(vr_make(&err));
	cr_expect_eq(vr_get(R_VERSION), 1);
	vr_negotiate(BIT(F_FLUSH));
	vr_queue(0, 16);
	cr_expect_eq(vr_get(0x40), VR_QUEUE / 4096);
	vr_set(R_STATUS, 7);
	cr_expect_eq(vr_request(IN, 9, VR_DATA, 512, true), OK);
	cr_expect_eq(vr_peek(VR_DATA, 1), vr->disk[9 * 512]);
	cr_expect(vr->level);
	vr_set(R_ACK, 3);
	cr_expect(!vr->level);
}
