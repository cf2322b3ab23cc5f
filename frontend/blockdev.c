/* SPDX-License-Identifier: MIT */
/* Disk images as devices see them. What the host can't do is an I/O error to the guest, and one line to the user. A
 * flush returns when the host's disk has what was written, because a guest that waits for it goes on to promise the
 * data to somebody. */
#include "frontend/blockdev.h"

static bool tell(bool ok, bool *told, const struct err *err)
{
	if (!ok && !*told)
		fprintf(stderr, "orrery: %s\n", err->text);
	*told |= !ok;
	return ok;
}

static bool block_read(void *arg, u64 offset, void *data, size_t n)
{
	struct blockdev *b = arg;
	struct err err;

	return tell(image_read(b->image, offset, data, n, &err), &b->told_read, &err);
}

static bool block_write(void *arg, u64 offset, const void *data, size_t n)
{
	struct blockdev *b = arg;
	struct err err;

	b->dirty = b->wrote = true;
	return tell(image_write(b->image, offset, data, n, &err), &b->told_write, &err);
}

static bool block_flush(void *arg)
{
	struct blockdev *b = arg;
	struct err err;

	b->dirty = false;
	return tell(image_flush(b->image, &err), &b->told_flush, &err);
}

void blockdev_settle(struct blockdev *b, u64 now)
{
	enum { QUIET_NS = 200000000 };

	if (!b->image || !b->image->cluster_size || !b->dirty)
		return;
	if (b->wrote)
		b->quiet_since = now;
	if ((!b->wrote && now - b->quiet_since > QUIET_NS) || now == ~0ull)
		block_flush(b);
	b->wrote = false;
}

bool blockdev_open_image(struct blockdev *b, const char *flag, const struct image_request *q, struct err *err)
{
	char why[sizeof(err->text)];

	*b = (struct blockdev){.path = q->path, .read_only = q->read_only};
	b->image = image_open(q, err);
	if (!b->image) {
		memcpy(why, err->text, sizeof(why));
		return err_set(err, "%s %.380s", flag, why);
	}
	b->host = (struct host_block){
		.read = block_read, .write = q->read_only ? NULL : block_write, .flush = block_flush, .arg = b,
		.size = b->image->size,
	};
	return true;
}

bool blockdev_open(struct blockdev *b, const char *flag, const char *path, bool read_only, struct err *err)
{
	struct image_request q = {.path = path, .read_only = read_only, .format = "raw"};

	return blockdev_open_image(b, flag, &q, err);
}

void blockdev_close(struct blockdev *b)
{
	struct err err;

	if (!image_close(b->image, &err))
		fprintf(stderr, "orrery: %s\n", err.text);
	b->image = NULL;
}
