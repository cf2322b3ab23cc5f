/* SPDX-License-Identifier: MIT */
/* The host processor as the judge: instructions made from our own rows run natively in a sandboxed child and on our
 * processor in the same user-mode map (x86-user/FORMAT.md: data at 10000000h, a read-only copy at 10004000h, code at
 * 20001000h, which may not be written here), and all that the manuals define must come out the same. */
#ifndef TESTS_HOSTCPU_H
#define TESTS_HOSTCPU_H

#include "cpu/x86/pattern.h"
#include "tests/vectors/user_machine.h"
#include "tests/random.h"

#include <sys/types.h>

enum { BATCH = 256, CHUNK = 16, MAX_CHUNKS = 64, MAX_POKE = 32 };

/* FS is a base without a selector in 64-bit mode, where it lies in the read-only page, and null otherwise. */
#define HOST_FS_BASE (USER_COPY + 0x300u)
#define HOST_GS_BASE (USER_DATA + 0x100u)
enum { HOST_CODE64 = 0x33, HOST_CODE32 = 0x23, HOST_DATA = 0x2b, HOST_GS32 = 7 };

/* One instruction and the state before it. */
struct sample {
	u8 code[16];
	u8 ncode;
	bool step;     /* stopped by TF, because it may branch; the others by the INT3 behind them */
	u16 poke_at;   /* data changed before, as an offset */
	u8 poke_len, poke[MAX_POKE];
	struct user_state s;
	/* the child needs nothing of this */
	struct insn insn;
	const struct insn_row *row; /* what it was made from */
	const char *name;           /* its mnemonic, ended by a blank or 0 */
	bool mode64, memory;
	u64 address;   /* of a memory operand named by ModRM, linear */
	u64 number;
	unsigned index; /* of the row */
	const u8 *initial; /* data */
};

/* What differs from the data's initial content afterwards. */
struct chunk {
	u16 at;
	u8 bytes[CHUNK];
};

struct outcome {
	struct user_result r;
	u64 hash; /* of the data: for what did not fit */
	u32 nchunks, more;
	struct chunk chunks[MAX_CHUNKS];
};

/* Collects what changed in the data, and undoes it. */
void outcome_memory(struct outcome *o, u8 *data, const u8 *initial);
/* The data at an offset, as the outcome has it. */
u8 outcome_byte(const struct outcome *o, const u8 *initial, unsigned at);

/* ---- native.c ---- */

/* What parent and child share, at an address of its own: a signal handler can't be handed a pointer. */
struct shared {
	u32 count, current;
	bool started, mode64;
	int requests, replies; /* the child's ends */
	const u8 *initial;
	u8 *code; /* the child's code pages where they may be written; the samples can't */
	struct sample samples[BATCH];
	struct outcome outcomes[BATCH];
};

struct native {
	pid_t pid;
	int requests, replies; /* the parent's ends */
	bool mode64, has_gs;
	struct shared *shared;
	unsigned deaths;
};

bool native_open(struct native *n, bool mode64, const u8 *initial, struct err *err);
void native_close(struct native *n);
/* Starts shared->samples[from..count); false: there is no child and none can be made. */
bool native_start(struct native *n, u32 from, u32 count);
/* Waits. Returns how far it came: less than count if the child died of samples[that]. */
u32 native_wait(struct native *n);
/* The host has what the row needs. */
bool host_has(unsigned feature);

/* ---- generate.c, operands.c ---- */

struct maker {
	const struct x86 *cpu;
	bool mode64;
	u64 fs, gs; /* bases */
};

/* An instruction of the row with a state before it, by seed and number alone; false: no luck. */
bool sample_make(struct sample *s, const struct maker *m, unsigned row, u64 seed);
/* Aims pointers at the data and gives implied operands interesting values. disp_at: offset of the ModRM operand's
 * 32-bit displacement in the code, or 0. */
void sample_aim(struct sample *s, const struct maker *m, const struct x86_pattern *p, unsigned disp_at, u64 *random);
/* The word is one of the words, which are separated by blanks. */
bool word_in(const char *word, const char *words);

/* ---- masks.c ---- */

/* What the manuals leave undefined for one sample. */
struct undefined {
	u32 flags;
	u16 fsw;
	u16 gprs;         /* registers */
	bool inexact;     /* x87 results are approximations, 1 ulp */
	bool everything;  /* no result is defined: only that there is no exception */
};

void undefined_find(struct undefined *u, const struct sample *s, const struct outcome *host);
/* Bytes of the data that need not agree. */
bool undefined_byte(const struct sample *s, unsigned at);

/* ---- compare.c ---- */

enum {
	DIFF_TRAP = 1, DIFF_ERROR = 2, DIFF_CR2 = 4, DIFF_RIP = 8, DIFF_GPR = 16, DIFF_FLAGS = 32, DIFF_MXCSR = 64,
	DIFF_FCW = 128, DIFF_FSW = 256, DIFF_FTW = 512, DIFF_ST = 1024, DIFF_XMM = 2048, DIFF_MEM = 4096,
};

unsigned outcome_compare(const struct sample *s, const struct outcome *host, const struct outcome *ours,
	const u8 *initial);
void outcome_print(const struct sample *s, const struct x86_isa *isa, unsigned differences, const struct outcome *host,
	const struct outcome *ours, const u8 *initial);

/* ---- exceptions.c ---- */

struct excuse {
	const char *names;    /* mnemonics, NULL: any */
	unsigned differences; /* all that may differ */
	bool (*applies)(const struct sample *s, const struct outcome *host, const struct outcome *ours);
	const char *why;
};

extern const struct excuse excuses[];
extern const unsigned nexcuses;
const struct excuse *excuse_find(const struct sample *s, unsigned differences, const struct outcome *host,
	const struct outcome *ours);
/* NULL, or why the row is not run here. */
const char *row_left_out(const struct insn_row *row);

#endif
