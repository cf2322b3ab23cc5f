/* SPDX-License-Identifier: MIT */
/* An x86 processor with nothing but RAM and a log of port accesses, that runs one instruction at a time through the
 * same engine as everything else: its cpu_ops are x86_ops with two hooks, which end the run after one instruction. */
#ifndef TESTS_VECTORS_ONE_H
#define TESTS_VECTORS_ONE_H

#include "cpu/x86/flags.h"
#include "cpu/x86/isa.h"
#include "mem/base/err.h"

struct one_io {
	u16 port;
	u8 value;
	bool write;
};

struct one {
	struct x86 x86; /* first: the engine passes pointers to it */
	struct cpu_ops ops;
	struct space memory, ports;
	struct ram ram;
	struct region ram_region, port_region;
	insn_exec *exec; /* of the instruction under test */
	bool armed;      /* the next decoded instruction is the one under test */
	unsigned nio;
	struct one_io io[256]; /* one byte each, in order */
};

/* Without a model, the default one with every feature that some instruction has. */
bool one_init(struct one *o, u64 ram_size, const char *model, struct err *err);
void one_free(struct one *o);
/* Writes to RAM as a loader does. */
void one_write(struct one *o, u64 addr, const void *buf, size_t n);
/* Runs the instruction at pc, all iterations of a REP included, and what it raises up to the handler's first
 * instruction. False if it never ended. The code at pc must have been written since the last run. */
bool one_run(struct one *o);
/* The same instruction again, but with a deadline after each iteration; `count`: how many one_run took. */
void one_run_sliced(struct one *o, u64 count);

#endif
