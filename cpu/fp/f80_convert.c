/* SPDX-License-Identifier: MIT */
/*
 * x87 loads, stores and conversions: FLD, FST, FILD, FIST, FISTTP, FBLD, FBSTP, FRNDINT (SDM vol. 2, and vol. 1
 * sections 4.8.4 and 8.1.5.2: none of them obeys the precision control).
 */
#include "cpu/fp/ieee.h"
#include "cpu/fp/x80.h"

/* ---- f32 and f64 ------------------------------------------------------------------------------ */

/* Exact; an SNaN stays one. */
static struct f80 widen(u64 a, struct fp_format f, bool *denormal)
{
	struct fp_env e = {.rule = FP_RULE_X87};
	struct fp_num x = fp_unpack(a, f, &e);
	u64 frac = a & mask_low(f.frac_bits);

	*denormal = x.denormal;
	switch (x.kind) {
	case FP_KIND_ZERO:
		return x80_zero(x.sign);
	case FP_KIND_FINITE:
		return f80_make((u16)(x.sign << 15 | (x.exp - fp_bias(f) + X80_BIAS)), x.sig << 1);
	default:
		return f80_make(x.sign ? 0xffff : 0x7fff, X80_INTEGER | frac << (63 - f.frac_bits));
	}
}

static struct f80 load(u64 a, struct fp_format f, struct fp_env *e)
{
	bool denormal;
	struct f80 r = widen(a, f, &denormal);

	e->rounded_up = false;
	if (denormal)
		e->flags |= FP_DE;
	if (fp_is_snan(a, f)) {
		e->flags |= FP_IE;
		r.sig |= X80_QUIET;
	}
	return r;
}

struct f80 f80_from_f32(u32 a, struct fp_env *e)
{
	return load(a, FP_F32, e);
}

struct f80 f80_from_f64(u64 a, struct fp_env *e)
{
	return load(a, FP_F64, e);
}

struct f80 f80_operand_f32(u32 a, struct fp_env *e)
{
	return widen(a, FP_F32, &e->denormal_in);
}

struct f80 f80_operand_f64(u64 a, struct fp_env *e)
{
	return widen(a, FP_F64, &e->denormal_in);
}

/* An unmasked overflow or underflow stores nothing and so reports neither PE nor a rounding. */
static u64 store_finite(struct x80 x, struct fp_format f, struct fp_env *e)
{
	struct fp_env own = *e;
	u64 r;

	own.flags = 0;
	r = fp_pack_any(x.sign, x.exp - X80_BIAS + fp_bias(f), x.sig >> 1 | (x.sig & 1), f, &own);
	if (own.flags & ~own.masks & (FP_OE | FP_UE)) {
		own.flags &= ~FP_PE;
		own.rounded_up = false;
	}
	e->flags |= own.flags;
	e->rounded_up = own.rounded_up;
	return r;
}

static u64 store(struct f80 a, struct fp_format f, struct fp_env *e)
{
	struct x80 x = x80_unpack(a);

	e->rounded_up = false;
	switch (x.kind) {
	case X80_ZERO:
		return fp_zero(x.sign, f);
	case X80_INF:
		return fp_infinity(x.sign, f);
	case X80_UNSUPPORTED:
		return fp_invalid(f, e);
	case X80_NAN:
		if (!(x.sig & X80_QUIET))
			e->flags |= FP_IE;
		return fp_infinity(x.sign, f) | (x.sig | X80_QUIET) << 1 >> (64 - f.frac_bits);
	default:
		return store_finite(x, f, e);
	}
}

u32 f80_to_f32(struct f80 a, struct fp_env *e)
{
	return (u32)store(a, FP_F32, e);
}

u64 f80_to_f64(struct f80 a, struct fp_env *e)
{
	return store(a, FP_F64, e);
}

/* ---- integers --------------------------------------------------------------------------------- */

struct f80 f80_from_s64(s64 v)
{
	bool sign = v < 0;
	u64 m = sign ? 0 - (u64)v : (u64)v;
	unsigned up;

	if (!m)
		return x80_zero(false);
	up = clz64(m);
	return f80_make((u16)(sign << 15 | (X80_BIAS + 63 - (s32)up)), m << up);
}

static s64 to_int(struct f80 a, unsigned bits, unsigned round, struct fp_env *e)
{
	struct x80 x = x80_unpack(a);
	u64 top = 1ull << (bits - 1);
	struct x80_int r;

	e->rounded_up = false;
	if (x.kind == X80_ZERO)
		return 0;
	r = x80_to_int(x, round);
	if (x.kind != X80_FINITE || r.too_big || r.value > top - !x.sign) {
		e->flags |= FP_IE;
		return (s64)~(top - 1);
	}
	e->rounded_up = r.up;
	if (r.inexact)
		e->flags |= FP_PE;
	return (s64)(x.sign ? 0 - r.value : r.value);
}

s16 f80_to_s16(struct f80 a, unsigned round, struct fp_env *e)
{
	return (s16)to_int(a, 16, round, e);
}

s32 f80_to_s32(struct f80 a, unsigned round, struct fp_env *e)
{
	return (s32)to_int(a, 32, round, e);
}

s64 f80_to_s64(struct f80 a, unsigned round, struct fp_env *e)
{
	return to_int(a, 64, round, e);
}

struct f80 f80_round_int(struct f80 a, struct fp_env *e)
{
	struct x80 x;
	struct f80 result;
	struct x80_int r;
	unsigned up;

	if (x80_unpack1(a, &x, &result, e))
		return result;
	if (x.kind != X80_FINITE)
		return a;
	if (x.denormal)
		e->flags |= FP_DE;
	if (x80_stopped(e) || x.exp - X80_BIAS >= 63)
		return a;
	r = x80_to_int(x, e->round);
	e->rounded_up = r.up;
	if (r.inexact)
		e->flags |= FP_PE;
	if (!r.value)
		return x80_zero(x.sign);
	up = clz64(r.value);
	return f80_make((u16)(x.sign << 15 | (X80_BIAS + 63 - (s32)up)), r.value << up);
}

/* ---- packed decimal --------------------------------------------------------------------------- */

struct f80 f80_from_bcd(const u8 bcd[10])
{
	struct f80 r;
	u64 v = 0;

	for (unsigned i = 9; i-- > 0;)
		v = v * 100 + (bcd[i] >> 4) * 10u + (bcd[i] & 15);
	r = f80_from_s64((s64)v);
	r.se |= (u16)(bcd[9] >> 7 << 15);
	return r;
}

void f80_to_bcd(u8 bcd[10], struct f80 a, struct fp_env *e)
{
	static const u8 indefinite[10] = {0, 0, 0, 0, 0, 0, 0, 0xc0, 0xff, 0xff};
	struct x80 x = x80_unpack(a);
	struct x80_int r = {0};

	e->rounded_up = false;
	if (x.kind == X80_FINITE)
		r = x80_to_int(x, e->round);
	if (x.kind > X80_FINITE || r.too_big || r.value > 999999999999999999u) {
		e->flags |= FP_IE;
		memcpy(bcd, indefinite, sizeof(indefinite));
		return;
	}
	e->rounded_up = r.up;
	if (r.inexact)
		e->flags |= FP_PE;
	for (unsigned i = 0; i < 9; i++, r.value /= 100)
		bcd[i] = (u8)(r.value / 10 % 10 << 4 | r.value % 10);
	bcd[9] = x.sign ? 0x80 : 0;
}
