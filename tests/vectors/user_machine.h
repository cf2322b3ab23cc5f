/* SPDX-License-Identifier: MIT */
/* A processor in user mode with the map of x86-user/FORMAT.md, and a kernel of tables only: exceptions are really
 * delivered, through an interrupt gate to the ring-0 stack, and what the handler would see is read from there. */
#ifndef TESTS_VECTORS_USER_MACHINE_H
#define TESTS_VECTORS_USER_MACHINE_H

#include "tests/vectors/one.h"
#include "tests/vectors/user.h"

/* Where the kernel's pages are in 32-bit mode. */
#define USER_KERNEL32    0xe9870000u
#define USER_KERNEL_SIZE 0x3000u

struct user_machine {
	struct one one;
	bool mode64, upper;
	struct seg seg[S_COUNT]; /* as user code has them */
	u8 data[USER_DATA_SIZE]; /* initial content of the data */
};

/* What came of an instruction. */
struct user_result {
	struct user_state s;
	u8 trap; /* 255: none */
	u32 error;
	u64 cr2;
};

bool user_machine_init(struct user_machine *m, bool mode64, const char *model, struct err *err);
void user_machine_free(struct user_machine *m);
/* Makes the code read-only, which for the vectors it is not. */
void user_machine_protect_code(struct user_machine *m);
/* The guest's data pages. */
u8 *user_machine_data(struct user_machine *m);
void user_machine_load(struct user_machine *m, const struct user_state *s, const u8 *code, unsigned n);
/* Puts data and code back to their initial content. */
void user_machine_unload(struct user_machine *m, unsigned ncode);
void user_machine_result(struct user_machine *m, struct user_result *r);

#endif
