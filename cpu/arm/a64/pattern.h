/* SPDX-License-Identifier: MIT */
/* What the rows become when a processor is made: patterns, fields, and the index that the decoder looks words up in. */
#ifndef CPU_ARM_A64_PATTERN_H
#define CPU_ARM_A64_PATTERN_H

#include "cpu/arm/a64/a64.h"

/* The fields of a pattern, by letter. */
enum { P_D, P_N, P_M, P_A, P_O, P_H, P_C, P_Q, P_I, P_J, P_S, P_Z, P_Y, P_COUNT };

struct a64_field {
	u8 nruns, width; /* width in bits; the runs of equal letters, top first */
	struct {
		u8 lo, n;
	} run[3];
};

struct a64_pattern {
	u32 mask, value; /* a word matches if (word & mask) == value */
	struct a64_field field[P_COUNT];
	u8 used[P_COUNT]; /* the fields that there are, and P_COUNT at the end */
	u8 map31[4];      /* what register 31 becomes in F_D, F_N, F_M, F_A */
};

/* Words are looked up by bits 31:21. */
#define A64_INDEX_SHIFT 21
#define A64_INDEX_SIZE (1u << (32 - A64_INDEX_SHIFT))

struct arm_isa {
	unsigned nrows;
	const struct insn_row **rows; /* [0]: undefined */
	struct a64_pattern *pattern;
	u32 *first;     /* [A64_INDEX_SIZE + 1]: where a slot's candidates begin, narrower ones first */
	u16 *candidate;
	u64 features[2];
};

/* Asserts, with a message, on what does not parse. */
void a64_pattern_parse(const struct insn_row *row, struct a64_pattern *p);
/* Some word matches both; every word of a matches b too. */
bool a64_pattern_overlaps(const struct a64_pattern *a, const struct a64_pattern *b);
bool a64_pattern_inside(const struct a64_pattern *a, const struct a64_pattern *b);
u32 a64_field_get(const struct a64_field *f, u32 word);

/* text.c: what {name} stands for; which register field it shows (P_D .. P_A, or P_COUNT), whether that is general, and
 * whether its 31 is SP. False: there is no such name. */
bool a64_operand_known(const char *name, size_t length, unsigned *field, bool *general, bool *sp);

#endif
