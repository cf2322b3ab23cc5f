/* SPDX-License-Identifier: MIT */
/* The worked examples of docs/add-an-instruction.md and docs/add-a-device.md do what these pages say. Their code lies
 * in tests/docs/examples/, is quoted there, and is linked and used here. */
#include "tests/unit/x86_rig.h"

#include "devices/machine.h"

#include <stdlib.h>

extern const struct insn_group example_group;
extern const struct dev_type metronome_type;

/* ---- the instruction -------------------------------------------------------------------------------------------- */

static const struct x86_isa *plain;

/* The processor of the rig, with one group of instructions more. */
static void start_with_example(void)
{
	const struct insn_group *groups[64];
	unsigned n = 0;

	rig_start();
	for (; x86_groups[n]; n++)
		groups[n] = x86_groups[n];
	cr_assert(n + 2 <= countof(groups));
	groups[n] = &example_group;
	groups[n + 1] = NULL;
	plain = c->isa;
	c->isa = x86_isa_new(groups);
	c->cpu.rows = x86_rows(&c->cpu, &c->cpu.nrows);
}

static void stop_with_example(void)
{
	x86_isa_free((struct x86_isa *)(uintptr_t)plain);
	rig_stop();
}

/* begin instruction */
Test(examples, movdiri, .init = start_with_example, .fini = stop_with_example)
{
	rig_long(0);
	rig_code("480f38f903 f4"); /* movdiri [rbx], rax; hlt */
	c->r[R_AX] = 0x1122334455667788;
	c->r[R_BX] = RIG_DATA;
	cr_assert_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(rig_peek(RIG_DATA, 8), 0x1122334455667788u);
}
/* end instruction */

Test(examples, movdiri_decodes, .init = start_with_example, .fini = stop_with_example)
{
	static const u8 code[] = {0x0f, 0x38, 0xf9, 0x0a}, locked[] = {0xf0, 0x0f, 0x38, 0xf9, 0x0a};
	static const u8 reg[] = {0x0f, 0x38, 0xf9, 0xc8};
	char text[80];
	struct insn i;

	rig_protected(0);
	cr_expect_eq(x86_decode(&c->cpu, code, sizeof(code), c->cpu.mode, &i), sizeof(code));
	x86_text(c->isa, &i, 0, c->cpu.mode, text, sizeof(text));
	cr_expect_str_eq(text, "movdiri dword ptr [edx], ecx");
	x86_decode(&c->cpu, reg, sizeof(reg), c->cpu.mode, &i);
	cr_expect_eq(i.exec, x86_exec_ud, "M: not with a register");
	x86_decode(&c->cpu, locked, sizeof(locked), c->cpu.mode, &i);
	cr_expect_eq(i.exec, x86_exec_ud, "without LOCKABLE, LOCK is not allowed");
}

/* ---- the device -------------------------------------------------------------------------------------------------- */

/* begin board */
static const struct board_row board_rows[] = {
	{.type = &metronome_type, .id = "metronome", .at = AT_PORT, .base = 0x300, .irq = 5},
	{0},
};
/* end board */

static struct machine *m;
static bool level;

static void irq_changed(void *arg, unsigned pin, bool now)
{
	(void)arg;
	(void)pin;
	level = now;
}

/* A board without a processor: time moves when the test says so. */
static void start_machine(void)
{
	static const struct board board = {.name = "bench", .rows = board_rows};
	struct machine_config config = {.board = &board};
	struct err err;

	m = machine_new(&config, &err);
	cr_assert(m != NULL, "%s", err.text);
	m->irqs[5] = (struct line){irq_changed, NULL, 5};
}

static void stop_machine(void)
{
	machine_free(m);
}

static void wait(u64 us)
{
	u64 end = clock_now(&m->clock) + us * 1000;

	while (clock_next(&m->clock) <= end) {
		clock_skip_to(&m->clock, clock_next(&m->clock));
		clock_fire(&m->clock);
	}
	clock_skip_to(&m->clock, end);
}

Test(examples, metronome, .init = start_machine, .fini = stop_machine)
{
	cr_expect_eq(state_gap_check("metronome", metronome_type.state, metronome_type.state_size, stderr), 0u);
	cr_expect_eq(space_read(&m->ports, 0x302, 2), 1000u);
	wait(5000);
	cr_expect_eq(space_read(&m->ports, 0x304, 4), 0u, "it does not run by itself");
	space_write(&m->ports, 0x302, 2, 250);
	space_write(&m->ports, 0x300, 1, 0xff);
	cr_expect_eq(space_read(&m->ports, 0x300, 1), 1u, "one bit of CTRL can be written");
	wait(249);
	cr_expect(!level);
	wait(1);
	cr_expect(level);
	cr_expect_eq(space_read(&m->ports, 0x301, 1), 1u);
	space_write(&m->ports, 0x301, 1, 0);
	cr_expect(level, "a zero clears nothing");
	space_write(&m->ports, 0x301, 1, 1);
	cr_expect(!level);
	wait(1000);
	cr_expect_eq(space_read(&m->ports, 0x304, 4), 5u);
	space_write(&m->ports, 0x300, 1, 0);
	wait(1000);
	cr_expect_eq(space_read(&m->ports, 0x304, 4), 5u);
	space_write(&m->ports, 0x304, 4, 99);
	cr_expect_eq(space_read(&m->ports, 0x304, 4), 5u, "TICKS is read-only");
}

Test(examples, metronome_period_0, .init = start_machine, .fini = stop_machine)
{
	space_write(&m->ports, 0x302, 2, 0);
	space_write(&m->ports, 0x300, 1, 1);
	wait(65535);
	cr_expect(!level);
	wait(1);
	cr_expect(level);
}
