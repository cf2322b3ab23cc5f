/* SPDX-License-Identifier: MIT */
/*
 * x87 arithmetic: add, subtract, multiply, divide, square root, compare, and the constants. The special
 * operands follow the result tables of FADD, FSUB, FMUL, FDIV, FSQRT and FCOM in SDM vol. 2; priorities of
 * exceptions vol. 1 section 4.9.2; these five operations are the ones that the precision control governs (vol.
 * 1 section 8.1.5.2).
 */
#include "cpu/fp/x80.h"

static unsigned precision(const struct fp_env *e)
{
	return e->prec ? e->prec : 64;
}

static void note_denormal(struct x80 x, struct x80 y, struct fp_env *e)
{
	if (x.denormal || y.denormal)
		e->flags |= FP_DE;
}

/* Finite, not zero. */
static struct f80 add_finite(struct x80 x, struct x80 y, struct fp_env *e)
{
	struct u128 p, q;

	if (x.exp < y.exp || (x.exp == y.exp && x.sig < y.sig)) {
		struct x80 t = x;

		x = y;
		y = t;
	}
	/* One bit down, for the carry. */
	p = u128_make(x.sig >> 1, x.sig << 63);
	q = u128_shr_sticky(u128_make(y.sig >> 1, y.sig << 63), (unsigned)(x.exp - y.exp));
	p = x.sign == y.sign ? u128_add(p, q) : u128_sub(p, q);
	if (u128_is_zero(p))
		return x80_zero(e->round == FP_DOWN);
	return x80_pack_normalize(x.sign, x.exp + 1, p, precision(e), e);
}

static struct f80 add(struct f80 a, struct f80 b, bool subtract, struct fp_env *e)
{
	struct x80 x, y;
	struct f80 r;

	if (x80_unpack2(a, b, &x, &y, &r, e))
		return r;
	y.sign ^= subtract;
	if (x.kind == X80_INF && y.kind == X80_INF && x.sign != y.sign)
		return x80_invalid(e);
	note_denormal(x, y, e);
	if (x.kind == X80_INF || y.kind == X80_INF)
		return x80_infinity(x.kind == X80_INF ? x.sign : y.sign);
	if (x.kind == X80_ZERO && y.kind == X80_ZERO)
		return x80_zero(x.sign == y.sign ? x.sign : e->round == FP_DOWN);
	if (x.kind == X80_ZERO)
		return x80_pack(y.sign, y.exp, u128_make(y.sig, 0), precision(e), e);
	if (y.kind == X80_ZERO)
		return x80_pack(x.sign, x.exp, u128_make(x.sig, 0), precision(e), e);
	return add_finite(x, y, e);
}

struct f80 f80_add(struct f80 a, struct f80 b, struct fp_env *e)
{
	return add(a, b, false, e);
}

struct f80 f80_sub(struct f80 a, struct f80 b, struct fp_env *e)
{
	return add(a, b, true, e);
}

struct f80 f80_mul(struct f80 a, struct f80 b, struct fp_env *e)
{
	struct x80 x, y;
	struct f80 r;
	bool sign;

	if (x80_unpack2(a, b, &x, &y, &r, e))
		return r;
	sign = x.sign ^ y.sign;
	if ((x.kind == X80_INF && y.kind == X80_ZERO) || (x.kind == X80_ZERO && y.kind == X80_INF))
		return x80_invalid(e);
	note_denormal(x, y, e);
	if (x.kind == X80_INF || y.kind == X80_INF)
		return x80_infinity(sign);
	if (x.kind == X80_ZERO || y.kind == X80_ZERO)
		return x80_zero(sign);
	return x80_pack_normalize(sign, x.exp + y.exp - X80_BIAS + 1, mul64(x.sig, y.sig), precision(e), e);
}

/* What follows a 64-bit quotient, to a bit and a sticky one. */
static u64 rest_bits(u64 rest, u64 divisor)
{
	u64 other = divisor - rest;

	if (!rest)
		return 0;
	if (rest == other)
		return 1ull << 63;
	return rest < other ? 1 : 1ull << 63 | 1;
}

struct f80 f80_div(struct f80 a, struct f80 b, struct fp_env *e)
{
	struct x80 x, y;
	struct f80 r;
	bool sign;
	bool below;
	u64 rest;
	u64 q;

	if (x80_unpack2(a, b, &x, &y, &r, e))
		return r;
	sign = x.sign ^ y.sign;
	if (x.kind == y.kind && x.kind != X80_FINITE)
		return x80_invalid(e);
	if (y.kind == X80_ZERO && x.kind != X80_INF) {
		e->flags |= FP_ZE;
		return x80_infinity(sign);
	}
	note_denormal(x, y, e);
	if (x.kind == X80_INF)
		return x80_infinity(sign);
	if (x.kind == X80_ZERO || y.kind == X80_INF)
		return x80_zero(sign);
	below = x.sig < y.sig;
	q = div128(below ? u128_make(x.sig, 0) : u128_make(x.sig >> 1, x.sig << 63), y.sig, &rest);
	return x80_pack(sign, x.exp - y.exp + X80_BIAS - below, u128_make(q, rest_bits(rest, y.sig)), precision(e), e);
}

struct f80 f80_sqrt(struct f80 a, struct fp_env *e)
{
	struct x80 x;
	struct f80 r;
	struct u128 rest;
	s32 exp;
	u64 root;
	u64 low;

	if (x80_unpack1(a, &x, &r, e))
		return r;
	if (x.kind == X80_ZERO)
		return a;
	if (x.sign)
		return x80_invalid(e);
	if (x.kind == X80_INF)
		return a;
	if (x.denormal)
		e->flags |= FP_DE;
	exp = x.exp - X80_BIAS;
	root = isqrt128(exp & 1 ? u128_make(x.sig, 0) : u128_make(x.sig >> 1, x.sig << 63), &rest);
	/* Never half way: (root + 1/2)^2 = root^2 + root + 1/4. */
	low = rest.hi || rest.lo > root ? 1ull << 63 | 1 : rest.lo != 0;
	return x80_pack(false, (exp - (exp & 1)) / 2 + X80_BIAS, u128_make(root, low), precision(e), e);
}

enum fp_order f80_cmp(struct f80 a, struct f80 b, bool signal, struct fp_env *e)
{
	struct x80 x, y;
	struct f80 r;
	bool less;

	if (x80_unpack2(a, b, &x, &y, &r, e)) {
		if (signal)
			e->flags |= FP_IE;
		return FP_UNORDERED;
	}
	note_denormal(x, y, e);
	if (x.kind == X80_ZERO && y.kind == X80_ZERO)
		return FP_EQUAL;
	if (x.kind == X80_ZERO)
		return y.sign ? FP_GREATER : FP_LESS;
	if (y.kind == X80_ZERO || x.sign != y.sign)
		return x.sign ? FP_LESS : FP_GREATER;
	if (x.exp == y.exp && x.sig == y.sig)
		return FP_EQUAL;
	less = x.exp != y.exp ? x.exp < y.exp : x.sig < y.sig;
	return less != x.sign ? FP_LESS : FP_GREATER;
}

struct f80 f80_constant(enum f80_const which, const struct fp_env *e)
{
	/* 66 bits and a sticky one of each, so that every rounding mode is right. SDM vol. 1 section 8.3.8. */
	static const struct {
		s32 exp;
		u64 hi;
		u64 lo;
	} table[] = {
		[F80_ONE] = {16383, 0x8000000000000000u, 0},
		[F80_L2T] = {16384, 0xd49a784bcd1b8afeu, 0x492bf6ff4dafdb4cu},
		[F80_L2E] = {16383, 0xb8aa3b295c17f0bbu, 0xbe87fed0691d3e88u},
		[F80_PI] = {16384, 0xc90fdaa22168c234u, 0xc4c6628b80dc1cd1u},
		[F80_LG2] = {16381, 0x9a209a84fbcff798u, 0x8f8959ac0b7c9178u},
		[F80_LN2] = {16382, 0xb17217f7d1cf79abu, 0xc9e3b39803f2f6afu},
	};
	struct fp_env own = {.rule = FP_RULE_X87, .round = e->round, .masks = FP_ALL};

	if (which == F80_PLUS_ZERO)
		return x80_zero(false);
	return x80_pack64(false, table[which].exp, u128_make(table[which].hi, table[which].lo), &own);
}
