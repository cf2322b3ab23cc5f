/* SPDX-License-Identifier: MIT */
/* What MMX, SSE and (later) VEX instructions share: availability checks, registers, 128-bit memory operands, and
 * elements of a register as shifts of 64-bit words, so that nothing depends on the host's byte order. Meanings are
 * written as functions on values (u64 or struct xmm), which any encoding can wrap. SDM vol. 1 chapters 9 to 12. */
#ifndef CPU_X86_VEC_H
#define CPU_X86_VEC_H

#include "cpu/lane.h"
#include "cpu/x86/operand.h"

/* One 128-bit lane: an XMM register, or either half of a YMM register. q[0] holds bits 0-63. */
struct xmm {
	u64 q[2];
};

ALWAYS_INLINE struct xmm xmm_make(u64 lo, u64 hi)
{
	return (struct xmm){ { lo, hi } };
}

/* ---- may it run? --------------------------------------------------------------------------------------- */

COLD void x86_sse_unavailable(struct x86 *c);
COLD void x86_mmx_unavailable(struct x86 *c);

/* SDM vol. 2, 2.5: #UD if CR0.EM or not CR4.OSFXSR, then #NM if CR0.TS. */
ALWAYS_INLINE void x86_sse_check(struct x86 *c)
{
	if (unlikely((c->cr0 & (CR0_EM | CR0_TS)) | (~c->cr4 & CR4_OSFXSR)))
		x86_sse_unavailable(c);
}

/* SDM vol. 3, 12.1 and table 12-1: #UD if CR0.EM, #NM if CR0.TS, #MF or FERR# if an x87 exception is pending
 * (FSW.ES). */
ALWAYS_INLINE void x86_mmx_check(struct x86 *c)
{
	if (unlikely((c->cr0 & (CR0_EM | CR0_TS)) | (c->x87.sw & 0x80)))
		x86_mmx_unavailable(c);
}

/* ---- MMX registers ------------------------------------------------------------------------------------- */

/* Every MMX instruction but EMMS leaves TOP = 0 and all tags valid (SDM vol. 1, 9.5.1). Call it when nothing can
 * fault any more. */
ALWAYS_INLINE void mmx_enter(struct x86 *c)
{
	c->x87.sw &= (u16)~0x3800u;
	c->x87.valid = 0xff;
}

ALWAYS_INLINE u64 mmx_get(const struct x86 *c, unsigned n)
{
	return c->x87.r[n & 7].sig;
}

/* Sign and exponent become all ones (SDM vol. 1, 9.2.2). */
ALWAYS_INLINE void mmx_set(struct x86 *c, unsigned n, u64 v)
{
	c->x87.r[n & 7] = f80_make(0xffff, v);
	mmx_enter(c);
}

/* ---- XMM registers ------------------------------------------------------------------------------------- */

ALWAYS_INLINE struct xmm xmm_get(const struct x86 *c, unsigned n)
{
	return xmm_make(c->v[n].q[0], c->v[n].q[1]);
}

/* Legacy SSE: bits 128 and up stay. */
ALWAYS_INLINE void xmm_set(struct x86 *c, unsigned n, struct xmm v)
{
	c->v[n].q[0] = v.q[0];
	c->v[n].q[1] = v.q[1];
}

/* ---- memory -------------------------------------------------------------------------------------------- */

COLD struct xmm x86_read128_slow(struct x86 *c, unsigned seg, u64 ea);
COLD void x86_write128_slow(struct x86 *c, unsigned seg, u64 ea, struct xmm v);

ALWAYS_INLINE struct xmm x86_read128(struct x86 *c, unsigned seg, u64 ea)
{
	const struct seg *s = &c->seg[seg];

	if (likely(ea + 16 <= s->rmax)) {
		const u8 *p = tlb_read(&c->cpu.tlb, (s->ebase + ea) & c->la_mask, 16);

		if (likely(p != NULL))
			return xmm_make(load_le64(p), load_le64(p + 8));
	}
	return x86_read128_slow(c, seg, ea);
}

/* All 16 bytes or, on a fault, none. */
ALWAYS_INLINE void x86_write128(struct x86 *c, unsigned seg, u64 ea, struct xmm v)
{
	const struct seg *s = &c->seg[seg];

	if (likely(ea + 16 <= s->wmax)) {
		u8 *p = tlb_write(&c->cpu.tlb, (s->ebase + ea) & c->la_mask, 16);

		if (likely(p != NULL)) {
			store_le64(p, v.q[0]);
			store_le64(p + 8, v.q[1]);
			return;
		}
	}
	x86_write128_slow(c, seg, ea, v);
}

/* #GP(0) unless the linear address is a multiple of 16 (SDM vol. 2, 2.4). */
ALWAYS_INLINE void x86_check_align16(struct x86 *c, unsigned seg, u64 ea)
{
	if (unlikely((c->seg[seg].ebase + ea) & 15))
		x86_gp(c, 0);
}

/* ---- operands: P, Q (MMX) and V, W (XMM) --------------------------------------------------------------- */

/* Q, or the low `bytes` of it in memory. */
ALWAYS_INLINE u64 mmx_get_e(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	if (mem)
		return x86_read(c, i->f[F_SEG], x86_ea(c, i), bytes);
	return mmx_get(c, i->f[F_RM]);
}

/* W of 128 bits, aligned in memory. */
ALWAYS_INLINE struct xmm xmm_get_e(struct x86 *c, const struct insn *i, bool mem)
{
	if (mem) {
		u64 ea = x86_ea(c, i);

		x86_check_align16(c, i->f[F_SEG], ea);
		return x86_read128(c, i->f[F_SEG], ea);
	}
	return xmm_get(c, i->f[F_RM]);
}

/* The low `bytes` (2, 4, 8) of W, any alignment; from a register possibly with more above. */
ALWAYS_INLINE u64 xmm_get_low_e(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	if (mem)
		return x86_read(c, i->f[F_SEG], x86_ea(c, i), bytes);
	return c->v[i->f[F_RM]].q[0];
}

#endif
