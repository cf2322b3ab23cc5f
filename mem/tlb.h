/* SPDX-License-Identifier: MIT */
/* Cache from guest-virtual page to host pointer: one compare on the hot path. Everything odd (device
 * page, page with code or clean dirty bits, watchpoint, two-page access) is made to miss, and one slow
 * path deals with it. Contexts are tagged by address space (CR3/PCID, TTBR/ASID) so that a process
 * switch need not flush. DESIGN.md section 3. */
#ifndef MEM_TLB_H
#define MEM_TLB_H

#include "mem/base/base.h"

#define TLB_BITS     9
#define TLB_ENTRIES  (1u << TLB_BITS)
#define TLB_VICTIMS  8 /* entries pushed out last: two pages that share a slot need not be walked each time */
#define TLB_ALL      (TLB_ENTRIES + TLB_VICTIMS)
#define TLB_MODES    4 /* privilege views of one address space, chosen by the architecture (user, kernel, ...) */
#define TLB_CONTEXTS 8 /* address spaces remembered at once */
#define TLB_NEVER    1ull /* a tag that no page address equals */
#define TLB_PAGE     (~0xfffull)
#define TLB_SPAN     0x1000ull /* bytes an entry covers, and the least a page-table entry maps */

struct tlb_entry {
	u64 read, write, fetch; /* virtual page address, or TLB_NEVER */
	uintptr_t addend;       /* host pointer = addend + virtual address */
};

/* What the slow path and flushes need besides; same index as the entry. */
struct tlb_extra {
	u64 va;     /* virtual page address */
	u64 phys;   /* physical page address */
	u64 span;   /* bytes mapped by the guest's page-table entry (4 KiB, 2 MiB ...) */
	bool global;
	bool used;
	u8 allowed; /* bit per enum access: what the page tables permit, even if a tag must miss for another reason */
};

struct tlb_context {
	u64 key; /* address-space tag; see tlb_select */
	u64 id;  /* new after every flush: what was found by virtual address under another id may be stale */
	u32 stamp;
	bool valid;
	u16 nused[TLB_MODES];
	u8 next_victim[TLB_MODES];
	/* entries whose span is more than TLB_SPAN; all of them lie in [large_first, large_last] */
	u16 nlarge[TLB_MODES];
	u64 large_first[TLB_MODES], large_last[TLB_MODES];
	struct tlb_entry entry[TLB_MODES][TLB_ALL];
	struct tlb_extra extra[TLB_MODES][TLB_ALL];
};

struct tlb {
	struct tlb_entry *now;    /* entry array of the current context and mode: the hot path's only load */
	struct tlb_context *ctx;  /* TLB_CONTEXTS of them, on the heap */
	u64 id;                   /* of the current context */
	u64 next_id;
	unsigned current, mode;
	u32 clock;
	u32 victim_hits;          /* since everything was flushed */
	u32 flushes;              /* how often everything was flushed */
};

void tlb_init(struct tlb *t);
void tlb_free(struct tlb *t);

/* Switches to the address space `key` (kept entries of it are still valid) and the privilege view `mode`. */
void tlb_select(struct tlb *t, u64 key, unsigned mode);
static inline void tlb_set_mode(struct tlb *t, unsigned mode)
{
	t->mode = mode;
	t->now = t->ctx[t->current].entry[mode];
}

/* Puts an entry for the page x->va into the current context and mode; tags that must miss are TLB_NEVER. */
void tlb_fill(struct tlb *t, const struct tlb_entry *e, const struct tlb_extra *x);

/* What is known of the page of `va` in the current context and `mode`, or NULL. A victim moves back to its slot. */
struct tlb_extra *tlb_find(struct tlb *t, u64 va, unsigned mode);

void tlb_flush_all(struct tlb *t);                       /* every context, global pages too */
void tlb_flush_context(struct tlb *t, u64 key, bool keep_global); /* one address space */
void tlb_flush_nonglobal(struct tlb *t);                 /* every context, global pages stay */
/* in every context and mode, also pages of larger span that cover va */
void tlb_flush_page(struct tlb *t, u64 va);
void tlb_flush_page_in(struct tlb *t, u64 key, u64 va, bool global_too);
/* Makes stores to (or fetches from) a physical page miss again, in every context: a page gained code or lost a dirty
 * bit. */
void tlb_protect_phys(struct tlb *t, u64 phys_page);
/* entries whose host page lies in the range lose their write tag */
void tlb_flush_host(struct tlb *t, const u8 *host, u64 len);

ALWAYS_INLINE unsigned tlb_index(u64 va)
{
	return (va >> 12) & (TLB_ENTRIES - 1);
}

/* May a `size`-byte access at va use tlb_host? Else ask the slow path. A two-page access misses because the last byte's
 * page never equals the tag stored under the first byte's index. */
ALWAYS_INLINE bool tlb_reads(const struct tlb *t, u64 va, unsigned size)
{
	return ((va + size - 1) & TLB_PAGE) == t->now[tlb_index(va)].read;
}

ALWAYS_INLINE bool tlb_writes(const struct tlb *t, u64 va, unsigned size)
{
	return ((va + size - 1) & TLB_PAGE) == t->now[tlb_index(va)].write;
}

ALWAYS_INLINE u8 *tlb_host(const struct tlb *t, u64 va)
{
	return (u8 *)(t->now[tlb_index(va)].addend + (uintptr_t)va);
}

/* Host pointer for a `size`-byte access, or NULL. */
ALWAYS_INLINE u8 *tlb_read(const struct tlb *t, u64 va, unsigned size)
{
	return tlb_reads(t, va, size) ? tlb_host(t, va) : NULL;
}

ALWAYS_INLINE u8 *tlb_write(const struct tlb *t, u64 va, unsigned size)
{
	return tlb_writes(t, va, size) ? tlb_host(t, va) : NULL;
}

ALWAYS_INLINE bool tlb_fetches(const struct tlb *t, u64 va)
{
	return t->now[tlb_index(va)].fetch == (va & TLB_PAGE);
}

/* The same as tlb_read and tlb_write among the victims, for slow paths. Where a program goes to and fro between two
 * pages of one slot, they are not swapped each time; where it comes back to a page to stay, they soon are: at every
 * eighth hit. */
u8 *tlb_read_victim(struct tlb *t, u64 va, unsigned size);
u8 *tlb_write_victim(struct tlb *t, u64 va, unsigned size);

/* Host pointer to the byte at va for instruction fetch, or NULL. */
ALWAYS_INLINE const u8 *tlb_fetch(const struct tlb *t, u64 va)
{
	return tlb_fetches(t, va) ? tlb_host(t, va) : NULL;
}

#endif
