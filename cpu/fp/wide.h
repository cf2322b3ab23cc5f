/* SPDX-License-Identifier: MIT */
/*
 * 128-bit unsigned arithmetic for the soft floating point: products of two 64-bit significands, alignment shifts that
 * remember what they lose, quotients and roots. C11 has no such type, and where a compiler offers one, only
 * this header knows.
 */
#ifndef CPU_FP_WIDE_H
#define CPU_FP_WIDE_H

#include "mem/base/base.h"

struct u128 {
	u64 hi;
	u64 lo;
};

/* v != 0. */
static inline unsigned clz64(u64 v)
{
#if defined(__GNUC__)
	return (unsigned)__builtin_clzll(v);
#else
	unsigned n = 0;

	for (unsigned step = 32; step; step >>= 1) {
		if (!(v >> (64 - step))) {
			v <<= step;
			n += step;
		}
	}
	return n;
#endif
}

static inline struct u128 u128_make(u64 hi, u64 lo)
{
	return (struct u128){.hi = hi, .lo = lo};
}

static inline bool u128_is_zero(struct u128 a)
{
	return !(a.hi | a.lo);
}

static inline bool u128_less(struct u128 a, struct u128 b)
{
	return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

static inline struct u128 u128_add(struct u128 a, struct u128 b)
{
	u64 lo = a.lo + b.lo;

	return u128_make(a.hi + b.hi + (lo < a.lo), lo);
}

static inline struct u128 u128_sub(struct u128 a, struct u128 b)
{
	return u128_make(a.hi - b.hi - (a.lo < b.lo), a.lo - b.lo);
}

/* a != 0. */
static inline unsigned u128_clz(struct u128 a)
{
	return a.hi ? clz64(a.hi) : 64 + clz64(a.lo);
}

/* 0 <= n <= 127. */
static inline struct u128 u128_shl(struct u128 a, unsigned n)
{
	if (n >= 64)
		return u128_make(a.lo << (n - 64), 0);
	if (!n)
		return a;
	return u128_make(a.hi << n | a.lo >> (64 - n), a.lo << n);
}

/* Any n. */
static inline struct u128 u128_shr(struct u128 a, unsigned n)
{
	if (n >= 128)
		return u128_make(0, 0);
	if (n >= 64)
		return u128_make(0, a.hi >> (n - 64));
	if (!n)
		return a;
	return u128_make(a.hi >> n, a.lo >> n | a.hi << (64 - n));
}

/* Any n; what is shifted out is ORed into bit 0, so that rounding later still knows of it. */
static inline u64 shr64_sticky(u64 a, unsigned n)
{
	if (n >= 64)
		return a != 0;
	return a >> n | ((a & mask_low(n)) != 0);
}

static inline struct u128 u128_shr_sticky(struct u128 a, unsigned n)
{
	struct u128 r = u128_shr(a, n);
	bool lost;

	if (n >= 128)
		lost = !u128_is_zero(a);
	else if (n >= 64)
		lost = (a.hi & mask_low(n - 64)) != 0 || a.lo;
	else
		lost = (a.lo & mask_low(n)) != 0;
	r.lo |= lost;
	return r;
}

static inline struct u128 mul64(u64 a, u64 b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 p = (unsigned __int128)a * b;

	return u128_make((u64)(p >> 64), (u64)p);
#else
	u64 al = (u32)a, ah = a >> 32, bl = (u32)b, bh = b >> 32;
	u64 low = al * bl;
	u64 mid = ah * bl + (low >> 32);
	u64 mid2 = al * bh + (u32)mid;

	return u128_make(ah * bh + (mid >> 32) + (mid2 >> 32), mid2 << 32 | (u32)low);
#endif
}

/* n / d; n.hi < d, and d >= 2^63. */
static inline u64 div128(struct u128 n, u64 d, u64 *remainder)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 v = (unsigned __int128)n.hi << 64 | n.lo;
	u64 q = (u64)(v / d);

	*remainder = n.lo - q * d;
	return q;
#else
	/* Two digits of 32 bits, each guessed from the divisor's upper half and at most two too large. */
	u64 digit[2], rest = n.hi;

	for (unsigned i = 0; i < 2; i++) {
		u64 next = i ? (u32)n.lo : n.lo >> 32;
		u64 guess = min_u64(rest / (d >> 32), 0xffffffffu);
		u64 over = rest - guess * (d >> 32);

		while (over >> 32 == 0 && guess * (u32)d > (over << 32 | next)) {
			guess--;
			over += d >> 32;
		}
		digit[i] = guess;
		rest = (rest << 32 | next) - guess * d;
	}
	*remainder = rest;
	return digit[0] << 32 | digit[1];
#endif
}

/* The upper half of the 256-bit product, at most 2 units of bit 0 too small. */
static inline struct u128 u128_mul_high(struct u128 a, struct u128 b)
{
	struct u128 r = mul64(a.hi, b.hi);
	struct u128 m1 = mul64(a.hi, b.lo);
	struct u128 m2 = mul64(a.lo, b.hi);
	u64 carry = m1.lo + m2.lo < m1.lo;

	r = u128_add(r, u128_make(0, m1.hi));
	r = u128_add(r, u128_make(0, m2.hi));
	return u128_add(r, u128_make(0, carry));
}

/* a * 2^128 / b; a < b, and b >= 2^127. */
struct u128 u128_div_fraction(struct u128 a, struct u128 b);

/* The integer square root of n, n >= 2^126, and what is left: n - root^2. */
u64 isqrt128(struct u128 n, struct u128 *remainder);

#endif
