/* SPDX-License-Identifier: MIT */
/* Entry: command line to machine. Everything that can be wrong with the user's wishes ends here in one line on standard
 * error and exit status 1. */
#include "devices/board/boards.h"
#include "devices/board/pc.h"
#include "frontend/files.h"
#include "frontend/firmware.h"
#include "frontend/image_tool.h"
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

/* "NAME" or "NAME,key=value" as in -M. */
static bool board_is(const struct board *b, const char *machine)
{
	size_t n = strcspn(machine, ",");

	return strlen(b->name) == n && !memcmp(b->name, machine, n);
}

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
		for (unsigned i = 0; boards[i]; i++) {
			printf("%s:\n", boards[i]->name);
			boards[i]->cpu->list_models(stdout);
		}
		return true;
	}
	for (unsigned i = 0; i < o->ndevice; i++) {
		if (!strcmp(o->device[i], "help")) {
			for (unsigned k = 0; boards[k]; k++) {
				if (boards[k]->list_plugs && (!o->machine || board_is(boards[k], o->machine))) {
					printf("%s:\n", boards[k]->name);
					boards[k]->list_plugs(stdout);
				}
			}
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
		if (board_is(boards[i], name)) {
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
	unsigned on_stdio = 0;

	if (!line_open(s, &s->line[0], first, err) ||
	    !line_open(s, &s->line[1], o->nserial > 1 ? o->serial[1] : "null", err) ||
	    !chardev_open(&s->debugcon, o->debugcon ? o->debugcon : "null", err))
		return false;
	for (unsigned n = 0; n < MAX_SERIAL; n++)
		c->serial[n] = line_host(&s->line[n]);
	c->debugcon = chardev_host(&s->debugcon);
	for (unsigned n = 0; n < MAX_LINES; n++)
		on_stdio += s->line[n].c.in == 0;
	return on_stdio <= 1 || err_set(err, "-serial, -chardev: only one line can be on stdio");
}

/* What a board of the PC kind has in its sockets, if no kernel is started directly. */
static bool load_firmware(struct session *s, struct machine_config *c, struct err *err)
{
	const struct options *o = &s->options;
	bool pc = c->board == &pc_board, direct = o->kernel || o->demo;
	const char *bios = o->bios ? o->bios : pc && !direct ? "bios-256k.bin" : NULL;

	if (bios && !firmware_load(&s->bios, "-bios", bios, o->firmware_dir, err))
		return false;
	c->vga = o->vga ? o->vga : pc && !direct ? "std" : "none";
	if (!strcmp(c->vga, "none"))
		c->vga = NULL;
	if (c->vga && !pc)
		return err_set(err, "-vga %s: only the pc has a slot for it", c->vga);
	if (c->vga && bios && !firmware_load(&s->vga_rom, "-vga", "vgabios-stdvga.bin", o->firmware_dir, err))
		return false;
	c->vga_rom = s->vga_rom;
	return true;
}

static bool load_files(struct session *s, struct machine_config *c, struct err *err)
{
	const struct options *o = &s->options;

	if (o->kernel && !file_load(&s->kernel, "-kernel", o->kernel, err))
		return false;
	if (!load_firmware(s, c, err))
		return false;
	if (o->dtb && !file_load(&s->dtb, "-dtb", o->dtb, err))
		return false;
	if (o->initrd && !o->kernel)
		return err_set(err, "-initrd: needs -kernel");
	if (o->append && !o->kernel && !o->demo)
		return err_set(err, "-append: needs -kernel");
	if (o->initrd && !file_load_list(&s->initrd, &s->ninitrd, "-initrd", o->initrd, err))
		return false;
	c->kernel = s->kernel;
	c->bios = s->bios;
	c->dtb = s->dtb;
	c->initrd = s->initrd;
	c->ninitrd = s->ninitrd;
	c->append = o->append;
	if (o->demo && !o->kernel)
		c->kernel = (struct blob){.name = "demo", .data = firmware_demo, .size = firmware_demo_size};
	return true;
}

static bool uses_stdin(const struct session *s)
{
	bool any = false;

	for (unsigned n = 0; n < MAX_LINES; n++)
		any |= s->line[n].c.in == 0;
	return any;
}

/* "-M virt,dumpdtb=FILE": write the device tree instead of running. */
static bool dump_tree(struct session *s, bool *dumped, struct err *err)
{
	const struct machine *m = s->machine;
	char path[1024];
	FILE *f;

	*dumped = m->config.board_opts && dev_option(m->config.board_opts, "dumpdtb", path, sizeof(path));
	if (!*dumped)
		return true;
	f = fopen(path, "wb");
	if (!f || fwrite(m->device_tree.data, 1, m->device_tree.size, f) != m->device_tree.size || fclose(f))
		return err_set(err, "-M virt,dumpdtb=%s: can't be written", path);
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
	if (!choose_board(&c, o, err) || !plugs_open(s, &c, err) || !open_lines(s, &c, err) || !load_files(s, &c, err))
		return false;
	s->machine = machine_new(&c, err);
	if (!s->machine)
		return false;
	if (o->nscreenshot && !dev_find(s->machine, "vga"))
		return err_set(err, "-screenshot: the machine has no screen: -vga std gives it one");
	s->line[0].dev = dev_find(s->machine, "serial0");
	s->line[1].dev = dev_find(s->machine, "serial1");
	plugs_connect(s);
	s->paced = o->icount_sleep >= 0 ? o->icount_sleep : terminal_is_interactive() && uses_stdin(s);
	return true;
}

static void finish(struct session *s)
{
	machine_free(s->machine);
	plugs_close(s);
	chardev_close(&s->debugcon);
	file_free(&s->kernel);
	file_free(&s->bios);
	file_free(&s->vga_rom);
	file_free(&s->dtb);
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
	bool dumped;
	int status;

	if (argc > 1 && !strcmp(argv[1], "image"))
		return image_tool(argc - 1, argv + 1);
	options_init(&s.options);
	for (unsigned n = 0; n < MAX_LINES; n++)
		s.line[n].c.in = s.line[n].c.out = -1;
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
	if (!open_log(&s.options, &err) || !start(&s, &err) || !dump_tree(&s, &dumped, &err)) {
		fprintf(stderr, "orrery: %s\n", err.text);
		finish(&s);
		return EXIT_STATUS_USAGE;
	}
	if (dumped) {
		finish(&s);
		return 0;
	}
	terminal_catch_signals();
	if (uses_stdin(&s))
		terminal_raw(!s.line[0].c.mux);
	status = session_run(&s);
	finish(&s);
	return status;
}
