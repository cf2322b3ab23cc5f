/* SPDX-License-Identifier: MIT */
/*
 * The state of the fuzzer, its parts, and the filter in front of its writes.
 */
#ifndef FIRMWARE_ARM_FUZZ_FUZZ_H
#define FIRMWARE_ARM_FUZZ_FUZZ_H

#include "firmware/arm/lib/trap.h"

struct fuzz {
	u64 random;
	u64 code;      /* a page that is writable and executable, for generated instructions */
	bool gentle;   /* without what Debian's QEMU does not survive: see firmware/README.md */
};

/* Devices are seen at these distances: as Device memory, and as Normal memory, where accesses may be unaligned. */
#define FUZZ_DEVICE 0x100000000000ull
#define FUZZ_NORMAL 0x200000000000ull
/* Where devices may write to: nothing of the ROM is there. */
enum { FUZZ_SCRATCH = 0x43000000, FUZZ_SCRATCH_BYTES = 0x10000 };

u64 fuzz_next(struct fuzz *f);
u64 fuzz_below(struct fuzz *f, u64 limit);
/* Interesting values more often than chance would have it. */
u64 fuzz_value(struct fuzz *f);

/* fuzz_filter.c: false for a write that must not happen. */
bool fuzz_allow(u64 address, u32 bytes);

/* fuzz_dma.c: queues of virtio devices, and fw_cfg's DMA, with addresses that lead to scratch memory or nowhere. */
void fuzz_virtio(struct fuzz *f);
void fuzz_fw_cfg(struct fuzz *f);
void fuzz_scratch(struct fuzz *f);

/* fuzz_sysreg.c: system registers of the interrupt controller, timers, PMU and debug, from EL1 and EL2. */
void fuzz_sysreg(struct fuzz *f);

#endif
