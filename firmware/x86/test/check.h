/* SPDX-License-Identifier: MIT */
/*
 * One line of output per check, the snippets that checks run, and bounded waits. Every suite is one function
 * named in main.c; groups name the checks: "group/check".
 */
#ifndef FIRMWARE_X86_TEST_CHECK_H
#define FIRMWARE_X86_TEST_CHECK_H

#include "firmware/x86/lib/cpu.h"
#include "firmware/x86/lib/rom.h"
#include "firmware/x86/lib/seg.h"
#include "firmware/x86/lib/trap.h"

struct check_state {
	const char *group;
	u32 passed, failed, skipped;
	bool pit_works; /* waits may HLT because a PIT tick will end them */
};
extern struct check_state check_state;

void check_group(const char *group);
void check(const char *name, u64 got, u64 want);
void check_true(const char *name, bool got);
void check_range(const char *name, u64 got, u64 low, u64 high);
void check_skip(const char *name);
/* `got` is what trap_catch returned; with `at_mark`, the saved IP must be trap_mark. */
void check_trap(const char *name, int got, int vector, u32 error, bool at_mark);
void check_none(const char *name, int got);

/* True on an emulator that would not survive some checks: those are skipped there, and listed in qemu-known.txt. */
bool check_on_tcg(void);

/* AMD's choice differs from Intel's in a few places (SYSENTER in long mode, for one). */
bool check_on_amd(void);

struct fault_case {
	const char *name;
	void (*run)(void *);
	int vector;
	u32 error;
};
/* Runs each snippet in ring 0 or ring 3; the saved IP must be trap_mark. */
void check_faults(const struct fault_case *cases, size_t count);
void check_faults_user(const struct fault_case *cases, size_t count);
/* Those that TCG takes wrongly and does not survive: skipped there. */
void check_faults_fatal(const struct fault_case *cases, size_t count);

/* A snippet is a function whose body is one asm statement; it may change any general register. */
#define SNIPPET(name, text)                                                                                            \
	static void name(void *arg)                                                                                    \
	{                                                                                                              \
		(void)arg;                                                                                             \
		__asm__ volatile(text : : : "memory", "cc", "eax", "ecx", "edx", "ebx", "esi", "edi");                 \
	}

/* Names of registers, words of test_state and wide operations in the width of the ROM. */
#ifdef __x86_64__
#define R(letters) "%%r" letters
#define WORD(n) "test_state+8*" #n
#define WIDE "q"
#else
#define R(letters) "%%e" letters
#define WORD(n) "test_state+4*" #n
#define WIDE "l"
#endif
#define USER_END "\n\tint $0x80"

/* Waits. `done` is polled until it holds or about `ms` milliseconds of TSC time went by. */
bool wait_poll(bool (*done)(void), u32 ms);
/* The same, halting between PIT ticks where the PIT was found to work; enables interrupts meanwhile. */
bool wait_halt(bool (*done)(void), u32 ms);

/* irq.c: the 8259s as the tests want them: vectors 0x20 and 0x28, all masked. */
struct irq_state {
	volatile u32 count[16];
	volatile u32 ticks;
	volatile u32 last_vector;
	volatile u32 lapic_count, other_count;
	volatile u8 order[16];
	volatile u32 orders;
};
extern struct irq_state irq_state;
void irq_init(void);
void irq_mask_all(void);
void irq_unmask(int irq);
void irq_eoi(int irq);
void irq_count(struct frame *f); /* counts, notes the order, sends the EOI */

/* Words that snippets and handlers share with the C code that checks them. */
struct test_state {
	volatile uw word[16];
	volatile u8 bytes[1024];
};
extern struct test_state test_state;

#endif
