/* SPDX-License-Identifier: MIT */
/* The PC's south bridge, function 0: Intel 82371SB datasheet (290550), chapter 2.2. Routes the four PCI interrupts to
 * ISA interrupts (60h-63h), holds the reset control register, and makes interrupt 13 of the processor's FERR#. The
 * 8259s, 8254 and the like are devices of their own. */
#include "devices/bus/piix3.h"

#include "devices/bus/pci.h"
#include "devices/machine.h"
#include "devices/types.h"

enum { PIRQRCA = 0x60, PIRQ_DISABLED = 0x80, RCR_RESET_TYPE = 2, RCR_RESET = 4, IRQ_FERR = 13 };

struct piix3 {
	struct pci_config config;
	u8 rcr;
	u8 pirq;     /* levels of PIRQ[A-D] */
	u16 isa;     /* levels that ISA devices drive */
	u16 routed;  /* levels on the 16 outputs */
	u8 ferr, ignne;
};

struct piix3_links {
	struct pci_func func;
	struct line out[16], ignne;
	struct reg_map coprocessor;
};

static const struct state_field rows[] = {
	STATE_SUB(struct piix3, config, pci_config_rows), STATE_U(struct piix3, rcr), STATE_U(struct piix3, pirq),
	STATE_U(struct piix3, isa), STATE_U(struct piix3, routed), STATE_U(struct piix3, ferr),
	STATE_U(struct piix3, ignne), STATE_END,
};

static void update(struct dev *d)
{
	struct piix3 *s = d->state;
	struct piix3_links *l = d->links;
	u16 want = s->isa, changed;

	for (unsigned n = 0; n < 4; n++) {
		u8 route = s->config.byte[PIRQRCA + n];

		if ((s->pirq >> n & 1) && !(route & PIRQ_DISABLED))
			want |= (u16)(1u << (route & 15));
	}
	changed = want ^ s->routed;
	s->routed = want;
	for (unsigned irq = 0; irq < 16; irq++) {
		if (changed >> irq & 1)
			line_set(&l->out[irq], want >> irq & 1);
	}
}

static void set_pirq(void *arg, unsigned n, bool level)
{
	struct dev *d = arg;
	struct piix3 *s = d->state;

	s->pirq = (u8)((s->pirq & ~(1u << n)) | (unsigned)level << n);
	update(d);
}

static void set_isa(void *arg, unsigned n, bool level)
{
	struct dev *d = arg;
	struct piix3 *s = d->state;

	s->isa = (u16)((s->isa & ~(1u << n)) | (unsigned)level << n);
	update(d);
}

/* ---- x87 errors: SDM vol. 1, D.2.1.2 (figure D-1); datasheet: Coprocessor Error Register -------------------- */

static void set_ignne(struct dev *d, bool level)
{
	struct piix3 *s = d->state;
	struct piix3_links *l = d->links;

	s->ignne = level;
	line_set(&l->ignne, level);
}

/* Its rise asks for interrupt 13 until port F0h is written; its fall ends IGNNE#. */
static void set_ferr(void *arg, unsigned pin, bool level)
{
	struct dev *d = arg;
	struct piix3 *s = d->state;

	(void)pin;
	if (level && !s->ferr)
		set_isa(d, IRQ_FERR, true);
	s->ferr = level;
	if (!level)
		set_ignne(d, false);
}

static u64 error_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d;
	(void)index;
	(void)stored;
	return 0xff;
}

static void error_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct piix3 *s = d->state;

	(void)index;
	(void)old;
	(void)now;
	set_isa(d, IRQ_FERR, false);
	set_ignne(d, s->ferr);
}

static const struct reg regs[] = {
	{"COPERR", 0, 1, .read = error_read, .wrote = error_wrote,
	 .doc = "coprocessor error: writing ends interrupt 13, and holds IGNNE# while there is FERR#"},
};
static const struct reg_bank bank = {"piix3 coprocessor error", regs, countof(regs), 1, 1, 1, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

static struct line pin(struct dev *d, unsigned n)
{
	return n == PIIX3_PIN_FERR ? (struct line){set_ferr, d, n} : (struct line){NULL, NULL, 0};
}

static struct line *out(struct dev *d, unsigned n)
{
	struct piix3_links *l = d->links;

	return n == PIIX3_OUT_IGNNE ? &l->ignne : NULL;
}

/* ---- for the board --------------------------------------------------------------------------------------------- */

struct line piix3_pirq(struct dev *d, unsigned n)
{
	return (struct line){set_pirq, d, n};
}

struct line piix3_isa_irq(struct dev *d, unsigned irq)
{
	return (struct line){set_isa, d, irq};
}

void piix3_connect(struct dev *d, const struct line isa[16])
{
	struct piix3_links *l = d->links;

	memcpy(l->out, isa, sizeof(l->out));
}

u8 piix3_rcr_read(struct dev *d)
{
	return ((struct piix3 *)d->state)->rcr;
}

void piix3_rcr_write(struct dev *d, u8 value)
{
	struct piix3 *s = d->state;

	if (value & ~s->rcr & RCR_RESET)
		machine_request_reset(d->machine, "reset control register (port CF9h)");
	s->rcr = value & RCR_RESET_TYPE;
}

void piix3_route(struct dev *d)
{
	struct piix3_links *l = d->links;

	pci_config_write(l->func.bus, l->func.devfn, PIRQRCA, 4, 0x0b0b0a0a);
}

static void wrote(struct dev *d, unsigned off, unsigned n)
{
	if (off < PIRQRCA + 4 && off + n > PIRQRCA)
		update(d);
}

static void reset(struct dev *d)
{
	struct piix3 *s = d->state;
	struct piix3_links *l = d->links;

	pci_reset(&l->func);
	s->rcr = 0;
	s->ferr = 0;
	set_ignne(d, false);
	s->isa &= (u16) ~(1u << IRQ_FERR);
	update(d);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct pci_id id = {0x8086, 0x7000, 0, 0x060100, 0x80, 0};
	struct piix3 *s = d->state;
	struct piix3_links *l = d->links;
	u8 *initial = l->func.initial, *wmask = l->func.wmask;

	if (!pci_add(pci_bus_of(d->machine), d, &l->func, &s->config, (unsigned)row->base, &id, err))
		return false;
	l->func.wrote = wrote;
	reg_map_add(&l->coprocessor, d, &bank, &d->machine->ports, 0xf0);
	store_le16(initial + PCI_COMMAND, 7);
	store_le16(initial + PCI_STATUS, 0x0200);
	initial[0x4c] = 0x4d;
	initial[0x4e] = 0x03;
	memset(initial + PIRQRCA, 0x80, 4);
	initial[0x69] = 0x02;
	initial[0x70] = 0x80;
	initial[0x76] = initial[0x77] = 0x0c;
	initial[0xa0] = 0x08;
	memset(wmask + 0x4c, 0xff, 4);
	memset(wmask + PIRQRCA, 0x8f, 4);
	memset(wmask + 0x69, 0xff, 16);
	memset(wmask + 0x80, 0xff, 4);
	memset(wmask + 0xa0, 0xff, 16);
	return true;
}

const struct dev_type piix3_type = {
	.name = "piix3", .about = "82371SB PCI-to-ISA bridge", .version = 1,
	.state_size = sizeof(struct piix3), .links_size = sizeof(struct piix3_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset, .pin = pin, .out = out,
};
