/* SPDX-License-Identifier: MIT */
/* Builds what gic_rig.h describes: a machine of one row, opened up as a guest's driver would do it, so that each test
 * begins where interrupts flow. */
#include "tests/unit/gic_rig.h"

#include "devices/types.h"

static void line_changed(void *arg, unsigned pin, bool level)
{
	((struct gic_rig *)arg)->line[pin] = level;
}

void gic_rig_start(struct gic_rig *r)
{
	static const struct board_row rows[] = {
		{.type = &gicv3_type, .id = "gic", .at = AT_MEM, .base = GICD, .irq = -1, .opts = "cpus=2"},
		{0},
	};
	static const struct board board = {.name = "bench", .rows = rows};
	struct machine_config config = {.board = &board};
	struct err err;

	*r = (struct gic_rig){.m = machine_new(&config, &err)};
	assert(r->m);
	r->gic = dev_find(r->m, "gic");
	for (unsigned n = 0; n < 2 * GIC_OUTS; n++)
		dev_connect(r->gic, n, (struct line){line_changed, r, n});
	gic_rig_mmio_set(r, GICD, 4, 3);
	for (unsigned n = 1; n <= GIC_SPIS / 32; n++) {
		gic_rig_mmio_set(r, GICD + 0x80 + n * 4, 4, 0xffffffff);
		gic_rig_mmio_set(r, GICD + 0x100 + n * 4, 4, 0xffffffff);
	}
	for (unsigned n = 32; n < 32 + GIC_SPIS; n++)
		gic_rig_mmio_set(r, GICD + 0x400 + n, 1, 0x80);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		u64 frame = GICR + cpu * GICR_NEXT + SGI_FRAME;

		gic_rig_mmio_set(r, frame + 0x80, 4, 0xffffffff);
		gic_rig_mmio_set(r, frame + 0x100, 4, 0xffffffff);
		for (unsigned n = 0; n < 32; n++)
			gic_rig_mmio_set(r, frame + 0x400 + n, 1, 0x80);
		gicv3_icc_write(r->gic, cpu, ICC_PMR_EL1, 1, false, 0xf0);
		gicv3_icc_write(r->gic, cpu, ICC_IGRPEN0_EL1, 1, false, 1);
		gicv3_icc_write(r->gic, cpu, ICC_IGRPEN1_EL1, 1, false, 1);
	}
}

void gic_rig_stop(struct gic_rig *r)
{
	machine_free(r->m);
}

void gic_rig_pin(struct gic_rig *r, unsigned pin, bool level)
{
	struct line line = dev_pin(r->gic, pin);

	line_set(&line, level);
}

u64 gic_rig_mmio(struct gic_rig *r, u64 addr, unsigned size)
{
	return space_read(&r->m->memory, addr, size);
}

void gic_rig_mmio_set(struct gic_rig *r, u64 addr, unsigned size, u64 v)
{
	space_write(&r->m->memory, addr, size, v);
}

u64 gic_rig_get(struct gic_rig *r, u32 sysreg)
{
	return gicv3_icc_read(r->gic, 0, sysreg, 2, false);
}

void gic_rig_set(struct gic_rig *r, u32 sysreg, u64 v)
{
	gicv3_icc_write(r->gic, 0, sysreg, 2, false, v);
}

u64 gic_rig_guest_get(struct gic_rig *r, u32 sysreg)
{
	return gicv3_icc_read(r->gic, 0, sysreg, 1, true);
}

void gic_rig_guest_set(struct gic_rig *r, u32 sysreg, u64 v)
{
	gicv3_icc_write(r->gic, 0, sysreg, 1, true, v);
}
