/* SPDX-License-Identifier: MIT */
/*
 * What the guest can find out about its machine: the processor by CPUID, memory by CMOS, PCI functions by
 * configuration mechanism 1, and the time by the RTC.
 */
#include "firmware/x86/demo/demo.h"
#include "firmware/x86/lib/cpu.h"
#include "firmware/x86/lib/io.h"

static char *put_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	*to = 0;
	return to;
}

static char *put_number(char *to, u32 value, int digits)
{
	char text[11];
	int n = 0;

	do {
		text[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value || n < digits);
	while (n)
		*to++ = text[--n];
	*to = 0;
	return to;
}

static void put_words(char *to, u32 a, u32 b, u32 c, u32 d)
{
	u32 words[4] = { a, b, c, d };

	memcpy(to, words, 16);
}

static void read_cpu(struct facts *f)
{
	char brand[49] = { 0 };
	const char *from = brand;

	if (cpuid(0x80000000).eax >= 0x80000004) {
		for (u32 i = 0; i < 3; i++) {
			struct cpuid r = cpuid(0x80000002 + i);

			put_words(brand + 16 * i, r.eax, r.ebx, r.ecx, r.edx);
		}
	} else {
		struct cpuid r = cpuid(0);

		put_words(brand, r.ebx, r.edx, r.ecx, 0);
	}
	while (*from == ' ')
		from++;
	put_text(f->cpu, from);
}

static u32 count_pci(void)
{
	u32 found = 0;

	for (u32 device = 0; device < 32; device++) {
		u32 first = device << 3;

		if (pci_read(first, 0) == 0xFFFFFFFF)
			continue;
		found++;
		if (!(pci_read(first, 12) >> 23 & 1))
			continue;
		for (u32 fn = 1; fn < 8; fn++)
			found += pci_read(first | fn, 0) != 0xFFFFFFFF;
	}
	return found;
}

static u32 cmos_value(u8 index, bool binary)
{
	u32 v = cmos_read(index);

	return binary ? v : (v >> 4) * 10 + (v & 15);
}

void facts_clock(struct facts *f)
{
	static const u8 at[] = { 9, 8, 7, 4, 2, 0 };
	static const char *const between[] = { "-", "-", " ", ":", ":", " UTC" };
	bool binary = cmos_read(11) & 4;
	char *to = f->clock;

	/* An update in progress would tear the fields (MC146818A, UIP). */
	if (f->clock[0] && cmos_read(10) & 0x80)
		return;
	to = put_text(to, "20");
	for (size_t i = 0; i < COUNT_OF(at); i++) {
		to = put_number(to, cmos_value(at[i], binary), 2);
		to = put_text(to, between[i]);
	}
}

void facts_read(struct facts *f)
{
	char *to = f->machine;

	read_cpu(f);
	f->memory_mib = 16 + (cmos_read(0x34) | (u32)cmos_read(0x35) << 8) / 16;
	f->pci_functions = count_pci();
	to = put_number(to, f->memory_mib, 1);
	to = put_text(to, " MiB, ");
	to = put_number(to, f->pci_functions, 1);
	put_text(to, " PCI functions");
	f->clock[0] = 0;
	facts_clock(f);
}

void facts_print(const struct facts *f)
{
	con_printf("\nOrrery demo: bare metal, no operating system.\n");
	con_printf("  processor  %s\n", f->cpu);
	con_printf("  memory     %u MiB\n", f->memory_mib);
	con_printf("  PCI        %u functions, host bridge %04x:%04x\n", f->pci_functions, pci_read(0, 0) & 0xFFFF,
		   pci_read(0, 0) >> 16);
	con_printf("  clock      %s\n", f->clock);
}
