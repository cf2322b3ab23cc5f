/* SPDX-License-Identifier: MIT */
/* A machine without a processor for tests of devices: time moves only when told to, every output and every global
 * interrupt is probed, and the processor's side of a local APIC is a set of counters. */
#ifndef TESTS_DEV_RIG_H
#define TESTS_DEV_RIG_H

#include "devices/machine.h"

enum { RIG_DEVS = 8, RIG_OUTS = 48, RIG_TEXT = 4096, RIG_DISK = 65536 };

struct probe {
	bool level;
	unsigned rises;
	struct line next; /* where the wire really goes */
};

enum rig_signal { RIG_INTR, RIG_NMI, RIG_SMI, RIG_INIT, RIG_STARTUP, RIG_SIGNALS };

struct rig_dev {
	struct dev *dev;
	struct board_row row;
	char id[32], opts[128];
	unsigned nouts;
	struct probe outs[RIG_OUTS];
};

struct rig {
	struct board board;
	struct board_row no_rows;
	struct machine *m;
	struct rig_dev devs[RIG_DEVS];
	unsigned ndevs;
	struct probe irqs[MACHINE_IRQS];
	unsigned signals[RIG_SIGNALS]; /* how often; RIG_INTR: the level; RIG_STARTUP: 100h * how often + the vectors */
	struct ram ram;
	struct region ram_region;
	char text[RIG_TEXT]; /* what serial ports and debug consoles wrote */
	size_t ntext;
	struct dev *pic; /* where a local APIC that is added later sends INTA cycles */
	unsigned gic_cpu; /* the processor that makes accesses to a GIC */
	u8 disk[RIG_DISK];
	struct host_block block;
	struct plug plugs[3]; /* what plug=N means in scripts: the disk, the text, the test channel */
};

void rig_init(struct rig *r, u64 epoch);
void rig_free(struct rig *r);
/* The template's type, at, base and irq; id and opts are copied. */
struct rig_dev *rig_add(struct rig *r, const struct board_row *template, const char *id, const char *opts,
	struct err *err);
struct rig_dev *rig_find(struct rig *r, const char *id);
bool rig_add_ram(struct rig *r, u64 size, struct err *err);
/* Puts the probe of an output back, after the device's own functions connected it. */
void rig_probe(struct rig_dev *d, unsigned out);
/* From an output to an input. */
void rig_wire(struct rig_dev *from, unsigned out, struct dev *to, unsigned in);
/* What the pc board's wire() does, for those devices that are there: PCI to ISA interrupts 0-15, the keyboard to its
 * controller, SCI to global interrupt 9, SMI to the processor, PAM and SMRAM to memory, the power button. */
void rig_solder(struct rig *r);
/* Moves virtual time, firing each event at its time. Stops early after max_events (0: never). */
void rig_tick(struct rig *r, u64 ns, unsigned max_events);
/* All devices, in order of attachment. */
void rig_reset(struct rig *r);
/* Rows with storage whose member differs from the reset value, one line each on `out`; rows named in the
 * space-separated list `except` are left out. Returns how many. */
unsigned rig_check_reset(const struct rig_dev *d, const char *except, FILE *out);

/* Saved state of the clock and all devices, to go back to. The caller frees it. */
u8 *rig_save(const struct rig *r, size_t *size);
void rig_load(struct rig *r, const u8 *image);

#endif
