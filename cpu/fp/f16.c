/* SPDX-License-Identifier: MIT */
/*
 * Half precision, IEEE binary16: Arm's FP16 arithmetic (FEAT_FP16) and both guests' conversions (SDM vol. 1
 * section 14.4, F16C). Rare enough to go through the general code.
 */
#include "cpu/fp/ieee.h"

bool f16_is_nan(u16 a)
{
	return fp_is_nan(a, FP_F16);
}

bool f16_is_snan(u16 a)
{
	return fp_is_snan(a, FP_F16);
}

u16 f16_add(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_add(a, b, false, FP_F16, e);
}

u16 f16_sub(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_add(a, b, true, FP_F16, e);
}

u16 f16_mul(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_mul(a, b, FP_F16, e);
}

u16 f16_div(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_div(a, b, FP_F16, e);
}

u16 f16_fma(u16 a, u16 b, u16 c, struct fp_env *e)
{
	return (u16)fp_fma(a, b, c, FP_F16, e);
}

u16 f16_sqrt(u16 a, struct fp_env *e)
{
	return (u16)fp_sqrt(a, FP_F16, e);
}

u16 f16_minimum(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_min_max_ieee(a, b, false, false, FP_F16, e);
}

u16 f16_maximum(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_min_max_ieee(a, b, true, false, FP_F16, e);
}

u16 f16_minnum(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_min_max_ieee(a, b, false, true, FP_F16, e);
}

u16 f16_maxnum(u16 a, u16 b, struct fp_env *e)
{
	return (u16)fp_min_max_ieee(a, b, true, true, FP_F16, e);
}

enum fp_order f16_cmp(u16 a, u16 b, bool signal, struct fp_env *e)
{
	return fp_cmp(a, b, signal, FP_F16, e);
}

u16 f16_round_int(u16 a, unsigned round, bool inexact, struct fp_env *e)
{
	return (u16)fp_round_int(a, round, inexact, FP_F16, e);
}

u64 f16_to_int(u16 a, struct fp_int_type t, unsigned round, struct fp_env *e)
{
	return fp_to_int(a, t, round, FP_F16, e);
}

u16 f16_from_fixed(u64 v, bool is_signed, unsigned fraction, struct fp_env *e)
{
	return (u16)fp_from_int(v, is_signed, fraction, FP_F16, e);
}

u16 f16_from_s64(s64 v, struct fp_env *e)
{
	return (u16)fp_from_int((u64)v, true, 0, FP_F16, e);
}

u16 f16_from_u64(u64 v, struct fp_env *e)
{
	return (u16)fp_from_int(v, false, 0, FP_F16, e);
}

u32 f16_to_f32(u16 a, struct fp_env *e)
{
	return (u32)fp_convert(a, FP_F16, FP_F32, e);
}

u64 f16_to_f64(u16 a, struct fp_env *e)
{
	return fp_convert(a, FP_F16, FP_F64, e);
}

u16 f32_to_f16(u32 a, struct fp_env *e)
{
	return (u16)fp_convert(a, FP_F32, FP_F16, e);
}

u16 f64_to_f16(u64 a, struct fp_env *e)
{
	return (u16)fp_convert(a, FP_F64, FP_F16, e);
}

u32 f16_to_f32_f16c(u16 a, struct fp_env *e)
{
	struct fp_env own = {.rule = e->rule};
	u32 r = f16_to_f32(a, &own);

	e->flags |= own.flags & FP_IE;
	return r;
}

u16 f32_to_f16_f16c(u32 a, struct fp_env *e)
{
	struct fp_env own = *e;
	u16 r;

	own.ftz = false;
	r = f32_to_f16(a, &own);
	/* Far too small for f16; processors report PE without regard to whether UE is masked. */
	if (own.flags & ~e->flags & FP_DE)
		own.flags |= FP_PE;
	e->flags = own.flags;
	return r;
}
