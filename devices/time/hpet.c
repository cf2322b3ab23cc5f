/* SPDX-License-Identifier: MIT */
/* The high precision event timer: one block with a 64-bit counter of 100 MHz and three comparators, from Intel's
 * "IA-PC HPET specification" 1.0a. The counter is computed from virtual time; each comparator has one event. */
#include "devices/time/hpet.h"

#include "devices/machine.h"
#include "devices/types.h"
#include "mem/base/log.h"

#define TICK_NS  10
#define TIMERS   3
#define ROUTES   32
/* Period in fs; vendor; legacy routes, 64 bits, 3 timers; revision 1. */
#define CAPABILITIES (10000000ull << 32 | 0x8086a201)

enum { CONF_ENABLE = 1 << 0, CONF_LEGACY = 1 << 1 };
enum { /* timer configuration, 2.3.8 */
	TN_LEVEL = 1 << 1, TN_INT_ENB = 1 << 2, TN_PERIODIC = 1 << 3, TN_PERIODIC_CAP = 1 << 4, TN_SIZE_CAP = 1 << 5,
	TN_VAL_SET = 1 << 6, TN_32MODE = 1 << 8, TN_ROUTE_SHIFT = 9, TN_ROUTE = 31 << TN_ROUTE_SHIFT,
};
#define TN_WRITABLE (TN_LEVEL | TN_INT_ENB | TN_PERIODIC | TN_VAL_SET | TN_32MODE | TN_ROUTE)

struct hpet {
	struct event match[TIMERS];
	u64 conf, status;
	u64 counter;            /* value while it stands, or at `started` */
	u64 started;            /* virtual time */
	u64 config[TIMERS];
	u64 comparator[TIMERS];
	u64 written[TIMERS];    /* last value written to the comparator: the period of a periodic timer */
	bool line[TIMERS];      /* what each timer would drive */
	bool legacy_in[2];      /* the 8254 and the RTC */
	u8 pad[3];
	u32 routes;             /* I/O APIC inputs driven high; others may drive them too: only changes go out */
	u8 pad2[4];
};

struct hpet_links {
	struct reg_map map;
	struct line legacy[2], route[ROUTES];
	struct hpet_arg {
		struct dev *dev;
		unsigned n;
	} arg[TIMERS];
	u32 intcap;
};

static const struct state_field hpet_rows[] = {
	STATE_SUB_ARRAY(struct hpet, match, event_rows), STATE_U(struct hpet, conf), STATE_U(struct hpet, status),
	STATE_U(struct hpet, counter), STATE_U(struct hpet, started), STATE_U_ARRAY(struct hpet, config),
	STATE_U_ARRAY(struct hpet, comparator), STATE_U_ARRAY(struct hpet, written), STATE_U_ARRAY(struct hpet, line),
	STATE_U_ARRAY(struct hpet, legacy_in), STATE_SKIP(struct hpet, pad),
	STATE_U(struct hpet, routes), STATE_SKIP(struct hpet, pad2),
	STATE_END,
};

/* ---- counter ---------------------------------------------------------------------------------------------------- */

static u64 counter_now(const struct dev *d)
{
	const struct hpet *s = d->state;

	if (!(s->conf & CONF_ENABLE))
		return s->counter;
	return s->counter + (clock_now(&d->machine->clock) - s->started) / TICK_NS;
}

/* What a timer compares: all bits or the low half. */
static u64 width_mask(const struct hpet *s, unsigned n)
{
	return s->config[n] & TN_32MODE ? 0xffffffff : ~0ull;
}

/* ---- wires ------------------------------------------------------------------------------------------------------ */

static bool is_legacy(const struct hpet *s, unsigned n)
{
	return n < 2 && (s->conf & CONF_LEGACY);
}

static unsigned route_of(const struct hpet *s, unsigned n)
{
	return (unsigned)(s->config[n] & TN_ROUTE) >> TN_ROUTE_SHIFT;
}

static void drive_all(struct dev *d)
{
	struct hpet *s = d->state;
	const struct hpet_links *l = d->links;
	u32 routes = 0, changed;

	for (unsigned n = 0; n < TIMERS; n++) {
		if (s->line[n] && !is_legacy(s, n))
			routes |= 1u << route_of(s, n);
	}
	for (unsigned n = 0; n < 2; n++)
		line_set(&l->legacy[n], s->conf & CONF_LEGACY ? s->line[n] : s->legacy_in[n]);
	routes &= l->intcap;
	changed = routes ^ s->routes;
	s->routes = routes;
	for (unsigned r = 0; r < ROUTES; r++) {
		if (bit(changed, r))
			line_set(&l->route[r], bit(routes, r));
	}
}

/* A level follows the status bit; an edge stays high until the next one, because an 8259 wants to see it at INTA. */
static void update_lines(struct dev *d)
{
	struct hpet *s = d->state;

	for (unsigned n = 0; n < TIMERS; n++) {
		bool enabled = (s->conf & CONF_ENABLE) && (s->config[n] & TN_INT_ENB);

		if (s->config[n] & TN_LEVEL)
			s->line[n] = enabled && bit(s->status, n);
		else
			s->line[n] &= enabled;
	}
	drive_all(d);
}

static void set_legacy_in(void *arg, unsigned n, bool level)
{
	struct dev *d = arg;
	struct hpet *s = d->state;

	s->legacy_in[n] = level;
	drive_all(d);
}

/* ---- comparators ------------------------------------------------------------------------------------------------ */

/* Arms the event `ticks` after the counter's present value. */
static void arm_in(struct dev *d, unsigned n, u64 ticks)
{
	struct hpet *s = d->state;
	u64 base = (clock_now(&d->machine->clock) - s->started) / TICK_NS; /* whole ticks since the start */

	if (ticks > (CLOCK_NEVER >> 8) || base > (CLOCK_NEVER >> 8))
		event_cancel(&s->match[n]);
	else
		event_at(&s->match[n], s->started + (base + ticks) * TICK_NS);
}

/* A timer that nobody can notice needs no event. */
static bool noticed(const struct hpet *s, unsigned n)
{
	return (s->conf & CONF_ENABLE) && (s->config[n] & (TN_INT_ENB | TN_LEVEL | TN_PERIODIC));
}

static void rearm(struct dev *d, unsigned n, bool just_matched)
{
	struct hpet *s = d->state;
	u64 left = (s->comparator[n] - counter_now(d)) & width_mask(s, n);

	if (!noticed(s, n) || (left == 0 && just_matched && !(s->config[n] & TN_32MODE)))
		event_cancel(&s->match[n]);
	else
		arm_in(d, n, left == 0 && just_matched ? 1ull << 32 : left);
}

/* The next value of a periodic comparator that lies ahead: however late the event is, one interrupt comes of it. */
static void advance(struct dev *d, unsigned n)
{
	struct hpet *s = d->state;
	u64 mask = width_mask(s, n), period = s->written[n] & mask;
	u64 late = (counter_now(d) - s->comparator[n]) & mask;

	if (period)
		s->comparator[n] = (s->comparator[n] + (late / period + 1) * period) & mask;
}

static void match_fire(void *arg)
{
	const struct hpet_arg *a = arg;
	struct hpet *s = a->dev->state;
	unsigned n = a->n;

	if (s->config[n] & TN_PERIODIC)
		advance(a->dev, n);
	if (s->config[n] & TN_LEVEL) {
		s->status |= 1u << n;
	} else if (s->config[n] & TN_INT_ENB) {
		s->line[n] = false;
		drive_all(a->dev);
		s->line[n] = true;
	}
	update_lines(a->dev);
	rearm(a->dev, n, true);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

static u64 capabilities_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return CAPABILITIES;
}

static void conf_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct hpet *s = d->state;

	(void)index;
	if ((old ^ now) & CONF_ENABLE) {
		s->conf = old;
		s->counter = counter_now(d);
		s->conf = now;
		s->started = clock_now(&d->machine->clock);
	}
	update_lines(d);
	for (unsigned n = 0; n < TIMERS; n++)
		rearm(d, n, false);
}

static void status_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	update_lines(d);
}

static u64 counter_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return counter_now(d);
}

static void counter_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct hpet *s = d->state;

	(void)index, (void)old, (void)now;
	if (s->conf & CONF_ENABLE)
		log_guest("%s: main counter written while it counts", d->id);
	s->started = clock_now(&d->machine->clock);
	for (unsigned n = 0; n < TIMERS; n++)
		rearm(d, n, false);
}

/* A route that the timer can't have does not stick (2.3.8). */
static void config_wrote(struct dev *d, unsigned n, u64 old, u64 now)
{
	struct hpet *s = d->state;
	const struct hpet_links *l = d->links;

	if (!bit(l->intcap, route_of(s, n)))
		s->config[n] = (now & ~(u64)TN_ROUTE) | (old & TN_ROUTE);
	if ((old ^ now) & TN_LEVEL) {
		s->line[n] = false;
		s->status &= ~(1ull << n);
	}
	s->comparator[n] &= width_mask(s, n);
	update_lines(d);
	rearm(d, n, false);
}

static u64 comparator_read(struct dev *d, unsigned n, u64 stored)
{
	(void)stored;
	return ((const struct hpet *)d->state)->comparator[n];
}

/* The period of a periodic timer is what was written last; its comparator takes the value only after VAL_SET
 * (2.3.9.2.2). */
static void comparator_wrote(struct dev *d, unsigned n, u64 old, u64 now)
{
	struct hpet *s = d->state;

	(void)old;
	if (!(s->config[n] & TN_PERIODIC) || (s->config[n] & TN_VAL_SET))
		s->comparator[n] = now & width_mask(s, n);
	s->config[n] &= ~(u64)TN_VAL_SET;
	rearm(d, n, false);
}

static const struct reg hpet_regs[] = {
	{.name = "CAPABILITIES", .off = 0, .width = 8, .read = capabilities_read},
	{.name = "CONFIG", .off = 0x10, .width = 8, REG_MEMBER(struct hpet, conf), .wmask = CONF_ENABLE | CONF_LEGACY,
	 .wrote = conf_wrote, .doc = "enable, legacy replacement"},
	{.name = "STATUS", .off = 0x20, .width = 8, REG_MEMBER(struct hpet, status), .w1c = (1 << TIMERS) - 1,
	 .wrote = status_wrote, .doc = "level-triggered interrupts that are active"},
	{.name = "COUNTER", .off = 0xf0, .width = 8, REG_MEMBER(struct hpet, counter), .wmask = ~0ull,
	 .read = counter_read,
	 .wrote = counter_wrote},
	{.name = "TIMER_CONFIG", .off = 0x100, .width = 8, .stride = 0x20, REG_MEMBERS(struct hpet, config),
	 .wmask = TN_WRITABLE, .wrote = config_wrote},
	{.name = "COMPARATOR", .off = 0x108, .width = 8, .stride = 0x20, REG_MEMBERS(struct hpet, written),
	 .reset = ~0ull,
	 .wmask = ~0ull, .read = comparator_read, .wrote = comparator_wrote},
	{.name = "FSB_ROUTE", .off = 0x110, .width = 8, .count = TIMERS, .stride = 0x20, .doc = "no message interrupts here"},
};

static const struct reg_bank hpet_bank = {
	.name = "hpet", .regs = hpet_regs, .n = countof(hpet_regs), .size = 0x400, .min = 4, .max = 8};
static const struct reg_bank *const hpet_banks[] = {&hpet_bank, NULL};

/* ---- device ----------------------------------------------------------------------------------------------------- */

static bool hpet_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const char *const names[TIMERS] = {"hpet timer 0", "hpet timer 1", "hpet timer 2"};
	struct hpet *s = d->state;
	struct hpet_links *l = d->links;

	(void)err;
	l->intcap = (u32)dev_option_number(row->opts, "intcap", 1u << 2);
	dev_map(d, row, &l->map, &hpet_bank);
	for (unsigned n = 0; n < TIMERS; n++) {
		l->arg[n] = (struct hpet_arg){d, n};
		event_init(&s->match[n], &d->machine->clock, names[n], match_fire, &l->arg[n]);
	}
	return true;
}

static void hpet_reset(struct dev *d)
{
	struct hpet *s = d->state;
	const struct hpet_links *l = d->links;

	reg_reset(d, &hpet_bank);
	s->started = clock_now(&d->machine->clock);
	for (unsigned n = 0; n < TIMERS; n++) {
		event_cancel(&s->match[n]);
		s->config[n] = (u64)l->intcap << 32 | TN_PERIODIC_CAP | TN_SIZE_CAP;
		s->comparator[n] = ~0ull;
		s->line[n] = false;
	}
	drive_all(d);
}

static struct line hpet_pin(struct dev *d, unsigned n)
{
	return n <= HPET_PIN_RTC ? (struct line){set_legacy_in, d, n} : (struct line){NULL, NULL, 0};
}

static struct line *hpet_out(struct dev *d, unsigned n)
{
	struct hpet_links *l = d->links;

	if (n < HPET_OUT_ROUTE)
		return &l->legacy[n];
	return n < HPET_OUT_ROUTE + ROUTES ? &l->route[n - HPET_OUT_ROUTE] : NULL;
}

const struct dev_type hpet_type = {
	.name = "hpet",
	.about = "high precision event timer",
	.state_size = sizeof(struct hpet),
	.links_size = sizeof(struct hpet_links),
	.version = 1,
	.banks = hpet_banks,
	.state = hpet_rows,
	.attach = hpet_attach,
	.reset = hpet_reset,
	.pin = hpet_pin,
	.out = hpet_out,
};
