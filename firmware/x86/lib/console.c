/* SPDX-License-Identifier: MIT */
/*
 * Output on COM1 (16550, polled) and on the debug port 0xE9, and a printf small enough to trust while the
 * machine under it is what is being tested. Waits are bounded: a broken UART must not hang a ROM.
 */
#include "firmware/x86/lib/io.h"
#include "firmware/x86/lib/rom.h"

enum { UART_LSR = 5, LSR_DATA = 0x01, LSR_THRE = 0x20, UART_TRIES = 100000 };

void con_init(void)
{
	outb(PORT_COM1 + 1, 0x00);
	outb(PORT_COM1 + 3, 0x80);
	outb(PORT_COM1 + 0, 0x01);
	outb(PORT_COM1 + 1, 0x00);
	outb(PORT_COM1 + 3, 0x03);
	outb(PORT_COM1 + 2, 0x07);
	outb(PORT_COM1 + 4, 0x03);
}

void con_putc(char c)
{
	int tries = UART_TRIES;

	while (!(inb(PORT_COM1 + UART_LSR) & LSR_THRE) && --tries)
		;
	outb(PORT_COM1, (u8)c);
	outb(PORT_DEBUG, (u8)c);
}

int con_getc(void)
{
	if (!(inb(PORT_COM1 + UART_LSR) & LSR_DATA))
		return -1;
	return inb(PORT_COM1);
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

static void put_hex(u64 value, int width, char pad)
{
	char text[17];
	int at = 16;

	text[at] = 0;
	do {
		text[--at] = "0123456789abcdef"[value & 15];
		value >>= 4;
	} while (value);
	put_padded(text + at, width, pad);
}

static void put_dec(u32 value, bool negative, int width, char pad)
{
	char text[12];
	int at = 11;

	text[at] = 0;
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	if (negative)
		text[--at] = '-';
	put_padded(text + at, width, pad);
}

void con_printf(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	con_vprintf(format, args);
	va_end(args);
}

/* One conversion; `at` is just behind the flags and the width. */
static void put_conversion(char kind, int width, char pad, va_list *args)
{
	s32 value;

	switch (kind) {
	case 's':
		con_puts(va_arg(*args, const char *));
		break;
	case 'c':
		con_putc((char)va_arg(*args, int));
		break;
	case 'd':
		value = va_arg(*args, s32);
		put_dec(value < 0 ? 0u - (u32)value : (u32)value, value < 0, width, pad);
		break;
	case 'u':
		put_dec(va_arg(*args, u32), false, width, pad);
		break;
	case 'x':
		put_hex(va_arg(*args, u32), width, pad);
		break;
	case 'X':
		put_hex(va_arg(*args, u64), width, pad);
		break;
	case 'p':
		put_hex(va_arg(*args, uw), width, pad);
		break;
	default:
		con_putc(kind);
	}
}

struct vargs {
	va_list list;
};

void con_vprintf(const char *format, va_list args)
{
	struct vargs copy;

	va_copy(copy.list, args);
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
		put_conversion(*format++, width, pad, &copy.list);
	}
	va_end(copy.list);
}
