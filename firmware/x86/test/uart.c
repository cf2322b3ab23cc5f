/* SPDX-License-Identifier: MIT */
/*
 * The 16550A in loopback, its registers and interrupts, and the i8042 with its keyboard (NS PC16550D data sheet;
 * IBM PS/2 hardware interface, "Keyboard and auxiliary device controller"). COM1 is the console: every check
 * restores it before it prints.
 */
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

enum { COM_DATA, COM_IER, COM_IIR, COM_LCR, COM_MCR, COM_LSR, COM_MSR, COM_SCR };

static u8 com_read(int reg)
{
	return inb((u16)(PORT_COM1 + reg));
}

static void com_write(int reg, u8 value)
{
	outb((u16)(PORT_COM1 + reg), value);
}

static bool drained(void)
{
	return (com_read(COM_LSR) & 0x60) == 0x60;
}

static bool received(void)
{
	return com_read(COM_LSR) & 1;
}

static bool loop_begin(void)
{
	bool empty = wait_poll(drained, 500);

	com_write(COM_MCR, 0x10);
	return empty;
}

static void loop_end(void)
{
	com_write(COM_IER, 0);
	com_write(COM_LCR, 3);
	com_write(COM_IIR, 7);
	com_write(COM_MCR, 3);
}

/* Sends and receives one byte in loopback; 0x100 when nothing came. */
static u32 loop_byte(u8 value)
{
	com_write(COM_DATA, value);
	return wait_poll(received, 200) ? com_read(COM_DATA) : 0x100;
}

static void check_loopback(void)
{
	bool empty = loop_begin();
	u32 a = loop_byte(0xA5), b = loop_byte(0x5A), lines[4];

	for (u32 i = 0; i < 4; i++) {
		com_write(COM_MCR, (u8)(0x10 | 1 << i));
		lines[i] = com_read(COM_MSR) >> 4;
	}
	loop_end();
	check_true("transmitter-empties", empty);
	check("loopback-a5", a, 0xA5);
	check("loopback-5a", b, 0x5A);
	check("loopback-dtr-to-dsr", lines[0], 2);
	check("loopback-rts-to-cts", lines[1], 1);
	check("loopback-out1-to-ri", lines[2], 4);
	check("loopback-out2-to-dcd", lines[3], 8);
}

static void check_registers(void)
{
	u8 low, high, scratch, lcr, ier, iir;

	com_write(COM_SCR, 0x5A);
	scratch = com_read(COM_SCR);
	wait_poll(drained, 500);
	com_write(COM_LCR, 0x83);
	com_write(COM_DATA, 0x34);
	com_write(COM_IER, 0x12);
	low = com_read(COM_DATA);
	high = com_read(COM_IER);
	com_write(COM_DATA, 1);
	com_write(COM_IER, 0);
	lcr = com_read(COM_LCR);
	com_write(COM_LCR, 3);
	com_write(COM_IER, 0xFF);
	ier = com_read(COM_IER);
	com_write(COM_IER, 0);
	com_read(COM_IIR);
	iir = com_read(COM_IIR);
	loop_end();
	check("scratch", scratch, 0x5A);
	check("divisor-latch", high << 8 | low, 0x1234);
	check("line-control-reads-back", lcr, 0x83);
	check("ier-high-bits-zero", ier, 0x0F);
	check("iir-fifo-and-idle", iir, 0xC1);
}

static void check_interrupts(void)
{
	u8 thre, thre_again, rx, rx_after;

	loop_begin();
	com_write(COM_IER, 2);
	thre = com_read(COM_IIR);
	thre_again = com_read(COM_IIR);
	com_write(COM_IER, 0);
	com_write(COM_IIR, 0);
	com_write(COM_IER, 1);
	com_write(COM_DATA, 0x33);
	wait_poll(received, 200);
	rx = com_read(COM_IIR);
	com_read(COM_DATA);
	rx_after = com_read(COM_IIR);
	loop_end();
	check("iir-thre", thre & 0x0F, 2);
	check("iir-thre-cleared-by-read", thre_again & 0x0F, 1);
	check("iir-received-data", rx & 0x0F, 4);
	check("iir-no-fifo-bits", rx & 0xC0, 0);
	check("iir-idle-after-data-read", rx_after & 0x0F, 1);
}

static bool overrun(void)
{
	test_state.word[0] |= com_read(COM_LSR);
	return test_state.word[0] & 2;
}

static void check_fifo(void)
{
	u32 good = 0;
	bool over;

	loop_begin();
	com_write(COM_IIR, 7);
	for (u32 i = 0; i < 16; i++)
		com_write(COM_DATA, (u8)(0x40 + i));
	for (u32 i = 0; i < 16; i++)
		good += wait_poll(received, 100) && com_read(COM_DATA) == 0x40 + i;
	com_write(COM_IIR, 0);
	com_write(COM_DATA, 1);
	wait_poll(received, 100);
	com_write(COM_DATA, 2);
	test_state.word[0] = 0;
	over = wait_poll(overrun, 100);
	loop_end();
	check("fifo-keeps-order", good, 16);
	check_true("overrun-without-fifo", over);
}

static bool output_full(void)
{
	return inb(PORT_KBD) & 1;
}

static bool input_empty(void)
{
	return !(inb(PORT_KBD) & 2);
}

static void kbd_drain(void)
{
	for (int i = 0; i < 32 && output_full(); i++)
		inb(PORT_KBD_DATA);
}

static u32 kbd_answer(void)
{
	return wait_poll(output_full, 1000) ? inb(PORT_KBD_DATA) : 0x100;
}

static u32 controller(u8 command)
{
	kbd_drain();
	wait_poll(input_empty, 200);
	outb(PORT_KBD, command);
	return kbd_answer();
}

static void note_key(struct frame *f)
{
	test_state.word[1] = inb(PORT_KBD_DATA);
	irq_count(f);
}

static bool key_irq(void)
{
	return irq_state.count[1] != 0;
}

static void check_keyboard(void)
{
	u32 mode;

	check("i8042-self-test", controller(0xAA), 0x55);
	check("i8042-interface-test", controller(0xAB), 0x00);
	mode = controller(0x20);
	check_range("i8042-command-byte", mode, 0, 0xFF);
	outb(PORT_KBD, 0x60);
	wait_poll(input_empty, 200);
	outb(PORT_KBD_DATA, 0x04); /* no translation, no interrupts */
	wait_poll(input_empty, 200);
	check("i8042-command-byte-writable", controller(0x20), 0x04);
	outb(PORT_KBD, 0xAE);
	kbd_drain();
	outb(PORT_KBD_DATA, 0xEE);
	check("keyboard-echo", kbd_answer(), 0xEE);
	outb(PORT_KBD_DATA, 0xF2);
	check("keyboard-identify-ack", kbd_answer(), 0xFA);
	check("keyboard-identify-1", kbd_answer(), 0xAB);
	check("keyboard-identify-2", kbd_answer(), 0x83);
	outb(PORT_KBD_DATA, 0xFF);
	check("keyboard-reset-ack", kbd_answer(), 0xFA);
	check("keyboard-reset-passed", kbd_answer(), 0xAA);
	outb(PORT_KBD, 0x60);
	wait_poll(input_empty, 200);
	outb(PORT_KBD_DATA, 0x45);
	wait_poll(input_empty, 200);
	irq_init();
	trap_set(VEC_IRQ0 + 1, note_key);
	irq_state.count[1] = 0;
	irq_unmask(1);
	outb(PORT_KBD_DATA, 0xEE);
	check_true("keyboard-irq1", wait_halt(key_irq, 200));
	check("keyboard-irq1-data", test_state.word[1], 0xEE);
	irq_init();
}

void suite_uart(void)
{
	check_registers();
	check_loopback();
	check_interrupts();
	check_fifo();
}

void suite_keyboard(void)
{
	irq_state.count[1] = 0;
	check_keyboard();
}
