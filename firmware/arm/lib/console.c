/* SPDX-License-Identifier: MIT */
/*
 * Output on the PL011 (DDI 0183, 3.3), polled, and a printf small enough to trust while the machine under it is what is
 * being tested. Waits are bounded: a broken UART must not hang a ROM.
 */
#include "firmware/arm/lib/rom.h"

enum {
	UART_DR = 0, UART_FR = 0x18, UART_LCR_H = 0x2c, UART_CR = 0x30, UART_IMSC = 0x38, FR_TXFF = 0x20,
	UART_TRIES = 100000
};

void con_init(void)
{
	write32(UART_BASE + UART_IMSC, 0);
	write32(UART_BASE + UART_CR, 0);
	write32(UART_BASE + UART_LCR_H, 0x70); /* 8 bits, FIFOs */
	write32(UART_BASE + UART_CR, 0x301);   /* enabled, both ways */
}

void con_putc(char c)
{
	int tries = UART_TRIES;

	while (read32(UART_BASE + UART_FR) & FR_TXFF && --tries)
		;
	write32(UART_BASE + UART_DR, (u8)c);
}

void con_puts(const char *s)
{
	while (*s)
		con_putc(*s++);
}

static void put_padded(const char *digits, int width, char pad)
{
	for (int n = (int)str_len(digits); n < width; n++)
		con_putc(pad);
	con_puts(digits);
}

static void put_number(u64 value, u32 base, int width, char pad)
{
	char text[21];
	int at = 20;

	text[at] = 0;
	do {
		text[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_padded(text + at, width, pad);
}

/* What va_list is made of must not be copied by a compiler that thinks of FP registers; a pointer to it is all that
 * goes. */
struct arguments {
	va_list list;
};

/* One conversion; `kind` stands behind the flags and the width. */
static void put_conversion(char kind, int width, char pad, struct arguments *a)
{
	switch (kind) {
	case 's':
		con_puts(va_arg(a->list, const char *));
		break;
	case 'c':
		con_putc((char)va_arg(a->list, int));
		break;
	case 'u':
		put_number(va_arg(a->list, u64), 10, width, pad);
		break;
	case 'x':
		put_number(va_arg(a->list, u64), 16, width, pad);
		break;
	default:
		con_putc(kind);
	}
}

static void print(const char *format, struct arguments *a)
{
	while (*format) {
		int width = 0;
		char pad = ' ';

		if (*format == '\n')
			con_putc('\r');
		if (*format != '%') {
			con_putc(*format++);
			continue;
		}
		format++;
		if (*format == '0')
			pad = *format++;
		while (*format >= '0' && *format <= '9')
			width = width * 10 + (*format++ - '0');
		if (!*format)
			break;
		put_conversion(*format++, width, pad, a);
	}
}

void con_printf(const char *format, ...)
{
	struct arguments a;

	va_start(a.list, format);
	print(format, &a);
	va_end(a.list);
}
