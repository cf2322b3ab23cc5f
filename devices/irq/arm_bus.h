/* SPDX-License-Identifier: MIT */
/* Solders an ARM processor to its interrupt controller and its timers. */
#ifndef DEVICES_IRQ_ARM_BUS_H
#define DEVICES_IRQ_ARM_BUS_H

#include "devices/machine.h"

/* From a board's wire(): fills the processor's struct arm_bus but for `firmware`, with the timer as its arg; connects
 * the controller's outputs, and the timers' to its private inputs. */
void arm_bus_connect(struct machine *m, struct dev *gic, struct dev *timer);

#endif
