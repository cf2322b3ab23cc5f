/* SPDX-License-Identifier: MIT */
/* Conventional PCI: configuration space, base address registers, interrupt pins. PCI Local Bus Specification 3.0,
 * chapter 6 (configuration space). The bus itself is part of the host bridge (i440fx.c, pcie_ecam.c), which decides how
 * it is reached; a device embeds a pci_config in its state and a pci_func in its links. */
#ifndef DEVICES_BUS_PCI_H
#define DEVICES_BUS_PCI_H

#include "devices/dev.h"

enum {
	PCI_VENDOR = 0x00, PCI_DEVICE = 0x02, PCI_COMMAND = 0x04, PCI_STATUS = 0x06, PCI_REVISION = 0x08,
	PCI_CLASS = 0x09, PCI_HEADER = 0x0e, PCI_BAR = 0x10, PCI_SUBSYSTEM_VENDOR = 0x2c, PCI_SUBSYSTEM = 0x2e,
	PCI_ROM = 0x30, PCI_CAPS = 0x34, PCI_IRQ_LINE = 0x3c, PCI_IRQ_PIN = 0x3d,
};
enum { PCI_BAR_ROM = 6, PCI_ROM_ENABLE = 1 };
enum { PCI_COMMAND_IO = 1, PCI_COMMAND_MEMORY = 2, PCI_COMMAND_MASTER = 4, PCI_COMMAND_NO_INTX = 1 << 10 };

struct pci_config {
	u8 byte[256];
};
extern const struct state_field pci_config_rows[];

struct pci_bar {
	struct region *region; /* NULL: no such BAR */
	u64 size;
	bool io;
};

struct pci_func {
	struct dev *dev;
	struct pci_config *config;
	u8 wmask[256], w1c[256]; /* set by the device before pci_add or after; the standard ones are set by pci_add */
	u8 initial[256];         /* what reset puts back: the device fills it through pci_add and directly */
	struct pci_bar bar[7]; /* [PCI_BAR_ROM]: the expansion ROM's (6.2.5.2) */
	struct pci_bus *bus;
	u8 devfn; /* device << 3 | function */
	bool intx;
	void (*wrote)(struct dev *d, unsigned off, unsigned n); /* after a write to [off, off+n); may be NULL */
};

struct pci_bus {
	struct machine *machine;
	struct pci_func *func[256];
	u64 window, window_last; /* where memory BARs are decoded */
	u8 slot_a;               /* the device whose pin A is the first of these wires; the next one's is the second */
	struct line intx[4];     /* where the four interrupt wires lead */
	u8 intx_count[4];        /* how many functions pull each; derived */
};

struct pci_id {
	u16 vendor, device;
	u8 revision;
	u32 class_code; /* 24 bits */
	u8 header, irq_pin;
};

/* The machine's only bus, which the host bridge's attach makes. */
void pci_bus_init(struct pci_bus *bus, struct machine *m, u64 window, u64 window_last, u8 slot_a);
struct pci_bus *pci_bus_of(const struct machine *m);
/* Plugs a function in, fills the identity and standard masks. config is inside the device's state. */
bool pci_add(struct pci_bus *bus, struct dev *d, struct pci_func *f, struct pci_config *config, unsigned devfn,
	     const struct pci_id *id, struct err *err);
/* A BAR whose region (base is set by the guest, on by the command register) is mapped into memory or ports. */
void pci_add_bar(struct pci_func *f, unsigned n, struct region *r, bool io);
/* Likewise the expansion ROM's, whose size is at least 2 KiB. */
void pci_add_rom(struct pci_func *f, struct region *r);
/* Configuration registers back to their power-on values; called by the device's reset. */
void pci_reset(struct pci_func *f);
/* After a snapshot: regions follow the saved registers. */
void pci_loaded(struct pci_func *f);
void pci_set_intx(struct pci_func *f, bool level);

u64 pci_config_read(struct pci_bus *bus, unsigned devfn, unsigned off, unsigned n);
void pci_config_write(struct pci_bus *bus, unsigned devfn, unsigned off, unsigned n, u64 value);

static inline u16 pci_get16(const struct pci_func *f, unsigned off)
{
	return load_le16(f->config->byte + off);
}

#endif
