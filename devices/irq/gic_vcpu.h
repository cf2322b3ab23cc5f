/* SPDX-License-Identifier: MIT */
/* The virtual CPU interface: list registers that a hypervisor fills and a guest's acknowledge and end-of-interrupt
 * consume. Kept in the layout of GICv3 (IHI 0069 chapter 6 and ICH_LR<n>_EL2); GICH_LR<n> of GICv2 (IHI 0048B 5.3) is
 * translated. */
#ifndef DEVICES_IRQ_GIC_VCPU_H
#define DEVICES_IRQ_GIC_VCPU_H

#include "devices/irq/gic_iface.h"

enum {
	GIC_LRS = 4,
	GIC_SPURIOUS = 1023, GIC_OTHER_GROUP = 1022, GIC_SPECIAL = 1020, /* INTIDs from here on are no interrupts */
	HCR_EN = 1 << 0, HCR_UIE = 1 << 1, HCR_LRENPIE = 1 << 2, HCR_NPIE = 1 << 3,
	HCR_VGRP0EIE = 1 << 4, HCR_VGRP0DIE = 1 << 5, HCR_VGRP1EIE = 1 << 6, HCR_VGRP1DIE = 1 << 7,
	HCR_EOICOUNT_SHIFT = 27,
};

#define LR_PENDING   BIT(62)
#define LR_ACTIVE    BIT(63)
#define LR_STATE     (LR_PENDING | LR_ACTIVE)
#define LR_HW        BIT(61)
#define LR_GROUP1    BIT(60)
#define LR_EOI       BIT(41) /* when HW is 0 */
#define LR_SOURCE    BIT(32) /* GICv2: bits 34:32, when HW is 0 */
#define LR_PRIORITY  48
#define LR_PINTID    32

struct gic_vcpu {
	struct gic_iface f;
	u32 hcr, pad;
	u64 lr[GIC_LRS];
};
extern const struct state_field gic_vcpu_rows[];

/* Group of a list register, and the INTID that the guest sees there; for an SGI of GICv2 with the source above it. */
unsigned gic_lr_group(u64 lr);
u32 gic_lr_intid(u64 lr, bool v2);

void gic_vcpu_reset(struct gic_vcpu *v, u32 ctlr);
/* The list register whose interrupt would be next, or -1; only such as its group's enable bit lets through. */
int gic_vcpu_best(const struct gic_vcpu *v);
/* The same if it is signalled now: interface on, above the mask and what is running. */
int gic_vcpu_signalled(const struct gic_vcpu *v);
void gic_vcpu_activate(struct gic_vcpu *v, unsigned n, bool v2);
/* Ends the active interrupt with this INTID. The physical INTID to deactivate with it, or -1. */
int gic_vcpu_deactivate(struct gic_vcpu *v, u32 intid, bool v2);

u32 gic_vcpu_eisr(const struct gic_vcpu *v);
u32 gic_vcpu_elrsr(const struct gic_vcpu *v);
u32 gic_vcpu_misr(const struct gic_vcpu *v);
u32 gic_vcpu_vmcr(const struct gic_vcpu *v);
void gic_vcpu_set_vmcr(struct gic_vcpu *v, u32 value, u32 writable, u32 fixed);

#endif
