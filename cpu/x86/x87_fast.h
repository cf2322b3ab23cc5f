/* SPDX-License-Identifier: MIT */
/* The common case of x87 arithmetic in a few host instructions: normal numbers in, a normal number out, PE masked,
 * rounding to nearest, any precision. Whatever else there is comes back as false and goes the long way through cpu/fp,
 * with the same bits. SDM vol. 1, 8.1.5.2 and 4.8.4. */
#ifndef CPU_X86_X87_FAST_H
#define CPU_X86_X87_FAST_H

#include "cpu/fp/wide.h"
#include "cpu/x86/x87.h"

enum { F80_BIAS = 16383, F80_MAX = 0x7fff };

/* What the quick way makes: a result, and PE and C1. */
struct x87_quick {
	struct f80 v;
	u16 sw;
};

ALWAYS_INLINE bool x87_normal(struct f80 a)
{
	return (a.sig >> 63) & ((u32)(a.se & F80_MAX) - 1 < F80_MAX - 1);
}

ALWAYS_INLINE bool x87_nearest(u16 cw)
{
	return (cw & (3 << CW_RC_SHIFT | FP_PE)) == FP_PE;
}

/* Rounds hi:lo / 2^127 * 2^(exp - bias), bit 127 set. Whether it goes up is as good as random: no branch. */
ALWAYS_INLINE bool x87_quick_pack(u16 cw, u16 sign, s32 exp, u64 hi, u64 lo, struct x87_quick *q)
{
	u64 up, unit = 1;

	if (unlikely((u32)(exp - 1) >= F80_MAX - 2)) /* room for a carry */
		return false;
	if (unlikely(!(cw & 1 << CW_PC_SHIFT))) {
		unit = 1ull << (cw & 2 << CW_PC_SHIFT ? 64 - 53 : 64 - 24);
		/* what is cut off, left-aligned, the last bit sticky */
		lo = (hi & (unit - 1)) << (cw & 2 << CW_PC_SHIFT ? 53 : 24) | (lo != 0);
		hi &= ~(unit - 1);
	}
	up = (lo >> 63) & ((u64)(lo << 1 != 0) | (u64)((hi & unit) != 0));
	hi += up * unit;
	q->sw = (u16)((lo != 0) * FP_PE | up * SW_C1);
	if (unlikely(!hi)) {
		hi = 1ull << 63;
		exp++;
	}
	q->v = f80_make((u16)(sign | exp), hi);
	return true;
}

/* Of the two with their exponents, a is the larger one; |a| + |b| with the sign of a. 0 <= ea - eb <= 63. */
ALWAYS_INLINE bool x87_quick_sum(u16 cw, struct f80 a, struct f80 b, s32 ea, unsigned apart, struct x87_quick *q)
{
	u64 small = b.sig >> apart, lo = b.sig << 1 << (63 - apart), hi = a.sig + small, carry = hi < small;

	if (carry) {
		lo = lo >> 1 | (lo & 1) | hi << 63;
		hi = hi >> 1 | 1ull << 63;
	}
	return x87_quick_pack(cw, a.se & 0x8000, ea + (s32)carry, hi, lo, q);
}

ALWAYS_INLINE bool x87_quick_difference(u16 cw, struct f80 a, struct f80 b, s32 ea, unsigned apart, struct x87_quick *q)
{
	u64 lo = 0 - (b.sig << 1 << (63 - apart)), hi = a.sig - (b.sig >> apart) - (lo != 0);
	unsigned up;

	if (unlikely(!hi))
		return false;
	up = clz64(hi);
	hi = hi << up | lo >> 1 >> (63 - up);
	return x87_quick_pack(cw, a.se & 0x8000, ea - (s32)up, hi, lo << up, q);
}

ALWAYS_INLINE bool x87_quick_add(u16 cw, struct f80 a, struct f80 b, struct x87_quick *q)
{
	s32 ea = a.se & F80_MAX, apart = ea - (b.se & F80_MAX);

	if (unlikely(!(x87_nearest(cw) && x87_normal(a) && x87_normal(b))))
		return false;
	if (apart < 0 || (apart == 0 && a.sig < b.sig)) {
		struct f80 t = a;

		a = b;
		b = t;
		ea -= apart;
		apart = -apart;
	}
	if (unlikely(apart >= 64))
		return false;
	if ((a.se ^ b.se) & 0x8000)
		return x87_quick_difference(cw, a, b, ea, (unsigned)apart, q);
	return x87_quick_sum(cw, a, b, ea, (unsigned)apart, q);
}

ALWAYS_INLINE bool x87_quick_sub(u16 cw, struct f80 a, struct f80 b, struct x87_quick *q)
{
	b.se ^= 0x8000;
	return x87_quick_add(cw, a, b, q);
}

ALWAYS_INLINE bool x87_quick_mul(u16 cw, struct f80 a, struct f80 b, struct x87_quick *q)
{
	s32 exp = (a.se & F80_MAX) + (b.se & F80_MAX) - F80_BIAS + 1;
	struct u128 p;

	if (unlikely(!(x87_nearest(cw) && x87_normal(a) && x87_normal(b))))
		return false;
	p = mul64(a.sig, b.sig);
	if (!(p.hi >> 63)) {
		p = u128_make(p.hi << 1 | p.lo >> 63, p.lo << 1);
		exp--;
	}
	return x87_quick_pack(cw, (a.se ^ b.se) & 0x8000, exp, p.hi, p.lo, q);
}

ALWAYS_INLINE bool x87_quick_div(u16 cw, struct f80 a, struct f80 b, struct x87_quick *q)
{
	bool below = a.sig < b.sig;
	s32 exp = (a.se & F80_MAX) - (b.se & F80_MAX) + F80_BIAS - below;
	u64 rest, quotient, lo;

	if (unlikely(!(x87_nearest(cw) && x87_normal(a) && x87_normal(b))))
		return false;
	quotient = div128(below ? u128_make(a.sig, 0) : u128_make(a.sig >> 1, a.sig << 63), b.sig, &rest);
	/* the remainder against half the divisor */
	lo = !rest ? 0 : rest > b.sig - rest ? 1ull << 63 | 1 : rest == b.sig - rest ? 1ull << 63 : 1;
	return x87_quick_pack(cw, (a.se ^ b.se) & 0x8000, exp, quotient, lo, q);
}

/* ---- formats in memory ----------------------------------------------------------------------------------- */

/* Exact; false for denormals, infinities and NaNs. */
ALWAYS_INLINE bool x87_quick_from_f64(u64 a, struct f80 *r)
{
	u16 sign = (u16)(a >> 63 << 15);
	u32 exp = a >> 52 & 0x7ff;

	*r = f80_make((u16)(sign | (exp + F80_BIAS - 1023)), 1ull << 63 | a << 11);
	if (likely(exp - 1 < 0x7fe))
		return true;
	*r = f80_make(sign, 0);
	return !(a << 1);
}

ALWAYS_INLINE bool x87_quick_from_f32(u32 a, struct f80 *r)
{
	u16 sign = (u16)(a >> 31 << 15);
	u32 exp = a >> 23 & 0xff;

	*r = f80_make((u16)(sign | (exp + F80_BIAS - 127)), 1ull << 63 | (u64)a << 40);
	if (likely(exp - 1 < 0xfe))
		return true;
	*r = f80_make(sign, 0);
	return !(a << 1);
}

ALWAYS_INLINE struct f80 x87_from_s64(s64 v)
{
	u64 m = v < 0 ? 0 - (u64)v : (u64)v;
	unsigned up = clz64(m | 1);

	return f80_make((u16)(m ? (v < 0 ? 0x8000u : 0) | (F80_BIAS + 63 - up) : 0), m << up);
}

/* A normal number, to a normal one of `frac` fraction bits, or zero. */
ALWAYS_INLINE bool x87_quick_store(u16 cw, struct f80 a, unsigned frac, unsigned exps, u64 *r, u16 *sw)
{
	u32 bias = (1u << (exps - 1)) - 1, exp = (u32)(a.se & F80_MAX) - F80_BIAS + bias;
	u64 unit = 1ull << (63 - frac), rest = a.sig & (unit - 1), half = unit >> 1;
	u64 sign = (u64)(a.se >> 15) << (frac + exps);
	bool up = rest > half || (rest == half && a.sig & unit);

	*sw = (rest ? FP_PE : 0) | (up ? SW_C1 : 0);
	/* The integer bit adds one to the exponent, and so does a carry out of the fraction. */
	*r = sign | ((((u64)exp - 1) << frac) + (a.sig >> (63 - frac)) + up);
	if (likely(x87_nearest(cw) & (a.sig >> 63) & (exp - 1 < 2 * bias - 1)))
		return true;
	*sw = 0;
	*r = sign;
	return !(a.sig | (a.se & F80_MAX));
}

#endif
