/* SPDX-License-Identifier: MIT */
/* The PIIX3's IDE function: Intel 82371SB datasheet (290550), 2.3 (configuration), 2.6 (bus master registers), 3.5
 * (operation). Two channels at their legacy ports with IRQ 14 and 15, which are devices of their own (ata.c); here is
 * what makes them a PCI function: timing registers, which time nothing, and the bus master that walks PRD tables. As
 * QEMU's, the legacy ports answer whether or not IDETIM and PCICMD say that they are decoded. */
#include "devices/disk/piix3_ide.h"

#include "devices/bus/pci.h"
#include "devices/disk/ata.h"
#include "devices/machine.h"
#include "devices/types.h"
#include "mem/base/log.h"

#include <stdio.h>

enum { IDETIM = 0x40, SIDETIM = 0x44, IDETIM_DECODE = 0x8000, BM_BAR = 4, BM_SIZE = 16 };
enum { BM_START = 1, BM_WRITES_MEMORY = 8 };      /* BMICx */
enum { BM_ACTIVE = 1, BM_ERROR = 2, BM_INTR = 4 }; /* BMISx */
enum { PRD_SIZE = 8, PRD_MAX = 0x10000 / PRD_SIZE, PRD_LAST = 1u << 15 };

struct ide {
	struct pci_config config;
	u8 command[2], status[2]; /* BMICx, BMISx */
	u32 table[2];             /* BMIDTPx */
	/* where the bus master is */
	u32 next[2];              /* descriptor to read */
	u32 at[2], left[2];       /* the rest of the present region */
	u16 fetched[2];           /* descriptors so far: a table lies within 64 KiB */
	u8 last[2];               /* the present region is the last one */
	u8 pad[2];
};

struct ide_links {
	struct pci_func func;
	struct reg_map bm;
	struct dev *channel[2];
};

static const struct state_field rows[] = {
	STATE_SUB(struct ide, config, pci_config_rows), STATE_U_ARRAY(struct ide, command),
	STATE_U_ARRAY(struct ide, status),
	STATE_U_ARRAY(struct ide, table), STATE_U_ARRAY(struct ide, next), STATE_U_ARRAY(struct ide, at),
	STATE_U_ARRAY(struct ide, left), STATE_U_ARRAY(struct ide, fetched), STATE_U_ARRAY(struct ide, last),
	STATE_SKIP(struct ide, pad), STATE_END,
};

/* ---- bus master ---------------------------------------------------------------------------------------- */

static void stop(struct ide *s, unsigned n, u8 why)
{
	s->status[n] = (u8)((s->status[n] & ~BM_ACTIVE) | why);
}

/* 3.5.2.1: base and count, both even; a count of 0 is 64 KiB. */
static bool fetch(struct dev *d, unsigned n)
{
	struct ide *s = d->state;
	const struct ide_links *l = d->links;
	u8 prd[PRD_SIZE];

	if (!(pci_get16(&l->func, PCI_COMMAND) & PCI_COMMAND_MASTER) || s->fetched[n] == PRD_MAX) {
		log_guest("%s: channel %u: %s", d->id, n,
			s->fetched[n] == PRD_MAX ? "a PRD table without end" : "DMA without being bus master");
		stop(s, n, BM_ERROR);
		return false;
	}
	space_read_block(&d->machine->memory, s->next[n], prd, sizeof(prd));
	s->next[n] += PRD_SIZE;
	s->fetched[n]++;
	s->at[n] = load_le32(prd) & ~1u;
	s->left[n] = load_le16(prd + 4) & 0xfffeu;
	s->left[n] = s->left[n] ? s->left[n] : 0x10000;
	s->last[n] = (load_le16(prd + 6) & PRD_LAST) != 0;
	return true;
}

/* With the last byte of the last region it goes inactive; a drive that wants more waits in vain (2.6.2). */
static u32 piece(struct dev *d, unsigned n, u64 *address, u32 want)
{
	struct ide *s = d->state;

	if (!(s->status[n] & BM_ACTIVE) || (!s->left[n] && !fetch(d, n)))
		return 0;
	want = min_uint(want, s->left[n]);
	*address = s->at[n];
	s->at[n] += want;
	s->left[n] -= want;
	if (!s->left[n] && s->last[n])
		stop(s, n, 0);
	return want;
}

static void interrupt(struct dev *d, unsigned n)
{
	((struct ide *)d->state)->status[n] |= BM_INTR;
}

static void command_wrote(struct dev *d, unsigned n, u64 old, u64 now)
{
	struct ide *s = d->state;
	struct ide_links *l = d->links;

	if (old & ~now & BM_START)
		stop(s, n, 0);
	if (!(now & ~old & BM_START))
		return;
	s->next[n] = s->table[n];
	s->left[n] = s->fetched[n] = s->last[n] = 0;
	s->status[n] |= BM_ACTIVE;
	if (l->channel[n])
		ata_dma_started(l->channel[n]);
}

static const struct reg bm_regs[] = {
	{"BMIC", 0, 1, REG_MEMBERS(struct ide, command), .stride = 8, .wmask = BM_START | BM_WRITES_MEMORY,
		.wrote = command_wrote, .doc = "start, direction"},
	{"BMIS", 2, 1, REG_MEMBERS(struct ide, status), .stride = 8, .wmask = 0x60, .w1c = BM_ERROR | BM_INTR,
		.doc = "active, error, interrupt; which drives can do DMA"},
	{"BMIDTP", 4, 4, REG_MEMBERS(struct ide, table), .stride = 8, .wmask = 0xfffffffc, .doc = "descriptor table"},
};
static const struct reg_bank bm_bank = {"ide bus master", bm_regs, countof(bm_regs), BM_SIZE, 1, 4, 0};
static const struct reg_bank *const banks[] = {&bm_bank, NULL};

/* ---- drives -------------------------------------------------------------------------------------------- */

/* bus=ide.N,unit=M; without them, the first place that is free. */
static bool find_place(struct machine *m, const struct plug *p, struct dev **channel, unsigned *unit, struct err *err)
{
	char bus[16] = "";
	unsigned places = 0;
	u64 want = dev_option_number(p->opts, "unit", ~0ull);

	dev_option(p->opts, "bus", bus, sizeof(bus));
	if (*bus && strcmp(bus, "ide.0") && strcmp(bus, "ide.1"))
		return err_set(err, "-device %s,bus=%s: ide.0 or ide.1", p->device, bus);
	if (want > 1 && want != ~0ull)
		return err_set(err, "-device %s,unit=%llu: 0 or 1", p->device, (unsigned long long)want);
	for (unsigned n = 0; n < 4; n++) {
		*channel = dev_find(m, n < 2 ? "ide0" : "ide1");
		*unit = n & 1;
		if ((*bus && bus[4] != (n < 2 ? '0' : '1')) || (want != ~0ull && want != *unit))
			continue;
		places++;
		if (*channel && !ata_plugged(*channel, *unit))
			return true;
	}
	return err_set(err, "-device %s: %s", p->device,
		places > 1 ? "there is no free place on the IDE channels" : "another drive is in its place");
}

bool ide_plug(struct machine *m, unsigned n, bool *taken, struct err *err)
{
	static const char *const known[] = {"bus=", "unit=", "serial=", "model="};
	const struct plug *p = &m->config.plugs[n];
	bool cd = !strcmp(p->device, "ide-cd");
	char serial[21], model[41];
	struct dev *channel = NULL;
	unsigned unit = 0;

	*taken = cd || !strcmp(p->device, "ide-hd");
	if (!*taken)
		return true;
	for (const char *o = p->opts; o && *o; o += strcspn(o, ","), o += *o == ',') {
		bool ok = false;

		for (unsigned i = 0; i < countof(known); i++)
			ok |= !strncmp(o, known[i], strlen(known[i]));
		if (!ok)
			return err_set(err, "-device %s: no option \"%.*s\"; there are: drive,bus,unit,serial,model",
				p->device, (int)strcspn(o, "=,"), o);
	}
	if (!cd && !p->block)
		return err_set(err, "-device %s: drive=ID is missing", p->device);
	return find_place(m, p, &channel, &unit, err) &&
		(ata_plug(channel, unit, cd ? ATA_CDROM : ATA_DISK, p->block,
			dev_option(p->opts, "serial", serial, sizeof(serial)) ? serial : NULL,
			dev_option(p->opts, "model", model, sizeof(model)) ? model : NULL, err) ||
			err_prefix(err, "-device %s", p->device));
}

/* ---- the function -------------------------------------------------------------------------------------- */

void piix3_ide_connect(struct dev *d, struct dev *primary, struct dev *secondary)
{
	struct ide_links *l = d->links;

	l->channel[0] = primary;
	l->channel[1] = secondary;
	for (unsigned n = 0; n < 2; n++) {
		struct ata_master master = {piece, interrupt, d, n};

		if (l->channel[n])
			ata_connect(l->channel[n], &master);
	}
}

void piix3_ide_enable(struct dev *d, u16 base)
{
	struct ide_links *l = d->links;

	pci_config_write(l->func.bus, l->func.devfn, IDETIM, 4, IDETIM_DECODE | (u32)IDETIM_DECODE << 16);
	pci_config_write(l->func.bus, l->func.devfn, PCI_BAR + BM_BAR * 4, 4, base);
	pci_config_write(l->func.bus, l->func.devfn, PCI_COMMAND, 2, PCI_COMMAND_IO | PCI_COMMAND_MASTER);
}

static void reset(struct dev *d)
{
	struct ide *s = d->state;
	struct ide_links *l = d->links;

	pci_reset(&l->func);
	reg_reset(d, &bm_bank);
	for (unsigned n = 0; n < 2; n++)
		s->next[n] = s->at[n] = s->left[n] = s->fetched[n] = s->last[n] = 0;
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct pci_id id = {0x8086, 0x7010, 0, 0x010180, 0, 0};
	struct ide *s = d->state;
	struct ide_links *l = d->links;
	u8 *wmask = l->func.wmask;

	if (!pci_add(pci_bus_of(d->machine), d, &l->func, &s->config, (unsigned)row->base, &id, err))
		return false;
	store_le16(l->func.initial + PCI_STATUS, 0x0280);
	store_le16(wmask + PCI_COMMAND, PCI_COMMAND_IO | PCI_COMMAND_MASTER);
	memset(wmask + IDETIM, 0xff, SIDETIM + 1 - IDETIM);
	reg_map_add(&l->bm, d, &bm_bank, &d->machine->ports, 0);
	pci_add_bar(&l->func, BM_BAR, &l->bm.region, true);
	return true;
}

static void loaded(struct dev *d)
{
	struct ide_links *l = d->links;

	pci_loaded(&l->func);
}

const struct dev_type piix3_ide_type = {
	.name = "piix3-ide", .about = "82371SB IDE function with bus master", .version = 1,
	.state_size = sizeof(struct ide), .links_size = sizeof(struct ide_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset, .loaded = loaded,
};
