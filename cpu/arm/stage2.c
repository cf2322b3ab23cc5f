/* SPDX-License-Identifier: MIT */
/* Stage 2 of address translation: what a hypervisor at EL2 makes of EL1&0's physical addresses, through VTTBR_EL2.
 * Arm ARM D8.2 (walks; concatenated first tables D8.2.8), D8.4.5 (S2AP, XN), D8.5.5 (memory attributes). */
#include "cpu/arm/paging.h"

#define VTCR_HA BIT(21)
#define VTCR_HD BIT(22)

#define S2_ADDR  0xfffffffff000ull
#define S2_READ  BIT(6)
#define S2_WRITE BIT(7)
#define S2_AF    BIT(10)
#define S2_DBM   BIT(51)
#define S2_CONT  BIT(52)
#define S2_XN0   BIT(53)
#define S2_XN1   BIT(54)

struct walk2 {
	struct arm *c;
	u64 ipa;
	unsigned in_bits, out_bits, grain, level;
	bool ha, hd;
	struct arm_desc d;
	struct arm_fault *fault;
};

static bool fail(struct walk2 *w, unsigned fsc)
{
	*w->fault = (struct arm_fault){.fsc = (u8)fsc, .stage2 = true, .ipa = w->ipa};
	return false;
}

/* VTCR_EL2: SL0 gives the first level, and up to 16 tables may lie side by side there. */
static bool prepare(struct walk2 *w)
{
	static const u8 tg0[4] = {12, 16, 14, 12};
	u64 vtcr = w->c->sys.vtcr;
	unsigned sl0 = (unsigned)bits(vtcr, 6, 2), stride, below;

	w->grain = tg0[bits(vtcr, 14, 2)];
	w->in_bits = 64 - (unsigned)bits(vtcr, 0, 6);
	w->out_bits = min_uint(arm_output_bits((unsigned)bits(vtcr, 16, 3)), w->c->pa_bits);
	w->ha = (vtcr & VTCR_HA) && arm_has(w->c, FEAT_HAFDBS);
	w->hd = w->ha && (vtcr & VTCR_HD);
	if (sl0 == 3 || w->in_bits > 48 || w->in_bits < 16 || w->ipa >> w->in_bits)
		return fail(w, FSC_TRANSLATION);
	w->level = (w->grain == 12 ? 2 : 3) - sl0;
	stride = w->grain - 3;
	below = w->grain + (3 - w->level) * stride;
	if (w->in_bits <= below || w->in_bits > below + stride + 4)
		return fail(w, FSC_TRANSLATION);
	return true;
}

static bool descend(struct walk2 *w)
{
	unsigned stride = w->grain - 3, level = w->level, shift = w->grain + (3 - level) * stride, top = w->in_bits;
	u64 table = w->c->sys.vttbr & mask_low(48) & ~mask_low(top - shift + 3);

	if (table >> w->out_bits)
		return fail(w, FSC_SIZE);
	for (;; level++, shift -= stride) {
		u64 e;

		w->d.phys = table + bits(w->ipa, shift, top - shift) * 8;
		w->d.level = level;
		w->d.shift = shift;
		if (!arm_desc_read(w->c, w->d.phys, &e))
			return arm_fault_set(w->fault, FSC_EXTERNAL_WALK + level);
		w->d.value = e;
		switch (arm_desc_kind(e, w->grain, level)) {
		case DESC_BAD:
			return fail(w, FSC_TRANSLATION + level);
		case DESC_LEAF:
			return !((e & S2_ADDR & ~mask_low(shift)) >> w->out_bits) || fail(w, FSC_SIZE + level);
		case DESC_TABLE:
			table = e & S2_ADDR & ~mask_low(w->grain);
			if (table >> w->out_bits)
				return fail(w, FSC_SIZE + level);
			top = shift;
			break;
		}
	}
}

static bool clean(const struct walk2 *w)
{
	return w->hd && (w->d.value & S2_DBM) && !(w->d.value & S2_WRITE);
}

static void set_rights(const struct walk2 *w, bool user, struct arm_page *p)
{
	u64 e = w->d.value;
	bool xn0 = (e & S2_XN0) && arm_has(w->c, FEAT_XNX), xn1 = e & S2_XN1;

	p->read = e & S2_READ;
	p->write = (e & S2_WRITE) || clean(w);
	/* XN[1:0]: 00 all may execute, 01 EL0 only, 10 none, 11 EL1 only */
	p->fetch = xn0 ? user != xn1 : !xn1;
}

static void update_desc(struct walk2 *w, enum access access, struct arm_page *p)
{
	u64 e = w->d.value | (w->ha ? S2_AF : 0);

	if (access == ACCESS_WRITE && clean(w))
		e |= S2_WRITE;
	p->write = p->write && (e & S2_WRITE);
	if (e != w->d.value)
		space_write(w->c->cpu.memory, w->d.phys, 8, e);
}

bool arm_stage2(struct arm *c, u64 ipa, enum access access, bool user, bool table, unsigned flags,
		struct arm_page *page, struct arm_fault *fault)
{
	struct walk2 w = {.c = c, .ipa = ipa, .fault = fault};
	bool allowed;
	u64 e, mask;

	if (!prepare(&w) || !descend(&w))
		return false;
	e = w.d.value;
	if (!(e & S2_AF) && !w.ha && !(flags & WALK_ANY))
		return fail(&w, FSC_ACCESS + w.d.level);
	*page = (struct arm_page){0};
	set_rights(&w, user, page);
	allowed = access == ACCESS_READ ? page->read : access == ACCESS_WRITE ? page->write : page->fetch;
	/* MemAttr: 00xx is Device; others are Normal in both halves */
	page->attr = e & 0x30 ? 0xff : (u8)(e & 0xc);
	page->device = !(e & 0x30);
	if (!(flags & WALK_ANY) && (!allowed || (table && page->device && (arm_hcr(c) & HCR_PTW))))
		return fail(&w, FSC_PERMISSION + w.d.level);
	mask = mask_low(w.d.shift);
	page->phys = (e & S2_ADDR & ~mask) | (ipa & mask & TLB_PAGE);
	page->span = 1ull << (w.d.shift + (e & S2_CONT ? arm_contiguous(w.grain, w.d.level) : 0));
	if (!(flags & WALK_PEEK))
		update_desc(&w, access, page);
	return true;
}
