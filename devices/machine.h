/* SPDX-License-Identifier: MIT */
/* A machine: processors, spaces, clock, devices, and the run loop that ties them to virtual time. It never touches
 * the host; the front end calls machine_run in slices and looks at the outcome. */
#ifndef DEVICES_MACHINE_H
#define DEVICES_MACHINE_H

#include "cpu/cpu.h"
#include "devices/clock.h"
#include "devices/dev.h"
#include "devices/host.h"
#include "devices/replay.h"

struct board;
struct pci_bus;

/* A file's contents, read by the front end; the machine only borrows them. */
struct blob {
	const char *name; /* for messages */
	const char *args; /* multiboot modules: the text after the name */
	const u8 *data;
	size_t size;
};

/* What -device (and -drive) add to the board's own devices, in the order of the command line. */
struct plug {
	char id[32];                    /* not empty, unique in the machine: the device's name in the log and monitor */
	const char *device;             /* "virtio-blk-device" */
	const char *opts;               /* "key=value,..." without id, drive and chardev; NULL: none */
	const struct host_block *block; /* disks; else NULL */
	struct host_char chr;           /* consoles: output. Input goes through replay_input to the device of this id */
};

struct machine_config {
	const struct board *board;
	const char *cpu_model; /* NULL: the board's */
	u64 ram_size;          /* bytes */
	unsigned icount_shift;
	u64 epoch;             /* seconds since 1970 at power-on */
	bool no_reboot, no_shutdown;
	struct blob kernel, bios, dtb; /* data NULL: none */
	struct blob pflash[2];       /* what flash banks hold at power-on; data NULL: nothing */
	struct host_block pflash_file[2]; /* where writes to them go; size 0: nowhere */
	const struct blob *initrd;   /* the initial RAM disk, or the modules of a multiboot kernel */
	unsigned ninitrd;
	const char *append;          /* kernel command line, NULL: none */
	const char *vga;             /* graphics card: "std"; NULL: none */
	struct blob vga_rom;         /* its BIOS; data NULL: none */
	struct host_char serial[2], debugcon; /* write may be NULL */
	const char *board_opts; /* "-M pc,key=value": NULL: none */
	const struct plug *plugs; /* borrowed, as blobs are */
	unsigned nplugs;
	bool virtio_legacy;       /* -global virtio-mmio.force-legacy=on */
};

struct board {
	const char *name, *about;
	const struct cpu_ops *cpu; /* NULL: no processor, time moves by clock_skip_to alone (tests of devices) */
	const char *default_cpu;
	const char *drive_if; /* what -drive is without if= */
	const struct board_row *rows; /* ends with type NULL */
	bool (*wire)(struct machine *m, struct err *err); /* memory map, lines: what no table can say; after rows */
	bool (*prepare)(struct machine *m, struct err *err); /* before rows: RAM */
	bool (*boot)(struct machine *m, struct err *err); /* after every reset: loads kernel or firmware */
	void (*finish)(struct machine *m); /* frees board_data; also of a machine that was only half made */
	void (*list_plugs)(FILE *out); /* what -device can add, a line each; NULL: nothing */
};

enum machine_state { MACHINE_RUNNING, MACHINE_EXITED };

/* Why machine_run returned. */
enum machine_stop {
	MACHINE_UNTIL,    /* the instruction count was reached */
	MACHINE_EXIT,     /* the guest or the user ended the run: see exit_status */
	MACHINE_IDLE,     /* idle with no event to wait for: only host input can wake it */
	MACHINE_WAITING,  /* idle until virtual time `idle_until`, when paced: the caller sleeps, then replay_skip_to */
	MACHINE_AGAIN,    /* many idle skips or resets without much else: look at the host and call again */
};

#define MACHINE_IRQS 256

struct machine {
	const struct board *board;
	struct machine_config config;
	struct cpu *cpu;
	unsigned ncpu;
	struct space memory, smm_memory, ports;
	struct clock clock;
	struct replay replay;
	struct dev *devs; /* in order of attachment */
	struct blob device_tree; /* that the board has made, if it makes one */
	void *board_data; /* owned by the board: RAM blocks, RAM regions */
	struct dev *gic; /* ARM boards: the interrupt controller, for the processor's system registers */
	struct pci_bus *pci; /* the host bridge's, NULL: none */
	struct line irqs[MACHINE_IRQS];        /* global interrupts: the board's wire() says where each leads */
	struct line power_button, nmi_button;  /* likewise */
	const struct dev_type *const *types;
	bool paced;       /* set by the front end: do not skip idle time, return MACHINE_WAITING */
	bool reset_wanted, exit_wanted;
	bool powered_off; /* with no_shutdown: off, but the program goes on; only a reset wakes it */
	int exit_status;
	const char *exit_reason; /* one line, or NULL when the guest ended cleanly */
	char exit_text[400];
	u64 idle_until;
	u64 look_at; /* set by the front end: machine_run returns when idling up to this time, 0: none */
	u64 shutdowns; /* triple faults so far */
	u64 shutdowns_alike;     /* since the last one that was explained */
	unsigned shutdowns_told; /* how many were explained */
	char shutdown_last[160]; /* the reason of the last of these */
};

struct machine *machine_new(const struct machine_config *config, struct err *err);
void machine_free(struct machine *m);
enum machine_stop machine_run(struct machine *m, u64 until_icount);
u64 machine_icount(const struct machine *m);
/* A wire to global interrupt n (board_row.irq), also before the board has connected it; -1: unconnected. */
struct line machine_irq(struct machine *m, int n);

/* Devices call these; they take effect after the running instruction. */
void machine_request_reset(struct machine *m, const char *why);
void machine_request_exit(struct machine *m, int status, const char *reason);
void machine_power_off(struct machine *m); /* ACPI S5: status 0 */

/* Hash of every described byte: processors, devices, clock, RAM. Pages of zeros cost next to nothing. */
u64 machine_hash(struct machine *m);

/* exit statuses of the program that a user can rely on */
enum { EXIT_STATUS_USAGE = 1, EXIT_STATUS_TRIPLE_FAULT = 3, EXIT_STATUS_STUCK = 4 };

#endif
