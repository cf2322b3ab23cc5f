/* SPDX-License-Identifier: MIT */
/* Floating point on vectors, one operand: sign, roots, rounding to integral values, estimates, comparison with zero.
 * Arm ARM C4.1, "Advanced SIMD two-register miscellaneous", "... (FP16)", and the scalar forms. */
#include "cpu/arm/a64/fp_exec.h"

SIZED_FV(fabs, map1, elem_abs)
SIZED_FV(fneg, map1, elem_neg)
SIZED_FV(fsqrt, map1, elem_sqrt)
SIZED_FV(frintn, map_round, FP_NEAREST, false)
SIZED_FV(frintp, map_round, FP_UP, false)
SIZED_FV(frintm, map_round, FP_DOWN, false)
SIZED_FV(frintz, map_round, FP_ZERO, false)
SIZED_FV(frinta, map_round, FP_AWAY, false)
SIZED_FV(frintx, map_round, ROUND_FPCR, true)
SIZED_FV(frinti, map_round, ROUND_FPCR, false)
SIZED_FV(frint32z, map_round_n, FP_ZERO, 32)
SIZED_FV(frint32x, map_round_n, ROUND_FPCR, 32)
SIZED_FV(frint64z, map_round_n, FP_ZERO, 64)
SIZED_FV(frint64x, map_round_n, ROUND_FPCR, 64)

/* ---- estimates ------------------------------------------------------------------------------------------------- */

SIZED_FV(frecpe, map1, elem_recpe)
SIZED_FV(frsqrte, map1, elem_rsqrte)
SIZED_F(frecpe, map1, elem_recpe)
SIZED_F(frsqrte, map1, elem_rsqrte)
SIZED_F(frecpx, map1, elem_recpx)

/* Of unsigned fixed-point words: no other size. */
#define SIZED_WORDS(fn, op) SIZED_FP(fn, _2s, map1, 2, 8, op) SIZED_FP(fn, _4s, map1, 2, 16, op)
#define SIZES_WORDS(fn)     {[2] = fn##_2s, [6] = fn##_4s}

ALWAYS_INLINE u64 word_recpe(u64 a, const unsigned size, struct fp_env *e)
{
	(void)size, (void)e;
	return arm_recip_estimate((u32)a);
}
SIZED_WORDS(urecpe, word_recpe)

ALWAYS_INLINE u64 word_rsqrte(u64 a, const unsigned size, struct fp_env *e)
{
	(void)size, (void)e;
	return arm_rsqrt_estimate((u32)a);
}
SIZED_WORDS(ursqrte, word_rsqrte)

/* ---- comparison with zero: op(a, 0), or op(0, a) if reversed ------------------------------------------------ */

ALWAYS_INLINE void map_zero(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	elem_op2 *op, bool reversed)
{
	const union vec *a = &c->v[i->f[F_N]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < bytes >> size; n++) {
		u64 v = elem_get(a, n, size);

		elem_put(&r, n, size, op(reversed ? 0 : v, reversed ? v : 0, size, elem_env(c, size)));
	}
	c->v[i->f[F_D]] = r;
}
SIZED_FV(fcmgt, map_zero, elem_cmgt, false)
SIZED_FV(fcmeq, map_zero, elem_cmeq, false)
SIZED_FV(fcmlt, map_zero, elem_cmgt, true)
SIZED_FV(fcmge, map_zero, elem_cmge, false)
SIZED_FV(fcmle, map_zero, elem_cmge, true)
SIZED_F(fcmgt, map_zero, elem_cmgt, false)
SIZED_F(fcmeq, map_zero, elem_cmeq, false)
SIZED_F(fcmlt, map_zero, elem_cmgt, true)
SIZED_F(fcmge, map_zero, elem_cmge, false)
SIZED_F(fcmle, map_zero, elem_cmge, true)

static const struct insn_row rows[] = {
	{"0q0011101z100000111110nnnnnddddd", "fabs {Vd.T}, {Vn.T}", SIZES_FV(fabs), .attr = FPSIMD},
	{"0q00111011111000111110nnnnnddddd", "fabs {Vd.T}, {Vn.T}", SIZES_FV(fabs),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100000111110nnnnnddddd", "fneg {Vd.T}, {Vn.T}", SIZES_FV(fneg), .attr = FPSIMD},
	{"0q10111011111000111110nnnnnddddd", "fneg {Vd.T}, {Vn.T}", SIZES_FV(fneg),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100001111110nnnnnddddd", "fsqrt {Vd.T}, {Vn.T}", SIZES_FV(fsqrt), .attr = FPSIMD},
	{"0q10111011111001111110nnnnnddddd", "fsqrt {Vd.T}, {Vn.T}", SIZES_FV(fsqrt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z100001100010nnnnnddddd", "frintn {Vd.T}, {Vn.T}", SIZES_FV(frintn), .attr = FPSIMD},
	{"0q00111001111001100010nnnnnddddd", "frintn {Vd.T}, {Vn.T}", SIZES_FV(frintn),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z100001100110nnnnnddddd", "frintm {Vd.T}, {Vn.T}", SIZES_FV(frintm), .attr = FPSIMD},
	{"0q00111001111001100110nnnnnddddd", "frintm {Vd.T}, {Vn.T}", SIZES_FV(frintm),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z100001100010nnnnnddddd", "frintp {Vd.T}, {Vn.T}", SIZES_FV(frintp), .attr = FPSIMD},
	{"0q00111011111001100010nnnnnddddd", "frintp {Vd.T}, {Vn.T}", SIZES_FV(frintp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z100001100110nnnnnddddd", "frintz {Vd.T}, {Vn.T}", SIZES_FV(frintz), .attr = FPSIMD},
	{"0q00111011111001100110nnnnnddddd", "frintz {Vd.T}, {Vn.T}", SIZES_FV(frintz),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z100001100010nnnnnddddd", "frinta {Vd.T}, {Vn.T}", SIZES_FV(frinta), .attr = FPSIMD},
	{"0q10111001111001100010nnnnnddddd", "frinta {Vd.T}, {Vn.T}", SIZES_FV(frinta),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z100001100110nnnnnddddd", "frintx {Vd.T}, {Vn.T}", SIZES_FV(frintx), .attr = FPSIMD},
	{"0q10111001111001100110nnnnnddddd", "frintx {Vd.T}, {Vn.T}", SIZES_FV(frintx),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100001100110nnnnnddddd", "frinti {Vd.T}, {Vn.T}", SIZES_FV(frinti), .attr = FPSIMD},
	{"0q10111011111001100110nnnnnddddd", "frinti {Vd.T}, {Vn.T}", SIZES_FV(frinti),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z100001111010nnnnnddddd", "frint32z {Vd.T}, {Vn.T}", SIZES_FV(frint32z), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"0q0011100z100001111110nnnnnddddd", "frint64z {Vd.T}, {Vn.T}", SIZES_FV(frint64z), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"0q1011100z100001111010nnnnnddddd", "frint32x {Vd.T}, {Vn.T}", SIZES_FV(frint32x), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"0q1011100z100001111110nnnnnddddd", "frint64x {Vd.T}, {Vn.T}", SIZES_FV(frint64x), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"0q0011101z100001110110nnnnnddddd", "frecpe {Vd.T}, {Vn.T}", SIZES_FV(frecpe), .attr = FPSIMD},
	{"0q00111011111001110110nnnnnddddd", "frecpe {Vd.T}, {Vn.T}", SIZES_FV(frecpe),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100001110110nnnnnddddd", "frsqrte {Vd.T}, {Vn.T}", SIZES_FV(frsqrte), .attr = FPSIMD},
	{"0q10111011111001110110nnnnnddddd", "frsqrte {Vd.T}, {Vn.T}", SIZES_FV(frsqrte),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z100001110010nnnnnddddd", "urecpe {Vd.T}, {Vn.T}", SIZES_WORDS(urecpe), .attr = FPSIMD},
	{"0q1011101z100001110010nnnnnddddd", "ursqrte {Vd.T}, {Vn.T}", SIZES_WORDS(ursqrte), .attr = FPSIMD},
	{"0q0011101z100000110010nnnnnddddd", "fcmgt {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmgt), .attr = FPSIMD},
	{"0q00111011111000110010nnnnnddddd", "fcmgt {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmgt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z100000110110nnnnnddddd", "fcmeq {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmeq), .attr = FPSIMD},
	{"0q00111011111000110110nnnnnddddd", "fcmeq {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmeq),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z100000111010nnnnnddddd", "fcmlt {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmlt), .attr = FPSIMD},
	{"0q00111011111000111010nnnnnddddd", "fcmlt {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmlt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100000110010nnnnnddddd", "fcmge {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmge), .attr = FPSIMD},
	{"0q10111011111000110010nnnnnddddd", "fcmge {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmge),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100000110110nnnnnddddd", "fcmle {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmle), .attr = FPSIMD},
	{"0q10111011111000110110nnnnnddddd", "fcmle {Vd.T}, {Vn.T}, #0.0", SIZES_FV(fcmle),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	/* scalar */
	{"010111101z100001110110nnnnnddddd", "frecpe {Fd}, {Fn}", SIZES_F(frecpe), .attr = FPSIMD},
	{"0101111011111001110110nnnnnddddd", "frecpe {Fd}, {Fn}", SIZES_F(frecpe),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z100001110110nnnnnddddd", "frsqrte {Fd}, {Fn}", SIZES_F(frsqrte), .attr = FPSIMD},
	{"0111111011111001110110nnnnnddddd", "frsqrte {Fd}, {Fn}", SIZES_F(frsqrte),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111101z100001111110nnnnnddddd", "frecpx {Fd}, {Fn}", SIZES_F(frecpx), .attr = FPSIMD},
	{"0101111011111001111110nnnnnddddd", "frecpx {Fd}, {Fn}", SIZES_F(frecpx),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111101z100000110010nnnnnddddd", "fcmgt {Fd}, {Fn}, #0.0", SIZES_F(fcmgt), .attr = FPSIMD},
	{"0101111011111000110010nnnnnddddd", "fcmgt {Fd}, {Fn}, #0.0", SIZES_F(fcmgt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111101z100000110110nnnnnddddd", "fcmeq {Fd}, {Fn}, #0.0", SIZES_F(fcmeq), .attr = FPSIMD},
	{"0101111011111000110110nnnnnddddd", "fcmeq {Fd}, {Fn}, #0.0", SIZES_F(fcmeq),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111101z100000111010nnnnnddddd", "fcmlt {Fd}, {Fn}, #0.0", SIZES_F(fcmlt), .attr = FPSIMD},
	{"0101111011111000111010nnnnnddddd", "fcmlt {Fd}, {Fn}, #0.0", SIZES_F(fcmlt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z100000110010nnnnnddddd", "fcmge {Fd}, {Fn}, #0.0", SIZES_F(fcmge), .attr = FPSIMD},
	{"0111111011111000110010nnnnnddddd", "fcmge {Fd}, {Fn}, #0.0", SIZES_F(fcmge),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z100000110110nnnnnddddd", "fcmle {Fd}, {Fn}, #0.0", SIZES_F(fcmle), .attr = FPSIMD},
	{"0111111011111000110110nnnnnddddd", "fcmle {Fd}, {Fn}, #0.0", SIZES_F(fcmle),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
};

const struct insn_group a64_group_simd_fp_unary = {
	"vector floating point, one register", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD two-register miscellaneous, ... (FP16), scalar forms",
};
