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

/* The block that follows b at its end, if it is known and nothing is to be looked at before all of it. */
ALWAYS_INLINE struct block *successor(struct cpu *cpu, struct block *b)
{
	u64 va = cpu->pc_base + cpu->pc;
	struct block *next = *block_hint(b, va);

	if (unlikely(!next || next->va != va || cpu->events))
		return NULL;
	if (unlikely(!block_at(cpu, next, va) && !block_renew(cpu, next, va)))
		return NULL;
	return likely(cpu->icount + next->ninsns <= cpu->deadline) ? next : NULL;
}

struct block *interp_block(struct cpu *cpu, struct block *b, unsigned first, unsigned end)
{
	const struct insn *i = b->insn + first;
	struct block *next;

	cpu->icount -= first;
	cpu->pc -= i->off;
	for (;;) {
		cpu->block = b;
		cpu->block_pc = cpu->pc;
		cpu->pc += b->len; /* where it goes on unless a branch says otherwise */
		cpu->end = b->insn + end;
		do {
			cpu->insn = i;
			i->exec(cpu, i);
			i = cpu->insn + 1;
		} while (i < cpu->end);

		cpu->icount += (u64)(i - b->insn);
		if (unlikely(cpu->stay || i < b->insn + b->ninsns)) {
			leave_early(cpu, b, i - cpu->stay);
			cpu->stay = false;
			b = NULL;
			break;
		}
		next = successor(cpu, b);
		if (!next)
			break;
		b = next;
		i = b->insn;
		end = b->ninsns;
	}
	cpu->insn = NULL;
	cpu->block = NULL;
	return b;
}
