/* SPDX-License-Identifier: MIT */
/* Conversions of vector elements: to and from integers and fixed point, between precisions. Arm ARM C4.1,
 * "Advanced SIMD two-register miscellaneous", "... (FP16)", "shift by immediate", and the scalar forms. */
#include "cpu/arm/a64/fp_exec.h"

SIZED_FV(fcvtns, map_to_int, true, FP_NEAREST)
SIZED_FV(fcvtms, map_to_int, true, FP_DOWN)
SIZED_FV(fcvtas, map_to_int, true, FP_AWAY)
SIZED_FV(fcvtps, map_to_int, true, FP_UP)
SIZED_FV(fcvtzs, map_to_int, true, FP_ZERO)
SIZED_FV(fcvtnu, map_to_int, false, FP_NEAREST)
SIZED_FV(fcvtmu, map_to_int, false, FP_DOWN)
SIZED_FV(fcvtau, map_to_int, false, FP_AWAY)
SIZED_FV(fcvtpu, map_to_int, false, FP_UP)
SIZED_FV(fcvtzu, map_to_int, false, FP_ZERO)
SIZED_FV(scvtf, map_from_int, true)
SIZED_FV(ucvtf, map_from_int, false)
SIZED_F(fcvtns, map_to_int, true, FP_NEAREST)
SIZED_F(fcvtms, map_to_int, true, FP_DOWN)
SIZED_F(fcvtas, map_to_int, true, FP_AWAY)
SIZED_F(fcvtps, map_to_int, true, FP_UP)
SIZED_F(fcvtzs, map_to_int, true, FP_ZERO)
SIZED_F(fcvtnu, map_to_int, false, FP_NEAREST)
SIZED_F(fcvtmu, map_to_int, false, FP_DOWN)
SIZED_F(fcvtau, map_to_int, false, FP_AWAY)
SIZED_F(fcvtpu, map_to_int, false, FP_UP)
SIZED_F(fcvtzu, map_to_int, false, FP_ZERO)
SIZED_F(scvtf, map_from_int, true)
SIZED_F(ucvtf, map_from_int, false)

/* ---- fixed point: immh:immb is twice the element's bits less the fraction's -------------------------------- */

static bool valid_fraction(struct insn *i, u8 size)
{
	i->size = size;
	i->f[F_H] = (u8)((8u << size) - i->imm);
	return true;
}

static bool valid_fraction_h(struct insn *i)
{
	return valid_fraction(i, 1);
}

static bool valid_fraction_s(struct insn *i)
{
	return valid_fraction(i, 2);
}

static bool valid_fraction_d(struct insn *i)
{
	return valid_fraction(i, 3);
}

/* ---- precision: size is that of the wider elements; upper: of the narrow register's halves ------------------ */

ALWAYS_INLINE void lengthen(struct arm *c, const struct insn *i, const unsigned size, const unsigned upper)
{
	const union vec *a = &c->v[i->f[F_N]];
	const unsigned count = 16u >> size;
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < count; n++) {
		u64 v = elem_get(a, n + upper * count, size - 1);

		elem_put(&r, n, size, size == 3 ? f32_to_f64((u32)v, &c->fp) : f16_to_f32((u16)v, &c->fp));
	}
	c->v[i->f[F_D]] = r;
}
SIZED_FP(fcvtl, _s_any, lengthen, 2, 0)
SIZED_FP(fcvtl, _d_any, lengthen, 3, 0)
SIZED_FP(fcvtl2, _s_any, lengthen, 2, 1)
SIZED_FP(fcvtl2, _d_any, lengthen, 3, 1)

ALWAYS_INLINE void narrow(struct arm *c, const struct insn *i, const unsigned size, const unsigned upper,
	struct fp_env *e)
{
	const union vec *a = &c->v[i->f[F_N]];
	union vec r = {{0, 0}};

	for (unsigned n = 0; n < 16u >> size; n++) {
		u64 v = elem_get(a, n, size);

		elem_put(&r, n, size - 1, size == 3 ? f64_to_f32(v, e) : f32_to_f16((u32)v, e));
	}
	if (upper)
		c->v[i->f[F_D]].q[1] = r.q[0];
	else
		c->v[i->f[F_D]] = r;
}
SIZED_FP(fcvtn, _s_any, narrow, 2, 0, &arm_from(cpu)->fp)
SIZED_FP(fcvtn, _d_any, narrow, 3, 0, &arm_from(cpu)->fp)
SIZED_FP(fcvtn2, _s_any, narrow, 2, 1, &arm_from(cpu)->fp)
SIZED_FP(fcvtn2, _d_any, narrow, 3, 1, &arm_from(cpu)->fp)

/* Rounding to odd, so that a second rounding to still less gives what one alone would. */
ALWAYS_INLINE void narrow_odd(struct arm *c, const struct insn *i, const unsigned upper)
{
	struct fp_env odd = c->fp;

	odd.round = FP_ODD;
	narrow(c, i, 3, upper, &odd);
	c->fp.flags = odd.flags;
}
SIZED_FP(fcvtxn, _any, narrow_odd, 0)
SIZED_FP(fcvtxn2, _any, narrow_odd, 1)

ALWAYS_INLINE void fcvtxn_scalar(struct arm *c, const struct insn *i)
{
	struct fp_env odd = c->fp;
	u64 r;

	odd.round = FP_ODD;
	r = f64_to_f32(c->v[i->f[F_N]].q[0], &odd);
	c->fp.flags = odd.flags;
	c->v[i->f[F_D]] = (union vec){{r, 0}};
}
SIZED_A64_0(fcvtxn_scalar)

static const struct insn_row rows[] = {
	{"0q0011100z100001101010nnnnnddddd", "fcvtns {Vd.T}, {Vn.T}", SIZES_FV(fcvtns), .attr = FPSIMD},
	{"0q00111001111001101010nnnnnddddd", "fcvtns {Vd.T}, {Vn.T}", SIZES_FV(fcvtns),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z100001101110nnnnnddddd", "fcvtms {Vd.T}, {Vn.T}", SIZES_FV(fcvtms), .attr = FPSIMD},
	{"0q00111001111001101110nnnnnddddd", "fcvtms {Vd.T}, {Vn.T}", SIZES_FV(fcvtms),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z100001110010nnnnnddddd", "fcvtas {Vd.T}, {Vn.T}", SIZES_FV(fcvtas), .attr = FPSIMD},
	{"0q00111001111001110010nnnnnddddd", "fcvtas {Vd.T}, {Vn.T}", SIZES_FV(fcvtas),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z100001101010nnnnnddddd", "fcvtps {Vd.T}, {Vn.T}", SIZES_FV(fcvtps), .attr = FPSIMD},
	{"0q00111011111001101010nnnnnddddd", "fcvtps {Vd.T}, {Vn.T}", SIZES_FV(fcvtps),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011101z100001101110nnnnnddddd", "fcvtzs {Vd.T}, {Vn.T}", SIZES_FV(fcvtzs), .attr = FPSIMD},
	{"0q00111011111001101110nnnnnddddd", "fcvtzs {Vd.T}, {Vn.T}", SIZES_FV(fcvtzs),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z100001101010nnnnnddddd", "fcvtnu {Vd.T}, {Vn.T}", SIZES_FV(fcvtnu), .attr = FPSIMD},
	{"0q10111001111001101010nnnnnddddd", "fcvtnu {Vd.T}, {Vn.T}", SIZES_FV(fcvtnu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z100001101110nnnnnddddd", "fcvtmu {Vd.T}, {Vn.T}", SIZES_FV(fcvtmu), .attr = FPSIMD},
	{"0q10111001111001101110nnnnnddddd", "fcvtmu {Vd.T}, {Vn.T}", SIZES_FV(fcvtmu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z100001110010nnnnnddddd", "fcvtau {Vd.T}, {Vn.T}", SIZES_FV(fcvtau), .attr = FPSIMD},
	{"0q10111001111001110010nnnnnddddd", "fcvtau {Vd.T}, {Vn.T}", SIZES_FV(fcvtau),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100001101010nnnnnddddd", "fcvtpu {Vd.T}, {Vn.T}", SIZES_FV(fcvtpu), .attr = FPSIMD},
	{"0q10111011111001101010nnnnnddddd", "fcvtpu {Vd.T}, {Vn.T}", SIZES_FV(fcvtpu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011101z100001101110nnnnnddddd", "fcvtzu {Vd.T}, {Vn.T}", SIZES_FV(fcvtzu), .attr = FPSIMD},
	{"0q10111011111001101110nnnnnddddd", "fcvtzu {Vd.T}, {Vn.T}", SIZES_FV(fcvtzu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q0011100z100001110110nnnnnddddd", "scvtf {Vd.T}, {Vn.T}", SIZES_FV(scvtf), .attr = FPSIMD},
	{"0q00111001111001110110nnnnnddddd", "scvtf {Vd.T}, {Vn.T}", SIZES_FV(scvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"0q1011100z100001110110nnnnnddddd", "ucvtf {Vd.T}, {Vn.T}", SIZES_FV(ucvtf), .attr = FPSIMD},
	{"0q10111001111001110110nnnnnddddd", "ucvtf {Vd.T}, {Vn.T}", SIZES_FV(ucvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	/* scalar */
	{"010111100z100001101010nnnnnddddd", "fcvtns {Fd}, {Fn}", SIZES_F(fcvtns), .attr = FPSIMD},
	{"0101111001111001101010nnnnnddddd", "fcvtns {Fd}, {Fn}", SIZES_F(fcvtns),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111100z100001101110nnnnnddddd", "fcvtms {Fd}, {Fn}", SIZES_F(fcvtms), .attr = FPSIMD},
	{"0101111001111001101110nnnnnddddd", "fcvtms {Fd}, {Fn}", SIZES_F(fcvtms),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111100z100001110010nnnnnddddd", "fcvtas {Fd}, {Fn}", SIZES_F(fcvtas), .attr = FPSIMD},
	{"0101111001111001110010nnnnnddddd", "fcvtas {Fd}, {Fn}", SIZES_F(fcvtas),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111101z100001101010nnnnnddddd", "fcvtps {Fd}, {Fn}", SIZES_F(fcvtps), .attr = FPSIMD},
	{"0101111011111001101010nnnnnddddd", "fcvtps {Fd}, {Fn}", SIZES_F(fcvtps),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111101z100001101110nnnnnddddd", "fcvtzs {Fd}, {Fn}", SIZES_F(fcvtzs), .attr = FPSIMD},
	{"0101111011111001101110nnnnnddddd", "fcvtzs {Fd}, {Fn}", SIZES_F(fcvtzs),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111100z100001101010nnnnnddddd", "fcvtnu {Fd}, {Fn}", SIZES_F(fcvtnu), .attr = FPSIMD},
	{"0111111001111001101010nnnnnddddd", "fcvtnu {Fd}, {Fn}", SIZES_F(fcvtnu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111100z100001101110nnnnnddddd", "fcvtmu {Fd}, {Fn}", SIZES_F(fcvtmu), .attr = FPSIMD},
	{"0111111001111001101110nnnnnddddd", "fcvtmu {Fd}, {Fn}", SIZES_F(fcvtmu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111100z100001110010nnnnnddddd", "fcvtau {Fd}, {Fn}", SIZES_F(fcvtau), .attr = FPSIMD},
	{"0111111001111001110010nnnnnddddd", "fcvtau {Fd}, {Fn}", SIZES_F(fcvtau),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z100001101010nnnnnddddd", "fcvtpu {Fd}, {Fn}", SIZES_F(fcvtpu), .attr = FPSIMD},
	{"0111111011111001101010nnnnnddddd", "fcvtpu {Fd}, {Fn}", SIZES_F(fcvtpu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111101z100001101110nnnnnddddd", "fcvtzu {Fd}, {Fn}", SIZES_F(fcvtzu), .attr = FPSIMD},
	{"0111111011111001101110nnnnnddddd", "fcvtzu {Fd}, {Fn}", SIZES_F(fcvtzu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"010111100z100001110110nnnnnddddd", "scvtf {Fd}, {Fn}", SIZES_F(scvtf), .attr = FPSIMD},
	{"0101111001111001110110nnnnnddddd", "scvtf {Fd}, {Fn}", SIZES_F(scvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"011111100z100001110110nnnnnddddd", "ucvtf {Fd}, {Fn}", SIZES_F(ucvtf), .attr = FPSIMD},
	{"0111111001111001110110nnnnnddddd", "ucvtf {Fd}, {Fn}", SIZES_F(ucvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	/* fixed point */
	{"0q001111001iiiii111001nnnnnddddd", "scvtf {Vd.T}, {Vn.T}, {h}", SIZES_FV(scvtf), .attr = FPSIMD, .valid = valid_fraction_s},
	{"01011111001iiiii111001nnnnnddddd", "scvtf {Fd}, {Fn}, {h}", SIZES_F(scvtf), .attr = FPSIMD, .valid = valid_fraction_s},
	{"0q00111101iiiiii111001nnnnnddddd", "scvtf {Vd.T}, {Vn.T}, {h}", SIZES_FV(scvtf), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0101111101iiiiii111001nnnnnddddd", "scvtf {Fd}, {Fn}, {h}", SIZES_F(scvtf), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0q0011110001iiii111001nnnnnddddd", "scvtf {Vd.T}, {Vn.T}, {h}", SIZES_FV(scvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	{"010111110001iiii111001nnnnnddddd", "scvtf {Fd}, {Fn}, {h}", SIZES_F(scvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	{"0q101111001iiiii111001nnnnnddddd", "ucvtf {Vd.T}, {Vn.T}, {h}", SIZES_FV(ucvtf), .attr = FPSIMD, .valid = valid_fraction_s},
	{"01111111001iiiii111001nnnnnddddd", "ucvtf {Fd}, {Fn}, {h}", SIZES_F(ucvtf), .attr = FPSIMD, .valid = valid_fraction_s},
	{"0q10111101iiiiii111001nnnnnddddd", "ucvtf {Vd.T}, {Vn.T}, {h}", SIZES_FV(ucvtf), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0111111101iiiiii111001nnnnnddddd", "ucvtf {Fd}, {Fn}, {h}", SIZES_F(ucvtf), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0q1011110001iiii111001nnnnnddddd", "ucvtf {Vd.T}, {Vn.T}, {h}", SIZES_FV(ucvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	{"011111110001iiii111001nnnnnddddd", "ucvtf {Fd}, {Fn}, {h}", SIZES_F(ucvtf),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	{"0q001111001iiiii111111nnnnnddddd", "fcvtzs {Vd.T}, {Vn.T}, {h}", SIZES_FV(fcvtzs), .attr = FPSIMD, .valid = valid_fraction_s},
	{"01011111001iiiii111111nnnnnddddd", "fcvtzs {Fd}, {Fn}, {h}", SIZES_F(fcvtzs), .attr = FPSIMD, .valid = valid_fraction_s},
	{"0q00111101iiiiii111111nnnnnddddd", "fcvtzs {Vd.T}, {Vn.T}, {h}", SIZES_FV(fcvtzs), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0101111101iiiiii111111nnnnnddddd", "fcvtzs {Fd}, {Fn}, {h}", SIZES_F(fcvtzs), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0q0011110001iiii111111nnnnnddddd", "fcvtzs {Vd.T}, {Vn.T}, {h}", SIZES_FV(fcvtzs),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	{"010111110001iiii111111nnnnnddddd", "fcvtzs {Fd}, {Fn}, {h}", SIZES_F(fcvtzs),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	{"0q101111001iiiii111111nnnnnddddd", "fcvtzu {Vd.T}, {Vn.T}, {h}", SIZES_FV(fcvtzu), .attr = FPSIMD, .valid = valid_fraction_s},
	{"01111111001iiiii111111nnnnnddddd", "fcvtzu {Fd}, {Fn}, {h}", SIZES_F(fcvtzu), .attr = FPSIMD, .valid = valid_fraction_s},
	{"0q10111101iiiiii111111nnnnnddddd", "fcvtzu {Vd.T}, {Vn.T}, {h}", SIZES_FV(fcvtzu), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0111111101iiiiii111111nnnnnddddd", "fcvtzu {Fd}, {Fn}, {h}", SIZES_F(fcvtzu), .attr = FPSIMD, .valid = valid_fraction_d},
	{"0q1011110001iiii111111nnnnnddddd", "fcvtzu {Vd.T}, {Vn.T}, {h}", SIZES_FV(fcvtzu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	{"011111110001iiii111111nnnnnddddd", "fcvtzu {Fd}, {Fn}, {h}", SIZES_F(fcvtzu),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction_h},
	/* precision */
	{"0000111000100001011110nnnnnddddd", "fcvtl {Vd.4s}, {Vn.4h}", SIZES_0(fcvtl_s), .attr = FPSIMD},
	{"0000111000100001011010nnnnnddddd", "fcvtn {Vd.4h}, {Vn.4s}", SIZES_0(fcvtn_s), .attr = FPSIMD},
	{"0000111001100001011110nnnnnddddd", "fcvtl {Vd.2d}, {Vn.2s}", SIZES_0(fcvtl_d), .attr = FPSIMD},
	{"0000111001100001011010nnnnnddddd", "fcvtn {Vd.2s}, {Vn.2d}", SIZES_0(fcvtn_d), .attr = FPSIMD},
	{"0010111001100001011010nnnnnddddd", "fcvtxn {Vd.2s}, {Vn.2d}", SIZES_0(fcvtxn), .attr = FPSIMD},
	{"0100111000100001011110nnnnnddddd", "fcvtl2 {Vd.4s}, {Vn.8h}", SIZES_0(fcvtl2_s), .attr = FPSIMD},
	{"0100111000100001011010nnnnnddddd", "fcvtn2 {Vd.8h}, {Vn.4s}", SIZES_0(fcvtn2_s), .attr = FPSIMD},
	{"0100111001100001011110nnnnnddddd", "fcvtl2 {Vd.2d}, {Vn.4s}", SIZES_0(fcvtl2_d), .attr = FPSIMD},
	{"0100111001100001011010nnnnnddddd", "fcvtn2 {Vd.4s}, {Vn.2d}", SIZES_0(fcvtn2_d), .attr = FPSIMD},
	{"0110111001100001011010nnnnnddddd", "fcvtxn2 {Vd.4s}, {Vn.2d}", SIZES_0(fcvtxn2), .attr = FPSIMD},
	{"0111111001100001011010nnnnnddddd", "fcvtxn {Sd}, {Dn}", SIZES_0(fcvtxn_scalar), .attr = FPSIMD},
};

const struct insn_group a64_group_simd_fp_convert = {
	"vector floating point, conversions", rows, countof(rows),
	"Arm ARM C4.1, Advanced SIMD two-register miscellaneous, shift by immediate, scalar forms",
};
