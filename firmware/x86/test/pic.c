/* SPDX-License-Identifier: MIT */
/*
 * The 8259A pair: masks, IRR and ISR, priorities and rotation, the three kinds of EOI, automatic EOI, poll, and
 * ELCR (Intel 8259A data sheet; 82371AB for ELCR). IRQ 0 comes from the PIT and IRQ 4 from COM1's transmitter.
 */
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

static u8 pic_irr(void)
{
	outb(PORT_PIC0, 0x0A);
	return inb(PORT_PIC0);
}

static u8 pic_isr(void)
{
	outb(PORT_PIC0, 0x0B);
	return inb(PORT_PIC0);
}

static bool irq0_pending(void)
{
	return pic_irr() & 1;
}

static bool irq4_pending(void)
{
	return pic_irr() >> 4 & 1;
}

/* Leaves one edge of IRQ 0 latched. */
static bool raise_irq0(void)
{
	outb(PORT_PIT + 3, 0x30);
	outb(PORT_PIT, 10);
	outb(PORT_PIT, 0);
	return wait_poll(irq0_pending, 100);
}

static void drop_irq4(void)
{
	outb(PORT_COM1 + 1, 0);
	inb(PORT_COM1 + 2);
	outb(PORT_COM1 + 4, 3);
}

/* OUT2 of the modem control register gates the interrupt on a PC. */
static bool raise_irq4(void)
{
	outb(PORT_COM1 + 4, 0x0B);
	outb(PORT_COM1 + 1, 2);
	return wait_poll(irq4_pending, 100);
}

/* The handler notes ISR, then handles as irq_count does, silencing the UART first. */
static void note_isr(struct frame *f)
{
	test_state.word[2] = pic_isr();
	if (f->vector == VEC_IRQ0 + 4)
		drop_irq4();
	irq_count(f);
	test_state.word[3] = pic_isr();
}

static void note_without_eoi(struct frame *f)
{
	if (f->vector == VEC_IRQ0 + 4)
		drop_irq4();
	irq_state.order[irq_state.orders++ & 15] = (u8)(f->vector - VEC_IRQ0);
}

static bool order_two(void)
{
	return irq_state.orders >= 2;
}

static bool order_one(void)
{
	return irq_state.orders >= 1;
}

static void run_pending(bool (*done)(void))
{
	irq_state.orders = 0;
	irq_state.order[0] = irq_state.order[1] = 0xFF;
	cpu_sti();
	wait_poll(done, 50);
	cpu_cli();
}

static void check_masks(void)
{
	irq_mask_all();
	check("imr-reads-back", inb(PORT_PIC0 + 1), 0xFF);
	outb(PORT_PIC0 + 1, 0xA5);
	check("imr-reads-back-pattern", inb(PORT_PIC0 + 1), 0xA5);
	irq_mask_all();
	outb(PORT_PIC1 + 1, 0x5A);
	check("imr-slave", inb(PORT_PIC1 + 1), 0x5A);
	irq_mask_all();
	check_true("irr-set-while-masked", raise_irq0());
	check("isr-clear-while-masked", pic_isr(), 0);
	trap_set(VEC_IRQ0, note_isr);
	trap_set(VEC_IRQ0 + 4, note_isr);
	irq_unmask(0);
	run_pending(order_one);
	check("irq0-delivered-on-unmask", irq_state.order[0], 0);
	check("isr-in-handler", test_state.word[2], 1);
	check("isr-after-eoi", test_state.word[3], 0);
	check("irr-clear-after-delivery", pic_irr() & 1, 0);
}

static void check_priority(void)
{
	irq_mask_all();
	check_true("irq4-from-uart", raise_irq4());
	raise_irq0();
	irq_unmask(0);
	irq_unmask(4);
	run_pending(order_two);
	check("irq0-before-irq4", irq_state.order[0] << 8 | irq_state.order[1], 0x0004);
	outb(PORT_PIC0, 0xC0 | 3); /* IRQ 3 lowest, so IRQ 4 highest */
	irq_mask_all();
	raise_irq4();
	raise_irq0();
	irq_unmask(0);
	irq_unmask(4);
	run_pending(order_two);
	check("irq4-first-after-set-priority", irq_state.order[0] << 8 | irq_state.order[1], 0x0400);
	outb(PORT_PIC0, 0xC0 | 7);
	irq_mask_all();
}

/* While an interrupt is in service, equal and lower ones wait; a higher one does not. */
static void check_in_service(void)
{
	trap_set(VEC_IRQ0, note_without_eoi);
	trap_set(VEC_IRQ0 + 4, note_without_eoi);
	raise_irq0();
	irq_unmask(0);
	irq_unmask(4);
	run_pending(order_one);
	check("isr-without-eoi", pic_isr(), 1);
	raise_irq4();
	run_pending(order_one);
	check("lower-priority-waits", irq_state.orders, 0);
	outb(PORT_PIC0, 0x60); /* specific EOI of IRQ 0 */
	run_pending(order_one);
	check("lower-priority-after-eoi", irq_state.order[0], 4);
	check("isr-irq4", pic_isr(), 0x10);
	raise_irq0();
	run_pending(order_one);
	check("higher-priority-nests", irq_state.order[0], 0);
	check("isr-both", pic_isr(), 0x11);
	outb(PORT_PIC0, 0x20);
	check("non-specific-eoi-ends-highest", pic_isr(), 0x10);
	outb(PORT_PIC0, 0x64);
	check("specific-eoi", pic_isr(), 0);
	outb(PORT_PIC0, 0x0C);
	irq_mask_all();
}

static void check_modes(void)
{
	u8 polled;

	outb(PORT_PIC0, 0x11);
	outb(PORT_PIC0 + 1, VEC_IRQ0);
	outb(PORT_PIC0 + 1, 0x04);
	outb(PORT_PIC0 + 1, 0x03); /* automatic EOI */
	outb(PORT_PIC0 + 1, 0xFE);
	raise_irq0();
	run_pending(order_one);
	check("aeoi-delivers", irq_state.order[0], 0);
	check("aeoi-leaves-isr-clear", pic_isr(), 0);
	irq_init();
	raise_irq0();
	irq_unmask(0);
	outb(PORT_PIC0, 0x0C);
	polled = inb(PORT_PIC0);
	check("poll-returns-irq0", polled, 0x80);
	check("poll-sets-isr", pic_isr(), 1);
	outb(PORT_PIC0, 0x20);
	outb(PORT_PIC0, 0x0C);
	check("poll-idle", inb(PORT_PIC0) & 0x80, 0);
	irq_init();
	outb(PORT_PIC1, 0x0B);
	check("slave-isr-idle", inb(PORT_PIC1), 0);
	check("elcr-fixed-edges", inb(0x4D0) & 0x07, 0);
	outb(0x4D1, 0x0C);
	check("elcr-writable", inb(0x4D1) & 0x0C, 0x0C);
	outb(0x4D1, 0xFF);
	check("elcr-irq8-irq13-edge", inb(0x4D1) & 0x21, 0);
	outb(0x4D1, 0x0C);
}

static void note_slave(struct frame *f)
{
	outb(PORT_PIC1, 0x0B);
	test_state.word[2] = inb(PORT_PIC1);
	test_state.word[3] = pic_isr();
	cmos_read(0x0C);
	irq_count(f);
}

/* RTC's periodic interrupt shows the cascade. */
static void check_cascade(void)
{
	u8 b = cmos_read(0x0B);

	trap_set(VEC_IRQ0 + 8, note_slave);
	cmos_read(0x0C);
	cmos_write(0x0B, (u8)(b | 0x40));
	irq_unmask(8);
	run_pending(order_one);
	check("irq8-through-cascade", irq_state.order[0], 8);
	check("irq8-slave-isr", test_state.word[2], 1);
	check("irq8-master-isr", test_state.word[3], 4);
	cmos_write(0x0B, b);
	cmos_read(0x0C);
	irq_init();
}

void suite_pic(void)
{
	irq_init();
	check_masks();
	check_priority();
	check_in_service();
	irq_init();
	trap_set(VEC_IRQ0, note_isr);
	check_modes();
	check_cascade();
	drop_irq4();
}
