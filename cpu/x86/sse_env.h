/* SPDX-License-Identifier: MIT */
/* Floating-point instructions of SSE around the pure functions of cpu/fp: rounding, masks and modes from MXCSR, flags
 * back into it, #XM before anything is stored. SDM vol. 1, 10.2.3, 11.5.2 and 11.5.3. */
#ifndef CPU_X86_SSE_ENV_H
#define CPU_X86_SSE_ENV_H

#include "cpu/fp/fp.h"
#include "cpu/x86/vec_exec.h"

enum { MXCSR_DAZ = 1 << 6, MXCSR_MASKS_SHIFT = 7, MXCSR_RC_SHIFT = 13, MXCSR_FTZ = 1 << 15 };

/* Filled in place: a copy would read back in one piece what was just stored in several. */
ALWAYS_INLINE void sse_begin(const struct x86 *c, struct fp_env *e)
{
	u32 m = c->mxcsr;

	memset(e, 0, sizeof(*e));
	e->round = m >> MXCSR_RC_SHIFT & 3;
	e->masks = m >> MXCSR_MASKS_SHIFT & FP_ALL;
	e->rule = FP_RULE_SSE;
	e->daz = m & MXCSR_DAZ;
	e->ftz = m & MXCSR_FTZ;
}

COLD void x86_sse_unmasked(struct x86 *c);

/* After all elements, before the destination changes: flags become sticky, an unmasked one raises #XM (or #UD). */
ALWAYS_INLINE void sse_end(struct x86 *c, const struct fp_env *e)
{
	u8 flags = fp_sse_flags(e->flags, e->masks);

	c->mxcsr |= flags;
	if (unlikely(flags & ~e->masks))
		x86_sse_unmasked(c);
}

/* ---- two and four elements at once --------------------------------------------------------------------- */

/* The operations of fp.h that take two numbers. */
#define F32_BINARY u32 (*f)(u32, u32, struct fp_env *)
#define F64_BINARY u64 (*f)(u64, u64, struct fp_env *)

ALWAYS_INLINE u64 f32_pair(u64 a, u64 b, F32_BINARY, struct fp_env *e)
{
	u64 low = f((u32)a, (u32)b, e);

	return low | (u64)f((u32)(a >> 32), (u32)(b >> 32), e) << 32;
}

ALWAYS_INLINE struct xmm f32_lane(struct xmm a, struct xmm b, F32_BINARY, struct fp_env *e)
{
	u64 low = f32_pair(a.q[0], b.q[0], f, e);

	return xmm_make(low, f32_pair(a.q[1], b.q[1], f, e));
}

ALWAYS_INLINE struct xmm f64_lane(struct xmm a, struct xmm b, F64_BINARY, struct fp_env *e)
{
	u64 low = f(a.q[0], b.q[0], e);

	return xmm_make(low, f(a.q[1], b.q[1], e));
}

/* ---- handlers: V = f(V, W) in the four shapes ---------------------------------------------------------- */

ALWAYS_INLINE void sse_ps(struct x86 *c, const struct insn *i, bool mem, F32_BINARY)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);
	struct fp_env e;

	sse_begin(c, &e);
	struct xmm r = f32_lane(xmm_get(c, i->f[F_REG]), b, f, &e);

	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], r);
}

ALWAYS_INLINE void sse_pd(struct x86 *c, const struct insn *i, bool mem, F64_BINARY)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);
	struct fp_env e;

	sse_begin(c, &e);
	struct xmm r = f64_lane(xmm_get(c, i->f[F_REG]), b, f, &e);

	sse_end(c, &e);
	xmm_set(c, i->f[F_REG], r);
}

ALWAYS_INLINE void sse_ss(struct x86 *c, const struct insn *i, bool mem, F32_BINARY)
{
	u64 *v = c->v[i->f[F_REG]].q;

	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, 4);
	struct fp_env e;

	sse_begin(c, &e);
	u32 r = f((u32)v[0], (u32)b, &e);

	sse_end(c, &e);
	lane_set(v, 0, 32, r);
}

ALWAYS_INLINE void sse_sd(struct x86 *c, const struct insn *i, bool mem, F64_BINARY)
{
	u64 *v = c->v[i->f[F_REG]].q;

	x86_sse_check(c);
	u64 b = xmm_get_low_e(c, i, mem, 8);
	struct fp_env e;

	sse_begin(c, &e);
	u64 r = f(v[0], b, &e);

	sse_end(c, &e);
	v[0] = r;
}

#endif
