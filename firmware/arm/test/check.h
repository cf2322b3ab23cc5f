/* SPDX-License-Identifier: MIT */
/*
 * One line of output per check, the snippets that checks run, and bounded waits. Every suite is one function named in
 * main.c; groups name the checks: "group/check".
 */
#ifndef FIRMWARE_ARM_TEST_CHECK_H
#define FIRMWARE_ARM_TEST_CHECK_H

#include "firmware/arm/lib/trap.h"

struct check_state {
	const char *group;
	u64 passed, failed, skipped;
};
extern struct check_state check_state;

void check_group(const char *group);
void check(const char *name, u64 got, u64 want);
void check_true(const char *name, bool got);
void check_range(const char *name, u64 got, u64 low, u64 high);
void check_skip(const char *name);
/* `got` is what trap_catch returned: ESR must be `esr`, and ELR what the snippet's MARK noted, plus `behind`. */
void check_trap(const char *name, u64 got, u64 esr, u64 behind);
/* What need not trap, but if it does, so (WFE: D17.2.118, nTWE). */
void check_trap_or_none(const char *name, u64 got, u64 esr);
/* As check_trap with 0 behind, and FAR. */
void check_abort(const char *name, u64 got, u64 esr, u64 far);
/* ESR only: for jumps, where ELR is no instruction of the snippet. */
void check_esr(const char *name, u64 got, u64 esr);
void check_none(const char *name, u64 got);

/* Words that snippets, handlers and the C code share; `user_state` can be reached from EL0. */
struct test_state {
	volatile u64 word[64];
	volatile u8 bytes[1024];
};
extern struct test_state test_state;
struct user_state {
	volatile u64 word[64];
	volatile u8 bytes[2048];
};
extern struct user_state user_state;

/*
 * A snippet is a function whose body is one asm statement; its argument is in X0 and it may change X0 to X15 and X20.
 * MARK notes in X20 the address of what follows, the instruction that is expected to trap.
 */
#define SNIPPET(name, text) \
	static void name(void *arg) \
	{ \
		register u64 x0 __asm__("x0") = (u64)arg; \
		__asm__ volatile(text : "+r"(x0) : : "memory", "cc", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", \
			"x9", "x10", "x11", "x12", "x13", "x14", "x15", "x20"); \
	}
#define MARK "adr x20, 9f\n9:\t"
/* The mark is label 9, wherever that stands in the snippet. */
#define MARK_9 "adr x20, 9f\n\t"

struct trap_case {
	const char *name;
	void (*run)(void *);
	u64 esr, behind;
};
void check_traps(const struct trap_case *cases, size_t count);      /* at EL1 */
void check_traps_user(const struct trap_case *cases, size_t count); /* at EL0 */

/* ID registers */
bool cpu_is_max(void);
bool has_lse(void);
bool has_pan(void);
bool has_pauth(void);

/* Time by the virtual counter. */
u64 ticks_of_us(u64 us);
void delay_us(u64 us);
/* Polls until `done` holds, or so long; with wait_irq, interrupts are unmasked meanwhile and the processor sleeps. */
bool wait_poll(bool (*done)(void), u64 us);
bool wait_irq(bool (*done)(void), u64 us);

#endif
