/* SPDX-License-Identifier: MIT */
/* Fast system calls: SYSENTER, SYSEXIT, SYSCALL, SYSRET, and SWAPGS. Intel SDM vol. 2 (pseudocode of each), vol. 3,
 * 5.8.7 and 5.8.8; where the model is AMD's, AMD APM vol. 3 (SYSCALL in legacy mode, no SYSENTER in long mode). */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"

enum {
	FLAT = SEG_G | SEG_P | SEG_S | SEG_RW | SEG_A,
	FLAT_CODE = FLAT | SEG_CODE,
	FLAT_STACK = FLAT | SEG_DB,
};

/* The fixed descriptors that these instructions load without a look at memory. */
static void load_flat(struct x86 *c, u16 cs, u16 ss, unsigned cpl, u16 size)
{
	u16 dpl = (u16)(cpl << 5);

	c->seg[S_CS] = (struct seg){.sel = cs, .attr = FLAT_CODE | dpl | size, .limit = 0xffffffff};
	c->seg[S_SS] = (struct seg){.sel = ss, .attr = FLAT_STACK | dpl, .limit = 0xffffffff};
	c->cpl = (u8)cpl;
}

/* ---- SYSCALL, SYSRET ----------------------------------------------------------------------------- */

/* TF as it is afterwards decides about a single-step trap: none is due in a kernel that masks TF. */
static void step_by_new_tf(struct x86 *c)
{
	c->step_armed = c->flags & FL_TF;
}

static void check_syscall(struct x86 *c)
{
	if (!(c->efer & EFER_SCE) || (!c->in64 && !x86_model_is_amd(c)) || !x86_protected(c))
		x86_ud(c);
}

static void syscall_legacy(struct x86 *c, const struct insn *i)
{
	u16 cs = c->star >> 32 & 0xfffc;

	c->r[R_CX] = (u32)x86_next_ip(c, i);
	load_flat(c, cs, (u16)(cs + 8), 0, SEG_DB);
	c->cpu.pc = (u32)c->star;
	x86_set_flags(c, 0, FL_IF | FL_VM | FL_RF);
	step_by_new_tf(c);
	x86_update(c);
}

static void syscall(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u16 cs = c->star >> 32 & 0xfffc;
	u32 flags;

	check_syscall(c);
	if (!x86_long(c)) {
		syscall_legacy(c, i);
		return;
	}
	flags = x86_get_flags(c);
	c->r[R_CX] = x86_next_ip(c, i);
	c->r[R_11] = flags & ~(u32)FL_RF;
	cpu->pc = c->in64 ? c->lstar : c->cstar;
	load_flat(c, cs, (u16)(cs + 8), 0, SEG_L);
	x86_set_flags(c, 0, (u32)c->sfmask | FL_RF);
	step_by_new_tf(c);
	x86_update(c);
}

static void sysret(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u16 cs = (c->star >> 48 & 0xffff) | 3;
	bool wide = i->size == 3;

	check_syscall(c);
	if (c->cpl)
		x86_gp(c, 0);
	if (wide && !x86_canonical(c->r[R_CX]))
		x86_gp(c, 0);
	cpu->pc = wide ? c->r[R_CX] : (u32)c->r[R_CX];
	if (x86_long(c))
		x86_set_flags(c, (u32)c->r[R_11], 0x3c7fd7 | FL_RF | FL_VM);
	else
		x86_set_flags(c, FL_IF, FL_IF);
	c->flags &= ~(u32)(FL_RF | FL_VM);
	load_flat(c, wide ? (u16)(cs + 16) : cs, (u16)(((c->star >> 48) + 8) | 3), 3, wide ? SEG_L : SEG_DB);
	step_by_new_tf(c);
	x86_update(c);
}

/* ---- SYSENTER, SYSEXIT --------------------------------------------------------------------------- */

static void sysenter(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u16 cs = c->sysenter_cs & 0xfffc;
	bool wide = x86_long(c);

	(void)i;
	if (wide && x86_model_is_amd(c))
		x86_ud(c);
	if (!x86_protected(c) || !cs)
		x86_gp(c, 0);
	c->flags &= ~(u32)(FL_VM | FL_IF | FL_RF);
	load_flat(c, cs, (u16)(cs + 8), 0, wide ? SEG_L : SEG_DB);
	c->r[R_SP] = wide ? c->sysenter_esp : (u32)c->sysenter_esp;
	cpu->pc = wide ? c->sysenter_eip : (u32)c->sysenter_eip;
	x86_update(c);
}

static void sysexit(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u16 cs = c->sysenter_cs & 0xfffc;
	bool wide = i->size == 3;

	if (x86_long(c) && x86_model_is_amd(c))
		x86_ud(c);
	if (!x86_protected(c) || !cs || c->cpl)
		x86_gp(c, 0);
	if (wide && (!x86_canonical(c->r[R_CX]) || !x86_canonical(c->r[R_DX])))
		x86_gp(c, 0);
	c->r[R_SP] = wide ? c->r[R_CX] : (u32)c->r[R_CX];
	cpu->pc = wide ? c->r[R_DX] : (u32)c->r[R_DX];
	cs = (u16)((cs + (wide ? 32 : 16)) | 3);
	load_flat(c, cs, (u16)(cs + 8), 3, wide ? SEG_L : SEG_DB);
	x86_update(c);
}

static void swapgs(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	u64 base = c->seg[S_GS].base;

	(void)i;
	if (c->cpl)
		x86_gp(c, 0);
	c->seg[S_GS].base = c->kernel_gs_base;
	c->kernel_gs_base = base;
	x86_update_seg(c, S_GS);
}

static const struct insn_row rows[] = {
	{"0F 05", "syscall", SIZES1(syscall), .attr = ENDS_BLOCK, .feature = FEAT_SYSCALL},
	{"0F 07", "sysret|sysret|sysretq", SIZES1(sysret), .attr = CPL0 | ENDS_BLOCK, .feature = FEAT_SYSCALL},
	{"0F 34", "sysenter", SIZES1(sysenter), .attr = ENDS_BLOCK, .feature = FEAT_SEP},
	{"0F 35", "sysexit|sysexit|sysexitq", SIZES1(sysexit), .attr = CPL0 | ENDS_BLOCK, .feature = FEAT_SEP},
	{"0F 01 F8", "swapgs", SIZES1(swapgs), .attr = ONLY64 | CPL0},
};

const struct insn_group x86_group_syscall = {
	"syscall", rows, countof(rows), "Intel SDM vol. 2: SYSCALL SYSRET SYSENTER SYSEXIT SWAPGS",
};
