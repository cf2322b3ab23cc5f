/* SPDX-License-Identifier: MIT */
/* IRET in all its forms: real mode, virtual-8086 mode with and without VME, protected mode to the same and outer
 * levels, to virtual-8086 mode, to the previous task, and IRETQ. Intel SDM vol. 2, IRET (pseudocode); vol. 3,
 * 20.2.2, 20.3. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"

/* What every form may change; the rest depends on privilege. */
enum {
	FL_PLAIN = FL_OSZAPC | FL_TF | FL_DF | FL_NT,
	FL_WIDE = FL_RF | FL_AC | FL_ID,
};

struct frame {
	u64 ip, sp;
	u16 cs, ss;
	u32 flags;
	struct x86_stack st; /* behind what was popped */
};

static void pop_frame(struct x86 *c, unsigned bytes, struct frame *f)
{
	x86_stack_now(c, &f->st);
	f->ip = x86_stack_pop(c, &f->st, bytes, 0);
	f->cs = (u16)x86_stack_pop(c, &f->st, bytes, 0);
	f->flags = (u32)x86_stack_pop(c, &f->st, bytes, 0);
}

static void real_return(struct x86 *c, const struct frame *f, u32 mask)
{
	if (f->ip > c->seg[S_CS].limit)
		x86_gp(c, 0);
	x86_stack_commit(c, &f->st);
	x86_load_seg_real(c, S_CS, f->cs);
	c->cpu.pc = f->ip;
	x86_update(c);
	x86_set_flags(c, f->flags, mask);
}

static void iret_real(struct x86 *c, unsigned bytes)
{
	struct frame f;

	pop_frame(c, bytes, &f);
	real_return(c, &f, FL_PLAIN | FL_IF | FL_IOPL | (bytes == 4 ? FL_WIDE : 0));
}

/* IOPL 3: IF is the program's. Below: VIF stands for it if CR4.VME says so, else the monitor has to do it. */
static void iret_v86(struct x86 *c, unsigned bytes)
{
	struct frame f;

	if (x86_iopl(c) == 3) {
		pop_frame(c, bytes, &f);
		real_return(c, &f, FL_PLAIN | FL_IF | (bytes == 4 ? FL_WIDE : 0));
		return;
	}
	if (bytes != 2 || !(c->cr4 & CR4_VME))
		x86_gp(c, 0);
	pop_frame(c, bytes, &f);
	if ((f.flags & FL_TF) || ((f.flags & FL_IF) && (c->flags & FL_VIP)))
		x86_gp(c, 0);
	real_return(c, &f, FL_PLAIN);
	x86_set_flags(c, f.flags & FL_IF ? FL_VIF : 0, FL_VIF);
}

/* The nested task goes back to the one that called it. */
static void iret_task(struct x86 *c, const struct insn *i)
{
	u16 link = (u16)x86_lin_read(c, c->tr.base, 2, VIEW_SUPER);
	struct x86_desc d;

	x86_task_desc(c, link, &d, true, X_TS, 0);
	x86_task_switch(c, &d, TASK_IRET, x86_next_ip(c, i), x86_get_flags(c), 0);
	c->why = NULL;
}

/* SDM vol. 3, 20.2.2: EIP, CS and EFLAGS are popped; ESP, SS, ES, DS, FS, GS follow. */
static void return_to_v86(struct x86 *c, struct frame *f)
{
	static const u8 order[] = { S_SS, S_ES, S_DS, S_FS, S_GS };
	u16 sel[S_COUNT];
	u64 sp = x86_stack_pop(c, &f->st, 4, 0);

	for (unsigned n = 0; n < countof(order); n++)
		sel[order[n]] = (u16)x86_stack_pop(c, &f->st, 4, 0);
	if (f->ip > 0xffff)
		x86_gp(c, 0);
	sel[S_CS] = f->cs;
	c->cpl = 3;
	c->flags |= FL_VM;
	for (unsigned n = 0; n < S_COUNT; n++)
		x86_load_seg_real(c, n, sel[n]);
	c->r[R_SP] = sp;
	c->cpu.pc = f->ip;
	x86_set_flags(c, f->flags, ~0u);
	x86_update(c);
}

static u32 flags_mask(const struct x86 *c, unsigned bytes)
{
	u32 mask = FL_PLAIN;

	if (bytes > 2)
		mask |= FL_WIDE;
	if (c->cpl <= x86_iopl(c))
		mask |= FL_IF;
	if (c->cpl == 0)
		mask |= FL_IOPL | (bytes > 2 ? FL_VIF | FL_VIP : 0);
	return mask;
}

static void iret_protected(struct x86 *c, unsigned bytes)
{
	struct x86_desc cs;
	struct frame f;
	bool outer;
	u32 mask;

	pop_frame(c, bytes, &f);
	if (bytes == 4 && (f.flags & FL_VM) && c->cpl == 0 && !x86_long(c)) {
		return_to_v86(c, &f);
		return;
	}
	outer = c->in64 || (f.cs & 3u) > c->cpl;
	f.sp = f.ss = 0;
	x86_return_cs(c, f.cs, f.ip, &cs);
	if (outer) {
		f.sp = x86_stack_pop(c, &f.st, bytes, 0);
		f.ss = (u16)x86_stack_pop(c, &f.st, bytes, 0);
	}
	mask = flags_mask(c, bytes);
	x86_return_to(c, &cs, f.cs, f.ip, outer, f.ss, f.sp);
	if (!outer)
		x86_stack_commit(c, &f.st);
	x86_set_flags(c, f.flags, mask);
}

static void iret(struct cpu *cpu, const struct insn *i)
{
	struct x86 *c = x86_from(cpu);
	unsigned bytes = 1u << i->size;

	if (c->nmi_blocked) { /* even if IRET faults (SDM vol. 3, 6.7.1) */
		c->nmi_blocked = false;
		x86_rearm(c);
	}
	if (!x86_protected(c)) {
		iret_real(c, bytes);
	} else if (x86_v86(c)) {
		iret_v86(c, bytes);
	} else if (c->flags & FL_NT) {
		if (x86_long(c))
			x86_gp(c, 0);
		iret_task(c, i);
	} else {
		iret_protected(c, bytes);
	}
}

static const struct insn_row rows[] = {
	{"CF", "iret|iretd|iretq", SIZES1(iret), .attr = ENDS_BLOCK, .flags_out = FL_OSZAPC},
};

const struct insn_group x86_group_iret = { "iret", rows, countof(rows), "Intel SDM vol. 2: IRET IRETD IRETQ" };
