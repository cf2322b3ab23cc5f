/* SPDX-License-Identifier: MIT */
/* Estimates and other operations that are Arm's own, written from the pseudocode of Arm ARM J1.3,
 * shared/functions/float and shared/functions/vector: estimates are the same on every implementation, to the bit. */
#include "cpu/arm/a64/fp_special.h"

/* ---- FMULX and the steps of Newton's iteration --------------------------------------------------------- */

/* Does the product have a zero and an infinity as factors? Raises what looking at them raises. */
static bool zero_times_infinity(u64 a, u64 b, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e), y = fp_unpack(b, f, e);

	return (x.kind == FP_KIND_ZERO && y.kind == FP_KIND_INF) || (x.kind == FP_KIND_INF && y.kind == FP_KIND_ZERO);
}

static u64 two(struct fp_format f)
{
	return (u64)(fp_bias(f) + 1) << f.frac_bits;
}

static u64 one_point_five(struct fp_format f)
{
	return (u64)fp_bias(f) << f.frac_bits | 1ull << (f.frac_bits - 1);
}

u64 arm_fp_mulx(u64 a, u64 b, struct fp_format f, struct fp_env *e)
{
	if (zero_times_infinity(a, b, f, e))
		return two(f) | ((a ^ b) & fp_sign_bit(f));
	return fp_mul(a, b, f, e);
}

/* A NaN changes its sign too: FPNeg comes first. */
u64 arm_fp_recip_step(u64 a, u64 b, struct fp_format f, struct fp_env *e)
{
	a ^= fp_sign_bit(f);
	if (zero_times_infinity(a, b, f, e))
		return two(f);
	return fp_fma(a, b, two(f), f, e);
}

/* Can it be divided by two by taking one off its exponent? */
static bool can_halve(u64 a, struct fp_format f)
{
	s32 exp = (s32)(a >> f.frac_bits) & fp_exp_max(f);

	return exp > 1 && exp < fp_exp_max(f);
}

/* 1.5 + (-a / 2) * b. Where neither factor can be halved, the product is zero, or so small that only its sign can
 * matter for the rounding of the sum. */
u64 arm_fp_rsqrt_step(u64 a, u64 b, struct fp_format f, struct fp_env *e)
{
	a ^= fp_sign_bit(f);
	if (zero_times_infinity(a, b, f, e))
		return one_point_five(f);
	if (can_halve(a, f))
		a -= 1ull << f.frac_bits;
	else if (can_halve(b, f))
		b -= 1ull << f.frac_bits;
	return fp_fma(a, b, one_point_five(f), f, e);
}

/* ---- estimates ----------------------------------------------------------------------------------------------- */

/* RecipEstimate: of a number of 9 bits with the top one set, as a fraction of 512. */
static unsigned recip_estimate(unsigned a)
{
	assert(a >= 256 && a < 512);
	return ((1u << 19) / (a * 2 + 1) + 1) / 2;
}

/* RecipSqrtEstimate: 128 <= a < 512. */
static unsigned rsqrt_estimate(unsigned a)
{
	unsigned b = 512;

	assert(a >= 128 && a < 512);
	a = a < 256 ? a * 2 + 1 : (a & ~1u) * 2 + 2;
	while (a * (b + 1) * (b + 1) < 1u << 28)
		b++;
	return (b + 1) / 2;
}

/* Too large for the format: infinity or the largest number, by the rounding mode. */
static u64 overflowed(bool sign, struct fp_format f, struct fp_env *e)
{
	bool to_max = e->round == FP_ZERO || e->round == (sign ? FP_UP : FP_DOWN);

	e->flags |= FP_OE | FP_PE;
	return fp_infinity(sign, f) - to_max;
}

u64 arm_fp_recip_estimate(u64 a, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e);
	u64 fraction;
	s32 exp;

	switch (x.kind) {
	case FP_KIND_NAN:
		return fp_nan1(a, f, e);
	case FP_KIND_INF:
		return fp_zero(x.sign, f);
	case FP_KIND_ZERO:
		e->flags |= FP_ZE;
		return fp_infinity(x.sign, f);
	}
	if (x.exp < -1)
		return overflowed(x.sign, f, e);
	if (e->ftz && x.exp >= 2 * fp_bias(f) - 1) {
		e->flags |= FP_UE;
		return fp_zero(x.sign, f);
	}
	fraction = (u64)(recip_estimate((unsigned)(x.sig >> 54)) & 0xff) << (f.frac_bits - 8);
	exp = 2 * fp_bias(f) - 1 - x.exp;
	if (exp < 1) { /* a denormal result */
		fraction = (fraction | 1ull << f.frac_bits) >> (1 - exp);
		exp = 0;
	}
	return fp_zero(x.sign, f) | (u64)exp << f.frac_bits | fraction;
}

u64 arm_fp_rsqrt_estimate(u64 a, struct fp_format f, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, f, e);
	unsigned scaled = (unsigned)(x.sig >> 54);
	u64 exp;

	if (x.kind == FP_KIND_NAN)
		return fp_nan1(a, f, e);
	if (x.kind == FP_KIND_ZERO) {
		e->flags |= FP_ZE;
		return fp_infinity(x.sign, f);
	}
	if (x.sign)
		return fp_invalid(f, e);
	if (x.kind == FP_KIND_INF)
		return 0;
	if (x.exp & 1)
		scaled >>= 1;
	exp = (u64)(3 * fp_bias(f) - 1 - x.exp) / 2;
	return exp << f.frac_bits | (u64)(rsqrt_estimate(scaled) & 0xff) << (f.frac_bits - 8);
}

u64 arm_fp_recip_exponent(u64 a, struct fp_format f, struct fp_env *e)
{
	u64 top = fp_infinity(false, f), exp = a & top;

	if (fp_unpack(a, f, e).kind == FP_KIND_NAN)
		return fp_nan1(a, f, e);
	return (a & fp_sign_bit(f)) | (exp ? exp ^ top : top - (1ull << f.frac_bits));
}

u32 arm_recip_estimate(u32 a)
{
	return a >> 31 ? (u32)recip_estimate(a >> 23) << 23 : 0xffffffff;
}

u32 arm_rsqrt_estimate(u32 a)
{
	return a >> 30 ? (u32)rsqrt_estimate(a >> 23) << 23 : 0xffffffff;
}

/* ---- to integers ------------------------------------------------------------------------------------------------ */

u64 arm_fp_round_int_n(u64 a, unsigned round, unsigned bits, struct fp_format f, struct fp_env *e)
{
	struct fp_env probe = *e;

	probe.flags = 0;
	fp_to_int(a, (struct fp_int_type){.bits = (u8)bits, .is_signed = true}, round, f, &probe);
	e->flags |= probe.flags;
	if (probe.flags & FP_IE)
		return fp_sign_bit(f) | (u64)(fp_bias(f) - 1 + (s32)bits) << f.frac_bits;
	return fp_round_int(a, round, false, f, e);
}

u32 arm_fp_to_int_js(u64 a, bool *exact, struct fp_env *e)
{
	struct fp_num x = fp_unpack(a, FP_F64, e);
	s32 exp = x.exp - fp_bias(FP_F64);
	u64 whole = 0, rest;

	*exact = false;
	if (x.kind == FP_KIND_ZERO) {
		*exact = !a; /* neither -0 nor what was flushed to zero */
		return 0;
	}
	if (x.kind != FP_KIND_FINITE) {
		e->flags |= FP_IE;
		return 0;
	}
	if (exp < 0)
		rest = 1;
	else if (exp <= 62)
		rest = x.sig & mask_low((unsigned)(62 - exp)), whole = x.sig >> (62 - exp);
	else
		rest = 0, whole = exp < 126 ? x.sig << (exp - 62) : 0;
	if (exp >= 32 || whole > (1ull << 31) - !x.sign)
		e->flags |= FP_IE;
	else if (rest)
		e->flags |= FP_PE;
	else
		*exact = true;
	return (u32)(x.sign ? 0 - whole : whole);
}
