/* SPDX-License-Identifier: MIT */
/* Self-hosted debug: software step, breakpoints, watchpoints, and when they are enabled. Arm ARM D2. */
#include "tests/unit/arm_rig.h"

enum { SPX = 0x200, LOWER = 0x400 };

static void start(void)
{
	arm_rig_start();
	arm->sys.oslsr = 8; /* unlocked */
}

TestSuite(arm_debug, .init = start, .fini = arm_rig_stop);

/* At EL1, about to return to EL0 at ARIG_DATA with PSTATE.SS. */
static void give_step(u32 spsr)
{
	arm_rig_el(1);
	arm_rig_poke(ARIG_CODE, 4, A64_ERET);
	arm->sys.elr[1] = ARIG_DATA;
	arm->sys.spsr[1] = spsr;
	arm->sys.mdscr = MDSCR_SS;
}

Test(arm_debug, step_one)
{
	arm_rig_poke(ARIG_DATA, 4, A64_MOVZ(0, 7));
	arm_rig_poke(ARIG_DATA + 4, 4, A64_MOVZ(0, 8));
	give_step(1 << 21);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->x[0], 7, "one instruction");
	cr_expect_eq(arm->sys.esr[1], 0xcb000022, "EC 32h, ISV, no load exclusive");
	cr_expect_eq(arm->sys.elr[1], ARIG_DATA + 4);
	cr_expect_eq(arm->sys.spsr[1] & 1 << 21, 0);
	/* without PSTATE.SS the step is already pending */
	arm->x[0] = 0;
	give_step(0);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->x[0], 0);
	cr_expect_eq(arm->sys.esr[1], 0xca000022);
	cr_expect_eq(arm->sys.elr[1], ARIG_DATA);
}

Test(arm_debug, step_load_exclusive)
{
	arm_rig_poke(ARIG_DATA, 4, 0xc85f7c20); /* ldxr x0, [x1] */
	give_step(1 << 21);
	arm->x[1] = ARIG_DATA + 0x100;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0xcb000062);
}

/* An SVC counts as stepped; an instruction that faults does not. */
Test(arm_debug, step_into_exceptions)
{
	arm_rig_poke(ARIG_DATA, 4, A64_SVC(5));
	give_step(1 << 21);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm_rig_ec(1), EC_SVC);
	cr_expect_eq(arm->sys.spsr[1] & 1 << 21, 0);
	arm_rig_poke(ARIG_DATA, 4, 0);
	give_step(1 << 21);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm_rig_ec(1), EC_UNKNOWN);
	cr_expect_eq(arm->sys.spsr[1] & 1 << 21, 1 << 21);
}

/* EL1 itself is stepped only with KDE, and while PSTATE.D is clear. */
Test(arm_debug, step_el1)
{
	arm_rig_poke(ARIG_DATA, 4, A64_MOVZ(0, 7));
	arm_rig_poke(ARIG_DATA + 4, 4, A64_WFI);
	give_step(1 << 21 | 0x1c5);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "no KDE");
	give_step(1 << 21 | 0x3c5);
	arm->sys.mdscr |= MDSCR_KDE;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "D is set");
	give_step(1 << 21 | 0x1c5);
	arm->sys.mdscr |= MDSCR_KDE;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm_rig_ec(1), EC_STEP);
	give_step(1 << 21 | 0x1c5);
	arm->sys.mdscr |= MDSCR_KDE;
	arm->sys.oslsr |= 2;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "the OS lock is set");
}

/* The same instructions one at a time by the deadline give the same. */
Test(arm_debug, step_is_exact)
{
	arm_rig_poke(ARIG_DATA, 4, A64_MOVZ(0, 7));
	give_step(1 << 21);
	for (unsigned k = 0; k < 2; k++)
		cr_expect_eq(arm_rig_step(1), STOP_UNTIL);
	cr_expect_eq(arm->cpu.pc, ARIG_DATA + 4);
	cr_expect_eq(arm_rig_step(1), STOP_UNTIL);
	cr_expect_eq(arm->cpu.pc, ARIG_VECTORS + LOWER);
}

/* ---- breakpoints --------------------------------------------------------------------------------- */

enum { E = 1, PMC_EL1 = 1 << 1, PMC_EL0 = 2 << 1, BAS = 15 << 5 };

static void breakpoint(unsigned n, u64 va, u64 control)
{
	arm->sys.dbgbvr[n] = va;
	arm->sys.dbgbcr[n] = control;
	arm->sys.mdscr |= MDSCR_MDE;
	arm_debug_changed(arm);
}

Test(arm_debug, breakpoint)
{
	arm_rig_el(0);
	arm_rig_code(A64_NOP, A64_MOVZ(0, 1), A64_MOVZ(0, 2), A64_WFI);
	breakpoint(2, ARIG_CODE + 8, E | PMC_EL0 | BAS);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0xc2000022);
	cr_expect_eq(arm->sys.elr[1], ARIG_CODE + 8);
	cr_expect_eq(arm->x[0], 1);
	arm_rig_el(0);
	breakpoint(2, ARIG_CODE + 8, E | PMC_EL1 | BAS);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "not at this level");
	arm_rig_el(1);
	arm->daif = 0;
	arm->sys.mdscr |= MDSCR_KDE;
	breakpoint(2, ARIG_CODE + 8, E | PMC_EL1 | BAS);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm_rig_ec(1), EC_BREAKPOINT);
	arm_rig_el(0);
	arm->sys.mdcr[2] |= MDCR_TDE;
	breakpoint(2, ARIG_CODE + 8, E | PMC_EL0 | BAS);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
}

/* An address breakpoint linked to one that matches CONTEXTIDR_EL1. */
Test(arm_debug, linked_breakpoint)
{
	arm_rig_el(0);
	arm_rig_code(A64_NOP, A64_NOP, A64_WFI);
	arm->sys.contextidr[1] = 77;
	breakpoint(5, 77, E | PMC_EL0 | BAS | 3 << 20);
	breakpoint(0, ARIG_CODE + 4, E | PMC_EL0 | BAS | 1 << 20 | 5 << 16);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.elr[1], ARIG_CODE + 4);
	arm_rig_el(0);
	breakpoint(5, 78, E | PMC_EL0 | BAS | 3 << 20);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
}

/* ---- watchpoints --------------------------------------------------------------------------------- */

enum { PAC_EL1 = 1 << 1, PAC_EL0 = 2 << 1, LOAD = 1 << 3, STORE = 2 << 3 };

static void watchpoint(u64 va, u64 control)
{
	arm->sys.dbgwvr[1] = va;
	arm->sys.dbgwcr[1] = control;
	arm->sys.mdscr |= MDSCR_MDE;
	arm_debug_changed(arm);
}

Test(arm_debug, watchpoint)
{
	arm_rig_el(0);
	arm_rig_code(A64_LDR(0, 1), A64_STR(0, 1), A64_WFI);
	arm->x[1] = ARIG_DATA;
	watchpoint(ARIG_DATA, E | PAC_EL0 | STORE | 0xff << 5);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0xd2000062, "WnR");
	cr_expect_eq(arm->sys.elr[1], ARIG_CODE + 4);
	cr_expect_eq(arm->sys.far[1], ARIG_DATA);
	arm_rig_el(0);
	watchpoint(ARIG_DATA, E | PAC_EL0 | LOAD | 0x80 << 5);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER));
	cr_expect_eq(arm->sys.esr[1], 0xd2000022);
	cr_expect_eq(arm->sys.far[1], ARIG_DATA + 7, "the byte that is watched");
	arm_rig_el(0);
	watchpoint(ARIG_DATA + 8, E | PAC_EL0 | LOAD | STORE | 0xff << 5);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "the neighbour");
	arm_rig_el(0);
	watchpoint(ARIG_DATA, E | PAC_EL1 | LOAD | STORE | 0xff << 5);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS, "another level");
	watchpoint(ARIG_DATA & ~0xfffull, E | PAC_EL0 | STORE | 0xff << 5 | 12 << 24);
	arm_rig_el(0);
	arm->x[1] = ARIG_DATA + 0x800;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, LOWER), "a range by MASK");
	watchpoint(ARIG_DATA, 0);
	arm_rig_el(0);
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
}

Test(arm_debug, watchpoint_on_el1)
{
	arm_rig_paging();
	arm_rig_code(A64_STR(0, 1), A64_WFI);
	arm->x[1] = ARIG_DATA + 0x1c;
	arm->sys.mdscr |= MDSCR_KDE;
	arm->daif = 0;
	arm->x[0] = ~0ull;
	watchpoint(ARIG_DATA + 0x20, E | PAC_EL1 | STORE | 0x0f << 5);
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX), "an access that is not aligned");
	cr_expect_eq(arm_rig_ec(1), EC_WATCHPOINT);
	cr_expect_eq(arm->sys.far[1], ARIG_DATA + 0x20);
	cr_expect_eq(arm_rig_peek(ARIG_DATA + 0x1c, 4), 0, "before it writes");
}

/* ---- registers ----------------------------------------------------------------------------------- */

enum { OSLAR = SYSREG(2, 0, 1, 0, 4), OSLSR = SYSREG(2, 0, 1, 1, 4), DBGBVR1 = SYSREG(2, 0, 0, 1, 4) };

Test(arm_debug, registers)
{
	arm_rig_code(A64_MSR(OSLAR, 0), A64_MRS(1, OSLSR), A64_MSR(DBGBVR1, 2), A64_MRS(3, DBGBVR1), A64_WFI);
	arm->x[0] = 1;
	arm->x[2] = 0x0001800000000007;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[1], 10, "OSLAR_EL1 sets OSLSR_EL1.OSLK");
	cr_expect_eq(arm->x[3], 0xffff800000000004, "49 bits, sign-extended");
	arm->sys.mdcr[2] |= MDCR_TDA;
	arm_rig_el(1);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm->sys.elr[2], ARIG_CODE + 8, "TDA traps these, not the OS lock");
	cr_expect_eq(arm->sys.esr[2], 0x62000000u | arm_sysreg_iss(DBGBVR1, 2, false));
}
