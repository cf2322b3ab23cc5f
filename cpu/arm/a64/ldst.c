/* SPDX-License-Identifier: MIT */
/* Loads and stores with an immediate offset, scaled or not, before or after, and of literals; prefetches (Arm ARM C4.1,
 * Load/store register (unsigned immediate) .. (immediate pre-indexed), Load register (literal)). */
#include "cpu/arm/a64/ldst.h"
#include "cpu/arm/sys.h"

void a64_sp_misaligned(struct arm *c)
{
	if (c->sys.sctlr[arm_regime(c->el)] & (c->el ? SCTLR_SA : SCTLR_SA0))
		arm_raise(c, EC_SP_ALIGN, 0);
}

SIZED_MOVE(ldr, LOAD, AT_OFFSET)
SIZED_MOVE(ldr_pre, LOAD, AT_PRE)
SIZED_MOVE(ldr_post, LOAD, AT_POST)
SIZED_MOVE(str, STORE, AT_OFFSET)
SIZED_MOVE(str_pre, STORE, AT_PRE)
SIZED_MOVE(str_post, STORE, AT_POST)
SIZED_MOVE_BH(ldrs, LOAD_SX, AT_OFFSET)
SIZED_MOVE_1(ldrs, _w, 2, LOAD_SX, AT_OFFSET)
SIZED_MOVE_BH(ldrs_pre, LOAD_SX, AT_PRE)
SIZED_MOVE_1(ldrs_pre, _w, 2, LOAD_SX, AT_PRE)
SIZED_MOVE_BH(ldrs_post, LOAD_SX, AT_POST)
SIZED_MOVE_1(ldrs_post, _w, 2, LOAD_SX, AT_POST)
SIZED_MOVE_BH(ldrsw, LOAD_SW, AT_OFFSET)
SIZED_MOVE_BH(ldrsw_pre, LOAD_SW, AT_PRE)
SIZED_MOVE_BH(ldrsw_post, LOAD_SW, AT_POST)
SIZED_MOVE(fldr, LOAD_F, AT_OFFSET)
SIZED_MOVE(fldr_pre, LOAD_F, AT_PRE)
SIZED_MOVE(fldr_post, LOAD_F, AT_POST)
SIZED_MOVE(fstr, STORE_F, AT_OFFSET)
SIZED_MOVE(fstr_pre, STORE_F, AT_PRE)
SIZED_MOVE(fstr_post, STORE_F, AT_POST)
SIZED_MOVE_1(ldr, _q, 0, LOAD_FQ, AT_OFFSET)
SIZED_MOVE_1(ldr_pre, _q, 0, LOAD_FQ, AT_PRE)
SIZED_MOVE_1(ldr_post, _q, 0, LOAD_FQ, AT_POST)
SIZED_MOVE_1(str, _q, 0, STORE_FQ, AT_OFFSET)
SIZED_MOVE_1(str_pre, _q, 0, STORE_FQ, AT_PRE)
SIZED_MOVE_1(str_post, _q, 0, STORE_FQ, AT_POST)

SIZED_MOVE_BOTH(ldr_label_w, 2, false, LOAD, AT_LABEL)
SIZED_MOVE_BOTH(ldr_label_x, 3, false, LOAD, AT_LABEL)
SIZED_MOVE_BOTH(ldrs_label_w, 2, false, LOAD_SX, AT_LABEL)
SIZED_MOVE_BOTH(fldr_label_w, 2, false, LOAD_F, AT_LABEL)
SIZED_MOVE_BOTH(fldr_label_x, 3, false, LOAD_F, AT_LABEL)
SIZED_MOVE_BOTH(ldr_label_q, 0, false, LOAD_FQ, AT_LABEL)

/* Caches are not modelled. */
void a64_prefetch(struct cpu *cpu, const struct insn *i)
{
	cpu_next(cpu, i);
}

enum {
	SCALED = BASE_FORMS | IMM_SCALED, SCALED_1 = BASE_FORMS | IMM_SHIFT(1), SCALED_2 = BASE_FORMS | IMM_SHIFT(2),
	SCALED_4 = BASE_FORMS | IMM_SHIFT(4), SIGNED = BASE_FORMS | IMM_SIGNED, AT_PC = IMM_SIGNED | IMM_SHIFT(2),
};

static const struct insn_row rows[] = {
	/* ---- unsigned offset ---- */
	{"0011100100iiiiiiiiiiiinnnnnddddd", "strb {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(str_b), .attr = BASE_FORMS | READS_D},
	{"0011100101iiiiiiiiiiiinnnnnddddd", "ldrb {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldr_b), .attr = BASE_FORMS},
	{"0011100110iiiiiiiiiiiinnnnnddddd", "ldrsb {Xd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrs_b), .attr = BASE_FORMS},
	{"0011100111iiiiiiiiiiiinnnnnddddd", "ldrsb {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrsw_b), .attr = BASE_FORMS},
	{"0111100100iiiiiiiiiiiinnnnnddddd", "strh {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(str_h), .attr = SCALED_1 | READS_D},
	{"0111100101iiiiiiiiiiiinnnnnddddd", "ldrh {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldr_h), .attr = SCALED_1},
	{"0111100110iiiiiiiiiiiinnnnnddddd", "ldrsh {Xd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrs_h), .attr = SCALED_1},
	{"0111100111iiiiiiiiiiiinnnnnddddd", "ldrsh {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrsw_h), .attr = SCALED_1},
	{"1s11100100iiiiiiiiiiiinnnnnddddd", "str {Rd}, [{Xn|sp}{offset}]", SIZES_BASE_WX(str), .attr = SCALED | READS_D},
	{"1s11100101iiiiiiiiiiiinnnnnddddd", "ldr {Rd}, [{Xn|sp}{offset}]", SIZES_BASE_WX(ldr), .attr = SCALED},
	{"1011100110iiiiiiiiiiiinnnnnddddd", "ldrsw {Xd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrs_w), .attr = SCALED_2},
	{"1111100110iiiiiiiiiiiinnnnnddddd", "prfm {prfop}, [{Xn|sp}{offset}]", {a64_prefetch}, .attr = IMM_SHIFT(3)},
	{"ss11110100iiiiiiiiiiiinnnnnddddd", "str {Fd}, [{Xn|sp}{offset}]", SIZES_BASE_ALL(fstr), .attr = SCALED | FPSIMD},
	{"ss11110101iiiiiiiiiiiinnnnnddddd", "ldr {Fd}, [{Xn|sp}{offset}]", SIZES_BASE_ALL(fldr), .attr = SCALED | FPSIMD},
	{"0011110110iiiiiiiiiiiinnnnnddddd", "str {Qd}, [{Xn|sp}{offset}]", SIZES_BASE(str_q), .attr = SCALED_4 | FPSIMD},
	{"0011110111iiiiiiiiiiiinnnnnddddd", "ldr {Qd}, [{Xn|sp}{offset}]", SIZES_BASE(ldr_q), .attr = SCALED_4 | FPSIMD},
	/* ---- unscaled ---- */
	{"00111000000iiiiiiiii00nnnnnddddd", "sturb {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(str_b), .attr = SIGNED | READS_D},
	{"00111000010iiiiiiiii00nnnnnddddd", "ldurb {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldr_b), .attr = SIGNED},
	{"00111000100iiiiiiiii00nnnnnddddd", "ldursb {Xd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrs_b), .attr = SIGNED},
	{"00111000110iiiiiiiii00nnnnnddddd", "ldursb {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrsw_b), .attr = SIGNED},
	{"01111000000iiiiiiiii00nnnnnddddd", "sturh {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(str_h), .attr = SIGNED | READS_D},
	{"01111000010iiiiiiiii00nnnnnddddd", "ldurh {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldr_h), .attr = SIGNED},
	{"01111000100iiiiiiiii00nnnnnddddd", "ldursh {Xd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrs_h), .attr = SIGNED},
	{"01111000110iiiiiiiii00nnnnnddddd", "ldursh {Wd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrsw_h), .attr = SIGNED},
	{"1s111000000iiiiiiiii00nnnnnddddd", "stur {Rd}, [{Xn|sp}{offset}]", SIZES_BASE_WX(str), .attr = SIGNED | READS_D},
	{"1s111000010iiiiiiiii00nnnnnddddd", "ldur {Rd}, [{Xn|sp}{offset}]", SIZES_BASE_WX(ldr), .attr = SIGNED},
	{"10111000100iiiiiiiii00nnnnnddddd", "ldursw {Xd}, [{Xn|sp}{offset}]", SIZES_BASE(ldrs_w), .attr = SIGNED},
	{"11111000100iiiiiiiii00nnnnnddddd", "prfum {prfop}, [{Xn|sp}{offset}]", {a64_prefetch}, .attr = IMM_SIGNED},
	{"ss111100000iiiiiiiii00nnnnnddddd", "stur {Fd}, [{Xn|sp}{offset}]", SIZES_BASE_ALL(fstr), .attr = SIGNED | FPSIMD},
	{"ss111100010iiiiiiiii00nnnnnddddd", "ldur {Fd}, [{Xn|sp}{offset}]", SIZES_BASE_ALL(fldr), .attr = SIGNED | FPSIMD},
	{"00111100100iiiiiiiii00nnnnnddddd", "stur {Qd}, [{Xn|sp}{offset}]", SIZES_BASE(str_q), .attr = SIGNED | FPSIMD},
	{"00111100110iiiiiiiii00nnnnnddddd", "ldur {Qd}, [{Xn|sp}{offset}]", SIZES_BASE(ldr_q), .attr = SIGNED | FPSIMD},
	/* ---- post-indexed ---- */
	{"00111000000iiiiiiiii01nnnnnddddd", "strb {Wd}, [{Xn|sp}], {simm}", SIZES_BASE(str_post_b), .attr = SIGNED | READS_D},
	{"00111000010iiiiiiiii01nnnnnddddd", "ldrb {Wd}, [{Xn|sp}], {simm}", SIZES_BASE(ldr_post_b), .attr = SIGNED},
	{"00111000100iiiiiiiii01nnnnnddddd", "ldrsb {Xd}, [{Xn|sp}], {simm}", SIZES_BASE(ldrs_post_b), .attr = SIGNED},
	{"00111000110iiiiiiiii01nnnnnddddd", "ldrsb {Wd}, [{Xn|sp}], {simm}", SIZES_BASE(ldrsw_post_b), .attr = SIGNED},
	{"01111000000iiiiiiiii01nnnnnddddd", "strh {Wd}, [{Xn|sp}], {simm}", SIZES_BASE(str_post_h), .attr = SIGNED | READS_D},
	{"01111000010iiiiiiiii01nnnnnddddd", "ldrh {Wd}, [{Xn|sp}], {simm}", SIZES_BASE(ldr_post_h), .attr = SIGNED},
	{"01111000100iiiiiiiii01nnnnnddddd", "ldrsh {Xd}, [{Xn|sp}], {simm}", SIZES_BASE(ldrs_post_h), .attr = SIGNED},
	{"01111000110iiiiiiiii01nnnnnddddd", "ldrsh {Wd}, [{Xn|sp}], {simm}", SIZES_BASE(ldrsw_post_h), .attr = SIGNED},
	{"1s111000000iiiiiiiii01nnnnnddddd", "str {Rd}, [{Xn|sp}], {simm}", SIZES_BASE_WX(str_post), .attr = SIGNED | READS_D},
	{"1s111000010iiiiiiiii01nnnnnddddd", "ldr {Rd}, [{Xn|sp}], {simm}", SIZES_BASE_WX(ldr_post), .attr = SIGNED},
	{"10111000100iiiiiiiii01nnnnnddddd", "ldrsw {Xd}, [{Xn|sp}], {simm}", SIZES_BASE(ldrs_post_w), .attr = SIGNED},
	{"ss111100000iiiiiiiii01nnnnnddddd", "str {Fd}, [{Xn|sp}], {simm}", SIZES_BASE_ALL(fstr_post), .attr = SIGNED | FPSIMD},
	{"ss111100010iiiiiiiii01nnnnnddddd", "ldr {Fd}, [{Xn|sp}], {simm}", SIZES_BASE_ALL(fldr_post), .attr = SIGNED | FPSIMD},
	{"00111100100iiiiiiiii01nnnnnddddd", "str {Qd}, [{Xn|sp}], {simm}", SIZES_BASE(str_post_q), .attr = SIGNED | FPSIMD},
	{"00111100110iiiiiiiii01nnnnnddddd", "ldr {Qd}, [{Xn|sp}], {simm}", SIZES_BASE(ldr_post_q), .attr = SIGNED | FPSIMD},
	/* ---- pre-indexed ---- */
	{"00111000000iiiiiiiii11nnnnnddddd", "strb {Wd}, [{Xn|sp}, {simm}]!", SIZES_BASE(str_pre_b), .attr = SIGNED | READS_D},
	{"00111000010iiiiiiiii11nnnnnddddd", "ldrb {Wd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldr_pre_b), .attr = SIGNED},
	{"00111000100iiiiiiiii11nnnnnddddd", "ldrsb {Xd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldrs_pre_b), .attr = SIGNED},
	{"00111000110iiiiiiiii11nnnnnddddd", "ldrsb {Wd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldrsw_pre_b), .attr = SIGNED},
	{"01111000000iiiiiiiii11nnnnnddddd", "strh {Wd}, [{Xn|sp}, {simm}]!", SIZES_BASE(str_pre_h), .attr = SIGNED | READS_D},
	{"01111000010iiiiiiiii11nnnnnddddd", "ldrh {Wd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldr_pre_h), .attr = SIGNED},
	{"01111000100iiiiiiiii11nnnnnddddd", "ldrsh {Xd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldrs_pre_h), .attr = SIGNED},
	{"01111000110iiiiiiiii11nnnnnddddd", "ldrsh {Wd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldrsw_pre_h), .attr = SIGNED},
	{"1s111000000iiiiiiiii11nnnnnddddd", "str {Rd}, [{Xn|sp}, {simm}]!", SIZES_BASE_WX(str_pre), .attr = SIGNED | READS_D},
	{"1s111000010iiiiiiiii11nnnnnddddd", "ldr {Rd}, [{Xn|sp}, {simm}]!", SIZES_BASE_WX(ldr_pre), .attr = SIGNED},
	{"10111000100iiiiiiiii11nnnnnddddd", "ldrsw {Xd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldrs_pre_w), .attr = SIGNED},
	{"ss111100000iiiiiiiii11nnnnnddddd", "str {Fd}, [{Xn|sp}, {simm}]!", SIZES_BASE_ALL(fstr_pre), .attr = SIGNED | FPSIMD},
	{"ss111100010iiiiiiiii11nnnnnddddd", "ldr {Fd}, [{Xn|sp}, {simm}]!", SIZES_BASE_ALL(fldr_pre), .attr = SIGNED | FPSIMD},
	{"00111100100iiiiiiiii11nnnnnddddd", "str {Qd}, [{Xn|sp}, {simm}]!", SIZES_BASE(str_pre_q), .attr = SIGNED | FPSIMD},
	{"00111100110iiiiiiiii11nnnnnddddd", "ldr {Qd}, [{Xn|sp}, {simm}]!", SIZES_BASE(ldr_pre_q), .attr = SIGNED | FPSIMD},
	/* ---- literal ---- */
	{"0s011000iiiiiiiiiiiiiiiiiiiddddd", "ldr {Rd}, {label}", SIZES_WX(ldr_label), .attr = AT_PC},
	{"10011000iiiiiiiiiiiiiiiiiiiddddd", "ldrsw {Xd}, {label}", {ldrs_label_w}, .attr = AT_PC},
	{"11011000iiiiiiiiiiiiiiiiiiiddddd", "prfm {prfop}, {label}", {a64_prefetch}, .attr = AT_PC},
	{"0s011100iiiiiiiiiiiiiiiiiiiddddd", "ldr {Fd}, {label}", SIZES_WX(fldr_label), .attr = AT_PC | FPSIMD},
	{"10011100iiiiiiiiiiiiiiiiiiiddddd", "ldr {Qd}, {label}", {ldr_label_q}, .attr = AT_PC | FPSIMD},
};

const struct insn_group a64_group_ldst = {
	"load and store, immediate offset", rows, countof(rows),
	"Arm ARM C4.1, Load/store register (unsigned immediate) .. Load register (literal)",
};
