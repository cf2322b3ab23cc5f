/* SPDX-License-Identifier: MIT */
/* The interpreter's inner loop: runs a block's instructions by their exec handlers. Everything that must stop it early
 * (interrupt, nearer deadline, rewritten code, unfinished REP) moves cpu->end. */
#include "cpu/interp.h"

static void leave_early(struct cpu *cpu, struct block *b, const struct insn *next)
{
	cpu->pc = cpu->block_pc + next->off;
	cpu->rest = next;
	cpu->rest_block = b;
	cpu->rest_pc = cpu->pc;
}

void interp_block(struct cpu *cpu, struct block *b, unsigned first, unsigned end)
{
	const struct insn *i = b->insn + first;

	cpu->block = b;
	cpu->block_pc = cpu->pc - i->off;
	cpu->icount -= first;
	cpu->pc = cpu->block_pc + b->len; /* where it goes on unless a branch says otherwise */
	cpu->end = b->insn + end;
	do {
		cpu->insn = i;
		i->exec(cpu, i);
		i++;
	} while (i < cpu->end);

	cpu->icount += (unsigned)(i - b->insn);
	if (unlikely(cpu->stay)) {
		cpu->stay = false;
		leave_early(cpu, b, i - 1);
	} else if (i < b->insn + b->ninsns) {
		leave_early(cpu, b, i);
	}
	cpu->insn = NULL;
	cpu->block = NULL;
}
