/* SPDX-License-Identifier: MIT */
/* SSE comparisons: to masks of ones and zeros (CMPPS ...) and to ZF, PF, CF (COMISS ...). SDM vol. 2, CMPPD to
 * CMPSS, COMISD, COMISS, UCOMISD, UCOMISS. */
#include "cpu/x86/sse_env.h"

/* ---- to masks: the legacy forms have the first eight predicates, imm8[7:3] don't count ----------------- */

ALWAYS_INLINE u64 mask_f32(u64 a, u64 b, unsigned predicate, struct fp_env *e)
{
	return f32_cmp_pred((u32)a, (u32)b, predicate, e) ? 0xffffffff : 0;
}

ALWAYS_INLINE u64 mask_f64(u64 a, u64 b, unsigned predicate, struct fp_env *e)
{
	return f64_cmp_pred(a, b, predicate, e) ? ~0ull : 0;
}

ALWAYS_INLINE u64 mask_f32_pair(u64 a, u64 b, unsigned predicate, struct fp_env *e)
{
	u64 low = mask_f32(a, b, predicate, e);

	return low | mask_f32(a >> 32, b >> 32, predicate, e) << 32;
}

ALWAYS_INLINE void sse_compare_packed(struct x86 *c, const struct insn *i, bool mem,
	u64 (*f)(u64, u64, unsigned, struct fp_env *))
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem), a = xmm_get(c, i->f[F_REG]);
	struct fp_env e;

	sse_begin(c, &e);
	a.q[0] = f(a.q[0], b.q[0], i->imm32 & 7, &e);
	a.q[1] = f(a.q[1], b.q[1], i->imm32 & 7, &e);
	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], a);
}
SIZED_RM(cmpps, sse_compare_packed, mask_f32_pair)
SIZED_RM(cmppd, sse_compare_packed, mask_f64)

ALWAYS_INLINE void sse_compare_scalar(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	u64 *v = c->v[i->f[F_REG]].q;

	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, bytes);
	struct fp_env e;

	sse_begin(c, &e);
	b = bytes == 4 ? mask_f32(v[0], b, i->imm32 & 7, &e) : mask_f64(v[0], b, i->imm32 & 7, &e);
	sse_end(c, &e);
	lane_set(v, 0, bytes * 8, b);
}
SIZED_RM(cmpss, sse_compare_scalar, 4)
SIZED_RM(cmpsd, sse_compare_scalar, 8)

/* ---- to flags ------------------------------------------------------------------------------------------ */

ALWAYS_INLINE void sse_compare_flags(struct x86 *c, const struct insn *i, bool mem, unsigned bytes, bool signal)
{
	u64 a = c->v[i->f[F_REG]].q[0];

	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, bytes);
	struct fp_env e;

	sse_begin(c, &e);
	enum fp_order order = bytes == 4 ? f32_cmp((u32)a, (u32)b, signal, &e) : f64_cmp(a, b, signal, &e);

	sse_end(c, &e);
	switch (order) {
	case FP_UNORDERED:
		x86_set_oszapc(c, FL_ZF | FL_PF | FL_CF);
		break;
	case FP_LESS:
		x86_set_oszapc(c, FL_CF);
		break;
	case FP_EQUAL:
		x86_set_oszapc(c, FL_ZF);
		break;
	default:
		x86_set_oszapc(c, 0);
		break;
	}
}
SIZED_RM(ucomiss, sse_compare_flags, 4, false)
SIZED_RM(ucomisd, sse_compare_flags, 8, false)
SIZED_RM(comiss, sse_compare_flags, 4, true)
SIZED_RM(comisd, sse_compare_flags, 8, true)

static const struct insn_row rows[] = {
	{"NP 0F C2 /r ib", "cmpps Vdq,Wdq,Ib", SIZES_RM(cmpps), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F C2 /r ib", "cmppd Vdq,Wdq,Ib", SIZES_RM(cmppd), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F C2 /r ib", "cmpss Vd,Wd,Ib", SIZES_RM(cmpss), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F C2 /r ib", "cmpsd Vq,Wq,Ib", SIZES_RM(cmpsd), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 2E /r", "ucomiss Vd,Wd", SIZES_RM(ucomiss), .attr = SSE, .feature = FEAT_SSE, .flags_out = FL_OSZAPC},
	{"66 0F 2E /r", "ucomisd Vq,Wq", SIZES_RM(ucomisd), .attr = SSE, .feature = FEAT_SSE2, .flags_out = FL_OSZAPC},
	{"NP 0F 2F /r", "comiss Vd,Wd", SIZES_RM(comiss), .attr = SSE, .feature = FEAT_SSE, .flags_out = FL_OSZAPC},
	{"66 0F 2F /r", "comisd Vq,Wq", SIZES_RM(comisd), .attr = SSE, .feature = FEAT_SSE2, .flags_out = FL_OSZAPC},
};

const struct insn_group x86_group_sse_compare = {
	"sse_compare", rows, countof(rows), "Intel SDM vol. 2: CMPPD CMPPS CMPSD CMPSS COMISD COMISS UCOMISD UCOMISS",
};
