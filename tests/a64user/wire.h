/* SPDX-License-Identifier: MIT */
/* What the test and its runner under qemu-aarch64 exchange, through a file that both map: samples go there, results
 * come back. Numbers are little-endian. The runner sees nothing of the project but this header. */
#ifndef TESTS_A64USER_WIRE_H
#define TESTS_A64USER_WIRE_H

#include <stdint.h>

enum {
	WIRE_BATCH = 1024,     /* samples */
	WIRE_SLOT = 16,        /* bytes of code for each: one or two instructions, the rest BRK */
	WIRE_CODE_PAGES = 6,   /* a page of BRK, the slots, a page of BRK */
	WIRE_DATA_SIZE = 4096,
	WIRE_CHUNK = 16,
	WIRE_CHUNKS = 8,
	/* descriptors in the runner: the file; a byte from WIRE_REQUESTS starts a batch, one to WIRE_REPLIES ends it */
	WIRE_FD = 3, WIRE_REQUESTS = 4, WIRE_REPLIES = 5,
};
#define WIRE_DATA  UINT64_C(0x10000000)
#define WIRE_CODE  UINT64_C(0x20000000)
#define WIRE_SLOTS UINT64_C(0x20001000)
#define WIRE_BRK   UINT32_C(0xd4200000)

/* In the order of struct sigcontext, so that the first 34 are one copy. */
struct wire_state {
	uint64_t x[31], sp, pc, pstate;
	uint64_t tpidr;
	uint32_t fpsr, fpcr;
	uint64_t v[64]; /* low half first */
};

enum { WIRE_MEMORY = 1 }; /* may change the data */

struct wire_sample {
	struct wire_state state;
	uint32_t word[2]; /* the second one: BRK, or an instruction after the first */
	uint32_t flags;
	uint32_t brk_at;  /* where in the code it may branch to and another sample is, or 0: BRK meanwhile */
};

struct wire_chunk {
	uint32_t at;
	uint8_t bytes[WIRE_CHUNK];
};

struct wire_result {
	struct wire_state state;
	uint32_t signal; /* as Linux numbers it: what stopped it, SIGTRAP if all is well */
	uint32_t code;
	uint64_t address;
	uint32_t nchunks; /* that differ from the initial data; more than WIRE_CHUNKS: the first ones are there */
	uint32_t unused;
	struct wire_chunk chunk[WIRE_CHUNKS];
};

struct wire {
	uint32_t from, count; /* what is to be done: samples [from..count) */
	uint32_t current;     /* the sample that is running */
	uint32_t unused;
	uint8_t data[WIRE_DATA_SIZE]; /* initial content */
	struct wire_sample sample[WIRE_BATCH];
	struct wire_result result[WIRE_BATCH];
};

#endif
