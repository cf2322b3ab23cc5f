/* SPDX-License-Identifier: MIT */
/* The table of Intel's MultiProcessor Specification 1.4, chapter 4, for kernels without ACPI. */
#include "devices/board/acpi.h"

struct mp {
	u8 byte[1024];
	size_t size;
	unsigned entries;
};

static void add(struct mp *t, unsigned n, u64 v)
{
	for (unsigned i = 0; i < n; i++)
		t->byte[t->size++] = (u8)(v >> (i * 8));
}

static void text(struct mp *t, const char *s, unsigned n)
{
	memset(t->byte + t->size, ' ', n);
	memcpy(t->byte + t->size, s, strlen(s));
	t->size += n;
}

static void interrupt(struct mp *t, u8 entry, u8 type, u8 bus, u8 source, u8 apic, u8 pin)
{
	add(t, 1, entry);
	add(t, 1, type);
	add(t, 2, 0); /* polarity and trigger as the bus has them */
	add(t, 1, bus);
	add(t, 1, source);
	add(t, 1, apic);
	add(t, 1, pin);
	t->entries++;
}

static void entries(struct mp *t, unsigned ncpu)
{
	for (unsigned n = 0; n < ncpu; n++) {
		add(t, 1, 0);
		add(t, 1, n);
		add(t, 1, 0x14);
		add(t, 1, n ? 1 : 3); /* enabled, boot processor */
		add(t, 4, 0x600);
		add(t, 4, 0x201); /* FPU, APIC */
		add(t, 8, 0);
		t->entries++;
	}
	add(t, 2, 1 | 0 << 8);
	text(t, "ISA", 6);
	t->entries++;
	add(t, 4, 2 | 0 << 8 | 0x11 << 16 | 1 << 24); /* I/O APIC 0, version 11h, usable */
	add(t, 4, ACPI_IOAPIC);
	t->entries++;
	for (u8 irq = 0; irq < 16; irq++) {
		if (irq != 2) /* the cascade; IRQ 0 sits on its pin */
			interrupt(t, 3, 0, 0, irq, 0, irq ? irq : 2);
	}
	interrupt(t, 4, 3, 0, 0, 0xff, 0); /* ExtINT on LINT0, NMI on LINT1 */
	interrupt(t, 4, 1, 0, 0, 0xff, 1);
}

void mptable_write(struct space *memory, u32 at, unsigned ncpu)
{
	struct mp t = {.size = 0};
	u8 pointer[16] = {0};

	text(&t, "PCMP", 4);
	add(&t, 2, 0);
	add(&t, 1, 4);
	add(&t, 1, 0);
	text(&t, "ORRERY", 8);
	text(&t, "PC", 12);
	add(&t, 4, 0);
	add(&t, 4, 0);
	add(&t, 4, ACPI_LAPIC);
	add(&t, 4, 0);
	entries(&t, ncpu);
	store_le16(t.byte + 4, (u16)t.size);
	store_le16(t.byte + 34, (u16)t.entries);
	t.byte[7] = acpi_checksum(t.byte, t.size);
	memcpy(pointer, "_MP_", 4);
	store_le32(pointer + 4, at + 16);
	pointer[8] = 1;
	pointer[9] = 4;
	pointer[10] = acpi_checksum(pointer, sizeof(pointer));
	space_load(memory, at, pointer, sizeof(pointer));
	space_load(memory, at + 16, t.byte, t.size);
}
