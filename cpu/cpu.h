/* SPDX-License-Identifier: MIT */
/* All that other folders may know of a processor. An architecture embeds struct cpu first and fills
 * cpu_ops. Both engines obey cpu_run and stop at exactly the same instruction counts.
 *
 * Counting: every completed instruction counts one, every iteration of a repeated string instruction counts one,
 * and every delivery of an exception or interrupt counts one (so that a guest which only faults still makes time pass).
 *
 * Within a block, pc and icount are lazy: the running instruction is cpu->insn in cpu->block, whose first instruction
 * has pc block_pc and count icount. cpu_pc_now() and cpu_icount_now() give exact values at any time. */
#ifndef CPU_CPU_H
#define CPU_CPU_H

#include "cpu/insn.h"
#include "mem/space.h"
#include "mem/state.h"
#include "mem/tlb.h"

#include <setjmp.h>

struct block;
struct block_cache;

enum stop {
	STOP_UNTIL,    /* icount reached `until` */
	STOP_IDLE,     /* the processor waits for an interrupt (HLT, WFI) and none is deliverable */
	STOP_SHUTDOWN, /* triple fault or the like: only a reset helps; see cpu->shutdown_reason */
	STOP_REQUEST,  /* cpu_request_stop was called */
};

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/* cpu->events: why the engine must call ops->boundary before the next instruction. */
enum {
	EVENT_IRQ = 1 << 0,   /* some interrupt line or pending interrupt asks for attention */
	EVENT_STEP = 1 << 1,  /* call boundary before every single instruction (TF, execution breakpoints, trace) */
	EVENT_TRAP = 1 << 2,  /* a trap is due after the instruction that has just completed */
	EVENT_SHADOW = 1 << 3,/* an interrupt shadow ends after the next instruction */
	EVENT_STOP = 1 << 4,  /* cpu_request_stop */
	EVENT_WAIT = 1 << 5,  /* halted */
	EVENT_SHUTDOWN = 1 << 6,
	EVENT_TRACE = 1 << 7, /* -d exec: single instructions, each printed */
};

/* Where an instruction fetch lands. ram is NULL when the page is not RAM or ROM (code is then copied, run and
 * forgotten). */
struct fetch {
	u64 phys;           /* of the byte at pc */
	const u8 *code;     /* host pointer to it */
	unsigned avail;     /* bytes up to the page's end, the segment limit or the address space's end */
	struct ram *ram;
	u64 ram_off;
};

struct cpu_ops {
	const char *name;
	size_t size;                     /* of the architecture's struct */
	const struct state_field *state; /* rows for that struct */
	/* flat table that insn.row indexes */
	const struct insn_row *const *(*rows)(const struct cpu *cpu, unsigned *n);
	/* After the embedded part; model may be NULL. Sets cpu->rows, nrows. */
	bool (*init)(struct cpu *cpu, const char *model, struct err *err);
	void (*free)(struct cpu *cpu);
	void (*reset)(struct cpu *cpu);
	/* Translates pc for fetching and checks limits; raises (does not return) if it may not be fetched. */
	void (*fetch)(struct cpu *cpu, u64 pc, struct fetch *out);
	/* Decodes one instruction. Returns its length, or 0 when more than avail bytes are needed. Invalid encodings
	 * decode to an instruction whose exec raises the right exception. */
	unsigned (*decode)(const struct cpu *cpu, const u8 *code, unsigned avail, u32 mode, struct insn *out);
	/* Called between instructions while events != 0: takes traps and interrupts, arms single step, clears what is
	 * done. */
	void (*boundary)(struct cpu *cpu);
	/* Delivers the exception that cpu_escape left behind; pc and icount are already exact. May raise again (double
	 * fault). Both set cpu->took when a handler was entered. */
	void (*deliver)(struct cpu *cpu);
	void (*sync)(struct cpu *cpu); /* brings lazily kept state (flags) to its one canonical form */
	void (*trace)(struct cpu *cpu, const struct insn *i, FILE *out); /* one line: pc, disassembly, registers */
	void (*list_models)(FILE *out); /* -cpu help */
	void (*explain)(const struct cpu *cpu, FILE *out); /* what led to STOP_SHUTDOWN, in lines; or NULL */
};

struct cpu {
	/* ---- the hot line ---- */
	const struct insn *insn; /* running instruction; NULL outside a block */
	const struct insn *end;  /* the block's run ends before this one; moved forward to stop early */
	struct block *block;
	u64 block_pc;
	u64 pc;                  /* of the next instruction, at block ends */
	u64 icount;
	u64 deadline;            /* never passed */
	u64 pc_base;             /* virtual address of code = pc_base + pc (x86 CS base); kept by the architecture */
	/* all that decoding depends on besides the bytes, and the TLB's mode; kept by the architecture */
	u32 mode;
	u32 events;
	bool took;               /* deliver or boundary entered a handler: the engine counts one and clears it */
	bool stay;               /* the running instruction is unfinished (REP at the deadline): pc stays on it */
	/* Where a block goes on that was left early, NULL: nowhere. It does so without another fetch, so that it
	 * cannot be seen in how many pieces a program was run (a fetch may fault, set accessed bits, change the
	 * TLB). */
	const struct insn *rest;
	struct block *rest_block;
	u64 rest_pc;
	/* ---- the rest ---- */
	struct tlb tlb;
	struct space *memory, *ports;
	const struct cpu_ops *ops;
	const struct insn_row *const *rows; /* flat table that insn.row indexes */
	unsigned nrows;
	struct block_cache *blocks;
	jmp_buf escape;
	char shutdown_reason[160];
};

extern const struct state_field cpu_rows[]; /* for the architecture's own rows */

bool cpu_init(struct cpu *cpu, const struct cpu_ops *ops, const char *model, struct space *memory, struct space *ports,
	      struct err *err);
void cpu_free(struct cpu *cpu);
void cpu_reset(struct cpu *cpu); /* icount goes on */
void cpu_sync(struct cpu *cpu);
u64 cpu_hash(struct cpu *cpu, u64 h);

/* Runs until icount == until, or another stop. Never passes `until`. */
enum stop cpu_run(struct cpu *cpu, u64 until);

/* Exact count of completed instructions, also from within an instruction (device access). */
u64 cpu_icount_now(const struct cpu *cpu);
u64 cpu_pc_now(const struct cpu *cpu);

/* ---- what devices and exec handlers may ask ---------------------------------------------------- */

/* The last thing that a handler may do: go on with the next instruction of the block, by a jump wherever the compiler
 * makes one of it, so that the engine's loop is not gone round for each. */
ALWAYS_INLINE void cpu_next(struct cpu *cpu, const struct insn *i)
{
	if (likely(++i < cpu->end)) {
		cpu->insn = i;
		i->exec(cpu, i);
	}
}

/* Look at events after the running instruction. */
void cpu_kick(struct cpu *cpu, u32 events);
/* Never run past `deadline` (absolute count); moves the present one forward only. */
void cpu_limit(struct cpu *cpu, u64 deadline);
void cpu_request_stop(struct cpu *cpu);
/* n iterations more were done by the running instruction than the one that counts anyway. */
void cpu_count(struct cpu *cpu, u64 n);
/* How many iterations the running instruction may do before the deadline (>= 1). */
u64 cpu_room(const struct cpu *cpu);
/* End the block after this instruction (mode or mapping changed). */
void cpu_end_block(struct cpu *cpu);
/* The running instruction is not finished: end the block, pc stays on it. */
void cpu_stay(struct cpu *cpu);
/* Leaves the running instruction by longjmp to the engine, which makes pc and icount exact and calls ops->deliver. */
#if defined(__GNUC__)
__attribute__((noreturn, cold))
#endif
void cpu_escape(struct cpu *cpu);
/* The virtual-to-physical map or what memory answers has changed. */
void cpu_flush_tlb(struct cpu *cpu);

#endif
