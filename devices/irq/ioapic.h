/* SPDX-License-Identifier: MIT */
/* The I/O APIC: 24 inputs, each with a redirection entry. Pins 0-23 of the device are INTIN0-23. Lines are
 * logical: true is "asserted", whatever the entry's polarity bit says. Options of a row: id=N (0). */
#ifndef DEVICES_IRQ_IOAPIC_H
#define DEVICES_IRQ_IOAPIC_H

#include "devices/dev.h"

#define IOAPIC_PINS 24

/* A local APIC broadcast EOI for a level-triggered vector. */
void ioapic_eoi(struct dev *d, u8 vector);

#endif
