/* SPDX-License-Identifier: MIT */
/* The interpreting engine: it runs on every host, and is the law for the translator (DESIGN.md section 1, idea 2). */
#ifndef CPU_INTERP_H
#define CPU_INTERP_H

#include "cpu/block.h"

/* Runs the instructions of b from `first`, which lies at cpu->pc, up to but not including `end` (first < end <=
 * ninsns), then whole blocks as long as each one's hint leads to the next; fewer if something asks for it. Returns the
 * last block if it was run to its end, for a new hint. If it is left early, cpu->rest says where it goes on, and
 * NULL is returned. */
struct block *interp_block(struct cpu *cpu, struct block *b, unsigned first, unsigned end);

#endif
