/* SPDX-License-Identifier: MIT */
/* What a device may ask of the host. Output goes out through these tables at once; input never comes back this way: it
 * enters through the replay gate and reaches dev_type.input with an instruction count. */
#ifndef DEVICES_HOST_H
#define DEVICES_HOST_H

#include "mem/base/base.h"

struct host_char {
	void (*write)(void *arg, const u8 *data, size_t n);
	void *arg;
};

struct host_block; /* later: disks */

#endif
