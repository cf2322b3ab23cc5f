/* SPDX-License-Identifier: MIT */
/*
 * FPATAN: the angle of the point (x, y) in all four quadrants (SDM vol. 2, table "FPATAN Results"). The smaller
 * of |y/x| and |x/y| is brought near zero by the addition theorem with tabulated arctangents of i/32, then the
 * power series.
 */
#include "cpu/fp/xfloat.h"

/* atan(i / 32) * 2^127. */
static const struct u128 atan_table[33] = {
	{0x0000000000000000, 0x0000000000000000}, {0x03ffaab7752ec495, 0x09de75ddb76a3188},
	{0x07fd56edcb3f7a71, 0xb6593c96e071706b}, {0x0bf70c1301788746, 0x093567e784cf8367},
	{0x0feadd4d5617b6e3, 0x2c897989f3e888ef}, {0x13d6eee8c6626c58, 0x68ec33a4a06c1fd1},
	{0x17b97b4bce5b0226, 0x8f6169f103938e91}, {0x1b90d7529260a204, 0x5ec434b8396aa5e0},
	{0x1f5b75f92c80dd62, 0xadb8f3debef442fd}, {0x2317eb4617e2f04c, 0x3291d22c6fe20a63},
	{0x26c4ee6e0fd7979a, 0x716aed26349ebcca}, {0x2a615b32a39a93b6, 0xa66dfddefdf67a30},
	{0x2dec3283c9bde11c, 0xe2a8c848b73f9121}, {0x31649a7294364adb, 0x685d1ba47d428a37},
	{0x34c9dd879847f96d, 0x909f257a40079c4e}, {0x381b69929d93df19, 0xf18c7b659e632e01},
	{0x3b58ce0ac3769ed1, 0x5bf9117b2f0ea341}, {0x3e81ba16a8282f97, 0x19b48f1f57723b31},
	{0x4195fa536cc33f15, 0x25b504e5b0d28ae0}, {0x4495766fef4aa3da, 0x84a23c7e2395a57e},
	{0x47802eaf7bfacfcd, 0xae41af0b32e21ba4}, {0x4a563964c238c37b, 0x0c6279c9fbc5197c},
	{0x4d17c07338deed10, 0x21137c711027f9de}, {0x4fc4fee27a5bd0f6, 0x7c5a4932278380f0},
	{0x525e3e8c9a7b8492, 0x0cd43f9522bed64f}, {0x54e3d5ee24187ae4, 0x48b5425adf3c99fb},
	{0x5756261c5a6c6040, 0x0a392f179f290385}, {0x59b598e48f821b48, 0xac80a0ba22317c9d},
	{0x5c029f15e118cf39, 0xe596d2a90852221f}, {0x5e3daef574c57940, 0x6a0898037407d948},
	{0x606742dc56293320, 0x44eeb16237497d12}, {0x627fd7fd5fc7deaa, 0x465a1e885e4f0111},
	{0x6487ed5110b4611a, 0x62633145c06e0e69},
};

/* 3/4 pi, for two infinities. */
static const struct xf three_quarters_pi = {{0x96cbe3f9990e91a7, 0x9394c9e8a0a5159d}, 1, false};

/* atan(y / x), 0 < y <= x. */
static struct xf atan_ratio(struct x80 x, struct x80 y)
{
	const struct xf_terms terms = {xf_inverse_odd, 0, 1, 13, true};
	unsigned diff = (unsigned)(x.exp - y.exp);
	unsigned i = 0;
	struct xf u;

	if (diff <= 6) {
		u64 unit = x.sig >> 10;

		i = (unsigned)(((y.sig >> diff >> 5) + unit / 2) / unit);
	}
	if (!i) {
		x.sign = y.sign = false;
		u = xf_div(xf_from_x80(y), xf_from_x80(x));
	} else {
		/* (y - cx) / (x + cy) with c = i/32, exactly. */
		struct u128 wide_x = u128_shl(u128_make(0, x.sig), diff);
		struct u128 y32 = u128_shl(u128_make(0, y.sig), 5), x32 = u128_shl(wide_x, 5);
		struct u128 cy = mul64(y.sig, i);
		struct u128 cx = u128_shl(mul64(x.sig, i), diff);
		bool below = u128_less(y32, cx);

		u = xf_div(xf_make(below, 0, below ? u128_sub(cx, y32) : u128_sub(y32, cx)),
			   xf_make(false, 0, u128_add(x32, cy)));
	}
	u = xf_mul(u, xf_series(terms, xf_fraction_squared(u)));
	return i ? xf_add(xf_make(false, 0, atan_table[i]), u) : u;
}

static struct xf atan_quadrants(struct x80 x, struct x80 y)
{
	bool steep = y.exp > x.exp || (y.exp == x.exp && y.sig > x.sig);
	struct xf r = steep ? atan_ratio(y, x) : atan_ratio(x, y);

	if (steep)
		r = xf_add(xf_half_pi, xf_negate(r));
	if (x.sign)
		r = xf_add(xf_pi, xf_negate(r));
	return r;
}

struct f80 f80_patan(struct f80 a, struct f80 b, struct fp_env *e)
{
	struct x80 x, y;
	struct f80 result;
	struct xf r;

	if (x80_unpack2(a, b, &x, &y, &result, e))
		return result;
	if (x.denormal || y.denormal)
		e->flags |= FP_DE;
	if (x80_stopped(e))
		return a;
	if (y.kind == X80_INF && x.kind == X80_INF) {
		r = xf_make(false, -1, xf_half_pi.sig);
		r = x.sign ? three_quarters_pi : r;
	} else if (y.kind == X80_INF || (x.kind == X80_ZERO && y.kind != X80_ZERO)) {
		r = xf_half_pi;
	} else if (y.kind == X80_ZERO || x.kind == X80_INF) {
		if (!x.sign)
			return x80_zero(y.sign);
		r = xf_pi;
	} else {
		r = atan_quadrants(x, y);
	}
	r.sign = y.sign;
	return xf_pack(r, false, e);
}
