/* SPDX-License-Identifier: MIT */
/* Splits device scripts into commands and runs them on a rig; script.h has the language. */
#include "tests/dev/script.h"

#include "devices/irq/gicv3.h"
#include "devices/irq/i8259.h"
#include "devices/irq/lapic.h"
#include "devices/time/rtc_cmos.h"
#include "devices/types.h"

#include <stdarg.h>
#include <stdlib.h>

/* ---- files ------------------------------------------------------------------------------------------------------ */

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n = 0, room = 1 << 20;
	char *text = f ? malloc(room) : NULL;

	if (text) {
		n = fread(text, 1, room - 1, f);
		text[n] = 0;
	}
	if (f)
		fclose(f);
	return text;
}

/* Splits a line in place into words; a word that starts with a quote ends at the next one. "/" ends a command. */
static char *next_word(char **at)
{
	char *p = *at + strspn(*at, " \t"), *word = p;

	if (!*p || *p == '#')
		return NULL;
	if (*p == '"') {
		p = strchr(p + 1, '"');
		if (!p)
			return NULL;
	} else {
		p += strcspn(p, " \t");
	}
	*at = *p ? p + 1 : p;
	*p = 0;
	return word;
}

static void split_line(struct script *s, char *line, unsigned number)
{
	struct command *c = NULL;
	char *word;

	while ((word = next_word(&line))) {
		if (!strcmp(word, "/")) {
			c = NULL;
			continue;
		}
		if (!c) {
			c = &s->commands[s->n++];
			*c = (struct command){.line = number};
		}
		if (c->nwords < SCRIPT_WORDS)
			c->word[c->nwords++] = word;
	}
}

bool script_load(struct script *s, const char *path)
{
	unsigned number = 0;
	size_t slots = 1;

	memset(s, 0, sizeof(*s));
	s->path = path;
	s->text = read_file(path);
	if (!s->text) {
		fprintf(stderr, "%s: can't be read\n", path);
		return false;
	}
	for (const char *p = s->text; *p; p++)
		slots += *p == '\n' || *p == '/';
	s->commands = calloc(slots, sizeof(*s->commands));
	assert(s->commands);
	for (char *p = s->text, *end; p; p = end) {
		end = strchr(p, '\n');
		if (end)
			*end++ = 0;
		split_line(s, p, ++number);
	}
	return true;
}

void script_free(struct script *s)
{
	free(s->commands);
	free(s->text);
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static bool wrong(struct script *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	return false;
}

static bool number(struct script *s, const char *word, int base, u64 *v)
{
	char *end = NULL;

	*v = word ? strtoull(word, &end, base) : 0;
	return (word && end != word && !*end) || wrong(s, "\"%s\" is no number", word ? word : "");
}

/* Checks "= WANT [& MASK]" from word i on. */
static bool expect(struct script *s, const struct command *c, unsigned i, int base, u64 got)
{
	u64 want, mask = ~0ull;

	if (!c->word[i] || strcmp(c->word[i], "="))
		return wrong(s, "\"= VALUE\" expected");
	if (!number(s, c->word[i + 1], base, &want))
		return false;
	if (c->nwords > i + 3 && !strcmp(c->word[i + 2], "&") && !number(s, c->word[i + 3], 16, &mask))
		return false;
	if ((got & mask) == want)
		return true;
	return wrong(s, base == 16 ? "is %llx, expected %llx" : "is %llu, expected %llu",
		(unsigned long long)(got & mask), (unsigned long long)want);
}

static bool need_device(struct script *s)
{
	return s->use || wrong(s, "no device yet");
}

/* ---- set-up ----------------------------------------------------------------------------------------------------- */

static bool do_device(struct script *s, const struct command *c)
{
	struct board_row row = {.irq = -1, .at = AT_NONE};
	const char *id = c->word[1];
	char opts[SCRIPT_LIST] = "";
	struct err err;
	u64 v;

	for (unsigned i = 0; dev_types[i] && id; i++) {
		if (!strcmp(dev_types[i]->name, id))
			row.type = dev_types[i];
	}
	if (!row.type)
		return wrong(s, "no device type \"%s\"", id ? id : "");
	for (unsigned i = 2; i < c->nwords; i++) {
		const char *w = c->word[i], *next = c->word[i + 1];

		if (strchr(w, '=')) {
			size_t n = strlen(opts);

			snprintf(opts + n, sizeof(opts) - n, "%s%s", n ? "," : "", w);
			continue;
		}
		i++;
		if (!strcmp(w, "as") && next) {
			id = next;
			continue;
		}
		if (!number(s, next, strcmp(w, "irq") ? 16 : 10, &v))
			return false;
		if (!strcmp(w, "irq"))
			row.irq = (int)v;
		else
			row.base = v;
		if (!strcmp(w, "port"))
			row.at = AT_PORT;
		else if (!strcmp(w, "mem"))
			row.at = AT_MEM;
		else if (!strcmp(w, "pci"))
			row.at = AT_PCI;
	}
	s->use = rig_add(&s->rig, &row, id, opts, &err);
	return s->use || wrong(s, "%s", err.text);
}

static bool do_epoch(struct script *s, const struct command *c)
{
	u64 v;

	if (!number(s, c->word[1], 10, &v))
		return false;
	s->rig.m->replay.host_epoch = v;
	return true;
}

static bool do_ram(struct script *s, const struct command *c)
{
	struct err err;
	u64 v;

	if (!number(s, c->word[1], 10, &v))
		return false;
	return rig_add_ram(&s->rig, v << 20, &err) || wrong(s, "%s", err.text);
}

static bool do_use(struct script *s, const struct command *c)
{
	s->use = rig_find(&s->rig, c->word[1] ? c->word[1] : "");
	return s->use || wrong(s, "no such device");
}

static bool do_wire(struct script *s, const struct command *c)
{
	struct rig_dev *from, *to;
	u64 out, in;

	if (c->nwords < 5 || !number(s, c->word[2], 10, &out) || !number(s, c->word[4], 10, &in))
		return wrong(s, "wire FROM OUT TO PIN");
	from = rig_find(&s->rig, c->word[1]);
	to = rig_find(&s->rig, c->word[3]);
	if (!from || !to || out >= from->nouts)
		return wrong(s, "no such device or output");
	rig_wire(from, (unsigned)out, to->dev, (unsigned)in);
	return true;
}

static bool do_cascade(struct script *s, const struct command *c)
{
	struct rig_dev *slave = rig_find(&s->rig, c->word[1] ? c->word[1] : "");

	if (!need_device(s) || !slave || slave->dev->type != &i8259_type || s->use->dev->type != &i8259_type)
		return wrong(s, "two 8259s are needed");
	i8259_cascade(s->use->dev, slave->dev);
	rig_probe(slave, I8259_OUT_INT);
	return true;
}

static bool do_solder(struct script *s, const struct command *c)
{
	(void)c;
	rig_solder(&s->rig);
	return true;
}

static bool do_except(struct script *s, const struct command *c)
{
	for (unsigned i = 1; i < c->nwords; i++) {
		size_t n = strlen(s->except);

		snprintf(s->except + n, sizeof(s->except) - n, "%s%s", n ? " " : "", c->word[i]);
	}
	return true;
}

static bool do_memory(struct script *s, const struct command *c)
{
	u64 below, above;

	if (!need_device(s) || !number(s, c->word[1], 10, &below) || !number(s, c->word[2], 10, &above))
		return false;
	if (s->use->dev->type != &rtc_type)
		return wrong(s, "the device in use is no rtc");
	rtc_cmos_set_memory(s->use->dev, below << 20, above << 20);
	return true;
}

/* ---- accesses and time ------------------------------------------------------------------------------------------ */

static bool place(struct script *s, const char *word, struct space **space, u64 *addr)
{
	struct machine *m = s->rig.m;

	if (word && !strncmp(word, "port:", 5)) {
		*space = &m->ports;
		return number(s, word + 5, 16, addr);
	}
	if (word && !strncmp(word, "mem:", 4)) {
		*space = &m->memory;
		return number(s, word + 4, 16, addr);
	}
	if (!need_device(s) || !number(s, word, 16, addr))
		return false;
	*space = s->use->row.at == AT_PORT ? &m->ports : &m->memory;
	*addr += s->use->row.base;
	return true;
}

static bool do_read(struct script *s, const struct command *c)
{
	unsigned size = (unsigned)strtoul(c->word[0] + 1, NULL, 10) / 8;
	struct space *space;
	u64 addr;

	if (!place(s, c->word[1], &space, &addr))
		return false;
	if (c->nwords > 2)
		return expect(s, c, 2, 16, space_read(space, addr, size));
	space_read(space, addr, size);
	return true;
}

static bool do_write(struct script *s, const struct command *c)
{
	unsigned size = (unsigned)strtoul(c->word[0] + 1, NULL, 10) / 8;
	struct space *space;
	u64 addr, v;

	if (!place(s, c->word[1], &space, &addr) || !number(s, c->word[2], 16, &v))
		return false;
	space_write(space, addr, size, v);
	return true;
}

static bool need_lapic(struct script *s)
{
	return need_device(s) && (s->use->dev->type == &lapic_type || wrong(s, "the device in use is no lapic"));
}

static bool do_rmsr(struct script *s, const struct command *c)
{
	u64 msr, v = 0;
	bool ok;

	if (!need_lapic(s) || c->nwords < 4 || !number(s, c->word[1], 16, &msr))
		return wrong(s, "rmsr MSR = VALUE");
	ok = lapic_msr_read(s->use->dev, (u32)msr, &v);
	if (!strcmp(c->word[3], "fault"))
		return !ok || wrong(s, "is %llx, expected a fault", (unsigned long long)v);
	return ok ? expect(s, c, 2, 16, v) : wrong(s, "faults");
}

static bool do_wmsr(struct script *s, const struct command *c)
{
	bool fault = c->nwords > 4 && !strcmp(c->word[4], "fault");
	u64 msr, v;

	if (!need_lapic(s) || !number(s, c->word[1], 16, &msr) || !number(s, c->word[2], 16, &v))
		return false;
	if (lapic_msr_write(s->use->dev, (u32)msr, v) == !fault)
		return true;
	return wrong(s, fault ? "was accepted, expected a fault" : "faults");
}

/* A system register by its name, of which _EL1 or _EL2 may be left off. */
static const struct icc_row *find_icc(struct script *s, const char *name)
{
	static const struct icc_row *const tables[] = {gicv3_icc_rows, gicv3_icv_rows, gicv3_ich_rows};
	size_t n = strlen(name);

	for (unsigned i = 0; i < countof(tables) && s->use && s->use->dev->type == &gicv3_type; i++) {
		for (const struct icc_row *r = tables[i]; r->name; r++) {
			if (!strncmp(r->name, name, n) && (!r->name[n] || r->name[n] == '_'))
				return r;
		}
	}
	wrong(s, "no such system register");
	return NULL;
}

static bool do_ricc(struct script *s, const struct command *c)
{
	const struct icc_row *r = c->nwords > 1 ? find_icc(s, c->word[1]) : NULL;
	bool virt = r && !strncmp(r->name, "ICV", 3);

	return r && expect(s, c, 2, 16, gicv3_icc_read(s->use->dev, s->rig.gic_cpu, r->sysreg, 1, virt));
}

static bool do_wicc(struct script *s, const struct command *c)
{
	const struct icc_row *r = c->nwords > 1 ? find_icc(s, c->word[1]) : NULL;
	u64 v;

	if (!r || !number(s, c->word[2], 16, &v))
		return false;
	gicv3_icc_write(s->use->dev, s->rig.gic_cpu, r->sysreg, 1, !strncmp(r->name, "ICV", 3), v);
	return true;
}

static bool do_cpu(struct script *s, const struct command *c)
{
	u64 v;

	if (!number(s, c->word[1], 10, &v))
		return false;
	s->rig.gic_cpu = (unsigned)v;
	return true;
}

/* Decimal with a fraction, to the nanosecond. */
static bool do_tick(struct script *s, const struct command *c)
{
	static const struct {
		const char *name;
		u64 ns;
	} units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
	char *end = c->word[1];
	u64 whole, ns = 0, place_value;

	if (!end)
		return wrong(s, "tick TIME");
	whole = strtoull(end, &end, 10);
	for (unsigned i = 0; i < countof(units); i++) {
		const char *p = end;

		ns = whole * units[i].ns;
		place_value = units[i].ns;
		for (p += *p == '.'; *p >= '0' && *p <= '9'; p++) {
			place_value /= 10;
			ns += (u64)(*p - '0') * place_value;
		}
		if (!strcmp(p, units[i].name)) {
			rig_tick(&s->rig, ns, 0);
			return true;
		}
	}
	return wrong(s, "\"%s\" is no time", c->word[1]);
}

static bool do_reset(struct script *s, const struct command *c)
{
	(void)c;
	rig_reset(&s->rig);
	return true;
}

/* ---- wires ------------------------------------------------------------------------------------------------------ */

static bool do_pin(struct script *s, const struct command *c)
{
	struct line line;
	u64 n;

	if (!need_device(s) || c->nwords < 3 || !number(s, c->word[1], 10, &n))
		return wrong(s, "pin N 0|1|pulse");
	line = dev_pin(s->use->dev, (unsigned)n);
	if (!line.set)
		return wrong(s, "no such pin");
	if (!strcmp(c->word[2], "pulse"))
		line_pulse(&line);
	else
		line_set(&line, strcmp(c->word[2], "0"));
	return true;
}

/* The probe that "out N" or "irq N" at word i means. */
static struct probe *find_probe(struct script *s, const struct command *c, unsigned i)
{
	bool irq = c->word[i] && !strcmp(c->word[i], "irq");
	u64 n;

	if (!c->word[i] || !number(s, c->word[i + 1], 10, &n) || (!irq && !need_device(s)))
		return NULL;
	if (n < (irq ? MACHINE_IRQS : s->use->nouts))
		return irq ? &s->rig.irqs[n] : &s->use->outs[n];
	wrong(s, "no such wire");
	return NULL;
}

static bool do_level(struct script *s, const struct command *c)
{
	struct probe *p = find_probe(s, c, 0);

	return p && expect(s, c, 2, 10, p->level);
}

static bool do_rises(struct script *s, const struct command *c)
{
	struct probe *p = find_probe(s, c, 1);
	unsigned n = p ? p->rises : 0;

	if (!p)
		return false;
	p->rises = 0;
	return c->nwords < 4 || expect(s, c, 3, 10, n);
}

static bool do_ack(struct script *s, const struct command *c)
{
	int v;

	if (!need_device(s) || c->nwords < 3)
		return wrong(s, "ack = VECTOR|none");
	if (s->use->dev->type == &i8259_type)
		v = i8259_ack(s->use->dev);
	else if (need_lapic(s))
		v = lapic_ack(s->use->dev);
	else
		return false;
	if (!strcmp(c->word[2], "none"))
		return v < 0 || wrong(s, "is %x, expected none", (unsigned)v);
	return v < 0 ? wrong(s, "nothing to acknowledge") : expect(s, c, 1, 16, (u64)v);
}

static bool do_core(struct script *s, const struct command *c)
{
	static const char *const names[RIG_SIGNALS] = {"intr", "nmi", "smi", "init", "startup"};

	for (unsigned i = 0; i < RIG_SIGNALS && c->nwords > 1; i++) {
		if (!strcmp(c->word[1], names[i]))
			return expect(s, c, 2, 16, s->rig.signals[i]);
	}
	return wrong(s, "core intr|nmi|smi|init|startup = COUNT");
}

/* ---- host and machine ------------------------------------------------------------------------------------------- */

static size_t unescape(const char *word, u8 *out)
{
	size_t n = 0;

	for (; *word; word++) {
		char ch = *word;

		if (ch == '\\' && word[1]) {
			ch = *++word;
			ch = ch == 'n' ? '\n' : ch == 'r' ? '\r' : ch;
		}
		out[n++] = (u8)ch;
	}
	return n;
}

static bool do_input(struct script *s, const struct command *c)
{
	static const struct {
		const char *name;
		enum input_kind kind;
	} kinds[] = {{"bytes", INPUT_BYTES}, {"key", INPUT_KEY}, {"mouse", INPUT_MOUSE}};
	u8 data[SCRIPT_LIST];
	size_t n = 0;
	u64 v;

	if (!need_device(s))
		return false;
	for (unsigned i = 2; i < c->nwords; i++) {
		if (n + strlen(c->word[i]) >= sizeof(data))
			return wrong(s, "too long");
		if (c->word[i][0] == '"') {
			n += unescape(c->word[i] + 1, data + n);
		} else {
			if (!number(s, c->word[i], 16, &v))
				return false;
			data[n++] = (u8)v;
		}
	}
	for (unsigned i = 0; i < countof(kinds) && c->nwords > 1; i++) {
		if (strcmp(c->word[1], kinds[i].name))
			continue;
		replay_input(&s->rig.m->replay, s->use->dev, kinds[i].kind, data, n);
		return true;
	}
	return wrong(s, "input bytes|key|mouse ...");
}

static bool do_output(struct script *s, const struct command *c)
{
	u8 want[SCRIPT_LIST];
	size_t n, got = s->rig.ntext;

	if (c->nwords < 3 || c->word[2][0] != '"' || strlen(c->word[2]) >= sizeof(want))
		return wrong(s, "output = \"TEXT\"");
	n = unescape(c->word[2] + 1, want);
	s->rig.ntext = 0;
	if (n == got && !memcmp(want, s->rig.text, n))
		return true;
	return wrong(s, "is \"%.*s\"", (int)got, s->rig.text);
}

static bool do_state(struct script *s, const struct command *c)
{
	u64 v;

	if (!need_device(s) || c->nwords < 4)
		return wrong(s, "state NAME = VALUE");
	if (!state_read_named(s->use->dev->type->state, s->use->dev->state, c->word[1], &v))
		return wrong(s, "no such member");
	return expect(s, c, 2, 16, v);
}

static bool do_exit(struct script *s, const struct command *c)
{
	const struct machine *m = s->rig.m;

	if (c->nwords < 3)
		return wrong(s, "exit = STATUS|none");
	if (!strcmp(c->word[2], "none"))
		return !m->exit_wanted || wrong(s, "is %d", m->exit_status);
	return m->exit_wanted ? expect(s, c, 1, 10, (u64)m->exit_status) : wrong(s, "no exit was asked for");
}

static bool do_button(struct script *s, const struct command *c)
{
	(void)c;
	replay_command(&s->rig.m->replay, REPLAY_POWERDOWN);
	return true;
}

static bool do_reset_wanted(struct script *s, const struct command *c)
{
	return expect(s, c, 1, 10, s->rig.m->reset_wanted);
}

/* ---- running ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool (*run)(struct script *s, const struct command *c);
	bool setup;
} verbs[] = {
	{"device", do_device, true}, {"epoch", do_epoch, true}, {"ram", do_ram, true}, {"use", do_use, true},
	{"wire", do_wire, true}, {"cascade", do_cascade, true}, {"solder", do_solder, true}, {"except", do_except, true},
	{"memory", do_memory, true},
	{"r8", do_read, false}, {"r16", do_read, false}, {"r32", do_read, false}, {"r64", do_read, false},
	{"w8", do_write, false}, {"w16", do_write, false}, {"w32", do_write, false}, {"w64", do_write, false},
	{"rmsr", do_rmsr, false}, {"wmsr", do_wmsr, false},
	{"ricc", do_ricc, false}, {"wicc", do_wicc, false}, {"cpu", do_cpu, false},
	{"tick", do_tick, false}, {"reset", do_reset, false},
	{"pin", do_pin, false}, {"out", do_level, false}, {"irq", do_level, false}, {"rises", do_rises, false},
	{"ack", do_ack, false}, {"core", do_core, false}, {"input", do_input, false}, {"output", do_output, false},
	{"state", do_state, false}, {"exit", do_exit, false}, {"reset-wanted", do_reset_wanted, false},
	{"button", do_button, false},
};

static bool run_command(struct script *s, const struct command *c, bool setup_only)
{
	for (unsigned i = 0; i < countof(verbs); i++) {
		if (!strcmp(verbs[i].name, c->word[0]))
			return (setup_only && !verbs[i].setup) || verbs[i].run(s, c);
	}
	return wrong(s, "no such command");
}

static void print_failure(const struct script *s, const struct command *c)
{
	fprintf(stderr, "%s:%u: ", s->path, c->line);
	for (unsigned i = 0; i < c->nwords; i++)
		fprintf(stderr, "%s%s ", c->word[i], c->word[i][0] == '"' ? "\"" : "");
	fprintf(stderr, "-- %s\n", s->why);
}

unsigned script_run(struct script *s, bool setup_only)
{
	unsigned failed = 0;

	s->use = NULL;
	s->except[0] = 0;
	rig_init(&s->rig, 0);
	for (unsigned i = 0; i < s->n; i++) {
		if (run_command(s, &s->commands[i], setup_only))
			continue;
		print_failure(s, &s->commands[i]);
		failed++;
	}
	return failed;
}
