/* SPDX-License-Identifier: MIT */
/* Starting a kernel without firmware: the loader puts the image into RAM and the processor into the state that its
 * boot protocol promises. One file per protocol: linux_boot.c, multiboot.c, pvh.c. */
#ifndef DEVICES_BOARD_BOOT_H
#define DEVICES_BOARD_BOOT_H

#include "cpu/x86/x86.h"
#include "devices/board/elf.h"
#include "devices/machine.h"

/* Kinds as in the BIOS's e820 call (ACPI specification 15.1). */
enum { E820_RAM = 1, E820_RESERVED = 2, E820_ACPI = 3, E820_NVS = 4 };

struct e820_entry {
	u64 base, size;
	u32 type;
};

/* What a loader needs to know of the board. */
struct boot_info {
	struct machine *machine;
	struct x86 *cpu;
	u64 low_ram;  /* bytes of RAM below 4 GiB */
	u64 high_ram; /* bytes of RAM from 4 GiB up */
	u64 rsdp;     /* physical address of ACPI's root pointer, 0: none */
	u64 tables;   /* RAM from here to low_ram holds ACPI tables: not to be overwritten */
	struct e820_entry e820[16];
	unsigned ne820;
};

/* Looks at config.kernel and calls the loader it belongs to; false with a clear line if it is none of them. */
bool boot_kernel(struct boot_info *b, struct err *err);

/* Each returns false with err set if the image is one of its kind but can't be loaded. */
bool linux_is(const struct blob *k);
bool linux_boot(struct boot_info *b, struct err *err);
bool multiboot_is(const struct blob *k);
bool multiboot_boot(struct boot_info *b, struct err *err);
bool pvh_is(const struct blob *k);
bool pvh_boot(struct boot_info *b, struct err *err);

/* Where in low RAM the loaders put what a BIOS or boot loader would have put there. */
enum {
	BOOT_GDT = 0x8000,
	BOOT_PAGES = 0x9000,   /* up to 6 pages of page tables */
	BOOT_PARAMS = 0x10000, /* zero page, multiboot info, PVH start info */
	BOOT_CMDLINE = 0x20000,
	BOOT_CMDLINE_MAX = 0x10000,
	BOOT_LOW_END = 0x9fc00, /* extended BIOS data area */
};

/* Writes the command line at BOOT_CMDLINE. */
bool boot_write_cmdline(struct boot_info *b, const char *text, size_t limit, struct err *err);
/* Checks that [addr, addr+size) is RAM the loader may use. */
bool boot_check_room(const struct boot_info *b, const char *what, u64 addr, u64 size, struct err *err);
bool boot_load_elf(struct boot_info *b, const struct blob *k, u64 *entry, u64 *top, struct err *err);
/* Clears what a file does not fill (BSS). */
void boot_zero(struct boot_info *b, u64 addr, u64 size);

#endif
