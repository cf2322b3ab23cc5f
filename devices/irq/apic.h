/* SPDX-License-Identifier: MIT */
/* What travels between APICs: interrupt messages and end-of-interrupt broadcasts (Intel SDM vol. 3, chapter 11).
 * Whoever sends one names the machine; the receivers are found among its devices. */
#ifndef DEVICES_IRQ_APIC_H
#define DEVICES_IRQ_APIC_H

#include "devices/dev.h"

/* Delivery modes, as in the ICR, the local vector table, redirection entries and MSI data. */
enum apic_mode { APIC_FIXED, APIC_LOWEST, APIC_SMI, APIC_NMI = 4, APIC_INIT, APIC_SIPI, APIC_EXTINT };

struct apic_message {
	u32 dest;     /* 8 bits from an xAPIC, an I/O APIC or MSI; 32 bits in x2APIC mode */
	bool wide;    /* dest has 32 bits */
	bool logical; /* dest is a set, matched with LDR and DFR */
	bool level;   /* trigger mode: EOI is to be broadcast */
	u8 mode;      /* enum apic_mode */
	u8 vector;
	const struct dev *except; /* a local APIC that is left out, or NULL */
};

/* To whoever the destination means. False when no local APIC took it. */
bool apic_deliver(struct machine *m, const struct apic_message *msg);
/* The same for a message-signalled interrupt: a store to 0xFEExxxxx (SDM vol. 3, 11.11). */
bool apic_deliver_msi(struct machine *m, u64 address, u32 data);
/* A level-triggered interrupt was serviced: tells every I/O APIC. */
void apic_eoi(struct machine *m, u8 vector);

#endif
