/* SPDX-License-Identifier: MIT */
/* The interpreting engine. See interp.c. */
#ifndef CPU_INTERP_H
#define CPU_INTERP_H

#include "cpu/block.h"

/* Runs the first n instructions of b (1 <= n <= ninsns), which lies at cpu->pc; fewer if something asks for it. */
void interp_block(struct cpu *cpu, struct block *b, unsigned n);

#endif
