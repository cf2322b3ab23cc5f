/* SPDX-License-Identifier: MIT */
/* The GICv2's CPU interfaces: GICC, and GICV, which shows a guest the same registers over the list registers. Without
 * the Security Extensions every access sees both groups as a secure one would. IHI 0048B 4.4 and 5.5. */
#include "devices/irq/gicv2.h"

#include "mem/base/log.h"

enum {
	GICC_IIDR = 0x0202143b,
	CTLR_BITS = GIC_EN0 | GIC_EN1 | GIC_ACKCTL | GIC_FIQEN | GIC_CBPR | GIC_EOIMODE,
	IAR_SOURCE = 10, /* bits 12:10 */
};

static unsigned this_cpu(const struct dev *d)
{
	return (unsigned)((const struct gic_links *)d->links)->bank;
}

static bool is_guest(const struct dev *d)
{
	return ((const struct gic_links *)d->links)->guest;
}

static struct gic_vcpu *vcpu(struct dev *d)
{
	return &((struct gic *)d->state)->vcpu[this_cpu(d)];
}

/* Of the interface that is being accessed. */
static struct gic_iface *iface(struct dev *d)
{
	return is_guest(d) ? &vcpu(d)->f : &((struct gic *)d->state)->cpu[this_cpu(d)];
}

/* ---- acknowledge ------------------------------------------------------------------------------------------------ */

/* What a pending interrupt looks like through a register: those of group 1 show in the aliased ones, or with AckCtl. */
static u32 group_view(struct dev *d, u32 value, unsigned group, bool alias)
{
	if (alias)
		return group ? value : GIC_SPURIOUS;
	return group && !(iface(d)->ctlr & GIC_ACKCTL) ? GIC_OTHER_GROUP : value;
}

/* The INTID, and for an SGI who sent it: the lowest source first. */
static u32 with_source(struct dev *d, unsigned intid)
{
	const struct gicv2 *s = d->state;
	u8 source = intid < 16 ? s->sgi_source[this_cpu(d)][intid] : 0;

	return intid | (source ? gic_low_bit(source) << IAR_SOURCE : 0);
}

static u32 physical_ack(struct dev *d, bool alias)
{
	struct gicv2 *s = d->state;
	unsigned cpu = this_cpu(d);
	struct gic_best best = gic_highest(d, cpu);
	bool more = false;
	u32 value;

	if (!gic_signals(d, cpu, &best))
		return GIC_SPURIOUS;
	value = group_view(d, with_source(d, best.intid), best.group, alias);
	if (value == GIC_SPURIOUS || value == GIC_OTHER_GROUP)
		return value;
	if (best.intid < 16) {
		u8 *source = &s->sgi_source[cpu][best.intid];

		*source &= (u8)(*source - 1);
		more = *source;
	}
	gic_activate(d, cpu, &best, more);
	return value;
}

static u32 guest_ack(struct dev *d, bool alias)
{
	struct gic_vcpu *v = vcpu(d);
	int n = gic_vcpu_signalled(v);
	u32 value;

	if (n < 0)
		return GIC_SPURIOUS;
	value = group_view(d, gic_lr_intid(v->lr[n], true), gic_lr_group(v->lr[n]), alias);
	if (value == GIC_SPURIOUS || value == GIC_OTHER_GROUP)
		return value;
	gic_vcpu_activate(v, (unsigned)n, true);
	gic_update_cpu(d, this_cpu(d));
	return value;
}

static u64 ack(struct dev *d, bool alias)
{
	return is_guest(d) ? guest_ack(d, alias) : physical_ack(d, alias);
}

static u64 iar_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return ack(d, false);
}

static u64 aiar_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return ack(d, true);
}

static u64 pending_view(struct dev *d, bool alias)
{
	struct gic_best best;
	int n;

	if (is_guest(d)) {
		const struct gic_vcpu *v = vcpu(d);

		n = gic_vcpu_best(v);
		if (n < 0)
			return GIC_SPURIOUS;
		return group_view(d, gic_lr_intid(v->lr[n], true), gic_lr_group(v->lr[n]), alias);
	}
	best = gic_highest(d, this_cpu(d));
	return best.intid == GIC_SPURIOUS ? GIC_SPURIOUS : group_view(d, with_source(d, best.intid), best.group, alias);
}

static u64 hppir_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return pending_view(d, false);
}

static u64 ahppir_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return pending_view(d, true);
}

/* ---- end -------------------------------------------------------------------------------------------------------- */

static void guest_deactivate(struct dev *d, u64 value)
{
	int physical = gic_vcpu_deactivate(vcpu(d), (u32)value & 0x1fff, true);

	if (physical >= 0)
		gic_deactivate(d, this_cpu(d), (unsigned)physical);
	gic_update_cpu(d, this_cpu(d));
}

static void guest_end(struct dev *d, u64 value)
{
	struct gic_vcpu *v = vcpu(d);

	if ((value & 0x3ff) >= GIC_SPECIAL || !gic_iface_drop(&v->f, 0))
		return;
	if (v->f.ctlr & GIC_EOIMODE)
		gic_update_cpu(d, this_cpu(d));
	else
		guest_deactivate(d, value);
}

static void physical_end(struct dev *d, u64 value, bool alias)
{
	const struct gic *s = d->state;
	unsigned cpu = this_cpu(d), intid = (unsigned)value & 0x3ff, group;
	struct gic_iface *f = iface(d);

	if (intid >= GIC_SPECIAL)
		return;
	if (intid >= GIC_INTIDS || gic_iface_running(f) == GIC_IDLE) {
		log_guest("%s: end of interrupt %u, which is not active", d->id, intid);
		return;
	}
	group = gic_test(s->group, cpu, intid);
	if (alias && !group)
		return;
	gic_iface_drop(f, group);
	if (f->ctlr & GIC_EOIMODE)
		gic_update(d);
	else
		gic_deactivate(d, cpu, intid);
}

static void eoir_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	if (is_guest(d))
		guest_end(d, now);
	else
		physical_end(d, now, false);
}

static void aeoir_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	if (is_guest(d))
		guest_end(d, now);
	else
		physical_end(d, now, true);
}

static void dir_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	if (!(iface(d)->ctlr & GIC_EOIMODE))
		log_guest("%s: GICC_DIR written without EOImode", d->id);
	else if (is_guest(d))
		guest_deactivate(d, now);
	else
		gic_deactivate(d, this_cpu(d), (unsigned)now & 0x3ff);
}

/* ---- priorities ------------------------------------------------------------------------------------------------- */

static u64 ctlr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return iface(d)->ctlr;
}

static void ctlr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	iface(d)->ctlr = (u32)now & CTLR_BITS;
	gic_update_cpu(d, this_cpu(d));
}

static u64 pmr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return iface(d)->pmr;
}

static void pmr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	iface(d)->pmr = (u8)now & GIC_PRIORITY;
	gic_update_cpu(d, this_cpu(d));
}

static u64 bpr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return iface(d)->bpr[0];
}

static void bpr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	gic_iface_set_bpr(iface(d), 0, now);
	gic_update_cpu(d, this_cpu(d));
}

static u64 abpr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return iface(d)->bpr[1];
}

static void abpr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	gic_iface_set_bpr(iface(d), 1, now);
	gic_update_cpu(d, this_cpu(d));
}

static u64 rpr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return gic_iface_running(iface(d));
}

static u64 apr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return iface(d)->apr[0];
}

static void apr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	iface(d)->apr[0] = (u32)now;
	gic_update_cpu(d, this_cpu(d));
}

static u64 nsapr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return iface(d)->apr[1];
}

static void nsapr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	iface(d)->apr[1] = (u32)now;
	gic_update_cpu(d, this_cpu(d));
}

static u64 iidr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return GICC_IIDR;
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

static const struct reg gicc_regs[] = {
	{.name = "GICC_CTLR", .off = 0, .width = 4, .read = ctlr_read, .wrote = ctlr_wrote,
	 .doc = "group enables, AckCtl, FIQEn, CBPR; bit 9: EOImode"},
	{.name = "GICC_PMR", .off = 4, .width = 4, .read = pmr_read, .wrote = pmr_wrote, .doc = "only what is below interrupts"},
	{.name = "GICC_BPR", .off = 8, .width = 4, .read = bpr_read, .wrote = bpr_wrote},
	{.name = "GICC_IAR", .off = 0xc, .width = 4, .read = iar_read, .doc = "acknowledges"},
	{.name = "GICC_EOIR", .off = 0x10, .width = 4, .wrote = eoir_wrote},
	{.name = "GICC_RPR", .off = 0x14, .width = 4, .read = rpr_read},
	{.name = "GICC_HPPIR", .off = 0x18, .width = 4, .read = hppir_read},
	{.name = "GICC_ABPR", .off = 0x1c, .width = 4, .read = abpr_read, .wrote = abpr_wrote},
	{.name = "GICC_AIAR", .off = 0x20, .width = 4, .read = aiar_read, .doc = "group 1"},
	{.name = "GICC_AEOIR", .off = 0x24, .width = 4, .wrote = aeoir_wrote},
	{.name = "GICC_AHPPIR", .off = 0x28, .width = 4, .read = ahppir_read},
	{.name = "GICC_APR0", .off = 0xd0, .width = 4, .read = apr_read, .wrote = apr_wrote, .doc = "active priorities of group 0"},
	{.name = "GICC_NSAPR0", .off = 0xe0, .width = 4, .read = nsapr_read, .wrote = nsapr_wrote, .doc = "and of group 1"},
	{.name = "GICC_IIDR", .off = 0xfc, .width = 4, .read = iidr_read},
	{.name = "GICC_DIR", .off = 0x1000, .width = 4, .wrote = dir_wrote, .doc = "deactivates, with EOImode"},
};

static const struct reg gicv_regs[] = {
	{.name = "GICV_CTLR", .off = 0, .width = 4, .read = ctlr_read, .wrote = ctlr_wrote},
	{.name = "GICV_PMR", .off = 4, .width = 4, .read = pmr_read, .wrote = pmr_wrote},
	{.name = "GICV_BPR", .off = 8, .width = 4, .read = bpr_read, .wrote = bpr_wrote},
	{.name = "GICV_IAR", .off = 0xc, .width = 4, .read = iar_read},
	{.name = "GICV_EOIR", .off = 0x10, .width = 4, .wrote = eoir_wrote},
	{.name = "GICV_RPR", .off = 0x14, .width = 4, .read = rpr_read},
	{.name = "GICV_HPPIR", .off = 0x18, .width = 4, .read = hppir_read},
	{.name = "GICV_ABPR", .off = 0x1c, .width = 4, .read = abpr_read, .wrote = abpr_wrote},
	{.name = "GICV_AIAR", .off = 0x20, .width = 4, .read = aiar_read},
	{.name = "GICV_AEOIR", .off = 0x24, .width = 4, .wrote = aeoir_wrote},
	{.name = "GICV_AHPPIR", .off = 0x28, .width = 4, .read = ahppir_read},
	{.name = "GICV_APR0", .off = 0xd0, .width = 4, .read = apr_read, .wrote = apr_wrote},
	{.name = "GICV_IIDR", .off = 0xfc, .width = 4, .read = iidr_read},
	{.name = "GICV_DIR", .off = 0x1000, .width = 4, .wrote = dir_wrote},
};

const struct reg_bank gicv2_gicc_bank = {
	.name = "gicc", .regs = gicc_regs, .n = countof(gicc_regs), .size = 0x2000, .min = 4, .max = 4};
const struct reg_bank gicv2_gicv_bank = {
	.name = "gicv", .regs = gicv_regs, .n = countof(gicv_regs), .size = 0x2000, .min = 4, .max = 4};
