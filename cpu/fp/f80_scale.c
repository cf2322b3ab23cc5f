/* SPDX-License-Identifier: MIT */
/*
 * FSCALE, FXTRACT, FPREM and FPREM1: what moves or splits exponents, all exact but for over- and underflow. SDM
 * vol. 2, with their result tables; the partial remainder reduces the exponent by 32 to 63 at a time.
 */
#include "cpu/fp/x80.h"

/* The operand itself as result, without a report of underflow; only a pseudo-denormal gets its proper exponent. */
static struct f80 unchanged(struct f80 a)
{
	if (!(a.se & X80_EXP_MAX))
		a.se |= (u16)(a.sig >> 63);
	return a;
}

/* Beyond this, any number scaled over- or underflows even with the unmasked responses' wrap-around. */
#define SCALE_LIMIT 0x10000

static s32 scale_count(struct x80 y)
{
	struct x80_int n = x80_to_int(y, FP_ZERO);

	if (n.too_big || n.value > SCALE_LIMIT)
		return y.sign ? -SCALE_LIMIT : SCALE_LIMIT;
	return y.sign ? -(s32)n.value : (s32)n.value;
}

struct f80 f80_scale(struct f80 a, struct f80 b, struct fp_env *e)
{
	struct x80 x, y;
	struct f80 r;

	if (x80_unpack2(a, b, &x, &y, &r, e))
		return r;
	if (y.kind == X80_INF && (y.sign ? x.kind == X80_INF : x.kind == X80_ZERO))
		return x80_invalid(e);
	if (x.denormal || y.denormal)
		e->flags |= FP_DE;
	if (x.kind != X80_FINITE)
		return a;
	if (y.kind == X80_INF)
		return y.sign ? x80_zero(x.sign) : x80_infinity(x.sign);
	if (y.kind == X80_ZERO)
		return unchanged(a);
	return x80_pack64(x.sign, x.exp + scale_count(y), u128_make(x.sig, 0), e);
}

struct f80 f80_extract(struct f80 a, struct f80 *significand, struct fp_env *e)
{
	struct x80 x;
	struct f80 r;

	if (x80_unpack1(a, &x, &r, e)) {
		*significand = r;
		return r;
	}
	*significand = a;
	if (x.kind == X80_INF)
		return x80_infinity(false);
	if (x.kind == X80_ZERO) {
		e->flags |= FP_ZE;
		return x80_infinity(true);
	}
	if (x.denormal)
		e->flags |= FP_DE;
	*significand = f80_make((u16)(x.sign << 15 | X80_BIAS), x.sig);
	return f80_from_s64(x.exp - X80_BIAS);
}

/* ---- partial remainder ------------------------------------------------------------------------ */

/* x.sig * 2^n divided by y.sig, 0 <= n <= 63: what is left, and the quotient's low bits. */
static u64 reduce(u64 x, u64 y, unsigned n, u64 *quotient)
{
	u64 rest = x >= y ? x - y : x;
	u64 q = x >= y;

	if (n) {
		/* rest < y, so that the quotient of rest * 2^n fits n bits. */
		q = q << n | div128(u128_shl(u128_make(0, rest), n), y, &rest);
	}
	*quotient = q;
	return rest;
}

/* Puts a remainder of `sig` units of 2^(exp - bias - 63) together. */
static struct f80 pack_rest(bool sign, s32 exp, u64 sig, struct fp_env *e)
{
	if (!sig)
		return x80_zero(sign);
	return x80_pack_normalize(sign, exp, u128_make(sig, 0), 64, e);
}

/* Both finite, not zero. */
static struct f80_rem remainder_finite(struct x80 x, struct x80 y, bool nearest, struct fp_env *e)
{
	s32 diff = x.exp - y.exp;
	struct f80_rem r = {.partial = diff >= 64};
	u64 quotient = 0;
	u64 rest;

	if (diff < (nearest ? -1 : 0)) {
		r.value = x80_pack64(x.sign, x.exp, u128_make(x.sig, 0), e);
		return r;
	}
	if (r.partial) {
		unsigned n = 32 + ((unsigned)diff & 31);

		rest = reduce(x.sig, y.sig, n, &quotient);
		r.value = pack_rest(x.sign, x.exp - (s32)n, rest, e);
		return r;
	}
	if (diff < 0) {
		/*
		 * x is in (y/4, y): compare with y/2, which has the same exponent; a tie keeps the even
		 * quotient 0.
		 */
		if (x.sig > y.sig) {
			quotient = 1;
			x.sign = !x.sign;
			/* y - x in units of x's last bit; y.sig < x.sig, so that this fits. */
			rest = y.sig + (y.sig - x.sig);
		} else {
			rest = x.sig;
		}
		r.value = pack_rest(x.sign, x.exp, rest, e);
	} else {
		rest = reduce(x.sig, y.sig, (unsigned)diff, &quotient);
		if (nearest && (rest > y.sig - rest || (rest == y.sig - rest && quotient & 1))) {
			rest = y.sig - rest;
			x.sign = !x.sign;
			quotient++;
		}
		r.value = pack_rest(x.sign, y.exp, rest, e);
	}
	r.quotient = quotient & 7;
	return r;
}

struct f80_rem f80_remainder(struct f80 a, struct f80 b, bool nearest, struct fp_env *e)
{
	struct f80_rem r = {0};
	struct x80 x, y;

	r.no_quotient = true;
	if (x80_unpack2(a, b, &x, &y, &r.value, e))
		return r;
	if (x.kind == X80_INF || y.kind == X80_ZERO) {
		r.value = x80_invalid(e);
		return r;
	}
	if (x.denormal || y.denormal)
		e->flags |= FP_DE;
	if (x80_stopped(e)) {
		r.value = a;
		return r;
	}
	r.no_quotient = false;
	if (x.kind == X80_ZERO || y.kind == X80_INF) {
		r.value = unchanged(a);
		return r;
	}
	return remainder_finite(x, y, nearest, e);
}
