/* SPDX-License-Identifier: MIT */
/* Counts every reference to every cluster and compares with the refcounts of the file (qcow2.txt, "Refcount"): a count
 * that is too low, or an entry that makes no sense, is an error; one that is too high is a leak. Each table is walked
 * once, however often the file refers to it, so that the work is bounded by the file's size. */
#include "frontend/image/qcow2.h"

#include <stdlib.h>

enum { LOGGED = 100 };

struct walk {
	struct image *im;
	struct qcow2 *q;
	struct image_check *c;
	u32 *count; /* references to each cluster */
	u64 n;      /* clusters of the file */
	u8 *seen;   /* a bit for each: tables that were walked for this L1 table */
	u8 *l2;     /* a cluster */
	struct err *err;
};

static void report(struct walk *w, bool leak, const char *what, u64 where, u64 a, u64 b)
{
	u64 *n = leak ? &w->c->leaks : &w->c->errors;

	if (++*n > LOGGED || !w->c->log)
		return;
	fprintf(w->c->log, "%s: %s 0x%llx", leak ? "Leaked" : "ERROR", what, (unsigned long long)where);
	if (a | b)
		fprintf(w->c->log, ": %llu counted, %llu found", (unsigned long long)a, (unsigned long long)b);
	fputc('\n', w->c->log);
}

/* One more reference to every cluster that the bytes touch. */
static bool refer(struct walk *w, const char *what, u64 offset, u64 n)
{
	u64 size = w->n * w->q->cluster;

	if (offset >= size || n > size - offset) {
		report(w, false, what, offset, 0, 0);
		return false;
	}
	for (u64 i = offset / w->q->cluster; n && i <= (offset + n - 1) / w->q->cluster; i++)
		w->count[i] += w->count[i] < UINT32_MAX;
	return true;
}

static bool first_visit(struct walk *w, u64 offset)
{
	u64 i = offset / w->q->cluster;
	bool first = !bit(w->seen[i / 8], i % 8);

	w->seen[i / 8] |= (u8)(1u << i % 8);
	return first;
}

/* ---- the disk --------------------------------------------------------------------------------------------------- */

static void check_copied(struct walk *w, u64 entry, u64 offset)
{
	struct err ignored;
	u64 stored;

	if (qcow2_refcount(w->im, offset / w->q->cluster, &stored, &ignored) &&
		(stored == 1) != !!(entry & QCOW2_COPIED))
		report(w, false, "the flag 'copied' is wrong for the cluster at", offset, 0, 0);
}

static void walk_entry(struct walk *w, u64 entry, bool flags)
{
	enum qcow2_kind kind;
	struct err why;
	u64 host, n;

	if (!qcow2_entry(w->im, entry, &kind, &host, &why)) {
		if (!flags)
			report(w, false, "L2 entry makes no sense:", entry, 0, 0);
	} else if (kind == QCOW2_COMPRESSED) {
		qcow2_packed_place(w->q, entry, &host, &n);
		n = min_u64(n, w->n * w->q->cluster - host); /* sectors of the last one may be beyond the end */
		if (!flags)
			refer(w, "compressed cluster outside the file:", host, n);
	} else if (host && flags) {
		check_copied(w, entry, host);
	} else if (host) {
		refer(w, "cluster outside the file:", host, w->q->cluster);
	}
}

/* flags: the second time, when only the flag 'copied' is judged. */
static bool walk_l1(struct walk *w, const u64 *l1, u64 n, bool flags)
{
	memset(w->seen, 0, (size_t)(w->n / 8 + 1));
	for (u64 i = 0; i < n; i++) {
		u64 at = l1[i] & QCOW2_ADDRESS;

		if (!l1[i])
			continue;
		if (l1[i] & ~(QCOW2_COPIED | QCOW2_ADDRESS) || at % w->q->cluster || at / w->q->cluster >= w->n) {
			if (!flags)
				report(w, false, "L1 entry makes no sense:", l1[i], 0, 0);
			continue;
		}
		if (flags)
			check_copied(w, l1[i], at);
		else if (!refer(w, "L2 table outside the file:", at, w->q->cluster))
			continue;
		if (!first_visit(w, at)) {
			if (!flags)
				report(w, false, "two L1 entries for the L2 table at", at, 0, 0);
			continue;
		}
		if (!image_file_read_padded(&w->im->file, at, w->l2, w->q->cluster, w->err))
			return false;
		for (u64 k = 0; k < BIT(w->q->l2_bits); k++)
			if (be_load(w->l2 + k * 8, 8))
				walk_entry(w, be_load(w->l2 + k * 8, 8), flags);
	}
	return true;
}

/* ---- snapshots and bitmaps -------------------------------------------------------------------------------------- */

static bool read_table(struct walk *w, u64 offset, u64 n, u64 **table)
{
	u8 *raw = malloc((size_t)n * 8 + 1);

	*table = raw ? malloc((size_t)n * 8 + 1) : NULL;
	if (!*table || !image_file_read_padded(&w->im->file, offset, raw, (size_t)n * 8, w->err)) {
		if (!*table)
			err_set(w->err, "no memory for a table of %llu entries", (unsigned long long)n);
		free(raw);
		free(*table);
		return false;
	}
	for (u64 i = 0; i < n; i++)
		(*table)[i] = be_load(raw + i * 8, 8);
	free(raw);
	return true;
}

static bool walk_snapshot(struct walk *w, u64 l1_offset, u32 l1_size)
{
	u64 *l1;
	bool ok;

	if (l1_size > QCOW2_MAX_L1 || l1_offset % w->q->cluster || l1_offset / w->q->cluster >= w->n ||
	    (l1_size && w->count[l1_offset / w->q->cluster])) { /* nothing may share an L1 table */
		report(w, false, "L1 table of a snapshot makes no sense:", l1_offset, 0, 0);
		return true;
	}
	if (!refer(w, "L1 table of a snapshot outside the file:", l1_offset, l1_size * 8ull))
		return true;
	if (!read_table(w, l1_offset, l1_size, &l1))
		return false;
	ok = walk_l1(w, l1, l1_size, false);
	free(l1);
	return ok;
}

static bool walk_snapshots(struct walk *w)
{
	const struct qcow2_header *h = &w->q->h;
	u64 at = h->snapshots_offset;
	u8 head[40];

	for (u32 i = 0; i < h->nsnapshots; i++) {
		if (at >= w->im->file.size) {
			report(w, false, "snapshot table is cut off at", at, 0, 0);
			return true;
		}
		if (!image_file_read_padded(&w->im->file, at, head, sizeof(head), w->err) ||
		    !walk_snapshot(w, be_load(head, 8), (u32)be_load(head + 8, 4)))
			return false;
		at += align_up(40 + be_load(head + 12, 2) + be_load(head + 14, 2) + be_load(head + 36, 4), 8);
	}
	if (h->nsnapshots)
		refer(w, "snapshot table outside the file:", h->snapshots_offset, at - h->snapshots_offset);
	return true;
}

static bool walk_bitmaps(struct walk *w)
{
	const struct qcow2_header *h = &w->q->h;
	u64 at = h->bitmaps_offset, end = at + h->bitmaps_size, *table;
	u8 head[24];

	if (!(h->autoclear & 1) || !h->nbitmaps)
		return true;
	if (end < at || !refer(w, "bitmaps outside the file:", at, h->bitmaps_size))
		return true;
	for (u32 i = 0; i < h->nbitmaps && at < end; i++) {
		u64 offset, n;

		if (!image_file_read_padded(&w->im->file, at, head, sizeof(head), w->err))
			return false;
		offset = be_load(head, 8);
		n = be_load(head + 8, 4);
		at += align_up(24 + be_load(head + 18, 2) + be_load(head + 20, 4), 8);
		if (offset % w->q->cluster ||
			(n && offset / w->q->cluster < w->n && w->count[offset / w->q->cluster])) {
			report(w, false, "table of a bitmap makes no sense:", offset, 0, 0);
			continue;
		}
		if (!refer(w, "table of a bitmap outside the file:", offset, n * 8))
			continue;
		if (!read_table(w, offset, n, &table))
			return false;
		for (u64 k = 0; k < n; k++)
			if (table[k] & QCOW2_ADDRESS)
				refer(w, "bitmap outside the file:", table[k] & QCOW2_ADDRESS, w->q->cluster);
		free(table);
	}
	return true;
}

/* ---- counts ----------------------------------------------------------------------------------------------------- */

static void walk_blocks(struct walk *w)
{
	memset(w->seen, 0, (size_t)(w->n / 8 + 1));
	for (u32 i = 0; i < w->q->table_size; i++) {
		u64 at = w->q->table[i];

		if (!at)
			continue;
		if (at % w->q->cluster || at / w->q->cluster >= w->n) {
			report(w, false, "refcount block makes no sense:", at, 0, 0);
			w->q->table[i] = 0; /* counts nothing */
			continue;
		}
		refer(w, "refcount block outside the file:", at, w->q->cluster);
		if (!first_visit(w, at)) {
			report(w, false, "two places of the refcount table for the block at", at, 0, 0);
			w->q->table[i] = 0;
		}
	}
}

static bool compare(struct walk *w)
{
	const struct qcow2 *q = w->q;

	for (u32 b = 0; b < q->table_size || (u64)b << q->block_bits < w->n; b++) {
		u64 base = (u64)b << q->block_bits;
		bool there = b < q->table_size && q->table[b];

		for (u64 i = base; i < base + BIT(q->block_bits) && (there || i < w->n); i++) {
			u64 stored, found = i < w->n ? w->count[i] : 0;

			if (!qcow2_refcount(w->im, i, &stored, w->err))
				return false;
			if (stored || found)
				w->c->end = max_u64(w->c->end, (i + 1) * q->cluster);
			if (stored != found)
				report(w, stored > found, "cluster at", i * q->cluster, stored, found);
		}
	}
	return true;
}

bool qcow2_check(struct image *im, struct image_check *c, struct err *err)
{
	struct qcow2 *q = im->state;
	struct walk w = {.im = im, .q = q, .c = c, .err = err};
	bool ok;

	w.n = im->file.size / q->cluster + !!(im->file.size % q->cluster);
	w.count = calloc((size_t)w.n + 1, sizeof(*w.count));
	w.seen = calloc((size_t)w.n / 8 + 1, 1);
	w.l2 = malloc(q->cluster);
	ok = w.count && w.seen && w.l2;
	if (!ok)
		err_set(err, "no memory to count %llu clusters", (unsigned long long)w.n);
	if (ok) {
		refer(&w, "header outside the file:", 0, 1);
		refer(&w, "L1 table outside the file:", q->h.l1_offset, q->h.l1_size * 8ull);
		refer(&w, "refcount table outside the file:", q->h.table_offset, q->table_size * 8ull);
		walk_blocks(&w);
		ok = walk_l1(&w, q->l1, q->h.l1_size, false) && walk_snapshots(&w) && walk_bitmaps(&w) && compare(&w) &&
			walk_l1(&w, q->l1, q->h.l1_size, true);
	}
	free(w.count);
	free(w.seen);
	free(w.l2);
	return ok;
}
