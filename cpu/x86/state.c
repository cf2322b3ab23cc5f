/* SPDX-License-Identifier: MIT */
/* The x86 processor as the rest of Orrery sees it: its cpu_ops, the rows that describe every member, reset, and the
 * state that follows from other state. Reset values: Intel SDM vol. 3, table 9-1; flags: vol. 1, 3.4.3. */
#include "cpu/x86/flags.h"
#include "cpu/x86/sys.h"

/* ---- rows ---------------------------------------------------------------------------------------- */

static const struct state_field seg_rows[] = {
	STATE_U(struct seg, sel),
	STATE_U(struct seg, attr),
	STATE_U(struct seg, limit),
	STATE_U(struct seg, base),
	STATE_SKIP_RANGE(struct seg, ebase, wmax),
	STATE_END,
};

static const struct state_field dtr_rows[] = {
	STATE_U(struct dtr, base),
	STATE_U(struct dtr, limit),
	STATE_SKIP(struct dtr, pad),
	STATE_END,
};

static const struct state_field vec_rows[] = {
	STATE_U_ARRAY(union vec, q),
	STATE_END,
};

static const struct state_field f80_rows[] = {
	STATE_U(struct f80, sig),
	STATE_U(struct f80, se),
	STATE_GAP_END(struct f80, se),
	STATE_END,
};

static const struct state_field x87_rows[] = {
	STATE_SUB_ARRAY(struct x87, r, f80_rows),
	STATE_U(struct x87, cw),
	STATE_U(struct x87, sw),
	STATE_U(struct x87, valid),
	STATE_U(struct x87, fop),
	STATE_U(struct x87, fcs),
	STATE_U(struct x87, fds),
	STATE_GAP(struct x87, fds, fip),
	STATE_U(struct x87, fip),
	STATE_U(struct x87, fdp),
	STATE_END,
};

static const struct state_field x86_state[] = {
	STATE_SUB(struct x86, cpu, cpu_rows),
	STATE_U_ARRAY(struct x86, r),
	STATE_U(struct x86, zr),
	STATE_U(struct x86, sr),
	STATE_U(struct x86, cr),
	STATE_U(struct x86, flags),
	STATE_U(struct x86, cpl),
	STATE_SKIP_RANGE(struct x86, code_size, la_mask),
	STATE_SUB_ARRAY(struct x86, seg, seg_rows),
	STATE_SUB_ARRAY(struct x86, v, vec_rows),
	STATE_SUB(struct x86, x87, x87_rows),
	STATE_U(struct x86, mxcsr),
	STATE_GAP(struct x86, mxcsr, ldtr),
	STATE_SUB(struct x86, ldtr, seg_rows),
	STATE_SUB(struct x86, tr, seg_rows),
	STATE_SUB(struct x86, gdtr, dtr_rows),
	STATE_SUB(struct x86, idtr, dtr_rows),
	STATE_U(struct x86, cr0),
	STATE_U(struct x86, cr2),
	STATE_U(struct x86, cr3),
	STATE_U(struct x86, cr4),
	STATE_U(struct x86, xcr0),
	STATE_U(struct x86, efer),
	STATE_U_ARRAY(struct x86, dr),
	STATE_U(struct x86, a20_mask),
	STATE_U(struct x86, smm),
	STATE_U(struct x86, halted),
	STATE_U(struct x86, nmi_blocked),
	STATE_U(struct x86, nmi_pending),
	STATE_U(struct x86, smi_pending),
	STATE_U(struct x86, irq_line),
	STATE_U(struct x86, init_pending),
	STATE_U(struct x86, wait_sipi),
	STATE_U(struct x86, ignne),
	STATE_U(struct x86, shadow),
	STATE_U(struct x86, trap_db),
	STATE_GAP(struct x86, trap_db, dr6_pending),
	STATE_U(struct x86, dr6_pending),
	STATE_U(struct x86, step_armed),
	STATE_GAP(struct x86, step_armed, smbase),
	STATE_U(struct x86, smbase),
	STATE_SKIP(struct x86, ex),
	STATE_U(struct x86, star),
	STATE_U(struct x86, lstar),
	STATE_U(struct x86, cstar),
	STATE_U(struct x86, sfmask),
	STATE_U(struct x86, kernel_gs_base),
	STATE_U(struct x86, tsc_aux),
	STATE_U(struct x86, tsc_offset),
	STATE_U(struct x86, sysenter_cs),
	STATE_U(struct x86, sysenter_esp),
	STATE_U(struct x86, sysenter_eip),
	STATE_U(struct x86, pat),
	STATE_U(struct x86, mtrr_def),
	STATE_U_ARRAY(struct x86, mtrr_phys),
	STATE_U_ARRAY(struct x86, mtrr_fix),
	STATE_U(struct x86, misc_enable),
	STATE_U(struct x86, apic_base),
	STATE_U(struct x86, mcg_status),
	STATE_U(struct x86, mcg_ctl),
	STATE_U_ARRAY(struct x86, pdpte),
	{"mc_bank", offsetof(struct x86, mc_bank), 8, X86_MC_BANKS * 4, STATE_NUMBER, NULL, NULL},
	STATE_U(struct x86, bios_sign),
	STATE_U(struct x86, monitor_addr),
	STATE_U(struct x86, monitor_armed),
	STATE_U(struct x86, mwait_masked),
	STATE_U(struct x86, rf_old),
	STATE_U(struct x86, in_repeat),
	STATE_SKIP_RANGE(struct x86, watch, isa),
	STATE_END,
};

/* ---- derived state ------------------------------------------------------------------------------- */

/* SDM vol. 3, 5.3 and 5.5: what the fast path may let through. 0 sends every access to the checks of access.c. */
void x86_update_seg(struct x86 *c, unsigned n)
{
	struct seg *s = &c->seg[n];
	u64 max = (u64)s->limit + 1;

	s->ebase = s->base;
	if (unlikely((c->flags & FL_AC) && (c->cr0 & CR0_AM) && c->cpl == 3)) {
		if (c->in64 && n < S_FS)
			s->ebase = 0;
		s->rmax = s->wmax = 0;
	} else if (c->in64) {
		if (n < S_FS)
			s->ebase = 0;
		s->rmax = s->wmax = ~0ull;
	} else if (x86_real_segments(c)) {
		s->rmax = s->wmax = max;
	} else if (!(s->attr & SEG_P)) {
		s->rmax = s->wmax = 0;
	} else if (s->attr & SEG_CODE) {
		s->rmax = s->attr & SEG_RW ? max : 0;
		s->wmax = 0;
	} else {
		s->rmax = s->attr & SEG_DC ? 0 : max;
		s->wmax = s->attr & SEG_RW ? s->rmax : 0;
	}
}

static u32 mode_word(const struct x86 *c)
{
	return c->code_size | (u32)c->stack_size << MODE_STACK_SHIFT | (x86_real_segments(c) ? MODE_REAL : 0) |
	       (c->cpl == 3 ? MODE_USER : 0);
}

void x86_update(struct x86 *c)
{
	const struct seg *cs = &c->seg[S_CS];
	u64 key = x86_tlb_key(c);
	u32 *limit;

	c->in64 = x86_long(c) && (cs->attr & SEG_L);
	c->code_size = c->in64 ? 3 : cs->attr & SEG_DB ? 2 : 1;
	c->stack_size = c->in64 ? 3 : c->seg[S_SS].attr & SEG_DB ? 2 : 1;
	c->ip_mask = c->la_mask = c->in64 ? ~0ull : 0xffffffff;
	c->ip_bias = c->in64 ? BIT(47) : 0;
	c->ip_max = c->in64 ? BIT(48) - 1 : cs->limit;
	c->sp_mask = c->stack_size == 3 ? ~0ull : c->stack_size == 2 ? 0xffffffff : 0xffff;
	for (unsigned n = 0; n < S_COUNT; n++)
		x86_update_seg(c, n);
	c->cpu.mode = mode_word(c);
	c->cpu.pc_base = cs->ebase;
	if (c->cpu.tlb.ctx[c->cpu.tlb.current].key == key)
		tlb_set_mode(&c->cpu.tlb, x86_view_now(c));
	else
		tlb_select(&c->cpu.tlb, key, x86_view_now(c));
	/* Blocks are found again by address and mode without a look at the limit. */
	limit = &c->cs_limit[(c->code_size & 1) << 1 | x86_real_segments(c)];
	if (unlikely(!c->in64 && *limit != cs->limit)) {
		if (cs->limit < *limit)
			cpu_flush_tlb(&c->cpu);
		*limit = cs->limit;
	}
	cpu_end_block(&c->cpu);
}

/* ---- flags --------------------------------------------------------------------------------------- */

u32 x86_get_flags(const struct x86 *c)
{
	return c->flags | FL_1 | x86_get_oszapc(c);
}

void x86_set_flags(struct x86 *c, u32 value, u32 mask)
{
	u32 system = mask & (FL_TF | FL_IF | FL_DF | FL_IOPL | FL_NT | FL_RF | FL_VM | FL_AC | FL_VIF | FL_VIP | FL_ID);
	u32 old = c->flags;

	if (mask & FL_OSZAPC)
		x86_set_oszapc(c, (value & mask) | (x86_get_oszapc(c) & ~mask));
	c->flags = (old & ~system) | (value & system);
	old ^= c->flags;
	if (mask & FL_RF)
		c->rf_old = false;
	if ((old & FL_VM) || ((old & FL_AC) && c->cpl == 3))
		x86_update(c);
	else if (old & FL_AC)
		tlb_set_mode(&c->cpu.tlb, x86_view_now(c));
	if (c->flags & (FL_IF | FL_TF | FL_RF | FL_VIP))
		x86_rearm(c);
}

static void x86_sync(struct cpu *cpu)
{
	struct x86 *c = x86_from(cpu);

	x86_set_oszapc(c, x86_get_oszapc(c));
}

/* ---- reset --------------------------------------------------------------------------------------- */

static void reset_seg(struct seg *s, u16 sel, u64 base, u16 attr)
{
	*s = (struct seg){.sel = sel, .attr = attr, .limit = 0xffff, .base = base};
}

static void reset_fpu(struct x86 *c)
{
	c->x87 = (struct x87){.cw = 0x40, .valid = 0xff};
	memset(c->v, 0, sizeof(c->v));
	c->mxcsr = 0x1f80;
	c->xcr0 = 1;
}

/* INIT keeps caches, x87, SSE, SMBASE and most MSRs (table 9-1). */
void x86_reset_state(struct x86 *c, bool init)
{
	memset(c->r, 0, sizeof(c->r));
	memset(c->dr, 0, sizeof(c->dr));
	c->r[R_DX] = x86_model_signature(c->model);
	c->flags = 0;
	x86_set_oszapc(c, 0);
	c->cpl = 0;
	reset_seg(&c->seg[S_CS], 0xf000, 0xffff0000, 0x93);
	for (unsigned n = 0; n < S_COUNT; n++) {
		if (n != S_CS)
			reset_seg(&c->seg[n], 0, 0, 0x93);
	}
	reset_seg(&c->ldtr, 0, 0, SEG_P | SYS_LDT);
	reset_seg(&c->tr, 0, 0, SEG_P | SYS_TSS_BUSY);
	c->gdtr = c->idtr = (struct dtr){.limit = 0xffff};
	c->cr0 = (init ? c->cr0 & (CR0_CD | CR0_NW) : CR0_CD | CR0_NW) | CR0_ET;
	c->cr2 = c->cr3 = c->cr4 = c->efer = 0;
	c->dr[6] = 0xffff0ff0;
	c->dr[7] = 0x400;
	c->halted = c->nmi_blocked = c->step_armed = c->rf_old = c->in_repeat = c->monitor_armed = c->wait_sipi = false;
	c->shadow = c->trap_db = 0;
	c->dr6_pending = 0;
	c->ex.active = false;
	c->nchain = 0;
	c->why = NULL;
	if (!init) {
		c->smm = c->nmi_pending = c->smi_pending = c->init_pending = false;
		c->smbase = 0x30000;
		c->a20_mask = ~0ull;
		reset_fpu(c);
		x86_msr_reset(c);
	}
	memset(c->pdpte, 0, sizeof(c->pdpte));
	c->cpu.events &= EVENT_STOP | EVENT_TRACE;
	c->cpu.pc = 0xfff0;
	tlb_flush_all(&c->cpu.tlb);
	x86_debug_changed(c);
	x86_update(c);
	x86_rearm(c);
}

static void x86_reset(struct cpu *cpu)
{
	struct x86 *c = x86_from(cpu);
	bool was_smm = c->smm;

	x86_reset_state(c, false);
	if (was_smm && c->bus.smm)
		c->bus.smm(c->bus.arg, false);
}

static bool x86_init(struct cpu *cpu, const char *model, struct err *err)
{
	struct x86 *c = x86_from(cpu);

	if (!x86_model_set(c, model, err))
		return false;
	c->isa = x86_isa_new(x86_groups);
	cpu->rows = x86_rows(cpu, &cpu->nrows);
	return true;
}

static void x86_free(struct cpu *cpu)
{
	struct x86 *c = x86_from(cpu);

	x86_isa_free((struct x86_isa *)(uintptr_t)c->isa);
	c->isa = NULL;
}

bool x86_has_long_mode(const struct x86 *c)
{
	return x86_has(c, FEAT_LM);
}

/* What the engine has to watch for (events) follows from the state, so it is not saved. */
void x86_loaded(struct x86 *c)
{
	c->cpu.events &= EVENT_STOP | EVENT_TRACE;
	c->cpu.rest = NULL;
	c->ex.active = false;
	memset(c->cs_limit, 0, sizeof(c->cs_limit));
	tlb_flush_all(&c->cpu.tlb);
	x86_debug_changed(c);
	x86_update(c);
	x86_rearm(c);
}

/* ---- entering a program without firmware --------------------------------------------------------- */

static void flat_segs(struct x86 *c, u16 code_attr, u32 gdt)
{
	u8 image[32] = {0};

	for (unsigned n = 0; n < S_COUNT; n++) {
		c->seg[n] = (struct seg){.sel = 0x18, .limit = 0xffffffff};
		c->seg[n].attr = SEG_G | SEG_DB | SEG_P | SEG_S | SEG_RW | SEG_A;
	}
	c->seg[S_CS].sel = 0x10;
	c->seg[S_CS].attr = code_attr | SEG_G | SEG_P | SEG_S | SEG_CODE | SEG_RW | SEG_A;
	for (unsigned n = S_CS; n <= S_SS; n++) { /* 4 GiB from 0; entries 2 and 3 */
		store_le32(image + c->seg[n].sel, 0x0000ffff);
		store_le32(image + c->seg[n].sel + 4, (u32)c->seg[n].attr << 8 | 0x000f0000);
	}
	space_load(c->cpu.memory, gdt, image, sizeof(image));
	c->gdtr.base = gdt;
	c->gdtr.limit = sizeof(image) - 1;
}

void x86_boot_protected(struct x86 *c, u32 eip, u32 gdt)
{
	flat_segs(c, SEG_DB, gdt);
	c->cr0 = CR0_ET | CR0_PE;
	c->flags = 0;
	c->cpu.pc = eip;
	tlb_flush_all(&c->cpu.tlb);
	x86_update(c);
}

void x86_boot_long(struct x86 *c, u64 rip, u64 cr3, u32 gdt)
{
	flat_segs(c, SEG_L, gdt);
	c->cr3 = cr3;
	c->cr4 = CR4_PAE;
	c->efer = EFER_LME | EFER_LMA;
	c->cr0 = CR0_ET | CR0_PE | CR0_PG;
	c->flags = 0;
	c->cpu.pc = rip;
	tlb_flush_all(&c->cpu.tlb);
	x86_update(c);
}

void x86_boot_real(struct x86 *c, u16 cs, u16 ip)
{
	x86_load_seg_real(c, S_CS, cs);
	c->cpu.pc = ip;
	x86_update(c);
}

/* ---- trace --------------------------------------------------------------------------------------- */

static void x86_trace(struct cpu *cpu, const struct insn *i, FILE *out)
{
	static const char *const names[] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di",
		"8", "9", "10", "11", "12", "13", "14", "15" };
	struct x86 *c = x86_from(cpu);
	char text[120];

	x86_text(c->isa, i, cpu->pc, cpu->mode, text, sizeof(text));
	fprintf(out, "%llu %04x:%0*llx %-36s", (unsigned long long)cpu->icount, c->seg[S_CS].sel, c->in64 ? 16 : 8,
		(unsigned long long)cpu->pc, text);
	for (unsigned n = 0; n < (c->in64 ? 16 : 8); n++)
		fprintf(out, " %s%s=%llx", n < 8 ? c->in64 ? "r" : "e" : "r", names[n], (unsigned long long)c->r[n]);
	fprintf(out, " efl=%x\n", x86_get_flags(c));
}

const struct cpu_ops x86_ops = {
	.name = "x86",
	.size = sizeof(struct x86),
	.state = x86_state,
	.rows = x86_rows,
	.init = x86_init,
	.free = x86_free,
	.reset = x86_reset,
	.fetch = x86_fetch,
	.decode = x86_decode,
	.boundary = x86_boundary,
	.deliver = x86_deliver,
	.sync = x86_sync,
	.trace = x86_trace,
	.list_models = x86_list_models,
	.explain = x86_explain,
};
