/* SPDX-License-Identifier: MIT */
/* What the user-mode vectors can't show of the x87: unmasked exceptions and when they are reported (#MF, FERR#), #NM,
 * the environment in its layouts, faults that must leave the state alone, and the quick paths against cpu/fp. SDM
 * vol. 1, 8.1.10, 8.5 to 8.7; vol. 3, 2.5, table 9-3. */
#include "tests/unit/x86_rig.h"

enum { IE = 1, ZE = 4, OE = 8, UE = 16, PE = 32, SF = 64, PENDING = 0x8080, OPEN = 0x340, MASKED = 0x37f };

TestSuite(x86_x87, .init = rig_start, .fini = rig_stop);

static const struct f80 one = { .sig = 1ull << 63, .se = 0x3fff }, snan = { .sig = 0xa000000000000000u, .se = 0x7fff };
static const struct f80 huge = { .sig = 1ull << 63, .se = 0x7ffe }, small = { .sig = 1ull << 63, .se = 1 };

/* TOP = 4; ST and ST(1) as given, the rest empty. */
static void set_x87(u16 cw, struct f80 st, struct f80 st1)
{
	c->x87 = (struct x87){ .cw = cw, .sw = 4 << 11, .valid = 0x30 };
	for (unsigned n = 0; n < 8; n++)
		c->x87.r[n] = f80_make((u16)(0x4000 + n), 1ull << 63 | n);
	c->x87.r[4] = st;
	c->x87.r[5] = st1;
}

static bool same(struct f80 a, struct f80 b)
{
	return a.sig == b.sig && a.se == b.se;
}

static bool same_stack(const struct x87 *a, const struct x87 *b)
{
	for (unsigned n = 0; n < 8; n++)
		if (!same(a->r[n], b->r[n]))
			return false;
	return a->valid == b->valid && (a->sw & 0x3800) == (b->sw & 0x3800);
}

static bool same_x87(const struct x87 *a, const struct x87 *b)
{
	return same_stack(a, b) && a->cw == b->cw && a->sw == b->sw && a->fop == b->fop && a->fip == b->fip &&
		a->fdp == b->fdp && a->fcs == b->fcs && a->fds == b->fds;
}

/* ---- unmasked exceptions ------------------------------------------------------------------------------------- */

/* Nothing is stored or popped: invalid, divide by zero, stack faults; m32 and m64 also overflow and underflow. */
Test(x86_x87, unmasked_before)
{
	static const struct {
		const char *code;
		struct f80 st, st1;
		u16 sw, fop;
	} cases[] = {
		{ "D8 C1", { 0xa000000000000000u, 0x7fff }, { 1ull << 63, 0x3fff }, IE, 0x0c1 },
		{ "DE F9", { 0, 0 }, { 1ull << 63, 0x3fff }, ZE, 0x6f9 },
		{ "D8 C2", { 1ull << 63, 0x3fff }, { 1ull << 63, 0x3fff }, IE | SF, 0x0c2 },
		{ "DE C2", { 1ull << 63, 0x3fff }, { 1ull << 63, 0x3fff }, IE | SF, 0x6c2 },
		{ "D9 C2", { 1ull << 63, 0x3fff }, { 1ull << 63, 0x3fff }, IE | SF, 0x1c2 },
		{ "D9 CA", { 1ull << 63, 0x3fff }, { 1ull << 63, 0x3fff }, IE | SF, 0x1ca },
		{ "DA C2", { 1ull << 63, 0x3fff }, { 1ull << 63, 0x3fff }, IE | SF, 0x2c2 },
		{ "D9 FA", { 1ull << 63, 0xbfff }, { 1ull << 63, 0x3fff }, IE, 0x1fa },
		{ "D9 F1", { 1ull << 63, 0xbfff }, { 1ull << 63, 0x3fff }, IE, 0x1f1 },
		{ "D9 F4", { 0, 0 }, { 1ull << 63, 0x3fff }, ZE, 0x1f4 },
		{ "2E DE D9", { 0xa000000000000000u, 0x7fff }, { 1ull << 63, 0x3fff }, IE, 0x6d9 },
		{ "D9 1D 00 00 10 00", { 1ull << 63, 0x7000 }, { 0, 0 }, OE, 0x11d },
		{ "DD 1D 00 00 10 00", { 1ull << 63, 0x0001 }, { 0, 0 }, UE, 0x51d },
		{ "DB 1D 00 00 10 00", { 1ull << 63, 0x7000 }, { 0, 0 }, IE, 0x31d },
		{ "DF 35 00 00 10 00", { 1ull << 63, 0x7000 }, { 0, 0 }, IE, 0x735 },
		{ "DD 0D 00 00 10 00", { 1ull << 63, 0x7000 }, { 0, 0 }, IE, 0x50d },
	};

	rig_protected(0);
	for (unsigned n = 0; n < countof(cases); n++) {
		struct x87 before;
		enum stop s;

		set_x87(OPEN, cases[n].st, cases[n].st1);
		rig_poke(RIG_DATA, 8, 0x1122334455667788u);
		before = c->x87;
		rig_protected(0);
		rig_code(cases[n].code);
		s = rig_step(1);
		cr_expect_eq(s, STOP_UNTIL);
		cr_expect(same_stack(&before, &c->x87), "%s: the stack changed", cases[n].code);
		cr_expect_eq(c->x87.sw & 0x80ff, cases[n].sw | PENDING, "%s: status %x", cases[n].code, c->x87.sw);
		cr_expect_eq(c->x87.fop, cases[n].fop, "%s: opcode %x", cases[n].code, c->x87.fop);
		cr_expect_eq(c->x87.fip, RIG_CODE, "%s: FIP %x", cases[n].code, (unsigned)c->x87.fip);
		cr_expect_eq(c->x87.fcs, CODE0);
		cr_expect_eq(rig_peek(RIG_DATA, 8), 0x1122334455667788u, "%s: memory changed", cases[n].code);
	}
}

/* Overflow, underflow and precision in a register: the result is there, its exponent moved, and popped. */
Test(x86_x87, unmasked_after)
{
	rig_protected(0);
	set_x87(OPEN | PE, huge, huge);
	rig_code("DE C1"); /* faddp */
	rig_step(1);
	cr_expect_eq(c->x87.sw, 5 << 11 | OE | PENDING, "%x", c->x87.sw);
	cr_expect(same(c->x87.r[5], f80_make(0x7fff - 24576, 1ull << 63)), "%04x", c->x87.r[5].se);
	cr_expect_eq(c->x87.valid, 0x20);

	rig_protected(0);
	set_x87(OPEN | PE, small, f80_make(0x3ffe, 1ull << 63));
	rig_code("D8 C9"); /* fmul st, st(1) */
	rig_step(1);
	cr_expect_eq(c->x87.sw, 4 << 11 | UE | PENDING, "%x", c->x87.sw);
	cr_expect(same(c->x87.r[4], f80_make(24576, 1ull << 63)), "%04x", c->x87.r[4].se);

	rig_protected(0);
	set_x87(OPEN, one, f80_make(0x4000, 3ull << 62));
	rig_code("DE F9"); /* fdivp: 3 / 1 is exact; then fld1, fdivrp: 1 / 3 */
	rig_code("D9 E8 DE F1");
	rig_step(3);
	cr_expect_eq(c->x87.sw & ~0x200, 5 << 11 | PE | PENDING, "%x", c->x87.sw);
	cr_expect(same(c->x87.r[5], f80_make(0x3ffd, 0xaaaaaaaaaaaaaaabu)));

	/* FISTP stores and pops although PE is unmasked. */
	rig_protected(0);
	set_x87(OPEN, f80_make(0x3fff, 3ull << 62), one);
	rig_code("DB 1D 00 00 10 00");
	rig_step(1);
	cr_expect_eq(rig_peek(RIG_DATA, 4), 2);
	cr_expect_eq(c->x87.sw, 5 << 11 | 0x200 | PE | PENDING, "%x", c->x87.sw);
	cr_expect_eq(c->x87.fdp, RIG_DATA);
	cr_expect_eq(c->x87.fds, DATA0);
}

/* ---- when they are reported ------------------------------------------------------------------------------------ */

enum { CHECKED = 0xa4b0 };

/* A pending exception, then the code. */
static int run_pending(const char *code)
{
	rig_protected(0);
	set_x87(OPEN, snan, one);
	c->x87.sw |= IE | PENDING;
	c->x87.fop = CHECKED;
	rig_code(code);
	rig_code("F4");
	return rig_run();
}

Test(x86_x87, reported_by_the_next_waiting_instruction)
{
	static const char *const waiting[] = {
		"9B", "D9 E8", "D8 C1", "D9 D0", "D9 F7", "DD C0", "D9 2D 00 00 10 00", "D9 25 00 00 10 00",
		"DD 25 00 00 10 00", "D9 1D 00 00 10 00", "DF F1", "D9 E5", "D9 C9", "DA C1", "D9 FE",
	};
	static const char *const free[] = {
		"9090", "DF E0", "DD 3D 00 00 10 00", "D9 3D 00 00 10 00", "DB E2 9B", "DB E3 D9 E8",
		"DB E0 DB E1 DB E4", "D9 35 00 00 10 00 9B", "DD 35 00 00 10 00 D9 E8",
	};

	for (unsigned n = 0; n < countof(waiting); n++) {
		int got = run_pending(waiting[n]);

		cr_expect_eq(got, X_MF, "%s: %d", waiting[n], got);
		cr_expect_eq(rig_frame(0), RIG_CODE, "%s", waiting[n]);
		cr_expect_eq(c->x87.sw, 4 << 11 | IE | PENDING, "%s: %x", waiting[n], c->x87.sw);
		cr_expect(same(c->x87.r[4], snan));
		cr_expect_eq(c->x87.fop, CHECKED, "%s", waiting[n]);
	}
	for (unsigned n = 0; n < countof(free); n++) {
		int got = run_pending(free[n]);

		cr_expect_eq(got, RIG_HALTED, "%s: %d", free[n], got);
	}
}

/* The instruction that fails itself does not fault. */
Test(x86_x87, reported_later)
{
	rig_protected(0);
	set_x87(OPEN, snan, one);
	rig_code("D8 C1 90 90 DF E0 D9 C0 F4");
	cr_expect_eq(rig_run(), X_MF);
	cr_expect_eq(rig_frame(0), RIG_CODE + 6);
	cr_expect_eq((u16)c->r[R_AX], 4 << 11 | IE | PENDING);
	cr_expect_eq(c->x87.fip, RIG_CODE);
}

/* ES and B follow masks and flags whoever changes them. */
Test(x86_x87, masks_decide)
{
	rig_protected(0);
	set_x87(MASKED, one, one);
	c->x87.sw |= ZE;
	rig_poke(RIG_DATA, 2, 0x37b);
	rig_code("D9 2D 00 00 10 00 DF E0 D9 2D 02 00 10 00 F4");
	cr_expect_eq(rig_run(), X_MF); /* the second FLDCW waits */
	cr_expect_eq((u16)c->r[R_AX], 4 << 11 | ZE | PENDING);

	rig_protected(0);
	rig_code("D9 35 00 00 10 00 DF E0 9B F4"); /* fnstenv masks everything */
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq((u16)c->r[R_AX], 4 << 11 | ZE);
	cr_expect_eq(c->x87.cw, 0x37f);
	cr_expect_eq((u16)rig_peek(RIG_DATA, 4), 0x37b);
	cr_expect_eq((u16)rig_peek(RIG_DATA + 4, 4), 4 << 11 | ZE | PENDING);

	rig_protected(0);
	rig_code("D9 25 00 00 10 00 DF E0 9B F4"); /* fldenv brings it back */
	cr_expect_eq(rig_run(), X_MF);
	cr_expect_eq((u16)c->r[R_AX], 4 << 11 | ZE | PENDING);

	rig_protected(0);
	rig_poke(RIG_DATA + 4, 2, 0xb880); /* ES and B alone are not loaded */
	rig_code("DB E2 D9 25 00 00 10 00 DF E0 9B F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq((u16)c->r[R_AX], 0x3800);
}

/* ---- FERR# ------------------------------------------------------------------------------------------------------ */

enum { IRQ13 = 0x75 };

struct ferr {
	unsigned raised, lowered;
	bool irq; /* the board makes an interrupt of it */
};

static void take_ferr(void *arg, bool level)
{
	struct ferr *f = arg;

	f->raised += level;
	f->lowered += !level;
	if (f->irq)
		x86_set_irq(c, level);
}

static int ack(void *arg)
{
	(void)arg;
	x86_set_irq(c, false);
	return IRQ13;
}

static void start_ferr(struct ferr *f, u32 flags)
{
	rig_protected(0);
	c->cr0 &= ~(u64)CR0_NE;
	c->flags |= flags;
	x86_set_irq(c, false);
	c->bus.ferr = take_ferr;
	c->bus.irq_ack = ack;
	c->bus.arg = f;
	set_x87(OPEN, snan, one);
	x86_update(c);
}

Test(x86_x87, ferr_comes_before_the_next_instruction)
{
	struct ferr f = { .irq = true };

	start_ferr(&f, FL_IF);
	rig_code("D8 C1 90 D9 E8 F4"); /* fadd; nop; fld1 */
	cr_expect_eq(rig_run(), IRQ13);
	cr_expect_eq(rig_frame(0), RIG_CODE + 3);
	cr_expect_eq(c->x87.sw >> 11 & 7, 4, "fld1 has not run");
	cr_expect_eq(f.raised, 1);

	/* The handler clears it and returns. */
	rig_poke(rig_handler(IRQ13), 3, 0xcfe2db); /* fnclex; iret */
	start_ferr(&f, FL_IF);
	rig_code("D8 C1 90 D9 E8 F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->x87.sw, 3 << 11, "%x", c->x87.sw);
	cr_expect_eq(f.raised, 2);
	cr_expect_eq(f.lowered, 1);
}

/* Without an interrupt (masked, or IGNNE#) everything goes on. */
Test(x86_x87, ferr_without_interrupt)
{
	struct ferr f = { .irq = true };

	start_ferr(&f, 0);
	rig_code("D8 C1 9B D9 E8 F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->x87.sw, 3 << 11 | IE | PENDING, "%x", c->x87.sw);
	cr_expect_eq(f.raised, 2, "%u", f.raised);

	f = (struct ferr){ .irq = false };
	start_ferr(&f, FL_IF);
	c->bus.irq_ack = NULL;
	rig_code("D8 C1 9B D9 E8 DB E3 F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(f.raised, 2);
	cr_expect_eq(f.lowered, 1, "FNINIT ends it");
}

/* IGNNE# lets everything through and keeps FERR# as it is. */
Test(x86_x87, ignne)
{
	struct ferr f = { .irq = true };

	start_ferr(&f, FL_IF);
	c->ignne = true;
	rig_code("D8 C1 D9 E8 0F 77 DB E3 F4"); /* fadd; fld1; emms; fninit */
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(f.raised, 0);
	cr_expect_eq(f.lowered, 1);
}

/* MMX instructions report what the x87 left behind, by the same way (SDM vol. 3, 12.5.1). */
Test(x86_x87, mmx_reports_too)
{
	struct ferr f = { .irq = true };

	start_ferr(&f, FL_IF);
	c->r[R_AX] = 0x12345678;
	c->r[R_BX] = RIG_DATA;
	rig_poke(RIG_DATA, 4, 0);
	rig_code("D8 C1 0F 6E C8 0F 7E 0B F4"); /* fadd; movd mm1, eax; movd [ebx], mm1 */
	cr_expect_eq(rig_run(), IRQ13);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2);
	cr_expect_eq(c->x87.sw >> 11 & 7, 4, "movd has not run");
	cr_expect_eq(f.raised, 1);

	rig_poke(rig_handler(IRQ13), 3, 0xcfe2db); /* fnclex; iret */
	start_ferr(&f, FL_IF);
	rig_code("D8 C1 0F 6E C8 0F 7E 0B F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(rig_peek(RIG_DATA, 4), 0x12345678);
	cr_expect_eq(f.raised, 2);
	cr_expect_eq(f.lowered, 1);

	/* Single steps: the trap of FADD and no other before the interrupt. */
	start_ferr(&f, FL_IF | FL_TF);
	rig_poke(rig_handler(X_DB), 1, 0xcf);
	rig_code("D8 C1 0F 6E C8 F4");
	rig_poke(rig_handler(IRQ13), 1, 0xf4);
	c->dr[6] = 0;
	cr_expect_eq(rig_run(), IRQ13);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2);

	/* Without an interrupt it goes on; with CR0.NE it is #MF. */
	start_ferr(&f, 0);
	rig_code("D8 C1 0F 6E C8 F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->x87.r[1].sig, 0x12345678);
	start_ferr(&f, FL_IF);
	c->cr0 |= CR0_NE;
	rig_code("D8 C1 0F 6E C8 F4");
	cr_expect_eq(rig_run(), X_MF);
}

/* FXRSTOR and XRSTOR bring ES along with the flags that it follows from: FERR# goes with it, or comes later. */
Test(x86_x87, restored_state_moves_ferr)
{
	struct ferr f = { .irq = false };

	start_ferr(&f, FL_IF);
	c->bus.irq_ack = NULL;
	c->cr4 |= CR4_OSFXSR | CR4_OSXSAVE;
	c->xcr0 = 3;
	c->r[R_BX] = RIG_DATA;
	c->r[R_SI] = RIG_DATA + 0x1000;
	c->r[R_AX] = 3;
	c->r[R_DX] = 0;
	rig_poke(RIG_DATA + 0x1000 + 512, 8, 0);
	rig_poke(RIG_DATA + 0x1000 + 520, 8, 0);
	rig_poke(RIG_DATA + 0x1000 + 528, 8, 0);
	/* fxsave [ebx]; fadd; fwait; fxrstor [ebx] */
	rig_code("0F AE 03 D8 C1 9B 0F AE 0B F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->x87.sw, 4 << 11, "%x", c->x87.sw);
	cr_expect_eq(f.raised, 1);
	cr_expect_eq(f.lowered, 1);
	/* fxsave; xrstor [esi] into the initial state; fxrstor; fwait */
	rig_protected(0);
	c->cr0 &= ~(u64)CR0_NE;
	x86_update(c);
	rig_code("D8 C1 9B 0F AE 03 0F AE 2E F4 0F AE 0B F4 9B F4");
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->x87.sw, 0, "%x", c->x87.sw);
	cr_expect_eq(f.raised, 2);
	cr_expect_eq(f.lowered, 2);
	c->cpu.pc = RIG_CODE + 10;
	c->halted = false;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->x87.sw & (IE | PENDING), IE | PENDING, "%x", c->x87.sw);
	cr_expect_eq(f.raised, 2, "not before it is waited for");
	c->cpu.pc = RIG_CODE + 14;
	c->halted = false;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(f.raised, 3);
}

/* ---- #NM --------------------------------------------------------------------------------------------------------- */

static int run_with_cr0(u32 bits, const char *code)
{
	rig_protected(0);
	set_x87(MASKED, one, one);
	c->cr0 = (c->cr0 & ~(u64)(CR0_MP | CR0_EM | CR0_TS)) | bits;
	x86_update(c);
	rig_code(code);
	rig_code("F4");
	return rig_run();
}

Test(x86_x87, not_available)
{
	static const char *const all[] = {
		"D9 E8", "D8 C1", "DF E0", "DB E3", "DB E2", "D9 3D 00 00 10 00", "DD 35 00 00 10 00", "DB E0", "D9 FE",
		"DF 35 00 00 10 00", "DE D9", "D9 2D 00 00 10 00",
	};

	for (unsigned n = 0; n < countof(all); n++) {
		cr_expect_eq(run_with_cr0(CR0_TS, all[n]), X_NM, "%s", all[n]);
		cr_expect_eq(run_with_cr0(CR0_EM, all[n]), X_NM, "%s", all[n]);
		cr_expect_eq(run_with_cr0(CR0_MP, all[n]), RIG_HALTED, "%s", all[n]);
	}
	cr_expect_eq(run_with_cr0(CR0_TS, "9B"), RIG_HALTED);
	cr_expect_eq(run_with_cr0(CR0_EM, "9B"), RIG_HALTED);
	cr_expect_eq(run_with_cr0(CR0_EM | CR0_MP, "9B"), RIG_HALTED);
	cr_expect_eq(run_with_cr0(CR0_TS | CR0_MP, "9B"), X_NM);
}

/* ---- the environment ----------------------------------------------------------------------------------------- */

/* Tags: R4 valid, R5 zero, R6 infinite, the others empty. */
static void set_environment(void)
{
	set_x87(0x27f, one, f80_make(0x8000, 0));
	c->x87.r[6] = f80_make(0x7fff, 1ull << 63);
	c->x87.valid = 0x70;
	c->x87.sw |= 0x4500 | PE;
	c->x87.fop = 0x5a5;
	c->x87.fcs = 0x1234;
	c->x87.fds = 0xabcd;
	c->x87.fip = 0x9876;
	c->x87.fdp = 0xfedc;
}

static void expect_words(u64 at, const u16 *words, unsigned n, const char *what)
{
	for (unsigned k = 0; k < n; k++)
		cr_expect_eq(rig_peek(at + 2 * k, 2), words[k], "%s: word %u is %04x, not %04x", what, k,
			(unsigned)rig_peek(at + 2 * k, 2), words[k]);
}

/* FNSTENV, then FLDENV into an initialised x87. In the real layouts the pointers come back as linear addresses. */
static void environment(const char *store, const char *load, u64 at, const u16 *words, unsigned n, const char *what)
{
	bool real = x86_real_segments(c);
	struct x87 want;

	set_environment();
	want = c->x87;
	rig_poke(at + 2 * n, 2, 0x7788);
	rig_code(store);
	rig_code("DB E3");
	rig_code(load);
	rig_step(1);
	expect_words(at, words, n, what);
	cr_expect_eq(rig_peek(at + 2 * n, 2), 0x7788, "%s is longer", what);
	cr_expect_eq(c->x87.cw, 0x27f | 0x3f);
	rig_step(2);
	if (real) {
		want.fip = 0x1234 * 16 + 0x9876;
		want.fdp = 0xabcd * 16 + 0xfedc;
		want.fcs = want.fds = 0;
	}
	if (!real && n == 7)
		want.fop = 0; /* has no place there */
	cr_expect(same_x87(&want, &c->x87), "%s: did not come back", what);
}

Test(x86_x87, environment_protected)
{
	static const u16 narrow[] = { 0x27f, 0x6520, 0xe4ff, 0x9876, 0x1234, 0xfedc, 0xabcd };
	static const u16 wide[] = {
		0x27f, 0xffff, 0x6520, 0xffff, 0xe4ff, 0xffff, 0x9876, 0, 0x1234, 0x5a5, 0xfedc, 0, 0xabcd, 0xffff,
	};

	rig_protected(0);
	environment("D9 35 00 00 10 00", "D9 25 00 00 10 00", RIG_DATA, wide, countof(wide), "32-bit");
	rig_protected(0);
	environment("66 D9 35 00 00 10 00", "66 D9 25 00 00 10 00", RIG_DATA, narrow, countof(narrow), "16-bit");
	rig_long(0);
	environment("D9 34 25 00 00 10 00", "D9 24 25 00 00 10 00", RIG_DATA, wide, countof(wide), "64-bit");
}

/* CS * 16 + IP = 1BBB6h, DS * 16 + DP = BBBACh */
static const u16 real32[] = {
	0x27f, 0xffff, 0x6520, 0xffff, 0xe4ff, 0xffff, 0xbbb6, 0xffff, 0x15a5, 0, 0xbbac, 0xffff, 0xb000, 0,
};
static const u16 real16[] = { 0x27f, 0x6520, 0xe4ff, 0xbbb6, 0x15a5, 0xbbac, 0xb000 };

Test(x86_x87, environment_real)
{
	rig_real();
	environment("D9 36 00 60", "D9 26 00 60", 0x6000, real16, countof(real16), "16-bit real");
	rig_real();
	environment("66 D9 36 00 60", "66 D9 26 00 60", 0x6000, real32, countof(real32), "32-bit real");
	rig_v86();
	environment("D9 36 00 60", "D9 26 00 60", 0x6000, real16, countof(real16), "16-bit virtual-8086");
	rig_v86();
	environment("66 D9 36 00 60", "66 D9 26 00 60", 0x6000, real32, countof(real32), "32-bit virtual-8086");
}

/* FNSAVE initialises; the registers follow the environment, ST first. */
Test(x86_x87, save_and_restore)
{
	struct x87 want;

	for (unsigned wide = 0; wide < 2; wide++) {
		unsigned at = RIG_DATA + (wide ? 28 : 14);

		rig_protected(0);
		set_environment();
		want = c->x87;
		rig_code(wide ? "DD 35 00 00 10 00 DD 25 00 00 10 00" : "66 DD 35 00 00 10 00 66 DD 25 00 00 10 00");
		rig_step(1);
		cr_expect_eq(c->x87.cw, 0x37f);
		cr_expect_eq(c->x87.sw, 0);
		cr_expect_eq(c->x87.valid, 0);
		cr_expect_eq(c->x87.fip | c->x87.fdp | c->x87.fop | c->x87.fcs | c->x87.fds, 0);
		for (unsigned n = 0; n < 8; n++) {
			cr_expect_eq(rig_peek(at + n * 10, 8), want.r[(4 + n) & 7].sig, "register %u", n);
			cr_expect_eq(rig_peek(at + n * 10 + 8, 2), want.r[(4 + n) & 7].se, "register %u", n);
		}
		rig_step(1);
		want.fop = wide ? want.fop : 0;
		cr_expect(same_x87(&want, &c->x87));
	}
}

/* ---- faults -------------------------------------------------------------------------------------------------- */

/* The page after RIG_DATA is missing; the operand reaches into it. A store that an unmasked exception refuses does not
 * touch it. */
Test(x86_x87, faults_change_nothing)
{
	static const struct {
		const char *code;
		u32 at;
	} cases[] = {
		{ "D9 05", 2 }, { "DD 05", 4 }, { "DB 2D", 8 }, { "DF 05", 1 }, { "DB 05", 2 },
		{ "DF 2D", 4 }, { "DF 25", 8 }, { "D8 05", 2 }, { "DC 05", 4 }, { "DE 05", 1 },
		{ "DA 05", 2 }, { "D8 15", 2 }, { "DC 1D", 4 }, { "DE 1D", 1 }, { "D9 15", 2 },
		{ "D9 1D", 2 }, { "DD 1D", 4 }, { "DB 3D", 8 }, { "DF 15", 1 }, { "DB 1D", 2 },
		{ "DF 3D", 4 }, { "DF 35", 8 }, { "DD 0D", 4 }, { "D9 2D", 1 }, { "D9 3D", 1 },
		{ "DD 3D", 1 }, { "D9 25", 20 }, { "D9 35", 20 }, { "DD 25", 100 }, { "DD 35", 100 },
		{ "66 D9 25", 10 }, { "66 DD 35", 90 },
	};
	static const char refused[] = "D9 15, D9 1D, DD 1D, DF 15, DB 1D, DF 3D, DF 35, DD 0D";

	for (unsigned n = 0; n < 2 * countof(cases); n++) {
		u32 at = RIG_DATA + 0x1000 - cases[n / 2].at;
		struct x87 before;

		rig_protected(0);
		rig_paging(RIG_32);
		rig_poke(rig_pte(RIG_32, RIG_DATA + 0x1000), 4, 0);
		tlb_flush_all(&c->cpu.tlb);
		set_x87(MASKED, one, f80_make(0x4005, 3ull << 62));
		if (n & 1) { /* full: what would be pushed has no room; or SNaNs that would be refused */
			c->x87.valid = 0xff;
			c->x87.cw = OPEN;
			c->x87.r[4] = snan;
		}
		before = c->x87;
		for (u32 k = at; k < RIG_DATA + 0x1000; k += 1)
			rig_poke(k, 1, 0x5a);
		rig_code(cases[n / 2].code);
		rig_poke(RIG_CODE + strlen(cases[n / 2].code) / 3 + 1, 4, at);
		rig_poke(RIG_CODE + strlen(cases[n / 2].code) / 3 + 5, 1, 0xf4);
		if ((n & 1) && strstr(refused, cases[n / 2].code)) {
			cr_expect_eq(rig_run(), RIG_HALTED, "%s", cases[n / 2].code);
		} else {
			cr_expect_eq(rig_run(), X_PF, "%s", cases[n / 2].code);
			cr_expect_eq(c->cr2, RIG_DATA + 0x1000, "%s: %x", cases[n / 2].code, (unsigned)c->cr2);
			cr_expect(same_x87(&before, &c->x87), "%s: the x87 changed", cases[n / 2].code);
		}
		for (u32 k = at; k < RIG_DATA + 0x1000; k++)
			cr_expect_eq(rig_peek(k, 1), 0x5a, "%s: memory changed", cases[n / 2].code);
	}
}

/* ---- stack faults, masked ------------------------------------------------------------------------------------- */

Test(x86_x87, masked_stack_faults)
{
	rig_protected(0);
	set_x87(MASKED, one, one);
	c->x87.valid = 0xff;
	rig_code("D9 E8"); /* fld1: overflow */
	rig_step(1);
	cr_expect_eq(c->x87.sw, 3 << 11 | 0x200 | SF | IE, "%x", c->x87.sw);
	cr_expect(same(c->x87.r[3], f80_indefinite()));

	rig_protected(0);
	set_x87(MASKED, one, one);
	c->x87.valid = 0;
	rig_code("DB 1D 00 00 10 00"); /* fistp: underflow */
	rig_step(1);
	cr_expect_eq(c->x87.sw, 5 << 11 | SF | IE, "%x", c->x87.sw);
	cr_expect_eq(rig_peek(RIG_DATA, 4), 0x80000000u);
}

/* The second encodings: FSTPNCE minds no empty register, FFREEP pops. */
Test(x86_x87, second_encodings)
{
	rig_protected(0);
	set_x87(OPEN, one, small);
	c->x87.valid = 0x20;
	rig_code("D9 D9 DF C0 DD C8 F4"); /* fstpnce st(1); ffreep st(0); fxch4: underflow */
	rig_step(1);
	cr_expect_eq(c->x87.sw, 5 << 11, "%x", c->x87.sw);
	cr_expect_eq(c->x87.valid, 0x20);
	cr_expect(same(c->x87.r[5], small));
	rig_step(1);
	cr_expect_eq(c->x87.sw, 6 << 11, "%x", c->x87.sw);
	cr_expect_eq(c->x87.valid, 0);
	rig_step(1);
	cr_expect_eq(c->x87.sw, 6 << 11 | IE | SF | PENDING, "%x", c->x87.sw);
}

/* ---- quick paths ---------------------------------------------------------------------------------------------- */

static u64 next_random(u64 *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state ^ *state >> 29;
}

/* Normal numbers, mostly close to each other, some with few bits, some at the ends of the range. */
static struct f80 random_f80(u64 *state)
{
	u64 r = next_random(state), sig = next_random(state) | 1ull << 63;
	u16 sign = (u16)(r >> 20 & 0x8000);

	if (r & 64)
		sig &= ~0ull << (r >> 8 & 63);
	if (!(r & 31))
		return f80_make((u16)(sign | (r & 32 ? r >> 16 & 63 : 0x7fff - (r >> 16 & 63))), sig | 1ull << 63);
	return f80_make((u16)(sign | (0x3fff - 40 + (r >> 16) % 80)), sig | 1ull << 63);
}

static u16 status(const struct fp_env *e)
{
	return (u16)(4 << 11 | e->flags | (e->rounded_up ? 0x200 : 0));
}

static void expect_same_as_fp(const char *code, struct f80 (*f)(struct f80, struct f80, struct fp_env *), u64 *state)
{
	static const u8 precision[] = { 24, 64, 53, 64 };
	struct f80 a = random_f80(state), b = random_f80(state), want;
	u16 cw = (u16)(0x7f | (next_random(state) >> 9 & 0xf00));
	struct fp_env e = { .rule = FP_RULE_X87, .masks = FP_ALL, .round = cw >> 10 & 3 };

	e.prec = precision[cw >> 8 & 3];
	set_x87(cw, a, b);
	want = f(a, b, &e);
	c->cpu.pc = RIG_CODE;
	rig_step(1);
	cr_expect(same(c->x87.r[4], want), "%s cw %x: %04x_%016llx, %04x_%016llx", code, cw, a.se,
		(unsigned long long)a.sig, b.se, (unsigned long long)b.sig);
	cr_expect_eq(c->x87.sw, status(&e), "%s cw %x: status %x", code, cw, c->x87.sw);
}

Test(x86_x87, quick_paths)
{
	static const struct {
		const char *code;
		struct f80 (*f)(struct f80, struct f80, struct fp_env *);
	} ops[] = { { "D8 C1", f80_add }, { "D8 C9", f80_mul }, { "D8 E1", f80_sub }, { "D8 F1", f80_div } };
	u64 state = 1;

	for (unsigned n = 0; n < countof(ops); n++) {
		rig_protected(0);
		rig_code(ops[n].code);
		for (unsigned k = 0; k < 5000; k++)
			expect_same_as_fp(ops[n].code, ops[n].f, &state);
	}
}

Test(x86_x87, quick_stores_and_loads)
{
	u64 state = 2;

	rig_protected(0);
	rig_code("DD 15 00 00 10 00 D9 15 08 00 10 00 DD 05 00 00 10 00 D9 05 08 00 10 00");
	for (unsigned k = 0; k < 5000; k++) {
		u16 cw = (u16)(0x7f | (next_random(&state) >> 9 & 0xf00));
		struct fp_env e = { .rule = FP_RULE_X87, .masks = FP_ALL, .round = cw >> 10 & 3 };
		struct f80 a = random_f80(&state);
		u64 wide = f80_to_f64(a, &e);
		u32 narrow = f80_to_f32(a, &e);

		set_x87(cw, a, one);
		c->cpu.pc = RIG_CODE;
		rig_step(2);
		cr_expect_eq(rig_peek(RIG_DATA, 8), wide);
		cr_expect_eq(rig_peek(RIG_DATA + 8, 4), narrow);
		cr_expect_eq(c->x87.sw, status(&e), "cw %x: status %x", cw, c->x87.sw);
		rig_step(2);
		cr_expect(same(c->x87.r[3], f80_from_f64(wide, &e)));
		cr_expect(same(c->x87.r[2], f80_from_f32(narrow, &e)));
	}
}
