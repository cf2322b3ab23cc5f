/* SPDX-License-Identifier: MIT */
/* Stage 1 of address translation for the regimes EL1&0, EL2 and EL3: granules of 4, 16 and 64 KiB, 48-bit addresses.
 * Arm ARM D8: D8.2 (walks), D8.3 (descriptors), D8.4 (rights), D8.5 (attributes; access and dirty state), D8.12
 * (faults). */
#include "cpu/arm/paging.h"

enum { MIN_TSZ = 16, MAX_TSZ = 39, MAX_TSZ_SMALL = 48 };

struct walk {
	struct arm *c;
	struct regime r;
	u64 va; /* without tag */
	enum access access;
	enum arm_view view;
	unsigned flags;
	struct arm_fault *fault;
	/* ---- the half of the address space that va lies in ---- */
	u64 ttbr;
	unsigned in_bits, out_bits, grain;
	bool no_walk, no_el0; /* EPD, E0PD */
	bool hpd, ha, hd;
	/* ---- found on the way ---- */
	u64 limits; /* APTable, XNTable, PXNTable of all tables, where they are in a descriptor */
	struct arm_desc d;
};

#define DESC_ADDR     0xfffffffff000ull /* bits 47:12 */
#define DESC_USER     BIT(6)            /* AP[1] */
#define DESC_RO       BIT(7)            /* AP[2] */
#define DESC_AF       BIT(10)
#define DESC_NG       BIT(11)
#define DESC_GP       BIT(50)
#define DESC_DBM      BIT(51)
#define DESC_CONT     BIT(52)
#define DESC_PXN      BIT(53)
#define DESC_UXN      BIT(54)
#define TABLE_PXN     BIT(59)
#define TABLE_UXN     BIT(60)
#define TABLE_NO_EL0  BIT(61)
#define TABLE_RO      BIT(62)

/* ---- regimes --------------------------------------------------------------------------------------------------- */

struct regime arm_regime_of(const struct arm *c, unsigned el)
{
	u64 hcr = arm_hcr(c);
	struct regime r = {.el = (u8)arm_regime(el)};

	r.two = r.el == 1;
	r.on = c->sys.sctlr[r.el] & SCTLR_M;
	if (r.el == 1 && hcr) {
		r.on = r.on && !(hcr & (HCR_DC | HCR_TGE));
		r.stage2 = (hcr & (HCR_VM | HCR_DC)) && !(hcr & HCR_TGE);
		r.cached = hcr & HCR_DC;
	}
	return r;
}

u64 arm_untag(const struct arm *c, const struct regime *r, u64 va, bool instr)
{
	unsigned high = bit(va, 55);
	unsigned tbi = r->two ? 37 + high : 20, tbid = r->two ? 51 + high : 29;
	u64 tcr = c->sys.tcr[r->el];

	if (!bit(tcr, tbi) || (instr && bit(tcr, tbid) && arm_has(c, FEAT_PAuth)))
		return va;
	return r->two ? (u64)sign_extend(va, 56) : va & mask_low(56);
}

enum arm_view arm_plain_view(const struct arm *c)
{
	if (c->el == 0)
		return VIEW_USER;
	return c->el == 1 && c->pan ? VIEW_PAN : VIEW_PRIV;
}

enum arm_view arm_view_now(const struct arm *c)
{
	return unlikely(c->watch || (c->slow_els >> c->el & 1)) ? VIEW_SLOW : arm_plain_view(c);
}

unsigned arm_output_bits(unsigned ps)
{
	static const u8 size[8] = {32, 36, 40, 42, 44, 48, 48, 48};

	return size[ps & 7];
}

unsigned arm_phys_bits(const struct arm *c)
{
	return arm_output_bits((unsigned)arm_id(c, ID_MMFR0));
}

/* ---- descriptors ----------------------------------------------------------------------------------------------- */

bool arm_fault_set(struct arm_fault *f, unsigned fsc)
{
	*f = (struct arm_fault){.fsc = (u8)fsc};
	return false;
}

bool arm_desc_read(struct arm *c, u64 phys, u64 *value)
{
	const struct flat *f = space_find(c->cpu.memory, phys);
	const struct region *r = f ? f->region : NULL;

	if (unlikely(!r))
		return false;
	if (likely(r->kind != REGION_IO && f->last - phys >= 7))
		*value = load_le64(r->ram->host + r->ram_off + (phys - r->base));
	else
		*value = space_read(c->cpu.memory, phys, 8);
	return true;
}

unsigned arm_contiguous(unsigned grain, unsigned level)
{
	if (grain == 12)
		return 4;
	return grain == 14 && level == 3 ? 7 : 5;
}

/* D8.3.1 */
enum arm_desc_kind arm_desc_kind(u64 desc, unsigned grain, unsigned level)
{
	if (!(desc & 1))
		return DESC_BAD;
	if (level == 3)
		return desc & 2 ? DESC_LEAF : DESC_BAD;
	if (desc & 2)
		return DESC_TABLE;
	return level == 2 || (level == 1 && grain == 12) ? DESC_LEAF : DESC_BAD;
}

/* ---- parameters (D8.2.2, TCR_ELx) ------------------------------------------------------------------------------ */

static void read_tcr_two(struct walk *w, u64 tcr)
{
	static const u8 tg0[4] = {12, 16, 14, 12}, tg1[4] = {12, 14, 12, 16};
	bool high = bit(w->va, 55);
	unsigned tsz = (unsigned)bits(tcr, high ? 16 : 0, 6);

	w->ttbr = high ? w->c->sys.ttbr1[w->r.el] : w->c->sys.ttbr0[w->r.el];
	w->grain = high ? tg1[bits(tcr, 30, 2)] : tg0[bits(tcr, 14, 2)];
	w->in_bits = 64 - tsz;
	w->out_bits = arm_output_bits((unsigned)bits(tcr, 32, 3));
	w->no_walk = bit(tcr, high ? 23 : 7);
	w->no_el0 = bit(tcr, 55 + high) && arm_has(w->c, FEAT_E0PD);
	w->hpd = bit(tcr, 41 + high) && arm_has(w->c, FEAT_HPDS);
	w->ha = bit(tcr, 39);
	w->hd = bit(tcr, 40);
}

static void read_tcr_one(struct walk *w, u64 tcr)
{
	static const u8 tg0[4] = {12, 16, 14, 12};

	w->ttbr = w->c->sys.ttbr0[w->r.el];
	w->grain = tg0[bits(tcr, 14, 2)];
	w->in_bits = 64 - (unsigned)bits(tcr, 0, 6);
	w->out_bits = arm_output_bits((unsigned)bits(tcr, 16, 3));
	w->hpd = bit(tcr, 24) && arm_has(w->c, FEAT_HPDS);
	w->ha = bit(tcr, 21);
	w->hd = bit(tcr, 22);
}

/* Reads TCR, and checks that the address is in the range that it gives. */
static bool prepare(struct walk *w)
{
	u64 tcr = w->c->sys.tcr[w->r.el];
	unsigned tsz, most;
	bool high;

	if (w->r.two)
		read_tcr_two(w, tcr);
	else
		read_tcr_one(w, tcr);
	if (w->ha || w->hd) {
		w->ha = w->ha && arm_has(w->c, FEAT_HAFDBS);
		w->hd = w->hd && w->ha;
	}
	w->out_bits = min_uint(w->out_bits, w->c->pa_bits);
	tsz = 64 - w->in_bits;
	most = !arm_has(w->c, FEAT_TTST) ? MAX_TSZ : w->grain == 16 ? MAX_TSZ_SMALL - 1 : MAX_TSZ_SMALL;
	high = w->r.two && bit(w->va, 55);
	if (w->no_walk || tsz < MIN_TSZ || tsz > most || (w->no_el0 && w->view == VIEW_USER) ||
		w->va >> w->in_bits != (high ? ~0ull >> w->in_bits : 0))
		return arm_fault_set(w->fault, FSC_TRANSLATION);
	return true;
}

/* ---- the walk -------------------------------------------------------------------------------------------------- */

/* Where a stage 1 descriptor is: it may be translated itself, for reading or for writing. */
static bool find_desc(struct walk *w, u64 ipa, enum access access, u64 *phys)
{
	struct arm_page page;

	*phys = ipa;
	if (likely(!w->r.stage2))
		return true;
	if (!arm_stage2(w->c, ipa, access, w->view == VIEW_USER, true, w->flags, &page, w->fault)) {
		w->fault->s1ptw = true;
		return false;
	}
	*phys = page.phys | (ipa & ~TLB_PAGE);
	return true;
}

/* Down to the last descriptor: w->d. */
static bool descend(struct walk *w)
{
	unsigned stride = w->grain - 3, level = 3 - (w->in_bits - 1 - w->grain) / stride;
	unsigned shift = w->grain + (3 - level) * stride, top = w->in_bits;
	/* A first table of few entries need only be aligned to its size (D8.2.4). */
	u64 table = w->ttbr & mask_low(48) & ~mask_low(top - shift + 3);

	if (table >> w->out_bits)
		return arm_fault_set(w->fault, FSC_SIZE);
	for (;; level++, shift -= stride) {
		u64 at = table + bits(w->va, shift, top - shift) * 8, e;

		if (!find_desc(w, at, ACCESS_READ, &w->d.phys))
			return false;
		w->d.ipa = at;
		w->d.level = level;
		w->d.shift = shift;
		if (!arm_desc_read(w->c, w->d.phys, &e))
			return arm_fault_set(w->fault, FSC_EXTERNAL_WALK + level);
		w->d.value = e;
		switch (arm_desc_kind(e, w->grain, level)) {
		case DESC_BAD:
			return arm_fault_set(w->fault, FSC_TRANSLATION + level);
		case DESC_LEAF:
			if ((e & DESC_ADDR & ~mask_low(shift)) >> w->out_bits)
				return arm_fault_set(w->fault, FSC_SIZE + level);
			return true;
		case DESC_TABLE:
			table = e & DESC_ADDR & ~mask_low(w->grain);
			if (table >> w->out_bits)
				return arm_fault_set(w->fault, FSC_SIZE + level);
			if (!w->hpd)
				w->limits |= e;
			top = shift;
			break;
		}
	}
}

/* ---- rights (D8.4) --------------------------------------------------------------------------------------------- */

static bool is_clean(const struct walk *w)
{
	return w->hd && (w->d.value & DESC_DBM) && (w->d.value & DESC_RO);
}

/* What the view may do; that a page is still clean does not count here. */
static void set_rights(const struct walk *w, struct arm_page *p)
{
	u64 e = w->d.value, t = w->limits;
	bool wxn = w->c->sys.sctlr[w->r.el] & SCTLR_WXN;
	bool write = (!(e & DESC_RO) || is_clean(w)) && !(t & TABLE_RO);
	bool xn = (e & DESC_UXN) || (t & TABLE_UXN), user;

	if (!w->r.two) {
		p->read = true;
		p->write = write;
		p->fetch = !xn && !(wxn && write);
		return;
	}
	user = (e & DESC_USER) && !(t & TABLE_NO_EL0);
	if (w->view == VIEW_USER) {
		p->read = user;
		p->write = user && write;
		p->fetch = !xn && !(wxn && p->write);
		return;
	}
	/* What EL0 may write is never executed above it. */
	p->fetch = !(e & DESC_PXN) && !(t & TABLE_PXN) && !(user && write) && !(wxn && write);
	p->read = !(user && w->view == VIEW_PAN);
	p->write = p->read && write;
}

static bool page_allows(const struct arm_page *p, enum access access)
{
	return access == ACCESS_READ ? p->read : access == ACCESS_WRITE ? p->write : p->fetch;
}

/* Access flag and dirty state, by hardware (D8.5.2, D8.5.3). */
static bool update_desc(struct walk *w, struct arm_page *p)
{
	u64 e = w->d.value, phys = w->d.phys;
	bool clean = is_clean(w);

	if (w->flags & WALK_PEEK)
		return true;
	if (w->ha)
		e |= DESC_AF;
	if (clean && w->access == ACCESS_WRITE) {
		e &= ~DESC_RO;
		clean = false;
	}
	p->write = p->write && !clean;
	if (e == w->d.value)
		return true;
	if (!find_desc(w, w->d.ipa, ACCESS_WRITE, &phys)) /* stage 2 may let it be read only */
		return false;
	space_write(w->c->cpu.memory, phys, 8, e);
	return true;
}

static void set_attributes(const struct walk *w, struct arm_page *p)
{
	u64 e = w->d.value;

	p->attr = (u8)(w->c->sys.mair[w->r.el] >> bits(e, 2, 3) * 8);
	p->device = !(p->attr & 0xf0);
	/* Device and Normal non-cacheable memory are always outer shareable (D8.5.2). */
	p->sh = p->device || p->attr == 0x44 ? 2 : (u8)bits(e, 8, 2);
	p->guarded = (e & DESC_GP) && arm_has(w->c, FEAT_BTI);
	p->global = w->r.two && !(e & DESC_NG);
}

static bool walk_tables(struct walk *w, struct arm_page *p)
{
	u64 e, mask;

	if (!prepare(w) || !descend(w))
		return false;
	e = w->d.value;
	if (!(e & DESC_AF) && !w->ha && !(w->flags & WALK_ANY))
		return arm_fault_set(w->fault, FSC_ACCESS + w->d.level);
	set_rights(w, p);
	if (!page_allows(p, w->access) && !(w->flags & WALK_ANY))
		return arm_fault_set(w->fault, FSC_PERMISSION + w->d.level);
	set_attributes(w, p);
	mask = mask_low(w->d.shift);
	p->phys = (e & DESC_ADDR & ~mask) | (w->va & mask & TLB_PAGE);
	p->span = 1ull << (w->d.shift + (e & DESC_CONT ? arm_contiguous(w->grain, w->d.level) : 0));
	return update_desc(w, p);
}

/* Stage 1 is off: what goes in comes out (D8.2.9). */
static bool walk_flat(const struct walk *w, struct arm_page *p)
{
	if (w->va >> w->c->pa_bits)
		return arm_fault_set(w->fault, FSC_SIZE);
	*p = (struct arm_page){.phys = w->va & TLB_PAGE, .span = TLB_SPAN, .read = true, .write = true, .fetch = true};
	p->device = !w->r.cached;
	p->attr = w->r.cached ? 0xff : 0;
	p->sh = w->r.cached ? 0 : 2;
	return true;
}

/* ---- both stages ----------------------------------------------------------------------------------------------- */

static bool add_stage2(struct walk *w, struct arm_page *p)
{
	u64 ipa = p->phys | (w->va & ~TLB_PAGE);
	struct arm_page second;

	if (!arm_stage2(w->c, ipa, w->access, w->view == VIEW_USER, false, w->flags, &second, w->fault))
		return false;
	p->phys = second.phys;
	p->read = p->read && second.read;
	p->write = p->write && second.write;
	p->fetch = p->fetch && second.fetch;
	if (second.device) {
		p->device = true;
		p->attr &= second.attr;
		p->sh = 2;
	}
	return true;
}

bool arm_walk_as(struct arm *c, u64 va, enum access access, enum arm_view view, unsigned el, unsigned flags,
		 struct arm_page *page, struct arm_fault *fault)
{
	struct walk w = {.c = c, .access = access, .flags = flags, .fault = fault};

	w.r = arm_regime_of(c, el);
	w.view = view == VIEW_SLOW ? arm_plain_view(c) : view;
	w.va = arm_untag(c, &w.r, va, access == ACCESS_FETCH);
	if (!(w.r.on ? walk_tables(&w, page) : walk_flat(&w, page)))
		return false;
	return !w.r.stage2 || (flags & WALK_STAGE1) || add_stage2(&w, page);
}

bool arm_walk(struct arm *c, u64 va, enum access access, enum arm_view view, unsigned el, struct arm_page *page,
	      struct arm_fault *fault)
{
	return arm_walk_as(c, va, access, view, el, 0, page, fault);
}

bool arm_peek(struct arm *c, u64 va, u64 *phys)
{
	struct arm_page page;
	struct arm_fault fault;

	if (!arm_walk_as(c, va, ACCESS_READ, arm_plain_view(c), c->el, WALK_PEEK | WALK_ANY, &page, &fault))
		return false;
	*phys = page.phys | (va & ~TLB_PAGE);
	return true;
}
