/* SPDX-License-Identifier: MIT */
/* The host bridge of the PC: Intel 82441FX datasheet (290549). Configuration mechanism 1 at ports CF8h/CFCh
 * (PCI 3.0, 3.2.2.3), the programmable attribute map that shadows C0000h-FFFFFh, and the SMRAM window at A0000h. */
#include "devices/bus/i440fx.h"

#include "devices/bus/piix3.h"
#include "devices/machine.h"
#include "devices/types.h"

enum { PAM0 = 0x59, SMRAM = 0x72, NPAM = 13 };
enum { SMRAM_D_OPEN = 0x40, SMRAM_D_CLS = 0x20, SMRAM_D_LCK = 0x10, SMRAM_G_SMRAME = 8 };
enum { PAM_READ = 1, PAM_WRITE = 2 };

struct i440fx {
	u32 address; /* CONFADD */
	struct pci_config config;
};

struct pam_window {
	struct region region;
	struct dev *dev;
};

struct i440fx_links {
	struct pci_bus bus;
	struct pci_func func;
	struct reg_map map;
	struct pam_window pam[NPAM];
	struct region address, data, smram_open, smram_smm;
	struct dev *piix3;
	struct ram *ram, *bios;
};

static const struct state_field rows[] = {
	STATE_U(struct i440fx, address), STATE_SUB(struct i440fx, config, pci_config_rows), STATE_END,
};

/* ---- configuration mechanism 1 --------------------------------------------------------------------------- */

static u64 data_read(void *dev, u64 off, unsigned size)
{
	struct dev *d = dev;
	struct i440fx *s = d->state;
	struct i440fx_links *l = d->links;

	if (!(s->address >> 31) || (s->address >> 16 & 0xff))
		return mask_low(size * 8);
	return pci_config_read(&l->bus, s->address >> 8 & 0xff, (s->address & 0xfc) + (unsigned)off, size);
}

static void data_write(void *dev, u64 off, unsigned size, u64 value)
{
	struct dev *d = dev;
	struct i440fx *s = d->state;
	struct i440fx_links *l = d->links;

	if (!(s->address >> 31) || (s->address >> 16 & 0xff))
		return;
	pci_config_write(&l->bus, s->address >> 8 & 0xff, (s->address & 0xfc) + (unsigned)off, size, value);
}

static const struct region_ops data_ops = {data_read, data_write, 1, 4};

static const struct reg regs[] = {
	{"CONFADD", 0, 4, REG_MEMBER(struct i440fx, address), .wmask = 0x80ffffff, .doc = "configuration address"},
};
static const struct reg_bank bank = {"i440fx", regs, countof(regs), 4, 4, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

/* Only doubleword accesses are CONFADD (datasheet 3.1.1); byte CF9h in its midst is the south bridge's reset
 * register. */
static u64 address_read(void *dev, u64 off, unsigned size)
{
	struct dev *d = dev;
	struct i440fx_links *l = d->links;

	if (off == 0 && size == 4)
		return reg_read(&l->map, 0, 4);
	if (off == 1 && size == 1 && l->piix3)
		return piix3_rcr_read(l->piix3);
	return mask_low(size * 8);
}

static void address_write(void *dev, u64 off, unsigned size, u64 value)
{
	struct dev *d = dev;
	struct i440fx_links *l = d->links;

	if (off == 0 && size == 4)
		reg_write(&l->map, 0, 4, value);
	else if (off == 1 && size == 1 && l->piix3)
		piix3_rcr_write(l->piix3, (u8)value);
}

static const struct region_ops address_ops = {address_read, address_write, 1, 4};

/* ---- PAM and SMRAM ------------------------------------------------------------------------------------------ */

static u64 pam_base(unsigned n)
{
	return n ? 0xc0000 + (n - 1) * 0x4000 : 0xf0000;
}

static unsigned pam_attribute(const struct i440fx *s, unsigned n)
{
	u8 v = s->config.byte[PAM0 + (n + 1) / 2];

	return (n & 1 ? v : v >> 4) & 3;
}

/* Write-only segments: how a BIOS copies itself into the RAM behind its own ROM. */
static u64 shadowing_read(void *dev, u64 off, unsigned size)
{
	const struct pam_window *w = dev;
	const struct i440fx_links *l = w->dev->links;
	u64 from_top = 0x100000 - w->region.base - off;
	u64 v = 0;

	for (unsigned i = 0; i < size; i++) {
		u64 back = from_top - i;
		u8 byte = l->bios && back <= l->bios->size ? l->bios->host[l->bios->size - back] : 0xff;

		v |= (u64)byte << (i * 8);
	}
	return v;
}

static void shadowing_write(void *dev, u64 off, unsigned size, u64 value)
{
	const struct pam_window *w = dev;
	const struct i440fx_links *l = w->dev->links;

	ram_touch(l->ram, w->region.base + off, size);
	store_le(l->ram->host + w->region.base + off, size, value);
}

static const struct region_ops shadowing_ops = {shadowing_read, shadowing_write, 1, 8};

static void update_pam(struct dev *d)
{
	const struct i440fx *s = d->state;
	struct i440fx_links *l = d->links;

	for (unsigned n = 0; n < NPAM; n++) {
		static const enum region_kind kinds[4] = {REGION_IO, REGION_ROM, REGION_IO, REGION_RAM};
		struct region *r = &l->pam[n].region;
		unsigned a = pam_attribute(s, n);

		r->on = a != 0;
		r->kind = kinds[a];
		r->ops = a == PAM_WRITE ? &shadowing_ops : NULL;
		r->dev = &l->pam[n];
	}
	space_update(&d->machine->memory);
}

/* D_OPEN shows SMRAM to everyone, G_SMRAME to system-management mode (datasheet 3.2.18). */
static void update_smram(struct dev *d)
{
	struct i440fx *s = d->state;
	struct i440fx_links *l = d->links;
	u8 v = s->config.byte[SMRAM];

	if (v & SMRAM_D_LCK) {
		v &= (u8)~SMRAM_D_OPEN;
		s->config.byte[SMRAM] = v;
		l->func.wmask[SMRAM] = SMRAM_D_CLS;
	}
	l->smram_open.on = (v & SMRAM_D_OPEN) && (v & SMRAM_G_SMRAME) && !(v & SMRAM_D_CLS);
	l->smram_smm.on = (v & SMRAM_G_SMRAME) && !(v & SMRAM_D_CLS);
	space_update(&d->machine->memory);
	space_update(&d->machine->smm_memory);
}

static void config_wrote(struct dev *d, unsigned off, unsigned n)
{
	if (off < PAM0 + 7 && off + n > PAM0)
		update_pam(d);
	if (off <= SMRAM && off + n > SMRAM)
		update_smram(d);
}

void i440fx_shadow(struct dev *d)
{
	struct i440fx_links *l = d->links;

	pci_config_write(&l->bus, 0, PAM0, 1, 0x10);
	for (unsigned i = 1; i <= 6; i++)
		pci_config_write(&l->bus, 0, PAM0 + i, 1, 0x11);
}

/* ---- the device -------------------------------------------------------------------------------------------------- */

static void reset(struct dev *d)
{
	struct i440fx_links *l = d->links;

	reg_reset(d, &bank);
	l->func.wmask[SMRAM] = 0x78;
	pci_reset(&l->func);
	if (l->ram) {
		update_pam(d);
		update_smram(d);
	}
}

static void loaded(struct dev *d)
{
	update_pam(d);
	update_smram(d);
}

void i440fx_connect_piix3(struct dev *d, struct dev *piix3)
{
	struct i440fx_links *l = d->links;

	l->piix3 = piix3;
	for (unsigned n = 0; n < 4; n++)
		l->bus.intx[n] = piix3_pirq(piix3, n);
}

void i440fx_connect(struct dev *d, struct ram *ram, struct ram *bios)
{
	struct i440fx_links *l = d->links;

	l->ram = ram;
	l->bios = bios;
	for (unsigned n = 0; n < NPAM; n++) {
		struct region *r = &l->pam[n].region;

		l->pam[n].dev = d;
		*r = (struct region){.name = "pam", .base = pam_base(n), .size = n ? 0x4000 : 0x10000, .priority = 3,
				     .kind = REGION_ROM, .ram = ram, .ram_off = pam_base(n)};
		space_add(&d->machine->memory, r);
	}
	l->smram_open = (struct region){.name = "smram", .base = 0xa0000, .size = 0x20000, .priority = 4,
					.kind = REGION_RAM, .ram = ram, .ram_off = 0xa0000};
	l->smram_smm = l->smram_open;
	space_add(&d->machine->memory, &l->smram_open);
	space_add(&d->machine->smm_memory, &l->smram_smm);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct pci_id id = {0x8086, 0x1237, 2, 0x060000, 0, 0};
	struct i440fx *s = d->state;
	struct i440fx_links *l = d->links;

	(void)row;
	pci_bus_init(&l->bus, d->machine, 0, 0xfffffffe, 1);
	if (!pci_add(&l->bus, d, &l->func, &s->config, 0, &id, err))
		return false;
	l->func.wrote = config_wrote;
	store_le16(l->func.initial + PCI_COMMAND, 6);
	store_le16(l->func.initial + PCI_STATUS, 0x0280);
	l->func.initial[SMRAM] = 2;
	memset(l->func.wmask + PAM0, 0x33, 7);
	l->func.wmask[PAM0] = 0x30;
	l->map.dev = d;
	l->map.bank = &bank;
	l->address = (struct region){.name = "pci config address", .base = 0xcf8, .size = 4, .on = true,
		.kind = REGION_IO, .ops = &address_ops, .dev = d};
	space_add(&d->machine->ports, &l->address);
	l->data = (struct region){.name = "pci config data", .base = 0xcfc, .size = 4, .on = true, .kind = REGION_IO,
				  .ops = &data_ops, .dev = d};
	space_add(&d->machine->ports, &l->data);
	return true;
}

const struct dev_type i440fx_type = {
	.name = "i440fx", .about = "82441FX PCI host bridge", .version = 1,
	.state_size = sizeof(struct i440fx), .links_size = sizeof(struct i440fx_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset, .loaded = loaded,
};
