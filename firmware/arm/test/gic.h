/* SPDX-License-Identifier: MIT */
/*
 * The interrupt controller as the suites use it, the same for GICv2 (IHI 0048) and GICv3 (IHI 0069): the banked
 * registers of SGIs and PPIs are the distributor's there and the redistributor's here, the CPU interface is memory
 * there and system registers here.
 */
#ifndef FIRMWARE_ARM_TEST_GIC_H
#define FIRMWARE_ARM_TEST_GIC_H

#include "firmware/arm/test/check.h"

enum {
	GICD_CTLR = 0x000, GICD_TYPER = 0x004, GICD_IIDR = 0x008, GICD_IGROUPR = 0x080, GICD_ISENABLER = 0x100,
	GICD_ICENABLER = 0x180, GICD_ISPENDR = 0x200, GICD_ICPENDR = 0x280, GICD_ISACTIVER = 0x300,
	GICD_ICACTIVER = 0x380, GICD_IPRIORITYR = 0x400, GICD_ITARGETSR = 0x800, GICD_ICFGR = 0xc00,
	GICD_SGIR = 0xf00, GICD_CPENDSGIR = 0xf10, GICD_SPENDSGIR = 0xf20, GICD_IROUTER = 0x6000, GICC_CTLR = 0x00,
	GICC_PMR = 0x04, GICC_BPR = 0x08, GICC_IAR = 0x0c, GICC_EOIR = 0x10, GICC_RPR = 0x14, GICC_HPPIR = 0x18,
	GICC_APR = 0xd0, GICC_DIR = 0x1000, GICR_TYPER = 0x08, GICR_WAKER = 0x14, GICR_SGI = 0x10000,
};
enum { GIC_IDS = 64, GIC_SPURIOUS = 1023 };

struct gic_state {
	void (*called[GIC_IDS])(u32 id);  /* from the handler, between acknowledging and the end */
	volatile u32 count[GIC_IDS];
	volatile u32 order[32], orders;   /* IDs as they came */
	volatile u32 spurious;
	volatile u64 vector, spsr;        /* of the last one */
	volatile bool keep;               /* the handler neither ends nor deactivates */
};
extern struct gic_state gic_state;

/* Everything off but the controller itself, priorities 0xa0, all masks open, and the handler in its place. */
void gic_init(void);
/* Address of the register for this ID: a bit of 32 each, or a byte each. */
u64 gic_bits(u32 offset, u32 id);
u64 gic_bytes(u32 offset, u32 id);
bool gic_test(u32 offset, u32 id);
void gic_write(u32 offset, u32 id); /* one to this ID's bit */
void gic_enable(u32 id, u32 priority);
void gic_disable(u32 id);
void gic_edge(u32 id, bool edge);
void gic_sgi(u32 id); /* to ourselves */
void gic_pend(u32 id); /* SGIs too, also disabled ones */

u32 gic_ack(void);
void gic_eoi(u32 id);
void gic_deactivate(u32 id);
void gic_set_mask(u32 priority);
void gic_set_split(bool on); /* EOI mode: ending and deactivating are two things */
void gic_set_binary_point(u32 n);
u32 gic_running(void);
u32 gic_highest(void);

void gic_forget(void); /* counts and order */
/* Opens PSTATE.I for a moment. */
void gic_window(void);
/* Until `done` holds or so long, asleep between ticks of the virtual timer. */
bool gic_wait(bool (*done)(void), u64 us);

#endif
