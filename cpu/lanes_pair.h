/* SPDX-License-Identifier: MIT */
/* Packed integers, second part: shifts, and what joins or splits two 64-bit words (packing, unpacking, horizontal
 * sums, byte shuffles). MMX applies a function of two words to both operands; SSE applies it to the two halves of
 * either operand; NEON has most of it too. SDM vol. 2, PSLL to PUNPCKL. */
#ifndef CPU_LANES_PAIR_H
#define CPU_LANES_PAIR_H

#include "cpu/lanes.h"

/* ---- shifts by one count for all elements -------------------------------------------------------------- */

ALWAYS_INLINE u64 lanes_shl(u64 a, u64 count, unsigned w)
{
	u64 element = ~0ull >> (64 - w);

	if (count >= w)
		return 0;
	return a << count & (element << count & element) * lanes_low(w);
}

ALWAYS_INLINE u64 lanes_shr(u64 a, u64 count, unsigned w)
{
	if (count >= w)
		return 0;
	return a >> count & (~0ull >> (64 - w) >> count) * lanes_low(w);
}

ALWAYS_INLINE u64 lanes_sar(u64 a, u64 count, unsigned w)
{
	u64 sign = lanes_spread(a & lanes_high(w), w);

	return lanes_shr(a ^ sign, count, w) ^ sign;
}

/* ---- PUNPCK: elements of the lower (upper) halves, those of a at even places --------------------------- */

/* Spreads the low 32 bits: element n goes to place 2n. */
ALWAYS_INLINE u64 lanes_widen(u64 a, unsigned w)
{
	a &= 0xffffffff;
	if (w <= 16)
		a = (a | a << 16) & 0x0000ffff0000ffffu;
	if (w <= 8)
		a = (a | a << 8) & 0x00ff00ff00ff00ffu;
	return a;
}

ALWAYS_INLINE u64 lanes_unpack_low(u64 a, u64 b, unsigned w)
{
	return lanes_widen(a, w) | lanes_widen(b, w) << w;
}

ALWAYS_INLINE u64 lanes_unpack_high(u64 a, u64 b, unsigned w)
{
	return lanes_unpack_low(a >> 32, b >> 32, w);
}

/* ---- PACK: two words of elements of 2w bits to one of w bits ------------------------------------------- */

/* The low halves of elements of 2w bits, side by side in the low 32 bits. */
ALWAYS_INLINE u64 lanes_narrow(u64 a, unsigned w)
{
	if (w == 32)
		return (u32)a;
	if (w <= 8) {
		a &= 0x00ff00ff00ff00ffu;
		a |= a >> 8;
	}
	a &= 0x0000ffff0000ffffu;
	return (u32)(a | a >> 16);
}

/* Limits are elements of 2w bits. */
ALWAYS_INLINE u64 lanes_pack_range(u64 a, u64 b, unsigned w, u64 low, u64 high)
{
	low *= lanes_low(2 * w);
	high *= lanes_low(2 * w);
	a = lanes_maxs(lanes_mins(a, high, 2 * w), low, 2 * w);
	b = lanes_maxs(lanes_mins(b, high, 2 * w), low, 2 * w);
	return lanes_narrow(a, w) | lanes_narrow(b, w) << 32;
}

ALWAYS_INLINE u64 lanes_packs(u64 a, u64 b, unsigned w)
{
	u64 limit = 1ull << (w - 1);

	return lanes_pack_range(a, b, w, (0 - limit) & mask_low(2 * w), limit - 1);
}

ALWAYS_INLINE u64 lanes_packus(u64 a, u64 b, unsigned w)
{
	return lanes_pack_range(a, b, w, 0, mask_low(w));
}

/* ---- PHADD PHSUB: neighbours combined; those of a are the lower half of the result --------------------- */

/* The even elements of a and b side by side; shift the operands by w for the odd ones. */
ALWAYS_INLINE u64 lanes_even(u64 a, u64 b, unsigned w)
{
	if (w == 16) {
		a &= 0x0000ffff0000ffffu;
		b &= 0x0000ffff0000ffffu;
		a |= a >> 16;
		b |= b >> 16;
	}
	return (u32)a | b << 32;
}

ALWAYS_INLINE u64 lanes_odd(u64 a, u64 b, unsigned w)
{
	return lanes_even(a >> w, b >> w, w);
}

ALWAYS_INLINE u64 lanes_hadd(u64 a, u64 b, unsigned w)
{
	return lanes_add(lanes_even(a, b, w), lanes_odd(a, b, w), w);
}

ALWAYS_INLINE u64 lanes_hsub(u64 a, u64 b, unsigned w)
{
	return lanes_sub(lanes_even(a, b, w), lanes_odd(a, b, w), w);
}

ALWAYS_INLINE u64 lanes_hadds(u64 a, u64 b, unsigned w)
{
	return lanes_adds(lanes_even(a, b, w), lanes_odd(a, b, w), w);
}

ALWAYS_INLINE u64 lanes_hsubs(u64 a, u64 b, unsigned w)
{
	return lanes_subs(lanes_even(a, b, w), lanes_odd(a, b, w), w);
}

/* ---- bytes and words moved about ----------------------------------------------------------------------- */

/* PSHUFB from `words` 64-bit words: byte n of `control` chooses byte n of the result, which is 0 if bit 7 of the
 * control byte is set. What such a byte points to is at 128 and up. */
ALWAYS_INLINE u64 lanes_shuffle_bytes(const u64 *source, unsigned words, u64 control)
{
	unsigned mask = 0x80 | (8 * words - 1);
	u8 from[144];
	u64 r = 0;

	for (unsigned n = 0; n < words; n++) {
		store_le64(from + 8 * n, source[n]);
		store_le64(from + 128 + 8 * n, 0);
	}
	for (unsigned s = 0; s < 64; s += 8)
		r |= (u64)from[control >> s & mask] << s;
	return r;
}

/* PSHUFW, PSHUFLW, PSHUFHW: each two bits of the order choose a word. */
ALWAYS_INLINE u64 lanes_shuffle_words(u64 a, unsigned order)
{
	u64 r = 0;

	for (unsigned n = 0; n < 4; n++)
		r |= (u64)(u16)(a >> (order >> 2 * n & 3) * 16) << n * 16;
	return r;
}

/* The top bits of the eight bytes (PMOVMSKB). */
ALWAYS_INLINE unsigned lanes_byte_mask(u64 a)
{
	return (unsigned)((a & 0x8080808080808080u) * 0x0002040810204081u >> 56);
}

/* 64 bits out of high:low, from bit n on; zeros above. */
ALWAYS_INLINE u64 lanes_extract(u64 low, u64 high, unsigned n)
{
	if (n == 0)
		return low;
	if (n < 64)
		return low >> n | high << (64 - n);
	return n < 128 ? high >> (n - 64) : 0;
}

#endif
