/* SPDX-License-Identifier: MIT */
/*
 * F2XM1, FYL2X and FYL2XP1 (SDM vol. 2 with their result tables). The exponential is its power series; the
 * logarithm of a number m in [sqrt 1/2, sqrt 2] is that of the nearest i/32 from a table plus an area tangent
 * series in (m - c) / (m + c).
 */
#include "cpu/fp/xfloat.h"

static const struct xf ln2 = {{0xb17217f7d1cf79ab, 0xc9e3b39803f2f6af}, -1, false};
static const struct xf two_over_ln2 = {{0xb8aa3b295c17f0bb, 0xbe87fed0691d3e89}, 1, false};

/* ---- 2^x - 1 ---------------------------------------------------------------------------------- */

struct f80 f80_f2xm1(struct f80 a, struct fp_env *e)
{
	struct xf_terms terms = {xf_inverse_factorial, 1, 1, 33, false};
	struct x80 x;
	struct f80 result;
	struct xf t;

	if (x80_unpack1(a, &x, &result, e))
		return result;
	if (x.kind == X80_ZERO)
		return a;
	if (x.denormal)
		e->flags |= FP_DE;
	if (x80_stopped(e))
		return a;
	if (x.kind == X80_INF)
		return x.sign ? f80_make(0xbfff, X80_INTEGER) : a;
	/* Outside of [-1, 1] the result is undefined, and processors leave the operand; at the ends it is exact. */
	if (x.exp >= X80_BIAS) {
		e->flags |= FP_PE;
		if (x.exp > X80_BIAS || x.sig != X80_INTEGER)
			return a;
		return f80_make(x.sign ? 0xbffe : 0x3fff, X80_INTEGER);
	}
	t = xf_mul(xf_from_x80(x), ln2);
	terms.alternate = x.sign;
	return xf_pack(xf_mul(t, xf_series(terms, xf_fraction(t))), false, e);
}

/* ---- logarithm -------------------------------------------------------------------------------- */

enum { LOG_FIRST = 22, LOG_LAST = 46 };

/* |log2(i / 32)| * 2^127 for i = LOG_FIRST .. LOG_LAST. */
static const struct u128 log_table[LOG_LAST - LOG_FIRST + 1] = {
	{0x4531583f9a2be203, 0x8283ccdf555594a0}, {0x3cfbebfca715669d, 0xf6a2b59276887aac},
	{0x351ff2e30214bc30, 0x2ffa76fafcba2917}, {0x2d961ed0cb91d406, 0xdb502402c94092cd},
	{0x2657fdc6e1dcd0cb, 0x4492f1bc6b3e5771}, {0x1f5fd8a9063e3490, 0x8fef64f0f62e7b46},
	{0x18a8980abfbd3266, 0x6a9b7e2df60d2bdc}, {0x122dadc2ab3496d2, 0xd23af3271ce44c70},
	{0x0beb024b67dda633, 0x9da288fc615a727e}, {0x05dce53276563557, 0x7970e03f821c75d6},
	{0x0000000000000000, 0x0000000000000000}, {0x05aeb4dd63bf61cc, 0x4d81bc25adf04248},
	{0x0b31fb7d64898b3e, 0x6629c130a22bad62}, {0x108c588cda79e396, 0x27bc6fd0a5528abd},
	{0x15c01a39fbd6879f, 0xa00b120a068badd1}, {0x1acf5e2db4ec93ef, 0xe11ecbc0183634b5},
	{0x1fbc16b902680a23, 0xa8d998a784ef35f2}, {0x24880f561c0e7304, 0x8b72974898077f78},
	{0x2934f0979a3715fc, 0x9257edfe9b5fb69a}, {0x2dc4439b3a19bcaf, 0x1aa41689ee078886},
	{0x323775123e2e1169, 0x656a0ad70d38ab0c}, {0x368fd7ee71054148, 0x28ddf1fb144f1d5c},
	{0x3acea7c065d41dfc, 0x7d7c3320aaaa6b60}, {0x3ef50ad1960d9d9c, 0x32630008a1eb646b},
	{0x4304140358ea9962, 0x095d4a6d89778554},
};

/* log2((1 + s) / (1 - s)), |s| < 1/60. */
static struct xf log_ratio(struct xf s)
{
	const struct xf_terms terms = {xf_inverse_odd, 0, 1, 13, false};

	if (xf_is_zero(s))
		return s;
	return xf_mul(xf_mul(s, two_over_ln2), xf_series(terms, xf_fraction_squared(s)));
}

/* log2(sig / 2^127 * 2^exp), bit 127 of sig set; *exact if it is an integer. */
static struct xf log2_of(struct u128 sig, s32 exp, bool *exact)
{
	bool high = sig.hi > 0xb504f333f9de6484u;
	/* m in units of 2^-120. */
	struct u128 m = u128_shr(sig, 7 + high);
	unsigned i = (unsigned)(u128_add(m, u128_make(1ull << 50, 0)).hi >> 51);
	struct u128 c = u128_make((u64)i << 51, 0);
	bool below = u128_less(m, c);
	struct xf s = xf_make(below, 7, below ? u128_sub(c, m) : u128_sub(m, c));
	struct xf r = log_ratio(xf_div(s, xf_make(false, 7, u128_add(m, c))));

	*exact = i == 32 && xf_is_zero(s);
	r = xf_add(xf_make(i < 32, 0, log_table[i - LOG_FIRST]), r);
	return xf_add(xf_from_int(exp + high), r);
}

/* log2(1 + x) for x > -1. */
static struct xf log2_plus_one(struct x80 x, bool *exact)
{
	s32 exp = x.exp - X80_BIAS;
	struct u128 v = u128_make(x.sig, 0), unit = u128_make(1ull << 63, 0);
	struct xf sum;

	if (exp < -6) {
		struct xf num = xf_from_x80(x);

		*exact = false;
		return log_ratio(xf_div(num, xf_add(xf_from_int(2), num)));
	}
	/* A bit of room for the carry; exact for |x| < 1, beyond that nothing cancels. */
	v = u128_shr(v, exp < 0 ? (unsigned)-exp + 1 : 1);
	unit = u128_shr(unit, exp > 0 ? (unsigned)exp + 1 : 1);
	sum = xf_make(false, exp > 0 ? exp + 1 : 1, x.sign ? u128_sub(unit, v) : u128_add(unit, v));
	sum = log2_of(sum.sig, sum.exp, exact);
	*exact &= exp < 64;
	return sum;
}

/* ---- y * log2(..) ----------------------------------------------------------------------------- */

/* The logarithm's value where it needs no computing. */
enum log_case { LOG_INVALID, LOG_MINUS_INF, LOG_ZERO, LOG_FINITE, LOG_PLUS_INF };

/* y times a special logarithm, or a special y times any logarithm, which is negative if `sign`. */
static struct f80 times_special(enum log_case log, bool sign, struct x80 y, struct fp_env *e)
{
	bool infinite = log == LOG_MINUS_INF || log == LOG_PLUS_INF;

	sign ^= y.sign;
	if (log == LOG_INVALID || (infinite && y.kind == X80_ZERO) || (log == LOG_ZERO && y.kind == X80_INF))
		return x80_invalid(e);
	if (log == LOG_MINUS_INF && y.kind == X80_FINITE)
		e->flags |= FP_ZE;
	if (infinite || y.kind == X80_INF)
		return x80_infinity(sign);
	return x80_zero(sign);
}

struct f80 f80_yl2x(struct f80 a, struct f80 b, struct fp_env *e)
{
	enum log_case log = LOG_FINITE;
	struct x80 x, y;
	struct f80 result;
	struct xf r;
	bool sign;
	bool exact;

	if (x80_unpack2(a, b, &x, &y, &result, e))
		return result;
	sign = x.exp < X80_BIAS;
	if (x.kind == X80_ZERO)
		log = LOG_MINUS_INF;
	else if (x.sign)
		log = LOG_INVALID;
	else if (x.kind == X80_INF)
		log = LOG_PLUS_INF;
	else if (x.exp == X80_BIAS && x.sig == X80_INTEGER)
		log = LOG_ZERO;
	if (log != LOG_INVALID && log != LOG_MINUS_INF && (x.denormal || y.denormal))
		e->flags |= FP_DE;
	if (log != LOG_FINITE || y.kind != X80_FINITE)
		return times_special(log, sign, y, e);
	if (x80_stopped(e))
		return a;
	r = log2_of(u128_make(x.sig, 0), x.exp - X80_BIAS, &exact);
	return xf_pack(xf_mul(xf_from_x80(y), r), exact, e);
}

struct f80 f80_yl2xp1(struct f80 a, struct f80 b, struct fp_env *e)
{
	enum log_case log = LOG_FINITE;
	struct x80 x, y;
	struct f80 result;
	struct xf r;
	bool exact;

	if (x80_unpack2(a, b, &x, &y, &result, e))
		return result;
	if (x.kind == X80_ZERO)
		log = LOG_ZERO;
	else if (x.kind == X80_INF)
		log = x.sign ? LOG_INVALID : LOG_PLUS_INF;
	if (log != LOG_INVALID && (x.denormal || y.denormal))
		e->flags |= FP_DE;
	if (log != LOG_FINITE || y.kind != X80_FINITE)
		return times_special(log, x.sign, y, e);
	if (x80_stopped(e))
		return a;
	if (x.sign && x.exp >= X80_BIAS) {
		/* No logarithm. Undefined; processors leave the operand. */
		e->flags |= FP_PE;
		return a;
	}
	r = log2_plus_one(x, &exact);
	return xf_pack(xf_mul(xf_from_x80(y), r), exact, e);
}
