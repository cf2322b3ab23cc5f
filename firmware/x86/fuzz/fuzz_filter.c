/* SPDX-License-Identifier: MIT */
/*
 * The few writes that would end the run: power off, resets, SMI without a handler, INIT to ourselves, and
 * devices that would write over the ROM. The console's data ports are left out so that the log stays readable.
 */
#include "firmware/x86/fuzz/fuzz.h"
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/lib/io.h"

static bool touches(u32 at, u32 size, u32 first, u32 count)
{
	return at < first + count && first < at + size;
}

bool fuzz_allow_port(u16 port, u32 size, u32 *value)
{
	if (touches(port, size, PORT_EXIT, 4) || touches(port, size, PORT_PM + 4, 2))
		return false;
	if (touches(port, size, PORT_COM1, 1) || touches(port, size, PORT_DEBUG, 1) || touches(port, size, 0x402, 1))
		return false;
	if (touches(port, size, 0xB2, 1) || touches(port, size, 0xCF9, 1))
		return port == PORT_PCI && size == 4;
	/* The data register of PCI configuration space could do what fuzz_allow_pci forbids. */
	if (touches(port, size, PORT_PCI + 4, 4))
		return false;
	/* i8042: pulses of the output port, and writing it (bit 0 is the reset line). */
	if (touches(port, size, PORT_KBD, 1))
		return port == PORT_KBD && size == 1 && (u8)*value != 0xD1 && (u8)*value < 0xF0;
	if (touches(port, size, PORT_A20, 1)) {
		if (port != PORT_A20)
			return false;
		*value &= ~1u;
	}
	return true;
}

bool fuzz_allow_pci(u32 bus_dev_fn, u32 reg)
{
	/* PMBASE would carry the sleep bit to a port that fuzz_allow_port does not know. */
	return !(bus_dev_fn == 0x0B && reg == 0x40);
}

/* Delivery modes SMI, INIT and start-up (SDM vol. 3 10.5.1, 10.6.1) become fixed, which CLI holds off. */
static u32 harmless_mode(u32 v)
{
	u32 mode = v >> 8 & 7;

	return mode == 2 || mode == 5 || mode == 6 ? v & ~0x700u : v;
}

bool fuzz_allow_memory(u32 address, u32 size, u32 *value)
{
	bool whole = size == 4 && !(address & 3);

	/* A write to the APIC's reserved first register passes for a message on some emulators. */
	if (touches(address, size, LAPIC_BASE + 0x2F0, 0x90) || touches(address, size, IOAPIC_BASE + 0x10, 0x10) ||
	    touches(address, size, LAPIC_BASE, 0x10)) {
		if (!whole)
			return false;
		*value = harmless_mode(*value);
	}
	/* HPET timers must not write messages to memory (FSB delivery, bit 14). */
	if (touches(address, size, HPET_BASE + 0x100, 0x300)) {
		if (!whole)
			return false;
		if (!(address & 0x1F))
			*value &= ~0x4000u;
	}
	return true;
}
