/* SPDX-License-Identifier: MIT */
/* Generic timers (Arm ARM D11): an event for each timer's next change, one for the event stream that ends WFE, and
 * one for the cycle counter's overflow. What is due when, the processor computes (arm_timer_due) from its registers,
 * so nothing of it is kept here twice. Timers whose condition is masked or off have no event. */
#include "devices/time/arm_timer.h"

#include "devices/machine.h"
#include "devices/types.h"

struct arm_timer_dev {
	struct event due[ARM_TIMERS], stream, pmu;
};

struct one_timer {
	struct dev *dev;
	unsigned n;
};

struct arm_timer_links {
	struct arm *cpu;
	struct line out[ARM_TIMERS + 1];
	struct one_timer timer[ARM_TIMERS]; /* what each event's handler gets */
};

static const struct state_field rows[] = {
	STATE_SUB_ARRAY(struct arm_timer_dev, due, event_rows), STATE_SUB(struct arm_timer_dev, stream, event_rows),
	STATE_SUB(struct arm_timer_dev, pmu, event_rows), STATE_END,
};

/* The line as it is now, and the event for when it will change. */
static void update(struct dev *d, unsigned n)
{
	struct arm_timer_dev *s = d->state;
	struct arm_timer_links *l = d->links;
	u64 due = arm_timer_due(l->cpu, n);

	line_set(&l->out[n], arm_timer_line(l->cpu, n));
	if (due > clock_now(&d->machine->clock))
		event_at(&s->due[n], due);
	else
		event_cancel(&s->due[n]);
}

static void on_due(void *arg)
{
	const struct one_timer *t = arg;

	update(t->dev, t->n);
}

static void on_stream(void *arg)
{
	struct arm_timer_links *l = ((struct dev *)arg)->links;

	arm_send_event(l->cpu);
}

static void on_pmu(void *arg)
{
	struct arm_timer_links *l = ((struct dev *)arg)->links;

	arm_pmu_overflow(l->cpu);
}

/* ---- what the processor asks ------------------------------------------------------------------------------------ */

static u64 bus_time(void *arg)
{
	const struct dev *d = arg;

	return clock_now(&d->machine->clock);
}

static void bus_timer_changed(void *arg, unsigned timer)
{
	update(arg, timer);
}

static void bus_pmu_irq(void *arg, bool level)
{
	struct arm_timer_links *l = ((struct dev *)arg)->links;

	line_set(&l->out[ARM_TIMER_OUT_PMU], level);
}

static void bus_wake_at(void *arg, u64 ns)
{
	struct arm_timer_dev *s = ((struct dev *)arg)->state;

	event_at(&s->stream, ns);
}

static void bus_pmu_at(void *arg, u64 icount)
{
	const struct machine *m = ((struct dev *)arg)->machine;
	struct arm_timer_dev *s = ((struct dev *)arg)->state;
	u64 now = machine_icount(m), ahead = icount > now ? icount - now : 0;

	if (icount == ~0ull || ahead >> (62 - m->clock.shift))
		event_cancel(&s->pmu);
	else
		event_at(&s->pmu, clock_now(&m->clock) + (ahead << m->clock.shift));
}

/* ---- the device -------------------------------------------------------------------------------------------------- */

void arm_timer_connect(struct dev *d, struct arm *c)
{
	struct arm_timer_links *l = d->links;

	l->cpu = c;
	c->bus.arg = d;
	c->bus.time = bus_time;
	c->bus.timer_changed = bus_timer_changed;
	c->bus.pmu_irq = bus_pmu_irq;
	c->bus.wake_at = bus_wake_at;
	c->bus.pmu_at = bus_pmu_at;
}

static struct line *out(struct dev *d, unsigned n)
{
	struct arm_timer_links *l = d->links;

	return n < countof(l->out) ? &l->out[n] : NULL;
}

static void reset(struct dev *d)
{
	struct arm_timer_dev *s = d->state;
	struct arm_timer_links *l = d->links;

	for (unsigned n = 0; n < ARM_TIMERS; n++)
		event_cancel(&s->due[n]);
	event_cancel(&s->stream);
	event_cancel(&s->pmu);
	for (unsigned n = 0; n < countof(l->out); n++)
		line_set(&l->out[n], false);
}

static void loaded(struct dev *d)
{
	struct arm_timer_dev *s = d->state;

	for (unsigned n = 0; n < ARM_TIMERS; n++)
		event_relink(&s->due[n]);
	event_relink(&s->stream);
	event_relink(&s->pmu);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const char *const names[ARM_TIMERS] = {
		"physical timer", "virtual timer", "hypervisor timer", "secure timer", "hypervisor virtual timer",
	};
	struct arm_timer_dev *s = d->state;
	struct arm_timer_links *l = d->links;
	struct clock *clock = &d->machine->clock;

	(void)row;
	(void)err;
	for (unsigned n = 0; n < ARM_TIMERS; n++) {
		l->timer[n] = (struct one_timer){d, n};
		event_init(&s->due[n], clock, names[n], on_due, &l->timer[n]);
	}
	event_init(&s->stream, clock, "event stream", on_stream, d);
	event_init(&s->pmu, clock, "performance monitors", on_pmu, d);
	return true;
}

const struct dev_type arm_timer_type = {
	.name = "arm_timer", .about = "ARM generic timers' events and wires",
	.state_size = sizeof(struct arm_timer_dev), .links_size = sizeof(struct arm_timer_links), .version = 1,
	.state = rows, .attach = attach, .reset = reset, .loaded = loaded, .out = out,
};
