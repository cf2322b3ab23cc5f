/* SPDX-License-Identifier: MIT */
/* Raw image files: bytes at their offsets, nothing else. A flush returns when the host's disk has what was written,
 * because a guest that waits for it goes on to promise the data to somebody. */
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE
#include "frontend/blockdev.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static bool raw_read(void *arg, u64 offset, void *data, size_t n)
{
	const struct blockdev *b = arg;
	u8 *p = data;

	while (n) {
		ssize_t got = pread(b->fd, p, n, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		p += got;
		offset += (u64)got;
		n -= (size_t)got;
	}
	return true;
}

static bool raw_write(void *arg, u64 offset, const void *data, size_t n)
{
	const struct blockdev *b = arg;
	const u8 *p = data;

	while (n) {
		ssize_t put = pwrite(b->fd, p, n, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		offset += (u64)put;
		n -= (size_t)put;
	}
	return true;
}

static bool raw_flush(void *arg)
{
	const struct blockdev *b = arg;

	return !fdatasync(b->fd);
}

static bool fail(struct blockdev *b, const char *flag, const char *why, struct err *err)
{
	err_set(err, "%s %s: %s", flag, b->path, why);
	blockdev_close(b);
	return false;
}

bool blockdev_open(struct blockdev *b, const char *flag, const char *path, bool read_only, struct err *err)
{
	struct stat st;

	*b = (struct blockdev){.path = path, .read_only = read_only, .fd = -1};
	b->fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (b->fd < 0)
		return fail(b, flag, errno == EACCES && !read_only ? "can't be written; readonly=on is a way out" :
			strerror(errno), err);
	if (fstat(b->fd, &st))
		return fail(b, flag, strerror(errno), err);
	if (!S_ISREG(st.st_mode))
		return fail(b, flag, S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file", err);
	if (!st.st_size)
		return fail(b, flag, "the file is empty", err);
	if (flock(b->fd, (read_only ? LOCK_SH : LOCK_EX) | LOCK_NB))
		return fail(b, flag, errno == EWOULDBLOCK ? "is in use by another program" : strerror(errno), err);
	b->host = (struct host_block){
		.read = raw_read, .write = read_only ? NULL : raw_write, .flush = raw_flush, .arg = b,
		.size = (u64)st.st_size,
	};
	return true;
}

void blockdev_close(struct blockdev *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}
