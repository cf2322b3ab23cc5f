/* SPDX-License-Identifier: MIT */
/* A processor with 16 MiB of RAM, a GDT, an IDT whose handlers halt, and task-state segments, for tests of the
 * system side (segments, paging, interrupts, tasks). Code is given in hex digits; what a handler sees is looked up
 * on the stack. */
#ifndef TESTS_UNIT_X86_RIG_H
#define TESTS_UNIT_X86_RIG_H

#include <criterion/criterion.h>

#include "cpu/x86/flags.h"
#include "cpu/x86/sys.h"

enum {
	/* linear = physical unless a test maps otherwise */
	RIG_GDT = 0x1000, RIG_IDT = 0x2000, RIG_TSS = 0x3000, RIG_LDT = 0x3800, RIG_TSS2 = 0x4000,
	RIG_STACK0 = 0x7000, RIG_STACK3 = 0x6000, RIG_CODE = 0x8000, RIG_HANDLERS = 0xa000, RIG_TABLES = 0x20000,
	RIG_DATA = 0x100000,
	/* selectors */
	CODE0 = 0x08, DATA0 = 0x10, CODE3 = 0x1b, DATA3 = 0x23, TSS = 0x28, /* two slots */
	CODE0_64 = 0x38, CODE3_64 = 0x43, TSS2 = 0x48, CODE0_16 = 0x58, DATA0_16 = 0x60, LDT = 0x68, /* two slots */
	FREE = 0x78, /* this and the seven that follow are the test's own */
	GDT_LIMIT = 0xbf,
};

/* Results of rig_run besides a vector */
enum { RIG_HALTED = -1, RIG_SHUTDOWN = -2, RIG_LIMIT = -3 };

extern struct x86 *c;

void rig_start(void);
void rig_stop(void);

void rig_poke(u64 pa, unsigned bytes, u64 value);
u64 rig_peek(u64 pa, unsigned bytes);
/* Descriptor of 8 bytes; limit in units of G. */
u64 rig_desc(u32 base, u32 limit, u16 attr);
void rig_set_desc(u16 sel, u64 desc);
/* IDT entry (8 bytes, or 16 in long mode) leading to the halting handler of that vector. */
void rig_gate(unsigned vector, u16 sel, unsigned type, unsigned dpl);
u64 rig_handler(unsigned vector);

/* Modes. CPL 0 or 3, flat segments, SP at the top of that level's stack, pc at RIG_CODE, IF clear. */
void rig_real(void);
void rig_protected(unsigned cpl);
void rig_long(unsigned cpl);
void rig_v86(void);

/* Page tables in RIG_TABLES that map the first 4 MiB one to one, user and writable; entry of 4 KiB for va. */
enum rig_paging { RIG_32, RIG_PAE, RIG_4LEVEL };
void rig_paging(enum rig_paging kind);
u64 rig_pte(enum rig_paging kind, u64 va);

/* Puts code at RIG_CODE (or after what was put there since the mode was set). */
void rig_code(const char *hex);
/* Runs until HLT: the vector whose handler it was, or one of the results above. */
int rig_run(void);
/* Runs n counts. */
enum stop rig_step(unsigned n);
/* The handler's frame: dword (long mode: qword) number n from the stack pointer. */
u64 rig_frame(unsigned n);

#endif
