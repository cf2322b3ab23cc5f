/* SPDX-License-Identifier: MIT */
/* The local APIC's timer: one-shot, periodic and TSC-deadline modes. It counts nanoseconds of virtual time (a bus
 * clock of 1 GHz) through the divider; counts are computed when read. Intel SDM vol. 3, 11.5.4. */
#include "devices/irq/lapic_state.h"

static unsigned mode_of(u32 lvt)
{
	return lvt >> 17 & 3;
}

/* Divide configuration: bits 0, 1 and 3 are log2 of the divisor minus 1, modulo 8 (figure 11-10). */
static unsigned divide_shift(u32 config)
{
	return ((config & 3) + (config >> 1 & 4) + 1) & 7;
}

/* Brings timer_start and timer_from past what has expired. */
static void timer_sync(struct dev *d)
{
	struct lapic *s = d->state;
	unsigned shift = divide_shift(s->timer_divide);
	u64 now = clock_now(&d->machine->clock), elapsed, period;

	if (!s->timer_from || now < s->timer_start)
		return;
	elapsed = (now - s->timer_start) >> shift;
	if (elapsed < s->timer_from)
		return;
	if (mode_of(s->lvt[LVT_TIMER]) != TIMER_PERIODIC || !s->timer_initial) {
		s->timer_from = 0;
		return;
	}
	period = s->timer_initial;
	s->timer_start += (s->timer_from + (elapsed - s->timer_from) / period * period) << shift;
	s->timer_from = s->timer_initial;
}

void lapic_timer_rearm(struct dev *d)
{
	struct lapic *s = d->state;
	const struct lapic_links *l = d->links;
	u64 when = CLOCK_NEVER;

	timer_sync(d);
	if (mode_of(s->lvt[LVT_TIMER]) == TIMER_TSC_DEADLINE) {
		if (s->tsc_deadline)
			when = l->core.tsc_time ? l->core.tsc_time(l->core.arg, s->tsc_deadline) : s->tsc_deadline;
	} else if (s->timer_from && !(s->lvt[LVT_TIMER] & LVT_MASKED)) {
		when = s->timer_start + ((u64)s->timer_from << divide_shift(s->timer_divide));
	}
	event_at(&s->timer, when);
}

static void timer_fire(void *arg)
{
	struct dev *d = arg;
	struct lapic *s = d->state;

	if (mode_of(s->lvt[LVT_TIMER]) == TIMER_TSC_DEADLINE)
		s->tsc_deadline = 0;
	lapic_timer_rearm(d);
	lapic_fire_lvt(d, LVT_TIMER);
}

void lapic_timer_init(struct dev *d)
{
	struct lapic *s = d->state;

	event_init(&s->timer, &d->machine->clock, "lapic timer", timer_fire, d);
}

void lapic_timer_set_initial(struct dev *d, u32 count)
{
	struct lapic *s = d->state;

	if (mode_of(s->lvt[LVT_TIMER]) == TIMER_TSC_DEADLINE)
		return;
	s->timer_initial = s->timer_from = count;
	s->timer_start = clock_now(&d->machine->clock);
	lapic_timer_rearm(d);
}

/* The present count goes on at the new rate. */
void lapic_timer_set_divide(struct dev *d, u32 old, u32 now)
{
	struct lapic *s = d->state;

	s->timer_divide = old;
	s->timer_from = lapic_timer_count(d);
	s->timer_divide = now;
	s->timer_start = clock_now(&d->machine->clock);
	lapic_timer_rearm(d);
}

/* Changing between TSC-deadline and the other modes disarms the timer (11.5.4.1). */
void lapic_timer_set_mode(struct dev *d, u32 old, u32 now)
{
	struct lapic *s = d->state;

	s->lvt[LVT_TIMER] = old;
	timer_sync(d);
	s->lvt[LVT_TIMER] = now;
	if ((mode_of(old) == TIMER_TSC_DEADLINE) != (mode_of(now) == TIMER_TSC_DEADLINE)) {
		s->tsc_deadline = 0;
		s->timer_from = s->timer_initial = 0;
	}
	lapic_timer_rearm(d);
}

void lapic_timer_set_deadline(struct dev *d, u64 tsc)
{
	struct lapic *s = d->state;

	if (mode_of(s->lvt[LVT_TIMER]) != TIMER_TSC_DEADLINE)
		return;
	s->tsc_deadline = tsc;
	lapic_timer_rearm(d);
}

u32 lapic_timer_count(struct dev *d)
{
	struct lapic *s = d->state;
	u64 now = clock_now(&d->machine->clock);

	timer_sync(d);
	if (!s->timer_from)
		return 0;
	return s->timer_from - (u32)((now - s->timer_start) >> divide_shift(s->timer_divide));
}

void lapic_tsc_changed(struct dev *d)
{
	lapic_timer_rearm(d);
}
