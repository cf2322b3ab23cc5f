/* SPDX-License-Identifier: MIT */
/* One run of the program: a machine, the host ends of its lines, and the loop that keeps both going. */
#ifndef FRONTEND_SESSION_H
#define FRONTEND_SESSION_H

#include "devices/machine.h"
#include "frontend/blockdev.h"
#include "frontend/chardev.h"
#include "frontend/mux.h"
#include "frontend/options.h"

enum { MAX_LINES = MAX_SERIAL + MAX_CHARDEV, MAX_DRIVES = MAX_DRIVE + MAX_IDE + 1 };

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
	struct blockdev drive[MAX_DRIVES], pflash[MAX_PFLASH];
	struct plug plugs[MAX_DEVICE + MAX_DRIVES];
	char plug_opts[MAX_DEVICE][256], drive_path[MAX_DRIVES][1024], drive_id[MAX_DRIVES][32];
	char drive_opts[MAX_DRIVES][24];
	bool ide_taken[MAX_IDE];
	unsigned ndrives, nplugs;
	struct mux mux;
	struct blob kernel, bios, dtb, vga_rom, pflash_image[MAX_PFLASH], *initrd;
	unsigned ninitrd, next_hash;
	bool screenshot_done[MAX_SCREENSHOT];
	bool paced, paused, quit;
	u64 pace_host, pace_guest; /* both in ns: moments that belong together */
};

/* Runs until the guest or the user ends it; returns the program's exit status. */
int session_run(struct session *s);

/* plugs.c: opens what -chardev, -drive and -pflash name and lists what -device and if=virtio add to the board. */
bool plugs_open(struct session *s, struct machine_config *c, struct err *err);
/* Once the machine is there: who takes whose input. */
void plugs_connect(struct session *s);
void plugs_settle(struct session *s, u64 now); /* blockdev_settle() for all drives */
void plugs_close(struct session *s);
/* The host end of a line that a flag names: a kind of its own (stdio, file:PATH ...) or chardev:NAME. */
bool line_open(struct session *s, struct line_end *l, const char *spec, struct err *err);
struct host_char line_host(struct line_end *l);

/* monitor.c: carries out one command line typed by the user; output goes to standard output. */
void monitor_command(struct session *s, const char *line);

#endif
