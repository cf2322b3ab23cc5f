/* SPDX-License-Identifier: MIT */
/*
 * Registers of the local APIC (SDM vol. 3 chapter 10), the I/O APIC (82093AA data sheet) and the HPET
 * (IA-PC HPET 1.0a) at their usual addresses.
 */
#ifndef FIRMWARE_X86_LIB_APIC_H
#define FIRMWARE_X86_LIB_APIC_H

#include "firmware/x86/lib/rom.h"

#define LAPIC_BASE 0xFEE00000u
#define IOAPIC_BASE 0xFEC00000u
#define HPET_BASE 0xFED00000u

enum {
	LAPIC_ID = 0x20,
	LAPIC_VERSION = 0x30,
	LAPIC_TPR = 0x80,
	LAPIC_PPR = 0xA0,
	LAPIC_EOI = 0xB0,
	LAPIC_LDR = 0xD0,
	LAPIC_DFR = 0xE0,
	LAPIC_SVR = 0xF0,
	LAPIC_ISR = 0x100,
	LAPIC_IRR = 0x200,
	LAPIC_ESR = 0x280,
	LAPIC_ICR = 0x300,
	LAPIC_ICR_HIGH = 0x310,
	LAPIC_TIMER = 0x320,
	LAPIC_LINT0 = 0x350,
	LAPIC_LINT1 = 0x360,
	LAPIC_ERROR = 0x370,
	LAPIC_INITIAL = 0x380,
	LAPIC_CURRENT = 0x390,
	LAPIC_DIVIDE = 0x3E0,
};
enum { LVT_MASKED = 1 << 16, LVT_PERIODIC = 1 << 17, LVT_TSC_DEADLINE = 2 << 17 };
enum { ICR_SELF = 1 << 18, ICR_ASSERT = 1 << 14, ICR_NMI = 4 << 8, ICR_PENDING = 1 << 12 };

static inline u32 lapic_read(u32 reg)
{
	return mem32(LAPIC_BASE + reg);
}

static inline void lapic_write(u32 reg, u32 value)
{
	mem32_set(LAPIC_BASE + reg, value);
}

/* Enabled, the 8259 on LINT0 (virtual wire), NMI on LINT1, everything else masked, TPR 0. */
static inline void lapic_init(void)
{
	lapic_write(LAPIC_SVR, 0x1FF);
	lapic_write(LAPIC_LINT0, 0x700);
	lapic_write(LAPIC_LINT1, 0x400);
	lapic_write(LAPIC_TIMER, LVT_MASKED);
	lapic_write(LAPIC_ERROR, LVT_MASKED);
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_DFR, 0xFFFFFFFFu);
	lapic_write(LAPIC_LDR, 0x01000000);
}

static inline void lapic_self_ipi(u32 vector)
{
	lapic_write(LAPIC_ICR, ICR_SELF | ICR_ASSERT | vector);
}

static inline u32 ioapic_read(u32 index)
{
	mem32_set(IOAPIC_BASE, index);
	return mem32(IOAPIC_BASE + 0x10);
}

static inline void ioapic_write(u32 index, u32 value)
{
	mem32_set(IOAPIC_BASE, index);
	mem32_set(IOAPIC_BASE + 0x10, value);
}

static inline void ioapic_redirect(u32 pin, u32 low, u32 high)
{
	ioapic_write(0x11 + 2 * pin, high);
	ioapic_write(0x10 + 2 * pin, low);
}

enum { HPET_CAP = 0, HPET_PERIOD = 4, HPET_CONFIG = 0x10, HPET_STATUS = 0x20, HPET_COUNTER = 0xF0 };
enum { HPET_T0_CONFIG = 0x100, HPET_T0_ROUTES = 0x104, HPET_T0_COMPARE = 0x108 };
enum { HPET_ENABLE = 1, HPET_LEGACY = 2 };
enum { HPET_T_LEVEL = 2, HPET_T_INT = 4, HPET_T_PERIODIC = 8, HPET_T_CAN_PERIODIC = 16, HPET_T_SET = 0x40 };

#endif
