/* SPDX-License-Identifier: MIT */
/* Disk images on the host: raw files, qcow2 files with their backing chains, and throw-away overlays over either. Every
 * field of a file is untrusted: what can't be is refused when the image is opened, or is an I/O error when it is used.
 * Formats follow QEMU's docs/interop/qcow2.txt. */
#ifndef FRONTEND_IMAGE_IMAGE_H
#define FRONTEND_IMAGE_IMAGE_H

#include "mem/base/base.h"
#include "mem/base/err.h"

#include <stdio.h>

/* ---- a file on the host ----------------------------------------------------------------------------------------- */

struct image_file {
	int fd;       /* -1: closed */
	u64 size;     /* bytes, kept up to date by our own writes */
	bool no_sync; /* a tool's output: one sync at the end is enough */
	bool written; /* since the last sync */
};

/* Each false with one line in err that does not name the file. */
bool image_file_read(struct image_file *f, u64 offset, void *data, size_t n, struct err *err);
/* What is beyond the end of the file reads as zeroes. */
bool image_file_read_padded(struct image_file *f, u64 offset, void *data, size_t n, struct err *err);
bool image_file_write(struct image_file *f, u64 offset, const void *data, size_t n, struct err *err);
bool image_file_resize(struct image_file *f, u64 size, struct err *err);
/* What was written is on the host's disk when it returns. */
bool image_file_sync(struct image_file *f, struct err *err);

/* ---- images ----------------------------------------------------------------------------------------------------- */

enum image_extent {
	IMAGE_ABSENT, /* the backing image's, or zeroes if there is none */
	IMAGE_ZERO,
	IMAGE_DATA,
};

struct image;

/* What a check found. Leaks waste space and are harmless; errors are not. */
struct image_check {
	u64 errors, leaks, end; /* end: of the last cluster in use, in bytes */
	FILE *log;              /* where each finding is named, NULL: nowhere; the first hundred */
};

/* offset + n is within image.size. Errors in one line that does not name the image. */
struct image_ops {
	const char *name;
	bool (*probe)(const u8 *head, size_t n); /* the first bytes of the file */
	bool (*open)(struct image *im, struct err *err);
	void (*close)(struct image *im); /* after a flush */
	bool (*read)(struct image *im, u64 offset, u8 *data, size_t n, struct err *err);
	bool (*write)(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err);
	bool (*flush)(struct image *im, struct err *err);
	/* What is at offset, and for how many of the n bytes (at least one). */
	bool (*map)(struct image *im, u64 offset, u64 *n, enum image_extent *what, struct err *err);
	/* One whole cluster, or what the last one has of the disk. NULL: the format can't. */
	bool (*write_compressed)(struct image *im, u64 offset, const u8 *data, size_t n, struct err *err);
	bool (*check)(struct image *im, struct image_check *c, struct err *err);
	bool (*empty)(struct image *im, struct err *err); /* everything is the backing image's again */
	void (*info)(const struct image *im, FILE *f);
};

struct image {
	const struct image_ops *ops;
	void *state; /* the format's */
	char *path;
	struct image_file file;
	u64 size; /* of the disk, in bytes */
	u64 cluster_size; /* 0: the format has none */
	char *backing_name, *backing_format; /* as the file has them, NULL: none */
	struct image *backing;
	bool read_only, guessed; /* guessed: raw only because nothing else fits */
};

struct image_request {
	const char *path, *format;        /* format NULL: find out */
	bool read_only, snapshot;         /* snapshot: writes go to a throw-away overlay */
	bool no_backing, no_lock, no_sync; /* for the tools */
};

extern const struct image_ops image_raw, image_qcow2;

/* Locks the file: one writer or many readers. NULL with one line that names the file. */
struct image *image_open(const struct image_request *q, struct err *err);
/* False if something that was written did not reach the file; closed in any case. NULL is fine. */
bool image_close(struct image *im, struct err *err);

/* Within im->size. Errors name the image. */
bool image_read(struct image *im, u64 offset, void *data, size_t n, struct err *err);
bool image_write(struct image *im, u64 offset, const void *data, size_t n, struct err *err);
bool image_flush(struct image *im, struct err *err);
/* Reads an image that may be shorter than the one in front of it: zeroes beyond its end; NULL is all zeroes. */
bool image_read_behind(struct image *im, u64 offset, u8 *data, size_t n, struct err *err);

const struct image_ops *image_format(const char *name); /* NULL: there is no such format */
/* The path of a backing file: relative to the folder of the image that names it. The caller frees it. NULL with a line
 * in err if it is no file. */
char *image_backing_path(const char *image, const char *name, struct err *err);
/* Puts a throw-away overlay over `base`, which it then owns. NULL and base is as it was: no place for it. */
struct image *image_overlay(struct image *base, struct err *err);

/* ---- creation --------------------------------------------------------------------------------------------------- */

struct image_shape {
	u64 size;
	const char *backing, *backing_format; /* NULL: none */
	unsigned version, cluster_bits, refcount_bits; /* 0: 3, 16, 16 */
};

/* The file is new and empty. */
bool image_raw_create(struct image_file *f, const struct image_shape *s, struct err *err);
bool image_qcow2_create(struct image_file *f, const struct image_shape *s, struct err *err);

#endif
