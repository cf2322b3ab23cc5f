/* SPDX-License-Identifier: MIT */
/*
 * The I/O APIC: registers, edges of the PIT on pin 2, masks and vectors, and an ExtINT entry that makes the 8259
 * answer with its spurious vector (82093AA data sheet; 8259A data sheet, "IR7 default").
 */
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/pit.h"
#include "firmware/x86/test/suites.h"

enum { VEC_PIN2 = 0x52, PIN_PIT = 2, REDIR_MASKED = 1 << 16, REDIR_LOW = 1 << 13, REDIR_EXTINT = 7 << 8 };

static void note_pin(struct frame *f)
{
	irq_state.other_count++;
	irq_state.last_vector = (u32)f->vector;
	lapic_write(LAPIC_EOI, 0);
}

static bool three(void)
{
	return irq_state.other_count >= 3;
}

static bool one(void)
{
	return irq_state.other_count >= 1;
}

static void check_registers(void)
{
	u32 version = ioapic_read(1);

	check("entries", version >> 16 & 0xFF, 23);
	check_range("version", version & 0xFF, 0x11, 0x20);
	ioapic_redirect(5, REDIR_MASKED | 0x45, 0x0A000000);
	check("redirection-low", ioapic_read(0x1A), REDIR_MASKED | 0x45);
	check("redirection-high", ioapic_read(0x1B), 0x0A000000);
	ioapic_write(0x1A, REDIR_MASKED | 1 << 15 | 1 << 14 | 1 << 12 | 0x45);
	check("status-bits-read-only", ioapic_read(0x1A), REDIR_MASKED | 1 << 15 | 0x45);
	ioapic_write(0, 0x0F000000);
	check("id-writable", ioapic_read(0), 0x0F000000);
	ioapic_write(0, 0);
	ioapic_redirect(5, REDIR_MASKED, 0);
}

static void check_edges(void)
{
	irq_mask_all();
	pit_tick(1000);
	irq_state.other_count = 0;
	ioapic_redirect(PIN_PIT, REDIR_MASKED | VEC_PIN2, 0);
	cpu_sti();
	wait_poll(three, 20);
	cpu_cli();
	check("masked-pin-silent", irq_state.other_count, 0);
	ioapic_redirect(PIN_PIT, VEC_PIN2, lapic_read(LAPIC_ID));
	cpu_sti();
	check_true("pit-edges-arrive", wait_poll(three, 500));
	cpu_cli();
	check("pit-edge-vector", irq_state.last_vector, VEC_PIN2);
	ioapic_redirect(PIN_PIT, REDIR_MASKED | VEC_PIN2, 0);
	cpu_sti();
	wait_poll(one, 5);
	irq_state.other_count = 0;
	wait_poll(one, 20);
	cpu_cli();
	check("mask-stops-pin", irq_state.other_count, 0);
	lapic_write(LAPIC_LDR, 0x01000000);
	ioapic_redirect(PIN_PIT, VEC_PIN2 | 1 << 11, 0x01000000);
	cpu_sti();
	check_true("logical-destination", wait_poll(three, 500));
	cpu_cli();
	ioapic_redirect(PIN_PIT, REDIR_MASKED, 0);
}

static void note_spurious(struct frame *f)
{
	irq_state.other_count++;
	irq_state.last_vector = (u32)f->vector;
	outb(PORT_PIC0, 0x0B);
	test_state.word[2] = inb(PORT_PIC0);
}

/* With every 8259 line masked, an INTA cycle finds no request: IR7's vector, and no ISR bit. */
static void check_spurious(void)
{
	irq_mask_all();
	irq_state.other_count = 0;
	test_state.word[2] = 0xFF;
	trap_set(VEC_IRQ0 + 7, note_spurious);
	ioapic_redirect(PIN_PIT, REDIR_EXTINT, lapic_read(LAPIC_ID));
	cpu_sti();
	wait_poll(one, 50);
	cpu_cli();
	ioapic_redirect(PIN_PIT, REDIR_MASKED, 0);
	check("extint-without-request-is-irq7", irq_state.other_count ? irq_state.last_vector : 0, VEC_IRQ0 + 7);
	check("spurious-irq7-sets-no-isr", test_state.word[2], 0);
	irq_init();
}

void suite_ioapic(void)
{
	if (!(cpuid(1).edx >> 9 & 1)) {
		check_skip("all");
		return;
	}
	irq_init();
	trap_set(VEC_PIN2, note_pin);
	check_registers();
	check_edges();
	check_spurious();
	pit_tick(100);
}
