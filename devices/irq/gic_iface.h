/* SPDX-License-Identifier: MIT */
/* A CPU interface's priorities: mask, binary points, active priorities. The same four rules hold for the physical and
 * the virtual interface of both generations: IHI 0048B 3.3 and 5.2, IHI 0069 4.8 and 6.2. */
#ifndef DEVICES_IRQ_GIC_IFACE_H
#define DEVICES_IRQ_GIC_IFACE_H

#include "mem/base/base.h"
#include "mem/state.h"

enum {
	GIC_PRIORITY = 0xf8,  /* the bits of a priority that exist */
	GIC_IDLE = 0xff,      /* running priority without an active interrupt */
	GIC_MIN_BPR0 = 2, GIC_MIN_BPR1 = 3,
	/* ctlr: laid out as GICC_CTLR and as the low half of ICH_VMCR_EL2 */
	GIC_EN0 = 1 << 0, GIC_EN1 = 1 << 1, GIC_ACKCTL = 1 << 2, GIC_FIQEN = 1 << 3, GIC_CBPR = 1 << 4,
	GIC_EOIMODE = 1 << 9,
};

struct gic_iface {
	u32 ctlr;
	u32 apr[2]; /* active priorities by group; bit n: priority n << 3 */
	u8 pmr;
	u8 bpr[2];  /* as in GICC_BPR/GICC_ABPR and ICC_BPR0/ICC_BPR1 */
	u8 pad;
};
extern const struct state_field gic_iface_rows[];

/* The number of the lowest bit that is set; v is not 0. */
unsigned gic_low_bit(u32 v);

void gic_iface_reset(struct gic_iface *f, u32 ctlr);
/* The group priority of the most urgent active interrupt, or GIC_IDLE; and its group, -1 when idle. */
u8 gic_iface_running(const struct gic_iface *f);
int gic_iface_running_group(const struct gic_iface *f);
bool gic_iface_enabled(const struct gic_iface *f, unsigned group);
/* Whether the interface would signal such an interrupt: above the mask, and above what is running. */
bool gic_iface_signals(const struct gic_iface *f, u8 priority, unsigned group);
/* Acknowledged; apr: which of the two registers takes note of it (the group, if both are in use). */
void gic_iface_activate(struct gic_iface *f, u8 priority, unsigned group, unsigned apr);
/* Priority drop: false if nothing was active. */
bool gic_iface_drop(struct gic_iface *f, unsigned apr);

void gic_iface_set_bpr(struct gic_iface *f, unsigned n, u64 value);
/* ICC_BPR1_EL1 and ICV_BPR1_EL1 under CBPR show BPR0 + 1 and ignore writes. */
u64 gic_iface_bpr_v3(const struct gic_iface *f, unsigned group);
void gic_iface_set_bpr_v3(struct gic_iface *f, unsigned group, u64 value);

#endif
