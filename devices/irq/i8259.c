/* SPDX-License-Identifier: MIT */
/* The 8259A programmable interrupt controller, from Intel's data sheet (231468-003): initialisation and operation
 * command words, priorities and their rotation, polling, special mask and special fully nested modes; with the
 * edge/level control register of the PIIX3 (290550-002, 4.2.5). In a PC it is programmed for 8086 mode. */
#include "devices/irq/i8259.h"

#include "devices/machine.h"
#include "devices/types.h"
#include "mem/base/log.h"

#define CASCADE_IR 2

enum {
	ICW1_IC4 = 1 << 0, ICW1_SNGL = 1 << 1, ICW1_LTIM = 1 << 3, ICW1 = 1 << 4,
	ICW4_UPM = 1 << 0, ICW4_AEOI = 1 << 1, ICW4_SFNM = 1 << 4,
	OCW2_EOI = 1 << 5, OCW2_SL = 1 << 6, OCW2_R = 1 << 7,
	OCW3 = 1 << 3, OCW3_RIS = 1 << 0, OCW3_RR = 1 << 1, OCW3_P = 1 << 2, OCW3_SMM = 1 << 5, OCW3_ESMM = 1 << 6,
};

struct i8259 {
	u8 lines;  /* level of each input */
	u8 edges;  /* edge sense latches: a rise was seen and not yet acknowledged */
	u8 imr, isr;
	u8 elcr;   /* bit set: that input is level triggered */
	u8 icw1, icw2, icw3, icw4;
	u8 icw_next; /* 2-4: the initialisation word that is awaited; 0: ready; 1: never initialised */
	u8 lowest;   /* the input with the lowest priority */
	bool read_isr, poll, special_mask, rotate_aeoi;
	bool output; /* INT */
};

struct i8259_links {
	struct reg_map map, elcr_map;
	struct line out;
	struct dev *slave;
	u8 elcr_mask;
};

static const struct state_field i8259_rows[] = {
	STATE_U(struct i8259, lines), STATE_U(struct i8259, edges),
	STATE_U(struct i8259, imr), STATE_U(struct i8259, isr), STATE_U(struct i8259, elcr),
	STATE_U(struct i8259, icw1), STATE_U(struct i8259, icw2), STATE_U(struct i8259, icw3), STATE_U(struct i8259,
	icw4),
	STATE_U(struct i8259, icw_next), STATE_U(struct i8259, lowest),
	STATE_U(struct i8259, read_isr), STATE_U(struct i8259, poll), STATE_U(struct i8259, special_mask),
	STATE_U(struct i8259, rotate_aeoi), STATE_U(struct i8259, output),
	STATE_END,
};

static u8 i8259_level_mask(const struct i8259 *s)
{
	return s->icw1 & ICW1_LTIM ? 0xff : s->elcr;
}

/* A request lasts only as long as its input is high, in either mode: else the processor gets a default IR7. */
static u8 i8259_irr(const struct i8259 *s)
{
	return s->lines & (i8259_level_mask(s) | s->edges);
}

/* Priority of an input now: 0 is the highest. */
static unsigned i8259_rank(const struct i8259 *s, unsigned ir)
{
	return (ir - s->lowest - 1u) & 7;
}

/* The highest of a set of inputs, or 8. */
static unsigned i8259_highest(const struct i8259 *s, u8 set)
{
	for (unsigned i = 1; i <= 8; i++) {
		unsigned ir = (s->lowest + i) & 7;

		if (bit(set, ir))
			return ir;
	}
	return 8;
}

/* The input that asks and may interrupt what is in service, or 8. */
static unsigned i8259_pending(const struct dev *d)
{
	const struct i8259 *s = d->state;
	const struct i8259_links *l = d->links;
	unsigned ir = i8259_highest(s, i8259_irr(s) & (u8)~s->imr);
	unsigned busy = i8259_highest(s, s->special_mask ? s->isr & (u8)~s->imr : s->isr);
	bool nested = (s->icw4 & ICW4_SFNM) && l->slave && ir == CASCADE_IR;

	if (s->icw_next || ir == 8)
		return 8;
	if (busy == 8 || i8259_rank(s, ir) < i8259_rank(s, busy) || (nested && ir == busy))
		return ir;
	return 8;
}

static void i8259_update(struct dev *d)
{
	struct i8259 *s = d->state;
	struct i8259_links *l = d->links;
	bool level = i8259_pending(d) != 8;

	if (level == s->output)
		return;
	s->output = level;
	line_set(&l->out, level);
}

static void i8259_set_line(void *arg, unsigned ir, bool level)
{
	struct dev *d = arg;
	struct i8259 *s = d->state;
	u8 mask = (u8)(1 << ir);

	if (bit(s->lines, ir) == level)
		return;
	s->lines ^= mask;
	if (level)
		s->edges |= mask;
	else
		s->edges &= (u8)~mask;
	i8259_update(d);
}

/* ---- acknowledgement and end of interrupt ----------------------------------------------------------------------- */

/* INTA reached this chip: the input that it puts in service, 8 if there is none. INT falls for a moment, so that a
 * further request makes an edge at whatever INT is soldered to. */
static unsigned i8259_take(struct dev *d)
{
	struct i8259 *s = d->state;
	struct i8259_links *l = d->links;
	unsigned ir = i8259_pending(d);

	if (ir == 8)
		return 8;
	s->edges &= (u8) ~(1 << ir);
	if (!(s->icw4 & ICW4_AEOI))
		s->isr |= (u8)(1 << ir);
	else if (s->rotate_aeoi)
		s->lowest = (u8)ir;
	s->output = false;
	line_set(&l->out, false);
	return ir;
}

static u8 i8259_vector(const struct i8259 *s, unsigned ir)
{
	return (s->icw2 & 0xf8) | (ir & 7);
}

u8 i8259_ack(struct dev *master)
{
	struct i8259_links *l = master->links;
	unsigned ir = i8259_take(master);
	u8 vector = i8259_vector(master->state, ir == 8 ? 7 : ir);

	if (ir == CASCADE_IR && l->slave) {
		ir = i8259_take(l->slave);
		vector = i8259_vector(l->slave->state, ir == 8 ? 7 : ir);
		i8259_update(l->slave);
	}
	i8259_update(master);
	return vector;
}

/* Table "OCW2" of the data sheet: R, SL and EOI select one of seven commands. */
static void i8259_ocw2(struct i8259 *s, u8 v)
{
	unsigned ir = v & 7;

	if (!(v & OCW2_EOI)) {
		if (v & OCW2_SL)
			s->lowest = v & OCW2_R ? (u8)ir : s->lowest;
		else
			s->rotate_aeoi = v & OCW2_R;
		return;
	}
	if (!(v & OCW2_SL))
		ir = i8259_highest(s, s->special_mask ? s->isr & (u8)~s->imr : s->isr);
	if (ir == 8)
		return;
	s->isr &= (u8) ~(1 << ir);
	if (v & OCW2_R)
		s->lowest = (u8)ir;
}

static void i8259_ocw3(struct i8259 *s, u8 v)
{
	if (v & OCW3_ESMM)
		s->special_mask = v & OCW3_SMM;
	if (v & OCW3_RR)
		s->read_isr = v & OCW3_RIS;
	s->poll = v & OCW3_P;
}

static void i8259_icw1(struct i8259 *s, u8 v)
{
	s->icw1 = v;
	s->icw3 = s->icw4 = 0;
	s->icw_next = 2;
	s->imr = s->isr = s->edges = 0;
	s->lowest = 7;
	s->read_isr = s->poll = s->special_mask = s->rotate_aeoi = false;
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

static void command_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct i8259 *s = d->state;

	(void)index, (void)old;
	if (now & ICW1)
		i8259_icw1(s, (u8)now);
	else if (now & OCW3)
		i8259_ocw3(s, (u8)now);
	else
		i8259_ocw2(s, (u8)now);
	i8259_update(d);
}

/* After a poll command a read acts like INTA: bit 7 says whether there was a request, bits 0-2 which. */
static bool i8259_polled(struct dev *d, u64 *v)
{
	struct i8259 *s = d->state;
	unsigned ir;

	if (!s->poll)
		return false;
	s->poll = false;
	ir = i8259_take(d);
	i8259_update(d);
	*v = ir == 8 ? 0 : 0x80 | ir;
	return true;
}

static u64 command_read(struct dev *d, unsigned index, u64 stored)
{
	const struct i8259 *s = d->state;
	u64 v = s->read_isr ? s->isr : i8259_irr(s);

	(void)index, (void)stored;
	i8259_polled(d, &v);
	return v;
}

static u64 imr_read(struct dev *d, unsigned index, u64 stored)
{
	const struct i8259 *s = d->state;
	u64 v = s->imr;

	(void)index, (void)stored;
	i8259_polled(d, &v);
	return v;
}

static void imr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	i8259_update(d);
}

/* ICW3 comes only with a cascade, ICW4 only if ICW1 said so. */
static void icw_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct i8259 *s = d->state;

	(void)index, (void)old;
	if (s->icw_next == 2 && !(s->icw1 & ICW1_SNGL))
		s->icw_next = 3;
	else if (s->icw_next < 4 && (s->icw1 & ICW1_IC4))
		s->icw_next = 4;
	else
		s->icw_next = 0;
	if (s->icw_next == 0 && !(s->icw4 & ICW4_UPM))
		log_line(LOG_UNIMP, "%s: MCS-80 mode (last word %02x)", d->id, (unsigned)now);
	i8259_update(d);
}

static bool awaits_icw2(const struct dev *d)
{
	return ((const struct i8259 *)d->state)->icw_next == 2;
}

static bool awaits_icw3(const struct dev *d)
{
	return ((const struct i8259 *)d->state)->icw_next == 3;
}

static bool awaits_icw4(const struct dev *d)
{
	return ((const struct i8259 *)d->state)->icw_next == 4;
}

static const struct reg i8259_regs[] = {
	{.name = "OCW", .off = 0, .width = 1, .read = command_read, .wrote = command_wrote,
	 .doc = "ICW1, OCW2 and OCW3 written; IRR, ISR or a poll read"},
	{.name = "ICW2", .off = 1, .width = 1, REG_MEMBER(struct i8259, icw2), .wmask = 0xff, .when = awaits_icw2,
	 .read = imr_read, .wrote = icw_wrote, .doc = "vector base in bits 3-7"},
	{.name = "ICW3", .off = 1, .width = 1, REG_MEMBER(struct i8259, icw3), .wmask = 0xff, .when = awaits_icw3,
	 .read = imr_read, .wrote = icw_wrote, .doc = "inputs with a slave, or the slave's own number"},
	{.name = "ICW4", .off = 1, .width = 1, REG_MEMBER(struct i8259, icw4), .wmask = 0xff, .when = awaits_icw4,
	 .read = imr_read, .wrote = icw_wrote, .doc = "8086 mode, automatic EOI, special fully nested mode"},
	{.name = "IMR", .off = 1, .width = 1, REG_MEMBER(struct i8259, imr), .wmask = 0xff, .read = imr_read,
	 .wrote = imr_wrote, .doc = "OCW1: bit set masks that input"},
};

static void elcr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct i8259 *s = d->state;
	const struct i8259_links *l = d->links;

	(void)index, (void)old;
	s->elcr = (u8)now & l->elcr_mask;
	i8259_update(d);
}

static const struct reg elcr_regs[] = {
	{.name = "ELCR", .off = 0, .width = 1, REG_MEMBER(struct i8259, elcr), .wmask = 0xff, .wrote = elcr_wrote,
	 .doc = "bit set: that input is level triggered; timer, keyboard, cascade, RTC and FERR are always edge"},
};

static const struct reg_bank i8259_bank = {
	.name = "i8259", .regs = i8259_regs, .n = countof(i8259_regs), .size = 2, .max = 1};
static const struct reg_bank elcr_bank = {
	.name = "elcr", .regs = elcr_regs, .n = countof(elcr_regs), .size = 1, .max = 1};
static const struct reg_bank *const i8259_banks[] = {&i8259_bank, &elcr_bank, NULL};

/* ---- device ----------------------------------------------------------------------------------------------------- */

static bool i8259_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct i8259_links *l = d->links;
	u64 elcr = dev_option_number(row->opts, "elcr", 0);

	(void)err;
	l->elcr_mask = (u8)dev_option_number(row->opts, "elcr_mask", 0xff);
	dev_map(d, row, &l->map, &i8259_bank);
	if (elcr)
		reg_map_add(&l->elcr_map, d, &elcr_bank, &d->machine->ports, elcr);
	return true;
}

/* The chip has no reset pin: it stays silent until ICW1. The levels of its inputs belong to those who drive them. */
static void i8259_reset(struct dev *d)
{
	struct i8259 *s = d->state;
	u8 lines = s->lines;

	*s = (struct i8259){.lines = lines, .output = s->output, .icw_next = 1, .lowest = 7};
	reg_reset(d, &i8259_bank);
	reg_reset(d, &elcr_bank);
	i8259_update(d);
}

static struct line i8259_pin(struct dev *d, unsigned n)
{
	return n < 8 ? (struct line){i8259_set_line, d, n} : (struct line){NULL, NULL, 0};
}

static struct line *i8259_out(struct dev *d, unsigned n)
{
	return n == I8259_OUT_INT ? &((struct i8259_links *)d->links)->out : NULL;
}

void i8259_cascade(struct dev *master, struct dev *slave)
{
	((struct i8259_links *)master->links)->slave = slave;
	dev_connect(slave, I8259_OUT_INT, dev_pin(master, CASCADE_IR));
}

struct line i8259_input(struct dev *master, unsigned irq)
{
	const struct i8259_links *l = master->links;

	return irq < 8 ? dev_pin(master, irq) : dev_pin(l->slave, irq - 8);
}

const struct dev_type i8259_type = {
	.name = "i8259",
	.about = "8259A interrupt controller",
	.state_size = sizeof(struct i8259),
	.links_size = sizeof(struct i8259_links),
	.version = 1,
	.banks = i8259_banks,
	.state = i8259_rows,
	.attach = i8259_attach,
	.reset = i8259_reset,
	.pin = i8259_pin,
	.out = i8259_out,
};
