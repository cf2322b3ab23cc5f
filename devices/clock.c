/* SPDX-License-Identifier: MIT */
/* Virtual time as a pure function of the instruction count, and the queue of what is due when. Everything that
 * happens on its own in the machine is an event here, so a run repeats exactly. DESIGN.md section 1, idea 5. */
#include "devices/clock.h"

/* No event may lie beyond this: 292 years. It keeps sums of times from wrapping, whatever a guest programs. */
#define CLOCK_HORIZON (1ull << 63)

const struct state_field event_rows[] = {
	STATE_U(struct event, when),
	STATE_U(struct event, order),
	STATE_U(struct event, armed),
	STATE_SKIP(struct event, pad),
	STATE_SKIP(struct event, next),
	STATE_SKIP(struct event, clock),
	STATE_SKIP(struct event, name),
	STATE_SKIP(struct event, fire),
	STATE_SKIP(struct event, arg),
	STATE_END,
};

const struct state_field clock_rows[] = {
	STATE_U(struct clock, idle),
	STATE_U(struct clock, shift),
	STATE_U(struct clock, next_order),
	STATE_SKIP(struct clock, queue),
	STATE_SKIP(struct clock, icount),
	STATE_SKIP(struct clock, limit),
	STATE_SKIP(struct clock, arg),
	STATE_END,
};

void clock_init(struct clock *c, unsigned shift)
{
	memset(c, 0, sizeof(*c));
	c->shift = shift;
}

static u64 clock_count(const struct clock *c)
{
	return c->icount ? c->icount(c->arg) : 0;
}

u64 clock_now(const struct clock *c)
{
	return (clock_count(c) << c->shift) + c->idle;
}

u64 clock_icount_at(const struct clock *c, u64 when)
{
	u64 rest;

	if (when == CLOCK_NEVER)
		return CLOCK_NEVER;
	if (when <= c->idle)
		return 0;
	rest = when - c->idle;
	return (rest >> c->shift) + ((rest & mask_low(c->shift)) != 0);
}

u64 clock_next(const struct clock *c)
{
	return c->queue ? c->queue->when : CLOCK_NEVER;
}

void clock_fire(struct clock *c)
{
	unsigned fired = 0;

	while (c->queue && c->queue->when <= clock_now(c)) {
		struct event *e = c->queue;

		c->queue = e->next;
		e->next = NULL;
		e->armed = false;
		e->fire(e->arg);
		assert(++fired < 1000000 && "an event that re-arms itself for a time that has passed");
	}
}

void clock_skip_to(struct clock *c, u64 when)
{
	u64 now = clock_now(c);

	if (when > now && when < CLOCK_HORIZON)
		c->idle += when - now;
}

void event_init(struct event *e, struct clock *c, const char *name, void (*fire)(void *), void *arg)
{
	memset(e, 0, sizeof(*e));
	e->clock = c;
	e->name = name;
	e->fire = fire;
	e->arg = arg;
}

/* The order wraps after 2^32 arms; events that are in the queue together are never that far apart. */
static bool event_before(const struct event *a, const struct event *b)
{
	return a->when != b->when ? a->when < b->when : a->order - b->order > 0x7fffffff;
}

void event_relink(struct event *e)
{
	struct clock *c = e->clock;
	struct event **at = &c->queue;

	e->next = NULL;
	if (!e->armed)
		return;
	while (*at && !event_before(e, *at))
		at = &(*at)->next;
	e->next = *at;
	*at = e;
	if (c->queue == e && c->limit)
		c->limit(c->arg, clock_icount_at(c, e->when));
}

void event_at(struct event *e, u64 when)
{
	event_cancel(e);
	if (when >= CLOCK_HORIZON)
		return;
	e->when = when;
	e->order = e->clock->next_order++;
	e->armed = true;
	event_relink(e);
}

void event_cancel(struct event *e)
{
	struct event **at = &e->clock->queue;

	if (!e->armed)
		return;
	while (*at && *at != e)
		at = &(*at)->next;
	assert(*at == e);
	*at = e->next;
	e->next = NULL;
	e->armed = false;
}

/* The 128-bit product divided by shift and subtract: exact on every host, and rare. */
static u64 muldiv_wide(u64 a, u64 b, u64 c)
{
	u64 al = (u32)a, ah = a >> 32, bl = (u32)b, bh = b >> 32;
	u64 mid = ah * bl + (al * bl >> 32), mid2 = al * bh + (u32)mid;
	u64 hi = ah * bh + (mid >> 32) + (mid2 >> 32), lo = a * b;
	u64 rest = 0, quotient = 0;

	for (unsigned i = 0; i < 128; i++) {
		bool carry = rest >> 63;

		rest = rest << 1 | hi >> 63;
		hi = hi << 1 | lo >> 63;
		lo <<= 1;
		quotient <<= 1;
		if (carry || rest >= c) {
			rest -= c;
			quotient |= 1;
		}
	}
	return quotient;
}

u64 clock_muldiv(u64 a, u64 b, u64 c)
{
	assert(c);
	if (b <= ~0ull / c)
		return a / c * b + a % c * b / c;
	return muldiv_wide(a, b, c);
}
