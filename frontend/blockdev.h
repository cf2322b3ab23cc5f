/* SPDX-License-Identifier: MIT */
/* Disk images of the machine, as struct host_block: raw or qcow2, with a throw-away overlay if asked for. */
#ifndef FRONTEND_BLOCKDEV_H
#define FRONTEND_BLOCKDEV_H

#include "devices/host.h"
#include "frontend/image/image.h"

struct blockdev {
	const char *id, *path; /* borrowed from the command line */
	struct image *image;   /* NULL: closed */
	bool read_only, told_read, told_write, told_flush; /* told: one line for the first failure of a kind */
	bool dirty, wrote;     /* since the last flush; since blockdev_settle() looked */
	u64 quiet_since;       /* ns of the host's clock */
	struct host_block host;
};

/* `flag` names the option in messages. */
bool blockdev_open_image(struct blockdev *b, const char *flag, const struct image_request *q, struct err *err);
/* A raw file, whatever is in it. */
bool blockdev_open(struct blockdev *b, const char *flag, const char *path, bool read_only, struct err *err);
/* Called now and then with the host's time in ns (~0: before a long wait). What a guest wrote to new clusters of a
 * qcow2 file shows in it with the next flush; a guest that does not flush is helped when its disk was quiet for a
 * moment. */
void blockdev_settle(struct blockdev *b, u64 now);
void blockdev_close(struct blockdev *b);

#endif
