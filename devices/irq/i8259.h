/* SPDX-License-Identifier: MIT */
/* One 8259A interrupt controller; a PC has two, the second cascaded into input 2 of the first. What a board needs to
 * wire them. Options of a row: elcr=PORT (edge/level register, none by default), elcr_mask=BITS (its writable bits). */
#ifndef DEVICES_IRQ_I8259_H
#define DEVICES_IRQ_I8259_H

#include "devices/dev.h"

/* Pins 0-7 are IR0-IR7. */
enum { I8259_OUT_INT };

/* The slave's INT feeds the master's IR2, and the master passes INTA on to it. Once, from the board's wire(). */
void i8259_cascade(struct dev *master, struct dev *slave);
/* Wire to interrupt 0-15 of the pair. */
struct line i8259_input(struct dev *master, unsigned irq);
/* The processor's INTA cycles: the vector, IR7's of the master or slave if the request has gone away (spurious). */
u8 i8259_ack(struct dev *master);

#endif
