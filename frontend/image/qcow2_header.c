/* SPDX-License-Identifier: MIT */
/* The header of a qcow2 file and its extensions (qcow2.txt, "Header" and "Header extensions"): nothing that is read
 * here is used before it was judged. What we can't do is refused by its name. */
#include "frontend/image/qcow2.h"

#include <stdlib.h>

enum { V2_LENGTH = 72, V3_LENGTH = 104, MAX_BACKING_NAME = 1023, MAX_SNAPSHOTS = 65536 };

enum { /* extensions */
	EXT_END = 0,
	EXT_BACKING_FORMAT = 0xe2792acau,
	EXT_FEATURE_NAMES = 0x6803f857u,
	EXT_BITMAPS = 0x23852875u,
	EXT_ENCRYPTION = 0x0537be77u,
	EXT_DATA_FILE = 0x44415441u,
};

bool qcow2_probe(const u8 *head, size_t n)
{
	return n >= 8 && be_load(head, 4) == QCOW2_MAGIC && be_load(head + 4, 4) >= 2;
}

static char *text(const u8 *p, size_t n)
{
	char *s = malloc(n + 1);

	assert(s);
	memcpy(s, p, n);
	s[n] = 0;
	return s;
}

/* ---- features --------------------------------------------------------------------------------------------------- */

static bool refuse_feature(const u8 *names, size_t n, unsigned number, struct err *err)
{
	static const char *const known[] = {
		[2] = "an external data file", [3] = "another compression than zlib", [4] = "extended L2 entries",
	};

	if (number < countof(known) && known[number])
		return err_set(err, "needs %s, which this program lacks", known[number]);
	for (size_t i = 0; i + 48 <= n; i += 48) {
		char name[47] = "";

		if (names[i] || names[i + 1] != number)
			continue;
		memcpy(name, names + i + 2, 46);
		for (char *c = name; *c; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		return err_set(err, "needs the feature '%s', which this program lacks", name);
	}
	return err_set(err, "needs the unknown feature of bit %u", number);
}

static bool check_features(const struct image *im, const struct qcow2_header *h, const u8 *names, size_t n,
	struct err *err)
{
	for (unsigned b = 2; b < 64; b++)
		if (bit(h->incompatible, b))
			return refuse_feature(names, n, b, err);
	if (im->read_only)
		return true;
	if (h->incompatible & QCOW2_CORRUPT)
		return err_set(err, "is marked as corrupt, so it can only be read; qemu-img check -r all repairs it");
	if (h->incompatible & QCOW2_DIRTY)
		return err_set(err, "was not closed by a program with lazy refcounts, so it can only be read; "
				    "qemu-img check -r all repairs it");
	return true;
}

/* ---- extensions ------------------------------------------------------------------------------------------------- */

static bool take_bitmaps(struct qcow2_header *h, const u8 *p, u64 n)
{
	if (n < 24)
		return false;
	h->nbitmaps = (u32)be_load(p, 4);
	h->bitmaps_size = be_load(p + 8, 8);
	h->bitmaps_offset = be_load(p + 16, 8);
	return true;
}

static bool read_extensions(struct image *im, struct qcow2_header *h, const u8 *head, u64 size, struct err *err)
{
	u64 end = h->backing_offset ? min_u64(h->backing_offset, size) : size, at = h->header_length;
	const u8 *names = NULL;
	size_t nnames = 0;

	while (at + 8 <= end) {
		u32 type = (u32)be_load(head + at, 4), n = (u32)be_load(head + at + 4, 4);

		if (type == EXT_END)
			break;
		at += 8;
		if (n > end - at)
			return err_set(err, "header extension 0x%x: is longer than the header's cluster", type);
		if (type == EXT_BACKING_FORMAT && !im->backing_format && h->backing_offset)
			im->backing_format = text(head + at, n);
		if (type == EXT_FEATURE_NAMES) {
			names = head + at;
			nnames = n;
		}
		if (type == EXT_BITMAPS && !take_bitmaps(h, head + at, n))
			return err_set(err, "header extension 0x%x (bitmaps): %u bytes are too short", type, n);
		if (type == EXT_ENCRYPTION)
			return err_set(err, "is encrypted (LUKS), which this program can't read");
		if (type == EXT_DATA_FILE)
			return err_set(err, "needs an external data file, which this program lacks");
		at += align_up(n, 8);
	}
	return check_features(im, h, names, nnames, err);
}

/* ---- the header ------------------------------------------------------------------------------------------------- */

static bool parse_v3(struct qcow2_header *h, const u8 *head, u64 size, struct err *err)
{
	h->header_length = V2_LENGTH;
	h->refcount_order = 4;
	if (h->version == 2)
		return true;
	if (size < V3_LENGTH)
		return err_set(err, "the header is cut off");
	h->incompatible = be_load(head + 72, 8);
	h->compatible = be_load(head + 80, 8);
	h->autoclear = be_load(head + 88, 8);
	h->refcount_order = (unsigned)be_load(head + 96, 4);
	h->header_length = (unsigned)be_load(head + 100, 4);
	if (h->header_length < V3_LENGTH || h->header_length > size || h->header_length % 8)
		return err_set(err, "header length %u: no such", h->header_length);
	if (h->refcount_order > 6)
		return err_set(err, "refcount order %u: 0 to 6", h->refcount_order);
	if (h->header_length > V3_LENGTH && head[104])
		h->incompatible |= BIT(3);
	return true;
}

static bool parse(struct qcow2_header *h, const u8 *head, u64 size, struct err *err)
{
	if (size < V2_LENGTH)
		return err_set(err, "the header is cut off");
	if (be_load(head, 4) != QCOW2_MAGIC)
		return err_set(err, "is not a qcow2 file");
	h->version = (unsigned)be_load(head + 4, 4);
	if (h->version != 2 && h->version != 3)
		return err_set(err, "qcow2 version %u: there are 2 and 3", h->version);
	h->backing_offset = be_load(head + 8, 8);
	h->backing_size = (u32)be_load(head + 16, 4);
	h->cluster_bits = (unsigned)be_load(head + 20, 4);
	h->size = be_load(head + 24, 8);
	if (be_load(head + 32, 4))
		return err_set(err, "is encrypted (method %u), which this program can't read",
			(unsigned)be_load(head + 32, 4));
	h->l1_size = (u32)be_load(head + 36, 4);
	h->l1_offset = be_load(head + 40, 8);
	h->table_offset = be_load(head + 48, 8);
	h->table_clusters = (u32)be_load(head + 56, 4);
	h->nsnapshots = (u32)be_load(head + 60, 4);
	h->snapshots_offset = be_load(head + 64, 8);
	if (h->cluster_bits < 9 || h->cluster_bits > 21)
		return err_set(err, "cluster size of %u bits: 9 to 21", h->cluster_bits);
	return parse_v3(h, head, min_u64(size, BIT(h->cluster_bits)), err);
}

/* n bytes at offset: aligned, behind the header and within the file. */
static bool placed(const struct image *im, const struct qcow2_header *h, const char *what, u64 offset, u64 n,
	struct err *err)
{
	if (offset % BIT(h->cluster_bits))
		return err_set(err, "%s at 0x%llx: not at a cluster", what, (unsigned long long)offset);
	if (offset < BIT(h->cluster_bits) && n)
		return err_set(err, "%s at 0x%llx: overlaps the header", what, (unsigned long long)offset);
	if (offset > im->file.size || n > im->file.size - offset)
		return err_set(err, "%s at 0x%llx, %llu bytes: the file has %llu bytes", what,
			(unsigned long long)offset, (unsigned long long)n, (unsigned long long)im->file.size);
	return true;
}

static bool judge(const struct image *im, const struct qcow2_header *h, struct err *err)
{
	unsigned l2_span = h->cluster_bits * 2 - 3; /* bits of the disk that an L2 table maps */
	u64 l1_bytes = (u64)h->l1_size * 8, table_bytes = (u64)h->table_clusters << h->cluster_bits;

	if (h->size > INT64_MAX - BIT(22))
		return err_set(err, "a disk of %llu bytes: too large", (unsigned long long)h->size);
	if (h->l1_size > QCOW2_MAX_L1)
		return err_set(err, "L1 table of %u entries: too large", h->l1_size);
	if (h->l1_size < (h->size >> l2_span) + !!(h->size & mask_low(l2_span)))
		return err_set(err, "L1 table of %u entries: too small for a disk of %llu bytes", h->l1_size,
			(unsigned long long)h->size);
	if (!h->table_clusters || table_bytes / 8 > QCOW2_MAX_TABLE)
		return err_set(err, "refcount table of %u clusters: no such", h->table_clusters);
	if (h->nsnapshots > MAX_SNAPSHOTS)
		return err_set(err, "%u snapshots: too many", h->nsnapshots);
	if (!placed(im, h, "L1 table", h->l1_offset, l1_bytes, err) ||
	    !placed(im, h, "refcount table", h->table_offset, table_bytes, err) ||
	    !placed(im, h, "snapshot table", h->nsnapshots ? h->snapshots_offset : 0, h->nsnapshots * 40ull, err))
		return false;
	if (l1_bytes && h->l1_offset < h->table_offset + table_bytes && h->table_offset < h->l1_offset + l1_bytes)
		return err_set(err, "the L1 table at 0x%llx overlaps the refcount table at 0x%llx",
			(unsigned long long)h->l1_offset, (unsigned long long)h->table_offset);
	return true;
}

static bool take_backing_name(struct image *im, const struct qcow2_header *h, const u8 *head, u64 size, struct err *err)
{
	if (!h->backing_offset)
		return true;
	if (h->backing_size > MAX_BACKING_NAME || h->backing_offset > size ||
		h->backing_size > size - h->backing_offset)
		return err_set(err, "the name of the backing file (%u bytes at 0x%llx) is not in the header's cluster",
			h->backing_size, (unsigned long long)h->backing_offset);
	if (memchr(head + h->backing_offset, 0, h->backing_size))
		return err_set(err, "the name of the backing file has a zero byte");
	if (h->backing_size)
		im->backing_name = text(head + h->backing_offset, h->backing_size);
	return true;
}

bool qcow2_header_read(struct image *im, struct qcow2_header *h, struct err *err)
{
	u64 size = min_u64(im->file.size, BIT(21));
	u8 *head = malloc(BIT(21));
	bool ok;

	assert(head);
	*h = (struct qcow2_header){0};
	ok = image_file_read(&im->file, 0, head, size, err) && parse(h, head, size, err);
	if (ok) {
		size = min_u64(size, BIT(h->cluster_bits));
		/* Features first: without them, the rest may mean something else. */
		ok = read_extensions(im, h, head, size, err) && judge(im, h, err) &&
			take_backing_name(im, h, head, size, err);
	}
	free(head);
	if (!ok)
		return false;
	im->size = h->size;
	im->cluster_size = BIT(h->cluster_bits);
	return true;
}
