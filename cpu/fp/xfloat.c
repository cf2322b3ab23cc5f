/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic with 128-bit significands and the power series' coefficients, for the x87 transcendentals (SDM vol. 1
 * section 8.3.10).
 */
#include "cpu/fp/xfloat.h"

const struct u128 xf_inverse_factorial[34] = {
	{0x8000000000000000, 0x0000000000000000}, {0x8000000000000000, 0x0000000000000000},
	{0x4000000000000000, 0x0000000000000000}, {0x1555555555555555, 0x5555555555555555},
	{0x0555555555555555, 0x5555555555555555}, {0x0111111111111111, 0x1111111111111111},
	{0x002d82d82d82d82d, 0x82d82d82d82d82d8}, {0x0006806806806806, 0x8068068068068068},
	{0x0000d00d00d00d00, 0xd00d00d00d00d00d}, {0x0000171de3a556c7, 0x338faac1c88e5001},
	{0x0000024fc9f6ef13, 0xeb8e5de02da7d4cd}, {0x00000035cc8acfea, 0x89c71fce8fc97070},
	{0x000000047bb63bfe, 0x3625ed5136a61eb4}, {0x000000005849184e, 0xa1b425f28e0cc749},
	{0x00000000064e5d2a, 0x301f27482eb7c517}, {0x00000000006b9fcf, 0x9ccee07c476195ac},
	{0x000000000006b9fc, 0xf9ccee07c476195b}, {0x000000000000654b, 0x1dc0c2b529ac9814},
	{0x00000000000005a0, 0x9e18ee5f65deec01}, {0x000000000000004b, 0xd26d1a05055c9328},
	{0x0000000000000003, 0xca8574804044a0f5}, {0x0000000000000000, 0x2e371dedb9eae318},
	{0x0000000000000000, 0x0219c72db6ff0a53}, {0x0000000000000000, 0x001761b41316381a},
	{0x0000000000000000, 0x0000f96780cb97ac}, {0x0000000000000000, 0x000009f9e66e8b30},
	{0x0000000000000000, 0x000000623a17f1a9}, {0x0000000000000000, 0x00000003a356385c},
	{0x0000000000000000, 0x000000002143144c}, {0x0000000000000000, 0x0000000001259f99},
	{0x0000000000000000, 0x000000000009c996}, {0x0000000000000000, 0x00000000000050d3},
	{0x0000000000000000, 0x0000000000000287}, {0x0000000000000000, 0x0000000000000014},
};

const struct u128 xf_inverse_odd[14] = {
	{0x8000000000000000, 0x0000000000000000}, {0x2aaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaab},
	{0x1999999999999999, 0x999999999999999a}, {0x1249249249249249, 0x2492492492492492},
	{0x0e38e38e38e38e38, 0xe38e38e38e38e38e}, {0x0ba2e8ba2e8ba2e8, 0xba2e8ba2e8ba2e8c},
	{0x09d89d89d89d89d8, 0x9d89d89d89d89d8a}, {0x0888888888888888, 0x8888888888888889},
	{0x0787878787878787, 0x8787878787878788}, {0x06bca1af286bca1a, 0xf286bca1af286bca},
	{0x0618618618618618, 0x6186186186186186}, {0x0590b21642c8590b, 0x21642c8590b21643},
	{0x051eb851eb851eb8, 0x51eb851eb851eb85}, {0x04bda12f684bda12, 0xf684bda12f684bda},
};

const struct xf xf_pi = {{0xc90fdaa22168c234, 0xc4c6628b80dc1cd1}, 1, false};
const struct xf xf_half_pi = {{0xc90fdaa22168c234, 0xc4c6628b80dc1cd1}, 0, false};

struct xf xf_make(bool sign, s32 exp, struct u128 sig)
{
	unsigned up;

	if (u128_is_zero(sig))
		return (struct xf){.sign = sign};
	up = u128_clz(sig);
	return (struct xf){.sig = u128_shl(sig, up), .exp = exp - (s32)up, .sign = sign};
}

struct xf xf_from_x80(struct x80 x)
{
	return (struct xf){.sig = u128_make(x.sig, 0), .exp = x.exp - X80_BIAS, .sign = x.sign};
}

struct xf xf_from_int(s32 v)
{
	return xf_make(v < 0, 63, u128_make((u64)(v < 0 ? -v : v), 0));
}

struct xf xf_add(struct xf a, struct xf b)
{
	struct u128 low;

	if (xf_is_zero(a))
		return b;
	if (xf_is_zero(b))
		return a;
	if (a.exp < b.exp || (a.exp == b.exp && u128_less(a.sig, b.sig))) {
		struct xf t = a;

		a = b;
		b = t;
	}
	/* One bit down, for the carry. */
	low = u128_shr(b.sig, (unsigned)(a.exp - b.exp) + 1);
	a.sig = u128_shr(a.sig, 1);
	a.sig = a.sign == b.sign ? u128_add(a.sig, low) : u128_sub(a.sig, low);
	return xf_make(a.sign, a.exp + 1, a.sig);
}

struct xf xf_mul(struct xf a, struct xf b)
{
	if (xf_is_zero(a) || xf_is_zero(b))
		return (struct xf){.sign = a.sign ^ b.sign};
	return xf_make(a.sign ^ b.sign, a.exp + b.exp + 1, u128_mul_high(a.sig, b.sig));
}

struct xf xf_div(struct xf a, struct xf b)
{
	bool below = u128_less(a.sig, b.sig);
	struct u128 q;

	if (xf_is_zero(a))
		return (struct xf){.sign = a.sign ^ b.sign};
	q = u128_div_fraction(below ? a.sig : u128_shr(a.sig, 1), b.sig);
	return xf_make(a.sign ^ b.sign, a.exp - b.exp - below, q);
}

struct u128 xf_fraction(struct xf a)
{
	return u128_shr(a.sig, (unsigned)(-a.exp - 1));
}

struct u128 xf_fraction_squared(struct xf a)
{
	struct u128 f = xf_fraction(a);

	return u128_mul_high(f, f);
}

struct xf xf_series(struct xf_terms t, struct u128 z)
{
	unsigned i = t.last;
	unsigned zeros = u128_is_zero(z) ? 128 : u128_clz(z);
	struct u128 sum;

	/* Leave out what cannot matter. */
	while (i > t.first && u128_clz(t.table[i]) + (i - t.first) / t.step * zeros > 130)
		i -= t.step;
	sum = t.table[i];
	while (i > t.first) {
		struct u128 product = u128_mul_high(z, sum);

		i -= t.step;
		sum = t.alternate ? u128_sub(t.table[i], product) : u128_add(t.table[i], product);
	}
	if (t.alternate)
		sum = u128_sub(sum, u128_make(0, 1));
	return xf_make(false, 0, sum);
}

struct f80 xf_pack(struct xf a, bool exact, struct fp_env *e)
{
	struct f80 r;

	if (xf_is_zero(a))
		return x80_zero(a.sign);
	a.sig.lo |= !exact;
	r = x80_pack64(a.sign, a.exp + X80_BIAS, a.sig, e);
	if (exact)
		e->flags |= r.se & X80_EXP_MAX ? FP_PE : FP_PE | FP_UE;
	return r;
}
