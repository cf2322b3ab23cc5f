/* SPDX-License-Identifier: MIT */
/* The encodings test: bytes made from our own rows (and at random) are decoded by us and by capstone 4.0.2, an
 * independent second opinion. Where capstone is wrong, a row of exceptions.c says why, with the manual's section. */
#ifndef TESTS_ENCODINGS_H
#define TESTS_ENCODINGS_H

#include "cpu/x86/pattern.h"
#include "tests/random.h"

#include <capstone/capstone.h>

enum { SAMPLE_BYTES = 24 }; /* more than any instruction may have */

/* One encoding and what both made of it. */
struct sample {
	const struct cpu *cpu;
	u32 mode; /* as for x86_decode: 1, 2, 3 for 16, 32, 64 bits */
	u8 bytes[SAMPLE_BYTES];
	/* an independent look at the front: what decides which instruction it is */
	bool p66, p67, lock;
	u8 rep;             /* the last of F2 and F3, or 0 */
	u8 segment;         /* the override that counts, or 0 */
	u8 rex, map;        /* map 0..3, 4 for VEX (C4, C5) */
	u8 opcode, modrm;   /* modrm: the byte after the opcode */
	unsigned nprefixes; /* bytes before the opcode's first */
	/* ours */
	struct insn insn;
	const struct insn_row *row;
	unsigned len; /* 0: invalid */
	char text[160];
	/* capstone's */
	unsigned cs_len; /* 0: invalid */
	char cs_text[CS_MNEMONIC_SIZE + 170];
};

/* What may differ: one bit each. */
enum difference { SAME, VALID_ONLY_HERE = 1, VALID_ONLY_THERE = 2, LENGTH = 4, MNEMONIC = 8, OPERANDS = 16 };

struct exception {
	const char *name;
	unsigned differences;      /* which kinds it excuses */
	const char *ours, *theirs; /* mnemonics separated by blanks, NULL: any */
	bool (*applies)(const struct sample *s); /* NULL: always */
	const char *why;           /* reason and manual section */
};

extern const struct exception exceptions[];
extern const unsigned nexceptions;

/* The exception that excuses the difference, or NULL. */
const struct exception *exception_find(const struct sample *s, enum difference d);
/* Mnemonic without prefixes such as "rep": start and length of a word in text. */
const char *mnemonic_of(const char *text, unsigned *len);

/* ---- operands.c ---- */

/* The operands say the same: numbers modulo their size, without segment overrides that change nothing. */
bool operands_equal(const struct sample *s, const char *ours, const char *theirs);

/* ---- generate.c ---- */

/* Fills mode and bytes from a row of ours. */
void sample_from_row(struct sample *s, const struct insn_row *row, const struct x86_pattern *p, u64 *random);
void sample_random(struct sample *s, u64 *random);
/* Fills the independent look. */
void sample_look(struct sample *s);

#endif
