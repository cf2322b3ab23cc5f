/* SPDX-License-Identifier: MIT */
/* ARM's PrimeCell GPIO PL061 (DDI 0190, chapter 3): eight lines, each an input or an output, with edge or level
 * interrupts. Address bits 9:2 of an access to GPIODATA choose the lines that it means. Lines that nobody drives are
 * pulled down. Under hardware control (GPIOAFSEL) there is no hardware: such a line is an input. */
#include "devices/misc/pl061.h"

#include "devices/machine.h"
#include "devices/types.h"

struct pl061 {
	u8 data, dir, is, ibe, iev, ie, afsel;
	u8 edges; /* GPIORIS of the lines that are edge-sensitive */
	u8 in;    /* levels at the pins */
	u8 seen;  /* levels of the lines when last looked at */
};

struct pl061_links {
	struct reg_map map;
	struct line irq, out[PL061_LINES];
};

static const struct state_field rows[] = {
	STATE_U(struct pl061, data), STATE_U(struct pl061, dir), STATE_U(struct pl061, is), STATE_U(struct pl061, ibe),
	STATE_U(struct pl061, iev), STATE_U(struct pl061, ie), STATE_U(struct pl061, afsel),
	STATE_U(struct pl061, edges), STATE_U(struct pl061, in), STATE_U(struct pl061, seen), STATE_END,
};

static u8 driven(const struct pl061 *s)
{
	return s->dir & (u8)~s->afsel;
}

/* Outputs read back what they drive. */
static u8 levels(const struct pl061 *s)
{
	return (u8)((s->data & driven(s)) | (s->in & ~driven(s)));
}

/* 3.3.3 to 3.3.5: GPIOIS chooses level, GPIOIBE both edges, else GPIOIEV which edge or level. Inputs only. */
static u8 raw(const struct pl061 *s)
{
	u8 level = (u8) ~(levels(s) ^ s->iev);

	return (u8)((s->edges & ~s->is) | (level & s->is & ~driven(s)));
}

static void update(struct dev *d)
{
	struct pl061 *s = d->state;
	const struct pl061_links *l = d->links;
	u8 now = levels(s), changed = (u8)((now ^ s->seen) & ~driven(s));

	s->edges |= (u8)(changed & ~s->is & (s->ibe | ~(now ^ s->iev)));
	s->seen = now;
	for (unsigned n = 0; n < PL061_LINES; n++)
		line_set(&l->out[n], bit(now & driven(s), n));
	line_set(&l->irq, raw(s) & s->ie);
}

/* ---- registers ---------------------------------------------------------------------------------------------- */

static u64 data_read(struct dev *d, unsigned index, u64 stored)
{
	(void)stored;
	return levels(d->state) & index;
}

static void data_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pl061 *s = d->state;
	u8 mask = (u8)(index & s->dir);

	(void)old;
	s->data = (u8)((s->data & ~mask) | (now & mask));
	update(d);
}

static void wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	(void)now;
	update(d);
}

static u64 ris_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return raw(d->state);
}

static u64 mis_read(struct dev *d, unsigned index, u64 stored)
{
	const struct pl061 *s = d->state;

	(void)index;
	(void)stored;
	return raw(s) & s->ie;
}

static void ic_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	((struct pl061 *)d->state)->edges &= (u8)~now;
	update(d);
}

static u64 id_read(struct dev *d, unsigned index, u64 stored)
{
	static const u8 id[8] = {0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	(void)d;
	(void)stored;
	return id[index];
}

#define MEMBER(m) REG_MEMBER(struct pl061, m), .wmask = 0xff, .wrote = wrote

static const struct reg regs[] = {
	{"GPIODATA", 0x000, 4, .count = 256, .read = data_read, .wrote = data_wrote, .doc = "lines, masked by the address"},
	{"GPIODIR", 0x400, 4, MEMBER(dir), .doc = "1: output"},
	{"GPIOIS", 0x404, 4, MEMBER(is), .doc = "1: level-sensitive"},
	{"GPIOIBE", 0x408, 4, MEMBER(ibe), .doc = "1: both edges"},
	{"GPIOIEV", 0x40c, 4, MEMBER(iev), .doc = "1: rising edge or high level"},
	{"GPIOIE", 0x410, 4, MEMBER(ie), .doc = "interrupt mask: 1 lets it through"},
	{"GPIORIS", 0x414, 4, .read = ris_read, .doc = "raw interrupts"},
	{"GPIOMIS", 0x418, 4, .read = mis_read, .doc = "masked interrupts"},
	{"GPIOIC", 0x41c, 4, .wrote = ic_wrote, .doc = "clears edges"},
	{"GPIOAFSEL", 0x420, 4, MEMBER(afsel), .doc = "1: hardware control"},
	{"GPIOID", 0xfe0, 4, .count = 8, .read = id_read, .doc = "PeriphID0-3, PCellID0-3"},
};

static const struct reg_bank bank = {"pl061", regs, countof(regs), 0x1000, 4, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

/* ---- device ------------------------------------------------------------------------------------------------- */

static void set_pin(void *arg, unsigned pin, bool level)
{
	struct dev *d = arg;
	struct pl061 *s = d->state;

	s->in = (u8)((s->in & ~BIT(pin)) | (u8)(level << pin));
	update(d);
}

static struct line pin(struct dev *d, unsigned n)
{
	return n < PL061_LINES ? (struct line){set_pin, d, n} : (struct line){NULL, NULL, 0};
}

static struct line *out(struct dev *d, unsigned n)
{
	struct pl061_links *l = d->links;

	return n < PL061_LINES ? &l->out[n] : NULL;
}

/* What the world drives into the pins is not the chip's to reset. */
static void reset(struct dev *d)
{
	struct pl061 *s = d->state;

	reg_reset(d, &bank);
	s->data = s->edges = 0;
	s->seen = s->in;
	update(d);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct pl061_links *l = d->links;

	(void)err;
	l->irq = machine_irq(d->machine, row->irq);
	dev_map(d, row, &l->map, &bank);
	return true;
}

const struct dev_type pl061_type = {
	.name = "pl061", .about = "PL061 general-purpose lines", .version = 1,
	.state_size = sizeof(struct pl061), .links_size = sizeof(struct pl061_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset, .pin = pin, .out = out,
};
