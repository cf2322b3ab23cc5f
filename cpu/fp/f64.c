/* SPDX-License-Identifier: MIT */
/*
 * Double precision, IEEE binary64. Normal operands take the short inline paths of ieee.h; everything else goes to the
 * general code. Semantics and manual sections are in fp.h and ieee.c.
 */
#include "cpu/fp/ieee.h"

bool f64_is_nan(u64 a)
{
	return fp_is_nan(a, FP_F64);
}

bool f64_is_snan(u64 a)
{
	return fp_is_snan(a, FP_F64);
}

static bool normal2(u64 a, u64 b)
{
	return likely(fp_is_normal(a, FP_F64)) && likely(fp_is_normal(b, FP_F64));
}

static bool simple(u64 a)
{
	return fp_is_normal(a, FP_F64) || fp_is_zero(a, FP_F64);
}

u64 f64_add(u64 a, u64 b, struct fp_env *e)
{
	if (normal2(a, b)) {
		struct fp_num y = fp_unpack_normal(b, FP_F64);

		return fp_add_finite(fp_unpack_normal(a, FP_F64), y, FP_F64, e);
	}
	return fp_add(a, b, false, FP_F64, e);
}

u64 f64_sub(u64 a, u64 b, struct fp_env *e)
{
	if (normal2(a, b)) {
		struct fp_num y = fp_unpack_normal(b, FP_F64);

		y.sign = !y.sign;
		return fp_add_finite(fp_unpack_normal(a, FP_F64), y, FP_F64, e);
	}
	return fp_add(a, b, true, FP_F64, e);
}

u64 f64_mul(u64 a, u64 b, struct fp_env *e)
{
	if (normal2(a, b))
		return fp_mul_finite(fp_unpack_normal(a, FP_F64), fp_unpack_normal(b, FP_F64), FP_F64, e);
	return fp_mul(a, b, FP_F64, e);
}

u64 f64_div(u64 a, u64 b, struct fp_env *e)
{
	if (normal2(a, b))
		return fp_div_finite(fp_unpack_normal(a, FP_F64), fp_unpack_normal(b, FP_F64), FP_F64, e);
	return fp_div(a, b, FP_F64, e);
}

u64 f64_fma(u64 a, u64 b, u64 c, struct fp_env *e)
{
	if (normal2(a, b) && likely(fp_is_normal(c, FP_F64)))
		return fp_fma_finite(fp_unpack_normal(a, FP_F64), fp_unpack_normal(b, FP_F64),
			fp_unpack_normal(c, FP_F64), FP_F64, e);
	return fp_fma(a, b, c, FP_F64, e);
}

u64 f64_sqrt(u64 a, struct fp_env *e)
{
	return fp_sqrt(a, FP_F64, e);
}

u64 f64_min(u64 a, u64 b, struct fp_env *e)
{
	return fp_min_max_x86(a, b, false, FP_F64, e);
}

u64 f64_max(u64 a, u64 b, struct fp_env *e)
{
	return fp_min_max_x86(a, b, true, FP_F64, e);
}

u64 f64_minimum(u64 a, u64 b, struct fp_env *e)
{
	return fp_min_max_ieee(a, b, false, false, FP_F64, e);
}

u64 f64_maximum(u64 a, u64 b, struct fp_env *e)
{
	return fp_min_max_ieee(a, b, true, false, FP_F64, e);
}

u64 f64_minnum(u64 a, u64 b, struct fp_env *e)
{
	return fp_min_max_ieee(a, b, false, true, FP_F64, e);
}

u64 f64_maxnum(u64 a, u64 b, struct fp_env *e)
{
	return fp_min_max_ieee(a, b, true, true, FP_F64, e);
}

enum fp_order f64_cmp(u64 a, u64 b, bool signal, struct fp_env *e)
{
	if (simple(a) && simple(b))
		return fp_cmp_simple(a, b, FP_F64);
	return fp_cmp(a, b, signal, FP_F64, e);
}

bool f64_cmp_pred(u64 a, u64 b, unsigned pred, struct fp_env *e)
{
	return fp_cmp_pred(a, b, pred, FP_F64, e);
}

u64 f64_round_int(u64 a, unsigned round, bool inexact, struct fp_env *e)
{
	return fp_round_int(a, round, inexact, FP_F64, e);
}

u32 f64_to_f32(u64 a, struct fp_env *e)
{
	if (likely(fp_is_normal(a, FP_F64))) {
		struct fp_num x = fp_unpack_normal(a, FP_F64);

		return (u32)fp_pack(x.sign, x.exp - 1023 + 127, x.sig, FP_F32, e);
	}
	return (u32)fp_convert(a, FP_F64, FP_F32, e);
}

u64 f64_to_int(u64 a, struct fp_int_type t, unsigned round, struct fp_env *e)
{
	return fp_to_int(a, t, round, FP_F64, e);
}

s32 f64_to_s32(u64 a, unsigned round, struct fp_env *e)
{
	return (s32)(s64)fp_to_int(a, (struct fp_int_type){.bits = 32, .is_signed = true}, round, FP_F64, e);
}

u32 f64_to_u32(u64 a, unsigned round, struct fp_env *e)
{
	return (u32)fp_to_int(a, (struct fp_int_type){.bits = 32, .is_signed = false}, round, FP_F64, e);
}

s64 f64_to_s64(u64 a, unsigned round, struct fp_env *e)
{
	return (s64)fp_to_int(a, (struct fp_int_type){.bits = 64, .is_signed = true}, round, FP_F64, e);
}

u64 f64_to_u64(u64 a, unsigned round, struct fp_env *e)
{
	return fp_to_int(a, (struct fp_int_type){.bits = 64, .is_signed = false}, round, FP_F64, e);
}

u64 f64_from_fixed(u64 v, bool is_signed, unsigned fraction, struct fp_env *e)
{
	return fp_from_int(v, is_signed, fraction, FP_F64, e);
}

u64 f64_from_s64(s64 v, struct fp_env *e)
{
	return fp_from_int((u64)v, true, 0, FP_F64, e);
}

u64 f64_from_u64(u64 v, struct fp_env *e)
{
	return fp_from_int(v, false, 0, FP_F64, e);
}
