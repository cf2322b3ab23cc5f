/* SPDX-License-Identifier: MIT */
/*
 * The state of the fuzzer and the filters in front of its writes.
 */
#ifndef FIRMWARE_X86_FUZZ_FUZZ_H
#define FIRMWARE_X86_FUZZ_FUZZ_H

#include "firmware/x86/lib/layout.h"
#include "firmware/x86/lib/rom.h"

struct fuzz {
	u64 random;
	bool gentle; /* byte accesses only to the ports of ISA devices */
};

/* Each returns false for a write that must not happen, and may change the value of one that may. */
bool fuzz_allow_port(u16 port, u32 size, u32 *value);
bool fuzz_allow_pci(u32 bus_dev_fn, u32 reg);
bool fuzz_allow_memory(u32 address, u32 size, u32 *value);

#endif
