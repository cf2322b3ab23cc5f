/* SPDX-License-Identifier: MIT */
/*
 * Where the ROMs keep things, and the sizes of the storage that storage.S reserves. Read by C and by assembly, so it
 * holds nothing but numbers.
 */
#ifndef FIRMWARE_ARM_LIB_LAYOUT_H
#define FIRMWARE_ARM_LIB_LAYOUT_H

/* The frame that vectors.S makes: X0 to X30, then these. */
#define FRAME_ELR 248
#define FRAME_SPSR 256
#define FRAME_ESR 264
#define FRAME_FAR 272
#define FRAME_HPFAR 280
#define FRAME_VECTOR 288
#define FRAME_EL 296
#define FRAME_SP0 304
#define FRAME_BYTES 320

/* Immediates of SVC and HVC that the ROM itself uses. */
#define CALL_END 0xffff    /* what ran at a lower level has returned */
#define CALL_EL2 0xfffe    /* HVC: X0 = function, X1 = its argument; X0 = its result */
#define CALL_UNWIND 0xfffd /* HVC: go on with unwinding at EL2 */

/* RAM behind the image. The device tree may be there, but only until the first line of rom_main. */
#define ARENA_BASE 0x41000000 /* translation tables and frames that page_alloc hands out */
#define ARENA_END 0x42000000
#define SCRATCH_BASE 0x42000000 /* blocks for tests of large pages: 32 MiB, aligned to that */
#define SCRATCH_END 0x44000000

#define STACK_BYTES 32768
#define CALL_STACK_BYTES 8192

/* Bytes reserved for each object of storage.S; C checks that its structures fit. */
#define TRAP_STATE_BYTES 2048
#define BOOT_STATE_BYTES 1024
#define PAGE_STATE_BYTES 256
#define CHECK_STATE_BYTES 256
#define TEST_STATE_BYTES 4096
#define GIC_STATE_BYTES 2048
#define VIRTIO_STATE_BYTES 4096
#define USER_STATE_BYTES 4096

#endif
