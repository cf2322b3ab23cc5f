/* SPDX-License-Identifier: MIT */
/*
 * The local APIC in xAPIC mode: identity, self-IPIs with IRR, ISR, TPR and PPR, NMI, errors and the timer
 * (SDM vol. 3 chapter 10).
 */
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/pit.h"
#include "firmware/x86/test/suites.h"

enum { VEC_A = 0x41, VEC_B = 0x61, VEC_TIMER = 0x71 };

static void note_ipi(struct frame *f)
{
	u32 vector = (u32)f->vector;

	irq_state.lapic_count++;
	irq_state.order[irq_state.orders++ & 15] = (u8)vector;
	test_state.word[2] = lapic_read(LAPIC_ISR + (vector >> 5) * 0x10) >> (vector & 31) & 1;
	test_state.word[3] = lapic_read(LAPIC_IRR + (vector >> 5) * 0x10) >> (vector & 31) & 1;
	test_state.word[4] = lapic_read(LAPIC_PPR);
	lapic_write(LAPIC_EOI, 0);
}

static void reset_counts(void)
{
	irq_state.lapic_count = 0;
	irq_state.orders = 0;
	irq_state.order[0] = irq_state.order[1] = 0;
}

static bool one(void)
{
	return irq_state.lapic_count >= 1;
}

static bool two(void)
{
	return irq_state.lapic_count >= 2;
}

static bool five(void)
{
	return irq_state.lapic_count >= 5;
}

static void open_for(bool (*done)(void))
{
	cpu_sti();
	wait_poll(done, 20);
	cpu_cli();
}

static u32 irr_bit(u32 vector)
{
	return lapic_read(LAPIC_IRR + (vector >> 5) * 0x10) >> (vector & 31) & 1;
}

static void check_identity(void)
{
	u64 base = msr_read(MSR_APIC_BASE);
	u32 version = lapic_read(LAPIC_VERSION);

	check("base-address", base & 0xFFFFF000, LAPIC_BASE);
	check("base-bsp", base >> 8 & 1, 1);
	check("base-enabled", base >> 11 & 1, 1);
	check_range("version", version & 0xFF, 0x10, 0x15);
	check_range("max-lvt", version >> 16 & 0xFF, 4, 6);
	check("id-matches-cpuid", lapic_read(LAPIC_ID) >> 24, cpuid(1).ebx >> 24);
	lapic_write(LAPIC_LDR, 0x5A000000);
	check("ldr-writable", lapic_read(LAPIC_LDR), 0x5A000000);
	lapic_write(LAPIC_DFR, 0x0FFFFFFF);
	check("dfr-low-bits-ones", lapic_read(LAPIC_DFR), 0x0FFFFFFF);
	lapic_write(LAPIC_TPR, 0xFFFFFFFF);
	check("tpr-low-byte-only", lapic_read(LAPIC_TPR), 0xFF);
	lapic_write(LAPIC_SVR, 0xFF);
	check("disabled-masks-lvt", lapic_read(LAPIC_LINT0) >> 16 & 1, 1);
	lapic_init();
}

static void check_ipi(void)
{
	reset_counts();
	lapic_self_ipi(VEC_A);
	check("irr-while-if-clear", irr_bit(VEC_A), 1);
	check("delivery-idle", lapic_read(LAPIC_ICR) & ICR_PENDING, 0);
	open_for(one);
	check("self-ipi-delivered", irq_state.lapic_count, 1);
	check("isr-in-handler", test_state.word[2], 1);
	check("irr-clear-in-handler", test_state.word[3], 0);
	check("ppr-in-handler", test_state.word[4], VEC_A & 0xF0);
	check("irr-after", irr_bit(VEC_A), 0);
	reset_counts();
	lapic_self_ipi(VEC_A);
	lapic_self_ipi(VEC_A);
	open_for(two);
	check("same-vector-merges-in-irr", irq_state.lapic_count, 1);
	reset_counts();
	lapic_self_ipi(VEC_A);
	lapic_self_ipi(VEC_B);
	open_for(two);
	check("higher-vector-first", irq_state.order[0] << 8 | irq_state.order[1], VEC_B << 8 | VEC_A);
	reset_counts();
	lapic_write(LAPIC_ICR_HIGH, lapic_read(LAPIC_ID));
	lapic_write(LAPIC_ICR, ICR_ASSERT | VEC_A);
	open_for(one);
	check("physical-destination-self", irq_state.lapic_count, 1);
	reset_counts();
	lapic_write(LAPIC_ICR_HIGH, 0x01000000);
	lapic_write(LAPIC_ICR, ICR_ASSERT | 1 << 11 | VEC_A);
	open_for(one);
	check("logical-destination-self", irq_state.lapic_count, 1);
	reset_counts();
	lapic_write(LAPIC_ICR_HIGH, 0x02000000);
	lapic_write(LAPIC_ICR, ICR_ASSERT | 1 << 11 | VEC_A);
	open_for(one);
	check("logical-destination-other", irq_state.lapic_count, 0);
}

static void check_tpr(void)
{
	reset_counts();
	lapic_write(LAPIC_TPR, VEC_A & 0xF0);
	check("ppr-follows-tpr", lapic_read(LAPIC_PPR), VEC_A & 0xF0);
	lapic_self_ipi(VEC_A);
	open_for(one);
	check("tpr-blocks-own-class", irq_state.lapic_count, 0);
	lapic_self_ipi(VEC_B);
	open_for(one);
	check("tpr-lets-higher-class", irq_state.order[0], VEC_B);
	reset_counts();
	lapic_write(LAPIC_TPR, (VEC_A & 0xF0) - 1);
	open_for(one);
	check("lower-tpr-releases", irq_state.order[0], VEC_A);
	lapic_write(LAPIC_TPR, 0);
}

#ifdef __x86_64__
static uw cr8_get(void)
{
	uw v;

	__asm__ volatile("movq %%cr8, %0" : "=r"(v));
	return v;
}

static void cr8_set(uw v)
{
	__asm__ volatile("movq %0, %%cr8" : : "r"(v) : "memory");
}

static void check_cr8(void)
{
	lapic_write(LAPIC_TPR, 0x50);
	check("cr8-reads-tpr", cr8_get(), 5);
	cr8_set(9);
	check("cr8-writes-tpr", lapic_read(LAPIC_TPR), 0x90);
	reset_counts();
	cr8_set(VEC_A >> 4);
	lapic_self_ipi(VEC_A);
	open_for(one);
	check("cr8-blocks", irq_state.lapic_count, 0);
	cpu_sti();
	cr8_set(0);
	cpu_cli();
	check("cr8-write-releases-at-once", irq_state.lapic_count, 1);
}
#endif

/* An NMI sent from the handler of the first waits for its IRET (SDM vol. 3 6.7.1). */
static void note_nmi(struct frame *f)
{
	(void)f;
	if (!irq_state.other_count++) {
		lapic_write(LAPIC_ICR_HIGH, lapic_read(LAPIC_ID));
		lapic_write(LAPIC_ICR, ICR_ASSERT | ICR_NMI);
		for (int i = 0; i < 1000; i++)
			lapic_read(LAPIC_ID);
		test_state.word[5] = irq_state.other_count;
	}
}

static bool two_nmis(void)
{
	return irq_state.other_count >= 2;
}

static bool three_nmis(void)
{
	return irq_state.other_count >= 3;
}

static void check_nmi(void)
{
	irq_state.other_count = 0;
	trap_set(VEC_NMI, note_nmi);
	lapic_write(LAPIC_ICR_HIGH, lapic_read(LAPIC_ID));
	lapic_write(LAPIC_ICR, ICR_ASSERT | ICR_NMI);
	wait_poll(two_nmis, 50);
	check("nmi-ignores-if", irq_state.other_count != 0, 1);
	check("nmi-blocked-until-iret", test_state.word[5], 1);
	check("nmi-taken-after-iret", irq_state.other_count, 2);
	/* Software-disabled, the APIC still sends IPIs and takes NMIs (10.4.7.2). */
	lapic_write(LAPIC_SVR, 0xFF);
	lapic_write(LAPIC_ICR_HIGH, lapic_read(LAPIC_ID));
	lapic_write(LAPIC_ICR, ICR_ASSERT | ICR_NMI);
	wait_poll(three_nmis, 50);
	check("nmi-while-software-disabled", irq_state.other_count, 3);
	lapic_init();
	trap_set(VEC_NMI, NULL);
}

static void check_errors(void)
{
	trap_set(VEC_BR, note_ipi); /* an APIC that sends it all the same must not stop us */
	lapic_write(LAPIC_ESR, 0);
	lapic_self_ipi(VEC_BR);
	lapic_write(LAPIC_ESR, 0);
	check("esr-send-illegal-vector", lapic_read(LAPIC_ESR) & 0x20, 0x20);
	lapic_write(LAPIC_ESR, 0);
	check("esr-cleared-by-write", lapic_read(LAPIC_ESR), 0);
	reset_counts();
	open_for(one);
	check("illegal-vector-not-delivered", irq_state.lapic_count, 0);
	trap_set(VEC_BR, NULL);
}

static void check_timer(void)
{
	reset_counts();
	lapic_write(LAPIC_DIVIDE, 0xB);
	check("divide-reads-back", lapic_read(LAPIC_DIVIDE), 0xB);
	lapic_write(LAPIC_TIMER, LVT_MASKED | VEC_TIMER);
	lapic_write(LAPIC_INITIAL, 0xFFFFFFFF);
	test_state.word[0] = lapic_read(LAPIC_CURRENT);
	pit_delay(100);
	check_true("timer-counts-down", lapic_read(LAPIC_CURRENT) < test_state.word[0]);
	lapic_write(LAPIC_INITIAL, 0);
	check("initial-zero-stops", lapic_read(LAPIC_CURRENT), 0);
	lapic_write(LAPIC_TIMER, VEC_TIMER);
	lapic_write(LAPIC_INITIAL, 100000);
	cpu_sti();
	check_true("one-shot-fires", wait_poll(one, 500));
	wait_poll(two, 20);
	cpu_cli();
	check("one-shot-once", irq_state.lapic_count, 1);
	check("one-shot-ends-at-zero", lapic_read(LAPIC_CURRENT), 0);
	reset_counts();
	lapic_write(LAPIC_TIMER, LVT_PERIODIC | VEC_TIMER);
	lapic_write(LAPIC_INITIAL, 200000);
	cpu_sti();
	check_true("periodic-fires", wait_poll(five, 500));
	cpu_cli();
	lapic_write(LAPIC_TIMER, LVT_MASKED | LVT_PERIODIC | VEC_TIMER);
	reset_counts();
	open_for(one);
	reset_counts();
	open_for(one);
	check("masked-timer-silent", irq_state.lapic_count, 0);
	lapic_write(LAPIC_INITIAL, 0);
}

/* Counts in 20 ms at the divider that code `divide` selects. */
static u32 counts_in_20_ms(u32 divide)
{
	lapic_write(LAPIC_DIVIDE, divide);
	lapic_write(LAPIC_INITIAL, 0xFFFFFFFF);
	pit_delay(23864);
	return 0xFFFFFFFF - lapic_read(LAPIC_CURRENT);
}

static void check_divider(void)
{
	u32 ratio = 0;

	lapic_write(LAPIC_TIMER, LVT_MASKED | VEC_TIMER);
	/* On a host that is busy with other things one measurement may be stretched. */
	for (int tries = 0; tries < 5 && (ratio < 8 || ratio > 32); tries++) {
		u32 by1 = counts_in_20_ms(0xB), by16 = counts_in_20_ms(0x3);

		ratio = by16 ? by1 / by16 : 0;
	}
	check_range("divide-by-16", ratio, 8, 32);
	lapic_write(LAPIC_INITIAL, 0);
}

static void check_deadline(void)
{
	if (!(cpuid(1).ecx >> 24 & 1)) {
		check_skip("tsc-deadline");
		return;
	}
	lapic_write(LAPIC_TIMER, LVT_TSC_DEADLINE | VEC_TIMER);
	reset_counts();
	msr_write(MSR_TSC_DEADLINE, tsc_read() + 1000000);
	check_true("tsc-deadline-armed", msr_read(MSR_TSC_DEADLINE) != 0);
	cpu_sti();
	check_true("tsc-deadline-fires", wait_poll(one, 500));
	cpu_cli();
	check("tsc-deadline-once", irq_state.lapic_count, 1);
	check("tsc-deadline-reads-zero-after", msr_read(MSR_TSC_DEADLINE), 0);
	reset_counts();
	msr_write(MSR_TSC_DEADLINE, 1);
	cpu_sti();
	check_true("tsc-deadline-in-the-past", wait_poll(one, 100));
	cpu_cli();
	reset_counts();
	msr_write(MSR_TSC_DEADLINE, tsc_read() + 100000000);
	msr_write(MSR_TSC_DEADLINE, 0);
	open_for(one);
	check("tsc-deadline-disarmed", irq_state.lapic_count, 0);
	lapic_write(LAPIC_INITIAL, 1000);
	check("initial-count-ignored-in-deadline", lapic_read(LAPIC_CURRENT), 0);
	lapic_write(LAPIC_TIMER, LVT_MASKED);
}

void suite_lapic(void)
{
	if (!(cpuid(1).edx >> 9 & 1)) {
		check_skip("all");
		return;
	}
	irq_init();
	trap_set(VEC_A, note_ipi);
	trap_set(VEC_B, note_ipi);
	trap_set(VEC_TIMER, note_ipi);
	check_identity();
	check_ipi();
	check_tpr();
#ifdef __x86_64__
	check_cr8();
#endif
	check_nmi();
	check_errors();
	check_timer();
	check_divider();
	check_deadline();
	lapic_init();
}
