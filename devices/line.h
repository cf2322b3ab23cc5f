/* SPDX-License-Identifier: MIT */
/* One interrupt wire from a device's pin to whatever it is soldered to. Setting the present level again
 * does nothing. */
#ifndef DEVICES_LINE_H
#define DEVICES_LINE_H

#include "mem/base/base.h"

struct line {
	void (*set)(void *arg, unsigned pin, bool level); /* NULL: not connected */
	void *arg;
	unsigned pin;
};

static inline void line_set(const struct line *l, bool level)
{
	if (l->set)
		l->set(l->arg, l->pin, level);
}

static inline void line_pulse(const struct line *l)
{
	line_set(l, true);
	line_set(l, false);
}

#endif
