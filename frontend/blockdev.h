/* SPDX-License-Identifier: MIT */
/* Disk images on the host, as struct host_block. Raw files; other formats join here. */
#ifndef FRONTEND_BLOCKDEV_H
#define FRONTEND_BLOCKDEV_H

#include "devices/host.h"
#include "mem/base/err.h"

struct blockdev {
	const char *id, *path; /* borrowed from the command line */
	int fd;                /* -1: closed */
	bool read_only;
	struct host_block host;
};

/* Opens and locks the file: one writer, or many readers. `flag` names the option in messages. */
bool blockdev_open(struct blockdev *b, const char *flag, const char *path, bool read_only, struct err *err);
void blockdev_close(struct blockdev *b);

#endif
