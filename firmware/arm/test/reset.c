/* SPDX-License-Identifier: MIT */
/*
 * PSCI SYSTEM_RESET (DEN 0022, 5.11): everything is set to values that it should not have, a marker in RAM, which a
 * reset leaves alone, tells the second start from the first. Runs only when the command line asks for it.
 */
#include "firmware/arm/test/gic.h"
#include "firmware/arm/test/suites.h"

enum { MARKER = SCRATCH_END - 0x1000, MAGIC = 0x4f525259, PSCI_SYSTEM_RESET = 0x84000009 };
enum { UART_IBRD = 0x24, UART_IMSC = 0x38, RTC_IMSC = 16, GPIO_DIR = 0x400, GPIO_IE = 0x410 };

static void disturb(void)
{
	gic_init();
	gic_enable(40, 0x40);
	gic_edge(40, true);
	gic_pend(40);
	write32(UART_BASE + UART_IBRD, 0x123);
	write32(UART_BASE + UART_IMSC, 0x10);
	write32(RTC_BASE + RTC_IMSC, 1);
	write32(GPIO_BASE + GPIO_DIR, 0x55);
	write32(GPIO_BASE + GPIO_IE, 0xaa);
	MSR(cntv_ctl_el0, 3);
	MSR(cntp_ctl_el0, 3);
	MSR(pmcr_el0, 1);
}

static void check_rest(void)
{
	check("gic-distributor-off", read32(GICD_BASE + GICD_CTLR) & 3, 0);
	check("gic-disabled", gic_test(GICD_ISENABLER, 40), 0);
	check("gic-not-pending", gic_test(GICD_ISPENDR, 40), 0);
	check("gic-priority", read8(gic_bytes(GICD_IPRIORITYR, 40)), 0);
	check("uart-interrupts", read32(UART_BASE + UART_IMSC), 0);
	check("uart-ibrd", read32(UART_BASE + UART_IBRD), 0);
	check("rtc-interrupts", read32(RTC_BASE + RTC_IMSC), 0);
	check("gpio-direction", read32(GPIO_BASE + GPIO_DIR), 0);
	check("gpio-interrupts", read32(GPIO_BASE + GPIO_IE), 0);
	check("virtual-timer-off", MRS(cntv_ctl_el0) & 1, 0);
	check("physical-timer-off", MRS(cntp_ctl_el0) & 1, 0);
	check("pmu-off", MRS(pmcr_el0) & 1, 0);
	check("device-tree", boot_state.tree_found, 1);
}

void suite_reset(void)
{
	if (read32(MARKER) == MAGIC) {
		write32(MARKER, 0);
		check_rest();
		return;
	}
	disturb();
	write32(MARKER, MAGIC);
	dsb();
	con_puts("resetting\n");
	psci_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	check_true("returned", false);
}
