/* SPDX-License-Identifier: MIT */
/* Between two instructions: interrupts, waiting for them, software step, breakpoints, and the checks that come before
 * an instruction begins. Arm ARM D1.3.5 (priorities), D1.3.6 (interrupts, masks and routing), D1.6 (WFI and WFE),
 * D2.8 and D2.12 (breakpoints, software step). */
#include "cpu/arm/sysreg.h"
#include "mem/base/log.h"

/* ---- interrupts ---------------------------------------------------------------------------------- */

struct interrupt {
	u8 target;
	bool virtual;
	enum arm_vector vector;
};

/* May an interrupt that SCR and HCR route with these bits be taken now? The level, or 0. A level above the present one
 * can't be masked; one below never interrupts. */
static unsigned routed(const struct arm *c, u64 scr, u64 hcr, u8 mask)
{
	unsigned target = 1;

	if (c->secure && (c->sys.scr & scr))
		target = 3;
	else if (arm_hcr(c) & (hcr | HCR_TGE))
		target = 2;
	if (target < c->el || ((target == c->el || target == 1) && (c->daif & mask)))
		return 0;
	return target;
}

static bool physical(const struct arm *c, struct interrupt *out)
{
	*out = (struct interrupt){0};
	if (c->serror) {
		out->target = (u8)routed(c, SCR_EA, HCR_AMO, DAIF_A);
		out->vector = VECTOR_SERROR;
	}
	if (!out->target && c->line[ARM_FIQ]) {
		out->target = (u8)routed(c, SCR_FIQ, HCR_FMO, DAIF_F);
		out->vector = VECTOR_FIQ;
	}
	if (!out->target && c->line[ARM_IRQ]) {
		out->target = (u8)routed(c, SCR_IRQ, HCR_IMO, DAIF_I);
		out->vector = VECTOR_IRQ;
	}
	return out->target;
}

static u64 virtual_lines(const struct arm *c)
{
	u64 hcr = arm_hcr(c), v = hcr & (HCR_VSE | HCR_VF | HCR_VI);

	if (!hcr || (hcr & HCR_TGE) || c->el >= 2)
		return 0;
	v |= (c->line[ARM_VFIQ] ? HCR_VF : 0) | (c->line[ARM_VIRQ] ? HCR_VI : 0);
	return v & ((hcr & HCR_AMO ? HCR_VSE : 0) | (hcr & HCR_FMO ? HCR_VF : 0) | (hcr & HCR_IMO ? HCR_VI : 0));
}

static bool virtual(const struct arm *c, struct interrupt *out)
{
	u64 v = virtual_lines(c);

	v &= ~((c->daif & DAIF_A ? HCR_VSE : 0) | (c->daif & DAIF_F ? HCR_VF : 0) | (c->daif & DAIF_I ? HCR_VI : 0));
	if (!v)
		return false;
	*out = (struct interrupt){.target = 1, .virtual = true};
	out->vector = v & HCR_VSE ? VECTOR_SERROR : v & HCR_VF ? VECTOR_FIQ : VECTOR_IRQ;
	return true;
}

/* Is anything asserted at all? The usual answer is no. */
static bool quiet(const struct arm *c)
{
	return !(c->line[ARM_IRQ] | c->line[ARM_FIQ] | c->line[ARM_VIRQ] | c->line[ARM_VFIQ] | c->serror) &&
	       !(c->sys.hcr & (HCR_VI | HCR_VF | HCR_VSE));
}

static bool pending(const struct arm *c, struct interrupt *out)
{
	return !quiet(c) && (physical(c, out) || virtual(c, out));
}

static void take_interrupt(struct arm *c, const struct interrupt *in)
{
	u32 iss = 0;

	if (in->vector == VECTOR_SERROR && in->virtual) {
		c->sys.hcr &= ~HCR_VSE;
		iss = (u32)c->sys.vsesr & 0x1ffffff;
	} else if (in->vector == VECTOR_SERROR) {
		c->serror = false;
	}
	arm_enter(c, in->target, in->vector, c->cpu.pc, EC_SERROR, iss);
	c->cpu.took = true;
}

/* ---- what the engine has to watch for ------------------------------------------------------------ */

static bool btype_due(const struct arm *c)
{
	return c->btype && c->btype_at == cpu_icount_now(&c->cpu) + (c->cpu.insn != NULL);
}

static u32 wanted(const struct arm *c)
{
	struct interrupt in;
	u32 events = 0;

	if (unlikely(c->sys.mdscr & (MDSCR_SS | MDSCR_MDE))) {
		if (arm_stepping(c))
			events |= EVENT_STEP | (c->ss ? 0 : EVENT_TRAP);
		if (arm_breakpoints_on(c))
			events |= EVENT_STEP;
	}
	if (unlikely(pending(c, &in)))
		events |= EVENT_IRQ;
	if (unlikely(c->il || btype_due(c)))
		events |= EVENT_TRAP;
	if (unlikely(c->waiting))
		events |= EVENT_WAIT;
	return events;
}

void arm_rearm(struct arm *c)
{
	u32 events = wanted(c);

	if (unlikely(events))
		cpu_kick(&c->cpu, events);
}

void arm_set_line(struct arm *c, enum arm_line line, bool level)
{
	struct interrupt in;

	c->line[line] = level;
	if (level && (c->waiting || pending(c, &in)))
		cpu_kick(&c->cpu, EVENT_IRQ);
}

/* ---- waiting ------------------------------------------------------------------------------------- */

/* D1.6.2: interrupts end the wait even if PSTATE masks them. */
static bool wakes(const struct arm *c)
{
	return c->line[ARM_IRQ] || c->line[ARM_FIQ] || c->serror || virtual_lines(c) || (c->wfe && c->event);
}

void arm_send_event(struct arm *c)
{
	c->event = true;
	if (c->waiting && c->wfe)
		cpu_kick(&c->cpu, EVENT_IRQ);
}

void arm_wait(struct arm *c, bool wfe)
{
	c->wfe = wfe;
	if (wakes(c)) {
		c->event &= !wfe;
		return;
	}
	c->waiting = true;
	if (wfe)
		arm_event_stream(c);
	cpu_kick(&c->cpu, EVENT_WAIT);
}

static void wake(struct arm *c)
{
	if (!c->waiting || !wakes(c))
		return;
	c->waiting = false;
	c->event &= !c->wfe;
}

/* ---- before the next instruction ----------------------------------------------------------------- */

static void take(struct arm *c, unsigned target, u32 ec, u32 iss)
{
	c->ex.has_far = false;
	arm_enter(c, target, VECTOR_SYNC, c->cpu.pc, ec, iss);
	c->cpu.took = true;
}

/* LDXR, LDAXR, LDXP, LDAXP: o2 0, L 1; with o1 but no size of a pair it is CASP. */
static bool is_load_exclusive(u32 word)
{
	return (word & 0x3fc00000) == 0x08400000 && (word & 0x80200000) != 0x00200000;
}

/* Faults of the fetch itself come before the rest (D1.3.5.6): it raises them. */
static void check_instruction(struct arm *c)
{
	struct fetch f;
	u32 word;

	c->cpu.ops->fetch(&c->cpu, c->cpu.pc, &f);
	word = load_le32(f.code);
	c->step_ex = is_load_exclusive(word);
	if (arm_breakpoint_at(c, c->cpu.pc))
		take(c, arm_debug_target(c), EC_BREAKPOINT, 0x22);
	else if (c->il)
		take(c, arm_sync_target(c), EC_ILLEGAL, 0);
	else if (arm_page_guarded(c, c->cpu.pc))
		arm_check_landing(c, c->cpu.pc, word);
}

static void attend(struct arm *c)
{
	bool stepping = (c->sys.mdscr & MDSCR_SS) && arm_stepping(c);
	struct interrupt in;

	if (stepping && !c->ss) {
		take(c, arm_debug_target(c), EC_STEP, (c->stepped ? 1u << 24 | (u32)c->step_ex << 6 : 0) | 0x22);
		return;
	}
	wake(c);
	if (pending(c, &in)) {
		take_interrupt(c, &in);
		return;
	}
	if (c->waiting)
		return;
	if (stepping || c->il || btype_due(c) || arm_breakpoints_on(c))
		check_instruction(c);
	c->step_armed = stepping && !c->cpu.took;
}

void arm_boundary(struct cpu *cpu)
{
	struct arm *c = arm_from(cpu);

	if (c->step_armed) {
		c->ss = false;
		c->stepped = true;
		c->step_armed = false;
	}
	attend(c);
	cpu->events = (cpu->events & (EVENT_STOP | EVENT_TRACE | EVENT_SHUTDOWN)) | wanted(c);
}
