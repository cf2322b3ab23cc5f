/* SPDX-License-Identifier: MIT */
/* System control port A (port 92h) of the PS/2 and every PC since: bit 0 resets the processor, bit 1 is the fast A20
 * gate. IBM PS/2 Hardware Interface Technical Reference, system board. */
#include "devices/misc/misc.h"

#include "devices/machine.h"

struct port92 {
	u8 value;
};

struct port92_links {
	struct reg_map map;
	struct line a20, reset;
};

static const struct state_field rows[] = {STATE_U(struct port92, value), STATE_END};

static void value_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct port92 *s = d->state;
	struct port92_links *l = d->links;

	(void)index;
	if ((old ^ now) & 2)
		line_set(&l->a20, now & 2);
	if (now & ~old & 1) {
		s->value &= 0xfe;
		line_pulse(&l->reset);
	}
}

static const struct reg regs[] = {
	{"PORT92", 0, 1, REG_MEMBER(struct port92, value), .reset = 2, .wmask = 3, .wrote = value_wrote, .doc = "A20 gate, reset"},
};
static const struct reg_bank bank = {"port92", regs, countof(regs), 1, 1, 1, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

/* The keyboard controller may have moved it. */
static void set_a20(void *arg, unsigned n, bool on)
{
	struct port92 *s = ((struct dev *)arg)->state;

	(void)n;
	s->value = (u8)((s->value & ~2) | (on ? 2 : 0));
}

static struct line pin(struct dev *d, unsigned n)
{
	return n == PORT92_PIN_A20 ? (struct line){set_a20, d, n} : (struct line){NULL, NULL, 0};
}

static struct line *out(struct dev *d, unsigned n)
{
	struct port92_links *l = d->links;

	return n == PORT92_OUT_A20 ? &l->a20 : n == PORT92_OUT_RESET ? &l->reset : NULL;
}

static void reset(struct dev *d)
{
	struct port92_links *l = d->links;

	reg_reset(d, &bank);
	line_set(&l->a20, true);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct port92_links *l = d->links;

	(void)err;
	reg_map_add(&l->map, d, &bank, &d->machine->ports, row->base);
	return true;
}

const struct dev_type port92_type = {
	.name = "port92", .about = "system control port A: fast A20 gate and reset", .version = 1,
	.state_size = sizeof(struct port92), .links_size = sizeof(struct port92_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset, .pin = pin, .out = out,
};
