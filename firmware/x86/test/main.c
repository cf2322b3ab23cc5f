/* SPDX-License-Identifier: MIT */
/*
 * The self-test ROM: runs the suites in an order in which each needs only what earlier ones showed to work.
 * Words of the command line that name suites run just those.
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

static const struct suite {
	const char *name;
	void (*run)(void);
} suites[] = {
	{ "exc", suite_exc },
	{ "debug", suite_debug },
	{ "fpu", suite_fpu },
	{ "paging", suite_paging },
	{ "sysenter", suite_sysenter },
	{ "cpuid", suite_cpuid },
	{ "insn", suite_insn },
	{ "smc", suite_smc },
	{ "pit", suite_pit },
	{ "pic", suite_pic },
	{ "rtc", suite_rtc },
	{ "lapic", suite_lapic },
	{ "x2apic", suite_x2apic },
	{ "ioapic", suite_ioapic },
	{ "hpet", suite_hpet },
	{ "shadow", suite_shadow },
	{ "board", suite_board },
	{ "uart", suite_uart },
	{ "keyboard", suite_keyboard },
	{ "acpi", suite_acpi },
#ifdef __x86_64__
	{ "exc64", suite_exc64 },
	{ "syscall", suite_syscall },
	{ "compat", suite_compat },
#else
	{ "exc32", suite_exc32 },
	{ "gate32", suite_gate32 },
	{ "task32", suite_task32 },
	{ "v86", suite_v86 },
	{ "real", suite_real },
#endif
};

static bool selected(const char *line, const char *name)
{
	bool any = false;

	for (size_t i = 0; i < COUNT_OF(suites); i++)
		any |= str_has_word(line, suites[i].name);
	return !any || str_has_word(line, name);
}

void rom_main(const char *line)
{
	struct check_state *s = &check_state;

	con_printf("orrery self-test, %d-bit\n", (int)sizeof(uw) * 8);
	irq_init();
	for (size_t i = 0; i < COUNT_OF(suites); i++) {
		if (!selected(line, suites[i].name))
			continue;
		check_group(suites[i].name);
		suites[i].run();
	}
	con_printf("%u skipped\n", s->skipped);
	con_printf("%u passed, %u failed\n", s->passed, s->failed);
	rom_exit(s->failed ? EXIT_FAIL : EXIT_PASS);
}
