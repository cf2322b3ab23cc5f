/* SPDX-License-Identifier: MIT */
/* Loads and stores with a register as the offset (Arm ARM C4.1, Load/store register (register offset)). An X
 * register with or without LSL has handlers of its own; the others extend a W register. */
#include "cpu/arm/a64/ldst.h"

SIZED_MOVE(ldr, LOAD, AT_INDEX)
SIZED_MOVE(ldr_x, LOAD, AT_INDEX_X)
SIZED_MOVE(str, STORE, AT_INDEX)
SIZED_MOVE(str_x, STORE, AT_INDEX_X)
SIZED_MOVE_BH(ldrs, LOAD_SX, AT_INDEX)
SIZED_MOVE_1(ldrs, _w, 2, LOAD_SX, AT_INDEX)
SIZED_MOVE_BH(ldrs_x, LOAD_SX, AT_INDEX_X)
SIZED_MOVE_1(ldrs_x, _w, 2, LOAD_SX, AT_INDEX_X)
SIZED_MOVE_BH(ldrsw, LOAD_SW, AT_INDEX)
SIZED_MOVE(fldr, LOAD_F, AT_INDEX)
SIZED_MOVE(fldr_x, LOAD_F, AT_INDEX_X)
SIZED_MOVE(fstr, STORE_F, AT_INDEX)
SIZED_MOVE(fstr_x, STORE_F, AT_INDEX_X)
SIZED_MOVE_1(ldr, _q, 0, LOAD_FQ, AT_INDEX)
SIZED_MOVE_1(ldr_x, _q, 0, LOAD_FQ, AT_INDEX_X)
SIZED_MOVE_1(str, _q, 0, STORE_FQ, AT_INDEX)
SIZED_MOVE_1(str_x, _q, 0, STORE_FQ, AT_INDEX_X)

/* option in F_O: UXTW, LSL, SXTW, SXTX; S in imm; the amount of the shift, if any, is the log2 of the access. */
static bool valid_index(struct insn *i, unsigned amount)
{
	i->f[F_H] = (u8)(i->imm ? amount : 0);
	return i->f[F_O] & 2;
}

/* A row of LSL, whose option is fixed. */
static bool valid_lsl(struct insn *i, unsigned amount)
{
	i->f[F_O] = 3;
	return valid_index(i, amount);
}

static bool valid_index_b(struct insn *i)
{
	return valid_index(i, 0);
}

static bool valid_index_h(struct insn *i)
{
	return valid_index(i, 1);
}

static bool valid_index_w(struct insn *i)
{
	return valid_index(i, 2);
}

static bool valid_index_x(struct insn *i)
{
	return valid_index(i, 3);
}

static bool valid_index_q(struct insn *i)
{
	return valid_index(i, 4);
}

static bool valid_index_size(struct insn *i)
{
	return valid_index(i, i->size);
}

static bool valid_lsl_b(struct insn *i)
{
	return valid_lsl(i, 0);
}

static bool valid_lsl_h(struct insn *i)
{
	return valid_lsl(i, 1);
}

static bool valid_lsl_w(struct insn *i)
{
	return valid_lsl(i, 2);
}

static bool valid_lsl_q(struct insn *i)
{
	return valid_lsl(i, 4);
}

static bool valid_lsl_size(struct insn *i)
{
	return valid_lsl(i, i->size);
}

static const struct insn_row rows[] = {
	{"00111000001mmmmmoooi10nnnnnddddd", "strb {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(str_b),
		.attr = BASE_FORMS | READS_D, .valid = valid_index_b},
	{"00111000001mmmmm011i10nnnnnddddd", "strb {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(str_x_b),
		.attr = BASE_FORMS | READS_D | OVERRIDES, .valid = valid_lsl_b},
	{"00111000011mmmmmoooi10nnnnnddddd", "ldrb {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldr_b),
		.attr = BASE_FORMS, .valid = valid_index_b},
	{"00111000011mmmmm011i10nnnnnddddd", "ldrb {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldr_x_b),
		.attr = BASE_FORMS | OVERRIDES, .valid = valid_lsl_b},
	{"00111000101mmmmmoooi10nnnnnddddd", "ldrsb {Xd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrs_b),
		.attr = BASE_FORMS, .valid = valid_index_b},
	{"00111000101mmmmm011i10nnnnnddddd", "ldrsb {Xd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrs_x_b),
		.attr = BASE_FORMS | OVERRIDES, .valid = valid_lsl_b},
	{"00111000111mmmmmoooi10nnnnnddddd", "ldrsb {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrsw_b),
		.attr = BASE_FORMS, .valid = valid_index_b},
	{"01111000001mmmmmoooi10nnnnnddddd", "strh {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(str_h),
		.attr = BASE_FORMS | READS_D, .valid = valid_index_h},
	{"01111000001mmmmm011i10nnnnnddddd", "strh {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(str_x_h),
		.attr = BASE_FORMS | READS_D | OVERRIDES, .valid = valid_lsl_h},
	{"01111000011mmmmmoooi10nnnnnddddd", "ldrh {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldr_h),
		.attr = BASE_FORMS, .valid = valid_index_h},
	{"01111000011mmmmm011i10nnnnnddddd", "ldrh {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldr_x_h),
		.attr = BASE_FORMS | OVERRIDES, .valid = valid_lsl_h},
	{"01111000101mmmmmoooi10nnnnnddddd", "ldrsh {Xd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrs_h),
		.attr = BASE_FORMS, .valid = valid_index_h},
	{"01111000101mmmmm011i10nnnnnddddd", "ldrsh {Xd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrs_x_h),
		.attr = BASE_FORMS | OVERRIDES, .valid = valid_lsl_h},
	{"01111000111mmmmmoooi10nnnnnddddd", "ldrsh {Wd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrsw_h),
		.attr = BASE_FORMS, .valid = valid_index_h},
	{"1s111000001mmmmmoooi10nnnnnddddd", "str {Rd}, [{Xn|sp}, {xindex}]", SIZES_BASE_WX(str),
		.attr = BASE_FORMS | READS_D, .valid = valid_index_size},
	{"1s111000001mmmmm011i10nnnnnddddd", "str {Rd}, [{Xn|sp}, {xindex}]", SIZES_BASE_WX(str_x),
		.attr = BASE_FORMS | READS_D | OVERRIDES, .valid = valid_lsl_size},
	{"1s111000011mmmmmoooi10nnnnnddddd", "ldr {Rd}, [{Xn|sp}, {xindex}]", SIZES_BASE_WX(ldr),
		.attr = BASE_FORMS, .valid = valid_index_size},
	{"1s111000011mmmmm011i10nnnnnddddd", "ldr {Rd}, [{Xn|sp}, {xindex}]", SIZES_BASE_WX(ldr_x),
		.attr = BASE_FORMS | OVERRIDES, .valid = valid_lsl_size},
	{"10111000101mmmmmoooi10nnnnnddddd", "ldrsw {Xd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrs_w),
		.attr = BASE_FORMS, .valid = valid_index_w},
	{"10111000101mmmmm011i10nnnnnddddd", "ldrsw {Xd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldrs_x_w),
		.attr = BASE_FORMS | OVERRIDES, .valid = valid_lsl_w},
	{"11111000101mmmmmoooi10nnnnnddddd", "prfm {prfop}, [{Xn|sp}, {xindex}]", {a64_prefetch}, .valid = valid_index_x},
	{"ss111100001mmmmmoooi10nnnnnddddd", "str {Fd}, [{Xn|sp}, {xindex}]", SIZES_BASE_ALL(fstr),
		.attr = BASE_FORMS | FPSIMD, .valid = valid_index_size},
	{"ss111100001mmmmm011i10nnnnnddddd", "str {Fd}, [{Xn|sp}, {xindex}]", SIZES_BASE_ALL(fstr_x),
		.attr = BASE_FORMS | FPSIMD | OVERRIDES, .valid = valid_lsl_size},
	{"ss111100011mmmmmoooi10nnnnnddddd", "ldr {Fd}, [{Xn|sp}, {xindex}]", SIZES_BASE_ALL(fldr),
		.attr = BASE_FORMS | FPSIMD, .valid = valid_index_size},
	{"ss111100011mmmmm011i10nnnnnddddd", "ldr {Fd}, [{Xn|sp}, {xindex}]", SIZES_BASE_ALL(fldr_x),
		.attr = BASE_FORMS | FPSIMD | OVERRIDES, .valid = valid_lsl_size},
	{"00111100101mmmmmoooi10nnnnnddddd", "str {Qd}, [{Xn|sp}, {xindex}]", SIZES_BASE(str_q),
		.attr = BASE_FORMS | FPSIMD, .valid = valid_index_q},
	{"00111100101mmmmm011i10nnnnnddddd", "str {Qd}, [{Xn|sp}, {xindex}]", SIZES_BASE(str_x_q),
		.attr = BASE_FORMS | FPSIMD | OVERRIDES, .valid = valid_lsl_q},
	{"00111100111mmmmmoooi10nnnnnddddd", "ldr {Qd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldr_q),
		.attr = BASE_FORMS | FPSIMD, .valid = valid_index_q},
	{"00111100111mmmmm011i10nnnnnddddd", "ldr {Qd}, [{Xn|sp}, {xindex}]", SIZES_BASE(ldr_x_q),
		.attr = BASE_FORMS | FPSIMD | OVERRIDES, .valid = valid_lsl_q},
};

const struct insn_group a64_group_ldst_index = {
	"load and store, register offset", rows, countof(rows), "Arm ARM C4.1, Load/store register (register offset)",
};
