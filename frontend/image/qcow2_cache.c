/* SPDX-License-Identifier: MIT */
/* L2 tables and refcount blocks in memory, and the order in which they reach the file. There is no journal, so every
 * step must leave a file that is right as it stands, whenever we are killed and whatever the host's disk has by then:
 *
 *   1. data, new refcount blocks and higher counts;  2. the refcount table, which shows the new blocks;
 *   3. L2 entries, which show the data;  4. L1 entries, which show new L2 tables;  5. lower counts.
 *
 * Each step is on the disk before the next begins. A crash in between leaves clusters that are counted but that nothing
 * refers to: they are leaked, and nothing worse (qcow2.txt, "Cluster mapping" and "Refcount"). */
#include "frontend/image/qcow2.h"

#include <stdlib.h>

enum { CACHE_BYTES = 8 << 20 };

/* ---- slots ------------------------------------------------------------------------------------------------------ */

void qcow2_cache_init(struct qcow2_cache *c, u64 cluster)
{
	*c = (struct qcow2_cache){.nsets = 1};
	while (c->nsets * 2ull * QCOW2_WAYS * cluster <= CACHE_BYTES)
		c->nsets *= 2;
	c->slot = calloc((size_t)c->nsets * QCOW2_WAYS, sizeof(*c->slot));
	assert(c->slot);
}

void qcow2_cache_free(struct qcow2_cache *c)
{
	for (size_t i = 0; c->slot && i < (size_t)c->nsets * QCOW2_WAYS; i++)
		free(c->slot[i].data);
	free(c->slot);
	c->slot = NULL;
}

static struct qcow2_slot *set_of(const struct qcow2_cache *c, u64 offset, u64 cluster)
{
	return c->slot + (offset / cluster & (c->nsets - 1)) * QCOW2_WAYS;
}

static bool settle(struct image *im, struct err *err);

/* Makes room with steps 1 to 4 only: lower counts come from this cache too. */
struct qcow2_slot *qcow2_cache_get(struct image *im, struct qcow2_cache *c, u64 offset, bool fresh, struct err *err)
{
	const struct qcow2 *q = im->state;
	struct qcow2_slot *set = set_of(c, offset, q->cluster), *oldest = set;

	for (unsigned w = 0; w < QCOW2_WAYS; w++) {
		if (set[w].offset == offset && !fresh) {
			set[w].used = ++c->now;
			return &set[w];
		}
		if (set[w].offset == offset || (set[w].used < oldest->used && oldest->offset != offset))
			oldest = &set[w];
	}
	if (oldest->from < oldest->to && oldest->offset != offset && !settle(im, err))
		return NULL;
	if (!oldest->data)
		oldest->data = malloc(q->cluster);
	if (!oldest->data) {
		err_set(err, "no memory for a table of %llu bytes", (unsigned long long)q->cluster);
		return NULL;
	}
	oldest->offset = 0;
	oldest->from = oldest->to = 0;
	if (fresh) {
		memset(oldest->data, 0, q->cluster);
		qcow2_cache_touch(c, oldest, 0, (u32)q->cluster);
	} else if (!image_file_read_padded(&im->file, offset, oldest->data, q->cluster, err)) {
		return NULL;
	}
	oldest->offset = offset;
	oldest->used = ++c->now;
	return oldest;
}

void qcow2_cache_touch(struct qcow2_cache *c, struct qcow2_slot *s, u32 from, u32 n)
{
	bool clean = s->from == s->to;

	s->from = clean || from < s->from ? from : s->from;
	s->to = clean || from + n > s->to ? from + n : s->to;
	c->dirty = true;
}

void qcow2_cache_drop(struct qcow2_cache *c, u64 offset)
{
	for (size_t i = 0; i < (size_t)c->nsets * QCOW2_WAYS; i++)
		if (c->slot[i].offset == offset) {
			c->slot[i].offset = c->slot[i].used = 0;
			c->slot[i].from = c->slot[i].to = 0;
		}
}

static bool write_cache(struct image *im, struct qcow2_cache *c, struct err *err)
{
	for (size_t i = 0; c->dirty && i < (size_t)c->nsets * QCOW2_WAYS; i++) {
		struct qcow2_slot *s = &c->slot[i];

		if (s->from == s->to)
			continue;
		if (!image_file_write(&im->file, s->offset + s->from, s->data + s->from, s->to - s->from, err))
			return false;
		s->from = s->to = 0;
	}
	c->dirty = false;
	return true;
}

/* ---- the order -------------------------------------------------------------------------------------------------- */

/* Entries from .. to - 1 of a table that is in the host's order in memory. */
static bool write_entries(struct image *im, u64 offset, const u64 *table, u32 *from, u32 *to, struct err *err)
{
	u8 part[512];

	while (*from < *to) {
		u32 n = min_uint(*to - *from, sizeof(part) / 8);

		for (u32 i = 0; i < n; i++)
			be_store(part + i * 8, 8, table[*from + i]);
		if (!image_file_write(&im->file, offset + (u64)*from * 8, part, (size_t)n * 8, err))
			return false;
		*from += n;
	}
	*from = *to = 0;
	return true;
}

static bool lower_counts(struct image *im, struct err *err)
{
	struct qcow2 *q = im->state;

	while (q->nfrees) {
		struct qcow2_free f = q->frees[--q->nfrees];

		if (!qcow2_unref(im, f.offset, f.n, err))
			return false;
	}
	return true;
}

/* Steps 1 to 4. */
static bool settle(struct image *im, struct err *err)
{
	struct qcow2 *q = im->state;
	bool maps = q->l2.dirty || q->l1_from < q->l1_to;

	if (!write_cache(im, &q->refs, err))
		return false;
	if (q->table_from < q->table_to &&
	    (!image_file_sync(&im->file, err) ||
	     !write_entries(im, q->h.table_offset, q->table, &q->table_from, &q->table_to, err)))
		return false;
	if (maps && (!image_file_sync(&im->file, err) || !write_cache(im, &q->l2, err)))
		return false;
	if (q->l1_from < q->l1_to &&
	    (!image_file_sync(&im->file, err) ||
	     !write_entries(im, q->h.l1_offset, q->l1, &q->l1_from, &q->l1_to, err)))
		return false;
	return image_file_sync(&im->file, err);
}

bool qcow2_flush(struct image *im, struct err *err)
{
	return settle(im, err) && lower_counts(im, err);
}
