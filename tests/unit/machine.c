/* SPDX-License-Identifier: MIT */
/* The run loop on a toy processor with one-byte instructions: exact events, idle time, resets, exits, hashes. */
#include <criterion/criterion.h>

#include "devices/machine.h"
#include "mem/base/log.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- the toy processor ------------------------------------------------------------------------------------------ */

enum { NOP, BACK, HALT, SHUTDOWN, OUT /* OUT + n: a to port n */, OPS = OUT + 8 };

struct toy {
	struct cpu cpu;
	u32 a; /* counts OUTs */
	bool halted, irq;
};

static struct toy *toy_of(struct cpu *cpu)
{
	return (struct toy *)(void *)cpu;
}

static void exec_nop(struct cpu *cpu, const struct insn *i)
{
	(void)cpu, (void)i;
}

static void exec_back(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	cpu->pc = 0;
}

static void exec_halt(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	toy_of(cpu)->halted = true;
	cpu_kick(cpu, EVENT_WAIT);
}

static void exec_shutdown(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	snprintf(cpu->shutdown_reason, sizeof(cpu->shutdown_reason), "toy shutdown");
	cpu_kick(cpu, EVENT_SHUTDOWN);
}

static void exec_out(struct cpu *cpu, const struct insn *i)
{
	space_write(cpu->ports, i->imm, 1, ++toy_of(cpu)->a & 0xff);
}

static const struct insn_row toy_nop = {.enc = "00", .text = "nop"};
static const struct insn_row toy_last = {.enc = "01", .text = "last", .attr = ENDS_BLOCK};
static const struct insn_row *const toy_table[] = {&toy_nop, &toy_last};

static const struct insn_row *const *toy_rows(const struct cpu *cpu, unsigned *n)
{
	(void)cpu;
	*n = countof(toy_table);
	return toy_table;
}

static bool toy_init(struct cpu *cpu, const char *model, struct err *err)
{
	if (model && !strcmp(model, "wrong"))
		return err_set(err, "no such model");
	cpu->rows = toy_rows(cpu, &cpu->nrows);
	return true;
}

static void toy_reset(struct cpu *cpu)
{
	struct toy *t = toy_of(cpu);

	cpu->pc = 0;
	t->a = 0;
	t->halted = t->irq = false;
}

static void toy_fetch(struct cpu *cpu, u64 pc, struct fetch *out)
{
	const struct flat *f = space_find(cpu->memory, pc);

	cr_assert(f && f->region->ram);
	out->phys = pc;
	out->ram = f->region->ram;
	out->ram_off = pc;
	out->code = out->ram->host + pc;
	out->avail = RAM_PAGE_SIZE - (unsigned)(pc % RAM_PAGE_SIZE);
}

static unsigned toy_decode(const struct cpu *cpu, const u8 *code, unsigned avail, u32 mode, struct insn *out)
{
	static insn_exec *const execs[] = {exec_nop, exec_back, exec_halt, exec_shutdown};

	(void)cpu, (void)avail, (void)mode;
	memset(out, 0, sizeof(*out));
	out->exec = *code < OUT ? execs[*code] : exec_out;
	out->imm = *code < OUT ? 0 : *code - OUT;
	out->row = *code == BACK || *code == HALT || *code == SHUTDOWN;
	out->len = 1;
	return 1;
}

static void toy_boundary(struct cpu *cpu)
{
	struct toy *t = toy_of(cpu);

	if (t->irq) {
		t->irq = t->halted = false;
		cpu->took = true;
		cpu->pc = 0;
	}
	cpu->events = t->halted ? EVENT_WAIT : 0;
}

static void toy_deliver(struct cpu *cpu)
{
	(void)cpu;
}

static void toy_sync(struct cpu *cpu)
{
	(void)cpu;
}

static void toy_explain(const struct cpu *cpu, FILE *out)
{
	(void)cpu;
	fputs("what the toy has to say\n", out);
}

static const struct state_field toy_state[] = {
	STATE_U(struct toy, a), STATE_U(struct toy, halted), STATE_U(struct toy, irq), STATE_U(struct toy, cpu.pc),
	STATE_U(struct toy, cpu.icount), STATE_END,
};

static const struct cpu_ops toy_ops = {
	.name = "toy", .size = sizeof(struct toy), .state = toy_state, .rows = toy_rows, .init = toy_init,
	.reset = toy_reset,
	.fetch = toy_fetch, .decode = toy_decode, .boundary = toy_boundary, .deliver = toy_deliver, .sync = toy_sync,
	.explain = toy_explain,
};

/* ---- the toy device: port 0 arms the timer, 1 exits, 2 resets, 3 powers off, 4 asks for a timer that never rests  */

struct gadget {
	struct event event;
	u64 fired_at; /* instruction count, the first time */
	u32 fired, wanted;
	u32 delay, repeat;
};

struct gadget_links {
	struct reg_map map;
};

static const struct state_field gadget_rows[] = {
	STATE_SUB(struct gadget, event, event_rows), STATE_U(struct gadget, fired_at), STATE_U(struct gadget, fired),
	STATE_U(struct gadget, wanted), STATE_U(struct gadget, delay), STATE_U(struct gadget, repeat),
	STATE_END,
};

/* What happened, in order; the board's data. */
struct diary {
	char text[256];
	struct ram ram;
	struct region region;
};

static void diary_add(struct machine *m, const char *what)
{
	struct diary *d = m->board_data;

	if (d)
		strncat(d->text, what, sizeof(d->text) - strlen(d->text) - 1);
}

static void gadget_fire(void *arg)
{
	struct dev *d = arg;
	struct gadget *g = d->state;
	struct toy *t = toy_of(d->machine->cpu);

	if (!g->fired++)
		g->fired_at = machine_icount(d->machine);
	if (g->repeat) {
		event_at(&g->event, clock_now(&d->machine->clock) + g->repeat);
		return;
	}
	t->irq = true;
	cpu_kick(&t->cpu, EVENT_IRQ);
}

static void port_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct gadget *g = d->state;

	(void)old, (void)now;
	switch (index) {
	case 0:
		event_at(&g->event, clock_now(&d->machine->clock) + g->delay);
		break;
	case 1:
		machine_request_exit(d->machine, 42, "the guest says so");
		break;
	case 2:
		machine_request_reset(d->machine, "the guest says so");
		break;
	case 3:
		machine_power_off(d->machine);
		break;
	default:
		g->repeat = 1;
		event_at(&g->event, clock_now(&d->machine->clock) + 1);
		break;
	}
}

static const struct reg gadget_regs[] = {{.name = "PORT", .width = 1, .count = 8, .wrote = port_wrote}};
static const struct reg_bank gadget_bank = {.name = "gadget", .regs = gadget_regs, .n = 1, .size = 8};

static bool gadget_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct gadget *g = d->state;

	if (row->opts && !strcmp(row->opts, "fail"))
		return err_set(err, "does not want to");
	g->delay = (u32)dev_option_number(row->opts, "delay", 100);
	event_init(&g->event, &d->machine->clock, "gadget", gadget_fire, d);
	if (row->at == AT_PORT)
		dev_map(d, row, &((struct gadget_links *)d->links)->map, &gadget_bank);
	return true;
}

static void gadget_reset(struct dev *d)
{
	struct gadget *g = d->state;

	event_cancel(&g->event);
	g->repeat = 0;
	diary_add(d->machine, d->id);
}

static void gadget_input(struct dev *d, enum input_kind kind, const void *data, size_t n)
{
	struct toy *t = toy_of(d->machine->cpu);

	(void)kind, (void)data, (void)n;
	t->irq = true;
	cpu_kick(&t->cpu, EVENT_IRQ);
}

static const struct dev_type gadget_type = {
	.name = "gadget", .state_size = sizeof(struct gadget), .links_size = sizeof(struct gadget_links),
	.state = gadget_rows,
	.attach = gadget_attach, .reset = gadget_reset, .input = gadget_input,
};

/* ---- the board -------------------------------------------------------------------------------------------------- */

static bool board_prepare(struct machine *m, struct err *err)
{
	struct diary *d = calloc(1, sizeof(*d));

	cr_assert(d);
	m->board_data = d;
	if (!ram_init(&d->ram, "ram", m->config.ram_size, false, err))
		return false;
	d->region = (struct region){
		.name = "ram", .size = m->config.ram_size, .on = true, .kind = REGION_RAM, .ram = &d->ram};
	space_add(&m->memory, &d->region);
	return true;
}

static bool board_boot(struct machine *m, struct err *err)
{
	(void)err;
	diary_add(m, toy_of(m->cpu)->a ? "!" : ".");
	if (m->config.kernel.data)
		space_load(&m->memory, 0, m->config.kernel.data, m->config.kernel.size);
	return true;
}

static void board_finish(struct machine *m)
{
	struct diary *d = m->board_data;

	if (d && d->ram.host)
		ram_free(&d->ram);
	free(d);
}

static const struct board_row rows[] = {
	{&gadget_type, "a", AT_PORT, 0, -1, NULL},
	{&gadget_type, "b", AT_NONE, 0, -1, NULL},
	{NULL, NULL, AT_NONE, 0, -1, NULL},
};

static const struct board toy_board = {
	.name = "toy", .cpu = &toy_ops, .rows = rows, .prepare = board_prepare, .boot = board_boot,
	.finish = board_finish};

static struct machine *start(const u8 *code, size_t size, void (*tune)(struct machine_config *))
{
	struct machine_config config = {.board = &toy_board, .ram_size = 1 << 20, .kernel = {.data = code,
		.size = size}};
	struct machine *m;
	struct err err;

	if (tune)
		tune(&config);
	m = machine_new(&config, &err);
	cr_assert(m);
	return m;
}
#define START(code, tune) start(code, sizeof(code), tune)

static struct gadget *gadget_of(struct machine *m)
{
	return dev_find(m, "a")->state;
}

/* ---- time ------------------------------------------------------------------------------------------------------- */

Test(machine, stops_at_the_instruction_asked_for)
{
	static const u8 code[] = {NOP, NOP, NOP, BACK};
	struct machine *m = START(code, NULL);

	for (u64 n = 1; n < 300; n += n / 3 + 1) {
		cr_expect_eq(machine_run(m, n), MACHINE_UNTIL);
		cr_expect_eq(machine_icount(m), n);
		cr_expect_eq(m->cpu->pc, n % 4);
	}
	machine_free(m);
}

Test(machine, an_event_fires_at_the_first_boundary_after_its_time)
{
	static const u8 code[64] = {NOP, OUT + 0, [63] = BACK};

	for (unsigned delay = 0; delay < 40; delay++) {
		struct machine *m = START(code, NULL);

		gadget_of(m)->delay = delay;
		machine_run(m, 60);
		/* armed while 1 instruction was complete; that instruction completes in any case */
		cr_expect_eq(gadget_of(m)->fired_at, (delay < 1 ? 2 : 1 + delay), "%u", delay);
		machine_free(m);
	}
}

static void slow(struct machine_config *c)
{
	c->icount_shift = 4;
}

Test(machine, an_instruction_may_take_longer)
{
	static const u8 code[] = {NOP, OUT + 0, NOP, NOP, NOP, NOP, NOP, NOP, NOP, NOP, BACK};
	struct machine *m = START(code, slow);

	gadget_of(m)->delay = 33; /* from 16 ns: 49 ns is within the fourth instruction */
	machine_run(m, 8);
	cr_expect_eq(gadget_of(m)->fired_at, 4u);
	cr_expect_eq(clock_now(&m->clock), 8u * 16);
	machine_free(m);
}

Test(machine, slices_do_not_matter)
{
	static const u8 code[] = {NOP, OUT + 0, NOP, NOP, NOP, HALT};
	struct machine *m = START(code, NULL);
	u64 hash[100];

	gadget_of(m)->delay = 7;
	for (unsigned n = 0; n < 100; n++) {
		cr_expect_eq(machine_run(m, n), MACHINE_UNTIL);
		hash[n] = machine_hash(m);
	}
	machine_free(m);
	for (unsigned step = 2; step < 100; step += 13) {
		m = START(code, NULL);
		gadget_of(m)->delay = 7;
		for (unsigned n = 0; n < 100; n += step) {
			machine_run(m, n);
			cr_expect_eq(machine_hash(m), hash[n], "%u", n);
		}
		machine_free(m);
	}
	cr_expect_neq(hash[98], hash[99]);
}

Test(machine, idle_time_is_skipped)
{
	static const u8 code[] = {OUT + 0, HALT};
	struct machine *m = START(code, NULL);

	gadget_of(m)->delay = 1000000;
	cr_expect_eq(machine_run(m, 2), MACHINE_UNTIL);
	cr_expect_eq(clock_now(&m->clock), 2u);
	cr_expect_eq(machine_run(m, 3), MACHINE_UNTIL, "the interrupt counts one");
	cr_expect_eq(m->cpu->pc, 0u);
	cr_expect_eq(clock_now(&m->clock), 1000001u);
	machine_run(m, 3000);
	cr_expect_eq(gadget_of(m)->fired, 1000u);
	cr_expect_eq(clock_now(&m->clock), 3000 + m->clock.idle);
	machine_free(m);
}

Test(machine, idle_for_ever_waits_for_input)
{
	static const u8 code[] = {NOP, HALT};
	struct machine *m = START(code, NULL);

	cr_expect_eq(machine_run(m, 100), MACHINE_IDLE);
	cr_expect_eq(machine_icount(m), 2u);
	cr_expect_eq(machine_run(m, 100), MACHINE_IDLE);
	replay_input(&m->replay, dev_find(m, "a"), INPUT_BYTES, "x", 1);
	cr_expect_eq(m->replay.inputs, 1u);
	cr_expect_eq(m->replay.last_icount, 2u);
	cr_expect_eq(machine_run(m, 100), MACHINE_IDLE);
	cr_expect_eq(machine_icount(m), 5u);
	machine_free(m);
}

Test(machine, pacing_leaves_idle_time_to_the_caller)
{
	static const u8 code[] = {OUT + 0, HALT};
	struct machine *m = START(code, NULL);

	m->paced = true;
	cr_expect_eq(machine_run(m, 100), MACHINE_WAITING);
	cr_expect_eq(m->idle_until, 100u);
	cr_expect_eq(machine_run(m, 100), MACHINE_WAITING);
	replay_skip_to(&m->replay, 60);
	cr_expect_eq(machine_run(m, 100), MACHINE_WAITING);
	cr_expect_eq(gadget_of(m)->fired, 0u);
	replay_skip_to(&m->replay, 100);
	machine_run(m, 3);
	cr_expect_eq(gadget_of(m)->fired, 1u);
	machine_free(m);
}

Test(machine, a_restless_timer_does_not_hold_the_caller)
{
	static const u8 code[] = {OUT + 4, HALT};
	struct machine *m = START(code, NULL);

	cr_expect_eq(machine_run(m, 100), MACHINE_AGAIN);
	cr_expect_eq(machine_run(m, 100), MACHINE_AGAIN);
	cr_expect_eq(machine_icount(m), 2u);
	cr_expect_gt(gadget_of(m)->fired, 100000u);
	machine_free(m);
}

/* ---- ends and resets -------------------------------------------------------------------------------------------- */

static void no_reboot(struct machine_config *c)
{
	c->no_reboot = true;
}

static void no_shutdown(struct machine_config *c)
{
	c->no_shutdown = true;
}

Test(machine, exit_takes_effect_after_the_instruction)
{
	static const u8 code[] = {NOP, OUT + 1, NOP, NOP, BACK};
	struct machine *m = START(code, NULL);

	cr_expect_eq(machine_run(m, 100), MACHINE_EXIT);
	cr_expect_eq(machine_icount(m), 2u);
	cr_expect_eq(m->exit_status, 42);
	cr_expect_str_eq(m->exit_reason, "the guest says so");
	machine_request_exit(m, 7, NULL);
	cr_expect_eq(m->exit_status, 42, "the first wins");
	machine_free(m);
}

Test(machine, reset_order)
{
	static const u8 code[] = {NOP, OUT + 2, NOP, BACK};
	struct machine *m = START(code, NULL);
	struct diary *d = m->board_data;

	cr_expect_str_eq(d->text, "abab.", "each once when attached, then the whole machine");
	d->text[0] = 0;
	cr_expect_eq(machine_run(m, 3), MACHINE_UNTIL);
	cr_expect_str_eq(d->text, "ab.", "devices, the processor (which forgets a), boot");
	cr_expect_eq(m->cpu->pc, 1u);
	cr_expect_eq(machine_icount(m), 3u, "the count goes on");
	machine_free(m);
}

Test(machine, no_reboot_ends_instead)
{
	static const u8 code[] = {NOP, OUT + 2, NOP, BACK};
	struct machine *m = START(code, no_reboot);

	cr_expect_eq(machine_run(m, 100), MACHINE_EXIT);
	cr_expect_eq(m->exit_status, 0);
	cr_expect_null(m->exit_reason);
	machine_free(m);
}

Test(machine, shutdown_resets_or_ends_with_its_own_status)
{
	static const u8 code[] = {NOP, SHUTDOWN, NOP, BACK};
	struct machine *m = START(code, NULL);
	FILE *log = tmpfile();
	char text[400] = "";

	log_set_file(log);
	cr_expect_eq(machine_run(m, 23), MACHINE_UNTIL);
	cr_expect_eq(m->cpu->pc, 1u);
	cr_expect_eq(m->shutdowns, 11u);
	machine_free(m);
	m = START(code, no_reboot);
	cr_expect_eq(machine_run(m, 9), MACHINE_EXIT);
	log_set_file(NULL);
	rewind(log);
	cr_assert(fread(text, 1, sizeof(text) - 1, log) > 0);
	fclose(log);
	cr_expect_str_eq(text,
		"orrery: toy shutdown: the processor shuts down at instruction 2.\nwhat the toy has to say\n"
		"orrery: again, 1 time, by instruction 4\norrery: again, 10 times, by instruction 22\n"
		"orrery: toy shutdown: the processor shuts down at instruction 2.\nwhat the toy has to say\n");
	cr_expect_eq(m->exit_status, EXIT_STATUS_TRIPLE_FAULT);
	cr_expect_str_eq(m->exit_reason, "toy shutdown");
	machine_free(m);
}

Test(machine, power_off)
{
	static const u8 code[] = {NOP, OUT + 3, NOP, BACK};
	struct machine *m = START(code, NULL);

	cr_expect_eq(machine_run(m, 100), MACHINE_EXIT);
	cr_expect_eq(m->exit_status, 0);
	machine_free(m);
	m = START(code, no_shutdown);
	cr_expect_eq(machine_run(m, 100), MACHINE_IDLE);
	cr_expect_eq(machine_run(m, 100), MACHINE_IDLE);
	cr_expect_eq(machine_icount(m), 2u);
	replay_command(&m->replay, REPLAY_RESET);
	cr_expect_eq(machine_run(m, 3), MACHINE_UNTIL);
	replay_command(&m->replay, REPLAY_QUIT);
	cr_expect_eq(machine_run(m, 100), MACHINE_EXIT);
	machine_free(m);
}

/* ---- the rest --------------------------------------------------------------------------------------------------- */

Test(machine, hash_sees_memory_and_where_it_is)
{
	static const u8 code[] = {NOP, BACK};
	struct machine *m = START(code, NULL), *other = START(code, NULL);
	u64 empty = machine_hash(m), low, high;

	cr_expect_eq(machine_hash(other), empty);
	space_write(&m->memory, 0x5008, 1, 1);
	low = machine_hash(m);
	cr_expect_neq(low, empty);
	space_write(&m->memory, 0x5008, 1, 0);
	cr_expect_eq(machine_hash(m), empty);
	space_write(&m->memory, 0x6008, 1, 1);
	high = machine_hash(m);
	cr_expect_neq(high, empty);
	cr_expect_neq(high, low);
	machine_run(other, 1);
	cr_expect_neq(machine_hash(other), empty);
	machine_free(m);
	machine_free(other);
}

Test(machine, hash_is_the_same_on_every_host)
{
	static const u8 code[] = {NOP, OUT + 0, NOP, BACK};
	struct machine *m = START(code, NULL);

	machine_run(m, 1000);
	cr_expect_eq(machine_hash(m), 0xc9a35915ed82456eull, "%016llx", (unsigned long long)machine_hash(m));
	machine_free(m);
}

static bool refuse(struct machine *m, struct err *err)
{
	(void)m;
	return err_set(err, "refused");
}

Test(machine, a_machine_that_can_not_be_made)
{
	static const struct board_row bad_rows[] = {{&gadget_type, "a", AT_NONE, 0, -1, NULL}, {&gadget_type, "b",
		AT_NONE, 0, -1, "fail"},
		{NULL, NULL, AT_NONE, 0, -1, NULL}};
	static const struct board_row twins[] = {{&gadget_type, "a", AT_NONE, 0, -1, NULL}, {&gadget_type, "a",
		AT_NONE, 0, -1, NULL},
		{NULL, NULL, AT_NONE, 0, -1, NULL}};
	struct machine_config config = {.board = &toy_board, .ram_size = 1 << 20, .cpu_model = "wrong"};
	struct board board = toy_board;
	struct err err;

	cr_expect_null(machine_new(&config, &err));
	cr_expect_str_eq(err.text, "no such model");
	config.cpu_model = NULL;
	config.board = &board;
	board.boot = refuse;
	cr_expect_null(machine_new(&config, &err));
	cr_expect_str_eq(err.text, "refused");
	board = toy_board;
	board.prepare = refuse;
	cr_expect_null(machine_new(&config, &err));
	board = toy_board;
	board.rows = bad_rows;
	cr_expect_null(machine_new(&config, &err));
	cr_expect_str_eq(err.text, "b: does not want to");
	board.rows = twins;
	cr_expect_null(machine_new(&config, &err));
	cr_expect_str_eq(err.text, "two devices with the id a");
}

static void note_level(void *arg, unsigned pin, bool level)
{
	(void)pin;
	*(bool *)arg = level;
}

Test(machine, interrupts_by_number_are_connected_late)
{
	static const u8 code[] = {NOP, BACK};
	struct machine *m = START(code, NULL);
	struct line line = machine_irq(m, 3), none = machine_irq(m, -1);
	bool level = false;

	line_set(&line, true); /* nothing is connected yet */
	line_set(&none, true);
	cr_expect_null(none.set);
	m->irqs[3] = (struct line){note_level, &level, 0};
	line_set(&line, true);
	cr_expect(level);
	line_set(&line, false);
	cr_expect_not(level);
	machine_free(m);
}

Test(machine, options)
{
	char out[8];

	cr_expect(dev_option("a=1,bb=two,c=", "bb", out, sizeof(out)));
	cr_expect_str_eq(out, "two");
	cr_expect(dev_option("a=1,bb=two,c=", "c", out, sizeof(out)));
	cr_expect_str_eq(out, "");
	cr_expect_not(dev_option("a=1,bb=two,c=", "b", out, sizeof(out)));
	cr_expect_not(dev_option(NULL, "b", out, sizeof(out)));
	cr_expect(dev_option("x=0123456789", "x", out, sizeof(out)));
	cr_expect_str_eq(out, "0123456", "cut, not overrun");
	cr_expect_eq(dev_option_number("base=0x3f8,irq=4", "base", 7), 0x3f8u);
	cr_expect_eq(dev_option_number("base=0x3f8,irq=4", "irq", 7), 4u);
	cr_expect_eq(dev_option_number("base=0x3f8,irq=x", "irq", 7), 7u);
	cr_expect_eq(dev_option_number(NULL, "irq", 7), 7u);
}
