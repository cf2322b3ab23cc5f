/* SPDX-License-Identifier: MIT */
/* The decoded-block cache. Blocks are keyed by host address and mode; a small table by virtual address in front of it
 * makes the usual look-up one compare. A page that holds code carries RAM_CODE, so that every store to it
 * arrives in code_written, which throws away exactly the blocks whose bytes change.
 *
 * Example: a loop patches an instruction a few bytes ahead of itself. The store misses the TLB (no write tag for
 * code pages), the slow path calls ram_touch, ram_touch calls code_written: the running block is taken out of the
 * tables and cpu->end is moved to the next instruction, where block_find decodes the new bytes. */
#include "cpu/block.h"

#include "mem/base/hugepage.h"

#include <stdlib.h>

#define HASH_BITS   16
#define HASH_SIZE   (1u << HASH_BITS)
#define JUMP_BITS   14
#define JUMP_SIZE   (1u << JUMP_BITS)
#define MAX_BLOCKS  65536
#define MAX_BURIED  64
#define MAX_RAMS    16
#define QUIET_WRITES 64
#define CLASSES     6 /* of memory: 2, 4, ... 64 instructions */
#define SLAB_MIN    (256u << 10) /* each is twice the one before, up to */
#define SLAB_MAX    (8u << 20)
#define LINE        64u

struct code_pages {
	struct ram *ram;
	struct block **first; /* per page: blocks with bytes in it, linked by page_next[] */
	u8 *quiet;            /* per page: writes since the last block was linked, see code_written */
};

struct slab {
	struct slab *next;
	u8 room[];
};

struct block_cache {
	struct cpu *cpu;
	struct block *hash[HASH_SIZE];
	struct block *jump[JUMP_SIZE];
	struct code_pages pages[MAX_RAMS];
	unsigned npages, nblocks, nburied;
	struct block *buried; /* invalidated, linked by hash_next */
	struct block *loose;  /* the one block whose code is not in RAM; never in the tables */
	struct block *spare[CLASSES]; /* memory of former blocks, linked by hash_next */
	struct slab *slabs;
	size_t slab_size;
	u8 *slab_at, *slab_end; /* what is left of the newest one */
};

static unsigned hash_of(const u8 *code, u32 mode)
{
	u64 k = (u64)(uintptr_t)code ^ (u64)mode << 44;

	k *= 0x9e3779b97f4a7c15ull;
	return (unsigned)(k >> (64 - HASH_BITS));
}

static unsigned jump_of(u64 va)
{
	return (unsigned)(va ^ va >> 12) & (JUMP_SIZE - 1);
}

struct block_cache *block_cache_new(struct cpu *cpu)
{
	struct block_cache *bc = calloc(1, sizeof(*bc));

	assert(bc);
	bc->cpu = cpu;
	return bc;
}

/* ---- memory ---------------------------------------------------------------------------------------------- */

static void new_slab(struct block_cache *bc)
{
	struct slab *s;

	bc->slab_size = bc->slab_size ? (size_t)min_u64(bc->slab_size * 2, SLAB_MAX) : SLAB_MIN;
	s = malloc(bc->slab_size);
	assert(s);
	hugepage_advise(s, bc->slab_size);
	s->next = bc->slabs;
	bc->slabs = s;
	bc->slab_at = s->room + (0 - (uintptr_t)s->room) % LINE;
	bc->slab_end = (u8 *)s + bc->slab_size;
}

static struct block *block_new(struct block_cache *bc, unsigned ninsns)
{
	unsigned class = 0;
	struct block *b;
	size_t size;

	while (2u << class < ninsns)
		class++;
	assert(class < CLASSES);
	b = bc->spare[class];
	if (b) {
		bc->spare[class] = b->hash_next;
	} else {
		size = (size_t)align_up(sizeof(*b) + (sizeof(struct insn) << (class + 1)), LINE);
		if (!bc->slabs || size > (size_t)(bc->slab_end - bc->slab_at))
			new_slab(bc);
		b = (struct block *)(void *)bc->slab_at;
		bc->slab_at += size;
	}
	memset(b, 0, sizeof(*b));
	b->class = (u8)class;
	return b;
}

static void block_free(struct block_cache *bc, struct block *b)
{
	b->live = false;
	b->hash_next = bc->spare[b->class];
	bc->spare[b->class] = b;
}

/* ---- pages with code ------------------------------------------------------------------------------- */

static bool part_in(const struct block *b, unsigned part, const struct ram *ram, u64 off)
{
	return b->ram[part] == ram && b->ram_off[part] >> RAM_PAGE_BITS == off >> RAM_PAGE_BITS;
}

/* The link of `b` in the list of the page at (ram, off). A block of two pages is in two lists; where both virtual pages
 * show the same RAM, it is in one. */
static unsigned link_of(const struct block *b, const struct ram *ram, u64 off)
{
	return part_in(b, 0, ram, off) ? 0 : 1;
}

static unsigned links(const struct block *b)
{
	return b->ram[1] && !part_in(b, 0, b->ram[1], b->ram_off[1]) ? 2 : 1;
}

static bool overlaps(const struct block *b, const struct ram *ram, u64 off, u64 len)
{
	bool any = false;

	for (unsigned part = 0; part < 2; part++)
		any |= b->ram[part] == ram && off < b->ram_off[part] + b->part[part] && b->ram_off[part] < off + len;
	return any;
}

static void code_written(void *arg, struct ram *ram, u64 off, u64 len);

static struct code_pages *pages_of(struct block_cache *bc, struct ram *ram)
{
	unsigned k;

	for (k = 0; k < bc->npages && bc->pages[k].ram != ram; k++)
		;
	if (k == bc->npages) {
		assert(k < MAX_RAMS);
		bc->pages[k].ram = ram;
		bc->pages[k].first = calloc((size_t)(ram->size >> RAM_PAGE_BITS), sizeof(struct block *));
		bc->pages[k].quiet = calloc((size_t)(ram->size >> RAM_PAGE_BITS), 1);
		assert(bc->pages[k].first && bc->pages[k].quiet);
		bc->npages++;
		ram->code_written = code_written;
		ram->code_arg = bc;
	}
	return &bc->pages[k];
}

static struct block **page_list(struct block_cache *bc, struct ram *ram, u64 off)
{
	return &pages_of(bc, ram)->first[off >> RAM_PAGE_BITS];
}

static bool page_is_quiet(struct block_cache *bc, struct ram *ram, u64 off)
{
	u8 *quiet = &pages_of(bc, ram)->quiet[off >> RAM_PAGE_BITS];

	if (++*quiet < QUIET_WRITES)
		return false;
	*quiet = 0;
	return true;
}

static void link_page(struct block_cache *bc, struct block *b, unsigned part)
{
	struct ram *ram = b->ram[part];
	u64 page = b->ram_off[part] >> RAM_PAGE_BITS;
	struct block **list = page_list(bc, ram, b->ram_off[part]);

	b->page_next[part] = *list;
	*list = b;
	pages_of(bc, ram)->quiet[page] = 0;
	if (!(ram->page_flags[page] & RAM_CODE)) {
		ram->page_flags[page] |= RAM_CODE;
		tlb_flush_host(&bc->cpu->tlb, ram->host + (page << RAM_PAGE_BITS), RAM_PAGE_SIZE);
	}
}

static void unlink_page(struct block_cache *bc, struct block *b, unsigned part)
{
	struct ram *ram = b->ram[part];
	u64 off = b->ram_off[part];
	struct block **p = page_list(bc, ram, off);

	while (*p != b)
		p = &(*p)->page_next[link_of(*p, ram, off)];
	*p = b->page_next[part];
}

/* Takes a block out of every table. Its memory stays until block_collect: the engine may be running it. */
static void bury(struct block_cache *bc, struct block *b)
{
	struct block **p = &bc->hash[hash_of(b->code, b->mode)];

	while (*p != b)
		p = &(*p)->hash_next;
	*p = b->hash_next;
	for (unsigned part = 0; part < links(b); part++)
		unlink_page(bc, b, part);
	b->live = false;
	b->hash_next = bc->buried;
	bc->buried = b;
	bc->nburied++;
	bc->nblocks--;
	if (b == bc->cpu->block)
		cpu_end_block(bc->cpu);
}

static void code_written(void *arg, struct ram *ram, u64 off, u64 len)
{
	struct block_cache *bc = arg;
	struct block *b = *page_list(bc, ram, off);

	/* A page that is written many times with no code decoded in between holds data again. Not sooner: code that
	 * rewrites itself in a loop would pay for protecting the page each time. */
	if (!b && page_is_quiet(bc, ram, off))
		ram->page_flags[off >> RAM_PAGE_BITS] &= (u8)~RAM_CODE;
	while (b) {
		struct block *next = b->page_next[link_of(b, ram, off)];

		if (overlaps(b, ram, off, len))
			bury(bc, b);
		b = next;
	}
}

void block_collect(struct cpu *cpu)
{
	struct block_cache *bc = cpu->blocks;

	assert(!cpu->block);
	cpu->rest = NULL;
	while (bc->buried) {
		struct block *b = bc->buried;

		bc->buried = b->hash_next;
		block_free(bc, b);
	}
	bc->nburied = 0;
}

void block_flush_all(struct cpu *cpu)
{
	struct block_cache *bc = cpu->blocks;

	for (unsigned i = 0; i < HASH_SIZE; i++) {
		while (bc->hash[i]) {
			struct block *b = bc->hash[i];

			bc->hash[i] = b->hash_next;
			b->live = false;
			b->hash_next = bc->buried;
			bc->buried = b;
			bc->nburied++;
		}
	}
	for (unsigned k = 0; k < bc->npages; k++)
		memset(bc->pages[k].first, 0,
			(size_t)(bc->pages[k].ram->size >> RAM_PAGE_BITS) * sizeof(struct block *));
	bc->nblocks = 0;
	if (cpu->block)
		cpu_end_block(cpu);
}

void block_cache_free(struct block_cache *bc)
{
	if (!bc)
		return;
	bc->cpu->block = NULL;
	block_flush_all(bc->cpu);
	block_collect(bc->cpu);
	for (unsigned k = 0; k < bc->npages; k++) {
		struct ram *ram = bc->pages[k].ram;

		for (u64 page = 0; page < ram->size >> RAM_PAGE_BITS; page++)
			ram->page_flags[page] &= (u8)~RAM_CODE;
		free(bc->pages[k].first);
		free(bc->pages[k].quiet);
	}
	while (bc->slabs) {
		struct slab *s = bc->slabs;

		bc->slabs = s->next;
		free(s);
	}
	free(bc);
}

/* ---- making a block ------------------------------------------------------------------------------------ */

/* The only instruction of a block may run over the page's end: its bytes are gathered from two fetches. */
static unsigned decode_crossing(struct cpu *cpu, const struct fetch *f, struct insn *out, struct fetch *second)
{
	u8 bytes[32];
	unsigned have = min_uint(f->avail, 16), more, len;

	memcpy(bytes, f->code, have);
	cpu->ops->fetch(cpu, cpu->pc + have, second);
	more = min_uint(second->avail, 16);
	memcpy(bytes + have, second->code, more);
	len = cpu->ops->decode(cpu, bytes, have + more, cpu->mode, out);
	if (!len) { /* the second page or the segment ends too: the fetch beyond it raises */
		struct fetch third;

		cpu->ops->fetch(cpu, cpu->pc + have + more, &third);
		assert(!"decoder asked for more than an instruction's length");
	}
	return len;
}

static struct block *make(struct cpu *cpu, const struct fetch *f)
{
	struct insn insn[BLOCK_MAX_INSNS];
	struct fetch second = {0};
	unsigned n = 0, off = 0;
	struct block *b;

	while (n < BLOCK_MAX_INSNS && off < f->avail) {
		struct insn *i = &insn[n];
		unsigned len = cpu->ops->decode(cpu, f->code + off, f->avail - off, cpu->mode, i);

		if (!len && n)
			break;
		if (!len)
			len = decode_crossing(cpu, f, i, &second);
		i->off = (u16)off;
		i->len = (u8)len;
		if (i->adj)
			i->adj = (u16)(off + len);
		off += len;
		n++;
		if ((cpu->rows[i->row]->attr & ENDS_BLOCK) || !f->ram)
			break;
	}
	b = block_new(cpu->blocks, n);
	memcpy(b->insn, insn, n * sizeof(*insn));
	b->code = f->code;
	b->mode = cpu->mode;
	b->ninsns = (u16)n;
	b->len = (u16)off;
	b->ram[0] = f->ram;
	b->ram_off[0] = f->ram_off;
	b->part[0] = (u16)min_uint(off, f->avail);
	if (second.code) {
		b->ram[1] = second.ram;
		b->ram_off[1] = second.ram_off;
		b->part[1] = (u16)(off - f->avail);
		b->crosses = true;
	}
	return b;
}

static struct block *make_loose(struct block_cache *bc, struct block *b)
{
	if (bc->loose)
		block_free(bc, bc->loose);
	bc->loose = b;
	return b;
}

/* A block found at the same address may still be another one: what is fetchable may end earlier (segment limit), or the
 * second page of a crossing instruction may be another page now. That fetch may raise, rightly. */
static bool fits(struct cpu *cpu, const struct block *b, const struct fetch *f)
{
	struct fetch second;

	if (!b->ram[1])
		return b->len <= f->avail;
	if (b->part[0] != f->avail)
		return false;
	cpu->ops->fetch(cpu, cpu->pc + b->part[0], &second);
	return second.ram == b->ram[1] && second.ram_off == b->ram_off[1] && second.avail >= b->part[1];
}

static struct block *find_slow(struct cpu *cpu, u64 va)
{
	struct block_cache *bc = cpu->blocks;
	struct fetch f;
	struct block *b;
	unsigned h;

	if (bc->nburied > MAX_BURIED || bc->nblocks > MAX_BLOCKS) {
		if (bc->nblocks > MAX_BLOCKS)
			block_flush_all(cpu);
		block_collect(cpu);
	}
	cpu->ops->fetch(cpu, cpu->pc, &f);
	h = hash_of(f.code, cpu->mode);
	for (b = bc->hash[h]; b; b = b->hash_next) {
		if (b->code == f.code && b->mode == cpu->mode && fits(cpu, b, &f))
			break;
	}
	if (!b) {
		b = make(cpu, &f);
		if (!b->ram[0] || (b->part[1] && !b->ram[1]))
			return make_loose(bc, b);
		b->live = true;
		b->hash_next = bc->hash[h];
		bc->hash[h] = b;
		bc->nblocks++;
		for (unsigned part = 0; part < links(b); part++)
			link_page(bc, b, part);
	}
	b->va = va;
	b->map_id = cpu->tlb.id;
	b->flushes = cpu->tlb.flushes;
	bc->jump[jump_of(va)] = b;
	return b;
}

bool block_renew(struct cpu *cpu, struct block *b, u64 va)
{
	const u8 *code = tlb_fetch(&cpu->tlb, va);

	if (b->va != va || b->mode != cpu->mode || !b->live || b->ram[1] || !code || code != b->code ||
		b->flushes != cpu->tlb.flushes)
		return false;
	b->map_id = cpu->tlb.id;
	return true;
}

struct block *block_find(struct cpu *cpu)
{
	u64 va = cpu->pc_base + cpu->pc;
	struct block *b = cpu->blocks->jump[jump_of(va)];

	if (likely(b && (block_at(cpu, b, va) || block_renew(cpu, b, va))))
		return b;
	return find_slow(cpu, va);
}
