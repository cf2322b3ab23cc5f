/* SPDX-License-Identifier: MIT */
/* The real-time clock with its battery-backed RAM. What a board needs to wire and fill it. A row's irq is IRQ8. */
#ifndef DEVICES_TIME_RTC_CMOS_H
#define DEVICES_TIME_RTC_CMOS_H

#include "devices/dev.h"

enum { RTC_OUT_IRQ, RTC_OUT_NMI_MASK /* high while bit 7 of the index port is set */ };

/* Bytes of the RAM that a board fills or looks at. */
enum {
	CMOS_SHUTDOWN = 0x0f,  /* what the firmware does after a reset */
	CMOS_EQUIPMENT = 0x14,
	CMOS_CENTURY = 0x32,
};

u8 rtc_cmos_get(struct dev *d, unsigned index);
void rtc_cmos_set(struct dev *d, unsigned index, u8 value);
/* The memory-size bytes that firmware reads: bytes of RAM below and from 4 GiB. */
void rtc_cmos_set_memory(struct dev *d, u64 below_4g, u64 above_4g);

#endif
