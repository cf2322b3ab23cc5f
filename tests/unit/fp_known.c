/* SPDX-License-Identifier: MIT */
/*
 * Cases of cpu/fp whose results follow from the manuals by hand: rounding, flushing, which NaN, what an invalid
 * conversion gives, both guests' rules, unmasked x87 responses. IEEE 754-2019; SDM vol. 1 sections 4.8, 4.9, 8.5 and
 * 11.5; Arm ARM shared/functions/float.
 */
#include <criterion/criterion.h>

#include "tests/unit/fp_host.h"

static struct fp_env env(unsigned rule)
{
	return (struct fp_env){ .rule = (u8)rule, .masks = FP_ALL, .prec = 64 };
}

static void expect80(struct f80 got, u16 se, u64 sig, const char *what)
{
	cr_expect(got.se == se && got.sig == sig, "%s: %s", what, fp_text80(got).s);
}

Test(fp_known, rounding_modes)
{
	/* 1 + 2^-24 and 1 + 3 * 2^-24 in f32: ties. */
	static const struct {
		u8 round;
		u32 tie_down, tie_up, negative;
	} table[] = {
		{FP_NEAREST, 0x3f800000, 0x3f800002, 0xbf800000},
		{FP_DOWN, 0x3f800000, 0x3f800001, 0xbf800001},
		{FP_UP, 0x3f800001, 0x3f800002, 0xbf800000},
		{FP_ZERO, 0x3f800000, 0x3f800001, 0xbf800000},
		{FP_AWAY, 0x3f800001, 0x3f800002, 0xbf800001},
		{FP_ODD, 0x3f800001, 0x3f800001, 0xbf800001},
	};

	for (unsigned i = 0; i < countof(table); i++) {
		struct fp_env e = env(FP_RULE_SSE);

		e.round = table[i].round;
		cr_expect_eq(f32_add(0x3f800000, 0x33800000, &e), table[i].tie_down, "round %u", i);
		cr_expect_eq(e.flags, FP_PE);
		cr_expect_eq(f32_add(0x3f800001, 0x33800000, &e), table[i].tie_up, "round %u", i);
		cr_expect_eq(f32_add(0xbf800000, 0xb3800000, &e), table[i].negative, "round %u", i);
	}
}

Test(fp_known, zero_signs)
{
	struct fp_env e = env(FP_RULE_SSE);

	cr_expect_eq(f64_sub(0x3ff0000000000000, 0x3ff0000000000000, &e), 0u);
	cr_expect_eq(f64_add(0, 0x8000000000000000, &e), 0u);
	e.round = FP_DOWN;
	cr_expect_eq(f64_sub(0x3ff0000000000000, 0x3ff0000000000000, &e), 0x8000000000000000u);
	cr_expect_eq(f64_sqrt(0x8000000000000000, &e), 0x8000000000000000u);
	cr_expect_eq(e.flags, 0);
}

Test(fp_known, underflow_and_flushing)
{
	/* The smallest normal f32 halved is an exact denormal. */
	struct fp_env e = env(FP_RULE_SSE);

	cr_expect_eq(f32_mul(0x00800000, 0x3f000000, &e), 0x00400000u);
	cr_expect_eq(e.flags, 0, "masked: no underflow without loss");
	e.masks = FP_ALL & ~FP_UE;
	cr_expect_eq(f32_mul(0x00800000, 0x3f000000, &e), 0x00400000u);
	cr_expect_eq(e.flags, FP_UE, "unmasked: underflow whenever tiny");
	e = env(FP_RULE_SSE);
	e.ftz = true;
	cr_expect_eq(f32_mul(0x80800000, 0x3f000000, &e), 0x80000000u);
	cr_expect_eq(e.flags, FP_UE | FP_PE);
	e = env(FP_RULE_ARM);
	e.ftz = true;
	cr_expect_eq(f32_mul(0x80800000, 0x3f000000, &e), 0x80000000u);
	cr_expect_eq(e.flags, FP_UE, "Arm reports no inexact result when it flushes");

	/* The largest number below the smallest normal one that rounds up to it: tiny for Arm alone. */
	e = env(FP_RULE_SSE);
	cr_expect_eq(f32_mul(0x00ffffff, 0x3f000000, &e), 0x00800000u);
	cr_expect_eq(e.flags, FP_PE | FP_UE);
	e = env(FP_RULE_SSE);
	cr_expect_eq(f64_to_f32(0x380ffffffff00000, &e), 0x00800000u);
	cr_expect_eq(e.flags, FP_PE, "after rounding");
	e = env(FP_RULE_ARM);
	cr_expect_eq(f64_to_f32(0x380ffffffff00000, &e), 0x00800000u);
	cr_expect_eq(e.flags, FP_PE | FP_UE, "before rounding");
}

Test(fp_known, denormal_operands)
{
	struct fp_env e = env(FP_RULE_SSE);

	cr_expect_eq(f32_add(1, 1, &e), 2u);
	cr_expect_eq(e.flags, FP_DE);
	e = env(FP_RULE_SSE);
	e.daz = true;
	cr_expect_eq(f32_add(1, 0x80000001, &e), 0u);
	cr_expect_eq(f32_max(1, 0x80000000, &e), 0x80000000u);
	cr_expect_eq(e.flags, 0);
	e = env(FP_RULE_ARM);
	e.daz = true;
	cr_expect_eq(f32_add(1, 0x3f800000, &e), 0x3f800000u);
	cr_expect_eq(e.flags, FP_DE, "IDC");
}

Test(fp_known, which_nan)
{
	const u32 quiet = 0x7fc00001, other = 0xffc00002, signalling = 0x7f800003;
	struct fp_env e = env(FP_RULE_SSE);

	cr_expect_eq(f32_add(quiet, signalling, &e), quiet);
	cr_expect_eq(f32_add(signalling, quiet, &e), 0x7fc00003u);
	cr_expect_eq(f32_add(0x3f800000, other, &e), other);
	cr_expect_eq(f32_min(0x3f800000, signalling, &e), signalling, "MINSS hands on the second operand");
	cr_expect_eq(f32_sub(0x7f800000, 0x7f800000, &e), F32_INDEFINITE);
	e.rule = FP_RULE_ARM;
	cr_expect_eq(f32_add(quiet, signalling, &e), 0x7fc00003u);
	cr_expect_eq(f32_add(quiet, other, &e), quiet);
	cr_expect_eq(f32_sub(0x7f800000, 0x7f800000, &e), 0x7fc00000u);
	cr_expect_eq(f32_maxnum(0x3f800000, quiet, &e), 0x3f800000u);
	e.default_nan = true;
	cr_expect_eq(f32_add(other, 0, &e), 0x7fc00000u);

	e = env(FP_RULE_X87);
	expect80(f80_add(f80_make(0x7fff, 0xc000000000000001), f80_make(0xffff, 0xc000000000000002), &e), 0xffff,
		0xc000000000000002, "larger significand");
	expect80(f80_add(f80_make(0x7fff, 0xc000000000000001), f80_make(0xffff, 0x9000000000000000), &e), 0x7fff,
		0xc000000000000001, "the quiet one");
	expect80(f80_add(f80_make(0x7fff, 0x7fffffffffffffff), f80_make(0x7fff, 0xffffffffffffffff), &e), 0xffff,
		0xc000000000000000, "unsupported beats NaN");
}

Test(fp_known, integers)
{
	struct fp_env e = env(FP_RULE_SSE);

	cr_expect_eq(f64_to_s32(0x41dfffffffc00000, FP_NEAREST, &e), 0x7fffffff);
	cr_expect_eq(e.flags, 0);
	cr_expect_eq(f64_to_s32(0x41e0000000000000, FP_NEAREST, &e), INT32_MIN);
	cr_expect_eq(e.flags, FP_IE);
	cr_expect_eq(f64_to_u64(0xbfe0000000000000, FP_ZERO, &e), 0u);
	cr_expect_eq(f64_to_u32(0xbff0000000000000, FP_ZERO, &e), 0xffffffffu);
	e.rule = FP_RULE_ARM;
	cr_expect_eq(f64_to_u32(0xbff0000000000000, FP_ZERO, &e), 0u);
	cr_expect_eq(f64_to_s64(0x7ff0000000000000, FP_ZERO, &e), INT64_MAX);
	cr_expect_eq(f64_to_s64(0x7ff8000000000000, FP_ZERO, &e), 0);
	cr_expect_eq(f32_from_fixed(3, false, 1, &e), 0x3fc00000u, "1.5 with a bit of fraction");
	cr_expect_eq(f32_from_u64(UINT64_MAX, &e), 0x5f800000u);
	cr_expect_eq(f64_from_s64(INT64_MIN, &e), 0xc3e0000000000000u);
}

Test(fp_known, half_precision)
{
	struct fp_env e = env(FP_RULE_ARM);

	cr_expect_eq(f32_to_f16(0x477fe000, &e), 0x7bffu, "65504");
	cr_expect_eq(f32_to_f16(0x477ff000, &e), 0x7c00u, "65520 rounds to infinity");
	e = env(FP_RULE_ARM);
	e.ahp = true;
	cr_expect_eq(f32_to_f16(0x477ff000, &e), 0x7c00u, "which is 65536 here");
	cr_expect_eq(e.flags, FP_PE);
	cr_expect_eq(f16_to_f32(0x7fff, &e), 0x47ffe000u, "131008");
	e.flags = 0;
	cr_expect_eq(f32_to_f16(0x7f800000, &e), 0x7fffu);
	cr_expect_eq(f32_to_f16(0xffc00000, &e), 0x8000u);
	cr_expect_eq(e.flags, FP_IE);
}

Test(fp_known, fused_multiply_add)
{
	struct fp_env e = env(FP_RULE_SSE);

	/* (1 + 2^-52)^2 - (1 + 2^-51) = 2^-104. */
	cr_expect_eq(f64_fma(0x3ff0000000000001, 0x3ff0000000000001, 0xbff0000000000002, &e), 0x3970000000000000u);
	cr_expect_eq(e.flags, 0);
	cr_expect_eq(f64_fma(0x7ff0000000000000, 0, 0x7ff8000000000007, &e), 0x7ff8000000000007u);
	cr_expect_eq(e.flags, 0);
	e.rule = FP_RULE_ARM;
	cr_expect_eq(f64_fma(0x7ff0000000000000, 0, 0x7ff8000000000007, &e), 0x7ff8000000000000u);
	cr_expect_eq(e.flags, FP_IE);
	cr_expect_eq(f32_negate_number(0xffc00001), 0xffc00001u);
	cr_expect_eq(f32_negate_number(0x3f800000), 0xbf800000u);
}

Test(fp_known, x87_precision_control)
{
	const struct f80 one = f80_make(0x3fff, 0x8000000000000000), three = f80_make(0x4000, 0xc000000000000000);
	struct fp_env e = env(FP_RULE_X87);

	expect80(f80_div(one, three, &e), 0x3ffd, 0xaaaaaaaaaaaaaaab, "1/3 to 64 bits");
	cr_expect(e.rounded_up);
	e.prec = 53;
	expect80(f80_div(one, three, &e), 0x3ffd, 0xaaaaaaaaaaaaa800, "1/3 to 53 bits");
	cr_expect_not(e.rounded_up);
	e.prec = 24;
	expect80(f80_div(one, three, &e), 0x3ffd, 0xaaaaab0000000000, "1/3 to 24 bits");
	expect80(f80_sqrt(f80_from_s64(2), &e), 0x3fff, 0xb504f30000000000, "root of 2 to 24 bits");
	expect80(f80_mul(f80_make(0x7ffe, ~0ull), one, &e), 0x7fff, 0x8000000000000000, "rounds to infinity");
	cr_expect_eq(e.flags, FP_OE | FP_PE);
}

Test(fp_known, x87_unmasked)
{
	const struct f80 max = f80_make(0x7ffe, 0x8000000000000000), min = f80_make(0x0001, 0x8000000000000000);
	struct fp_env e = env(FP_RULE_X87);

	e.masks = 0;
	expect80(f80_mul(max, max, &e), 0x3fff + 2 * 16383 - 24576, 0x8000000000000000, "overflow wraps");
	cr_expect_eq(e.flags, FP_OE);
	e.flags = 0;
	expect80(f80_mul(min, min, &e), 0x3fff - 2 * 16382 + 24576, 0x8000000000000000, "underflow wraps");
	cr_expect_eq(e.flags, FP_UE);
	e.flags = 0;
	f80_add(f80_make(0, 1), f80_make(0x3fff, 0x8000000000000000), &e);
	cr_expect_eq(e.flags, FP_DE, "no PE next to what stopped the operation");
	e.flags = 0;
	f80_to_f32(max, &e);
	cr_expect_eq(e.flags, FP_OE);
}

Test(fp_known, x87_operand_from_memory)
{
	struct fp_env e = env(FP_RULE_X87);
	const struct f80 one = f80_make(0x3fff, 0x8000000000000000);

	expect80(f80_add(one, f80_operand_f32(0x7f800001, &e), &e), 0x7fff, 0xc000010000000000, "SNaN");
	cr_expect_eq(e.flags, FP_IE);
	e.flags = 0;
	expect80(f80_mul(one, f80_operand_f64(1, &e), &e), 0x3fff - 1074, 0x8000000000000000, "denormal");
	cr_expect_eq(e.flags, FP_DE);
	e.flags = 0;
	f80_mul(one, one, &e);
	cr_expect_eq(e.flags, 0, "the denormal is forgotten");
}

Test(fp_known, x87_decimal)
{
	static const u8 digits[10] = {0x90, 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 0x80};
	static const u8 indefinite[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff};
	struct fp_env e = env(FP_RULE_X87);
	u8 image[10];

	expect80(f80_from_bcd(digits), 0xc01d, 0x932c05a400000000, "-1234567890");
	f80_to_bcd(image, f80_from_bcd(digits), &e);
	cr_expect_arr_eq(image, digits, sizeof(image));
	f80_to_bcd(image, f80_from_s64(1000000000000000000), &e);
	cr_expect_arr_eq(image, indefinite, sizeof(image));
	cr_expect_eq(e.flags, FP_IE);
}

Test(fp_known, x87_remainder)
{
	struct fp_env e = env(FP_RULE_X87);
	struct f80_rem r = f80_remainder(f80_from_s64(23), f80_from_s64(4), false, &e);

	expect80(r.value, 0x4000, 0xc000000000000000, "23 mod 4");
	cr_expect(r.quotient == 5 && !r.partial);
	r = f80_remainder(f80_from_s64(23), f80_from_s64(4), true, &e);
	expect80(r.value, 0xbfff, 0x8000000000000000, "23 - 6 * 4");
	cr_expect_eq(r.quotient, 6);
	r = f80_remainder(f80_from_s64(6), f80_from_s64(4), true, &e);
	expect80(r.value, 0xc000, 0x8000000000000000, "a tie takes the even quotient 2");
	r = f80_remainder(f80_make(0x3fff + 100, 0x8000000000000000), f80_from_s64(3), false, &e);
	cr_expect(r.partial);
	r = f80_remainder(r.value, f80_from_s64(3), false, &e);
	expect80(r.value, 0x3fff, 0x8000000000000000, "2^100 mod 3");
	cr_expect_not(r.partial);
}

Test(fp_known, x87_transcendentals)
{
	const struct f80 one = f80_make(0x3fff, 0x8000000000000000), minus_one = f80_make(0xbfff, 0x8000000000000000);
	struct fp_env e = env(FP_RULE_X87);
	struct f80 s, c;

	cr_expect(f80_sincos(one, &s, &c, &e));
	expect80(s, 0x3ffe, 0xd76aa47848677021, "sin 1");
	expect80(c, 0x3ffe, 0x8a51407da8345c92, "cos 1");
	cr_expect(f80_tan(one, &s, &c, &e));
	expect80(s, 0x3fff, 0xc75922e5f71d2dc5, "tan 1");
	expect80(c, 0x3fff, 0x8000000000000000, "pushed");
	expect80(f80_f2xm1(f80_make(0x3ffe, 0x8000000000000000), &e), 0x3ffd, 0xd413cccfe7799211, "2^0.5 - 1");
	expect80(f80_f2xm1(f80_make(0xbffe, 0x8000000000000000), &e), 0xbffd, 0x95f619980c4336f7, "2^-0.5 - 1");
	expect80(f80_yl2x(f80_from_s64(10), one, &e), 0x4000, 0xd49a784bcd1b8afe, "log2 10");
	expect80(f80_yl2xp1(f80_make(0x3ffd, 0x8000000000000000), one, &e), 0x3ffd, 0xa4d3c25e68dc57f2, "log2 1.25");
	expect80(f80_patan(one, one, &e), 0x3ffe, 0xc90fdaa22168c235, "atan 1");
	expect80(f80_patan(minus_one, one, &e), 0x4000, 0x96cbe3f9990e91a8, "second quadrant");
	cr_expect_not(f80_sin(f80_make(0x403e, 0x8000000000000000), &s, &e), "2^63 is too large");

	/* pi rounded to 64 bits minus the processors' pi of 66 bits is 2^-64. */
	cr_expect(f80_sin(f80_make(0x4000, 0xc90fdaa22168c235), &s, &e));
	expect80(s, 0xbfbf, 0x8000000000000000, "sin pi");
}

Test(fp_known, approximations)
{
	struct fp_rand rand = { 7 };

	cr_expect_eq(f32_rcp_approx(0x40000000), 0x3f000000u);
	cr_expect_eq(f32_rsqrt_approx(0x40800000), 0x3f000000u);
	cr_expect_eq(f32_rcp_approx(0x80000001), 0xff800000u);
	cr_expect_eq(f32_rsqrt_approx(0xbf800000), F32_INDEFINITE);
	for (unsigned i = 0; i < 1000; i++) {
		struct fp_env e = env(FP_RULE_SSE);
		u32 a = 0x3f800000 | ((u32)fp_rand_frac(&rand) & 0x7fffff);
		/* |a * approximation - 1|, to be at most 1.5 * 2^-12 */
		u32 error = f32_add(f32_mul(a, f32_rcp_approx(a), &e), 0xbf800000, &e) & 0x7fffffff;

		cr_expect(error <= 0x39c00000, "1 / %08x", a);
	}
}
