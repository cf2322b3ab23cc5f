/* SPDX-License-Identifier: MIT */
/* One cache for both engines: a run of decoded instructions, keyed by physical address and mode. A write to
 * a page with code invalidates exactly the blocks that it overlaps. DESIGN.md section 3. */
#ifndef CPU_BLOCK_H
#define CPU_BLOCK_H

#include "cpu/cpu.h"

#define BLOCK_MAX_INSNS 64

struct block {
	const u8 *code; /* key, with mode: host address of the first byte, so that aliases of one RAM page share */
	u32 mode;
	u16 ninsns, len; /* instructions, bytes */
	bool live; /* false: invalidated, waiting to be freed */
	u16 heat;
	/* where it was last found, so that the next look-up from the same place needs no translation */
	u64 va, map_id;
	const void *native;
	struct block *hash_next, *page_next[2], *next[2];
	struct ram *ram[2]; /* where its bytes are: one page, or two when an instruction crosses; [1] is NULL for one */
	u64 ram_off[2];
	u16 part[2];        /* bytes in each */
	struct insn insn[];
};

struct block_cache *block_cache_new(struct cpu *cpu);
void block_cache_free(struct block_cache *bc);
/* The block at the current pc; raises if the fetch faults. */
struct block *block_find(struct cpu *cpu);
void block_flush_all(struct cpu *cpu);
/* Frees what was invalidated while it ran; called between blocks. */
void block_collect(struct cpu *cpu);

#endif
