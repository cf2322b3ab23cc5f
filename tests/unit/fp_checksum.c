/* SPDX-License-Identifier: MIT */
/*
 * The same bits on every host: one checksum per group of operations over many random operands, environments and
 * both guests' rules, results and flags included. The sums were taken where tests/unit/fp_host_*.c and the
 * vectors agree with processors; a host of other byte order or word size, or another compiler, has to reproduce
 * them.
 */
#include <criterion/criterion.h>

#include "tests/unit/fp_host.h"

enum { RUNS = 4000 };

struct sum {
	struct fp_rand rand;
	u64 value;
};

static void sum_add(struct sum *s, u64 v)
{
	s->value = (s->value ^ v) * 0x9e3779b97f4a7c15u;
	s->value ^= s->value >> 29;
}

static void sum_add80(struct sum *s, struct f80 v)
{
	sum_add(s, v.sig);
	sum_add(s, v.se);
}

static struct fp_env rand_env(struct sum *s, unsigned rule)
{
	static const u8 precision[4] = { 24, 53, 64, 64 };
	u64 v = fp_rand_next(&s->rand);

	return (struct fp_env){
		.rule = (u8)rule,
		.round = (u8)((v & 0xff) % (rule == FP_RULE_ARM ? 5 : 4)),
		.masks = v >> 8 & 3 ? FP_ALL : v >> 10 & FP_ALL,
		.prec = precision[v >> 16 & 3],
		.daz = rule != FP_RULE_X87 && (v >> 18 & 3) == 0,
		.ftz = rule != FP_RULE_X87 && (v >> 20 & 3) == 0,
		.default_nan = rule == FP_RULE_ARM && (v >> 22 & 3) == 0,
	};
}

static void sum_env(struct sum *s, const struct fp_env *e)
{
	sum_add(s, e->rule == FP_RULE_X87 ? e->flags | e->rounded_up << 8 : e->flags);
}

static void sum_f16(struct sum *s, unsigned rule)
{
	struct fp_env e = rand_env(s, rule);
	u16 a = (u16)fp_rand_f16(&s->rand), b = (u16)fp_rand_f16(&s->rand), c = (u16)fp_rand_f16(&s->rand);

	sum_add(s, f16_add(a, b, &e));
	sum_add(s, f16_sub(a, b, &e));
	sum_add(s, f16_mul(a, b, &e));
	sum_add(s, f16_div(a, b, &e));
	sum_add(s, f16_fma(a, b, c, &e));
	sum_add(s, f16_sqrt(a, &e));
	sum_add(s, f16_minimum(a, b, &e));
	sum_add(s, f16_maxnum(a, b, &e));
	sum_add(s, f16_round_int(a, e.round, true, &e));
	sum_add(s, (u64)f16_cmp(a, b, true, &e));
	sum_env(s, &e);
	e.ahp = rule == FP_RULE_ARM && s->value & 1;
	sum_add(s, f16_to_f32(a, &e));
	sum_add(s, f16_to_f64(a, &e));
	sum_add(s, f32_to_f16((u32)fp_rand_f32(&s->rand), &e));
	sum_add(s, f64_to_f16(fp_rand_f64(&s->rand), &e));
	sum_env(s, &e);
}

static void sum_f32(struct sum *s, unsigned rule)
{
	struct fp_env e = rand_env(s, rule);
	u32 a = (u32)fp_rand_f32(&s->rand), b = (u32)fp_rand_f32(&s->rand), c = (u32)fp_rand_f32(&s->rand);

	sum_add(s, f32_add(a, b, &e));
	sum_add(s, f32_sub(a, b, &e));
	sum_add(s, f32_mul(a, b, &e));
	sum_add(s, f32_div(a, b, &e));
	sum_add(s, f32_fma(a, b, c, &e));
	sum_add(s, f32_sqrt(a, &e));
	sum_add(s, f32_min(a, b, &e));
	sum_add(s, f32_maxnum(a, b, &e));
	sum_add(s, f32_round_int(a, e.round, true, &e));
	sum_add(s, (u64)f32_cmp(a, b, false, &e));
	sum_add(s, f32_cmp_pred(a, b, (unsigned)s->value & 31, &e));
	sum_env(s, &e);
	sum_add(s, f32_to_f64(a, &e));
	sum_add(s, (u64)f32_to_s64(a, e.round, &e));
	sum_add(s, f32_to_u32(a, e.round, &e));
	sum_add(s, f32_from_fixed(fp_rand_frac(&s->rand), s->value & 1, s->value >> 1 & 63, &e));
	sum_add(s, f32_rcp_approx(a));
	sum_add(s, f32_rsqrt_approx(a));
	sum_env(s, &e);
}

static void sum_f64(struct sum *s, unsigned rule)
{
	struct fp_env e = rand_env(s, rule);
	u64 a = fp_rand_f64(&s->rand), b = fp_rand_f64(&s->rand), c = fp_rand_f64(&s->rand);

	sum_add(s, f64_add(a, b, &e));
	sum_add(s, f64_sub(a, b, &e));
	sum_add(s, f64_mul(a, b, &e));
	sum_add(s, f64_div(a, b, &e));
	sum_add(s, f64_fma(a, b, c, &e));
	sum_add(s, f64_sqrt(a, &e));
	sum_add(s, f64_max(a, b, &e));
	sum_add(s, f64_minnum(a, b, &e));
	sum_add(s, f64_round_int(a, e.round, true, &e));
	sum_add(s, (u64)f64_cmp(a, b, true, &e));
	sum_add(s, f64_cmp_pred(a, b, (unsigned)s->value & 31, &e));
	sum_env(s, &e);
	sum_add(s, f64_to_f32(a, &e));
	sum_add(s, (u64)f64_to_s32(a, e.round, &e));
	sum_add(s, f64_to_u64(a, e.round, &e));
	sum_add(s, f64_from_fixed(fp_rand_frac(&s->rand), s->value & 1, s->value >> 1 & 63, &e));
	sum_env(s, &e);
}

static void sum_f80(struct sum *s, unsigned rule)
{
	struct fp_env e = rand_env(s, rule);
	struct f80 a = fp_rand_f80(&s->rand), b = fp_rand_f80(&s->rand), c = { 0 };
	struct f80_rem r = f80_remainder(a, b, s->value & 1, &e);
	u8 bcd[10];

	sum_add80(s, f80_add(a, b, &e));
	sum_add80(s, f80_sub(a, b, &e));
	sum_add80(s, f80_mul(a, b, &e));
	sum_add80(s, f80_div(a, b, &e));
	sum_add80(s, f80_sqrt(a, &e));
	sum_add80(s, f80_round_int(a, &e));
	sum_add80(s, f80_scale(a, b, &e));
	sum_add80(s, f80_extract(a, &c, &e));
	sum_add80(s, c);
	sum_add80(s, r.value);
	sum_add(s, r.quotient | r.partial << 3);
	sum_add(s, (u64)f80_cmp(a, b, false, &e));
	sum_env(s, &e);
	sum_add(s, f80_to_f32(a, &e));
	sum_add(s, f80_to_f64(a, &e));
	sum_add(s, (u64)f80_to_s32(a, e.round, &e));
	sum_add(s, (u64)f80_to_s64(a, e.round, &e));
	f80_to_bcd(bcd, a, &e);
	sum_add(s, load_le64(bcd) ^ load_le16(bcd + 8));
	sum_add80(s, f80_from_f64(fp_rand_f64(&s->rand), &e));
	sum_env(s, &e);
}

static void sum_trans(struct sum *s, unsigned rule)
{
	struct fp_env e = rand_env(s, rule);
	struct f80 a = fp_rand_f80(&s->rand), b = fp_rand_f80(&s->rand), c = { 0 }, d = { 0 };

	sum_add80(s, f80_f2xm1(a, &e));
	sum_add80(s, f80_yl2x(a, b, &e));
	sum_add80(s, f80_yl2xp1(a, b, &e));
	sum_add80(s, f80_patan(a, b, &e));
	sum_add(s, f80_sincos(a, &c, &d, &e));
	sum_add80(s, c);
	sum_add80(s, d);
	sum_add(s, f80_tan(b, &c, &d, &e));
	sum_add80(s, c);
	sum_env(s, &e);
}

static u64 sum_of(void (*group)(struct sum *s, unsigned rule), unsigned rule)
{
	struct sum s = { .rand = { rule }, .value = 1 };

	for (unsigned i = 0; i < RUNS; i++)
		group(&s, rule);
	return s.value;
}

Test(fp_checksum, sse_rules)
{
	cr_expect_eq(sum_of(sum_f16, FP_RULE_SSE), 0x1b22d9070412eddau, "%" PRIx64, sum_of(sum_f16, FP_RULE_SSE));
	cr_expect_eq(sum_of(sum_f32, FP_RULE_SSE), 0xcbc3e45db20a5563u, "%" PRIx64, sum_of(sum_f32, FP_RULE_SSE));
	cr_expect_eq(sum_of(sum_f64, FP_RULE_SSE), 0x42d88b95e1d15563u, "%" PRIx64, sum_of(sum_f64, FP_RULE_SSE));
}

Test(fp_checksum, arm_rules)
{
	cr_expect_eq(sum_of(sum_f16, FP_RULE_ARM), 0x3b991ec17dc4e7d5u, "%" PRIx64, sum_of(sum_f16, FP_RULE_ARM));
	cr_expect_eq(sum_of(sum_f32, FP_RULE_ARM), 0x691a1ae57745185fu, "%" PRIx64, sum_of(sum_f32, FP_RULE_ARM));
	cr_expect_eq(sum_of(sum_f64, FP_RULE_ARM), 0x984f6c1a1a49690u, "%" PRIx64, sum_of(sum_f64, FP_RULE_ARM));
}

Test(fp_checksum, x87)
{
	cr_expect_eq(sum_of(sum_f80, FP_RULE_X87), 0xc266ad810203b019u, "%" PRIx64, sum_of(sum_f80, FP_RULE_X87));
	cr_expect_eq(sum_of(sum_trans, FP_RULE_X87), 0xbd5e19c9c0c82c54u, "%" PRIx64, sum_of(sum_trans, FP_RULE_X87));
}
