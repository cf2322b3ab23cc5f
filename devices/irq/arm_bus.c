/* SPDX-License-Identifier: MIT */
/* The pins between an ARM processor and its board: interrupt lines, the GICv3's system registers, timers. Private
 * interrupts as Arm's BSA and QEMU's virt number them. */
#include "devices/irq/arm_bus.h"

#include "devices/irq/gic.h"
#include "devices/time/arm_timer.h"
#include "devices/types.h"

static void set_line(void *arg, unsigned line, bool level)
{
	arm_set_line(arg, (enum arm_line)line, level);
}

static u64 icc_read(void *arg, u32 sysreg, unsigned el, bool virt)
{
	return gicv3_icc_read(((struct dev *)arg)->machine->gic, 0, sysreg, el, virt);
}

static void icc_write(void *arg, u32 sysreg, unsigned el, bool virt, u64 value)
{
	gicv3_icc_write(((struct dev *)arg)->machine->gic, 0, sysreg, el, virt, value);
}

static void bus_reset(void *arg)
{
	machine_request_reset(((struct dev *)arg)->machine, "RMR");
}

void arm_bus_connect(struct machine *m, struct dev *gic, struct dev *timer)
{
	static const struct {
		unsigned out, intid;
	} private[] = {
		{TIMER_PHYS, GIC_PPI_TIMER_PHYS}, {TIMER_VIRT, GIC_PPI_TIMER_VIRT}, {TIMER_HYP, GIC_PPI_TIMER_HYP},
		{TIMER_SEC, GIC_PPI_TIMER_SEC}, {ARM_TIMER_OUT_PMU, GIC_PPI_PMU},
	};
	struct arm *c = arm_from(m->cpu);

	m->gic = gic;
	arm_timer_connect(timer, c);
	for (unsigned line = 0; line < ARM_LINES; line++)
		dev_connect(gic, GIC_OUT(0, line), (struct line){set_line, c, line});
	for (unsigned k = 0; k < countof(private); k++)
		dev_connect(timer, private[k].out, dev_pin(gic, GIC_PIN_PPI(0, private[k].intid)));
	if (gic->type == &gicv3_type) {
		c->bus.icc_read = icc_read;
		c->bus.icc_write = icc_write;
	}
	c->bus.reset = bus_reset;
}
