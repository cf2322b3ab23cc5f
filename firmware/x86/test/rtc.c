/* SPDX-License-Identifier: MIT */
/*
 * The MC146818: status registers, UIP, the three interrupts, SET, data modes and the calendar's turn of the
 * century, and the memory sizes that firmware finds in CMOS (Motorola MC146818A data sheet).
 */
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/pit.h"
#include "firmware/x86/test/suites.h"

enum { RTC_SEC = 0, RTC_SEC_ALARM = 1, RTC_MIN = 2, RTC_MIN_ALARM = 3, RTC_HOUR = 4, RTC_HOUR_ALARM = 5 };
enum { RTC_WEEKDAY = 6, RTC_DAY = 7, RTC_MONTH = 8, RTC_YEAR = 9, RTC_A = 10, RTC_B = 11, RTC_C = 12, RTC_D = 13 };
enum { CMOS_CENTURY = 0x32 }; /* where PCs keep it, in the same data mode */
enum { B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_BINARY = 4, B_24H = 2 };

/* Word 4 counts, word 5 collects register C, word 6 says whether to read it. */
static void note_rtc(struct frame *f)
{
	test_state.word[4]++;
	if (test_state.word[6])
		test_state.word[5] |= cmos_read(RTC_C);
	irq_count(f);
}

static bool fired(void)
{
	return test_state.word[4] != 0;
}

static bool fired_ten(void)
{
	return test_state.word[4] >= 10;
}

static bool uip_set(void)
{
	return cmos_read(RTC_A) >> 7;
}

static bool uip_clear(void)
{
	return !uip_set();
}

static void arm(u8 enable)
{
	test_state.word[4] = test_state.word[5] = 0;
	test_state.word[6] = 1;
	cmos_write(RTC_B, (u8)(B_24H | enable));
	cmos_read(RTC_C);
	irq_unmask(8);
	irq_unmask(0);
}

static void check_registers(void)
{
	check("valid-ram-and-time", cmos_read(RTC_D) & 0x80, 0x80);
	cmos_write(RTC_A, 0x26);
	check("register-a", cmos_read(RTC_A) & 0x7F, 0x26);
	cmos_write(RTC_B, B_24H);
	check("register-b", cmos_read(RTC_B), B_24H);
	cmos_write(0x50, 0xA5);
	cmos_write(0x51, 0x5A);
	check("ram-0x50", cmos_read(0x50), 0xA5);
	check("ram-0x51", cmos_read(0x51), 0x5A);
}

static void check_update(void)
{
	u32 before, after;

	arm(B_UIE);
	check_true("update-interrupt", wait_halt(fired, 2500));
	check("update-register-c", test_state.word[5] & 0x90, 0x90);
	before = cmos_read(RTC_SEC);
	arm(B_UIE);
	check_true("update-interrupt-again", wait_halt(fired, 2500));
	after = cmos_read(RTC_SEC);
	check_true("seconds-advance-by-one", after == before + 1 || after == before + 7 || (before == 0x59 && !after));
	cmos_write(RTC_B, B_24H);
	check_true("uip-clear-after-update", uip_clear());
	irq_state.ticks = 0;
	test_state.word[4] = 0;
	wait_halt(fired, 960);
	check_true("uip-before-update", wait_poll(uip_set, 5000)); /* a busy host may miss a window of 244 us */
	check_true("uip-ends", wait_poll(uip_clear, 100));
}

static void check_periodic(void)
{
	arm(B_PIE);
	check_true("periodic-interrupts", wait_halt(fired_ten, 1000));
	check("periodic-register-c", test_state.word[5] & 0xC0, 0xC0);
	arm(B_PIE);
	test_state.word[6] = 0;
	wait_halt(fired_ten, 100);
	check_range("periodic-needs-read-of-c", test_state.word[4], 1, 2); /* 100 without the rule */
	cmos_write(RTC_B, B_24H);
	check("pf-flag-without-pie", cmos_read(RTC_C) & 0x40, 0x40);
	check("read-of-c-clears", cmos_read(RTC_C) & 0x80, 0);
}

static void check_alarm(void)
{
	cmos_write(RTC_SEC_ALARM, 0xFF);
	cmos_write(RTC_MIN_ALARM, 0xFF);
	cmos_write(RTC_HOUR_ALARM, 0xFF);
	arm(B_AIE);
	check_true("alarm-every-second", wait_halt(fired, 2500));
	check("alarm-register-c", test_state.word[5] & 0xA0, 0xA0);
	cmos_write(RTC_B, B_24H | B_SET);
	cmos_write(RTC_SEC, 0x10);
	cmos_write(RTC_SEC_ALARM, 0x11);
	arm(B_AIE);
	check_true("alarm-at-second", wait_halt(fired, 2500));
	check("alarm-second", cmos_read(RTC_SEC), 0x11);
}

static void set_date(u8 mode, const u8 *fields)
{
	static const u8 at[] = { RTC_HOUR, RTC_MIN, RTC_SEC, RTC_DAY, RTC_MONTH, RTC_YEAR, CMOS_CENTURY };

	cmos_write(RTC_B, (u8)(mode | B_SET));
	for (size_t i = 0; i < COUNT_OF(at); i++)
		cmos_write(at[i], fields[i]);
	cmos_write(RTC_B, mode);
}

static u64 get_date(void)
{
	static const u8 at[] = { RTC_YEAR, RTC_MONTH, RTC_DAY, RTC_HOUR, RTC_MIN, RTC_SEC };
	u64 all = 0;

	for (size_t i = 0; i < COUNT_OF(at); i++)
		all = all << 8 | cmos_read(at[i]);
	return all;
}

static void wait_update(u8 mode)
{
	test_state.word[4] = test_state.word[5] = 0;
	test_state.word[6] = 1;
	cmos_read(RTC_C);
	cmos_write(RTC_B, (u8)(mode | B_UIE));
	irq_unmask(8);
	irq_unmask(0);
	wait_halt(fired, 2500);
	cmos_write(RTC_B, mode);
}

static void check_calendar(void)
{
	static const u8 leap[] = { 0x23, 0x59, 0x59, 0x28, 0x02, 0x24, 0x20 };
	static const u8 year[] = { 23, 59, 59, 31, 12, 25, 20 };
	static const u8 noon[] = { 0x11, 0x59, 0x59, 0x30, 0x04, 0x25, 0x20 };

	set_date(B_24H, leap);
	wait_update(B_24H);
	check("leap-day-bcd", get_date(), 0x240229000000);
	set_date(B_24H | B_BINARY, year);
	wait_update(B_24H | B_BINARY);
	check("new-year-binary", get_date(), 0x1A0101000000);
	set_date(0, noon);
	wait_update(0);
	check("noon-in-12-hour-mode", cmos_read(RTC_HOUR), 0x92);
	cmos_write(RTC_B, B_24H | B_SET);
	test_state.word[0] = cmos_read(RTC_SEC);
	test_state.word[4] = 0;
	wait_halt(fired, 1200);
	check("set-stops-updates", cmos_read(RTC_SEC), test_state.word[0]);
	cmos_write(RTC_B, B_24H);
}

static void check_memory_size(void)
{
	u32 low = cmos_read(0x15) | (u32)cmos_read(0x16) << 8;
	u32 high = cmos_read(0x17) | (u32)cmos_read(0x18) << 8;

	check("cmos-base-memory", low, 640);
	check("cmos-extended-copies-agree", cmos_read(0x30) | (u32)cmos_read(0x31) << 8, high);
	check_true("cmos-memory-above-16m", (cmos_read(0x34) | (u32)cmos_read(0x35) << 8) != 0);
}

void suite_rtc(void)
{
	irq_init();
	pit_tick(100);
	trap_set(VEC_IRQ0 + 8, note_rtc);
	check_registers();
	check_periodic();
	check_update();
	check_alarm();
	check_calendar();
	check_memory_size();
	irq_init();
}
