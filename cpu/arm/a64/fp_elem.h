/* SPDX-License-Identifier: MIT */
/* One floating-point element of a register: what each operation makes of it. Scalar, vector and by-element instructions
 * hand these to the bodies of fp_exec.h. An element is a u64, clean above its size (1 half, 2 single, 3 double; a
 * constant everywhere). The names are those of the instructions; Arm ARM J1.3, shared/functions/float. */
#ifndef CPU_ARM_A64_FP_ELEM_H
#define CPU_ARM_A64_FP_ELEM_H

#include "cpu/arm/a64/fp_host.h"
#include "cpu/arm/a64/fp_special.h"

typedef u64 elem_op1(u64 a, const unsigned size, struct fp_env *e);
typedef u64 elem_op2(u64 a, u64 b, const unsigned size, struct fp_env *e);
typedef u64 elem_op3(u64 a, u64 b, u64 c, const unsigned size, struct fp_env *e);

ALWAYS_INLINE struct fp_format elem_format(const unsigned size)
{
	return size == 1 ? FP_F16 : size == 2 ? FP_F32 : FP_F64;
}

ALWAYS_INLINE u64 elem_sign(const unsigned size)
{
	return 1ull << ((8u << size) - 1);
}

/* ---- sign only: no exception, no flushing ------------------------------------------------------------------ */

ALWAYS_INLINE u64 elem_mov(u64 a, const unsigned size, struct fp_env *e)
{
	(void)size, (void)e;
	return a;
}

ALWAYS_INLINE u64 elem_abs(u64 a, const unsigned size, struct fp_env *e)
{
	(void)e;
	return a & ~elem_sign(size);
}

ALWAYS_INLINE u64 elem_neg(u64 a, const unsigned size, struct fp_env *e)
{
	(void)e;
	return a ^ elem_sign(size);
}

/* ---- arithmetic ----------------------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 elem_add(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	u64 r;

	if (size > 1 && host_arith(a, b, size, HOST_ADD, e, &r))
		return r;
	return size == 3 ? f64_add(a, b, e) : size == 2 ? f32_add((u32)a, (u32)b, e) : f16_add((u16)a, (u16)b, e);
}

ALWAYS_INLINE u64 elem_sub(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	u64 r;

	if (size > 1 && host_arith(a, b, size, HOST_SUB, e, &r))
		return r;
	return size == 3 ? f64_sub(a, b, e) : size == 2 ? f32_sub((u32)a, (u32)b, e) : f16_sub((u16)a, (u16)b, e);
}

ALWAYS_INLINE u64 elem_mul(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	u64 r;

	if (size > 1 && host_arith(a, b, size, HOST_MUL, e, &r))
		return r;
	return size == 3 ? f64_mul(a, b, e) : size == 2 ? f32_mul((u32)a, (u32)b, e) : f16_mul((u16)a, (u16)b, e);
}

ALWAYS_INLINE u64 elem_div(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	u64 r;

	if (size > 1 && host_arith(a, b, size, HOST_DIV, e, &r))
		return r;
	return size == 3 ? f64_div(a, b, e) : size == 2 ? f32_div((u32)a, (u32)b, e) : f16_div((u16)a, (u16)b, e);
}

ALWAYS_INLINE u64 elem_nmul(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_mul(a, b, size, e) ^ elem_sign(size);
}

ALWAYS_INLINE u64 elem_abd(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_sub(a, b, size, e) & ~elem_sign(size);
}

ALWAYS_INLINE u64 elem_sqrt(u64 a, const unsigned size, struct fp_env *e)
{
	return fp_sqrt(a, elem_format(size), e);
}

/* a * b + c with one rounding; mls: -a * b + c, where a NaN changes its sign too. */
ALWAYS_INLINE u64 elem_mla(u64 a, u64 b, u64 c, const unsigned size, struct fp_env *e)
{
	u64 r;

	if (size == 2 && host_fma32(a, b, c, e, &r))
		return r;
	if (size == 3)
		return f64_fma(a, b, c, e);
	return size == 2 ? f32_fma((u32)a, (u32)b, (u32)c, e) : f16_fma((u16)a, (u16)b, (u16)c, e);
}

ALWAYS_INLINE u64 elem_mls(u64 a, u64 b, u64 c, const unsigned size, struct fp_env *e)
{
	return elem_mla(a ^ elem_sign(size), b, c, size, e);
}

ALWAYS_INLINE bool elem_simple(u64 a, const unsigned size)
{
	return fp_is_normal(a, elem_format(size)) || fp_is_zero(a, elem_format(size));
}

ALWAYS_INLINE u64 elem_extreme(u64 a, u64 b, const unsigned size, struct fp_env *e, bool max, bool number)
{
	if (likely(elem_simple(a, size) && elem_simple(b, size)))
		return fp_less(a, b, elem_format(size)) != max ? a : b;
	return fp_min_max_ieee(a, b, max, number, elem_format(size), e);
}

ALWAYS_INLINE u64 elem_max(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_extreme(a, b, size, e, true, false);
}

ALWAYS_INLINE u64 elem_min(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_extreme(a, b, size, e, false, false);
}

ALWAYS_INLINE u64 elem_maxnm(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_extreme(a, b, size, e, true, true);
}

ALWAYS_INLINE u64 elem_minnm(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_extreme(a, b, size, e, false, true);
}

ALWAYS_INLINE u64 elem_mulx(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return arm_fp_mulx(a, b, elem_format(size), e);
}

ALWAYS_INLINE u64 elem_recps(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return arm_fp_recip_step(a, b, elem_format(size), e);
}

ALWAYS_INLINE u64 elem_rsqrts(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return arm_fp_rsqrt_step(a, b, elem_format(size), e);
}

ALWAYS_INLINE u64 elem_recpe(u64 a, const unsigned size, struct fp_env *e)
{
	return arm_fp_recip_estimate(a, elem_format(size), e);
}

ALWAYS_INLINE u64 elem_rsqrte(u64 a, const unsigned size, struct fp_env *e)
{
	return arm_fp_rsqrt_estimate(a, elem_format(size), e);
}

ALWAYS_INLINE u64 elem_recpx(u64 a, const unsigned size, struct fp_env *e)
{
	return arm_fp_recip_exponent(a, elem_format(size), e);
}

/* ---- comparison: FPCompareEQ, FPCompareGE, FPCompareGT as masks ----------------------------------------------- */

ALWAYS_INLINE enum fp_order elem_cmp(u64 a, u64 b, const unsigned size, bool signal, struct fp_env *e)
{
	if (size == 1)
		return f16_cmp((u16)a, (u16)b, signal, e);
	return size == 2 ? f32_cmp((u32)a, (u32)b, signal, e) : f64_cmp(a, b, signal, e);
}

ALWAYS_INLINE u64 elem_mask(bool yes, const unsigned size)
{
	return yes ? mask_low(8u << size) : 0;
}

ALWAYS_INLINE u64 elem_cmeq(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_mask(elem_cmp(a, b, size, false, e) == FP_EQUAL, size);
}

ALWAYS_INLINE u64 elem_cmge(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	enum fp_order o = elem_cmp(a, b, size, true, e);

	return elem_mask(o == FP_GREATER || o == FP_EQUAL, size);
}

ALWAYS_INLINE u64 elem_cmgt(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_mask(elem_cmp(a, b, size, true, e) == FP_GREATER, size);
}

ALWAYS_INLINE u64 elem_acge(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_cmge(a & ~elem_sign(size), b & ~elem_sign(size), size, e);
}

ALWAYS_INLINE u64 elem_acgt(u64 a, u64 b, const unsigned size, struct fp_env *e)
{
	return elem_cmgt(a & ~elem_sign(size), b & ~elem_sign(size), size, e);
}

/* ---- to integers: what C's conversions compile to, without the long way ------------------------------------ */

ALWAYS_INLINE u64 elem_to_int(u64 a, struct fp_int_type t, const unsigned round, const unsigned size, struct fp_env *e)
{
	const struct fp_format f = elem_format(size);
	const bool negative = a & elem_sign(size);
	s32 exp = ((s32)(a >> f.frac_bits) & fp_exp_max(f)) - fp_bias(f), right = f.frac_bits - exp;
	s32 most = t.bits - 2 < fp_bias(f) ? t.bits - 2 : fp_bias(f); /* neither too large nor infinite nor a NaN */
	u64 sig = (a & mask_low(f.frac_bits)) | 1ull << f.frac_bits;

	if (round != FP_ZERO || t.fraction || exp < 0 || exp > most || (negative && !t.is_signed))
		return fp_to_int(a, t, round, f, e);
	if (right > 0) {
		e->flags |= sig & mask_low((unsigned)right) ? FP_PE : 0;
		sig >>= right;
	} else {
		sig <<= -right;
	}
	return negative ? 0 - sig : sig;
}

#endif
