/* SPDX-License-Identifier: MIT */
/* Through the vector table or the IDT into a handler: real mode, protected and virtual-8086 mode with all gate
 * types, and IA-32e mode with interrupt stacks. Intel SDM vol. 3, 6.10 to 6.14, 20.1.4 and 20.2; vol. 2, INT n
 * (pseudocode). */
#include "cpu/x86/sys.h"

struct gate {
	u16 sel;
	u8 type, dpl, ist;
	u64 offset;
};

static u32 idt_error(const struct x86_event *e, u32 ext)
{
	return e->vector * 8u + 2 + ext;
}

/* EXT of error codes: clear if the program asked for the interrupt (INT n, INT3, INTO). */
static u32 ext_of(const struct x86_event *e)
{
	return e->kind == EV_SOFT_INT ? 0 : 1;
}

static void note_gate(struct x86 *c, const struct x86_event *e, u64 lo, u64 hi)
{
	struct x86_fault *f = &c->chain[c->nchain ? c->nchain - 1 : 0];

	if (!c->ex.active || !c->nchain || f->vector != e->vector)
		return;
	f->gate[0] = lo;
	f->gate[1] = hi;
	f->has_gate = true;
}

/* RFLAGS as pushed: RF is set for faults and between iterations, so that an instruction breakpoint does not trigger
 * again (SDM vol. 3, 17.3.1.1). */
static u32 flags_image(const struct x86 *c, const struct x86_event *e)
{
	u32 f = x86_get_flags(c);

	if (c->in_repeat && e->kind != EV_SOFT_INT)
		f |= FL_RF;
	if (e->kind == EV_FAULT && e->vector != X_DB && e->vector != X_DF && e->vector != X_MC)
		f |= FL_RF;
	return f;
}

static void common_entry(struct x86 *c, const struct x86_event *e)
{
	if (e->vector == X_DB && e->kind != EV_SOFT_INT && e->kind != EV_EXTERNAL)
		c->dr[7] &= ~0x2000ull; /* GD */
	c->rf_old = c->in_repeat = false;
	c->step_armed = false;
}

/* ---- real mode ----------------------------------------------------------------------------------- */

static void real_entry(struct x86 *c, const struct x86_event *e)
{
	u32 ext = ext_of(e), flags = flags_image(c, e) & 0xffff;
	struct x86_stack st;
	u64 vector;

	if (e->vector * 4u + 3 > c->idtr.limit)
		x86_fail(c, X_GP, idt_error(e, ext), "the vector lies beyond the limit of the interrupt vector table");
	c->why = "reading the interrupt vector";
	vector = x86_lin_read(c, c->idtr.base + e->vector * 4u, 4, VIEW_SUPER);
	note_gate(c, e, vector, 0);
	c->why = "pushing the return address";
	x86_stack_now(c, &st);
	x86_stack_push(c, &st, 2, flags, 0);
	x86_stack_push(c, &st, 2, c->seg[S_CS].sel, 0);
	x86_stack_push(c, &st, 2, e->ip, 0);
	if ((vector & 0xffff) > c->seg[S_CS].limit)
		x86_fail(c, X_GP, 0, "the handler's offset is beyond the limit of CS");
	x86_stack_commit(c, &st);
	x86_load_seg_real(c, S_CS, (u16)(vector >> 16));
	c->cpu.pc = vector & 0xffff;
	c->flags &= ~(u32)(FL_IF | FL_TF | FL_AC | FL_RF);
	x86_update(c);
}

/* ---- gates --------------------------------------------------------------------------------------- */

static void read_gate(struct x86 *c, const struct x86_event *e, struct gate *g)
{
	unsigned bytes = x86_long(c) ? 16 : 8, type;
	u32 error = idt_error(e, ext_of(e));
	u64 la = c->idtr.base + e->vector * bytes, lo, hi = 0;

	if (e->vector * bytes + bytes - 1 > c->idtr.limit)
		x86_fail(c, X_GP, error, "the vector lies beyond the limit of the IDT");
	c->why = "reading the IDT entry";
	lo = x86_lin_read(c, la, 8, VIEW_SUPER);
	if (bytes == 16)
		hi = x86_lin_read(c, la + 8, 8, VIEW_SUPER);
	note_gate(c, e, lo, hi);
	type = lo >> 40 & 0x1f;
	g->sel = (u16)(lo >> 16);
	g->type = (u8)type;
	g->dpl = lo >> 45 & 3;
	g->ist = bytes == 16 ? lo >> 32 & 7 : 0;
	g->offset = (lo & 0xffff) | (lo >> 32 & 0xffff0000) | (hi & 0xffffffff) << 32;
	if (type == SYS_INT16 || type == SYS_TRAP16)
		g->offset &= 0xffff;
	if (!(type == SYS_INT || type == SYS_TRAP) &&
	    (bytes == 16 || !(type == SYS_INT16 || type == SYS_TRAP16 || type == SYS_TASK_GATE)))
		x86_fail(c, X_GP, error, "the IDT entry is no gate of a kind allowed there");
	if (e->kind == EV_SOFT_INT && g->dpl < c->cpl)
		x86_fail(c, X_GP, error, "the gate's DPL does not let this privilege level call it");
	if (!(lo & BIT(47)))
		x86_fail(c, X_NP, error, "the IDT entry is not present");
}

/* The handler's code segment; returns the privilege level that it runs at. */
static unsigned handler_cs(struct x86 *c, const struct gate *g, struct x86_desc *d, u32 ext)
{
	u32 error = (g->sel & 0xfffcu) | ext;
	unsigned cpl;

	if (x86_null(g->sel))
		x86_fail(c, X_GP, ext, "the gate's code selector is null");
	x86_desc_need(c, g->sel, d, X_GP, ext, "the gate's code selector is beyond its table");
	if (!x86_is_code(d->attr) || x86_dpl(d->attr) > c->cpl)
		x86_fail(c, X_GP, error, "the gate's selector is no code segment of this or an inner level");
	if (x86_long(c) && (d->attr & (SEG_L | SEG_DB)) != SEG_L)
		x86_fail(c, X_GP, error, "the handler's code segment is not 64-bit");
	if (!(d->attr & SEG_P))
		x86_fail(c, X_NP, error, "the handler's code segment is not present");
	cpl = d->attr & SEG_DC ? c->cpl : x86_dpl(d->attr);
	if (x86_v86(c) && cpl != 0)
		x86_fail(c, X_GP, error, "the handler of an interrupt from virtual-8086 mode is not at level 0");
	return cpl;
}

static void task_gate(struct x86 *c, const struct x86_event *e, const struct gate *g, u32 ext)
{
	struct x86_desc d;
	struct x86_stack st;
	unsigned bytes;

	x86_task_desc(c, g->sel, &d, false, X_GP, ext);
	bytes = d.attr & 8 ? 4 : 2;
	x86_task_switch(c, &d, TASK_GATE_INT, e->ip, flags_image(c, e), ext);
	if (!e->has_error)
		return;
	x86_stack_now(c, &st);
	x86_stack_push(c, &st, bytes, e->error, ext);
	x86_stack_commit(c, &st);
}

static void clear_flags(struct x86 *c, const struct gate *g)
{
	c->flags &= ~(u32)(FL_TF | FL_NT | FL_RF | FL_VM);
	if (!(g->type & 1))
		c->flags &= ~(u32)FL_IF;
}

static void push_v86_segs(struct x86 *c, struct x86_stack *st, unsigned bytes, u32 err)
{
	static const u8 order[] = { S_GS, S_FS, S_DS, S_ES };

	for (unsigned n = 0; n < countof(order); n++)
		x86_stack_push(c, st, bytes, c->seg[order[n]].sel, err);
}

static void protected_entry(struct x86 *c, const struct x86_event *e)
{
	u32 ext = ext_of(e), flags = flags_image(c, e), err = 0;
	bool v86 = x86_v86(c);
	struct x86_stack st;
	unsigned cpl, bytes;
	struct x86_desc d;
	struct gate g;
	bool inner;

	read_gate(c, e, &g);
	if (g.type == SYS_TASK_GATE) {
		task_gate(c, e, &g, ext);
		return;
	}
	cpl = handler_cs(c, &g, &d, ext);
	bytes = g.type & 8 ? 4 : 2;
	inner = cpl < c->cpl;
	if (inner) {
		x86_stack_inner(c, cpl, &st, ext);
		err = st.seg.sel & 0xfffcu;
	} else {
		x86_stack_now(c, &st);
	}
	if (g.offset > x86_desc_limit(&d))
		x86_fail(c, X_GP, ext, "the handler's offset is beyond the limit of its code segment");
	c->why = "pushing the frame on the handler's stack";
	err |= ext;
	if (v86)
		push_v86_segs(c, &st, bytes, err);
	if (inner) {
		x86_stack_push(c, &st, bytes, c->seg[S_SS].sel, err);
		x86_stack_push(c, &st, bytes, c->r[R_SP], err);
	}
	x86_stack_push(c, &st, bytes, flags, err);
	x86_stack_push(c, &st, bytes, c->seg[S_CS].sel, err);
	x86_stack_push(c, &st, bytes, e->ip, err);
	if (e->has_error)
		x86_stack_push(c, &st, bytes, e->error, err);
	x86_desc_touch(c, &d);
	clear_flags(c, &g);
	if (v86) {
		for (unsigned n = 0; n < S_COUNT; n++) {
			if (n != S_CS && n != S_SS)
				x86_load_seg_null(c, n, 0);
		}
	}
	if (inner)
		c->seg[S_SS] = st.seg;
	x86_set_cs(c, &d, g.sel, cpl);
	x86_stack_commit(c, &st);
	c->cpu.pc = g.offset;
	x86_update(c);
}

/* SDM vol. 3, 6.14 */
static void long_entry(struct x86 *c, const struct x86_event *e)
{
	u32 ext = ext_of(e), flags = flags_image(c, e);
	struct x86_stack st;
	struct x86_desc d;
	struct gate g;
	unsigned cpl;
	bool inner;

	read_gate(c, e, &g);
	cpl = handler_cs(c, &g, &d, ext);
	inner = cpl < c->cpl;
	if (inner || g.ist) {
		x86_stack_inner64(c, cpl, g.ist, &st, ext);
	} else {
		x86_stack_now(c, &st);
		st.long64 = true;
		st.mask = ~0ull;
		st.sp = c->r[R_SP];
	}
	st.sp &= ~15ull;
	if (!x86_canonical(g.offset))
		x86_fail(c, X_GP, ext, "the handler's address is not canonical");
	c->why = "pushing the frame on the handler's stack";
	x86_stack_push(c, &st, 8, c->seg[S_SS].sel, ext);
	x86_stack_push(c, &st, 8, c->r[R_SP], ext);
	x86_stack_push(c, &st, 8, flags, ext);
	x86_stack_push(c, &st, 8, c->seg[S_CS].sel, ext);
	x86_stack_push(c, &st, 8, e->ip, ext);
	if (e->has_error)
		x86_stack_push(c, &st, 8, e->error, ext);
	x86_desc_touch(c, &d);
	clear_flags(c, &g);
	if (inner)
		x86_load_seg_null(c, S_SS, (u16)cpl);
	x86_set_cs(c, &d, g.sel, cpl);
	c->r[R_SP] = st.sp;
	c->cpu.pc = g.offset;
	x86_update(c);
}

/* ---- INT n --------------------------------------------------------------------------------------- */

/* Bit n of the interrupt redirection map, the 32 bytes below the I/O permission map (SDM vol. 3, 20.3.3.4). */
static bool redirected_to_idt(struct x86 *c, unsigned vector)
{
	u64 map;

	if (c->tr.limit < 0x67)
		x86_gp(c, 0);
	map = x86_lin_read(c, c->tr.base + 0x66, 2, VIEW_SUPER) - 32 + vector / 8;
	if (map > c->tr.limit)
		x86_gp(c, 0);
	return x86_lin_read(c, c->tr.base + map, 1, VIEW_SUPER) >> (vector & 7) & 1;
}

/* The program's own handler in virtual-8086 mode (SDM vol. 3, 20.3.3.5, methods 5 and 6). */
static void v86_entry(struct x86 *c, const struct x86_event *e)
{
	u32 flags = x86_get_flags(c) & 0xffff;
	bool direct = x86_iopl(c) == 3;
	struct x86_stack st;
	u32 vector;

	if (!direct)
		flags = (flags & ~(u32)FL_IF) | FL_IOPL | (c->flags & FL_VIF ? FL_IF : 0);
	vector = (u32)x86_lin_read(c, e->vector * 4u, 4, VIEW_USER);
	x86_stack_now(c, &st);
	x86_stack_push(c, &st, 2, flags, 0);
	x86_stack_push(c, &st, 2, c->seg[S_CS].sel, 0);
	x86_stack_push(c, &st, 2, e->ip, 0);
	x86_stack_commit(c, &st);
	x86_load_seg_real(c, S_CS, (u16)(vector >> 16));
	c->cpu.pc = vector & 0xffff;
	c->flags &= ~(u32)(FL_TF | FL_RF | (direct ? FL_IF : FL_VIF));
	x86_update(c);
	common_entry(c, e);
}

void x86_soft_int(struct x86 *c, const struct insn *i, unsigned vector, enum x86_event_kind kind, bool int_n)
{
	struct x86_event e = {.vector = (u8)vector, .kind = (u8)kind, .ip = x86_next_ip(c, i)};

	if (int_n && x86_v86(c)) {
		if ((c->cr4 & CR4_VME) && !redirected_to_idt(c, vector)) {
			v86_entry(c, &e);
			return;
		}
		if (x86_iopl(c) < 3)
			x86_gp(c, 0);
	}
	x86_enter_event(c, &e);
	c->why = NULL;
}

void x86_enter_event(struct x86 *c, const struct x86_event *e)
{
	if (!x86_protected(c))
		real_entry(c, e);
	else if (x86_long(c))
		long_entry(c, e);
	else
		protected_entry(c, e);
	common_entry(c, e);
}
