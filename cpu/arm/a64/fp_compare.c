/* SPDX-License-Identifier: MIT */
/* Scalar floating-point comparison and selection. Arm ARM C4.1, "Floating-point compare", "Floating-point conditional
 * compare", "Floating-point conditional select"; FPCompare (J1.3). */
#include "cpu/arm/a64/fp_exec.h"
#include "cpu/arm/a64/operand.h"

ALWAYS_INLINE void compare(struct arm *c, u64 a, u64 b, const unsigned size, bool signal)
{
	enum fp_order o = elem_cmp(a, b, size, signal, elem_env(c, size));

	c->nr = (u64)(o == FP_LESS) << 63;
	c->zr = o != FP_EQUAL;
	c->cf = o != FP_LESS;
	c->vf = o == FP_UNORDERED;
}

ALWAYS_INLINE void compare_registers(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	bool signal)
{
	(void)bytes;
	compare(c, elem_get(&c->v[i->f[F_N]], 0, size), elem_get(&c->v[i->f[F_M]], 0, size), size, signal);
}
SIZED_F(fcmp, compare_registers, false)
SIZED_F(fcmpe, compare_registers, true)

ALWAYS_INLINE void compare_zero(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	bool signal)
{
	(void)bytes;
	compare(c, elem_get(&c->v[i->f[F_N]], 0, size), 0, size, signal);
}
SIZED_F(fcmp_zero, compare_zero, false)
SIZED_F(fcmpe_zero, compare_zero, true)

/* ---- by condition: imm holds the NZCV with which it is true ---------------------------------------------- */

static bool valid_cond(struct insn *i)
{
	i->imm = a64_cond_mask(i->f[F_C]);
	return true;
}

static bool valid_cond_half(struct insn *i)
{
	i->size = 1;
	return valid_cond(i);
}

ALWAYS_INLINE void compare_if(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes,
	bool signal)
{
	if (a64_holds(c, i->imm))
		compare_registers(c, i, size, bytes, signal);
	else
		a64_put_nzcv(c, i->f[F_H]);
}
SIZED_F(fccmp, compare_if, false)
SIZED_F(fccmpe, compare_if, true)

ALWAYS_INLINE void choose(struct arm *c, const struct insn *i, const unsigned size, const unsigned bytes)
{
	u64 n = elem_get(&c->v[i->f[F_N]], 0, size), m = elem_get(&c->v[i->f[F_M]], 0, size);

	(void)bytes;
	c->v[i->f[F_D]] = (union vec){{a64_holds(c, i->imm) ? n : m, 0}};
}
SIZED_FP(fcsel, _h, choose, 1, 2)
SIZED_FP(fcsel, _s, choose, 2, 4)
SIZED_FP(fcsel, _d, choose, 3, 8)

static const struct insn_row rows[] = {
	{"000111100z1mmmmm001000nnnnn00000", "fcmp {Fn}, {Fm}", SIZES_F(fcmp), .attr = FPSIMD},
	{"00011110111mmmmm001000nnnnn00000", "fcmp {Fn}, {Fm}", SIZES_F(fcmp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1xxxxx001000nnnnn01000", "fcmp {Fn}, #0.0", SIZES_F(fcmp_zero), .attr = FPSIMD},
	{"00011110111xxxxx001000nnnnn01000", "fcmp {Fn}, #0.0", SIZES_F(fcmp_zero),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmm001000nnnnn10000", "fcmpe {Fn}, {Fm}", SIZES_F(fcmpe), .attr = FPSIMD},
	{"00011110111mmmmm001000nnnnn10000", "fcmpe {Fn}, {Fm}", SIZES_F(fcmpe),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1xxxxx001000nnnnn11000", "fcmpe {Fn}, #0.0", SIZES_F(fcmpe_zero), .attr = FPSIMD},
	{"00011110111xxxxx001000nnnnn11000", "fcmpe {Fn}, #0.0", SIZES_F(fcmpe_zero),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = a64_valid_half},
	{"000111100z1mmmmmcccc01nnnnn0hhhh", "fccmp {Fn}, {Fm}, {h}, {cond}", SIZES_F(fccmp), .attr = FPSIMD, .valid = valid_cond},
	{"00011110111mmmmmcccc01nnnnn0hhhh", "fccmp {Fn}, {Fm}, {h}, {cond}", SIZES_F(fccmp),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_cond_half},
	{"000111100z1mmmmmcccc01nnnnn1hhhh", "fccmpe {Fn}, {Fm}, {h}, {cond}", SIZES_F(fccmpe), .attr = FPSIMD, .valid = valid_cond},
	{"00011110111mmmmmcccc01nnnnn1hhhh", "fccmpe {Fn}, {Fm}, {h}, {cond}", SIZES_F(fccmpe),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_cond_half},
	{"000111100z1mmmmmcccc11nnnnnddddd", "fcsel {Fd}, {Fn}, {Fm}, {cond}", SIZES_F(fcsel), .attr = FPSIMD, .valid = valid_cond},
	{"00011110111mmmmmcccc11nnnnnddddd", "fcsel {Fd}, {Fn}, {Fm}, {cond}", SIZES_F(fcsel),
		.attr = FPSIMD, .feature = FEAT_FP16, .valid = valid_cond_half},
};

const struct insn_group a64_group_fp_compare = {
	"floating point, comparison and selection", rows, countof(rows),
	"Arm ARM C4.1, Floating-point compare, conditional compare, conditional select",
};
