/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: every vector of EL1 and EL2 arrives in trap_dispatch, which calls the handler that a test put there, or
 * else records the frame and unwinds to the innermost trap_catch, at whatever level that was called (Arm ARM D1.3).
 */
#ifndef FIRMWARE_ARM_LIB_TRAP_H
#define FIRMWARE_ARM_LIB_TRAP_H

#include "firmware/arm/lib/sysreg.h"

struct frame {
	u64 x[31];
	u64 elr, spsr, esr, far, hpfar; /* of the level that took it; hpfar at EL2 */
	u64 vector;                     /* 0 to 15: offset / 0x80 */
	u64 el;                         /* 1 or 2 */
	u64 sp0, unused;
};

/* What trap_catch returns: the ESR of a synchronous exception, or one of these. */
#define TRAP_NONE      (~0ull)
#define TRAP_INTERRUPT BIT(32) /* + 1 IRQ, 2 FIQ, 3 SError */

enum { SLOT_IRQ = 65, SLOT_FIQ, SLOT_SERROR, SLOT_COUNT };

struct trap_state {
	void (*handler[SLOT_COUNT])(struct frame *); /* by exception class, then the SLOTs */
	struct frame last;                           /* what unwound the latest trap_catch */
	u64 count;                                   /* exceptions so far, handled ones included */
};
extern struct trap_state trap_state;

/* Puts a handler for an exception class or a SLOT; NULL takes it away. */
void trap_set(u32 slot, void (*handler)(struct frame *));

/* Calls fn(arg). */
u64 trap_catch(void (*fn)(void *), void *arg);
/* The same at EL0, and with more bits of SPSR set than DAIF. */
u64 trap_user(void (*fn)(void *), void *arg);
u64 trap_user_spsr(void (*fn)(void *), void *arg, u64 spsr);
/* Goes to `pc` with this SPSR and SP_EL0, and SP_EL1 when at EL2. */
struct trap_target {
	u64 pc, arg, spsr;
};
u64 trap_go(const struct trap_target *target);

/* Calls fn(arg) at EL2, with exceptions masked and its own stack. Only where boot_state.el is 2. */
u64 el2_call(u64 (*fn)(u64), u64 arg);
/* At EL2: calls fn(arg) at EL1 on the call stack, ends with trap_catch's result. */
u64 trap_el1(void (*fn)(void *), void *arg);

_Noreturn void trap_unwind(const struct frame *f, u64 code);
_Noreturn void trap_panic(const struct frame *f);

#endif
