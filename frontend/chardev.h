/* SPDX-License-Identifier: MIT */
/* Host ends of serial lines: stdio, a file, a pseudo-terminal, or nothing. Output is gathered and written when the
 * machine pauses (chardev_flush), input is read only then. */
#ifndef FRONTEND_CHARDEV_H
#define FRONTEND_CHARDEV_H

#include "devices/host.h"
#include "mem/base/err.h"

struct chardev {
	int in, out; /* file descriptors, -1: none */
	bool owned;  /* close them at the end */
	bool mux;    /* mon:stdio: Ctrl-A commands, Ctrl-C goes to the guest */
	bool ended;  /* input is at its end */
	u8 buffer[4096];
	size_t used;
};

/* spec: stdio, mon:stdio, file:PATH, pty, null, none. Prints the name of a new pty on standard error. */
bool chardev_open(struct chardev *c, const char *spec, struct err *err);
void chardev_close(struct chardev *c);
struct host_char chardev_host(struct chardev *c);
void chardev_flush(struct chardev *c);
/* Reads what is there without waiting; at most n bytes. */
size_t chardev_read(struct chardev *c, u8 *buf, size_t n);

#endif
