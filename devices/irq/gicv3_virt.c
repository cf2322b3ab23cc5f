/* SPDX-License-Identifier: MIT */
/* The GICv3's virtual CPU interface: ICV_ registers, which a guest at EL1 sees under the names of ICC_ ones, and the
 * ICH_ registers with which EL2 runs it. IHI 0069 chapter 6, 12.3 and 12.4. */
#include "devices/irq/gicv3.h"

#define HCR_BITS  0xf8005cffull /* En to VGrp1DIE, TC, TALL0, TALL1, TDIR, EOIcount */
#define VMCR_BITS (GIC_EN0 | GIC_EN1 | GIC_CBPR | GIC_EOIMODE)
/* 5 bits of priority and of preemption, 16 of INTID; affinity level 3, no direct injection, TDIR works */
#define VTR       (4ull << 29 | 4ull << 26 | 1 << 21 | 1 << 20 | 1 << 19 | (GIC_LRS - 1))
#define LR_BITS   0xf0f81fff0000ffffull
#define LPI_FIRST 8192

static struct gic_vcpu *vcpu(struct dev *d, unsigned cpu)
{
	return &((struct gic *)d->state)->vcpu[cpu];
}

/* ---- ICV_ ------------------------------------------------------------------------------------------------------- */

static u64 iar_read(struct dev *d, unsigned cpu, unsigned group)
{
	struct gic_vcpu *v = vcpu(d, cpu);
	int n = gic_vcpu_signalled(v);
	u32 intid;

	if (n < 0 || gic_lr_group(v->lr[n]) != group)
		return GIC_SPURIOUS;
	intid = gic_lr_intid(v->lr[n], false);
	gic_vcpu_activate(v, (unsigned)n, false);
	gic_update_cpu(d, cpu);
	return intid;
}

static u64 hppir_read(struct dev *d, unsigned cpu, unsigned group)
{
	const struct gic_vcpu *v = vcpu(d, cpu);
	int n = gic_vcpu_best(v);

	return n >= 0 && gic_lr_group(v->lr[n]) == group ? gic_lr_intid(v->lr[n], false) : GIC_SPURIOUS;
}

static void deactivate(struct dev *d, unsigned cpu, u32 intid)
{
	int physical = gic_vcpu_deactivate(vcpu(d, cpu), intid, false);

	if (physical >= 0)
		gic_deactivate(d, cpu, (unsigned)physical);
	gic_update_cpu(d, cpu);
}

/* An LPI has no active state that a guest could end by ICV_DIR_EL1: its priority drop ends it, whatever the mode. */
static void eoir_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	struct gic_vcpu *v = vcpu(d, cpu);
	u32 intid = (u32)value & 0xffffff;

	if ((intid >= GIC_SPECIAL && intid <= GIC_SPURIOUS) || gic_iface_running_group(&v->f) != (int)group)
		return;
	gic_iface_drop(&v->f, group);
	if ((v->f.ctlr & GIC_EOIMODE) && intid < LPI_FIRST)
		gic_update_cpu(d, cpu);
	else
		deactivate(d, cpu, intid);
}

static void dir_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	u32 intid = (u32)value & 0xffffff;

	(void)n;
	if ((vcpu(d, cpu)->f.ctlr & GIC_EOIMODE) && intid < GIC_SPECIAL)
		deactivate(d, cpu, intid);
}

static u64 pmr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return vcpu(d, cpu)->f.pmr;
}

static void pmr_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)n;
	vcpu(d, cpu)->f.pmr = (u8)value & GIC_PRIORITY;
	gic_update_cpu(d, cpu);
}

static u64 rpr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gic_iface_running(&vcpu(d, cpu)->f);
}

static u64 bpr_read(struct dev *d, unsigned cpu, unsigned group)
{
	return gic_iface_bpr_v3(&vcpu(d, cpu)->f, group);
}

static void bpr_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	gic_iface_set_bpr_v3(&vcpu(d, cpu)->f, group, value);
	gic_update_cpu(d, cpu);
}

/* Also ICH_AP0R0_EL2 and ICH_AP1R0_EL2. */
static u64 apr_read(struct dev *d, unsigned cpu, unsigned group)
{
	return vcpu(d, cpu)->f.apr[group];
}

static void apr_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	vcpu(d, cpu)->f.apr[group] = (u32)value;
	gic_update_cpu(d, cpu);
}

static u64 ctlr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gicv3_ctlr(&vcpu(d, cpu)->f);
}

static void ctlr_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)n;
	gicv3_set_ctlr(&vcpu(d, cpu)->f, value);
	gic_update_cpu(d, cpu);
}

static u64 enable_read(struct dev *d, unsigned cpu, unsigned group)
{
	return gic_iface_enabled(&vcpu(d, cpu)->f, group);
}

static void enable_write(struct dev *d, unsigned cpu, unsigned group, u64 value)
{
	gicv3_set_enable(&vcpu(d, cpu)->f, group, value);
	gic_update_cpu(d, cpu);
}

/* ---- ICH_ ------------------------------------------------------------------------------------------------------- */

static u64 hcr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return vcpu(d, cpu)->hcr;
}

static void hcr_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)n;
	vcpu(d, cpu)->hcr = (u32)(value & HCR_BITS);
	gic_update_cpu(d, cpu);
}

static u64 vtr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)d, (void)cpu, (void)n;
	return VTR;
}

static u64 misr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gic_vcpu_misr(vcpu(d, cpu));
}

static u64 eisr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gic_vcpu_eisr(vcpu(d, cpu));
}

static u64 elrsr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gic_vcpu_elrsr(vcpu(d, cpu));
}

static u64 vmcr_read(struct dev *d, unsigned cpu, unsigned n)
{
	(void)n;
	return gic_vcpu_vmcr(vcpu(d, cpu));
}

static void vmcr_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	(void)n;
	gic_vcpu_set_vmcr(vcpu(d, cpu), (u32)value, VMCR_BITS, GIC_FIQEN);
	gic_update_cpu(d, cpu);
}

static u64 lr_read(struct dev *d, unsigned cpu, unsigned n)
{
	return vcpu(d, cpu)->lr[n];
}

static void lr_write(struct dev *d, unsigned cpu, unsigned n, u64 value)
{
	vcpu(d, cpu)->lr[n] = value & LR_BITS;
	gic_update_cpu(d, cpu);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

/* SRE and the SGI registers have no virtual form; what would be one of the latter goes to EL2 as a trap. */
const struct icc_row gicv3_icv_rows[] = {
	{ICC_SYSREG(0, 12, 12, 0), 1, "ICV_IAR1_EL1", iar_read, NULL},
	{ICC_SYSREG(0, 12, 12, 1), 1, "ICV_EOIR1_EL1", NULL, eoir_write},
	{ICC_SYSREG(0, 4, 6, 0), 0, "ICV_PMR_EL1", pmr_read, pmr_write},
	{ICC_SYSREG(0, 12, 11, 1), 0, "ICV_DIR_EL1", NULL, dir_write},
	{ICC_SYSREG(0, 12, 11, 3), 0, "ICV_RPR_EL1", rpr_read, NULL},
	{ICC_SYSREG(0, 12, 12, 2), 1, "ICV_HPPIR1_EL1", hppir_read, NULL},
	{ICC_SYSREG(0, 12, 12, 3), 1, "ICV_BPR1_EL1", bpr_read, bpr_write},
	{ICC_SYSREG(0, 12, 12, 4), 0, "ICV_CTLR_EL1", ctlr_read, ctlr_write},
	{ICC_SYSREG(0, 12, 12, 6), 0, "ICV_IGRPEN0_EL1", enable_read, enable_write},
	{ICC_SYSREG(0, 12, 12, 7), 1, "ICV_IGRPEN1_EL1", enable_read, enable_write},
	{ICC_SYSREG(0, 12, 8, 0), 0, "ICV_IAR0_EL1", iar_read, NULL},
	{ICC_SYSREG(0, 12, 8, 1), 0, "ICV_EOIR0_EL1", NULL, eoir_write},
	{ICC_SYSREG(0, 12, 8, 2), 0, "ICV_HPPIR0_EL1", hppir_read, NULL},
	{ICC_SYSREG(0, 12, 8, 3), 0, "ICV_BPR0_EL1", bpr_read, bpr_write},
	{ICC_SYSREG(0, 12, 8, 4), 0, "ICV_AP0R0_EL1", apr_read, apr_write},
	{ICC_SYSREG(0, 12, 9, 0), 1, "ICV_AP1R0_EL1", apr_read, apr_write},
	{ICC_SYSREG(0, 12, 11, 5), 0, "ICV: no SGI1R", NULL, NULL},
	{ICC_SYSREG(0, 12, 11, 6), 0, "ICV: no ASGI1R", NULL, NULL},
	{ICC_SYSREG(0, 12, 11, 7), 0, "ICV: no SGI0R", NULL, NULL},
	{0, 0, NULL, NULL, NULL},
};

const struct icc_row gicv3_ich_rows[] = {
	{ICC_SYSREG(4, 12, 11, 0), 0, "ICH_HCR_EL2", hcr_read, hcr_write},
	{ICC_SYSREG(4, 12, 11, 7), 0, "ICH_VMCR_EL2", vmcr_read, vmcr_write},
	{ICC_SYSREG(4, 12, 12, 0), 0, "ICH_LR0_EL2", lr_read, lr_write},
	{ICC_SYSREG(4, 12, 12, 1), 1, "ICH_LR1_EL2", lr_read, lr_write},
	{ICC_SYSREG(4, 12, 12, 2), 2, "ICH_LR2_EL2", lr_read, lr_write},
	{ICC_SYSREG(4, 12, 12, 3), 3, "ICH_LR3_EL2", lr_read, lr_write},
	{ICC_SYSREG(4, 12, 11, 5), 0, "ICH_ELRSR_EL2", elrsr_read, NULL},
	{ICC_SYSREG(4, 12, 11, 3), 0, "ICH_EISR_EL2", eisr_read, NULL},
	{ICC_SYSREG(4, 12, 11, 2), 0, "ICH_MISR_EL2", misr_read, NULL},
	{ICC_SYSREG(4, 12, 11, 1), 0, "ICH_VTR_EL2", vtr_read, NULL},
	{ICC_SYSREG(4, 12, 8, 0), 0, "ICH_AP0R0_EL2", apr_read, apr_write},
	{ICC_SYSREG(4, 12, 9, 0), 1, "ICH_AP1R0_EL2", apr_read, apr_write},
	{0, 0, NULL, NULL, NULL},
};
