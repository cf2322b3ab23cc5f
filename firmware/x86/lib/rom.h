/* SPDX-License-Identifier: MIT */
/*
 * What every ROM source needs: fixed-width types, a console, strings and the end of the run.
 * The ROMs are freestanding guest code: nothing here is shared with the emulator.
 */
#ifndef FIRMWARE_X86_LIB_ROM_H
#define FIRMWARE_X86_LIB_ROM_H

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
typedef uintptr_t uw; /* a register of the mode that the ROM runs in */

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* The value written to isa-debug-exit; QEMU's exit status is (value << 1) | 1. */
enum { EXIT_PASS = 0x10, EXIT_FAIL = 0x11, EXIT_PANIC = 0x12 };

/* Entry from start32.S / start64.S; each ROM supplies its own rom_main. */
void rom_start(u32 magic, uw info);
void rom_main(const char *command_line);
_Noreturn void rom_exit(u32 value);

void con_init(void);
void con_putc(char c);
void con_puts(const char *s);
/* %s %c %d %u %x %X(64-bit hex) %p(register) %%, with a width and 0 flag. */
void con_printf(const char *format, ...);
void con_vprintf(const char *format, va_list args);
int con_getc(void); /* -1 when no byte is waiting */

void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t str_len(const char *s);
bool str_has_word(const char *text, const char *word);

/* Stops the compiler from knowing what a fixed physical address points to. */
static inline void *phys(uw address)
{
	__asm__("" : "+r"(address));
	return (void *)address;
}

static inline u8 mem8(uw address)
{
	return *(volatile u8 *)phys(address);
}

static inline u32 mem32(uw address)
{
	return *(volatile u32 *)phys(address);
}

static inline void mem32_set(uw address, u32 value)
{
	*(volatile u32 *)phys(address) = value;
}

#endif
