/* SPDX-License-Identifier: MIT */
/* The TLB's bookkeeping: contexts and flushes. Filling is the architecture's (it knows the page tables); the hot
 * look-ups are inline in tlb.h. */
#include "mem/tlb.h"

#include <stdlib.h>

#define VICTIM_HITS 8 /* so many, and a victim moves back to its slot */

static void clear_entry(struct tlb_context *c, unsigned mode, unsigned i)
{
	struct tlb_extra *x = &c->extra[mode][i];

	if (x->used) {
		c->nused[mode]--;
		c->nlarge[mode] -= x->span > TLB_SPAN;
	}
	c->entry[mode][i] = (struct tlb_entry){TLB_NEVER, TLB_NEVER, TLB_NEVER, 0};
	*x = (struct tlb_extra){0};
}

static void renew(struct tlb *t, struct tlb_context *c)
{
	c->id = ++t->next_id;
	if (c == &t->ctx[t->current])
		t->id = c->id;
}

static void clear_context(struct tlb *t, struct tlb_context *c, bool keep_global)
{
	renew(t, c);
	for (unsigned m = 0; m < TLB_MODES; m++) {
		for (unsigned i = 0; c->nused[m] && i < TLB_ALL; i++) {
			if (c->extra[m][i].used && !(keep_global && c->extra[m][i].global))
				clear_entry(c, m, i);
		}
	}
}

void tlb_init(struct tlb *t)
{
	*t = (struct tlb){.ctx = calloc(TLB_CONTEXTS, sizeof(struct tlb_context))};
	assert(t->ctx);
	for (unsigned k = 0; k < TLB_CONTEXTS; k++) {
		for (unsigned m = 0; m < TLB_MODES; m++) {
			for (unsigned i = 0; i < TLB_ALL; i++)
				clear_entry(&t->ctx[k], m, i);
		}
	}
	t->ctx[0].valid = true;
	renew(t, &t->ctx[0]);
	tlb_set_mode(t, 0);
}

void tlb_free(struct tlb *t)
{
	free(t->ctx);
	t->ctx = NULL;
}

void tlb_select(struct tlb *t, u64 key, unsigned mode)
{
	unsigned oldest = 0, k;

	assert(mode < TLB_MODES);
	t->clock++;
	if (t->ctx[t->current].valid && t->ctx[t->current].key == key) {
		tlb_set_mode(t, mode);
		return;
	}
	for (k = 0; k < TLB_CONTEXTS; k++) {
		if (t->ctx[k].valid && t->ctx[k].key == key)
			break;
		if (!t->ctx[k].valid || (t->ctx[oldest].valid && t->ctx[k].stamp < t->ctx[oldest].stamp))
			oldest = k;
	}
	if (k == TLB_CONTEXTS) {
		k = oldest;
		clear_context(t, &t->ctx[k], false);
		t->ctx[k].valid = true;
		t->ctx[k].key = key;
	}
	t->current = k;
	t->ctx[k].stamp = t->clock;
	t->id = t->ctx[k].id;
	tlb_set_mode(t, mode);
}

void tlb_flush_all(struct tlb *t)
{
	t->flushes++;
	t->victim_hits = 0;
	for (unsigned k = 0; k < TLB_CONTEXTS; k++)
		clear_context(t, &t->ctx[k], false);
}

void tlb_flush_nonglobal(struct tlb *t)
{
	for (unsigned k = 0; k < TLB_CONTEXTS; k++)
		clear_context(t, &t->ctx[k], true);
}

void tlb_flush_context(struct tlb *t, u64 key, bool keep_global)
{
	for (unsigned k = 0; k < TLB_CONTEXTS; k++) {
		if (t->ctx[k].valid && t->ctx[k].key == key)
			clear_context(t, &t->ctx[k], keep_global);
	}
}

static bool covers(const struct tlb_extra *x, u64 va, bool global_too)
{
	return x->used && (!x->global || global_too) && ((x->va ^ va) & ~(x->span - 1)) == 0;
}

/* A large page is cached 4 KiB at a time, so any cached piece of it must go when one of its addresses is flushed; a
 * small one can only be where its address says, or among the victims. */
static void flush_page(struct tlb *t, struct tlb_context *c, u64 va, bool global_too)
{
	unsigned here = tlb_index(va);

	renew(t, c);
	for (unsigned m = 0; m < TLB_MODES; m++) {
		if (covers(&c->extra[m][here], va, global_too))
			clear_entry(c, m, here);
		for (unsigned i = TLB_ENTRIES; c->nused[m] && i < TLB_ALL; i++) {
			if (covers(&c->extra[m][i], va, global_too))
				clear_entry(c, m, i);
		}
		if (likely(!c->nlarge[m] || va < c->large_first[m] || va > c->large_last[m]))
			continue;
		for (unsigned i = 0; i < TLB_ALL; i++) {
			if (covers(&c->extra[m][i], va, global_too))
				clear_entry(c, m, i);
		}
	}
}

void tlb_flush_page(struct tlb *t, u64 va)
{
	for (unsigned k = 0; k < TLB_CONTEXTS; k++)
		flush_page(t, &t->ctx[k], va, true);
}

void tlb_flush_page_in(struct tlb *t, u64 key, u64 va, bool global_too)
{
	for (unsigned k = 0; k < TLB_CONTEXTS; k++) {
		if (t->ctx[k].valid && t->ctx[k].key == key)
			flush_page(t, &t->ctx[k], va, global_too);
	}
}

void tlb_protect_phys(struct tlb *t, u64 phys_page)
{
	for (unsigned k = 0; k < TLB_CONTEXTS; k++) {
		struct tlb_context *c = &t->ctx[k];

		for (unsigned m = 0; m < TLB_MODES; m++) {
			for (unsigned i = 0; c->nused[m] && i < TLB_ALL; i++) {
				if (c->extra[m][i].used && c->extra[m][i].phys == phys_page)
					c->entry[m][i].write = TLB_NEVER;
			}
		}
	}
}

void tlb_flush_host(struct tlb *t, const u8 *host, u64 len)
{
	for (unsigned k = 0; k < TLB_CONTEXTS; k++) {
		struct tlb_context *c = &t->ctx[k];

		for (unsigned m = 0; m < TLB_MODES; m++) {
			for (unsigned i = 0; c->nused[m] && i < TLB_ALL; i++) {
				const struct tlb_extra *x = &c->extra[m][i];

				uintptr_t at = c->entry[m][i].addend + (uintptr_t)x->va;

				if (x->used && at - (uintptr_t)host < len)
					c->entry[m][i].write = TLB_NEVER;
			}
		}
	}
}

static void note_large(struct tlb_context *c, unsigned mode, const struct tlb_extra *x)
{
	u64 first = x->va & ~(x->span - 1), last = first + (x->span - 1);

	c->large_first[mode] = c->nlarge[mode] ? min_u64(c->large_first[mode], first) : first;
	c->large_last[mode] = c->nlarge[mode] ? max_u64(c->large_last[mode], last) : last;
	c->nlarge[mode]++;
}

static void swap_entries(struct tlb_context *c, unsigned mode, unsigned i, unsigned j)
{
	struct tlb_entry e = c->entry[mode][i];
	struct tlb_extra x = c->extra[mode][i];

	c->entry[mode][i] = c->entry[mode][j];
	c->extra[mode][i] = c->extra[mode][j];
	c->entry[mode][j] = e;
	c->extra[mode][j] = x;
}

struct tlb_extra *tlb_find(struct tlb *t, u64 va, unsigned mode)
{
	struct tlb_context *c = &t->ctx[t->current];
	unsigned here = tlb_index(va);

	va &= TLB_PAGE;
	if (c->extra[mode][here].used && c->extra[mode][here].va == va)
		return &c->extra[mode][here];
	for (unsigned i = TLB_ENTRIES; i < TLB_ALL; i++) {
		if (c->extra[mode][i].used && c->extra[mode][i].va == va) {
			swap_entries(c, mode, i, here);
			return &c->extra[mode][here];
		}
	}
	return NULL;
}

static u8 *hit_victim(struct tlb *t, unsigned i, u64 va)
{
	u8 *host = (u8 *)(t->now[i].addend + (uintptr_t)va);

	if (++t->victim_hits % VICTIM_HITS == 0)
		swap_entries(&t->ctx[t->current], t->mode, i, tlb_index(va));
	return host;
}

u8 *tlb_read_victim(struct tlb *t, u64 va, unsigned size)
{
	u64 page = va & TLB_PAGE;

	for (unsigned i = TLB_ENTRIES; i < TLB_ALL; i++) {
		if (t->now[i].read == page && ((va + size - 1) & TLB_PAGE) == page)
			return hit_victim(t, i, va);
	}
	return NULL;
}

u8 *tlb_write_victim(struct tlb *t, u64 va, unsigned size)
{
	u64 page = va & TLB_PAGE;

	for (unsigned i = TLB_ENTRIES; i < TLB_ALL; i++) {
		if (t->now[i].write == page && ((va + size - 1) & TLB_PAGE) == page)
			return hit_victim(t, i, va);
	}
	return NULL;
}

void tlb_fill(struct tlb *t, const struct tlb_entry *e, const struct tlb_extra *x)
{
	struct tlb_context *c = &t->ctx[t->current];
	unsigned m = t->mode, i = tlb_index(x->va);

	if (tlb_find(t, x->va, m) == NULL && c->extra[m][i].used) {
		unsigned victim = TLB_ENTRIES + c->next_victim[m]++ % TLB_VICTIMS;

		clear_entry(c, m, victim);
		swap_entries(c, m, i, victim);
	}
	clear_entry(c, m, i);
	c->nused[m]++;
	if (x->span > TLB_SPAN)
		note_large(c, m, x);
	c->entry[m][i] = *e;
	c->extra[m][i] = *x;
	c->extra[m][i].used = true;
}
