/* SPDX-License-Identifier: MIT */
/* Opens images: finds out the format, locks the file, and follows the chain of backing files, each relative to the
 * folder of the one that names it. A chain that comes back to itself is refused. Errors name the image here, once. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "frontend/image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_CHAIN = 100 };

/* Those in front of the image that is being opened. */
struct chain {
	const struct chain *front;
	const char *path;
	dev_t dev;
	ino_t ino;
	unsigned depth;
};

static const struct image_ops *const formats[] = {&image_qcow2, &image_raw}; /* raw fits anything, so it is last */

const struct image_ops *image_format(const char *name)
{
	for (size_t i = 0; i < countof(formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

static char *copy(const char *s)
{
	char *t = malloc(strlen(s) + 1);

	assert(t);
	strcpy(t, s);
	return t;
}

char *image_backing_path(const char *image, const char *name, struct err *err)
{
	const char *slash = strrchr(image, '/');
	size_t scheme = strcspn(name, ":/"), n;
	char *path;

	if (!strncmp(name, "file:", 5)) {
		name += 5;
	} else if (scheme && name[scheme] == ':') { /* json:{...}, nbd://... as in QEMU */
		err_set(err, "backing file %.80s: %.*s: is not a file's name", name, (int)min_u64(scheme, 20), name);
		return NULL;
	}
	if (!*name) {
		err_set(err, "backing file: its name is empty");
		return NULL;
	}
	n = *name != '/' && slash ? (size_t)(slash - image) + 1 : 0;
	path = malloc(n + strlen(name) + 1);
	assert(path);
	memcpy(path, image, n);
	strcpy(path + n, name);
	return path;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static bool open_file(struct image *im, const struct image_request *q, struct chain *here, struct err *err)
{
	struct stat st;

	im->file.fd = open(q->path, (im->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK);
	if (im->file.fd < 0 && errno == EISDIR)
		return err_set(err, "is a directory");
	if (im->file.fd < 0)
		return err_set(err, "%s", errno == EACCES && !im->read_only ?
				"can't be written; readonly=on is a way out"
									    : strerror(errno));
	if (fstat(im->file.fd, &st))
		return err_set(err, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file");
	for (const struct chain *c = here->front; c; c = c->front)
		if (c->dev == st.st_dev && c->ino == st.st_ino)
			return err_set(err, "the chain of backing files comes back to this file");
	here->dev = st.st_dev;
	here->ino = st.st_ino;
	if (!q->no_lock && flock(im->file.fd, (im->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB))
		return err_set(err, "%s", errno == EWOULDBLOCK ? "is in use by another program" : strerror(errno));
	im->file.size = (u64)st.st_size;
	im->file.no_sync = q->no_sync;
	return true;
}

static bool find_format(struct image *im, const char *name, struct err *err)
{
	u8 head[512];
	size_t n = (size_t)min_u64(sizeof(head), im->file.size);

	if (name) {
		im->ops = image_format(name);
		return im->ops || err_set(err, "format %.40s: there are raw and qcow2", name);
	}
	if (!image_file_read(&im->file, 0, head, n, err))
		return false;
	for (size_t i = 0; i < countof(formats) && !im->ops; i++)
		if (formats[i]->probe(head, n))
			im->ops = formats[i];
	im->guessed = im->ops == &image_raw;
	return true;
}

static struct image *open_link(const struct image_request *q, const struct chain *front, struct err *err);

static bool open_backing(struct image *im, const struct image_request *q, const struct chain *here, struct err *err)
{
	struct image_request behind = {.read_only = true, .no_lock = q->no_lock, .format = im->backing_format};
	char *path;

	if (!im->backing_name || q->no_backing)
		return true;
	if (here->depth >= MAX_CHAIN)
		return err_set(err, "more than %d backing files in a chain", MAX_CHAIN);
	path = image_backing_path(im->path, im->backing_name, err);
	if (!path)
		return false;
	behind.path = path;
	im->backing = open_link(&behind, here, err);
	free(path);
	if (!im->backing)
		return here->depth ? false : err_prefix(err, "backing file");
	return true;
}

static struct image *open_link(const struct image_request *q, const struct chain *front, struct err *err)
{
	struct chain here = {.front = front, .path = q->path, .depth = front ? front->depth + 1 : 0};
	struct image *im = calloc(1, sizeof(*im));
	struct err ignored;

	assert(im);
	im->path = copy(q->path);
	im->file.fd = -1;
	im->read_only = q->read_only || q->snapshot;
	if (open_file(im, q, &here, err) && find_format(im, q->format, err) && im->ops->open(im, err)) {
		if (open_backing(im, q, &here, err))
			return im;
		if (!front)
			err_prefix(err, "%s", im->path);
	} else {
		char why[sizeof(err->text)];

		memcpy(why, err->text, sizeof(why));
		err_set(err, "%.200s: %.190s", q->path, why);
	}
	im->read_only = true; /* nothing to flush */
	image_close(im, &ignored);
	return NULL;
}

struct image *image_open(const struct image_request *q, struct err *err)
{
	struct image *im = open_link(q, NULL, err), *over;
	struct err ignored;

	if (!im || !q->snapshot || q->read_only)
		return im;
	over = image_overlay(im, err);
	if (!over) {
		err_prefix(err, "%s", q->path);
		image_close(im, &ignored);
	}
	return over;
}

bool image_close(struct image *im, struct err *err)
{
	bool ok = true;
	struct err ignored;

	if (!im)
		return true;
	if (im->state || im->ops == &image_raw) {
		ok = im->read_only || image_flush(im, err);
		im->ops->close(im);
	}
	if (im->file.fd >= 0 && close(im->file.fd) && ok)
		ok = err_set(err, "%s: %s", im->path, strerror(errno));
	if (im->backing)
		image_close(im->backing, &ignored); /* read-only: nothing can be lost */
	free(im->backing_name);
	free(im->backing_format);
	free(im->path);
	free(im);
	return ok;
}

/* ---- use -------------------------------------------------------------------------------------------------------- */

static bool named(const struct image *im, bool ok, struct err *err)
{
	return ok || err_prefix(err, "%s", im->path);
}

bool image_read(struct image *im, u64 offset, void *data, size_t n, struct err *err)
{
	assert(offset <= im->size && n <= im->size - offset);
	return named(im, im->ops->read(im, offset, data, n, err), err);
}

bool image_write(struct image *im, u64 offset, const void *data, size_t n, struct err *err)
{
	assert(offset <= im->size && n <= im->size - offset && !im->read_only);
	return named(im, im->ops->write(im, offset, data, n, err), err);
}

bool image_flush(struct image *im, struct err *err)
{
	return im->read_only || named(im, im->ops->flush(im, err), err);
}

bool image_read_behind(struct image *im, u64 offset, u8 *data, size_t n, struct err *err)
{
	size_t there = im && offset < im->size ? (size_t)min_u64(n, im->size - offset) : 0;

	memset(data + there, 0, n - there);
	return !there || image_read(im, offset, data, there, err);
}
