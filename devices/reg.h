/* SPDX-License-Identifier: MIT */
/* A device register is one row and one struct member. From the row come dispatch by width, write masks, reset
 * values, the named access trace (-d reg), the monitor's dump and the table in docs/generated/devices.md. */
#ifndef DEVICES_REG_H
#define DEVICES_REG_H

#include "mem/space.h"

#include <stdio.h>

struct dev;

struct reg {
	const char *name;
	u16 off;           /* from the bank's base, bytes */
	u8 width;          /* bytes: 1, 2, 4 or 8 */
	u8 msize;          /* bytes of the member; 0: no storage, hooks only */
	u16 member;        /* offset in the device's state */
	u16 count, stride; /* array of equal registers; count 0 means 1; stride in bytes of address space */
	u64 reset, wmask, w1c; /* bits that a write changes; bits that writing 1 clears */
	bool (*when)(const struct dev *d); /* banked (DLAB, index ports, flip-flops): first row whose `when` holds */
	u64 (*read)(struct dev *d, unsigned index, u64 stored); /* NULL: stored; no storage: stored = 0 */
	/* after the member changed; no storage: now = value written */
	void (*wrote)(struct dev *d, unsigned index, u64 old, u64 now);
	const char *doc;
};

/* member helpers: REG(struct uart, lcr) fills member and msize */
#define REG_MEMBER(t, m) .member = offsetof(t, m), .msize = sizeof(((t *)0)->m)
#define REG_MEMBERS(t, m) \
	.member = offsetof(t, m), .msize = sizeof(((t *)0)->m[0]), .count = countof(((t *)0)->m)

struct reg_bank {
	const char *name;
	const struct reg *regs;
	unsigned n;
	u64 size;    /* bytes of address space */
	/* Access sizes that the chip sees; 0: 1 and 8. Wider accesses are split, lowest address first; a narrower read
	 * is cut from one of min bytes; a narrower write changes its own bytes only (byte enables). */
	u8 min, max;
	u64 unclaimed; /* what reads of offsets without a row give (default 0; ~0 for open bus) */
};

/* What the generic region ops get as their `dev`: embed one per mapped bank in the device's links. */
struct reg_map {
	struct dev *dev;
	const struct reg_bank *bank;
	struct region region;
};

/* Makes map->region (an IO region at base, named after the bank) and adds it to the space, switched on. */
void reg_map_add(struct reg_map *map, struct dev *dev, const struct reg_bank *bank, struct space *space, u64 base);

/* Any offset, size 1, 2, 4 or 8: parts that fall on several rows go to each, lowest address first. */
u64 reg_read(struct reg_map *map, u64 off, unsigned size);
void reg_write(struct reg_map *map, u64 off, unsigned size, u64 value);
/* Sets every member of the bank to its reset value; no hook is called. */
void reg_reset(struct dev *dev, const struct reg_bank *bank);
/* Prints "ID.NAME = value" for each row with storage. */
void reg_print(struct dev *dev, const struct reg_bank *bank, FILE *out);

#endif
