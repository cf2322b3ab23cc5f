/* SPDX-License-Identifier: MIT */
/* What `valid` of several groups works out when an instruction is decoded. Arm ARM J1.3, shared pseudocode. */
#include "cpu/arm/a64/operand.h"

/* DecodeBitMasks for logical immediates: 2 to 64 bits, of which imms + 1 are ones, rotated right by immr and repeated.
 * False: reserved. */
bool a64_decode_bit_masks(u64 *mask, unsigned n, unsigned imms, unsigned immr, unsigned size)
{
	unsigned pattern = n << 6 | (~imms & 63), width = 64, ones, rotate;
	u64 element;

	if (n && size < 3)
		return false;
	if (pattern < 2)
		return false;
	while (!(pattern & width))
		width >>= 1;
	ones = (imms & (width - 1)) + 1;
	rotate = immr & (width - 1);
	if (ones == width)
		return false;
	element = mask_low(ones);
	element = (element >> rotate | element << (width - rotate) % 64) & mask_low(width);
	for (; width < 64; width *= 2)
		element |= element << width;
	*mask = a64_cut(element, size);
	return true;
}

/* Bit 8 N + 4 Z + 2 C + V of an entry: ConditionHolds for it, by cond<3:1>. */
u64 a64_cond_mask(unsigned cond)
{
	static const u16 holds[8] = { 0xf0f0, 0xcccc, 0xff00, 0xaaaa, 0x0c0c, 0xaa55, 0x0a05, 0xffff };

	return cond < 14 && cond & 1 ? holds[cond >> 1] ^ 0xffffu : holds[cond >> 1];
}

bool a64_valid_amount(struct insn *i)
{
	return i->size == 3 || i->f[F_H] < 32;
}
