/* SPDX-License-Identifier: MIT */
/* What the loaders share: telling images apart, checking room, the command line. */
#include "devices/board/boot.h"

bool boot_check_room(const struct boot_info *b, const char *what, u64 addr, u64 size, struct err *err)
{
	u64 end = b->tables ? b->tables : b->low_ram;

	if (addr < 0x1000 || size > end || addr > end - size) {
		return err_set(err, "%s: %llu KiB at 0x%llx do not fit into %llu MiB of RAM", what,
			       (unsigned long long)(size + 1023) >> 10, (unsigned long long)addr,
			       (unsigned long long)(b->low_ram + b->high_ram) >> 20);
	}
	if (addr < 0x100000 && addr + size > BOOT_LOW_END) {
		return err_set(err, "%s: 0x%llx to 0x%llx overlaps the video memory and BIOS area", what,
			(unsigned long long)addr, (unsigned long long)(addr + size));
	}
	if (addr < BOOT_CMDLINE + BOOT_CMDLINE_MAX && addr + size > BOOT_GDT) {
		return err_set(err, "%s: 0x%llx to 0x%llx overlaps the boot information at 0x%x to 0x%x", what,
			       (unsigned long long)addr, (unsigned long long)(addr + size), BOOT_GDT,
			       BOOT_CMDLINE + BOOT_CMDLINE_MAX);
	}
	return true;
}

static bool room(void *arg, const char *what, u64 addr, u64 size, struct err *err)
{
	return boot_check_room(arg, what, addr, size, err);
}

bool boot_load_elf(struct boot_info *b, const struct blob *k, u64 *entry, u64 *top, struct err *err)
{
	const struct elf_target t = {&b->machine->memory, room, b};

	return elf_load(&t, k, entry, top, err);
}

void boot_zero(struct boot_info *b, u64 addr, u64 size)
{
	static const u8 zeros[4096];

	for (u64 n; size; addr += n, size -= n) {
		n = min_u64(size, sizeof(zeros));
		space_load(&b->machine->memory, addr, zeros, n);
	}
}

bool boot_write_cmdline(struct boot_info *b, const char *text, size_t limit, struct err *err)
{
	size_t n = strlen(text);

	if (limit > BOOT_CMDLINE_MAX - 1)
		limit = BOOT_CMDLINE_MAX - 1;
	if (n > limit)
		return err_set(err, "-append: the command line has %zu characters; this kernel takes %zu", n, limit);
	space_load(&b->machine->memory, BOOT_CMDLINE, text, n + 1);
	return true;
}

/* Images for other machines are named, so that nobody has to guess. */
static bool explain(const struct blob *k, struct err *err)
{
	if (!k->size)
		return err_set(err, "-kernel %s: the file is empty", k->name);
	if (k->size >= 20 && !memcmp(k->data, "\177ELF", 4)) {
		u16 machine = k->data[5] == 2 ? (u16)(k->data[18] << 8 | k->data[19]) : load_le16(k->data + 18);

		if (machine != 3 && machine != 62)
			return err_set(err, "-kernel %s: an ELF file for another processor (machine %u)", k->name,
				machine);
		return err_set(err, "-kernel %s: an ELF file without a multiboot header or a PVH entry", k->name);
	}
	if (k->size >= 0x40 && !memcmp(k->data + 0x38, "ARM\x64", 4))
		return err_set(err, "-kernel %s: an arm64 Linux image; this machine is an x86 PC", k->name);
	if (k->size >= 0x28 && load_le32(k->data + 0x24) == 0x016f2818)
		return err_set(err, "-kernel %s: a 32-bit ARM zImage; this machine is an x86 PC", k->name);
	if (k->size < 0x400)
		return err_set(err, "-kernel %s: too short (%zu bytes) to be a kernel", k->name, k->size);
	return err_set(err, "-kernel %s: not a kernel: no Linux boot header, multiboot header or PVH entry", k->name);
}

bool boot_kernel(struct boot_info *b, struct err *err)
{
	const struct blob *k = &b->machine->config.kernel;

	if (linux_is(k))
		return linux_boot(b, err);
	if (multiboot_is(k))
		return multiboot_boot(b, err);
	if (pvh_is(k))
		return pvh_boot(b, err);
	return explain(k, err);
}
