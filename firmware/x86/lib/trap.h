/* SPDX-License-Identifier: MIT */
/*
 * Interrupts and exceptions: every vector arrives in trap_dispatch, which calls the handler that a test put
 * there, or else records the frame and unwinds to the innermost trap_catch (SDM vol. 3 6.12, 6.14).
 */
#ifndef FIRMWARE_X86_LIB_TRAP_H
#define FIRMWARE_X86_LIB_TRAP_H

#include "firmware/x86/lib/layout.h"
#include "firmware/x86/lib/rom.h"

enum {
	VEC_DE = 0,
	VEC_DB = 1,
	VEC_NMI = 2,
	VEC_BP = 3,
	VEC_OF = 4,
	VEC_BR = 5,
	VEC_UD = 6,
	VEC_NM = 7,
	VEC_DF = 8,
	VEC_TS = 10,
	VEC_NP = 11,
	VEC_SS = 12,
	VEC_GP = 13,
	VEC_PF = 14,
	VEC_MF = 16,
	VEC_AC = 17,
	VEC_XM = 19,
	VEC_IRQ0 = 0x20, /* master 8259, then the slave at 0x28 */
	VEC_USER = 0x80, /* DPL 3: how ring-3 snippets come back */
	VEC_NONE = -1,
};

#ifdef __x86_64__
struct frame {
	u64 r15, r14, r13, r12, r11, r10, r9, r8, di, si, bp, dx, cx, bx, ax;
	u64 vector, error, ip, cs, flags, sp, ss;
};
#define TRAP_MARK "movq $9f, trap_mark\n9:\n\t"
#define TRAP_NEXT "movq $9f, trap_mark\n\t"
#else
struct frame {
	u32 gs, fs, es, ds, di, si, bp, sp0, bx, dx, cx, ax;
	u32 vector, error, ip, cs, flags;
	u32 sp, ss;                      /* valid after a change of ring */
	u32 v86_es, v86_ds, v86_fs, v86_gs; /* valid from virtual-8086 mode */
};
/* In a snippet: the address expected as the saved IP is that of the next instruction, or of label 9. */
#define TRAP_MARK "movl $9f, trap_mark\n9:\n\t"
#define TRAP_NEXT "movl $9f, trap_mark\n\t"
#endif

struct trap_state {
	void (*handler[256])(struct frame *);
	struct frame last; /* what unwound the latest trap_catch */
	uw cr2, dr6;       /* as they were then */
	uw frame_at;       /* the stack pointer that the CPU left, before our pushes */
	u32 count;         /* traps seen so far, handled ones included */
};

/* What IRET pops, plus DS and ES for the destination. */
struct trap_target {
	uw ip, cs, flags, sp, ss;
	uw v86_es, v86_ds, v86_fs, v86_gs;
	uw ds;
};

extern struct trap_state trap_state;
extern uw trap_mark;
extern void *trap_recover;

void trap_init(void);
void trap_idt_load(void);
void trap_set(int vector, void (*handler)(struct frame *));
/* Rewrites one gate; `ist` matters in 64-bit mode only. trap_gate_default undoes it. */
void trap_gate(int vector, u16 selector, u32 offset, u32 access, u32 ist);
void trap_gate_default(int vector);
u64 *trap_idt(void);

/* Calls fn(arg); returns the vector that ended it, or VEC_NONE when it returned. */
int trap_catch(void (*fn)(void *), void *arg);
/* IRETs to the target; returns the vector that ended what ran there. */
int trap_run(const struct trap_target *target);
/* A flat ring-3 run of `code` (which must not return) with `flags`, in the width of the ROM. */
int trap_user(void (*code)(void *), uw flags);
_Noreturn void trap_unwind(int vector);
_Noreturn void trap_panic(const struct frame *f);

#endif
