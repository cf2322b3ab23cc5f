/* SPDX-License-Identifier: MIT */
/* The system registers that have storage, by their names in the manual (Arm ARM D17). Arrays are indexed by exception
 * level. A register is one member here and one row in a table of sysreg_*.c. */
#ifndef CPU_ARM_SYSREG_STATE_H
#define CPU_ARM_SYSREG_STATE_H

#include "mem/base/base.h"

#define ARM_BREAKPOINTS 6
#define ARM_WATCHPOINTS 4
#define ARM_PMU_COUNTERS 6

enum arm_timer { TIMER_PHYS, TIMER_VIRT, TIMER_HYP, TIMER_SEC, TIMER_HYPVIRT, ARM_TIMERS };

struct arm_sys {
	/* ---- translation, exceptions: [1], [2], [3] by exception level, [0] unused ---- */
	u64 sctlr[4], tcr[4], ttbr0[4], ttbr1[4], mair[4], amair[4], vbar[4], actlr[4], afsr0[4], afsr1[4];
	u64 elr[4], spsr[4], esr[4], far[4], tpidr[4]; /* tpidr[0] is TPIDR_EL0 */
	u64 par, contextidr[4], cpacr, tpidrro;
	u64 spsr_abt, spsr_und, spsr_irq, spsr_fiq; /* AArch32's, reachable from EL2 */
	/* ---- EL2, EL3 ---- */
	u64 hcr, cptr[4], hstr, mdcr[4], vttbr, vtcr, hpfar, vpidr, vmpidr, hacr, scr, cnthctl, cntvoff, cntkctl;
	u64 dacr32, ifsr32, fpexc32, vdisr, vsesr, disr;
	/* ---- timers ---- */
	u64 cntfrq, cnt_cval[ARM_TIMERS], cnt_ctl[ARM_TIMERS];
	/* ---- pointer authentication keys: IA IB DA DB GA ---- */
	u64 key[5][2];
	/* ---- debug ---- */
	u64 mdscr, oslsr, osdlr, mdccint, dbgbvr[ARM_BREAKPOINTS], dbgbcr[ARM_BREAKPOINTS], dbgwvr[ARM_WATCHPOINTS],
		dbgwcr[ARM_WATCHPOINTS], dbgclaim, osdtrrx, osdtrtx, oseccr, dbgdtr;
	/* ---- performance monitors ---- */
	u64 pmcr, pmcnten, pmovs, pminten, pmuserenr, pmselr, pmccfiltr, pmccntr, pmccntr_at,
		pmevcntr[ARM_PMU_COUNTERS], pmevtyper[ARM_PMU_COUNTERS], pmevcntr_at[ARM_PMU_COUNTERS];
	u64 csselr, rndr; /* rndr: the state of the seeded generator */
	u64 lor[4];       /* LORSA LOREA LORN LORC */
	u64 impdef[16];   /* IMPLEMENTATION DEFINED registers that software writes and reads back */
};

#endif
