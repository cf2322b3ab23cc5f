/* SPDX-License-Identifier: MIT */
/* The test channel as a state machine of one byte at a time, so that what the guest has written so far is described
 * state; testdev.h has the protocol. */
#include "devices/misc/testdev.h"

#include "devices/machine.h"

enum { BEFORE, DIGITS, AFTER };

const struct state_field testdev_rows[] = {
	STATE_U(struct testdev, number), STATE_U(struct testdev, phase), STATE_SKIP(struct testdev, pad), STATE_END,
};

void testdev_channel(void *arg, const u8 *data, size_t n)
{
	(void)arg;
	(void)data;
	(void)n;
	assert(!"the test channel of a device that has none");
}

static void testdev_take(struct testdev *t, struct machine *m, u8 c)
{
	if (c == ' ' || (c >= '\t' && c <= '\r')) {
		if (t->phase == DIGITS)
			t->phase = AFTER;
		return;
	}
	if (c >= '0' && c <= '9' && t->phase != AFTER) {
		t->number = t->number * 10 + (u32)(c - '0');
		t->phase = DIGITS;
		return;
	}
	if (c == 'q')
		machine_request_exit(m, (int)((t->number << 1 | 1) & 0xff), NULL);
	t->number = 0;
	t->phase = BEFORE;
}

void testdev_out(struct testdev *t, struct machine *m, const struct host_char *out, const u8 *data, size_t n)
{
	if (out->write == testdev_channel) {
		for (size_t i = 0; i < n; i++)
			testdev_take(t, m, data[i]);
	} else if (out->write) {
		out->write(out->arg, data, n);
	}
}
