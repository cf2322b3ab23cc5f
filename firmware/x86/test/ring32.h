/* SPDX-License-Identifier: MIT */
/*
 * Selectors of the free GDT slots that the ring and task suites use, for C and assembly.
 */
#ifndef FIRMWARE_X86_TEST_RING32_H
#define FIRMWARE_X86_TEST_RING32_H

#include "firmware/x86/lib/layout.h"

#define SLOT_GATE 10
#define SEL_GATE (SEL_FREE + 8 * 10)
#define SLOT_CONFORMING 11
#define SEL_CONFORMING (SEL_FREE + 8 * 11)
#define SLOT_TASK 12
#define SEL_TASK (SEL_FREE + 8 * 12)
#define SLOT_TASK_GATE 13
#define SEL_TASK_GATE (SEL_FREE + 8 * 13)
#define SLOT_LDT 14
#define SEL_LDT (SEL_FREE + 8 * 14)
#define SLOT_MISC 15
#define SEL_MISC (SEL_FREE + 8 * 15)
#define SLOT_TASK2 16
#define PAGE_WINDOW_32 0x40000000
/* Bytes from seg_state to the EIP field of the main TSS; task32.c checks it. */
#define MAIN_TSS_EIP (8 * GDT_SLOTS + 32)

#endif
