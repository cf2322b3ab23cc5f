/* SPDX-License-Identifier: MIT */
/* Configuration accesses and what follows from them: BAR regions move, interrupt pins are routed. PCI Local Bus
 * Specification 3.0, chapter 6. */
#include "devices/bus/pci.h"

#include "devices/machine.h"
#include "mem/base/log.h"

const struct state_field pci_config_rows[] = {STATE_RAW(struct pci_config, byte), STATE_END};

void pci_bus_init(struct pci_bus *bus, struct machine *m, u64 window, u64 window_last, u8 slot_a)
{
	bus->machine = m;
	bus->window = window;
	bus->window_last = window_last;
	bus->slot_a = slot_a;
	m->pci = bus;
}

struct pci_bus *pci_bus_of(const struct machine *m)
{
	return m->pci;
}

bool pci_add(struct pci_bus *bus, struct dev *d, struct pci_func *f, struct pci_config *config, unsigned devfn,
	     const struct pci_id *id, struct err *err)
{
	if (!bus)
		return err_set(err, "%s: the machine has no PCI bus", d->id);
	if (devfn > 255 || bus->func[devfn])
		return err_set(err, "%s: PCI slot %02x.%x is taken", d->id, devfn >> 3, devfn & 7);
	f->dev = d;
	f->config = config;
	f->bus = bus;
	f->devfn = (u8)devfn;
	bus->func[devfn] = f;
	store_le16(f->initial + PCI_VENDOR, id->vendor);
	store_le16(f->initial + PCI_DEVICE, id->device);
	f->initial[PCI_REVISION] = id->revision;
	f->initial[PCI_CLASS] = (u8)id->class_code;
	store_le16(f->initial + PCI_CLASS + 1, (u16)(id->class_code >> 8));
	f->initial[PCI_HEADER] = id->header;
	f->initial[PCI_IRQ_PIN] = id->irq_pin;
	store_le16(f->wmask + PCI_COMMAND, 0x0547);
	store_le16(f->w1c + PCI_STATUS, 0xf900);
	f->wmask[0x0c] = 0xff; /* cache line size */
	f->wmask[PCI_IRQ_LINE] = 0xff;
	return true;
}

void pci_add_bar(struct pci_func *f, unsigned n, struct region *r, bool io)
{
	f->bar[n] = (struct pci_bar){r, r->size, io};
	store_le32(f->initial + PCI_BAR + n * 4, io);
	store_le32(f->wmask + PCI_BAR + n * 4, (u32)~(r->size - 1) & (io ? 0xfffffffc : 0xfffffff0));
	r->on = false;
	space_add(io ? &f->dev->machine->ports : &f->dev->machine->memory, r);
}

void pci_add_rom(struct pci_func *f, struct region *r)
{
	f->bar[PCI_BAR_ROM] = (struct pci_bar){r, r->size, false};
	store_le32(f->wmask + PCI_ROM, ((u32)~(r->size - 1) & 0xfffff800) | PCI_ROM_ENABLE);
	r->on = false;
	space_add(&f->dev->machine->memory, r);
}

/* A BAR of all ones is what a driver writes to learn the size: not a place. */
static bool in_window(const struct pci_func *f, const struct pci_bar *b, u64 base)
{
	u64 first = b->io ? 0 : f->bus->window, last = b->io ? 0xffff : f->bus->window_last;

	return base && base >= first && base + b->size - 1 <= last;
}

static void update_bars(struct pci_func *f)
{
	u16 command = pci_get16(f, PCI_COMMAND);

	for (unsigned n = 0; n < countof(f->bar); n++) {
		struct pci_bar *b = &f->bar[n];
		u32 value;
		u64 base;
		bool on;

		if (!b->region)
			continue;
		value = load_le32(f->config->byte + (n == PCI_BAR_ROM ? PCI_ROM : PCI_BAR + n * 4));
		base = value & (n == PCI_BAR_ROM ? ~0x7ffu : b->io ? ~3u : ~15u);
		on = command & (b->io ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY);
		on = on && (n != PCI_BAR_ROM || (value & PCI_ROM_ENABLE)) && in_window(f, b, base);
		if (b->region->base == base && b->region->on == on)
			continue;
		b->region->base = base;
		b->region->on = on;
		space_update(b->io ? &f->dev->machine->ports : &f->dev->machine->memory);
	}
}

void pci_reset(struct pci_func *f)
{
	memcpy(f->config->byte, f->initial, sizeof(f->initial));
	pci_set_intx(f, false);
	update_bars(f);
}

void pci_loaded(struct pci_func *f)
{
	update_bars(f);
}

/* Interrupt pins are swizzled over the bridge's four inputs by device number. */
void pci_set_intx(struct pci_func *f, bool level)
{
	unsigned pin = f->config->byte[PCI_IRQ_PIN], input;

	if (f->intx == level || !pin)
		return;
	f->intx = level;
	input = (pin - 1u + (f->devfn >> 3) - f->bus->slot_a) & 3;
	f->bus->intx_count[input] = (u8)(f->bus->intx_count[input] + (level ? 1 : -1));
	line_set(&f->bus->intx[input], f->bus->intx_count[input] > 0);
}

u64 pci_config_read(struct pci_bus *bus, unsigned devfn, unsigned off, unsigned n)
{
	struct pci_func *f = bus->func[devfn];
	u64 v = 0;

	if (!f)
		return mask_low(n * 8);
	for (unsigned i = 0; i < n; i++)
		v |= (u64)f->config->byte[(off + i) & 255] << (i * 8);
	if (log_on(LOG_REG))
		log_line(LOG_REG, "%s.config[%02x] -> %0*llx", f->dev->id, off, (int)n * 2, (unsigned long long)v);
	return v;
}

void pci_config_write(struct pci_bus *bus, unsigned devfn, unsigned off, unsigned n, u64 value)
{
	struct pci_func *f = bus->func[devfn];

	if (!f)
		return;
	if (log_on(LOG_REG))
		log_line(LOG_REG, "%s.config[%02x] <- %0*llx", f->dev->id, off, (int)n * 2, (unsigned long long)value);
	for (unsigned i = 0; i < n; i++) {
		unsigned at = (off + i) & 255;
		u8 v = (u8)(value >> (i * 8)), *p = &f->config->byte[at];

		*p = (u8)((*p & ~f->wmask[at]) | (v & f->wmask[at]));
		*p &= (u8)~(v & f->w1c[at]);
	}
	update_bars(f);
	if (f->wrote)
		f->wrote(f->dev, off, n);
}
