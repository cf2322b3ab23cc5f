/* SPDX-License-Identifier: MIT */
/* The command line: QEMU's flag names and meanings wherever QEMU has them. */
#ifndef FRONTEND_OPTIONS_H
#define FRONTEND_OPTIONS_H

#include "mem/base/base.h"
#include "frontend/screenshot.h"
#include "mem/base/err.h"

enum { MAX_SERIAL = 2, MAX_HASH = 64, MAX_DEVICE = 32, MAX_DRIVE = 32, MAX_CHARDEV = 8, MAX_PFLASH = 2, MAX_IDE = 4 };

struct options {
	const char *machine, *cpu, *kernel, *initrd, *append, *bios, *dtb;
	u64 ram_size; /* bytes */
	const char *serial[MAX_SERIAL];
	unsigned nserial;
	const char *debugcon, *monitor, *display, *vga, *firmware_dir;
	struct screenshot screenshot[MAX_SCREENSHOT];
	unsigned nscreenshot;
	const char *device[MAX_DEVICE];
	unsigned ndevice;
	const char *drive[MAX_DRIVE], *chardev[MAX_CHARDEV], *pflash[MAX_PFLASH];
	unsigned ndrive, nchardev, npflash;
	const char *hd[MAX_IDE], *cdrom; /* images by their place on the IDE channels */
	bool virtio_legacy;
	const char *log_list, *log_path;
	unsigned icount_shift;
	int icount_sleep; /* -1: decide by whether somebody watches */
	u64 hash_at[MAX_HASH]; /* ascending */
	unsigned nhash;
	u64 stop_at;           /* instruction count, 0: never */
	u64 epoch;
	bool snapshot; /* all disks: writes are thrown away */
	bool nographic, no_reboot, no_shutdown, show_help, show_version, demo;
};

void options_init(struct options *o);
/* False with one line in err; nothing has been printed. argv's strings are borrowed. */
bool options_parse(struct options *o, int argc, char **argv, struct err *err);
void options_help(void);

#endif
