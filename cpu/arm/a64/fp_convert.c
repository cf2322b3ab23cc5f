/* SPDX-License-Identifier: MIT */
/* Between general and floating-point registers: conversions to and from integers and fixed point, and moves of bits.
 * Arm ARM C4.1, "Conversion between floating-point and integer" and "... and fixed-point". */
#include "cpu/arm/a64/fp_exec.h"
#include "cpu/arm/a64/operand.h"

/* fn_sw: a single and a W register */
#define SIZED_CVT(fn, body, ...) \
	SIZED_FP(fn, _hw, body, 2, 1, __VA_ARGS__) SIZED_FP(fn, _sw, body, 2, 2, __VA_ARGS__) \
	SIZED_FP(fn, _dw, body, 2, 3, __VA_ARGS__) SIZED_FP(fn, _hx, body, 3, 1, __VA_ARGS__) \
	SIZED_FP(fn, _sx, body, 3, 2, __VA_ARGS__) SIZED_FP(fn, _dx, body, 3, 3, __VA_ARGS__)
#define SIZES_CVT(fn, f) {[2] = fn##_##f##w, [3] = fn##_##f##x}

/* ---- conversions: size of the general register, fsize of the other; F_H fraction bits ------------------ */

ALWAYS_INLINE void to_int(struct arm *c, const struct insn *i, const unsigned size, const unsigned fsize,
	bool is_signed, const unsigned round)
{
	const struct fp_int_type t = {.bits = (u8)(8u << size), .is_signed = is_signed, .fraction = i->f[F_H]};
	u64 a = elem_get(&c->v[i->f[F_N]], 0, fsize);

	c->x[i->f[F_D]] = a64_cut(elem_to_int(a, t, round, fsize, elem_env(c, fsize)), size);
}
SIZED_CVT(fcvtns, to_int, true, FP_NEAREST)
SIZED_CVT(fcvtnu, to_int, false, FP_NEAREST)
SIZED_CVT(fcvtps, to_int, true, FP_UP)
SIZED_CVT(fcvtpu, to_int, false, FP_UP)
SIZED_CVT(fcvtms, to_int, true, FP_DOWN)
SIZED_CVT(fcvtmu, to_int, false, FP_DOWN)
SIZED_CVT(fcvtzs, to_int, true, FP_ZERO)
SIZED_CVT(fcvtzu, to_int, false, FP_ZERO)
SIZED_CVT(fcvtas, to_int, true, FP_AWAY)
SIZED_CVT(fcvtau, to_int, false, FP_AWAY)

ALWAYS_INLINE void from_int(struct arm *c, const struct insn *i, const unsigned size, const unsigned fsize,
	bool is_signed)
{
	u64 v = a64_get(c, i->f[F_N], size);
	u64 r;

	v = is_signed ? (u64)a64_signed(v, size) : v;
	r = fp_from_int(v, is_signed, i->f[F_H], elem_format(fsize), elem_env(c, fsize));
	c->v[i->f[F_D]] = (union vec){{r, 0}};
}
SIZED_CVT(scvtf, from_int, true)
SIZED_CVT(ucvtf, from_int, false)

/* scale is 64 - fraction bits, of which there are at most as many as the register is wide. */
static bool valid_fraction(struct insn *i)
{
	i->f[F_H] = (u8)(64 - i->imm);
	return i->size == 3 || i->imm >= 32;
}

/* N, C and V become 0; Z says that the result is the number that there was. */
ALWAYS_INLINE void fjcvtzs(struct arm *c, const struct insn *i)
{
	bool exact;

	c->x[i->f[F_D]] = arm_fp_to_int_js(c->v[i->f[F_N]].q[0], &exact, &c->fp);
	a64_put_nzcv(c, exact ? 4 : 0);
}
SIZED_A64_0(fjcvtzs)

/* ---- moves of bits ----------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void fmov_ws(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = (u32)c->v[i->f[F_N]].q[0];
}
SIZED_A64_0(fmov_ws)

ALWAYS_INLINE void fmov_sw(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{(u32)c->x[i->f[F_N]], 0}};
}
SIZED_A64_0(fmov_sw)

ALWAYS_INLINE void fmov_wh(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = (u16)c->v[i->f[F_N]].q[0];
}
SIZED_A64_0(fmov_wh)

ALWAYS_INLINE void fmov_hw(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{(u16)c->x[i->f[F_N]], 0}};
}
SIZED_A64_0(fmov_hw)

ALWAYS_INLINE void fmov_xd(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->v[i->f[F_N]].q[0];
}
SIZED_A64_0(fmov_xd)

ALWAYS_INLINE void fmov_dx(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]] = (union vec){{c->x[i->f[F_N]], 0}};
}
SIZED_A64_0(fmov_dx)

ALWAYS_INLINE void fmov_xv(struct arm *c, const struct insn *i)
{
	c->x[i->f[F_D]] = c->v[i->f[F_N]].q[1];
}
SIZED_A64_0(fmov_xv)

/* The one that leaves the lower half alone. */
ALWAYS_INLINE void fmov_vx(struct arm *c, const struct insn *i)
{
	c->v[i->f[F_D]].q[1] = c->x[i->f[F_N]];
}
SIZED_A64_0(fmov_vx)

static const struct insn_row rows[] = {
	{"s001111000100000000000nnnnnddddd", "fcvtns {Rd}, {Sn}", SIZES_CVT(fcvtns, s), .attr = FPSIMD},
	{"s001111001100000000000nnnnnddddd", "fcvtns {Rd}, {Dn}", SIZES_CVT(fcvtns, d), .attr = FPSIMD},
	{"s001111011100000000000nnnnnddddd", "fcvtns {Rd}, {Hn}", SIZES_CVT(fcvtns, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000100001000000nnnnnddddd", "fcvtnu {Rd}, {Sn}", SIZES_CVT(fcvtnu, s), .attr = FPSIMD},
	{"s001111001100001000000nnnnnddddd", "fcvtnu {Rd}, {Dn}", SIZES_CVT(fcvtnu, d), .attr = FPSIMD},
	{"s001111011100001000000nnnnnddddd", "fcvtnu {Rd}, {Hn}", SIZES_CVT(fcvtnu, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000101000000000nnnnnddddd", "fcvtps {Rd}, {Sn}", SIZES_CVT(fcvtps, s), .attr = FPSIMD},
	{"s001111001101000000000nnnnnddddd", "fcvtps {Rd}, {Dn}", SIZES_CVT(fcvtps, d), .attr = FPSIMD},
	{"s001111011101000000000nnnnnddddd", "fcvtps {Rd}, {Hn}", SIZES_CVT(fcvtps, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000101001000000nnnnnddddd", "fcvtpu {Rd}, {Sn}", SIZES_CVT(fcvtpu, s), .attr = FPSIMD},
	{"s001111001101001000000nnnnnddddd", "fcvtpu {Rd}, {Dn}", SIZES_CVT(fcvtpu, d), .attr = FPSIMD},
	{"s001111011101001000000nnnnnddddd", "fcvtpu {Rd}, {Hn}", SIZES_CVT(fcvtpu, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000110000000000nnnnnddddd", "fcvtms {Rd}, {Sn}", SIZES_CVT(fcvtms, s), .attr = FPSIMD},
	{"s001111001110000000000nnnnnddddd", "fcvtms {Rd}, {Dn}", SIZES_CVT(fcvtms, d), .attr = FPSIMD},
	{"s001111011110000000000nnnnnddddd", "fcvtms {Rd}, {Hn}", SIZES_CVT(fcvtms, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000110001000000nnnnnddddd", "fcvtmu {Rd}, {Sn}", SIZES_CVT(fcvtmu, s), .attr = FPSIMD},
	{"s001111001110001000000nnnnnddddd", "fcvtmu {Rd}, {Dn}", SIZES_CVT(fcvtmu, d), .attr = FPSIMD},
	{"s001111011110001000000nnnnnddddd", "fcvtmu {Rd}, {Hn}", SIZES_CVT(fcvtmu, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000111000000000nnnnnddddd", "fcvtzs {Rd}, {Sn}", SIZES_CVT(fcvtzs, s), .attr = FPSIMD},
	{"s001111001111000000000nnnnnddddd", "fcvtzs {Rd}, {Dn}", SIZES_CVT(fcvtzs, d), .attr = FPSIMD},
	{"s001111011111000000000nnnnnddddd", "fcvtzs {Rd}, {Hn}", SIZES_CVT(fcvtzs, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000111001000000nnnnnddddd", "fcvtzu {Rd}, {Sn}", SIZES_CVT(fcvtzu, s), .attr = FPSIMD},
	{"s001111001111001000000nnnnnddddd", "fcvtzu {Rd}, {Dn}", SIZES_CVT(fcvtzu, d), .attr = FPSIMD},
	{"s001111011111001000000nnnnnddddd", "fcvtzu {Rd}, {Hn}", SIZES_CVT(fcvtzu, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000100100000000nnnnnddddd", "fcvtas {Rd}, {Sn}", SIZES_CVT(fcvtas, s), .attr = FPSIMD},
	{"s001111001100100000000nnnnnddddd", "fcvtas {Rd}, {Dn}", SIZES_CVT(fcvtas, d), .attr = FPSIMD},
	{"s001111011100100000000nnnnnddddd", "fcvtas {Rd}, {Hn}", SIZES_CVT(fcvtas, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000100101000000nnnnnddddd", "fcvtau {Rd}, {Sn}", SIZES_CVT(fcvtau, s), .attr = FPSIMD},
	{"s001111001100101000000nnnnnddddd", "fcvtau {Rd}, {Dn}", SIZES_CVT(fcvtau, d), .attr = FPSIMD},
	{"s001111011100101000000nnnnnddddd", "fcvtau {Rd}, {Hn}", SIZES_CVT(fcvtau, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000100010000000nnnnnddddd", "scvtf {Sd}, {Rn}", SIZES_CVT(scvtf, s), .attr = FPSIMD},
	{"s001111001100010000000nnnnnddddd", "scvtf {Dd}, {Rn}", SIZES_CVT(scvtf, d), .attr = FPSIMD},
	{"s001111011100010000000nnnnnddddd", "scvtf {Hd}, {Rn}", SIZES_CVT(scvtf, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000100011000000nnnnnddddd", "ucvtf {Sd}, {Rn}", SIZES_CVT(ucvtf, s), .attr = FPSIMD},
	{"s001111001100011000000nnnnnddddd", "ucvtf {Dd}, {Rn}", SIZES_CVT(ucvtf, d), .attr = FPSIMD},
	{"s001111011100011000000nnnnnddddd", "ucvtf {Hd}, {Rn}", SIZES_CVT(ucvtf, h), .attr = FPSIMD, .feature = FEAT_FP16},
	{"s001111000011000iiiiiinnnnnddddd", "fcvtzs {Rd}, {Sn}, {h}", SIZES_CVT(fcvtzs, s), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111001011000iiiiiinnnnnddddd", "fcvtzs {Rd}, {Dn}, {h}", SIZES_CVT(fcvtzs, d), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111011011000iiiiiinnnnnddddd", "fcvtzs {Rd}, {Hn}, {h}", SIZES_CVT(fcvtzs, h),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction},
	{"s001111000011001iiiiiinnnnnddddd", "fcvtzu {Rd}, {Sn}, {h}", SIZES_CVT(fcvtzu, s), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111001011001iiiiiinnnnnddddd", "fcvtzu {Rd}, {Dn}, {h}", SIZES_CVT(fcvtzu, d), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111011011001iiiiiinnnnnddddd", "fcvtzu {Rd}, {Hn}, {h}", SIZES_CVT(fcvtzu, h),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction},
	{"s001111000000010iiiiiinnnnnddddd", "scvtf {Sd}, {Rn}, {h}", SIZES_CVT(scvtf, s), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111001000010iiiiiinnnnnddddd", "scvtf {Dd}, {Rn}, {h}", SIZES_CVT(scvtf, d), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111011000010iiiiiinnnnnddddd", "scvtf {Hd}, {Rn}, {h}", SIZES_CVT(scvtf, h),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction},
	{"s001111000000011iiiiiinnnnnddddd", "ucvtf {Sd}, {Rn}, {h}", SIZES_CVT(ucvtf, s), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111001000011iiiiiinnnnnddddd", "ucvtf {Dd}, {Rn}, {h}", SIZES_CVT(ucvtf, d), .attr = FPSIMD, .valid = valid_fraction},
	{"s001111011000011iiiiiinnnnnddddd", "ucvtf {Hd}, {Rn}, {h}", SIZES_CVT(ucvtf, h),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_fraction},
	{"0001111000100110000000nnnnnddddd", "fmov {Wd}, {Sn}", SIZES_0(fmov_ws), .attr = FPSIMD},
	{"0001111000100111000000nnnnnddddd", "fmov {Sd}, {Wn}", SIZES_0(fmov_sw), .attr = FPSIMD},
	{"1001111001100110000000nnnnnddddd", "fmov {Xd}, {Dn}", SIZES_0(fmov_xd), .attr = FPSIMD},
	{"1001111001100111000000nnnnnddddd", "fmov {Dd}, {Xn}", SIZES_0(fmov_dx), .attr = FPSIMD},
	{"1001111010101110000000nnnnnddddd", "fmov {Xd}, {Vn.d}[1]", SIZES_0(fmov_xv), .attr = FPSIMD},
	{"1001111010101111000000nnnnnddddd", "fmov {Vd.d}[1], {Xn}", SIZES_0(fmov_vx), .attr = FPSIMD},
	{"0001111011100110000000nnnnnddddd", "fmov {Wd}, {Hn}", SIZES_0(fmov_wh), .attr = FPSIMD, .feature = FEAT_FP16},
	{"0001111011100111000000nnnnnddddd", "fmov {Hd}, {Wn}", SIZES_0(fmov_hw), .attr = FPSIMD, .feature = FEAT_FP16},
	{"1001111011100110000000nnnnnddddd", "fmov {Xd}, {Hn}", SIZES_0(fmov_wh), .attr = FPSIMD, .feature = FEAT_FP16},
	{"1001111011100111000000nnnnnddddd", "fmov {Hd}, {Xn}", SIZES_0(fmov_hw), .attr = FPSIMD, .feature = FEAT_FP16},
	{"0001111001111110000000nnnnnddddd", "fjcvtzs {Wd}, {Dn}", SIZES_0(fjcvtzs), .attr = FPSIMD, .feature = FEAT_JSCVT},
};

const struct insn_group a64_group_fp_convert = {
	"floating point, to and from general registers", rows, countof(rows),
	"Arm ARM C4.1, Conversion between floating-point and integer, fixed-point",
};
