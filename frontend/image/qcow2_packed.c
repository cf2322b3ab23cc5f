/* SPDX-License-Identifier: MIT */
/* Compressed clusters (qcow2.txt, "Compressed Clusters Descriptor"): raw deflate with a window of 4 KiB, anywhere in
 * the file, several to a cluster, which counts them all. They are only ever read in whole, and written by the tools. */
#include "frontend/image/qcow2.h"

#include <stdlib.h>
#include <zlib.h>

enum { SECTOR = 512, WINDOW_BITS = 12 };

/* Where the data begins, and how many bytes it has at most. */
void qcow2_packed_place(const struct qcow2 *q, u64 entry, u64 *offset, u64 *n)
{
	unsigned split = 62 - (q->h.cluster_bits - 8);
	u64 more = bits(entry, split, 62 - split);

	*offset = entry & mask_low(split);
	*n = (more + 1) * SECTOR - *offset % SECTOR;
}

static bool inflate_cluster(struct qcow2 *q, u64 n)
{
	z_stream z = {.next_in = q->packed, .avail_in = (unsigned)n, .next_out = q->unpacked,
		.avail_out = (unsigned)q->cluster};
	int status;

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return false;
	status = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return !z.avail_out && (status == Z_STREAM_END || status == Z_BUF_ERROR);
}

bool qcow2_unpack(struct image *im, u64 entry, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 offset, n;

	entry &= ~QCOW2_COPIED;
	if (q->unpacked_entry == entry)
		return true;
	q->unpacked_entry = 0;
	if (!q->unpacked)
		q->unpacked = malloc(q->cluster);
	if (!q->packed)
		q->packed = malloc(q->cluster * 2 + SECTOR);
	if (!q->unpacked || !q->packed)
		return err_set(err, "no memory for a compressed cluster");
	qcow2_packed_place(q, entry, &offset, &n);
	if (!image_file_read_padded(&im->file, offset, q->packed, n, err))
		return false;
	if (!inflate_cluster(q, n))
		return err_set(err, "the compressed cluster at 0x%llx is damaged", (unsigned long long)offset);
	q->unpacked_entry = entry;
	return true;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

/* 0: it does not get smaller. */
static size_t deflate_cluster(const u8 *data, size_t n, u8 *out, size_t room)
{
	z_stream z = {.next_in = (u8 *)(uintptr_t)data, .avail_in = (unsigned)n, .next_out = out,
		.avail_out = (unsigned)room};
	int status;

	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -WINDOW_BITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	status = deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return status == Z_STREAM_END ? room - z.avail_out : 0;
}

/* Room for n bytes, n <= a cluster: after the last compressed one if it fits there, else in a new cluster. */
static bool place(struct image *im, size_t n, u64 *offset, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 left = q->pack_at ? q->cluster - q->pack_at % q->cluster : 0, got;
	struct err full;

	if (left >= n && left < q->cluster && qcow2_ref(im, q->pack_at, n, &full)) {
		*offset = q->pack_at;
	} else if (!qcow2_alloc(im, 1, offset, &got, err)) {
		return false;
	}
	q->pack_at = *offset + n;
	if (q->pack_at % q->cluster == 0)
		q->pack_at = 0;
	return true;
}

bool qcow2_write_compressed(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err)
{
	struct qcow2 *q = im->state;
	unsigned split = 62 - (q->h.cluster_bits - 8);
	struct qcow2_slot *s;
	u64 at, sectors;
	size_t size;

	assert(offset % q->cluster == 0 && n <= q->cluster && (n == q->cluster || offset + n == im->size));
	memcpy(q->bounce, data, n);
	memset(q->bounce + n, 0, q->cluster - n);
	if (!q->packed)
		q->packed = malloc(q->cluster * 2 + SECTOR);
	if (!q->packed)
		return err_set(err, "no memory for a compressed cluster");
	size = deflate_cluster(q->bounce, q->cluster, q->packed, q->cluster - 1);
	s = qcow2_l2_own(im, offset, err);
	if (!s)
		return false;
	if (!size || qcow2_l2_entry(q, s, offset))
		return qcow2_write(im, offset, data, n, err);
	q->unpacked_entry = 0;
	if (!place(im, size, &at, err))
		return false;
	if (at >= BIT(split))
		return err_set(err, "is too large for compressed clusters");
	if (!image_file_write(&im->file, at, q->packed, size, err))
		return false;
	sectors = (at + size - 1) / SECTOR - at / SECTOR;
	s = qcow2_l2_own(im, offset, err);
	if (s)
		qcow2_set_entry(im, s, offset, QCOW2_PACKED | sectors << split | at);
	return s != NULL;
}
