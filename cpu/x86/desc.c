/* SPDX-License-Identifier: MIT */
/* Descriptors in the GDT and LDT, the hidden parts of segment registers, and stacks of another privilege level before
 * they are committed. Intel SDM vol. 3, 3.4, 3.5, 5.5, 5.8.5. */
#include "cpu/x86/sys.h"

/* ---- descriptors --------------------------------------------------------------------------------- */

/* Linear address of the descriptor, or false if it is beyond its table. */
static bool locate(const struct x86 *c, u16 sel, unsigned bytes, u64 *la)
{
	unsigned off = sel & 0xfff8u;

	if (sel & 4) {
		*la = c->ldtr.base + off;
		return !x86_null(c->ldtr.sel) && off + bytes - 1 <= c->ldtr.limit;
	}
	*la = c->gdtr.base + off;
	return off + bytes - 1 <= c->gdtr.limit;
}

bool x86_desc_get(struct x86 *c, u16 sel, struct x86_desc *d)
{
	if (x86_null(sel) || !locate(c, sel, 8, &d->la))
		return false;
	d->sel = sel;
	d->lo = x86_lin_read(c, d->la, 8, VIEW_SUPER);
	d->hi = 0;
	d->attr = d->lo >> 40 & 0xf0ff;
	return true;
}

void x86_desc_need(struct x86 *c, u16 sel, struct x86_desc *d, unsigned vector, u32 ext, const char *what)
{
	const char *why = c->why;

	c->why = "reading a segment descriptor";
	if (!x86_desc_get(c, sel, d))
		x86_fail(c, vector, (sel & 0xfffcu) | ext, what);
	c->why = why;
}

bool x86_desc_upper(struct x86 *c, struct x86_desc *d)
{
	u64 la;

	if (!locate(c, d->sel, 16, &la))
		return false;
	d->hi = x86_lin_read(c, la + 8, 8, VIEW_SUPER);
	return !(d->hi >> 40 & 0x1f);
}

u64 x86_desc_base(const struct x86_desc *d)
{
	u64 base = (d->lo >> 16 & 0xffffff) | (d->lo >> 32 & 0xff000000);

	return d->attr & SEG_S ? base : base | d->hi << 32;
}

u32 x86_desc_limit(const struct x86_desc *d)
{
	u32 limit = (u32)((d->lo & 0xffff) | (d->lo >> 32 & 0xf0000));

	return d->attr & SEG_G ? limit << 12 | 0xfff : limit;
}

static void write_access_byte(struct x86 *c, struct x86_desc *d)
{
	d->lo = (d->lo & ~(0xffull << 40)) | (u64)(d->attr & 0xff) << 40;
	x86_lin_write(c, d->la + 5, 1, d->attr & 0xff, VIEW_SUPER);
}

void x86_desc_touch(struct x86 *c, struct x86_desc *d)
{
	if (d->attr & SEG_A)
		return;
	d->attr |= SEG_A;
	write_access_byte(c, d);
}

void x86_desc_set_type(struct x86 *c, struct x86_desc *d, unsigned type)
{
	d->attr = (u16)((d->attr & ~SEG_TYPE) | type);
	write_access_byte(c, d);
}

void x86_desc_cache(const struct x86_desc *d, u16 sel, struct seg *s)
{
	*s = (struct seg){.sel = sel, .attr = d->attr, .limit = x86_desc_limit(d), .base = x86_desc_base(d)};
}

/* ---- loading ------------------------------------------------------------------------------------- */

void x86_load_seg_null(struct x86 *c, unsigned seg, u16 sel)
{
	c->seg[seg] = (struct seg){.sel = sel};
}

/* Real mode keeps limit and size bits, on which "big real mode" relies; virtual-8086 mode sets all (SDM vol. 3,
 * 20.2.2). */
void x86_load_seg_real(struct x86 *c, unsigned seg, u16 sel)
{
	struct seg *s = &c->seg[seg];

	s->sel = sel;
	s->base = (u32)sel << 4;
	if (x86_v86(c)) {
		s->limit = 0xffff;
		s->attr = SEG_P | SEG_DPL | SEG_S | SEG_RW | SEG_A;
	} else {
		s->attr = (s->attr & (SEG_G | SEG_DB | SEG_AVL)) | SEG_P | SEG_S | SEG_RW | SEG_A;
	}
}

static void load_ss(struct x86 *c, u16 sel)
{
	struct x86_desc d;

	if (x86_null(sel)) {
		if (!c->in64 || c->cpl == 3 || (sel & 3) != c->cpl)
			x86_gp(c, 0);
		x86_load_seg_null(c, S_SS, sel);
		return;
	}
	x86_desc_need(c, sel, &d, X_GP, 0, "the stack selector is beyond its table");
	if ((sel & 3) != c->cpl || !x86_is_stack(d.attr) || x86_dpl(d.attr) != c->cpl)
		x86_gp(c, sel & 0xfffcu);
	if (!(d.attr & SEG_P))
		x86_raise_error(c, X_SS, sel & 0xfffcu);
	x86_desc_touch(c, &d);
	x86_desc_cache(&d, sel, &c->seg[S_SS]);
}

static void load_data(struct x86 *c, unsigned seg, u16 sel)
{
	struct x86_desc d;

	if (x86_null(sel)) {
		x86_load_seg_null(c, seg, sel);
		return;
	}
	x86_desc_need(c, sel, &d, X_GP, 0, "the selector is beyond its table");
	if (!(d.attr & SEG_S) || (d.attr & (SEG_CODE | SEG_RW)) == SEG_CODE)
		x86_gp(c, sel & 0xfffcu);
	if ((d.attr & (SEG_CODE | SEG_DC)) != (SEG_CODE | SEG_DC) &&
	    ((sel & 3u) > x86_dpl(d.attr) || c->cpl > x86_dpl(d.attr)))
		x86_gp(c, sel & 0xfffcu);
	if (!(d.attr & SEG_P))
		x86_raise_error(c, X_NP, sel & 0xfffcu);
	x86_desc_touch(c, &d);
	x86_desc_cache(&d, sel, &c->seg[seg]);
}

void x86_load_seg(struct x86 *c, unsigned seg, u16 sel)
{
	if (x86_real_segments(c))
		x86_load_seg_real(c, seg, sel);
	else if (seg == S_SS)
		load_ss(c, sel);
	else
		load_data(c, seg, sel);
	if (seg == S_SS)
		x86_update(c);
	else
		x86_update_seg(c, seg);
}

void x86_drop_inner_segs(struct x86 *c)
{
	static const u8 segs[] = { S_ES, S_DS, S_FS, S_GS };

	for (unsigned n = 0; n < countof(segs); n++) {
		const struct seg *s = &c->seg[segs[n]];

		bool conforming = (s->attr & (SEG_CODE | SEG_DC)) == (SEG_CODE | SEG_DC);

		if ((s->attr & SEG_P) && !conforming && x86_dpl(s->attr) < c->cpl)
			x86_load_seg_null(c, segs[n], 0);
	}
}

void x86_set_cs(struct x86 *c, struct x86_desc *d, u16 sel, unsigned cpl)
{
	x86_desc_cache(d, (u16)((sel & 0xfffc) | cpl), &c->seg[S_CS]);
	c->cpl = (u8)cpl;
}

/* ---- stacks -------------------------------------------------------------------------------------- */

static u8 view_of(const struct x86 *c, unsigned cpl)
{
	if (cpl == 3)
		return VIEW_USER;
	return (c->cr4 & CR4_SMAP) && (c->flags & FL_AC) ? VIEW_SUPER_AC : VIEW_SUPER;
}

static u64 mask_of(u16 attr)
{
	return attr & SEG_DB ? 0xffffffff : 0xffff;
}

void x86_stack_now(const struct x86 *c, struct x86_stack *st)
{
	*st = (struct x86_stack){
		.seg = c->seg[S_SS],
		.sp = c->r[R_SP],
		.mask = c->sp_mask,
		.view = view_of(c, c->cpl),
		.long64 = c->in64,
		.real = x86_real_segments(c),
	};
}

static u64 stack_address(struct x86 *c, const struct x86_stack *st, u64 sp, unsigned bytes, bool write, u32 err)
{
	u64 la;

	if (st->long64) {
		la = sp;
		if (!x86_canonical(la) || !x86_canonical(la + bytes - 1))
			x86_fail(c, X_SS, err, "the stack pointer is not canonical");
	} else {
		la = (u32)(st->seg.base + sp);
		if (!x86_seg_allows(&st->seg, st->real, sp, bytes, write))
			x86_fail(c, X_SS, err, "the stack segment's limit or type forbids the access");
	}
	if (st->view == VIEW_USER && (c->flags & FL_AC) && (c->cr0 & CR0_AM) && (la & (bytes - 1)))
		x86_raise_error(c, X_AC, 0);
	return la;
}

void x86_stack_push(struct x86 *c, struct x86_stack *st, unsigned bytes, u64 value, u32 err)
{
	u64 sp = (st->sp - bytes) & st->mask;

	x86_lin_write(c, stack_address(c, st, sp, bytes, true, err), bytes, value, st->view);
	st->sp = sp;
}

u64 x86_stack_at(struct x86 *c, const struct x86_stack *st, u64 offset, unsigned bytes, u32 err)
{
	return x86_lin_read(c, stack_address(c, st, (st->sp + offset) & st->mask, bytes, false, err), bytes, st->view);
}

u64 x86_stack_pop(struct x86 *c, struct x86_stack *st, unsigned bytes, u32 err)
{
	u64 v = x86_stack_at(c, st, 0, bytes, err);

	st->sp = (st->sp + bytes) & st->mask;
	return v;
}

void x86_stack_commit(struct x86 *c, const struct x86_stack *st)
{
	u64 keep = st->mask == 0xffff ? ~0xffffull : 0; /* as for any register: 32 bits clear the upper half */

	c->r[R_SP] = (c->r[R_SP] & keep) | (st->sp & st->mask);
}

/* SDM vol. 2, INT n, "INTER-PRIVILEGE-LEVEL-INTERRUPT". */
void x86_stack_inner(struct x86 *c, unsigned dpl, struct x86_stack *st, u32 ext)
{
	bool wide = c->tr.attr & 8;
	unsigned off = wide ? dpl * 8 + 4 : dpl * 4 + 2, bytes = wide ? 4 : 2;
	struct x86_desc d;
	u32 error;
	u64 sp;
	u16 ss;

	if (off + 2 * bytes - 1 > c->tr.limit)
		x86_fail(c, X_TS, (c->tr.sel & 0xfffcu) | ext, "the task-state segment has no such stack");
	c->why = "reading the inner stack pointer from the task-state segment";
	sp = x86_lin_read(c, c->tr.base + off, bytes, VIEW_SUPER);
	ss = (u16)x86_lin_read(c, c->tr.base + off + bytes, 2, VIEW_SUPER);
	error = (ss & 0xfffcu) | ext;
	if (x86_null(ss))
		x86_fail(c, X_TS, ext, "the inner stack selector in the task-state segment is null");
	x86_desc_need(c, ss, &d, X_TS, ext, "the inner stack selector is beyond its table");
	if ((ss & 3u) != dpl || x86_dpl(d.attr) != dpl || !x86_is_stack(d.attr))
		x86_fail(c, X_TS, error, "the inner stack selector is no writable data segment of that level");
	if (!(d.attr & SEG_P))
		x86_fail(c, X_SS, error, "the inner stack segment is not present");
	x86_desc_touch(c, &d);
	*st = (struct x86_stack){.sp = sp & mask_of(d.attr), .mask = mask_of(d.attr), .view = view_of(c, dpl)};
	x86_desc_cache(&d, ss, &st->seg);
}

void x86_stack_inner64(struct x86 *c, unsigned dpl, unsigned ist, struct x86_stack *st, u32 ext)
{
	unsigned off = ist ? 0x1c + ist * 8 : 4 + dpl * 8;

	if (off + 7 > c->tr.limit)
		x86_fail(c, X_TS, (c->tr.sel & 0xfffcu) | ext, "the task-state segment has no such stack");
	c->why = "reading the handler's stack pointer from the task-state segment";
	*st = (struct x86_stack){.mask = ~0ull, .view = view_of(c, dpl), .long64 = true};
	st->sp = x86_lin_read(c, c->tr.base + off, 8, VIEW_SUPER);
	if (!x86_canonical(st->sp))
		x86_fail(c, X_SS, ext, "the handler's stack pointer is not canonical");
	st->seg.sel = (u16)dpl;
}
