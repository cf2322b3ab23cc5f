/* SPDX-License-Identifier: MIT */
/* The PC as a table, and the solder that a table can't say: memory map, interrupt wires, A20, system-management memory.
 *
 *   processor -- i440fx -- PCI -- piix3 (ISA: 8259 x2, 8254, RTC, 8042, 16550 x2, debug ports)
 *       |           |        |-- piix4-pm (ACPI)
 *       |           |        \-- piix3-ide -- two ATA channels
 *     lapic -- ioapic, hpet  RAM, SMRAM, shadow RAM
 */
#include "devices/board/pc.h"

#include "devices/board/acpi.h"
#include "devices/board/boot.h"
#include "devices/bus/i440fx.h"
#include "devices/bus/fw_cfg.h"
#include "devices/bus/piix3.h"
#include "devices/disk/piix3_ide.h"
#include "devices/input/ps2.h"
#include "devices/irq/i8259.h"
#include "devices/irq/ioapic.h"
#include "devices/irq/lapic.h"
#include "devices/irq/x86_bus.h"
#include "devices/misc/misc.h"
#include "devices/time/hpet.h"
#include "devices/time/i8254.h"
#include "devices/time/rtc_cmos.h"
#include "devices/types.h"

#include <stdlib.h>

/* ---- memory -------------------------------------------------------------------------------------------- */

static u64 hole_read(void *dev, u64 off, unsigned size)
{
	(void)dev;
	(void)off;
	return mask_low(size * 8);
}

static const struct region_ops hole_ops = {hole_read, NULL, 1, 8};

static bool prepare(struct machine *m, struct err *err)
{
	u64 size = m->config.ram_size;
	struct pc *pc;

	if (size < 2 << 20 || size % (1 << 20))
		return err_set(err, "-m: %llu KiB: a PC needs at least 2 MiB, in whole MiB",
			(unsigned long long)(size >> 10));
	pc = calloc(1, sizeof(*pc));
	if (!pc)
		return err_set(err, "out of memory");
	m->board_data = pc;
	pc->low_size = size < PC_LOW_MAX ? size : PC_LOW_SPLIT;
	pc->high_size = size - pc->low_size;
	if (!ram_init(&pc->ram, "pc.ram", size, false, err))
		return err_prefix(err, "-m");
	pc->low = (struct region){.name = "ram", .size = pc->low_size, .on = true, .kind = REGION_RAM, .ram = &pc->ram};
	pc->high = (struct region){.name = "ram above 4G", .base = 1ull << 32, .size = pc->high_size,
		.on = pc->high_size != 0, .kind = REGION_RAM, .ram = &pc->ram, .ram_off = pc->low_size};
	pc->hole = (struct region){.name = "video and roms", .base = 0xa0000, .size = 0x60000, .priority = 1,
		.on = true, .kind = REGION_IO, .ops = &hole_ops};
	space_add(&m->memory, &pc->low);
	space_add(&m->memory, &pc->high);
	space_add(&m->memory, &pc->hole);
	return true;
}

/* The firmware image ends at 4 GiB, and its last 128 KiB show below 1 MiB too. */
static bool map_bios(struct machine *m, struct err *err)
{
	struct pc *pc = m->board_data;
	const struct blob *b = &m->config.bios;
	u64 low;

	if (!b->data)
		return true;
	if (b->size % 0x10000 || b->size > 16 << 20)
		return err_set(err, "-bios %s: %zu bytes: a firmware image is a multiple of 64 KiB, at most 16 MiB",
			b->name, b->size);
	if (!ram_init(&pc->bios, "pc.bios", b->size, true, err))
		return false;
	memcpy(pc->bios.host, b->data, b->size);
	low = min_u64(b->size, 0x20000);
	pc->rom_high = (struct region){.name = "bios", .base = (1ull << 32) - b->size, .size = b->size, .priority = 1,
		.on = true, .kind = REGION_ROM, .ram = &pc->bios};
	pc->rom_low = (struct region){.name = "bios below 1M", .base = 0x100000 - low, .size = low, .priority = 2,
		.on = true, .kind = REGION_ROM, .ram = &pc->bios, .ram_off = b->size - low};
	space_add(&m->memory, &pc->rom_high);
	space_add(&m->memory, &pc->rom_low);
	return true;
}

/* ---- wires --------------------------------------------------------------------------------------------- */

static struct x86 *cpu_of(struct machine *m)
{
	return x86_from(m->cpu);
}

/* An ISA interrupt reaches the 8259s and the I/O APIC; there, the timer sits on pin 2 (MADT, MP table). */
static void set_isa(void *arg, unsigned irq, bool level)
{
	struct pc *pc = arg;

	line_set(&pc->to_pic[irq], level);
	line_set(&pc->to_ioapic[irq], level);
}

/* Both gates drive the same line; the last one to move decides, and port 92h shows it. */
static void set_a20(void *arg, unsigned pin, bool level)
{
	struct pc *pc = ((struct machine *)arg)->board_data;

	(void)pin;
	x86_set_a20(cpu_of(arg), level);
	line_set(&pc->a20_level, level);
}

static void set_ignne(void *arg, unsigned pin, bool level)
{
	(void)pin;
	cpu_of(arg)->ignne = level;
}

static void do_reset(void *arg, unsigned pin, bool level)
{
	if (level)
		machine_request_reset(arg, pin ? "keyboard controller" : "port 92h");
}

static void do_smi(void *arg, unsigned pin, bool level)
{
	(void)pin;
	if (level)
		x86_smi(cpu_of(arg));
}

static void do_button(void *arg, unsigned pin, bool level)
{
	(void)pin;
	if (level)
		piix4_pm_button(dev_find(arg, "pm"));
}

static bool add_vga(struct machine *m, struct err *err)
{
	static const struct board_row row = {.type = &vga_type, .id = "vga", .at = AT_PCI, .base = 2 << 3, .irq = -1};

	return !m->config.vga || dev_add(m, &row, err);
}

/* -device: what can be added by hand. */
static bool plug_all(struct machine *m, struct err *err)
{
	for (unsigned n = 0; n < m->config.nplugs; n++) {
		const struct plug *p = &m->config.plugs[n];
		struct board_row row = {.type = &exit_type, .id = "exit", .at = AT_PORT, .base = 0x501, .irq = -1,
			.opts = p->opts};
		bool taken;

		if (!ide_plug(m, n, &taken, err))
			return false;
		if (taken)
			continue;
		if (strcmp(p->device, exit_type.name))
			return err_set(err, "-device %s: can't be added to a pc; isa-debug-exit, ide-hd and ide-cd can",
				p->device);
		if (!dev_add(m, &row, err))
			return false;
	}
	return true;
}

static void list_plugs(FILE *out)
{
	fprintf(out, "%-24s %s; options: iobase,iosize,raw\n", exit_type.name, exit_type.about);
	fprintf(out, "%-24s hard disk; options: drive,id,bus,unit,serial,model\n", "ide-hd");
	fprintf(out, "%-24s CD-ROM drive; options: drive,id,bus,unit,serial,model\n", "ide-cd");
}

static bool wire(struct machine *m, struct err *err)
{
	struct pc *pc = m->board_data;
	struct dev *pic = dev_find(m, "pic0"), *south = dev_find(m, "piix3");
	struct dev *ioapic = dev_find(m, "ioapic"), *hpet = dev_find(m, "hpet");
	struct line isa[16];

	if (!map_bios(m, err))
		return false;
	i8259_cascade(pic, dev_find(m, "pic1"));
	x86_bus_connect(m, dev_find(m, "lapic"), pic);
	for (unsigned irq = 0; irq < 16; irq++) {
		pc->to_pic[irq] = i8259_input(pic, irq);
		pc->to_ioapic[irq] = dev_pin(ioapic, irq ? irq : 2);
		isa[irq] = (struct line){set_isa, pc, irq};
		m->irqs[irq] = piix3_isa_irq(south, irq);
	}
	for (unsigned pin = 16; pin < IOAPIC_PINS; pin++)
		m->irqs[pin] = dev_pin(ioapic, pin);
	piix3_connect(south, isa);
	m->irqs[13] = dev_pin(south, PIIX3_PIN_FERR); /* the processor's own: it reaches interrupt 13 through a latch */
	dev_connect(south, PIIX3_OUT_IGNNE, (struct line){set_ignne, m, 0});
	/* The HPET may take the place of the 8254 and the RTC, so their interrupts go through it. */
	dev_connect(hpet, HPET_OUT_IRQ0, m->irqs[0]);
	dev_connect(hpet, HPET_OUT_IRQ8, m->irqs[8]);
	dev_connect(hpet, HPET_OUT_ROUTE + 2, dev_pin(ioapic, 2));
	m->irqs[0] = dev_pin(hpet, HPET_PIN_PIT);
	m->irqs[8] = dev_pin(hpet, HPET_PIN_RTC);
	i440fx_connect(dev_find(m, "i440fx"), &pc->ram, m->config.bios.data ? &pc->bios : NULL);
	i440fx_connect_piix3(dev_find(m, "i440fx"), south);
	piix3_ide_connect(dev_find(m, "ide"), dev_find(m, "ide0"), dev_find(m, "ide1"));
	piix4_pm_connect(dev_find(m, "pm"), m->irqs[PC_SCI], (struct line){do_smi, m, 0});
	pc->a20_level = dev_pin(dev_find(m, "port92"), PORT92_PIN_A20);
	dev_connect(dev_find(m, "port92"), PORT92_OUT_A20, (struct line){set_a20, m, 0});
	dev_connect(dev_find(m, "port92"), PORT92_OUT_RESET, (struct line){do_reset, m, 0});
	dev_connect(dev_find(m, "i8042"), I8042_OUT_A20, (struct line){set_a20, m, 1});
	dev_connect(dev_find(m, "i8042"), I8042_OUT_RESET, (struct line){do_reset, m, 1});
	ps2_keyboard_connect(dev_find(m, "keyboard"), dev_find(m, "i8042"));
	fw_cfg_set_number(dev_find(m, "fw_cfg"), FW_CFG_RAM_SIZE, 8, m->config.ram_size);
	m->power_button = (struct line){do_button, m, 0};
	rtc_cmos_set_memory(dev_find(m, "rtc"), pc->low_size, pc->high_size);
	return add_vga(m, err) && plug_all(m, err);
}

/* ---- starting ------------------------------------------------------------------------------------------ */

static void add_e820(struct boot_info *b, u64 base, u64 size, u32 type)
{
	if (size)
		b->e820[b->ne820++] = (struct e820_entry){base, size, type};
}

/* What firmware would have left: tables, and the PCI interrupts routed. */
static void write_tables(struct machine *m, u32 at)
{
	struct pc *pc = m->board_data;
	struct acpi_config c = {
		.tables = at, .room = PC_TABLES, .rsdp = PC_RSDP,
		.pci_hole = pc->low_size <= PC_LOW_SPLIT ? PC_LOW_SPLIT : PC_LOW_MAX,
		.pm_base = PC_PM_BASE, .gpe_base = PC_GPE_BASE, .sci = PC_SCI, .ncpu = m->ncpu,
	};

	acpi_write(&m->memory, &c);
	mptable_write(&m->memory, PC_MPTABLE, m->ncpu);
	smbios_write(&m->memory, PC_SMBIOS);
	piix3_route(dev_find(m, "piix3"));
	space_write(&m->ports, 0x4d1, 1, 0x0c); /* IRQ 10 and 11 by level */
}

/* Memory types as firmware sets them (SDM vol. 3, 12.11): write-back but for video memory and the PCI hole. */
static void set_mtrrs(struct machine *m)
{
	struct pc *pc = m->board_data;
	u64 hole = pc->low_size <= PC_LOW_SPLIT ? PC_LOW_SPLIT : PC_LOW_MAX, all_fixed_wb = 0x0606060606060606;
	struct x86 *c = cpu_of(m);

	for (unsigned n = 0; n < countof(c->mtrr_fix); n++)
		c->mtrr_fix[n] = n == 2 ? 0 : all_fixed_wb; /* [2] is A0000h-BFFFFh */
	c->mtrr_phys[0] = hole;
	c->mtrr_phys[1] = (mask_low(40) & ~(0xffffffff - hole)) | 0x800;
	c->mtrr_def = 0xc06;
}

static bool boot(struct machine *m, struct err *err)
{
	struct pc *pc = m->board_data;
	struct boot_info b = {.machine = m, .cpu = cpu_of(m), .low_ram = pc->low_size, .high_ram = pc->high_size};

	m->cpu->memory = &m->memory;
	if (!m->config.kernel.data)
		return m->config.bios.data || err_set(err, "nothing to boot: give -kernel or -bios");
	i440fx_shadow(dev_find(m, "i440fx"));
	lapic_virtual_wire(dev_find(m, "lapic"));
	piix4_pm_enable(dev_find(m, "pm"), PC_PM_BASE);
	piix3_ide_enable(dev_find(m, "ide"), PC_IDE_BASE);
	b.tables = pc->low_size - PC_TABLES;
	b.rsdp = PC_RSDP;
	write_tables(m, (u32)b.tables);
	set_mtrrs(m);
	add_e820(&b, 0, BOOT_LOW_END, E820_RAM);
	add_e820(&b, BOOT_LOW_END, 0xa0000 - BOOT_LOW_END, E820_RESERVED);
	add_e820(&b, 0xf0000, 0x10000, E820_RESERVED);
	add_e820(&b, 0x100000, b.tables - 0x100000, E820_RAM);
	add_e820(&b, b.tables, PC_TABLES, E820_ACPI);
	add_e820(&b, 1ull << 32, pc->high_size, E820_RAM);
	return boot_kernel(&b, err);
}

static void finish(struct machine *m)
{
	struct pc *pc = m->board_data;

	if (!pc)
		return;
	ram_free(&pc->ram);
	ram_free(&pc->bios);
	free(pc);
	m->board_data = NULL;
}

#define ISA(t, name, port, irq_, options) \
	{.type = &t, .id = name, .at = AT_PORT, .base = port, .irq = irq_, .opts = options}
#define PCI(t, name, slot, fn, options) \
	{.type = &t, .id = name, .at = AT_PCI, .base = slot << 3 | fn, .irq = -1, .opts = options}

static const struct board_row rows[] = {
	PCI(i440fx_type, "i440fx", 0, 0, NULL),
	PCI(piix3_type, "piix3", 1, 0, NULL),
	PCI(piix3_ide_type, "ide", 1, 1, NULL),
	PCI(piix4_pm_type, "pm", 1, 3, NULL),
	ISA(i8259_type, "pic0", 0x20, -1, "elcr=0x4d0,elcr_mask=0xf8"),
	ISA(i8259_type, "pic1", 0xa0, -1, "elcr=0x4d1,elcr_mask=0xde"),
	{.type = &ioapic_type, .id = "ioapic", .at = AT_MEM, .base = ACPI_IOAPIC, .irq = -1},
	{.type = &lapic_type, .id = "lapic", .at = AT_MEM, .base = ACPI_LAPIC, .irq = -1},
	{.type = &hpet_type, .id = "hpet", .at = AT_MEM, .base = ACPI_HPET, .irq = -1},
	ISA(i8254_type, "pit", 0x40, 0, NULL),
	ISA(rtc_type, "rtc", 0x70, 8, NULL),
	ISA(uart16550_type, "serial0", 0x3f8, 4, "index=0"),
	ISA(uart16550_type, "serial1", 0x2f8, 3, "index=1"),
	ISA(ata_channel_type, "ide0", 0x1f0, 14, NULL),
	ISA(ata_channel_type, "ide1", 0x170, 15, "index=1"),
	ISA(i8042_type, "i8042", 0x60, 1, "aux_irq=12"),
	{.type = &ps2_keyboard_type, .id = "keyboard", .irq = -1},
	ISA(port92_type, "port92", 0x92, -1, NULL),
	ISA(fw_cfg_type, "fw_cfg", 0x510, -1, NULL),
	ISA(debugcon_type, "debugcon", 0x402, -1, NULL),
	ISA(debugcon_type, "debugcon_e9", 0xe9, -1, NULL),
	{0},
};

const struct board pc_board = {
	.name = "pc", .about = "PC with 440FX and PIIX3, as QEMU's pc",
	.cpu = &x86_ops, .default_cpu = "max", .drive_if = "ide",
	.rows = rows, .prepare = prepare, .wire = wire, .boot = boot, .finish = finish,
	.list_plugs = list_plugs,
};
