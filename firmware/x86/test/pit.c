/* SPDX-License-Identifier: MIT */
/*
 * The 8254: read-back, latches, modes 0, 2 and 3, the gate of channel 2, and interrupts of channel 0 through the 8259
 * (Intel 82C54 data sheet). When ticks arrive, later waits may halt on them.
 */
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/pit.h"
#include "firmware/x86/test/suites.h"

static u8 status_of(int channel)
{
	outb(PORT_PIT + 3, (u8)(0xE0 | 2 << channel));
	return inb((u16)(PORT_PIT + channel));
}

static u32 count_of(int channel)
{
	u32 low;

	outb(PORT_PIT + 3, (u8)(channel << 6));
	low = inb((u16)(PORT_PIT + channel));
	return low | (u32)inb((u16)(PORT_PIT + channel)) << 8;
}

static void program(int channel, int mode, u32 count)
{
	outb(PORT_PIT + 3, (u8)(channel << 6 | 0x30 | mode));
	outb((u16)(PORT_PIT + channel), (u8)count);
	outb((u16)(PORT_PIT + channel), (u8)(count >> 8));
}

void pit_tick(u32 hz)
{
	program(0, 2 << 1, hz ? 1193182 / hz : 0);
}

void pit_hush(void)
{
	program(0, 0, 0);
}

static void gate2(bool on)
{
	outb(PORT_B, (u8)((inb(PORT_B) & ~3u) | (on ? 1 : 0)));
}

static bool out2_high(void)
{
	return inb(PORT_B) >> 5 & 1;
}

static bool out2_low(void)
{
	return !out2_high();
}

bool pit_delay(u32 count)
{
	bool ended;

	gate2(false);
	program(2, 0, count);
	gate2(true);
	ended = wait_poll(out2_high, 500);
	gate2(false);
	return ended;
}

static bool loaded0(void)
{
	return !(status_of(0) & 0x40);
}

static bool count0_moved(void)
{
	return count_of(0) != test_state.word[0];
}

static void check_status(void)
{
	program(0, 2 << 1, 0);
	check("readback-mode-2", status_of(0) & 0x3F, 0x34);
	program(0, 3 << 1, 0);
	check("readback-mode-3", status_of(0) & 0x3F, 0x36);
	program(0, 0, 0);
	check("readback-mode-0", status_of(0) & 0x3F, 0x30);
	outb(PORT_PIT + 3, 0x34);
	check("null-count-before-load", status_of(0) & 0x40, 0x40);
	outb(PORT_PIT, 0);
	outb(PORT_PIT, 0);
	check_true("null-count-after-load", wait_poll(loaded0, 100));
	outb(PORT_PIT + 3, 0x10);
	check("readback-low-byte-only", status_of(0) & 0x3F, 0x10);
}

static void check_counting(void)
{
	u32 first, second;

	program(0, 2 << 1, 0);
	wait_poll(loaded0, 100);
	test_state.word[0] = count_of(0);
	check_true("count-moves", wait_poll(count0_moved, 100));
	first = count_of(0);
	second = count_of(0);
	check_range("count-goes-down", (first - second) & 0xFFFF, 0, 0x4000);
	program(0, 2 << 1, 100);
	wait_poll(loaded0, 100);
	check_range("mode-2-count-in-range", count_of(0), 1, 100);
	program(0, 3 << 1, 100);
	wait_poll(loaded0, 100);
	check("mode-3-counts-by-two", count_of(0) & 1, 0);
}

static void check_channel2(void)
{
	u32 first;

	gate2(false);
	program(2, 0, 0x1000);
	check_true("mode-0-out-low", out2_low());
	first = count_of(2);
	wait_poll(out2_high, 20);
	check("gate-off-stops-count", count_of(2), first);
	gate2(true);
	check_true("mode-0-out-high-at-zero", wait_poll(out2_high, 200));
	program(2, 0, 0x8000);
	check_true("mode-0-out-low-on-reload", out2_low());
	program(2, 3 << 1, 0x1000);
	check_true("mode-3-high", wait_poll(out2_high, 200));
	check_true("mode-3-low", wait_poll(out2_low, 200));
	check_true("mode-3-high-again", wait_poll(out2_high, 200));
	gate2(false);
	outb(PORT_PIT + 3, 0xB1);
	outb(PORT_PIT + 2, 0x00);
	outb(PORT_PIT + 2, 0x10);
	gate2(true);
	for (first = 0; first < 300; first++) {
		u32 count = count_of(2);

		if ((count & 15) > 9 || (count >> 4 & 15) > 9 || (count >> 8 & 15) > 9)
			break;
	}
	check("bcd-digits", first, 300);
	gate2(false);
}

static bool five_ticks(void)
{
	return irq_state.ticks >= 5;
}

static bool two_ticks(void)
{
	return irq_state.ticks >= 2;
}

static bool one_tick(void)
{
	return irq_state.ticks >= 1;
}

static void check_interrupts(void)
{
	bool ticking;

	irq_state.ticks = 0;
	pit_tick(1000);
	irq_unmask(0);
	cpu_sti();
	ticking = wait_poll(five_ticks, 1000);
	cpu_cli();
	check_true("irq0-mode-2", ticking);
	irq_state.ticks = 0;
	program(0, 3 << 1, 1193);
	cpu_sti();
	check_true("irq0-mode-3", wait_poll(two_ticks, 1000));
	cpu_cli();
	program(0, 0, 2000);
	irq_state.ticks = 0;
	cpu_sti();
	check_true("irq0-mode-0", wait_poll(one_tick, 1000));
	check_true("irq0-mode-0-only-once", !wait_poll(two_ticks, 20));
	cpu_cli();
	irq_mask_all();
	irq_state.ticks = 0;
	pit_tick(1000);
	cpu_sti();
	check_true("masked-irq0-is-silent", !wait_poll(one_tick, 20));
	cpu_cli();
	if (!ticking)
		return;
	irq_state.ticks = 0;
	irq_unmask(0);
	cpu_sti_hlt_cli();
	check_range("hlt-wakes", irq_state.ticks, 1, 100);
	irq_mask_all();
	check_state.pit_works = true;
}

void suite_pit(void)
{
	check_status();
	check_counting();
	check_channel2();
	check_interrupts();
	pit_tick(100);
}
