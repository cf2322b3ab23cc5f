/* SPDX-License-Identifier: MIT */
/* The high precision event timer. What a board needs to wire it: with legacy replacement on, comparators 0 and 1
 * take the place of the 8254 and the RTC, so those two go through here. Options of a row: intcap=BITS (0x4), the
 * I/O APIC inputs that a comparator may be routed to. */
#ifndef DEVICES_TIME_HPET_H
#define DEVICES_TIME_HPET_H

#include "devices/dev.h"

enum { HPET_PIN_PIT, HPET_PIN_RTC };                           /* OUT0 of the 8254, IRQ of the RTC */
enum { HPET_OUT_IRQ0, HPET_OUT_IRQ8, HPET_OUT_ROUTE /* + I/O APIC input, 0-31 */ };

#endif
