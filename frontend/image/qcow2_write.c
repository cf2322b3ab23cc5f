/* SPDX-License-Identifier: MIT */
/* Writing. Data goes in place where a cluster is ours alone, else into new clusters, filled up from what was there; the
 * entries that show them are only changed in memory, and reach the file behind the data (see qcow2_cache.c). */
#include "frontend/image/qcow2.h"

#include <stdlib.h>

/* ---- tables that may be written --------------------------------------------------------------------------------- */

static void set_l1(struct qcow2 *q, u64 i, u64 entry)
{
	q->l1[i] = entry;
	if (q->l1_from == q->l1_to)
		q->l1_from = q->l1_to = (u32)i;
	q->l1_from = min_uint(q->l1_from, (u32)i);
	q->l1_to = q->l1_to > i + 1 ? q->l1_to : (u32)i + 1;
}

struct qcow2_slot *qcow2_l2_own(struct image *im, u64 offset, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 i = offset / q->cluster >> q->l2_bits, old = q->l1[i], at, got;
	bool none;
	struct qcow2_slot *s = qcow2_l2(im, offset, &none, err), *mine;

	if (!s && !none)
		return NULL;
	if (s && old & QCOW2_COPIED)
		return s;
	if (!qcow2_alloc(im, 1, &at, &got, err))
		return NULL;
	if (s) { /* shared with a snapshot: a copy, made in a buffer because the cache may give up the original */
		s = qcow2_l2(im, offset, &none, err);
		if (!s)
			return NULL;
		memcpy(q->bounce, s->data, q->cluster);
	}
	mine = qcow2_cache_get(im, &q->l2, at, true, err);
	if (!mine)
		return NULL;
	if (s)
		memcpy(mine->data, q->bounce, q->cluster);
	qcow2_add_meta(q, at, 1);
	set_l1(q, i, at | QCOW2_COPIED);
	if (s && !qcow2_unref_later(im, old & QCOW2_ADDRESS, q->cluster, err))
		return NULL;
	return mine;
}

void qcow2_set_entry(struct image *im, struct qcow2_slot *s, u64 offset, u64 entry)
{
	struct qcow2 *q = im->state;
	u32 at = (u32)(offset / q->cluster & mask_low(q->l2_bits)) * 8;

	be_store(s->data + at, 8, entry);
	qcow2_cache_touch(&q->l2, s, at, 8);
}

bool qcow2_drop_entry(struct image *im, u64 entry, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 offset, n = q->cluster;

	if (entry & QCOW2_PACKED)
		qcow2_packed_place(q, entry, &offset, &n);
	else
		offset = entry & QCOW2_ADDRESS;
	if (entry & QCOW2_PACKED)
		q->unpacked_entry = 0;
	if (offset && qcow2_is_meta(q, offset))
		return qcow2_contradiction(q, err, "the disk has its data where the metadata is, at", offset);
	return !offset || qcow2_unref_later(im, offset, n, err);
}

/* ---- in place --------------------------------------------------------------------------------------------------- */

static bool in_place(const struct image *im, u64 entry, u64 *host)
{
	enum qcow2_kind kind;
	struct err err;

	return qcow2_entry(im, entry, &kind, host, &err) && kind == QCOW2_NORMAL && entry & QCOW2_COPIED;
}

/* How many of the n bytes at offset go to one piece of the file, from *host on; 0: the first cluster must be new. */
static u64 place_run(const struct image *im, const struct qcow2_slot *s, u64 offset, u64 n, u64 *host)
{
	const struct qcow2 *q = im->state;
	u64 within = offset % q->cluster, have = q->cluster - within, next;

	if (!in_place(im, qcow2_l2_entry(q, s, offset), host))
		return 0;
	while (have < n && in_place(im, qcow2_l2_entry(q, s, offset + have), &next) && next == *host + within + have)
		have += q->cluster;
	*host += within;
	return min_u64(n, have);
}

static bool write_in_place(struct image *im, u64 host, const u8 *data, u64 n, struct err *err)
{
	struct qcow2 *q = im->state;

	for (u64 at = host - host % q->cluster; at < host + n; at += q->cluster)
		if (qcow2_is_meta(q, at))
			return qcow2_contradiction(q, err, "the disk has its data where the metadata is, at", at);
	return image_file_write(&im->file, host, data, n, err);
}

/* ---- new clusters ----------------------------------------------------------------------------------------------- */

/* A cluster of which only a part is written: the rest is what the disk has there now. */
static bool write_partly(struct image *im, u64 offset, u64 host, const u8 *data, u64 n, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 start = offset - offset % q->cluster, on_disk = min_u64(q->cluster, im->size - start);

	memset(q->bounce + on_disk, 0, q->cluster - on_disk);
	if (!qcow2_read(im, start, q->bounce, on_disk, err))
		return false;
	memcpy(q->bounce + offset % q->cluster, data, n);
	return image_file_write(&im->file, host, q->bounce, q->cluster, err);
}

/* Clusters beyond the end of the file are zeroes already, and so is most of a new disk. */
static bool rest_is_zero(const struct image *im, u64 host, u64 old, u64 file_size)
{
	return host >= file_size && !(old & QCOW2_PACKED) &&
		(old & QCOW2_ZEROES || (!(old & QCOW2_ADDRESS) && !im->backing));
}

static bool fill(struct image *im, const struct qcow2_slot *s, u64 offset, u64 host, const u8 *data, u64 n,
	struct err *err)
{
	const struct qcow2 *q = im->state;
	u64 size = im->file.size, first = qcow2_l2_entry(q, s, offset), last = qcow2_l2_entry(q, s, offset + n - 1);
	u64 head = offset % q->cluster ? min_u64(q->cluster - offset % q->cluster, n) : 0, tail = 0;

	if (n > head)
		tail = (offset + n) % q->cluster;
	if (head && rest_is_zero(im, host, first, size)) {
		host += offset % q->cluster;
		head = 0;
	} else if (head) {
		if (!write_partly(im, offset, host, data, head, err))
			return false;
		host += q->cluster;
	}
	if (tail && !rest_is_zero(im, host + (n - head - tail), last, size)) {
		if (!write_partly(im, offset + n - tail, host + (n - head - tail), data + n - tail, tail, err))
			return false;
	} else {
		tail = 0;
	}
	return n == head + tail || image_file_write(&im->file, host, data + head, n - head - tail, err);
}

/* Some of the n bytes at offset, all within one L2 table: *done of them. */
static bool write_new(struct image *im, u64 offset, const u8 *data, u64 n, u64 *done, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 within = offset % q->cluster, want = 1, most = (within + n + q->cluster - 1) / q->cluster, host, got;
	struct qcow2_slot *s = qcow2_l2_own(im, offset, err);
	enum qcow2_kind kind;
	struct err ignored;

	if (!s || !qcow2_entry(im, qcow2_l2_entry(q, s, offset), &kind, &host, err))
		return false;
	for (; want < most; want++) {
		u64 next = qcow2_l2_entry(q, s, offset + want * q->cluster);

		if (!qcow2_entry(im, next, &kind, &host, &ignored) || (kind == QCOW2_NORMAL && next & QCOW2_COPIED))
			break;
	}
	if (!qcow2_alloc(im, want, &host, &got, err))
		return false;
	s = qcow2_l2_own(im, offset, err);
	*done = min_u64(n, got * q->cluster - within);
	if (!s || !fill(im, s, offset, host, data, *done, err)) {
		qcow2_unref(im, host, got * q->cluster, &ignored);
		return false;
	}
	s = qcow2_l2_own(im, offset, err);
	for (u64 i = 0; s && i < got; i++) {
		u64 at = offset - within + i * q->cluster, old = qcow2_l2_entry(q, s, at);

		qcow2_set_entry(im, s, at, (host + i * q->cluster) | QCOW2_COPIED);
		if (!qcow2_drop_entry(im, old, err))
			return false;
	}
	return s != NULL;
}

/* Features that we don't know and that the next writer must know of would be wrong from now on (qcow2.txt). */
static bool clear_autoclear(struct image *im, struct err *err)
{
	struct qcow2 *q = im->state;
	static const u8 none[8];

	if (q->broken)
		return err_set(err, "is corrupt and will not be written to any more");
	if (!q->cleared && q->h.autoclear &&
	    (!image_file_write(&im->file, 88, none, sizeof(none), err) || !image_file_sync(&im->file, err)))
		return false;
	q->cleared = true;
	return true;
}

bool qcow2_write(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 span = q->cluster << q->l2_bits;

	if (!clear_autoclear(im, err))
		return false;
	while (n) {
		u64 part = min_u64(n, span - offset % span), host, done;
		struct qcow2_slot *s = qcow2_l2_own(im, offset, err);

		if (!s)
			return false;
		done = place_run(im, s, offset, part, &host);
		if (!(done ? write_in_place(im, host, data, done, err) : write_new(im, offset, data, part, &done, err)))
			return false;
		data += done;
		offset += done;
		n -= (size_t)done;
	}
	return true;
}

/* ---- empty ------------------------------------------------------------------------------------------------------ */

bool qcow2_empty(struct image *im, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 span = q->cluster << q->l2_bits;

	if (!clear_autoclear(im, err))
		return false;
	for (u64 offset = 0; offset < im->size; offset += span) {
		u64 old = q->l1[offset / span];
		bool none;
		struct qcow2_slot *s = qcow2_l2(im, offset, &none, err);

		if (!s && !none)
			return false;
		if (!s)
			continue;
		for (u64 i = 0; i < BIT(q->l2_bits); i++) /* a snapshot that shares the table has counted them too */
			if (!qcow2_drop_entry(im, qcow2_l2_entry(q, s, i * q->cluster), err))
				return false;
		set_l1(q, offset / span, 0);
		if (!qcow2_unref_later(im, old & QCOW2_ADDRESS, q->cluster, err))
			return false;
	}
	return qcow2_flush(im, err) && qcow2_flush(im, err);
}
