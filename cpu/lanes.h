/* SPDX-License-Identifier: MIT */
/* Packed integers in a 64-bit word, several elements at once: what MMX does to one register, SSE and NEON do to each
 * half. `w` is the width of an element in bits, 8 to 64, always a constant. Carries are kept out of the next element
 * by leaving its top bit out of the addition. SDM vol. 2, P... instructions. */
#ifndef CPU_LANES_H
#define CPU_LANES_H

#include "mem/base/base.h"

/* One bit in each element: the lowest, the highest. */
ALWAYS_INLINE u64 lanes_low(unsigned w)
{
	return ~0ull / (~0ull >> (64 - w));
}

ALWAYS_INLINE u64 lanes_high(unsigned w)
{
	return lanes_low(w) << (w - 1);
}

/* From top bits to whole elements of zeros or ones. */
ALWAYS_INLINE u64 lanes_spread(u64 tops, unsigned w)
{
	return (tops << 1) - (tops >> (w - 1));
}

ALWAYS_INLINE u64 lanes_select(u64 mask, u64 a, u64 b)
{
	return b ^ ((a ^ b) & mask);
}

ALWAYS_INLINE u64 lanes_add(u64 a, u64 b, unsigned w)
{
	u64 h = lanes_high(w);

	return ((a & ~h) + (b & ~h)) ^ ((a ^ b) & h);
}

ALWAYS_INLINE u64 lanes_sub(u64 a, u64 b, unsigned w)
{
	u64 h = lanes_high(w);

	return ((a | h) - (b & ~h)) ^ ((a ^ ~b) & h);
}

/* a < b, as whole elements. */
ALWAYS_INLINE u64 lanes_below(u64 a, u64 b, unsigned w)
{
	u64 d = lanes_sub(a, b, w);

	return lanes_spread(((~a & b) | (~(a ^ b) & d)) & lanes_high(w), w);
}

ALWAYS_INLINE u64 lanes_less(u64 a, u64 b, unsigned w)
{
	u64 h = lanes_high(w);

	return lanes_below(a ^ h, b ^ h, w);
}

/* ---- the instructions: PADD PSUB and their saturating forms -------------------------------------------- */

/* What signed saturation gives: the largest if a >= 0, the smallest if a < 0. */
ALWAYS_INLINE u64 lanes_limit(u64 a, unsigned w)
{
	return ~lanes_high(w) ^ lanes_spread(a & lanes_high(w), w);
}

ALWAYS_INLINE u64 lanes_adds(u64 a, u64 b, unsigned w)
{
	u64 r = lanes_add(a, b, w);
	u64 over = ~(a ^ b) & (a ^ r) & lanes_high(w);

	return lanes_select(lanes_spread(over, w), lanes_limit(a, w), r);
}

ALWAYS_INLINE u64 lanes_subs(u64 a, u64 b, unsigned w)
{
	u64 r = lanes_sub(a, b, w);
	u64 over = (a ^ b) & (a ^ r) & lanes_high(w);

	return lanes_select(lanes_spread(over, w), lanes_limit(a, w), r);
}

ALWAYS_INLINE u64 lanes_addus(u64 a, u64 b, unsigned w)
{
	u64 r = lanes_add(a, b, w);

	return r | lanes_spread(((a & b) | ((a | b) & ~r)) & lanes_high(w), w);
}

ALWAYS_INLINE u64 lanes_subus(u64 a, u64 b, unsigned w)
{
	return lanes_sub(a, b, w) & ~lanes_below(a, b, w);
}

/* ---- PAND PANDN POR PXOR: the width does not matter ---------------------------------------------------- */

ALWAYS_INLINE u64 lanes_and(u64 a, u64 b, unsigned w)
{
	(void)w;
	return a & b;
}

ALWAYS_INLINE u64 lanes_andn(u64 a, u64 b, unsigned w)
{
	(void)w;
	return ~a & b;
}

ALWAYS_INLINE u64 lanes_or(u64 a, u64 b, unsigned w)
{
	(void)w;
	return a | b;
}

ALWAYS_INLINE u64 lanes_xor(u64 a, u64 b, unsigned w)
{
	(void)w;
	return a ^ b;
}

/* ---- PCMPEQ PCMPGT PMIN PMAX PAVG PABS PSIGN ----------------------------------------------------------- */

ALWAYS_INLINE u64 lanes_equal(u64 a, u64 b, unsigned w)
{
	u64 h = lanes_high(w), x = a ^ b;

	return lanes_spread(~(((x & ~h) + ~h) | x) & h, w);
}

ALWAYS_INLINE u64 lanes_greater(u64 a, u64 b, unsigned w)
{
	return lanes_less(b, a, w);
}

ALWAYS_INLINE u64 lanes_mins(u64 a, u64 b, unsigned w)
{
	return lanes_select(lanes_less(a, b, w), a, b);
}

ALWAYS_INLINE u64 lanes_maxs(u64 a, u64 b, unsigned w)
{
	return lanes_select(lanes_less(a, b, w), b, a);
}

ALWAYS_INLINE u64 lanes_minu(u64 a, u64 b, unsigned w)
{
	return lanes_select(lanes_below(a, b, w), a, b);
}

ALWAYS_INLINE u64 lanes_maxu(u64 a, u64 b, unsigned w)
{
	return lanes_select(lanes_below(a, b, w), b, a);
}

/* (a + b + 1) / 2 without the ninth bit */
ALWAYS_INLINE u64 lanes_avg(u64 a, u64 b, unsigned w)
{
	return (a | b) - (((a ^ b) & ~lanes_low(w)) >> 1);
}

/* of b; a is the old destination */
ALWAYS_INLINE u64 lanes_abs(u64 a, u64 b, unsigned w)
{
	u64 negative = lanes_spread(b & lanes_high(w), w);

	(void)a;
	return lanes_sub(b ^ negative, negative, w);
}

/* a negated, cleared or kept by the sign of b */
ALWAYS_INLINE u64 lanes_sign(u64 a, u64 b, unsigned w)
{
	u64 negative = lanes_spread(b & lanes_high(w), w);

	return lanes_sub(a ^ negative, negative, w) & ~lanes_equal(b, 0, w);
}

/* ---- products: PMULLW PMULHW PMULHUW PMULHRSW PMULUDQ PMULDQ PMADDWD PMADDUBSW ------------------------- */

ALWAYS_INLINE u64 word_at(u64 a, unsigned n)
{
	return (u16)(a >> (n * 16));
}

ALWAYS_INLINE s32 word_signed_at(u64 a, unsigned n)
{
	return (s16)(a >> (n * 16));
}

ALWAYS_INLINE u64 lanes_mull(u64 a, u64 b, unsigned w)
{
	u64 r = 0;

	for (unsigned s = 0; s < 64; s += w)
		r |= ((a >> s) * (b >> s) & (~0ull >> (64 - w))) << s;
	return r;
}

ALWAYS_INLINE u64 lanes_mulh(u64 a, u64 b, unsigned w)
{
	u64 r = 0;

	(void)w;
	for (unsigned n = 0; n < 4; n++)
		r |= (u64)(u16)((u32)(word_signed_at(a, n) * word_signed_at(b, n)) >> 16) << (n * 16);
	return r;
}

ALWAYS_INLINE u64 lanes_mulhu(u64 a, u64 b, unsigned w)
{
	u64 r = 0;

	(void)w;
	for (unsigned n = 0; n < 4; n++)
		r |= (word_at(a, n) * word_at(b, n) >> 16) << (n * 16);
	return r;
}

/* rounded: bits 16-1 of (product >> 14) + 1 */
ALWAYS_INLINE u64 lanes_mulhrs(u64 a, u64 b, unsigned w)
{
	u64 r = 0;

	(void)w;
	for (unsigned n = 0; n < 4; n++) {
		s32 product = word_signed_at(a, n) * word_signed_at(b, n);

		r |= (u64)(u16)(((u32)product + 0x4000) >> 15) << (n * 16);
	}
	return r;
}

ALWAYS_INLINE u64 lanes_muludq(u64 a, u64 b, unsigned w)
{
	(void)w;
	return (u64)(u32)a * (u32)b;
}

ALWAYS_INLINE u64 lanes_muldq(u64 a, u64 b, unsigned w)
{
	(void)w;
	return (u64)((s64)(s32)a * (s32)b);
}

ALWAYS_INLINE u64 lanes_maddwd(u64 a, u64 b, unsigned w)
{
	u64 r = 0;

	(void)w;
	for (unsigned n = 0; n < 4; n += 2) {
		u32 sum = (u32)(word_signed_at(a, n) * word_signed_at(b, n)) +
			(u32)(word_signed_at(a, n + 1) * word_signed_at(b, n + 1));

		r |= (u64)sum << (n * 16);
	}
	return r;
}

ALWAYS_INLINE u64 saturate_word(s32 v)
{
	return (u16)(v > 0x7fff ? 0x7fff : v < -0x8000 ? -0x8000 : v);
}

/* unsigned bytes of a times signed bytes of b */
ALWAYS_INLINE u64 lanes_maddubs(u64 a, u64 b, unsigned w)
{
	u64 r = 0;

	(void)w;
	for (unsigned s = 0; s < 64; s += 16) {
		s32 low = (u8)(a >> s) * (s8)(b >> s);
		s32 high = (u8)(a >> (s + 8)) * (s8)(b >> (s + 8));

		r |= saturate_word(low + high) << s;
	}
	return r;
}

/* PSADBW: the sum of the eight absolute differences */
ALWAYS_INLINE u64 lanes_sad(u64 a, u64 b, unsigned w)
{
	u64 d = lanes_sub(lanes_maxu(a, b, 8), lanes_minu(a, b, 8), 8);

	(void)w;
	d = (d & 0x00ff00ff00ff00ffu) + (d >> 8 & 0x00ff00ff00ff00ffu);
	return d * 0x0001000100010001u >> 48;
}

#endif
