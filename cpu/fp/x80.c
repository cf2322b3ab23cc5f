/* SPDX-License-Identifier: MIT */
/*
 * Taking apart, NaNs and rounding of the x87 format. SDM vol. 1 section 4.8.3.5 and table 4-7 (which NaN),
 * 4.9.1.4 and 4.9.1.5 (overflow and underflow, also unmasked), 8.1.5.2 (precision control), 8.2.2 (unsupported
 * formats).
 */
#include "cpu/fp/x80.h"

/* ---- taking apart ----------------------------------------------------------------------------- */

struct x80 x80_unpack(struct f80 a)
{
	struct x80 x = {.sig = a.sig, .exp = a.se & X80_EXP_MAX, .kind = X80_FINITE, .sign = a.se >> 15};

	if (!x.exp) {
		if (!a.sig) {
			x.kind = X80_ZERO;
			return x;
		}
		x.denormal = true;
		x.exp = 1 - (s32)clz64(a.sig);
		x.sig = a.sig << clz64(a.sig);
	} else if (!(a.sig & X80_INTEGER)) {
		x.kind = X80_UNSUPPORTED;
	} else if (x.exp == X80_EXP_MAX) {
		x.kind = a.sig == X80_INTEGER ? X80_INF : X80_NAN;
	}
	return x;
}

struct f80 x80_invalid(struct fp_env *e)
{
	e->flags |= FP_IE;
	return f80_indefinite();
}

static bool is_snan(struct x80 x)
{
	return x.kind == X80_NAN && !(x.sig & X80_QUIET);
}

/* A quiet NaN beats a signalling one, then the larger significand wins, then the positive sign. */
static struct f80 choose_nan(struct f80 a, struct f80 b, struct x80 x, struct x80 y)
{
	bool take_b;

	if (x.kind != X80_NAN || y.kind != X80_NAN)
		take_b = x.kind != X80_NAN;
	else if (is_snan(x) != is_snan(y))
		take_b = is_snan(x);
	else if (x.sig != y.sig)
		take_b = x.sig < y.sig;
	else
		take_b = x.sign;
	a = take_b ? b : a;
	a.sig |= X80_QUIET;
	return a;
}

bool x80_unpack2(struct f80 a, struct f80 b, struct x80 *x, struct x80 *y, struct f80 *result, struct fp_env *e)
{
	bool widened = e->denormal_in;

	e->rounded_up = false;
	e->denormal_in = false;
	*x = x80_unpack(a);
	*y = x80_unpack(b);
	if (x->kind == X80_UNSUPPORTED || y->kind == X80_UNSUPPORTED) {
		*result = x80_invalid(e);
		return true;
	}
	if (x->kind == X80_NAN || y->kind == X80_NAN) {
		if (is_snan(*x) || is_snan(*y))
			e->flags |= FP_IE;
		*result = choose_nan(a, b, *x, *y);
		return true;
	}
	x->denormal |= widened;
	return false;
}

bool x80_unpack1(struct f80 a, struct x80 *x, struct f80 *result, struct fp_env *e)
{
	struct x80 y;

	return x80_unpack2(a, a, x, &y, result, e);
}

enum f80_class f80_classify(struct f80 a)
{
	struct x80 x = x80_unpack(a);

	switch (x.kind) {
	case X80_ZERO:
		return F80_ZERO;
	case X80_INF:
		return F80_INFINITY;
	case X80_NAN:
		return F80_NAN;
	case X80_UNSUPPORTED:
		return F80_UNSUPPORTED;
	default:
		return x.denormal ? F80_DENORMAL : F80_NORMAL;
	}
}

unsigned f80_tag(struct f80 a)
{
	switch (f80_classify(a)) {
	case F80_NORMAL:
		return 0;
	case F80_ZERO:
		return 1;
	default:
		return 2;
	}
}

/* ---- rounding --------------------------------------------------------------------------------- */

struct rounded {
	u64 sig;    /* with the unused low bits clear */
	bool carry; /* it became 2.0, sig is 1.0 */
	bool inexact;
	bool up;
};

static struct rounded round_sig(bool sign, struct u128 sig, unsigned prec, unsigned round)
{
	u64 below = mask_low(64 - prec);
	u64 unit = below + 1;
	/* What is cut off, left-aligned, the last bit sticky. */
	struct u128 rest = u128_shl(u128_make(sig.hi & below, sig.lo), prec);
	const u64 half = 1ull << 63;
	struct rounded r = {.sig = sig.hi & ~below, .inexact = rest.hi || rest.lo};

	switch (round) {
	case FP_NEAREST:
		r.up = rest.hi > half || (rest.hi == half && (rest.lo || r.sig & unit));
		break;
	case FP_DOWN:
		r.up = sign;
		break;
	case FP_UP:
		r.up = !sign;
		break;
	default:
		break;
	}
	r.up &= r.inexact;
	if (r.up) {
		r.sig += unit;
		r.carry = !r.sig;
		r.sig |= r.carry ? X80_INTEGER : 0;
	}
	return r;
}

static struct f80 put(bool sign, s32 exp, u64 sig)
{
	return f80_make((u16)(sign << 15 | exp), sig);
}

static struct f80 pack_overflow(bool sign, s32 exp, struct rounded r, unsigned prec, struct fp_env *e)
{
	bool to_max = e->round == FP_ZERO || e->round == (sign ? FP_UP : FP_DOWN);

	e->flags |= FP_OE;
	if (!(e->masks & FP_OE)) {
		if (exp - 24576 < X80_EXP_MAX) {
			e->flags |= r.inexact ? FP_PE : 0;
			e->rounded_up = r.up;
			return put(sign, exp - 24576, r.sig);
		}
		/* Massive overflow, only by FSCALE. */
		to_max = false;
	}
	e->flags |= FP_PE;
	e->rounded_up = !to_max;
	return to_max ? put(sign, X80_EXP_MAX - 1, ~mask_low(64 - prec)) : x80_infinity(sign);
}

static struct f80 pack_tiny(bool sign, s32 exp, struct u128 sig, unsigned prec, struct fp_env *e)
{
	struct rounded r = round_sig(sign, sig, prec, e->round);
	bool tiny = !(exp == 0 && r.carry);

	if (tiny && !(e->masks & FP_UE)) {
		exp += r.carry + 24576;
		/* Massive underflow, only by FSCALE. */
		if (exp < 1) {
			e->flags |= FP_UE | FP_PE;
			return x80_zero(sign);
		}
		e->flags |= r.inexact ? FP_UE | FP_PE : FP_UE;
		e->rounded_up = r.up;
		return put(sign, exp, r.sig);
	}
	r = round_sig(sign, u128_shr_sticky(sig, (unsigned)(1 - exp)), prec, e->round);
	if (r.inexact)
		e->flags |= tiny ? FP_UE | FP_PE : FP_PE;
	e->rounded_up = r.up;
	return put(sign, r.sig >> 63, r.sig);
}

struct f80 x80_pack(bool sign, s32 exp, struct u128 sig, unsigned prec, struct fp_env *e)
{
	struct rounded r;

	if (x80_stopped(e))
		return f80_indefinite();
	if (exp < 1)
		return pack_tiny(sign, exp, sig, prec, e);
	r = round_sig(sign, sig, prec, e->round);
	exp += r.carry;
	if (exp >= X80_EXP_MAX)
		return pack_overflow(sign, exp, r, prec, e);
	if (r.inexact)
		e->flags |= FP_PE;
	e->rounded_up = r.up;
	return put(sign, exp, r.sig);
}

struct f80 x80_pack_normalize(bool sign, s32 exp, struct u128 sig, unsigned prec, struct fp_env *e)
{
	unsigned up = u128_clz(sig);

	return x80_pack(sign, exp - (s32)up, u128_shl(sig, up), prec, e);
}

struct x80_int x80_to_int(struct x80 x, unsigned round)
{
	s32 exp = x.exp - X80_BIAS;
	const u64 half = 1ull << 63;
	struct x80_int r = {0};
	struct u128 v;

	if (x.kind == X80_ZERO)
		return r;
	if (exp > 63) {
		r.too_big = true;
		return r;
	}
	v = u128_shr_sticky(u128_make(x.sig, 0), (unsigned)(63 - exp));
	r.value = v.hi;
	r.inexact = v.lo != 0;
	if (round == FP_NEAREST)
		r.up = v.lo > half || (v.lo == half && v.hi & 1);
	else if (round == FP_DOWN || round == FP_UP)
		r.up = r.inexact && x.sign == (round == FP_DOWN);
	r.value += r.up;
	r.too_big = r.up && !r.value;
	return r;
}
