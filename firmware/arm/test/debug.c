/* SPDX-License-Identifier: MIT */
/*
 * Self-hosted debug: software step, hardware breakpoints, watchpoints, the OS Lock, and what masks them (Arm ARM D2.4,
 * D2.8 to D2.12, D17.3). Kernel debug needs MDSCR_EL1.KDE and PSTATE.D clear, so EL1 code is run with its own SPSR.
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

#define MDSCR_SS  BIT(0)
#define MDSCR_KDE BIT(13)
#define MDSCR_MDE BIT(15)
#define KERNEL    (SPSR_EL1H | SPSR_A | SPSR_I | SPSR_F) /* PSTATE.D clear */

enum { STEPS = 24, ISS_STEP = 1 << 24 | FSC_DEBUG, ISS_EX = 1 << 6 };

/* word[0] counts, from 1 on ELRs, from 32 on ESRs; 60 has the mark when the snippet has set it. */
static void note_step(struct frame *f)
{
	u64 n = test_state.word[0];

	if (n < STEPS) {
		test_state.word[1 + n] = f->elr;
		test_state.word[32 + n] = f->esr;
	}
	test_state.word[0] = n + 1;
	if (f->elr == f->x[20])
		test_state.word[60] = f->elr;
	f->spsr |= SPSR_SS;
	if (n > 100)
		MSR(mdscr_el1, 0);
}

static void forget(void)
{
	for (u32 i = 0; i < 64; i++)
		test_state.word[i] = 0;
}

/* Which step ended at the mark plus so much; ~0: none. */
static u64 step_at(u64 offset)
{
	for (u32 n = 0; n < STEPS; n++)
		if (test_state.word[1 + n] == test_state.word[60] + offset)
			return n;
	return ~0ull;
}

static u64 run_at(u64 mdscr, u64 spsr, void (*fn)(void *), void *arg)
{
	const struct trap_target t = {(u64)fn, (u64)arg, spsr};
	u64 got;

	forget();
	MSR(mdscr_el1, mdscr);
	got = trap_go(&t);
	MSR(mdscr_el1, 0);
	return got;
}

/* ---- software step ----------------------------------------------------------------------------------------------- */

SNIPPET(some_nops, MARK "nop\n\tnop\n\tb 1f\n\tnop\n1:\tnop\n\tnop")
SNIPPET(exclusive, "mov x1, x0\n\t" MARK "ldxr x2, [x1]\n\tclrex\n\tnop")
SNIPPET(call_and_on, MARK "svc #1\n\tnop\n\tnop")
SNIPPET(fault_in_step, "mov x1, #0\n\t" MARK "ldr x2, [x1]\n\tnop")

static void return_at_once(struct frame *f)
{
	test_state.word[61] = f->spsr;
}

static void skip_instruction(struct frame *f)
{
	test_state.word[61] = f->spsr;
	f->elr += 4;
}

static void check_path(const char *name)
{
	u64 first = step_at(0);

	check(name, first < STEPS, 1);
	check(name, step_at(4), first + 1);
	check(name, step_at(8), first + 2);
	check(name, step_at(16), first + 3);
	check(name, step_at(20), first + 4);
	check(name, step_at(12), ~0ull);
}

static void check_step_user(void)
{
	trap_set(EC_STEP_LOWER, note_step);
	check_none("step", run_at(MDSCR_SS, SPSR_DAIF | SPSR_EL0T | SPSR_SS, some_nops, NULL));
	check_path("step-path");
	check("step-esr", test_state.word[33], ESR(EC_STEP_LOWER, ISS_STEP));
	check_none("step-pending", run_at(MDSCR_SS, SPSR_DAIF | SPSR_EL0T, some_nops, NULL));
	check("step-pending-at-once", test_state.word[1], (u64)some_nops);
	check("step-pending-esr", test_state.word[32], ESR(EC_STEP_LOWER, FSC_DEBUG));
	check_none("step-exclusive",
		run_at(MDSCR_SS, SPSR_DAIF | SPSR_EL0T | SPSR_SS, exclusive, (void *)(u64)&user_state.word[0]));
	check("step-exclusive-esr", test_state.word[32 + step_at(4)], ESR(EC_STEP_LOWER, ISS_STEP | ISS_EX));
	check("step-after-exclusive-esr", test_state.word[32 + step_at(8)], ESR(EC_STEP_LOWER, ISS_STEP));
	check_none("step-off", run_at(0, SPSR_DAIF | SPSR_EL0T | SPSR_SS, some_nops, NULL));
	check("step-off-count", test_state.word[0], 0);
	trap_set(EC_SVC, return_at_once);
	check_none("step-svc", run_at(MDSCR_SS, SPSR_DAIF | SPSR_EL0T | SPSR_SS, call_and_on, NULL));
	trap_set(EC_SVC, NULL);
	check("step-svc-spsr", test_state.word[61] & SPSR_SS, 0);
	check("step-svc-next", step_at(4), step_at(0) + 1);
	check("step-svc-after", step_at(8), step_at(0) + 2);
	trap_set(EC_DABT_LOWER, skip_instruction);
	check_none("step-abort", run_at(MDSCR_SS, SPSR_DAIF | SPSR_EL0T | SPSR_SS, fault_in_step, NULL));
	trap_set(EC_DABT_LOWER, NULL);
	check("step-abort-spsr", test_state.word[61] & SPSR_SS, SPSR_SS);
	check("step-abort-after", step_at(8), step_at(0) + 1);
	trap_set(EC_STEP_LOWER, NULL);
}

static void check_step_kernel(void)
{
	trap_set(EC_STEP, note_step);
	check_none("kernel-step", run_at(MDSCR_SS | MDSCR_KDE, KERNEL | SPSR_SS, some_nops, NULL));
	check_path("kernel-step-path");
	check("kernel-step-esr", test_state.word[33], ESR(EC_STEP, ISS_STEP));
	check_none("kernel-step-masked", run_at(MDSCR_SS | MDSCR_KDE, KERNEL | SPSR_D | SPSR_SS, some_nops, NULL));
	check("kernel-step-masked-count", test_state.word[0], 0);
	check_none("kernel-step-without-kde", run_at(MDSCR_SS, KERNEL | SPSR_SS, some_nops, NULL));
	check("kernel-step-without-kde-count", test_state.word[0], 0);
	MSR(oslar_el1, 1);
	check("os-lock", MRS(oslsr_el1) & 2, 2);
	check_none("os-lock-no-step", run_at(MDSCR_SS | MDSCR_KDE, KERNEL | SPSR_SS, some_nops, NULL));
	check("os-lock-no-step-count", test_state.word[0], 0);
	MSR(oslar_el1, 0);
	check("os-unlock", MRS(oslsr_el1) & 2, 0);
	trap_set(EC_STEP, NULL);
}

/* ---- breakpoints ------------------------------------------------------------------------------------------------- */

enum { BCR_E = 1, BCR_EL1 = 1 << 1, BCR_EL0 = 2 << 1, BCR_BAS = 15 << 5 };

static void set_breakpoint(u32 n, u64 address, u64 control)
{
	if (n == 0) {
		MSR_RAW(dbgbvr0_el1, address);
		MSR(dbgbcr0_el1, control);
	} else {
		MSR_RAW(dbgbvr1_el1, address);
		MSR(dbgbcr1_el1, control);
	}
}

static void note_break(struct frame *f)
{
	test_state.word[2]++;
	set_breakpoint(0, f->elr, 0);
}

static void check_breakpoints(void)
{
	const struct frame *f = &trap_state.last;
	u64 got, at;

	check_none("break-code", run_at(0, SPSR_DAIF | SPSR_EL0T, some_nops, NULL));
	at = (u64)some_nops;
	for (u32 n = 0; n < 2; n++) {
		set_breakpoint(n, at, BCR_E | BCR_EL0 | BCR_BAS);
		got = run_at(MDSCR_MDE, SPSR_DAIF | SPSR_EL0T, some_nops, NULL);
		check_esr("break-user", got, ESR(EC_BREAKPOINT_LOWER, FSC_DEBUG));
		check("break-user-elr", f->elr, at);
		check_none("break-not-mde", run_at(0, SPSR_DAIF | SPSR_EL0T, some_nops, NULL));
		check_none("break-other-level", run_at(MDSCR_MDE | MDSCR_KDE, KERNEL, some_nops, NULL));
		set_breakpoint(n, at + 4, BCR_E | BCR_EL1 | BCR_BAS);
		got = run_at(MDSCR_MDE | MDSCR_KDE, KERNEL, some_nops, NULL);
		check_esr("break-kernel", got, ESR(EC_BREAKPOINT, FSC_DEBUG));
		check("break-kernel-elr", f->elr, at + 4);
		check_none("break-kernel-masked", run_at(MDSCR_MDE | MDSCR_KDE, KERNEL | SPSR_D, some_nops, NULL));
		check_none("break-kernel-without-kde", run_at(MDSCR_MDE, KERNEL, some_nops, NULL));
		set_breakpoint(n, at + 4, BCR_EL1 | BCR_BAS);
		check_none("break-disabled", run_at(MDSCR_MDE | MDSCR_KDE, KERNEL, some_nops, NULL));
	}
	set_breakpoint(0, at + 4, BCR_E | BCR_EL0 | BCR_BAS);
	trap_set(EC_BREAKPOINT_LOWER, note_break);
	check_none("break-and-on", run_at(MDSCR_MDE, SPSR_DAIF | SPSR_EL0T, some_nops, NULL));
	trap_set(EC_BREAKPOINT_LOWER, NULL);
	check("break-and-on-count", test_state.word[2], 1);
	set_breakpoint(0, 0, 0);
	set_breakpoint(1, 0, 0);
}

/* ---- watchpoints ------------------------------------------------------------------------------------------------- */

enum { WCR_E = 1, WCR_EL1 = 1 << 1, WCR_EL0 = 2 << 1, WCR_LOAD = 1 << 3, WCR_STORE = 2 << 3, WCR_BOTH = 3 << 3 };
#define WCR_BAS(b)  ((u64)(b) << 5)
#define WCR_MASK(n) ((u64)(n) << 24)

SNIPPET(load_8, MARK "ldr x1, [x0]")
SNIPPET(store_8, MARK "str x1, [x0]")
SNIPPET(load_1, MARK "ldrb w1, [x0]")
SNIPPET(store_1, MARK "strb w1, [x0]")
SNIPPET(load_pair, MARK "ldp x1, x2, [x0]")
SNIPPET(load_unprivileged, MARK "ldtr x1, [x0]")
SNIPPET(swap_8, MARK "1: ldxr x1, [x0]\n\tstxr w2, x1, [x0]")
SNIPPET(zero_block, MARK "dc zva, x0")
SNIPPET(prefetch, MARK "prfm pldl1keep, [x0]")

static u64 watched(u64 control, u64 mdscr, u64 spsr, void (*fn)(void *), u64 arg)
{
	u64 got;

	MSR_RAW(dbgwvr0_el1, (u64)&user_state.bytes[64]);
	MSR(dbgwcr0_el1, control);
	got = run_at(mdscr, spsr, fn, (void *)arg);
	MSR(dbgwcr0_el1, 0);
	return got;
}

static const struct {
	const char *name;
	void (*run)(void *);
	u64 control;
	s32 offset;      /* from the watched doubleword */
	bool hit, write;
} watches[] = {
	{"load-by-load", load_8, WCR_LOAD | WCR_BAS(0xff), 0, true, false},
	{"store-by-load", load_8, WCR_STORE | WCR_BAS(0xff), 0, false, false},
	{"load-by-store", store_8, WCR_LOAD | WCR_BAS(0xff), 0, false, false},
	{"store-by-store", store_8, WCR_STORE | WCR_BAS(0xff), 0, true, true},
	{"both-by-load", load_8, WCR_BOTH | WCR_BAS(0xff), 0, true, false},
	{"both-by-store", store_1, WCR_BOTH | WCR_BAS(0xff), 5, true, true},
	{"before", load_8, WCR_BOTH | WCR_BAS(0xff), -8, false, false},
	{"behind", load_8, WCR_BOTH | WCR_BAS(0xff), 8, false, false},
	{"byte-selected", load_1, WCR_BOTH | WCR_BAS(0x10), 4, true, false},
	{"byte-not-selected", load_1, WCR_BOTH | WCR_BAS(0x10), 3, false, false},
	{"wide-over-byte", load_8, WCR_BOTH | WCR_BAS(0x10), 0, true, false},
	{"pair-second-half", load_pair, WCR_BOTH | WCR_BAS(0xff), -8, true, false},
	{"mask-32-last", load_1, WCR_BOTH | WCR_BAS(0xff) | WCR_MASK(5), 31, true, false},
	{"mask-32-behind", load_1, WCR_BOTH | WCR_BAS(0xff) | WCR_MASK(5), 32, false, false},
	{"zero-block", zero_block, WCR_STORE | WCR_BAS(0xff), 0, true, true},
	{"prefetch", prefetch, WCR_BOTH | WCR_BAS(0xff), 0, false, false},
	{"exclusive-load", swap_8, WCR_LOAD | WCR_BAS(0xff), 0, true, false},
};

/* FAR may be any address that the instruction accesses within the watched doubleword, or below (D2.10.5). */
static bool far_ok(u64 far, u64 first)
{
	u64 watch = (u64)&user_state.bytes[64];

	return far >= (first < watch ? first : watch) && far < watch + 64;
}

static void check_watch(u32 i, u64 level, u64 mdscr, u64 spsr, u64 ec)
{
	const struct frame *f = &trap_state.last;
	u64 first = (u64)&user_state.bytes[64] + (u64)(s64)watches[i].offset;
	u64 got = watched(watches[i].control | WCR_E | level, mdscr, spsr, watches[i].run, first);

	if (!watches[i].hit) {
		check_none(watches[i].name, got);
		return;
	}
	/* CM is set for what is called cache maintenance, and DC ZVA may pass for it */
	if (watches[i].run == zero_block)
		got &= ~(u64)ISS_CM;
	check_trap(watches[i].name, got, ESR(ec, FSC_DEBUG | (watches[i].write ? ISS_WNR : 0)), 0);
	check_true(watches[i].name, far_ok(f->far, first));
}

static void check_watchpoints(void)
{
	u64 sctlr = MRS(sctlr_el1), at = (u64)&user_state.bytes[64], all = WCR_BOTH | WCR_BAS(0xff) | WCR_E;

	MSR(sctlr_el1, sctlr | SCTLR_DZE);
	check("watch-aligned", at & 63, 0);
	for (u32 i = 0; i < COUNT_OF(watches); i++)
		check_watch(i, WCR_EL0, MDSCR_MDE, SPSR_EL0T | SPSR_DAIF, EC_WATCHPOINT_LOWER);
	check_group("debug-kernel");
	for (u32 i = 0; i < COUNT_OF(watches); i++)
		check_watch(i, WCR_EL1, MDSCR_MDE | MDSCR_KDE, KERNEL, EC_WATCHPOINT);
	check_group("debug");
	MSR(sctlr_el1, sctlr);
	check_none("watch-user-by-kernel", watched(all | WCR_EL0, MDSCR_MDE | MDSCR_KDE, KERNEL, load_8, at));
	check_none("watch-kernel-by-user",
		watched(all | WCR_EL1, MDSCR_MDE | MDSCR_KDE, SPSR_EL0T | SPSR_DAIF, load_8, at));
	check_none("watch-masked", watched(all | WCR_EL1, MDSCR_MDE | MDSCR_KDE, KERNEL | SPSR_D, load_8, at));
	check_none("watch-without-mde", watched(all | WCR_EL0, 0, SPSR_EL0T | SPSR_DAIF, load_8, at));
	check_trap("watch-user-by-ldtr", watched(all | WCR_EL0, MDSCR_MDE | MDSCR_KDE, KERNEL, load_unprivileged, at),
		ESR(EC_WATCHPOINT, FSC_DEBUG), 0);
}

void suite_debug(void)
{
	MSR(oslar_el1, 0);
	check("debug-version", id_field(MRS(id_aa64dfr0_el1), 0) >= 6, 1);
	check_step_user();
	check_step_kernel();
	check_breakpoints();
	check_watchpoints();
}
