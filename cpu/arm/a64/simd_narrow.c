/* SPDX-License-Identifier: MIT */
/* Results of half the width (Arm ARM C4.1: ADDHN and the like of "Advanced SIMD three different", XTN and SQXTN of
 * "two-register miscellaneous", SHRN and its kin of "shift by immediate"). "...2" writes the upper half and leaves
 * the lower one alone. */
#include "cpu/arm/a64/simd_saturating.h"

/* ---- the upper half of a sum ----------------------------------------------------------------------- */

ALWAYS_INLINE u64 high_half(u64 v, unsigned w, const bool round)
{
	if (round)
		v = lanes_add(v, lanes_low(2 * w) << (w - 1), 2 * w);
	return lanes_narrow(v >> w, w);
}

ALWAYS_INLINE void high_narrow(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_f *f, const bool round)
{
	const unsigned w = 8u << size;
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];

	simd_set_narrow(c, i, shape, high_half(f(n.q[0], m.q[0], 2 * w), w, round) |
		high_half(f(n.q[1], m.q[1], 2 * w), w, round) << 32);
}
SIZED_BHS(addhn, high_narrow, lanes_add, false)
SIZED_BHS(raddhn, high_narrow, lanes_add, true)
SIZED_BHS(subhn, high_narrow, lanes_sub, false)
SIZED_BHS(rsubhn, high_narrow, lanes_sub, true)

/* ---- shifts to the right by 0 to w; by 0 it is XTN, SQXTN, UQXTN, SQXTUN --------------------------- */

enum { NARROW_ROUNDS = 1, NARROW_SIGNED = 2 }; /* SIGNED: the source is */
enum narrow_to { CUT, TO_SIGNED, TO_UNSIGNED };

/* Elements of 2w bits that do not leave w bits. */
ALWAYS_INLINE u64 limited(struct arm *c, u64 v, unsigned w, const unsigned how, const enum narrow_to to)
{
	const u64 low = lanes_low(2 * w), top = to == TO_SIGNED ? mask_low(w - 1) : mask_low(w);
	u64 r = v;

	if (to == CUT)
		return v;
	if (how & NARROW_SIGNED) {
		r = lanes_mins(r, low * top, 2 * w);
		r = lanes_maxs(r, to == TO_SIGNED ? low * ((0 - BIT(w - 1)) & mask_low(2 * w)) : 0, 2 * w);
	} else {
		r = lanes_minu(r, low * top, 2 * w);
	}
	return simd_saturated(c, r, v);
}

ALWAYS_INLINE u64 narrow_word(struct arm *c, u64 v, u64 count, unsigned w, const unsigned how, const enum narrow_to to)
{
	if (how & NARROW_ROUNDS)
		v = how & NARROW_SIGNED ? lanes_rsar(v, count, 2 * w) : lanes_rshr(v, count, 2 * w);
	else
		v = how & NARROW_SIGNED ? lanes_sar(v, count, 2 * w) : lanes_shr(v, count, 2 * w);
	return lanes_narrow(limited(c, v, w, how, to), w);
}

ALWAYS_INLINE void narrow(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	const unsigned how, const enum narrow_to to)
{
	const unsigned w = 8u << size;
	union vec n = c->v[i->f[F_N]];
	u64 low = narrow_word(c, simd_word(n.q[0], size + 1, shape), i->imm, w, how, to);

	if (shape == SCALAR)
		simd_set(c, i, simd_word(low, size, SCALAR), 0);
	else
		simd_set_narrow(c, i, shape, low | narrow_word(c, n.q[1], i->imm, w, how, to) << 32);
}
SIZED_BHS(shrn, narrow, 0, CUT)
SIZED_BHS(rshrn, narrow, NARROW_ROUNDS, CUT)
SIZED_BHS(sqshrn, narrow, NARROW_SIGNED, TO_SIGNED)
SIZED_BHS(sqrshrn, narrow, NARROW_SIGNED | NARROW_ROUNDS, TO_SIGNED)
SIZED_BHS(sqshrun, narrow, NARROW_SIGNED, TO_UNSIGNED)
SIZED_BHS(sqrshrun, narrow, NARROW_SIGNED | NARROW_ROUNDS, TO_UNSIGNED)
SIZED_BHS(uqshrn, narrow, 0, TO_UNSIGNED)
SIZED_BHS(uqrshrn, narrow, NARROW_ROUNDS, TO_UNSIGNED)
SIZED_SCALAR_BHS(sqshrn, narrow, NARROW_SIGNED, TO_SIGNED)
SIZED_SCALAR_BHS(sqrshrn, narrow, NARROW_SIGNED | NARROW_ROUNDS, TO_SIGNED)
SIZED_SCALAR_BHS(sqshrun, narrow, NARROW_SIGNED, TO_UNSIGNED)
SIZED_SCALAR_BHS(sqrshrun, narrow, NARROW_SIGNED | NARROW_ROUNDS, TO_UNSIGNED)
SIZED_SCALAR_BHS(uqshrn, narrow, 0, TO_UNSIGNED)
SIZED_SCALAR_BHS(uqrshrn, narrow, NARROW_ROUNDS, TO_UNSIGNED)

static const struct insn_row rows[] = {
	{"0q001110ss1mmmmm010000nnnnnddddd", "addhn{2} {Vd.T}, {Vn.Tl}, {Vm.Tl}", SIZES_BHS(addhn), .attr = FPSIMD},
	{"0q101110ss1mmmmm010000nnnnnddddd", "raddhn{2} {Vd.T}, {Vn.Tl}, {Vm.Tl}", SIZES_BHS(raddhn), .attr = FPSIMD},
	{"0q001110ss1mmmmm011000nnnnnddddd", "subhn{2} {Vd.T}, {Vn.Tl}, {Vm.Tl}", SIZES_BHS(subhn), .attr = FPSIMD},
	{"0q101110ss1mmmmm011000nnnnnddddd", "rsubhn{2} {Vd.T}, {Vn.Tl}, {Vm.Tl}", SIZES_BHS(rsubhn), .attr = FPSIMD},
	{"0q001110ss100001001010nnnnnddddd", "xtn{2} {Vd.T}, {Vn.Tl}", SIZES_BHS(shrn), .attr = FPSIMD},
	{"0q001110ss100001010010nnnnnddddd", "sqxtn{2} {Vd.T}, {Vn.Tl}", SIZES_BHS(sqshrn), .attr = FPSIMD},
	{"01011110ss100001010010nnnnnddddd", "sqxtn {Fd}, {Ln}", SIZES_SCALAR_BHS(sqshrn), .attr = FPSIMD},
	{"0q101110ss100001010010nnnnnddddd", "uqxtn{2} {Vd.T}, {Vn.Tl}", SIZES_BHS(uqshrn), .attr = FPSIMD},
	{"01111110ss100001010010nnnnnddddd", "uqxtn {Fd}, {Ln}", SIZES_SCALAR_BHS(uqshrn), .attr = FPSIMD},
	{"0q101110ss100001001010nnnnnddddd", "sqxtun{2} {Vd.T}, {Vn.Tl}", SIZES_BHS(sqshrun), .attr = FPSIMD},
	{"01111110ss100001001010nnnnnddddd", "sqxtun {Fd}, {Ln}", SIZES_SCALAR_BHS(sqshrun), .attr = FPSIMD},
	{"0q0011110iiiiiii100001nnnnnddddd", "shrn{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(shrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q0011110iiiiiii100011nnnnnddddd", "rshrn{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(rshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q0011110iiiiiii100101nnnnnddddd", "sqshrn{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(sqshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"010111110iiiiiii100101nnnnnddddd", "sqshrn {Fd}, {Ln}, {simm}", SIZES_SCALAR_BHS(sqshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q0011110iiiiiii100111nnnnnddddd", "sqrshrn{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(sqrshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"010111110iiiiiii100111nnnnnddddd", "sqrshrn {Fd}, {Ln}, {simm}", SIZES_SCALAR_BHS(sqrshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii100001nnnnnddddd", "sqshrun{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(sqshrun),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii100001nnnnnddddd", "sqshrun {Fd}, {Ln}, {simm}", SIZES_SCALAR_BHS(sqshrun),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii100011nnnnnddddd", "sqrshrun{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(sqrshrun),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii100011nnnnnddddd", "sqrshrun {Fd}, {Ln}, {simm}", SIZES_SCALAR_BHS(sqrshrun),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii100101nnnnnddddd", "uqshrn{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(uqshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii100101nnnnnddddd", "uqshrn {Fd}, {Ln}, {simm}", SIZES_SCALAR_BHS(uqshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"0q1011110iiiiiii100111nnnnnddddd", "uqrshrn{2} {Vd.T}, {Vn.Tl}, {simm}", SIZES_BHS(uqrshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
	{"011111110iiiiiii100111nnnnnddddd", "uqrshrn {Fd}, {Ln}, {simm}", SIZES_SCALAR_BHS(uqrshrn),
		.attr = FPSIMD, .valid = simd_shift_right_imm},
};

const struct insn_group a64_group_simd_narrow = {
	"SIMD, narrowing", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD shift by immediate, two-register miscellaneous",
};
