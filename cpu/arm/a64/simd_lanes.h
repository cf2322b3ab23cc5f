/* SPDX-License-Identifier: MIT */
/* What Advanced SIMD does to words of packed integers beyond cpu/lanes.h: halving and rounding, differences,
 * polynomial products, elements brought together from two words, shifts by a count of either sign. Arm ARM C7. */
#ifndef CPU_ARM_A64_SIMD_LANES_H
#define CPU_ARM_A64_SIMD_LANES_H

#include "cpu/lanes_pair.h"

/* ---- logic: the width does not matter -------------------------------------------------------------- */

ALWAYS_INLINE u64 lanes_bic(u64 a, u64 b, unsigned w)
{
	(void)w;
	return a & ~b;
}

ALWAYS_INLINE u64 lanes_orn(u64 a, u64 b, unsigned w)
{
	(void)w;
	return a | ~b;
}

/* ---- comparisons ----------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 lanes_greater_equal(u64 a, u64 b, unsigned w)
{
	return ~lanes_less(a, b, w);
}

ALWAYS_INLINE u64 lanes_above(u64 a, u64 b, unsigned w)
{
	return lanes_below(b, a, w);
}

ALWAYS_INLINE u64 lanes_above_equal(u64 a, u64 b, unsigned w)
{
	return ~lanes_below(a, b, w);
}

ALWAYS_INLINE u64 lanes_test(u64 a, u64 b, unsigned w)
{
	return ~lanes_equal(a & b, 0, w);
}

/* ---- halves: (a + b) / 2 without the ninth bit; signed numbers are moved into the unsigned range and back --- */

ALWAYS_INLINE u64 lanes_uhadd(u64 a, u64 b, unsigned w)
{
	return (a & b) + (((a ^ b) & ~lanes_low(w)) >> 1);
}

ALWAYS_INLINE u64 lanes_shadd(u64 a, u64 b, unsigned w)
{
	return lanes_uhadd(a ^ lanes_high(w), b ^ lanes_high(w), w) ^ lanes_high(w);
}

ALWAYS_INLINE u64 lanes_srhadd(u64 a, u64 b, unsigned w)
{
	return lanes_avg(a ^ lanes_high(w), b ^ lanes_high(w), w) ^ lanes_high(w);
}

/* a - b is a + ~b + 1 less 2^w */
ALWAYS_INLINE u64 lanes_uhsub(u64 a, u64 b, unsigned w)
{
	return lanes_avg(a, ~b, w) ^ lanes_high(w);
}

ALWAYS_INLINE u64 lanes_shsub(u64 a, u64 b, unsigned w)
{
	return lanes_uhsub(a ^ lanes_high(w), b ^ lanes_high(w), w);
}

/* ---- differences ----------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 lanes_sabd(u64 a, u64 b, unsigned w)
{
	return lanes_sub(lanes_maxs(a, b, w), lanes_mins(a, b, w), w);
}

ALWAYS_INLINE u64 lanes_uabd(u64 a, u64 b, unsigned w)
{
	return lanes_sub(lanes_maxu(a, b, w), lanes_minu(a, b, w), w);
}

/* ---- polynomials over GF(2): the low w bits of the product, b of no more than 8 bits --------------- */

ALWAYS_INLINE u64 lanes_clmul(u64 a, u64 b, unsigned w)
{
	u64 r = 0;

	for (unsigned n = 0; n < 8; n++)
		r ^= lanes_shl(a, n, w) & (b >> n & lanes_low(w)) * (~0ull >> (64 - w));
	return r;
}

/* ---- the elements at even and at odd places of a, then those of b ---------------------------------- */

ALWAYS_INLINE u64 lanes_evens(u64 a, u64 b, unsigned w)
{
	return w == 64 ? a : lanes_narrow(a, w) | lanes_narrow(b, w) << 32;
}

ALWAYS_INLINE u64 lanes_odds(u64 a, u64 b, unsigned w)
{
	return w == 64 ? b : lanes_evens(a >> (w & 63), b >> (w & 63), w);
}

/* ---- shifts right with rounding: the last bit that goes out is added, 1 <= count <= w -------------- */

ALWAYS_INLINE u64 lanes_rshr(u64 a, u64 count, unsigned w)
{
	return lanes_add(lanes_shr(a, count, w), lanes_shr(a, count - 1, w) & lanes_low(w), w);
}

ALWAYS_INLINE u64 lanes_rsar(u64 a, u64 count, unsigned w)
{
	return lanes_add(lanes_sar(a, count, w), lanes_shr(a, count - 1, w) & lanes_low(w), w);
}

#endif
