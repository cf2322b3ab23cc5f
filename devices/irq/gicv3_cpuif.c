/* SPDX-License-Identifier: MIT */
/* The GICv3's physical CPU interface: the ICC_ system registers of EL1 and EL2, and the one way in for all of ICC_,
 * ICV_ and ICH_. One security state without EL3: group 0 is FIQ, group 1 IRQ. IHI 0069 4.6 to 4.8 and 12.2. */
#include "devices/irq/gicv3.h"

#include "mem/base/log.h"

enum { SRE_FIXED = 7 /* SRE, DFB, DIB */, SRE_EL2_FIXED = 15 };

static struct gic_iface *iface(struct dev *d, unsigned cpu)
{
	return &((struct gic *)d->state)->cpu[cpu];
}

u64 gicv3_ctlr(const struct gic_iface *f)
{
	return CTLR_FIXED | (f->ctlr & GIC_CBPR ? CTLR_CBPR : 0) | (f->ctlr & GIC_EOIMODE ? CTLR_EOIMODE : 0);
}

void gicv3_set_ctlr(struct gic_iface *f, u64 value)
{
	f->ctlr &= ~(u32)(GIC_CBPR | GIC_EOIMODE);
	f->ctlr |= (value & CTLR_CBPR ? GIC_CBPR : 0) | (value & CTLR_EOIMODE ? GIC_EOIMODE : 0);
}

void gicv3_set_enable(struct gic_iface *f, unsigned group, u64 value)
{
	f->ctlr = (f->ctlr & ~(1u << group)) | (u32)(value & 1) << group;
}

/* ---- acknowledge and end, 4.8.5 --------------------------------------------------------------------------------- */

static u64 iar_read(struct dev *d, unsigned cpu, unsigned group)
{
	struct gic_best best = gic_highest(d, cpu);

	if (!gic_signals(d, cpu, &best) || best.group != group)
		return GIC_SPURIOUS;
	gic_activate(d, cpu, &best, false);
	return best.intid;
}

static u64 hppir_read(struct dev *d, unsigned cpu, unsigned group)
{
	struct gic_best best = gic_highest(d, cpu);

	return best.group == group ? best.intid : GIC_SPURIOUS;
}

/* Ends what is most urgent among the active; an end through the other group's register, or of what is no interrupt,
 * does nothing. */
static void eoir_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	struct gic_iface *f = iface(d, cpu);
	unsigned intid = (unsigned)value & 0xffffff;

	if (intid >= GIC_INTIDS || gic_iface_running_group(f) != (int)group) {
		if (intid < GIC_SPECIAL)
			log_guest("%s: end of interrupt %u, which is not active in group %u", d->id, intid, group);
		return;
	}
	gic_iface_drop(f, group);
	if (f->ctlr & GIC_EOIMODE)
		gic_update_cpu(d, cpu);
	else
		gic_deactivate(d, cpu, intid);
}

static void dir_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)n;
	if (iface(d, cpu)->ctlr & GIC_EOIMODE)
		gic_deactivate(d, cpu, (unsigned)value & 0xffffff);
	else
		log_guest("%s: ICC_DIR_EL1 written without EOImode", d->id);
}

/* ---- priorities ------------------------------------------------------------------------------------------------- */

static u64 pmr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return iface(d, cpu)->pmr;
}

static void pmr_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)n;
	iface(d, cpu)->pmr = (u8)value & GIC_PRIORITY;
	gic_update_cpu(d, cpu);
}

static u64 rpr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gic_iface_running(iface(d, cpu));
}

static u64 bpr_read(struct dev *d, unsigned cpu, unsigned group)
{
	return gic_iface_bpr_v3(iface(d, cpu), group);
}

static void bpr_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	gic_iface_set_bpr_v3(iface(d, cpu), group, value);
	gic_update_cpu(d, cpu);
}

static u64 apr_read(struct dev *d, unsigned cpu, unsigned group)
{
	return iface(d, cpu)->apr[group];
}

static void apr_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	iface(d, cpu)->apr[group] = (u32)value;
	gic_update_cpu(d, cpu);
}

static u64 ctlr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gicv3_ctlr(iface(d, cpu));
}

static void ctlr_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)n;
	gicv3_set_ctlr(iface(d, cpu), value);
	gic_update_cpu(d, cpu);
}

static u64 enable_read(struct dev *d, unsigned cpu, unsigned group)
{
	return gic_iface_enabled(iface(d, cpu), group);
}

static void enable_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	gicv3_set_enable(iface(d, cpu), group, value);
	gic_update_cpu(d, cpu);
}

/* System registers are the only way: SRE can't be cleared, there is no bypass. */
static u64 sre_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)d, (void)cpu;
	return n;
}

static void sre_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)d, (void)cpu, (void)n, (void)value;
}

/* ---- SGIs, 12.2: ICC_SGI1R_EL1 ---------------------------------------------------------------------------------- */

/* Affinities are 0.0.0.n: nobody else is there. An SGI that the target has in the other group is not made pending. */
static void sgi_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	struct gic *s = d->state;
	const struct gic_links *l = d->links;
	bool others = bit(value, 40), here = !(value & 0xff00ff00ff0000ull);
	unsigned sgi = (unsigned)bits(value, 24, 4), range = (unsigned)bits(value, 44, 4);
	u64 list = here && !range ? value & 0xffff : 0;

	for (unsigned n = 0; n < l->ncpu; n++) {
		if ((others ? n != cpu : bit(list, n)) && gic_test(s->group, n, sgi) == (group == 1))
			gic_assign(s->pend, n, sgi, true);
	}
	gic_update(d);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

/* The order is that of use: an interrupt costs IAR1 and EOIR1. ICC_ASGI1R_EL1 is for the other security state, which is
 * where group 0 counts with DS. AP0R1 to AP0R3 do not exist with 5 bits of preemption. */
const struct icc_row gicv3_icc_rows[] = {
	{ICC_SYSREG(0, 12, 12, 0), 1, "ICC_IAR1_EL1", iar_read, NULL},
	{ICC_SYSREG(0, 12, 12, 1), 1, "ICC_EOIR1_EL1", NULL, eoir_write},
	{ICC_SYSREG(0, 4, 6, 0), 0, "ICC_PMR_EL1", pmr_read, pmr_write},
	{ICC_SYSREG(0, 12, 11, 1), 0, "ICC_DIR_EL1", NULL, dir_write},
	{ICC_SYSREG(0, 12, 11, 5), 1, "ICC_SGI1R_EL1", NULL, sgi_write},
	{ICC_SYSREG(0, 12, 11, 3), 0, "ICC_RPR_EL1", rpr_read, NULL},
	{ICC_SYSREG(0, 12, 12, 2), 1, "ICC_HPPIR1_EL1", hppir_read, NULL},
	{ICC_SYSREG(0, 12, 12, 3), 1, "ICC_BPR1_EL1", bpr_read, bpr_write},
	{ICC_SYSREG(0, 12, 12, 4), 0, "ICC_CTLR_EL1", ctlr_read, ctlr_write},
	{ICC_SYSREG(0, 12, 12, 5), SRE_FIXED, "ICC_SRE_EL1", sre_read, sre_write},
	{ICC_SYSREG(0, 12, 12, 6), 0, "ICC_IGRPEN0_EL1", enable_read, enable_write},
	{ICC_SYSREG(0, 12, 12, 7), 1, "ICC_IGRPEN1_EL1", enable_read, enable_write},
	{ICC_SYSREG(0, 12, 8, 0), 0, "ICC_IAR0_EL1", iar_read, NULL},
	{ICC_SYSREG(0, 12, 8, 1), 0, "ICC_EOIR0_EL1", NULL, eoir_write},
	{ICC_SYSREG(0, 12, 8, 2), 0, "ICC_HPPIR0_EL1", hppir_read, NULL},
	{ICC_SYSREG(0, 12, 8, 3), 0, "ICC_BPR0_EL1", bpr_read, bpr_write},
	{ICC_SYSREG(0, 12, 8, 4), 0, "ICC_AP0R0_EL1", apr_read, apr_write},
	{ICC_SYSREG(0, 12, 9, 0), 1, "ICC_AP1R0_EL1", apr_read, apr_write},
	{ICC_SYSREG(0, 12, 11, 6), 0, "ICC_ASGI1R_EL1", NULL, sgi_write},
	{ICC_SYSREG(0, 12, 11, 7), 0, "ICC_SGI0R_EL1", NULL, sgi_write},
	{ICC_SYSREG(4, 12, 9, 5), SRE_EL2_FIXED, "ICC_SRE_EL2", sre_read, sre_write},
	{0, 0, NULL, NULL, NULL},
};

static const struct icc_row *find_in(const struct icc_row *rows, u32 sysreg)
{
	for (; rows->name; rows++) {
		if (rows->sysreg == sysreg)
			return rows;
	}
	return NULL;
}

static const struct icc_row *find(u32 sysreg, bool virt)
{
	const struct icc_row *r = virt ? find_in(gicv3_icv_rows, sysreg) : NULL;

	if (!r)
		r = find_in(gicv3_icc_rows, sysreg);
	return r ? r : find_in(gicv3_ich_rows, sysreg);
}

bool gicv3_icc_exists(u32 sysreg)
{
	return find(sysreg, false);
}

u64 gicv3_icc_read(struct dev *gic, unsigned cpu, u32 sysreg, unsigned el, bool virt)
{
	const struct icc_row *r = find(sysreg, virt);
	u64 v = 0;

	assert(cpu < ((const struct gic_links *)gic->links)->ncpu);
	if (r && r->read)
		v = r->read(gic, cpu, r->n);
	if (log_on(LOG_REG))
		log_line(LOG_REG, "%s.%s[%u] -> %llx (EL%u)", gic->id, r ? r->name : "(no register)", cpu,
			(unsigned long long)v, el);
	return v;
}

void gicv3_icc_write(struct dev *gic, unsigned cpu, u32 sysreg, unsigned el, bool virt, u64 value)
{
	const struct icc_row *r = find(sysreg, virt);

	assert(cpu < ((const struct gic_links *)gic->links)->ncpu);
	if (log_on(LOG_REG))
		log_line(LOG_REG, "%s.%s[%u] <- %llx (EL%u)", gic->id, r ? r->name : "(no register)", cpu,
			(unsigned long long)value, el);
	if (r && r->write)
		r->write(gic, cpu, r->n, value);
}
