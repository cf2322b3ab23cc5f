/* SPDX-License-Identifier: MIT */
/*
 * The x87 double extended format and every operation that the x87 instructions need, as pure functions; the
 * register stack, tags, C0-C3 and the delivery of exceptions belong to the instructions. After SDM vol. 1
 * chapter 8 and sections 4.2.2, 4.8, 4.9, and the special-operand tables of vol. 2.
 *
 * Use an env with rule = FP_RULE_X87, round = RC, prec = 24, 53 or 64 from PC, masks = FCW & 3Fh. C1 of a
 * rounding instruction is e->rounded_up, which every operation here sets or clears.
 *
 * Unmasked exceptions (start every instruction with e->flags = 0): an unmasked IE, DE or ZE, that is e->flags &
 * ~e->masks & FP_PRE, means that the caller must store and pop nothing; OE, UE and PE are then not raised. With
 * OE or UE unmasked, results for a register come back with their exponent moved by 24576 as sections 4.9.1.4
 * and 4.9.1.5 say and are to be stored; results for memory (f80_to_f32, f80_to_f64) are neither stored nor
 * popped.
 */
#ifndef CPU_FP_F80_H
#define CPU_FP_F80_H

#include "cpu/fp/fp.h"

struct f80 {
	u64 sig; /* with the explicit integer bit at bit 63 */
	u16 se;  /* sign at bit 15, biased exponent (16383) at bits 14-0 */
};

/* As FXAM reports it: C3 << 2 | C2 << 1 | C0. Empty is the caller's business. */
enum f80_class {
	F80_UNSUPPORTED = 0, /* unnormal, pseudo-NaN, pseudo-infinity */
	F80_NAN = 1,
	F80_NORMAL = 2,
	F80_INFINITY = 3,
	F80_ZERO = 4,
	F80_EMPTY = 5,
	F80_DENORMAL = 6, /* also pseudo-denormals */
};
enum f80_class f80_classify(struct f80 a);

/* The tag word's codes for a non-empty register (FSTENV, FSAVE): 0 valid, 1 zero, 2 special. */
unsigned f80_tag(struct f80 a);

static inline bool f80_sign(struct f80 a)
{
	return a.se >> 15;
}

static inline struct f80 f80_make(u16 se, u64 sig)
{
	return (struct f80){.sig = sig, .se = se};
}

/* FFFF C000000000000000 */
static inline struct f80 f80_indefinite(void)
{
	return f80_make(0xffff, 0xc000000000000000u);
}

/*
 * FLD1, FLDL2T, FLDL2E, FLDPI, FLDLG2, FLDLN2, FLDZ in the order of their opcodes D9 E8-EE; rounded as e->round
 * says.
 */
enum f80_const { F80_ONE, F80_L2T, F80_L2E, F80_PI, F80_LG2, F80_LN2, F80_PLUS_ZERO };
struct f80 f80_constant(enum f80_const which, const struct fp_env *e);

/* Rounded to e->prec bits, with the full exponent range. FSUBR and FDIVR are the same with the operands swapped. */
struct f80 f80_add(struct f80 a, struct f80 b, struct fp_env *e);
struct f80 f80_sub(struct f80 a, struct f80 b, struct fp_env *e);
struct f80 f80_mul(struct f80 a, struct f80 b, struct fp_env *e);
struct f80 f80_div(struct f80 a, struct f80 b, struct fp_env *e);
struct f80 f80_sqrt(struct f80 a, struct fp_env *e);

/* `signal`: every NaN raises IE (FCOM, FICOM, FTST, FCOMI), otherwise only SNaNs and unsupported formats (FUCOM). */
enum fp_order f80_cmp(struct f80 a, struct f80 b, bool signal, struct fp_env *e);

struct f80 f80_round_int(struct f80 a, struct fp_env *e); /* FRNDINT */

/*
 * FLD m32, FLD m64: DE on a denormal; an SNaN raises IE and becomes quiet. FLD m80 and FLD ST(i) are plain copies.
 * Processors push the result even if DE is unmasked; only an unmasked IE keeps them from it.
 */
struct f80 f80_from_f32(u32 a, struct fp_env *e);
struct f80 f80_from_f64(u64 a, struct fp_env *e);

/*
 * A memory operand of arithmetic or compare (FADD m32, FCOM m64): widened without raising anything, an SNaN stays one
 * so that the operation itself sees it. A denormal is remembered in e->denormal_in, which the next add, sub,
 * mul, div or cmp turns into DE where due and clears. Pass the result to exactly one such operation.
 */
struct f80 f80_operand_f32(u32 a, struct fp_env *e);
struct f80 f80_operand_f64(u64 a, struct fp_env *e);

/* FILD, and the operand of FIADD and the like: always exact. Narrower integers are extended by the caller. */
struct f80 f80_from_s64(s64 v);

/* FST m32, FST m64, in e->round; e->prec does not matter. */
u32 f80_to_f32(struct f80 a, struct fp_env *e);
u64 f80_to_f64(struct f80 a, struct fp_env *e);

/* FIST(P) with e->round, FISTTP with FP_ZERO. Invalid: IE and 8000h, 80000000h, 8000000000000000h. */
s16 f80_to_s16(struct f80 a, unsigned round, struct fp_env *e);
s32 f80_to_s32(struct f80 a, unsigned round, struct fp_env *e);
s64 f80_to_s64(struct f80 a, unsigned round, struct fp_env *e);

/* FBLD and FBSTP: ten bytes, lowest digits first, sign in bit 7 of the last. Invalid: FFFF C0000000000000000000h. */
struct f80 f80_from_bcd(const u8 bcd[10]);
void f80_to_bcd(u8 bcd[10], struct f80 a, struct fp_env *e);

/* FSCALE: a * 2^trunc(b). */
struct f80 f80_scale(struct f80 a, struct f80 b, struct fp_env *e);

/* FXTRACT: returns the exponent (goes to ST(0) first), *significand is then pushed. */
struct f80 f80_extract(struct f80 a, struct f80 *significand, struct fp_env *e);

/* FPREM and FPREM1 (`nearest`). */
struct f80_rem {
	struct f80 value;
	u8 quotient;      /* Q2 Q1 Q0: C0 = bit 2, C3 = bit 1, C1 = bit 0; 0 if partial */
	bool partial;     /* C2: the exponent difference was 64 or more, run it again */
	bool no_quotient; /* NaN or invalid operand: C1 and C2 become 0, C0 and C3 stay as they were */
};
struct f80_rem f80_remainder(struct f80 a, struct f80 b, bool nearest, struct fp_env *e);

/*
 * Transcendentals: nearly always correctly rounded, in every mode. Sine, cosine and tangent reduce by a pi of
 * 66 bits as processors do (SDM vol. 1 section 8.3.8). Finite results report PE even where they happen to be
 * exact.
 */
struct f80 f80_f2xm1(struct f80 a, struct fp_env *e);                 /* 2^a - 1, |a| <= 1 */
struct f80 f80_yl2x(struct f80 x, struct f80 y, struct fp_env *e);    /* y * log2(x); x = ST(0), y = ST(1) */
struct f80 f80_yl2xp1(struct f80 x, struct f80 y, struct fp_env *e);  /* y * log2(x + 1) */
struct f80 f80_patan(struct f80 x, struct f80 y, struct fp_env *e);   /* arctan(y / x), x = ST(0), y = ST(1) */

/* False: |a| >= 2^63, nothing computed or raised, the caller sets C2 and leaves the operand. */
bool f80_sin(struct f80 a, struct f80 *sine, struct fp_env *e);
bool f80_cos(struct f80 a, struct f80 *cosine, struct fp_env *e);
bool f80_sincos(struct f80 a, struct f80 *sine, struct f80 *cosine, struct fp_env *e);
/* FPTAN: *one is what is pushed: 1.0, or the same NaN as *tangent. */
bool f80_tan(struct f80 a, struct f80 *tangent, struct f80 *one, struct fp_env *e);

#endif
