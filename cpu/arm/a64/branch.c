/* SPDX-License-Identifier: MIT */
/* Branches (Arm ARM C4.1, "Branches, Exception Generating and System instructions"): to a label, conditional or
 * not, and to a register. Those with pointer authentication are in pauth.c, exceptions and system instructions in
 * system.c. */
#include "cpu/arm/a64/operand.h"

/* A branch ends its block, so cpu.pc is the address of what follows it. */
ALWAYS_INLINE void jump(struct arm *c, const struct insn *i)
{
	c->cpu.pc += i->imm - 4;
}

static void b(struct cpu *cpu, const struct insn *i)
{
	jump(arm_from(cpu), i);
}

static void bl(struct cpu *cpu, const struct insn *i)
{
	struct arm *c = arm_from(cpu);

	c->x[R_LR] = c->cpu.pc;
	jump(c, i);
}

/* One handler per condition, so that the dispatch itself predicts which way it goes. */
#define SIZED_COND(suffix, cond) \
	static void b_##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		if (a64_cond(arm_from(cpu), cond)) \
			jump(arm_from(cpu), i); \
	}
SIZED_COND(eq, 0)
SIZED_COND(ne, 1)
SIZED_COND(hs, 2)
SIZED_COND(lo, 3)
SIZED_COND(mi, 4)
SIZED_COND(pl, 5)
SIZED_COND(vs, 6)
SIZED_COND(vc, 7)
SIZED_COND(hi, 8)
SIZED_COND(ls, 9)
SIZED_COND(ge, 10)
SIZED_COND(lt, 11)
SIZED_COND(gt, 12)
SIZED_COND(le, 13)

/* Bodies without a successor in the block. */
#define SIZED_LAST_WX(fn) SIZED_LAST_ONE(fn, _w, 2) SIZED_LAST_ONE(fn, _x, 3)
#define SIZED_LAST_ONE(fn, suffix, size) \
	static void fn##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(arm_from(cpu), i, size); \
	}

ALWAYS_INLINE void cbz(struct arm *c, const struct insn *i, const unsigned size)
{
	if (!a64_get(c, i->f[F_D], size))
		jump(c, i);
}
SIZED_LAST_WX(cbz)

ALWAYS_INLINE void cbnz(struct arm *c, const struct insn *i, const unsigned size)
{
	if (a64_get(c, i->f[F_D], size))
		jump(c, i);
}
SIZED_LAST_WX(cbnz)

/* The bit's number is in F_H; its top bit is also what makes the register W or X. */
static void tbz(struct cpu *cpu, const struct insn *i)
{
	if (!bit(arm_from(cpu)->x[i->f[F_D]], i->f[F_H]))
		jump(arm_from(cpu), i);
}

static void tbnz(struct cpu *cpu, const struct insn *i)
{
	if (bit(arm_from(cpu)->x[i->f[F_D]], i->f[F_H]))
		jump(arm_from(cpu), i);
}

static bool valid_tbz(struct insn *i)
{
	i->f[F_H] |= i->size == 3 ? 32 : 0;
	return true;
}

/* ---- to a register ------------------------------------------------------------------------------------------- */

static void br(struct cpu *cpu, const struct insn *i)
{
	unsigned n = i->f[F_N];

	arm_branch_indirect(arm_from(cpu), arm_from(cpu)->x[n], n == 16 || n == 17 ? BTYPE_JUMP_16 : BTYPE_JUMP);
}

static void blr(struct cpu *cpu, const struct insn *i)
{
	struct arm *c = arm_from(cpu);
	u64 target = c->x[i->f[F_N]];

	c->x[R_LR] = c->cpu.pc;
	arm_branch_indirect(c, target, BTYPE_CALL);
}

static void ret(struct cpu *cpu, const struct insn *i)
{
	arm_branch_to(arm_from(cpu), arm_from(cpu)->x[i->f[F_N]]);
}

static void ret_lr(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	arm_branch_to(arm_from(cpu), arm_from(cpu)->x[R_LR]);
}

enum { LABEL = IMM_SIGNED | IMM_SHIFT(2) | ENDS_BLOCK };

static const struct insn_row rows[] = {
	{"000101iiiiiiiiiiiiiiiiiiiiiiiiii", "b {label}", {b}, .attr = LABEL},
	{"100101iiiiiiiiiiiiiiiiiiiiiiiiii", "bl {label}", {bl}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00000", "b.eq {label}", {b_eq}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00001", "b.ne {label}", {b_ne}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00010", "b.hs {label}", {b_hs}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00011", "b.lo {label}", {b_lo}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00100", "b.mi {label}", {b_mi}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00101", "b.pl {label}", {b_pl}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00110", "b.vs {label}", {b_vs}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii00111", "b.vc {label}", {b_vc}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01000", "b.hi {label}", {b_hi}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01001", "b.ls {label}", {b_ls}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01010", "b.ge {label}", {b_ge}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01011", "b.lt {label}", {b_lt}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01100", "b.gt {label}", {b_gt}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01101", "b.le {label}", {b_le}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01110", "b.al {label}", {b}, .attr = LABEL},
	{"01010100iiiiiiiiiiiiiiiiiii01111", "b.nv {label}", {b}, .attr = LABEL},
	{"s0110100iiiiiiiiiiiiiiiiiiiddddd", "cbz {Rd}, {label}", SIZES_WX(cbz), .attr = LABEL | READS_D},
	{"s0110101iiiiiiiiiiiiiiiiiiiddddd", "cbnz {Rd}, {label}", SIZES_WX(cbnz), .attr = LABEL | READS_D},
	{"s0110110hhhhhiiiiiiiiiiiiiiddddd", "tbz {Rd}, {h}, {label}", {[2] = tbz, [3] = tbz}, .attr = LABEL | READS_D,
		.valid = valid_tbz},
	{"s0110111hhhhhiiiiiiiiiiiiiiddddd", "tbnz {Rd}, {h}, {label}", {[2] = tbnz, [3] = tbnz},
		.attr = LABEL | READS_D, .valid = valid_tbz},
	{"1101011000011111000000nnnnn00000", "br {Xn}", {br}, .attr = ENDS_BLOCK},
	{"1101011000111111000000nnnnn00000", "blr {Xn}", {blr}, .attr = ENDS_BLOCK},
	{"1101011001011111000000nnnnn00000", "ret {Xn}", {ret}, .attr = ENDS_BLOCK},
	{"11010110010111110000001111000000", "ret", {ret_lr}, .attr = ENDS_BLOCK | OVERRIDES | ALIAS},
};

const struct insn_group a64_group_branch = {
	"branches", rows, countof(rows), "Arm ARM C4.1, Conditional branch .. Unconditional branch (register)",
};
