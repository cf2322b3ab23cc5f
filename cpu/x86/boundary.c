/* SPDX-License-Identifier: MIT */
/* Between two instructions: which trap or interrupt is taken, and what the engine must watch for until the next
 * boundary. Order: Intel SDM vol. 3, 6.9, table 6-2; shadows of STI and MOV SS: 6.8.1 and 6.8.3; RF: 17.3.1.1;
 * INIT: 9.1. */
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

#define DR6_BS (1u << 14)

static bool exec_breakpoints(const struct x86 *c)
{
	for (unsigned n = 0; (c->dr[7] & 0xff) && n < 4; n++) {
		if ((c->dr[7] >> (2 * n) & 3) && !(c->dr[7] >> (16 + 4 * n) & 3))
			return true;
	}
	return false;
}

static bool irq_deliverable(const struct x86 *c)
{
	return c->irq_line && (c->flags & FL_IF);
}

static bool attention(const struct x86 *c)
{
	return irq_deliverable(c) || (c->nmi_pending && !c->nmi_blocked) || (c->smi_pending && !c->smm) ||
	       (c->init_pending && !c->smm);
}

/* What has to be looked at before or after the next instruction. */
static u32 wanted(const struct x86 *c)
{
	u32 events = 0;

	if ((c->flags & (FL_TF | FL_RF)) || c->step_armed || exec_breakpoints(c))
		events |= EVENT_STEP;
	if (attention(c))
		events |= EVENT_IRQ;
	if (c->shadow)
		events |= EVENT_SHADOW;
	if (c->trap_db)
		events |= EVENT_TRAP;
	if (c->halted)
		events |= EVENT_WAIT;
	return events;
}

void x86_rearm(struct x86 *c)
{
	u32 events = wanted(c);

	if (events)
		cpu_kick(&c->cpu, events);
}

/* ---- lines --------------------------------------------------------------------------------------- */

void x86_set_irq(struct x86 *c, bool level)
{
	c->irq_line = level;
	if (level)
		cpu_kick(&c->cpu, EVENT_IRQ);
}

void x86_nmi(struct x86 *c)
{
	c->nmi_pending = true;
	cpu_kick(&c->cpu, EVENT_IRQ);
}

void x86_smi(struct x86 *c)
{
	c->smi_pending = true;
	cpu_kick(&c->cpu, EVENT_IRQ);
}

void x86_init_ipi(struct x86 *c)
{
	c->init_pending = true;
	cpu_kick(&c->cpu, EVENT_IRQ);
}

void x86_set_a20(struct x86 *c, bool on)
{
	u64 mask = on ? ~0ull : ~BIT(20);

	if (c->a20_mask == mask)
		return;
	c->a20_mask = mask;
	cpu_flush_tlb(&c->cpu);
}

/* ---- taking things ------------------------------------------------------------------------------- */

static bool take_trap(struct x86 *c)
{
	if (!c->trap_db)
		return false;
	c->trap_db = 0;
	c->dr[6] |= c->dr6_pending;
	c->dr6_pending = 0;
	x86_inject(c, X_DB, EV_TRAP);
	return true;
}

static bool take_interrupt(struct x86 *c)
{
	int vector;

	if (c->smi_pending && !c->smm) {
		c->smi_pending = false;
		x86_enter_smm(c);
		c->cpu.took = true;
		return true;
	}
	if (c->init_pending && !c->smm) {
		c->init_pending = false;
		x86_reset_state(c, true);
		c->cpu.took = true;
		return true;
	}
	if (c->nmi_pending && !c->nmi_blocked) {
		c->nmi_pending = false;
		c->nmi_blocked = true;
		x86_inject(c, X_NMI, EV_NMI);
		return true;
	}
	if (!irq_deliverable(c))
		return false;
	vector = c->bus.irq_ack ? c->bus.irq_ack(c->bus.arg) : -1;
	if (vector < 0)
		return false;
	x86_inject(c, (unsigned)vector, EV_EXTERNAL);
	return true;
}

static bool take_exec_breakpoint(struct x86 *c)
{
	u32 bits;

	if ((c->flags & FL_RF) || c->halted || !exec_breakpoints(c))
		return false;
	bits = x86_exec_breakpoint(c, (c->seg[S_CS].ebase + c->cpu.pc) & c->la_mask);
	if (!bits)
		return false;
	c->dr[6] |= bits;
	x86_inject(c, X_DB, EV_FAULT);
	return true;
}

/* RF lasts for one instruction after the one that set it, with all its iterations. */
static void age_rf(struct x86 *c)
{
	if (!(c->flags & FL_RF) || c->in_repeat)
		return;
	if (c->rf_old)
		c->flags &= ~(u32)FL_RF;
	c->rf_old = !c->rf_old;
}

/* A processor in HLT or MWAIT goes on when something is to be taken; MWAIT may also end without taking it. */
static void wake(struct x86 *c)
{
	if (c->halted && (attention(c) || (c->mwait_masked && c->irq_line)))
		c->halted = c->mwait_masked = false;
}

void x86_boundary(struct cpu *cpu)
{
	struct x86 *c = x86_from(cpu);
	bool fresh = c->shadow & SHADOW_NEW, after_ss = c->shadow & SHADOW_SS;

	if (c->step_armed && !after_ss) {
		c->dr6_pending |= DR6_BS;
		c->trap_db = 1;
	}
	c->step_armed = false;
	c->shadow = (c->shadow & SHADOW_NEW) << SHADOW_OLD_SHIFT;
	age_rf(c);
	if (!after_ss && take_trap(c))
		goto done;
	wake(c);
	if (!fresh && take_interrupt(c))
		goto done;
	if (!after_ss && take_exec_breakpoint(c))
		goto done;
	if (!c->halted)
		c->step_armed = c->flags & FL_TF;
done:
	cpu->events = (cpu->events & (EVENT_STOP | EVENT_TRACE | EVENT_SHUTDOWN)) | wanted(c);
}
