/* SPDX-License-Identifier: MIT */
/* Debug console ports: a byte written is a byte printed. Port 402h is where SeaBIOS and OVMF write their log (it reads
 * E9h to say that it is there), port E9h is what Bochs made customary. */
#include "devices/misc/misc.h"

#include "devices/machine.h"

struct debugcon {
	u8 unused; /* a type needs one byte of state */
};

struct debugcon_links {
	struct reg_map map;
	struct host_char out;
};

static const struct state_field rows[] = {STATE_U(struct debugcon, unused), STATE_END};

static u64 data_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d;
	(void)index;
	(void)stored;
	return 0xe9;
}

static void data_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct debugcon_links *l = d->links;
	u8 byte = (u8)now;

	(void)index;
	(void)old;
	if (l->out.write)
		l->out.write(l->out.arg, &byte, 1);
}

static const struct reg regs[] = {
	{"DATA", 0, 1, .read = data_read, .wrote = data_wrote, .doc = "writes print, reads give E9h"},
};
static const struct reg_bank bank = {"debugcon", regs, countof(regs), 1, 1, 1, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

static void reset(struct dev *d)
{
	(void)d;
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct debugcon_links *l = d->links;

	(void)err;
	l->out = d->machine->config.debugcon;
	reg_map_add(&l->map, d, &bank, &d->machine->ports, row->base);
	return true;
}

const struct dev_type debugcon_type = {
	.name = "debugcon", .about = "debug console port", .version = 1,
	.state_size = sizeof(struct debugcon), .links_size = sizeof(struct debugcon_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset,
};
