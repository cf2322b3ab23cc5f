/* SPDX-License-Identifier: MIT */
/* The processor state of an x86-user vector: derived from its seed, then changed by entries of the file. Layout, seeds
 * and keys: x86-user/FORMAT.md of the test data. */
#ifndef TESTS_VECTORS_USER_H
#define TESTS_VECTORS_USER_H

#include "cpu/fp/f80.h"
#include "tests/vectors/vectors.h"

enum { USER_DATA_SIZE = 0x2000, USER_CODE_AT = 0x1000 };
#define USER_DATA 0x10000000u
#define USER_COPY 0x10004000u /* read-only, the first page of the data */
#define USER_CODE 0x20000000u

struct user_state {
	u64 r[16], rip;
	u32 rflags, mxcsr;
	u16 fcw, fsw, ftw; /* ftw: bit i: physical register i is not empty */
	struct f80 st[8];  /* physical */
	u64 v[16][4];
};

/* Keys of entries */
enum {
	KEY_RIP = 16, KEY_MXCSR, KEY_FCW, KEY_FSW, KEY_FTW, KEY_ST = 32, KEY_XMM = 64, KEY_YMM = 96, KEY_MEM = 128,
	KEY_MEM_IGNORE, KEY_GPR_IGNORE,
};

struct user_vector {
	const char *form;
	unsigned form_len, number; /* within the form */
	const u8 *code;
	unsigned ncode;
	u32 seed;
	struct cursor init, diff; /* at the entry count */
	u8 trap;                  /* 255: none */
	u32 error;
	u64 cr2;
	u16 flags, flags_mask, fsw_mask;
};

/* `upper`: bits 128-255 of the vector registers too. */
void user_derive(struct user_state *s, u32 seed, bool mode64, bool upper);
/* The data's initial content. */
void user_memory(u8 data[USER_DATA_SIZE]);
/* Applies entries to a state and, for KEY_MEM, to data; ignored memory goes to `ignore` (a byte each is set to 1) and
 * ignored registers to *gprs; either may be NULL. */
void user_apply(struct cursor c, struct user_state *s, u8 *data, u8 *ignore, u16 *gprs);
/* Undoes KEY_MEM entries from `from`. */
void user_restore(struct cursor c, u8 *data, const u8 *from, u8 *ignore);
/* Reads the next vector's fields; `form` and `number` are the caller's. */
bool user_read(struct cursor *c, struct user_vector *v);

#endif
