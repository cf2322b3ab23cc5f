/* SPDX-License-Identifier: MIT */
/* ACPI tables that describe the PC board: ACPI specification 6.4, chapter 5.2; HPET specification 1.0a, 3.2.4. The
 * FADT is of revision 1, as that of QEMU's PC: a fixed power button, PM timer, no reset register. */
#include "devices/board/acpi.h"

#include "devices/board/aml.h"

enum { HEADER = 36 };

struct table {
	u8 byte[AML_MAX + HEADER];
	size_t size;
};

struct writer {
	struct space *memory;
	u32 next, end;
};

static void begin(struct table *t, const char *signature, u8 revision)
{
	memset(t, 0, sizeof(*t));
	memcpy(t->byte, signature, 4);
	t->byte[8] = revision;
	memcpy(t->byte + 10, "ORRERY", 6);
	memcpy(t->byte + 16, "ORRERYPC", 8);
	store_le32(t->byte + 24, 1);
	memcpy(t->byte + 28, "ORRY", 4);
	store_le32(t->byte + 32, 1);
	t->size = HEADER;
}

static void add(struct table *t, unsigned n, u64 v)
{
	for (unsigned i = 0; i < n; i++)
		t->byte[t->size++] = (u8)(v >> (i * 8));
}

/* Fills in length and checksum, and puts the table into memory; returns its address. */
static u32 finish(struct writer *w, struct table *t)
{
	u32 at = w->next;

	store_le32(t->byte + 4, (u32)t->size);
	t->byte[9] = acpi_checksum(t->byte, t->size);
	assert(w->end - at >= t->size);
	space_load(w->memory, at, t->byte, t->size);
	w->next = (u32)align_up(at + t->size, 64);
	return at;
}

/* ---- DSDT: what the guest can't find by itself ------------------------------------------------------------ */

static void isa_device(struct aml *a, const char *name, const char *hid, u16 io, u8 length, unsigned irq)
{
	aml_device(a, name);
	aml_name(a, "_HID");
	aml_eisaid(a, hid);
	if (!strncmp(name, "COM", 3)) {
		aml_name(a, "_UID");
		aml_integer(a, (u64)(name[3] - '0'));
	}
	aml_name(a, "_CRS");
	aml_resources(a);
	if (length)
		aml_res_io(a, io, length);
	if (!strcmp(name, "KBD"))
		aml_res_io(a, 0x64, 1);
	aml_res_irq(a, irq);
	aml_resources_end(a);
	aml_end(a);
}

/* Pin p of slot s reaches PIRQ[(s + p - 1) mod 4]; the firmware's routing is 10, 10, 11, 11. */
static void pci_routing(struct aml *a)
{
	static const u8 irq_of[4] = {10, 10, 11, 11};

	aml_name(a, "_PRT");
	aml_package(a, 128);
	for (unsigned slot = 0; slot < 32; slot++) {
		for (unsigned pin = 0; pin < 4; pin++) {
			/* the power management function is soldered to the SCI */
			unsigned irq = slot == 1 && pin == 0 ? 9 : irq_of[(slot + pin + 3) & 3];

			aml_package(a, 4);
			aml_integer(a, slot << 16 | 0xffff);
			aml_integer(a, pin);
			aml_integer(a, 0);
			aml_integer(a, irq);
			aml_end(a);
		}
	}
	aml_end(a);
}

static void pci_root(struct aml *a, const struct acpi_config *c)
{
	aml_device(a, "PCI0");
	aml_name(a, "_HID");
	aml_eisaid(a, "PNP0A03");
	aml_name(a, "_ADR");
	aml_integer(a, 0);
	aml_name(a, "_UID");
	aml_integer(a, 0);
	aml_name(a, "_CRS");
	aml_resources(a);
	aml_res_bus_range(a, 0, 0xff);
	aml_res_io(a, 0xcf8, 8);
	aml_res_io_range(a, 0, 0xcf7);
	aml_res_io_range(a, 0xd00, 0xffff);
	aml_res_memory_range(a, 0xa0000, 0xbffff);
	aml_res_memory_range(a, c->pci_hole, 0xfebfffff);
	aml_resources_end(a);
	pci_routing(a);
	aml_device(a, "ISA");
	aml_name(a, "_ADR");
	aml_integer(a, 0x10000);
	isa_device(a, "RTC", "PNP0B00", 0x70, 8, 8);
	isa_device(a, "KBD", "PNP0303", 0x60, 1, 1);
	isa_device(a, "MOU", "PNP0F13", 0, 0, 12);
	isa_device(a, "COM1", "PNP0501", 0x3f8, 8, 4);
	isa_device(a, "COM2", "PNP0501", 0x2f8, 8, 3);
	aml_end(a);
	aml_end(a);
}

static void dsdt(struct table *t, const struct acpi_config *c)
{
	struct aml a = {.size = 0};

	aml_scope(&a, "\\_SB");
	for (unsigned n = 0; n < c->ncpu; n++) {
		char name[5] = {'C', 'P', 'U', (char)('0' + n), 0};

		aml_processor(&a, name, (u8)n);
		aml_end(&a);
	}
	pci_root(&a, c);
	aml_device(&a, "HPET");
	aml_name(&a, "_HID");
	aml_eisaid(&a, "PNP0103");
	aml_name(&a, "_UID");
	aml_integer(&a, 0);
	aml_name(&a, "_CRS");
	aml_resources(&a);
	aml_res_memory32(&a, ACPI_HPET, 0x400);
	aml_resources_end(&a);
	aml_end(&a);
	aml_end(&a);
	aml_name(&a, "\\_S5");
	aml_package(&a, 4);
	for (unsigned i = 0; i < 4; i++)
		aml_integer(&a, 0);
	aml_end(&a);
	begin(t, "DSDT", 1);
	memcpy(t->byte + t->size, a.byte, a.size);
	t->size += a.size;
}

/* ---- fixed tables ------------------------------------------------------------------------------------------------ */

static void fadt(struct table *t, const struct acpi_config *c, u32 facs, u32 dsdt_at)
{
	begin(t, "FACP", 1);
	add(t, 4, facs);
	add(t, 4, dsdt_at);
	add(t, 2, 1);       /* dual-PIC model */
	add(t, 2, c->sci);
	add(t, 4, 0xb2);    /* SMI command port, values to enable and disable ACPI */
	add(t, 1, 0xf1);
	add(t, 1, 0xf0);
	add(t, 2, 0);
	add(t, 4, c->pm_base);
	add(t, 4, 0);
	add(t, 4, c->pm_base + 4u);
	add(t, 4, 0);
	add(t, 4, 0);
	add(t, 4, c->pm_base + 8u);
	add(t, 4, c->gpe_base);
	add(t, 4, 0);
	add(t, 4, 4 | 2 << 8 | 0 << 16 | 4u << 24); /* lengths of PM1 event, PM1 control, PM2, timer */
	add(t, 4, 4);     /* GPE0 length, GPE1 length and base, _CST */
	add(t, 2, 0xfff); /* C2 and C3 latency: not supported */
	add(t, 2, 0xfff);
	add(t, 8, 0);     /* flush size and stride, duty, day and month alarm */
	add(t, 1, 0x32);  /* century */
	add(t, 2, 0);
	add(t, 1, 0);
	/* WBINVD, C1, no sleep button, RTC wake not in fixed space, timer is 24 bits */
	add(t, 4, 1 << 0 | 1 << 2 | 1 << 5 | 1 << 7);
}

static u32 facs(struct writer *w)
{
	u8 image[64] = {0};
	u32 at = w->next;

	memcpy(image, "FACS", 4);
	store_le32(image + 4, sizeof(image));
	space_load(w->memory, at, image, sizeof(image));
	w->next += sizeof(image);
	return at;
}

static void override(struct table *t, unsigned irq, unsigned gsi, unsigned flags)
{
	add(t, 1, 2);
	add(t, 1, 10);
	add(t, 1, 0);
	add(t, 1, irq);
	add(t, 4, gsi);
	add(t, 2, flags);
}

static void madt(struct table *t, const struct acpi_config *c)
{
	static const u8 level[] = {5, 9, 10, 11};

	begin(t, "APIC", 1);
	add(t, 4, ACPI_LAPIC);
	add(t, 4, 1); /* there are 8259s too */
	for (unsigned n = 0; n < c->ncpu; n++) {
		add(t, 2, 0 | 8 << 8);
		add(t, 1, n);
		add(t, 1, n);
		add(t, 4, 1);
	}
	add(t, 2, 1 | 12 << 8);
	add(t, 2, 0); /* I/O APIC id */
	add(t, 4, ACPI_IOAPIC);
	add(t, 4, 0);
	override(t, 0, 2, 0);
	for (unsigned i = 0; i < countof(level); i++)
		override(t, level[i], level[i], 0xd); /* level, active high */
	add(t, 2, 4 | 6 << 8); /* NMI on LINT1 of every processor */
	add(t, 1, 0xff);
	add(t, 2, 0);
	add(t, 1, 1);
}

static void hpet(struct table *t)
{
	begin(t, "HPET", 1);
	add(t, 4, 0x8086a201);
	add(t, 4, 0); /* generic address: memory */
	add(t, 8, ACPI_HPET);
	add(t, 1, 0);
	add(t, 2, 0);
	add(t, 1, 0);
}

void acpi_write(struct space *memory, const struct acpi_config *c)
{
	struct writer w = {memory, c->tables, c->tables + c->room};
	u32 at[3], facs_at, dsdt_at, rsdt_at;
	static const u8 revision_1_length = 20;
	struct table t;
	u8 rsdp[20] = {0};

	facs_at = facs(&w);
	dsdt(&t, c);
	dsdt_at = finish(&w, &t);
	fadt(&t, c, facs_at, dsdt_at);
	at[0] = finish(&w, &t);
	madt(&t, c);
	at[1] = finish(&w, &t);
	hpet(&t);
	at[2] = finish(&w, &t);
	begin(&t, "RSDT", 1);
	for (unsigned i = 0; i < countof(at); i++)
		add(&t, 4, at[i]);
	rsdt_at = finish(&w, &t);
	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + 9, "ORRERY", 6);
	store_le32(rsdp + 16, rsdt_at);
	rsdp[8] = acpi_checksum(rsdp, revision_1_length);
	space_load(memory, c->rsdp, rsdp, sizeof(rsdp));
}
