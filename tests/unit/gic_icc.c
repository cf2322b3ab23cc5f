/* SPDX-License-Identifier: MIT */
/* The GICv3's system registers as the processor calls them: which exist, what they do to the lines, each processor's
 * own interface, and that nothing is lost over a snapshot. IHI 0069 chapters 4 and 12.2. */
#include <criterion/criterion.h>

#include "tests/unit/gic_rig.h"

#include <stdlib.h>

static struct gic_rig rig;

static void start(void)
{
	gic_rig_start(&rig);
}

static void stop(void)
{
	gic_rig_stop(&rig);
}

TestSuite(gic_icc, .init = start, .fini = stop);

static u64 icc(u32 sysreg)
{
	return gic_rig_get(&rig, sysreg);
}

static void set_icc(u32 sysreg, u64 v)
{
	gic_rig_set(&rig, sysreg, v);
}

Test(gic_icc, existence)
{
	cr_expect(gicv3_icc_exists(ICC_IAR1_EL1));
	cr_expect(gicv3_icc_exists(ICC_SRE_EL2));
	cr_expect(gicv3_icc_exists(ICC_AP0R0_EL1));
	cr_expect_not(gicv3_icc_exists(SYSREG(0, 12, 8, 5)), "ICC_AP0R1_EL1: 5 bits of preemption need one register");
	cr_expect_not(gicv3_icc_exists(SYSREG(0, 12, 9, 1)));
	cr_expect(gicv3_icc_exists(ICH_LR_EL2(3)));
	cr_expect_not(gicv3_icc_exists(ICH_LR_EL2(4)), "four list registers");
	cr_expect_not(gicv3_icc_exists(SYSREG(6, 12, 12, 4)), "ICC_CTLR_EL3");
	cr_expect_not(gicv3_icc_exists(SYSREG(0, 12, 0, 0)), "VBAR_EL1 is not ours");
	cr_expect_eq(icc(SYSREG(0, 12, 8, 5)), 0u);
	set_icc(SYSREG(0, 12, 8, 5), ~0ull);
	cr_expect_eq(icc(ICC_AP0R0_EL1), 0u);
}

Test(gic_icc, write_only_and_read_only)
{
	gic_rig_pin(&rig, 1, true);
	cr_expect_eq(icc(ICC_EOIR1_EL1), 0u);
	cr_expect_eq(icc(ICC_SGI1R_EL1), 0u);
	set_icc(ICC_IAR1_EL1, 33);
	set_icc(ICC_RPR_EL1, 0);
	cr_expect_eq(icc(ICC_RPR_EL1), 0xffu);
	cr_expect_eq(icc(ICC_HPPIR1_EL1), 33u);
}

Test(gic_icc, acknowledge_and_end)
{
	gic_rig_pin(&rig, 1, true);
	cr_expect(rig.line[GIC_OUT_IRQ]);
	cr_expect_not(rig.line[GIC_OUT(1, GIC_OUT_IRQ)]);
	cr_expect_eq(icc(ICC_IAR1_EL1), 33u);
	cr_expect_not(rig.line[GIC_OUT_IRQ]);
	cr_expect_eq(icc(ICC_IAR1_EL1), 1023u);
	cr_expect_eq(icc(ICC_RPR_EL1), 0x80u);
	cr_expect_eq(icc(ICC_AP1R0_EL1), 1u << 16);
	gic_rig_pin(&rig, 1, false);
	set_icc(ICC_EOIR1_EL1, 33);
	cr_expect_eq(icc(ICC_RPR_EL1), 0xffu);
	cr_expect_not(rig.line[GIC_OUT_IRQ]);
}

/* Every SPI, lowest INTID first, through all nine words of the bitmaps. */
Test(gic_icc, every_spi)
{
	for (unsigned n = 0; n < GIC_SPIS; n++)
		gic_rig_pin(&rig, n, true);
	for (unsigned n = 0; n < GIC_SPIS; n++) {
		cr_assert_eq(icc(ICC_IAR1_EL1), 32 + n);
		gic_rig_pin(&rig, n, false);
		set_icc(ICC_EOIR1_EL1, 32 + n);
		cr_assert_eq(rig.line[GIC_OUT_IRQ], n + 1 < GIC_SPIS);
	}
}

Test(gic_icc, preemption_nests)
{
	static const u8 priority[] = {0xe8, 0xa0, 0x78, 0x40, 0x08, 0};

	for (unsigned n = 0; n < countof(priority); n++) {
		gic_rig_mmio_set(&rig, GICD + 0x400 + 32 + n, 1, priority[n]);
		gic_rig_pin(&rig, n, true);
		cr_expect(rig.line[GIC_OUT_IRQ]);
		cr_expect_eq(icc(ICC_IAR1_EL1), 32 + n);
		cr_expect_eq(icc(ICC_RPR_EL1), priority[n]);
	}
	for (unsigned n = countof(priority); n-- > 0;) {
		cr_expect_eq(icc(ICC_RPR_EL1), priority[n]);
		gic_rig_pin(&rig, n, false);
		set_icc(ICC_EOIR1_EL1, 32 + n);
	}
	cr_expect_eq(icc(ICC_RPR_EL1), 0xffu);
}

/* The most urgent priority that the mask could let through still has to be below it: f8 never is. */
Test(gic_icc, lowest_priority_is_masked)
{
	set_icc(ICC_PMR_EL1, 0xff);
	gic_rig_mmio_set(&rig, GICD + 0x400 + 33, 1, 0xff);
	gic_rig_pin(&rig, 1, true);
	cr_expect_not(rig.line[GIC_OUT_IRQ]);
	gic_rig_mmio_set(&rig, GICD + 0x400 + 33, 1, 0xf0);
	cr_expect(rig.line[GIC_OUT_IRQ]);
}

/* A group that the interface has off does not stand in the other's way. */
Test(gic_icc, disabled_group_is_passed_over)
{
	gic_rig_mmio_set(&rig, GICD + 0x84, 4, ~2u);
	gic_rig_mmio_set(&rig, GICD + 0x400 + 33, 1, 0);
	gic_rig_pin(&rig, 1, true);
	gic_rig_pin(&rig, 2, true);
	cr_expect(rig.line[GIC_OUT_FIQ]);
	cr_expect_not(rig.line[GIC_OUT_IRQ]);
	set_icc(ICC_IGRPEN0_EL1, 0);
	cr_expect_not(rig.line[GIC_OUT_FIQ]);
	cr_expect(rig.line[GIC_OUT_IRQ]);
	cr_expect_eq(icc(ICC_IAR0_EL1), 1023u);
	cr_expect_eq(icc(ICC_IAR1_EL1), 34u);
}

Test(gic_icc, interfaces_are_separate)
{
	gicv3_icc_write(rig.gic, 1, ICC_PMR_EL1, 1, false, 0);
	set_icc(ICC_SGI1R_EL1, 9u << 24 | 3);
	cr_expect(rig.line[GIC_OUT_IRQ]);
	cr_expect_not(rig.line[GIC_OUT(1, GIC_OUT_IRQ)]);
	gicv3_icc_write(rig.gic, 1, ICC_PMR_EL1, 1, false, 0xf0);
	cr_expect(rig.line[GIC_OUT(1, GIC_OUT_IRQ)]);
	cr_expect_eq(gicv3_icc_read(rig.gic, 1, ICC_IAR1_EL1, 1, false), 9u);
	cr_expect_eq(icc(ICC_RPR_EL1), 0xffu);
	cr_expect_eq(icc(ICC_IAR1_EL1), 9u);
	set_icc(ICC_EOIR1_EL1, 9);
	cr_expect_eq(gicv3_icc_read(rig.gic, 1, ICC_RPR_EL1, 1, false), 0x80u);
}

/* Routing is derived state: after loading it is there again, and a pin goes where it went. */
Test(gic_icc, snapshot)
{
	const struct dev_type *t = rig.gic->type;
	u8 *image = malloc(state_saved_size(t->state));
	u64 before;

	assert(image);
	gic_rig_mmio_set(&rig, GICD + 0x6000 + 8 * 40, 8, 1);
	gic_rig_pin(&rig, 1, true);
	cr_expect_eq(icc(ICC_IAR1_EL1), 33u);
	state_save(t->state, rig.gic->state, image);
	before = state_hash(t->state, rig.gic->state, STATE_HASH_INIT);
	machine_request_reset(rig.m, "test");
	t->reset(rig.gic);
	cr_expect_eq(icc(ICC_RPR_EL1), 0xffu);
	memset(rig.gic->state, 0xa5, t->state_size);
	state_load(t->state, rig.gic->state, image);
	t->loaded(rig.gic);
	cr_expect_eq(state_hash(t->state, rig.gic->state, STATE_HASH_INIT), before);
	cr_expect_eq(icc(ICC_RPR_EL1), 0x80u);
	gic_rig_pin(&rig, 8, true);
	cr_expect(rig.line[GIC_OUT(1, GIC_OUT_IRQ)]);
	free(image);
}

Test(gic_icc, reset_keeps_input_levels)
{
	gic_rig_pin(&rig, 1, true);
	rig.gic->type->reset(rig.gic);
	cr_expect_not(rig.line[GIC_OUT_IRQ]);
	cr_expect_eq(gic_rig_mmio(&rig, GICD + 0x204, 4), 2u);
	gic_rig_pin(&rig, 1, false);
	cr_expect_eq(gic_rig_mmio(&rig, GICD + 0x204, 4), 0u);
}
