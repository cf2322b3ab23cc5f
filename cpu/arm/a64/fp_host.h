/* SPDX-License-Identifier: MIT */
/* The common case of floating-point arithmetic on the host's own unit: rounding to nearest, FPSR.IXC already set (it
 * accumulates, so that hardly a program runs long without), no denormal operand, and a result that is a normal number
 * above the smallest binade. IEEE 754-2019 sections 4.3.1, 5.4.1 and 7 then leave one answer and no flag to raise.
 * Whatever else there is comes back as false and goes through cpu/fp, with the same bits. */
#ifndef CPU_ARM_A64_FP_HOST_H
#define CPU_ARM_A64_FP_HOST_H

#include "cpu/fp/fp.h"

#include <float.h>

#if defined(__STDC_IEC_559__) && FLT_EVAL_METHOD == 0 && FLT_MANT_DIG == 24 && DBL_MANT_DIG == 53
#define FP_HOST 1
#else
#define FP_HOST 0
#endif

enum host_op { HOST_ADD, HOST_SUB, HOST_MUL, HOST_DIV };

ALWAYS_INLINE bool host_usable(const struct fp_env *e)
{
	return FP_HOST && likely((e->flags & FP_PE) && e->round == FP_NEAREST);
}

ALWAYS_INLINE double host_f64(u64 a)
{
	double d;

	memcpy(&d, &a, sizeof(d));
	return d;
}

ALWAYS_INLINE u64 host_bits64(double d)
{
	u64 a;

	memcpy(&a, &d, sizeof(a));
	return a;
}

ALWAYS_INLINE float host_f32(u64 a)
{
	u32 low = (u32)a;
	float s;

	memcpy(&s, &low, sizeof(s));
	return s;
}

ALWAYS_INLINE u64 host_bits32(float s)
{
	u32 a;

	memcpy(&a, &s, sizeof(a));
	return a;
}

/* Zero, or at least the smallest normal number, or infinite, or not a number: the result tells these apart. */
ALWAYS_INLINE bool host_takes(u64 a, const unsigned size)
{
	return size == 3 ? (a << 1) - 1 >= (2ull << 52) - 1 : (u32)(a << 1) - 1u >= (2u << 23) - 1;
}

/* A normal number with an exponent above the lowest. No infinity or NaN that was an operand leads to one, but a finite
 * number divided by infinity is zero. */
ALWAYS_INLINE bool host_gives(u64 r, const unsigned size)
{
	return size == 3 ? (u32)(r >> 52 & 0x7ff) - 2 < 0x7ff - 2 : (u32)(r >> 23 & 0xff) - 2 < 0xff - 2;
}

ALWAYS_INLINE bool host_arith(u64 a, u64 b, const unsigned size, const enum host_op op, const struct fp_env *e, u64 *r)
{
	if (!host_usable(e) || unlikely(!host_takes(a, size)) || unlikely(!host_takes(b, size)))
		return false;
	if (size == 3) {
		double x = host_f64(a), y = host_f64(b);

		*r = host_bits64(op == HOST_ADD ? x + y : op == HOST_SUB ? x - y : op == HOST_MUL ? x * y : x / y);
	} else {
		float x = host_f32(a), y = host_f32(b);

		*r = host_bits32(op == HOST_ADD ? x + y : op == HOST_SUB ? x - y : op == HOST_MUL ? x * y : x / y);
	}
	return likely(host_gives(*r, size));
}

/* a * b + c of singles in doubles: the product is exact; the sum is rounded to odd, by its own rounding error, so that
 * the second rounding to 24 bits gives what one alone would (53 >= 2 * 24 + 2). */
ALWAYS_INLINE bool host_fma32(u64 a, u64 b, u64 c, const struct fp_env *e, u64 *r)
{
	double p, s, z, t, error;
	u64 sum;

	if (!host_usable(e) || unlikely(!host_takes(a, 2) || !host_takes(b, 2) || !host_takes(c, 2)))
		return false;
	p = (double)host_f32(a) * (double)host_f32(b);
	z = (double)host_f32(c);
	s = p + z;
	t = s - p;
	error = (p - (s - t)) + (z - t);
	sum = host_bits64(s);
	if (error != 0 && !(sum & 1)) /* one towards the true sum: away from zero if the error has the sum's sign */
		sum += (error > 0) == (s > 0) ? 1 : ~0ull;
	*r = host_bits32((float)host_f64(sum));
	return likely(host_gives(*r, 2));
}

#endif
