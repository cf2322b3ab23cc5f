/* SPDX-License-Identifier: MIT */
/* Additions and subtractions of registers: shifted, extended, with carry; and what sets the flags otherwise
 * (FEAT_FlagM, conditional compares). Arm ARM C4.1, "Data Processing -- Register". */
#include "cpu/arm/a64/operand.h"

/* ---- shifted register: type in F_O, amount in F_H ------------------------------------------------------------ */

ALWAYS_INLINE void add(struct arm *c, const struct insn *i, const unsigned size, const enum a64_shifted shifted)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] + a64_get_shifted(c, i, size, shifted), size);
}
SIZED_OP(add, add, PLAIN)
SIZED_OP(add_left, add, LEFT)
SIZED_OP(add_any, add, ANY)

ALWAYS_INLINE void sub(struct arm *c, const struct insn *i, const unsigned size, const enum a64_shifted shifted)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] - a64_get_shifted(c, i, size, shifted), size);
}
SIZED_OP(sub, sub, PLAIN)
SIZED_OP(sub_left, sub, LEFT)
SIZED_OP(sub_any, sub, ANY)

ALWAYS_INLINE void adds(struct arm *c, const struct insn *i, const unsigned size, const enum a64_shifted shifted)
{
	c->x[i->f[F_D]] = a64_adds(c, a64_get(c, i->f[F_N], size), a64_get_shifted(c, i, size, shifted), size);
}
SIZED_OP(adds, adds, PLAIN)
SIZED_OP(adds_any, adds, ANY)

ALWAYS_INLINE void subs(struct arm *c, const struct insn *i, const unsigned size, const enum a64_shifted shifted)
{
	c->x[i->f[F_D]] = a64_subs(c, a64_get(c, i->f[F_N], size), a64_get_shifted(c, i, size, shifted), size);
}
SIZED_OP(subs, subs, PLAIN)
SIZED_OP(subs_any, subs, ANY)

ALWAYS_INLINE void cmp(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_subs(c, a64_get(c, i->f[F_N], size), a64_get(c, i->f[F_M], size), size);
}
SIZED_WX(cmp)

ALWAYS_INLINE void cmn(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_adds(c, a64_get(c, i->f[F_N], size), a64_get(c, i->f[F_M], size), size);
}
SIZED_WX(cmn)

/* ROR is reserved here. */
static bool valid_add(struct insn *i)
{
	return i->f[F_O] != SHIFT_ROR && a64_valid_amount(i);
}

/* CMN, CMP: ADDS and SUBS to XZR. (A register that the text doesn't name has its number.) */
static bool valid_cmp(struct insn *i)
{
	if (i->f[F_D] != R_ZR || !valid_add(i))
		return false;
	i->f[F_D] = R_SINK;
	return true;
}

/* NEG, NGC and the like: from XZR. */
static bool valid_from_zero(struct insn *i)
{
	return i->f[F_N] == R_ZR;
}

static bool valid_neg(struct insn *i)
{
	return i->f[F_N] == R_ZR && valid_add(i);
}

/* ---- extended register: option in F_O, amount in F_H --------------------------------------------------------- */

ALWAYS_INLINE u64 extended(const struct arm *c, const struct insn *i, const unsigned size)
{
	return a64_cut(a64_extend(c->x[i->f[F_M]], i->f[F_O], i->f[F_H]), size);
}

ALWAYS_INLINE void add_ext(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] + extended(c, i, size), size);
}
SIZED_WX(add_ext)

ALWAYS_INLINE void sub_ext(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] - extended(c, i, size), size);
}
SIZED_WX(sub_ext)

ALWAYS_INLINE void adds_ext(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_adds(c, a64_get(c, i->f[F_N], size), extended(c, i, size), size);
}
SIZED_WX(adds_ext)

ALWAYS_INLINE void subs_ext(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_subs(c, a64_get(c, i->f[F_N], size), extended(c, i, size), size);
}
SIZED_WX(subs_ext)

ALWAYS_INLINE void cmn_ext(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_adds(c, a64_get(c, i->f[F_N], size), extended(c, i, size), size);
}
SIZED_WX(cmn_ext)

ALWAYS_INLINE void cmp_ext(struct arm *c, const struct insn *i, const unsigned size)
{
	a64_subs(c, a64_get(c, i->f[F_N], size), extended(c, i, size), size);
}
SIZED_WX(cmp_ext)

static bool valid_ext(struct insn *i)
{
	return i->f[F_H] <= 4;
}

/* ---- with carry ---------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void adc(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] + c->x[i->f[F_M]] + c->cf, size);
}
SIZED_WX(adc)

ALWAYS_INLINE void sbc(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_cut(c->x[i->f[F_N]] + ~c->x[i->f[F_M]] + c->cf, size);
}
SIZED_WX(sbc)

ALWAYS_INLINE void adcs(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_adcs(c, a64_get(c, i->f[F_N], size), a64_get(c, i->f[F_M], size), size);
}
SIZED_WX(adcs)

ALWAYS_INLINE void sbcs(struct arm *c, const struct insn *i, const unsigned size)
{
	c->x[i->f[F_D]] = a64_adcs(c, a64_get(c, i->f[F_N], size), a64_cut(~c->x[i->f[F_M]], size), size);
}
SIZED_WX(sbcs)

/* ---- flag manipulation --------------------------------------------------------------------------------------- */

/* Amount in F_H, mask in F_O */
ALWAYS_INLINE void rmif(struct arm *c, const struct insn *i)
{
	unsigned flags = a64_ror(c->x[i->f[F_N]], i->f[F_H], 3) & 15;

	a64_put_nzcv(c, (a64_get_nzcv(c) & ~(unsigned)i->f[F_O]) | (flags & i->f[F_O]));
}
SIZED_A64_0(rmif)

/* C stays; V: bits n and n - 1 differ. */
ALWAYS_INLINE void setf(struct arm *c, const struct insn *i, const unsigned n)
{
	u64 v = c->x[i->f[F_N]];

	c->nr = c->zr = v << (64 - n);
	c->vf = (v >> n ^ v >> (n - 1)) & 1;
}
SIZED_A64(setf, _8, 8)
SIZED_A64(setf, _16, 16)

/* ---- conditional compares: cond in F_C, #nzcv in F_O, an immediate in F_H ------------------------------------ */

/* imm: a64_cond_mask */
ALWAYS_INLINE void ccmn(struct arm *c, const struct insn *i, const unsigned size)
{
	if (a64_holds(c, i->imm))
		a64_adds(c, a64_get(c, i->f[F_N], size), a64_get(c, i->f[F_M], size), size);
	else
		a64_put_nzcv(c, i->f[F_O]);
}
SIZED_WX(ccmn)

ALWAYS_INLINE void ccmp(struct arm *c, const struct insn *i, const unsigned size)
{
	if (a64_holds(c, i->imm))
		a64_subs(c, a64_get(c, i->f[F_N], size), a64_get(c, i->f[F_M], size), size);
	else
		a64_put_nzcv(c, i->f[F_O]);
}
SIZED_WX(ccmp)

ALWAYS_INLINE void ccmn_imm(struct arm *c, const struct insn *i, const unsigned size)
{
	if (a64_holds(c, i->imm))
		a64_adds(c, a64_get(c, i->f[F_N], size), i->f[F_H], size);
	else
		a64_put_nzcv(c, i->f[F_O]);
}
SIZED_WX(ccmn_imm)

ALWAYS_INLINE void ccmp_imm(struct arm *c, const struct insn *i, const unsigned size)
{
	if (a64_holds(c, i->imm))
		a64_subs(c, a64_get(c, i->f[F_N], size), i->f[F_H], size);
	else
		a64_put_nzcv(c, i->f[F_O]);
}
SIZED_WX(ccmp_imm)

static bool valid_cond(struct insn *i)
{
	i->imm = a64_cond_mask(i->f[F_C]);
	return true;
}

/* Aliases stand before rows as wide as they are. */
static const struct insn_row rows[] = {
	{"s0001011oo0mmmmmhhhhhhnnnnnddddd", "add {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(add_any), .valid = valid_add},
	{"s0001011000mmmmmhhhhhhnnnnnddddd", "add {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(add_left), .attr = OVERRIDES,
		.valid = a64_valid_amount},
	{"s0001011000mmmmm000000nnnnnddddd", "add {Rd}, {Rn}, {Rm}", SIZES_WX(add), .attr = OVERRIDES},

	{"s0101011oo0mmmmmhhhhhhnnnnnddddd", "cmn {Rn}, {Rm}{shift}", SIZES_WX(adds_any), .attr = OVERRIDES | ALIAS,
		.valid = valid_cmp},
	{"s0101011oo0mmmmmhhhhhhnnnnnddddd", "adds {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(adds_any), .valid = valid_add},
	{"s0101011000mmmmm000000nnnnn11111", "cmn {Rn}, {Rm}", SIZES_WX(cmn), .attr = OVERRIDES | ALIAS},
	{"s0101011000mmmmm000000nnnnnddddd", "adds {Rd}, {Rn}, {Rm}", SIZES_WX(adds), .attr = OVERRIDES},

	{"s1001011oo0mmmmmhhhhhhnnnnnddddd", "neg {Rd}, {Rm}{shift}", SIZES_WX(sub_any), .attr = OVERRIDES | ALIAS,
		.valid = valid_neg},
	{"s1001011oo0mmmmmhhhhhhnnnnnddddd", "sub {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(sub_any), .valid = valid_add},
	{"s1001011000mmmmmhhhhhhnnnnnddddd", "neg {Rd}, {Rm}{shift}", SIZES_WX(sub_left), .attr = OVERRIDES | ALIAS,
		.valid = valid_neg},
	{"s1001011000mmmmmhhhhhhnnnnnddddd", "sub {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(sub_left), .attr = OVERRIDES,
		.valid = a64_valid_amount},
	{"s1001011000mmmmm000000nnnnnddddd", "neg {Rd}, {Rm}", SIZES_WX(sub), .attr = OVERRIDES | ALIAS,
		.valid = valid_from_zero},
	{"s1001011000mmmmm000000nnnnnddddd", "sub {Rd}, {Rn}, {Rm}", SIZES_WX(sub), .attr = OVERRIDES},

	{"s1101011oo0mmmmmhhhhhhnnnnnddddd", "cmp {Rn}, {Rm}{shift}", SIZES_WX(subs_any), .attr = OVERRIDES | ALIAS,
		.valid = valid_cmp},
	{"s1101011oo0mmmmmhhhhhhnnnnnddddd", "negs {Rd}, {Rm}{shift}", SIZES_WX(subs_any), .attr = OVERRIDES | ALIAS,
		.valid = valid_neg},
	{"s1101011oo0mmmmmhhhhhhnnnnnddddd", "subs {Rd}, {Rn}, {Rm}{shift}", SIZES_WX(subs_any), .valid = valid_add},
	{"s1101011000mmmmm000000nnnnn11111", "cmp {Rn}, {Rm}", SIZES_WX(cmp), .attr = OVERRIDES | ALIAS},
	{"s1101011000mmmmm000000nnnnnddddd", "negs {Rd}, {Rm}", SIZES_WX(subs), .attr = OVERRIDES | ALIAS,
		.valid = valid_from_zero},
	{"s1101011000mmmmm000000nnnnnddddd", "subs {Rd}, {Rn}, {Rm}", SIZES_WX(subs), .attr = OVERRIDES},

	{"s0001011001mmmmmooohhhnnnnnddddd", "add {Rd|sp}, {Rn|sp}, {ext}", SIZES_WX(add_ext), .valid = valid_ext},
	{"s0101011001mmmmmooohhhnnnnnddddd", "adds {Rd}, {Rn|sp}, {ext}", SIZES_WX(adds_ext), .valid = valid_ext},
	{"s0101011001mmmmmooohhhnnnnn11111", "cmn {Rn|sp}, {ext}", SIZES_WX(cmn_ext), .attr = OVERRIDES | ALIAS,
		.valid = valid_ext},
	{"s1001011001mmmmmooohhhnnnnnddddd", "sub {Rd|sp}, {Rn|sp}, {ext}", SIZES_WX(sub_ext), .valid = valid_ext},
	{"s1101011001mmmmmooohhhnnnnnddddd", "subs {Rd}, {Rn|sp}, {ext}", SIZES_WX(subs_ext), .valid = valid_ext},
	{"s1101011001mmmmmooohhhnnnnn11111", "cmp {Rn|sp}, {ext}", SIZES_WX(cmp_ext), .attr = OVERRIDES | ALIAS,
		.valid = valid_ext},

	{"s0011010000mmmmm000000nnnnnddddd", "adc {Rd}, {Rn}, {Rm}", SIZES_WX(adc), .feature = FEAT_NONE},
	{"s0111010000mmmmm000000nnnnnddddd", "adcs {Rd}, {Rn}, {Rm}", SIZES_WX(adcs), .feature = FEAT_NONE},
	{"s1011010000mmmmm000000nnnnnddddd", "ngc {Rd}, {Rm}", SIZES_WX(sbc), .attr = OVERRIDES | ALIAS,
		.valid = valid_from_zero},
	{"s1011010000mmmmm000000nnnnnddddd", "sbc {Rd}, {Rn}, {Rm}", SIZES_WX(sbc), .feature = FEAT_NONE},
	{"s1111010000mmmmm000000nnnnnddddd", "sbcs {Rd}, {Rn}, {Rm}", SIZES_WX(sbcs), .feature = FEAT_NONE},
	{"s1111010000mmmmm000000nnnnnddddd", "ngcs {Rd}, {Rm}", SIZES_WX(sbcs), .attr = OVERRIDES | ALIAS,
		.valid = valid_from_zero},

	{"10111010000hhhhhh00001nnnnn0oooo", "rmif {Xn}, {h}, {o}", SIZES_0(rmif), .feature = FEAT_FlagM},
	{"0011101000000000000010nnnnn01101", "setf8 {Wn}", {setf_8}, .feature = FEAT_FlagM},
	{"0011101000000000010010nnnnn01101", "setf16 {Wn}", {setf_16}, .feature = FEAT_FlagM},

	{"s0111010010mmmmmcccc00nnnnn0oooo", "ccmn {Rn}, {Rm}, {o}, {cond}", SIZES_WX(ccmn), .valid = valid_cond},
	{"s1111010010mmmmmcccc00nnnnn0oooo", "ccmp {Rn}, {Rm}, {o}, {cond}", SIZES_WX(ccmp), .valid = valid_cond},
	{"s0111010010hhhhhcccc10nnnnn0oooo", "ccmn {Rn}, {h}, {o}, {cond}", SIZES_WX(ccmn_imm), .valid = valid_cond},
	{"s1111010010hhhhhcccc10nnnnn0oooo", "ccmp {Rn}, {h}, {o}, {cond}", SIZES_WX(ccmp_imm), .valid = valid_cond},
};

const struct insn_group a64_group_dp_reg_add = {
	"add and subtract, registers", rows, countof(rows),
	"Arm ARM C4.1, Add/subtract (shifted register) .. Conditional compare (immediate)",
};
