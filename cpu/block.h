/* SPDX-License-Identifier: MIT */
/* One cache for both engines: a run of decoded instructions, keyed by physical address and mode. A write to
 * a page with code invalidates exactly the blocks that it overlaps. DESIGN.md section 3. */
#ifndef CPU_BLOCK_H
#define CPU_BLOCK_H

#include "cpu/cpu.h"

#define BLOCK_MAX_INSNS 64

/* A block's memory is never anything else than a block until the cache is freed, so that a stale pointer to one
 * (next[], a slot of the jump table) is harmless: block_at says whether it is what is wanted now. */
struct block {
	/* ---- what going from block to block reads ---- */
	/* where it was last found, so that the next look-up from the same place needs no translation */
	u64 va, map_id;
	/* What followed it the last times: [0] in sequence, [1] anywhere else. Hints. */
	struct block *next[2];
	u32 mode;
	u16 ninsns, len; /* instructions, bytes */
	bool live; /* false: invalidated, its memory may become another block */
	u8 class;  /* of its memory: room for 2 << class instructions */
	bool crosses; /* has bytes in a second page */
	u8 heat;
	u32 flushes; /* of the TLB, when it was found by its code */
	const u8 *code; /* key, with mode: host address of the first byte, so that aliases of one RAM page share */
	const void *native;
	/* ---- the rest ---- */
	struct block *hash_next, *page_next[2];
	struct ram *ram[2]; /* where its bytes are: one page, or two when an instruction crosses; [1] is NULL for one */
	u64 ram_off[2];
	u16 part[2];        /* bytes in each */
	struct insn insn[];
};

/* Is b the block at va in the present mode and address space? */
ALWAYS_INLINE bool block_at(const struct cpu *cpu, const struct block *b, u64 va)
{
	/* The TLB must know the page: what it holds may depend on what runs, never on which table found the block. */
	return b->va == va && b->map_id == cpu->tlb.id && b->mode == cpu->mode && b->live &&
	       tlb_fetches(&cpu->tlb, va) && (!b->crosses || tlb_fetches(&cpu->tlb, va + b->len - 1));
}

/* The map has changed since b was found at va, but for its page it may be the same: a fetch would find that in the TLB
 * and lead to the same bytes. Then b is the block at va again. (Where less may be fetched than before, because of
 * a segment limit, everything was flushed.) */
bool block_renew(struct cpu *cpu, struct block *b, u64 va);

/* Where the hint for a successor at va belongs. */
ALWAYS_INLINE struct block **block_hint(struct block *b, u64 va)
{
	return &b->next[va != b->va + b->len];
}

struct block_cache *block_cache_new(struct cpu *cpu);
void block_cache_free(struct block_cache *bc);
/* The block at the current pc; raises if the fetch faults. */
struct block *block_find(struct cpu *cpu);
void block_flush_all(struct cpu *cpu);
/* Frees what was invalidated while it ran; called between blocks. */
void block_collect(struct cpu *cpu);

#endif
