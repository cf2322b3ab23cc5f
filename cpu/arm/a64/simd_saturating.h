/* SPDX-License-Identifier: MIT */
/* Meanings that more than one group of Advanced SIMD instructions has and that may saturate (FPSR.QC): on words of
 * packed elements, as in simd_lanes.h. Shifts by register have their plain forms here too. Arm ARM C7, and SatQ in
 * the shared pseudocode. */
#ifndef CPU_ARM_A64_SIMD_SATURATING_H
#define CPU_ARM_A64_SIMD_SATURATING_H

#include "cpu/arm/a64/simd.h"
#include "cpu/arm/a64/simd_lanes.h"

/* ---- addition, subtraction, sign ------------------------------------------------------------------- */

ALWAYS_INLINE u64 simd_sqadd(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_saturated(c, lanes_adds(a, b, w), lanes_add(a, b, w));
}

ALWAYS_INLINE u64 simd_sqsub(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_saturated(c, lanes_subs(a, b, w), lanes_sub(a, b, w));
}

ALWAYS_INLINE u64 simd_uqadd(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_saturated(c, lanes_addus(a, b, w), lanes_add(a, b, w));
}

ALWAYS_INLINE u64 simd_uqsub(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_saturated(c, lanes_subus(a, b, w), lanes_sub(a, b, w));
}

/* ---- twice the product: its upper half; all of it, where a and b are elements of w / 2 bits in w --- */

ALWAYS_INLINE u64 simd_double_high(struct arm *c, u64 a, u64 b, unsigned w, u64 round)
{
	u64 r = 0;

	for (unsigned s = 0; s < 64; s += w) {
		u64 product = (u64)(sign_extend(a >> s, w) * sign_extend(b >> s, w));
		u64 high = (product + round) >> (w - 1) & mask_low(w);

		/* only the square of the smallest number is too large */
		if (product == BIT(2 * w - 2))
			high = simd_saturated(c, mask_low(w - 1), high);
		r |= high << s;
	}
	return r;
}

ALWAYS_INLINE u64 simd_sqdmulh(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_double_high(c, a, b, w, 0);
}

ALWAYS_INLINE u64 simd_sqrdmulh(struct arm *c, u64 a, u64 b, unsigned w)
{
	return simd_double_high(c, a, b, w, BIT(w - 2));
}

ALWAYS_INLINE u64 simd_sqdmull(struct arm *c, u64 a, u64 b, unsigned w)
{
	u64 product = lanes_mull(a, b, w);

	return simd_sqadd(c, product, product, w);
}

/* ---- SQRDMLAH, SQRDMLSH: everything at half the scale, so that 64 bits are enough ------------------ */

ALWAYS_INLINE u64 simd_rdm(struct arm *c, u64 d, u64 a, u64 b, unsigned w, bool subtract)
{
	const s64 scale = (s64)BIT(w - 1);
	u64 r = 0;

	for (unsigned s = 0; s < 64; s += w) {
		s64 product = sign_extend(a >> s, w) * sign_extend(b >> s, w);
		s64 sum = sign_extend(d >> s, w) * scale + (subtract ? -product : product) + scale / 2;
		s64 high = sum >> (w - 1), limited = high;

		if (high >= scale)
			limited = scale - 1;
		if (high < -scale)
			limited = -scale;
		r |= (simd_saturated(c, (u64)limited, (u64)high) & mask_low(w)) << s;
	}
	return r;
}

ALWAYS_INLINE void simd_rdm_accumulate(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, const bool subtract)
{
	union vec n = c->v[i->f[F_N]], m = second(c, i, size), d = c->v[i->f[F_D]];
	u64 low = simd_rdm(c, simd_word(d.q[0], size, shape), simd_word(n.q[0], size, shape),
		simd_word(m.q[0], size, shape), 8u << size, subtract);

	simd_set(c, i, low, shape == FULL ? simd_rdm(c, d.q[1], n.q[1], m.q[1], 8u << size, subtract) : 0);
}

/* ---- shifts by the signed low byte of an element: to the left, or to the right if it is negative --- */

enum { SHIFT_SIGNED = 1, SHIFT_ROUNDS = 2, SHIFT_SATURATES = 4 };

/* v is extended to 64 bits; count > 0 */
ALWAYS_INLINE u64 simd_shift_right(u64 v, unsigned count, const unsigned how)
{
	u64 sign = how & SHIFT_SIGNED ? 0 - (v >> 63) : 0;
	u64 out = count < 64 ? v >> count | (sign && count ? sign << (64 - count) : 0) : sign;

	if (how & SHIFT_ROUNDS)
		out += count <= 64 ? v >> (count - 1) & 1 : sign & 1;
	return out;
}

ALWAYS_INLINE u64 simd_shift_left(struct arm *c, u64 v, unsigned count, unsigned w, const unsigned how)
{
	u64 out = count < w ? v << count : 0;
	u64 back = how & SHIFT_SIGNED ? (u64)sign_extend(out, w) : out & mask_low(w);

	if (!(how & SHIFT_SATURATES) || !v)
		return out;
	if (count < w && (how & SHIFT_SIGNED ? (u64)((s64)back >> count) : back >> count) == v)
		return out;
	c->fpsr |= (u32)FPSR_QC;
	if (!(how & SHIFT_SIGNED))
		return ~0ull;
	return v >> 63 ? BIT(w - 1) : mask_low(w - 1);
}

ALWAYS_INLINE u64 simd_shift(struct arm *c, u64 a, u64 b, unsigned w, const unsigned how)
{
	u64 r = 0;

	for (unsigned s = 0; s < 64; s += w) {
		u64 v = how & SHIFT_SIGNED ? (u64)sign_extend(a >> s, w) : a >> s & mask_low(w);
		int count = (int)sign_extend(b >> s, 8);
		u64 out = count < 0 ? simd_shift_right(v, (unsigned)-count, how) :
			simd_shift_left(c, v, (unsigned)count, w, how);

		r |= (out & mask_low(w)) << s;
	}
	return r;
}

/* ---- dot products of bytes ------------------------------------------------------------------------- */

ALWAYS_INLINE s64 simd_byte(u64 v, unsigned s, const bool is_signed)
{
	return is_signed ? (s8)(v >> s) : (u8)(v >> s);
}

/* In both halves of a word, the sum of four products. */
ALWAYS_INLINE u64 simd_dot(u64 a, u64 b, const bool a_signed, const bool b_signed)
{
	u32 sum[2] = {0, 0};

	for (unsigned s = 0; s < 64; s += 8)
		sum[s / 32] += (u32)(simd_byte(a, s, a_signed) * simd_byte(b, s, b_signed));
	return sum[0] | (u64)sum[1] << 32;
}

ALWAYS_INLINE void simd_dot_accumulate(struct arm *c, const struct insn *i, const unsigned size, const unsigned shape,
	simd_operand *second, const bool n_signed, const bool m_signed)
{
	union vec n = c->v[i->f[F_N]], m = second(c, i, size), d = c->v[i->f[F_D]];

	simd_set(c, i, lanes_add(d.q[0], simd_dot(n.q[0], m.q[0], n_signed, m_signed), 32),
		shape == FULL ? lanes_add(d.q[1], simd_dot(n.q[1], m.q[1], n_signed, m_signed), 32) : 0);
}

#endif
