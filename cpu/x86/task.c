/* SPDX-License-Identifier: MIT */
/* Hardware task switches between 16-bit and 32-bit task-state segments, by JMP, CALL, IRET, task gates and exceptions.
 * Intel SDM vol. 3, chapter 7: steps 7.3, checks table 7-1, flags and links table 7-2. */
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

enum { T_IP, T_FLAGS, T_REGS, T_ES = T_REGS + 8, T_CS, T_SS, T_DS, T_FS, T_GS, T_LDT, T_CR3, T_TRAP, T_COUNT };

/* Offsets in a task-state segment; 0 where the 16-bit one has no such field (figures 7-2 and 7-10). */
static const u8 layout[2][T_COUNT] = {
	{ 0x0e, 0x10, 0x12, 0x14, 0x16, 0x18, 0x1a, 0x1c, 0x1e, 0x20, 0x22, 0x24, 0x26, 0x28, 0, 0, 0x2a, 0, 0 },
	{ 0x20, 0x24, 0x28, 0x2c, 0x30, 0x34, 0x38, 0x3c, 0x40, 0x44, 0x48, 0x4c, 0x50, 0x54, 0x58, 0x5c, 0x60, 0x1c, 0x64 },
};

static unsigned min_limit(bool wide)
{
	return wide ? 0x67 : 0x2b;
}

void x86_task_desc(struct x86 *c, u16 sel, struct x86_desc *d, bool busy, unsigned vector, u32 ext)
{
	u32 error = (sel & 0xfffcu) | ext;
	int type;

	if (sel & 4)
		x86_fail(c, vector, error, "the task-state selector points into the LDT");
	x86_desc_need(c, sel, d, vector, ext, "the task-state selector is null or beyond the GDT");
	type = x86_sys_type(d->attr);
	if (type != (busy ? SYS_TSS_BUSY : SYS_TSS) && type != (busy ? SYS_TSS16_BUSY : SYS_TSS16))
		x86_fail(c, vector, error, busy ? "the task is not busy" : "the task is not available");
	if (!(d->attr & SEG_P))
		x86_fail(c, X_NP, error, "the task-state segment is not present");
}

/* ---- memory -------------------------------------------------------------------------------------- */

static void read_tss(struct x86 *c, u64 base, bool wide, u32 out[T_COUNT])
{
	for (unsigned n = 0; n < T_COUNT; n++) {
		bool half = n >= T_ES && n <= T_LDT;

		out[n] = 0;
		if (layout[wide][n])
			out[n] = (u32)x86_lin_read(c, base + layout[wide][n], wide && !half ? 4 : 2, VIEW_SUPER);
	}
	if (wide)
		return;
	for (unsigned n = T_REGS; n < T_ES; n++)
		out[n] |= 0xffff0000;
}

/* IP to the last segment register; the rest is only ever read. */
static void write_tss(struct x86 *c, u64 base, bool wide, u64 ip, u32 flags)
{
	u32 v[T_LDT] = { [T_IP] = (u32)ip, [T_FLAGS] = flags };

	for (unsigned n = 0; n < 8; n++)
		v[T_REGS + n] = (u32)c->r[n];
	for (unsigned n = 0; n < S_COUNT; n++)
		v[T_ES + n] = c->seg[n].sel;
	for (unsigned n = T_IP; n < T_LDT; n++) {
		if (layout[wide][n])
			x86_lin_write(c, base + layout[wide][n], wide && n < T_ES ? 4 : 2, v[n], VIEW_SUPER);
	}
}

static void probe(struct x86 *c, u64 base, unsigned from, unsigned to)
{
	for (unsigned off = from; off < to; off += 2)
		x86_lin_probe(c, base + off, 2, VIEW_SUPER);
}

/* Both segments must be reachable before anything changes (7.3, step 5). */
static void check_memory(struct x86 *c, const struct x86_desc *d, bool links, u32 ext)
{
	bool old_wide = c->tr.attr & 8, wide = d->attr & 8;
	u64 base = x86_desc_base(d);

	if (x86_desc_limit(d) < min_limit(wide))
		x86_fail(c, X_TS, (d->sel & 0xfffcu) | ext, "the new task-state segment is too small");
	if (c->tr.limit < min_limit(old_wide))
		x86_fail(c, X_TS, (c->tr.sel & 0xfffcu) | ext, "the old task-state segment is too small");
	c->why = "writing the old task-state segment";
	probe(c, c->tr.base, layout[old_wide][T_IP], layout[old_wide][T_LDT]);
	if (links)
		x86_lin_probe(c, base, 2, VIEW_SUPER);
	c->why = NULL;
}

static void set_busy(struct x86 *c, struct x86_desc *d, bool busy)
{
	x86_desc_set_type(c, d, (d->attr & SEG_TYPE & ~SYS_BUSY) | (busy ? SYS_BUSY : 0));
}

/* ---- the new task's state ------------------------------------------------------------------------ */

static void load_ldt(struct x86 *c, u16 sel, u32 ext)
{
	u32 error = (sel & 0xfffcu) | ext;
	struct x86_desc d;

	c->ldtr = (struct seg){.sel = sel};
	if (x86_null(sel))
		return;
	if (sel & 4)
		x86_fail(c, X_TS, error, "the new task's LDT selector points into an LDT");
	x86_desc_need(c, sel, &d, X_TS, ext, "the new task's LDT selector is beyond the GDT");
	if (x86_sys_type(d.attr) != SYS_LDT || !(d.attr & SEG_P))
		x86_fail(c, X_TS, error, "the new task's LDT is no present LDT");
	x86_desc_cache(&d, sel, &c->ldtr);
}

static void load_code(struct x86 *c, u16 sel, u32 ext)
{
	u32 error = (sel & 0xfffcu) | ext;
	struct x86_desc d;

	x86_desc_need(c, sel, &d, X_TS, ext, "the new task's code selector is null or beyond its table");
	if (!x86_is_code(d.attr) || (d.attr & SEG_DC ? x86_dpl(d.attr) > c->cpl : x86_dpl(d.attr) != c->cpl))
		x86_fail(c, X_TS, error, "the new task's code selector is no code segment of its level");
	if (!(d.attr & SEG_P))
		x86_fail(c, X_NP, error, "the new task's code segment is not present");
	x86_desc_touch(c, &d);
	x86_desc_cache(&d, sel, &c->seg[S_CS]);
}

static void load_stack(struct x86 *c, u16 sel, u32 ext)
{
	u32 error = (sel & 0xfffcu) | ext;
	struct x86_desc d;

	x86_desc_need(c, sel, &d, X_TS, ext, "the new task's stack selector is null or beyond its table");
	if (!x86_is_stack(d.attr) || x86_dpl(d.attr) != c->cpl || (sel & 3u) != c->cpl)
		x86_fail(c, X_TS, error, "the new task's stack selector is no writable data segment of its level");
	if (!(d.attr & SEG_P))
		x86_fail(c, X_SS, error, "the new task's stack segment is not present");
	x86_desc_touch(c, &d);
	x86_desc_cache(&d, sel, &c->seg[S_SS]);
}

static void load_data(struct x86 *c, unsigned seg, u16 sel, u32 ext)
{
	u32 error = (sel & 0xfffcu) | ext;
	struct x86_desc d;

	if (x86_null(sel))
		return;
	x86_desc_need(c, sel, &d, X_TS, ext, "a data selector of the new task is beyond its table");
	if (!(d.attr & SEG_S) || (d.attr & (SEG_CODE | SEG_RW)) == SEG_CODE)
		x86_fail(c, X_TS, error, "a data selector of the new task is no readable segment");
	if ((d.attr & (SEG_CODE | SEG_DC)) != (SEG_CODE | SEG_DC) &&
	    ((sel & 3u) > x86_dpl(d.attr) || c->cpl > x86_dpl(d.attr)))
		x86_fail(c, X_TS, error, "a data selector of the new task is too privileged");
	if (!(d.attr & SEG_P))
		x86_fail(c, X_NP, error, "a data segment of the new task is not present");
	x86_desc_touch(c, &d);
	x86_desc_cache(&d, sel, &c->seg[seg]);
}

/* Selectors only: until its descriptor is checked, a segment may not be used. */
static void load_registers(struct x86 *c, const u32 t[T_COUNT], bool wide, bool nested)
{
	for (unsigned n = 0; n < 8; n++)
		c->r[n] = t[T_REGS + n];
	for (unsigned n = 0; n < S_COUNT; n++)
		x86_load_seg_null(c, n, (u16)t[T_ES + n]);
	c->cpu.pc = t[T_IP];
	c->rf_old = false;
	x86_set_flags(c, t[T_FLAGS] | (nested ? FL_NT : 0), wide ? 0x3f7fd5 : 0x7fd5);
	if (!wide)
		c->flags &= 0xffff;
	c->cpl = x86_v86(c) ? 3 : t[T_CS] & 3;
	x86_update(c);
}

static void load_segments(struct x86 *c, const u32 t[T_COUNT], u32 ext)
{
	c->why = "loading the new task's segments";
	load_ldt(c, (u16)t[T_LDT], ext);
	if (x86_v86(c)) {
		for (unsigned n = 0; n < S_COUNT; n++)
			x86_load_seg_real(c, n, (u16)t[T_ES + n]);
	} else {
		load_code(c, (u16)t[T_CS], ext);
		load_stack(c, (u16)t[T_SS], ext);
		load_data(c, S_DS, (u16)t[T_DS], ext);
		load_data(c, S_ES, (u16)t[T_ES], ext);
		load_data(c, S_FS, (u16)t[T_FS], ext);
		load_data(c, S_GS, (u16)t[T_GS], ext);
	}
	x86_update(c);
	if (c->cpu.pc > c->seg[S_CS].limit)
		x86_fail(c, X_GP, ext, "the new task's EIP is beyond the limit of its code segment");
	c->why = NULL;
}

static void load_cr3(struct x86 *c, u32 value)
{
	if (!(c->cr0 & CR0_PG))
		return;
	if ((c->cr4 & CR4_PAE) && !x86_load_pdptes(c, value))
		x86_fail(c, X_GP, 0, "the new task's page-directory pointers have reserved bits set");
	x86_set_cr3(c, value, false);
}

/* From here on faults belong to the new task: they must not be put down to the instruction that switched. */
static void enter_task(struct x86 *c, const u32 t[T_COUNT], bool wide, bool nested, u32 ext)
{
	struct cpu *cpu = &c->cpu;
	const struct insn *insn = cpu->insn;
	struct block *block = cpu->block;
	u64 icount = cpu->icount;

	cpu->icount = cpu_icount_now(cpu);
	cpu->insn = NULL;
	cpu->block = NULL;
	if (wide)
		load_cr3(c, t[T_CR3]);
	load_registers(c, t, wide, nested);
	load_segments(c, t, ext);
	c->dr[7] &= ~0x155ull; /* L0-L3, LE */
	x86_debug_changed(c);
	if (t[T_TRAP] & 1) {
		c->dr6_pending |= 1u << 15; /* BT */
		c->trap_db = 1;
	}
	cpu->insn = insn;
	cpu->block = block;
	cpu->icount = icount;
	cpu_end_block(cpu);
	x86_rearm(c);
}

void x86_task_switch(struct x86 *c, struct x86_desc *d, enum x86_task_source source, u64 ip, u32 flags, u32 ext)
{
	bool old_wide = c->tr.attr & 8, wide = d->attr & 8, nested = source == TASK_CALL || source == TASK_GATE_INT;
	u64 base = x86_desc_base(d);
	u32 t[T_COUNT];
	struct x86_desc old;

	check_memory(c, d, nested, ext);
	log_line(LOG_PCALL, "task switch at %04x:%llx from %04x to %04x", c->seg[S_CS].sel, (unsigned long long)ip,
		c->tr.sel, d->sel);
	read_tss(c, base, wide, t);
	if (!nested && x86_desc_get(c, c->tr.sel, &old))
		set_busy(c, &old, false);
	write_tss(c, c->tr.base, old_wide, ip, source == TASK_IRET ? flags & ~(u32)FL_NT : flags);
	if (nested)
		x86_lin_write(c, base, 2, c->tr.sel, VIEW_SUPER);
	if (source != TASK_IRET)
		set_busy(c, d, true);
	x86_desc_cache(d, d->sel, &c->tr);
	c->cr0 |= CR0_TS;
	enter_task(c, t, wide, nested, ext);
}

void x86_task_gate(struct x86 *c, u16 tss_sel, enum x86_task_source source, u64 ip)
{
	struct x86_desc d;

	x86_task_desc(c, tss_sel, &d, false, X_GP, 0);
	x86_task_switch(c, &d, source, ip, x86_get_flags(c), 0);
}
