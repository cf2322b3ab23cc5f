/* SPDX-License-Identifier: MIT */
/* Scalar floating point with one operand: moves, sign, square root, rounding to integral values, conversion between
 * precisions. Arm ARM C4.1, "Floating-point data-processing (1 source)" and "Floating-point immediate". */
#include "cpu/arm/a64/fp_exec.h"

SIZED_F(fmov, map1, elem_mov)
SIZED_F(fabs, map1, elem_abs)
SIZED_F(fneg, map1, elem_neg)
SIZED_F(fsqrt, map1, elem_sqrt)
SIZED_F(frintn, map_round, FP_NEAREST, false)
SIZED_F(frintp, map_round, FP_UP, false)
SIZED_F(frintm, map_round, FP_DOWN, false)
SIZED_F(frintz, map_round, FP_ZERO, false)
SIZED_F(frinta, map_round, FP_AWAY, false)
SIZED_F(frintx, map_round, ROUND_FPCR, true)
SIZED_F(frinti, map_round, ROUND_FPCR, false)
SIZED_F(frint32z, map_round_n, FP_ZERO, 32)
SIZED_F(frint32x, map_round_n, ROUND_FPCR, 32)
SIZED_F(frint64z, map_round_n, FP_ZERO, 64)
SIZED_F(frint64x, map_round_n, ROUND_FPCR, 64)

/* ---- between precisions: FPCR.FZ, never FZ16 ------------------------------------------------------------- */

ALWAYS_INLINE void fcvt_ds(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{f32_to_f64((u32)c->v[i->f[F_N]].q[0], &c->fp), 0}};
}
SIZED_A64_0(fcvt_ds)

ALWAYS_INLINE void fcvt_hs(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{f32_to_f16((u32)c->v[i->f[F_N]].q[0], &c->fp), 0}};
}
SIZED_A64_0(fcvt_hs)

ALWAYS_INLINE void fcvt_sd(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{f64_to_f32(c->v[i->f[F_N]].q[0], &c->fp), 0}};
}
SIZED_A64_0(fcvt_sd)

ALWAYS_INLINE void fcvt_hd(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{f64_to_f16(c->v[i->f[F_N]].q[0], &c->fp), 0}};
}
SIZED_A64_0(fcvt_hd)

ALWAYS_INLINE void fcvt_sh(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{f16_to_f32((u16)c->v[i->f[F_N]].q[0], &c->fp), 0}};
}
SIZED_A64_0(fcvt_sh)

ALWAYS_INLINE void fcvt_dh(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{f16_to_f64((u16)c->v[i->f[F_N]].q[0], &c->fp), 0}};
}
SIZED_A64_0(fcvt_dh)

/* ---- immediate -------------------------------------------------------------------------------------------------- */

/* VFPExpandImm (J1.3): sign, the exponent's top bit inverted and two lower ones, four of the fraction. */
static bool valid_immediate(struct insn *i)
{
	struct fp_format f = elem_format(i->size);
	u64 imm = i->f[F_H], exp = imm >> 4 & 3;

	exp |= imm & 0x40 ? mask_low(f.exp_bits - 3u) << 2 : 1ull << (f.exp_bits - 1);
	i->imm = (imm >> 7) << (f.exp_bits + f.frac_bits) | exp << f.frac_bits | (imm & 15) << (f.frac_bits - 4);
	return true;
}

static bool valid_immediate_half(struct insn *i)
{
	i->size = 1;
	return valid_immediate(i);
}

ALWAYS_INLINE void move_imm(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes)
{
	(void)size, (void)bytes;
	c->v[i->f[F_D]] = (union vec){{i->imm, 0}};
}
SIZED_FP(fmov_imm, _h, move_imm, 1, 2)
SIZED_FP(fmov_imm, _s, move_imm, 2, 4)
SIZED_FP(fmov_imm, _d, move_imm, 3, 8)

static const struct insn_row rows[] = {
	{"000111100z100000010000nnnnnddddd", "fmov {Fd}, {Fn}", SIZES_F(fmov), .attr = FPSIMD},
	{"0001111011100000010000nnnnnddddd", "fmov {Fd}, {Fn}", SIZES_F(fmov),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100000110000nnnnnddddd", "fabs {Fd}, {Fn}", SIZES_F(fabs), .attr = FPSIMD},
	{"0001111011100000110000nnnnnddddd", "fabs {Fd}, {Fn}", SIZES_F(fabs),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100001010000nnnnnddddd", "fneg {Fd}, {Fn}", SIZES_F(fneg), .attr = FPSIMD},
	{"0001111011100001010000nnnnnddddd", "fneg {Fd}, {Fn}", SIZES_F(fneg),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100001110000nnnnnddddd", "fsqrt {Fd}, {Fn}", SIZES_F(fsqrt), .attr = FPSIMD},
	{"0001111011100001110000nnnnnddddd", "fsqrt {Fd}, {Fn}", SIZES_F(fsqrt),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100100010000nnnnnddddd", "frintn {Fd}, {Fn}", SIZES_F(frintn), .attr = FPSIMD},
	{"0001111011100100010000nnnnnddddd", "frintn {Fd}, {Fn}", SIZES_F(frintn),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100100110000nnnnnddddd", "frintp {Fd}, {Fn}", SIZES_F(frintp), .attr = FPSIMD},
	{"0001111011100100110000nnnnnddddd", "frintp {Fd}, {Fn}", SIZES_F(frintp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100101010000nnnnnddddd", "frintm {Fd}, {Fn}", SIZES_F(frintm), .attr = FPSIMD},
	{"0001111011100101010000nnnnnddddd", "frintm {Fd}, {Fn}", SIZES_F(frintm),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100101110000nnnnnddddd", "frintz {Fd}, {Fn}", SIZES_F(frintz), .attr = FPSIMD},
	{"0001111011100101110000nnnnnddddd", "frintz {Fd}, {Fn}", SIZES_F(frintz),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100110010000nnnnnddddd", "frinta {Fd}, {Fn}", SIZES_F(frinta), .attr = FPSIMD},
	{"0001111011100110010000nnnnnddddd", "frinta {Fd}, {Fn}", SIZES_F(frinta),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100111010000nnnnnddddd", "frintx {Fd}, {Fn}", SIZES_F(frintx), .attr = FPSIMD},
	{"0001111011100111010000nnnnnddddd", "frintx {Fd}, {Fn}", SIZES_F(frintx),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z100111110000nnnnnddddd", "frinti {Fd}, {Fn}", SIZES_F(frinti), .attr = FPSIMD},
	{"0001111011100111110000nnnnnddddd", "frinti {Fd}, {Fn}", SIZES_F(frinti),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z101000010000nnnnnddddd", "frint32z {Fd}, {Fn}", SIZES_F(frint32z), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"000111100z101000110000nnnnnddddd", "frint32x {Fd}, {Fn}", SIZES_F(frint32x), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"000111100z101001010000nnnnnddddd", "frint64z {Fd}, {Fn}", SIZES_F(frint64z), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"000111100z101001110000nnnnnddddd", "frint64x {Fd}, {Fn}", SIZES_F(frint64x), .attr = FPSIMD, .feature = FEAT_FRINTTS},
	{"0001111000100010110000nnnnnddddd", "fcvt {Dd}, {Sn}", SIZES_0(fcvt_ds), .attr = FPSIMD},
	{"0001111000100011110000nnnnnddddd", "fcvt {Hd}, {Sn}", SIZES_0(fcvt_hs), .attr = FPSIMD},
	{"0001111001100010010000nnnnnddddd", "fcvt {Sd}, {Dn}", SIZES_0(fcvt_sd), .attr = FPSIMD},
	{"0001111001100011110000nnnnnddddd", "fcvt {Hd}, {Dn}", SIZES_0(fcvt_hd), .attr = FPSIMD},
	{"0001111011100010010000nnnnnddddd", "fcvt {Sd}, {Hn}", SIZES_0(fcvt_sh), .attr = FPSIMD},
	{"0001111011100010110000nnnnnddddd", "fcvt {Dd}, {Hn}", SIZES_0(fcvt_dh), .attr = FPSIMD},
	{"000111100z1hhhhhhhh10000000ddddd", "fmov {Fd}, {fimm}", SIZES_F(fmov_imm), .attr = FPSIMD, .valid = valid_immediate},
	{"00011110111hhhhhhhh10000000ddddd", "fmov {Fd}, {fimm}", SIZES_F(fmov_imm),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_immediate_half},
};

const struct insn_group a64_group_fp_unary = {
	"floating point, one operand", rows, countof(rows),
	"Arm ARM C4.1, Floating-point data-processing (1 source), Floating-point immediate",
};
