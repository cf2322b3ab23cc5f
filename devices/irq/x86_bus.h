/* SPDX-License-Identifier: MIT */
/* Solders our x86 to its local APIC, the 8259 pair, the clock and the system-management view of memory. */
#ifndef DEVICES_IRQ_X86_BUS_H
#define DEVICES_IRQ_X86_BUS_H

#include "devices/machine.h"

/* From a board's wire(): fills the processor's struct x86_bus and the APIC's struct lapic_core, and connects the master
 * 8259's INT to LINT0. FERR# drives global interrupt 13, which the
 * board may latch; NMI from the monitor drives LINT1. */
void x86_bus_connect(struct machine *m, struct dev *lapic, struct dev *pic);

#endif
