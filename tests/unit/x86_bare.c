/* SPDX-License-Identifier: MIT */
/* Makes the bare processor of x86_bare.h: the ordinary one, but for its way of taking exceptions. */
#include "tests/unit/x86_bare.h"

#include <stdlib.h>

static void stop_at_exception(struct cpu *cpu)
{
	struct bare *r = (struct bare *)(void *)cpu;

	r->vector = r->x86.ex.vector;
	cpu_request_stop(cpu);
}

struct bare *bare_start(u64 ram_size)
{
	struct bare *r = calloc(1, sizeof(*r));
	struct err err;

	cr_assert(r != NULL);
	r->ops = x86_ops;
	r->ops.deliver = stop_at_exception;
	space_init(&r->memory, "memory", ~0ull, NULL);
	space_init(&r->ports, "ports", 0xffff, NULL);
	cr_assert(ram_init(&r->ram, "ram", ram_size, false, &err));
	r->region = (struct region){ .name = "ram", .size = ram_size, .on = true, .kind = REGION_RAM, .ram = &r->ram };
	space_add(&r->memory, &r->region);
	cr_assert(cpu_init(&r->x86.cpu, &r->ops, NULL, &r->memory, &r->ports, &err));
	return r;
}

void bare_finish(struct bare *r)
{
	cpu_free(&r->x86.cpu);
	space_free(&r->memory);
	space_free(&r->ports);
	ram_free(&r->ram);
	free(r);
}
