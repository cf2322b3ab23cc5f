/* SPDX-License-Identifier: MIT */
/* The test channel: the other end of a serial line is neither a terminal nor a file but the emulator itself, which
 * carries out what the guest writes. As QEMU's `-chardev testdev`: a command is space, digits that make a number n,
 * space, and a letter; "q" ends the run with status (n << 1) | 1, all others do nothing. */
#ifndef DEVICES_MISC_TESTDEV_H
#define DEVICES_MISC_TESTDEV_H

#include "devices/host.h"
#include "mem/state.h"

struct machine;

/* Part of the state of a device that has a serial line. */
struct testdev {
	u32 number;
	u8 phase; /* of the command: nothing but space, digits, space after them */
	u8 pad[3];
};
extern const struct state_field testdev_rows[];

/* What host_char.write is set to, by the front end, for a line that leads to the test channel. Never called. */
void testdev_channel(void *arg, const u8 *data, size_t n);
/* Output of a device: to the test channel, or to where `out` leads, or nowhere. */
void testdev_out(struct testdev *t, struct machine *m, const struct host_char *out, const u8 *data, size_t n);

#endif
