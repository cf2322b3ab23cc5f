/* SPDX-License-Identifier: MIT */
/* From an offset on the disk to a cluster of the file (qcow2.txt, "Cluster mapping"), and reading. An entry that points
 * outside the file, at metadata or between clusters, or that has reserved bits, is an I/O error where it is met. */
#include "frontend/image/qcow2.h"

static bool nonsense(struct err *err, const char *what, u64 value)
{
	return err_set(err, "%s 0x%llx makes no sense", what, (unsigned long long)value);
}

bool qcow2_entry(const struct image *im, u64 entry, enum qcow2_kind *kind, u64 *host, struct err *err)
{
	const struct qcow2 *q = im->state;
	u64 reserved = ~(QCOW2_COPIED | QCOW2_ADDRESS | (q->h.version > 2 ? QCOW2_ZEROES : 0));

	*host = entry & QCOW2_ADDRESS;
	if (entry & QCOW2_PACKED) {
		u64 n;

		qcow2_packed_place(q, entry, host, &n);
		*kind = QCOW2_COMPRESSED;
		return (*host >= q->cluster && *host < im->file.size) || nonsense(err, "L2 entry", entry);
	}
	*kind = entry & QCOW2_ZEROES ? QCOW2_ZERO : *host ? QCOW2_NORMAL : QCOW2_ABSENT;
	if (entry & reserved || *host % q->cluster || *host >= im->file.size)
		return nonsense(err, "L2 entry", entry);
	return true;
}

struct qcow2_slot *qcow2_l2(struct image *im, u64 offset, bool *none, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 i = offset / q->cluster >> q->l2_bits, at = q->l1[i] & QCOW2_ADDRESS;
	struct qcow2_slot *s;

	*none = !at;
	if (q->l1[i] & ~(QCOW2_COPIED | QCOW2_ADDRESS) || at % q->cluster) {
		*none = false;
		nonsense(err, "L1 entry", q->l1[i]);
		return NULL;
	}
	if (!at)
		return NULL;
	s = qcow2_cache_get(im, &q->l2, at, false, err);
	if (s && at >= im->file.size && s->from == s->to) { /* neither there nor made since the last flush */
		qcow2_cache_drop(&q->l2, at);
		nonsense(err, "L1 entry", q->l1[i]);
		return NULL;
	}
	return s;
}

u64 qcow2_l2_entry(const struct qcow2 *q, const struct qcow2_slot *s, u64 offset)
{
	return be_load(s->data + (offset / q->cluster & mask_low(q->l2_bits)) * 8, 8);
}

/* The n bytes at offset that are alike: absent, zeroes, in one piece in the file, or of one compressed cluster. */
static bool find_run(
	struct image *im, u64 offset, u64 *n, enum qcow2_kind *kind, u64 *host, u64 *entry, struct err *err)
{
	struct qcow2 *q = im->state;
	u64 within = offset % q->cluster, span = q->cluster << q->l2_bits, have;
	bool none;
	struct qcow2_slot *s = qcow2_l2(im, offset, &none, err);

	*n = min_u64(*n, span - offset % span);
	*kind = QCOW2_ABSENT;
	if (!s)
		return none;
	*entry = qcow2_l2_entry(q, s, offset);
	if (!qcow2_entry(im, *entry, kind, host, err))
		return false;
	for (have = q->cluster - within; have < *n && *kind != QCOW2_COMPRESSED; have += q->cluster) {
		enum qcow2_kind next;
		struct err later;
		u64 there;

		if (!qcow2_entry(im, qcow2_l2_entry(q, s, offset + have), &next, &there, &later) || next != *kind ||
		    (next == QCOW2_NORMAL && there != *host + within + have))
			break;
	}
	*n = min_u64(*n, have);
	*host += within;
	return true;
}

bool qcow2_read(struct image *im, u64 offset, u8 *data, size_t n, struct err *err)
{
	struct qcow2 *q = im->state;

	while (n) {
		u64 part = n, host = 0, entry = 0;
		enum qcow2_kind kind;
		bool ok = find_run(im, offset, &part, &kind, &host, &entry, err);

		if (ok && kind == QCOW2_NORMAL) {
			ok = image_file_read_padded(&im->file, host, data, part, err);
		} else if (ok && kind == QCOW2_COMPRESSED) {
			ok = qcow2_unpack(im, entry, err);
			if (ok)
				memcpy(data, q->unpacked + offset % q->cluster, part);
		} else if (ok && kind == QCOW2_ZERO) {
			memset(data, 0, part);
		} else if (ok) {
			ok = image_read_behind(im->backing, offset, data, part, err);
		}
		if (!ok)
			return false;
		data += part;
		offset += part;
		n -= (size_t)part;
	}
	return true;
}

bool qcow2_map(struct image *im, u64 offset, u64 *n, enum image_extent *what, struct err *err)
{
	enum qcow2_kind kind;
	u64 host = 0, entry = 0;

	if (!find_run(im, offset, n, &kind, &host, &entry, err))
		return false;
	*what = kind == QCOW2_ABSENT ? IMAGE_ABSENT : kind == QCOW2_ZERO ? IMAGE_ZERO : IMAGE_DATA;
	return true;
}
