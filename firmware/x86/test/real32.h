/* SPDX-License-Identifier: MIT */
/*
 * The mailbox in low memory between C and the 16-bit code of real32.S, and the names of the 16-bit snippets.
 */
#ifndef FIRMWARE_X86_TEST_REAL32_H
#define FIRMWARE_X86_TEST_REAL32_H

/* Inside the blob's 4 KiB at LOW_BLOB. */
#define REAL_BOX (LOW_BLOB + 0xF00)
#define BOX_VECTOR 0 /* -1 when the snippet came to its end */
#define BOX_IP 4
#define BOX_CS 6
#define BOX_FLAGS 8
#define BOX_SP 10
#define BOX_EAX 12
#define BOX_EBX 16
#define BOX_ECX 20
#define BOX_EDX 24

#define SLOT_CODE16 20
#define SEL_CODE16 (SEL_FREE + 8 * 20)
#define SLOT_DATA16 21
#define SEL_DATA16 (SEL_FREE + 8 * 21)

#endif
