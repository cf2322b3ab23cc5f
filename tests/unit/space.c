/* SPDX-License-Identifier: MIT */
/* Address spaces (mem/space.h): which region answers where, how accesses are split for a device, what happens at edges,
 * holes and the end of the space, and that DMA and typed accesses see the same memory. */
#include <criterion/criterion.h>

#include "mem/space.h"

#include <stdio.h>

enum { RAM_SIZE = 0x4000, LOG = 32 };

/* A device that writes down how it is accessed; reads give one byte per address: the address's low byte. */
struct spy {
	unsigned n;
	struct {
		u64 off, value;
		unsigned size;
		bool write;
	} log[LOG];
};

static u64 spy_read(void *dev, u64 off, unsigned size)
{
	struct spy *s = dev;
	u64 v = 0;

	cr_assert(s->n < LOG);
	s->log[s->n].off = off;
	s->log[s->n].size = size;
	s->log[s->n++].write = false;
	for (unsigned i = 0; i < size; i++)
		v |= ((off + i) & 0xff) << (i * 8);
	return v;
}

static void spy_write(void *dev, u64 off, unsigned size, u64 value)
{
	struct spy *s = dev;

	cr_assert(s->n < LOG);
	s->log[s->n].off = off;
	s->log[s->n].size = size;
	s->log[s->n].value = value;
	s->log[s->n++].write = true;
}

static struct space mem;
static struct ram ram, rom;
static struct spy spy;
static struct region low, io;

static void start(void)
{
	struct err err;

	space_init(&mem, "mem", 0xffff, NULL);
	cr_assert(ram_init(&ram, "ram", RAM_SIZE, false, &err) && ram_init(&rom, "rom", RAM_SIZE, true, &err));
	low = (struct region){.name = "ram", .size = RAM_SIZE, .on = true, .kind = REGION_RAM, .ram = &ram};
	space_add(&mem, &low);
}

static void finish(void)
{
	space_free(&mem);
	ram_free(&ram);
	ram_free(&rom);
}

TestSuite(space, .init = start, .fini = finish);

static void add_io(u64 base, u64 size, const struct region_ops *ops)
{
	io = (struct region){.name = "io", .base = base, .size = size, .on = true, .kind = REGION_IO, .ops = ops,
		.dev = &spy};
	space_add(&mem, &io);
}

/* The map as text: "base-last name; ..." */
static const char *map_text(const struct space *s)
{
	static char text[512];
	size_t n = 0;

	*text = 0;
	for (unsigned i = 0; i < s->nmap; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%llx-%llx %s", i ? "; " : "",
			(unsigned long long)s->map[i].base, (unsigned long long)s->map[i].last, s->map[i].region->name);
	return text;
}

static const struct region_ops any_size = {spy_read, spy_write, 0, 0};

/* ---- who answers --------------------------------------------------------------------------------------------- */

Test(space, higher_priority_wins)
{
	add_io(0x1000, 0x1000, &any_size);
	io.priority = 1;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-fff ram; 1000-1fff io; 2000-3fff ram");
	io.priority = -1;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-3fff ram");
	io.priority = 0;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-fff ram; 1000-1fff io; 2000-3fff ram", "of equals, the later added");
}

Test(space, regions_move_and_go)
{
	struct region *r = &io;

	add_io(0x8000, 0x100, &any_size);
	cr_expect_str_eq(map_text(&mem), "0-3fff ram; 8000-80ff io");
	r->base = 0x3f80;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-3f7f ram; 3f80-407f io");
	r->on = false;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-3fff ram");
	r->on = true;
	r->size = 0;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-3fff ram", "size 0 is empty");
	r->base = 0x10000;
	r->size = 1;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-3fff ram", "beyond the end");
	r->base = 0xfff0;
	r->size = 0x100;
	space_update(&mem);
	cr_expect_str_eq(map_text(&mem), "0-3fff ram; fff0-ffff io", "cut at the end");
	space_remove(&mem, r);
	cr_expect_str_eq(map_text(&mem), "0-3fff ram");
	space_remove(&mem, r);
}

Test(space, the_whole_64_bits)
{
	struct space wide;
	struct region all = {.name = "all", .size = ~0ull, .on = true, .kind = REGION_IO, .ops = &any_size,
		.dev = &spy};

	space_init(&wide, "wide", ~0ull, NULL);
	space_add(&wide, &all);
	cr_expect_eq(wide.nmap, 1u);
	cr_expect_eq(wide.map[0].last, ~0ull - 1, "a size cannot say 2^64");
	all.base = 1;
	space_update(&wide);
	cr_expect(!space_find(&wide, 0));
	cr_expect(space_find(&wide, ~0ull) != NULL);
	space_free(&wide);
}

static void count_change(void *arg)
{
	++*(unsigned *)arg;
}

/* System-management memory over normal memory: what the upper space leaves open shows the lower one. */
Test(space, overlay)
{
	struct space smm;
	struct region smram = {.name = "smram", .base = 0x2000, .size = 0x1000, .on = true, .kind = REGION_ROM,
		.ram = &rom};
	unsigned changes = 0;

	space_init(&smm, "smm", 0xffff, &mem);
	cr_expect_str_eq(map_text(&smm), "0-3fff ram");
	space_add(&smm, &smram);
	cr_expect_str_eq(map_text(&smm), "0-1fff ram; 2000-2fff smram; 3000-3fff ram");
	cr_expect_str_eq(map_text(&mem), "0-3fff ram");
	smm.changed = count_change;
	smm.changed_arg = &changes;
	add_io(0x5000, 0x10, &any_size); /* a change below shows above */
	cr_expect_str_eq(map_text(&smm), "0-1fff ram; 2000-2fff smram; 3000-3fff ram; 5000-500f io");
	cr_expect_eq(changes, 1u);
	space_write(&smm, 0x1000, 4, 0x12345678);
	cr_expect_eq(space_read(&mem, 0x1000, 4), 0x12345678u);
	space_free(&smm);
	cr_expect_null(mem.overlay);
}

Test(space, find)
{
	add_io(0x8000, 0x10, &any_size);
	cr_expect_eq(space_find(&mem, 0)->region, &low);
	cr_expect_eq(space_find(&mem, 0x3fff)->region, &low);
	cr_expect_null(space_find(&mem, 0x4000));
	cr_expect_null(space_find(&mem, 0x7fff));
	cr_expect_eq(space_find(&mem, 0x8000)->region, &io);
	cr_expect_eq(space_find(&mem, 0x800f)->region, &io);
	cr_expect_null(space_find(&mem, 0x8010));
	cr_expect_null(space_find(&mem, 0xffff));
}

/* ---- sizes that a device sees -------------------------------------------------------------------------------- */

static void expect_log(unsigned k, u64 off, unsigned size)
{
	cr_expect(k < spy.n && spy.log[k].off == off && spy.log[k].size == size, "access %u of %u: %llx, %u bytes", k,
		spy.n, (unsigned long long)spy.log[k].off, spy.log[k].size);
}

Test(space, sizes_pass_unchanged)
{
	add_io(0x8000, 0x100, &any_size);
	cr_expect_eq(space_read(&mem, 0x8010, 1), 0x10u);
	cr_expect_eq(space_read(&mem, 0x8011, 2), 0x1211u);
	cr_expect_eq(space_read(&mem, 0x8013, 4), 0x16151413u);
	cr_expect_eq(space_read(&mem, 0x8011, 8), 0x1817161514131211u);
	expect_log(1, 0x11, 2);
	expect_log(3, 0x11, 8);
	cr_expect_eq(spy.n, 4u);
}

Test(space, wide_accesses_are_split)
{
	static const struct region_ops ops = {spy_read, spy_write, 1, 2};

	add_io(0x8000, 0x100, &ops);
	cr_expect_eq(space_read(&mem, 0x8010, 8), 0x1716151413121110u);
	cr_expect_eq(spy.n, 4u);
	expect_log(0, 0x10, 2);
	expect_log(3, 0x16, 2);
	spy.n = 0;
	space_write(&mem, 0x8020, 4, 0xdeadbeef);
	cr_expect_eq(spy.n, 2u);
	expect_log(0, 0x20, 2);
	expect_log(1, 0x22, 2);
	cr_expect_eq(spy.log[0].value, 0xbeefu);
	cr_expect_eq(spy.log[1].value, 0xdeadu);
}

/* The device sees whole, aligned registers only. */
Test(space, narrow_and_unaligned_accesses_are_widened)
{
	static const struct region_ops ops = {spy_read, spy_write, 4, 4};

	add_io(0x8000, 0x100, &ops);
	cr_expect_eq(space_read(&mem, 0x8011, 1), 0x11u);
	expect_log(0, 0x10, 4);
	cr_expect_eq(space_read(&mem, 0x8012, 2), 0x1312u);
	expect_log(1, 0x10, 4);
	cr_expect_eq(space_read(&mem, 0x8013, 2), 0x1413u, "in two registers");
	expect_log(2, 0x10, 4);
	expect_log(3, 0x14, 4);
	cr_expect_eq(space_read(&mem, 0x8022, 4), 0x25242322u);
	expect_log(4, 0x20, 4);
	expect_log(5, 0x24, 4);
	spy.n = 0;
	cr_expect_eq(space_read(&mem, 0x8031, 8), 0x3837363534333231u);
	cr_expect_eq(spy.n, 3u);
	spy.n = 0;
	space_write(&mem, 0x8043, 2, 0xbbaa);
	cr_expect_eq(spy.n, 2u);
	expect_log(0, 0x40, 4);
	expect_log(1, 0x44, 4);
	cr_expect_eq(spy.log[0].value, 0xaa000000u);
	cr_expect_eq(spy.log[1].value, 0xbbu);
}

Test(space, a_device_without_a_handler)
{
	static const struct region_ops none = {NULL, NULL, 1, 4};

	add_io(0x8000, 0x100, &none);
	cr_expect_eq(space_read(&mem, 0x8000, 2), 0xffffu);
	space_write(&mem, 0x8000, 2, 0);
}

/* ---- edges ---------------------------------------------------------------------------------------------------- */

Test(space, holes_read_ones_and_drop_writes)
{
	space_write(&mem, 0x9000, 4, 0x12345678);
	cr_expect_eq(space_read(&mem, 0x9000, 1), 0xffu);
	cr_expect_eq(space_read(&mem, 0x9000, 8), ~0ull);
}

Test(space, accesses_across_ranges)
{
	add_io(0x4000, 0x100, &any_size);
	space_write(&mem, 0x3ffe, 4, 0xddccbbaa);
	cr_expect_eq(ram.host[0x3ffe], 0xaa);
	cr_expect_eq(ram.host[0x3fff], 0xbb);
	cr_assert_eq(spy.n, 2u);
	expect_log(0, 0, 1);
	expect_log(1, 1, 1);
	cr_expect_eq(spy.log[1].value, 0xddu);
	cr_expect_eq(space_read(&mem, 0x3ffe, 4), 0x0100bbaau);
	cr_expect_eq(space_read(&mem, 0x40fe, 4), 0xfffffffeu, "the last bytes of a device, then nothing");
}

Test(space, the_end_wraps)
{
	struct region top = {.name = "top", .base = 0xff00, .size = 0x100, .on = true, .kind = REGION_RAM, .ram = &ram,
		.ram_off = 0x1000};
	u8 buf[8];

	space_add(&mem, &top);
	space_write(&mem, 0xfffe, 4, 0x44332211);
	cr_expect_eq(load_le16(ram.host + 0x10fe), 0x2211);
	cr_expect_eq(load_le16(ram.host), 0x4433);
	cr_expect_eq(space_read(&mem, 0xfffe, 4), 0x44332211u);
	cr_expect_eq(space_read(&mem, 0x10000, 2), 0x4433u, "addresses beyond the end are cut");
	space_read_block(&mem, 0xfffc, buf, 8);
	cr_expect_eq(load_le32(buf + 2), 0x44332211u);
	space_write_block(&mem, 0xffff, "ab", 2);
	cr_expect_eq(ram.host[0x10ff], 'a');
	cr_expect_eq(ram.host[0], 'b');
}

/* ---- ROM ------------------------------------------------------------------------------------------------------ */

Test(space, rom)
{
	struct region bios = {.name = "bios", .base = 0xc000, .size = RAM_SIZE, .on = true, .kind = REGION_ROM,
		.ram = &rom};
	struct region shadow = {.name = "shadow", .base = 0x6000, .size = 0x1000, .on = true, .kind = REGION_RAM,
		.ram = &rom};

	space_add(&mem, &bios);
	space_add(&mem, &shadow);
	space_load(&mem, 0xc000, "firmware", 8);
	cr_expect_eq(space_read(&mem, 0xc000, 4), 0x6d726966u);
	space_write(&mem, 0xc000, 4, 0);
	space_write_block(&mem, 0xc000, "XXXXXXXX", 8);
	space_write(&mem, 0x6000, 1, 0);
	space_write_block(&mem, 0x6000, "XXXXXXXX", 8);
	cr_expect_eq(space_read(&mem, 0xc000, 8), load_le64("firmware"), "stores are dropped");
}

/* Stores to a ROM region may have somewhere else to go: shadow RAM that is written through. */
Test(space, rom_with_a_write_handler)
{
	struct region bios = {.name = "bios", .base = 0xc000, .size = RAM_SIZE, .on = true, .kind = REGION_ROM,
		.ram = &rom};

	bios.ops = &any_size;
	bios.dev = &spy;
	space_add(&mem, &bios);
	space_write(&mem, 0xc010, 2, 0x55aa);
	cr_expect_eq(space_read(&mem, 0xc010, 2), 0u, "reads come from the ROM");
	cr_assert_eq(spy.n, 1u);
	expect_log(0, 0x10, 2);
}

/* ---- blocks --------------------------------------------------------------------------------------------------- */

/* RAM, a device, RAM, a hole, in one transfer. */
Test(space, dma_over_mixed_ranges)
{
	struct region high = {.name = "high", .base = 0x4010, .size = 0x100, .on = true, .kind = REGION_RAM,
		.ram = &ram, .ram_off = 0x2000};
	u8 in[0x140], out[0x140];

	add_io(0x4000, 0x10, &any_size);
	space_add(&mem, &high);
	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (u8)(i * 7 + 1);
	space_write_block(&mem, 0x3ff0, in, sizeof(in));
	cr_expect_arr_eq(ram.host + 0x3ff0, in, 0x10);
	cr_expect_eq(spy.n, 0x10u);
	cr_expect_eq(spy.log[15].value, in[0x1f]);
	cr_expect_arr_eq(ram.host + 0x2000, in + 0x20, 0x100);
	spy.n = 0;
	space_read_block(&mem, 0x3ff0, out, sizeof(out));
	cr_expect_arr_eq(out, in, 0x10);
	for (unsigned i = 0; i < 0x10; i++)
		cr_expect_eq(out[0x10 + i], i);
	cr_expect_arr_eq(out + 0x20, in + 0x20, 0x100);
	for (unsigned i = 0x120; i < sizeof(out); i++)
		cr_expect_eq(out[i], 0xff, "a hole");
}

/* A guest may ask for a transfer into nowhere; it costs no more than another one. */
Test(space, holes_are_skipped_at_once)
{
	struct space wide;
	static u8 buf[1 << 20];

	space_init(&wide, "wide", mask_low(52), NULL);
	for (unsigned i = 0; i < 200; i++)
		space_read_block(&wide, (u64)i << 40, buf, sizeof(buf));
	cr_expect_eq(buf[12345], 0xff);
	space_write_block(&wide, mask_low(52) - 100, buf, sizeof(buf));
	space_free(&wide);
}

static void note_code(void *arg, struct ram *r, u64 off, u64 len)
{
	(void)r;
	*(u64 *)arg = off << 32 | len;
}

/* Whoever writes, the block cache hears of it. */
Test(space, every_write_touches)
{
	u64 seen = 0;

	ram.code_written = note_code;
	ram.code_arg = &seen;
	ram.page_flags[1] = RAM_CODE;
	space_write(&mem, 0x1234, 2, 0);
	cr_expect_eq(seen, 0x1234ull << 32 | 2);
	cr_expect_eq(ram.page_flags[1], RAM_CODE | RAM_DIRTY_ALL);
	space_write_block(&mem, 0xffe, "abcdef", 6);
	cr_expect_eq(seen, 0x1000ull << 32 | 4);
	space_load(&mem, 0x1ff0, "abcdef", 6);
	cr_expect_eq(seen, 0x1ff0ull << 32 | 6);
}

Test(space, host_pointers)
{
	add_io(0x1000, 0x10, &any_size);
	cr_expect_eq(space_ram(&mem, 0, 0x1000), ram.host);
	cr_expect_null(space_ram(&mem, 0, 0x1001), "not across a device");
	cr_expect_null(space_ram(&mem, 0x1000, 4));
	cr_expect_eq(space_ram(&mem, 0x1010, 0x2ff0), ram.host + 0x1010);
	cr_expect_null(space_ram(&mem, 0x3fff, 2));
	cr_expect_null(space_ram(&mem, 0x8000, 1));
	cr_expect_null(space_ram(&mem, 0, 0));
	cr_expect_null(space_ram(&mem, 0, ~0ull));
}
