/* SPDX-License-Identifier: MIT */
/* Life of a processor and the outer run loop: honours the deadline to the instruction, calls the architecture at
 * instruction boundaries when events are pending, and catches faults that leave a handler by cpu_escape. */
#include "cpu/interp.h"
#include "mem/base/log.h"

#include <stdlib.h>

const struct state_field cpu_rows[] = {
	STATE_SKIP_RANGE(struct cpu, insn, block_pc),
	STATE_U(struct cpu, pc),
	STATE_U(struct cpu, icount),
	STATE_SKIP(struct cpu, deadline),
	STATE_SKIP_RANGE(struct cpu, pc_base, stay),
	STATE_GAP(struct cpu, stay, rest),
	STATE_SKIP_RANGE(struct cpu, rest, rest_pc),
	STATE_SKIP_RANGE(struct cpu, tlb, shutdown_reason),
	STATE_GAP_END(struct cpu, shutdown_reason),
	STATE_END,
};

bool cpu_init(struct cpu *cpu, const struct cpu_ops *ops, const char *model, struct space *memory, struct space *ports,
	      struct err *err)
{
	memset(cpu, 0, ops->size);
	cpu->ops = ops;
	cpu->memory = memory;
	cpu->ports = ports;
	tlb_init(&cpu->tlb);
	cpu->blocks = block_cache_new(cpu);
	if (!ops->init(cpu, model, err)) {
		cpu_free(cpu);
		return false;
	}
	ops->reset(cpu);
	return true;
}

void cpu_free(struct cpu *cpu)
{
	if (cpu->ops->free)
		cpu->ops->free(cpu);
	block_cache_free(cpu->blocks);
	tlb_free(&cpu->tlb);
	cpu->blocks = NULL;
}

void cpu_reset(struct cpu *cpu)
{
	tlb_flush_all(&cpu->tlb);
	cpu->events = 0;
	cpu->stay = cpu->took = false;
	cpu->rest = NULL;
	cpu->ops->reset(cpu);
}

/* Whether somebody watches is no state of the guest's; cpu_run looks anew. */
void cpu_sync(struct cpu *cpu)
{
	cpu->events &= ~(u32)EVENT_TRACE;
	cpu->ops->sync(cpu);
}

u64 cpu_hash(struct cpu *cpu, u64 h)
{
	cpu_sync(cpu);
	return state_hash(cpu->ops->state, cpu, h);
}

/* ---- exact position -------------------------------------------------------------------------------- */

static unsigned index_now(const struct cpu *cpu)
{
	return cpu->insn ? (unsigned)(cpu->insn - cpu->block->insn) : 0;
}

u64 cpu_icount_now(const struct cpu *cpu)
{
	return cpu->icount + index_now(cpu);
}

u64 cpu_pc_now(const struct cpu *cpu)
{
	return cpu->insn ? cpu->block_pc + cpu->insn->off : cpu->pc;
}

/* ---- requests from handlers and devices -------------------------------------------------------------- */

void cpu_end_block(struct cpu *cpu)
{
	if (cpu->insn && cpu->end > cpu->insn + 1)
		cpu->end = cpu->insn + 1;
}

void cpu_kick(struct cpu *cpu, u32 events)
{
	cpu->events |= events;
	cpu_end_block(cpu);
}

/* The block may go on while fewer than `deadline` instructions are complete; the running one completes anyway. */
void cpu_limit(struct cpu *cpu, u64 deadline)
{
	if (deadline < cpu->deadline)
		cpu->deadline = deadline;
	if (cpu->insn) {
		u64 room = cpu->deadline > cpu->icount ? cpu->deadline - cpu->icount : 0;
		u64 index = index_now(cpu);

		if (room <= index)
			room = index + 1;
		if (room < (u64)(cpu->end - cpu->block->insn))
			cpu->end = cpu->block->insn + room;
	}
}

void cpu_request_stop(struct cpu *cpu)
{
	cpu_kick(cpu, EVENT_STOP);
}

void cpu_count(struct cpu *cpu, u64 n)
{
	cpu->icount += n;
	cpu_limit(cpu, cpu->deadline);
}

u64 cpu_room(const struct cpu *cpu)
{
	u64 now = cpu_icount_now(cpu);

	return cpu->deadline > now ? cpu->deadline - now : 1;
}

void cpu_stay(struct cpu *cpu)
{
	cpu->stay = true;
	cpu_end_block(cpu);
}

void cpu_escape(struct cpu *cpu)
{
	longjmp(cpu->escape, 1);
}

void cpu_flush_tlb(struct cpu *cpu)
{
	tlb_flush_all(&cpu->tlb);
	cpu_end_block(cpu);
}

/* ---- the loop -------------------------------------------------------------------------------------------- */

static void count_taken(struct cpu *cpu)
{
	if (cpu->took) {
		cpu->took = false;
		cpu->icount++;
	}
}

/* A fault left the running instruction (or its fetch): everything before it is complete. */
static void take_fault(struct cpu *cpu)
{
	if (cpu->insn) {
		cpu->icount += index_now(cpu);
		cpu->pc = cpu->block_pc + cpu->insn->off;
		cpu->insn = NULL;
		cpu->block = NULL;
	}
	cpu->stay = false;
	cpu->ops->deliver(cpu);
	count_taken(cpu);
}

/* Events that want to be seen between instructions; true: stop for *stop. */
static bool attend(struct cpu *cpu, enum stop *stop)
{
	if (cpu->events & EVENT_STOP) {
		cpu->events &= ~(u32)EVENT_STOP;
		*stop = STOP_REQUEST;
		return true;
	}
	if (!(cpu->events & EVENT_SHUTDOWN))
		cpu->ops->boundary(cpu);
	if (cpu->took) { /* counts, so the deadline and the events have to be looked at again */
		count_taken(cpu);
		return false;
	}
	*stop = cpu->events & EVENT_SHUTDOWN ? STOP_SHUTDOWN : STOP_IDLE;
	return cpu->events & (EVENT_SHUTDOWN | EVENT_WAIT);
}

/* The rest of a block that was left early, if that is what comes next: its first instruction is *first. */
static struct block *take_rest(struct cpu *cpu, unsigned *first)
{
	struct block *b = cpu->rest_block;
	bool same = b->live && cpu->pc == cpu->rest_pc && b->mode == cpu->mode && b->map_id == cpu->tlb.id &&
		    b->va + cpu->rest->off == cpu->pc_base + cpu->pc;

	*first = (unsigned)(cpu->rest - b->insn);
	cpu->rest = NULL;
	return same && cpu->icount >= *first ? b : NULL;
}

static enum stop loop(struct cpu *cpu)
{
	struct block *from = NULL;

	for (;;) {
		struct block *b = NULL;
		unsigned first = 0, end;
		enum stop stop;

		if (cpu->icount >= cpu->deadline)
			return STOP_UNTIL;
		if (unlikely(cpu->events)) {
			u64 before = cpu->icount;

			from = NULL;
			if (attend(cpu, &stop))
				return stop;
			if (cpu->icount != before)
				continue;
		}
		if (unlikely(cpu->rest))
			b = take_rest(cpu, &first);
		if (likely(!b)) {
			first = 0;
			b = block_find(cpu);
			if (from)
				*block_hint(from, b->va) = b;
		}
		end = b->ninsns;
		if (unlikely(end - first > cpu->deadline - cpu->icount))
			end = first + (unsigned)(cpu->deadline - cpu->icount);
		if (unlikely(cpu->events & (EVENT_STEP | EVENT_SHADOW | EVENT_TRACE))) {
			end = first + 1;
			if (cpu->events & EVENT_TRACE)
				cpu->ops->trace(cpu, &b->insn[first], log_file());
		}
		from = interp_block(cpu, b, first, end);
	}
}

enum stop cpu_run(struct cpu *cpu, u64 until)
{
	cpu->deadline = until;
	if (log_on(LOG_EXEC))
		cpu->events |= EVENT_TRACE;
	else
		cpu->events &= ~(u32)EVENT_TRACE;
	if (setjmp(cpu->escape))
		take_fault(cpu);
	return loop(cpu);
}
