/* SPDX-License-Identifier: MIT */
/*
 * The two 8259A as the interrupt suites use them (Intel 8259A data sheet, "Programming the 8259A").
 */
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"

_Static_assert(sizeof(struct irq_state) <= IRQ_STATE_BYTES, "storage.S reserves less than irq_state");

void irq_mask_all(void)
{
	outb(PORT_PIC0 + 1, 0xFF);
	outb(PORT_PIC1 + 1, 0xFF);
}

void irq_unmask(int irq)
{
	if (irq >= 8) {
		outb(PORT_PIC1 + 1, (u8)(inb(PORT_PIC1 + 1) & ~(1u << (irq - 8))));
		irq = 2;
	}
	outb(PORT_PIC0 + 1, (u8)(inb(PORT_PIC0 + 1) & ~(1u << irq)));
}

void irq_eoi(int irq)
{
	if (irq >= 8)
		outb(PORT_PIC1, 0x20);
	outb(PORT_PIC0, 0x20);
}

void irq_count(struct frame *f)
{
	u32 irq = ((u32)f->vector - VEC_IRQ0) & 15;

	irq_state.count[irq]++;
	if (irq == 0)
		irq_state.ticks++;
	irq_state.last_vector = (u32)f->vector;
	irq_state.order[irq_state.orders++ & 15] = (u8)irq;
	irq_eoi((int)irq);
}

void irq_init(void)
{
	irq_mask_all();
	outb(PORT_PIC0, 0x11);
	outb(PORT_PIC1, 0x11);
	outb(PORT_PIC0 + 1, VEC_IRQ0);
	outb(PORT_PIC1 + 1, VEC_IRQ0 + 8);
	outb(PORT_PIC0 + 1, 0x04);
	outb(PORT_PIC1 + 1, 0x02);
	outb(PORT_PIC0 + 1, 0x01);
	outb(PORT_PIC1 + 1, 0x01);
	irq_mask_all();
	if (cpuid(1).edx >> 9 & 1)
		lapic_init();
	for (int irq = 0; irq < 16; irq++)
		trap_set(VEC_IRQ0 + irq, irq_count);
}
