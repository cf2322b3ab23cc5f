/* SPDX-License-Identifier: MIT */
/* A metronome, the worked example of docs/add-a-device.md: it ticks every PERIOD microseconds and raises its interrupt
 * until the driver has written the tick away. It follows no datasheet. tests/unit/examples.c programs it. */
#include "devices/machine.h"

/* begin state */
enum { CTRL_RUN = 1, STATUS_TICK = 1 };

struct metronome {
	u8 ctrl, status;
	u16 period; /* us; 0 means 65536 */
	u32 ticks;
	struct event tick;
};

struct metronome_links {
	struct reg_map map;
	struct line irq;
};

static const struct state_field rows[] = {
	STATE_U(struct metronome, ctrl), STATE_U(struct metronome, status), STATE_U(struct metronome, period),
	STATE_U(struct metronome, ticks), STATE_SUB(struct metronome, tick, event_rows), STATE_END,
};
/* end state */

/* begin behaviour */
static u64 period_ns(const struct metronome *s)
{
	return (s->period ? s->period : 65536) * 1000ull;
}

static void update(struct dev *d)
{
	const struct metronome *s = d->state;
	const struct metronome_links *l = d->links;

	line_set(&l->irq, s->status & STATUS_TICK);
}

static void on_tick(void *arg)
{
	struct dev *d = arg;
	struct metronome *s = d->state;

	s->ticks++;
	s->status |= STATUS_TICK;
	update(d);
	event_at(&s->tick, s->tick.when + period_ns(s)); /* from when it was due, so that it never drifts */
}

static void ctrl_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct metronome *s = d->state;

	(void)index;
	if (now & ~old & CTRL_RUN)
		event_at(&s->tick, clock_now(&d->machine->clock) + period_ns(s));
	if (~now & CTRL_RUN)
		event_cancel(&s->tick);
}

static void status_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	(void)now;
	update(d);
}
/* end behaviour */

/* begin registers */
#define MEMBER(m) REG_MEMBER(struct metronome, m)

static const struct reg regs[] = {
	{"CTRL", 0, 1, MEMBER(ctrl), .wmask = CTRL_RUN, .wrote = ctrl_wrote, .doc = "bit 0 starts it"},
	{"STATUS", 1, 1, MEMBER(status), .w1c = STATUS_TICK, .wrote = status_wrote, .doc = "bit 0: it has ticked"},
	{"PERIOD", 2, 2, MEMBER(period), .reset = 1000, .wmask = 0xffff, .doc = "microseconds between ticks"},
	{"TICKS", 4, 4, MEMBER(ticks), .doc = "ticks since reset"},
};
static const struct reg_bank bank = {"metronome", regs, countof(regs), 8, 1, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};
/* end registers */

/* begin type */
static void reset(struct dev *d)
{
	struct metronome *s = d->state;

	reg_reset(d, &bank);
	event_cancel(&s->tick);
	update(d);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct metronome *s = d->state;
	struct metronome_links *l = d->links;

	(void)err;
	l->irq = machine_irq(d->machine, row->irq);
	event_init(&s->tick, &d->machine->clock, "metronome", on_tick, d);
	dev_map(d, row, &l->map, &bank);
	return true;
}

const struct dev_type metronome_type = {
	.name = "metronome", .about = "ticks and interrupts", .version = 1,
	.state_size = sizeof(struct metronome), .links_size = sizeof(struct metronome_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset,
};
/* end type */
