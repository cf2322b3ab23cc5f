/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables and task-state segments (SDM vol. 3 chapters 3.4, 3.5 and 8.2, 8.7).
 */
#ifndef FIRMWARE_X86_LIB_SEG_H
#define FIRMWARE_X86_LIB_SEG_H

#include "firmware/x86/lib/layout.h"
#include "firmware/x86/lib/rom.h"

/* The access byte (P, DPL, S, type) and the flag nibble (G, D/B, L, AVL) as seg_make takes them. */
enum {
	SEG_DATA_RO = 0x90,
	SEG_DATA_RW = 0x92,
	SEG_DATA_DOWN = 0x96,
	SEG_CODE_X = 0x98,
	SEG_CODE_XR = 0x9A,
	SEG_CODE_CONF = 0x9E,
	SEG_LDT = 0x82,
	SEG_TSS16 = 0x81,
	SEG_TSS = 0x89,
	SEG_CALL16 = 0x84,
	SEG_TASK_GATE = 0x85,
	SEG_INT16 = 0x86,
	SEG_CALL = 0x8C,
	SEG_INT = 0x8E,
	SEG_TRAP = 0x8F,
	SEG_DPL3 = 0x60,
	SEG_NOT_PRESENT = 0x80, /* XORed in */
};
enum { SEG_G = 8, SEG_D = 4, SEG_L = 2 };

struct tss32 {
	u32 link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	u32 eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trap, iomap;
};

struct tss64 {
	u32 reserved0, rsp[6], reserved1[2], ist[14], reserved2[2];
	u16 reserved3, iomap;
};

/* The I/O bitmap follows the task's TSS; all ports start out denied. */
struct seg_state {
	u64 gdt[GDT_SLOTS];
	union {
		struct tss32 t32;
		struct tss64 t64;
		u8 bytes[112];
	} tss;
	u8 iomap[1024 + 8]; /* ports 0 to 0x1FFF, then the byte of ones */
	u8 pad[64];
	u64 ldt[16];
};

struct table_register {
	u16 limit;
	uw base;
} __attribute__((packed));

extern struct seg_state seg_state;
extern char trap_stack_top[], ist_stack_top[], main_stack_top[];

void seg_init(void);
/* Loads GDTR and the flat ring-0 selectors, TR included, whatever state a test left them in. */
void seg_reload(void);
u64 seg_make(u32 base, u32 limit, u32 access, u32 flags);
u64 seg_gate(u16 selector, u32 offset, u32 access, u32 parameters);
/* Fills free slot n and returns its selector (RPL 0). */
u16 seg_free_set(int n, u64 descriptor);
void seg_tr_load(u16 selector);

static inline void lgdt(const struct table_register *r)
{
	__asm__ volatile("lgdt %0" : : "m"(*r) : "memory");
}

static inline void lidt(const struct table_register *r)
{
	__asm__ volatile("lidt %0" : : "m"(*r) : "memory");
}

static inline void lldt(u16 selector)
{
	__asm__ volatile("lldt %w0" : : "r"(selector) : "memory");
}

#endif
