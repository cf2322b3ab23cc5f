/* SPDX-License-Identifier: MIT */
/* An address space: regions with priorities, flattened to a sorted array of non-overlapping ranges.
 * Memory and x86 ports are both spaces. A space may lie over a base space (system-management memory
 * over normal memory): what its own regions leave open shows the base. */
#ifndef MEM_SPACE_H
#define MEM_SPACE_H

#include "mem/base/base.h"
#include "mem/ram.h"

enum region_kind { REGION_RAM, REGION_ROM, REGION_IO };

/* Offsets are from the region's base; size is 1, 2, 4 or 8 bytes. The space splits and joins accesses so
 * that the device sees only sizes in [min, max] (0 means 1 and 8; powers of two), at multiples of min. */
struct region_ops {
	u64 (*read)(void *dev, u64 offset, unsigned size);
	void (*write)(void *dev, u64 offset, unsigned size, u64 value);
	u8 min, max;
};

struct region {
	const char *name;
	u64 base, size; /* bytes; size 0 is empty */
	int priority;   /* higher wins; equal: the later added wins */
	bool on;
	enum region_kind kind;
	struct ram *ram;              /* RAM, ROM: storage ... */
	u64 ram_off;                  /* ... and where in it this region begins */
	const struct region_ops *ops; /* IO; for ROM: NULL drops stores, else write only */
	void *dev;
};

struct flat {
	u64 base, last; /* inclusive */
	struct region *region;
};

struct space {
	const char *name;
	u64 last;            /* highest address: 0xffff for ports */
	struct space *below; /* or NULL */
	struct region **regions;
	unsigned nregions;
	struct flat *map;
	unsigned nmap;
	unsigned main; /* index of the largest range of RAM */
	u32 changes; /* bumped at every re-flattening */
	void (*changed)(void *arg); /* told after the map changed (TLB flush); one listener per space */
	void *changed_arg;
	struct space *overlay; /* the space that lies over this one, if any: re-flattened with it */
};

void space_init(struct space *s, const char *name, u64 last, struct space *below);
void space_free(struct space *s);

/* The region stays the caller's and must outlive the space. */
void space_add(struct space *s, struct region *r);
void space_remove(struct space *s, struct region *r);
/* Change base, size, on or priority, then call this; cheap when nothing differs from `old`. */
void space_update(struct space *s);

/* The range that holds addr, or NULL when nothing is there. */
const struct flat *space_find(const struct space *s, u64 addr);

/* Typed access: little endian, any alignment, 1, 2, 4 or 8 bytes. Unclaimed addresses read all ones and drop writes. */
u64 space_read(struct space *s, u64 addr, unsigned size);
void space_write(struct space *s, u64 addr, unsigned size, u64 value);
/* DMA and loaders: any length, crossing ranges freely. space_load writes ROM too (image loading). */
void space_read_block(struct space *s, u64 addr, void *buf, u64 len);
void space_write_block(struct space *s, u64 addr, const void *buf, u64 len);
void space_load(struct space *s, u64 addr, const void *buf, u64 len);
/* A host pointer to [addr, addr+len) if it lies in one piece of RAM or ROM; else NULL. No write without ram_touch. */
u8 *space_ram(struct space *s, u64 addr, u64 len);

#endif
