/* SPDX-License-Identifier: MIT */
/* Allocates guest memory lazily (the host gives zero pages on first touch) and keeps the page flags. */
#include "mem/ram.h"

#include "mem/base/hugepage.h"

#include <stdlib.h>

bool ram_init(struct ram *ram, const char *name, u64 size, bool rom, struct err *err)
{
	u64 align = size < HUGEPAGE_SIZE ? RAM_PAGE_SIZE : HUGEPAGE_SIZE;

	assert(size && size % RAM_PAGE_SIZE == 0);
	*ram = (struct ram){.name = name, .size = size, .rom = rom};
	if (size <= SIZE_MAX - align) {
		ram->block = calloc(1, (size_t)(size + align));
		ram->page_flags = calloc(1, (size_t)(size >> RAM_PAGE_BITS));
	}
	if (!ram->block || !ram->page_flags) {
		ram_free(ram);
		return err_set(err, "%s: the host cannot give %llu MiB of memory", name,
			(unsigned long long)(size >> 20));
	}
	ram->host = (u8 *)ram->block + (0 - (u64)(uintptr_t)ram->block) % align;
	hugepage_advise(ram->host, size);
	memset(ram->page_flags, RAM_DIRTY_ALL, (size_t)(size >> RAM_PAGE_BITS));
	return true;
}

void ram_free(struct ram *ram)
{
	free(ram->block);
	free(ram->page_flags);
	ram->block = NULL;
	ram->host = ram->page_flags = NULL;
}

void ram_touch(struct ram *ram, u64 offset, u64 len)
{
	u64 last;

	if (!len)
		return;
	assert(offset < ram->size && len <= ram->size - offset);
	last = (offset + len - 1) >> RAM_PAGE_BITS;
	for (u64 page = offset >> RAM_PAGE_BITS; page <= last; page++) {
		if (ram->page_flags[page] & RAM_CODE) {
			u64 from = max_u64(offset, page << RAM_PAGE_BITS);
			u64 to = min_u64(offset + len, (page + 1) << RAM_PAGE_BITS);

			ram->code_written(ram->code_arg, ram, from, to - from);
		}
		ram->page_flags[page] |= RAM_DIRTY_ALL;
	}
}
