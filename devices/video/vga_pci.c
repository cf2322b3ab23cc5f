/* SPDX-License-Identifier: MIT */
/* The VGA as a PCI card: the identity, BARs and memory-mapped registers of QEMU's stdvga (docs/specs/standard-vga.rst),
 * which SeaBIOS's VGA BIOS and Linux's bochs driver expect. Its legacy ports and window answer whatever the command
 * register says, so that kernels started without firmware find them. */
#include "devices/video/vga.h"

#include "devices/machine.h"
#include "devices/types.h"

enum { MMIO_SIZE = 0x1000, MMIO_PORTS = 0x400, MMIO_DISPI = 0x500, MMIO_QEXT = 0x600, EDID_SIZE = 128 };
enum { QEXT_SIZE = 8, LITTLE_ENDIAN_BYTES = 0x1e1e1e1e, ROM_MAX = 0x100000 };

/* ---- EDID -------------------------------------------------------------------------------------------------- */

/* VESA E-EDID 1.4, section 3: a display of 1280x800 that takes the usual smaller modes too. Its last byte makes the
 * sum zero. */
static const u8 edid[EDID_SIZE - 1] = {
	0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, /* header */
	0x3e, 0x52, 0x34, 0x12, 0, 0, 0, 0, 1, 35,      /* "ORR", product 1234h; week 1 of 2025 */
	1, 4, 0xa5, 34, 21, 120, 0x06,                  /* 1.4; digital, 8 bits; 34 x 21 cm, gamma 2.2, sRGB */
	0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54, /* sRGB's chromaticity */
	0x21, 0x08, 0x00,                               /* 640x480, 800x600, 1024x768 at 60 Hz */
	0x81, 0x80, 0xb3, 0x00, 0xd1, 0xc0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 1280x1024, 1680x1050, 1920x1080 */
	/* 1280x800 at 60 Hz with reduced blanking (CVT): 71 MHz, 160 and 23 of blanking */
	0xbc, 0x1b, 0x00, 0xa0, 0x50, 0x20, 0x17, 0x30, 0x30, 0x20, 0x36, 0x00, 0x54, 0xd2, 0x10, 0x00, 0x00, 0x1a,
	0, 0, 0, 0xfc, 0, 'O', 'r', 'r', 'e', 'r', 'y', '\n', ' ', ' ', ' ', ' ', ' ', ' ', /* name */
	0, 0, 0, 0xfd, 0, 50, 125, 30, 160, 30, 0, '\n', ' ', ' ', ' ', ' ', ' ', ' ',      /* range limits */
	0, 0, 0, 0x10,                                                                      /* nothing */
};

static u64 edid_read(struct dev *d, unsigned index, u64 stored)
{
	u8 sum = 0;

	(void)d;
	(void)stored;
	if (index < EDID_SIZE - 1)
		return edid[index];
	for (unsigned i = 0; i < EDID_SIZE - 1; i++)
		sum = (u8)(sum + edid[i]);
	return index == EDID_SIZE - 1 ? (u8)-sum : 0;
}

/* ---- memory-mapped registers --------------------------------------------------------------------------------- */

static u64 port_read(struct dev *d, unsigned index, u64 stored)
{
	struct vga_links *l = d->links;

	(void)stored;
	return reg_read(&l->ports, 0x10 + index, 1);
}

static void port_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct vga_links *l = d->links;

	(void)old;
	reg_write(&l->ports, 0x10 + index, 1, now);
}

static u64 dispi_read(struct dev *d, unsigned index, u64 stored)
{
	(void)stored;
	return vbe_read(d, index);
}

static void dispi_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)old;
	vbe_write(d, index, (u16)now);
}

static u64 qext_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d;
	(void)stored;
	return index ? LITTLE_ENDIAN_BYTES : QEXT_SIZE;
}

static const struct reg mmio_regs[] = {
	{"EDID", 0, 1, .count = 0x400, .read = edid_read, .doc = "of the display"},
	{"PORT", MMIO_PORTS, 1, .count = 0x20, .read = port_read, .wrote = port_wrote, .doc = "ports 3C0h-3DFh"},
	{"DISPI", MMIO_DISPI, 2, .count = DISPI_N, .read = dispi_read, .wrote = dispi_wrote, .doc = "display interface"},
	{"QEXT", MMIO_QEXT, 4, .count = 2, .read = qext_read, .doc = "size of this part, byte order of the pixels"},
};
static const struct reg_bank mmio_bank = {"vga_mmio", mmio_regs, countof(mmio_regs), MMIO_SIZE, 1, 4, ~0ull};
static const struct reg_bank *const banks[] = {&vga_bank, &vga_dispi_bank, &mmio_bank, NULL};

/* ---- the card ------------------------------------------------------------------------------------------------ */

static bool load_rom(struct dev *d, struct err *err)
{
	const struct blob *b = &d->machine->config.vga_rom;
	struct vga_links *l = d->links;
	u64 size = RAM_PAGE_SIZE;

	if (!b->data)
		return true;
	while (size < b->size)
		size *= 2;
	if (size > ROM_MAX)
		return err_set(err, "%s: %zu bytes: a video BIOS has at most 1 MiB", b->name, b->size);
	if (!ram_init(&l->rom, "vga.rom", size, true, err))
		return false;
	memcpy(l->rom.host, b->data, b->size);
	return true;
}

/* Behind RAM, where the guest puts a BAR over it: the host bridge doesn't pass those addresses on. */
static void add_bars(struct dev *d)
{
	struct vga_links *l = d->links;

	l->lfb = (struct region){.name = "vga linear memory", .size = VGA_VRAM, .priority = -1, .kind = REGION_RAM,
		.ram = &l->vram};
	pci_add_bar(&l->func, 0, &l->lfb, false);
	l->func.initial[PCI_BAR] |= 8; /* prefetchable */
	reg_map_add(&l->mmio, d, &mmio_bank, &d->machine->memory, 0);
	space_remove(&d->machine->memory, &l->mmio.region);
	l->mmio.region.priority = -1;
	pci_add_bar(&l->func, 2, &l->mmio.region, false);
	if (!l->rom.host)
		return;
	l->rom_region = (struct region){.name = "vga rom", .size = l->rom.size, .priority = -1, .kind = REGION_ROM,
		.ram = &l->rom};
	pci_add_rom(&l->func, &l->rom_region);
}

static void add_regions(struct dev *d)
{
	struct vga_links *l = d->links;
	struct machine *m = d->machine;

	reg_map_add(&l->ports, d, &vga_bank, &m->ports, 0x3b0);
	reg_map_add(&l->dispi_ports, d, &vga_dispi_bank, &m->ports, 0x1ce);
	l->window = (struct region){.name = "vga window", .base = 0xa0000, .size = 0x20000, .priority = 2, .on = true,
		.kind = REGION_IO, .ops = &vga_window_ops, .dev = d};
	l->fast = (struct region){.name = "vga memory", .base = 0xa0000, .size = 0x10000, .priority = 3,
		.kind = REGION_RAM, .ram = &l->vram};
	space_add(&m->memory, &l->window);
	space_add(&m->memory, &l->fast);
	add_bars(d);
}

static void reset(struct dev *d)
{
	struct vga_links *l = d->links;

	pci_reset(&l->func);
	vga_reset_registers(d);
	vbe_reset(d);
	vga_update_window(d);
}

static void loaded(struct dev *d)
{
	struct vga_links *l = d->links;

	pci_loaded(&l->func);
	vga_update_window(d);
}

static void detach(struct dev *d)
{
	struct vga_links *l = d->links;

	if (l->vram.host)
		ram_free(&l->vram);
	if (l->rom.host)
		ram_free(&l->rom);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct pci_id id = {0x1234, 0x1111, 2, 0x030000, 0, 0};
	struct vga *s = d->state;
	struct vga_links *l = d->links;

	if (!ram_init(&l->vram, "vga.vram", VGA_VRAM, false, err))
		return false;
	if (!load_rom(d, err) ||
	    !pci_add(pci_bus_of(d->machine), d, &l->func, &s->config, (unsigned)row->base, &id, err)) {
		detach(d);
		return false;
	}
	store_le16(l->func.initial + PCI_SUBSYSTEM_VENDOR, 0x1af4);
	store_le16(l->func.initial + PCI_SUBSYSTEM, 0x1100);
	add_regions(d);
	return true;
}

const struct dev_type vga_type = {
	.name = "VGA", .about = "VGA with the Bochs display interface, as QEMU's", .version = 1,
	.state_size = sizeof(struct vga), .links_size = sizeof(struct vga_links), .banks = banks, .state = vga_rows,
	.attach = attach, .reset = reset, .loaded = loaded, .detach = detach,
};
