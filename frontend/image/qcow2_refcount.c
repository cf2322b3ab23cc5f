/* SPDX-License-Identifier: MIT */
/* Reference counts of clusters (qcow2.txt, "Host cluster management"), the allocator over them, and the set of clusters
 * that hold metadata, which no guest's data may ever go to, whatever the file says. */
#include "frontend/image/qcow2.h"

#include <stdlib.h>

bool qcow2_contradiction(struct qcow2 *q, struct err *err, const char *what, u64 offset)
{
	q->broken = true;
	return err_set(err, "is corrupt and will not be written to any more: %s 0x%llx", what,
		(unsigned long long)offset);
}

/* ---- counts in a block ------------------------------------------------------------------------------------------ */

u64 qcow2_refcount_load(const u8 *block, unsigned order, u64 i)
{
	unsigned width = 1u << order, bytes = width / 8;

	if (bytes)
		return be_load(block + i * bytes, bytes);
	return block[i * width / 8] >> i * width % 8 & mask_low(width);
}

void qcow2_refcount_store(u8 *block, unsigned order, u64 i, u64 value)
{
	unsigned width = 1u << order, bytes = width / 8, shift = i * width % 8;
	u8 *b = block + i * width / 8;

	if (bytes)
		be_store(block + i * bytes, bytes, value);
	else
		*b = (u8)((*b & ~(mask_low(width) << shift)) | value << shift);
}

/* The block that counts a cluster, NULL: with *none there is none, else err. */
static struct qcow2_slot *block_of(struct image *im, u64 index, bool *none, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 i = index >> q->block_bits, offset = i < q->table_size ? q->table[i] : 0;

	*none = !offset;
	if (!offset)
		return NULL;
	if (offset % q->cluster || offset >= im->file.size) {
		/* A block that was made since the last flush may be beyond the end. */
		struct qcow2_slot *s = offset % q->cluster ? NULL : qcow2_cache_get(im, &q->refs, offset, false, err);

		if (s && s->from < s->to)
			return s;
		if (s)
			qcow2_cache_drop(&q->refs, offset);
		qcow2_contradiction(q, err, "a refcount block at", offset);
		return NULL;
	}
	return qcow2_cache_get(im, &q->refs, offset, false, err);
}

bool qcow2_refcount(struct image *im, u64 index, u64 *value, struct err *err)
{
	const struct qcow2 *q = im->state;
	bool none;
	struct qcow2_slot *s = block_of(im, index, &none, err);

	*value = s ? qcow2_refcount_load(s->data, q->h.refcount_order, index & mask_low(q->block_bits)) : 0;
	return s || none;
}

static void store(struct qcow2 *q, struct qcow2_slot *s, u64 index, u64 value)
{
	u64 i = index & mask_low(q->block_bits);
	unsigned order = q->h.refcount_order, bytes = order > 3 ? 1u << order >> 3 : 1;

	qcow2_refcount_store(s->data, order, i, value);
	qcow2_cache_touch(&q->refs, s, (u32)((i << order) / 8), bytes);
}

static bool change(struct image *im, u64 offset, u64 n, bool up, struct err *err)
{
	struct qcow2 *q = im->state;

	for (u64 i = offset / q->cluster; n && i <= (offset + n - 1) / q->cluster; i++) {
		bool none;
		struct qcow2_slot *s = block_of(im, i, &none, err);
		u64 now;

		if (!s && !none)
			return false;
		now = s ? qcow2_refcount_load(s->data, q->h.refcount_order, i & mask_low(q->block_bits)) : 0;
		if (!now)
			return qcow2_contradiction(q, err, "nothing counts the cluster at", i * q->cluster);
		if (up && now == mask_low(1u << q->h.refcount_order))
			return err_set(err, "the cluster at 0x%llx has as many references as can be counted",
				(unsigned long long)(i * q->cluster));
		store(q, s, i, up ? now + 1 : now - 1);
		if (!up && now == 1) {
			q->hint = min_u64(q->hint, i);
			qcow2_remove_meta(q, i * q->cluster);
			qcow2_cache_drop(&q->l2, i * q->cluster);
		}
	}
	return true;
}

bool qcow2_ref(struct image *im, u64 offset, u64 n, struct err *err)
{
	return change(im, offset, n, true, err);
}

bool qcow2_unref(struct image *im, u64 offset, u64 n, struct err *err)
{
	return change(im, offset, n, false, err);
}

bool qcow2_unref_later(struct image *im, u64 offset, u64 n, struct err *err)
{
	struct qcow2 *q = im->state;

	if (q->nfrees == q->frees_room) {
		size_t room = q->frees_room ? q->frees_room * 2 : 64;
		struct qcow2_free *more = realloc(q->frees, room * sizeof(*more));

		if (!more)
			return err_set(err, "no memory for a list of freed clusters");
		q->frees = more;
		q->frees_room = room;
	}
	q->frees[q->nfrees++] = (struct qcow2_free){offset, n};
	return true;
}

/* ---- metadata --------------------------------------------------------------------------------------------------- */

static u64 *find_meta(const struct qcow2 *q, u64 key)
{
	u64 i = key * 0x9e3779b97f4a7c15ull >> 20;

	for (;; i++) {
		u64 *m = &q->meta[i & (q->meta_size - 1)];

		if (*m == key || !*m)
			return m;
	}
}

bool qcow2_is_meta(const struct qcow2 *q, u64 offset)
{
	return *find_meta(q, offset / q->cluster + 1) != 0;
}

static void grow_meta(struct qcow2 *q)
{
	u64 *old = q->meta, size = q->meta_size;

	q->meta_size = size ? size * 2 : 64;
	q->meta = calloc(q->meta_size, sizeof(*q->meta));
	assert(q->meta);
	for (u64 i = 0; i < size; i++)
		if (old[i])
			*find_meta(q, old[i]) = old[i];
	free(old);
}

bool qcow2_add_meta(struct qcow2 *q, u64 offset, u64 n)
{
	bool all_new = true;

	for (u64 i = offset / q->cluster; n && i <= (offset + n - 1) / q->cluster; i++) {
		u64 *m;

		if (q->meta_used * 2 >= q->meta_size)
			grow_meta(q);
		m = find_meta(q, i + 1);
		all_new &= !*m;
		q->meta_used += !*m;
		*m = i + 1;
	}
	return all_new;
}

/* Those behind it in the same row of full places move up, so that they are still found. */
void qcow2_remove_meta(struct qcow2 *q, u64 offset)
{
	u64 *m = find_meta(q, offset / q->cluster + 1), mask = q->meta_size - 1;

	if (!*m)
		return;
	*m = 0;
	q->meta_used--;
	for (u64 i = (u64)(m - q->meta) + 1; q->meta[i & mask]; i++) {
		u64 key = q->meta[i & mask];

		q->meta[i & mask] = 0;
		*find_meta(q, key) = key;
	}
}

/* ---- allocation ------------------------------------------------------------------------------------------------- */

/* A bigger refcount table goes to where the old one could not count; the blocks that count it go with it. */
static bool grow_table(struct image *im, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 base = (u64)q->table_size << q->block_bits, per_block = BIT(q->block_bits), old = q->h.table_offset;
	u64 entries = q->table_size + q->table_size / 2 + 1, clusters, blocks = 0, old_n = (u64)q->table_size * 8;
	u64 *table;
	u8 header[12];

	do { /* blocks for itself, the table and the blocks */
		entries = align_up(entries + blocks, q->cluster / 8);
		clusters = entries * 8 / q->cluster;
		blocks = (clusters + 1 + per_block - 2) / (per_block - 1);
	} while (q->table_size + blocks > entries);
	if (entries > QCOW2_MAX_TABLE || (base + clusters + blocks) * q->cluster > QCOW2_ADDRESS)
		return err_set(err, "the image has as many clusters as its refcount table can count");
	if (!qcow2_flush(im, err))
		return false;
	table = calloc(entries, sizeof(*table));
	if (!table)
		return err_set(err, "no memory for the refcount table");
	memcpy(table, q->table, (size_t)q->table_size * sizeof(*table));
	for (u64 b = 0; b < blocks; b++) {
		table[q->table_size + b] = (base + clusters + b) * q->cluster;
		memset(q->bounce, 0, q->cluster);
		for (u64 i = b * per_block; i < clusters + blocks && i < (b + 1) * per_block; i++)
			qcow2_refcount_store(q->bounce, q->h.refcount_order, i - b * per_block, 1);
		if (!image_file_write(&im->file, table[q->table_size + b], q->bounce, q->cluster, err))
			goto fail;
	}
	for (u64 c = 0; c < clusters; c++) {
		for (u64 i = 0; i < q->cluster / 8; i++)
			be_store(q->bounce + i * 8, 8, table[c * (q->cluster / 8) + i]);
		if (!image_file_write(&im->file, (base + c) * q->cluster, q->bounce, q->cluster, err))
			goto fail;
	}
	be_store(header, 8, base * q->cluster);
	be_store(header + 8, 4, clusters);
	if (!image_file_sync(&im->file, err) || !image_file_write(&im->file, 48, header, sizeof(header), err) ||
	    !image_file_sync(&im->file, err))
		goto fail;
	free(q->table);
	q->table = table;
	q->table_size = (u32)entries;
	q->h.table_offset = base * q->cluster;
	q->h.table_clusters = (u32)clusters;
	qcow2_add_meta(q, base * q->cluster, (clusters + blocks) * q->cluster);
	return qcow2_unref(im, old, old_n, err);
fail:
	free(table);
	return false;
}

/* A block for the clusters around `index`, which is free: it goes there and counts itself. */
static bool new_block(struct image *im, u64 index, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 offset = index * q->cluster;
	u32 i = (u32)(index >> q->block_bits);
	struct qcow2_slot *s;

	if (i >= q->table_size)
		return grow_table(im, err);
	if (qcow2_is_meta(q, offset))
		return qcow2_contradiction(q, err, "nothing counts the metadata at", offset);
	s = qcow2_cache_get(im, &q->refs, offset, true, err);
	if (!s)
		return false;
	store(q, s, index, 1);
	qcow2_cache_touch(&q->refs, s, 0, (u32)q->cluster);
	qcow2_add_meta(q, offset, 1);
	q->table[i] = offset;
	if (q->table_from == q->table_to)
		q->table_from = q->table_to = i;
	q->table_from = min_uint(q->table_from, i);
	q->table_to = q->table_to > i + 1 ? q->table_to : i + 1;
	return true;
}

bool qcow2_alloc(struct image *im, u64 want, u64 *offset, u64 *got, struct err *err)
{
	struct qcow2 *q = im->state;

	*got = 0;
	if (q->broken)
		return err_set(err, "is corrupt and will not be written to any more");
	for (u64 i = q->hint; *got < want; i++) {
		bool none;
		struct qcow2_slot *s = block_of(im, i, &none, err);

		if (!s && !none)
			return false;
		if (!s) {
			if (*got)
				break;
			if (!new_block(im, i, err))
				return false;
			i--; /* again: it may have gone to this very place, or elsewhere if the table grew */
			continue;
		}
		if (qcow2_refcount_load(s->data, q->h.refcount_order, i & mask_low(q->block_bits))) {
			if (*got)
				break;
			q->hint = i + 1;
			continue;
		}
		if (qcow2_is_meta(q, i * q->cluster))
			return qcow2_contradiction(q, err, "nothing counts the metadata at", i * q->cluster);
		if (i * q->cluster > QCOW2_ADDRESS)
			return err_set(err, "is as large as a qcow2 file can be");
		store(q, s, i, 1);
		*offset = *got ? *offset : i * q->cluster;
		++*got;
		q->hint = i + 1;
	}
	return true;
}
