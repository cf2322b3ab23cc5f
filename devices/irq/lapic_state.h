/* SPDX-License-Identifier: MIT */
/* The local APIC's state and registers by their manual's names, shared by its three parts: interrupts (lapic.c), the
 * register file with its x2APIC view (lapic_regs.c) and the timer (lapic_timer.c). Intel SDM vol. 3, chapter 11. */
#ifndef DEVICES_IRQ_LAPIC_STATE_H
#define DEVICES_IRQ_LAPIC_STATE_H

#include "devices/irq/lapic.h"
#include "devices/machine.h"

enum { LVT_TIMER, LVT_THERMAL, LVT_PERF, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVT_COUNT };
enum {
	LVT_MASKED = 1 << 16, LVT_LEVEL = 1 << 15, LVT_REMOTE_IRR = 1 << 14,
	TIMER_ONE_SHOT = 0, TIMER_PERIODIC = 1, TIMER_TSC_DEADLINE = 2, /* LVT_TIMER bits 17-18 */
	SVR_ENABLE = 1 << 8,
	BASE_BSP = 1 << 8, BASE_EXTD = 1 << 10, BASE_EN = 1 << 11,
	ESR_SEND_ILLEGAL = 1 << 5, ESR_RECEIVED_ILLEGAL = 1 << 6, ESR_ILLEGAL_REGISTER = 1 << 7,
};

struct lapic {
	struct event timer;
	u64 apic_base;
	u64 tsc_deadline; /* 0: not armed */
	u64 timer_start;  /* virtual time at which the current count was timer_from */
	u32 timer_from;   /* 0: the timer stands */
	u32 timer_initial, timer_divide;
	u32 id, tpr, ldr, dfr, svr, esr, esr_pending, icr_lo, icr_hi;
	u32 lvt[LVT_COUNT];
	u32 isr[8], tmr[8], irr[8];
	bool lint[2];  /* levels of the pins */
	bool extint;   /* an ExtINT message waits for its INTA */
	bool intr;     /* the output to the processor */
	u8 pad[4];
};

struct lapic_links {
	struct reg_map map;
	struct lapic_core core;
	u32 id;
	bool bsp;
};

static inline bool lapic_hw_enabled(const struct lapic *s)
{
	return s->apic_base & BASE_EN;
}

static inline bool lapic_x2(const struct lapic *s)
{
	return s->apic_base & BASE_EXTD;
}

/* lapic.c */
void lapic_update(struct dev *d);               /* after anything that may change what is deliverable */
void lapic_fire_lvt(struct dev *d, unsigned n); /* the entry's own event happened: timer, error ... */
void lapic_error(struct dev *d, u32 esr_bit);
void lapic_end_of_interrupt(struct dev *d);
void lapic_send_ipi(struct dev *d);             /* what the ICR says */
void lapic_lint_changed(struct dev *d);         /* an LVT entry of a pin was written */
void lapic_set_lint(void *dev, unsigned n, bool level);
bool lapic_accept_fixed(struct dev *d, u8 vector, bool level);
u8 lapic_ppr(const struct lapic *s);

/* lapic_regs.c */
void lapic_reset_registers(struct dev *d);      /* power-up or INIT: all but ID and base */

/* lapic_timer.c */
void lapic_timer_init(struct dev *d);
void lapic_timer_rearm(struct dev *d);
void lapic_timer_set_initial(struct dev *d, u32 count);
void lapic_timer_set_divide(struct dev *d, u32 old, u32 now);
void lapic_timer_set_mode(struct dev *d, u32 old, u32 now);
void lapic_timer_set_deadline(struct dev *d, u64 tsc);
u32 lapic_timer_count(struct dev *d);

#endif
