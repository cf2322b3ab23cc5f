/* SPDX-License-Identifier: MIT */
/* When an interrupt may interrupt: priority mask, grouping by binary point, preemption and priority drop, for physical
 * and virtual CPU interfaces alike. IHI 0048B 3.3, IHI 0069 4.8. */
#include "devices/irq/gic_iface.h"

const struct state_field gic_iface_rows[] = {
	STATE_U(struct gic_iface, ctlr), STATE_U_ARRAY(struct gic_iface, apr), STATE_U(struct gic_iface, pmr),
	STATE_U_ARRAY(struct gic_iface, bpr), STATE_SKIP(struct gic_iface, pad), STATE_END,
};

unsigned gic_low_bit(u32 v)
{
	unsigned n = 0;

	for (unsigned half = 16; half; half /= 2) {
		if (!(v & mask_low(half))) {
			v >>= half;
			n += half;
		}
	}
	return n;
}

void gic_iface_reset(struct gic_iface *f, u32 ctlr)
{
	*f = (struct gic_iface){.ctlr = ctlr, .bpr = {GIC_MIN_BPR0, GIC_MIN_BPR1}};
}

u8 gic_iface_running(const struct gic_iface *f)
{
	u32 active = f->apr[0] | f->apr[1];

	return active ? (u8)(gic_low_bit(active) << 3) : GIC_IDLE;
}

int gic_iface_running_group(const struct gic_iface *f)
{
	u32 active = f->apr[0] | f->apr[1];

	if (!active)
		return -1;
	return bit(f->apr[0], gic_low_bit(active)) ? 0 : 1;
}

bool gic_iface_enabled(const struct gic_iface *f, unsigned group)
{
	return bit(f->ctlr, group);
}

/* The group priority field is bits 7 to n+1 by BPR0, 7 to n by BPR1 (IHI 0069 table 4-10). */
static u8 group_priority(const struct gic_iface *f, u8 priority, unsigned group)
{
	unsigned n = group && !(f->ctlr & GIC_CBPR) ? f->bpr[1] : f->bpr[0] + 1u;

	return (u8)(priority & ~mask_low(n));
}

bool gic_iface_signals(const struct gic_iface *f, u8 priority, unsigned group)
{
	u8 running = gic_iface_running(f);

	if (priority >= f->pmr)
		return false;
	return running == GIC_IDLE || group_priority(f, priority, group) < group_priority(f, running, group);
}

void gic_iface_activate(struct gic_iface *f, u8 priority, unsigned group, unsigned apr)
{
	f->apr[apr] |= 1u << (group_priority(f, priority, group) >> 3);
}

bool gic_iface_drop(struct gic_iface *f, unsigned apr)
{
	bool any = f->apr[apr];

	f->apr[apr] &= f->apr[apr] - 1;
	return any;
}

void gic_iface_set_bpr(struct gic_iface *f, unsigned n, u64 value)
{
	unsigned min = n ? GIC_MIN_BPR1 : GIC_MIN_BPR0, v = (unsigned)value & 7;

	f->bpr[n] = (u8)(v < min ? min : v);
}

u64 gic_iface_bpr_v3(const struct gic_iface *f, unsigned group)
{
	if (group && (f->ctlr & GIC_CBPR))
		return min_uint(f->bpr[0] + 1u, 7);
	return f->bpr[group];
}

void gic_iface_set_bpr_v3(struct gic_iface *f, unsigned group, u64 value)
{
	if (!group || !(f->ctlr & GIC_CBPR))
		gic_iface_set_bpr(f, group, value);
}
