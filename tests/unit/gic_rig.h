/* SPDX-License-Identifier: MIT */
/* A GICv3 with two processors on a board without any, for the tests of its system registers: names, access, lines. */
#ifndef TESTS_UNIT_GIC_RIG_H
#define TESTS_UNIT_GIC_RIG_H

#include "devices/irq/gic.h"
#include "devices/machine.h"

#define SYSREG(op1, crn, crm, op2) (3u << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define ICC_PMR_EL1     SYSREG(0, 4, 6, 0)
#define ICC_IAR0_EL1    SYSREG(0, 12, 8, 0)
#define ICC_EOIR0_EL1   SYSREG(0, 12, 8, 1)
#define ICC_BPR0_EL1    SYSREG(0, 12, 8, 3)
#define ICC_AP0R0_EL1   SYSREG(0, 12, 8, 4)
#define ICC_AP1R0_EL1   SYSREG(0, 12, 9, 0)
#define ICC_DIR_EL1     SYSREG(0, 12, 11, 1)
#define ICC_RPR_EL1     SYSREG(0, 12, 11, 3)
#define ICC_SGI1R_EL1   SYSREG(0, 12, 11, 5)
#define ICC_IAR1_EL1    SYSREG(0, 12, 12, 0)
#define ICC_EOIR1_EL1   SYSREG(0, 12, 12, 1)
#define ICC_HPPIR1_EL1  SYSREG(0, 12, 12, 2)
#define ICC_BPR1_EL1    SYSREG(0, 12, 12, 3)
#define ICC_CTLR_EL1    SYSREG(0, 12, 12, 4)
#define ICC_SRE_EL1     SYSREG(0, 12, 12, 5)
#define ICC_IGRPEN0_EL1 SYSREG(0, 12, 12, 6)
#define ICC_IGRPEN1_EL1 SYSREG(0, 12, 12, 7)
#define ICC_SRE_EL2     SYSREG(4, 12, 9, 5)
#define ICH_AP1R0_EL2   SYSREG(4, 12, 9, 0)
#define ICH_HCR_EL2     SYSREG(4, 12, 11, 0)
#define ICH_MISR_EL2    SYSREG(4, 12, 11, 2)
#define ICH_EISR_EL2    SYSREG(4, 12, 11, 3)
#define ICH_ELRSR_EL2   SYSREG(4, 12, 11, 5)
#define ICH_VMCR_EL2    SYSREG(4, 12, 11, 7)
#define ICH_LR_EL2(n)   SYSREG(4, 12, 12, n)

enum { GICD = 0x08000000, GICR = GICD + GICV3_GICR, SGI_FRAME = 0x10000, GICR_NEXT = 0x20000 };

struct gic_rig {
	struct machine *m;
	struct dev *gic;
	bool line[2 * GIC_OUTS];
};

/* Everything in group 1 and enabled at priority 80, SPIs to processor 0, both interfaces open. */
void gic_rig_start(struct gic_rig *r);
void gic_rig_stop(struct gic_rig *r);
void gic_rig_pin(struct gic_rig *r, unsigned pin, bool level);
u64 gic_rig_mmio(struct gic_rig *r, u64 addr, unsigned size);
void gic_rig_mmio_set(struct gic_rig *r, u64 addr, unsigned size, u64 v);
/* Physical registers of processor 0, and what it sees at EL1 as a guest. */
u64 gic_rig_get(struct gic_rig *r, u32 sysreg);
void gic_rig_set(struct gic_rig *r, u32 sysreg, u64 v);
u64 gic_rig_guest_get(struct gic_rig *r, u32 sysreg);
void gic_rig_guest_set(struct gic_rig *r, u32 sysreg, u64 v);

#endif
