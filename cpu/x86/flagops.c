/* SPDX-License-Identifier: MIT */
/* Instructions that only set flags, and those that do nothing or are undefined for good: Intel SDM vol. 2, CLC CMC STC
 * CLD STD CLI STI LAHF SAHF NOP PAUSE PREFETCHh UD. Who may change IF: SDM vol. 3, 20.3.3 (virtual-8086 mode) and
 * 20.4 (protected-mode virtual interrupts); vol. 2, tables of CLI and STI. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"

static void clc(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x86_set_cf(x86_from(cpu), false);
}

static void stc(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x86_set_cf(x86_from(cpu), true);
}

static void cmc(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x86_set_cf(c, !x86_cf(c));
}

static void cld(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x86_from(cpu)->flags &= ~(u32)FL_DF;
}

static void std(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x86_from(cpu)->flags |= FL_DF;
}

/* Which flag CLI and STI change: IF, or VIF where the program may not have IF; else #GP(0). */
static u32 interrupt_flag(struct x86 *c)
{
	if (c->cpl <= x86_iopl(c)) /* real mode has CPL 0; virtual-8086 mode 3 */
		return FL_IF;
	if (c->cpl == 3 && (c->cr4 & (x86_v86(c) ? CR4_VME : CR4_PVI)))
		return FL_VIF;
	x86_gp(c, 0);
}

static void cli(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x86_set_flags(c, 0, interrupt_flag(c));
}

/* Interrupts are held off for one more instruction, but only if they were off before. */
static void sti(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u32 flag = interrupt_flag(c);

	(void)i;
	if (flag == FL_VIF && (c->flags & FL_VIP))
		x86_gp(c, 0);
	if (flag == FL_IF && !(c->flags & FL_IF)) {
		c->shadow |= SHADOW_STI;
		cpu_kick(cpu, EVENT_SHADOW);
	}
	x86_set_flags(c, flag, flag);
}

enum { FL_AH = FL_SF | FL_ZF | FL_AF | FL_PF | FL_CF };

static void lahf(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x86_set_reg(c, X86_HIGH8 | R_AX, 0, (x86_get_oszapc(c) & FL_AH) | FL_1);
}

static void sahf(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);

	(void)i;
	x86_set_oszapc(c, (x86_get_oszapc(c) & FL_OF) | (x86_get_reg(c, X86_HIGH8 | R_AX, 0) & FL_AH));
}

/* Also prefetches and hints: the operand is decoded and not accessed. */
static void nop(struct cpu *cpu, const struct insn *i)
{
	(void)cpu;
	(void)i;
}

static const struct insn_row rows[] = {
	{"F8", "clc", SIZES1(clc), .flags_out = FL_CF},
	{"F9", "stc", SIZES1(stc), .flags_out = FL_CF},
	{"F5", "cmc", SIZES1(cmc), .flags_in = FL_CF, .flags_out = FL_CF},
	{"FC", "cld", SIZES1(cld), .flags_out = 0},
	{"FD", "std", SIZES1(std), .flags_out = 0},
	{"FA", "cli", SIZES1(cli), .attr = ENDS_BLOCK},
	{"FB", "sti", SIZES1(sti), .attr = ENDS_BLOCK},
	{"9F", "lahf", SIZES1(lahf), .attr = NO64, .flags_in = FL_AH},
	{"9F", "lahf", SIZES1(lahf), .attr = ONLY64, .feature = FEAT_LAHF64, .flags_in = FL_AH},
	{"9E", "sahf", SIZES1(sahf), .attr = NO64, .flags_out = FL_AH},
	{"9E", "sahf", SIZES1(sahf), .attr = ONLY64, .feature = FEAT_LAHF64, .flags_out = FL_AH},
	{"90", "nop", SIZES1(nop), .attr = OVERRIDES},
	{"F3 90", "pause", SIZES1(nop), .attr = OVERRIDES},
	{"0F 0D /r", "nop Ev", SIZES1(nop), .flags_out = 0}, /* what is not PREFETCHW */
	{"0F 0D /0", "prefetch Mb", SIZES1(nop), .attr = OVERRIDES, .feature = FEAT_PREFETCHW},
	{"0F 0D /1", "prefetchw Mb", SIZES1(nop), .attr = OVERRIDES, .feature = FEAT_PREFETCHW},
	{"0F 18 /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"0F 18 /0", "prefetchnta Mb", SIZES1(nop), .attr = OVERRIDES, .feature = FEAT_SSE},
	{"0F 18 /1", "prefetcht0 Mb", SIZES1(nop), .attr = OVERRIDES, .feature = FEAT_SSE},
	{"0F 18 /2", "prefetcht1 Mb", SIZES1(nop), .attr = OVERRIDES, .feature = FEAT_SSE},
	{"0F 18 /3", "prefetcht2 Mb", SIZES1(nop), .attr = OVERRIDES, .feature = FEAT_SSE},
	{"0F 19 /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"0F 1A /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"0F 1B /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"0F 1C /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"0F 1D /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"0F 1E /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"F3 0F 1E FA", "endbr64", SIZES1(nop), .attr = OVERRIDES},
	{"F3 0F 1E FB", "endbr32", SIZES1(nop), .attr = OVERRIDES},
	{"0F 1F /r", "nop Ev", SIZES1(nop), .flags_out = 0},
	{"0F FF /r", "ud0 Gv,Ev", SIZES1(x86_exec_ud), .flags_out = 0},
	{"0F B9 /r", "ud1 Gv,Ev", SIZES1(x86_exec_ud), .flags_out = 0},
	{"0F 0B", "ud2", SIZES1(x86_exec_ud), .flags_out = 0},
};

const struct insn_group x86_group_flagops = {
	"flagops", rows, countof(rows),
	"Intel SDM vol. 2: CLC CMC STC CLD STD CLI STI LAHF SAHF NOP PAUSE PREFETCHh UD",
};
