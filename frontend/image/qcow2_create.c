/* SPDX-License-Identifier: MIT */
/* A new, empty qcow2 file: header, refcount table, refcount blocks, L1 table, in this order (qcow2.txt, "Header"). The
 * header comes last, so that a file that is not finished is no qcow2 file. */
#include "frontend/image/qcow2.h"

#include <stdlib.h>

struct plan {
	unsigned cluster_bits, refcount_order;
	u64 cluster, l1_entries, l1, table, blocks; /* the last three in clusters */
};

static bool make_plan(struct plan *p, const struct image_shape *s, struct err *err)
{
	unsigned bits = s->cluster_bits ? s->cluster_bits : 16, width = s->refcount_bits ? s->refcount_bits : 16;
	u64 span, per_block, total, before;

	if (bits < 9 || bits > 21)
		return err_set(err, "cluster_size: a power of two from 512 to 2M");
	if (!width || width > 64 || width & (width - 1) || (s->version == 2 && width != 16))
		return err_set(err, "refcount_bits=%u: %s", width,
			s->version == 2 ? "16 with compat=0.10" : "a power of two from 1 to 64");
	*p = (struct plan){.cluster_bits = bits, .cluster = BIT(bits)};
	while (1u << p->refcount_order < width)
		p->refcount_order++;
	span = p->cluster * (p->cluster / 8);
	p->l1_entries = s->size / span + !!(s->size % span);
	if (s->size > INT64_MAX - BIT(22) || p->l1_entries > QCOW2_MAX_L1)
		return err_set(err, "%llu bytes are too many for a qcow2 image with clusters of %llu",
			(unsigned long long)s->size, (unsigned long long)p->cluster);
	p->l1 = (p->l1_entries * 8 + p->cluster - 1) >> bits;
	p->l1 += !p->l1; /* QEMU wants a place for it even on a disk of no size */
	per_block = p->cluster * 8 / width;
	do { /* what counts must be counted too */
		before = p->table + p->blocks;
		total = 1 + p->l1 + p->table + p->blocks;
		p->blocks = (total + per_block - 1) / per_block;
		p->table = (p->blocks * 8 + p->cluster - 1) >> bits;
	} while (p->table + p->blocks != before);
	return true;
}

static bool write_blocks(struct image_file *f, const struct plan *p, u8 *cluster, struct err *err)
{
	u64 total = 1 + p->l1 + p->table + p->blocks, per_block = p->cluster * 8 >> p->refcount_order;

	for (u64 b = 0; b < p->blocks; b++) {
		memset(cluster, 0, p->cluster);
		for (u64 i = 0; i < per_block && b * per_block + i < total; i++)
			qcow2_refcount_store(cluster, p->refcount_order, i, 1);
		if (!image_file_write(f, (1 + p->table + b) * p->cluster, cluster, p->cluster, err))
			return false;
	}
	for (u64 t = 0; t < p->table; t++) {
		memset(cluster, 0, p->cluster);
		for (u64 i = 0, b = t * p->cluster / 8; i < p->cluster / 8 && b < p->blocks; i++, b++)
			be_store(cluster + i * 8, 8, (1 + p->table + b) * p->cluster);
		if (!image_file_write(f, (1 + t) * p->cluster, cluster, p->cluster, err))
			return false;
	}
	return true;
}

static bool make_header(u8 *head, const struct plan *p, const struct image_shape *s, struct err *err)
{
	bool v2 = s->version == 2;
	size_t at = v2 ? 72 : 104, backing = s->backing ? strlen(s->backing) : 0;
	size_t format = s->backing && s->backing_format ? strlen(s->backing_format) : 0;

	memset(head, 0, p->cluster);
	be_store(head, 4, QCOW2_MAGIC);
	be_store(head + 4, 4, v2 ? 2 : 3);
	be_store(head + 20, 4, p->cluster_bits);
	be_store(head + 24, 8, s->size);
	be_store(head + 36, 4, p->l1_entries);
	be_store(head + 40, 8, (1 + p->table + p->blocks) * p->cluster);
	be_store(head + 48, 8, p->cluster);
	be_store(head + 56, 4, p->table);
	if (!v2) {
		be_store(head + 96, 4, p->refcount_order);
		be_store(head + 100, 4, 104);
	}
	if (format) {
		be_store(head + at, 4, 0xe2792acau);
		be_store(head + at + 4, 4, format);
		memcpy(head + at + 8, s->backing_format, format);
		at += 8 + align_up(format, 8);
	}
	at += 8; /* the end of the extensions */
	if (backing > 1023 || at + backing > p->cluster)
		return err_set(err, "the backing file's name is too long");
	if (backing) {
		be_store(head + 8, 8, at);
		be_store(head + 16, 4, backing);
		memcpy(head + at, s->backing, backing);
	}
	return true;
}

bool image_qcow2_create(struct image_file *f, const struct image_shape *s, struct err *err)
{
	struct plan p;
	u8 *cluster;
	bool ok;

	if (!make_plan(&p, s, err))
		return false;
	cluster = malloc(p.cluster);
	assert(cluster);
	ok = make_header(cluster, &p, s, err) && write_blocks(f, &p, cluster, err) &&
		image_file_resize(f, (1 + p.table + p.blocks + p.l1) * p.cluster, err) && image_file_sync(f, err) &&
		make_header(cluster, &p, s, err) && image_file_write(f, 0, cluster, p.cluster, err) &&
		image_file_sync(f, err);
	free(cluster);
	return ok;
}
