/* SPDX-License-Identifier: MIT */
/* Exec handlers from meanings: check, fetch the operands, apply a function on values, store. The function comes as a
 * constant argument and vanishes into the handler. The macros only name the memory and the register form.
 * SDM vol. 2, 2.4 (classes of exceptions) and 3.1.1. */
#ifndef CPU_X86_VEC_EXEC_H
#define CPU_X86_VEC_EXEC_H

#include "cpu/lanes_pair.h"
#include "cpu/x86/vec.h"

/* ---- names: body(c, i, mem, ...) becomes name_m and name_r --------------------------------------------- */

#define SIZED_FORM(name, body, mem, ...) \
	static void name(struct cpu *cpu, const struct insn *i) \
	{ \
		body(x86_from(cpu), i, mem, __VA_ARGS__); \
		cpu_next(cpu, i); \
	}
#define SIZED_FORM_OF(name, suffix, mem, body, ...) SIZED_FORM(name##suffix, body, mem, __VA_ARGS__)
#define SIZED_RM(name, ...) SIZED_FORM_OF(name, _m, true, __VA_ARGS__) SIZED_FORM_OF(name, _r, false, __VA_ARGS__)
#define SIZES_RM(name) {name##_m, name##_m, name##_m, name##_m, name##_r, name##_r, name##_r, name##_r}

/* An instruction on elements that MMX and SSE share: name_p (Pq, Qq) and name_v (Vdq, Wdq). */
#define SIZED_LANES(name, ...) \
	SIZED_RM(name##_p, mmx_lanes, __VA_ARGS__) \
	SIZED_RM(name##_v, xmm_lanes, __VA_ARGS__)
/* The same for one on pairs of words. */
#define SIZED_PAIRS(name, ...) \
	SIZED_RM(name##_p, mmx_lanes, __VA_ARGS__) \
	SIZED_RM(name##_v, xmm_pairs, __VA_ARGS__)

/* ---- P = f(P, Q) and V = f(V, W) ----------------------------------------------------------------------- */

ALWAYS_INLINE void mmx_lanes(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned), unsigned w)
{
	x86_mmx_check(c);
	u64 b = mmx_get_e(c, i, mem, 8);

	mmx_set(c, i->f[F_REG], f(mmx_get(c, i->f[F_REG]), b, w));
}

/* Every word on its own. */
ALWAYS_INLINE void xmm_lanes(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned), unsigned w)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem), a = xmm_get(c, i->f[F_REG]);

	xmm_set(c, i->f[F_REG], xmm_make(f(a.q[0], b.q[0], w), f(a.q[1], b.q[1], w)));
}

/* The lower word of the result from the destination, the upper word from the source. */
ALWAYS_INLINE void xmm_pairs(struct x86 *c, const struct insn *i, bool mem, u64 (*f)(u64, u64, unsigned), unsigned w)
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem), a = xmm_get(c, i->f[F_REG]);

	xmm_set(c, i->f[F_REG], xmm_make(f(a.q[0], a.q[1], w), f(b.q[0], b.q[1], w)));
}

/* Anything on a whole lane. */
ALWAYS_INLINE void xmm_whole(struct x86 *c, const struct insn *i, bool mem, struct xmm (*f)(struct xmm, struct xmm))
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);

	xmm_set(c, i->f[F_REG], f(xmm_get(c, i->f[F_REG]), b));
}

/* With an immediate byte. */
ALWAYS_INLINE void xmm_whole_imm(struct x86 *c, const struct insn *i, bool mem,
	struct xmm (*f)(struct xmm, struct xmm, unsigned))
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);

	xmm_set(c, i->f[F_REG], f(xmm_get(c, i->f[F_REG]), b, (u8)i->imm32));
}

/* With XMM0 as the third operand. */
ALWAYS_INLINE void xmm_whole_xmm0(struct x86 *c, const struct insn *i, bool mem,
	struct xmm (*f)(struct xmm, struct xmm, struct xmm))
{
	x86_sse_check(c);
	struct xmm b = xmm_get_e(c, i, mem);

	xmm_set(c, i->f[F_REG], f(xmm_get(c, i->f[F_REG]), b, xmm_get(c, 0)));
}

#endif
