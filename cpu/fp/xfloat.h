/* SPDX-License-Identifier: MIT */
/*
 * Floating point with a 128-bit significand and no special values, for the insides of the x87 transcendentals:
 * errors of a few 2^-126 leave results that are nearly always correctly rounded to 64 bits. SDM vol. 1 section
 * 8.3.10 asks for less than 1 ulp.
 */
#ifndef CPU_FP_XFLOAT_H
#define CPU_FP_XFLOAT_H

#include "cpu/fp/x80.h"

/* sig / 2^127 * 2^exp with bit 127 set, or zero: sig = 0. */
struct xf {
	struct u128 sig;
	s32 exp;
	bool sign;
};

/* sig / 2^127 * 2^exp, not necessarily normalised. */
struct xf xf_make(bool sign, s32 exp, struct u128 sig);
struct xf xf_from_x80(struct x80 x);
struct xf xf_from_int(s32 v);

static inline bool xf_is_zero(struct xf a)
{
	return u128_is_zero(a.sig);
}

static inline struct xf xf_negate(struct xf a)
{
	a.sign = !a.sign;
	return a;
}

struct xf xf_add(struct xf a, struct xf b);
struct xf xf_mul(struct xf a, struct xf b);
struct xf xf_div(struct xf a, struct xf b); /* b != 0 */

/* |a| as a fraction of 2^128; |a| < 1. */
struct u128 xf_fraction(struct xf a);
struct u128 xf_fraction_squared(struct xf a);

/*
 * Sum of table[first + k * step] * z^k up to table[last], terms of alternating sign if asked for. Table and
 * result count 2^-127, z counts 2^-128. An alternating sum comes out below table[first] even if z is
 * vanishingly small.
 */
struct xf_terms {
	const struct u128 *table;
	u8 first, step, last;
	bool alternate;
};
struct xf xf_series(struct xf_terms t, struct u128 z);

extern const struct u128 xf_inverse_factorial[34]; /* 1 / n! */
extern const struct u128 xf_inverse_odd[14];       /* 1 / (2n + 1) */

extern const struct xf xf_pi;
extern const struct xf xf_half_pi;

/*
 * Rounds to an f80; `exact`: nothing was lost on the way here. Processors report such results as inexact all
 * the same.
 */
struct f80 xf_pack(struct xf a, bool exact, struct fp_env *e);

#endif
