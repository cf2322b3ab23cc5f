/* SPDX-License-Identifier: MIT */
/* Raising exceptions, entering their handlers and returning from them. Arm ARM D1.3.2 (entry), D1.3.4 (illegal return),
 * D1.4 (ERET), pseudocode AArch64.TakeException and AArch64.ExceptionReturn; branch targets: D8.4.11. */
#include "cpu/arm/sysreg.h"
#include "mem/base/log.h"

#include <stdio.h>

/* ---- raising ------------------------------------------------------------------------------------- */

unsigned arm_sync_target(const struct arm *c)
{
	if (c->el == 0)
		return arm_hcr(c) & HCR_TGE ? 2 : 1;
	return c->el;
}

void arm_trap(struct arm *c, unsigned target, u32 ec, u32 iss)
{
	c->ex.ec = ec;
	c->ex.iss = iss;
	c->ex.has_far = false;
	c->ex.target = (u8)target;
	c->ex.elr_adj = 0;
	cpu_escape(&c->cpu);
}

void arm_raise(struct arm *c, u32 ec, u32 iss)
{
	arm_trap(c, 0, ec, iss);
}

void arm_raise_call(struct arm *c, u32 ec, u32 iss, unsigned target_el)
{
	c->ex.ec = ec;
	c->ex.iss = iss;
	c->ex.has_far = false;
	c->ex.target = (u8)target_el;
	c->ex.elr_adj = 4;
	cpu_escape(&c->cpu);
}

void arm_raise_far(struct arm *c, u32 ec, u32 iss, u64 far, unsigned target_el)
{
	c->ex.ec = ec;
	c->ex.iss = iss;
	c->ex.has_far = true;
	c->ex.far = far;
	c->ex.target = (u8)target_el;
	c->ex.elr_adj = 0;
	cpu_escape(&c->cpu);
}

void arm_undefined(struct arm *c)
{
	arm_trap(c, 0, EC_UNKNOWN, 0);
}

/* ---- entry --------------------------------------------------------------------------------------- */

/* The classes that say in their lowest bit whether they come from the level that takes them. */
static u32 class_of(u32 ec, bool same_level)
{
	switch (ec) {
	case EC_IABT_LOWER: case EC_IABT: case EC_DABT_LOWER: case EC_DABT: case EC_BREAKPOINT_LOWER:
	case EC_BREAKPOINT: case EC_STEP_LOWER: case EC_STEP: case EC_WATCHPOINT_LOWER: case EC_WATCHPOINT:
		return (ec & ~1u) | same_level;
	default:
		return ec;
	}
}

/* SPSR.BTYPE is kept for what is taken before the instruction has begun. */
static bool keeps_btype(enum arm_vector vector, u32 ec)
{
	if (vector != VECTOR_SYNC)
		return true;
	switch (ec) {
	case EC_IABT_LOWER: case EC_IABT: case EC_PC_ALIGN: case EC_STEP_LOWER: case EC_STEP: case EC_BREAKPOINT_LOWER:
	case EC_BREAKPOINT: case EC_ILLEGAL: case EC_BTI: case EC_BRK:
		return true;
	default:
		return false;
	}
}

static void log_entry(const struct arm *c, unsigned target, enum arm_vector vector, u64 elr, u32 ec, u32 iss)
{
	static const char *const names[4] = {"exception", "IRQ", "FIQ", "SError"};
	char far[32] = "";

	if (vector == VECTOR_SYNC && c->ex.has_far)
		snprintf(far, sizeof(far), " far %llx", (unsigned long long)c->sys.far[target]);
	log_line(LOG_INT, "%s from EL%u to EL%u, ec %02x iss %07x%s, elr %llx, sp %llx, x0 %llx x8 %llx",
		names[vector >> 7],
		c->el, target, ec, iss, far, (unsigned long long)elr, (unsigned long long)c->x[R_SP],
		(unsigned long long)c->x[0], (unsigned long long)c->x[8]);
}

void arm_enter(struct arm *c, unsigned target, enum arm_vector vector, u64 elr, u32 ec, u32 iss)
{
	u32 spsr = arm_get_pstate(c);
	u64 offset = vector + (target > c->el ? 0x400 : c->sp_sel ? 0x200 : 0), sctlr = c->sys.sctlr[target];

	if (log_on(LOG_INT))
		log_entry(c, target, vector, elr, ec, iss);
	if (unlikely(spsr & 3 << 10) && !keeps_btype(vector, ec))
		spsr &= ~(3u << 10);
	if (vector == VECTOR_SYNC || vector == VECTOR_SERROR)
		c->sys.esr[target] = class_of(ec, target == c->el) << 26 | BIT(25) | iss;
	arm_pmu_level(c, target);
	arm_set_el(c, target, true);
	c->sys.spsr[target] = spsr;
	c->sys.elr[target] = elr;
	c->daif = DAIF_D | DAIF_A | DAIF_I | DAIF_F;
	c->ss = c->il = c->uao = false;
	c->btype = 0;
	if (target == 1 && !(sctlr & SCTLR_SPAN) && arm_has(c, FEAT_PAN))
		c->pan = true;
	c->ssbs = (sctlr & SCTLR_DSSBS) && arm_has(c, FEAT_SSBS);
	c->step_armed = c->stepped = false;
	c->waiting = false;
	c->cpu.pc = c->sys.vbar[target] + offset;
	arm_level_changed(c);
}

void arm_call(struct arm *c, u32 ec, u32 iss, unsigned target)
{
	if (c->step_armed) /* SSAdvance: it counts as executed */
		c->ss = false;
	c->ex.has_far = false;
	arm_enter(c, target, VECTOR_SYNC, arm_pc(c) + 4, ec, iss);
}

void arm_deliver(struct cpu *cpu)
{
	struct arm *c = arm_from(cpu);
	unsigned target = c->ex.target ? c->ex.target : arm_sync_target(c);

	if (target < c->el)
		target = c->el;
	if (c->ex.elr_adj && c->step_armed)
		c->ss = false;
	if (c->ex.has_far)
		c->sys.far[target] = c->ex.far;
	arm_enter(c, target, VECTOR_SYNC, cpu->pc + c->ex.elr_adj, c->ex.ec, c->ex.iss);
	cpu->took = true;
}

/* ---- return -------------------------------------------------------------------------------------- */

/* D1.3.4: what may not be returned to. AArch32 is implemented at no level. */
static bool illegal_return(const struct arm *c, u32 spsr)
{
	unsigned el = spsr >> 2 & 3;

	if ((spsr & 0x10) || (spsr & 2) || (el == 0 && (spsr & 1)))
		return true;
	if (el > c->el || (el == 2 && !arm_el2_enabled(c) && !(c->el == 3 && c->vhost && (c->sys.scr & SCR_NS))))
		return true;
	return el == 1 && (arm_hcr(c) & HCR_TGE);
}

/* DebugExceptionReturnSS */
static bool return_ss(const struct arm *c, u32 spsr, unsigned el)
{
	return (c->sys.mdscr & MDSCR_SS) && !arm_debug_enabled(c) && arm_debug_enabled_from(c, el, bit(spsr, 9)) &&
	       bit(spsr, 21);
}

void arm_eret(struct arm *c, u64 elr)
{
	u32 spsr = (u32)c->sys.spsr[c->el], btype = spsr >> 10 & 3;
	bool illegal = unlikely(illegal_return(c, spsr)), ss;
	unsigned el = illegal ? c->el : spsr >> 2 & 3;

	ss = return_ss(c, spsr, el);
	if (likely(!illegal)) {
		arm_pmu_level(c, el);
		arm_set_el(c, el, spsr & 1);
	}
	arm_set_pstate(c, spsr);
	c->il |= illegal;
	c->ss = ss;
	c->btype = 0;
	c->step_armed = c->stepped = false;
	c->excl = false;
	c->event = true;
	arm_branch_to(c, elr);
	arm_level_changed(c);
	if (unlikely(btype) && c->bti && !illegal) {
		c->btype = (u8)btype;
		c->btype_at = cpu_icount_now(&c->cpu) + 1;
	}
	arm_rearm(c);
}

/* ---- branch targets ------------------------------------------------------------------------------ */

#define TCR_TBI0   37
#define TCR_TBI1   38
#define TCR_TBID0  51
#define TCR_TBID1  52
#define TCR_EL2_TBI 20
#define TCR_EL2_TBID 29

u64 arm_branch_addr(const struct arm *c, u64 target)
{
	bool high = bit(target, 55), tbi, tbid;
	u64 tcr = c->sys.tcr[arm_regime(c->el)];

	if (c->el < 2) {
		tbi = bit(tcr, high ? TCR_TBI1 : TCR_TBI0);
		tbid = bit(tcr, high ? TCR_TBID1 : TCR_TBID0);
	} else {
		tbi = bit(tcr, TCR_EL2_TBI);
		tbid = bit(tcr, TCR_EL2_TBID);
	}
	if (!tbi || (tbid && arm_has(c, FEAT_PAuth)))
		return target;
	return c->el < 2 ? (u64)sign_extend(target, 56) : target & mask_low(56);
}

/* GuardedPage: as the TLB's fill found it. */
static bool is_guarded(struct arm *c, u64 va)
{
	const struct tlb_extra *x = c->guarded ? tlb_find(&c->cpu.tlb, va, c->cpu.tlb.mode) : NULL;

	return x && (x->allowed & ARM_ALLOWED_GUARDED);
}

/* BTypeCompatible_BTI and BTypeCompatible_PACIXSP; BRK and HLT may be anywhere. */
static bool may_land(const struct arm *c, u32 word, unsigned btype)
{
	if ((word & 0xffffff3f) == 0xd503241f) {
		bool calls = word >> 6 & 1, jumps = word >> 7 & 1;

		return (calls && btype != BTYPE_JUMP) || (jumps && btype != BTYPE_CALL) || (calls && jumps);
	}
	if ((word & 0xffffffbf) == 0xd503233f)
		return btype != BTYPE_JUMP || !(c->sys.sctlr[arm_regime(c->el)] & (c->el ? SCTLR_BT1 : SCTLR_BT0));
	return (word & 0xffa0001f) == 0xd4200000 || (word & 0xffe0001f) == 0xd4400000;
}

void arm_check_landing(struct arm *c, u64 pc, u32 word)
{
	if (!c->btype || c->btype_at != cpu_icount_now(&c->cpu) || pc != cpu_pc_now(&c->cpu))
		return;
	if (!may_land(c, word, c->btype))
		arm_raise(c, EC_BTI, c->btype);
}

/* A page that the TLB does not hold is looked at when it is fetched; else the boundary does, unless all is well. */
void arm_set_btype(struct arm *c, unsigned btype)
{
	u64 target = c->cpu.pc;
	const u8 *code;

	if (btype == BTYPE_JUMP && !is_guarded(c, arm_pc(c)))
		btype = BTYPE_JUMP_16;
	c->btype = (u8)btype;
	c->btype_at = cpu_icount_now(&c->cpu) + 1;
	if (likely(!is_guarded(c, target)))
		return;
	code = target & 3 ? NULL : tlb_fetch(&c->cpu.tlb, target);
	if (!code || !may_land(c, load_le32(code), btype))
		cpu_kick(&c->cpu, EVENT_TRAP);
}
