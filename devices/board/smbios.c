/* SPDX-License-Identifier: MIT */
/* The least of SMBIOS that lets a kernel name the machine it runs on: BIOS, system and enclosure. DMTF DSP0134 version
 * 2.8, chapters 5 (entry point) and 7 (structures). */
#include "devices/board/acpi.h"

struct smbios {
	u8 byte[512];
	size_t size;
	unsigned count, longest;
};

/* A structure: its formatted area (header filled in here), then its strings, each ended by 0, and one more 0. */
static void structure(struct smbios *t, u8 *area, u8 type, u8 size, const char *const *strings)
{
	u8 *start = t->byte + t->size, *p = start;

	area[0] = type;
	area[1] = size;
	store_le16(area + 2, (u16)(type << 8));
	assert(t->size + size + 200 < sizeof(t->byte));
	memcpy(p, area, size);
	p += size;
	for (; *strings; strings++) {
		size_t n = strlen(*strings) + 1;

		memcpy(p, *strings, n);
		p += n;
	}
	if (p == start + size)
		*p++ = 0;
	*p++ = 0;
	t->size = (size_t)(p - t->byte);
	t->count++;
	if ((size_t)(p - start) > t->longest)
		t->longest = (unsigned)(p - start);
}

void smbios_write(struct space *memory, u32 at)
{
	static const char *const bios[] = {"Orrery", "1", "01/01/2025", NULL};
	static const char *const system[] = {"Orrery", "PC (440FX, PIIX)", NULL};
	static const char *const maker[] = {"Orrery", NULL}, *const none[] = {NULL};
	struct smbios t = {.size = 0};
	u8 area[32] = {0}, entry[31] = {0};

	area[4] = 1;
	area[5] = 2;
	store_le16(area + 6, 0xf000); /* segment of the BIOS's start */
	area[8] = 3;
	store_le64(area + 10, 8); /* characteristics are not given */
	area[19] = 0x14;          /* is a virtual machine; targeted content distribution */
	structure(&t, area, 0, 24, bios);
	memset(area, 0, sizeof(area));
	area[4] = 1;
	area[5] = 2;
	area[24] = 6; /* woken by the power switch */
	structure(&t, area, 1, 27, system);
	memset(area, 0, sizeof(area));
	area[4] = 1;
	area[5] = 1;                      /* "other" kind of enclosure */
	area[9] = area[10] = area[11] = 3; /* all states safe */
	structure(&t, area, 3, 21, maker);
	memset(area, 0, sizeof(area));
	structure(&t, area, 127, 4, none);

	memcpy(entry, "_SM_", 4);
	entry[5] = sizeof(entry);
	entry[6] = 2;
	entry[7] = 8;
	store_le16(entry + 8, (u16)t.longest);
	memcpy(entry + 16, "_DMI_", 5);
	store_le16(entry + 22, (u16)t.size);
	store_le32(entry + 24, at + 32);
	store_le16(entry + 28, (u16)t.count);
	entry[30] = 0x28;
	entry[21] = acpi_checksum(entry + 16, 15);
	entry[4] = acpi_checksum(entry, sizeof(entry));
	space_load(memory, at, entry, sizeof(entry));
	space_load(memory, at + 32, t.byte, t.size);
}
