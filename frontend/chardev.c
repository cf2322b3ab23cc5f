/* SPDX-License-Identifier: MIT */
/* Character devices on the host. POSIX; the machine never sees any of it. */
#define _XOPEN_SOURCE 700
#include "frontend/chardev.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool open_file(struct chardev *c, const char *path, struct err *err)
{
	c->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (c->out < 0)
		return err_set(err, "-serial file:%s: %s", path, strerror(errno));
	c->owned = true;
	return true;
}

static bool open_pty(struct chardev *c, struct err *err)
{
	const char *name = NULL;

	c->in = c->out = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (c->in >= 0 && !grantpt(c->in) && !unlockpt(c->in))
		name = ptsname(c->in);
	if (!name)
		return err_set(err, "-serial pty: %s", strerror(errno));
	c->owned = true;
	fcntl(c->in, F_SETFL, O_NONBLOCK);
	fprintf(stderr, "orrery: serial port is on %s\n", name);
	return true;
}

bool chardev_open(struct chardev *c, const char *spec, struct err *err)
{
	memset(c, 0, sizeof(*c));
	c->in = c->out = -1;
	if (!strcmp(spec, "null") || !strcmp(spec, "none"))
		return true;
	if (!strcmp(spec, "stdio") || !strcmp(spec, "mon:stdio")) {
		c->in = STDIN_FILENO;
		c->out = STDOUT_FILENO;
		c->mux = *spec == 'm';
		return true;
	}
	if (!strncmp(spec, "file:", 5))
		return open_file(c, spec + 5, err);
	if (!strcmp(spec, "pty"))
		return open_pty(c, err);
	return err_set(err, "-serial %s: stdio, mon:stdio, file:PATH, pty, null or none", spec);
}

void chardev_close(struct chardev *c)
{
	chardev_flush(c);
	if (c->owned && c->out >= 0)
		close(c->out);
	if (c->owned && c->in >= 0 && c->in != c->out)
		close(c->in);
	c->in = c->out = -1;
}

/* A reader that has gone away, or a pty that nobody has opened, must not stop the guest. */
void chardev_flush(struct chardev *c)
{
	size_t done = 0;

	while (c->out >= 0 && done < c->used) {
		ssize_t n = write(c->out, c->buffer + done, c->used - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && c->out == STDOUT_FILENO) {
			struct pollfd p = {c->out, POLLOUT, 0};

			poll(&p, 1, 1000);
			continue;
		}
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	c->used = 0;
}

static void host_write(void *arg, const u8 *data, size_t n)
{
	struct chardev *c = arg;

	for (size_t i = 0; i < n; i++) {
		if (c->used == sizeof(c->buffer))
			chardev_flush(c);
		c->buffer[c->used++] = data[i];
	}
}

struct host_char chardev_host(struct chardev *c)
{
	return c->out < 0 ? (struct host_char){NULL, NULL} : (struct host_char){host_write, c};
}

size_t chardev_read(struct chardev *c, u8 *buf, size_t n)
{
	struct pollfd p = {c->in, POLLIN, 0};
	ssize_t got;

	if (c->in < 0 || c->ended || !n || poll(&p, 1, 0) <= 0 || !(p.revents & (POLLIN | POLLHUP)))
		return 0;
	got = read(c->in, buf, n);
	if (got == 0)
		c->ended = true;
	return got > 0 ? (size_t)got : 0;
}
