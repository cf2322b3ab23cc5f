/* SPDX-License-Identifier: MIT */
/* The TLB's contexts and flushes (mem/tlb.h) against a plain list of what should be cached: random fills and flushes
 * with small, large and global pages must leave exactly the entries that the rules say. */
#include <criterion/criterion.h>

#include "mem/tlb.h"

enum { PAGES = 64, KEYS = TLB_CONTEXTS };
#define LARGE 0x200000ull

static struct tlb t;
static u8 host[PAGES][0x1000];

static void start(void)
{
	tlb_init(&t);
}

static void finish(void)
{
	tlb_free(&t);
}

TestSuite(tlb, .init = start, .fini = finish);

/* Maps va to host page n in the current context and mode, readable and writable. */
static void fill(u64 va, unsigned n, u64 span, bool global)
{
	struct tlb_entry e = {va, va, TLB_NEVER, (uintptr_t)host[n] - (uintptr_t)va};
	struct tlb_extra x = {.va = va, .phys = (u64)n << 12, .span = span, .global = global};

	tlb_fill(&t, &e, &x);
}

/* ---- look-up -------------------------------------------------------------------------------------------------- */

Test(tlb, hit_and_miss)
{
	cr_expect_null(tlb_read(&t, 0, 1), "empty at first");
	fill(0x12345000, 3, TLB_SPAN, false);
	cr_expect_eq(tlb_read(&t, 0x12345678, 4), &host[3][0x678]);
	cr_expect_eq(tlb_write(&t, 0x12345fff, 1), &host[3][0xfff]);
	cr_expect_null(tlb_read(&t, 0x12345fff, 2), "two pages");
	cr_expect_null(tlb_read(&t, 0x12346000, 1));
	cr_expect_null(tlb_read(&t, 0x12345678 + (TLB_ENTRIES << 12), 1), "same slot, another page");
	cr_expect_null(tlb_read(&t, 0xfffffff12345678, 1));
}

/* A page that was pushed out is still reached, at first where it is, in the end from its slot again. */
Test(tlb, victims)
{
	const u64 va = 0x12345000, other = va + (TLB_ENTRIES << 12);
	unsigned n = 0;

	fill(va, 3, TLB_SPAN, false);
	cr_expect_null(tlb_read_victim(&t, va, 4), "it is in its slot");
	fill(other, 4, TLB_SPAN, false);
	cr_expect_null(tlb_read(&t, va, 4));
	cr_expect_eq(tlb_read_victim(&t, va + 8, 4), &host[3][8]);
	cr_expect_eq(tlb_write_victim(&t, va + 0xffc, 4), &host[3][0xffc]);
	cr_expect_null(tlb_read_victim(&t, va + 0xffd, 4), "two pages");
	cr_expect_null(tlb_write_victim(&t, va + 0xffd, 4));
	while (!tlb_read(&t, va, 4) && n++ < 100)
		cr_expect_eq(tlb_write_victim(&t, va, 4), host[3]);
	cr_expect_eq(tlb_read(&t, va, 4), host[3]);
	cr_expect_eq(tlb_read_victim(&t, other, 4), host[4]);
	tlb_flush_page(&t, other);
	cr_expect_null(tlb_read_victim(&t, other, 4));
}

/* An access over the end of one cached page into the next one, which is cached too, asks the slow path. */
Test(tlb, two_pages_miss_even_if_both_are_cached)
{
	fill(0x1000, 1, TLB_SPAN, false);
	fill(0x2000, 2, TLB_SPAN, false);
	for (unsigned size = 2; size <= 8; size *= 2) {
		cr_expect_null(tlb_read(&t, 0x2001 - size, size));
		cr_expect_null(tlb_write(&t, 0x2001 - size, size));
		cr_expect_eq(tlb_read(&t, 0x2000 - size, size), &host[1][0x1000 - size]);
	}
	fill(~0xfffull, 1, TLB_SPAN, false);
	fill(0, 2, TLB_SPAN, false);
	cr_expect_null(tlb_read(&t, ~0ull, 2), "the last address wraps");
}

Test(tlb, tags_are_separate)
{
	struct tlb_entry e = {0x5000, TLB_NEVER, TLB_NEVER, (uintptr_t)host[0] - 0x5000};
	struct tlb_extra x = {.va = 0x5000, .span = TLB_SPAN};

	tlb_fill(&t, &e, &x);
	cr_expect(tlb_read(&t, 0x5000, 1) != NULL);
	cr_expect_null(tlb_write(&t, 0x5000, 1));
}

/* ---- contexts and modes --------------------------------------------------------------------------------------- */

Test(tlb, modes_are_views_of_their_own)
{
	fill(0x1000, 1, TLB_SPAN, false);
	tlb_set_mode(&t, 1);
	cr_expect_null(tlb_read(&t, 0x1000, 1));
	fill(0x1000, 2, TLB_SPAN, false);
	tlb_select(&t, 0, 0);
	cr_expect_eq(tlb_read(&t, 0x1000, 1), host[1]);
	tlb_select(&t, 0, 1);
	cr_expect_eq(tlb_read(&t, 0x1000, 1), host[2]);
}

Test(tlb, contexts_are_remembered)
{
	u64 ids[KEYS];

	for (unsigned k = 0; k < KEYS; k++) {
		tlb_select(&t, k * 0x1000, 0);
		fill(0x1000, k, TLB_SPAN, false);
		ids[k] = t.id;
		for (unsigned j = 0; j < k; j++)
			cr_expect_neq(ids[j], ids[k]);
	}
	for (unsigned k = 0; k < KEYS; k++) {
		tlb_select(&t, k * 0x1000, 0);
		cr_expect_eq(tlb_read(&t, 0x1000, 1), host[k]);
		cr_expect_eq(t.id, ids[k]);
	}
	tlb_select(&t, 0x999000, 0); /* one too many: the one not used for longest goes */
	cr_expect_null(tlb_read(&t, 0x1000, 1));
	tlb_select(&t, 0x1000, 0);
	cr_expect_eq(t.id, ids[1]);
	tlb_select(&t, 0, 0);
	cr_expect_null(tlb_read(&t, 0x1000, 1));
	cr_expect_neq(t.id, ids[0]);
}

/* ---- flushes -------------------------------------------------------------------------------------------------- */

/* Fills context `key` with a global and another page; returns its id. */
static u64 two_pages(u64 key)
{
	tlb_select(&t, key, 0);
	fill(0x1000, 1, TLB_SPAN, false);
	fill(0x2000, 2, TLB_SPAN, true);
	return t.id;
}

/* Two bits: the page, the global page. */
static unsigned cached(u64 key)
{
	tlb_select(&t, key, 0);
	return (tlb_read(&t, 0x1000, 1) ? 1 : 0) | (tlb_read(&t, 0x2000, 1) ? 2 : 0);
}

Test(tlb, flush_all)
{
	u64 a = two_pages(7), b = two_pages(8);

	tlb_flush_all(&t);
	cr_expect_neq(t.id, b);
	cr_expect_eq(cached(7), 0u);
	cr_expect_neq(t.id, a);
	cr_expect_eq(cached(8), 0u);
}

Test(tlb, flush_nonglobal)
{
	u64 a = two_pages(7);

	two_pages(8);
	tlb_flush_nonglobal(&t);
	cr_expect_eq(cached(7), 2u);
	cr_expect_neq(t.id, a);
	cr_expect_eq(cached(8), 2u);
}

Test(tlb, flush_context)
{
	u64 a = two_pages(7), b = two_pages(8);

	tlb_flush_context(&t, 7, true);
	cr_expect_eq(t.id, b, "not the current one");
	cr_expect_eq(cached(7), 2u);
	cr_expect_neq(t.id, a);
	tlb_flush_context(&t, 7, false);
	cr_expect_eq(cached(7), 0u);
	cr_expect_eq(cached(8), 3u);
	tlb_flush_context(&t, 12345, false);
	cr_expect_eq(cached(8), 3u);
}

Test(tlb, flush_page)
{
	u64 a = two_pages(7), b = two_pages(8);

	tlb_flush_page(&t, 0x1abc);
	cr_expect_eq(cached(7), 2u);
	cr_expect_neq(t.id, a);
	cr_expect_eq(cached(8), 2u);
	cr_expect_neq(t.id, b, "blocks found through this page must be looked for again");
	tlb_flush_page_in(&t, 7, 0x2000, false);
	cr_expect_eq(cached(7), 2u, "global pages belong to no context");
	tlb_flush_page_in(&t, 7, 0x2000, true);
	cr_expect_eq(cached(7), 0u);
	cr_expect_eq(cached(8), 2u);
}

/* A 2 MiB page is cached 4 KiB at a time; flushing any of its addresses drops all of them. */
Test(tlb, flush_large_page)
{
	for (unsigned n = 0; n < 8; n++)
		fill(3 * LARGE + n * 0x11000, n, LARGE, false);
	fill(4 * LARGE + 0x123000, 9, TLB_SPAN, false);
	tlb_flush_page(&t, 3 * LARGE - 1);
	tlb_flush_page(&t, 4 * LARGE);
	for (unsigned n = 0; n < 8; n++)
		cr_expect_eq(tlb_read(&t, 3 * LARGE + n * 0x11000, 1), host[n]);
	tlb_flush_page(&t, 3 * LARGE + 0x1ff123);
	for (unsigned n = 0; n < 8; n++)
		cr_expect_null(tlb_read(&t, 3 * LARGE + n * 0x11000, 1));
	cr_expect_eq(tlb_read(&t, 4 * LARGE + 0x123000, 1), host[9]);
}

Test(tlb, protect)
{
	fill(0x1000, 5, TLB_SPAN, false);
	fill(0x9000, 5, TLB_SPAN, false); /* the same page again */
	fill(0x3000, 6, TLB_SPAN, false);
	tlb_select(&t, 77, 2);
	fill(0x1000, 5, TLB_SPAN, true);
	tlb_flush_host(&t, host[5], 0x1000);
	cr_expect_null(tlb_write(&t, 0x1000, 1));
	cr_expect_eq(tlb_read(&t, 0x1000, 1), host[5]);
	tlb_select(&t, 0, 0);
	cr_expect_null(tlb_write(&t, 0x1000, 1));
	cr_expect_null(tlb_write(&t, 0x9000, 1));
	cr_expect_eq(tlb_write(&t, 0x3000, 1), host[6]);
	tlb_flush_host(&t, host[6], 0x1000);
	cr_expect_null(tlb_write(&t, 0x3000, 1));
	cr_expect_eq(tlb_read(&t, 0x3000, 1), host[6]);
}

/* ---- against a model ------------------------------------------------------------------------------------------- */

enum { MODEL_KEYS = 4, MODEL_MODES = 3, NFILLED = 4096, VAS = 256 };

struct cell {
	u64 va, span;
	unsigned n;
	bool used, global;
};

/* What must be in each slot, and what may be cached somewhere: the last fill of every address, unless flushed since. */
static struct cell model[MODEL_KEYS][MODEL_MODES][TLB_ENTRIES], shadow[MODEL_KEYS][MODEL_MODES][VAS];

static u64 draw(u64 *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Few enough addresses that flushes meet fills: small pages, 2 MiB pages, and one of 1 GiB around them. */
static u64 nth_va(unsigned n)
{
	return (n & 1 ? 0x40000000 : 0xffffffff80000000) + (n >> 1 & 7) * LARGE + (n >> 4 & 15) * 0x1000;
}

static u64 draw_span(u64 *s, bool large)
{
	u64 v = draw(s) % 8;

	return !large ? TLB_SPAN : v == 0 ? LARGE : v == 1 ? 1ull << 30 : TLB_SPAN;
}

static void flush_cells(struct cell *c, unsigned n, u64 va, bool any_va, bool global_too)
{
	for (; n--; c++) {
		if (c->used && (any_va || va / c->span == c->va / c->span) && (global_too || !c->global))
			c->used = false;
	}
}

static void model_flush(unsigned key, u64 va, bool any_va, bool global_too)
{
	for (unsigned m = 0; m < MODEL_MODES; m++) {
		flush_cells(model[key][m], TLB_ENTRIES, va, any_va, global_too);
		flush_cells(shadow[key][m], VAS, va, any_va, global_too);
	}
}

static void model_check(unsigned step)
{
	for (unsigned key = 0; key < MODEL_KEYS; key++) {
		for (unsigned m = 0; m < MODEL_MODES; m++) {
			tlb_select(&t, key, m);
			for (unsigned i = 0; i < TLB_ENTRIES; i++) {
				const struct cell *c = &model[key][m][i];

				cr_assert_eq(tlb_read(&t, c->va, 1), c->used ? host[c->n] : NULL,
					"step %u, key %u, mode %u, va %llx", step, key, m, (unsigned long long)c->va);
			}
		}
	}
}

static unsigned number_of(u64 va)
{
	unsigned n = 0;

	while (nth_va(n) != va)
		n++;
	return n;
}

static void check_entries(const struct tlb_extra *x, const struct cell *cells, unsigned step)
{
	for (unsigned i = 0; i < TLB_ALL; i++, x++) {
		const struct cell *c = &cells[x->used ? number_of(x->va) : 0];

		cr_assert(!x->used || (c->used && x->phys == (u64)c->n << 12), "step %u, entry %u, va %llx", step, i,
			(unsigned long long)x->va);
	}
}

/* Nothing is there, among the victims neither, that was not filled, or was flushed since. */
static void shadow_check(unsigned step)
{
	for (unsigned key = 0; key < MODEL_KEYS; key++) {
		tlb_select(&t, key, 0);
		for (unsigned m = 0; m < MODEL_MODES; m++)
			check_entries(t.ctx[t.current].extra[m], shadow[key][m], step);
	}
}

/* What the slow path asks for first: a page that was pushed out of its slot may come back. */
static void step_find(u64 *s, unsigned key)
{
	unsigned mode = (unsigned)(draw(s) % MODEL_MODES), n = (unsigned)(draw(s) % VAS);
	const struct cell *c = &shadow[key][mode][n];
	const struct tlb_extra *x;

	tlb_select(&t, key, mode);
	x = tlb_find(&t, nth_va(n) + draw(s) % 0x1000, mode);
	if (!x)
		return;
	cr_assert(c->used && x->va == c->va && x->phys == (u64)c->n << 12);
	cr_assert(x->span == c->span && x->global == c->global);
	model[key][mode][tlb_index(c->va)] = *c;
}

static void step_fill(u64 *s, unsigned key, bool large)
{
	unsigned mode = (unsigned)(draw(s) % MODEL_MODES), n = (unsigned)(draw(s) % VAS);
	u64 va = nth_va(n);
	struct cell c = {.va = va, .span = draw_span(s, large), .n = (unsigned)(draw(s) % PAGES), .used = true,
		.global = draw(s) & 1};

	tlb_select(&t, key, mode);
	fill(va, c.n, c.span, c.global);
	model[key][mode][tlb_index(va)] = c;
	shadow[key][mode][n] = c;
}

static void step_flush(u64 *s, unsigned key)
{
	u64 va = nth_va((unsigned)(draw(s) % VAS)) + draw(s) % 0x1000;
	bool flag = draw(s) & 1;

	switch (draw(s) % 16) {
	case 0:
		tlb_flush_all(&t);
		for (unsigned k = 0; k < MODEL_KEYS; k++)
			model_flush(k, 0, true, true);
		break;
	case 1:
		tlb_flush_nonglobal(&t);
		for (unsigned k = 0; k < MODEL_KEYS; k++)
			model_flush(k, 0, true, false);
		break;
	case 2:
		tlb_flush_context(&t, key, flag);
		model_flush(key, 0, true, !flag);
		break;
	case 3: case 4: case 5: case 6:
		tlb_flush_page_in(&t, key, va, flag);
		model_flush(key, va, false, flag);
		break;
	default:
		tlb_flush_page(&t, va);
		for (unsigned k = 0; k < MODEL_KEYS; k++)
			model_flush(k, va, false, true);
		break;
	}
}

Test(tlb, random_against_a_model)
{
	u64 s = 0x9e3779b97f4a7c15;

	for (unsigned key = 0; key < MODEL_KEYS; key++)
		for (unsigned m = 0; m < MODEL_MODES; m++)
			for (unsigned i = 0; i < TLB_ENTRIES; i++)
				model[key][m][i] = (struct cell){.va = (u64)i << 12, .span = TLB_SPAN};
	for (unsigned step = 0; step < NFILLED; step++) {
		unsigned key = (unsigned)(draw(&s) % MODEL_KEYS);

		if (step % 512 == 0) { /* from here on with or without large pages: the latter has ways of its own */
			tlb_flush_all(&t);
			for (unsigned k = 0; k < MODEL_KEYS; k++)
				model_flush(k, 0, true, true);
		}
		switch (draw(&s) % 8) {
		case 0: step_flush(&s, key); break;
		case 1: case 2: step_find(&s, key); break;
		default: step_fill(&s, key, step & 512); break;
		}
		if (step % 16 == 0)
			model_check(step);
		shadow_check(step);
	}
}
