/* SPDX-License-Identifier: MIT */
/* ELF files for the loaders of every board: which processor they are for, loading their segments, finding their notes.
 * System V ABI, chapters 4 and 5. */
#ifndef DEVICES_BOARD_ELF_H
#define DEVICES_BOARD_ELF_H

#include "devices/machine.h"

enum { ELF_386 = 3, ELF_ARM = 40, ELF_X86_64 = 62, ELF_AARCH64 = 183 }; /* e_machine */

/* Where segments go, and whether they may: room says what is wrong in one line. */
struct elf_target {
	struct space *memory;
	bool (*room)(void *arg, const char *what, u64 addr, u64 size, struct err *err);
	void *arg;
};

/* A little-endian ELF file for this processor. */
bool elf_is(const struct blob *k, u16 machine);
/* Loads the PT_LOAD segments at their physical addresses; *entry and the highest address loaded. */
bool elf_load(const struct elf_target *t, const struct blob *k, u64 *entry, u64 *top, struct err *err);
/* The number of 4 or 8 bytes in the first note of that name and type. */
bool elf_find_note(const struct blob *k, const char *name, u32 type, u64 *value);

#endif
