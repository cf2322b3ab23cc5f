/* SPDX-License-Identifier: MIT */
/* One terminal for the serial port and the monitor: Ctrl-A x, c, h, a, as QEMU's -serial mon:stdio. */
#ifndef FRONTEND_MUX_H
#define FRONTEND_MUX_H

#include "mem/base/base.h"

struct mux {
	bool escape, monitor; /* Ctrl-A was typed; keys go to the monitor */
	char line[256];
	unsigned used;
};

enum mux_event { MUX_NOTHING, MUX_BYTE, MUX_QUIT, MUX_HELP, MUX_MONITOR, MUX_SERIAL, MUX_LINE };

/* Takes one key. MUX_BYTE: *out goes to the guest. MUX_LINE: mux->line holds a monitor command. */
enum mux_event mux_key(struct mux *m, u8 key, u8 *out);
extern const char mux_help[];

#endif
