/* SPDX-License-Identifier: MIT */
/* 82371SB (PIIX3): PCI-to-ISA bridge, and the 82371AB's (PIIX4) power management. See piix3.c and piix4_pm.c. */
#ifndef DEVICES_BUS_PIIX3_H
#define DEVICES_BUS_PIIX3_H

#include "devices/dev.h"

/* The processor's FERR# and IGNNE#. */
enum { PIIX3_PIN_FERR };
enum { PIIX3_OUT_IGNNE };

/* Input PIRQ[A-D]#. */
struct line piix3_pirq(struct dev *d, unsigned n);
/* Where the 16 ISA interrupts go: PIRQs are routed onto these, or-ed with the ISA devices that use piix3_isa_irq. */
void piix3_connect(struct dev *d, const struct line isa[16]);
struct line piix3_isa_irq(struct dev *d, unsigned irq);
/* What firmware does: PIRQ A, B to interrupt 10, C, D to 11. */
void piix3_route(struct dev *d);
/* Port CF9h, inside the host bridge's doubleword. */
u8 piix3_rcr_read(struct dev *d);
void piix3_rcr_write(struct dev *d, u8 value);

/* The SCI wire, the SMI pin. */
void piix4_pm_connect(struct dev *d, struct line sci, struct line smi);
/* Does what ACPI firmware does: power-management ports at `base`. */
void piix4_pm_enable(struct dev *d, u16 base);
/* The power button was pressed. */
void piix4_pm_button(struct dev *d);

#endif
