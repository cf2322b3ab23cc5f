/* SPDX-License-Identifier: MIT */
/* List registers as KVM uses them: injecting, the guest's acknowledge and end, the physical interrupt behind it, saving
 * and restoring in mid-interrupt, maintenance. IHI 0069 chapter 6, ICH_*_EL2. */
#include <criterion/criterion.h>

#include "tests/unit/gic_rig.h"

#define PENDING BIT(62)
#define ACTIVE  BIT(63)
#define HW      BIT(61)
#define GROUP1  BIT(60)
#define EOI     BIT(41)
#define PRIORITY(p) ((u64)(p) << 48)
#define PHYSICAL(n) ((u64)(n) << 32)

static struct gic_rig rig;

/* The guest's interface is open for both groups. */
static void start(void)
{
	gic_rig_start(&rig);
	gic_rig_set(&rig, ICH_VMCR_EL2, 0xf84c0003);
	gic_rig_set(&rig, ICH_HCR_EL2, 1);
}

static void stop(void)
{
	gic_rig_stop(&rig);
}

TestSuite(gic_lr, .init = start, .fini = stop);

static u64 lr(unsigned n)
{
	return gic_rig_get(&rig, ICH_LR_EL2(n));
}

static void set_lr(unsigned n, u64 v)
{
	gic_rig_set(&rig, ICH_LR_EL2(n), v);
}

static bool virq(void)
{
	return rig.line[GIC_OUT_VIRQ];
}

static bool maintenance(void)
{
	return bit(gic_rig_mmio(&rig, GICR + SGI_FRAME + 0x200, 4), GIC_PPI_MAINTENANCE);
}

/* A timer's interrupt passed on to the guest: its end ends the physical one, which may then ask again. */
Test(gic_lr, hardware_interrupt)
{
	gic_rig_set(&rig, ICC_CTLR_EL1, 2); /* EOImode: the host only drops the priority */
	gic_rig_pin(&rig, GIC_PIN_PPI(0, GIC_PPI_TIMER_VIRT), true);
	cr_expect_eq(gic_rig_get(&rig, ICC_IAR1_EL1), 27u);
	gic_rig_set(&rig, ICC_EOIR1_EL1, 27);
	cr_expect_not(rig.line[GIC_OUT_IRQ]);
	set_lr(0, PENDING | HW | GROUP1 | PRIORITY(0xa0) | PHYSICAL(27) | 27);
	cr_expect(virq());
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_IAR1_EL1), 27u);
	cr_expect_not(virq());
	cr_expect_eq(lr(0), ACTIVE | HW | GROUP1 | PRIORITY(0xa0) | PHYSICAL(27) | 27);
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_RPR_EL1), 0xa0u);
	cr_expect_eq(gic_rig_get(&rig, ICC_RPR_EL1), 0xffu);
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 27);
	cr_expect_eq(lr(0) & (PENDING | ACTIVE), 0u);
	cr_expect(rig.line[GIC_OUT_IRQ], "the level is still there");
	gic_rig_pin(&rig, GIC_PIN_PPI(0, GIC_PPI_TIMER_VIRT), false);
	cr_expect_not(rig.line[GIC_OUT_IRQ]);
}

Test(gic_lr, pending_and_active)
{
	set_lr(0, PENDING | ACTIVE | GROUP1 | PRIORITY(0xa0) | 40);
	cr_expect_not(virq(), "not again before it has ended");
	gic_rig_set(&rig, ICH_AP1R0_EL2, 1u << (0xa0 >> 3));
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 40);
	cr_expect_eq(lr(0) & (PENDING | ACTIVE), PENDING);
	cr_expect(virq());
}

/* Save all of it in mid-interrupt, run another guest, restore. */
Test(gic_lr, switching_guests)
{
	u64 vmcr, apr, saved;

	set_lr(0, PENDING | GROUP1 | PRIORITY(0x40) | 50);
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_IAR1_EL1), 50u);
	saved = lr(0);
	vmcr = gic_rig_get(&rig, ICH_VMCR_EL2);
	apr = gic_rig_get(&rig, ICH_AP1R0_EL2);
	cr_expect_eq(apr, 1u << 8);
	gic_rig_set(&rig, ICH_AP1R0_EL2, 0);
	set_lr(0, PENDING | GROUP1 | PRIORITY(0x80) | 51);
	cr_expect(virq(), "the other guest has nothing running");
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_IAR1_EL1), 51u);
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 51);
	gic_rig_set(&rig, ICH_VMCR_EL2, vmcr);
	gic_rig_set(&rig, ICH_AP1R0_EL2, apr);
	set_lr(0, saved);
	set_lr(1, PENDING | GROUP1 | PRIORITY(0x80) | 52);
	cr_expect_not(virq());
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 50);
	cr_expect(virq());
}

/* What overflowed the list registers is counted at its end, but not an LPI or the drop alone. */
Test(gic_lr, eoi_count)
{
	for (unsigned n = 0; n < 4; n++)
		gic_rig_set(&rig, ICH_AP1R0_EL2, 0xf), gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 60 + n);
	cr_expect_eq(gic_rig_get(&rig, ICH_HCR_EL2) >> 27, 4u);
	gic_rig_set(&rig, ICH_AP1R0_EL2, 1);
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 8192);
	cr_expect_eq(gic_rig_get(&rig, ICH_HCR_EL2) >> 27, 4u);
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 60);
	cr_expect_eq(gic_rig_get(&rig, ICH_HCR_EL2) >> 27, 4u, "nothing was active");
	gic_rig_guest_set(&rig, ICC_CTLR_EL1, 2);
	gic_rig_set(&rig, ICH_AP1R0_EL2, 1);
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 60);
	cr_expect_eq(gic_rig_get(&rig, ICH_HCR_EL2) >> 27, 4u);
	gic_rig_guest_set(&rig, ICC_DIR_EL1, 60);
	cr_expect_eq(gic_rig_get(&rig, ICH_HCR_EL2) >> 27, 5u);
	cr_expect_not(maintenance());
	gic_rig_set(&rig, ICH_HCR_EL2, 5ull << 27 | 4 | 1);
	cr_expect(maintenance());
	gic_rig_set(&rig, ICH_HCR_EL2, 4 | 1);
	cr_expect_not(maintenance());
}

Test(gic_lr, end_of_interrupt_maintenance)
{
	set_lr(2, PENDING | GROUP1 | EOI | PRIORITY(0x80) | 40);
	cr_expect_eq(gic_rig_get(&rig, ICH_ELRSR_EL2), 0xbu);
	gic_rig_guest_get(&rig, ICC_IAR1_EL1);
	cr_expect_not(maintenance());
	gic_rig_guest_set(&rig, ICC_EOIR1_EL1, 40);
	cr_expect_eq(gic_rig_get(&rig, ICH_EISR_EL2), 4u);
	cr_expect_eq(gic_rig_get(&rig, ICH_MISR_EL2), 1u);
	cr_expect_eq(gic_rig_get(&rig, ICH_ELRSR_EL2), 0xbu);
	cr_expect(maintenance());
	cr_expect_eq(gic_rig_get(&rig, ICC_IAR1_EL1), (u64)GIC_PPI_MAINTENANCE);
	set_lr(2, 0);
	cr_expect_not(maintenance());
}

/* One register for each view of the same name; the physical ones are untouched by the guest. */
Test(gic_lr, views)
{
	gic_rig_guest_set(&rig, ICC_PMR_EL1, 0x50);
	gic_rig_guest_set(&rig, ICC_BPR0_EL1, 5);
	gic_rig_guest_set(&rig, ICC_IGRPEN0_EL1, 0);
	cr_expect_eq(gic_rig_get(&rig, ICC_PMR_EL1), 0xf0u);
	cr_expect_eq(gic_rig_get(&rig, ICC_BPR0_EL1), 2u);
	cr_expect_eq(gic_rig_get(&rig, ICC_IGRPEN0_EL1), 1u);
	cr_expect_eq(gic_rig_get(&rig, ICH_VMCR_EL2), 0x50ac000au);
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_SRE_EL1), 7u);
	gic_rig_guest_set(&rig, ICC_SGI1R_EL1, 9u << 24 | 1);
	cr_expect_not(rig.line[GIC_OUT_IRQ], "EL2 sends SGIs for it");
	gicv3_icc_write(rig.gic, 1, ICH_LR_EL2(0), 2, false, PENDING | GROUP1 | 40);
	gicv3_icc_write(rig.gic, 1, ICH_VMCR_EL2, 2, false, 0xf84c0003);
	gicv3_icc_write(rig.gic, 1, ICH_HCR_EL2, 2, false, 1);
	cr_expect(rig.line[GIC_OUT(1, GIC_OUT_VIRQ)]);
	cr_expect_not(virq());
}

/* A reserved INTID is handed out once and never becomes active. */
Test(gic_lr, reserved_intid)
{
	set_lr(0, PENDING | GROUP1 | PRIORITY(0x80) | 1021);
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_IAR1_EL1), 1021u);
	cr_expect_eq(lr(0), GROUP1 | PRIORITY(0x80) | 1021);
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_RPR_EL1), 0xffu);
	cr_expect_not(virq());
}

Test(gic_lr, interface_off)
{
	set_lr(0, PENDING | GROUP1 | PRIORITY(0x80) | 40);
	cr_expect(virq());
	gic_rig_set(&rig, ICH_HCR_EL2, 0);
	cr_expect_not(virq());
	cr_expect_eq(gic_rig_guest_get(&rig, ICC_IAR1_EL1), 1023u);
	cr_expect_eq(lr(0) & PENDING, PENDING);
}
