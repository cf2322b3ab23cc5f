/* SPDX-License-Identifier: MIT */
/* qcow2 images, versions 2 and 3 (QEMU's docs/interop/qcow2.txt): opening, closing, and what there is to tell. */
#include "frontend/image/qcow2.h"

#include <stdlib.h>

/* A table of big-endian entries, in the host's order. */
static bool load(struct image *im, u64 **table, u64 offset, u64 n, struct err *err)
{
	u8 *raw;

	*table = calloc(n + 1, sizeof(**table));
	if (!*table)
		return err_set(err, "no memory for a table of %llu entries", (unsigned long long)n);
	raw = (u8 *)*table;
	if (!image_file_read(&im->file, offset, raw, (size_t)n * 8, err))
		return false;
	for (u64 i = 0; i < n; i++)
		(*table)[i] = be_load(raw + i * 8, 8);
	return true;
}

/* Two tables in one cluster: a write to one would change the other. */
static bool claim(struct qcow2 *q, u64 offset, u64 n, const char *what, struct err *err)
{
	return qcow2_add_meta(q, offset, n) ||
		err_set(err, "is corrupt, so it can only be read: the %s at 0x%llx is in the place of other metadata",
			what, (unsigned long long)offset);
}

static bool claim_all(struct image *im, struct err *err)
{
	struct qcow2 *q = im->state;
	const struct qcow2_header *h = &q->h;

	if (!claim(q, 0, q->cluster, "header", err) || !claim(q, h->l1_offset, h->l1_size * 8ull, "L1 table", err) ||
	    !claim(q, h->table_offset, q->table_size * 8ull, "refcount table", err) ||
	    !claim(q, h->snapshots_offset, h->nsnapshots * 40ull, "snapshot table", err))
		return false;
	for (u32 i = 0; i < q->table_size; i++)
		if (q->table[i] && q->table[i] < im->file.size &&
		    !claim(q, q->table[i], 1, "refcount block", err))
			return false;
	for (u32 i = 0; i < h->l1_size; i++) {
		u64 at = q->l1[i] & QCOW2_ADDRESS;

		if (at && at < im->file.size && !claim(q, at, 1, "L2 table", err))
			return false;
	}
	return true;
}

static bool qcow2_open(struct image *im, struct err *err)
{
	struct qcow2_header h;
	struct qcow2 *q;

	if (!qcow2_header_read(im, &h, err))
		return false;
	q = calloc(1, sizeof(*q));
	assert(q);
	im->state = q;
	q->h = h;
	q->cluster = BIT(h.cluster_bits);
	q->l2_bits = h.cluster_bits - 3;
	q->block_bits = h.cluster_bits + 3 - h.refcount_order;
	q->table_size = (u32)((u64)h.table_clusters * q->cluster / 8);
	qcow2_cache_init(&q->l2, q->cluster);
	qcow2_cache_init(&q->refs, q->cluster);
	q->bounce = malloc(q->cluster);
	assert(q->bounce);
	return load(im, &q->l1, h.l1_offset, h.l1_size, err) &&
		load(im, &q->table, h.table_offset, q->table_size, err) && (im->read_only || claim_all(im, err));
}

/* A second flush writes the lower counts that the first one made. */
static void qcow2_close(struct image *im)
{
	struct qcow2 *q = im->state;
	struct err err;

	if (!im->read_only)
		qcow2_flush(im, &err); /* what it can't write is leaked, no more */
	qcow2_cache_free(&q->l2);
	qcow2_cache_free(&q->refs);
	free(q->l1);
	free(q->table);
	free(q->meta);
	free(q->frees);
	free(q->bounce);
	free(q->unpacked);
	free(q->packed);
	free(q);
	im->state = NULL;
}

static void qcow2_info(const struct image *im, FILE *f)
{
	const struct qcow2_header *h = &((const struct qcow2 *)im->state)->h;

	fprintf(f, "Format specific information:\n    compat: %s\n    compression type: zlib\n",
		h->version > 2 ? "1.1" : "0.10");
	if (h->version > 2)
		fprintf(f, "    lazy refcounts: %s\n", h->compatible & 1 ? "true" : "false");
	fprintf(f, "    refcount bits: %u\n", 1u << h->refcount_order);
	if (h->version > 2)
		fprintf(f, "    corrupt: %s\n    extended l2: false\n",
			h->incompatible & QCOW2_CORRUPT ? "true" : "false");
	if (h->nsnapshots)
		fprintf(f, "    snapshots: %u\n", h->nsnapshots);
}

const struct image_ops image_qcow2 = {
	.name = "qcow2",
	.probe = qcow2_probe,
	.open = qcow2_open,
	.close = qcow2_close,
	.read = qcow2_read,
	.write = qcow2_write,
	.flush = qcow2_flush,
	.map = qcow2_map,
	.write_compressed = qcow2_write_compressed,
	.check = qcow2_check,
	.empty = qcow2_empty,
	.info = qcow2_info,
};
