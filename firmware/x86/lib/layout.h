/* SPDX-License-Identifier: MIT */
/*
 * Where the ROMs keep things: selectors, fixed physical addresses and the sizes of the storage that
 * storage.S reserves. Read by C and by assembly, so it holds nothing but numbers.
 */
#ifndef FIRMWARE_X86_LIB_LAYOUT_H
#define FIRMWARE_X86_LIB_LAYOUT_H

/* Selectors. The order serves SYSCALL/SYSRET and SYSENTER/SYSEXIT (SDM vol. 3 5.8.7, 5.8.8). */
#define SEL_CODE0 0x08
#define SEL_DATA0 0x10
#define SEL_CODE3 0x18 /* 32-bit code in both ROMs */
#define SEL_DATA3 0x20
#define SEL_CODE3_64 0x28
#define SEL_DATA3_64 0x30
#define SEL_CODE0_32 0x38 /* 32-bit ring-0 code, for compatibility mode */
#define SEL_TSS 0x40      /* takes two slots in long mode */
#define SEL_FREE 0x50     /* first of the slots that tests fill in */
#define GDT_SLOTS 64

/* Conventional memory used by code that must lie below 1 MiB. */
#define LOW_BLOB 0x7000   /* the real-mode blob of real32.S, up to 4 KiB */
#define LOW_CODE 0x9000   /* snippets that tests copy there */
#define LOW_STACK 0xF000  /* grows down */
#define LOW_DATA 0x10000  /* 64 KiB of scratch */

/* Memory above the image, handed out by page_alloc(). */
#define ARENA_BASE 0x00400000
#define ARENA_END 0x00800000
#define SCRATCH_BASE 0x00800000 /* 4 MiB aligned frames for large-page tests */
#define SCRATCH_END 0x01000000

#define STACK_BYTES 32768
#define TRAP_STACK_BYTES 8192

/* Bytes reserved for each object of storage.S; C checks that its structures fit. */
#define TRAP_STATE_BYTES 4096
#define SEG_STATE_BYTES 8192
#define CHECK_STATE_BYTES 256
#define PAGE_STATE_BYTES 256
#define IRQ_STATE_BYTES 256
#define TEST_STATE_BYTES 4096
#define DEMO_STATE_BYTES 64

#endif
