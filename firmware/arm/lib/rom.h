/* SPDX-License-Identifier: MIT */
/*
 * What every ROM source needs: fixed-width types, a console, strings, what is known of the machine, and the end of the
 * run. The ROMs are freestanding guest code: nothing here is shared with the emulator.
 */
#ifndef FIRMWARE_ARM_LIB_ROM_H
#define FIRMWARE_ARM_LIB_ROM_H

#include "firmware/arm/lib/layout.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n)      (1ull << (n))

/* The machine `virt`: physical addresses and interrupt IDs (SPI n is ID 32 + n, PPI n is 16 + n). */
enum {
	FLASH_BASE = 0x00000000, GICD_BASE = 0x08000000, GICC_BASE = 0x08010000, GICH_BASE = 0x08030000,
	GICR_BASE = 0x080a0000, UART_BASE = 0x09000000, RTC_BASE = 0x09010000, FW_CFG_BASE = 0x09020000,
	GPIO_BASE = 0x09030000, VIRTIO_BASE = 0x0a000000, VIRTIO_STEP = 0x200, VIRTIO_SLOTS = 32,
	RAM_BASE = 0x40000000,
};
#define ECAM_BASE 0x4010000000ull
enum {
	ID_PMU = 23, ID_TIMER_HYP = 26, ID_TIMER_VIRT = 27, ID_TIMER_PHYS = 30, ID_UART = 33, ID_RTC = 34, ID_GPIO = 39,
	ID_VIRTIO = 48,
};

struct boot_state {
	u64 el;          /* where we were started */
	u64 dtb;         /* what X0 said */
	bool gicv3;      /* by the device tree's compatible */
	bool tree_found;
	bool psci_smc;   /* the tree's method */
	char line[512];  /* /chosen/bootargs */
};
extern struct boot_state boot_state;

/* Entry from start.S, at EL1; each ROM supplies its own rom_main. */
void rom_start(u64 el, u64 dtb);
void rom_main(const char *command_line);
/* The end: through the test channel of virtio-console where there is one (status << 1 | 1), else PSCI SYSTEM_OFF. */
_Noreturn void rom_exit(u32 status);
enum { EXIT_PASS = 0, EXIT_FAIL = 1, EXIT_PANIC = 2 };

/* PSCI through the conduit of the level that we were started at (DEN 0022). */
u64 psci_call(u64 function, u64 a, u64 b, u64 c);

/* fdt.c: reads what boot_state has from the tree; false if there is none at this address. */
bool fdt_read(u64 address);

/* virtio_console.c: true if there is a test channel, to which the text went. */
bool virtio_console_find(void);
bool virtio_console_write(const char *text);

void con_init(void);
void con_putc(char c);
void con_puts(const char *s);
/* %s %c %d %u(64 bits) %x(64-bit hex) %%, with a width and 0 flag. */
void con_printf(const char *format, ...);

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t str_len(const char *s);
bool str_has_word(const char *text, const char *word);
/* The number behind "name=" in the text. */
u64 str_option(const char *text, const char *name, u64 otherwise);

/* Stops the compiler from knowing what a fixed address points to. */
static inline void *phys(u64 address)
{
	__asm__("" : "+r"(address));
	return (void *)address;
}

/* One access of exactly this kind: a device sees it as written here. */
static inline u8 read8(u64 at)
{
	u32 v;

	__asm__ volatile("ldrb %w0, [%1]" : "=r"(v) : "r"(at) : "memory");
	return (u8)v;
}

static inline u16 read16(u64 at)
{
	u32 v;

	__asm__ volatile("ldrh %w0, [%1]" : "=r"(v) : "r"(at) : "memory");
	return (u16)v;
}

static inline u32 read32(u64 at)
{
	u32 v;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(v) : "r"(at) : "memory");
	return v;
}

static inline u64 read64(u64 at)
{
	u64 v;

	__asm__ volatile("ldr %0, [%1]" : "=r"(v) : "r"(at) : "memory");
	return v;
}

static inline void write8(u64 at, u32 v)
{
	__asm__ volatile("strb %w0, [%1]" : : "r"(v), "r"(at) : "memory");
}

static inline void write16(u64 at, u32 v)
{
	__asm__ volatile("strh %w0, [%1]" : : "r"(v), "r"(at) : "memory");
}

static inline void write32(u64 at, u32 v)
{
	__asm__ volatile("str %w0, [%1]" : : "r"(v), "r"(at) : "memory");
}

static inline void write64(u64 at, u64 v)
{
	__asm__ volatile("str %0, [%1]" : : "r"(v), "r"(at) : "memory");
}

#endif
