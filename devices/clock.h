/* SPDX-License-Identifier: MIT */
/* Virtual time and the event queue. Time is the instruction count times a fixed ratio plus the idle time that was
 * skipped; devices have no other clock. Events are ordered by (when, order); order is saved, so ties replay
 * exactly. DESIGN.md section 1, idea 5. */
#ifndef DEVICES_CLOCK_H
#define DEVICES_CLOCK_H

#include "mem/base/base.h"
#include "mem/state.h"

#define CLOCK_SECOND 1000000000ull /* unit: nanoseconds of virtual time */
#define CLOCK_NEVER  (~0ull)

struct clock;

/* Lives inside a device's state. when, order and armed are saved; the rest is set by event_init at attach. */
struct event {
	u64 when; /* absolute, ns */
	u32 order;
	bool armed;
	u8 pad[3];
	struct event *next;
	struct clock *clock;
	const char *name;
	void (*fire)(void *arg);
	void *arg;
};
extern const struct state_field event_rows[]; /* for STATE_SUB(t, ev, event_rows) */

struct clock {
	u64 idle;         /* ns skipped while every processor was idle */
	u32 shift;        /* one instruction takes 1 << shift ns */
	u32 next_order;
	struct event *queue; /* armed events, soonest first */
	u64 (*icount)(void *arg);              /* exact, also in the middle of a block */
	void (*limit)(void *arg, u64 icount);  /* the processor may not run past this count */
	void *arg;
};
extern const struct state_field clock_rows[];

void clock_init(struct clock *c, unsigned shift);
u64 clock_now(const struct clock *c);
/* The first instruction count at which `when` has come. */
u64 clock_icount_at(const struct clock *c, u64 when);
/* The time of the soonest event, or CLOCK_NEVER. */
u64 clock_next(const struct clock *c);
/* Fires all events that are due, soonest first, including those that they arm for now. */
void clock_fire(struct clock *c);
/* Nothing runs until `when`: moves time forward without instructions. */
void clock_skip_to(struct clock *c, u64 when);

void event_init(struct event *e, struct clock *c, const char *name, void (*fire)(void *), void *arg);
/* (Re-)arms for an absolute time; a time in the past fires at the next instruction boundary, one more than 292 years
 * after power-on (CLOCK_NEVER) not at all. A handler that re-arms its own event does so for a time after now. */
void event_at(struct event *e, u64 when);
void event_cancel(struct event *e);
/* After a snapshot was loaded: put back every armed event by its saved (when, order). */
void event_relink(struct event *e);

/* a * b / c without overflow, rounded down; for converting between clock rates. */
u64 clock_muldiv(u64 a, u64 b, u64 c);

#endif
