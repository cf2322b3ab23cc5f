/* SPDX-License-Identifier: MIT */
/* SSE floating-point arithmetic: add, subtract, multiply, divide, square root, minimum, maximum, approximations,
 * alternating and horizontal sums, dot products, rounding to integers. The numbers are cpu/fp's business; here are
 * the shapes. SDM vol. 2, ADDPD to SUBSS. */
#include "cpu/x86/sse_env.h"

/* ---- add, subtract, multiply, divide, minimum, maximum ------------------------------------------------- */

#define SIZED_FP(name, operation) \
	SIZED_RM(name##ps, sse_ps, f32_##operation) \
	SIZED_RM(name##pd, sse_pd, f64_##operation) \
	SIZED_RM(name##ss, sse_ss, f32_##operation) \
	SIZED_RM(name##sd, sse_sd, f64_##operation)

SIZED_FP(add, add)
SIZED_FP(sub, sub)
SIZED_FP(mul, mul)
SIZED_FP(div, div)
SIZED_FP(min, min)
SIZED_FP(max, max)

/* ---- square root and approximations: functions of the source alone ------------------------------------- */

ALWAYS_INLINE u32 f32_root(u32 a, u32 b, struct fp_env *e)
{
	(void)a;
	return f32_sqrt(b, e);
}

ALWAYS_INLINE u64 f64_root(u64 a, u64 b, struct fp_env *e)
{
	(void)a;
	return f64_sqrt(b, e);
}
SIZED_FP(sqrt, root)

ALWAYS_INLINE u32 reciprocal(u32 a, u32 b, struct fp_env *e)
{
	(void)a;
	(void)e;
	return f32_rcp_approx(b);
}

ALWAYS_INLINE u32 reciprocal_root(u32 a, u32 b, struct fp_env *e)
{
	(void)a;
	(void)e;
	return f32_rsqrt_approx(b);
}
SIZED_RM(rcpps, sse_ps, reciprocal)
SIZED_RM(rcpss, sse_ss, reciprocal)
SIZED_RM(rsqrtps, sse_ps, reciprocal_root)
SIZED_RM(rsqrtss, sse_ss, reciprocal_root)

/* ---- ADDSUB, HADD, HSUB -------------------------------------------------------------------------------- */

/* Elements 0 and 2 are subtracted, 1 and 3 added. */
static u64 add_sub_pair(u64 a, u64 b, struct fp_env *e)
{
	u64 low = f32_sub((u32)a, (u32)b, e);

	return low | (u64)f32_add((u32)(a >> 32), (u32)(b >> 32), e) << 32;
}

static struct xmm add_sub_ps(struct xmm a, struct xmm b, struct fp_env *e)
{
	u64 low = add_sub_pair(a.q[0], b.q[0], e);

	return xmm_make(low, add_sub_pair(a.q[1], b.q[1], e));
}

static struct xmm add_sub_pd(struct xmm a, struct xmm b, struct fp_env *e)
{
	u64 low = f64_sub(a.q[0], b.q[0], e);

	return xmm_make(low, f64_add(a.q[1], b.q[1], e));
}

/* Neighbours: the lower one is the first operand. */
ALWAYS_INLINE u64 horizontal_pair(u64 a, u64 b, F32_BINARY, struct fp_env *e)
{
	u64 low = f((u32)a, (u32)(a >> 32), e);

	return low | (u64)f((u32)b, (u32)(b >> 32), e) << 32;
}

ALWAYS_INLINE struct xmm horizontal_ps(struct xmm a, struct xmm b, F32_BINARY, struct fp_env *e)
{
	u64 low = horizontal_pair(a.q[0], a.q[1], f, e);

	return xmm_make(low, horizontal_pair(b.q[0], b.q[1], f, e));
}

ALWAYS_INLINE struct xmm horizontal_pd(struct xmm a, struct xmm b, F64_BINARY, struct fp_env *e)
{
	u64 low = f(a.q[0], a.q[1], e);

	return xmm_make(low, f(b.q[0], b.q[1], e));
}

static struct xmm hadd_ps(struct xmm a, struct xmm b, struct fp_env *e)
{
	return horizontal_ps(a, b, f32_add, e);
}

static struct xmm hsub_ps(struct xmm a, struct xmm b, struct fp_env *e)
{
	return horizontal_ps(a, b, f32_sub, e);
}

static struct xmm hadd_pd(struct xmm a, struct xmm b, struct fp_env *e)
{
	return horizontal_pd(a, b, f64_add, e);
}

static struct xmm hsub_pd(struct xmm a, struct xmm b, struct fp_env *e)
{
	return horizontal_pd(a, b, f64_sub, e);
}

ALWAYS_INLINE void sse_whole(struct x86 *c, const struct insn *i, bool mem,
	struct xmm (*f)(struct xmm, struct xmm, struct fp_env *))
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);
	struct fp_env e;

	sse_begin(c, &e);
	struct xmm r = f(xmm_get(c, i->f[F_REG]), b, &e);

	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], r);
}
SIZED_RM(addsubps, sse_whole, add_sub_ps)
SIZED_RM(addsubpd, sse_whole, add_sub_pd)
SIZED_RM(haddps, sse_whole, hadd_ps)
SIZED_RM(haddpd, sse_whole, hadd_pd)
SIZED_RM(hsubps, sse_whole, hsub_ps)
SIZED_RM(hsubpd, sse_whole, hsub_pd)

/* ---- DPPS, DPPD ---------------------------------------------------------------------------------------- */

/* imm8[7:4] choose the products, imm8[3:0] where the sum goes. Each multiplication and each addition is an operation of
 * its own, with its own exceptions, in this order (SDM vol. 2, DPPS): an unmasked one ends it there. */
ALWAYS_INLINE void sse_dpps(struct x86 *c, const struct insn *i, bool mem, unsigned imm)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem), a = xmm_get(c, i->f[F_REG]);
	struct fp_env e;

	sse_begin(c, &e);
	u32 product[4] = {0, 0, 0, 0};

	for (unsigned n = 0; n < 4; n++)
		if (imm >> (4 + n) & 1)
			product[n] = f32_mul((u32)lane_get(a.q, n, 32), (u32)lane_get(b.q, n, 32), &e);
	sse_end(c, &e);
	u32 low = f32_add(product[0], product[1], &e), high = f32_add(product[2], product[3], &e);

	sse_end(c, &e);
	u64 sum = f32_add(low, high, &e);

	sse_end(c, &e);
	a = xmm_make((imm & 1 ? sum : 0) | (imm & 2 ? sum << 32 : 0), (imm & 4 ? sum : 0) | (imm & 8 ? sum << 32 : 0));
	xmm_set(c, i->f[F_REG], a);
}

ALWAYS_INLINE void sse_dppd(struct x86 *c, const struct insn *i, bool mem, unsigned imm)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem), a = xmm_get(c, i->f[F_REG]);
	struct fp_env e;

	sse_begin(c, &e);
	u64 low = imm & 0x10 ? f64_mul(a.q[0], b.q[0], &e) : 0;
	u64 high = imm & 0x20 ? f64_mul(a.q[1], b.q[1], &e) : 0;

	sse_end(c, &e);
	u64 sum = f64_add(low, high, &e);

	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], xmm_make(imm & 1 ? sum : 0, imm & 2 ? sum : 0));
}
SIZED_RM(dpps, sse_dpps, (u8)i->imm32)
SIZED_RM(dppd, sse_dppd, (u8)i->imm32)

/* ---- ROUND --------------------------------------------------------------------------------------------- */

/* imm8[1:0] is the mode unless imm8[2] says MXCSR's; imm8[3] keeps PE quiet. */
ALWAYS_INLINE unsigned round_mode(const struct fp_env *e, unsigned imm)
{
	return imm & 4 ? e->round : imm & 3;
}

ALWAYS_INLINE u32 round_f32(u64 a, unsigned imm, struct fp_env *e)
{
	return f32_round_int((u32)a, round_mode(e, imm), !(imm & 8), e);
}

ALWAYS_INLINE u64 round_f64(u64 a, unsigned imm, struct fp_env *e)
{
	return f64_round_int(a, round_mode(e, imm), !(imm & 8), e);
}

ALWAYS_INLINE u64 round_f32_pair(u64 a, unsigned imm, struct fp_env *e)
{
	u64 low = round_f32(a, imm, e);

	return low | (u64)round_f32(a >> 32, imm, e) << 32;
}

ALWAYS_INLINE void sse_round_packed(struct x86 *c, const struct insn *i, bool mem,
	u64 (*f)(u64, unsigned, struct fp_env *))
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);
	struct fp_env e;

	sse_begin(c, &e);
	b.q[0] = f(b.q[0], (u8)i->imm32, &e);
	b.q[1] = f(b.q[1], (u8)i->imm32, &e);
	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], b);
}
SIZED_RM(roundps, sse_round_packed, round_f32_pair)
SIZED_RM(roundpd, sse_round_packed, round_f64)

ALWAYS_INLINE void sse_round_scalar(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, bytes);
	struct fp_env e;

	sse_begin(c, &e);
	b = bytes == 4 ? round_f32(b, (u8)i->imm32, &e) : round_f64(b, (u8)i->imm32, &e);
	sse_end(c, &e);
	lane_set(c->v[i->f[F_REG]].q, 0, bytes * 8, b);
}
SIZED_RM(roundss, sse_round_scalar, 4)
SIZED_RM(roundsd, sse_round_scalar, 8)

static const struct insn_row rows[] = {
	{"NP 0F 51 /r", "sqrtps Vdq,Wdq", SIZES_RM(sqrtps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 51 /r", "sqrtpd Vdq,Wdq", SIZES_RM(sqrtpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 51 /r", "sqrtss Vd,Wd", SIZES_RM(sqrtss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 51 /r", "sqrtsd Vq,Wq", SIZES_RM(sqrtsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 58 /r", "addps Vdq,Wdq", SIZES_RM(addps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 58 /r", "addpd Vdq,Wdq", SIZES_RM(addpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 58 /r", "addss Vd,Wd", SIZES_RM(addss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 58 /r", "addsd Vq,Wq", SIZES_RM(addsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 59 /r", "mulps Vdq,Wdq", SIZES_RM(mulps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 59 /r", "mulpd Vdq,Wdq", SIZES_RM(mulpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 59 /r", "mulss Vd,Wd", SIZES_RM(mulss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 59 /r", "mulsd Vq,Wq", SIZES_RM(mulsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 5C /r", "subps Vdq,Wdq", SIZES_RM(subps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 5C /r", "subpd Vdq,Wdq", SIZES_RM(subpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 5C /r", "subss Vd,Wd", SIZES_RM(subss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 5C /r", "subsd Vq,Wq", SIZES_RM(subsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 5D /r", "minps Vdq,Wdq", SIZES_RM(minps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 5D /r", "minpd Vdq,Wdq", SIZES_RM(minpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 5D /r", "minss Vd,Wd", SIZES_RM(minss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 5D /r", "minsd Vq,Wq", SIZES_RM(minsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 5E /r", "divps Vdq,Wdq", SIZES_RM(divps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 5E /r", "divpd Vdq,Wdq", SIZES_RM(divpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 5E /r", "divss Vd,Wd", SIZES_RM(divss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 5E /r", "divsd Vq,Wq", SIZES_RM(divsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 5F /r", "maxps Vdq,Wdq", SIZES_RM(maxps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 5F /r", "maxpd Vdq,Wdq", SIZES_RM(maxpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 5F /r", "maxss Vd,Wd", SIZES_RM(maxss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 5F /r", "maxsd Vq,Wq", SIZES_RM(maxsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 52 /r", "rsqrtps Vdq,Wdq", SIZES_RM(rsqrtps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"F3 0F 52 /r", "rsqrtss Vd,Wd", SIZES_RM(rsqrtss), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F 53 /r", "rcpps Vdq,Wdq", SIZES_RM(rcpps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"F3 0F 53 /r", "rcpss Vd,Wd", SIZES_RM(rcpss), .attr = SSE, .feature = FEAT_SSE},
	{"66 0F D0 /r", "addsubpd Vdq,Wdq", SIZES_RM(addsubpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"F2 0F D0 /r", "addsubps Vdq,Wdq", SIZES_RM(addsubps), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"66 0F 7C /r", "haddpd Vdq,Wdq", SIZES_RM(haddpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"F2 0F 7C /r", "haddps Vdq,Wdq", SIZES_RM(haddps), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"66 0F 7D /r", "hsubpd Vdq,Wdq", SIZES_RM(hsubpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"F2 0F 7D /r", "hsubps Vdq,Wdq", SIZES_RM(hsubps), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"66 0F 3A 40 /r ib", "dpps Vdq,Wdq,Ib", SIZES_RM(dpps), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 3A 41 /r ib", "dppd Vdq,Wdq,Ib", SIZES_RM(dppd), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 3A 08 /r ib", "roundps Vdq,Wdq,Ib", SIZES_RM(roundps), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 3A 09 /r ib", "roundpd Vdq,Wdq,Ib", SIZES_RM(roundpd), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"66 0F 3A 0A /r ib", "roundss Vd,Wd,Ib", SIZES_RM(roundss), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 3A 0B /r ib", "roundsd Vq,Wq,Ib", SIZES_RM(roundsd), .attr = SSE, .feature = FEAT_SSE41},
};

const struct insn_group x86_group_sse_fp = {
	"sse_fp", rows, countof(rows),
	"Intel SDM vol. 2: ADD ADDSUB DIV DP HADD HSUB MAX MIN MUL RCP ROUND RSQRT SQRT SUB (PS PD SS SD)",
};
