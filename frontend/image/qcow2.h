/* SPDX-License-Identifier: MIT */
/* An open qcow2 file: what its parts share. Layout after docs/interop/qcow2.txt. Everything in the file is big endian;
 * tables in `struct qcow2` are in the host's order, blocks in a cache are as in the file. */
#ifndef FRONTEND_IMAGE_QCOW2_H
#define FRONTEND_IMAGE_QCOW2_H

#include "frontend/image/image.h"

#define QCOW2_MAGIC   0x514649fbu
#define QCOW2_COPIED  BIT(63) /* the reference count is exactly one: may be written in place */
#define QCOW2_PACKED  BIT(62) /* a compressed cluster */
#define QCOW2_ZEROES  BIT(0)  /* version 3: reads as zeroes */
#define QCOW2_ADDRESS 0x00fffffffffffe00ull
#define QCOW2_MAX_L1    (32u << 20 >> 3) /* entries, as QEMU */
#define QCOW2_MAX_TABLE (8u << 20 >> 3)  /* entries of the refcount table, as QEMU */

enum { /* incompatible features */
	QCOW2_DIRTY = 1,
	QCOW2_CORRUPT = 2,
};

/* ---- big endian ------------------------------------------------------------------------------------------------- */

static inline u64 be_load(const void *p, unsigned size)
{
	const u8 *b = p;
	u64 v = 0;

	for (unsigned i = 0; i < size; i++)
		v = v << 8 | b[i];
	return v;
}

static inline void be_store(void *p, unsigned size, u64 v)
{
	u8 *b = p;

	for (unsigned i = 0; i < size; i++)
		b[i] = (u8)(v >> 8 * (size - 1 - i));
}

/* ---- a cache of clusters with tables in them -------------------------------------------------------------------- */

struct qcow2_slot {
	u64 offset; /* in the file, 0: empty */
	u64 used;   /* when */
	u8 *data;
	u32 from, to; /* bytes that the file does not have yet; from == to: none */
};

enum { QCOW2_WAYS = 8 };

struct qcow2_cache {
	struct qcow2_slot *slot;
	u32 nsets; /* power of two */
	u64 now;
	bool dirty;
};

/* ---- the image -------------------------------------------------------------------------------------------------- */

struct qcow2_header {
	unsigned version, cluster_bits, refcount_order, header_length;
	u64 size, backing_offset, l1_offset, table_offset, snapshots_offset, incompatible, compatible, autoclear;
	u32 backing_size, l1_size, table_clusters, nsnapshots;
	u64 bitmaps_offset, bitmaps_size; /* the directory of the bitmaps extension */
	u32 nbitmaps;
};

/* Clusters whose references have gone, once the file says so too. */
struct qcow2_free {
	u64 offset, n; /* bytes */
};

struct qcow2 {
	struct qcow2_header h;
	u64 cluster;                    /* bytes */
	unsigned l2_bits, block_bits;   /* log2 of the entries of an L2 table and of a refcount block */
	u64 *l1;
	u64 *table;                     /* offsets of refcount blocks, 0: none */
	u32 table_size;                 /* entries */
	u32 l1_from, l1_to, table_from, table_to; /* entries that the file does not have yet */
	struct qcow2_cache l2, refs;
	u64 hint;                       /* no cluster below is free; an index */
	u64 *meta;                      /* hash set of the clusters that hold metadata, as index + 1 */
	u64 meta_size, meta_used;
	struct qcow2_free *frees;
	size_t nfrees, frees_room;
	u8 *bounce;                     /* a cluster */
	u8 *unpacked, *packed;          /* the last compressed cluster that was read; a buffer for it in the file */
	u64 unpacked_entry;             /* which one, 0: none */
	u64 pack_at;                    /* where the next compressed cluster may begin, 0: in a new one */
	bool broken;                    /* the file contradicts itself: no more writes */
	bool cleared;                   /* autoclear bits are 0 in the file */
};

/* ---- qcow2_header.c */
bool qcow2_probe(const u8 *head, size_t n);
/* Reads and judges the header; fills im->size, cluster_size, backing names. */
bool qcow2_header_read(struct image *im, struct qcow2_header *h, struct err *err);

/* ---- qcow2_cache.c */
void qcow2_cache_init(struct qcow2_cache *c, u64 cluster);
void qcow2_cache_free(struct qcow2_cache *c);
/* The cluster at offset, valid until the next call for the same cache. fresh: zeroes in the place of what is there.
 * NULL with err. */
struct qcow2_slot *qcow2_cache_get(struct image *im, struct qcow2_cache *c, u64 offset, bool fresh, struct err *err);
void qcow2_cache_touch(struct qcow2_cache *c, struct qcow2_slot *s, u32 from, u32 n);
void qcow2_cache_drop(struct qcow2_cache *c, u64 offset);
/* Everything that is only in memory goes to the file, in the order that a crash can't hurt, and is on the disk then. */
bool qcow2_flush(struct image *im, struct err *err);

/* ---- qcow2_refcount.c */
u64 qcow2_refcount_load(const u8 *block, unsigned order, u64 i);
void qcow2_refcount_store(u8 *block, unsigned order, u64 i, u64 value);
bool qcow2_refcount(struct image *im, u64 cluster_index, u64 *value, struct err *err);
/* Up to `want` clusters in a row, one at least, each now with one reference. */
bool qcow2_alloc(struct image *im, u64 want, u64 *offset, u64 *got, struct err *err);
/* One more reference to every cluster that the bytes touch; false also if one can't count that far. */
bool qcow2_ref(struct image *im, u64 offset, u64 n, struct err *err);
bool qcow2_unref(struct image *im, u64 offset, u64 n, struct err *err); /* one less, at once */
bool qcow2_unref_later(struct image *im, u64 offset, u64 n, struct err *err); /* with the next flush */
bool qcow2_is_meta(const struct qcow2 *q, u64 offset); /* any of the cluster that holds it */
bool qcow2_add_meta(struct qcow2 *q, u64 offset, u64 n); /* false: one of them was there before */
void qcow2_remove_meta(struct qcow2 *q, u64 offset);
bool qcow2_contradiction(struct qcow2 *q, struct err *err, const char *what, u64 offset);

/* ---- qcow2_map.c */
enum qcow2_kind { QCOW2_ABSENT, QCOW2_ZERO, QCOW2_NORMAL, QCOW2_COMPRESSED };
/* What an L2 entry says; false if it says nonsense. host: 0 if it has no cluster (of a QCOW2_ZERO). */
bool qcow2_entry(const struct image *im, u64 entry, enum qcow2_kind *kind, u64 *host, struct err *err);
/* The L2 table that maps offset; NULL without error (*none set): there is none. */
struct qcow2_slot *qcow2_l2(struct image *im, u64 offset, bool *none, struct err *err);
u64 qcow2_l2_entry(const struct qcow2 *q, const struct qcow2_slot *s, u64 offset);
bool qcow2_read(struct image *im, u64 offset, u8 *data, size_t n, struct err *err);
bool qcow2_map(struct image *im, u64 offset, u64 *n, enum image_extent *what, struct err *err);

/* ---- qcow2_write.c */
bool qcow2_write(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err);
/* The L2 table that maps offset, which may be written in place; made if there is none. */
struct qcow2_slot *qcow2_l2_own(struct image *im, u64 offset, struct err *err);
void qcow2_set_entry(struct image *im, struct qcow2_slot *s, u64 offset, u64 entry);
bool qcow2_drop_entry(struct image *im, u64 entry, struct err *err); /* gives up what it refers to, later */
bool qcow2_empty(struct image *im, struct err *err);

/* ---- qcow2_packed.c */
void qcow2_packed_place(const struct qcow2 *q, u64 entry, u64 *offset, u64 *n);
bool qcow2_unpack(struct image *im, u64 entry, struct err *err); /* into q->unpacked */
bool qcow2_write_compressed(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err);

/* ---- qcow2_check.c */
bool qcow2_check(struct image *im, struct image_check *c, struct err *err);

#endif
