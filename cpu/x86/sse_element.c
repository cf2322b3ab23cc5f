/* SPDX-License-Identifier: MIT */
/* Single elements of MMX and XMM registers, to and from general registers and memory. SDM vol. 2, EXTRACTPS, INSERTPS,
 * PEXTRB to PEXTRW, PINSRB to PINSRW. */
#include "cpu/x86/vec_exec.h"

/* ---- insert: size is log2 bytes of the element --------------------------------------------------------- */

/* From a general register the low bits count. */
ALWAYS_INLINE u64 element_source(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	return mem ? x86_read(c, i->f[F_SEG], x86_ea(c, i), 1u << size) : c->r[i->f[F_RM]];
}

ALWAYS_INLINE void xmm_insert(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_sse_check(c);
	u64 v = element_source(c, i, mem, size);

	lane_set(c->v[i->f[F_REG]].q, i->imm32 & (15 >> size), 8u << size, v);
}
SIZED_RM(pinsrb, xmm_insert, 0)
SIZED_RM(pinsrw_v, xmm_insert, 1)
SIZED_RM(pinsrd, xmm_insert, 2)
SIZED_RM(pinsrq, xmm_insert, 3)

ALWAYS_INLINE void mmx_insert(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_mmx_check(c);
	u64 v = element_source(c, i, mem, size), a = mmx_get(c, i->f[F_REG]);

	lane_set(&a, i->imm32 & 3, 8u << size, v);
	mmx_set(c, i->f[F_REG], a);
}
SIZED_RM(pinsrw_p, mmx_insert, 1)

/* The element, then zeros where bits 3-0 of the immediate say. */
static struct xmm insert_single(struct xmm a, u64 v, unsigned imm)
{
	lane_set(a.q, imm >> 4 & 3, 32, v);
	for (unsigned n = 0; n < 4; n++)
		if (imm >> n & 1)
			lane_set(a.q, n, 32, 0);
	return a;
}

/* Only the register form chooses the source element. */
ALWAYS_INLINE void xmm_insert_single(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	x86_sse_check(c);
	u64 v;

	if (mem)
		v = x86_read(c, i->f[F_SEG], x86_ea(c, i), bytes);
	else
		v = lane_get(c->v[i->f[F_RM]].q, i->imm32 >> 6 & 3, 32);

	xmm_set(c, i->f[F_REG], insert_single(xmm_get(c, i->f[F_REG]), v, (u8)i->imm32));
}
SIZED_RM(insertps, xmm_insert_single, 4)

/* ---- extract: a general register is zero-extended ------------------------------------------------------ */

ALWAYS_INLINE void xmm_extract(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	u64 v = lane_get(c->v[i->f[F_REG]].q, i->imm32 & (15 >> size), 8u << size);

	x86_sse_check(c);
	if (mem)
		x86_write(c, i->f[F_SEG], x86_ea(c, i), 1u << size, v);
	else
		c->r[i->f[F_RM]] = v;
}
SIZED_RM(pextrb, xmm_extract, 0)
SIZED_RM(pextrw, xmm_extract, 1)
SIZED_RM(pextrd, xmm_extract, 2)
SIZED_RM(pextrq, xmm_extract, 3)

/* The older encoding has the XMM or MMX register as r/m. */
static void pextrw_gv(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_sse_check(c);
	c->r[i->f[F_REG]] = lane_get(c->v[i->f[F_RM]].q, i->imm32 & 7, 16);
}

static void pextrw_gp(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_mmx_check(c);
	mmx_enter(c);
	c->r[i->f[F_REG]] = (u16)(mmx_get(c, i->f[F_RM]) >> (i->imm32 & 3) * 16);
}

static const struct insn_row rows[] = {
	{"NP 0F C4 /r ib", "pinsrw Pq,Rd,Ib", SIZES_RM(pinsrw_p), .feature = FEAT_SSE},
	{"NP 0F C4 /r ib", "pinsrw Pq,Mw,Ib", SIZES_RM(pinsrw_p), .feature = FEAT_SSE},
	{"66 0F C4 /r ib", "pinsrw Vdq,Rd,Ib", SIZES_RM(pinsrw_v), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F C4 /r ib", "pinsrw Vdq,Mw,Ib", SIZES_RM(pinsrw_v), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 3A 20 /r ib", "pinsrb Vdq,Rd,Ib", SIZES_RM(pinsrb), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 3A 20 /r ib", "pinsrb Vdq,Mb,Ib", SIZES_RM(pinsrb), .attr = SSE, .feature = FEAT_SSE41},
	{"66 W0 0F 3A 22 /r ib", "pinsrd Vdq,Ed,Ib", SIZES_RM(pinsrd), .attr = SSE, .feature = FEAT_SSE41},
	{"66 REX.W 0F 3A 22 /r ib", "pinsrq Vdq,Eq,Ib", SIZES_RM(pinsrq), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 3A 21 /r ib", "insertps Vdq,Wd,Ib", SIZES_RM(insertps), .attr = SSE, .feature = FEAT_SSE41},
	{"NP 0F C5 /r ib", "pextrw Gd,Nq,Ib", SIZES1(pextrw_gp), .feature = FEAT_SSE},
	{"66 0F C5 /r ib", "pextrw Gd,Udq,Ib", SIZES1(pextrw_gv), .attr = SSE, .feature = FEAT_SSE2},
	{"66 0F 3A 14 /r ib", "pextrb Rd,Vdq,Ib", SIZES_RM(pextrb), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 3A 14 /r ib", "pextrb Mb,Vdq,Ib", SIZES_RM(pextrb), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 3A 15 /r ib", "pextrw Rd,Vdq,Ib", SIZES_RM(pextrw), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 3A 15 /r ib", "pextrw Mw,Vdq,Ib", SIZES_RM(pextrw), .attr = SSE, .feature = FEAT_SSE41},
	{"66 W0 0F 3A 16 /r ib", "pextrd Ed,Vdq,Ib", SIZES_RM(pextrd), .attr = SSE, .feature = FEAT_SSE41},
	{"66 REX.W 0F 3A 16 /r ib", "pextrq Eq,Vdq,Ib", SIZES_RM(pextrq), .attr = SSE, .feature = FEAT_SSE41},
	{"66 0F 3A 17 /r ib", "extractps Ed,Vdq,Ib", SIZES_RM(pextrd), .attr = SSE, .feature = FEAT_SSE41},
};

const struct insn_group x86_group_sse_element = {
	"sse_element", rows, countof(rows), "Intel SDM vol. 2: EXTRACTPS INSERTPS PEXTR PINSR",
};
