/* SPDX-License-Identifier: MIT */
/* Moves between general registers and memory: Intel SDM vol. 2, MOV, MOVZX, MOVSX, MOVSXD, CMOVcc, SETcc, LEA,
 * CBW..CQO, XLAT, MOVNTI. MOV with segment, control and debug registers is in segload.c and system.c;
 * what exchanges two places is in exchange.c. */
#include "cpu/x86/operand.h"

ALWAYS_INLINE void mov_eg(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_e(c, i, size, mem, x86_get_g(c, i, size));
}
SIZED_WRITE(mov_eg)

ALWAYS_INLINE void mov_ge(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, x86_get_e(c, i, size, mem));
}
SIZED_READ(mov_ge)

ALWAYS_INLINE void mov_ei(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_e(c, i, size, mem, (u64)(s64)i->imm32);
}
SIZED_WRITE(mov_ei)

/* B8+r: the one immediate of 64 bits */
ALWAYS_INLINE void mov_zi(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_set_reg(c, i->f[F_RM], size, size == 0 ? (u64)i->imm32 : i->imm);
}
SIZED_R(mov_zi)

/* A0-A3: the offset is the immediate. */
ALWAYS_INLINE void mov_ao(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_set_reg(c, R_AX, size, x86_read(c, i->f[F_SEG], x86_wrap_addr(i, i->imm), 1u << size));
}
SIZED_R(mov_ao)

ALWAYS_INLINE void mov_oa(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_write(c, i->f[F_SEG], x86_wrap_addr(i, i->imm), 1u << size, x86_get_reg(c, R_AX, size));
}
SIZED_R(mov_oa)

ALWAYS_INLINE void movzx_b(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, x86_get_e(c, i, 0, mem));
}
SIZED_HIT(movzx_b, x86_hit_read8)

ALWAYS_INLINE void movzx_w(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, x86_get_e(c, i, 1, mem));
}
SIZED_HIT(movzx_w, x86_hit_read16)

ALWAYS_INLINE void movsx_b(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, x86_sext(x86_get_e(c, i, 0, mem), 0));
}
SIZED_HIT(movsx_b, x86_hit_read8)

ALWAYS_INLINE void movsx_w(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_g(c, i, size, x86_sext(x86_get_e(c, i, 1, mem), 1));
}
SIZED_HIT(movsx_w, x86_hit_read16)

/* With a 16-bit operand size only 16 bits are read. */
ALWAYS_INLINE void movsxd(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	const unsigned from = size == 1 ? 1 : 2;

	x86_set_g(c, i, size, x86_sext(x86_get_e(c, i, from, mem), from));
}

ALWAYS_INLINE bool hit_movsxd(const struct x86 *c, const struct insn *i, const unsigned size)
{
	return x86_hit_read(c, i, size == 1 ? 1 : 2);
}
SIZED_HIT(movsxd, hit_movsxd)

ALWAYS_INLINE void lea(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_set_g(c, i, size, x86_ea(c, i));
}
SIZED(lea)

/* Memory is read, and a 32-bit destination's upper half cleared, whatever the condition. */
ALWAYS_INLINE void cmov(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 v = x86_get_e(c, i, size, mem);

	if (x86_condition(c, i->f[F_CC]))
		x86_set_g(c, i, size, v);
	else if (size == 2)
		c->r[i->f[F_REG]] = (u32)c->r[i->f[F_REG]];
}
SIZED_READ(cmov)

ALWAYS_INLINE void setcc(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_set_e(c, i, size, mem, x86_condition(c, i->f[F_CC]));
}
SIZED_WRITE(setcc)

/* CBW, CWDE, CDQE: the lower half of rAX spreads over all of it. */
ALWAYS_INLINE void cbw(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)i;
	(void)mem;
	x86_set_reg(c, R_AX, size, x86_sext(c->r[R_AX], size ? size - 1 : 0));
}
SIZED_R(cbw)

/* CWD, CDQ, CQO: the sign of rAX fills rDX. */
ALWAYS_INLINE void cwd(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)i;
	(void)mem;
	x86_set_reg(c, R_DX, size, x86_sext(c->r[R_AX], size) >> 63 ? ~0ull : 0);
}
SIZED_R(cwd)

static void xlat(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 ea = x86_wrap_addr(i, c->r[R_BX] + (u8)c->r[R_AX]);

	x86_set_reg(c, R_AX, 0, x86_read(c, i->f[F_SEG], ea, 1));
}

/* The flags that the sixteen conditions look at between them */
enum { FL_CC = FL_OSZAPC & ~FL_AF };

static const struct insn_row rows[] = {
	{"88 /r", "mov Eb,Gb", SIZES(mov_eg), .flags_out = 0},
	{"89 /r", "mov Ev,Gv", SIZES(mov_eg), .flags_out = 0},
	{"8A /r", "mov Gb,Eb", SIZES(mov_ge), .flags_out = 0},
	{"8B /r", "mov Gv,Ev", SIZES(mov_ge), .flags_out = 0},
	{"C6 /0 ib", "mov Eb,Ib", SIZES(mov_ei), .flags_out = 0},
	{"C7 /0 iz", "mov Ev,sIz", SIZES(mov_ei), .flags_out = 0},
	{"B0+r ib", "mov Zb,Ib", SIZES_R(mov_zi), .flags_out = 0},
	{"B8+r iv", "mov Zv,Iv", SIZES_R(mov_zi), .flags_out = 0},
	{"A0 mo", "mov al,Ob", SIZES_R(mov_ao), .flags_out = 0},
	{"A1 mo", "mov rax,Ov", SIZES_R(mov_ao), .flags_out = 0},
	{"A2 mo", "mov Ob,al", SIZES_R(mov_oa), .flags_out = 0},
	{"A3 mo", "mov Ov,rax", SIZES_R(mov_oa), .flags_out = 0},
	{"0F B6 /r", "movzx Gv,Eb", SIZES(movzx_b), .flags_out = 0},
	{"0F B7 /r", "movzx Gv,Ew", SIZES(movzx_w), .flags_out = 0},
	{"0F BE /r", "movsx Gv,Eb", SIZES(movsx_b), .flags_out = 0},
	{"0F BF /r", "movsx Gv,Ew", SIZES(movsx_w), .flags_out = 0},
	{"63 /r", "movsxd Gv,Ez", SIZES(movsxd), .attr = ONLY64},
	{"8D /r", "lea Gv,M", SIZES(lea), .flags_out = 0},
	{"0F 40+cc /r", "cmovcc Gv,Ev", SIZES(cmov), .feature = FEAT_CMOV, .flags_in = FL_CC},
	{"0F 90+cc /r", "setcc Eb", SIZES(setcc), .flags_in = FL_CC},
	{"98", "cbw|cwde|cdqe", SIZES_R(cbw), .flags_out = 0},
	{"99", "cwd|cdq|cqo", SIZES_R(cwd), .flags_out = 0},
	{"D7", "xlatb", SIZES1(xlat), .flags_out = 0},
	{"NP 0F C3 /r", "movnti My,Gy", SIZES(mov_eg), .feature = FEAT_SSE2},
};

const struct insn_group x86_group_move = {
	"move", rows, countof(rows), "Intel SDM vol. 2: MOV MOVZX MOVSX MOVSXD CMOVcc SETcc LEA CBW CWD XLAT MOVNTI",
};
