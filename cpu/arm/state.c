/* SPDX-License-Identifier: MIT */
/* The ARM processor as the rest of Orrery sees it: its cpu_ops, the rows that describe every member, PSTATE and the
 * floating-point control registers, and the state that follows from other state. Arm ARM D1.3 (reset), D17. */
#include "cpu/arm/paging.h"
#include "cpu/arm/sysreg.h"
#include "mem/base/log.h"

#include <stdlib.h>

/* ---- rows ---------------------------------------------------------------------------------------- */

static const struct state_field vec_rows[] = {
	STATE_U_ARRAY(union vec, q),
	STATE_END,
};

#define SYS(m)   STATE_U(struct arm_sys, m)
#define SYS_A(m) STATE_U_ARRAY(struct arm_sys, m)

static const struct state_field sys_rows[] = {
	SYS_A(sctlr), SYS_A(tcr), SYS_A(ttbr0), SYS_A(ttbr1), SYS_A(mair), SYS_A(amair), SYS_A(vbar), SYS_A(actlr),
	SYS_A(afsr0), SYS_A(afsr1), SYS_A(elr), SYS_A(spsr), SYS_A(esr), SYS_A(far), SYS_A(tpidr), SYS(par),
	SYS_A(contextidr), SYS(cpacr), SYS(tpidrro), SYS(spsr_abt), SYS(spsr_und), SYS(spsr_irq), SYS(spsr_fiq),
	SYS(hcr), SYS_A(cptr), SYS(hstr), SYS_A(mdcr), SYS(vttbr), SYS(vtcr), SYS(hpfar), SYS(vpidr), SYS(vmpidr),
	SYS(hacr), SYS(scr), SYS(cnthctl), SYS(cntvoff), SYS(cntkctl), SYS(dacr32), SYS(ifsr32), SYS(fpexc32),
	SYS(vdisr), SYS(vsesr), SYS(disr), SYS(cntfrq), SYS_A(cnt_cval), SYS_A(cnt_ctl),
	{"key", offsetof(struct arm_sys, key), 8, 10, STATE_NUMBER, NULL, NULL},
	SYS(mdscr), SYS(oslsr), SYS(osdlr), SYS(mdccint), SYS_A(dbgbvr), SYS_A(dbgbcr), SYS_A(dbgwvr), SYS_A(dbgwcr),
	SYS(dbgclaim), SYS(osdtrrx), SYS(osdtrtx), SYS(oseccr), SYS(dbgdtr), SYS(pmcr), SYS(pmcnten), SYS(pmovs),
	SYS(pminten), SYS(pmuserenr), SYS(pmselr), SYS(pmccfiltr), SYS(pmccntr), SYS(pmccntr_at), SYS_A(pmevcntr),
	SYS_A(pmevtyper), SYS_A(pmevcntr_at), SYS(csselr), SYS(rndr), SYS_A(lor), SYS_A(impdef),
	STATE_END,
};

static const struct state_field arm_state[] = {
	STATE_SUB(struct arm, cpu, cpu_rows),
	STATE_U_ARRAY(struct arm, x),
	STATE_U(struct arm, nr),
	STATE_U(struct arm, zr),
	STATE_U(struct arm, cf),
	STATE_U(struct arm, vf),
	STATE_U(struct arm, el),
	STATE_U(struct arm, daif),
	STATE_U(struct arm, sp_sel),
	STATE_U(struct arm, pan),
	STATE_U(struct arm, uao),
	STATE_U(struct arm, dit),
	STATE_U(struct arm, ssbs),
	STATE_U(struct arm, tco),
	STATE_U(struct arm, il),
	STATE_U(struct arm, ss),
	STATE_U(struct arm, btype),
	STATE_GAP(struct arm, btype, btype_at),
	STATE_U(struct arm, btype_at),
	STATE_U(struct arm, excl),
	STATE_U(struct arm, excl_size),
	STATE_GAP(struct arm, excl_size, excl_addr),
	STATE_U(struct arm, excl_addr),
	STATE_SUB_ARRAY(struct arm, v, vec_rows),
	STATE_U(struct arm, fpcr),
	STATE_U(struct arm, fpsr),
	STATE_SKIP_RANGE(struct arm, fp, fp16),
	STATE_GAP(struct arm, fp16, sys),
	STATE_SUB(struct arm, sys, sys_rows),
	STATE_U_ARRAY(struct arm, sp_el),
	STATE_U_ARRAY(struct arm, line),
	STATE_U(struct arm, waiting),
	STATE_U(struct arm, wfe),
	STATE_U(struct arm, event),
	STATE_U(struct arm, serror),
	STATE_U(struct arm, step_armed),
	STATE_U(struct arm, stepped),
	STATE_U(struct arm, step_ex),
	STATE_GAP(struct arm, step_ex, ex),
	STATE_SKIP(struct arm, ex),
	STATE_SKIP_RANGE(struct arm, fetch_bytes, secure),
	STATE_GAP_END(struct arm, secure),
	STATE_END,
};

/* ---- derived state ------------------------------------------------------------------------------- */

bool arm_has(const struct arm *c, unsigned feature)
{
	return feature == FEAT_NONE || (c->features[feature / 64] >> feature % 64 & 1);
}

#define TCR_A1 BIT(22)
#define TCR_AS BIT(36)
#define VTCR_VS BIT(19)

u64 arm_asid(const struct arm *c)
{
	u64 asid = (c->sys.tcr[1] & TCR_A1 ? c->sys.ttbr1[1] : c->sys.ttbr0[1]) >> 48;

	return c->sys.tcr[1] & TCR_AS ? asid : asid & 0xff;
}

u64 arm_vmid(const struct arm *c)
{
	u64 vmid = c->sys.vttbr >> 48;

	return arm_has(c, FEAT_VMID16) && (c->sys.vtcr & VTCR_VS) ? vmid : vmid & 0xff;
}

u64 arm_tlb_key(const struct arm *c, unsigned el, u64 asid)
{
	u64 hcr = arm_hcr(c), key = arm_is_secure(c) ? KEY_SECURE : 0;

	if (el >= 2)
		return key | (el == 2 ? KEY_EL2 : KEY_EL3);
	key |= asid;
	if (hcr & HCR_VM)
		key |= KEY_STAGE2 | arm_vmid(c) << KEY_VMID_SHIFT;
	return key | (hcr & HCR_DC ? KEY_DC : 0) | (hcr & HCR_TGE ? KEY_TGE : 0);
}

/* AArch64.CheckFPAdvSIMDEnabled: would SIMD and FP instructions trap at this level, and to which? */
static unsigned fp_trap_target(const struct arm *c, unsigned el)
{
	unsigned fpen = (unsigned)(c->sys.cpacr >> 20 & 3);

	if (el < 2 && (!(fpen & 1) || (el == 0 && fpen == 1)))
		return 1;
	if (el < 3 && arm_el2_enabled(c) && (c->sys.cptr[2] & BIT(10)))
		return 2;
	return c->secure && (c->sys.cptr[3] & BIT(10)) ? 3 : 0;
}

void arm_fp_trap(struct arm *c)
{
	unsigned target = fp_trap_target(c, c->el);

	if (target == 1 && (arm_hcr(c) & HCR_TGE))
		arm_trap(c, 2, EC_UNKNOWN, 0);
	arm_trap(c, target, EC_FP, 0x1e00000);
}

/* What depends on the level and PSTATE.PAN alone, after arm_derive. */
static void enter_level(struct arm *c)
{
	enum arm_view view = arm_view_now(c);
	struct tlb *tlb = &c->cpu.tlb;
	u64 key = c->key[c->el];

	if (unlikely(view == VIEW_SLOW && c->el == 0))
		key |= KEY_SLOW_EL0;
	if (likely(tlb->ctx[tlb->current].key == key))
		tlb_set_mode(tlb, view);
	else
		tlb_select(tlb, key, view);
	c->cpu.mode = c->el | (c->fp_traps >> c->el & 1 ? MODE_FP_TRAP : 0) | (view == VIEW_SLOW ? MODE_VIEW_SLOW : 0);
	cpu_end_block(&c->cpu);
}

void arm_level_changed(struct arm *c)
{
	enter_level(c);
}

/* PAN is about data alone: the block goes on. */
void arm_pan_changed(struct arm *c)
{
	if (unlikely(c->watch || c->slow_els))
		enter_level(c);
	else if (c->el == 1)
		tlb_set_mode(&c->cpu.tlb, c->pan ? VIEW_PAN : VIEW_PRIV);
}

void arm_update(struct arm *c)
{
	u64 asid = arm_asid(c);

	c->fp_traps = c->slow_els = 0;
	for (unsigned el = 0; el < 4; el++) {
		c->key[el] = arm_tlb_key(c, el, asid);
		c->fp_traps |= (u8)(!!fp_trap_target(c, el) << el);
		c->slow_els |= (u8)(!!(c->sys.sctlr[arm_regime(el)] & SCTLR_A) << el);
	}
	enter_level(c);
}

void arm_ttbr_changed(struct arm *c)
{
	u64 key = arm_tlb_key(c, 1, arm_asid(c));

	if (key == c->key[1])
		return;
	c->key[0] = c->key[1] = key;
	if (c->el < 2)
		enter_level(c);
}

void arm_set_el(struct arm *c, unsigned el, bool sp_sel)
{
	c->sp_el[c->sp_sel ? c->el : 0] = c->x[R_SP];
	c->el = (u8)el;
	c->sp_sel = sp_sel;
	c->x[R_SP] = c->sp_el[sp_sel ? el : 0];
}

/* ---- PSTATE -------------------------------------------------------------------------------------- */

u32 arm_get_nzcv(const struct arm *c)
{
	return (u32)(c->nr >> 63) << 31 | (u32)(c->zr == 0) << 30 | (u32)c->cf << 29 | (u32)c->vf << 28;
}

void arm_set_nzcv(struct arm *c, u32 nzcv)
{
	c->nr = (u64)(nzcv >> 31) << 63;
	c->zr = ~nzcv >> 30 & 1;
	c->cf = nzcv >> 29 & 1;
	c->vf = nzcv >> 28 & 1;
}

u32 arm_get_pstate(const struct arm *c)
{
	u32 v = arm_get_nzcv(c) | (u32)c->daif << 6 | (u32)c->el << 2 | c->sp_sel;

	v |= (u32)c->tco << 25 | (u32)c->dit << 24 | (u32)c->uao << 23 | (u32)c->pan << 22 | (u32)c->ss << 21;
	v |= (u32)c->il << 20 | (u32)c->ssbs << 12;
	if (unlikely(c->btype) && c->btype_at == cpu_icount_now(&c->cpu))
		v |= (u32)c->btype << 10;
	return v;
}

void arm_set_pstate(struct arm *c, u32 spsr)
{
	arm_set_nzcv(c, spsr);
	c->dit = bit(spsr, 24) && arm_has(c, FEAT_DIT);
	c->uao = bit(spsr, 23) && arm_has(c, FEAT_UAO);
	c->pan = bit(spsr, 22) && arm_has(c, FEAT_PAN);
	c->ss = bit(spsr, 21);
	c->il = bit(spsr, 20);
	c->ssbs = bit(spsr, 12) && arm_has(c, FEAT_SSBS);
	c->daif = spsr >> 6 & 15;
}

/* ---- FPCR and FPSR ------------------------------------------------------------------------------- */

#define FPCR_FZ16 (1u << 19)
/* AHP DN FZ RMode, and Stride and Len, which AArch64 keeps without using them (D17.2.40) */
#define FPCR_WRITABLE 0x07f70000u
#define FPSR_WRITABLE 0xf800009fu

u32 arm_get_fpcr(const struct arm *c)
{
	return c->fpcr;
}

void arm_set_fpcr(struct arm *c, u32 v)
{
	static const u8 round[4] = {FP_NEAREST, FP_UP, FP_DOWN, FP_ZERO};
	struct fp_env e = {.masks = FP_ALL, .rule = FP_RULE_ARM, .round = round[v >> 22 & 3]};

	v &= FPCR_WRITABLE | (arm_has(c, FEAT_FP16) ? FPCR_FZ16 : 0);
	c->fpcr = v;
	e.default_nan = bit(v, 25);
	e.ahp = bit(v, 26);
	e.daz = e.ftz = bit(v, 24);
	e.flags = c->fp.flags;
	c->fp = e;
	e.daz = e.ftz = v & FPCR_FZ16;
	e.flags = c->fp16.flags;
	c->fp16 = e;
}

/* IDC IXC UFC OFC DZC IOC (D17.2.41) */
u32 arm_get_fpsr(const struct arm *c)
{
	u32 f = c->fp.flags | c->fp16.flags;

	return c->fpsr | (f & FP_IE) | (f & FP_ZE) >> 1 | (f & (FP_OE | FP_UE | FP_PE)) >> 1 | (f & FP_DE) << 6;
}

void arm_set_fpsr(struct arm *c, u32 v)
{
	c->fpsr = v & FPSR_WRITABLE;
	c->fp.flags = c->fp16.flags = 0;
}

static void arm_sync(struct cpu *cpu)
{
	struct arm *c = arm_from(cpu);

	arm_set_nzcv(c, arm_get_nzcv(c));
	arm_set_fpsr(c, arm_get_fpsr(c));
	c->sp_el[c->sp_sel ? c->el : 0] = c->x[R_SP];
	c->x[R_SINK] = 0;
	if (!c->btype || c->btype_at != cpu->icount) {
		c->btype = 0;
		c->btype_at = 0;
	}
}

/* ---- life ---------------------------------------------------------------------------------------- */

static unsigned highest_el(const struct arm *c)
{
	return c->secure ? 3 : c->vhost ? 2 : 1;
}

static void arm_reset(struct cpu *cpu)
{
	struct arm *c = arm_from(cpu);

	memset(c->x, 0, sizeof(c->x));
	memset(c->v, 0, sizeof(c->v));
	memset(c->sp_el, 0, sizeof(c->sp_el));
	memset(&c->sys, 0, sizeof(c->sys));
	c->fpcr = c->fpsr = 0;
	c->fp.flags = c->fp16.flags = 0;
	arm_set_pstate(c, 0x3c0);
	c->el = (u8)highest_el(c);
	c->sp_sel = true;
	c->tco = false;
	c->btype = 0;
	c->btype_at = 0;
	c->excl = false;
	c->excl_size = 0;
	c->excl_addr = 0;
	c->waiting = c->wfe = c->event = c->serror = c->guarded = false;
	c->step_armed = c->stepped = c->step_ex = false;
	memset(&c->ex, 0, sizeof(c->ex));
	arm_sysreg_reset(c);
	arm_loaded(c);
	cpu->pc = 0;
}

static bool arm_init(struct cpu *cpu, const char *model, struct err *err)
{
	struct arm *c = arm_from(cpu);

	if (!arm_model_set(c, model, err))
		return false;
	c->bti = arm_has(c, FEAT_BTI);
	c->pa_bits = (u8)arm_phys_bits(c);
	c->isa = a64_isa_new(a64_groups, c->features);
	c->pacs = arm_pac_new();
	c->sysregs = arm_sysregs_new(c);
	cpu->rows = a64_rows(cpu, &cpu->nrows);
	return true;
}

static void arm_free(struct cpu *cpu)
{
	struct arm *c = arm_from(cpu);

	a64_isa_free((struct arm_isa *)(uintptr_t)c->isa);
	free(c->pacs);
	free(c->sysregs);
	c->isa = NULL;
	c->pacs = NULL;
	c->sysregs = NULL;
}

/* What is derived follows from the state, so it is not saved. */
void arm_loaded(struct arm *c)
{
	c->cpu.events &= EVENT_STOP | EVENT_TRACE;
	c->cpu.rest = NULL;
	arm_set_fpcr(c, c->fpcr);
	tlb_flush_all(&c->cpu.tlb);
	arm_update(c);
	arm_debug_changed(c);
	arm_pmu_changed(c);
	arm_rearm(c);
}

void arm_boot(struct arm *c, u64 pc, const u64 x[4])
{
	unsigned el = c->vhost ? 2 : 1;

	if (c->secure)
		c->sys.scr = SCR_NS | SCR_HCE | SCR_RW | SCR_ST | SCR_APK | SCR_API | 0x30;
	c->sys.hcr = HCR_RW;
	arm_set_el(c, el, true);
	arm_set_pstate(c, 0x3c0);
	memcpy(c->x, x, 4 * sizeof(x[0]));
	c->cpu.pc = pc;
	tlb_flush_all(&c->cpu.tlb);
	arm_update(c);
	arm_rearm(c);
}

/* ---- trace --------------------------------------------------------------------------------------- */

static void arm_trace(struct cpu *cpu, const struct insn *i, FILE *out)
{
	struct arm *c = arm_from(cpu);
	char text[120];

	a64_text(c->isa, i, cpu->pc, text, sizeof(text));
	fprintf(out, "%llu %016llx %-36s", (unsigned long long)cpu->icount, (unsigned long long)cpu->pc, text);
	for (unsigned n = 0; n <= R_LR; n++)
		fprintf(out, " x%u=%llx", n, (unsigned long long)c->x[n]);
	fprintf(out, " sp=%llx pstate=%08x\n", (unsigned long long)c->x[R_SP], arm_get_pstate(c));
}

const struct cpu_ops arm_ops = {
	.name = "arm",
	.size = sizeof(struct arm),
	.state = arm_state,
	.rows = a64_rows,
	.init = arm_init,
	.free = arm_free,
	.reset = arm_reset,
	.fetch = arm_fetch,
	.decode = a64_decode,
	.boundary = arm_boundary,
	.deliver = arm_deliver,
	.sync = arm_sync,
	.trace = arm_trace,
	.list_models = arm_list_models,
};
