/* SPDX-License-Identifier: MIT */
/* The stack: Intel SDM vol. 2, PUSH, POP, PUSHA, POPA, PUSHF, POPF, ENTER, LEAVE; vol. 1, chapter 6. SP moves only when
 * nothing can fault any more. PUSHF and POPF in virtual-8086 mode: vol. 3, 20.2.7 and 20.3.
 * Segment registers are pushed and popped in segload.c. */
#include "cpu/x86/operand.h"

ALWAYS_INLINE void push_z(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_push(c, 1u << size, c->r[i->f[F_RM]]);
}
SIZED_HIT_R(push_z, x86_hit_push)

ALWAYS_INLINE void push_e(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_push(c, 1u << size, x86_get_e(c, i, size, mem));
}
SIZED_HIT_M(push_e, x86_hit_read_push)
SIZED_HIT_R(push_e, x86_hit_push)

ALWAYS_INLINE void push_i(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_push(c, 1u << size, (u64)(s64)i->imm32);
}
SIZED_HIT_R(push_i, x86_hit_push)

ALWAYS_INLINE void pop_z(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	x86_set_reg(c, i->f[F_RM], size, x86_pop(c, 1u << size));
}
SIZED_HIT_R(pop_z, x86_hit_pop)

/* The address is computed with the new SP (SDM vol. 2, POP: "The ESP register is ..."). */
ALWAYS_INLINE void pop_e(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 old = c->r[R_SP], v = x86_pop(c, 1u << size);

	if (mem) {
		u64 sp = c->r[R_SP], ea = x86_ea(c, i);

		c->r[R_SP] = old;
		x86_write(c, i->f[F_SEG], ea, 1u << size, v);
		c->r[R_SP] = sp;
	} else {
		x86_set_reg(c, i->f[F_RM], size, v);
	}
}
SIZED(pop_e)

/* AX CX DX BX SP BP SI DI, with SP as it was before */
ALWAYS_INLINE void pusha(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	const unsigned bytes = 1u << size;
	u64 sp = c->r[R_SP];

	(void)i;
	(void)mem;
	for (unsigned n = R_AX; n <= R_DI; n++) {
		sp = (sp - bytes) & c->sp_mask;
		x86_write(c, S_SS, sp, bytes, c->r[n]);
	}
	x86_set_sp(c, sp);
}
SIZED_R(pusha)

ALWAYS_INLINE void popa(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	const unsigned bytes = 1u << size;
	u64 sp = c->r[R_SP], v[8];

	(void)i;
	(void)mem;
	for (unsigned n = 8; n-- > 0; sp += bytes)
		v[n] = x86_read(c, S_SS, sp & c->sp_mask, bytes);
	for (unsigned n = R_AX; n <= R_DI; n++)
		if (n != R_SP)
			x86_set_reg(c, n, size, v[n]);
	x86_set_sp(c, sp);
}
SIZED_R(popa)

/* Virtual-8086 mode with IOPL below 3: a word is transferred with VIF in the place of IF if CR4.VME allows that;
 * nothing else may be. */
static bool v86_restricted(struct x86 *c, unsigned size)
{
	if (!x86_v86(c) || x86_iopl(c) == 3)
		return false;
	if (size != 1 || !(c->cr4 & CR4_VME))
		x86_gp(c, 0);
	return true;
}

ALWAYS_INLINE void pushf(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	bool restricted = v86_restricted(c, size);
	u32 f = x86_get_flags(c) & ~(u32)(FL_RF | FL_VM);

	(void)i;
	(void)mem;
	if (restricted)
		f = (f & ~(u32)FL_IF) | FL_IOPL | (f & FL_VIF ? FL_IF : 0);
	x86_push(c, 1u << size, f);
}
SIZED_R(pushf)

/* What POPF may write (SDM vol. 2, table 4-16). */
static u32 popf_mask(const struct x86 *c, unsigned size)
{
	u32 mask = FL_OSZAPC | FL_TF | FL_DF | FL_NT;

	if (size > 1)
		mask |= FL_AC | FL_ID | FL_RF;
	if (c->cpl == 0)
		mask |= FL_IOPL;
	if (c->cpl <= x86_iopl(c))
		mask |= FL_IF;
	return mask;
}

ALWAYS_INLINE void popf(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	bool restricted = v86_restricted(c, size);
	u32 f = (u32)x86_top(c, 1u << size) & ~(u32)FL_RF, mask = popf_mask(c, size);

	(void)i;
	(void)mem;
	if (restricted) {
		if ((f & FL_TF) || ((f & FL_IF) && (c->flags & FL_VIP)))
			x86_gp(c, 0);
		f = (f & ~(u32)FL_VIF) | (f & FL_IF ? FL_VIF : 0);
		mask |= FL_VIF;
	}
	x86_set_sp(c, c->r[R_SP] + (1u << size));
	x86_set_flags(c, f, mask);
}
SIZED_R(popf)

/* The frame pointers of the outer levels are copied from the old frame, then the new one's own is pushed. */
ALWAYS_INLINE void enter(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	const unsigned bytes = 1u << size;
	unsigned level = i->disp & 31;
	u64 sp = (c->r[R_SP] - bytes) & c->sp_mask, bp = c->r[R_BP], frame = sp;

	(void)mem;
	x86_write(c, S_SS, sp, bytes, bp);
	for (unsigned n = 1; n < level; n++) {
		bp -= bytes;
		sp = (sp - bytes) & c->sp_mask;
		x86_write(c, S_SS, sp, bytes, x86_read(c, S_SS, bp & c->sp_mask, bytes));
	}
	if (level) {
		sp = (sp - bytes) & c->sp_mask;
		x86_write(c, S_SS, sp, bytes, frame | (c->r[R_SP] & ~c->sp_mask));
	}
	sp = (sp - (u16)i->imm32) & c->sp_mask;
	x86_probe_write(c, S_SS, sp, 1);
	x86_set_reg(c, R_BP, size, frame);
	x86_set_sp(c, sp);
}
SIZED_R(enter)

ALWAYS_INLINE void leave(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 bp = c->r[R_BP], v = x86_read(c, S_SS, bp & c->sp_mask, 1u << size);

	(void)i;
	(void)mem;
	x86_set_sp(c, bp + (1u << size));
	x86_set_reg(c, R_BP, size, v);
}
ALWAYS_INLINE bool hit_leave(const struct x86 *c, const struct insn *i, const unsigned size)
{
	(void)i;
	return x86_plain_read(c, S_SS, c->r[R_BP] & c->sp_mask, 1u << size);
}
SIZED_HIT_R(leave, hit_leave)

static const struct insn_row rows[] = {
	{"50+r", "push Zv", SIZES_R(push_z), .attr = DEF64},
	{"FF /6", "push Ev", SIZES(push_e), .attr = DEF64},
	{"6A ib", "push sIb", SIZES_R(push_i), .attr = DEF64},
	{"68 iz", "push sIz", SIZES_R(push_i), .attr = DEF64},
	{"58+r", "pop Zv", SIZES_R(pop_z), .attr = DEF64},
	{"8F /0", "pop Ev", SIZES(pop_e), .attr = DEF64},
	{"60", "pusha|pushad|", SIZES_R(pusha), .attr = NO64},
	{"61", "popa|popad|", SIZES_R(popa), .attr = NO64},
	{"9C", "pushf|pushfd|pushfq", SIZES_R(pushf), .attr = DEF64, .flags_in = FL_OSZAPC},
	{"9D", "popf|popfd|popfq", SIZES_R(popf), .attr = DEF64 | ENDS_BLOCK, .flags_out = FL_OSZAPC},
	{"C8 iw ib", "enter Iw,Ib", SIZES_R(enter), .attr = DEF64},
	{"C9", "leave", SIZES_R(leave), .attr = DEF64},
};

const struct insn_group x86_group_stack = {
	"stack", rows, countof(rows), "Intel SDM vol. 2: PUSH POP PUSHA POPA PUSHF POPF ENTER LEAVE",
};
