/* SPDX-License-Identifier: MIT */
/* What the parts of the GICv3 share: distributor (gicv3.c), redistributors (gicv3_redist.c), the ICC_ registers
 * (gicv3_cpuif.c) and the ICH_ and ICV_ ones (gicv3_virt.c). One security state (GICD_CTLR.DS), affinity routing and
 * system registers always; processor n has affinity 0.0.0.n. IHI 0069. */
#ifndef DEVICES_IRQ_GICV3_H
#define DEVICES_IRQ_GICV3_H

#include "devices/irq/gic_dist.h"

struct gicv3 {
	struct gic g; /* first */
	u64 route[GIC_SPIS];  /* GICD_IROUTER32 and up, by INTID - 32 */
	u32 waker[GIC_CPUS];  /* GICR_WAKER */
};

struct gicv3_links {
	struct gic_links g; /* first */
	struct gic_frame gicd, rd[GIC_CPUS], sgi[GIC_CPUS];
};

extern const struct reg_bank gicv3_rd_bank, gicv3_sgi_bank;
void gicv3_redist_map(struct dev *d, u64 base);
void gicv3_redist_reset(struct dev *d);

/* One system register. n is the row's: a group, or which of several. */
struct icc_row {
	u32 sysreg;
	u8 n;
	const char *name;
	u64 (*read)(struct dev *d, unsigned cpu, unsigned n);                  /* NULL: write-only */
	void (*write)(struct dev *d, unsigned cpu, unsigned n, u64 value);     /* NULL: read-only */
};
extern const struct icc_row gicv3_icc_rows[], gicv3_icv_rows[], gicv3_ich_rows[]; /* end with name NULL */

/* CRn 4 or 12, op1 0 (EL1) or 4 (EL2); op0 is 3 */
#define ICC_SYSREG(op1, crn, crm, op2) (3u << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* ICC_CTLR_EL1 and ICV_CTLR_EL1: CBPR, EOImode; 5 bits of priority, 16 of INTID, affinity level 3 */
enum { CTLR_CBPR = 1 << 0, CTLR_EOIMODE = 1 << 1, CTLR_FIXED = 4 << 8 | 1 << 15 };
u64 gicv3_ctlr(const struct gic_iface *f);
void gicv3_set_ctlr(struct gic_iface *f, u64 value);
void gicv3_set_enable(struct gic_iface *f, unsigned group, u64 value);

#endif
