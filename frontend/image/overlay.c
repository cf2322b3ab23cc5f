/* SPDX-License-Identifier: MIT */
/* A throw-away overlay (-snapshot): what the guest writes goes to a file without a name, at the same offsets as on the
 * disk, so that the host keeps only what was written, and a map in memory says which blocks are there. The host removes
 * it when we end, however we end. */
#define _XOPEN_SOURCE 700
#include "frontend/image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A leaf says for 128 MiB of the disk which blocks of 4 KiB are here. */
enum { BLOCK_BITS = 12, LEAF_BYTES = 4096, LEAF_BITS = BLOCK_BITS + 15 };

struct overlay {
	u8 **leaf;
	u64 nleaves;
};

static bool has(const struct overlay *o, u64 offset)
{
	const u8 *leaf = o->leaf[offset >> LEAF_BITS];
	u64 block = bits(offset, BLOCK_BITS, LEAF_BITS - BLOCK_BITS);

	return leaf && bit(leaf[block / 8], block % 8);
}

static bool mark(struct overlay *o, u64 offset, struct err *err)
{
	u8 **leaf = &o->leaf[offset >> LEAF_BITS];
	u64 block = bits(offset, BLOCK_BITS, LEAF_BITS - BLOCK_BITS);

	if (!*leaf)
		*leaf = calloc(1, LEAF_BYTES);
	if (!*leaf)
		return err_set(err, "no memory for the map of the overlay");
	(*leaf)[block / 8] |= (u8)(1u << block % 8);
	return true;
}

/* How many of the n bytes from offset are alike. */
static u64 run(const struct overlay *o, u64 offset, u64 n)
{
	bool here = has(o, offset);
	u64 end = (offset | (BIT(BLOCK_BITS) - 1)) + 1;

	while (end < offset + n && has(o, end) == here)
		end += BIT(BLOCK_BITS);
	return min_u64(end - offset, n);
}

static bool overlay_read(struct image *im, u64 offset, u8 *data, size_t n, struct err *err)
{
	const struct overlay *o = im->state;

	while (n) {
		size_t part = (size_t)run(o, offset, n);

		if (!(has(o, offset) ? image_file_read_padded(&im->file, offset, data, part, err) :
			image_read(im->backing, offset, data, part, err)))
			return false;
		data += part;
		offset += part;
		n -= part;
	}
	return true;
}

/* A block that is written in part for the first time takes the rest from below. */
static bool write_block(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err)
{
	u8 block[1 << BLOCK_BITS];
	u64 base = offset & ~(sizeof(block) - 1), size = min_u64(sizeof(block), im->size - base);

	if (has(im->state, offset))
		return image_file_write(&im->file, offset, data, n, err);
	if (!image_read(im->backing, base, block, size, err))
		return false;
	memcpy(block + (offset - base), data, n);
	return image_file_write(&im->file, base, block, size, err) && mark(im->state, base, err);
}

static bool overlay_write(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err)
{
	const size_t block = 1 << BLOCK_BITS;

	while (n) {
		size_t part = min_u64(block - offset % block, n);

		if (part < block) {
			if (!write_block(im, offset, data, part, err))
				return false;
		} else {
			part = n / block * block;
			if (!image_file_write(&im->file, offset, data, part, err))
				return false;
			for (size_t i = 0; i < part; i += block)
				if (!mark(im->state, offset + i, err))
					return false;
		}
		data += part;
		offset += part;
		n -= part;
	}
	return true;
}

/* Nothing of it outlives us, so nothing need be on disk. */
static bool overlay_flush(struct image *im, struct err *err)
{
	(void)im;
	(void)err;
	return true;
}

static bool overlay_map(struct image *im, u64 offset, u64 *n, enum image_extent *what, struct err *err)
{
	(void)err;
	*n = run(im->state, offset, *n);
	*what = has(im->state, offset) ? IMAGE_DATA : IMAGE_ABSENT;
	return true;
}

static void overlay_close(struct image *im)
{
	struct overlay *o = im->state;

	for (u64 i = 0; o && i < o->nleaves; i++)
		free(o->leaf[i]);
	if (o)
		free(o->leaf);
	free(o);
}

static void overlay_info(const struct image *im, FILE *f)
{
	(void)im;
	(void)f;
}

static const struct image_ops image_overlay_ops = {
	.name = "overlay",
	.close = overlay_close,
	.read = overlay_read,
	.write = overlay_write,
	.flush = overlay_flush,
	.map = overlay_map,
	.info = overlay_info,
};

static int nameless_file(struct err *err)
{
	const char *folder = getenv("TMPDIR");
	char path[1024];
	int fd;

	if (!folder || !*folder)
		folder = "/var/tmp"; /* /tmp is often in memory */
	if ((size_t)snprintf(path, sizeof(path), "%s/orrery.XXXXXX", folder) >= sizeof(path)) {
		err_set(err, "TMPDIR: its path is too long");
		return -1;
	}
	fd = mkstemp(path);
	if (fd < 0) {
		err_set(err, "a throw-away overlay needs a place in %s: %s", folder, strerror(errno));
		return -1;
	}
	unlink(path);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

struct image *image_overlay(struct image *base, struct err *err)
{
	struct image *im = calloc(1, sizeof(*im));
	struct overlay *o = calloc(1, sizeof(*o));

	if (o) {
		o->nleaves = (base->size >> LEAF_BITS) + 1;
		o->leaf = calloc(o->nleaves, sizeof(*o->leaf));
	}
	if (im)
		*im = (struct image){.ops = &image_overlay_ops, .state = o, .size = base->size, .file.fd = -1};
	if (!im || !o || !o->leaf || !(im->path = calloc(1, strlen(base->path) + 1))) {
		err_set(err, "no memory for the map of the overlay");
		goto fail;
	}
	memcpy(im->path, base->path, strlen(base->path));
	im->file.fd = nameless_file(err);
	if (im->file.fd < 0)
		goto fail;
	im->backing = base;
	return im;
fail:
	if (im)
		free(im->path);
	if (o)
		free(o->leaf);
	free(o);
	free(im);
	return NULL;
}
