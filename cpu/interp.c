/* SPDX-License-Identifier: MIT */
/* The interpreter's inner loop: runs a block's instructions by their exec handlers. Everything that must stop it early
 * (interrupt, nearer deadline, rewritten code, unfinished REP) moves cpu->end. */
#include "cpu/interp.h"

void interp_block(struct cpu *cpu, struct block *b, unsigned n)
{
	const struct insn *i = b->insn;

	cpu->block = b;
	cpu->block_pc = cpu->pc;
	cpu->pc += b->len; /* where it goes on unless a branch says otherwise */
	cpu->end = i + n;
	do {
		cpu->insn = i;
		i->exec(cpu, i);
		i++;
	} while (i < cpu->end);

	n = (unsigned)(i - b->insn);
	if (unlikely(cpu->stay)) {
		cpu->stay = false;
		cpu->pc = cpu->block_pc + i[-1].off;
	} else if (n < b->ninsns) {
		cpu->pc = cpu->block_pc + i->off;
	}
	cpu->icount += n;
	cpu->insn = NULL;
	cpu->block = NULL;
}
