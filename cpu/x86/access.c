/* SPDX-License-Identifier: MIT */
/* The slow half of every memory access: what segment and paging checks refuse, two-page accesses, devices, watchpoints,
 * and filling the TLB so that the next access is fast. Segment checks: Intel SDM vol. 3, 5.3 to 5.5; canonical
 * addresses: vol. 1, 3.3.7.1; alignment: vol. 3, 6.15, interrupt 17. */
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

/* ---- translation --------------------------------------------------------------------------------- */

/* Puts the page into the TLB: tags as far as it is plain memory, permissions always. */
static void fill(struct x86 *c, unsigned view, const struct tlb_extra *x)
{
	struct tlb_entry e = {TLB_NEVER, TLB_NEVER, TLB_NEVER, 0};
	const struct flat *f = space_find(c->cpu.memory, x->phys);
	const struct region *r = f ? f->region : NULL;
	unsigned mode = c->cpu.tlb.mode;

	if (r && r->kind != REGION_IO && f->base <= x->phys && f->last - x->phys >= RAM_PAGE_SIZE - 1) {
		u64 off = r->ram_off + (x->phys - r->base);
		bool watched = c->watch && x86_page_watched(c, x->va);

		e.addend = (uintptr_t)(r->ram->host + off) - (uintptr_t)x->va;
		if (x->allowed >> ACCESS_FETCH & 1)
			e.fetch = x->va;
		if ((x->allowed >> ACCESS_READ & 1) && !watched)
			e.read = x->va;
		if ((x->allowed >> ACCESS_WRITE & 1) && !watched && r->kind == REGION_RAM && !r->ram->rom &&
			ram_page_plain(r->ram, off))
			e.write = x->va;
	}
	tlb_set_mode(&c->cpu.tlb, view);
	tlb_fill(&c->cpu.tlb, &e, x);
	tlb_set_mode(&c->cpu.tlb, mode);
}

static const struct tlb_entry *entry_of(const struct x86 *c, u64 la, unsigned view)
{
	return &c->cpu.tlb.ctx[c->cpu.tlb.current].entry[view][tlb_index(la)];
}

/* Physical address of la, for one page. Raises #PF. What the TLB knows of the page's permissions spares the walk for
 * devices, pages with code and entries that were pushed out. */
static u64 translate(struct x86 *c, u64 la, enum access access, unsigned view)
{
	const struct tlb_extra *known = tlb_find(&c->cpu.tlb, la, view);
	struct tlb_extra x;
	struct x86_page page;

	if (likely(known && (known->allowed >> access & 1))) {
		x = *known;
		if (access == ACCESS_WRITE && entry_of(c, la, view)->write == TLB_NEVER)
			fill(c, view, &x); /* it may be plain memory again */
		return x.phys | (la & ~TLB_PAGE);
	}
	x86_walk(c, la, access, view, &page);
	x = (struct tlb_extra){.va = la & TLB_PAGE, .phys = page.phys, .span = page.span, .global = page.global,
		.allowed = (u8)(page.read << ACCESS_READ | page.write << ACCESS_WRITE | page.fetch << ACCESS_FETCH)};
	fill(c, view, &x);
	return page.phys | (la & ~TLB_PAGE);
}

/* Bytes of an n-byte access at la that lie in its first page. */
static unsigned in_page(u64 la, unsigned n)
{
	return min_uint(n, RAM_PAGE_SIZE - (unsigned)(la & ~TLB_PAGE));
}

/* Linear addresses wrap at 4 GiB outside 64-bit mode; tables may lie anywhere in compatibility mode. */
static u64 next_page(const struct x86 *c, u64 la)
{
	u64 next = (la & TLB_PAGE) + RAM_PAGE_SIZE;

	return !c->in64 && la <= 0xffffffff ? (u32)next : next;
}

u64 x86_lin_read(struct x86 *c, u64 la, unsigned bytes, unsigned view)
{
	unsigned first = in_page(la, bytes);
	const struct tlb_entry *e = entry_of(c, la, view);
	u64 pa, v;

	if (likely(first == bytes && e->read == (la & TLB_PAGE)))
		return load_le((const u8 *)(e->addend + (uintptr_t)la), bytes);
	pa = translate(c, la, ACCESS_READ, view);
	if (likely(first == bytes && e->read == (la & TLB_PAGE)))
		return load_le((const u8 *)(e->addend + (uintptr_t)la), bytes);
	if (first == bytes) {
		v = space_read(c->cpu.memory, pa, bytes);
		if (log_on(LOG_GUEST_ERRORS))
			x86_note_access(c, c->cpu.memory, pa, bytes, "reads memory", v);
	} else {
		u64 pa2 = translate(c, next_page(c, la), ACCESS_READ, view);
		u8 b[8];

		space_read_block(c->cpu.memory, pa, b, first);
		space_read_block(c->cpu.memory, pa2, b + first, bytes - first);
		v = load_le(b, bytes);
	}
	if (unlikely(c->watch))
		x86_watch(c, la, bytes, ACCESS_READ);
	return v;
}

void x86_lin_probe(struct x86 *c, u64 la, unsigned bytes, unsigned view)
{
	translate(c, la, ACCESS_WRITE, view);
	if (unlikely(in_page(la, bytes) != bytes))
		translate(c, next_page(c, la), ACCESS_WRITE, view);
}

void x86_lin_write(struct x86 *c, u64 la, unsigned bytes, u64 value, unsigned view)
{
	unsigned first = in_page(la, bytes);
	const struct tlb_entry *e = entry_of(c, la, view);
	u64 pa;

	if (likely(first == bytes && e->write == (la & TLB_PAGE))) {
		store_le((u8 *)(e->addend + (uintptr_t)la), bytes, value);
		return;
	}
	pa = translate(c, la, ACCESS_WRITE, view);
	if (likely(first == bytes && e->write == (la & TLB_PAGE))) {
		store_le((u8 *)(e->addend + (uintptr_t)la), bytes, value);
		return;
	}
	if (first == bytes) {
		space_write(c->cpu.memory, pa, bytes, value);
		if (log_on(LOG_GUEST_ERRORS))
			x86_note_access(c, c->cpu.memory, pa, bytes, "writes memory", value);
	} else {
		u64 pa2 = translate(c, next_page(c, la), ACCESS_WRITE, view);
		u8 b[8];

		store_le(b, bytes, value);
		space_write_block(c->cpu.memory, pa, b, first);
		space_write_block(c->cpu.memory, pa2, b + first, bytes - first);
	}
	if (unlikely(c->watch))
		x86_watch(c, la, bytes, ACCESS_WRITE);
}

u64 x86_read_linear(struct x86 *c, u64 la, unsigned bytes, bool supervisor)
{
	return x86_lin_read(c, la, bytes, supervisor ? VIEW_SUPER : x86_view_now(c));
}

void x86_write_linear(struct x86 *c, u64 la, unsigned bytes, u64 value, bool supervisor)
{
	x86_lin_write(c, la, bytes, value, supervisor ? VIEW_SUPER : x86_view_now(c));
}

/* ---- segments ------------------------------------------------------------------------------------ */

X86_NORETURN static void seg_fault(struct x86 *c, unsigned seg)
{
	x86_raise_error(c, seg == S_SS ? X_SS : X_GP, 0);
}

bool x86_seg_allows(const struct seg *s, bool real, u64 ea, unsigned n, bool write)
{
	u64 last = ea + n - 1;

	if (!real) {
		if (!(s->attr & SEG_P) || !(s->attr & SEG_S))
			return false;
		if (write ? !x86_is_stack(s->attr) : (s->attr & (SEG_CODE | SEG_RW)) == SEG_CODE)
			return false;
		if ((s->attr & (SEG_CODE | SEG_DC)) == SEG_DC)
			return ea > s->limit && last <= (s->attr & SEG_DB ? 0xffffffff : 0xffff);
	}
	/* A segment of 4 GiB has no end: the access wraps (SDM vol. 3, 5.3). */
	return last <= s->limit || s->limit == 0xffffffff;
}

static unsigned alignment_of(unsigned n)
{
	switch (n) {
	case 6:
	case 28: /* FNSTENV, FNSAVE and back: by operand size (SDM vol. 3, table 6-7) */
	case 108:
		return 4;
	case 14:
	case 94:
		return 2;
	case 10:
		return 8;
	default:
		return n > 16 || n & (n - 1) ? 1 : n;
	}
}

/* Linear address of an access to [ea, ea + n), or #GP, #SS, #AC. */
static u64 check(struct x86 *c, unsigned seg, u64 ea, unsigned n, enum access access)
{
	const struct seg *s = &c->seg[seg];
	u64 la = s->ebase + ea;

	if (c->in64) {
		if (!x86_canonical(la) || !x86_canonical(la + n - 1))
			seg_fault(c, seg);
	} else {
		if (!x86_seg_allows(s, x86_real_segments(c), ea, n, access == ACCESS_WRITE))
			seg_fault(c, seg);
		la = (u32)la;
	}
	if (c->cpl == 3 && (c->flags & FL_AC) && (c->cr0 & CR0_AM) && (la & (alignment_of(n) - 1)))
		x86_raise_error(c, X_AC, 0);
	return la;
}

u64 x86_read_slow(struct x86 *c, unsigned seg, u64 ea, unsigned bytes)
{
	return x86_lin_read(c, check(c, seg, ea, bytes, ACCESS_READ), bytes, c->cpu.tlb.mode);
}

void x86_write_slow(struct x86 *c, unsigned seg, u64 ea, unsigned bytes, u64 value)
{
	x86_lin_write(c, check(c, seg, ea, bytes, ACCESS_WRITE), bytes, value, c->cpu.tlb.mode);
}

u64 x86_rmw_slow(struct x86 *c, unsigned seg, u64 ea, unsigned bytes)
{
	u64 la = check(c, seg, ea, bytes, ACCESS_WRITE);

	x86_lin_probe(c, la, bytes, c->cpu.tlb.mode);
	return x86_lin_read(c, la, bytes, c->cpu.tlb.mode);
}

/* ---- longer operands ----------------------------------------------------------------------------- */

struct span {
	u64 pa[3];
	unsigned len[3], count;
};

static void translate_span(struct x86 *c, u64 la, unsigned n, enum access access, struct span *s)
{
	s->count = 0;
	while (n) {
		unsigned k = in_page(la, n);

		assert(s->count < countof(s->pa));
		s->pa[s->count] = translate(c, la, access, c->cpu.tlb.mode);
		s->len[s->count++] = k;
		n -= k;
		la = next_page(c, la);
	}
}

void x86_read_bytes(struct x86 *c, unsigned seg, u64 ea, void *buf, unsigned n)
{
	u64 la = check(c, seg, ea, n, ACCESS_READ);
	struct span s;
	u8 *out = buf;

	translate_span(c, la, n, ACCESS_READ, &s);
	for (unsigned k = 0; k < s.count; out += s.len[k], k++)
		space_read_block(c->cpu.memory, s.pa[k], out, s.len[k]);
	if (unlikely(c->watch))
		x86_watch(c, la, n, ACCESS_READ);
}

void x86_write_bytes(struct x86 *c, unsigned seg, u64 ea, const void *buf, unsigned n)
{
	u64 la = check(c, seg, ea, n, ACCESS_WRITE);
	const u8 *in = buf;
	struct span s;

	translate_span(c, la, n, ACCESS_WRITE, &s);
	for (unsigned k = 0; k < s.count; in += s.len[k], k++)
		space_write_block(c->cpu.memory, s.pa[k], in, s.len[k]);
	if (unlikely(c->watch))
		x86_watch(c, la, n, ACCESS_WRITE);
}

void x86_probe_write(struct x86 *c, unsigned seg, u64 ea, unsigned n)
{
	struct span s;

	translate_span(c, check(c, seg, ea, n, ACCESS_WRITE), n, ACCESS_WRITE, &s);
}

void x86_touch(struct x86 *c, unsigned seg, u64 ea)
{
	translate(c, check(c, seg, ea, 1, ACCESS_READ), ACCESS_READ, c->cpu.tlb.mode);
}

u64 x86_run(struct x86 *c, unsigned seg, u64 ea, u64 n, enum access access, u8 **p)
{
	const struct seg *s = &c->seg[seg];
	u64 max = access == ACCESS_WRITE ? s->wmax : s->rmax, la = (s->ebase + ea) & c->la_mask;
	const struct tlb_entry *e = entry_of(c, la, c->cpu.tlb.mode);

	if (ea >= max || !tlb_find(&c->cpu.tlb, la, c->cpu.tlb.mode))
		return 0;
	if ((access == ACCESS_WRITE ? e->write : e->read) != (la & TLB_PAGE))
		return 0;
	*p = (u8 *)(e->addend + (uintptr_t)la);
	return min_u64(min_u64(n, max - ea), RAM_PAGE_SIZE - (la & ~TLB_PAGE));
}

/* ---- instruction fetch --------------------------------------------------------------------------- */

/* SDM vol. 3, 5.3 (limit), vol. 1, 3.3.7.1 (canonical), 4.6 (NX, SMEP). */
void x86_fetch(struct cpu *cpu, u64 pc, struct fetch *out)
{
	struct x86 *c = x86_from(cpu);
	const struct seg *cs = &c->seg[S_CS];
	u64 la = (cs->ebase + pc) & c->la_mask, left = RAM_PAGE_SIZE - (la & ~TLB_PAGE);
	const struct flat *f;
	const struct region *r;

	if (c->in64 ? !x86_canonical(la) : pc > cs->limit)
		x86_fail(c, X_GP, 0, "instruction fetch beyond the code segment");
	if (!c->in64)
		left = min_u64(left, (u64)cs->limit + 1 - pc);
	out->phys = translate(c, la, ACCESS_FETCH, cpu->tlb.mode);
	f = space_find(cpu->memory, out->phys);
	r = f ? f->region : NULL;
	if (likely(r && r->kind != REGION_IO)) {
		out->ram = r->ram;
		out->ram_off = r->ram_off + (out->phys - r->base);
		out->code = r->ram->host + out->ram_off;
		out->avail = (unsigned)min_u64(left, f->last - out->phys + 1);
		return;
	}
	out->ram = NULL;
	out->ram_off = 0;
	out->code = c->fetch_bytes;
	out->avail = (unsigned)min_u64(left, sizeof(c->fetch_bytes));
	for (unsigned n = 0; n < out->avail; n++)
		c->fetch_bytes[n] = (u8)space_read(cpu->memory, out->phys + n, 1);
}
