/* SPDX-License-Identifier: MIT */
/* The distributor's core, which both generations of the controller are built around: one bit per interrupt in words of
 * 32. Words 0-7 of each array are the SGIs and PPIs of a processor, words 8-15 the SPIs; `slot` numbers these words.
 * IHI 0048B chapter 4, IHI 0069 chapter 4. */
#ifndef DEVICES_IRQ_GIC_DIST_H
#define DEVICES_IRQ_GIC_DIST_H

#include "devices/irq/gic.h"
#include "devices/irq/gic_vcpu.h"
#include "devices/machine.h"

enum {
	SPI_WORDS = GIC_SPIS / 32,
	GIC_WORDS = SPI_WORDS + 1, /* as registers are numbered: word 0 is banked */
	GIC_SLOTS = SPI_WORDS + GIC_CPUS,
	GIC_INTIDS = GIC_WORDS * 32,
	GIC_NO_BANK = -1,          /* word 0 is reserved: GICD of a GICv3 */
	GIC_SGIS = 0xffff,         /* among word 0 */
};

struct gic {
	u32 enable[GIC_SLOTS], group[GIC_SLOTS], active[GIC_SLOTS];
	u32 pend[GIC_SLOTS];  /* latched: by an edge or by software */
	u32 level[GIC_SLOTS]; /* of the input */
	u32 edge[GIC_SLOTS];  /* configuration: 0 is level-sensitive */
	u32 target[GIC_CPUS][SPI_WORDS]; /* where SPIs go, from GICD_ITARGETSR or GICD_IROUTER */
	u8 priority[GIC_SLOTS * 32];
	struct gic_iface cpu[GIC_CPUS];
	struct gic_vcpu vcpu[GIC_CPUS];
	u32 ctlr;            /* GICD_CTLR */
	u8 lines[GIC_CPUS];  /* outputs: bit per enum gic_line */
	u8 pad[4];
};
extern const struct state_field gic_rows[];

/* A range of registers and whose word 0 they show. */
struct gic_frame {
	struct dev *dev;
	struct reg_map map;
	int cpu; /* GIC_NO_BANK; or, if accessor, whoever makes the access */
	bool accessor;
	bool guest; /* the virtual interface: GICV */
};

struct gic_links {
	struct line out[GIC_CPUS][GIC_OUTS];
	unsigned ncpu;
	bool v2, virt;
	int bank;   /* of the access in progress: a processor or GIC_NO_BANK */
	bool guest; /* likewise: it means the virtual interface */
	unsigned (*current)(void *arg);
	void *current_arg;
};

/* The most urgent interrupt for a processor; GIC_SPURIOUS: none. */
struct gic_best {
	u16 intid;
	u8 priority, group;
};

bool gic_attach(struct dev *d, const struct board_row *row, struct err *err); /* options */
void gic_reset(struct dev *d, u32 interface_ctlr);
struct line gic_pin(struct dev *d, unsigned n);
struct line *gic_out(struct dev *d, unsigned n);
/* Maps a bank; cpu: that of a redistributor, or GIC_NO_BANK. */
void gic_map(struct dev *d, struct gic_frame *frame, const struct reg_bank *bank, u64 base, int cpu, bool accessor);

/* Where an interrupt's bit is, seen from a processor. */
static inline unsigned gic_slot(unsigned cpu, unsigned word)
{
	return word ? GIC_CPUS + word - 1 : cpu;
}

static inline bool gic_test(const u32 *map, unsigned cpu, unsigned intid)
{
	return bit(map[gic_slot(cpu, intid >> 5)], intid & 31);
}

void gic_assign(u32 *map, unsigned cpu, unsigned intid, bool on);
struct gic_best gic_highest(const struct dev *d, unsigned cpu);
/* Whether the processor's interface signals it now. */
bool gic_signals(const struct dev *d, unsigned cpu, const struct gic_best *b);
/* Acknowledged: pending to active (sgi_more: another processor sent the same SGI, it stays pending). */
void gic_activate(struct dev *d, unsigned cpu, const struct gic_best *b, bool sgi_more);
void gic_deactivate(struct dev *d, unsigned cpu, unsigned intid);
/* Outputs and the maintenance interrupt, after anything that they depend on changed: of one processor, or all. */
void gic_update_cpu(struct dev *d, unsigned cpu);
void gic_update(struct dev *d);

/* Hooks of register rows; index: the register's number, 32 interrupts in each (16 for config, 1 for priority). */
u64 gic_group_read(struct dev *d, unsigned word, u64 stored);
void gic_group_wrote(struct dev *d, unsigned word, u64 old, u64 now);
u64 gic_enable_read(struct dev *d, unsigned word, u64 stored);
void gic_enable_set(struct dev *d, unsigned word, u64 old, u64 now);
void gic_enable_clear(struct dev *d, unsigned word, u64 old, u64 now);
u64 gic_pending_read(struct dev *d, unsigned word, u64 stored);
void gic_pending_set(struct dev *d, unsigned word, u64 old, u64 now);
void gic_pending_clear(struct dev *d, unsigned word, u64 old, u64 now);
u64 gic_active_read(struct dev *d, unsigned word, u64 stored);
void gic_active_set(struct dev *d, unsigned word, u64 old, u64 now);
void gic_active_clear(struct dev *d, unsigned word, u64 old, u64 now);
u64 gic_priority_read(struct dev *d, unsigned intid, u64 stored);
void gic_priority_wrote(struct dev *d, unsigned intid, u64 old, u64 now);
u64 gic_config_read(struct dev *d, unsigned half, u64 stored);
void gic_config_wrote(struct dev *d, unsigned half, u64 old, u64 now);
void gic_ctlr_wrote(struct dev *d, unsigned index, u64 old, u64 now);

#endif
