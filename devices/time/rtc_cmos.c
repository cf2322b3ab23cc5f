/* SPDX-License-Identifier: MIT */
/* The MC146818 real-time clock plus RAM, from Motorola's data sheet (ADI856R2), at ports 70h and 71h of a PC, with
 * the RAM's meaning as PC firmware has it. Nothing ticks: the registers are brought up to date when somebody looks,
 * and an event is armed only for an interrupt that is enabled. Time starts from the replay gate's epoch. */
#include "devices/time/rtc_cmos.h"

#include "devices/machine.h"
#include "devices/types.h"

#define DAY        86400u
#define DIVIDER_HZ 32768u
#define UIP_NS     2228000u /* an update takes 1984 us and is announced 244 us ahead (table 6) */
#define INDEX_NMI  0x80

enum {
	RTC_SECONDS, RTC_SECONDS_ALARM, RTC_MINUTES, RTC_MINUTES_ALARM, RTC_HOURS, RTC_HOURS_ALARM, RTC_DAY, RTC_DATE,
	RTC_MONTH, RTC_YEAR, RTC_A, RTC_B, RTC_C, RTC_D,
};
enum { A_UIP = 0x80, A_DV = 0x70, A_RS = 0x0f };
enum { B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_SQWE = 0x08, B_DM = 0x04, B_24 = 0x02 };
enum { C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10 };
enum { D_VRT = 0x80 };

struct rtc {
	struct event event; /* the next enabled interrupt */
	u64 synced;         /* virtual time up to which registers and flags are right */
	u64 next_update;    /* when the divider chain completes its second; meaningless while it is held */
	u8 ram[128];
	u8 index;
	u8 pad[7];
};

struct rtc_links {
	struct reg_map map, ram;
	struct line irq, nmi_mask;
};

static const struct state_field rtc_rows[] = {
	STATE_SUB(struct rtc, event, event_rows), STATE_U(struct rtc, synced), STATE_U(struct rtc, next_update),
	STATE_RAW(struct rtc, ram), STATE_U(struct rtc, index), STATE_SKIP(struct rtc, pad),
	STATE_END,
};

/* ---- numbers as the registers hold them ------------------------------------------------------------------------- */

static unsigned from_reg(const struct rtc *s, u8 v)
{
	return s->ram[RTC_B] & B_DM ? v : (v >> 4) * 10u + (v & 15);
}

static u8 to_reg(const struct rtc *s, unsigned v)
{
	return (u8)(s->ram[RTC_B] & B_DM ? v : v / 10 << 4 | v % 10);
}

static unsigned hours_from_reg(const struct rtc *s, u8 v)
{
	if (s->ram[RTC_B] & B_24)
		return from_reg(s, v);
	return from_reg(s, v & 0x7f) % 12 + (v & 0x80 ? 12 : 0);
}

static u8 hours_to_reg(const struct rtc *s, unsigned h)
{
	if (s->ram[RTC_B] & B_24)
		return to_reg(s, h);
	return to_reg(s, h % 12 ? h % 12 : 12) | (h >= 12 ? 0x80 : 0);
}

/* Seconds since midnight. What is no valid time counts as the last valid one before it. */
static u32 time_of_day(const struct rtc *s)
{
	unsigned h = hours_from_reg(s, s->ram[RTC_HOURS]);
	unsigned m = from_reg(s, s->ram[RTC_MINUTES]), sec = from_reg(s, s->ram[RTC_SECONDS]);

	return min_uint(h, 23) * 3600 + min_uint(m, 59) * 60 + min_uint(sec, 59);
}

static void set_time_of_day(struct rtc *s, u32 t)
{
	s->ram[RTC_SECONDS] = to_reg(s, t % 60);
	s->ram[RTC_MINUTES] = to_reg(s, t / 60 % 60);
	s->ram[RTC_HOURS] = hours_to_reg(s, t / 3600);
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const u8 days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap);
}

static void add_days(struct rtc *s, u64 n)
{
	unsigned year = from_reg(s, s->ram[CMOS_CENTURY]) * 100 + from_reg(s, s->ram[RTC_YEAR]);
	unsigned month = from_reg(s, s->ram[RTC_MONTH]), week = from_reg(s, s->ram[RTC_DAY]);
	u64 date = from_reg(s, s->ram[RTC_DATE]) + n;

	month = month < 1 ? 1 : min_uint(month, 12);
	week = (unsigned)((week + 6 + n) % 7) + 1;
	while (date > days_in_month(year, month)) {
		date -= days_in_month(year, month);
		if (++month > 12) {
			month = 1;
			year++;
		}
	}
	s->ram[RTC_DAY] = to_reg(s, week);
	s->ram[RTC_DATE] = to_reg(s, (unsigned)date);
	s->ram[RTC_MONTH] = to_reg(s, month);
	s->ram[RTC_YEAR] = to_reg(s, year % 100);
	s->ram[CMOS_CENTURY] = to_reg(s, year / 100 % 100);
}

static void add_seconds(struct rtc *s, u64 n)
{
	u64 t = time_of_day(s) + n;

	set_time_of_day(s, (u32)(t % DAY));
	if (t >= DAY)
		add_days(s, t / DAY);
}

/* An alarm byte with both top bits set matches always. */
static bool alarm_matches(u8 alarm, u8 reg)
{
	return (alarm & 0xc0) == 0xc0 || alarm == reg;
}

/* Is there a second, or a minute, that this alarm byte matches? */
static bool alarm_possible(const struct rtc *s, u8 alarm)
{
	bool any = false;

	for (unsigned v = 0; v < 60; v++)
		any |= alarm_matches(alarm, to_reg(s, v));
	return any;
}

/* Seconds from now to the next match of the alarm: 1 to 86400, or 0 if there is none. */
static u32 alarm_distance(const struct rtc *s)
{
	u32 now = time_of_day(s), t = now + 1;

	if (!alarm_possible(s, s->ram[RTC_MINUTES_ALARM]) || !alarm_possible(s, s->ram[RTC_SECONDS_ALARM]))
		return 0;
	while (t <= now + DAY) {
		u32 h = t / 3600 % 24, m = t / 60 % 60;

		if (!alarm_matches(s->ram[RTC_HOURS_ALARM], hours_to_reg(s, h)))
			t = (t / 3600 + 1) * 3600;
		else if (!alarm_matches(s->ram[RTC_MINUTES_ALARM], to_reg(s, m)))
			t = (t / 60 + 1) * 60;
		else if (!alarm_matches(s->ram[RTC_SECONDS_ALARM], to_reg(s, t % 60)))
			t++;
		else
			return t - now;
	}
	return 0;
}

/* ---- the divider chain ------------------------------------------------------------------------------------------ */

/* DV = 11x holds the divider in reset (table 4); other time bases than 32768 Hz are not soldered in. */
static bool divider_runs(const struct rtc *s)
{
	return (s->ram[RTC_A] & 0x60) != 0x60;
}

/* Table 5: periods in ticks of 32768 Hz; 0: none. */
static u32 periodic_ticks(const struct rtc *s)
{
	unsigned rs = s->ram[RTC_A] & A_RS;

	if (rs == 0)
		return 0;
	return rs < 3 ? 64u << rs : 1u << (rs - 1);
}

/* Position within the divider's second at time t, which is not after next_update. */
static u32 divider_tick(const struct rtc *s, u64 t)
{
	return (u32)clock_muldiv(CLOCK_SECOND - (s->next_update - t), DIVIDER_HZ, CLOCK_SECOND);
}

static void rtc_irq(struct dev *d)
{
	struct rtc *s = d->state;
	const struct rtc_links *l = d->links;
	u8 flags = s->ram[RTC_C] & s->ram[RTC_B] & (C_PF | C_AF | C_UF);

	s->ram[RTC_C] = (s->ram[RTC_C] & (u8)~C_IRQF) | (flags ? C_IRQF : 0);
	line_set(&l->irq, flags != 0);
}

/* Brings time and flags up to the present. */
static void rtc_sync(struct dev *d)
{
	struct rtc *s = d->state;
	u64 now = clock_now(&d->machine->clock), seconds = 0;
	u32 period = periodic_ticks(s), before;

	if (!divider_runs(s) || now <= s->synced) {
		s->synced = now;
		return;
	}
	before = divider_tick(s, s->synced);
	if (now >= s->next_update)
		seconds = (now - s->next_update) / CLOCK_SECOND + 1;
	s->next_update += seconds * CLOCK_SECOND;
	s->synced = now;
	if (period && (seconds || divider_tick(s, now) / period != before / period))
		s->ram[RTC_C] |= C_PF;
	if (seconds && !(s->ram[RTC_B] & B_SET)) {
		u32 alarm = alarm_distance(s);

		s->ram[RTC_C] |= C_UF | (alarm && alarm <= seconds ? C_AF : 0);
		add_seconds(s, seconds);
	}
	rtc_irq(d);
}

/* When the next periodic edge comes, after `synced`. */
static u64 periodic_time(const struct rtc *s)
{
	u32 period = periodic_ticks(s);
	u64 start = s->next_update - CLOCK_SECOND; /* may wrap below 0: only sums are used */
	u64 tick = (divider_tick(s, s->synced) / period + 1) * (u64)period;

	return start + (tick * CLOCK_SECOND + DIVIDER_HZ - 1) / DIVIDER_HZ;
}

/* Arms the event for the first enabled flag that is not up yet. Call with everything in sync. */
static void rtc_arm(struct dev *d)
{
	struct rtc *s = d->state;
	u8 wait = s->ram[RTC_B] & (u8)~s->ram[RTC_C];
	bool updates = !(s->ram[RTC_B] & B_SET);
	u64 when = CLOCK_NEVER;

	if (divider_runs(s)) {
		u32 alarm = updates && (wait & B_AIE) ? alarm_distance(s) : 0;

		if ((wait & B_PIE) && periodic_ticks(s))
			when = periodic_time(s);
		if (updates && (wait & B_UIE))
			when = min_u64(when, s->next_update);
		if (alarm)
			when = min_u64(when, s->next_update + (alarm - 1) * CLOCK_SECOND);
	}
	event_at(&s->event, when);
}

static void rtc_fire(void *arg)
{
	rtc_sync(arg);
	rtc_arm(arg);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

static void time_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	rtc_arm(d);
}

static u64 a_read(struct dev *d, unsigned index, u64 stored)
{
	const struct rtc *s = d->state;
	bool soon = divider_runs(s) && !(s->ram[RTC_B] & B_SET) && s->next_update - s->synced <= UIP_NS;

	(void)index;
	return (stored & 0x7f) | (soon ? A_UIP : 0);
}

/* The first update comes half a second after the divider is let go (data sheet, "Divider control"). */
static void a_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct rtc *s = d->state;

	(void)index;
	if ((old & 0x60) == 0x60 && (now & 0x60) != 0x60)
		s->next_update = s->synced + CLOCK_SECOND / 2;
	rtc_arm(d);
}

/* SET takes UIE with it. */
static void b_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct rtc *s = d->state;

	(void)index, (void)old;
	if (now & B_SET)
		s->ram[RTC_B] &= (u8)~B_UIE;
	rtc_irq(d);
	rtc_arm(d);
}

static u64 c_read(struct dev *d, unsigned index, u64 stored)
{
	struct rtc *s = d->state;

	(void)index;
	s->ram[RTC_C] = 0;
	rtc_irq(d);
	rtc_arm(d);
	return stored;
}

#define RTC_TIME(label, at) \
	{.name = label, .off = at, .width = 1, REG_MEMBER(struct rtc, ram[at]), .wmask = 0xff, .wrote = time_wrote}

/* What the data port shows, by index. */
static const struct reg rtc_ram_regs[] = {
	RTC_TIME("SECONDS", RTC_SECONDS), RTC_TIME("SECONDS_ALARM", RTC_SECONDS_ALARM),
	RTC_TIME("MINUTES", RTC_MINUTES), RTC_TIME("MINUTES_ALARM", RTC_MINUTES_ALARM),
	RTC_TIME("HOURS", RTC_HOURS), RTC_TIME("HOURS_ALARM", RTC_HOURS_ALARM),
	RTC_TIME("DAY_OF_WEEK", RTC_DAY), RTC_TIME("DATE", RTC_DATE), RTC_TIME("MONTH", RTC_MONTH), RTC_TIME("YEAR",
		RTC_YEAR),
	{.name = "A", .off = RTC_A, .width = 1, REG_MEMBER(struct rtc, ram[RTC_A]), .reset = 0x26, .wmask = A_DV | A_RS,
	 .read = a_read, .wrote = a_wrote, .doc = "update in progress, divider, periodic rate"},
	{.name = "B", .off = RTC_B, .width = 1, REG_MEMBER(struct rtc, ram[RTC_B]), .reset = B_24, .wmask = 0xff,
	 .wrote = b_wrote, .doc = "SET, interrupt enables, binary mode, 24-hour mode"},
	{.name = "C", .off = RTC_C, .width = 1, REG_MEMBER(struct rtc, ram[RTC_C]), .read = c_read,
	 .doc = "interrupt flags, cleared by reading"},
	{.name = "D", .off = RTC_D, .width = 1, REG_MEMBER(struct rtc, ram[RTC_D]), .reset = D_VRT, .doc = "valid RAM and time"},
	{.name = "SHUTDOWN", .off = CMOS_SHUTDOWN, .width = 1, REG_MEMBER(struct rtc, ram[CMOS_SHUTDOWN]),
	 .wmask = 0xff,
	 .doc = "what the firmware does after a reset"},
	{.name = "CENTURY", .off = CMOS_CENTURY, .width = 1, REG_MEMBER(struct rtc, ram[CMOS_CENTURY]), .wmask = 0xff},
	{.name = "DIAGNOSTIC", .off = 0x0e, .width = 1, REG_MEMBER(struct rtc, ram[0x0e]), .wmask = 0xff},
	{.name = "RAM", .off = 0x10, .width = 1, REG_MEMBER(struct rtc, ram[0x10]), .count = 0x70, .wmask = 0xff,
	 .doc = "the firmware's notes"},
};

static const struct reg_bank rtc_ram_bank = {
	.name = "rtc-ram", .regs = rtc_ram_regs, .n = countof(rtc_ram_regs), .size = 128};

static u64 index_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return 0xff; /* the index port can't be read */
}

static void index_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct rtc_links *l = d->links;

	(void)index, (void)old;
	line_set(&l->nmi_mask, now & INDEX_NMI);
}

static u64 data_read(struct dev *d, unsigned index, u64 stored)
{
	const struct rtc *s = d->state;
	struct rtc_links *l = d->links;

	(void)index, (void)stored;
	rtc_sync(d);
	return reg_read(&l->ram, s->index & 0x7f, 1);
}

static void data_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct rtc *s = d->state;
	struct rtc_links *l = d->links;

	(void)index, (void)old;
	rtc_sync(d);
	reg_write(&l->ram, s->index & 0x7f, 1, now);
}

static const struct reg rtc_regs[] = {
	{.name = "INDEX", .off = 0, .width = 1, REG_MEMBER(struct rtc, index), .wmask = 0xff, .read = index_read,
	 .wrote = index_wrote, .doc = "index of the byte at the data port; bit 7 masks NMI"},
	{.name = "DATA", .off = 1, .width = 1, .read = data_read, .wrote = data_wrote},
};

static const struct reg_bank rtc_bank = {.name = "rtc", .regs = rtc_regs, .n = countof(rtc_regs), .size = 2, .max = 1};
static const struct reg_bank *const rtc_banks[] = {&rtc_bank, &rtc_ram_bank, NULL};

/* ---- for the board ---------------------------------------------------------------------------------------------- */

u8 rtc_cmos_get(struct dev *d, unsigned index)
{
	return ((const struct rtc *)d->state)->ram[index & 0x7f];
}

void rtc_cmos_set(struct dev *d, unsigned index, u8 value)
{
	((struct rtc *)d->state)->ram[index & 0x7f] = value;
}

static void set_word(struct dev *d, unsigned index, u64 value)
{
	rtc_cmos_set(d, index, (u8)value);
	rtc_cmos_set(d, index + 1, (u8)(value >> 8));
}

void rtc_cmos_set_memory(struct dev *d, u64 below_4g, u64 above_4g)
{
	u64 kb = below_4g >> 10, blocks = above_4g >> 16;
	u64 extended = kb > 1024 ? min_u64(kb - 1024, 0xffff) : 0;

	set_word(d, 0x15, min_u64(kb, 640));
	set_word(d, 0x17, extended);
	set_word(d, 0x30, extended);
	set_word(d, 0x34, below_4g > 16u << 20 ? min_u64((below_4g - (16u << 20)) >> 16, 0xffff) : 0);
	set_word(d, 0x5b, blocks);
	rtc_cmos_set(d, 0x5d, (u8)(blocks >> 16));
}

/* ---- device ----------------------------------------------------------------------------------------------------- */

/* Batteries included: time and RAM are set here and outlive a reset. */
static bool rtc_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct rtc *s = d->state;
	struct rtc_links *l = d->links;
	u64 now = clock_now(&d->machine->clock);

	(void)err;
	dev_map(d, row, &l->map, &rtc_bank);
	l->ram.dev = d;
	l->ram.bank = &rtc_ram_bank;
	l->irq = machine_irq(d->machine, row->irq);
	event_init(&s->event, &d->machine->clock, "rtc", rtc_fire, d);
	reg_reset(d, &rtc_ram_bank);
	s->synced = now;
	s->next_update = now + CLOCK_SECOND;
	s->ram[CMOS_CENTURY] = 0x19; /* 1 January 1970 was a Thursday */
	s->ram[RTC_YEAR] = 0x70;
	s->ram[RTC_MONTH] = s->ram[RTC_DATE] = 1;
	s->ram[RTC_DAY] = 5;
	add_seconds(s, min_u64(replay_epoch(&d->machine->replay), 253402300799u)); /* the end of the year 9999 */
	return true;
}

/* The RESET pin clears interrupt enables and flags only. */
static void rtc_reset(struct dev *d)
{
	struct rtc *s = d->state;
	const struct rtc_links *l = d->links;

	rtc_sync(d);
	s->index = 0;
	line_set(&l->nmi_mask, false);
	s->ram[RTC_B] &= (u8) ~(B_PIE | B_AIE | B_UIE | B_SQWE);
	s->ram[RTC_C] = 0;
	rtc_irq(d);
	rtc_arm(d);
}

static struct line *rtc_out(struct dev *d, unsigned n)
{
	struct rtc_links *l = d->links;

	switch (n) {
	case RTC_OUT_IRQ:
		return &l->irq;
	case RTC_OUT_NMI_MASK:
		return &l->nmi_mask;
	default:
		return NULL;
	}
}

const struct dev_type rtc_type = {
	.name = "rtc",
	.about = "MC146818 real-time clock and CMOS RAM",
	.state_size = sizeof(struct rtc),
	.links_size = sizeof(struct rtc_links),
	.version = 1,
	.banks = rtc_banks,
	.state = rtc_rows,
	.attach = rtc_attach,
	.reset = rtc_reset,
	.out = rtc_out,
};
