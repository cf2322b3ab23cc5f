/* SPDX-License-Identifier: MIT */
/* The part of the generic timers that the processor can't be alone with: being told when a count is reached, and the
 * wires to the interrupt controller. Their registers are the processor's. Arm ARM D11. */
#ifndef DEVICES_TIME_ARM_TIMER_H
#define DEVICES_TIME_ARM_TIMER_H

#include "cpu/arm/arm.h"
#include "devices/dev.h"

/* Outputs, levels: enum arm_timer, and behind them the performance monitors' interrupt. */
enum { ARM_TIMER_OUT_PMU = ARM_TIMERS };

/* The processor whose timers these are. Fills struct arm_bus as far as time goes; its arg is d. */
void arm_timer_connect(struct dev *d, struct arm *c);

#endif
