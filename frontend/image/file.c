/* SPDX-License-Identifier: MIT */
/* Whole reads and writes of host files: signals and short counts are dealt with here, once. A write that the host can't
 * finish (a full disk) is an error with the host's reason. */
#define _XOPEN_SOURCE 700
#include "frontend/image/image.h"

#include <errno.h>
#include <unistd.h>

static bool read_part(struct image_file *f, u64 offset, u8 *p, size_t n, size_t *done, struct err *err)
{
	for (*done = 0; *done < n;) {
		ssize_t got = pread(f->fd, p + *done, n - *done, (off_t)(offset + *done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(err, "can't be read at 0x%llx: %s", (unsigned long long)offset, strerror(errno));
		if (!got)
			break;
		*done += (size_t)got;
	}
	return true;
}

bool image_file_read(struct image_file *f, u64 offset, void *data, size_t n, struct err *err)
{
	size_t done;

	if (!read_part(f, offset, data, n, &done, err))
		return false;
	return done == n || err_set(err, "has become shorter: nothing at 0x%llx", (unsigned long long)(offset + done));
}

bool image_file_read_padded(struct image_file *f, u64 offset, void *data, size_t n, struct err *err)
{
	size_t done;

	if (!read_part(f, offset, data, n, &done, err))
		return false;
	memset((u8 *)data + done, 0, n - done);
	return true;
}

bool image_file_write(struct image_file *f, u64 offset, const void *data, size_t n, struct err *err)
{
	const u8 *p = data;

	f->written = true;
	while (n) {
		ssize_t put = pwrite(f->fd, p, n, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_set(err, "can't be written at 0x%llx: %s", (unsigned long long)offset,
				put ? strerror(errno) : "the host takes no more");
		p += put;
		offset += (u64)put;
		n -= (size_t)put;
		f->size = max_u64(f->size, offset);
	}
	return true;
}

bool image_file_resize(struct image_file *f, u64 size, struct err *err)
{
	while (ftruncate(f->fd, (off_t)size))
		if (errno != EINTR)
			return err_set(err, "can't get %llu bytes: %s", (unsigned long long)size, strerror(errno));
	f->size = size;
	f->written = true;
	return true;
}

bool image_file_sync(struct image_file *f, struct err *err)
{
	if (!f->written || f->no_sync)
		return true;
	if (fdatasync(f->fd))
		return err_set(err, "can't be flushed: %s", strerror(errno));
	f->written = false;
	return true;
}
