/* SPDX-License-Identifier: MIT */
/*
 * The performance monitors: the cycle counter runs, stops, is filtered, resets and overflows with an interrupt; event
 * counters as far as every implementation has them (Arm ARM D12).
 */
#include "firmware/arm/test/gic.h"
#include "firmware/arm/test/suites.h"

enum { PMCR_E = 1, PMCR_P = 2, PMCR_C = 4, PMCR_LC = 64 };
#define CYCLES BIT(31)

static void work(void)
{
	for (u32 i = 0; i < 2000; i++)
		__asm__ volatile("nop\n\tnop");
	isb();
}

/* Cycles of some work. */
static u64 count_work(void)
{
	u64 before = MRS(pmccntr_el0);

	work();
	return MRS(pmccntr_el0) - before;
}

static void check_cycles(void)
{
	u64 n;

	MSR(pmcr_el0, PMCR_LC | PMCR_C | PMCR_P);
	MSR(pmcntenclr_el0, ~0ull);
	MSR(pmintenclr_el1, ~0ull);
	MSR(pmovsclr_el0, ~0ull);
	MSR(pmccfiltr_el0, 0);
	check("off", count_work(), 0);
	MSR(pmcntenset_el0, CYCLES);
	check("enable-bit", MRS(pmcntenset_el0) & CYCLES, CYCLES);
	check("off-without-e", count_work(), 0);
	MSR(pmcr_el0, PMCR_LC | PMCR_E);
	n = count_work();
	check_range("counts", n, 1, 1ull << 40);
	MSR(pmccfiltr_el0, BIT(31)); /* not at EL1 */
	check("filtered", count_work(), 0);
	MSR(pmccfiltr_el0, BIT(30)); /* not at EL0 */
	check_true("filter-other-level", count_work() != 0);
	MSR(pmccfiltr_el0, 0);
	MSR(pmcntenclr_el0, CYCLES);
	check("disabled-again", count_work(), 0);
	MSR(pmccntr_el0, 0x123456789abcdef0);
	check("write", MRS(pmccntr_el0), 0x123456789abcdef0);
	MSR(pmcr_el0, PMCR_LC | PMCR_C);
	check("reset", MRS(pmccntr_el0), 0);
}

static void stop_counting(u32 id)
{
	(void)id;
	MSR(pmcr_el0, PMCR_LC);
	test_state.word[0] = MRS(pmovsclr_el0);
	MSR(pmovsclr_el0, ~0ull);
}

static bool arrived(void)
{
	return gic_state.count[ID_PMU] != 0;
}

static void check_overflow(void)
{
	gic_init();
	gic_enable(ID_PMU, 0x80);
	gic_state.called[ID_PMU] = stop_counting;
	MSR(pmovsset_el0, CYCLES);
	check("overflow-set", MRS(pmovsset_el0) & CYCLES, CYCLES);
	check("overflow-without-interrupt", gic_test(GICD_ISPENDR, ID_PMU), 0);
	MSR(pmovsclr_el0, CYCLES);
	MSR(pmccntr_el0, ~0ull - 100);
	MSR(pmcntenset_el0, CYCLES);
	MSR(pmintenset_el1, CYCLES);
	MSR(pmcr_el0, PMCR_LC | PMCR_E);
	check_true("overflow-interrupt", wait_irq(arrived, 1000000));
	check("overflow-flag", test_state.word[0] & CYCLES, CYCLES);
	check("overflow-cleared", MRS(pmovsclr_el0) & CYCLES, 0);
	gic_window();
	check("overflow-once", gic_state.count[ID_PMU], 1);
	MSR(pmintenclr_el1, CYCLES);
	MSR(pmcntenclr_el0, CYCLES);
	gic_init();
}

/* Event 0, SW_INCR, counts writes to PMSWINC_EL0. */
static void check_software_event(void)
{
	if ((MRS(pmcr_el0) >> 11 & 31) == 0 || !(MRS(pmceid0_el0) & 1)) {
		check_skip("sw-incr");
		return;
	}
	MSR(pmselr_el0, 0);
	MSR(pmxevtyper_el0, 0);
	MSR(pmxevcntr_el0, 5);
	MSR(pmcntenset_el0, 1);
	MSR(pmcr_el0, PMCR_LC | PMCR_E);
	for (u32 i = 0; i < 3; i++)
		MSR(pmswinc_el0, 1);
	check("sw-incr", MRS(pmxevcntr_el0), 8);
	MSR(pmcntenclr_el0, 1);
	MSR(pmswinc_el0, 1);
	check("sw-incr-disabled", MRS(pmxevcntr_el0), 8);
	MSR(pmcr_el0, PMCR_LC | PMCR_P);
	check("events-reset", MRS(pmxevcntr_el0), 0);
}

void suite_pmu(void)
{
	u32 version = id_field(MRS(id_aa64dfr0_el1), 8);

	if (!version || version == 15) {
		check_skip("pmu");
		return;
	}
	check_cycles();
	check_overflow();
	check_software_event();
	MSR(pmcr_el0, 0);
}
