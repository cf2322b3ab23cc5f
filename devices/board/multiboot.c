/* SPDX-License-Identifier: MIT */
/* Multiboot 1 (specification 0.6.96): an image with a header in its first 8 KiB, loaded by its ELF program headers or
 * by the addresses in the header ("a.out kludge"), entered in flat protected mode with EBX at the information. */
#include "devices/board/boot.h"

#include <stdio.h>

enum { MB_MAGIC = 0x1badb002, MB_LOADED = 0x2badb002, MB_SEARCH = 8192 };
enum { MB_PAGE_ALIGN = 1, MB_MEMORY = 2, MB_VIDEO = 4, MB_ADDRESSES = 1 << 16 };
enum { INFO_MEMORY = 1, INFO_CMDLINE = 4, INFO_MODS = 8, INFO_MMAP = 64, INFO_LOADER = 512 };

/* Offset of the header, or -1. */
static long find_header(const struct blob *k)
{
	for (size_t at = 0; at + 12 <= k->size && at + 12 <= MB_SEARCH; at += 4) {
		if (load_le32(k->data + at) == MB_MAGIC &&
		    (u32)(MB_MAGIC + load_le32(k->data + at + 4) + load_le32(k->data + at + 8)) == 0)
			return (long)at;
	}
	return -1;
}

bool multiboot_is(const struct blob *k)
{
	return find_header(k) >= 0;
}

/* Section 3.1.3: header_addr says where the header's first byte lies in memory; the file is laid out around it. */
static bool load_by_addresses(struct boot_info *b, const struct blob *k, u64 header, u64 *entry, u64 *top,
	struct err *err)
{
	u64 header_addr, load, load_end, bss_end, start, size;

	if (k->size < header + 32)
		return err_set(err, "-kernel %s: truncated inside the multiboot header", k->name);
	header_addr = load_le32(k->data + header + 12);
	load = load_le32(k->data + header + 16);
	load_end = load_le32(k->data + header + 20);
	bss_end = load_le32(k->data + header + 24);
	*entry = load_le32(k->data + header + 28);
	if (load > header_addr || header_addr - load > header)
		return err_set(err, "-kernel %s: the multiboot header's addresses contradict each other", k->name);
	start = header - (header_addr - load);
	size = load_end ? load_end - load : k->size - start;
	if ((load_end && load_end < load) || size > k->size - start)
		return err_set(err, "-kernel %s: truncated: the multiboot header asks for %llu bytes, the file has %zu",
			k->name, (unsigned long long)(start + size), k->size);
	*top = max_u64(load + size, bss_end);
	if (!boot_check_room(b, k->name, load, *top - load, err))
		return err_prefix(err, "-kernel");
	space_load(&b->machine->memory, load, k->data + start, size);
	boot_zero(b, load + size, *top - (load + size));
	return true;
}

/* A place for the next table or string in low memory. */
static u64 put(struct boot_info *b, u64 *at, const void *data, size_t n)
{
	u64 here = *at;

	space_load(&b->machine->memory, here, data, n);
	*at = align_up(here + n, 16);
	return here;
}

static bool load_modules(struct boot_info *b, u8 *info, u64 top, u64 *low, struct err *err)
{
	const struct machine_config *c = &b->machine->config;
	u8 table[16 * 64] = {0};
	u64 at = align_up(top, 4096);

	if (c->ninitrd > 64)
		return err_set(err, "-initrd: %u modules; 64 are the most", c->ninitrd);
	for (unsigned i = 0; i < c->ninitrd; i++) {
		const struct blob *r = &c->initrd[i];
		char text[512];

		if (!boot_check_room(b, r->name, at, r->size, err))
			return err_prefix(err, "-initrd");
		space_load(&b->machine->memory, at, r->data, r->size);
		snprintf(text, sizeof(text), "%s%s%s", r->name, r->args && *r->args ? " " : "", r->args ? r->args : "");
		store_le32(table + i * 16, (u32)at);
		store_le32(table + i * 16 + 4, (u32)(at + r->size));
		if (*low + sizeof(text) > BOOT_CMDLINE)
			return err_set(err, "-initrd: the modules' names are too long");
		store_le32(table + i * 16 + 8, (u32)put(b, low, text, strlen(text) + 1));
		at = align_up(at + r->size, 4096);
	}
	if (c->ninitrd) {
		store_le32(info + 20, c->ninitrd);
		store_le32(info + 24, (u32)put(b, low, table, c->ninitrd * 16));
	}
	return true;
}

static void put_memory_map(struct boot_info *b, u8 *info, u64 *low)
{
	u8 map[16 * 24];

	for (unsigned i = 0; i < b->ne820; i++) {
		u8 *e = map + i * 24;

		store_le32(e, 20);
		store_le64(e + 4, b->e820[i].base);
		store_le64(e + 12, b->e820[i].size);
		store_le32(e + 20, b->e820[i].type);
	}
	store_le32(info + 44, b->ne820 * 24);
	store_le32(info + 48, (u32)put(b, low, map, b->ne820 * 24));
	store_le32(info + 4, BOOT_LOW_END >> 10);
	store_le32(info + 8, (u32)((b->low_ram >> 10) - 1024));
}

bool multiboot_boot(struct boot_info *b, struct err *err)
{
	const struct machine_config *c = &b->machine->config;
	const struct blob *k = &c->kernel;
	u64 header = (u64)find_header(k), entry, top, low = BOOT_PARAMS + 128;
	u32 flags = load_le32(k->data + header + 4);
	u8 info[96] = {0};
	char line[BOOT_CMDLINE_MAX];

	if (flags & 0xffff & ~(u32)(MB_PAGE_ALIGN | MB_MEMORY | MB_VIDEO))
		return err_set(err,
			"-kernel %s: the multiboot header requires a feature that does not exist (flags 0x%x)",
			       k->name, flags);
	if (flags & MB_ADDRESSES) {
		if (!load_by_addresses(b, k, header, &entry, &top, err))
			return false;
	} else if (!boot_load_elf(b, k, &entry, &top, err)) {
		return false;
	}
	if ((size_t)snprintf(line, sizeof(line), "%s%s%s", k->name, c->append ? " " : "", c->append ? c->append : "") >=
	    sizeof(line))
		return err_set(err, "-append: the command line is longer than %u characters", BOOT_CMDLINE_MAX - 1);
	if (!boot_write_cmdline(b, line, sizeof(line) - 1, err) || !load_modules(b, info, top, &low, err))
		return false;
	put_memory_map(b, info, &low);
	store_le32(info + 16, BOOT_CMDLINE);
	store_le32(info + 64, (u32)put(b, &low, "Orrery", 7));
	store_le32(info, INFO_MEMORY | INFO_CMDLINE | INFO_MODS | INFO_MMAP | INFO_LOADER);
	space_load(&b->machine->memory, BOOT_PARAMS, info, sizeof(info));
	x86_boot_protected(b->cpu, (u32)entry, BOOT_GDT);
	b->cpu->r[R_AX] = MB_LOADED;
	b->cpu->r[R_BX] = BOOT_PARAMS;
	return true;
}
