/* SPDX-License-Identifier: MIT */
/* The firmware configuration device as QEMU specifies it (docs/specs/fw_cfg.rst): a selector, a byte stream, and a DMA
 * address in two big-endian doublewords, the second of which starts the transfer. PCs have it at ports, the ARM boards
 * in memory, where the selector is big endian and the stream may be read up to eight bytes at a time. The items are
 * part of the machine's configuration, the same at every start; only the position is state. */
#include "devices/bus/fw_cfg.h"

#include "devices/machine.h"
#include "devices/types.h"

#include <stdlib.h>

enum { MAX_ITEMS = 96, MAX_FILES = 64, FILE_ENTRY = 64 };
enum { DMA_ERROR = 1, DMA_READ = 2, DMA_SKIP = 4, DMA_SELECT = 8, DMA_WRITE = 16 };

struct fw_cfg {
	u32 offset;
	u16 key;
	u8 pad[2];
	u32 dma_high, dma_low;
};

struct item {
	u16 key;
	char name[56];
	u8 *data;
	size_t size;
};

struct fw_cfg_links {
	struct reg_map map;
	struct item items[MAX_ITEMS];
	unsigned nitems, nfiles;
	bool busy; /* inside a transfer, which may write to the device itself */
};

static const struct state_field rows[] = {
	STATE_U(struct fw_cfg, offset), STATE_U(struct fw_cfg, key), STATE_SKIP(struct fw_cfg, pad),
	STATE_U(struct fw_cfg, dma_high), STATE_U(struct fw_cfg, dma_low), STATE_END,
};

/* ---- items ----------------------------------------------------------------------------------------------- */

static struct item *find(struct dev *d, u16 key)
{
	struct fw_cfg_links *l = d->links;

	for (unsigned i = 0; i < l->nitems; i++) {
		if (l->items[i].key == key)
			return &l->items[i];
	}
	return NULL;
}

static struct item *find_or_add(struct dev *d, u16 key)
{
	struct fw_cfg_links *l = d->links;
	struct item *it = find(d, key);

	if (it)
		return it;
	assert(l->nitems < MAX_ITEMS);
	it = &l->items[l->nitems++];
	it->key = key;
	return it;
}

static void fill(struct item *it, const void *data, size_t n)
{
	u8 *copy = malloc(n + 1);

	assert(copy);
	memcpy(copy, data, n);
	free(it->data);
	it->data = copy;
	it->size = n;
}

void fw_cfg_set(struct dev *d, u16 key, const void *data, size_t n)
{
	fill(find_or_add(d, key), data, n);
}

void fw_cfg_set_number(struct dev *d, u16 key, unsigned bytes, u64 value)
{
	u8 image[8];

	store_le(image, bytes, value);
	fw_cfg_set(d, key, image, bytes);
}

static void store_be32(u8 *p, u32 v)
{
	store_le32(p, swap32(v));
}

/* The directory: count, then size, key, reserved, name; numbers big endian. Firmware expects it sorted by name. */
static void make_directory(struct dev *d)
{
	struct fw_cfg_links *l = d->links;
	u8 dir[4 + MAX_FILES * FILE_ENTRY] = {0};
	const struct item *file[MAX_FILES];
	unsigned n = 0;

	for (unsigned i = 0; i < l->nitems; i++) {
		unsigned at = n;

		if (!l->items[i].name[0])
			continue;
		while (at && strcmp(file[at - 1]->name, l->items[i].name) > 0) {
			file[at] = file[at - 1];
			at--;
		}
		file[at] = &l->items[i];
		n++;
	}
	store_be32(dir, n);
	for (unsigned i = 0; i < n; i++) {
		u8 *e = dir + 4 + i * FILE_ENTRY;

		store_be32(e, (u32)file[i]->size);
		store_le16(e + 4, swap16(file[i]->key));
		memcpy(e + 8, file[i]->name, sizeof(file[i]->name));
	}
	fw_cfg_set(d, FW_CFG_FILE_DIR, dir, 4 + n * FILE_ENTRY);
}

void fw_cfg_set_file(struct dev *d, const char *name, const void *data, size_t n)
{
	struct fw_cfg_links *l = d->links;
	struct item *it = NULL;

	assert(strlen(name) < sizeof(it->name));
	for (unsigned i = 0; i < l->nitems && !it; i++) {
		if (!strcmp(l->items[i].name, name))
			it = &l->items[i];
	}
	if (!it) {
		assert(l->nfiles < MAX_FILES);
		it = find_or_add(d, (u16)(FW_CFG_FILE_FIRST + l->nfiles++));
		strcpy(it->name, name);
	}
	fill(it, data, n);
	make_directory(d);
}

/* ---- access -------------------------------------------------------------------------------------------------- */

/* Reading past an item's end, or an item that is not there, gives zeros. */
static u8 next_byte(struct dev *d, const struct item *it)
{
	struct fw_cfg *s = d->state;
	u8 v = it && s->offset < it->size ? it->data[s->offset] : 0;

	if (it && s->offset < it->size)
		s->offset++;
	return v;
}

static u64 data_read(struct dev *d, unsigned index, u64 stored)
{
	const struct fw_cfg *s = d->state;

	(void)index;
	(void)stored;
	return next_byte(d, find(d, s->key));
}

static void key_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct fw_cfg *s = d->state;

	(void)index;
	(void)old;
	(void)now;
	s->offset = 0;
}

/* Control structure in guest memory, big endian: control u32, length u32, address u64. */
static void transfer(struct dev *d, u64 at)
{
	struct space *m = &d->machine->memory;
	struct fw_cfg *s = d->state;
	u32 control = swap32((u32)space_read(m, at, 4)), length = swap32((u32)space_read(m, at + 4, 4));
	u64 address = swap64(space_read(m, at + 8, 8));
	const struct item *it;
	u32 result = 0;

	if (control & DMA_SELECT) {
		s->key = (u16)(control >> 16);
		s->offset = 0;
	}
	it = find(d, s->key);
	if (control & DMA_READ) {
		u32 have = it && s->offset < it->size ? (u32)min_u64(length, it->size - s->offset) : 0;
		static const u8 zeros[256];

		if (have)
			space_write_block(m, address, it->data + s->offset, have);
		/* What lies past the item reads as zeros; no more of it than fits into RAM. */
		for (u32 n = have; n < length && space_ram(m, address + n, 1); n += sizeof(zeros))
			space_write_block(m, address + n, zeros, min_u64(sizeof(zeros), length - n));
		s->offset += have;
	} else if (control & DMA_WRITE) {
		result = DMA_ERROR; /* no item is writable */
	} else if (control & DMA_SKIP) {
		s->offset += it && s->offset < it->size ? (u32)min_u64(length, it->size - s->offset) : 0;
	}
	space_write(m, at, 4, swap32(result));
}

static u64 dma_read(struct dev *d, unsigned index, u64 stored)
{
	static const u32 signature[2] = {0x51454d55, 0x20434647}; /* "QEMU CFG" */

	(void)d;
	(void)stored;
	return swap32(signature[index]);
}

static void dma_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct fw_cfg *s = d->state;
	struct fw_cfg_links *l = d->links;

	(void)old;
	if (l->busy)
		return;
	if (index == 0) {
		s->dma_high = swap32((u32)now);
		return;
	}
	s->dma_low = swap32((u32)now);
	l->busy = true;
	transfer(d, (u64)s->dma_high << 32 | s->dma_low);
	l->busy = false;
	s->dma_high = s->dma_low = 0;
}

/* ---- at ports ----------------------------------------------------------------------------------------------- */

static const struct reg regs[] = {
	/* The ports overlap: a byte at 511h is data, a word at 510h the key. */
	{"DATA", 1, 1, .read = data_read, .doc = "next byte of the item"},
	{"SELECTOR", 0, 2, REG_MEMBER(struct fw_cfg, key), .wmask = 0xffff, .wrote = key_wrote, .doc = "item key"},
	{"DMA", 4, 4, .count = 2, .read = dma_read, .wrote = dma_wrote, .doc = "DMA address, big endian; low half starts"},
};
static const struct reg_bank bank = {"fw_cfg", regs, countof(regs), 12, 1, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

/* ---- in memory ---------------------------------------------------------------------------------------------- */

static void mem_key_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct fw_cfg *s = d->state;

	(void)index;
	(void)old;
	s->key = swap16((u16)now);
	s->offset = 0;
}

static const struct reg mem_regs[] = {
	{"DATA", 0, 1, .count = 8, .read = data_read, .doc = "next bytes of the item"},
	{"SELECTOR", 8, 2, .wrote = mem_key_wrote, .doc = "item key, big endian"},
	{"DMA", 16, 4, .count = 2, .read = dma_read, .wrote = dma_wrote, .doc = "DMA address, big endian; low half starts"},
};
static const struct reg_bank mem_bank = {"fw_cfg_mem", mem_regs, countof(mem_regs), 24, 1, 8, 0};
static const struct reg_bank *const mem_banks[] = {&mem_bank, NULL};

/* ---- device ------------------------------------------------------------------------------------------------- */

static void reset(struct dev *d)
{
	*(struct fw_cfg *)d->state = (struct fw_cfg){0};
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct fw_cfg_links *l = d->links;

	(void)err;
	dev_map(d, row, &l->map, d->type == &fw_cfg_type ? &bank : &mem_bank);
	fw_cfg_set(d, FW_CFG_SIGNATURE, "QEMU", 4);
	fw_cfg_set_number(d, FW_CFG_ID, 4, 3);
	fw_cfg_set_number(d, FW_CFG_NB_CPUS, 2, 1);
	fw_cfg_set_number(d, FW_CFG_MAX_CPUS, 2, 1);
	make_directory(d);
	return true;
}

static void detach(struct dev *d)
{
	struct fw_cfg_links *l = d->links;

	for (unsigned i = 0; i < l->nitems; i++)
		free(l->items[i].data);
}

#define COMMON \
	.state_size = sizeof(struct fw_cfg), .links_size = sizeof(struct fw_cfg_links), .version = 1, .state = rows, \
	.attach = attach, .reset = reset, .detach = detach

const struct dev_type fw_cfg_type = {
	.name = "fw_cfg", .about = "firmware configuration", .banks = banks, COMMON,
};
const struct dev_type fw_cfg_mem_type = {
	.name = "fw_cfg_mem", .about = "firmware configuration in memory", .banks = mem_banks, COMMON,
};
