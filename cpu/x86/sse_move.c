/* SPDX-License-Identifier: MIT */
/* SSE moves: whole registers aligned and unaligned, halves, scalars, duplicates, sign masks, masked and non-temporal
 * stores. A non-temporal hint changes nothing here: there is no cache to bypass. SDM vol. 2, LDDQU to MOVUPS;
 * vol. 1, 10.4.6. */
#include "cpu/x86/vec_exec.h"

/* ---- 128 bits ------------------------------------------------------------------------------------------ */

ALWAYS_INLINE void xmm_load(struct x86 *c, const struct insn *i, bool mem, bool aligned)
{
	x86_sse_check(c);
	if (aligned || !mem)
		xmm_set(c, i->f[F_REG], xmm_get_e(c, i, mem));
	else
		xmm_set(c, i->f[F_REG], x86_read128(c, i->f[F_SEG], x86_ea(c, i)));
}

ALWAYS_INLINE void xmm_store(struct x86 *c, const struct insn *i, bool mem, bool aligned)
{
	struct xmm a = xmm_get(c, i->f[F_REG]);

	x86_sse_check(c);
	if (mem) {
		u64 ea = x86_ea(c, i);

		if (aligned)
			x86_check_align16(c, i->f[F_SEG], ea);
		x86_write128(c, i->f[F_SEG], ea, a);
	} else {
		xmm_set(c, i->f[F_RM], a);
	}
}
SIZED_RM(mova_load, xmm_load, true)
SIZED_RM(movu_load, xmm_load, false)
SIZED_RM(mova_store, xmm_store, true)
SIZED_RM(movu_store, xmm_store, false)

/* ---- scalars: from memory the rest is cleared, from a register it stays -------------------------------- */

ALWAYS_INLINE void xmm_load_scalar(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	u64 *v = c->v[i->f[F_REG]].q;

	x86_sse_check(c);
	if (mem)
		xmm_set(c, i->f[F_REG], xmm_make(x86_read(c, i->f[F_SEG], x86_ea(c, i), bytes), 0));
	else
		lane_set(v, 0, bytes * 8, c->v[i->f[F_RM]].q[0]);
}

ALWAYS_INLINE void xmm_store_scalar(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	u64 a = c->v[i->f[F_REG]].q[0];

	x86_sse_check(c);
	if (mem)
		x86_write(c, i->f[F_SEG], x86_ea(c, i), bytes, a);
	else
		lane_set(c->v[i->f[F_RM]].q, 0, bytes * 8, a);
}
SIZED_RM(movss_load, xmm_load_scalar, 4)
SIZED_RM(movsd_load, xmm_load_scalar, 8)
SIZED_RM(movss_store, xmm_store_scalar, 4)
SIZED_RM(movsd_store, xmm_store_scalar, 8)

/* MOVQ between XMM registers clears bits 64-127 too. */
ALWAYS_INLINE void xmm_load_q(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	x86_sse_check(c);
	xmm_set(c, i->f[F_REG], xmm_make(xmm_get_low_e(c, i, mem, bytes), 0));
}

ALWAYS_INLINE void xmm_store_q(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	u64 a = c->v[i->f[F_REG]].q[0];

	x86_sse_check(c);
	if (mem)
		x86_write(c, i->f[F_SEG], x86_ea(c, i), bytes, a);
	else
		xmm_set(c, i->f[F_RM], xmm_make(a, 0));
}
SIZED_RM(movq_load, xmm_load_q, 8)
SIZED_RM(movq_store, xmm_store_q, 8)

/* MOVD, MOVQ with a general register or memory; size is log2 bytes. */
ALWAYS_INLINE void xmm_from_e(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_sse_check(c);
	xmm_set(c, i->f[F_REG], xmm_make(x86_get_e(c, i, size, mem), 0));
}

ALWAYS_INLINE void xmm_to_e(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_sse_check(c);
	x86_set_e(c, i, size, mem, x86_zext(c->v[i->f[F_REG]].q[0], size));
}
SIZED_RM(movd_from, xmm_from_e, 2)
SIZED_RM(movq_from, xmm_from_e, 3)
SIZED_RM(movd_to, xmm_to_e, 2)
SIZED_RM(movq_to, xmm_to_e, 3)

/* ---- halves -------------------------------------------------------------------------------------------- */

/* The register form takes the other half (MOVHLPS, MOVLHPS). */
ALWAYS_INLINE void xmm_load_half(struct x86 *c, const struct insn *i, bool mem, unsigned half)
{
	x86_sse_check(c);
	if (mem)
		c->v[i->f[F_REG]].q[half] = x86_read(c, i->f[F_SEG], x86_ea(c, i), 8);
	else
		c->v[i->f[F_REG]].q[half] = c->v[i->f[F_RM]].q[!half];
}

ALWAYS_INLINE void xmm_store_half(struct x86 *c, const struct insn *i, bool mem, unsigned half)
{
	(void)mem;
	x86_sse_check(c);
	x86_write(c, i->f[F_SEG], x86_ea(c, i), 8, c->v[i->f[F_REG]].q[half]);
}
SIZED_RM(movl_load, xmm_load_half, 0)
SIZED_RM(movh_load, xmm_load_half, 1)
SIZED_FORM(movl_store, xmm_store_half, true, 0)
SIZED_FORM(movh_store, xmm_store_half, true, 1)

/* ---- duplicates ---------------------------------------------------------------------------------------- */

static struct xmm duplicate_even(struct xmm a, struct xmm b)
{
	(void)a;
	return xmm_make((u32)b.q[0] * 0x100000001u, (u32)b.q[1] * 0x100000001u);
}

static struct xmm duplicate_odd(struct xmm a, struct xmm b)
{
	(void)a;
	return xmm_make((b.q[0] >> 32) * 0x100000001u, (b.q[1] >> 32) * 0x100000001u);
}
SIZED_RM(movsldup, xmm_whole, duplicate_even)
SIZED_RM(movshdup, xmm_whole, duplicate_odd)

ALWAYS_INLINE void xmm_load_twice(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	x86_sse_check(c);
	u64 a = xmm_get_low_e(c, i, mem, bytes);

	xmm_set(c, i->f[F_REG], xmm_make(a, a));
}
SIZED_RM(movddup, xmm_load_twice, 8)

/* ---- sign masks ---------------------------------------------------------------------------------------- */

static void movmskps(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct xmm a = xmm_get(c, i->f[F_RM]);

	x86_sse_check(c);
	c->r[i->f[F_REG]] = (a.q[0] >> 31 & 1) | (a.q[0] >> 63) << 1 | (a.q[1] >> 31 & 1) << 2 | (a.q[1] >> 63) << 3;
}

static void movmskpd(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct xmm a = xmm_get(c, i->f[F_RM]);

	x86_sse_check(c);
	c->r[i->f[F_REG]] = a.q[0] >> 63 | (a.q[1] >> 63) << 1;
}

/* ---- MASKMOVDQU, MASKMOVQ ------------------------------------------------------------------------------ */

/* Bytes whose mask byte has its top bit set go to DS:rDI. All are checked first, so that a fault leaves none written;
 * an empty mask touches nothing (SDM vol. 2, MASKMOVDQU: an implementation's choice). */
static void store_masked(struct x86 *c, const struct insn *i, const u64 *v, unsigned mask)
{
	unsigned first = 0, last = 15;
	u64 to = c->r[R_DI];

	if (!mask)
		return;
	while (!(mask >> first & 1))
		first++;
	while (!(mask >> last & 1))
		last--;
	x86_probe_write(c, i->f[F_SEG], x86_wrap_addr(i, to + first), last - first + 1);
	for (unsigned n = first; n <= last; n++)
		if (mask >> n & 1)
			x86_write(c, i->f[F_SEG], x86_wrap_addr(i, to + n), 1, lane_get(v, n, 8));
}

static void maskmovdqu(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct xmm a = xmm_get(c, i->f[F_REG]), mask = xmm_get(c, i->f[F_RM]);

	x86_sse_check(c);
	store_masked(c, i, a.q, lanes_byte_mask(mask.q[0]) | lanes_byte_mask(mask.q[1]) << 8);
}

static void maskmovq(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 a = mmx_get(c, i->f[F_REG]);

	x86_mmx_check(c);
	store_masked(c, i, &a, lanes_byte_mask(mmx_get(c, i->f[F_RM])));
	mmx_enter(c);
}

static const struct insn_row rows[] = {
	{"NP 0F 10 /r", "movups Vdq,Wdq", SIZES_RM(movu_load), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F 11 /r", "movups Wdq,Vdq", SIZES_RM(movu_store), .attr = SSE, .feature = FEAT_SSE},
	{"66 0F 10 /r", "movupd Vdq,Wdq", SIZES_RM(movu_load), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 11 /r", "movupd Wdq,Vdq", SIZES_RM(movu_store), .attr = SSE, .feature = FEAT_SSE2},
	{"F3 0F 10 /r", "movss Vd,Wd", SIZES_RM(movss_load), .attr = SSE, .feature = FEAT_SSE},
	{"F3 0F 11 /r", "movss Wd,Vd", SIZES_RM(movss_store), .attr = SSE, .feature = FEAT_SSE},
	{"F2 0F 10 /r", "movsd Vq,Wq", SIZES_RM(movsd_load), .attr = SSE, .feature = FEAT_SSE2},
	{"F2 0F 11 /r", "movsd Wq,Vq", SIZES_RM(movsd_store), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 12 /r", "movlps Vq,Mq", SIZES_RM(movl_load), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F 12 /r", "movhlps Vq,Uq", SIZES_RM(movl_load), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F 13 /r", "movlps Mq,Vq", SIZES1(movl_store), .attr = SSE, .feature = FEAT_SSE},
	{"66 0F 12 /r", "movlpd Vq,Mq", SIZES_RM(movl_load), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 13 /r", "movlpd Mq,Vq", SIZES1(movl_store), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 16 /r", "movhps Vq,Mq", SIZES_RM(movh_load), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F 16 /r", "movlhps Vq,Uq", SIZES_RM(movh_load), .attr = SSE, .feature = FEAT_SSE},
	{"NP 0F 17 /r", "movhps Mq,Vq", SIZES1(movh_store), .attr = SSE, .feature = FEAT_SSE},
	{"66 0F 16 /r", "movhpd Vq,Mq", SIZES_RM(movh_load), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 17 /r", "movhpd Mq,Vq", SIZES1(movh_store), .attr = SSE, .feature = FEAT_SSE2},
	{"F3 0F 12 /r", "movsldup Vdq,Wdq", SIZES_RM(movsldup), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"F3 0F 16 /r", "movshdup Vdq,Wdq", SIZES_RM(movshdup), .attr = SSE | ALIGN16, .feature = FEAT_SSE3},
	{"F2 0F 12 /r", "movddup Vq,Wq", SIZES_RM(movddup), .attr = SSE, .feature = FEAT_SSE3},
	{"NP 0F 28 /r", "movaps Vdq,Wdq", SIZES_RM(mova_load), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"NP 0F 29 /r", "movaps Wdq,Vdq", SIZES_RM(mova_store), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 28 /r", "movapd Vdq,Wdq", SIZES_RM(mova_load), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 29 /r", "movapd Wdq,Vdq", SIZES_RM(mova_store), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"NP 0F 2B /r", "movntps Mdq,Vdq", SIZES_RM(mova_store), .attr = SSE | ALIGN16, .feature = FEAT_SSE},
	{"66 0F 2B /r", "movntpd Mdq,Vdq", SIZES_RM(mova_store), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 6F /r", "movdqa Vdq,Wdq", SIZES_RM(mova_load), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 7F /r", "movdqa Wdq,Vdq", SIZES_RM(mova_store), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"F3 0F 6F /r", "movdqu Vdq,Wdq", SIZES_RM(movu_load), .attr = SSE, .feature = FEAT_SSE2},
	{"F3 0F 7F /r", "movdqu Wdq,Vdq", SIZES_RM(movu_store), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F E7 /r", "movntdq Mdq,Vdq", SIZES_RM(mova_store), .attr = SSE | ALIGN16, .feature = FEAT_SSE2},
	{"66 0F 38 2A /r", "movntdqa Vdq,Mdq", SIZES_RM(mova_load), .attr = SSE | ALIGN16, .feature = FEAT_SSE41},
	{"F2 0F F0 /r", "lddqu Vdq,Mdq", SIZES_RM(movu_load), .attr = SSE, .feature = FEAT_SSE3},
	{"F3 0F 7E /r", "movq Vq,Wq", SIZES_RM(movq_load), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F D6 /r", "movq Wq,Vq", SIZES_RM(movq_store), .attr = SSE, .feature = FEAT_SSE2},
	{"66 W0 0F 6E /r", "movd Vd,Ed", SIZES_RM(movd_from), .attr = SSE, .feature = FEAT_SSE2},
	{"66 REX.W 0F 6E /r", "movq Vq,Eq", SIZES_RM(movq_from), .attr = SSE, .feature = FEAT_SSE2},
	{"66 W0 0F 7E /r", "movd Ed,Vd", SIZES_RM(movd_to), .attr = SSE, .feature = FEAT_SSE2},
	{"66 REX.W 0F 7E /r", "movq Eq,Vq", SIZES_RM(movq_to), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 50 /r", "movmskps Gd,Udq", SIZES1(movmskps), .attr = SSE, .feature = FEAT_SSE},
	{"66 0F 50 /r", "movmskpd Gd,Udq", SIZES1(movmskpd), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F F7 /r", "maskmovdqu Vdq,Udq", SIZES1(maskmovdqu), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F F7 /r", "maskmovq Pq,Nq", SIZES1(maskmovq), .feature = FEAT_SSE},
};

const struct insn_group x86_group_sse_move = {
	"sse_move", rows, countof(rows),
	"Intel SDM vol. 2: LDDQU MASKMOV MOVAPS MOVD MOVDDUP MOVDQA MOVDQU MOVH MOVL MOVMSK MOVNT MOVS MOVUPS",
};
