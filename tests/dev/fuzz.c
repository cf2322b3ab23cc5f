/* SPDX-License-Identifier: MIT */
/* A guest can do anything to a device: random accesses of every size to everything mapped, pins, interrupts, MSRs and
 * stretches of time, under sanitizers. And a stretch that starts again from saved state must read and end the same:
 * whatever no state row describes would show there. */
#include "tests/dev/script.h"

#include "devices/irq/gicv3.h"
#include "devices/irq/i8259.h"
#include "devices/irq/lapic.h"
#include "devices/types.h"
#include "mem/base/log.h"
#include "tests/random.h"

#include <stdlib.h>

enum { REPEAT_STEPS = 2000, MAX_EVENTS = 200 };

struct fuzz {
	struct script *s;
	u64 random;
	u64 seen; /* hash of all that was read */
};

static u64 next(struct fuzz *f)
{
	return random_next(&f->random);
}

static void saw(struct fuzz *f, u64 v)
{
	u8 image[8];

	store_le64(image, v);
	f->seen = state_hash_bytes(image, sizeof(image), f->seen);
}

/* A random place in a random device region of the space; false if the space has none. */
static bool pick(struct fuzz *f, const struct space *space, u64 *addr)
{
	unsigned start = space->nmap ? (unsigned)(next(f) % space->nmap) : 0;

	for (unsigned i = 0; i < space->nmap; i++) {
		const struct flat *flat = &space->map[(start + i) % space->nmap];
		u64 r = next(f), size = flat->last - flat->base + 1;

		if (!flat->region->ops) /* memory; a ROM with a device behind it takes writes */
			continue;
		r >>= r & 1 ? 32 : 48;
		*addr = flat->base + (size > 256 && (r & 2) ? r & ~15ull : r) % size;
		return true;
	}
	return false;
}

/* All bits, few bits, small numbers, single bytes. */
static u64 value(struct fuzz *f)
{
	u64 v = next(f), kind = next(f);

	switch (kind & 7) {
	case 0:
		return v & next(f) & next(f);
	case 1:
		return v & 15;
	case 2:
		return v & 0xff;
	case 3:
		return BIT(v & 63);
	case 4:
		return v | next(f) | next(f);
	case 5:
		return v & 0xffff;
	default:
		return v;
	}
}

static void access_space(struct fuzz *f)
{
	struct machine *m = f->s->rig.m;
	u64 r = next(f), addr;
	struct space *space = r & 1 ? &m->ports : &m->memory;
	unsigned size = 1u << (r >> 1 & 3);

	if (!pick(f, space, &addr)) {
		space = r & 1 ? &m->memory : &m->ports;
		if (!pick(f, space, &addr))
			return;
	}
	if (r & 8)
		saw(f, space_read(space, addr, size));
	else
		space_write(space, addr, size, value(f));
}

static void touch_pin(struct fuzz *f, struct dev *d)
{
	u64 r = next(f);
	bool gic = d->type == &gicv2_type || d->type == &gicv3_type;
	struct line line = dev_pin(d, gic ? (r & 64 ? GIC_PIN_PPI(r >> 14 & 1, r >> 8 & 31) : r >> 8 & 255) : r & 31);

	line_set(&line, r & 32);
}

/* Commands that random numbers seldom make, and their confirmations. */
static void command_flash(struct fuzz *f)
{
	static const u8 commands[] = {0x20, 0xd0, 0x40, 0x60, 0x01, 0xe8, 0x00, 0x03, 0x90, 0x98, 0x70, 0x50, 0xff};
	struct space *m = &f->s->rig.m->memory;
	u64 addr;

	if (pick(f, m, &addr))
		space_write(m, addr, 4, commands[next(f) % countof(commands)] * 0x10001u);
}

/* The registers of a GICv2 that do most: GICD's first ones, and the CPU interfaces. */
static void access_gicc(struct fuzz *f, struct dev *d, u64 r)
{
	static const u32 parts[] = {
		0, 0x100, GICV2_GICC, GICV2_GICC, GICV2_GICH, GICV2_GICH + 0x100, GICV2_GICV, GICV2_GICV};
	struct space *m = &f->s->rig.m->memory;
	u64 addr = rig_find(&f->s->rig, d->id)->row.base + parts[r & 7] + (r >> 8 & 0x3c);

	if (r & 8)
		saw(f, space_read(m, addr, 4));
	else
		space_write(m, addr, 4, value(f));
}

/* Another processor's turn, and of a GICv3 the system registers in both views. */
static void access_icc(struct fuzz *f, struct dev *d)
{
	static const struct icc_row *const tables[] = {gicv3_icc_rows, gicv3_icv_rows, gicv3_ich_rows};
	unsigned cpu = d->type->out(d, GIC_OUT(1, GIC_OUT_IRQ)) ? next(f) & 1 : 0;

	f->s->rig.gic_cpu = cpu;
	for (unsigned i = 0; i < 16; i++) {
		u64 r = next(f);
		const struct icc_row *row = tables[r % countof(tables)];
		u32 sysreg;

		if (d->type == &gicv2_type) {
			access_gicc(f, d, r);
			continue;
		}
		for (u64 skip = r >> 8 & 31; skip && row->name; skip--)
			row++;
		sysreg = row->name ? row->sysreg : (u32)(r >> 32 & 0xffff);
		if (r & 0x2000)
			saw(f, gicv3_icc_read(d, cpu, sysreg, 1, r & 0x4000));
		else
			gicv3_icc_write(d, cpu, sysreg, 1, r & 0x4000, value(f));
	}
}

static void acknowledge(struct fuzz *f, struct dev *d)
{
	u64 r = next(f), v = 0;
	u32 msr = 0x800 + (r >> 8 & 0x7f);

	if (d->type == &i8259_type)
		saw(f, i8259_ack(d));
	if (d->type == &pflash_cfi_type)
		command_flash(f);
	if (d->type == &gicv2_type || d->type == &gicv3_type)
		access_icc(f, d);
	if (d->type != &lapic_type)
		return;
	if (!(r & 15))
		msr = r & 16 ? 0x1b : 0x6e0;
	if (r & 32) {
		saw(f, lapic_msr_read(d, msr, &v));
		saw(f, v);
	} else if (r & 64) {
		v = value(f);
		if (msr == 0x1b) /* seldom off, and always where the rest of the run looks for it */
			v = 0xfee00100 | (v & 0x600 & next(f)) | (v & 0x3800 ? 0x800 : 0);
		saw(f, lapic_msr_write(d, msr, v));
	} else {
		saw(f, (u64)lapic_ack(d));
	}
}

static void give_input(struct fuzz *f, struct dev *d)
{
	u8 data[8];
	u64 r = next(f);

	store_le64(data, next(f));
	if (d->type->room && d->type->room(d) < sizeof(data))
		return;
	replay_input(&f->s->rig.m->replay, d, (enum input_kind)(r & 1), data, 1 + (r >> 8 & 7));
}

static void step(struct fuzz *f)
{
	struct rig *r = &f->s->rig;
	u64 kind = next(f) & 63, time = next(f), scale = next(f);
	struct dev *d = r->devs[next(f) % r->ndevs].dev;

	if (kind == 0)
		rig_tick(r, time >> (28 + (scale & 31)), MAX_EVENTS);
	else if (kind < 4)
		touch_pin(f, d);
	else if (kind < 8)
		acknowledge(f, d);
	else if (kind == 8)
		give_input(f, d);
	else
		access_space(f);
	if (r->m->reset_wanted)
		rig_reset(r);
	r->m->exit_wanted = r->m->powered_off = false;
	r->ntext = 0;
}

/* What devices keep in memory, their own (flash) included, goes back as well. */
static u8 *copy_memory(const struct rig *r)
{
	const struct space *s = &r->m->memory;
	u64 size = 0;
	u8 *copy, *at;

	for (unsigned i = 0; i < s->nregions; i++)
		size += s->regions[i]->ram ? s->regions[i]->ram->size : 0;
	copy = at = malloc(size + 1);
	assert(copy);
	for (unsigned i = 0; i < s->nregions; i++) {
		const struct ram *ram = s->regions[i]->ram;

		if (!ram)
			continue;
		memcpy(at, ram->host, ram->size);
		at += ram->size;
	}
	return copy;
}

static void restore_memory(const struct rig *r, const u8 *copy)
{
	const struct space *s = &r->m->memory;

	for (unsigned i = 0; i < s->nregions; i++) {
		const struct ram *ram = s->regions[i]->ram;

		if (!ram)
			continue;
		memcpy(ram->host, copy, ram->size);
		copy += ram->size;
	}
}

static unsigned repeat(struct fuzz *f)
{
	struct rig *r = &f->s->rig;
	size_t size, end_size;
	u8 *start = rig_save(r, &size), *ram = copy_memory(r), *end[2];
	u64 random = f->random, before = f->seen, seen[2];
	unsigned wrong = 0;

	for (unsigned run = 0; run < 2; run++) {
		f->random = random;
		f->seen = STATE_HASH_INIT;
		rig_load(r, start);
		r->gic_cpu = 0;
		restore_memory(r, ram);
		for (unsigned i = 0; i < REPEAT_STEPS; i++)
			step(f);
		seen[run] = f->seen;
		end[run] = rig_save(r, &end_size);
	}
	if (seen[0] != seen[1])
		wrong += fprintf(stderr, "%s: reads differ after going back to saved state\n", f->s->path) > 0;
	if (memcmp(end[0], end[1], size))
		wrong += fprintf(stderr, "%s: state differs after going back to saved state\n", f->s->path) > 0;
	f->seen = before ^ seen[0];
	free(start);
	free(ram);
	free(end[0]);
	free(end[1]);
	return wrong;
}

unsigned fuzz_run(struct script *s, u64 steps, u64 seed, u64 *hash)
{
	struct fuzz f = {.s = s, .random = seed, .seen = STATE_HASH_INIT};
	FILE *sink = tmpfile();
	u32 mask = log_mask;
	unsigned wrong = script_run(s, true);

	for (u64 i = 0; i < steps && s->rig.ndevs; i++) {
		log_mask = sink && i % 4096 < 16 ? ~0u : 0; /* the trace must hold too */
		log_set_file(sink);
		if (i % 65536 == 0)
			wrong += repeat(&f);
		step(&f);
	}
	*hash = f.seen;
	log_mask = mask;
	log_set_file(NULL);
	if (sink)
		fclose(sink);
	rig_reset(&s->rig);
	for (unsigned i = 0; i < s->rig.ndevs; i++)
		wrong += rig_check_reset(&s->rig.devs[i], s->except, stderr);
	rig_free(&s->rig);
	return wrong;
}
