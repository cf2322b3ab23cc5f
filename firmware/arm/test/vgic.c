/* SPDX-License-Identifier: MIT */
/*
 * Virtual interrupts: list registers, the virtual CPU interface, hardware interrupts handed on, maintenance (IHI 0048
 * chapter 5, IHI 0069 chapter 6). GICv2 has it in memory (GICH, GICV), GICv3 in system registers of EL2, with the
 * ones of EL1 turned into virtual ones by HCR_EL2.IMO.
 */
#include "firmware/arm/test/gic.h"
#include "firmware/arm/test/suites.h"

enum { GICV_BASE = 0x08040000, GICH_HCR = 0x00, GICH_VTR = 0x04, GICH_VMCR = 0x08, GICH_MISR = 0x10, GICH_EISR = 0x20,
	GICH_ELRSR = 0x30, GICH_APR = 0xf0, GICH_LR = 0x100 };
enum { HCR_EN = 1, HCR_UIE = 2, HCR_NPIE = 8, MISR_EOI = 1, MISR_U = 2, MISR_NP = 8 };
enum { STATE_NONE, STATE_PENDING, STATE_ACTIVE, STATE_BOTH };
enum { ID_MAINTENANCE = 25 };

/* ---- one list register for both ---------------------------------------------------------------------------------- */

struct entry {
	u32 id, priority, state, physical; /* physical: 0: none */
	bool eoi;                          /* ask for maintenance at its end */
};

struct request {
	u32 n;
	u64 value;
};

static u64 write_lr(u64 arg)
{
	const struct request *r = phys(arg);

	if (r->n == 0)
		MSR(s3_4_c12_c12_0, r->value);
	else
		MSR(s3_4_c12_c12_1, r->value);
	return 0;
}

static u64 read_lr(u64 n)
{
	return n == 0 ? MRS(s3_4_c12_c12_0) : MRS(s3_4_c12_c12_1);
}

static void set_entry(u32 n, const struct entry *e)
{
	struct request r = {n, 0};

	if (boot_state.gicv3) {
		r.value = (u64)e->state << 62 | BIT(60) | (u64)e->priority << 48 | e->id;
		r.value |= e->physical ? BIT(61) | (u64)e->physical << 32 : (u64)e->eoi << 41;
		el2_call(write_lr, (u64)&r);
		return;
	}
	r.value = e->state << 28 | e->priority >> 3 << 23 | e->id;
	r.value |= e->physical ? BIT(31) | e->physical << 10 : (u64)e->eoi << 19;
	write32(GICH_BASE + GICH_LR + 4 * n, (u32)r.value);
}

static u32 entry_state(u32 n)
{
	if (boot_state.gicv3)
		return (u32)(el2_call(read_lr, n) >> 62);
	return read32(GICH_BASE + GICH_LR + 4 * n) >> 28 & 3;
}

/* ---- control ----------------------------------------------------------------------------------------------------- */

static u64 write_hcr(u64 v)
{
	MSR(s3_4_c12_c11_0, v);
	return 0;
}

static u64 read_status(u64 which)
{
	return which == GICH_VTR      ? MRS(s3_4_c12_c11_1)
		: which == GICH_MISR  ? MRS(s3_4_c12_c11_2)
		: which == GICH_EISR  ? MRS(s3_4_c12_c11_3)
		: which == GICH_ELRSR ? MRS(s3_4_c12_c11_5)
				      : MRS(s3_4_c12_c9_0);
}

static u64 write_vmcr(u64 v)
{
	MSR(s3_4_c12_c11_7, v);
	return 0;
}

static u64 set_imo(u64 on)
{
	u64 hcr = MRS(hcr_el2) & ~BIT(4);

	MSR(hcr_el2, on ? hcr | BIT(4) : hcr);
	return 0;
}

static u32 status(u32 which)
{
	return boot_state.gicv3 ? (u32)el2_call(read_status, which) : read32(GICH_BASE + which);
}

static void set_hcr(u32 v)
{
	if (boot_state.gicv3)
		el2_call(write_hcr, v);
	else
		write32(GICH_BASE + GICH_HCR, v);
}

/* Priority mask and the enable of the group that is used: 1 in GICv3, 0 in GICv2, where no group is told. */
static void set_vmcr(u32 mask)
{
	if (boot_state.gicv3)
		el2_call(write_vmcr, (u64)mask << 24 | 2);
	else
		write32(GICH_BASE + GICH_VMCR, mask >> 3 << 27 | 1);
}

static u32 virtual_ack(void)
{
	return boot_state.gicv3 ? gic_ack() : read32(GICV_BASE + GICC_IAR) & 0x3ff;
}

static void virtual_eoi(u32 id)
{
	if (boot_state.gicv3)
		gic_eoi(id);
	else
		write32(GICV_BASE + GICC_EOIR, id);
}

static u32 virtual_running(void)
{
	return boot_state.gicv3 ? gic_running() : read32(GICV_BASE + GICC_RPR);
}

/* ---- checks ------------------------------------------------------------------------------------------------------ */

static void check_one(void)
{
	const struct entry e = {.id = 50, .priority = 0x80, .state = STATE_PENDING};

	check("empty", status(GICH_ELRSR) & 3, 3);
	check("nothing-pending", MRS(isr_el1), 0);
	set_entry(0, &e);
	check("not-empty", status(GICH_ELRSR) & 3, 2);
	check("pending", MRS(isr_el1), SPSR_I);
	check("acknowledge", virtual_ack(), 50);
	check("active", entry_state(0), STATE_ACTIVE);
	check("running", virtual_running(), 0x80);
	check_true("active-priority", status(GICH_APR) != 0);
	check("no-longer-pending", MRS(isr_el1), 0);
	virtual_eoi(50);
	check("ended", entry_state(0), STATE_NONE);
	check("ended-empty", status(GICH_ELRSR) & 3, 3);
	check("ended-running", virtual_running(), 0xff);
	check("spurious", virtual_ack(), GIC_SPURIOUS);
}

static void check_masks(void)
{
	const struct entry e = {.id = 51, .priority = 0x80, .state = STATE_PENDING};

	set_entry(0, &e);
	set_hcr(0);
	check("interface-off", MRS(isr_el1), 0);
	set_hcr(HCR_EN);
	check("interface-on", MRS(isr_el1), SPSR_I);
	set_vmcr(0x80);
	check("mask-equal", MRS(isr_el1), 0);
	set_vmcr(0x88);
	check("mask-lower", MRS(isr_el1), SPSR_I);
	set_vmcr(0xf8);
	check("masks-acknowledge", virtual_ack(), 51);
	virtual_eoi(51);
}

static void check_two(void)
{
	const struct entry low = {.id = 52, .priority = 0xa0, .state = STATE_PENDING};
	const struct entry high = {.id = 53, .priority = 0x40, .state = STATE_PENDING};

	set_entry(0, &low);
	check("first", virtual_ack(), 52);
	set_entry(1, &high);
	check("preempts", MRS(isr_el1), SPSR_I);
	check("second", virtual_ack(), 53);
	check("second-running", virtual_running(), 0x40);
	virtual_eoi(53);
	check("first-running", virtual_running(), 0xa0);
	virtual_eoi(52);
	set_entry(0, &high);
	set_entry(1, &low);
	check("higher-first", virtual_ack(), 53);
	check("lower-does-not-preempt", MRS(isr_el1), 0);
	virtual_eoi(53);
	check("lower-then", virtual_ack(), 52);
	virtual_eoi(52);
}

/* The end of the virtual interrupt deactivates the physical one that is behind it. */
static void check_hardware(void)
{
	const struct entry e = {.id = 27, .priority = 0x80, .state = STATE_PENDING, .physical = 41};

	el2_call(set_imo, 0);
	gic_set_split(true);
	gic_edge(41, true);
	gic_enable(41, 0x80);
	gic_pend(41);
	check("physical-acknowledge", gic_ack(), 41);
	gic_eoi(41);
	check("physical-active", gic_test(GICD_ISACTIVER, 41), 1);
	el2_call(set_imo, 1);
	set_entry(0, &e);
	check("virtual-acknowledge", virtual_ack(), 27);
	check("physical-still-active", gic_test(GICD_ISACTIVER, 41), 1);
	virtual_eoi(27);
	check("physical-deactivated", gic_test(GICD_ISACTIVER, 41), 0);
	el2_call(set_imo, 0);
	gic_set_split(false);
	gic_disable(41);
	el2_call(set_imo, 1);
}

static void check_maintenance(void)
{
	const struct entry e = {.id = 54, .priority = 0x80, .state = STATE_PENDING, .eoi = true};
	const struct entry none = {0};

	set_entry(0, &e);
	check("maintenance-none", status(GICH_MISR), 0);
	check("eoi-acknowledge", virtual_ack(), 54);
	virtual_eoi(54);
	check("eoi-status", status(GICH_MISR) & MISR_EOI, MISR_EOI);
	check("eoi-which", status(GICH_EISR) & 3, 1);
	check("eoi-line", gic_test(GICD_ISPENDR, ID_MAINTENANCE), 1);
	set_entry(0, &none);
	check("eoi-status-gone", status(GICH_MISR), 0);
	check("eoi-line-gone", gic_test(GICD_ISPENDR, ID_MAINTENANCE), 0);
	set_hcr(HCR_EN | HCR_UIE);
	check("underflow", status(GICH_MISR), MISR_U);
	set_hcr(HCR_EN | HCR_NPIE);
	check("none-pending", status(GICH_MISR), MISR_NP);
	check("none-pending-line", gic_test(GICD_ISPENDR, ID_MAINTENANCE), 1);
	set_hcr(HCR_EN);
	check("all-quiet", status(GICH_MISR), 0);
}

static void take_virtual(struct frame *f)
{
	u32 id = virtual_ack();

	test_state.word[0] = f->vector << 16 | f->el << 8 | id;
	virtual_eoi(id);
}

static void check_delivery(void)
{
	const struct entry e = {.id = 55, .priority = 0x80, .state = STATE_PENDING};

	test_state.word[0] = 0;
	trap_set(SLOT_IRQ, take_virtual);
	set_entry(0, &e);
	wfi();
	check("masked", test_state.word[0], 0);
	gic_window();
	check("delivered", test_state.word[0], 5 << 16 | 1 << 8 | 55);
	trap_set(SLOT_IRQ, NULL);
}

void suite_vgic(void)
{
	if (boot_state.el != 2) {
		check_skip("started at EL1");
		return;
	}
	gic_init();
	el2_call(set_imo, 1);
	set_hcr(HCR_EN);
	set_vmcr(0xf8);
	check_range("list-registers", (status(GICH_VTR) & 31) + 1, 2, 16);
	check_one();
	check_masks();
	check_two();
	check_hardware();
	check_maintenance();
	check_delivery();
	set_hcr(0);
	el2_call(set_imo, 0);
	gic_init();
}
