/* SPDX-License-Identifier: MIT */
/*
 * IEEE 754 arithmetic for any format of up to 64 bits with every kind of operand: NaNs, infinities, denormals,
 * all rounding modes, flushing. IEEE 754-2019 sections 5.4.1, 6 and 7; SDM vol. 1 sections 4.8.3.5, 4.9, 11.5
 * and 14.5.2; Arm ARM shared/functions/float.
 */
#include "cpu/fp/ieee.h"

/* ---- taking apart ----------------------------------------------------------------------------- */

struct fp_num fp_unpack(u64 a, struct fp_format f, struct fp_env *e)
{
	u64 frac = a & mask_low(f.frac_bits);
	struct fp_num n = {.sign = (a & fp_sign_bit(f)) != 0};

	n.exp = (s32)(a >> f.frac_bits & (u64)fp_exp_max(f));
	if (n.exp == fp_exp_max(f)) {
		n.kind = frac ? FP_KIND_NAN : FP_KIND_INF;
	} else if (n.exp) {
		return fp_unpack_normal(a, f);
	} else if (!frac) {
		n.kind = FP_KIND_ZERO;
	} else if (e->daz) {
		n.kind = FP_KIND_ZERO;
		if (e->rule == FP_RULE_ARM && f.exp_bits != FP_F16.exp_bits)
			e->flags |= FP_DE;
	} else {
		unsigned up = clz64(frac) - 1;

		n.kind = FP_KIND_FINITE;
		n.denormal = true;
		n.sig = frac << up;
		n.exp = 63 - (s32)up - f.frac_bits;
	}
	return n;
}

/* x86 reports a denormal operand unless a NaN or an invalid operation had priority (SDM vol. 1 section 4.9.2). */
static void note_denormal(bool denormal, struct fp_env *e)
{
	if (denormal && e->rule != FP_RULE_ARM)
		e->flags |= FP_DE;
}

/* ---- rounding --------------------------------------------------------------------------------- */

u64 fp_increment(bool sign, unsigned shift, unsigned round)
{
	switch (round) {
	case FP_NEAREST:
	case FP_AWAY:
		return shift ? 1ull << (shift - 1) : 0;
	case FP_DOWN:
		return sign ? mask_low(shift) : 0;
	case FP_UP:
		return sign ? 0 : mask_low(shift);
	default:
		return 0;
	}
}

struct rounded {
	u64 kept;
	bool inexact;
	bool up;
};

/* Cuts the last `shift` (1..62) bits off sig, which is below 2^63. */
static struct rounded round_sig(bool sign, u64 sig, unsigned shift, unsigned round)
{
	u64 rest = sig & mask_low(shift);
	struct rounded r = {.kept = (sig + fp_increment(sign, shift, round)) >> shift, .inexact = rest != 0};

	if (round == FP_NEAREST && rest == 1ull << (shift - 1))
		r.kept &= ~1ull;
	if (round == FP_ODD)
		r.kept |= r.inexact;
	r.up = round != FP_ODD && r.kept != sig >> shift;
	return r;
}

/*
 * On x86, PE next to an unmasked OE or UE speaks of the result with an unbounded exponent: what a handler would be
 * given to work with (SDM vol. 1 sections 4.9.1.4 and 4.9.1.5).
 */
static bool is_unmasked(u8 flag, const struct fp_env *e)
{
	return e->rule != FP_RULE_ARM && !(e->masks & flag);
}

static u64 pack_overflow(bool sign, bool inexact, struct fp_format f, struct fp_env *e)
{
	bool to_max = e->round == FP_ZERO || e->round == FP_ODD || e->round == (sign ? FP_UP : FP_DOWN);

	e->flags |= FP_OE;
	if (inexact || !is_unmasked(FP_OE, e))
		e->flags |= FP_PE;
	e->rounded_up = !to_max;
	return fp_infinity(sign, f) - to_max;
}

static u64 pack_tiny(bool sign, s32 exp, u64 sig, struct fp_format f, struct fp_env *e)
{
	unsigned shift = 62 - f.frac_bits;
	struct rounded normal = round_sig(sign, sig, shift, e->round);
	bool carries = exp == 0 && normal.kept >> (f.frac_bits + 1);
	bool tiny = e->rule == FP_RULE_ARM || !carries;

	if (tiny && e->ftz && !is_unmasked(FP_UE, e)) {
		e->flags |= e->rule == FP_RULE_ARM ? FP_UE : FP_UE | FP_PE;
		e->rounded_up = false;
		return fp_zero(sign, f);
	}
	struct rounded r = round_sig(sign, shr64_sticky(sig, (unsigned)(1 - exp)), shift, e->round);

	if (tiny && is_unmasked(FP_UE, e))
		e->flags |= normal.inexact ? FP_UE | FP_PE : FP_UE;
	else if (r.inexact)
		e->flags |= tiny ? FP_UE | FP_PE : FP_PE;
	e->rounded_up = r.up;
	return fp_zero(sign, f) + r.kept;
}

u64 fp_pack_any(bool sign, s32 exp, u64 sig, struct fp_format f, struct fp_env *e)
{
	if (exp < 1)
		return pack_tiny(sign, exp, sig, f, e);

	struct rounded r = round_sig(sign, sig, 62 - f.frac_bits, e->round);

	if (exp + (s32)(r.kept >> (f.frac_bits + 1)) >= fp_exp_max(f))
		return pack_overflow(sign, r.inexact, f, e);
	if (r.inexact)
		e->flags |= FP_PE;
	e->rounded_up = r.up;
	return fp_zero(sign, f) + ((u64)(exp - 1) << f.frac_bits) + r.kept;
}

/* ---- NaNs ------------------------------------------------------------------------------------- */

u64 fp_nan_default(struct fp_format f, const struct fp_env *e)
{
	return fp_infinity(e->rule != FP_RULE_ARM, f) | 1ull << (f.frac_bits - 1);
}

u64 fp_invalid(struct fp_format f, struct fp_env *e)
{
	e->flags |= FP_IE;
	return fp_nan_default(f, e);
}

static u64 nan_quiet(u64 a, struct fp_format f, struct fp_env *e)
{
	if (fp_is_snan(a, f))
		e->flags |= FP_IE;
	return e->default_nan ? fp_nan_default(f, e) : a | 1ull << (f.frac_bits - 1);
}

u64 fp_nan1(u64 a, struct fp_format f, struct fp_env *e)
{
	return nan_quiet(a, f, e);
}

u64 fp_nan2(u64 a, u64 b, struct fp_format f, struct fp_env *e)
{
	bool take_b = !fp_is_nan(a, f);

	if (fp_is_snan(b, f)) {
		e->flags |= FP_IE;
		if (e->rule == FP_RULE_ARM && !fp_is_snan(a, f))
			take_b = true;
	}
	if (fp_is_snan(a, f))
		e->flags |= FP_IE;
	return nan_quiet(take_b ? b : a, f, e);
}

/* ---- add, multiply, divide -------------------------------------------------------------------- */

u64 fp_add(u64 a, u64 b, bool subtract, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e);

	if (x.kind == FP_KIND_NAN || y.kind == FP_KIND_NAN)
		return fp_nan2(a, b, f, e);
	y.sign ^= subtract;
	if (x.kind == FP_KIND_INF && y.kind == FP_KIND_INF && x.sign != y.sign)
		return fp_invalid(f, e);
	note_denormal(x.denormal || y.denormal, e);
	if (x.kind == FP_KIND_INF || y.kind == FP_KIND_INF)
		return fp_infinity(x.kind == FP_KIND_INF ? x.sign : y.sign, f);
	if (x.kind == FP_KIND_ZERO && y.kind == FP_KIND_ZERO)
		return fp_zero(x.sign == y.sign ? x.sign : e->round == FP_DOWN, f);
	if (x.kind == FP_KIND_ZERO)
		return fp_pack(y.sign, y.exp, y.sig, f, e);
	if (y.kind == FP_KIND_ZERO)
		return fp_pack(x.sign, x.exp, x.sig, f, e);
	return fp_add_finite(x, y, f, e);
}

u64 fp_mul(u64 a, u64 b, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e);
	bool sign = x.sign ^ y.sign;

	if (x.kind == FP_KIND_NAN || y.kind == FP_KIND_NAN)
		return fp_nan2(a, b, f, e);
	if (x.kind == FP_KIND_INF || y.kind == FP_KIND_INF) {
		if (x.kind == FP_KIND_ZERO || y.kind == FP_KIND_ZERO)
			return fp_invalid(f, e);
		note_denormal(x.denormal || y.denormal, e);
		return fp_infinity(sign, f);
	}
	note_denormal(x.denormal || y.denormal, e);
	if (x.kind == FP_KIND_ZERO || y.kind == FP_KIND_ZERO)
		return fp_zero(sign, f);
	return fp_mul_finite(x, y, f, e);
}

u64 fp_div(u64 a, u64 b, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e);
	bool sign = x.sign ^ y.sign;

	if (x.kind == FP_KIND_NAN || y.kind == FP_KIND_NAN)
		return fp_nan2(a, b, f, e);
	if (x.kind == y.kind && x.kind != FP_KIND_FINITE)
		return fp_invalid(f, e);
	if (y.kind == FP_KIND_ZERO && x.kind != FP_KIND_INF) {
		e->flags |= FP_ZE;
		return fp_infinity(sign, f);
	}
	note_denormal(x.denormal || y.denormal, e);
	if (x.kind == FP_KIND_INF)
		return fp_infinity(sign, f);
	if (x.kind == FP_KIND_ZERO || y.kind == FP_KIND_INF)
		return fp_zero(sign, f);
	return fp_div_finite(x, y, f, e);
}

u64 fp_sqrt(u64 a, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e);

	if (x.kind == FP_KIND_NAN)
		return fp_nan1(a, f, e);
	if (x.kind == FP_KIND_ZERO)
		return fp_zero(x.sign, f);
	if (x.sign)
		return fp_invalid(f, e);
	if (x.kind == FP_KIND_INF)
		return a;
	note_denormal(x.denormal, e);

	s32 exp = x.exp - fp_bias(f);
	bool odd = exp & 1;
	struct u128 rest;
	u64 root = isqrt128(u128_make(x.sig << odd, 0), &rest);

	return fp_pack(false, (exp - odd) / 2 + fp_bias(f), root >> 1 | (root & 1) | !u128_is_zero(rest), f, e);
}

/* ---- fused multiply-add ----------------------------------------------------------------------- */

static u64 fma_nan(u64 a, u64 b, u64 c, bool zero_times_inf, struct fp_format f, struct fp_env *e)
{
	if (fp_is_snan(a, f) || fp_is_snan(b, f) || fp_is_snan(c, f))
		e->flags |= FP_IE;
	if (e->rule == FP_RULE_ARM) {
		/* FPProcessNaNs3: first SNaN, then first QNaN, in the order addend, then factors. */
		if (zero_times_inf && fp_is_nan(c, f) && !fp_is_snan(c, f))
			return fp_invalid(f, e);
		if (fp_is_snan(c, f))
			return nan_quiet(c, f, e);
		if (fp_is_snan(a, f) || fp_is_snan(b, f))
			return nan_quiet(fp_is_snan(a, f) ? a : b, f, e);
		return nan_quiet(fp_is_nan(c, f) ? c : fp_is_nan(a, f) ? a : b, f, e);
	}
	return nan_quiet(fp_is_nan(a, f) ? a : fp_is_nan(b, f) ? b : c, f, e);
}

u64 fp_fma(u64 a, u64 b, u64 c, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e), z = fp_unpack(c, f, e);
	bool sign = x.sign ^ y.sign;
	bool zero = x.kind == FP_KIND_ZERO || y.kind == FP_KIND_ZERO;
	bool inf = x.kind == FP_KIND_INF || y.kind == FP_KIND_INF;

	if (x.kind == FP_KIND_NAN || y.kind == FP_KIND_NAN || z.kind == FP_KIND_NAN)
		return fma_nan(a, b, c, zero && inf, f, e);
	if (inf && (zero || (z.kind == FP_KIND_INF && z.sign != sign)))
		return fp_invalid(f, e);
	note_denormal(x.denormal || y.denormal || z.denormal, e);
	if (inf || z.kind == FP_KIND_INF)
		return fp_infinity(inf ? sign : z.sign, f);
	if (zero) {
		if (z.kind != FP_KIND_ZERO)
			return fp_pack(z.sign, z.exp, z.sig, f, e);
		return fp_zero(sign == z.sign ? sign : e->round == FP_DOWN, f);
	}
	if (z.kind == FP_KIND_ZERO)
		return fp_mul_finite(x, y, f, e);

	return fp_fma_finite(x, y, z, f, e);
}

/* ---- minimum, maximum, comparison ------------------------------------------------------------- */

static u64 flushed(u64 a, struct fp_num x, struct fp_format f)
{
	return x.kind == FP_KIND_ZERO ? fp_zero(x.sign, f) : a;
}

u64 fp_min_max_x86(u64 a, u64 b, bool max, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e);

	a = flushed(a, x, f);
	b = flushed(b, y, f);
	if (x.kind == FP_KIND_NAN || y.kind == FP_KIND_NAN) {
		e->flags |= FP_IE;
		return b;
	}
	note_denormal(x.denormal || y.denormal, e);
	if (x.kind == FP_KIND_ZERO && y.kind == FP_KIND_ZERO)
		return b;
	return (max ? fp_less(b, a, f) : fp_less(a, b, f)) ? a : b;
}

u64 fp_min_max_ieee(u64 a, u64 b, bool max, bool number, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e);

	a = flushed(a, x, f);
	b = flushed(b, y, f);
	if (x.kind == FP_KIND_NAN || y.kind == FP_KIND_NAN) {
		bool signals = fp_is_snan(a, f) || fp_is_snan(b, f);

		if (number && !signals && x.kind != y.kind)
			return x.kind == FP_KIND_NAN ? b : a;
		return fp_nan2(a, b, f, e);
	}
	note_denormal(x.denormal || y.denormal, e);
	return fp_less(a, b, f) != max ? a : b;
}

enum fp_order fp_cmp(u64 a, u64 b, bool signal, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e);

	if (x.kind == FP_KIND_NAN || y.kind == FP_KIND_NAN) {
		if (signal || fp_is_snan(a, f) || fp_is_snan(b, f))
			e->flags |= FP_IE;
		return FP_UNORDERED;
	}
	note_denormal(x.denormal || y.denormal, e);
	return fp_cmp_simple(flushed(a, x, f), flushed(b, y, f), f);
}

bool fp_cmp_pred(u64 a, u64 b, unsigned pred, struct fp_format f, struct fp_env *e)
{
	/* Which of less, equal, greater, unordered (bits 0-3) make predicates 0-15 true; 16-31 repeat them. */
	static const u8 holds[16] = {2, 1, 3, 8, 13, 14, 12, 7, 10, 9, 11, 0, 5, 6, 4, 15};
	/* Predicates 0-15 that signal; those of 16-31 are the others. */
	const unsigned signals = 0x6666;
	bool signal = (signals >> (pred & 15) & 1) ^ (pred >> 4 & 1);

	switch (fp_cmp(a, b, signal, f, e)) {
	case FP_LESS:
		return holds[pred & 15] & 1;
	case FP_EQUAL:
		return holds[pred & 15] & 2;
	case FP_GREATER:
		return holds[pred & 15] & 4;
	default:
		return holds[pred & 15] & 8;
	}
}
