/* SPDX-License-Identifier: MIT */
/*
 * ACPI tables as a kernel would find them, and the power-management timer against the PIT (ACPI 5.0 chapters 4.8 and
 * 5.2). Everything is skipped where no RSDP lies in the BIOS area.
 */
#include "firmware/x86/lib/apic.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/pit.h"
#include "firmware/x86/test/suites.h"

static u32 byte_sum(u32 at, u32 bytes)
{
	u32 sum = 0;

	for (u32 i = 0; i < bytes; i++)
		sum += mem8(at + i);
	return sum & 0xFF;
}

static u32 find_rsdp(void)
{
	for (u32 at = 0xE0000; at < 0x100000; at += 16)
		if (!memcmp(phys(at), "RSD PTR ", 8) && !byte_sum(at, 20))
			return at;
	return 0;
}

static bool has_signature(u32 table, const char *signature)
{
	return !memcmp(phys(table), signature, 4);
}

static u32 find_table(u32 rsdt, const char *signature)
{
	u32 count = (mem32(rsdt + 4) - 36) / 4;

	for (u32 i = 0; i < count && i < 64; i++) {
		u32 table = mem32(rsdt + 36 + 4 * i);

		if (has_signature(table, signature))
			return table;
	}
	return 0;
}

static void check_table(const char *name, u32 table)
{
	check(name, table && byte_sum(table, mem32(table + 4)) == 0, 1);
}

static void check_madt(u32 madt)
{
	u32 end = madt + mem32(madt + 4), cpus = 0, ioapic = 0, irq0 = 0;

	for (u32 at = madt + 44; at < end && mem8(at + 1); at += mem8(at + 1)) {
		if (mem8(at) == 0)
			cpus += mem32(at + 4) & 1;
		if (mem8(at) == 1)
			ioapic = mem32(at + 4);
		if (mem8(at) == 2 && mem8(at + 3) == 0)
			irq0 = mem32(at + 4);
	}
	check("madt-local-apic-address", mem32(madt + 36), LAPIC_BASE);
	check("madt-cpus", cpus, 1);
	check("madt-io-apic-address", ioapic, IOAPIC_BASE);
	check("madt-irq0-override", irq0, 2);
}

/* The hand-over of ACPI 4.8.2.2; with no SMI command port the machine is in ACPI mode already. */
static void check_enable(u32 fadt)
{
	u16 port = (u16)mem32(fadt + 48);

	if (port)
		outb(port, mem8(fadt + 52));
	check("pm1-sci-enable", inw(PORT_PM + 4) & 1, 1);
}

static void check_tables(u32 rsdp)
{
	u32 rsdt = mem32(rsdp + 16), fadt, madt, hpet;

	check("rsdt-signature", has_signature(rsdt, "RSDT"), 1);
	check_table("rsdt-checksum", rsdt);
	fadt = find_table(rsdt, "FACP");
	check_table("fadt-checksum", fadt);
	if (fadt) {
		check("fadt-sci", mem8(fadt + 46) | (u32)mem8(fadt + 47) << 8, 9);
		check("fadt-pm1a-event", mem32(fadt + 56), PORT_PM);
		check("fadt-pm1a-control", mem32(fadt + 64), PORT_PM + 4);
		check("fadt-pm-timer", mem32(fadt + 76), PORT_PM + 8);
		check("dsdt-signature", has_signature(mem32(fadt + 40), "DSDT"), 1);
		check_table("dsdt-checksum", mem32(fadt + 40));
		check_enable(fadt);
		check("facs-signature", has_signature(mem32(fadt + 36), "FACS"), 1);
	}
	madt = find_table(rsdt, "APIC");
	check_table("madt-checksum", madt);
	if (madt)
		check_madt(madt);
	hpet = find_table(rsdt, "HPET");
	check_table("hpet-table-checksum", hpet);
	if (hpet)
		check("hpet-table-address", mem32(hpet + 44), HPET_BASE);
}

/* 3.579545 MHz is exactly three times the PIT's rate. */
static void check_timer(void)
{
	u32 took = 0;

	for (int tries = 0; tries < 5 && (took < 45000 || took > 90000); tries++) {
		u32 before = inl(PORT_PM + 8);

		pit_delay(20000);
		took = (inl(PORT_PM + 8) - before) & 0xFFFFFF;
	}
	check_range("pm-timer-rate", took, 45000, 90000);
	outw(PORT_PM + 2, 0x0100);
	check("pm1-enable-writable", inw(PORT_PM + 2), 0x0100);
	outw(PORT_PM + 2, 0);
	outw(PORT_PM, 0xFFFF);
	check("pm1-status-write-1-clears", inw(PORT_PM) & 0x0100, 0);
}

void suite_acpi(void)
{
	u32 rsdp = find_rsdp();

	if (rsdp)
		check_tables(rsdp);
	else
		check_skip("tables");
	check_timer();
}
