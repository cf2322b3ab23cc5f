/* SPDX-License-Identifier: MIT */
/* Raw images: bytes at their offsets, nothing else. Any file is one, so a file whose format was guessed must not turn
 * into something else: a guest that may write the first bytes could make its disk look like a qcow2 file whose backing
 * file is any file of the host. */
#define _GNU_SOURCE /* SEEK_DATA, where there is such a thing */
#include "frontend/image/image.h"

#include <errno.h>
#include <unistd.h>

static bool raw_open(struct image *im, struct err *err)
{
	im->size = im->file.size;
	return im->size || err_set(err, "the file is empty");
}

static void raw_close(struct image *im)
{
	(void)im;
}

static bool raw_read(struct image *im, u64 offset, u8 *data, size_t n, struct err *err)
{
	return image_file_read(&im->file, offset, data, n, err);
}

static bool looks_different(struct image *im, u64 offset, const u8 *data, size_t n)
{
	u8 head[8];
	struct err err;

	if (im->size < sizeof(head) || !image_file_read(&im->file, 0, head, sizeof(head), &err))
		return false;
	memcpy(head + offset, data, min_u64(n, sizeof(head) - offset));
	return image_qcow2.probe(head, sizeof(head));
}

static bool raw_write(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err)
{
	if (im->guessed && offset < 8 && n && looks_different(im, offset, data, n))
		return err_set(err, "the guest writes a qcow2 header to a disk of a guessed format: say format=raw");
	return image_file_write(&im->file, offset, data, n, err);
}

static bool raw_flush(struct image *im, struct err *err)
{
	return image_file_sync(&im->file, err);
}

/* Holes of a sparse file are zeroes that need not be read. */
static bool raw_map(struct image *im, u64 offset, u64 *n, enum image_extent *what, struct err *err)
{
	(void)err;
	*what = IMAGE_DATA;
#ifdef SEEK_DATA
	off_t data = lseek(im->file.fd, (off_t)offset, SEEK_DATA), hole;

	if (data < 0 && errno == ENXIO) { /* nothing but a hole up to the end */
		*what = IMAGE_ZERO;
	} else if (data > 0 && (u64)data > offset) {
		*what = IMAGE_ZERO;
		*n = min_u64(*n, (u64)data - offset);
	} else if (data >= 0) {
		hole = lseek(im->file.fd, data, SEEK_HOLE);
		if (hole > data)
			*n = min_u64(*n, (u64)hole - offset);
	}
#endif
	return true;
}

static bool raw_probe(const u8 *head, size_t n)
{
	(void)head;
	(void)n;
	return true;
}

static void raw_info(const struct image *im, FILE *f)
{
	(void)im;
	(void)f;
}

bool image_raw_create(struct image_file *f, const struct image_shape *s, struct err *err)
{
	if (s->backing)
		return err_set(err, "a raw image has no place for the name of a backing file");
	if (!s->size)
		return err_set(err, "a raw image of no size can't be told from an empty file");
	return image_file_resize(f, s->size, err);
}

const struct image_ops image_raw = {
	.name = "raw",
	.probe = raw_probe,
	.open = raw_open,
	.close = raw_close,
	.read = raw_read,
	.write = raw_write,
	.flush = raw_flush,
	.map = raw_map,
	.info = raw_info,
};
