/* SPDX-License-Identifier: MIT */
/* A PCIe host bridge as drivers know it by the name pci-host-ecam-generic: configuration space in memory, 4 KiB a
 * function (PCI Express Base Specification, 7.2.2, ECAM), windows through which memory and I/O BARs are seen, and a
 * function 00:00.0 that stands for the bridge itself. There is one bus; what nothing answers reads as ones and never
 * faults, as behind a bridge that turns master aborts into that. */
#include "devices/bus/pcie_ecam.h"

#include "devices/bus/pci.h"
#include "devices/machine.h"
#include "devices/types.h"

struct pcie_ecam {
	struct pci_config config;
};

struct pcie_links {
	struct pci_bus bus;
	struct pci_func func;
	struct region ecam, mmio, high, pio;
};

static const struct state_field rows[] = {
	STATE_SUB(struct pcie_ecam, config, pci_config_rows), STATE_END,
};

/* ---- configuration ------------------------------------------------------------------------------------------ */

/* Bits 27:20 are the bus, 19:12 device and function, 11:0 the register; ours are no PCIe functions, so that they
 * have 256 bytes. */
static bool answers(u64 off)
{
	return !(off >> 20) && (off & 0xfff) < 256;
}

static u64 ecam_read(void *dev, u64 off, unsigned size)
{
	struct pcie_links *l = ((struct dev *)dev)->links;

	if (!answers(off))
		return mask_low(size * 8);
	return pci_config_read(&l->bus, off >> 12 & 0xff, off & 0xff, size);
}

static void ecam_write(void *dev, u64 off, unsigned size, u64 value)
{
	struct pcie_links *l = ((struct dev *)dev)->links;

	if (answers(off))
		pci_config_write(&l->bus, off >> 12 & 0xff, off & 0xff, size, value);
}

/* ---- windows ------------------------------------------------------------------------------------------------ */

static u64 pio_read(void *dev, u64 off, unsigned size)
{
	return space_read(&((struct dev *)dev)->machine->ports, off, size);
}

static void pio_write(void *dev, u64 off, unsigned size, u64 value)
{
	space_write(&((struct dev *)dev)->machine->ports, off, size, value);
}

/* What lies behind the BARs in a memory window. */
static u64 hole_read(void *dev, u64 off, unsigned size)
{
	(void)dev;
	(void)off;
	return mask_low(size * 8);
}

static void map(struct dev *d, struct region *r, const char *name, u64 base, u64 size, const struct region_ops *ops)
{
	*r = (struct region){.name = name, .base = base, .size = size, .priority = -1, .on = true, .kind = REGION_IO,
		.ops = ops, .dev = d};
	space_add(&d->machine->memory, r);
}

static void map_all(struct dev *d, const struct board_row *row, u64 mmio, u64 mmio_size)
{
	static const struct region_ops ecam_ops = {ecam_read, ecam_write, 1, 4}, pio_ops = {pio_read, pio_write, 1, 4};
	static const struct region_ops hole_ops = {hole_read, NULL, 1, 8};
	struct pcie_links *l = d->links;
	const char *opts = row->opts;

	map(d, &l->ecam, "pcie ecam", row->base, dev_option_number(opts, "ecam_size", 0x10000000), &ecam_ops);
	map(d, &l->mmio, "pcie mmio", mmio, mmio_size, &hole_ops);
	map(d, &l->high, "pcie high mmio", dev_option_number(opts, "high", 0x8000000000),
		dev_option_number(opts, "high_size", 0x8000000000), &hole_ops);
	map(d, &l->pio, "pcie pio", dev_option_number(opts, "pio", 0x3eff0000), 0x10000, &pio_ops);
}

/* ---- device ------------------------------------------------------------------------------------------------- */

static void reset(struct dev *d)
{
	pci_reset(&((struct pcie_links *)d->links)->func);
}

static void loaded(struct dev *d)
{
	pci_loaded(&((struct pcie_links *)d->links)->func);
}

static struct line *out(struct dev *d, unsigned n)
{
	struct pcie_links *l = d->links;

	return n < countof(l->bus.intx) ? &l->bus.intx[n] : NULL;
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct pci_id id = {0x1b36, 0x0008, 0, 0x060000, 0, 0};
	u64 mmio = dev_option_number(row->opts, "mmio", 0x10000000);
	u64 mmio_size = dev_option_number(row->opts, "mmio_size", 0x2eff0000);
	struct pcie_ecam *s = d->state;
	struct pcie_links *l = d->links;

	pci_bus_init(&l->bus, d->machine, mmio, mmio + mmio_size - 1, 0);
	if (!pci_add(&l->bus, d, &l->func, &s->config, 0, &id, err))
		return false;
	store_le16(l->func.initial + PCI_SUBSYSTEM_VENDOR, 0x1af4);
	store_le16(l->func.initial + PCI_SUBSYSTEM, 0x1100);
	for (unsigned n = 0; n < countof(l->bus.intx) && row->irq >= 0; n++)
		l->bus.intx[n] = machine_irq(d->machine, row->irq + (int)n);
	map_all(d, row, mmio, mmio_size);
	return true;
}

const struct dev_type pcie_ecam_type = {
	.name = "pcie_ecam", .about = "generic PCIe host bridge", .version = 1,
	.state_size = sizeof(struct pcie_ecam), .links_size = sizeof(struct pcie_links), .state = rows,
	.attach = attach, .reset = reset, .loaded = loaded, .out = out,
};
