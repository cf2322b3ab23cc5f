/* SPDX-License-Identifier: MIT */
/* One run of the program: a machine, the host ends of its lines, and the loop that keeps both going. */
#ifndef FRONTEND_SESSION_H
#define FRONTEND_SESSION_H

#include "devices/machine.h"
#include "frontend/chardev.h"
#include "frontend/mux.h"
#include "frontend/options.h"

struct session {
	struct options options;
	struct machine *machine;
	struct chardev serial[MAX_SERIAL], debugcon;
	struct dev *serial_dev[MAX_SERIAL];
	struct mux mux;
	struct blob kernel, bios, *initrd;
	unsigned ninitrd, next_hash;
	bool paced, paused, quit;
	u64 pace_host, pace_guest; /* both in ns: moments that belong together */
};

/* Runs until the guest or the user ends it; returns the program's exit status. */
int session_run(struct session *s);

/* monitor.c: carries out one command line typed by the user; output goes to standard output. */
void monitor_command(struct session *s, const char *line);

#endif
