/* SPDX-License-Identifier: MIT */
/* The local APIC: what it accepts, in which order the processor gets it, and what it sends. Intel SDM vol. 3, 11.6 and
 * 11.8. */
#include "devices/irq/lapic_state.h"

/* ---- bitmaps of 256 vectors ------------------------------------------------------------------------------------- */

static bool vector_test(const u32 *map, unsigned v)
{
	return bit(map[v >> 5], v & 31);
}

static void vector_put(u32 *map, unsigned v, bool on)
{
	if (on)
		map[v >> 5] |= 1u << (v & 31);
	else
		map[v >> 5] &= ~(1u << (v & 31));
}

/* -1: empty */
static int vector_highest(const u32 *map)
{
	for (int i = 7; i >= 0; i--) {
		unsigned n = 31;

		if (!map[i])
			continue;
		while (!bit(map[i], n))
			n--;
		return i * 32 + (int)n;
	}
	return -1;
}

/* ---- priorities, 11.8.3 ----------------------------------------------------------------------------------------- */

u8 lapic_ppr(const struct lapic *s)
{
	int v = vector_highest(s->isr);
	unsigned busy = v < 0 ? 0 : (unsigned)v & 0xf0;

	return (u8)((s->tpr & 0xf0) >= busy ? s->tpr : busy);
}

/* The vector that may interrupt now, or -1. What is pending while software has the APIC disabled is held. */
static int lapic_pending(const struct lapic *s)
{
	int v = vector_highest(s->irr);

	if (v < 0 || !lapic_hw_enabled(s) || !(s->svr & SVR_ENABLE))
		return -1;
	return (v & 0xf0) > (lapic_ppr(s) & 0xf0) ? v : -1;
}

static unsigned lvt_mode(u32 lvt)
{
	return lvt >> 8 & 7;
}

/* The 8259 asks through an entry in ExtINT mode, or straight if the APIC is off (11.4.3: the pins are INTR and NMI
 * then). */
static bool lapic_extint(const struct lapic *s)
{
	if (!lapic_hw_enabled(s))
		return s->lint[0];
	for (unsigned n = 0; n < 2; n++) {
		u32 lvt = s->lvt[LVT_LINT0 + n];

		if (s->lint[n] && !(lvt & LVT_MASKED) && lvt_mode(lvt) == APIC_EXTINT)
			return true;
	}
	return s->extint;
}

void lapic_update(struct dev *d)
{
	struct lapic *s = d->state;
	const struct lapic_links *l = d->links;
	bool level = lapic_pending(s) >= 0 || lapic_extint(s);

	if (level == s->intr)
		return;
	s->intr = level;
	if (l->core.intr)
		l->core.intr(l->core.arg, level);
}

int lapic_ack(struct dev *d)
{
	struct lapic *s = d->state;
	const struct lapic_links *l = d->links;
	int v = lapic_pending(s);

	if (v >= 0) {
		vector_put(s->irr, (unsigned)v, false);
		vector_put(s->isr, (unsigned)v, true);
	} else if (lapic_extint(s) && l->core.inta) {
		s->extint = false;
		v = l->core.inta(l->core.pic);
	}
	lapic_update(d);
	return v;
}

u8 lapic_tpr(const struct dev *d)
{
	return (u8)((const struct lapic *)d->state)->tpr;
}

void lapic_set_tpr(struct dev *d, u8 tpr)
{
	((struct lapic *)d->state)->tpr = tpr;
	lapic_update(d);
}

bool lapic_enabled(const struct dev *d)
{
	const struct lapic *s = d->state;

	return lapic_hw_enabled(s) && (s->svr & SVR_ENABLE);
}

u8 lapic_priority(const struct dev *d)
{
	return lapic_ppr(d->state);
}

/* ---- receiving -------------------------------------------------------------------------------------------------- */

bool lapic_accept_fixed(struct dev *d, u8 vector, bool level)
{
	struct lapic *s = d->state;

	if (!(s->svr & SVR_ENABLE))
		return false;
	if (vector < 16) {
		lapic_error(d, ESR_RECEIVED_ILLEGAL);
		return false;
	}
	vector_put(s->irr, vector, true);
	vector_put(s->tmr, vector, level);
	lapic_update(d);
	return true;
}

/* INIT: every register but ID and base as at power-up (11.4.7.3). */
static void accept_init(struct dev *d)
{
	const struct lapic_links *l = d->links;

	lapic_reset_registers(d);
	if (l->core.init)
		l->core.init(l->core.arg);
}

bool lapic_accept(struct dev *d, const struct apic_message *msg)
{
	struct lapic *s = d->state;
	const struct lapic_core *core = &((struct lapic_links *)d->links)->core;

	if (!lapic_hw_enabled(s))
		return false;
	switch (msg->mode) {
	case APIC_FIXED:
	case APIC_LOWEST:
		return lapic_accept_fixed(d, msg->vector, msg->level);
	case APIC_SMI:
		if (core->smi)
			core->smi(core->arg);
		return true;
	case APIC_NMI:
		if (core->nmi)
			core->nmi(core->arg);
		return true;
	case APIC_INIT:
		accept_init(d);
		return true;
	case APIC_SIPI:
		if (core->startup)
			core->startup(core->arg, msg->vector);
		return true;
	case APIC_EXTINT:
		s->extint = true;
		lapic_update(d);
		return true;
	default:
		return false;
	}
}

/* Logical destinations: the flat and cluster models of 11.6.2.2, and 11.12.10 for x2APIC. */
static bool matches_logical(const struct lapic *s, u32 x2id, const struct apic_message *msg)
{
	u32 dest = msg->dest, ldr = s->ldr >> 24;

	if (lapic_x2(s)) {
		ldr = (x2id >> 4) << 16 | 1u << (x2id & 15);
		return dest >> 16 == ldr >> 16 && (dest & ldr & 0xffff);
	}
	if (s->dfr >> 28 == 0xf)
		return dest & ldr & 0xff;
	return ((dest ^ ldr) & 0xf0) == 0 && (dest & ldr & 0x0f);
}

bool lapic_matches(const struct dev *d, const struct apic_message *msg)
{
	const struct lapic *s = d->state;
	const struct lapic_links *l = d->links;

	if (msg->dest == (msg->wide ? 0xffffffff : 0xff))
		return true;
	if (msg->logical)
		return matches_logical(s, l->id, msg);
	return msg->dest == (lapic_x2(s) ? l->id : s->id >> 24);
}

/* ---- the local vector table ------------------------------------------------------------------------------------- */

void lapic_fire_lvt(struct dev *d, unsigned n)
{
	struct lapic *s = d->state;
	u32 lvt = s->lvt[n];
	struct apic_message msg = {.vector = (u8)lvt, .mode = (u8)lvt_mode(lvt)};

	if ((lvt & LVT_MASKED) || !lapic_hw_enabled(s))
		return;
	if (n == LVT_TIMER || n == LVT_ERROR)
		msg.mode = APIC_FIXED;
	if (n == LVT_LINT0 || n == LVT_LINT1)
		msg.level = msg.mode == APIC_FIXED && (lvt & LVT_LEVEL);
	if (msg.mode == APIC_EXTINT) /* follows the pin's level */
		lapic_update(d);
	else if (lapic_accept(d, &msg) && msg.level)
		s->lvt[n] |= LVT_REMOTE_IRR;
}

/* A level at a pin in fixed mode asks again after EOI, or when its entry changes. */
void lapic_lint_changed(struct dev *d)
{
	struct lapic *s = d->state;

	for (unsigned n = LVT_LINT0; n <= LVT_LINT1; n++) {
		u32 lvt = s->lvt[n];
		bool level = lvt_mode(lvt) == APIC_FIXED && (lvt & LVT_LEVEL);

		if (!level)
			s->lvt[n] &= ~(u32)LVT_REMOTE_IRR;
		else if (s->lint[n - LVT_LINT0] && !(lvt & LVT_REMOTE_IRR))
			lapic_fire_lvt(d, n);
	}
	lapic_update(d);
}

void lapic_set_lint(void *arg, unsigned n, bool level)
{
	struct dev *d = arg;
	struct lapic *s = d->state;
	const struct lapic_core *core = &((struct lapic_links *)d->links)->core;

	if (s->lint[n] == level)
		return;
	s->lint[n] = level;
	if (level && lapic_hw_enabled(s))
		lapic_fire_lvt(d, LVT_LINT0 + n);
	else if (level && n == LAPIC_LINT1 && core->nmi)
		core->nmi(core->arg);
	lapic_update(d);
}

/* Errors gather behind the ESR until it is written; the error interrupt comes at once (11.5.3). */
void lapic_error(struct dev *d, u32 esr_bit)
{
	struct lapic *s = d->state;
	bool news = !(s->esr_pending & esr_bit);

	s->esr_pending |= esr_bit;
	if (news && (s->lvt[LVT_ERROR] & 0xff) >= 16)
		lapic_fire_lvt(d, LVT_ERROR);
}

void lapic_end_of_interrupt(struct dev *d)
{
	struct lapic *s = d->state;
	int v = vector_highest(s->isr);

	if (v < 0)
		return;
	vector_put(s->isr, (unsigned)v, false);
	if (vector_test(s->tmr, (unsigned)v)) {
		for (unsigned n = LVT_LINT0; n <= LVT_LINT1; n++) {
			if ((s->lvt[n] & 0xff) == (u32)v)
				s->lvt[n] &= ~(u32)LVT_REMOTE_IRR;
		}
		lapic_lint_changed(d);
		apic_eoi(d->machine, (u8)v);
	}
	lapic_update(d);
}

/* ---- sending, 11.6.1 -------------------------------------------------------------------------------------------- */

void lapic_send_ipi(struct dev *d)
{
	const struct lapic *s = d->state;
	u32 icr = s->icr_lo, shorthand = icr >> 18 & 3;
	struct apic_message msg = {
		.dest = lapic_x2(s) ? s->icr_hi : s->icr_hi >> 24,
		.wide = lapic_x2(s),
		.logical = bit(icr, 11),
		.mode = (u8)lvt_mode(icr),
		.vector = (u8)icr,
	};

	if (msg.mode == APIC_INIT && bit(icr, 15) && !bit(icr, 14)) /* INIT level de-assert does nothing any more */
		return;
	if (msg.mode <= APIC_LOWEST && msg.vector < 16) {
		lapic_error(d, ESR_SEND_ILLEGAL);
		return;
	}
	if (shorthand == 1) {
		lapic_accept(d, &msg);
		return;
	}
	if (shorthand) {
		msg.dest = 0xffffffff;
		msg.wide = true;
		msg.logical = false;
		msg.except = shorthand == 3 ? d : NULL;
	}
	apic_deliver(d->machine, &msg);
}
