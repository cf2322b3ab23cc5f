/* SPDX-License-Identifier: MIT */
/*
 * Conversions of f16, f32 and f64: to integral values, to and from integers and fixed point, between formats.
 * IEEE 754-2019 sections 5.4 and 5.9; SDM vol. 1 sections 4.8.4, 11.5.2 and 14.4.1; Arm ARM FPToFixed,
 * FixedToFP, FPConvert.
 */
#include "cpu/fp/ieee.h"

static void note_denormal(struct fp_num x, struct fp_env *e)
{
	if (x.denormal && e->rule != FP_RULE_ARM)
		e->flags |= FP_DE;
}

/* A finite number as an integer part and what follows the binary point, highest bit first, the last one sticky. */
struct split {
	u64 whole;
	u64 rest;
	bool too_big; /* whole needs more than 64 bits */
};

static struct split split_at_point(struct fp_num x, s32 exp)
{
	if (exp >= 64)
		return (struct split){.too_big = true};
	if (exp == 63)
		return (struct split){.whole = x.sig << 1};

	struct u128 v = u128_shr_sticky(u128_make(x.sig, 0), (unsigned)(62 - exp));

	return (struct split){.whole = v.hi, .rest = v.lo};
}

/* Does rounding make the magnitude one larger? FP_ODD is not for integers. */
static bool rounds_up(bool sign, struct split s, unsigned round)
{
	const u64 half = 1ull << 63;

	switch (round) {
	case FP_NEAREST:
		return s.rest > half || (s.rest == half && s.whole & 1);
	case FP_AWAY:
		return s.rest >= half;
	case FP_DOWN:
		return sign && s.rest;
	case FP_UP:
		return !sign && s.rest;
	default:
		return false;
	}
}

u64 fp_round_int(u64 a, unsigned round, bool inexact, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e);

	if (x.kind == FP_KIND_NAN)
		return fp_nan1(a, f, e);
	if (x.kind == FP_KIND_ZERO)
		return fp_zero(x.sign, f);
	if (x.kind == FP_KIND_INF || x.exp - fp_bias(f) >= f.frac_bits)
		return a;

	struct split s = split_at_point(x, x.exp - fp_bias(f));

	if (s.rest && inexact)
		e->flags |= FP_PE;
	s.whole += rounds_up(x.sign, s, round);
	if (!s.whole)
		return fp_zero(x.sign, f);

	unsigned up = clz64(s.whole);

	/* At most 2^frac_bits, so that nothing is cut off. */
	s.whole = s.whole << up >> (63 - f.frac_bits);
	return fp_zero(x.sign, f) + ((u64)(fp_bias(f) + 62 - (s32)up) << f.frac_bits) + s.whole;
}

static u64 int_invalid(struct fp_num x, struct fp_int_type t, struct fp_env *e)
{
	u64 top = 1ull << (t.bits - 1);

	e->flags |= FP_IE;
	if (e->rule != FP_RULE_ARM)
		return t.is_signed ? ~(top - 1) : mask_low(t.bits);
	if (x.kind == FP_KIND_NAN)
		return 0;
	if (t.is_signed)
		return x.sign ? ~(top - 1) : top - 1;
	return x.sign ? 0 : mask_low(t.bits);
}

u64 fp_to_int(u64 a, struct fp_int_type t, unsigned round, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e);
	u64 limit = t.is_signed ? (1ull << (t.bits - 1)) - !x.sign : x.sign ? 0 : mask_low(t.bits);

	if (x.kind == FP_KIND_ZERO)
		return 0;
	if (x.kind != FP_KIND_FINITE)
		return int_invalid(x, t, e);

	struct split s = split_at_point(x, x.exp - fp_bias(f) + t.fraction);
	bool up = rounds_up(x.sign, s, round);

	if (s.too_big || s.whole > limit || (s.whole == limit && up))
		return int_invalid(x, t, e);
	if (s.rest)
		e->flags |= FP_PE;
	s.whole += up;
	return x.sign ? 0 - s.whole : s.whole;
}

u64 fp_from_int(u64 v, bool is_signed, unsigned fraction, struct fp_format f, struct fp_env *e)
{
	bool sign = is_signed && v >> 63;
	unsigned up;

	if (sign)
		v = 0 - v;
	if (!v)
		return 0;
	up = clz64(v);
	v <<= up;
	return fp_pack(sign, fp_bias(f) + 63 - (s32)up - (s32)fraction, v >> 1 | (v & 1), f, e);
}

/* ---- between formats -------------------------------------------------------------------------- */

static u64 convert_nan(u64 a, struct fp_format from, struct fp_format to, struct fp_env *e)
{
	u64 sign = (a & fp_sign_bit(from)) != 0;
	u64 frac;

	if (fp_is_snan(a, from))
		e->flags |= FP_IE;
	if (e->default_nan)
		return fp_nan_default(to, e);
	frac = a << (63 - from.frac_bits) << 1 >> (64 - to.frac_bits);
	return fp_infinity(sign, to) | frac | 1ull << (to.frac_bits - 1);
}

static struct fp_num unpack_half(u64 a, struct fp_env *e)
{
	struct fp_env own = {.rule = e->rule, .daz = e->daz && e->rule != FP_RULE_ARM};

	if (e->ahp && (a >> FP_F16.frac_bits & 31) == 31)
		return fp_unpack_normal(a, FP_F16);
	return fp_unpack(a, FP_F16, &own);
}

/* Arm flushes by FPCR.FZ on the f32 or f64 side only. */
static u64 pack_half(bool sign, s32 exp, u64 sig, struct fp_env *e)
{
	struct fp_env own = *e;
	u64 r;

	own.ftz = e->ftz && e->rule != FP_RULE_ARM;
	r = fp_pack_any(sign, exp, sig, FP_F16, &own);
	e->flags = own.flags;
	e->rounded_up = own.rounded_up;
	return r;
}

/* Arm's alternative half precision: exponent 31 is one more binade of numbers. */
static u64 convert_to_ahp(u64 a, struct fp_format from, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, from, e);
	u64 sign = fp_zero(x.sign, FP_F16);
	struct fp_env probe = *e;
	u64 halved;

	if (x.kind == FP_KIND_ZERO)
		return sign;
	if (x.kind == FP_KIND_NAN || x.kind == FP_KIND_INF) {
		e->flags |= FP_IE;
		return x.kind == FP_KIND_NAN ? sign : sign | 0x7fff;
	}
	x.exp += fp_bias(FP_F16) - fp_bias(from);
	if (x.exp < fp_exp_max(FP_F16) - 1)
		return pack_half(x.sign, x.exp, x.sig, e);
	/* Round it where there is room, two binades lower. */
	if (x.exp <= fp_exp_max(FP_F16)) {
		probe.flags = 0;
		halved = fp_pack_any(x.sign, x.exp - 2, x.sig, FP_F16, &probe) & 0x7fff;
		if (halved + 0x800 < 0x8000) {
			e->flags |= probe.flags;
			return sign | (halved + 0x800);
		}
	}
	e->flags |= FP_IE;
	return sign | 0x7fff;
}

u64 fp_convert(u64 a, struct fp_format from, struct fp_format to, struct fp_env *e)
{
	bool from_half = from.exp_bits == FP_F16.exp_bits, to_half = to.exp_bits == FP_F16.exp_bits;
	struct fp_num x;

	if (e->ahp && to_half)
		return convert_to_ahp(a, from, e);
	x = from_half ? unpack_half(a, e) : fp_unpack(a, from, e);
	switch (x.kind) {
	case FP_KIND_NAN:
		return convert_nan(a, from, to, e);
	case FP_KIND_INF:
		return fp_infinity(x.sign, to);
	case FP_KIND_ZERO:
		return fp_zero(x.sign, to);
	default:
		note_denormal(x, e);
		x.exp += fp_bias(to) - fp_bias(from);
		return to_half ? pack_half(x.sign, x.exp, x.sig, e) : fp_pack(x.sign, x.exp, x.sig, to, e);
	}
}
