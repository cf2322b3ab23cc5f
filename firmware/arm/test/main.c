/* SPDX-License-Identifier: MIT */
/*
 * The self-test ROM: runs the suites in an order in which each needs only what earlier ones showed to work. Words of
 * the command line that name suites run just those.
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

static const struct suite {
	const char *name;
	void (*run)(void);
	bool asked; /* runs only when it is named */
} suites[] = {
	{"exc", suite_exc, false},
	{"user", suite_user, false},
	{"trap", suite_trap, false},
	{"el2", suite_el2, false},
	{"debug", suite_debug, false},
	{"insn", suite_insn, false},
	{"fpu", suite_fpu, false},
	{"atomic", suite_atomic, false},
	{"abort", suite_abort, false},
	{"perm", suite_perm, false},
	{"granule", suite_granule, false},
	{"tlb", suite_tlb, false},
	{"at", suite_at, false},
	{"stage2", suite_stage2, false},
	{"el2mmu", suite_el2mmu, false},
	{"smc", suite_smc, false},
	{"gic", suite_gic, false},
	{"gicv2", suite_gicv2, false},
	{"gicv3", suite_gicv3, false},
	{"vgic", suite_vgic, false},
	{"timer", suite_timer, false},
	{"pmu", suite_pmu, false},
	{"psci", suite_psci, false},
	{"board", suite_board, false},
	{"reset", suite_reset, true},
	{"pauth", suite_pauth, false},
	{"bti", suite_bti, false},
};

static bool selected(const char *line, const struct suite *s)
{
	bool any = false;

	for (size_t i = 0; i < COUNT_OF(suites); i++)
		any |= str_has_word(line, suites[i].name);
	return any ? str_has_word(line, s->name) : !s->asked;
}

void rom_main(const char *line)
{
	struct check_state *s = &check_state;

	con_printf("orrery self-test, arm64, started at EL%u, GICv%u, MIDR %x\n", boot_state.el,
		boot_state.gicv3 ? 3ull : 2ull, MRS(midr_el1));
	for (size_t i = 0; i < COUNT_OF(suites); i++) {
		if (!selected(line, &suites[i]))
			continue;
		check_group(suites[i].name);
		suites[i].run();
	}
	con_printf("%u skipped\n", s->skipped);
	con_printf("%u passed, %u failed\n", s->passed, s->failed);
	rom_exit(s->failed ? EXIT_FAIL : EXIT_PASS);
}
