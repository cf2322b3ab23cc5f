/* SPDX-License-Identifier: MIT */
/* Entry: command line to machine. Everything that can be wrong with the user's wishes ends here in one line on standard
 * error and exit status 1. */
#include "cpu/x86/x86.h"
#include "devices/board/pc.h"
#include "devices/types.h"
#include "frontend/files.h"
#include "frontend/session.h"
#include "frontend/terminal.h"
#include "mem/base/log.h"

#include <stdlib.h>

#ifndef ORRERY_VERSION
#define ORRERY_VERSION "0.1.0"
#endif

extern const unsigned char firmware_demo[];
extern const size_t firmware_demo_size;

/* ---- lists ----------------------------------------------------------------------------------------------- */

static bool list_if_asked(const struct options *o)
{
	if (o->log_list && !strcmp(o->log_list, "help")) {
		for (unsigned c = 0; c < LOG_NCATEGORIES; c++)
			printf("%-14s %s\n", log_category_name(c), log_category_about(c));
		return true;
	}
	if (o->machine && (!strcmp(o->machine, "help") || !strcmp(o->machine, "?"))) {
		for (unsigned i = 0; boards[i]; i++)
			printf("%-8s %s\n", boards[i]->name, boards[i]->about);
		return true;
	}
	if (o->cpu && !strcmp(o->cpu, "help")) {
		x86_list_models(stdout);
		return true;
	}
	for (unsigned i = 0; i < o->ndevice; i++) {
		if (!strcmp(o->device[i], "help")) {
			for (unsigned k = 0; dev_types[k]; k++)
				printf("%-16s %s\n", dev_types[k]->name, dev_types[k]->about);
			return true;
		}
	}
	return false;
}

/* ---- options to configuration --------------------------------------------------------------------------------- */

static bool choose_board(struct machine_config *c, const struct options *o, struct err *err)
{
	const char *name = o->machine ? o->machine : "pc";
	size_t n = strcspn(name, ",");

	for (unsigned i = 0; boards[i]; i++) {
		if (strlen(boards[i]->name) == n && !memcmp(boards[i]->name, name, n)) {
			c->board = boards[i];
			c->board_opts = name[n] ? name + n + 1 : NULL;
			return true;
		}
	}
	return err_set(err, "-M %s: there is no such machine; -M help lists them", name);
}

static bool open_lines(struct session *s, struct machine_config *c, struct err *err)
{
	const struct options *o = &s->options;
	const char *first = o->nserial ? o->serial[0] : o->nographic || o->demo ? "mon:stdio" : "null";

	if (!chardev_open(&s->serial[0], first, err) ||
	    !chardev_open(&s->serial[1], o->nserial > 1 ? o->serial[1] : "null", err) ||
	    !chardev_open(&s->debugcon, o->debugcon ? o->debugcon : "null", err))
		return false;
	for (unsigned n = 0; n < MAX_SERIAL; n++)
		c->serial[n] = chardev_host(&s->serial[n]);
	c->debugcon = chardev_host(&s->debugcon);
	if (s->serial[0].in >= 0 && s->serial[0].in == s->serial[1].in)
		return err_set(err, "-serial: only one port can be on stdio");
	return true;
}

static bool load_files(struct session *s, struct machine_config *c, struct err *err)
{
	const struct options *o = &s->options;

	if (o->kernel && !file_load(&s->kernel, "-kernel", o->kernel, err))
		return false;
	if (o->bios && !file_load(&s->bios, "-bios", o->bios, err))
		return false;
	if (o->initrd && !o->kernel)
		return err_set(err, "-initrd: needs -kernel");
	if (o->append && !o->kernel && !o->demo)
		return err_set(err, "-append: needs -kernel");
	if (o->initrd && !file_load_list(&s->initrd, &s->ninitrd, "-initrd", o->initrd, err))
		return false;
	c->kernel = s->kernel;
	c->bios = s->bios;
	c->initrd = s->initrd;
	c->ninitrd = s->ninitrd;
	c->append = o->append;
	if (o->demo && !o->kernel)
		c->kernel = (struct blob){.name = "demo", .data = firmware_demo, .size = firmware_demo_size};
	return true;
}

/* "-device TYPE,key=value": only types that can be added by hand. */
static bool add_devices(struct session *s, struct err *err)
{
	for (unsigned i = 0; i < s->options.ndevice; i++) {
		const char *text = s->options.device[i];
		size_t n = strcspn(text, ",");
		struct board_row row = {.at = AT_PORT, .irq = -1, .opts = text[n] ? text + n + 1 : NULL};

		if (n != strlen(exit_type.name) || memcmp(text, exit_type.name, n))
			return err_set(err, "-device %.*s: can't be added; isa-debug-exit can", (int)n, text);
		row.type = &exit_type;
		row.id = "exit";
		row.base = 0x501;
		if (!dev_add(s->machine, &row, err))
			return false;
	}
	return true;
}

static bool start(struct session *s, struct err *err)
{
	const struct options *o = &s->options;
	struct machine_config c = {
		.cpu_model = o->cpu, .ram_size = o->ram_size, .icount_shift = o->icount_shift, .epoch = o->epoch,
		.no_reboot = o->no_reboot, .no_shutdown = o->no_shutdown,
	};

	if (o->ram_size > host_memory())
		return err_set(err, "-m: %llu MiB are more than this host's memory (%llu MiB)",
			       (unsigned long long)(o->ram_size >> 20), (unsigned long long)(host_memory() >> 20));
	if (!choose_board(&c, o, err) || !open_lines(s, &c, err) || !load_files(s, &c, err))
		return false;
	s->machine = machine_new(&c, err);
	if (!s->machine || !add_devices(s, err))
		return false;
	s->serial_dev[0] = dev_find(s->machine, "serial0");
	s->serial_dev[1] = dev_find(s->machine, "serial1");
	s->paced = o->icount_sleep >= 0 ? o->icount_sleep : terminal_is_interactive() && s->serial[0].in == 0;
	return true;
}

static void finish(struct session *s)
{
	machine_free(s->machine);
	for (unsigned n = 0; n < MAX_SERIAL; n++)
		chardev_close(&s->serial[n]);
	chardev_close(&s->debugcon);
	file_free(&s->kernel);
	file_free(&s->bios);
	file_free_list(s->initrd, s->ninitrd);
}

static bool open_log(const struct options *o, struct err *err)
{
	FILE *f;

	if (!o->log_path)
		return true;
	f = fopen(o->log_path, "w");
	if (!f)
		return err_set(err, "-D %s: can't be written", o->log_path);
	log_set_file(f);
	return true;
}

int main(int argc, char **argv)
{
	static struct session s;
	struct err err;
	int status;

	options_init(&s.options);
	for (unsigned n = 0; n < MAX_SERIAL; n++)
		s.serial[n].in = s.serial[n].out = -1;
	s.debugcon.in = s.debugcon.out = -1;
	if (!options_parse(&s.options, argc, argv, &err)) {
		fprintf(stderr, "orrery: %s\n", err.text);
		return EXIT_STATUS_USAGE;
	}
	if (s.options.show_help) {
		options_help();
		return 0;
	}
	if (s.options.show_version) {
		puts("Orrery " ORRERY_VERSION);
		return 0;
	}
	if (list_if_asked(&s.options))
		return 0;
	if (!open_log(&s.options, &err) || !start(&s, &err)) {
		fprintf(stderr, "orrery: %s\n", err.text);
		finish(&s);
		return EXIT_STATUS_USAGE;
	}
	terminal_catch_signals();
	if (s.serial[0].in == 0 || s.serial[1].in == 0)
		terminal_raw(!s.serial[0].mux);
	status = session_run(&s);
	finish(&s);
	return status;
}
