/* SPDX-License-Identifier: MIT */
/* The monitor: a few commands by QEMU's names. Those that change the machine go through the replay gate. */
#include "frontend/session.h"

#include <stdio.h>

struct command {
	const char *name, *help;
	void (*run)(struct session *s);
	void (*with)(struct session *s, const char *argument); /* instead: for commands that take one */
};

static void info_registers(struct session *s)
{
	cpu_sync(s->machine->cpu);
	printf("pc = %llx, instructions = %llu\r\n", (unsigned long long)cpu_pc_now(s->machine->cpu),
	       (unsigned long long)machine_icount(s->machine));
	state_print(s->machine->cpu->ops->state, s->machine->cpu, "cpu", stdout);
}

static void info_qtree(struct session *s)
{
	for (const struct dev *d = s->machine->devs; d; d = d->next)
		printf("%-14s %s\r\n", d->id, d->type->about);
}

static void print_map(const struct space *space)
{
	printf("%s\r\n", space->name);
	for (unsigned i = 0; i < space->nmap; i++)
		printf("  %016llx-%016llx %s\r\n", (unsigned long long)space->map[i].base,
		       (unsigned long long)space->map[i].last, space->map[i].region->name);
}

static void info_mtree(struct session *s)
{
	print_map(&s->machine->memory);
	print_map(&s->machine->ports);
}

static void quit(struct session *s)
{
	replay_command(&s->machine->replay, REPLAY_QUIT);
}

static void reset(struct session *s)
{
	replay_command(&s->machine->replay, REPLAY_RESET);
}

static void power_down(struct session *s)
{
	replay_command(&s->machine->replay, REPLAY_POWERDOWN);
}

static void nmi(struct session *s)
{
	replay_command(&s->machine->replay, REPLAY_NMI);
}

static void stop(struct session *s)
{
	s->paused = true;
}

static void cont(struct session *s)
{
	s->paused = false;
}

static void screendump(struct session *s, const char *path)
{
	struct err err;

	if (!screen_dump(s->machine, path, &err))
		printf("screendump: %s\r\n", err.text);
}

static void help(struct session *s);

static const struct command commands[] = {
	{"help", "this list", help, NULL},
	{"info registers", "the processor's state, row by row", info_registers, NULL},
	{"info qtree", "the devices", info_qtree, NULL},
	{"info mtree", "the memory map and the port map", info_mtree, NULL},
	{"stop", "pause the machine", stop, NULL},
	{"cont", "go on", cont, NULL},
	{"nmi", "press the NMI button", nmi, NULL},
	{"system_reset", "press the reset button", reset, NULL},
	{"system_powerdown", "press the power button", power_down, NULL},
	{"screendump", "FILE: the screen as FILE.png, or as text in FILE.txt", NULL, screendump},
	{"quit", "end the emulator", quit, NULL},
};

static void help(struct session *s)
{
	(void)s;
	for (unsigned i = 0; i < countof(commands); i++)
		printf("%-18s %s\r\n", commands[i].name, commands[i].help);
}

void monitor_command(struct session *s, const char *line)
{
	while (*line == ' ')
		line++;
	if (!*line)
		return;
	for (unsigned i = 0; i < countof(commands); i++) {
		const struct command *c = &commands[i];
		size_t n = strlen(c->name);

		if (c->run && !strcmp(c->name, line)) {
			c->run(s);
			return;
		}
		if (c->with && !strncmp(c->name, line, n) && line[n] == ' ' && line[n + 1]) {
			c->with(s, line + n + 1);
			return;
		}
	}
	printf("%s: there is no such command; help lists them\r\n", line);
}
