/* SPDX-License-Identifier: MIT */
/*
 * FSIN, FCOS, FSINCOS and FPTAN (SDM vol. 2). Processors reduce the argument by a pi of 66 bits (SDM vol. 1
 * section 8.3.8), and for large arguments that, not the sine of the true angle, is the answer that programs
 * expect. Then Taylor series on [-pi/4, pi/4].
 */
#include "cpu/fp/xfloat.h"

/* ---- argument reduction ----------------------------------------------------------------------- */

/*
 * |x| = quadrant * pi/2 + r, |r| <= pi/4, quadrant modulo 4, with pi cut to 66 bits: in units of 2^-65, everything is
 * a whole number, and r is exact.
 */
static unsigned reduce(struct x80 x, struct xf *r)
{
	const struct u128 half_pi = {3, 0x243f6a8885a308d3};
	const struct u128 quarter_pi = {1, 0x921fb54442d18469};
	const u64 two_over_pi = 0xa2f9836e4e44152a; /* in units of 2^-64 */
	unsigned exp = (unsigned)(x.exp - X80_BIAS + 1);
	struct u128 rest, product;
	u64 n;
	bool negative;

	if (x.exp - X80_BIAS < -1) {
		*r = xf_from_x80(x);
		r->sign = false;
		return 0;
	}
	/* At most one too small or too large. The difference is small, so that it may be taken modulo 2^128. */
	n = u128_shr(mul64(x.sig, two_over_pi), 128 - exp).lo;
	product = mul64(n, half_pi.lo);
	product.hi += n * half_pi.hi;
	rest = u128_sub(u128_shl(u128_make(0, x.sig), exp + 1), product);
	while (!(rest.hi >> 63) && u128_less(quarter_pi, rest)) {
		rest = u128_sub(rest, half_pi);
		n++;
	}
	negative = rest.hi >> 63;
	if (negative)
		rest = u128_sub(u128_make(0, 0), rest);
	if (negative && u128_less(quarter_pi, rest)) {
		rest = u128_sub(half_pi, rest);
		negative = false;
		n--;
	}
	*r = xf_make(negative, 62, rest);
	return n & 3;
}

/* ---- sine and cosine -------------------------------------------------------------------------- */

static struct xf series_sin(struct xf r)
{
	const struct xf_terms terms = {xf_inverse_factorial, 1, 2, 31, true};

	return xf_mul(r, xf_series(terms, xf_fraction_squared(r)));
}

static struct xf series_cos(struct xf r)
{
	const struct xf_terms terms = {xf_inverse_factorial, 0, 2, 32, true};

	return xf_series(terms, xf_fraction_squared(r));
}

static struct xf sine(struct xf r, unsigned quadrant, bool sign)
{
	struct xf s = quadrant & 1 ? series_cos(r) : series_sin(r);

	s.sign ^= sign ^ (quadrant >> 1 & 1);
	return s;
}

static struct xf cosine(struct xf r, unsigned quadrant)
{
	return sine(r, (quadrant + 1) & 3, false);
}

enum trig_case {
	TRIG_DONE,    /* NaN, infinity, unsupported, stopped: the same for all results */
	TRIG_ZERO,    /* sin and tan are the operand, cos is 1 */
	TRIG_PARTIAL, /* too large */
	TRIG_FINITE,
};

static enum trig_case prepare(struct f80 a, struct x80 *x, struct f80 *result, struct fp_env *e)
{
	if (x80_unpack1(a, x, result, e))
		return TRIG_DONE;
	if (x->kind == X80_ZERO)
		return TRIG_ZERO;
	if (x->kind == X80_INF) {
		*result = x80_invalid(e);
		return TRIG_DONE;
	}
	if (x->exp - X80_BIAS >= 63)
		return TRIG_PARTIAL;
	if (x->denormal)
		e->flags |= FP_DE;
	*result = a;
	return x80_stopped(e) ? TRIG_DONE : TRIG_FINITE;
}

static struct f80 one(void)
{
	return f80_make(X80_BIAS, X80_INTEGER);
}

bool f80_sincos(struct f80 a, struct f80 *s, struct f80 *c, struct fp_env *e)
{
	struct x80 x;
	struct xf r;
	unsigned quadrant;

	switch (prepare(a, &x, s, e)) {
	case TRIG_PARTIAL:
		return false;
	case TRIG_DONE:
		*c = *s;
		return true;
	case TRIG_ZERO:
		*s = a;
		*c = one();
		return true;
	default:
		quadrant = reduce(x, &r);
		*s = xf_pack(sine(r, quadrant, x.sign), false, e);
		*c = xf_pack(cosine(r, quadrant), false, e);
		return true;
	}
}

bool f80_sin(struct f80 a, struct f80 *s, struct fp_env *e)
{
	struct x80 x;
	struct xf r;
	unsigned quadrant;

	switch (prepare(a, &x, s, e)) {
	case TRIG_PARTIAL:
		return false;
	case TRIG_DONE:
		return true;
	case TRIG_ZERO:
		*s = a;
		return true;
	default:
		quadrant = reduce(x, &r);
		*s = xf_pack(sine(r, quadrant, x.sign), false, e);
		return true;
	}
}

bool f80_cos(struct f80 a, struct f80 *c, struct fp_env *e)
{
	struct x80 x;
	struct xf r;
	unsigned quadrant;

	switch (prepare(a, &x, c, e)) {
	case TRIG_PARTIAL:
		return false;
	case TRIG_DONE:
		return true;
	case TRIG_ZERO:
		*c = one();
		return true;
	default:
		quadrant = reduce(x, &r);
		*c = xf_pack(cosine(r, quadrant), false, e);
		return true;
	}
}

/* ---- tangent ---------------------------------------------------------------------------------- */

static struct xf tangent_of(struct xf r, unsigned quadrant)
{
	struct xf s, c;

	/* tan r = r + r^3/3 + ...: just above r, and the quotient of two series could not show that. */
	if (!(quadrant & 1) && r.exp < -60)
		return r;
	s = series_sin(r);
	c = series_cos(r);
	return quadrant & 1 ? xf_negate(xf_div(c, s)) : xf_div(s, c);
}

bool f80_tan(struct f80 a, struct f80 *tangent, struct f80 *pushed, struct fp_env *e)
{
	struct x80 x;
	struct xf r;
	unsigned quadrant;

	*pushed = one();
	switch (prepare(a, &x, tangent, e)) {
	case TRIG_PARTIAL:
		return false;
	case TRIG_DONE:
		*pushed = *tangent;
		return true;
	case TRIG_ZERO:
		*tangent = a;
		return true;
	default:
		quadrant = reduce(x, &r);
		r = tangent_of(r, quadrant);
		r.sign ^= x.sign;
		*tangent = xf_pack(r, false, e);
		return true;
	}
}
