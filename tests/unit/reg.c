/* SPDX-License-Identifier: MIT */
/* Register rows: masks, write-one-to-clear, byte enables, splitting and joining, banking, arrays, the trace. */
#include <criterion/criterion.h>

#include "devices/dev.h"
#include "mem/base/log.h"

#include <stdio.h>

struct chip {
	u32 ctrl, status;
	u16 word[4];
	u64 wide;
	u8 bank, low, high;
	u8 calls;
	u64 old, now;
	unsigned index;
};

static bool high_bank(const struct dev *d)
{
	return ((const struct chip *)d->state)->bank;
}

static void note(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct chip *c = d->state;

	c->calls++;
	c->index = index;
	c->old = old;
	c->now = now;
}

static u64 invert(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index;
	return ~stored;
}

static const struct reg chip_regs[] = {
	{.name = "CTRL", .off = 0, .width = 4, REG_MEMBER(struct chip, ctrl), .reset = 0x11223344, .wmask = 0x00ffff0f, .wrote = note},
	{.name = "STATUS", .off = 4, .width = 4, REG_MEMBER(struct chip, status), .reset = 0xff, .w1c = 0x0f},
	{.name = "WORD", .off = 8, .width = 2, .stride = 4, REG_MEMBERS(struct chip, word), .reset = 0x5a5a,
	 .wmask = 0xffff,
	 .wrote = note},
	{.name = "HIGH", .off = 0x18, .width = 1, REG_MEMBER(struct chip, high), .wmask = 0xff, .when = high_bank},
	{.name = "LOW", .off = 0x18, .width = 1, REG_MEMBER(struct chip, low), .wmask = 0xff},
	{.name = "BANK", .off = 0x19, .width = 1, REG_MEMBER(struct chip, bank), .wmask = 1},
	{.name = "HOOK", .off = 0x1a, .width = 2, .read = invert, .wrote = note},
	{.name = "WIDE", .off = 0x20, .width = 8, REG_MEMBER(struct chip, wide), .wmask = ~0ull, .wrote = note},
};

static const struct reg_bank open_bank = {
	.name = "chip", .regs = chip_regs, .n = countof(chip_regs), .size = 0x40, .unclaimed = ~0ull};
static const struct reg_bank dword_bank = {
	.name = "chip4", .regs = chip_regs, .n = countof(chip_regs), .size = 0x40, .min = 4, .max = 4};
static const struct reg_bank byte_bank = {
	.name = "chip1", .regs = chip_regs, .n = countof(chip_regs), .size = 0x40, .max = 1};

struct rig {
	struct chip chip;
	struct dev dev;
	struct reg_map map;
};

static void rig_init(struct rig *r, const struct reg_bank *bank)
{
	memset(r, 0, sizeof(*r));
	r->dev.state = &r->chip;
	r->dev.id = "chip0";
	r->map.dev = &r->dev;
	r->map.bank = bank;
	reg_reset(&r->dev, bank);
}

Test(reg, reset_values_fill_members_and_arrays)
{
	struct rig r;

	rig_init(&r, &open_bank);
	cr_expect_eq(r.chip.ctrl, 0x11223344u);
	cr_expect_eq(r.chip.status, 0xffu);
	for (unsigned i = 0; i < 4; i++)
		cr_expect_eq(r.chip.word[i], 0x5a5au);
	cr_expect_eq(r.chip.calls, 0);
}

Test(reg, masks_and_write_one_to_clear)
{
	struct rig r;

	rig_init(&r, &open_bank);
	reg_write(&r.map, 0, 4, 0xffffffff);
	cr_expect_eq(r.chip.ctrl, 0x11ffff4fu);
	cr_expect_eq(r.chip.old, 0x11223344u);
	cr_expect_eq(r.chip.now, 0x11ffff4fu);
	reg_write(&r.map, 4, 4, 0xf5);
	cr_expect_eq(r.chip.status, 0xfau);
	cr_expect_eq(reg_read(&r.map, 4, 4), 0xfau);
}

Test(reg, a_narrow_write_changes_its_own_bytes)
{
	struct rig r;

	rig_init(&r, &open_bank);
	reg_write(&r.map, 1, 1, 0xab);
	cr_expect_eq(r.chip.ctrl, 0x1122ab44u);
	reg_write(&r.map, 2, 2, 0x7788);
	cr_expect_eq(r.chip.ctrl, 0x1188ab44u, "bits 24-31 can't be written");
	cr_expect_eq(r.chip.calls, 2);
	cr_expect_eq(reg_read(&r.map, 1, 2), 0x88abu);
	reg_write(&r.map, 0x24, 4, 0x11223344);
	cr_expect_eq(r.chip.wide, 0x1122334400000000ull);
	reg_write(&r.map, 4, 1, 0x01);
	cr_expect_eq(r.chip.status, 0xfeu);
	reg_write(&r.map, 5, 1, 0xff);
	cr_expect_eq(r.chip.status, 0xfeu);
}

Test(reg, wide_accesses_reach_every_row_and_gaps_are_open)
{
	struct rig r;

	rig_init(&r, &open_bank);
	cr_expect_eq(reg_read(&r.map, 0, 8), 0x000000ff11223344ull);
	cr_expect_eq(reg_read(&r.map, 8, 8), 0xffff5a5affff5a5aull);
	reg_write(&r.map, 8, 8, 0x1111222233334444ull);
	cr_expect_eq(r.chip.word[0], 0x4444u);
	cr_expect_eq(r.chip.word[1], 0x2222u);
	cr_expect_eq(r.chip.index, 1u);
	cr_expect_eq(reg_read(&r.map, 0x30, 4), 0xffffffffu);
	cr_expect_eq(reg_read(&r.map, 0x14, 2), 0x5a5au);
	cr_expect_eq(reg_read(&r.map, 0x17, 2), 0x00ffu);
	cr_expect_eq(reg_read(&r.map, 6, 4), 0x44440000u, "unaligned, over two rows");
}

Test(reg, banked_registers_share_an_offset)
{
	struct rig r;

	rig_init(&r, &open_bank);
	reg_write(&r.map, 0x18, 1, 0x12);
	reg_write(&r.map, 0x19, 1, 0xff);
	reg_write(&r.map, 0x18, 1, 0x34);
	cr_expect_eq(r.chip.low, 0x12);
	cr_expect_eq(r.chip.high, 0x34);
	cr_expect_eq(r.chip.bank, 1);
	cr_expect_eq(reg_read(&r.map, 0x18, 2), 0x0134u);
	reg_write(&r.map, 0x18, 2, 0x0056);
	cr_expect_eq(r.chip.high, 0x56, "the bank changes after the first byte");
	cr_expect_eq(reg_read(&r.map, 0x18, 1), 0x12u);
}

Test(reg, hooks_without_storage)
{
	struct rig r;

	rig_init(&r, &open_bank);
	cr_expect_eq(reg_read(&r.map, 0x1a, 2), 0xffffu);
	reg_write(&r.map, 0x1a, 2, 0xbeef);
	cr_expect_eq(r.chip.now, 0xbeefu);
	reg_write(&r.map, 0x1b, 1, 0x12);
	cr_expect_eq(r.chip.now, 0x1200u);
}

Test(reg, a_chip_of_doublewords)
{
	struct rig r;

	rig_init(&r, &dword_bank);
	cr_expect_eq(reg_read(&r.map, 1, 1), 0x33u);
	cr_expect_eq(reg_read(&r.map, 0, 8), 0x000000ff11223344ull);
	cr_expect_eq(reg_read(&r.map, 2, 4), 0x00ff1122u, "an unaligned access becomes two");
	reg_write(&r.map, 0x20, 8, 0x1122334455667788ull);
	cr_expect_eq(r.chip.wide, 0x1122334455667788ull);
	cr_expect_eq(r.chip.calls, 2, "eight bytes arrive as two times four");
	reg_write(&r.map, 1, 1, 0xcd);
	cr_expect_eq(r.chip.ctrl, 0x1122cd44u);
}

Test(reg, a_chip_of_bytes)
{
	struct rig r;

	rig_init(&r, &byte_bank);
	reg_write(&r.map, 8, 2, 0x1234);
	cr_expect_eq(r.chip.word[0], 0x1234u);
	cr_expect_eq(r.chip.calls, 2);
	cr_expect_eq(r.chip.now, 0x1234u);
	cr_expect_eq(reg_read(&r.map, 0, 4), 0x11223344u);
}

Test(reg, mapped_into_a_space)
{
	struct space ports;
	struct rig r;

	rig_init(&r, &open_bank);
	space_init(&ports, "ports", 0xffff, NULL);
	reg_map_add(&r.map, &r.dev, &open_bank, &ports, 0x300);
	space_write(&ports, 0x308, 2, 0xcafe);
	cr_expect_eq(r.chip.word[0], 0xcafeu);
	cr_expect_eq(space_read(&ports, 0x308, 2), 0xcafeu);
	cr_expect_eq(space_read(&ports, 0x340, 1), 0xffu);
	space_free(&ports);
}

static void read_back(FILE *f, char *text, size_t size)
{
	rewind(f);
	text[fread(text, 1, size - 1, f)] = 0;
	fclose(f);
}

Test(reg, accesses_are_traced_by_name)
{
	FILE *f = tmpfile();
	char text[512];
	struct rig r;

	cr_assert(f);
	rig_init(&r, &open_bank);
	log_set_file(f);
	log_mask = 1u << LOG_REG;
	reg_write(&r.map, 0, 4, 0x83);
	reg_read(&r.map, 0xc, 2);
	reg_write(&r.map, 0x21, 1, 7);
	reg_read(&r.map, 0x38, 1);
	log_mask = 0;
	log_set_file(NULL);
	read_back(f, text, sizeof(text));
	cr_expect_str_eq(text, "chip0.CTRL <- 00000083\n"
			       "chip0.WORD[1] -> 5a5a\n"
			       "chip0.WIDE+1 <- 07\n"
			       "chip0.chip+38 -> ff (no register)\n");
}

Test(reg, the_monitor_prints_what_is_stored)
{
	FILE *f = tmpfile();
	char text[512];
	struct rig r;

	cr_assert(f);
	rig_init(&r, &open_bank);
	reg_print(&r.dev, &open_bank, f);
	read_back(f, text, sizeof(text));
	cr_expect_str_eq(text, "chip0.CTRL = 11223344\n"
			       "chip0.STATUS = 000000ff\n"
			       "chip0.WORD[0] = 5a5a\nchip0.WORD[1] = 5a5a\n"
			       "chip0.WORD[2] = 5a5a\nchip0.WORD[3] = 5a5a\n"
			       "chip0.HIGH = 00\nchip0.LOW = 00\nchip0.BANK = 00\n"
			       "chip0.WIDE = 0000000000000000\n");
}
