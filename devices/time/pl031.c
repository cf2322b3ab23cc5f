/* SPDX-License-Identifier: MIT */
/* ARM's PrimeCell real-time clock PL031 (DDI 0224, chapter 3): a 32-bit counter of seconds with one match register. It
 * starts at the replay gate's epoch and runs on its battery through resets, so it is always enabled (RTCCR reads 1).
 * Nothing ticks: the counter is computed when it is read, a passed match is noticed when somebody looks, and an event
 * is armed only for an interrupt that is let through. */
#include "devices/machine.h"
#include "devices/types.h"

#define TURN (CLOCK_SECOND << 32) /* ns until the counter comes round */

struct pl031 {
	u64 match_at; /* ns: when the counter next becomes RTCMR */
	u32 offset;   /* the counter at time 0 */
	u32 mr, lr, cr;
	u32 imsc, ris;
	struct event match;
};

struct pl031_links {
	struct reg_map map;
	struct line irq;
};

static const struct state_field rows[] = {
	STATE_U(struct pl031, match_at), STATE_U(struct pl031, offset), STATE_U(struct pl031, mr),
	STATE_U(struct pl031, lr), STATE_U(struct pl031, cr), STATE_U(struct pl031, imsc), STATE_U(struct pl031, ris),
	STATE_SUB(struct pl031, match, event_rows), STATE_END,
};

static u32 counter(struct dev *d)
{
	const struct pl031 *s = d->state;

	return (u32)(s->offset + clock_now(&d->machine->clock) / CLOCK_SECOND);
}

/* Notices a match that has passed, and settles what follows from the interrupt registers. */
static void update(struct dev *d)
{
	struct pl031 *s = d->state;
	const struct pl031_links *l = d->links;
	u64 now = clock_now(&d->machine->clock);

	if (now >= s->match_at) {
		s->ris = 1;
		s->match_at += ((now - s->match_at) / TURN + 1) * TURN;
	}
	if (s->imsc && !s->ris)
		event_at(&s->match, s->match_at);
	else
		event_cancel(&s->match);
	line_set(&l->irq, s->ris & s->imsc);
}

/* After the counter or RTCMR was written: they may be equal at once. */
static void find_match(struct dev *d)
{
	struct pl031 *s = d->state;
	u64 second = clock_now(&d->machine->clock) / CLOCK_SECOND;

	s->match_at = (second + (u32)(s->mr - counter(d))) * CLOCK_SECOND;
	update(d);
}

static void on_match(void *arg)
{
	update(arg);
}

/* ---- registers ---------------------------------------------------------------------------------------------- */

static u64 dr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return counter(d);
}

static void mr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	(void)now;
	find_match(d);
}

static void lr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pl031 *s = d->state;

	(void)index;
	(void)old;
	s->offset += (u32)now - counter(d);
	find_match(d);
}

static void imsc_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	(void)now;
	update(d);
}

static u64 ris_read(struct dev *d, unsigned index, u64 stored)
{
	const struct pl031 *s = d->state;

	(void)index;
	(void)stored;
	update(d);
	return s->ris;
}

static u64 mis_read(struct dev *d, unsigned index, u64 stored)
{
	const struct pl031 *s = d->state;

	(void)index;
	(void)stored;
	update(d);
	return s->ris & s->imsc;
}

static void icr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct pl031 *s = d->state;

	(void)index;
	(void)old;
	update(d);
	s->ris &= ~(u32)now;
	update(d);
}

static u64 id_read(struct dev *d, unsigned index, u64 stored)
{
	static const u8 id[8] = {0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	(void)d;
	(void)stored;
	return id[index];
}

#define MEMBER(m) REG_MEMBER(struct pl031, m)

static const struct reg regs[] = {
	{"RTCDR", 0x00, 4, .read = dr_read, .doc = "seconds"},
	{"RTCMR", 0x04, 4, MEMBER(mr), .wmask = 0xffffffff, .wrote = mr_wrote, .doc = "match"},
	{"RTCLR", 0x08, 4, MEMBER(lr), .wmask = 0xffffffff, .wrote = lr_wrote, .doc = "load: sets the counter"},
	{"RTCCR", 0x0c, 4, MEMBER(cr), .reset = 1, .doc = "control: always on"},
	{"RTCIMSC", 0x10, 4, MEMBER(imsc), .wmask = 1, .wrote = imsc_wrote, .doc = "interrupt mask: 1 lets it through"},
	{"RTCRIS", 0x14, 4, MEMBER(ris), .read = ris_read, .doc = "raw interrupt"},
	{"RTCMIS", 0x18, 4, .read = mis_read, .doc = "masked interrupt"},
	{"RTCICR", 0x1c, 4, .wrote = icr_wrote, .doc = "interrupt clear"},
	{"RTCID", 0xfe0, 4, .count = 8, .read = id_read, .doc = "PeriphID0-3, PCellID0-3"},
};

static const struct reg_bank bank = {"pl031", regs, countof(regs), 0x1000, 4, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

/* Time goes on. A counter that is 0 at this very moment has not come to match. */
static void reset(struct dev *d)
{
	struct pl031 *s = d->state;

	reg_reset(d, &bank);
	find_match(d);
	s->ris = 0;
	update(d);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct pl031 *s = d->state;
	struct pl031_links *l = d->links;

	(void)err;
	s->offset = (u32)(replay_epoch(&d->machine->replay) - clock_now(&d->machine->clock) / CLOCK_SECOND);
	l->irq = machine_irq(d->machine, row->irq);
	event_init(&s->match, &d->machine->clock, "pl031 match", on_match, d);
	dev_map(d, row, &l->map, &bank);
	return true;
}

const struct dev_type pl031_type = {
	.name = "pl031", .about = "PL031 real-time clock", .version = 1,
	.state_size = sizeof(struct pl031), .links_size = sizeof(struct pl031_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset,
};
