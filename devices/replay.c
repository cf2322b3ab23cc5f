/* SPDX-License-Identifier: MIT */
/* The gate: all that the host tells the machine passes through these functions and is stamped with the instruction
 * count, so that a run can later be recorded here and played back here. DESIGN.md section 1, idea 6. */
#include "devices/replay.h"

#include "devices/machine.h"

void replay_init(struct replay *r, struct machine *m, u64 host_epoch)
{
	*r = (struct replay){.machine = m, .host_epoch = host_epoch};
}

static void replay_stamp(struct replay *r)
{
	r->last_icount = machine_icount(r->machine);
	r->inputs++;
}

void replay_input(struct replay *r, struct dev *d, enum input_kind kind, const void *data, size_t n)
{
	replay_stamp(r);
	if (d->type->input)
		d->type->input(d, kind, data, n);
}

void replay_command(struct replay *r, enum replay_command cmd)
{
	struct machine *m = r->machine;

	replay_stamp(r);
	switch (cmd) {
	case REPLAY_RESET:
		machine_request_reset(m, "reset by the user");
		break;
	case REPLAY_POWERDOWN:
		line_pulse(&m->power_button);
		break;
	case REPLAY_QUIT:
		machine_request_exit(m, 0, NULL);
		break;
	case REPLAY_NMI:
		line_pulse(&m->nmi_button);
		break;
	}
}

void replay_skip_to(struct replay *r, u64 when)
{
	replay_stamp(r);
	clock_skip_to(&r->machine->clock, when);
}

u64 replay_epoch(const struct replay *r)
{
	return r->host_epoch;
}
