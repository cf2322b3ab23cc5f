/* SPDX-License-Identifier: MIT */
/*
 * Memory and string primitives (a freestanding compiler may call the first four on its own), the common
 * entry behind the start code, and the exit device.
 */
#include "firmware/x86/lib/cpu.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/lib/rom.h"
#include "firmware/x86/lib/seg.h"
#include "firmware/x86/lib/trap.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
	void *d = to;

	__asm__ volatile("rep movsb" : "+D"(d), "+S"(from), "+c"(bytes) : : "memory");
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	void *d = to;

	__asm__ volatile("rep stosb" : "+D"(d), "+c"(bytes) : "a"(value) : "memory");
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	volatile u8 *d = to;
	const volatile u8 *s = from;

	if ((uw)to <= (uw)from)
		return memcpy(to, from, bytes);
	while (bytes--)
		d[bytes] = s[bytes];
	return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
	const volatile u8 *x = a, *y = b;

	for (size_t i = 0; i < bytes; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

size_t str_len(const char *s)
{
	const volatile char *at = s;

	while (*at)
		at++;
	return (size_t)(at - s);
}

bool str_has_word(const char *text, const char *word)
{
	size_t len = str_len(word);

	while (*text) {
		size_t n = 0;

		while (text[n] && text[n] != ' ')
			n++;
		if (n == len && !memcmp(text, word, len))
			return true;
		text += n;
		while (*text == ' ')
			text++;
	}
	return false;
}

void rom_exit(u32 value)
{
	outl(PORT_EXIT, value);
	for (;;)
		__asm__ volatile("cli\n\thlt");
}

void rom_start(u32 magic, uw info)
{
	const u32 *mbi = phys(info);
	const char *line = "";

	con_init();
	if (magic == 0x2BADB002 && (mbi[0] & 4))
		line = phys(mbi[4]);
	seg_init();
	trap_init();
	rom_main(line);
	rom_exit(EXIT_PASS);
}
