/* SPDX-License-Identifier: MIT */
/*
 * Long division for the transcendentals, and the integer square root behind FSQRT, SQRTSS and SQRTSD (IEEE 754-2019
 * section 5.4.1: correctly rounded). The root goes through a reciprocal root and multiplications; the last
 * steps compare exactly, so that the result never depends on how good the approximation was.
 */
#include "cpu/fp/wide.h"

/* 2^30 / sqrt(x / 2^64) to about 29 bits; x >= 2^62. */
static u64 rsqrt_estimate(u64 x)
{
	/* A chord from 2 at x = 1/4 to 1 at x = 1, pulled down to halve its error; then Newton: y(3 - xy^2)/2. */
	u64 v = x >> 32;
	u64 y = 0x8e000000u - (v * 0x5555u >> 16);

	for (unsigned i = 0; i < 4; i++) {
		u64 square = y * y >> 30;
		u64 product = square * v >> 32;

		y = y * ((3u << 30) - product) >> 31;
	}
	return y;
}

static struct u128 square64(u64 s)
{
	return mul64(s, s);
}

u64 isqrt128(struct u128 n, struct u128 *remainder)
{
	u64 y = rsqrt_estimate(n.hi);
	struct u128 s128 = u128_shr(mul64(n.hi, y), 30);
	u64 s = s128.hi ? ~0ull : s128.lo;
	struct u128 square;

	for (unsigned i = 0; i < 2; i++) {
		square = square64(s);
		bool over = u128_less(n, square);
		struct u128 rest = over ? u128_sub(square, n) : u128_sub(n, square);
		u64 step = u128_shr(mul64(u128_shr(rest, 40).lo, y), 55).lo;
		u64 moved = over ? s - step : s + step;

		s = !over && moved < s ? ~0ull : moved;
	}
	for (square = square64(s); u128_less(n, square); square = square64(s))
		s--;
	*remainder = u128_sub(n, square);
	while (u128_less(u128_shl(u128_make(0, s), 1), *remainder)) {
		*remainder = u128_sub(*remainder, u128_add(u128_shl(u128_make(0, s), 1), u128_make(0, 1)));
		s++;
	}
	return s;
}

/* One 64-bit digit of rest * 2^64 / b: guessed from b's upper half, at most two too large. */
static u64 quotient_digit(struct u128 *rest, struct u128 b)
{
	u64 ignored;
	u64 q = rest->hi >= b.hi ? ~0ull : div128(*rest, b.hi, &ignored);
	struct u128 low = mul64(q, b.lo);
	struct u128 high = u128_add(mul64(q, b.hi), u128_make(0, low.hi));

	/* (high, low.lo) against (rest, 0). */
	while (u128_less(*rest, high) || (rest->hi == high.hi && rest->lo == high.lo && low.lo)) {
		u64 borrow = low.lo < b.lo;

		q--;
		low.lo -= b.lo;
		high = u128_sub(high, u128_make(0, b.hi));
		high = u128_sub(high, u128_make(0, borrow));
	}
	high = u128_sub(*rest, high);
	high = u128_sub(high, u128_make(0, low.lo != 0));
	*rest = u128_make(high.lo, 0 - low.lo);
	return q;
}

struct u128 u128_div_fraction(struct u128 a, struct u128 b)
{
	u64 hi = quotient_digit(&a, b);

	return u128_make(hi, quotient_digit(&a, b));
}
