/* SPDX-License-Identifier: MIT */
/* Debian's qemu-aarch64 as the judge of our A64 rows: words made from them run there at EL0 (runner/, wire.h) and on
 * our processor (vectors/a64_machine.c), from states of arm-singlestep/FORMAT.md, and all that the manual defines must
 * come out the same. */
#ifndef TESTS_A64USER_H
#define TESTS_A64USER_H

#include "tests/a64user/wire.h"
#include "tests/random.h"
#include "tests/vectors/a64.h"

#include <sys/types.h>

enum { BATCH = WIRE_BATCH };

/* One instruction and the state before it; a second one behind a load exclusive. */
struct sample {
	u64 number;
	u32 word[2];
	unsigned n;          /* instructions */
	unsigned index;      /* of the row that it was made from; 0: a word at random */
	const struct insn_row *row; /* that the first word decodes to; rows[0]: undefined */
	const struct insn_row *last; /* of the last word: what differences are judged by */
	struct insn insn;    /* of the last word */
	bool memory;         /* may change the data */
	bool nothing;        /* no luck: not run */
	u32 brk_at;          /* wire_sample */
	struct a64_state s;
};

enum outcome_kind { OUT_RAN, OUT_UNDEFINED, OUT_BREAK, OUT_ABORT, OUT_ALIGNMENT, OUT_OTHER };

struct outcome {
	enum outcome_kind kind;
	bool permission; /* OUT_ABORT: not for want of a page */
	u64 address;     /* OUT_ABORT */
	struct a64_state s;
	u32 nchunks;
	struct wire_chunk chunk[WIRE_CHUNKS];
};

/* The data's byte at an offset, as the outcome has it. */
u8 outcome_byte(const struct outcome *o, const u8 *initial, unsigned at);

/* ---- peer.c ---- */

struct peer {
	const char *runner;
	int requests, replies; /* our ends */
	int file;
	pid_t pid;
	unsigned deaths;
	struct wire *wire;
};

bool peer_open(struct peer *p, const char *runner, const u8 *data, struct err *err);
void peer_close(struct peer *p);
void peer_put(struct peer *p, unsigned k, const struct sample *s);
/* Starts samples [from..count); false: there is no child and none can be made. */
bool peer_start(struct peer *p, u32 from, u32 count);
/* Waits. Returns how far it came: less than count if the child died of that sample. */
u32 peer_wait(struct peer *p, u32 count);
void peer_take(const struct peer *p, unsigned k, const struct sample *s, struct outcome *o);

/* ---- generate.c ---- */

struct maker {
	const struct arm_isa *isa;
	const u8 *data; /* initial content */
};

/* An instruction of the row (0: any word) with a state before it, by the seed alone. */
void sample_make(struct sample *s, const struct maker *m, unsigned row, u64 seed);
/* Which sample of a batch would be run by a direct branch of this one: sets brk_at. */
void sample_fence(struct sample *s, const struct sample *batch, unsigned count);
/* The row's mnemonic is one of the words, which are separated by blanks. */
bool row_named(const struct insn_row *row, const char *words);

/* ---- compare.c ---- */

enum {
	DIFF_KIND = 1, DIFF_ADDRESS = 2, DIFF_ACCESS = 4, DIFF_PC = 8, DIFF_X = 16, DIFF_FLAGS = 32, DIFF_PSTATE = 64,
	DIFF_FPCR = 128, DIFF_FPSR = 256, DIFF_V = 512, DIFF_TPIDR = 1024, DIFF_MEM = 2048,
};

unsigned outcome_compare(const struct sample *s, const struct outcome *peer, const struct outcome *ours);
void outcome_print(const struct sample *s, const struct arm_isa *isa, unsigned differences, const struct outcome *peer,
	const struct outcome *ours, const u8 *initial);

/* ---- exceptions.c ---- */

struct excuse {
	const char *names;    /* mnemonics of the last instruction, NULL: any */
	u32 mask, value;      /* of its word; mask 0: any */
	unsigned differences; /* all that may differ */
	bool (*applies)(const struct sample *s, const struct outcome *peer, const struct outcome *ours);
	const char *why;      /* with the section of the Arm ARM (DDI 0487) */
};

extern const struct excuse excuses[];
extern const unsigned nexcuses;
const struct excuse *excuse_find(const struct sample *s, unsigned differences, const struct outcome *peer,
	const struct outcome *ours);
/* NULL, or why such a word is not run. */
const char *word_left_out(u32 word, const struct insn_row *row);

#endif
