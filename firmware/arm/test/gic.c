/* SPDX-License-Identifier: MIT */
/*
 * The interrupt controller, driven and checked as far as GICv2 and GICv3 do the same: states, priorities, masks,
 * preemption, the two EOI modes, vectors (IHI 0048 chapters 3 and 4, IHI 0069 chapters 4 and 12).
 */
#include "firmware/arm/test/gic.h"
#include "firmware/arm/test/suites.h"

_Static_assert(sizeof(struct gic_state) <= GIC_STATE_BYTES, "storage.S reserves less than gic_state");

#define ICC_PMR_EL1     s3_0_c4_c6_0
#define ICC_IAR1_EL1    s3_0_c12_c12_0
#define ICC_EOIR1_EL1   s3_0_c12_c12_1
#define ICC_HPPIR1_EL1  s3_0_c12_c12_2
#define ICC_BPR1_EL1    s3_0_c12_c12_3
#define ICC_DIR_EL1     s3_0_c12_c11_1
#define ICC_RPR_EL1     s3_0_c12_c11_3
#define ICC_SGI1R_EL1   s3_0_c12_c11_5
#define ICC_CTLR_EL1    s3_0_c12_c12_4
#define ICC_SRE_EL1     s3_0_c12_c12_5
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7
/* MRS and MSR want the name itself, not a macro. */
#define READ(name)     MRS(name)
#define WRITE(name, v) MSR(name, v)

/* ---- driving ----------------------------------------------------------------------------------------------------- */

static u64 bank(u32 id)
{
	return boot_state.gicv3 && id < 32 ? GICR_BASE + GICR_SGI : GICD_BASE;
}

u64 gic_bits(u32 offset, u32 id)
{
	return bank(id) + offset + id / 32 * 4;
}

u64 gic_bytes(u32 offset, u32 id)
{
	return bank(id) + offset + id;
}

bool gic_test(u32 offset, u32 id)
{
	return read32(gic_bits(offset, id)) >> id % 32 & 1;
}

void gic_write(u32 offset, u32 id)
{
	write32(gic_bits(offset, id), 1u << id % 32);
	dsb();
}

void gic_enable(u32 id, u32 priority)
{
	write8(gic_bytes(GICD_IPRIORITYR, id), priority);
	gic_write(GICD_ISENABLER, id);
}

void gic_disable(u32 id)
{
	gic_write(GICD_ICENABLER, id);
}

void gic_edge(u32 id, bool edge)
{
	u64 at = bank(id) + GICD_ICFGR + id / 16 * 4;
	u32 bit = 2u << id % 16 * 2;

	write32(at, edge ? read32(at) | bit : read32(at) & ~bit);
}

void gic_sgi(u32 id)
{
	if (boot_state.gicv3)
		WRITE(ICC_SGI1R_EL1, (u64)id << 24 | 1);
	else
		write32(GICD_BASE + GICD_SGIR, 2u << 24 | id);
	dsb();
}

void gic_pend(u32 id)
{
	if (!boot_state.gicv3 && id < 16)
		write8(GICD_BASE + GICD_SPENDSGIR + id, 1);
	else
		gic_write(GICD_ISPENDR, id);
	dsb();
}

u32 gic_ack(void)
{
	return boot_state.gicv3 ? (u32)READ(ICC_IAR1_EL1) : read32(GICC_BASE + GICC_IAR) & 0x3ff;
}

void gic_eoi(u32 id)
{
	if (boot_state.gicv3)
		WRITE(ICC_EOIR1_EL1, id);
	else
		write32(GICC_BASE + GICC_EOIR, id);
}

void gic_deactivate(u32 id)
{
	if (boot_state.gicv3)
		WRITE(ICC_DIR_EL1, id);
	else
		write32(GICC_BASE + GICC_DIR, id);
}

void gic_set_mask(u32 priority)
{
	if (boot_state.gicv3)
		WRITE(ICC_PMR_EL1, priority);
	else
		write32(GICC_BASE + GICC_PMR, priority);
}

void gic_set_split(bool on)
{
	if (boot_state.gicv3)
		WRITE(ICC_CTLR_EL1, on ? 2 : 0);
	else
		write32(GICC_BASE + GICC_CTLR, on ? 0x203 : 3);
}

void gic_set_binary_point(u32 n)
{
	if (boot_state.gicv3)
		WRITE(ICC_BPR1_EL1, n + 1); /* group 1's is one more for the same split */
	else
		write32(GICC_BASE + GICC_BPR, n);
}

u32 gic_running(void)
{
	return boot_state.gicv3 ? (u32)READ(ICC_RPR_EL1) : read32(GICC_BASE + GICC_RPR);
}

u32 gic_highest(void)
{
	return boot_state.gicv3 ? (u32)READ(ICC_HPPIR1_EL1) : read32(GICC_BASE + GICC_HPPIR) & 0x3ff;
}

void gic_forget(void)
{
	struct gic_state *s = &gic_state;

	for (u32 i = 0; i < GIC_IDS; i++)
		s->count[i] = 0;
	s->orders = s->spurious = 0;
}

void gic_window(void)
{
	irq_enable();
	__asm__ volatile("nop\n\tnop\n\tnop\n\tnop");
	irq_disable();
}

static void stop_tick(u32 id)
{
	(void)id;
	MSR(cntv_ctl_el0, 0);
}

bool gic_wait(bool (*done)(void), u64 us)
{
	enum { TICK = 10000 };

	gic_state.called[ID_TIMER_VIRT] = stop_tick;
	gic_enable(ID_TIMER_VIRT, 0xe0);
	for (u64 n = us / TICK + 1; n && !done(); n--) {
		MSR(cntv_tval_el0, ticks_of_us(TICK));
		MSR(cntv_ctl_el0, 1);
		wfi();
		gic_window();
	}
	gic_disable(ID_TIMER_VIRT);
	stop_tick(0);
	gic_state.called[ID_TIMER_VIRT] = NULL;
	return done();
}

static void take_irq(struct frame *f)
{
	struct gic_state *s = &gic_state;
	u32 id = gic_ack();

	s->vector = f->vector;
	s->spsr = f->spsr;
	if (id >= GIC_IDS) {
		s->spurious++;
		return;
	}
	s->count[id]++;
	s->order[s->orders % 32] = id;
	s->orders++;
	if (s->called[id])
		s->called[id](id);
	if (!s->keep)
		gic_eoi(id);
}

static void init_v3(void)
{
	u64 mpidr = MRS(mpidr_el1);

	write32(GICD_BASE + GICD_CTLR, 0x10);
	write32(GICD_BASE + GICD_CTLR, 0x13); /* ARE, both groups */
	write32(GICR_BASE + GICR_WAKER, 0);
	for (u32 tries = 1000; tries && read32(GICR_BASE + GICR_WAKER) & 4; tries--)
		;
	for (u32 id = 32; id < GIC_IDS; id++)
		write64(GICD_BASE + GICD_IROUTER + 8 * id, mpidr & 0xff00ffffff);
	WRITE(ICC_SRE_EL1, 7);
	WRITE(ICC_CTLR_EL1, 0);
	WRITE(ICC_BPR1_EL1, 0);
	WRITE(ICC_IGRPEN1_EL1, 1);
}

void gic_init(void)
{
	for (u32 id = 0; id < GIC_IDS; id++)
		gic_state.called[id] = NULL;
	gic_state.keep = false;
	if (boot_state.gicv3)
		init_v3();
	else
		write32(GICD_BASE + GICD_CTLR, 3);
	for (u32 id = 0; id < GIC_IDS; id += 32) {
		write32(gic_bits(GICD_ICENABLER, id), ~0u);
		write32(gic_bits(GICD_ICPENDR, id), ~0u);
		write32(gic_bits(GICD_ICACTIVER, id), ~0u);
		if (boot_state.gicv3)
			write32(gic_bits(GICD_IGROUPR, id), ~0u);
	}
	for (u32 id = 0; id < GIC_IDS; id++) {
		write8(gic_bytes(GICD_IPRIORITYR, id), 0xa0);
		if (!boot_state.gicv3 && id >= 32)
			write8(gic_bytes(GICD_ITARGETSR, id), 1);
	}
	if (!boot_state.gicv3)
		write32(GICC_BASE + GICC_CTLR, 3);
	gic_set_binary_point(0);
	gic_set_mask(0xff);
	gic_forget();
	trap_set(SLOT_IRQ, take_irq);
}

/* ---- states ------------------------------------------------------------------------------------------------------ */

static void check_identity(void)
{
	u64 pidr2 = boot_state.gicv3 ? GICD_BASE + 0xffe8 : GICD_BASE + 0xfe8;

	check("architecture", read32(pidr2) >> 4 & 15, boot_state.gicv3 ? 3 : 2);
	check_range("lines", read32(GICD_BASE + GICD_TYPER) & 31, 1, 31);
	check("idle-acknowledge", gic_ack(), GIC_SPURIOUS);
	check("idle-highest", gic_highest(), GIC_SPURIOUS);
	check("idle-running", gic_running(), 0xff);
}

static void check_registers(void)
{
	u32 id = 40;

	check("enable-clear", gic_test(GICD_ISENABLER, id), 0);
	gic_write(GICD_ISENABLER, id);
	check("enable-set", gic_test(GICD_ISENABLER, id) + gic_test(GICD_ICENABLER, id), 2);
	write32(gic_bits(GICD_ISENABLER, id), 0);
	check("enable-zero-does-nothing", gic_test(GICD_ISENABLER, id), 1);
	gic_write(GICD_ICENABLER, id);
	check("enable-cleared", gic_test(GICD_ISENABLER, id), 0);
	gic_edge(id, true);
	gic_pend(id);
	check("pending-set", gic_test(GICD_ISPENDR, id) + gic_test(GICD_ICPENDR, id), 2);
	check("disabled-not-offered", gic_highest(), GIC_SPURIOUS);
	gic_write(GICD_ICPENDR, id);
	check("pending-cleared", gic_test(GICD_ISPENDR, id), 0);
	write8(gic_bytes(GICD_IPRIORITYR, id), 0xff);
	check("priority-has-upper-bits", read8(gic_bytes(GICD_IPRIORITYR, id)) & 0xf0, 0xf0);
	write32(gic_bytes(GICD_IPRIORITYR, id), 0x10203040);
	check("priority-by-word", read8(gic_bytes(GICD_IPRIORITYR, id + 2)), 0x20);
	check("sgi-always-enabled-or-not", read32(gic_bits(GICD_ICFGR, 0)) & 0xaaaaaaaa, 0xaaaaaaaa);
	check("beyond-last-line", read32(GICD_BASE + GICD_ISENABLER + 0x7c), 0);
}

static void check_sgis(void)
{
	u64 wrong = 0;

	gic_forget();
	for (u32 id = 0; id < 16; id++)
		gic_enable(id, 0x80);
	for (u32 id = 0; id < 16; id++) {
		gic_sgi(id);
		gic_window();
		wrong |= gic_state.count[id] == 1 ? 0 : BIT(id);
	}
	check("sgi-each", wrong, 0);
	check("sgi-total", gic_state.orders, 16);
	check("no-spurious", gic_state.spurious, 0);
	check("vector-irq", gic_state.vector, 5);
	check("spsr-irq", gic_state.spsr & (SPSR_I | SPSR_M), SPSR_EL1H);
	gic_forget();
	for (u32 id = 16; id--;)
		gic_sgi(id);
	gic_window();
	for (u32 id = 0; id < 16; id++)
		wrong |= gic_state.order[id] != id;
	check("equal-priority-lowest-first", wrong, 0);
	gic_disable(3);
	gic_forget();
	if (gic_test(GICD_ISENABLER, 3)) { /* IMPLEMENTATION DEFINED in GICv2 */
		check_skip("sgi-disabled");
		return;
	}
	gic_sgi(3);
	gic_window();
	check("sgi-disabled", gic_state.count[3], 0);
	check("sgi-disabled-pending", gic_test(GICD_ISPENDR, 3), 1);
	gic_enable(3, 0x80);
	gic_window();
	check("sgi-enabled-later", gic_state.count[3], 1);
}

/* What the processor sees while PSTATE.I is set. */
static void check_masked(void)
{
	gic_forget();
	check("isr-idle", MRS(isr_el1), 0);
	gic_sgi(1);
	check("isr-pending", MRS(isr_el1), SPSR_I);
	wfi(); /* a pending interrupt ends it although it is masked */
	check("wfi-masked", gic_state.count[1], 0);
	gic_window();
	check("after-unmasking", gic_state.count[1], 1);
	check("isr-after", MRS(isr_el1), 0);
}

static void check_priorities(void)
{
	static const u8 priority[] = {0x90, 0x20, 0x70, 0x40, 0xb0, 0x10};
	static const u8 order[] = {5, 1, 3, 2, 0, 4};
	u64 wrong = 0;

	gic_forget();
	for (u32 id = 0; id < 6; id++)
		gic_enable(id, priority[id]);
	for (u32 id = 0; id < 6; id++)
		gic_sgi(id);
	check("highest-pending", gic_highest(), 5);
	gic_window();
	for (u32 n = 0; n < 6; n++)
		wrong |= gic_state.order[n] != order[n];
	check("priority-order", wrong, 0);
	gic_forget();
	gic_set_mask(0x40);
	gic_sgi(3);
	gic_window();
	check("mask-equal-priority", gic_state.count[3], 0);
	check("mask-isr", MRS(isr_el1), 0);
	check("mask-acknowledge", gic_ack(), GIC_SPURIOUS);
	gic_set_mask(0x50);
	gic_window();
	check("mask-lower", gic_state.count[3], 1);
	gic_set_mask(0);
	gic_sgi(5);
	gic_window();
	check("mask-0", gic_state.count[5], 0);
	gic_set_mask(0xff);
	gic_window();
	check("mask-open", gic_state.count[5], 1);
}

/* ---- preemption -------------------------------------------------------------------------------------------------- */

static void raise_two(u32 id)
{
	test_state.word[id] = gic_running();
	gic_sgi(1); /* more urgent */
	gic_sgi(2); /* as urgent as this one */
	gic_window();
	test_state.word[8] = gic_state.orders;
	test_state.word[9] = gic_running();
}

static void note_running(u32 id)
{
	test_state.word[id] = gic_running();
}

static void check_preemption(void)
{
	gic_forget();
	gic_enable(0, 0x80);
	gic_enable(1, 0x40);
	gic_enable(2, 0x80);
	gic_state.called[0] = raise_two;
	gic_state.called[1] = note_running;
	gic_sgi(0);
	gic_window();
	check("preempted-once", test_state.word[8], 2);
	check("preempted-by", gic_state.order[1], 1);
	check("not-by-equal", gic_state.order[2], 2);
	check("running-first", test_state.word[0], 0x80);
	check("running-second", test_state.word[1], 0x40);
	check("running-again", test_state.word[9], 0x80);
	check("running-after", gic_running(), 0xff);
	gic_forget();
	gic_set_binary_point(6); /* one bit of group priority: 0x40 is no more urgent than 0x60 */
	gic_enable(0, 0x60);
	gic_sgi(0);
	gic_window();
	check("binary-point-no-preemption", test_state.word[8], 1);
	check("binary-point-order", gic_state.order[1], 1);
	gic_set_binary_point(0);
	gic_state.called[0] = gic_state.called[1] = NULL;
}

/* ---- active and pending ------------------------------------------------------------------------------------------ */

static void check_active(void)
{
	u32 id = 41;

	gic_edge(id, true);
	gic_enable(id, 0x60);
	gic_pend(id);
	check("acknowledge", gic_ack(), id);
	check("active", gic_test(GICD_ISACTIVER, id) + gic_test(GICD_ICACTIVER, id), 2);
	check("no-longer-pending", gic_test(GICD_ISPENDR, id), 0);
	check("running", gic_running(), 0x60);
	gic_pend(id);
	check("active-and-pending", gic_test(GICD_ISPENDR, id) && gic_test(GICD_ISACTIVER, id), 1);
	check("not-again-while-active", gic_ack(), GIC_SPURIOUS);
	gic_eoi(id);
	check("ended-not-active", gic_test(GICD_ISACTIVER, id), 0);
	check("still-pending", gic_ack(), id);
	gic_eoi(id);
	gic_write(GICD_ISACTIVER, id);
	gic_pend(id);
	check("made-active-not-offered", gic_highest(), GIC_SPURIOUS);
	gic_write(GICD_ICACTIVER, id);
	check("made-inactive-offered", gic_highest(), id);
	gic_write(GICD_ICPENDR, id);
	check("withdrawn", gic_ack(), GIC_SPURIOUS);
	gic_eoi(GIC_SPURIOUS);
	check("end-of-spurious", gic_running(), 0xff);
}

static void check_split(void)
{
	u32 id = 41;

	gic_set_split(true);
	gic_pend(id);
	check("split-acknowledge", gic_ack(), id);
	gic_eoi(id);
	check("split-priority-dropped", gic_running(), 0xff);
	check("split-still-active", gic_test(GICD_ISACTIVER, id), 1);
	gic_pend(id);
	check("split-not-again", gic_highest(), GIC_SPURIOUS);
	gic_deactivate(id);
	check("split-deactivated", gic_test(GICD_ISACTIVER, id), 0);
	check("split-again", gic_ack(), id);
	gic_eoi(id);
	gic_deactivate(id);
	gic_set_split(false);
	gic_disable(id);
}

static void check_nested_ends(void)
{
	gic_edge(42, true);
	gic_edge(43, true);
	gic_enable(42, 0x80);
	gic_enable(43, 0x40);
	gic_pend(42);
	check("outer", gic_ack(), 42);
	gic_pend(43);
	check("inner", gic_ack(), 43);
	check("inner-running", gic_running(), 0x40);
	gic_eoi(43);
	check("outer-running", gic_running(), 0x80);
	gic_eoi(42);
	check("none-running", gic_running(), 0xff);
	gic_disable(42);
	gic_disable(43);
}

/* ---- enables, levels of privilege -------------------------------------------------------------------------------- */

static void check_distributor_off(void)
{
	u32 ctlr = read32(GICD_BASE + GICD_CTLR);

	gic_forget();
	gic_enable(1, 0x80);
	write32(GICD_BASE + GICD_CTLR, ctlr & ~3u);
	gic_sgi(1);
	gic_window();
	check("distributor-off", gic_state.count[1], 0);
	write32(GICD_BASE + GICD_CTLR, ctlr);
	gic_window();
	check("distributor-on", gic_state.count[1], 1);
}

SNIPPET(spin, "mov x1, #100\n1:\tsub x1, x1, #1\n\tcbnz x1, 1b")

static void check_from_user(void)
{
	gic_forget();
	gic_sgi(1);
	check_none("user", trap_user_spsr(spin, NULL, 0));
	check("user-masked", gic_state.count[1], 0);
	check_none("user-open", trap_go(&(struct trap_target){(u64)spin, 0, SPSR_EL0T | (SPSR_DAIF & ~SPSR_I)}));
	check("user-taken", gic_state.count[1], 1);
	check("user-vector", gic_state.vector, 9);
	check("user-spsr", gic_state.spsr & (SPSR_M | SPSR_I), SPSR_EL0T);
	gic_sgi(1);
	check_none("sp0", trap_go(&(struct trap_target){(u64)spin, 0, SPSR_EL1T | (SPSR_DAIF & ~SPSR_I)}));
	check("sp0-vector", gic_state.vector, 1);
}

/* HCR_EL2.IMO: to EL2, whatever PSTATE.I says at EL1. HCR_EL2.VI: a virtual one, to EL1. */
static u64 set_hcr(u64 v)
{
	u64 old = MRS(hcr_el2);

	MSR(hcr_el2, v);
	return old;
}

/* word[11] is HCR_EL2 as it should be afterwards. */
static void note_vector(struct frame *f)
{
	test_state.word[10] = f->vector << 8 | f->el;
	test_state.word[12] = f->spsr;
	if (f->el == 2)
		set_hcr(test_state.word[11]);
	else
		el2_call(set_hcr, test_state.word[11]);
}

static void check_routing(void)
{
	u64 hcr;

	if (boot_state.el != 2) {
		check_skip("routing to EL2");
		return;
	}
	hcr = el2_call(set_hcr, BIT(31));
	el2_call(set_hcr, hcr);
	test_state.word[11] = hcr;
	test_state.word[10] = 0;
	trap_set(SLOT_IRQ, note_vector);
	gic_sgi(1);
	el2_call(set_hcr, hcr | BIT(4));
	spin(NULL);
	check("imo-vector", test_state.word[10], 9 << 8 | 2);
	check("imo-was-masked", test_state.word[12] & SPSR_I, SPSR_I);
	check("imo-acknowledge", gic_ack(), 1);
	gic_eoi(1);
	el2_call(set_hcr, hcr | BIT(4) | BIT(7));
	check("virtual-isr", MRS(isr_el1), SPSR_I);
	gic_window();
	check("virtual-irq", test_state.word[10], 5 << 8 | 1);
}

void suite_gic(void)
{
	gic_init();
	check_identity();
	check_registers();
	gic_init();
	check_sgis();
	check_masked();
	check_priorities();
	gic_init();
	check_preemption();
	check_active();
	check_split();
	check_nested_ends();
	check_distributor_off();
	check_from_user();
	check_routing();
	gic_init();
}
