/* SPDX-License-Identifier: MIT */
/* Builds the rig that rig.h describes: a board with no rows and no processor, and a probe on every wire. */
#include "tests/dev/rig.h"

#include "devices/bus/i440fx.h"
#include "devices/bus/piix3.h"
#include "devices/disk/piix3_ide.h"
#include "devices/input/ps2.h"
#include "devices/irq/gic.h"
#include "devices/irq/i8259.h"
#include "devices/irq/lapic.h"
#include "devices/misc/testdev.h"
#include "devices/types.h"

#include <stdlib.h>

/* ---- probes ----------------------------------------------------------------------------------------------------- */

static void probe_set(void *arg, unsigned pin, bool level)
{
	struct probe *p = arg;

	(void)pin;
	if (level && !p->level)
		p->rises++;
	p->level = level;
	line_set(&p->next, level);
}

static void probe_slot(struct probe *p, struct line *slot)
{
	p->next = *slot;
	*slot = (struct line){probe_set, p, 0};
}

void rig_probe(struct rig_dev *d, unsigned out)
{
	probe_slot(&d->outs[out], d->dev->type->out(d->dev, out));
}

static void probe_outputs(struct rig_dev *d)
{
	const struct dev_type *t = d->dev->type;

	for (d->nouts = 0; t->out && d->nouts < RIG_OUTS; d->nouts++) {
		struct line *slot = t->out(d->dev, d->nouts);

		if (!slot)
			break;
		probe_slot(&d->outs[d->nouts], slot);
	}
}

/* ---- the other side of a local APIC ----------------------------------------------------------------------------- */

static void core_intr(void *arg, bool level)
{
	((struct rig *)arg)->signals[RIG_INTR] = level;
}

static void core_nmi(void *arg)
{
	((struct rig *)arg)->signals[RIG_NMI]++;
}

static void core_smi(void *arg)
{
	((struct rig *)arg)->signals[RIG_SMI]++;
}

static void core_init(void *arg)
{
	((struct rig *)arg)->signals[RIG_INIT]++;
}

static void core_startup(void *arg, u8 vector)
{
	((struct rig *)arg)->signals[RIG_STARTUP] += 0x100u + vector;
}

static void connect_lapic(struct rig *r, struct dev *lapic)
{
	struct lapic_core core = {
		.arg = r, .intr = core_intr, .nmi = core_nmi, .smi = core_smi, .init = core_init,
		.startup = core_startup,
		.inta = r->pic ? i8259_ack : NULL, .pic = r->pic,
	};

	lapic_connect(lapic, &core);
}

static unsigned gic_accessor(void *arg)
{
	return ((const struct rig *)arg)->gic_cpu;
}

/* ---- the machine ------------------------------------------------------------------------------------------------ */

static void rig_text(void *arg, const u8 *data, size_t n)
{
	struct rig *r = arg;

	if (n > sizeof(r->text) - r->ntext)
		n = sizeof(r->text) - r->ntext;
	memcpy(r->text + r->ntext, data, n);
	r->ntext += n;
}

static bool disk_read(void *arg, u64 off, void *data, size_t n)
{
	memcpy(data, ((struct rig *)arg)->disk + off, n);
	return true;
}

static bool disk_write(void *arg, u64 off, const void *data, size_t n)
{
	memcpy(((struct rig *)arg)->disk + off, data, n);
	return true;
}

/* Each sector of the disk is full of its own number. */
static void make_plugs(struct rig *r, struct host_char text)
{
	for (unsigned i = 0; i < RIG_DISK; i++)
		r->disk[i] = (u8)(i / 512);
	r->block = (struct host_block){
		.read = disk_read, .write = disk_write, .arg = r, .size = RIG_DISK, .id = "rig disk"};
	r->plugs[0].block = &r->block;
	r->plugs[1].chr = text;
	r->plugs[2].chr.write = testdev_channel;
}

void rig_init(struct rig *r, u64 epoch)
{
	struct host_char text = {rig_text, r};
	struct machine_config config = {
		.board = &r->board, .epoch = epoch, .ram_size = 16u << 20, .serial = {text, text}, .debugcon = text,
		.plugs = r->plugs, .nplugs = countof(r->plugs)};
	struct err err;

	memset(r, 0, sizeof(*r));
	make_plugs(r, text);
	r->board.name = "rig";
	r->board.rows = &r->no_rows;
	r->m = machine_new(&config, &err);
	assert(r->m);
	for (unsigned n = 0; n < MACHINE_IRQS; n++)
		probe_slot(&r->irqs[n], &r->m->irqs[n]);
}

void rig_free(struct rig *r)
{
	machine_free(r->m);
	if (r->ram.host)
		ram_free(&r->ram);
}

struct rig_dev *rig_add(struct rig *r, const struct board_row *template, const char *id, const char *opts,
	struct err *err)
{
	struct rig_dev *d = &r->devs[r->ndevs];

	if (r->ndevs == RIG_DEVS) {
		err_set(err, "more than %d devices", RIG_DEVS);
		return NULL;
	}
	snprintf(d->id, sizeof(d->id), "%s", id);
	snprintf(d->opts, sizeof(d->opts), "%s", opts);
	d->row = *template;
	d->row.id = d->id;
	d->row.opts = d->opts;
	d->dev = dev_add(r->m, &d->row, err);
	if (!d->dev)
		return NULL;
	r->ndevs++;
	if (d->row.type == &i8259_type && !r->pic)
		r->pic = d->dev;
	if (d->row.type == &lapic_type)
		connect_lapic(r, d->dev);
	if (d->row.type == &gicv2_type)
		gicv2_set_accessor(d->dev, gic_accessor, r);
	probe_outputs(d);
	if (d->row.type->reset)
		d->row.type->reset(d->dev); /* the probes see the levels after reset */
	return d;
}

struct rig_dev *rig_find(struct rig *r, const char *id)
{
	for (unsigned i = 0; i < r->ndevs; i++) {
		if (!strcmp(r->devs[i].id, id))
			return &r->devs[i];
	}
	return NULL;
}

bool rig_add_ram(struct rig *r, u64 size, struct err *err)
{
	if (!ram_init(&r->ram, "ram", size, false, err))
		return false;
	r->ram_region = (struct region){
		.name = "ram", .size = size, .priority = -1, .on = true, .kind = REGION_RAM, .ram = &r->ram};
	space_add(&r->m->memory, &r->ram_region);
	return true;
}

void rig_wire(struct rig_dev *from, unsigned out, struct dev *to, unsigned in)
{
	assert(out < from->nouts);
	from->outs[out].next = dev_pin(to, in);
	line_set(&from->outs[out].next, from->outs[out].level);
}

static struct dev *of_type(struct rig *r, const struct dev_type *type)
{
	for (unsigned i = 0; i < r->ndevs; i++) {
		if (r->devs[i].dev->type == type)
			return r->devs[i].dev;
	}
	return NULL;
}

static void smi_pin(void *arg, unsigned pin, bool level)
{
	(void)pin;
	if (level)
		core_smi(arg);
}

static void button_pin(void *arg, unsigned pin, bool level)
{
	(void)pin;
	if (level)
		piix4_pm_button(arg);
}

void rig_solder(struct rig *r)
{
	struct dev *north = of_type(r, &i440fx_type), *south = of_type(r, &piix3_type), *pm = of_type(r,
		&piix4_pm_type);
	struct dev *ide = of_type(r, &piix3_ide_type);
	struct dev *i8042 = of_type(r, &i8042_type), *keyboard = of_type(r, &ps2_keyboard_type);
	struct line isa[16];

	for (unsigned n = 0; n < 16; n++)
		isa[n] = machine_irq(r->m, (int)n);
	if (south)
		piix3_connect(south, isa);
	if (north && r->ram.host)
		i440fx_connect(north, &r->ram, NULL);
	if (north && south)
		i440fx_connect_piix3(north, south);
	if (ide)
		piix3_ide_connect(ide, dev_find(r->m, "ide0"), dev_find(r->m, "ide1"));
	if (i8042 && keyboard)
		ps2_keyboard_connect(keyboard, i8042);
	if (pm) {
		piix4_pm_connect(pm, machine_irq(r->m, 9), (struct line){smi_pin, r, 0});
		r->m->power_button = (struct line){button_pin, pm, 0};
	}
	rig_reset(r);
}

void rig_tick(struct rig *r, u64 ns, unsigned max_events)
{
	struct clock *c = &r->m->clock;
	u64 end = clock_now(c) + ns;
	unsigned n = 0;

	while (clock_next(c) <= end) {
		clock_skip_to(c, clock_next(c));
		clock_fire(c);
		if (max_events && ++n == max_events)
			return;
	}
	clock_skip_to(c, end);
}

void rig_reset(struct rig *r)
{
	for (struct dev *d = r->m->devs; d; d = d->next) {
		if (d->type->reset)
			d->type->reset(d);
	}
	r->m->reset_wanted = false;
}

/* ---- reset values ----------------------------------------------------------------------------------------------- */

static u64 member_value(const struct dev *d, const struct reg *r, unsigned index)
{
	const u8 *p = (const u8 *)d->state + r->member + (size_t)index * r->msize;
	u16 v16;
	u32 v32;
	u64 v64;

	switch (r->msize) {
	case 1:
		return *p;
	case 2:
		memcpy(&v16, p, 2);
		return v16;
	case 4:
		memcpy(&v32, p, 4);
		return v32;
	default:
		memcpy(&v64, p, 8);
		return v64;
	}
}

static bool in_list(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strstr(list, name); p; p = strstr(p + 1, name)) {
		if ((p == list || p[-1] == ' ') && (p[n] == 0 || p[n] == ' '))
			return true;
	}
	return false;
}

static unsigned check_bank(const struct dev *d, const struct reg_bank *bank, const char *except, FILE *out)
{
	unsigned wrong = 0;

	for (unsigned i = 0; i < bank->n; i++) {
		const struct reg *r = &bank->regs[i];
		unsigned count = r->msize && !in_list(except, r->name) ? (r->count ? r->count : 1) : 0;

		for (unsigned k = 0; k < count; k++) {
			u64 v = member_value(d, r, k);

			if (v == (r->reset & mask_low(r->msize * 8u)))
				continue;
			fprintf(out, "%s.%s[%u] is %llx after reset, its row says %llx\n", d->id, r->name, k,
				(unsigned long long)v, (unsigned long long)r->reset);
			wrong++;
		}
	}
	return wrong;
}

unsigned rig_check_reset(const struct rig_dev *d, const char *except, FILE *out)
{
	const struct reg_bank *const *banks = d->dev->type->banks;
	unsigned wrong = 0;

	for (; banks && *banks; banks++)
		wrong += check_bank(d->dev, *banks, except, out);
	return wrong;
}

/* ---- going back ------------------------------------------------------------------------------------------------- */

u8 *rig_save(const struct rig *r, size_t *size)
{
	size_t n = state_saved_size(clock_rows) + RIG_DISK;
	u8 *image, *at;

	for (const struct dev *d = r->m->devs; d; d = d->next)
		n += d->type->state ? state_saved_size(d->type->state) : 0;
	image = at = malloc(n);
	assert(image);
	at += state_save(clock_rows, &r->m->clock, at);
	for (const struct dev *d = r->m->devs; d; d = d->next)
		at += d->type->state ? state_save(d->type->state, d->state, at) : 0;
	memcpy(at, r->disk, RIG_DISK);
	*size = n;
	return image;
}

static void relink_events(const struct state_field *rows, void *obj)
{
	for (; rows->name; rows++) {
		for (u32 i = 0; i < rows->count && rows->kind == STATE_STRUCT; i++) {
			void *sub = (u8 *)obj + rows->offset + (size_t)i * rows->esize;

			if (rows->sub == event_rows)
				event_relink(sub);
			else
				relink_events(rows->sub, sub);
		}
	}
}

void rig_load(struct rig *r, const u8 *image)
{
	r->m->clock.queue = NULL;
	image += state_load(clock_rows, &r->m->clock, image);
	for (struct dev *d = r->m->devs; d; d = d->next) {
		if (!d->type->state)
			continue;
		image += state_load(d->type->state, d->state, image);
		relink_events(d->type->state, d->state);
		if (d->type->loaded)
			d->type->loaded(d);
	}
	memcpy(r->disk, image, RIG_DISK);
}
