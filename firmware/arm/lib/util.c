/* SPDX-License-Identifier: MIT */
/*
 * Memory and string primitives (a freestanding compiler may call the first four on its own), PSCI, the common entry
 * behind the start code, and the end.
 */
#include "firmware/arm/lib/page.h"
#include "firmware/arm/lib/rom.h"
#include "firmware/arm/lib/trap.h"

void *memcpy(void *to, const void *from, size_t bytes)
{
	volatile u8 *d = to;
	const volatile u8 *s = from;

	while (bytes--)
		*d++ = *s++;
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	volatile u8 *d = to;

	while (bytes--)
		*d++ = (u8)value;
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	volatile u8 *d = to;
	const volatile u8 *s = from;

	if ((u64)to <= (u64)from)
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

u64 str_option(const char *text, const char *name, u64 otherwise)
{
	size_t len = str_len(name);

	for (; str_len(text) > len; text++) {
		u64 v = 0;

		if (memcmp(text, name, len))
			continue;
		for (text += len; *text >= '0' && *text <= '9'; text++)
			v = v * 10 + (u64)(*text - '0');
		return v;
	}
	return otherwise;
}

u64 psci_call(u64 function, u64 a, u64 b, u64 c)
{
	register u64 x0 __asm__("x0") = function;
	register u64 x1 __asm__("x1") = a;
	register u64 x2 __asm__("x2") = b;
	register u64 x3 __asm__("x3") = c;

	if (boot_state.el == 2)
		__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	else
		__asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory");
	return x0;
}

void rom_exit(u32 status)
{
	static const char *const commands[] = {"0q", "1q", "2q"};

	virtio_console_write(commands[status]);
	psci_call(0x84000008, 0, 0, 0); /* SYSTEM_OFF */
	for (;;)
		wfi();
}

void rom_start(u64 el, u64 dtb)
{
	boot_state.el = el;
	boot_state.dtb = dtb;
	con_init();
	/* Linux's boot protocol has the tree in X0; loaders of ELF files leave it at the start of RAM. */
	boot_state.tree_found = (dtb && fdt_read(dtb)) || fdt_read(RAM_BASE);
	page_start();
	rom_main(boot_state.line);
	rom_exit(EXIT_PASS);
}
