/* SPDX-License-Identifier: MIT */
/* The one gate for host input: keys, serial bytes, packets, the host's clock, monitor commands that change state.
 * Everything is stamped with the instruction count here; recording and replaying (later) happen here and nowhere
 * else. Nothing else in the machine may read the host. DESIGN.md section 1, idea 6. */
#ifndef DEVICES_REPLAY_H
#define DEVICES_REPLAY_H

#include "devices/dev.h"

struct replay {
	struct machine *machine;
	u64 host_epoch; /* seconds since 1970 that the machine's clocks start from */
	u64 last_icount; /* of the last input, for the log */
	u64 inputs;      /* how many entered */
};

void replay_init(struct replay *r, struct machine *m, u64 host_epoch);
/* Called by the front end between runs of the processor only. */
void replay_input(struct replay *r, struct dev *d, enum input_kind kind, const void *data, size_t n);
/* Monitor commands and window buttons. */
enum replay_command { REPLAY_RESET, REPLAY_POWERDOWN, REPLAY_QUIT, REPLAY_NMI };
void replay_command(struct replay *r, enum replay_command cmd);
/* The pacing in the front end decided that idle time has come this far. */
void replay_skip_to(struct replay *r, u64 when);
u64 replay_epoch(const struct replay *r);

#endif
