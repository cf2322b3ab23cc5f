/* SPDX-License-Identifier: MIT */
/* Pointer authentication codes: which bits of a pointer hold one, and the two functions that make it: QARMA5 as the
 * manual has it, or a quicker IMPLEMENTATION DEFINED hash. Arm ARM D8.9; pseudocode AddPAC, Auth, Strip,
 * ComputePACQARMA; R. Avanzi, "The QARMA Block Cipher Family", 2017. */
#include "cpu/arm/sys.h"

#include <stdlib.h>

/* ---- QARMA-64 with five rounds and sigma 2 -------------------------------------------------------- */

#define ONES 0x1111111111111111ull /* the lowest bit of every nibble */

/* Nibbles that move by the same distance, to the left by so many, end with mask 0. */
struct move {
	unsigned by;
	u64 mask;
};

/* Nibble n of the result is nibble {13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15}[n] (PACCellShuffle), and
 * back. */
static const struct move shuffle[] = {
	{0, 0xf000000f00000000}, {3, 0xf000000000000f}, {4, 0xf000000000}, {5, 0xf0}, {6, 0xf0f000}, {7, 0xf00000000000},
	{9, 0xf000000000000}, {10, 0xf0f00}, {11, 0xf000000}, {12, 0xf00000000000000}, {13, 0xf00f0000000}, {0, 0},
};
static const struct move unshuffle[] = {
	{0, 0xf000000f00000000}, {3, 0xf00f0000}, {4, 0xf0000000000}, {5, 0xf0}, {6, 0xf0f000000000000}, {7, 0xf00000},
	{9, 0xf00}, {10, 0xf0f000000000}, {11, 0xf000000}, {12, 0xf0000000000000}, {13, 0xf00f}, {0, 0},
};
/* The same for {4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9} (TweakShuffle). */
static const struct move tweak_shuffle[] = {
	{3, 0xff00}, {4, 0xf0000000000}, {6, 0xf000000000}, {9, 0xf00000000000}, {12, 0xffff0000ffff00ff},
	{15, 0xf00000000}, {0, 0},
};
static const struct move tweak_unshuffle[] = {
	{1, 0xf0000000}, {4, 0xffffff0000ffff}, {7, 0xf0000}, {10, 0xf000000000000000}, {12, 0xf00000000000000},
	{13, 0xff00000}, {0, 0},
};
#define TWEAK_ROTATED 0xff0ff000f00f0f00ull /* the nibbles of the result that TweakCellRot changes */

ALWAYS_INLINE u64 permute(u64 v, const struct move *m)
{
	u64 out = v & (m->by ? 0 : m->mask);

	for (m += !m->by; m->mask; m++)
		out |= (v & m->mask) << 4 * m->by | (v & m->mask) >> (64 - 4 * m->by);
	return out;
}

/* Sigma 2, {11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10}, as sums of products of the bits a (lowest) to d: the
 * S-box's algebraic normal form, for all nibbles at once. */
static u64 substitute(u64 v)
{
	u64 a = v & ONES, b = v >> 1 & ONES, c = v >> 2 & ONES, d = v >> 3 & ONES;
	u64 ab = a & b, ac = a & c, ad = a & d, bc = b & c, bd = b & d, cd = c & d, abd = ab & d, bcd = b & cd;
	u64 o0 = ONES ^ a ^ b ^ c ^ ac ^ (a & bc) ^ ad ^ abd ^ cd ^ bcd;
	u64 o1 = ONES ^ b ^ ab ^ c ^ bc ^ abd ^ (a & cd);
	u64 o2 = a ^ c ^ bc ^ bd ^ abd ^ bcd;
	u64 o3 = ONES ^ a ^ ab ^ d ^ ad ^ abd ^ cd ^ (a & cd) ^ bcd;

	return o0 | o1 << 1 | o2 << 2 | o3 << 3;
}

/* {5, 14, 13, 8, 10, 11, 1, 9, 2, 6, 15, 0, 4, 12, 7, 3} */
static u64 substitute_back(u64 v)
{
	u64 a = v & ONES, b = v >> 1 & ONES, c = v >> 2 & ONES, d = v >> 3 & ONES;
	u64 ab = a & b, ac = a & c, ad = a & d, bc = b & c, bd = b & d, cd = c & d, abc = ab & c, bcd = bc & d;
	u64 o0 = ONES ^ a ^ c ^ bc ^ abc ^ d ^ ad ^ bd ^ (ab & d) ^ cd ^ bcd;
	u64 o1 = a ^ ab ^ c ^ ac ^ bc ^ abc ^ d ^ ad ^ (ac & d);
	u64 o2 = ONES ^ ab ^ c ^ abc ^ d ^ ad ^ bd ^ (ab & d) ^ (ac & d) ^ bcd;
	u64 o3 = a ^ b ^ ab ^ c ^ ac ^ ad ^ cd ^ bcd;

	return o0 | o1 << 1 | o2 << 2 | o3 << 3;
}

/* Every nibble rotated left by one or two. */
static u64 rotate(u64 v, unsigned by)
{
	u64 low = ONES * mask_low(4 - by);

	return (v & low) << by | (v & ~low) >> (4 - by);
}

/* PACMult: a column's cells are 16 bits apart, the matrix is circ(0, rho, rho^2, rho). */
static u64 multiply(u64 v)
{
	u64 up = v << 16 | v >> 48, half = v << 32 | v >> 32, down = v >> 16 | v << 48;

	return rotate(up ^ down, 1) ^ rotate(half, 2);
}

static u64 tweak_next(u64 v)
{
	u64 r;

	v = permute(v, tweak_shuffle);
	r = (v >> 1 & 7 * ONES) | ((v ^ v >> 1) & ONES) << 3;
	return (v & ~TWEAK_ROTATED) | (r & TWEAK_ROTATED);
}

static u64 tweak_back(u64 v)
{
	u64 r = (v << 1 & 14 * ONES) | ((v >> 3 ^ v) & ONES);

	return permute((v & ~TWEAK_ROTATED) | (r & TWEAK_ROTATED), tweak_unshuffle);
}

static u64 qarma5(u64 data, u64 modifier, u64 key0, u64 key1)
{
	static const u64 rc[5] = {
		0, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89, 0x452821e638d01377,
	};
	const u64 alpha = 0xc0ac29b7c97c50dd, modk0 = key0 << 63 | (key0 >> 1 ^ key0 >> 63);
	u64 tweak = modifier, v = data ^ key0;

	for (unsigned i = 0; i < 5; i++) {
		v ^= key1 ^ tweak ^ rc[i];
		if (i)
			v = multiply(permute(v, shuffle));
		v = substitute(v);
		tweak = tweak_next(tweak);
	}
	v = substitute(multiply(permute(v ^ modk0 ^ tweak, shuffle)));
	v = multiply(permute(v, shuffle)) ^ key1;
	v = substitute_back(permute(v, unshuffle));
	v = permute(multiply(v), unshuffle) ^ key0 ^ tweak;
	for (unsigned i = 0; i < 5; i++) {
		v = substitute_back(v);
		if (i < 4)
			v = permute(multiply(v), unshuffle);
		tweak = tweak_back(tweak);
		v ^= rc[4 - i] ^ key1 ^ tweak ^ alpha;
	}
	return v ^ modk0;
}

/* ---- the other one --------------------------------------------------------------------------------- */

/* Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014 (mix64). */
static u64 mix(u64 z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static u64 compute_now(const struct arm *c, u64 data, u64 modifier, u64 lo, u64 hi)
{
	if (arm_has(c, FEAT_PACIMP))
		return mix(mix(mix(data ^ lo) + modifier) ^ hi);
	return qarma5(data, modifier, hi, lo);
}

/* What was computed last: a return address is checked as it was signed, with the same stack pointer. */
struct arm_pac {
	u64 data, modifier, lo, hi, pac;
	bool used;
};
enum { RECENT = 1024 };

struct arm_pac *arm_pac_new(void)
{
	struct arm_pac *recent = calloc(RECENT, sizeof(*recent));

	assert(recent);
	return recent;
}

static u64 compute(const struct arm *c, u64 data, u64 modifier, unsigned key)
{
	u64 lo = c->sys.key[key][0], hi = c->sys.key[key][1];
	struct arm_pac *p = &c->pacs[(data >> 2 ^ modifier >> 4 ^ data >> 11) % RECENT];

	if (unlikely(p->data != data || p->modifier != modifier || p->lo != lo || p->hi != hi || !p->used))
		*p = (struct arm_pac){data, modifier, lo, hi, compute_now(c, data, modifier, lo, hi), true};
	return p->pac;
}

/* ---- pointers -------------------------------------------------------------------------------------- */

enum { TBI0 = 37, TBI1 = 38, TBID0 = 51, TBID1 = 52, TBI_ONE = 20, TBID_ONE = 29 };

/* EffectiveTBI, for the half of the address space that bit 55 says */
static bool top_byte_ignored(const struct arm *c, bool high, bool data)
{
	u64 tcr = c->sys.tcr[arm_regime(c->el)];

	if (c->el >= 2)
		return bit(tcr, TBI_ONE) && (data || !bit(tcr, TBID_ONE));
	return bit(tcr, high ? TBI1 : TBI0) && (data || !bit(tcr, high ? TBID1 : TBID0));
}

/* CalculateBottomPACBit */
static unsigned bottom_bit(const struct arm *c, bool high)
{
	bool two = c->el < 2;
	u64 tcr = c->sys.tcr[arm_regime(c->el)];
	unsigned tsz = (unsigned)bits(tcr, two && high ? 16 : 0, 6), most = 39;
	bool large = bits(tcr, two && high ? 30 : 14, 2) == (two && high ? 3 : 1);

	if (arm_has(c, FEAT_TTST))
		most = large ? 47 : 48;
	tsz = tsz < 16 ? 16 : tsz;
	return 64 - min_uint(tsz, most);
}

/* The pointer with all bits above its address equal to `high`, but for a tag. */
static u64 extended(u64 ptr, bool high, unsigned bottom, bool tbi)
{
	u64 mask = mask_low(tbi ? 56 : 64) & ~mask_low(bottom);

	return high ? ptr | mask : ptr & ~mask;
}

u64 arm_pac_add(const struct arm *c, u64 ptr, u64 modifier, unsigned key)
{
	bool data = key == KEY_DA || key == KEY_DB, tbi = top_byte_ignored(c, bit(ptr, 55), data), high;
	unsigned top = tbi ? 55 : 63, bottom;
	u64 pac, field, mask;

	if (c->el < 2)
		high = bit(ptr, top_byte_ignored(c, true, data) || top_byte_ignored(c, false, data) ? 55 : 63);
	else
		high = bit(ptr, top);
	bottom = bottom_bit(c, high);
	pac = compute(c, extended(ptr, high, bottom, tbi), modifier, key);
	field = mask_low(top + 1) & ~mask_low(bottom);
	if ((ptr & field) != 0 && (ptr & field) != field) /* not a pointer: the result shall fail */
		pac ^= BIT(top - 1);
	mask = field & ~BIT(55);
	return (ptr & ~field) | (pac & mask) | (u64)high << 55;
}

u64 arm_pac_auth(const struct arm *c, u64 ptr, u64 modifier, unsigned key)
{
	bool data = key == KEY_DA || key == KEY_DB, high = bit(ptr, 55), tbi = top_byte_ignored(c, high, data);
	unsigned bottom = bottom_bit(c, high), shift = tbi ? 53 : 61;
	u64 original = extended(ptr, high, bottom, tbi), pac = compute(c, original, modifier, key);
	u64 mask = mask_low(tbi ? 56 : 64) & ~mask_low(bottom) & ~BIT(55);
	u64 code = key == KEY_IB || key == KEY_DB ? 2 : 1;

	if (((pac ^ ptr) & mask) == 0)
		return original;
	return (original & ~(3ull << shift)) | code << shift;
}

u64 arm_pac_strip(const struct arm *c, u64 ptr, bool data)
{
	bool high = bit(ptr, 55);

	return extended(ptr, high, bottom_bit(c, high), top_byte_ignored(c, high, data));
}

u64 arm_pac_generic(const struct arm *c, u64 a, u64 b)
{
	return compute(c, a, b, KEY_GA) & ~mask_low(32);
}
