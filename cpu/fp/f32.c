/* SPDX-License-Identifier: MIT */
/*
 * Single precision, IEEE binary32. Normal operands take the short inline paths of ieee.h; everything else goes to the
 * general code. Semantics and manual sections are in fp.h and ieee.c.
 */
#include "cpu/fp/ieee.h"

bool f32_is_nan(u32 a)
{
	return fp_is_nan(a, FP_F32);
}

bool f32_is_snan(u32 a)
{
	return fp_is_snan(a, FP_F32);
}

static bool normal2(u32 a, u32 b)
{
	return likely(fp_is_normal(a, FP_F32)) && likely(fp_is_normal(b, FP_F32));
}

static bool simple(u32 a)
{
	return fp_is_normal(a, FP_F32) || fp_is_zero(a, FP_F32);
}

u32 f32_add(u32 a, u32 b, struct fp_env *e)
{
	if (normal2(a, b)) {
		struct fp_num y = fp_unpack_normal(b, FP_F32);

		return (u32)fp_add_finite(fp_unpack_normal(a, FP_F32), y, FP_F32, e);
	}
	return (u32)fp_add(a, b, false, FP_F32, e);
}

u32 f32_sub(u32 a, u32 b, struct fp_env *e)
{
	if (normal2(a, b)) {
		struct fp_num y = fp_unpack_normal(b, FP_F32);

		y.sign = !y.sign;
		return (u32)fp_add_finite(fp_unpack_normal(a, FP_F32), y, FP_F32, e);
	}
	return (u32)fp_add(a, b, true, FP_F32, e);
}

u32 f32_mul(u32 a, u32 b, struct fp_env *e)
{
	if (normal2(a, b))
		return (u32)fp_mul_finite(fp_unpack_normal(a, FP_F32), fp_unpack_normal(b, FP_F32), FP_F32, e);
	return (u32)fp_mul(a, b, FP_F32, e);
}

u32 f32_div(u32 a, u32 b, struct fp_env *e)
{
	if (normal2(a, b))
		return (u32)fp_div_finite(fp_unpack_normal(a, FP_F32), fp_unpack_normal(b, FP_F32), FP_F32, e);
	return (u32)fp_div(a, b, FP_F32, e);
}

u32 f32_fma(u32 a, u32 b, u32 c, struct fp_env *e)
{
	if (normal2(a, b) && likely(fp_is_normal(c, FP_F32)))
		return (u32)fp_fma_finite(fp_unpack_normal(a, FP_F32), fp_unpack_normal(b, FP_F32),
			fp_unpack_normal(c, FP_F32), FP_F32, e);
	return (u32)fp_fma(a, b, c, FP_F32, e);
}

u32 f32_sqrt(u32 a, struct fp_env *e)
{
	return (u32)fp_sqrt(a, FP_F32, e);
}

u32 f32_min(u32 a, u32 b, struct fp_env *e)
{
	return (u32)fp_min_max_x86(a, b, false, FP_F32, e);
}

u32 f32_max(u32 a, u32 b, struct fp_env *e)
{
	return (u32)fp_min_max_x86(a, b, true, FP_F32, e);
}

u32 f32_minimum(u32 a, u32 b, struct fp_env *e)
{
	return (u32)fp_min_max_ieee(a, b, false, false, FP_F32, e);
}

u32 f32_maximum(u32 a, u32 b, struct fp_env *e)
{
	return (u32)fp_min_max_ieee(a, b, true, false, FP_F32, e);
}

u32 f32_minnum(u32 a, u32 b, struct fp_env *e)
{
	return (u32)fp_min_max_ieee(a, b, false, true, FP_F32, e);
}

u32 f32_maxnum(u32 a, u32 b, struct fp_env *e)
{
	return (u32)fp_min_max_ieee(a, b, true, true, FP_F32, e);
}

enum fp_order f32_cmp(u32 a, u32 b, bool signal, struct fp_env *e)
{
	if (simple(a) && simple(b))
		return fp_cmp_simple(a, b, FP_F32);
	return fp_cmp(a, b, signal, FP_F32, e);
}

bool f32_cmp_pred(u32 a, u32 b, unsigned pred, struct fp_env *e)
{
	return fp_cmp_pred(a, b, pred, FP_F32, e);
}

u32 f32_round_int(u32 a, unsigned round, bool inexact, struct fp_env *e)
{
	return (u32)fp_round_int(a, round, inexact, FP_F32, e);
}

u64 f32_to_f64(u32 a, struct fp_env *e)
{
	if (likely(fp_is_normal(a, FP_F32)))
		return (u64)(a >> 31) << 63 | (((u64)(a & 0x7fffffff) << 29) + ((1023ull - 127) << 52));
	return fp_convert(a, FP_F32, FP_F64, e);
}

u64 f32_to_int(u32 a, struct fp_int_type t, unsigned round, struct fp_env *e)
{
	return fp_to_int(a, t, round, FP_F32, e);
}

s32 f32_to_s32(u32 a, unsigned round, struct fp_env *e)
{
	return (s32)(s64)fp_to_int(a, (struct fp_int_type){.bits = 32, .is_signed = true}, round, FP_F32, e);
}

u32 f32_to_u32(u32 a, unsigned round, struct fp_env *e)
{
	return (u32)fp_to_int(a, (struct fp_int_type){.bits = 32, .is_signed = false}, round, FP_F32, e);
}

s64 f32_to_s64(u32 a, unsigned round, struct fp_env *e)
{
	return (s64)fp_to_int(a, (struct fp_int_type){.bits = 64, .is_signed = true}, round, FP_F32, e);
}

u64 f32_to_u64(u32 a, unsigned round, struct fp_env *e)
{
	return fp_to_int(a, (struct fp_int_type){.bits = 64, .is_signed = false}, round, FP_F32, e);
}

u32 f32_from_fixed(u64 v, bool is_signed, unsigned fraction, struct fp_env *e)
{
	return (u32)fp_from_int(v, is_signed, fraction, FP_F32, e);
}

u32 f32_from_s64(s64 v, struct fp_env *e)
{
	return (u32)fp_from_int((u64)v, true, 0, FP_F32, e);
}

u32 f32_from_u64(u64 v, struct fp_env *e)
{
	return (u32)fp_from_int(v, false, 0, FP_F32, e);
}

/* The true value cut to 12 bits below the leading one; a detour through f64, where nothing can leave the range. */
static u32 approx(u64 wide, bool root)
{
	struct fp_env e = {.rule = FP_RULE_SSE, .masks = FP_ALL, .round = FP_ZERO, .ftz = true};

	if (root)
		wide = f64_sqrt(wide, &e);
	return f64_to_f32(f64_div(0x3ff0000000000000u, wide, &e), &e) & ~0x7ffu;
}

static u32 approx_any(u32 a, bool root)
{
	struct fp_env e = {.rule = FP_RULE_SSE, .daz = true};
	struct fp_num x = fp_unpack(a, FP_F32, &e);

	switch (x.kind) {
	case FP_KIND_NAN:
		return a | 0x400000;
	case FP_KIND_ZERO:
		return (u32)fp_infinity(x.sign, FP_F32);
	case FP_KIND_INF:
		return root && x.sign ? F32_INDEFINITE : (u32)fp_zero(x.sign, FP_F32);
	default:
		return root && x.sign ? F32_INDEFINITE : approx(f32_to_f64(a, &e), root);
	}
}

u32 f32_rcp_approx(u32 a)
{
	return approx_any(a, false);
}

u32 f32_rsqrt_approx(u32 a)
{
	return approx_any(a, true);
}
