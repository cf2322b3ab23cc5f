/* SPDX-License-Identifier: MIT */
/* GICH, through which a hypervisor fills list registers and saves the state of a GICv2's virtual CPU interface.
 * IHI 0048B 5.3. */
#include "devices/irq/gicv2.h"

#define GICH_VTR      (4u << 29 | 4u << 26 | (GIC_LRS - 1)) /* 5 bits of priority and of preemption */
#define GICH_HCR_BITS 0xf80000ffu
#define VMCR_BITS     (GIC_EN0 | GIC_EN1 | GIC_ACKCTL | GIC_FIQEN | GIC_CBPR | GIC_EOIMODE)

/* GICH_LR<n>, table 5-11 */
enum { LR2_SOURCE = 10, LR2_PRIORITY = 23, LR2_STATE = 28, LR2_EOI = 19 };
#define LR2_GROUP1 (1u << 30)
#define LR2_HW     (1u << 31)

static unsigned this_cpu(const struct dev *d)
{
	return (unsigned)((const struct gic_links *)d->links)->bank;
}

static struct gic_vcpu *vcpu(struct dev *d)
{
	return &((struct gic *)d->state)->vcpu[this_cpu(d)];
}

static u64 lr_from_v2(u32 v)
{
	u64 lr = bits(v, 0, 10) | bits(v, LR2_PRIORITY, 5) << (LR_PRIORITY + 3) | bits(v, LR2_STATE, 2) << 62;

	if (v & LR2_GROUP1)
		lr |= LR_GROUP1;
	if (v & LR2_HW)
		return lr | LR_HW | bits(v, LR2_SOURCE, 10) << LR_PINTID;
	return lr | bits(v, LR2_SOURCE, 3) << LR_PINTID | (bit(v, LR2_EOI) ? LR_EOI : 0);
}

static u32 lr_to_v2(u64 lr)
{
	u64 v = bits(lr, 0, 10) | bits(lr, LR_PRIORITY + 3, 5) << LR2_PRIORITY | bits(lr, 62, 2) << LR2_STATE;

	if (lr & LR_GROUP1)
		v |= LR2_GROUP1;
	if (lr & LR_HW)
		v |= LR2_HW | bits(lr, LR_PINTID, 10) << LR2_SOURCE;
	else
		v |= bits(lr, LR_PINTID, 3) << LR2_SOURCE | (u64)bit(lr, 41) << LR2_EOI;
	return (u32)v;
}

static u64 hcr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return vcpu(d)->hcr;
}

static void hcr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	vcpu(d)->hcr = (u32)now & GICH_HCR_BITS;
	gic_update_cpu(d, this_cpu(d));
}

static u64 vtr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return GICH_VTR;
}

static u64 vmcr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return gic_vcpu_vmcr(vcpu(d));
}

static void vmcr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	gic_vcpu_set_vmcr(vcpu(d), (u32)now, VMCR_BITS, 0);
	gic_update_cpu(d, this_cpu(d));
}

static u64 misr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return gic_vcpu_misr(vcpu(d));
}

static u64 eisr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return gic_vcpu_eisr(vcpu(d));
}

static u64 elrsr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return gic_vcpu_elrsr(vcpu(d));
}

static u64 apr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return vcpu(d)->f.apr[0];
}

static void apr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	vcpu(d)->f.apr[0] = (u32)now;
	gic_update_cpu(d, this_cpu(d));
}

static u64 lr_read(struct dev *d, unsigned n, u64 stored)
{
	(void)stored;
	return lr_to_v2(vcpu(d)->lr[n]);
}

static void lr_wrote(struct dev *d, unsigned n, u64 old, u64 now)
{
	(void)old;
	vcpu(d)->lr[n] = lr_from_v2((u32)now);
	gic_update_cpu(d, this_cpu(d));
}

static const struct reg gich_regs[] = {
	{.name = "GICH_HCR", .off = 0, .width = 4, .read = hcr_read, .wrote = hcr_wrote, .doc = "bit 0 enables; maintenance interrupts"},
	{.name = "GICH_VTR", .off = 4, .width = 4, .read = vtr_read},
	{.name = "GICH_VMCR", .off = 8, .width = 4, .read = vmcr_read, .wrote = vmcr_wrote, .doc = "GICV_CTLR, PMR, BPR and ABPR"},
	{.name = "GICH_MISR", .off = 0x10, .width = 4, .read = misr_read},
	{.name = "GICH_EISR0", .off = 0x20, .width = 4, .read = eisr_read},
	{.name = "GICH_ELRSR0", .off = 0x30, .width = 4, .read = elrsr_read},
	{.name = "GICH_APR", .off = 0xf0, .width = 4, .read = apr_read, .wrote = apr_wrote},
	{.name = "GICH_LR", .off = 0x100, .width = 4, .count = GIC_LRS, .read = lr_read, .wrote = lr_wrote},
};

const struct reg_bank gicv2_gich_bank = {
	.name = "gich", .regs = gich_regs, .n = countof(gich_regs), .size = 0x1000, .min = 4, .max = 4};
