/* SPDX-License-Identifier: MIT */
/* Who may see and change IF: CLI, STI, PUSHF, POPF in real, protected and virtual-8086 mode, with IOPL, CR4.VME and
 * CR4.PVI; and that interrupts wait for one instruction after STI. Intel SDM vol. 2, tables of CLI, STI, POPF,
 * PUSHF; vol. 3, 6.8.1, 20.2.7, 20.3, 20.4. */
#include "tests/unit/x86_bare.h"

enum { RAM_SIZE = 0x10000, CODE = 0x2000, GDT = 0x1000, STACK = 0x8000 };
enum { CLI = 0xfa, STI = 0xfb, PUSHF = 0x9c, POPF = 0x9d };
enum mode { REAL, RING0, RING3, V86 };

static void set_segments(struct x86 *c, u16 code, u16 data, unsigned cpl)
{
	for (unsigned n = 0; n < S_COUNT; n++)
		c->seg[n] = (struct seg){ .attr = (u16)((n == S_CS ? code : data) | cpl << 5), .limit = 0xffff };
	c->cpl = (u8)cpl;
}

/* Runs one instruction of 16- or 32-bit operand size with `flags` and, for POPF, `top` on the stack. */
static void run(struct bare *r, enum mode mode, unsigned cr4, u32 flags, u8 opcode, bool wide, u32 top)
{
	struct x86 *c = &r->x86;
	u8 code[2] = { 0x66, opcode };

	cpu_reset(&c->cpu);
	c->cr0 = CR0_ET | (mode == REAL ? 0 : CR0_PE);
	c->cr4 = cr4;
	set_segments(c, 0x9b, 0x93, mode >= RING3 ? 3 : 0);
	c->flags = FL_1 | (flags & ~(u32)FL_OSZAPC) | (mode == V86 ? FL_VM : 0);
	x86_set_oszapc(c, flags);
	x86_update(c);
	c->r[R_SP] = STACK;
	c->cpu.pc = wide ? CODE : CODE + 1;
	ram_touch(&r->ram, 0, RAM_SIZE);
	memcpy(r->ram.host + CODE, code, sizeof(code));
	store_le32(r->ram.host + STACK, top);
	r->vector = OK;
	cpu_run(&c->cpu, c->cpu.icount + 1);
}

struct flag_case {
	enum mode mode;
	unsigned cr4;
	u32 before;
	u8 opcode;
	int vector;
	u32 after; /* IF, VIF and VIP */
};

static const struct flag_case cli_sti[] = {
	{ REAL, 0, FL_IF, CLI, OK, 0 },
	{ REAL, 0, 0, STI, OK, FL_IF },
	{ RING0, 0, FL_IF, CLI, OK, 0 },
	{ RING0, CR4_PVI, 0, STI, OK, FL_IF },
	{ RING3, 0, FL_IF, CLI, X_GP, FL_IF },
	{ RING3, 0, FL_IF | FL_IOPL, CLI, OK, 0 },
	{ RING3, CR4_VME, FL_IF, CLI, X_GP, FL_IF },
	{ RING3, CR4_PVI, FL_IF | FL_VIF, CLI, OK, FL_IF },
	{ RING3, CR4_PVI, FL_IF, STI, OK, FL_IF | FL_VIF },
	{ RING3, CR4_PVI, FL_IF | FL_VIP, STI, X_GP, FL_IF | FL_VIP },
	{ RING3, CR4_PVI, FL_IOPL | FL_VIP, STI, OK, FL_IF | FL_VIP },
	{ V86, 0, FL_IF, CLI, X_GP, FL_IF },
	{ V86, 0, FL_IF | FL_IOPL, CLI, OK, 0 },
	{ V86, CR4_PVI, FL_IF, CLI, X_GP, FL_IF },
	{ V86, CR4_VME, FL_IF | FL_VIF, CLI, OK, FL_IF },
	{ V86, CR4_VME, FL_IF, STI, OK, FL_IF | FL_VIF },
	{ V86, CR4_VME, FL_IF | FL_VIP, STI, X_GP, FL_IF | FL_VIP },
	{ V86, CR4_VME, FL_IOPL, STI, OK, FL_IF },
};

Test(x86_interrupt_flag, cli_and_sti)
{
	struct bare *r = bare_start(RAM_SIZE);

	for (unsigned k = 0; k < countof(cli_sti); k++) {
		const struct flag_case *t = &cli_sti[k];

		run(r, t->mode, t->cr4, t->before, t->opcode, false, 0);
		cr_assert(r->vector == t->vector, "case %u: vector %d", k, r->vector);
		cr_assert((r->x86.flags & (FL_IF | FL_VIF | FL_VIP)) == t->after, "case %u: flags %x", k, r->x86.flags);
	}
	bare_finish(r);
}

struct popf_case {
	enum mode mode;
	unsigned cr4;
	u32 before;
	bool wide;
	u32 top;
	int vector;
	u32 after; /* all but FL_1 and VM */
};

#define ALL_LOW (FL_OSZAPC | FL_TF | FL_IF | FL_DF | FL_IOPL | FL_NT)

static const struct popf_case popf[] = {
	{ REAL, 0, 0, false, 0xffffffff, OK, ALL_LOW },
	{ RING0, 0, FL_AC, false, 0xffff0000, OK, FL_AC },
	{ RING0, 0, FL_VIF, true, 0xffffffff & ~(u32)FL_TF, OK, (ALL_LOW & ~FL_TF) | FL_AC | FL_ID | FL_VIF },
	{ RING3, 0, FL_IF, true, 0, OK, FL_IF },
	{ RING3, 0, 0, true, FL_IF | FL_IOPL | FL_NT, OK, FL_NT },
	{ RING3, 0, FL_IF | FL_IOPL, true, FL_ID, OK, FL_IOPL | FL_ID },
	{ RING3, CR4_PVI, FL_IF | FL_VIP, true, FL_IF | FL_CF, OK, FL_IF | FL_VIP | FL_CF },
	{ V86, 0, 0, false, 0, X_GP, 0 },
	{ V86, 0, FL_IOPL, false, FL_IF | FL_NT, OK, FL_IF | FL_NT | FL_IOPL },
	{ V86, 0, FL_IOPL | FL_IF, true, FL_AC | FL_VIP, OK, FL_AC | FL_IOPL },
	{ V86, CR4_VME, FL_IF, true, 0, X_GP, FL_IF },
	{ V86, CR4_VME, FL_IF, false, FL_IF | FL_DF, OK, FL_IF | FL_VIF | FL_DF },
	{ V86, CR4_VME, FL_IF | FL_VIF, false, FL_IOPL, OK, FL_IF },
	{ V86, CR4_VME, FL_IF | FL_VIP, false, FL_IF, X_GP, FL_IF | FL_VIP },
	{ V86, CR4_VME, FL_IF | FL_VIP | FL_VIF, false, FL_CF, OK, FL_IF | FL_VIP | FL_CF },
	{ V86, CR4_VME, FL_IF, false, FL_TF, X_GP, FL_IF },
};

Test(x86_interrupt_flag, popf)
{
	struct bare *r = bare_start(RAM_SIZE);

	for (unsigned k = 0; k < countof(popf); k++) {
		const struct popf_case *t = &popf[k];
		u32 got;

		run(r, t->mode, t->cr4, t->before, POPF, t->wide, t->top);
		got = x86_get_flags(&r->x86) & ~(u32)(FL_1 | FL_VM);
		cr_assert(r->vector == t->vector, "case %u: vector %d", k, r->vector);
		cr_assert(got == t->after, "case %u: flags %x", k, got);
		cr_assert(r->x86.r[R_SP] == STACK + (t->vector != OK ? 0u : t->wide ? 4u : 2u), "case %u: sp", k);
	}
	bare_finish(r);
}

static const struct popf_case pushf[] = { /* top: what is pushed */
	{ REAL, 0, FL_IF | FL_RF, false, FL_IF | FL_1, OK, 0 },
	{ RING3, CR4_PVI, FL_IF | FL_RF | FL_VIP | FL_VIF, true, FL_IF | FL_VIP | FL_VIF | FL_1, OK, 0 },
	{ V86, 0, FL_IF, false, 0, X_GP, 0 },
	{ V86, 0, FL_IF | FL_IOPL, true, FL_IF | FL_IOPL | FL_1, OK, 0 },
	{ V86, CR4_VME, FL_IF, false, FL_IOPL | FL_1, OK, 0 },
	{ V86, CR4_VME, FL_VIF, false, FL_IOPL | FL_IF | FL_1, OK, 0 },
	{ V86, CR4_VME, FL_IF, true, 0, X_GP, 0 },
};

Test(x86_interrupt_flag, pushf)
{
	struct bare *r = bare_start(RAM_SIZE);

	for (unsigned k = 0; k < countof(pushf); k++) {
		const struct popf_case *t = &pushf[k];
		unsigned bytes = t->wide ? 4 : 2;
		u64 got;

		run(r, t->mode, t->cr4, t->before, PUSHF, t->wide, 0);
		cr_assert(r->vector == t->vector, "case %u: vector %d", k, r->vector);
		if (t->vector != OK)
			continue;
		got = load_le(r->ram.host + STACK - bytes, bytes);
		cr_assert(got == t->top, "case %u: pushed %llx", k, (unsigned long long)got);
	}
	bare_finish(r);
}

static int acknowledge(void *arg)
{
	(void)arg;
	return 0x20;
}

/* With an interrupt waiting, it comes after the instruction that follows STI, and after only one even if that is STI
 * too. */
Test(x86_interrupt_flag, sti_holds_interrupts_off)
{
	static const u8 code[][4] = { { STI, 0x90, 0x90, 0x90 }, { STI, STI, 0x90, 0x90 }, { 0x90, CLI, 0x90, 0x90 } };
	struct bare *r = bare_start(RAM_SIZE);
	struct x86 *c = &r->x86;

	for (unsigned k = 0; k < countof(code); k++) {
		run(r, REAL, 0, k == 2 ? FL_IF : 0, 0x90, false, 0);
		memcpy(r->ram.host + CODE, code[k], sizeof(code[k]));
		ram_touch(&r->ram, 0, RAM_SIZE);
		store_le32(r->ram.host + 0x20 * 4, 0x3000);
		c->cpu.pc = CODE;
		c->bus.irq_ack = acknowledge;
		x86_set_irq(c, true);
		cpu_run(&c->cpu, c->cpu.icount + (k == 2 ? 1 : 3));
		cr_assert(c->cpu.pc == 0x3000, "case %u: pc %llx", k, (unsigned long long)c->cpu.pc);
		cr_assert(load_le16(r->ram.host + STACK - 6) == CODE + (k == 2 ? 0 : 2), "case %u: saved ip", k);
	}
	bare_finish(r);
}
