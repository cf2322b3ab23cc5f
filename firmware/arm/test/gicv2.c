/* SPDX-License-Identifier: MIT */
/*
 * What only GICv2 has: targets, the software interrupt register with its filters, the CPU interface in memory, groups
 * as IRQ and FIQ where they are implemented (IHI 0048, 4.3, 4.4). Then what only GICv3 has: redistributor, system
 * registers, group 0 as FIQ, affinity routing (IHI 0069, chapter 12).
 */
#include "firmware/arm/test/gic.h"
#include "firmware/arm/test/suites.h"

static void note_fiq(struct frame *f)
{
	test_state.word[20] = f->vector;
	if (boot_state.gicv3) {
		test_state.word[21] = MRS(s3_0_c12_c8_0); /* ICC_IAR0_EL1 */
		MSR(s3_0_c12_c8_1, test_state.word[21]);
	} else {
		test_state.word[21] = read32(GICC_BASE + GICC_IAR);
		write32(GICC_BASE + GICC_EOIR, (u32)test_state.word[21]);
	}
}

static void fiq_window(void)
{
	__asm__ volatile("msr daifclr, #1\n\tnop\n\tnop\n\tmsr daifset, #1" : : : "memory");
}

static void check_groups_v2(void)
{
	write32(gic_bits(GICD_IGROUPR, 40), 1 << 8);
	if (!gic_test(GICD_IGROUPR, 40)) {
		check_skip("groups");
		return;
	}
	write32(GICC_BASE + GICC_CTLR, 0xb); /* both groups, group 0 as FIQ */
	trap_set(SLOT_FIQ, note_fiq);
	gic_edge(41, true);
	gic_enable(41, 0x80);
	gic_pend(41);
	check("group-0-isr", MRS(isr_el1), SPSR_F);
	fiq_window();
	check("group-0-fiq", test_state.word[20] << 16 | test_state.word[21], 6 << 16 | 41);
	gic_edge(40, true);
	gic_enable(40, 0x80);
	gic_pend(40);
	check("group-1-isr", MRS(isr_el1), SPSR_I);
	check("group-1-by-iar", gic_ack(), 1022); /* AckCtl is 0: it is to be acknowledged through GICC_AIAR */
	check("group-1-by-aiar", read32(GICC_BASE + 0x20), 40);
	write32(GICC_BASE + 0x24, 40); /* GICC_AEOIR */
	check("group-1-ended", gic_test(GICD_ISACTIVER, 40), 0);
	write32(gic_bits(GICD_IGROUPR, 40), 0);
	trap_set(SLOT_FIQ, NULL);
}

/* With one processor all of GICD_ITARGETSR is RAZ/WI (4.3.12), and it is the target of everything. */
static void check_targets(void)
{
	u32 want = read32(GICD_BASE + GICD_TYPER) >> 5 & 7 ? 1 : 0;

	check("targets-banked", read8(GICD_BASE + GICD_ITARGETSR + 5), want);
	write8(GICD_BASE + GICD_ITARGETSR + 5, 0xfe);
	check("targets-banked-read-only", read8(GICD_BASE + GICD_ITARGETSR + 5), want);
	gic_edge(40, true);
	gic_enable(40, 0x80);
	write8(gic_bytes(GICD_ITARGETSR, 40), 0);
	gic_pend(40);
	check("no-target", gic_highest(), want ? GIC_SPURIOUS : 40);
	write8(gic_bytes(GICD_ITARGETSR, 40), 1);
	check("target", gic_highest(), 40);
	gic_write(GICD_ICPENDR, 40);
}

static u32 active_priorities(void)
{
	u32 any = 0;

	for (u32 n = 0; n < 4; n++)
		any |= read32(GICC_BASE + GICC_APR + 4 * n);
	return any;
}

void suite_gicv2(void)
{
	if (boot_state.gicv3) {
		check_skip("this is a GICv3");
		return;
	}
	gic_init();
	check_targets();
	gic_enable(2, 0x80);
	write32(GICD_BASE + GICD_SGIR, 0 << 24 | 1 << 16 | 2);
	check("sgi-by-list", gic_ack(), 2);
	gic_eoi(2);
	write32(GICD_BASE + GICD_SGIR, 0 << 24 | 2 << 16 | 2);
	check("sgi-to-nobody", gic_ack(), GIC_SPURIOUS);
	write32(GICD_BASE + GICD_SGIR, 1 << 24 | 2);
	check("sgi-to-others", gic_ack(), GIC_SPURIOUS);
	write8(GICD_BASE + GICD_SPENDSGIR + 2, 1);
	check("sgi-pending-source", read8(GICD_BASE + GICD_CPENDSGIR + 2), 1);
	write8(GICD_BASE + GICD_CPENDSGIR + 2, 1);
	check("sgi-withdrawn", gic_ack(), GIC_SPURIOUS);
	gic_sgi(2);
	check("iar-with-source", read32(GICC_BASE + GICC_IAR), 2);
	check_true("apr", active_priorities() != 0);
	gic_eoi(2);
	check("apr-after", active_priorities(), 0);
	write32(GICC_BASE + GICC_CTLR, 0);
	gic_sgi(2);
	check("interface-off", MRS(isr_el1), 0);
	write32(GICC_BASE + GICC_CTLR, 3);
	check("interface-on", MRS(isr_el1), SPSR_I);
	check("interface-on-acknowledge", gic_ack(), 2);
	gic_eoi(2);
	check_groups_v2();
	gic_init();
}

/* ---- GICv3 ------------------------------------------------------------------------------------------------------- */

static void check_redistributor(void)
{
	u64 typer = read64(GICR_BASE + GICR_TYPER);

	check("typer-last", typer >> 4 & 1, 1);
	check("typer-affinity", typer >> 32, (MRS(mpidr_el1) >> 8 & 0xff000000) | (MRS(mpidr_el1) & 0xffffff));
	check("architecture", read32(GICR_BASE + 0xffe8) >> 4 & 15, 3);
	check("awake", read32(GICR_BASE + GICR_WAKER) & 6, 0);
	write32(GICD_BASE + GICD_ISENABLER, 0xffff);
	check("banked-only-there", read32(GICD_BASE + GICD_ISENABLER), 0);
	check("sre", MRS(s3_0_c12_c12_5) & 1, 1);
	check("distributor-are", read32(GICD_BASE + GICD_CTLR) >> 4 & 1, 1);
	check_range("priority-bits", MRS(s3_0_c12_c12_4) >> 8 & 7, 4, 7);
}

static void check_system_registers(void)
{
	gic_enable(4, 0x40);
	gic_sgi(4);
	check("hppir", MRS(s3_0_c12_c12_2), 4);
	check("iar", MRS(s3_0_c12_c12_0), 4);
	check_true("ap1r0", MRS(s3_0_c12_c9_0) != 0);
	check("rpr", MRS(s3_0_c12_c11_3), 0x40);
	MSR(s3_0_c12_c12_1, 4);
	check("ap1r0-after", MRS(s3_0_c12_c9_0), 0);
	MSR(s3_0_c12_c11_5, BIT(40) | 4ull << 24); /* ICC_SGI1R_EL1.IRM: all but this one */
	check("sgi-to-others", MRS(s3_0_c12_c12_0), GIC_SPURIOUS);
	MSR(s3_0_c12_c11_5, 1ull << 16 | 4ull << 24 | 1); /* another cluster */
	check("sgi-elsewhere", MRS(s3_0_c12_c12_0), GIC_SPURIOUS);
	MSR(s3_0_c12_c11_5, 4ull << 24 | 2); /* another processor of this one */
	check("sgi-to-neighbour", MRS(s3_0_c12_c12_0), GIC_SPURIOUS);
	MSR(s3_0_c12_c12_7, 0); /* ICC_IGRPEN1_EL1 */
	gic_sgi(4);
	check("group-1-off", MRS(isr_el1), 0);
	MSR(s3_0_c12_c12_7, 1);
	check("group-1-on", MRS(s3_0_c12_c12_0), 4);
	MSR(s3_0_c12_c12_1, 4);
	MSR(s3_0_c4_c6_0, 0xff);
	check("pmr-upper-bits", MRS(s3_0_c4_c6_0) & 0xf0, 0xf0);
}

static void check_group_0(void)
{
	trap_set(SLOT_FIQ, note_fiq);
	write32(gic_bits(GICD_IGROUPR, 0), ~(1u << 6));
	gic_enable(6, 0x40);
	MSR(s3_0_c12_c12_6, 1); /* ICC_IGRPEN0_EL1 */
	gic_pend(6);
	check("group-0-isr", MRS(isr_el1), SPSR_F);
	check("group-0-not-by-iar1", MRS(s3_0_c12_c12_0) > 1019, 1);
	fiq_window();
	check("group-0-fiq", test_state.word[20] << 16 | test_state.word[21], 6 << 16 | 6);
	MSR(s3_0_c12_c11_7, 6ull << 24 | 1); /* ICC_SGI0R_EL1 */
	check("sgi0r-isr", MRS(isr_el1), SPSR_F);
	fiq_window();
	gic_sgi(6); /* through ICC_SGI1R_EL1 a group 0 interrupt is not made pending */
	check("sgi1r-of-group-0", MRS(isr_el1), 0);
	MSR(s3_0_c12_c12_6, 0);
	write32(gic_bits(GICD_IGROUPR, 0), ~0u);
	trap_set(SLOT_FIQ, NULL);
}

static void check_affinity(void)
{
	gic_edge(40, true);
	gic_enable(40, 0x80);
	write64(GICD_BASE + GICD_IROUTER + 8 * 40, 0x100);
	gic_pend(40);
	check("routed-elsewhere", gic_highest(), GIC_SPURIOUS);
	write64(GICD_BASE + GICD_IROUTER + 8 * 40, BIT(31));
	check("routed-to-any", gic_highest(), 40);
	gic_write(GICD_ICPENDR, 40);
	write64(GICD_BASE + GICD_IROUTER + 8 * 40, MRS(mpidr_el1) & 0xff00ffffff);
}

SNIPPET(read_gicc, MARK "mrs x3, s3_0_c12_c12_0")

void suite_gicv3(void)
{
	if (!boot_state.gicv3) {
		check_skip("this is a GICv2");
		check_trap("no-system-registers", trap_catch(read_gicc, NULL), ESR(EC_UNKNOWN, 0), 0);
		return;
	}
	gic_init();
	check_redistributor();
	check_system_registers();
	check_group_0();
	check_affinity();
	gic_init();
}
