/* SPDX-License-Identifier: MIT */
/* A64 vectors: the state that a seed stands for, and a processor at EL0 with nothing but the two pieces of memory that
 * they use. Layout, seeds and keys: arm-singlestep/FORMAT.md of the test data. */
#ifndef TESTS_VECTORS_A64_H
#define TESTS_VECTORS_A64_H

#include "cpu/arm/a64/pattern.h"
#include "tests/vectors/vectors.h"

enum { A64_DATA_SIZE = 0x1000 };
#define A64_DATA 0x10000000u
#define A64_CODE 0x20001000u

/* Read-only for the guest; BRK where nothing was put. Vectors need the first two pages. */
#define A64_CODE_BASE 0x20000000u
enum { A64_CODE_SIZE = 0x6000 };

enum a64_class { A64_DP_IMM, A64_DP_REG, A64_FP, A64_SIMD, A64_LDST, A64_BRANCH };

struct a64_state {
	u64 x[32]; /* [31]: SP */
	u64 pc;
	u32 nzcv, fpcr, fpsr;
	u32 pstate; /* DIT, SSBS, and afterwards BTYPE, as SPSR has them */
	u64 tpidr;
	union vec v[32];
};

#define A64_PSTATE (BIT(24) | BIT(12) | 3u << 10)

/* Which bits of FPSR are compared: QC IDC IXC UFC OFC DZC IOC */
#define A64_FPSR 0x0800009fu

void a64_derive(struct a64_state *s, u64 seed, enum a64_class class);
void a64_data(u8 data[A64_DATA_SIZE]); /* initial content of the memory at A64_DATA */

struct a64_machine {
	struct arm arm; /* first: the engine passes pointers to it */
	struct space memory, ports;
	struct ram data, code;
	struct region data_region, code_region;
	u8 initial[A64_DATA_SIZE];
};

bool a64_machine_init(struct a64_machine *m, const char *model, struct err *err);
void a64_machine_free(struct a64_machine *m);
/* Runs one instruction from s; the result is in *s. False: it raised an exception (ESR_EL1 in *esr), and *s is the
 * state that its handler sees, with the address of the instruction in pc. */
bool a64_machine_run(struct a64_machine *m, u32 word, struct a64_state *s, u64 *esr);
/* The two halves of that: code at any place, and n instructions from s->pc on. */
void a64_machine_put(struct a64_machine *m, u64 address, u32 word);
bool a64_machine_step(struct a64_machine *m, unsigned n, struct a64_state *s, u64 *esr);
u8 *a64_machine_data(struct a64_machine *m);
void a64_machine_restore(struct a64_machine *m); /* the data */

#endif
