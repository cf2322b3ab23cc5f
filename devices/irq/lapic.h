/* SPDX-License-Identifier: MIT */
/* The local APIC of one processor. Pins are LINT0 and LINT1; the processor's side is a table of callbacks, so that the
 * chip can be tested without one. x86_bus.h connects it to our x86. Options of a row: id=N (0), bsp=0|1 (1). */
#ifndef DEVICES_IRQ_LAPIC_H
#define DEVICES_IRQ_LAPIC_H

#include "devices/dev.h"
#include "devices/irq/apic.h"

enum { LAPIC_LINT0, LAPIC_LINT1 };

/* Every pointer may be NULL. */
struct lapic_core {
	void *arg;
	void (*intr)(void *arg, bool level); /* something is deliverable */
	void (*nmi)(void *arg);
	void (*smi)(void *arg);
	void (*init)(void *arg);
	void (*startup)(void *arg, u8 vector);
	u64 (*tsc_time)(void *arg, u64 tsc); /* virtual time at which the time stamp counter reaches this value */
	void (*base)(void *arg, u64 apic_base); /* IA32_APIC_BASE changed */
	u8 (*inta)(struct dev *pic); /* the INTA cycles of an ExtINT ... */
	struct dev *pic;             /* ... go to this 8259 */
};

void lapic_connect(struct dev *d, const struct lapic_core *core);
/* What PC firmware leaves behind (virtual wire mode, MP specification 3.6.2.2): LINT0 = ExtINT, LINT1 = NMI,
 * enabled. For boards that boot without firmware: after a reset alone, LINT0 is masked. */
void lapic_virtual_wire(struct dev *d);

/* The processor takes an interrupt: its vector, or -1 if there is none. */
int lapic_ack(struct dev *d);
/* Task priority, as CR8 sees it times 16. */
u8 lapic_tpr(const struct dev *d);
void lapic_set_tpr(struct dev *d, u8 tpr);
/* IA32_APIC_BASE, IA32_TSC_DEADLINE and the x2APIC registers. False: not one of these, or it must raise #GP. */
bool lapic_msr_read(struct dev *d, u32 msr, u64 *value);
bool lapic_msr_write(struct dev *d, u32 msr, u64 value);
/* The time stamp counter was set: a deadline that is armed lies elsewhere now. */
void lapic_tsc_changed(struct dev *d);

/* ---- for the message bus (apic.c) ------------------------------------------------------------------------------- */

bool lapic_enabled(const struct dev *d);
u8 lapic_priority(const struct dev *d);
bool lapic_matches(const struct dev *d, const struct apic_message *msg);
bool lapic_accept(struct dev *d, const struct apic_message *msg);

#endif
