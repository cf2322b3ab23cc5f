/* SPDX-License-Identifier: MIT */
/* One row, five readers: decoder, interpreter, translator, disassembler/trace and tests all read the
 * rows declared here. A decoded instruction is 32 bytes and lives in a block. DESIGN.md sections 1-3. */
#ifndef CPU_INSN_H
#define CPU_INSN_H

#include "mem/base/base.h"

struct cpu;
struct insn;
struct ir_builder; /* cpu/ir, for emit */

/* The meaning in plain C. Runs one instruction (or as many iterations of a REP as the deadline allows) and returns;
 * faults leave by cpu_escape. The program counter afterwards is the next instruction's unless exec sets cpu->pc.
 * It may go on with the instructions behind it up to cpu->end (cpu_next in cpu.h); whoever wants one alone sets
 * cpu->end to i + 1. cpu->insn is then the last one that ran. */
typedef void insn_exec(struct cpu *cpu, const struct insn *i);
/* Optional: the same as IR. */
typedef void insn_emit(struct ir_builder *b, const struct insn *i);

struct insn_row {
	const char *enc;  /* the manual's encoding: x86 SDM notation, A64 32 characters */
	const char *text; /* mnemonic and operands: operand kinds for the decoder, and the disassembly */
	/* [0..3] memory form for operand size 8, 16, 32, 64; [4..7] the same with a register as r/m (or no r/m at
	 * all). */
	insn_exec *exec[8];
	insn_emit *emit;
	u32 attr;
	u32 feature; /* CPUID feature index of the architecture, 0: always there */
	u16 flags_in, flags_out;
	/* false: a reserved combination. May finish the fields (an immediate that is more than its bits). NULL: none */
	bool (*valid)(struct insn *i);
};

/* attr, common to all architectures (low byte); the rest belongs to the architecture */
enum {
	ENDS_BLOCK = 1 << 0, /* sets pc, changes mode, may unmask interrupts, or has to be last for another reason */
	OVERRIDES = 1 << 1,  /* strictly narrower special case of another row */
	ATTR_ARCH = 1 << 8,
};

struct insn_group {
	const char *name;
	const struct insn_row *rows;
	unsigned nrows;
	const char *source; /* "SDM vol. 2, ADD..XOR" */
};

struct insn {
	insn_exec *exec; /* already chosen for operand size and form */
	union {
		u64 imm;
		struct {
			s32 imm32, disp;
		};
	};
	u16 row;  /* index into the architecture's row table */
	u16 off;  /* bytes from the block's start */
	u16 adj;  /* x86: off+len if the address is RIP-relative, else 0 */
	u8 len;   /* bytes */
	u8 size;  /* log2 of the operand size in bytes: 0..3 (index into exec), vectors 4, 5 */
	u8 f[8];  /* fields, numbered by an enum of the architecture */
};

/* The only two macros that make names. A body is
 *     ALWAYS_INLINE void add(struct x86 *c, const struct insn *i, const unsigned size, const bool mem)
 * with size = log2 bytes; SIZED(add) writes its eight wrappers, SIZES(add) lists them in the row. SIZED1 and SIZES1
 * are for bodies that exist once and look at i->size themselves. The architecture defines SIZED_CPU, its cast from
 * struct cpu. */
#define SIZED_LAST(fn, suffix, size, mem) \
	static void fn##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(SIZED_CPU(cpu), i, size, mem); \
	}
#define SIZED_ONE(fn, suffix, size, mem) \
	static void fn##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		fn(SIZED_CPU(cpu), i, size, mem); \
		cpu_next(cpu, i); \
	}
#define SIZED(fn) \
	SIZED_ONE(fn, _8m, 0, true) SIZED_ONE(fn, _16m, 1, true) SIZED_ONE(fn, _32m, 2, true) \
	SIZED_ONE(fn, _64m, 3, true) SIZED_ONE(fn, _8r, 0, false) SIZED_ONE(fn, _16r, 1, false) \
	SIZED_ONE(fn, _32r, 2, false) SIZED_ONE(fn, _64r, 3, false)
#define SIZES(fn) {fn##_8m, fn##_16m, fn##_32m, fn##_64m, fn##_8r, fn##_16r, fn##_32r, fn##_64r}
#define SIZES1(fn) {fn, fn, fn, fn, fn, fn, fn, fn}
/* The same, in two copies: where hit(c, i, size) says that the body's accesses to memory are plain, the compiler drops
 * the slow paths from it, and with them the need to save registers; else the cold copy runs. */
#define SIZED_COLD(fn, suffix, size, mem) COLD SIZED_ONE(fn, suffix##_cold, size, mem)
#define SIZED_WARM(fn, suffix, size, mem, hit) \
	static void fn##suffix(struct cpu *cpu, const struct insn *i) \
	{ \
		if (unlikely(!hit(SIZED_CPU(cpu), i, size))) \
			fn##suffix##_cold(cpu, i); \
		else \
			fn(SIZED_CPU(cpu), i, size, mem), cpu_next(cpu, i); \
	}
#define SIZED_HIT_ONE(fn, suffix, size, mem, hit) \
	SIZED_COLD(fn, suffix, size, mem) SIZED_WARM(fn, suffix, size, mem, hit)
#define SIZED_HIT_M(fn, hit) \
	SIZED_HIT_ONE(fn, _8m, 0, true, hit) SIZED_HIT_ONE(fn, _16m, 1, true, hit) \
	SIZED_HIT_ONE(fn, _32m, 2, true, hit) SIZED_HIT_ONE(fn, _64m, 3, true, hit)
#define SIZED_HIT_R(fn, hit) \
	SIZED_HIT_ONE(fn, _8r, 0, false, hit) SIZED_HIT_ONE(fn, _16r, 1, false, hit) \
	SIZED_HIT_ONE(fn, _32r, 2, false, hit) SIZED_HIT_ONE(fn, _64r, 3, false, hit)
#define SIZED_HIT(fn, hit) SIZED_HIT_M(fn, hit) SIZED_R(fn)
/* The same for bodies that have no memory form. */
#define SIZED_R(fn) \
	SIZED_ONE(fn, _8r, 0, false) SIZED_ONE(fn, _16r, 1, false) SIZED_ONE(fn, _32r, 2, false) \
	SIZED_ONE(fn, _64r, 3, false)
#define SIZES_R(fn) {NULL, NULL, NULL, NULL, fn##_8r, fn##_16r, fn##_32r, fn##_64r}

#endif
