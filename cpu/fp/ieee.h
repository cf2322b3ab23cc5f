/* SPDX-License-Identifier: MIT */
/*
 * Inside of the f16, f32 and f64 operations: a format as a value, a number taken apart, rounding. Everything in
 * ieee.c and ieee_convert.c takes the format at run time and handles every operand; the short inline functions
 * here are the paths for normal operands, and vanish into f32.c and f64.c with a constant format. IEEE 754-2019
 * sections 3.4, 4.3 and 7; SDM vol. 1 sections 4.8 and 4.9.
 */
#ifndef CPU_FP_IEEE_H
#define CPU_FP_IEEE_H

#include "cpu/fp/fp.h"
#include "cpu/fp/wide.h"

struct fp_format {
	u8 exp_bits;
	u8 frac_bits;
};

#define FP_F16 ((struct fp_format){5, 10})
#define FP_F32 ((struct fp_format){8, 23})
#define FP_F64 ((struct fp_format){11, 52})

enum fp_kind { FP_KIND_ZERO, FP_KIND_FINITE, FP_KIND_INF, FP_KIND_NAN };

/* A finite one is sig / 2^62 * 2^(exp - bias), with bit 62 set and bit 63 clear; exp may be below 1. */
struct fp_num {
	u64 sig;
	s32 exp;
	u8 kind;
	bool sign;
	bool denormal; /* was one, and was not flushed */
};

ALWAYS_INLINE s32 fp_exp_max(struct fp_format f)
{
	return (1 << f.exp_bits) - 1;
}

ALWAYS_INLINE s32 fp_bias(struct fp_format f)
{
	return fp_exp_max(f) >> 1;
}

ALWAYS_INLINE u64 fp_sign_bit(struct fp_format f)
{
	return 1ull << (f.exp_bits + f.frac_bits);
}

ALWAYS_INLINE u64 fp_infinity(bool sign, struct fp_format f)
{
	return (sign ? fp_sign_bit(f) : 0) | (u64)fp_exp_max(f) << f.frac_bits;
}

ALWAYS_INLINE u64 fp_zero(bool sign, struct fp_format f)
{
	return sign ? fp_sign_bit(f) : 0;
}

ALWAYS_INLINE bool fp_is_nan(u64 a, struct fp_format f)
{
	return (a & (fp_sign_bit(f) - 1)) > fp_infinity(false, f);
}

ALWAYS_INLINE bool fp_is_snan(u64 a, struct fp_format f)
{
	return fp_is_nan(a, f) && !(a >> (f.frac_bits - 1) & 1);
}

ALWAYS_INLINE bool fp_is_normal(u64 a, struct fp_format f)
{
	u32 exp = (u32)(a >> f.frac_bits) & (u32)fp_exp_max(f);

	return exp - 1 < (u32)fp_exp_max(f) - 1;
}

ALWAYS_INLINE bool fp_is_zero(u64 a, struct fp_format f)
{
	return !(a & (fp_sign_bit(f) - 1));
}

/* a < b for anything but NaNs, -0 below +0. */
ALWAYS_INLINE bool fp_less(u64 a, u64 b, struct fp_format f)
{
	bool sa = (a & fp_sign_bit(f)) != 0, sb = (b & fp_sign_bit(f)) != 0;

	if (sa != sb)
		return sa;
	return sa ? a > b : a < b;
}

/* Normal numbers or zeros. */
ALWAYS_INLINE enum fp_order fp_cmp_simple(u64 a, u64 b, struct fp_format f)
{
	if (a == b || fp_is_zero(a | b, f))
		return FP_EQUAL;
	return fp_less(a, b, f) ? FP_LESS : FP_GREATER;
}

/* Takes a normal number apart. */
ALWAYS_INLINE struct fp_num fp_unpack_normal(u64 a, struct fp_format f)
{
	u64 hidden = 1ull << f.frac_bits;

	return (struct fp_num){
		.sig = ((a & (hidden - 1)) | hidden) << (62 - f.frac_bits),
		.exp = (s32)(a >> f.frac_bits) & fp_exp_max(f),
		.kind = FP_KIND_FINITE,
		.sign = a >> (f.exp_bits + f.frac_bits) & 1,
	};
}

/* Takes anything apart; applies e->daz. */
struct fp_num fp_unpack(u64 a, struct fp_format f, struct fp_env *e);

/* What is added to a significand whose last `shift` bits are to go, before they are cut off. */
u64 fp_increment(bool sign, unsigned shift, unsigned round);

/* Rounds a number as in struct fp_num and puts it together: any mode, overflow, underflow. */
u64 fp_pack_any(bool sign, s32 exp, u64 sig, struct fp_format f, struct fp_env *e);

/* The same, quick for nearest-even and results that are safely normal. */
ALWAYS_INLINE u64 fp_pack(bool sign, s32 exp, u64 sig, struct fp_format f, struct fp_env *e)
{
	unsigned shift = 62 - f.frac_bits;
	u64 rest = sig & ((1ull << shift) - 1);
	u64 kept = sig >> shift;
	bool up = rest + (kept & 1) > 1ull << (shift - 1);

	if (unlikely((u32)(exp - 1) >= (u32)fp_exp_max(f) - 2 || e->round != FP_NEAREST))
		return fp_pack_any(sign, exp, sig, f, e);
	e->flags |= rest ? FP_PE : 0;
	e->rounded_up = up;
	return ((u64)sign << (f.exp_bits + f.frac_bits)) + ((u64)(exp - 1) << f.frac_bits) + kept + up;
}

/* The sum of finite numbers other than zero. */
ALWAYS_INLINE u64 fp_add_finite(struct fp_num a, struct fp_num b, struct fp_format f, struct fp_env *e)
{
	if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig)) {
		struct fp_num t = a;

		a = b;
		b = t;
	}
	b.sig = shr64_sticky(b.sig, (unsigned)(a.exp - b.exp));
	if (a.sign == b.sign) {
		a.sig += b.sig;
		if (a.sig >> 63) {
			a.sig = a.sig >> 1 | (a.sig & 1);
			a.exp++;
		}
	} else {
		a.sig -= b.sig;
		if (unlikely(!a.sig)) {
			e->rounded_up = false;
			return fp_zero(e->round == FP_DOWN, f);
		}
		unsigned up = clz64(a.sig) - 1;

		a.sig <<= up;
		a.exp -= (s32)up;
	}
	return fp_pack(a.sign, a.exp, a.sig, f, e);
}

ALWAYS_INLINE u64 fp_mul_finite(struct fp_num a, struct fp_num b, struct fp_format f, struct fp_env *e)
{
	struct u128 p = mul64(a.sig, b.sig << 1);
	u64 sig = p.hi | (p.lo != 0);
	bool top = sig >> 62;

	return fp_pack(a.sign ^ b.sign, a.exp + b.exp - fp_bias(f) + top, sig << !top, f, e);
}

ALWAYS_INLINE u64 fp_div_finite(struct fp_num a, struct fp_num b, struct fp_format f, struct fp_env *e)
{
	bool below = a.sig < b.sig;
	u64 rest;
	u64 sig;

	if (f.frac_bits <= 23) {
		/* 24 bits each: a quotient of 33 or more bits fits an ordinary division. */
		u64 n = a.sig << below, d = b.sig >> 31;

		sig = n / d << 31;
		rest = n % d;
	} else {
		/* (a << 62) / b = (a << 63) / (b << 1). */
		u64 n = a.sig << below;

		sig = div128(u128_make(n >> 1, n << 63), b.sig << 1, &rest);
	}
	return fp_pack(a.sign ^ b.sign, a.exp - b.exp + fp_bias(f) - below, sig | (rest != 0), f, e);
}

/* x * y + z with one rounding, of finite numbers other than zero: the product stands at bits 124 or 125, as
 * sig / 2^124 * 2^(exp - bias), and the addend beside it. */
ALWAYS_INLINE u64 fp_fma_finite(struct fp_num x, struct fp_num y, struct fp_num z, struct fp_format f, struct fp_env *e)
{
	struct u128 p = mul64(x.sig, y.sig), q = u128_make(z.sig >> 2, z.sig << 62);
	bool sign = x.sign ^ y.sign, same = sign == z.sign;
	s32 exp = x.exp + y.exp - fp_bias(f), apart = exp - z.exp;
	unsigned up;

	if (apart < 0 || (apart == 0 && u128_less(p, q))) {
		struct u128 t = p;

		p = q;
		q = t;
		exp = z.exp;
		sign = z.sign;
		apart = -apart;
	}
	q = u128_shr_sticky(q, (unsigned)apart);
	if (same) {
		p = u128_add(p, q);
	} else if (u128_less(p, q)) {
		p = u128_sub(q, p);
		sign = !sign;
	} else {
		p = u128_sub(p, q);
	}
	if (unlikely(u128_is_zero(p))) {
		e->rounded_up = false;
		return fp_zero(e->round == FP_DOWN, f);
	}
	up = u128_clz(p);
	p = u128_shl(p, up);
	return fp_pack(sign, exp + 3 - (s32)up, p.hi >> 1 | (p.hi & 1) | (p.lo != 0), f, e);
}

/* Every operand; see fp.h for what they do. */
u64 fp_add(u64 a, u64 b, bool subtract, struct fp_format f, struct fp_env *e);
u64 fp_mul(u64 a, u64 b, struct fp_format f, struct fp_env *e);
u64 fp_div(u64 a, u64 b, struct fp_format f, struct fp_env *e);
u64 fp_fma(u64 a, u64 b, u64 c, struct fp_format f, struct fp_env *e);
u64 fp_sqrt(u64 a, struct fp_format f, struct fp_env *e);
u64 fp_min_max_x86(u64 a, u64 b, bool max, struct fp_format f, struct fp_env *e);
u64 fp_min_max_ieee(u64 a, u64 b, bool max, bool number, struct fp_format f, struct fp_env *e);
enum fp_order fp_cmp(u64 a, u64 b, bool signal, struct fp_format f, struct fp_env *e);
bool fp_cmp_pred(u64 a, u64 b, unsigned pred, struct fp_format f, struct fp_env *e);
u64 fp_round_int(u64 a, unsigned round, bool inexact, struct fp_format f, struct fp_env *e);
u64 fp_to_int(u64 a, struct fp_int_type t, unsigned round, struct fp_format f, struct fp_env *e);
u64 fp_from_int(u64 v, bool is_signed, unsigned fraction, struct fp_format f, struct fp_env *e);
u64 fp_convert(u64 a, struct fp_format from, struct fp_format to, struct fp_env *e);

/* The NaN that an operation gives, after SNaNs raised IE. At least one operand is a NaN. */
u64 fp_nan1(u64 a, struct fp_format f, struct fp_env *e);
u64 fp_nan2(u64 a, u64 b, struct fp_format f, struct fp_env *e);
u64 fp_nan_default(struct fp_format f, const struct fp_env *e);
/* IE and the default NaN. */
u64 fp_invalid(struct fp_format f, struct fp_env *e);

#endif
