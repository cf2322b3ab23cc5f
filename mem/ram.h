/* SPDX-License-Identifier: MIT */
/* A block of guest memory that host pointers may reach: RAM or ROM. Each 4 KiB page has flags: code
 * (decoded blocks exist, so writes must be noticed) and dirty bits, one per consumer. */
#ifndef MEM_RAM_H
#define MEM_RAM_H

#include "mem/base/base.h"
#include "mem/base/err.h"

#define RAM_PAGE_BITS 12
#define RAM_PAGE_SIZE (1u << RAM_PAGE_BITS)

enum {
	RAM_CODE = 1,        /* the block cache holds instructions decoded from this page */
	RAM_DIRTY_VIDEO = 2, /* written since the display last looked */
	RAM_DIRTY_SAVE = 4,  /* written since the last snapshot or checkpoint */
	RAM_DIRTY_ALL = RAM_DIRTY_VIDEO | RAM_DIRTY_SAVE,
};

struct ram {
	const char *name; /* owned by the caller */
	u8 *host;         /* size bytes, zero at first; in `block` */
	void *block;      /* to be freed */
	u64 size;         /* bytes, a multiple of RAM_PAGE_SIZE */
	u8 *page_flags;   /* one byte a page */
	bool rom;         /* guest stores are dropped */
	/* Told before bytes in a page with RAM_CODE change by any way (CPU, DMA, loader). Set by the block cache. */
	void (*code_written)(void *arg, struct ram *ram, u64 offset, u64 len);
	void *code_arg;
};

bool ram_init(struct ram *ram, const char *name, u64 size, bool rom, struct err *err);
void ram_free(struct ram *ram);

/* Every write that does not go through a TLB entry reports itself here first: sets dirty bits, tells the block
 * cache. */
void ram_touch(struct ram *ram, u64 offset, u64 len);

/* True when stores need no bookkeeping: all dirty bits set and no code. TLB write tags are given only then. */
static inline bool ram_page_plain(const struct ram *ram, u64 offset)
{
	return (ram->page_flags[offset >> RAM_PAGE_BITS] & (RAM_CODE | RAM_DIRTY_ALL)) == RAM_DIRTY_ALL;
}

#endif
