/* SPDX-License-Identifier: MIT */
/*
 * Deterministic floating point: the same bits on every host, never the host's own unit or libm.
 * This header has the environment that every operation takes, and the scalar operations on f16, f32 and f64
 * as raw bit patterns (u16, u32, u64). The x87 80-bit format is in f80.h.
 * After SDM vol. 1 sections 4.8, 4.9 and 11.5 (SSE), chapter 8 (x87), and the Arm ARM's shared pseudocode.
 */
#ifndef CPU_FP_FP_H
#define CPU_FP_FP_H

#include "mem/base/base.h"

/* Exceptions, at the bit positions of MXCSR[5:0], the x87 status word and the x87 control word's masks. */
enum fp_flag {
	FP_IE = 0x01, /* invalid operation */
	FP_DE = 0x02, /* denormal operand (Arm: input denormal flushed, FPSR.IDC) */
	FP_ZE = 0x04, /* division by zero, also logarithm of zero */
	FP_OE = 0x08, /* overflow */
	FP_UE = 0x10, /* underflow */
	FP_PE = 0x20, /* precision (inexact) */
	FP_PRE = FP_IE | FP_DE | FP_ZE, /* detected before the operation */
	FP_POST = FP_OE | FP_UE | FP_PE, /* detected on the result */
	FP_ALL = FP_PRE | FP_POST,
};

/* The first four are the encodings of MXCSR.RC and of the x87 control word's RC. */
enum fp_round {
	FP_NEAREST = 0, /* to nearest, ties to even */
	FP_DOWN = 1,    /* towards minus infinity */
	FP_UP = 2,      /* towards plus infinity */
	FP_ZERO = 3,    /* truncate */
	FP_AWAY = 4,    /* to nearest, ties away from zero (Arm FCVTA, FRINTA) */
	FP_ODD = 5,     /* inexact results get an odd last bit (Arm FCVTXN) */
};

/*
 * Whose rules apply where IEEE 754 leaves a choice: which NaN comes out, what integer stands for "invalid",
 * when a result counts as tiny, when a denormal operand is reported.
 */
enum fp_rule {
	FP_RULE_SSE, /* first operand if a NaN, else the second; DE on denormals; tiny after rounding; indefinite */
	FP_RULE_X87, /* larger significand (SDM vol. 1 table 4-7); DE on denormals; tiny after rounding; indefinite */
	FP_RULE_ARM, /* first SNaN, then first QNaN; IDC only when flushing; tiny before rounding; saturate */
};

/*
 * Fill it once from MXCSR, FCW or FPCR, then pass it to every operation. Operations only ever set bits in `flags`;
 * whoever has a sticky register ORs them in. An all-zero struct is: SSE, nearest, nothing masked, no flushing; so a
 * caller sets `masks` (MXCSR >> 7 & 3Fh, FCW & 3Fh; 3Fh for "all masked").
 */
struct fp_env {
	u8 round;         /* enum fp_round */
	u8 flags;         /* out, accumulated: enum fp_flag */
	u8 masks;         /* enum fp_flag bits that are masked; matters for underflow, FTZ and f80 wrap-around */
	u8 rule;          /* enum fp_rule */
	u8 prec;          /* f80 add sub mul div sqrt only: 24, 53, 64 bits of significand; 0 counts as 64 */
	bool daz;         /* denormal operands count as zeros (MXCSR.DAZ, FPCR.FZ, for f16 FPCR.FZ16); not for f80 */
	bool ftz;         /* tiny results become zero (MXCSR.FTZ: only while UE is masked; FPCR.FZ, FZ16: always) */
	bool default_nan; /* every NaN result is the default NaN (FPCR.DN) */
	bool ahp;         /* f16 is Arm's alternative half precision: no infinities, no NaNs (FPCR.AHP) */
	bool rounded_up;  /* out, of the last operation: the magnitude was rounded up (x87 C1) */
	bool denormal_in; /* f80 only, set by f80_operand_*, taken by the next operation: see f80.h */
};

/* Results of comparisons. */
enum fp_order {
	FP_LESS = -1,
	FP_EQUAL = 0,
	FP_GREATER = 1,
	FP_UNORDERED = 2,
};

/*
 * What an SSE instruction may add to MXCSR, given the flags that all its lanes raised (start with flags = 0, run the
 * lanes, call this). An unmasked pre-computation exception suppresses the report of the post-computation ones
 * (SDM vol. 1 section 11.5.3). #XM is due if (result & ~masks & 3Fh) != 0; no lane is then written.
 */
static inline u8 fp_sse_flags(u8 flags, u8 masks)
{
	return flags & ~masks & FP_PRE ? flags & FP_PRE : flags;
}

/* The "real indefinite" QNaN of x86. Arm's default NaN is the same with the sign clear. */
#define F16_INDEFINITE 0xfe00u
#define F32_INDEFINITE 0xffc00000u
#define F64_INDEFINITE 0xfff8000000000000u

bool f16_is_nan(u16 a);
bool f16_is_snan(u16 a);
bool f32_is_nan(u32 a);
bool f32_is_snan(u32 a);
bool f64_is_nan(u64 a);
bool f64_is_snan(u64 a);

/*
 * Arithmetic in e->round. fma is a * b + c with one rounding. Among NaNs, x86 prefers a, then b, then c, where
 * a is the factor that the mnemonic's digits name first: VFMADD213 is fma(op2, op1, op3). For VFNMADD and
 * VFMSUB negate the factor or the addend with f32_negate_number first, because a NaN keeps its sign there.
 */
u16 f16_add(u16 a, u16 b, struct fp_env *e);
u16 f16_sub(u16 a, u16 b, struct fp_env *e);
u16 f16_mul(u16 a, u16 b, struct fp_env *e);
u16 f16_div(u16 a, u16 b, struct fp_env *e);
u16 f16_fma(u16 a, u16 b, u16 c, struct fp_env *e);
u16 f16_sqrt(u16 a, struct fp_env *e);

u32 f32_add(u32 a, u32 b, struct fp_env *e);
u32 f32_sub(u32 a, u32 b, struct fp_env *e);
u32 f32_mul(u32 a, u32 b, struct fp_env *e);
u32 f32_div(u32 a, u32 b, struct fp_env *e);
u32 f32_fma(u32 a, u32 b, u32 c, struct fp_env *e);
u32 f32_sqrt(u32 a, struct fp_env *e);

u64 f64_add(u64 a, u64 b, struct fp_env *e);
u64 f64_sub(u64 a, u64 b, struct fp_env *e);
u64 f64_mul(u64 a, u64 b, struct fp_env *e);
u64 f64_div(u64 a, u64 b, struct fp_env *e);
u64 f64_fma(u64 a, u64 b, u64 c, struct fp_env *e);
u64 f64_sqrt(u64 a, struct fp_env *e);

static inline u32 f32_negate_number(u32 a)
{
	return (a & 0x7fffffff) > 0x7f800000 ? a : a ^ 0x80000000;
}

static inline u64 f64_negate_number(u64 a)
{
	return (a & 0x7fffffffffffffff) > 0x7ff0000000000000 ? a : a ^ 0x8000000000000000;
}

/*
 * x86 MINSS MAXSS ...: the second operand if either is a NaN (any NaN raises IE) or if both are zeros.
 * A DAZ operand comes back flushed to zero.
 */
u32 f32_min(u32 a, u32 b, struct fp_env *e);
u32 f32_max(u32 a, u32 b, struct fp_env *e);
u64 f64_min(u64 a, u64 b, struct fp_env *e);
u64 f64_max(u64 a, u64 b, struct fp_env *e);

/*
 * IEEE minimum and maximum as Arm has them: -0 < +0; FMIN and FMAX propagate NaNs; the `num` forms (FMINNM, FMAXNM)
 * prefer a number to a quiet NaN.
 */
u16 f16_minimum(u16 a, u16 b, struct fp_env *e);
u16 f16_maximum(u16 a, u16 b, struct fp_env *e);
u16 f16_minnum(u16 a, u16 b, struct fp_env *e);
u16 f16_maxnum(u16 a, u16 b, struct fp_env *e);
u32 f32_minimum(u32 a, u32 b, struct fp_env *e);
u32 f32_maximum(u32 a, u32 b, struct fp_env *e);
u32 f32_minnum(u32 a, u32 b, struct fp_env *e);
u32 f32_maxnum(u32 a, u32 b, struct fp_env *e);
u64 f64_minimum(u64 a, u64 b, struct fp_env *e);
u64 f64_maximum(u64 a, u64 b, struct fp_env *e);
u64 f64_minnum(u64 a, u64 b, struct fp_env *e);
u64 f64_maxnum(u64 a, u64 b, struct fp_env *e);

/* a against b. `signal`: every NaN raises IE (COMISS, FCMPE), otherwise only SNaNs (UCOMISS, FCMP). */
enum fp_order f16_cmp(u16 a, u16 b, bool signal, struct fp_env *e);
enum fp_order f32_cmp(u32 a, u32 b, bool signal, struct fp_env *e);
enum fp_order f64_cmp(u64 a, u64 b, bool signal, struct fp_env *e);

/*
 * The sixteen or thirty-two predicates of CMPSS, VCMPSS ... (imm8[4:0]), SDM vol. 2, table "Comparison Predicate for
 * CMPPD": true if the relation holds. Raises what the predicate's quiet or signalling form raises.
 */
bool f32_cmp_pred(u32 a, u32 b, unsigned pred, struct fp_env *e);
bool f64_cmp_pred(u64 a, u64 b, unsigned pred, struct fp_env *e);

/* To an integral value in the given mode (not e->round). `inexact`: raise PE when the value changes. */
u16 f16_round_int(u16 a, unsigned round, bool inexact, struct fp_env *e);
u32 f32_round_int(u32 a, unsigned round, bool inexact, struct fp_env *e);
u64 f64_round_int(u64 a, unsigned round, bool inexact, struct fp_env *e);

/*
 * Between formats. A NaN keeps the upper bits of its payload and becomes quiet; an SNaN raises IE. With Arm's
 * rules the f16 side is never flushed.
 */
u32 f16_to_f32(u16 a, struct fp_env *e);
u64 f16_to_f64(u16 a, struct fp_env *e);
u16 f32_to_f16(u32 a, struct fp_env *e);
u64 f32_to_f64(u32 a, struct fp_env *e);
u16 f64_to_f16(u64 a, struct fp_env *e);
u32 f64_to_f32(u64 a, struct fp_env *e);

/*
 * VCVTPH2PS and VCVTPS2PH: as above, but f16 denormals are neither flushed nor reported, and FTZ is ignored
 * (SDM vol. 1 section 14.4.1). Rounding in e->round: the caller puts imm8[1:0] there.
 */
u32 f16_to_f32_f16c(u16 a, struct fp_env *e);
u16 f32_to_f16_f16c(u32 a, struct fp_env *e);

/*
 * To integers of 32 or 64 bits, in the given mode (not e->round; pass FP_ZERO for CVTT...). Out of range or NaN: IE
 * alone, and the x86 rules give the integer indefinite (80000000h.., for unsigned all ones), Arm's the nearest end of
 * the range, 0 for a NaN.
 */
s32 f32_to_s32(u32 a, unsigned round, struct fp_env *e);
s64 f32_to_s64(u32 a, unsigned round, struct fp_env *e);
u32 f32_to_u32(u32 a, unsigned round, struct fp_env *e);
u64 f32_to_u64(u32 a, unsigned round, struct fp_env *e);
s32 f64_to_s32(u64 a, unsigned round, struct fp_env *e);
s64 f64_to_s64(u64 a, unsigned round, struct fp_env *e);
u32 f64_to_u32(u64 a, unsigned round, struct fp_env *e);
u64 f64_to_u64(u64 a, unsigned round, struct fp_env *e);

/*
 * The general form, with `fraction` bits after the binary point (Arm fixed-point conversions, 0..64) and a result of
 * `bits` (1..64) bits, sign- or zero-extended to 64.
 */
struct fp_int_type {
	u8 bits;
	bool is_signed;
	u8 fraction;
};
u64 f16_to_int(u16 a, struct fp_int_type t, unsigned round, struct fp_env *e);
u64 f32_to_int(u32 a, struct fp_int_type t, unsigned round, struct fp_env *e);
u64 f64_to_int(u64 a, struct fp_int_type t, unsigned round, struct fp_env *e);

/* From integers, in e->round; narrower ones are extended by the caller. `fraction` as above. */
u16 f16_from_s64(s64 v, struct fp_env *e);
u16 f16_from_u64(u64 v, struct fp_env *e);
u32 f32_from_s64(s64 v, struct fp_env *e);
u32 f32_from_u64(u64 v, struct fp_env *e);
u64 f64_from_s64(s64 v, struct fp_env *e);
u64 f64_from_u64(u64 v, struct fp_env *e);
u16 f16_from_fixed(u64 v, bool is_signed, unsigned fraction, struct fp_env *e);
u32 f32_from_fixed(u64 v, bool is_signed, unsigned fraction, struct fp_env *e);
u64 f64_from_fixed(u64 v, bool is_signed, unsigned fraction, struct fp_env *e);

/*
 * RCPSS and RSQRTSS: a relative error below 1.5 * 2^-12 is promised, exact bits are each processor's own; ours
 * are the true value cut to 12 bits. Denormal operands count as zeros, tiny results are zeros, nothing is
 * reported.
 */
u32 f32_rcp_approx(u32 a);
u32 f32_rsqrt_approx(u32 a);

#endif
