/* SPDX-License-Identifier: MIT */
/*
 * The HPET: capabilities, the main counter against the PIT, and timer 0 in one-shot, periodic, level and legacy
 * replacement modes (IA-PC HPET specification 1.0a).
 */
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/pit.h"
#include "firmware/x86/test/suites.h"

enum { VEC_HPET = 0x53, REDIR_MASKED = 1 << 16, REDIR_LEVEL = 1 << 15, REMOTE_IRR = 1 << 14 };

static u32 hpet_read(u32 reg)
{
	return mem32(HPET_BASE + reg);
}

static void hpet_write(u32 reg, u32 value)
{
	mem32_set(HPET_BASE + reg, value);
}

static void note_hpet(struct frame *f)
{
	(void)f;
	irq_state.other_count++;
	test_state.word[2] = hpet_read(HPET_STATUS);
	hpet_write(HPET_STATUS, 1);
	lapic_write(LAPIC_EOI, 0);
}

static bool one(void)
{
	return irq_state.other_count >= 1;
}

static bool four(void)
{
	return irq_state.other_count >= 4;
}

static bool ticked(void)
{
	return irq_state.ticks >= 2;
}

/* Counts of the main counter in `us` microseconds. */
static u32 counts(u32 us)
{
	u32 per_count_ps = hpet_read(HPET_PERIOD) / 1000;

	return per_count_ps ? us * 1000 / per_count_ps * 1000 : 0;
}

static void check_counter(void)
{
	u32 took = 0;

	check("vendor", hpet_read(HPET_CAP) >> 16, 0x8086);
	check("counter-64-bit", hpet_read(HPET_CAP) >> 13 & 1, 1);
	check_range("timers", (hpet_read(HPET_CAP) >> 8 & 31) + 1, 3, 32);
	check_range("period", hpet_read(HPET_PERIOD), 100000, 0x05F5E100);
	hpet_write(HPET_CONFIG, 0);
	hpet_write(HPET_COUNTER, 0x1000);
	hpet_write(HPET_COUNTER + 4, 0);
	pit_delay(100);
	check("halted-counter-keeps-value", hpet_read(HPET_COUNTER), 0x1000);
	hpet_write(HPET_COUNTER, 0xFFFFFFFF);
	hpet_write(HPET_CONFIG, HPET_ENABLE);
	pit_delay(1000);
	check("counter-carries-into-high-half", hpet_read(HPET_COUNTER + 4), 1);
	for (int tries = 0; tries < 5 && (took < counts(15000) || took > counts(30000)); tries++) {
		u32 before = hpet_read(HPET_COUNTER);

		pit_delay(23864);
		took = hpet_read(HPET_COUNTER) - before;
	}
	check_range("20-ms-by-the-pit", took, counts(15000), counts(30000));
}

static void start(u32 pin, u32 config, u32 us)
{
	irq_state.other_count = 0;
	pit_hush(); /* it may share the pin */
	hpet_write(HPET_CONFIG, 0);
	hpet_write(HPET_STATUS, 1);
	hpet_write(HPET_COUNTER, 0);
	hpet_write(HPET_COUNTER + 4, 0);
	hpet_write(HPET_T0_CONFIG, config | HPET_T_INT | pin << 9);
	hpet_write(HPET_T0_COMPARE, counts(us));
	if (config & HPET_T_PERIODIC)
		hpet_write(HPET_T0_COMPARE, counts(us));
	else
		hpet_write(HPET_T0_COMPARE + 4, 0);
	hpet_write(HPET_CONFIG, HPET_ENABLE);
}

static void check_interrupts(u32 pin)
{
	u32 id = lapic_read(LAPIC_ID);

	check("route-reads-back", (hpet_write(HPET_T0_CONFIG, pin << 9), hpet_read(HPET_T0_CONFIG) >> 9 & 31), pin);
	ioapic_redirect(pin, VEC_HPET, id);
	start(pin, 0, 1000);
	cpu_sti();
	check_true("one-shot", wait_poll(one, 500));
	wait_poll(four, 10);
	cpu_cli();
	check("one-shot-once", irq_state.other_count, 1);
	start(pin, HPET_T_PERIODIC | HPET_T_SET, 1000);
	cpu_sti();
	check_true("periodic", wait_poll(four, 500));
	cpu_cli();
	hpet_write(HPET_T0_CONFIG, 0);
	ioapic_redirect(pin, VEC_HPET | REDIR_LEVEL, id);
	start(pin, HPET_T_LEVEL, 1000);
	cpu_sti();
	check_true("level", wait_poll(one, 500));
	wait_poll(four, 10);
	cpu_cli();
	check("level-status-bit", test_state.word[2] & 1, 1);
	check("level-once-after-clear", irq_state.other_count, 1);
	check("level-status-cleared", hpet_read(HPET_STATUS) & 1, 0);
	check("level-remote-irr-clear", ioapic_read(0x10 + 2 * pin) & REMOTE_IRR, 0);
	hpet_write(HPET_T0_CONFIG, 0);
	ioapic_redirect(pin, REDIR_MASKED, 0);
}

static void check_legacy(void)
{
	irq_init();
	irq_unmask(0);
	start(0, HPET_T_PERIODIC | HPET_T_SET, 1000);
	hpet_write(HPET_CONFIG, HPET_ENABLE | HPET_LEGACY);
	irq_state.ticks = 0;
	cpu_sti();
	check_true("legacy-replacement-irq0", wait_poll(ticked, 500));
	cpu_cli();
	hpet_write(HPET_T0_CONFIG, 0);
	irq_state.ticks = 0;
	pit_tick(1000);
	cpu_sti();
	wait_poll(ticked, 20);
	cpu_cli();
	check_range("legacy-replacement-cuts-off-pit", irq_state.ticks, 0, 1);
	hpet_write(HPET_CONFIG, 0);
	pit_tick(100);
	irq_state.ticks = 0;
	cpu_sti();
	check_true("pit-back-after-legacy", wait_poll(ticked, 500));
	cpu_cli();
	irq_init();
}

void suite_hpet(void)
{
	u32 routes, pin = 0;

	if (hpet_read(HPET_CAP) >> 16 != 0x8086) {
		check_skip("all");
		return;
	}
	irq_init();
	trap_set(VEC_HPET, note_hpet);
	check_counter();
	routes = hpet_read(HPET_T0_ROUTES);
	for (u32 n = 23; n >= 2 && !pin; n--)
		if (routes >> n & 1)
			pin = n;
	check_true("can-route-to-ioapic", pin != 0);
	if (pin)
		check_interrupts(pin);
	check_legacy();
}
