/* SPDX-License-Identifier: MIT */
/* Near branches: Intel SDM vol. 2, Jcc, JMP, CALL, RET, LOOP, JCXZ. A target beyond the code segment's limit, or
 * not canonical, raises #GP(0) on the branch, before any register has changed. Far transfers are in far.c. */
#include "cpu/x86/operand.h"

/* Where a relative branch goes, cut to the operand size. A branch ends its block, so cpu.pc is what follows it. */
ALWAYS_INLINE u64 relative(const struct x86 *c, const struct insn *i)
{
	return (c->cpu.pc + (u64)(s64)i->imm32) & x86_size_mask[i->size & 3];
}

/* One handler per condition, so that the dispatch itself predicts which way it goes. SIZED_LAST's number is the
 * condition. */
ALWAYS_INLINE void jcc(struct x86 *c, const struct insn *i, const unsigned cc, const bool mem)
{
	(void)mem;
	if (x86_condition(c, cc))
		x86_jump(c, relative(c, i));
}
SIZED_LAST(jcc, _o, 0, false) SIZED_LAST(jcc, _no, 1, false) SIZED_LAST(jcc, _b, 2, false)
SIZED_LAST(jcc, _ae, 3, false) SIZED_LAST(jcc, _e, 4, false) SIZED_LAST(jcc, _ne, 5, false)
SIZED_LAST(jcc, _be, 6, false) SIZED_LAST(jcc, _a, 7, false) SIZED_LAST(jcc, _s, 8, false)
SIZED_LAST(jcc, _ns, 9, false) SIZED_LAST(jcc, _p, 10, false) SIZED_LAST(jcc, _np, 11, false)
SIZED_LAST(jcc, _l, 12, false) SIZED_LAST(jcc, _ge, 13, false) SIZED_LAST(jcc, _le, 14, false)
SIZED_LAST(jcc, _g, 15, false)

static void jmp_rel(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	x86_jump(c, relative(c, i));
}

ALWAYS_INLINE void jmp_e(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	x86_jump(c, x86_get_e(c, i, size, mem));
}
SIZED_READ(jmp_e)

/* The target is checked before the push, but in 64-bit mode after it: then the return address is below the stack even
 * if the target is not canonical (SDM vol. 2, CALL, Operation). */
ALWAYS_INLINE void call_to(struct x86 *c, const struct insn *i, u64 target, const unsigned size)
{
	u64 sp = c->r[R_SP] - (1u << size);

	if (size < 3) {
		x86_check_target(c, target);
		x86_push(c, 1u << size, x86_next_ip(c, i));
	} else {
		x86_write(c, S_SS, sp & c->sp_mask, 8, x86_next_ip(c, i));
		x86_check_target(c, target);
		x86_set_sp(c, sp);
	}
	c->cpu.pc = target;
}

ALWAYS_INLINE void call_rel(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	(void)mem;
	call_to(c, i, relative(c, i), size);
}
SIZED_HIT_R(call_rel, x86_hit_push)

ALWAYS_INLINE void call_e(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	call_to(c, i, x86_get_e(c, i, size, mem), size);
}
SIZED_HIT_M(call_e, x86_hit_read_push)
SIZED_HIT_R(call_e, x86_hit_push)

ALWAYS_INLINE void ret(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 target = x86_top(c, 1u << size);

	(void)i;
	(void)mem;
	x86_jump(c, target);
	x86_set_sp(c, c->r[R_SP] + (1u << size));
}
SIZED_HIT_R(ret, x86_hit_pop)

ALWAYS_INLINE void ret_i(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
{
	u64 target = x86_top(c, 1u << size);

	(void)mem;
	x86_jump(c, target);
	x86_set_sp(c, c->r[R_SP] + (1u << size) + (u16)i->imm32);
}
SIZED_HIT_R(ret_i, x86_hit_pop)

/* The count register has the address size; it changes only if the branch does not fault. */
ALWAYS_INLINE void loop_if(struct x86 *c, const struct insn *i, bool condition)
{
	unsigned size = i->f[F_ASIZE];
	u64 count = x86_zext(c->r[R_CX] - 1, size);

	if (count && condition)
		x86_jump(c, relative(c, i));
	x86_set_reg(c, R_CX, size, count);
}

static void loop(struct cpu *cpu, const struct insn *i)
{
	loop_if(x86_from(cpu), i, true);
}

static void loope(struct cpu *cpu, const struct insn *i)
{
	loop_if(x86_from(cpu), i, x86_zf(x86_from(cpu)));
}

static void loopne(struct cpu *cpu, const struct insn *i)
{
	loop_if(x86_from(cpu), i, !x86_zf(x86_from(cpu)));
}

static void jcxz(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	if (x86_zext(c->r[R_CX], i->f[F_ASIZE]) == 0)
		x86_jump(c, relative(c, i));
}

enum { BRANCH = ENDS_BLOCK | FORCE64 };

static const struct insn_row rows[] = {
	{"70 cb", "jo Jb", SIZES1(jcc_o), .attr = BRANCH, .flags_in = FL_OF},
	{"71 cb", "jno Jb", SIZES1(jcc_no), .attr = BRANCH, .flags_in = FL_OF},
	{"72 cb", "jb Jb", SIZES1(jcc_b), .attr = BRANCH, .flags_in = FL_CF},
	{"73 cb", "jae Jb", SIZES1(jcc_ae), .attr = BRANCH, .flags_in = FL_CF},
	{"74 cb", "je Jb", SIZES1(jcc_e), .attr = BRANCH, .flags_in = FL_ZF},
	{"75 cb", "jne Jb", SIZES1(jcc_ne), .attr = BRANCH, .flags_in = FL_ZF},
	{"76 cb", "jbe Jb", SIZES1(jcc_be), .attr = BRANCH, .flags_in = FL_CF | FL_ZF},
	{"77 cb", "ja Jb", SIZES1(jcc_a), .attr = BRANCH, .flags_in = FL_CF | FL_ZF},
	{"78 cb", "js Jb", SIZES1(jcc_s), .attr = BRANCH, .flags_in = FL_SF},
	{"79 cb", "jns Jb", SIZES1(jcc_ns), .attr = BRANCH, .flags_in = FL_SF},
	{"7A cb", "jp Jb", SIZES1(jcc_p), .attr = BRANCH, .flags_in = FL_PF},
	{"7B cb", "jnp Jb", SIZES1(jcc_np), .attr = BRANCH, .flags_in = FL_PF},
	{"7C cb", "jl Jb", SIZES1(jcc_l), .attr = BRANCH, .flags_in = FL_SF | FL_OF},
	{"7D cb", "jge Jb", SIZES1(jcc_ge), .attr = BRANCH, .flags_in = FL_SF | FL_OF},
	{"7E cb", "jle Jb", SIZES1(jcc_le), .attr = BRANCH, .flags_in = FL_ZF | FL_SF | FL_OF},
	{"7F cb", "jg Jb", SIZES1(jcc_g), .attr = BRANCH, .flags_in = FL_ZF | FL_SF | FL_OF},
	{"0F 80 cz", "jo Jz", SIZES1(jcc_o), .attr = BRANCH, .flags_in = FL_OF},
	{"0F 81 cz", "jno Jz", SIZES1(jcc_no), .attr = BRANCH, .flags_in = FL_OF},
	{"0F 82 cz", "jb Jz", SIZES1(jcc_b), .attr = BRANCH, .flags_in = FL_CF},
	{"0F 83 cz", "jae Jz", SIZES1(jcc_ae), .attr = BRANCH, .flags_in = FL_CF},
	{"0F 84 cz", "je Jz", SIZES1(jcc_e), .attr = BRANCH, .flags_in = FL_ZF},
	{"0F 85 cz", "jne Jz", SIZES1(jcc_ne), .attr = BRANCH, .flags_in = FL_ZF},
	{"0F 86 cz", "jbe Jz", SIZES1(jcc_be), .attr = BRANCH, .flags_in = FL_CF | FL_ZF},
	{"0F 87 cz", "ja Jz", SIZES1(jcc_a), .attr = BRANCH, .flags_in = FL_CF | FL_ZF},
	{"0F 88 cz", "js Jz", SIZES1(jcc_s), .attr = BRANCH, .flags_in = FL_SF},
	{"0F 89 cz", "jns Jz", SIZES1(jcc_ns), .attr = BRANCH, .flags_in = FL_SF},
	{"0F 8A cz", "jp Jz", SIZES1(jcc_p), .attr = BRANCH, .flags_in = FL_PF},
	{"0F 8B cz", "jnp Jz", SIZES1(jcc_np), .attr = BRANCH, .flags_in = FL_PF},
	{"0F 8C cz", "jl Jz", SIZES1(jcc_l), .attr = BRANCH, .flags_in = FL_SF | FL_OF},
	{"0F 8D cz", "jge Jz", SIZES1(jcc_ge), .attr = BRANCH, .flags_in = FL_SF | FL_OF},
	{"0F 8E cz", "jle Jz", SIZES1(jcc_le), .attr = BRANCH, .flags_in = FL_ZF | FL_SF | FL_OF},
	{"0F 8F cz", "jg Jz", SIZES1(jcc_g), .attr = BRANCH, .flags_in = FL_ZF | FL_SF | FL_OF},
	{"EB cb", "jmp Jb", SIZES1(jmp_rel), .attr = BRANCH},
	{"E9 cz", "jmp Jz", SIZES1(jmp_rel), .attr = BRANCH},
	{"FF /4", "jmp Ev", SIZES(jmp_e), .attr = BRANCH},
	{"E8 cz", "call Jz", SIZES_R(call_rel), .attr = BRANCH},
	{"FF /2", "call Ev", SIZES(call_e), .attr = BRANCH},
	{"C3", "ret", SIZES_R(ret), .attr = BRANCH},
	{"C2 iw", "ret Iw", SIZES_R(ret_i), .attr = BRANCH},
	{"E0 cb", "loopne Jb", SIZES1(loopne), .attr = BRANCH, .flags_in = FL_ZF},
	{"E1 cb", "loope Jb", SIZES1(loope), .attr = BRANCH, .flags_in = FL_ZF},
	{"E2 cb", "loop Jb", SIZES1(loop), .attr = BRANCH},
	{"E3 cb", "jcxz|jecxz|jrcxz Jb", SIZES1(jcxz), .attr = BRANCH},
};

const struct insn_group x86_group_jump = {
	"jump", rows, countof(rows), "Intel SDM vol. 2: Jcc JMP CALL RET LOOP JCXZ",
};
