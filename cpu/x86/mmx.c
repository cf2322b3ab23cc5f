/* SPDX-License-Identifier: MIT */
/* MMX moves, and EMMS. Arithmetic, logic and shuffles are in the sse_ files, beside their XMM forms. The MMX
 * registers are the significands of the x87 registers: SDM vol. 1, 9.2.2 and 9.5. */
#include "cpu/x86/vec_exec.h"

/* MOVD, MOVQ with a general register or memory; size is log2 bytes. */
ALWAYS_INLINE void mmx_from_e(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_mmx_check(c);
	mmx_set(c, i->f[F_REG], x86_get_e(c, i, size, mem));
}

ALWAYS_INLINE void mmx_to_e(struct x86 *c, const struct insn *i, bool mem, unsigned size)
{
	x86_mmx_check(c);
	x86_set_e(c, i, size, mem, x86_zext(mmx_get(c, i->f[F_REG]), size));
	mmx_enter(c);
}
SIZED_RM(movd_from, mmx_from_e, 2)
SIZED_RM(movq_from, mmx_from_e, 3)
SIZED_RM(movd_to, mmx_to_e, 2)
SIZED_RM(movq_to, mmx_to_e, 3)

ALWAYS_INLINE void mmx_load(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	x86_mmx_check(c);
	mmx_set(c, i->f[F_REG], mmx_get_e(c, i, mem, bytes));
}

ALWAYS_INLINE void mmx_store(struct x86 *c, const struct insn *i, bool mem, unsigned bytes)
{
	u64 a = mmx_get(c, i->f[F_REG]);

	x86_mmx_check(c);
	if (mem) {
		x86_write(c, i->f[F_SEG], x86_ea(c, i), bytes, a);
		mmx_enter(c);
	} else {
		mmx_set(c, i->f[F_RM], a);
	}
}
SIZED_RM(movq_load, mmx_load, 8)
SIZED_RM(movq_store, mmx_store, 8)

static void movq2dq(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_sse_check(c);
	x86_mmx_check(c);
	mmx_enter(c);
	xmm_set(c, i->f[F_REG], xmm_make(mmx_get(c, i->f[F_RM]), 0));
}

static void movdq2q(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_sse_check(c);
	x86_mmx_check(c);
	mmx_set(c, i->f[F_REG], xmm_get(c, i->f[F_RM]).q[0]);
}

/* All registers empty; TOP becomes 0 as with every MMX instruction (SDM vol. 3, table 12-2). */
static void emms(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x86_mmx_check(c);
	mmx_enter(c);
	c->x87.valid = 0;
}

static const struct insn_row rows[] = {
	{"NP W0 0F 6E /r", "movd Pq,Ed", SIZES_RM(movd_from), .feature = FEAT_MMX},
	{"NP REX.W 0F 6E /r", "movq Pq,Eq", SIZES_RM(movq_from), .feature = FEAT_MMX},
	{"NP W0 0F 7E /r", "movd Ed,Pq", SIZES_RM(movd_to), .feature = FEAT_MMX},
	{"NP REX.W 0F 7E /r", "movq Eq,Pq", SIZES_RM(movq_to), .feature = FEAT_MMX},
	{"NP 0F 6F /r", "movq Pq,Qq", SIZES_RM(movq_load), .feature = FEAT_MMX},
	{"NP 0F 7F /r", "movq Qq,Pq", SIZES_RM(movq_store), .feature = FEAT_MMX},
	{"NP 0F E7 /r", "movntq Mq,Pq", SIZES_RM(movq_store), .feature = FEAT_SSE},
	{"F3 0F D6 /r", "movq2dq Vdq,Nq", SIZES1(movq2dq), .attr = SSE, .feature = FEAT_SSE2},
	{"F2 0F D6 /r", "movdq2q Pq,Uq", SIZES1(movdq2q), .attr = SSE, .feature = FEAT_SSE2},
	{"NP 0F 77", "emms", SIZES1(emms), .feature = FEAT_MMX},
};

const struct insn_group x86_group_mmx = {
	"mmx", rows, countof(rows), "Intel SDM vol. 2: EMMS MOVD MOVDQ2Q MOVNTQ MOVQ MOVQ2DQ",
};
