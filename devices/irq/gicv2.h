/* SPDX-License-Identifier: MIT */
/* What the parts of the GICv2 share: the distributor (gicv2.c), the CPU interfaces GICC and GICV (gicv2_cpuif.c) and
 * the hypervisor's control of the latter, GICH (gicv2_virt.c). IHI 0048B. */
#ifndef DEVICES_IRQ_GICV2_H
#define DEVICES_IRQ_GICV2_H

#include "devices/irq/gic_dist.h"

struct gicv2 {
	struct gic g; /* first */
	u8 targets[GIC_SPIS];        /* GICD_ITARGETSR8 and up, by INTID - 32; bit per processor */
	u8 sgi_source[GIC_CPUS][16]; /* who sent a pending SGI; bit per processor */
};

struct gicv2_links {
	struct gic_links g; /* first */
	struct gic_frame gicd, gicc, gich, gicv;
};

extern const struct reg_bank gicv2_gicc_bank, gicv2_gicv_bank, gicv2_gich_bank;

#endif
