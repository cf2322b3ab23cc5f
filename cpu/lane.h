/* SPDX-License-Identifier: MIT */
/* Single elements of a vector register that is a row of 64-bit words, by shifts, so that nothing depends on the host's
 * byte order. What works on a whole word at once is in lanes.h. */
#ifndef CPU_LANE_H
#define CPU_LANE_H

#include "mem/base/base.h"

/* Element n of `width` bits (8, 16, 32 or 64) in a row of words. */
ALWAYS_INLINE u64 lane_get(const u64 *q, unsigned n, unsigned width)
{
	unsigned per = 64 / width;

	return q[n / per] >> (n % per * width) & (~0ull >> (64 - width));
}

ALWAYS_INLINE s64 lane_get_signed(const u64 *q, unsigned n, unsigned width)
{
	return sign_extend(lane_get(q, n, width), width);
}

ALWAYS_INLINE void lane_set(u64 *q, unsigned n, unsigned width, u64 v)
{
	unsigned per = 64 / width, shift = n % per * width;
	u64 mask = (~0ull >> (64 - width)) << shift;

	q[n / per] = (q[n / per] & ~mask) | (v << shift & mask);
}

#endif
