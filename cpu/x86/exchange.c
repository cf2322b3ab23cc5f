/* SPDX-License-Identifier: MIT */
/* What reads and writes two places at once: Intel SDM vol. 2, XCHG, XADD, CMPXCHG, CMPXCHG8B/CMPXCHG16B. The machine
 * runs on one thread, so that LOCK, asserted or implied, needs no work here. */
#include "cpu/x86/operand.h"

ALWAYS_INLINE void xchg(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem);

	x86_end_e(c, i, &m, size, mem, x86_get_g(c, i, size));
	x86_set_g(c, i, size, a);
}
SIZED_RMW(xchg)

ALWAYS_INLINE void xchg_z(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 a = x86_get_reg(c, R_AX, size);

	(void)mem;
	x86_set_reg(c, R_AX, size, x86_get_reg(c, i->f[F_RM], size));
	x86_set_reg(c, i->f[F_RM], size, a);
}
SIZED_R(xchg_z)

ALWAYS_INLINE void xadd(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = x86_begin_e(c, i, &m, size, mem), b = x86_get_g(c, i, size), r = a + b;

	if (mem)
		x86_rmw_end(c, &m, 1u << size, r);
	x86_set_g(c, i, size, a);
	if (!mem) /* the same register twice: the sum stays */
		x86_set_reg(c, i->f[F_RM], size, r);
	x86_flags_add(c, a, b, r, size);
}
SIZED_RMW(xadd)

/* Memory is always written, with its own value if the comparison fails; a register then keeps its upper half too. */
ALWAYS_INLINE void cmpxchg(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	struct x86_rmw m;
	u64 a = x86_get_reg(c, R_AX, size), b = x86_begin_e(c, i, &m, size, mem), r = a - b;
	bool equal = a == b;

	if (mem || equal)
		x86_end_e(c, i, &m, size, mem, equal ? x86_get_g(c, i, size) : b);
	if (!equal)
		x86_set_reg(c, R_AX, size, b);
	x86_flags_sub(c, a, b, r, size);
}
SIZED_RMW(cmpxchg)

static void cmpxchg8b(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	struct x86_rmw m;
	u64 v = x86_rmw_begin(c, &m, i->f[F_SEG], x86_ea(c, i), 8);
	bool equal = v == ((u64)(u32)c->r[R_DX] << 32 | (u32)c->r[R_AX]);

	x86_rmw_end(c, &m, 8, equal ? (u64)(u32)c->r[R_CX] << 32 | (u32)c->r[R_BX] : v);
	if (!equal) {
		c->r[R_AX] = (u32)v;
		c->r[R_DX] = v >> 32;
	}
	x86_set_zf(c, equal);
}

static void cmpxchg16b(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned seg = i->f[F_SEG];
	u64 ea = x86_ea(c, i), low, high;
	bool equal;

	if ((c->seg[seg].ebase + ea) & 15)
		x86_gp(c, 0);
	x86_probe_write(c, seg, ea, 16);
	low = x86_read(c, seg, ea, 8);
	high = x86_read(c, seg, ea + 8, 8);
	equal = low == c->r[R_AX] && high == c->r[R_DX];
	x86_write(c, seg, ea, 8, equal ? c->r[R_BX] : low);
	x86_write(c, seg, ea + 8, 8, equal ? c->r[R_CX] : high);
	if (!equal) {
		c->r[R_AX] = low;
		c->r[R_DX] = high;
	}
	x86_set_zf(c, equal);
}

static const struct insn_row rows[] = {
	{"86 /r", "xchg Eb,Gb", SIZES(xchg), .attr = LOCKABLE},
	{"87 /r", "xchg Ev,Gv", SIZES(xchg), .attr = LOCKABLE},
	{"90+r", "xchg rax,Zv", SIZES_R(xchg_z), .flags_out = 0},
	{"0F C0 /r", "xadd Eb,Gb", SIZES(xadd), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"0F C1 /r", "xadd Ev,Gv", SIZES(xadd), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"0F B0 /r", "cmpxchg Eb,Gb", SIZES(cmpxchg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"0F B1 /r", "cmpxchg Ev,Gv", SIZES(cmpxchg), .attr = LOCKABLE, .flags_out = FL_OSZAPC},
	{"0F C7 /1", "cmpxchg8b Mq", SIZES1(cmpxchg8b), .attr = LOCKABLE, .feature = FEAT_CX8, .flags_out = FL_ZF},
	{"REX.W 0F C7 /1", "cmpxchg16b Mdq", SIZES1(cmpxchg16b), .attr = LOCKABLE | OVERRIDES, .feature = FEAT_CX16,
	 .flags_out = FL_ZF},
};

const struct insn_group x86_group_exchange = {
	"exchange", rows, countof(rows), "Intel SDM vol. 2: XCHG XADD CMPXCHG CMPXCHG8B CMPXCHG16B",
};
