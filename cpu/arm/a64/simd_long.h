/* SPDX-License-Identifier: MIT */
/* Bodies of instructions whose result has elements of twice the width: the sources are the lower or (Q) the upper
 * halves, widened before anything is done. Arm ARM C7: SADDL, SMLAL, SQDMULL ... */
#ifndef CPU_ARM_A64_SIMD_LONG_H
#define CPU_ARM_A64_SIMD_LONG_H

#include "cpu/arm/a64/simd_saturating.h"

typedef u64 simd_widen(u64 a, unsigned w);

/* D = f(widen N, widen M) */
ALWAYS_INLINE void simd_long(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, simd_widen *widen, simd_f *f)
{
	const unsigned w = 8u << size;
	u64 n = c->v[i->f[F_N]].q[shape == FULL], m = second(c, i, size).q[shape == FULL];

	simd_set(c, i, f(widen(n, w), widen(m, w), 2 * w), f(widen(n >> 32, w), widen(m >> 32, w), 2 * w));
}

/* D = add(D, f(widen N, widen M)) */
ALWAYS_INLINE void simd_long_accumulate(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, simd_widen *widen, simd_f *f, simd_f *add)
{
	const unsigned w = 8u << size;
	u64 n = c->v[i->f[F_N]].q[shape == FULL], m = second(c, i, size).q[shape == FULL];
	union vec d = c->v[i->f[F_D]];

	simd_set(c, i, add(d.q[0], f(widen(n, w), widen(m, w), 2 * w), 2 * w),
		add(d.q[1], f(widen(n >> 32, w), widen(m >> 32, w), 2 * w), 2 * w));
}

/* One word of SQDMULL, SQDMLAL, SQDMLSL. */
ALWAYS_INLINE u64 simd_double_word(struct arm *c, u64 d, u64 n, u64 m, const unsigned w, simd_fq *add)
{
	u64 product = simd_sqdmull(c, simd_widen_signed(n, w), simd_widen_signed(m, w), 2 * w);

	return add ? add(c, d, product, 2 * w) : product;
}

ALWAYS_INLINE void simd_double_long(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, simd_fq *add)
{
	const unsigned w = 8u << size;
	u64 n = c->v[i->f[F_N]].q[shape == FULL], m = second(c, i, size).q[shape == FULL];
	union vec d = c->v[i->f[F_D]];

	if (shape == SCALAR)
		simd_set(c, i, simd_double_word(c, simd_word(d.q[0], size + 1, SCALAR), simd_word(n, size, SCALAR),
				       simd_word(m, size, SCALAR), w, add),
			0);
	else
		simd_set(c, i, simd_double_word(c, d.q[0], n, m, w, add),
			simd_double_word(c, d.q[1], n >> 32, m >> 32, w, add));
}

#endif
