/* SPDX-License-Identifier: MIT */
/* Far JMP, CALL and RET: direct, through call gates of all sizes with change of stack and copy of parameters, to tasks.
 * Intel SDM vol. 2, JMP, CALL, RET (pseudocode); vol. 3, 5.8. */
#include "cpu/x86/operand.h"
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

struct target {
	u16 sel;
	u64 offset;
};

bool x86_desc_is_code64(const struct x86 *c, const struct x86_desc *d)
{
	return x86_long(c) && (d->attr & SEG_L);
}

/* #GP(0) if offset is no address in the code segment d. */
static void check_offset(struct x86 *c, const struct x86_desc *d, u64 offset)
{
	if (x86_desc_is_code64(c, d) ? !x86_canonical(offset) : offset > x86_desc_limit(d))
		x86_fail(c, X_GP, 0, "the target is outside its code segment");
}

/* L and D both set are reserved in IA-32e mode (SDM vol. 3, 5.2.1). */
static bool bad_long_attr(const struct x86 *c, const struct x86_desc *d)
{
	return x86_long(c) && (d->attr & SEG_L) && (d->attr & SEG_DB);
}

static void tell(const struct x86 *c, const char *what, u16 sel, u64 offset, unsigned cpl)
{
	log_line(LOG_PCALL, "%s at %04x:%llx to %04x:%llx, level %u", what, c->seg[S_CS].sel,
		(unsigned long long)cpu_pc_now(&c->cpu), sel, (unsigned long long)offset, cpl);
}

static void go(struct x86 *c, struct x86_desc *d, u16 sel, u64 offset, unsigned cpl)
{
	tell(c, "far jump or call", sel, offset, cpl);
	x86_set_cs(c, d, sel, cpl);
	c->cpu.pc = offset;
	x86_update(c);
}

/* ---- code segments ------------------------------------------------------------------------------- */

/* A code segment entered without change of level. */
static void check_code(struct x86 *c, u16 sel, struct x86_desc *d)
{
	unsigned dpl = x86_dpl(d->attr);

	if (bad_long_attr(c, d))
		x86_gp(c, sel & 0xfffcu);
	if (d->attr & SEG_DC ? dpl > c->cpl : (sel & 3u) > c->cpl || dpl != c->cpl)
		x86_gp(c, sel & 0xfffcu);
	if (!(d->attr & SEG_P))
		x86_raise_error(c, X_NP, sel & 0xfffcu);
}

static void real_jump(struct x86 *c, u16 sel, u64 offset)
{
	x86_load_seg_real(c, S_CS, sel);
	c->cpu.pc = offset;
	x86_update(c);
}

/* ---- call gates ---------------------------------------------------------------------------------- */

struct call_gate {
	struct target to;
	unsigned bytes, params;
};

static void read_call_gate(struct x86 *c, u16 sel, struct x86_desc *gate, struct call_gate *g)
{
	unsigned dpl = x86_dpl(gate->attr);

	if (dpl < c->cpl || dpl < (sel & 3u))
		x86_gp(c, sel & 0xfffcu);
	if (!(gate->attr & SEG_P))
		x86_raise_error(c, X_NP, sel & 0xfffcu);
	if (x86_long(c) && !x86_desc_upper(c, gate))
		x86_gp(c, sel & 0xfffcu);
	g->to.sel = (u16)(gate->lo >> 16);
	g->to.offset = (gate->lo & 0xffff) | (gate->lo >> 32 & 0xffff0000) | (gate->hi & 0xffffffff) << 32;
	g->params = gate->lo >> 32 & 31;
	g->bytes = x86_long(c) ? 8 : 4;
	if (x86_sys_type(gate->attr) == SYS_CALL16) {
		g->bytes = 2;
		g->to.offset &= 0xffff;
	}
}

/* The code segment behind a gate; returns the level to run at. JMP may not change it. */
static unsigned gate_code(struct x86 *c, const struct call_gate *g, struct x86_desc *d, bool call)
{
	u32 error = g->to.sel & 0xfffcu;
	unsigned dpl;

	if (x86_null(g->to.sel))
		x86_gp(c, 0);
	x86_desc_need(c, g->to.sel, d, X_GP, 0, "the call gate's code selector is beyond its table");
	dpl = x86_dpl(d->attr);
	if (!x86_is_code(d->attr) || dpl > c->cpl || (!call && !(d->attr & SEG_DC) && dpl != c->cpl))
		x86_gp(c, error);
	if (x86_long(c) && (d->attr & (SEG_L | SEG_DB)) != SEG_L)
		x86_gp(c, error);
	if (!(d->attr & SEG_P))
		x86_raise_error(c, X_NP, error);
	return d->attr & SEG_DC ? c->cpl : dpl;
}

static void gate_jump(struct x86 *c, u16 sel, struct x86_desc *gate)
{
	struct call_gate g;
	struct x86_desc d;

	read_call_gate(c, sel, gate, &g);
	gate_code(c, &g, &d, false);
	check_offset(c, &d, g.to.offset);
	x86_desc_touch(c, &d);
	go(c, &d, g.to.sel, g.to.offset, c->cpl);
}

/* SDM vol. 3, 5.8.5: the old SS:SP, the parameters in their order, the return address. */
static void push_inner_frame(struct x86 *c, const struct call_gate *g, struct x86_stack *st, u64 next, u32 err)
{
	struct x86_stack old;

	x86_stack_now(c, &old);
	x86_stack_push(c, st, g->bytes, c->seg[S_SS].sel, err);
	x86_stack_push(c, st, g->bytes, c->r[R_SP], err);
	if (g->bytes < 8) {
		for (unsigned n = g->params; n-- > 0;)
			x86_stack_push(c, st, g->bytes, x86_stack_at(c, &old, n * g->bytes, g->bytes, 0), err);
	}
	x86_stack_push(c, st, g->bytes, c->seg[S_CS].sel, err);
	x86_stack_push(c, st, g->bytes, next, err);
}

static void gate_call(struct x86 *c, u16 sel, struct x86_desc *gate, u64 next)
{
	struct call_gate g;
	struct x86_stack st;
	struct x86_desc d;
	unsigned cpl;

	read_call_gate(c, sel, gate, &g);
	cpl = gate_code(c, &g, &d, true);
	if (cpl == c->cpl) {
		check_offset(c, &d, g.to.offset);
		x86_stack_now(c, &st);
		x86_stack_push(c, &st, g.bytes, c->seg[S_CS].sel, 0);
		x86_stack_push(c, &st, g.bytes, next, 0);
		x86_desc_touch(c, &d);
		x86_stack_commit(c, &st);
		go(c, &d, g.to.sel, g.to.offset, cpl);
		return;
	}
	if (x86_long(c))
		x86_stack_inner64(c, cpl, 0, &st, 0);
	else
		x86_stack_inner(c, cpl, &st, 0);
	check_offset(c, &d, g.to.offset);
	push_inner_frame(c, &g, &st, next, x86_long(c) ? 0 : st.seg.sel & 0xfffcu);
	x86_desc_touch(c, &d);
	c->seg[S_SS] = st.seg;
	x86_stack_commit(c, &st);
	go(c, &d, g.to.sel, g.to.offset, cpl);
}

/* ---- JMP and CALL -------------------------------------------------------------------------------- */

/* Gates and tasks; false if d is code or data. */
static bool system_transfer(struct x86 *c, u16 sel, struct x86_desc *d, u64 next, bool call)
{
	enum x86_task_source source = call ? TASK_CALL : TASK_JUMP;
	int type = x86_sys_type(d->attr);
	unsigned dpl = x86_dpl(d->attr);

	if (type < 0)
		return false;
	if (type == SYS_CALL || (type == SYS_CALL16 && !x86_long(c))) {
		if (call)
			gate_call(c, sel, d, next);
		else
			gate_jump(c, sel, d);
		return true;
	}
	if (x86_long(c) || !(type == SYS_TASK_GATE || type == SYS_TSS || type == SYS_TSS16))
		x86_gp(c, sel & 0xfffcu);
	if (dpl < c->cpl || dpl < (sel & 3u))
		x86_gp(c, sel & 0xfffcu);
	if (!(d->attr & SEG_P))
		x86_raise_error(c, X_NP, sel & 0xfffcu);
	if (type == SYS_TASK_GATE) {
		x86_task_gate(c, (u16)(d->lo >> 16), source, next);
	} else {
		x86_task_desc(c, sel, d, false, X_GP, 0);
		x86_task_switch(c, d, source, next, x86_get_flags(c), 0);
	}
	c->why = NULL;
	return true;
}

static void far_transfer(struct x86 *c, const struct insn *i, struct target t, bool call)
{
	u64 next = x86_next_ip(c, i);
	unsigned bytes = 1u << i->size;
	struct x86_stack st;
	struct x86_desc d = {0};
	bool real = x86_real_segments(c);

	if (real) {
		if (t.offset > c->seg[S_CS].limit)
			x86_gp(c, 0);
	} else {
		if (x86_null(t.sel))
			x86_gp(c, 0);
		x86_desc_need(c, t.sel, &d, X_GP, 0, "the far pointer's selector is beyond its table");
		if (system_transfer(c, t.sel, &d, next, call))
			return;
		if (!x86_is_code(d.attr))
			x86_gp(c, t.sel & 0xfffcu);
		check_code(c, t.sel, &d);
	}
	x86_stack_now(c, &st);
	if (call) {
		x86_stack_push(c, &st, bytes, c->seg[S_CS].sel, 0);
		x86_stack_push(c, &st, bytes, next, 0);
	}
	if (real) {
		x86_stack_commit(c, &st);
		real_jump(c, t.sel, t.offset);
		return;
	}
	check_offset(c, &d, t.offset);
	x86_desc_touch(c, &d);
	if (call)
		x86_stack_commit(c, &st);
	go(c, &d, t.sel, t.offset, c->cpl);
}

static struct target direct(const struct insn *i)
{
	return (struct target){(u16)i->disp, i->size == 1 ? (u16)i->imm32 : (u32)i->imm32};
}

static struct target indirect(struct x86 *c, const struct insn *i)
{
	u64 ea = x86_ea(c, i), offset = x86_read(c, i->f[F_SEG], ea, 1u << i->size);

	return (struct target){(u16)x86_read(c, i->f[F_SEG], x86_wrap_addr(i, ea + (1u << i->size)), 2), offset};
}

static void jmp_far(struct cpu *cpu, const struct insn *i)
{
	far_transfer(x86_from(cpu), i, direct(i), false);
}

static void jmp_far_mem(struct cpu *cpu, const struct insn *i)
{
	far_transfer(x86_from(cpu), i, indirect(x86_from(cpu), i), false);
}

static void call_far(struct cpu *cpu, const struct insn *i)
{
	far_transfer(x86_from(cpu), i, direct(i), true);
}

static void call_far_mem(struct cpu *cpu, const struct insn *i)
{
	far_transfer(x86_from(cpu), i, indirect(x86_from(cpu), i), true);
}

/* ---- returns ------------------------------------------------------------------------------------- */

void x86_return_cs(struct x86 *c, u16 sel, u64 ip, struct x86_desc *d)
{
	u32 error = sel & 0xfffcu;
	unsigned rpl = sel & 3;

	if (x86_null(sel))
		x86_gp(c, 0);
	x86_desc_need(c, sel, d, X_GP, 0, "the return code selector is beyond its table");
	if (!x86_is_code(d->attr) || rpl < c->cpl || bad_long_attr(c, d))
		x86_gp(c, error);
	if (d->attr & SEG_DC ? x86_dpl(d->attr) > rpl : x86_dpl(d->attr) != rpl)
		x86_gp(c, error);
	if (!(d->attr & SEG_P))
		x86_raise_error(c, X_NP, error);
	check_offset(c, d, ip);
}

/* False: a null selector, which 64-bit code below level 3 may have. */
static bool return_ss(struct x86 *c, const struct x86_desc *cs, u16 sel, unsigned rpl, struct x86_desc *d)
{
	u32 error = sel & 0xfffcu;

	if (x86_null(sel)) {
		if (!x86_desc_is_code64(c, cs) || rpl == 3 || (sel & 3u) != rpl)
			x86_gp(c, 0);
		return false;
	}
	x86_desc_need(c, sel, d, X_GP, 0, "the return stack selector is beyond its table");
	if ((sel & 3u) != rpl || !x86_is_stack(d->attr) || x86_dpl(d->attr) != rpl)
		x86_gp(c, error);
	if (!(d->attr & SEG_P))
		x86_raise_error(c, X_SS, error);
	return true;
}

void x86_return_to(struct x86 *c, struct x86_desc *cs, u16 cs_sel, u64 ip, bool outer, u16 ss_sel, u64 sp)
{
	unsigned rpl = cs_sel & 3;
	struct x86_desc ss;

	if (outer) {
		bool some = return_ss(c, cs, ss_sel, rpl, &ss);
		u64 keep = 0;

		if (some)
			x86_desc_touch(c, &ss);
		x86_desc_touch(c, cs);
		if (some)
			x86_desc_cache(&ss, ss_sel, &c->seg[S_SS]);
		else
			x86_load_seg_null(c, S_SS, ss_sel);
		/* Only SP of a 16-bit stack is loaded. */
		if (!x86_desc_is_code64(c, cs) && !(c->seg[S_SS].attr & SEG_DB))
			keep = ~0xffffull;
		c->r[R_SP] = (c->r[R_SP] & keep) | (sp & ~keep);
	} else {
		x86_desc_touch(c, cs);
	}
	x86_set_cs(c, cs, cs_sel, rpl);
	if (outer)
		x86_drop_inner_segs(c);
	c->cpu.pc = ip;
	x86_update(c);
}

static void ret_far_by(struct x86 *c, const struct insn *i, unsigned extra)
{
	unsigned bytes = 1u << i->size;
	struct x86_stack st;
	struct x86_desc cs;
	u16 sel, ss = 0;
	u64 ip, sp = 0;
	bool outer;

	x86_stack_now(c, &st);
	ip = x86_stack_pop(c, &st, bytes, 0);
	sel = (u16)x86_stack_pop(c, &st, bytes, 0);
	if (x86_real_segments(c)) {
		if (ip > c->seg[S_CS].limit)
			x86_gp(c, 0);
		st.sp += extra;
		x86_stack_commit(c, &st);
		real_jump(c, sel, ip);
		return;
	}
	x86_return_cs(c, sel, ip, &cs);
	outer = (sel & 3u) > c->cpl;
	st.sp = (st.sp + extra) & st.mask;
	if (outer) {
		sp = x86_stack_pop(c, &st, bytes, 0);
		ss = (u16)x86_stack_pop(c, &st, bytes, 0);
	} else {
		x86_stack_commit(c, &st);
	}
	tell(c, "far return", sel, ip, sel & 3);
	x86_return_to(c, &cs, sel, ip, outer, ss, sp);
	if (outer) /* the parameters on the outer stack */
		c->r[R_SP] = (c->r[R_SP] & ~c->sp_mask) | ((c->r[R_SP] + extra) & c->sp_mask);
}

static void ret_far(struct cpu *cpu, const struct insn *i)
{
	ret_far_by(x86_from(cpu), i, 0);
}

static void ret_far_i(struct cpu *cpu, const struct insn *i)
{
	ret_far_by(x86_from(cpu), i, (u16)i->imm32);
}

static const struct insn_row rows[] = {
	{"EA cp", "ljmp Ap", SIZES1(jmp_far), .attr = NO64 | ENDS_BLOCK},
	{"FF /5", "ljmp Mp", SIZES1(jmp_far_mem), .attr = ENDS_BLOCK},
	{"9A cp", "lcall Ap", SIZES1(call_far), .attr = NO64 | ENDS_BLOCK},
	{"FF /3", "lcall Mp", SIZES1(call_far_mem), .attr = ENDS_BLOCK},
	{"CB", "retf", SIZES1(ret_far), .attr = ENDS_BLOCK},
	{"CA iw", "retf Iw", SIZES1(ret_far_i), .attr = ENDS_BLOCK},
};

const struct insn_group x86_group_far = { "far", rows, countof(rows), "Intel SDM vol. 2: JMP CALL RET (far)" };
