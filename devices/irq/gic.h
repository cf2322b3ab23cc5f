/* SPDX-License-Identifier: MIT */
/* ARM's Generic Interrupt Controllers as the virt board has them: one security state, 256 SPIs, 5 bits of priority,
 * four list registers. gicv2 follows IHI 0048B, gicv3 (affinity routing, system registers, no LPIs) IHI 0069.
 * Options of a row: cpus=N (1, up to 8); gicv2: virt=1 adds GICH and GICV. Everything else is at a fixed distance from
 * the row's address, that of the distributor. */
#ifndef DEVICES_IRQ_GIC_H
#define DEVICES_IRQ_GIC_H

#include "devices/dev.h"

enum {
	GIC_CPUS = 8,   /* at most */
	GIC_SPIS = 256, /* INTID 32 and up */
	/* bytes from the distributor */
	GICV2_GICC = 0x10000, GICV2_GICH = 0x30000, GICV2_GICV = 0x40000, /* sizes: 2000h, 1000h, 2000h */
	GICV3_GICR = 0xa0000,                                             /* 20000h for each processor */
};

/* Input pins: 0-255 are the SPIs; a processor's PPIs are named by their INTID, 16-31. */
#define GIC_PIN_PPI(cpu, intid) (GIC_SPIS + (cpu) * 32 + (intid))
enum {
	GIC_PPI_PMU = 23,
	GIC_PPI_MAINTENANCE = 25, /* made by the controller itself: its pin is not connected */
	GIC_PPI_TIMER_HYP = 26, GIC_PPI_TIMER_VIRT = 27, GIC_PPI_TIMER_SEC = 29, GIC_PPI_TIMER_PHYS = 30,
};

/* Outputs: levels, in the order of the processor's own lines. */
enum gic_line { GIC_OUT_IRQ, GIC_OUT_FIQ, GIC_OUT_VIRQ, GIC_OUT_VFIQ, GIC_OUTS };
#define GIC_OUT(cpu, line) ((cpu) * GIC_OUTS + (line))

/* gicv2: which processor is making the access to a banked register. Without this it is processor 0. */
void gicv2_set_accessor(struct dev *d, unsigned (*current)(void *arg), void *arg);

/* gicv3: the ICC_, ICV_ and ICH_ registers. sysreg is op0:op1:CRn:CRm:op2 as in bits 20:5 of MRS; el the present
 * exception level; virt: the ICV_ view of an EL1 that HCR_EL2.IMO or FMO redirects. The processor has judged traps;
 * a register that does not exist (see gicv3_icc_exists) reads zero. */
bool gicv3_icc_exists(u32 sysreg);
u64 gicv3_icc_read(struct dev *gic, unsigned cpu, u32 sysreg, unsigned el, bool virt);
void gicv3_icc_write(struct dev *gic, unsigned cpu, u32 sysreg, unsigned el, bool virt, u64 value);

#endif
