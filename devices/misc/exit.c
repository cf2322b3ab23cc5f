/* SPDX-License-Identifier: MIT */
/* A port by which the guest ends the emulator. As in QEMU's isa-debug-exit, writing v gives exit status (v << 1) | 1;
 * with the option raw=on the status is v itself, so that a test guest can report plain success. */
#include "devices/machine.h"
#include "devices/misc/misc.h"

struct exit_state {
	u8 raw;
};

struct exit_links {
	struct reg_map map;
};

static const struct state_field rows[] = {STATE_U(struct exit_state, raw), STATE_END};

static void code_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct exit_state *s = d->state;

	(void)index;
	(void)old;
	machine_request_exit(d->machine, (int)((s->raw ? now : now << 1 | 1) & 0xff), NULL);
}

static const struct reg regs[] = {
	{"CODE", 0, 4, .wrote = code_wrote, .doc = "writing ends the emulator with this status"},
};
static const struct reg_bank bank = {"isa-debug-exit", regs, countof(regs), 4, 1, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

static void reset(struct dev *d)
{
	(void)d;
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct exit_state *s = d->state;
	struct exit_links *l = d->links;
	char raw[8] = "off";
	u64 base = dev_option_number(row->opts, "iobase", row->base);

	dev_option(row->opts, "raw", raw, sizeof(raw));
	if (strcmp(raw, "on") && strcmp(raw, "off"))
		return err_set(err, "isa-debug-exit: raw=%s: on or off", raw);
	if (base > 0xfffc)
		return err_set(err, "isa-debug-exit: iobase=0x%llx: ports end at 0xffff", (unsigned long long)base);
	s->raw = !strcmp(raw, "on");
	reg_map_add(&l->map, d, &bank, &d->machine->ports, base);
	return true;
}

const struct dev_type exit_type = {
	.name = "isa-debug-exit", .about = "ends the emulator with a status that the guest chooses", .version = 1,
	.state_size = sizeof(struct exit_state), .links_size = sizeof(struct exit_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset,
};
