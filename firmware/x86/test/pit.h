/* SPDX-License-Identifier: MIT */
/*
 * The PIT as other suites use it: ticks on channel 0, measured delays on channel 2 (Intel 82C54 data sheet).
 */
#ifndef FIRMWARE_X86_TEST_PIT_H
#define FIRMWARE_X86_TEST_PIT_H

#include "firmware/x86/lib/rom.h"

/* Channel 0 in mode 2 at about `hz`; 0 means the slowest rate. wait_halt reckons with 100. */
void pit_tick(u32 hz);
/* Mode 0 with the longest count: OUT stays low for 55 ms, so that channel 0 leaves its interrupt line alone. */
void pit_hush(void);
/* Busy-waits on channel 2 for `count` (at most 65535) cycles of 1193182 Hz; false if it never ended. */
bool pit_delay(u32 count);

#endif
