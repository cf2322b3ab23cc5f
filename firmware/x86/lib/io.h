/* SPDX-License-Identifier: MIT */
/*
 * Port input and output, and the port numbers of the `pc` machine that several files use.
 */
#ifndef FIRMWARE_X86_LIB_IO_H
#define FIRMWARE_X86_LIB_IO_H

#include "firmware/x86/lib/rom.h"

enum {
	PORT_PIC0 = 0x20,
	PORT_PIC1 = 0xA0,
	PORT_PIT = 0x40,
	PORT_KBD_DATA = 0x60,
	PORT_B = 0x61,
	PORT_KBD = 0x64,
	PORT_CMOS = 0x70,
	PORT_A20 = 0x92,
	PORT_DEBUG = 0xE9,
	PORT_EXIT = 0xF4,
	PORT_COM1 = 0x3F8,
	PORT_FW_CFG = 0x510,
	PORT_PM = 0x600,
	PORT_PCI = 0xCF8,
};

static inline u8 inb(u16 port)
{
	u8 value;
	__asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u16 inw(u16 port)
{
	u16 value;
	__asm__ volatile("inw %w1, %w0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u32 inl(u16 port)
{
	u32 value;
	__asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline void outb(u16 port, u8 value)
{
	__asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port));
}

static inline void outw(u16 port, u16 value)
{
	__asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port));
}

static inline void outl(u16 port, u32 value)
{
	__asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port));
}

static inline u8 cmos_read(u8 index)
{
	outb(PORT_CMOS, index);
	return inb(PORT_CMOS + 1);
}

static inline void cmos_write(u8 index, u8 value)
{
	outb(PORT_CMOS, index);
	outb(PORT_CMOS + 1, value);
}

static inline u32 pci_read(u32 bus_dev_fn, u32 offset)
{
	outl(PORT_PCI, 0x80000000u | bus_dev_fn << 8 | (offset & 0xFC));
	return inl(PORT_PCI + 4);
}

static inline void pci_write(u32 bus_dev_fn, u32 offset, u32 value)
{
	outl(PORT_PCI, 0x80000000u | bus_dev_fn << 8 | (offset & 0xFC));
	outl(PORT_PCI + 4, value);
}

#endif
