/* SPDX-License-Identifier: MIT */
/* Puts a machine together from its board's table and runs it: the processor up to the next event's exact instruction
 * count, then the event. Host time, host input and scheduling have no way in here. DESIGN.md section 3. */
#include "devices/machine.h"

#include "devices/types.h"
#include "mem/base/log.h"

#include <stdlib.h>

#define PHYSICAL_LAST mask_low(52)  /* no processor of ours has more address lines */
#define IDLE_SKIPS    65536         /* in one machine_run without an instruction, before the caller gets a look */
#define RESETS        16            /* likewise, without a look: a reset takes longer than thousands of instructions */
#define SHUTDOWNS_TOLD 8            /* that many are explained, the others are counted */

/* ---- the processor's side of the clock -------------------------------------------------------------------------- */

static u64 machine_clock_icount(void *arg)
{
	return machine_icount(arg);
}

static void machine_clock_limit(void *arg, u64 icount)
{
	struct machine *m = arg;

	if (m->cpu)
		cpu_limit(m->cpu, icount);
}

static void machine_map_changed(void *arg)
{
	struct machine *m = arg;

	if (m->cpu)
		cpu_flush_tlb(m->cpu);
}

u64 machine_icount(const struct machine *m)
{
	return m->cpu ? cpu_icount_now(m->cpu) : 0;
}

/* ---- interrupts by global number -------------------------------------------------------------------------------- */

static void machine_set_irq(void *arg, unsigned n, bool level)
{
	struct machine *m = arg;

	line_set(&m->irqs[n], level);
}

struct line machine_irq(struct machine *m, int n)
{
	if (n < 0)
		return (struct line){NULL, NULL, 0};
	assert(n < MACHINE_IRQS);
	return (struct line){machine_set_irq, m, (unsigned)n};
}

/* ---- making and unmaking ---------------------------------------------------------------------------------------- */

static bool machine_make_cpu(struct machine *m, struct err *err)
{
	const struct cpu_ops *ops = m->board->cpu;
	const char *model = m->config.cpu_model ? m->config.cpu_model : m->board->default_cpu;
	struct cpu *cpu;

	if (!ops)
		return true;
	cpu = calloc(1, ops->size);
	if (!cpu)
		return err_set(err, "out of memory");
	if (!cpu_init(cpu, ops, model, &m->memory, &m->ports, err)) {
		free(cpu);
		return false;
	}
	m->cpu = cpu;
	m->ncpu = 1;
	return true;
}

static bool machine_build(struct machine *m, struct err *err)
{
	const struct board *b = m->board;

	if (!machine_make_cpu(m, err))
		return false;
	if (b->prepare && !b->prepare(m, err))
		return false;
	for (const struct board_row *row = b->rows; row && row->type; row++) {
		if (!dev_add(m, row, err))
			return false;
	}
	return !b->wire || b->wire(m, err);
}

/* Devices in the order of attachment, then the processor, then what the board puts into memory. */
static bool machine_reset(struct machine *m, struct err *err)
{
	m->reset_wanted = false;
	m->powered_off = false;
	for (struct dev *d = m->devs; d; d = d->next) {
		if (d->type->reset)
			d->type->reset(d);
	}
	if (m->cpu) {
		m->cpu->memory = &m->memory; /* whatever view it was in */
		cpu_reset(m->cpu);
	}
	return !m->board->boot || m->board->boot(m, err);
}

struct machine *machine_new(const struct machine_config *config, struct err *err)
{
	struct machine *m = calloc(1, sizeof(*m));

	if (!m) {
		err_set(err, "out of memory");
		return NULL;
	}
	m->config = *config;
	m->board = config->board;
	m->types = dev_types;
	space_init(&m->memory, "memory", PHYSICAL_LAST, NULL);
	space_init(&m->smm_memory, "smm", PHYSICAL_LAST, &m->memory);
	space_init(&m->ports, "ports", 0xffff, NULL);
	m->memory.changed = m->smm_memory.changed = machine_map_changed;
	m->memory.changed_arg = m->smm_memory.changed_arg = m;
	clock_init(&m->clock, config->icount_shift);
	m->clock.icount = machine_clock_icount;
	m->clock.limit = machine_clock_limit;
	m->clock.arg = m;
	replay_init(&m->replay, m, config->epoch);
	if (!machine_build(m, err) || !machine_reset(m, err)) {
		machine_free(m);
		return NULL;
	}
	return m;
}

/* Last attached, first detached. */
static void detach_all(struct dev *d)
{
	if (!d)
		return;
	detach_all(d->next);
	if (d->type->detach)
		d->type->detach(d);
}

void machine_free(struct machine *m)
{
	if (!m)
		return;
	if (m->cpu)
		cpu_free(m->cpu); /* first: its blocks lie in memory that devices own too */
	free(m->cpu);
	m->cpu = NULL;
	detach_all(m->devs);
	space_free(&m->smm_memory);
	space_free(&m->memory);
	space_free(&m->ports);
	if (m->board->finish)
		m->board->finish(m);
	while (m->devs) {
		struct dev *d = m->devs;

		m->devs = d->next;
		free(d->state);
		free(d->links);
		free(d);
	}
	free(m);
}

/* ---- what devices may ask for ----------------------------------------------------------------------------------- */

static void machine_stop_cpu(struct machine *m)
{
	if (m->cpu)
		cpu_request_stop(m->cpu);
}

void machine_request_exit(struct machine *m, int status, const char *reason)
{
	if (m->exit_wanted)
		return;
	m->exit_wanted = true;
	m->exit_status = status;
	m->exit_reason = NULL;
	if (reason) {
		snprintf(m->exit_text, sizeof(m->exit_text), "%s", reason);
		m->exit_reason = m->exit_text;
	}
	machine_stop_cpu(m);
}

void machine_request_reset(struct machine *m, const char *why)
{
	log_line(LOG_CPU_RESET, "reset: %s", why);
	if (m->config.no_reboot) {
		machine_request_exit(m, 0, NULL);
		return;
	}
	m->reset_wanted = true;
	machine_stop_cpu(m);
}

void machine_power_off(struct machine *m)
{
	if (!m->config.no_shutdown) {
		machine_request_exit(m, 0, NULL);
		return;
	}
	m->powered_off = true;
	machine_stop_cpu(m);
}

/* ---- the run loop ----------------------------------------------------------------------------------------------- */

static bool power_of_ten(u64 n)
{
	while (n && n % 10 == 0)
		n /= 10;
	return n == 1;
}

/* A guest that shuts down for ever must not fill the disk: each reason is explained once (if there are not too many),
 * its repetitions are counted, and said ever more rarely. */
static void machine_tell_shutdown(struct machine *m)
{
	const char *why = m->cpu->shutdown_reason;
	unsigned long long at = machine_icount(m);
	FILE *out = log_file();

	if (m->shutdowns_told && (m->shutdowns_told == SHUTDOWNS_TOLD || !strcmp(why, m->shutdown_last))) {
		if (power_of_ten(++m->shutdowns_alike))
			fprintf(out, "orrery: again, %llu time%s, by instruction %llu\n",
				(unsigned long long)m->shutdowns_alike, m->shutdowns_alike == 1 ? "" : "s", at);
	} else {
		m->shutdowns_told++;
		m->shutdowns_alike = 0;
		snprintf(m->shutdown_last, sizeof(m->shutdown_last), "%s", why);
		fprintf(out, "orrery: %s: the processor shuts down at instruction %llu.\n", why, at);
		if (m->cpu->ops->explain)
			m->cpu->ops->explain(m->cpu, out);
	}
	fflush(out);
	m->shutdowns++;
}

static void machine_shutdown(struct machine *m)
{
	machine_tell_shutdown(m);
	if (m->config.no_reboot)
		machine_request_exit(m, EXIT_STATUS_TRIPLE_FAULT, m->cpu->shutdown_reason);
	else
		m->reset_wanted = true;
}

/* True when the caller must be told something: *stop says what. */
static bool machine_before_run(struct machine *m, u64 until, enum machine_stop *stop)
{
	struct err err;

	if (m->reset_wanted && !m->exit_wanted && !machine_reset(m, &err))
		machine_request_exit(m, EXIT_STATUS_USAGE, err.text);
	if (!m->exit_wanted && !m->powered_off)
		clock_fire(&m->clock);
	if (m->exit_wanted)
		*stop = MACHINE_EXIT;
	else if (m->powered_off && !m->reset_wanted)
		*stop = MACHINE_IDLE;
	else if (machine_icount(m) >= until && !m->reset_wanted)
		*stop = MACHINE_UNTIL;
	else
		return false;
	return true;
}

/* The processor waits for an interrupt. False when there is nothing more to do in this call. */
static bool machine_idle(struct machine *m, enum machine_stop *stop)
{
	u64 next = clock_next(&m->clock);

	if (next == CLOCK_NEVER) {
		*stop = MACHINE_IDLE;
		return false;
	}
	if (m->paced) {
		m->idle_until = next;
		*stop = MACHINE_WAITING;
		return false;
	}
	if (next > m->look_at && clock_now(&m->clock) < m->look_at) {
		clock_skip_to(&m->clock, m->look_at);
		*stop = MACHINE_AGAIN;
		return false;
	}
	clock_skip_to(&m->clock, next);
	return true;
}

enum machine_stop machine_run(struct machine *m, u64 until)
{
	enum machine_stop stop = MACHINE_AGAIN;
	unsigned skips = 0, resets = 0;

	assert(m->cpu);
	while (!machine_before_run(m, until, &stop)) {
		u64 target = min_u64(until, clock_icount_at(&m->clock, clock_next(&m->clock)));
		u64 before = machine_icount(m);

		if (m->reset_wanted)
			continue;
		switch (cpu_run(m->cpu, target)) {
		case STOP_IDLE:
			skips = machine_icount(m) == before ? skips + 1 : 0;
			if (skips > IDLE_SKIPS)
				return MACHINE_AGAIN;
			if (!machine_idle(m, &stop))
				return stop;
			break;
		case STOP_SHUTDOWN:
			machine_shutdown(m);
			break;
		case STOP_UNTIL:
		case STOP_REQUEST:
			break;
		}
		if (m->reset_wanted && ++resets > RESETS)
			return MACHINE_AGAIN;
	}
	return stop;
}

/* ---- the hash of everything ------------------------------------------------------------------------------------- */

static bool page_is_zero(const u8 *p)
{
	u64 any = 0;

	for (unsigned i = 0; i < RAM_PAGE_SIZE; i += 64) {
		u64 v[8];

		memcpy(v, p + i, sizeof(v));
		any |= v[0] | v[1] | v[2] | v[3] | v[4] | v[5] | v[6] | v[7];
		if (any)
			return false;
	}
	return true;
}

/* Four FNV-1a streams over 64-bit little-endian words: the same on every host, and not bound by one multiplier's
 * latency. */
static u64 page_hash(const u8 *p, u64 h)
{
	const u64 prime = 0x100000001b3ull;
	u64 lane[4] = {h, h ^ 1, h ^ 2, h ^ 3};

	for (unsigned i = 0; i < RAM_PAGE_SIZE; i += 32) {
		for (unsigned k = 0; k < 4; k++) {
			u64 v = (lane[k] ^ load_le64(p + i + k * 8)) * prime;

			lane[k] = v ^ v >> 29;
		}
	}
	for (unsigned k = 0; k < 4; k++) {
		h = (h ^ lane[k]) * prime;
		h ^= h >> 32;
	}
	return h;
}

static u64 number_hash(u64 v, u64 h)
{
	u8 image[8];

	store_le64(image, v);
	return state_hash_bytes(image, sizeof(image), h);
}

static u64 ram_hash(const struct ram *ram, u64 h)
{
	for (u64 off = 0; off < ram->size; off += RAM_PAGE_SIZE) {
		if (!page_is_zero(ram->host + off))
			h = page_hash(ram->host + off, number_hash(off, h));
	}
	return h;
}

/* Every block of memory that some region shows, once each. */
static u64 space_hash(const struct space *s, u64 h)
{
	for (unsigned i = 0; i < s->nregions; i++) {
		const struct ram *ram = s->regions[i]->ram;
		bool seen = !ram;

		for (unsigned k = 0; k < i && !seen; k++)
			seen = s->regions[k]->ram == ram;
		if (!seen)
			h = ram_hash(ram, h);
	}
	return h;
}

u64 machine_hash(struct machine *m)
{
	u64 h = state_hash(clock_rows, &m->clock, STATE_HASH_INIT);

	if (m->cpu)
		h = cpu_hash(m->cpu, h);
	for (const struct dev *d = m->devs; d; d = d->next) {
		h = state_hash_bytes(d->id, strlen(d->id), h);
		if (d->type->state)
			h = state_hash(d->type->state, d->state, h);
	}
	return space_hash(&m->memory, h);
}
