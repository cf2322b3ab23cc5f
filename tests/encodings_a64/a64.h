/* SPDX-License-Identifier: MIT */
/* Words made from our A64 rows (and at random) are named by us and by capstone 4.0.2, an independent second opinion.
 * Where they differ, a row of exceptions.c says why, with the manual's section. */
#ifndef TESTS_ENCODINGS_A64_H
#define TESTS_ENCODINGS_A64_H

#include "cpu/arm/a64/pattern.h"

/* One word and what both made of it; empty: undefined. */
struct sample {
	u32 word;
	const struct insn_row *row; /* ours, NULL: undefined */
	char ours[32], theirs[32];  /* mnemonics */
	char our_text[160], their_text[200];
};

struct exception {
	const char *name;
	const char *ours, *theirs; /* mnemonics separated by blanks; "": undefined; NULL: any */
	u32 mask, value;           /* of the word; mask 0: any */
	unsigned feature;          /* of our row; FEAT_NONE: any */
	bool (*applies)(const struct sample *s); /* NULL: always */
	const char *why;           /* reason and manual section */
};

extern const struct exception exceptions[];
extern const unsigned nexceptions;

const struct exception *exception_find(const struct sample *s);

#endif
