/* SPDX-License-Identifier: MIT */
/* Pointer authentication codes: which bits of a pointer hold one, and the two functions that make it: QARMA5 as the
 * manual has it, or a quicker IMPLEMENTATION DEFINED hash. Arm ARM D8.9; pseudocode AddPAC, Auth, Strip,
 * ComputePACQARMA; R. Avanzi, "The QARMA Block Cipher Family", 2017. */
#include "cpu/arm/sys.h"

/* ---- QARMA-64 with five rounds and sigma 2 -------------------------------------------------------- */

static u64 nibble(u64 v, unsigned n)
{
	return v >> 4 * n & 15;
}

/* Nibble n of the result is nibble from[n] of v; the other way round for the inverse. */
static u64 permute(u64 v, const u8 from[16], bool inverse)
{
	u64 out = 0;

	for (unsigned n = 0; n < 16; n++)
		out |= inverse ? nibble(v, n) << 4 * from[n] : nibble(v, from[n]) << 4 * n;
	return out;
}

static u64 substitute(u64 v, const u8 box[16])
{
	u64 out = 0;

	for (unsigned n = 0; n < 16; n++)
		out |= (u64)box[nibble(v, n)] << 4 * n;
	return out;
}

static const u8 cells[16] = {13, 6, 11, 0, 7, 12, 1, 10, 8, 3, 14, 5, 2, 9, 4, 15};
static const u8 tweak_cells[16] = {4, 5, 6, 7, 11, 2, 3, 8, 12, 13, 14, 15, 0, 1, 10, 9};
static const u8 tweak_rotated[] = {2, 4, 7, 11, 12, 14, 15};
static const u8 box[16] = {11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10};
static const u8 box_inverse[16] = {5, 14, 13, 8, 10, 11, 1, 9, 2, 6, 15, 0, 4, 12, 7, 3};

/* Every nibble rotated left by one or two. */
static u64 rotate(u64 v, unsigned by)
{
	u64 low = 0x1111111111111111ull * mask_low(4 - by);

	return (v & low) << by | (v & ~low) >> (4 - by);
}

/* PACMult: a column's cells are 16 bits apart, the matrix is circ(0, rho, rho^2, rho). */
static u64 multiply(u64 v)
{
	u64 up = v << 16 | v >> 48, half = v << 32 | v >> 32, down = v >> 16 | v << 48;

	return rotate(up, 1) ^ rotate(half, 2) ^ rotate(down, 1);
}

static u64 tweak_next(u64 v)
{
	v = permute(v, tweak_cells, false);
	for (unsigned k = 0; k < countof(tweak_rotated); k++) {
		unsigned n = tweak_rotated[k];
		u64 c = nibble(v, n);

		v = (v & ~(15ull << 4 * n)) | (((c ^ c >> 1) & 1) << 3 | c >> 1) << 4 * n;
	}
	return v;
}

static u64 tweak_back(u64 v)
{
	for (unsigned k = 0; k < countof(tweak_rotated); k++) {
		unsigned n = tweak_rotated[k];
		u64 c = nibble(v, n);

		v = (v & ~(15ull << 4 * n)) | ((c << 1 & 14) | ((c >> 3 ^ c) & 1)) << 4 * n;
	}
	return permute(v, tweak_cells, true);
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
			v = multiply(permute(v, cells, false));
		v = substitute(v, box);
		tweak = tweak_next(tweak);
	}
	v = substitute(multiply(permute(v ^ modk0 ^ tweak, cells, false)), box);
	v = multiply(permute(v, cells, false)) ^ key1;
	v = substitute(permute(v, cells, true), box_inverse);
	v = permute(multiply(v), cells, true) ^ key0 ^ tweak;
	for (unsigned i = 0; i < 5; i++) {
		v = substitute(v, box_inverse);
		if (i < 4)
			v = permute(multiply(v), cells, true);
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

static u64 compute(const struct arm *c, u64 data, u64 modifier, unsigned key)
{
	u64 lo = c->sys.key[key][0], hi = c->sys.key[key][1];

	if (arm_has(c, FEAT_PACIMP))
		return mix(mix(mix(data ^ lo) + modifier) ^ hi);
	return qarma5(data, modifier, hi, lo);
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
