/* SPDX-License-Identifier: MIT */
/*
 * Every SSE, FMA and F16C scalar operation of cpu/fp against the processor that runs the test: random and edge
 * operands, all rounding modes, DAZ and FTZ; results and MXCSR flags must be the same. Elsewhere than on x86-64
 * there is nothing to compare with. SDM vol. 1 chapters 11 and 14.
 */
#include <criterion/criterion.h>

#include "cpu/fp/fp.h"
#include "tests/unit/fp_host.h"

#if defined(__x86_64__)

enum { RUNS = 40000 };

struct sse_op {
	const char *name;
	void (*host)(struct host_sse *h);
	u64 (*soft)(const struct host_sse *h, struct fp_env *e);
	u64 (*operand)(struct fp_rand *r);
};

/* host_NAME and soft_NAME. */
#define OP(name, text, expr) \
	static void host_##name(struct host_sse *h) \
	{ \
		HOST_SSE(h, text); \
	} \
	static u64 soft_##name(const struct host_sse *h, struct fp_env *e) \
	{ \
		return expr; }

/* ZF PF CF as LAHF gives them after COMISS. */
static u64 order_flags(enum fp_order order)
{
	switch (order) {
	case FP_LESS:
		return 0x01;
	case FP_EQUAL:
		return 0x40;
	case FP_GREATER:
		return 0x00;
	default:
		return 0x45;
	}
}

OP(addss, "addss %%xmm1, %%xmm0\n movd %%xmm0, %%eax", f32_add((u32)h->a, (u32)h->b, e))
OP(subss, "subss %%xmm1, %%xmm0\n movd %%xmm0, %%eax", f32_sub((u32)h->a, (u32)h->b, e))
OP(mulss, "mulss %%xmm1, %%xmm0\n movd %%xmm0, %%eax", f32_mul((u32)h->a, (u32)h->b, e))
OP(divss, "divss %%xmm1, %%xmm0\n movd %%xmm0, %%eax", f32_div((u32)h->a, (u32)h->b, e))
OP(minss, "minss %%xmm1, %%xmm0\n movd %%xmm0, %%eax", f32_min((u32)h->a, (u32)h->b, e))
OP(maxss, "maxss %%xmm1, %%xmm0\n movd %%xmm0, %%eax", f32_max((u32)h->a, (u32)h->b, e))
OP(sqrtss, "sqrtss %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f32_sqrt((u32)h->a, e))
OP(roundss_0, "roundss $0, %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f32_round_int((u32)h->a, FP_NEAREST, true, e))
OP(roundss_1, "roundss $1, %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f32_round_int((u32)h->a, FP_DOWN, true, e))
OP(roundss_2, "roundss $2, %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f32_round_int((u32)h->a, FP_UP, true, e))
OP(roundss_3, "roundss $3, %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f32_round_int((u32)h->a, FP_ZERO, true, e))
OP(roundss_4, "roundss $4, %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f32_round_int((u32)h->a, e->round, true, e))
OP(roundss_12, "roundss $12, %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f32_round_int((u32)h->a, e->round, false, e))
OP(comiss, "comiss %%xmm1, %%xmm0\n lahf\n movzx %%ah, %%eax\n and $0x45, %%eax",
	order_flags(f32_cmp((u32)h->a, (u32)h->b, true, e)))
OP(ucomiss, "ucomiss %%xmm1, %%xmm0\n lahf\n movzx %%ah, %%eax\n and $0x45, %%eax",
	order_flags(f32_cmp((u32)h->a, (u32)h->b, false, e)))
OP(cvtss2si32, "cvtss2si %%xmm0, %%eax", (u32)f32_to_s32((u32)h->a, e->round, e))
OP(cvttss2si32, "cvttss2si %%xmm0, %%eax", (u32)f32_to_s32((u32)h->a, FP_ZERO, e))
OP(cvtsi322ss, "cvtsi2ss %%eax, %%xmm0\n movd %%xmm0, %%eax", f32_from_s64((s32)h->a, e))
OP(cvtss2si64, "cvtss2si %%xmm0, %%rax", (u64)f32_to_s64((u32)h->a, e->round, e))
OP(cvttss2si64, "cvttss2si %%xmm0, %%rax", (u64)f32_to_s64((u32)h->a, FP_ZERO, e))
OP(cvtsi642ss, "cvtsi2ss %%rax, %%xmm0\n movd %%xmm0, %%eax", f32_from_s64((s64)h->a, e))
OP(addsd, "addsd %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_add(h->a, h->b, e))
OP(subsd, "subsd %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_sub(h->a, h->b, e))
OP(mulsd, "mulsd %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_mul(h->a, h->b, e))
OP(divsd, "divsd %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_div(h->a, h->b, e))
OP(minsd, "minsd %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_min(h->a, h->b, e))
OP(maxsd, "maxsd %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_max(h->a, h->b, e))
OP(sqrtsd, "sqrtsd %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f64_sqrt(h->a, e))
OP(roundsd_0, "roundsd $0, %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f64_round_int(h->a, FP_NEAREST, true, e))
OP(roundsd_1, "roundsd $1, %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f64_round_int(h->a, FP_DOWN, true, e))
OP(roundsd_2, "roundsd $2, %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f64_round_int(h->a, FP_UP, true, e))
OP(roundsd_3, "roundsd $3, %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f64_round_int(h->a, FP_ZERO, true, e))
OP(roundsd_4, "roundsd $4, %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f64_round_int(h->a, e->round, true, e))
OP(roundsd_12, "roundsd $12, %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f64_round_int(h->a, e->round, false, e))
OP(comisd, "comisd %%xmm1, %%xmm0\n lahf\n movzx %%ah, %%eax\n and $0x45, %%eax",
	order_flags(f64_cmp(h->a, h->b, true, e)))
OP(ucomisd, "ucomisd %%xmm1, %%xmm0\n lahf\n movzx %%ah, %%eax\n and $0x45, %%eax",
	order_flags(f64_cmp(h->a, h->b, false, e)))
OP(cvtsd2si32, "cvtsd2si %%xmm0, %%eax", (u32)f64_to_s32(h->a, e->round, e))
OP(cvttsd2si32, "cvttsd2si %%xmm0, %%eax", (u32)f64_to_s32(h->a, FP_ZERO, e))
OP(cvtsi322sd, "cvtsi2sd %%eax, %%xmm0\n movq %%xmm0, %%rax", f64_from_s64((s32)h->a, e))
OP(cvtsd2si64, "cvtsd2si %%xmm0, %%rax", (u64)f64_to_s64(h->a, e->round, e))
OP(cvttsd2si64, "cvttsd2si %%xmm0, %%rax", (u64)f64_to_s64(h->a, FP_ZERO, e))
OP(cvtsi642sd, "cvtsi2sd %%rax, %%xmm0\n movq %%xmm0, %%rax", f64_from_s64((s64)h->a, e))
OP(cvtss2sd, "cvtss2sd %%xmm0, %%xmm0\n movq %%xmm0, %%rax", f32_to_f64((u32)h->a, e))
OP(cvtsd2ss, "cvtsd2ss %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f64_to_f32(h->a, e))
OP(vfmadd213ss, "vfmadd213ss %%xmm2, %%xmm1, %%xmm0\n movd %%xmm0, %%eax",
	f32_fma((u32)h->b, (u32)h->a, (u32)h->c, e))
OP(vfmadd132ss, "vfmadd132ss %%xmm2, %%xmm1, %%xmm0\n movd %%xmm0, %%eax",
	f32_fma((u32)h->a, (u32)h->c, (u32)h->b, e))
OP(vfmadd231ss, "vfmadd231ss %%xmm2, %%xmm1, %%xmm0\n movd %%xmm0, %%eax",
	f32_fma((u32)h->b, (u32)h->c, (u32)h->a, e))
OP(vfmadd213sd, "vfmadd213sd %%xmm2, %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_fma(h->b, h->a, h->c, e))
OP(vfmadd132sd, "vfmadd132sd %%xmm2, %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_fma(h->a, h->c, h->b, e))
OP(vfmadd231sd, "vfmadd231sd %%xmm2, %%xmm1, %%xmm0\n movq %%xmm0, %%rax", f64_fma(h->b, h->c, h->a, e))
OP(vcvtph2ps, "vcvtph2ps %%xmm0, %%xmm0\n movd %%xmm0, %%eax", f16_to_f32_f16c((u16)h->a, e))
OP(vcvtps2ph, "vcvtps2ph $4, %%xmm0, %%xmm0\n movd %%xmm0, %%eax\n movzwl %%ax, %%eax", f32_to_f16_f16c((u32)h->a, e))

static u64 rand_int(struct fp_rand *r)
{
	u64 v = fp_rand_frac(r);

	return v >> (fp_rand_next(r) & 63);
}

static const struct sse_op ops[] = {
	{"addss", host_addss, soft_addss, fp_rand_f32},
	{"subss", host_subss, soft_subss, fp_rand_f32},
	{"mulss", host_mulss, soft_mulss, fp_rand_f32},
	{"divss", host_divss, soft_divss, fp_rand_f32},
	{"minss", host_minss, soft_minss, fp_rand_f32},
	{"maxss", host_maxss, soft_maxss, fp_rand_f32},
	{"sqrtss", host_sqrtss, soft_sqrtss, fp_rand_f32},
	{"roundss_0", host_roundss_0, soft_roundss_0, fp_rand_f32},
	{"roundss_1", host_roundss_1, soft_roundss_1, fp_rand_f32},
	{"roundss_2", host_roundss_2, soft_roundss_2, fp_rand_f32},
	{"roundss_3", host_roundss_3, soft_roundss_3, fp_rand_f32},
	{"roundss_4", host_roundss_4, soft_roundss_4, fp_rand_f32},
	{"roundss_12", host_roundss_12, soft_roundss_12, fp_rand_f32},
	{"comiss", host_comiss, soft_comiss, fp_rand_f32},
	{"ucomiss", host_ucomiss, soft_ucomiss, fp_rand_f32},
	{"cvtss2si32", host_cvtss2si32, soft_cvtss2si32, fp_rand_f32},
	{"cvttss2si32", host_cvttss2si32, soft_cvttss2si32, fp_rand_f32},
	{"cvtsi322ss", host_cvtsi322ss, soft_cvtsi322ss, rand_int},
	{"cvtss2si64", host_cvtss2si64, soft_cvtss2si64, fp_rand_f32},
	{"cvttss2si64", host_cvttss2si64, soft_cvttss2si64, fp_rand_f32},
	{"cvtsi642ss", host_cvtsi642ss, soft_cvtsi642ss, rand_int},
	{"addsd", host_addsd, soft_addsd, fp_rand_f64},
	{"subsd", host_subsd, soft_subsd, fp_rand_f64},
	{"mulsd", host_mulsd, soft_mulsd, fp_rand_f64},
	{"divsd", host_divsd, soft_divsd, fp_rand_f64},
	{"minsd", host_minsd, soft_minsd, fp_rand_f64},
	{"maxsd", host_maxsd, soft_maxsd, fp_rand_f64},
	{"sqrtsd", host_sqrtsd, soft_sqrtsd, fp_rand_f64},
	{"roundsd_0", host_roundsd_0, soft_roundsd_0, fp_rand_f64},
	{"roundsd_1", host_roundsd_1, soft_roundsd_1, fp_rand_f64},
	{"roundsd_2", host_roundsd_2, soft_roundsd_2, fp_rand_f64},
	{"roundsd_3", host_roundsd_3, soft_roundsd_3, fp_rand_f64},
	{"roundsd_4", host_roundsd_4, soft_roundsd_4, fp_rand_f64},
	{"roundsd_12", host_roundsd_12, soft_roundsd_12, fp_rand_f64},
	{"comisd", host_comisd, soft_comisd, fp_rand_f64},
	{"ucomisd", host_ucomisd, soft_ucomisd, fp_rand_f64},
	{"cvtsd2si32", host_cvtsd2si32, soft_cvtsd2si32, fp_rand_f64},
	{"cvttsd2si32", host_cvttsd2si32, soft_cvttsd2si32, fp_rand_f64},
	{"cvtsi322sd", host_cvtsi322sd, soft_cvtsi322sd, rand_int},
	{"cvtsd2si64", host_cvtsd2si64, soft_cvtsd2si64, fp_rand_f64},
	{"cvttsd2si64", host_cvttsd2si64, soft_cvttsd2si64, fp_rand_f64},
	{"cvtsi642sd", host_cvtsi642sd, soft_cvtsi642sd, rand_int},
	{"cvtss2sd", host_cvtss2sd, soft_cvtss2sd, fp_rand_f32},
	{"cvtsd2ss", host_cvtsd2ss, soft_cvtsd2ss, fp_rand_f64},
};

static const struct sse_op vex_ops[] = {
	{"vfmadd213ss", host_vfmadd213ss, soft_vfmadd213ss, fp_rand_f32},
	{"vfmadd132ss", host_vfmadd132ss, soft_vfmadd132ss, fp_rand_f32},
	{"vfmadd231ss", host_vfmadd231ss, soft_vfmadd231ss, fp_rand_f32},
	{"vfmadd213sd", host_vfmadd213sd, soft_vfmadd213sd, fp_rand_f64},
	{"vfmadd132sd", host_vfmadd132sd, soft_vfmadd132sd, fp_rand_f64},
	{"vfmadd231sd", host_vfmadd231sd, soft_vfmadd231sd, fp_rand_f64},
	{"vcvtph2ps", host_vcvtph2ps, soft_vcvtph2ps, fp_rand_f16},
	{"vcvtps2ph", host_vcvtps2ph, soft_vcvtps2ph, fp_rand_f32},
};

static struct fp_env env_of(u32 mxcsr)
{
	return (struct fp_env){
		.rule = FP_RULE_SSE,
		.round = mxcsr >> 13 & 3,
		.masks = mxcsr >> 7 & 0x3f,
		.daz = mxcsr >> 6 & 1,
		.ftz = mxcsr >> 15 & 1,
	};
}

static void run_op(const struct sse_op *op, unsigned n, u64 seed)
{
	struct fp_rand rand = {seed};
	unsigned wrong = 0;

	for (unsigned i = 0; i < n && wrong < 8; i++) {
		u64 r = fp_rand_next(&rand);
		u32 mxcsr = 0x1f80 | (u32)(r & 3) << 13 | (r >> 2 & 7 ? 0 : (r >> 5 & 1) << 15 | (r >> 6 & 1) << 6);
		struct host_sse h = {op->operand(&rand), op->operand(&rand), op->operand(&rand), 0, mxcsr};
		struct fp_env e = env_of(mxcsr);
		u64 soft = op->soft(&h, &e);

		op->host(&h);
		if (soft != h.r || e.flags != (h.mxcsr & 0x3f)) {
			cr_expect_fail("%s mxcsr=%x", op->name, mxcsr);
			cr_expect_fail("%" PRIx64 " %" PRIx64 " %" PRIx64, h.a, h.b, h.c);
			cr_expect_fail("host %" PRIx64 " flags %x", h.r, h.mxcsr & 0x3f);
			cr_expect_fail("ours %" PRIx64 " flags %x", soft, e.flags);
			wrong++;
		}
	}
}

static void run_ops(const struct sse_op *table, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		run_op(&table[i], RUNS, i + 1);
}

Test(fp_host_sse, same_as_processor)
{
	run_ops(ops, countof(ops));
}

Test(fp_host_sse, fma_f16c_same_as_processor)
{
	if (__builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2"))
		run_ops(vex_ops, countof(vex_ops));
	else
		cr_skip_test("the processor has no FMA and F16C");
}

#endif
