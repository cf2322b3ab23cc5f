/* SPDX-License-Identifier: MIT */
/* One run of the program: a machine, the host ends of its lines, and the loop that keeps both going. */
#ifndef FRONTEND_SESSION_H
#define FRONTEND_SESSION_H

#include "devices/machine.h"
#include "frontend/blockdev.h"
#include "frontend/chardev.h"
#include "frontend/mux.h"
#include "frontend/options.h"

enum { MAX_LINES = MAX_SERIAL + MAX_CHARDEV };

/* A character device on the host, and the guest's device that takes its input (NULL: none does). */
struct line_end {
	char id[32]; /* of a -chardev */
	struct chardev c;
	struct dev *dev;
	bool testdev; /* leads into the machine itself: devices/misc/testdev.h */
	bool taken;   /* some device has it */
};

struct session {
	struct options options;
	struct machine *machine;
	struct line_end line[MAX_LINES]; /* the serial ports, then what -chardev names */
	struct chardev debugcon;
	struct blockdev drive[MAX_DRIVE], pflash[MAX_PFLASH];
	struct plug plugs[MAX_DEVICE + MAX_DRIVE];
	char plug_opts[MAX_DEVICE][256], drive_path[MAX_DRIVE][1024], drive_id[MAX_DRIVE][32];
	unsigned ndrives, nplugs;
	struct mux mux;
	struct blob kernel, bios, dtb, pflash_image[MAX_PFLASH], *initrd;
	unsigned ninitrd, next_hash;
	bool paced, paused, quit;
	u64 pace_host, pace_guest; /* both in ns: moments that belong together */
};

/* Runs until the guest or the user ends it; returns the program's exit status. */
int session_run(struct session *s);

/* plugs.c: opens what -chardev, -drive and -pflash name and lists what -device and if=virtio add to the board. */
bool plugs_open(struct session *s, struct machine_config *c, struct err *err);
/* Once the machine is there: who takes whose input. */
void plugs_connect(struct session *s);
void plugs_close(struct session *s);
/* The host end of a line that a flag names: a kind of its own (stdio, file:PATH ...) or chardev:NAME. */
bool line_open(struct session *s, struct line_end *l, const char *spec, struct err *err);
struct host_char line_host(struct line_end *l);

/* monitor.c: carries out one command line typed by the user; output goes to standard output. */
void monitor_command(struct session *s, const char *line);

#endif
