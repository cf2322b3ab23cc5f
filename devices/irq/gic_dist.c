/* SPDX-License-Identifier: MIT */
/* The distributor's core: which interrupts are pending, enabled and where they go, the choice of the most urgent one,
 * and the lines to the processors. A pin that changes costs one look at nine words. IHI 0048B chapter 4, IHI 0069
 * chapter 4. */
#include "devices/irq/gic_dist.h"

#include "mem/base/log.h"

const struct state_field gic_rows[] = {
	STATE_U_ARRAY(struct gic, enable), STATE_U_ARRAY(struct gic, group), STATE_U_ARRAY(struct gic, active),
	STATE_U_ARRAY(struct gic, pend), STATE_U_ARRAY(struct gic, level), STATE_U_ARRAY(struct gic, edge),
	STATE_SKIP(struct gic, target), STATE_U_ARRAY(struct gic, priority),
	STATE_SUB_ARRAY(struct gic, cpu, gic_iface_rows), STATE_SUB_ARRAY(struct gic, vcpu, gic_vcpu_rows),
	STATE_U(struct gic, ctlr), STATE_U_ARRAY(struct gic, lines), STATE_SKIP(struct gic, pad), STATE_END,
};

void gic_assign(u32 *map, unsigned cpu, unsigned intid, bool on)
{
	u32 *word = &map[gic_slot(cpu, intid >> 5)], mask = 1u << (intid & 31);

	*word = on ? *word | mask : *word & ~mask;
}

/* ---- the most urgent interrupt ---------------------------------------------------------------------------------- */

/* A level counts as long as it lasts, whatever was latched (IHI 0048B figure 4-10). */
static u32 pending_word(const struct gic *s, unsigned slot)
{
	return s->pend[slot] | (s->level[slot] & ~s->edge[slot]);
}

static u32 ready_word(const struct gic *s, unsigned cpu, unsigned word, u32 groups)
{
	unsigned slot = gic_slot(cpu, word);
	u32 ready = pending_word(s, slot) & s->enable[slot] & ~s->active[slot];

	ready &= (groups & 1 ? ~s->group[slot] : 0) | (groups & 2 ? s->group[slot] : 0);
	return word ? ready & s->target[cpu][word - 1] : ready;
}

/* Of a GICv3, only the groups that the CPU interface has enabled reach it; a GICv2 chooses among all that the
 * distributor forwards and then looks at the interface's enables (IHI 0048B, pseudocode of
 * HighestPriorityPendingInterrupt). */
struct gic_best gic_highest(const struct dev *d, unsigned cpu)
{
	const struct gic *s = d->state;
	const struct gic_links *l = d->links;
	u32 groups = s->ctlr & (l->v2 ? 3 : s->cpu[cpu].ctlr & 3);
	struct gic_best best = {GIC_SPURIOUS, 0xff, 0};

	for (unsigned word = 0; groups && word < GIC_WORDS; word++) {
		unsigned slot = gic_slot(cpu, word);

		for (u32 ready = ready_word(s, cpu, word, groups); ready; ready &= ready - 1) {
			unsigned n = gic_low_bit(ready);
			u8 priority = s->priority[slot * 32 + n];

			if (priority < best.priority)
				best = (struct gic_best){
					(u16)(word * 32 + n), priority, (u8)bit(s->group[slot], n)};
		}
	}
	return best;
}

bool gic_signals(const struct dev *d, unsigned cpu, const struct gic_best *b)
{
	const struct gic_iface *f = &((const struct gic *)d->state)->cpu[cpu];

	return b->intid != GIC_SPURIOUS && gic_iface_enabled(f, b->group) &&
		gic_iface_signals(f, b->priority, b->group);
}

/* ---- outputs ---------------------------------------------------------------------------------------------------- */

static unsigned line_of(const struct gic_iface *f, unsigned group)
{
	return group == 0 && (f->ctlr & GIC_FIQEN) ? GIC_OUT_FIQ : GIC_OUT_IRQ;
}

static unsigned wanted_lines(const struct dev *d, unsigned cpu)
{
	const struct gic *s = d->state;
	const struct gic_vcpu *v = &s->vcpu[cpu];
	struct gic_best best = gic_highest(d, cpu);
	int lr = gic_vcpu_signalled(v);
	unsigned lines = 0;

	if (gic_signals(d, cpu, &best))
		lines |= 1u << line_of(&s->cpu[cpu], best.group);
	if (lr >= 0)
		lines |= 1u << (GIC_OUT_VIRQ + line_of(&v->f, gic_lr_group(v->lr[lr])));
	return lines;
}

/* True if anything that counts has changed. */
static bool set_level(struct gic *s, unsigned slot, unsigned n, bool level)
{
	u32 mask = 1u << n;

	if (bit(s->level[slot], n) == level)
		return false;
	s->level[slot] ^= mask;
	if (!(s->edge[slot] & mask))
		return true;
	if (level)
		s->pend[slot] |= mask;
	return level;
}

void gic_update_cpu(struct dev *d, unsigned cpu)
{
	struct gic *s = d->state;
	const struct gic_links *l = d->links;
	const struct gic_vcpu *v = &s->vcpu[cpu];
	unsigned lines, changed;

	if (l->virt)
		set_level(s, cpu, GIC_PPI_MAINTENANCE, (v->hcr & HCR_EN) && gic_vcpu_misr(v));
	lines = wanted_lines(d, cpu);
	changed = lines ^ s->lines[cpu];
	s->lines[cpu] = (u8)lines;
	for (unsigned n = 0; changed && n < GIC_OUTS; n++) {
		if (bit(changed, n))
			line_set(&l->out[cpu][n], bit(lines, n));
	}
}

void gic_update(struct dev *d)
{
	const struct gic_links *l = d->links;

	for (unsigned cpu = 0; cpu < l->ncpu; cpu++)
		gic_update_cpu(d, cpu);
}

/* ---- inputs ----------------------------------------------------------------------------------------------------- */

static void set_spi(void *arg, unsigned n, bool level)
{
	struct dev *d = arg;

	if (set_level(d->state, GIC_CPUS + n / 32, n & 31, level))
		gic_update(d);
}

static void set_ppi(void *arg, unsigned pin, bool level)
{
	struct dev *d = arg;

	if (set_level(d->state, pin / 32, pin & 31, level))
		gic_update_cpu(d, pin / 32);
}

struct line gic_pin(struct dev *d, unsigned n)
{
	const struct gic_links *l = d->links;
	unsigned ppi = n - GIC_SPIS, intid = ppi & 31;

	if (n < GIC_SPIS)
		return (struct line){set_spi, d, n};
	if (ppi / 32 >= l->ncpu || intid < 16 || (l->virt && intid == GIC_PPI_MAINTENANCE))
		return (struct line){NULL, NULL, 0};
	return (struct line){set_ppi, d, ppi};
}

struct line *gic_out(struct dev *d, unsigned n)
{
	struct gic_links *l = d->links;

	return n < l->ncpu * GIC_OUTS ? &l->out[n / GIC_OUTS][n % GIC_OUTS] : NULL;
}

/* ---- acknowledge and end ---------------------------------------------------------------------------------------- */

void gic_activate(struct dev *d, unsigned cpu, const struct gic_best *b, bool sgi_more)
{
	struct gic *s = d->state;

	gic_assign(s->active, cpu, b->intid, true);
	if (!sgi_more)
		gic_assign(s->pend, cpu, b->intid, false);
	gic_iface_activate(&s->cpu[cpu], b->priority, b->group, b->group);
	gic_update(d);
}

void gic_deactivate(struct dev *d, unsigned cpu, unsigned intid)
{
	struct gic *s = d->state;

	if (intid >= GIC_INTIDS)
		return;
	gic_assign(s->active, cpu, intid, false);
	gic_update(d);
}

/* ---- hooks of register rows ------------------------------------------------------------------------------------- */

/* The slot behind register `word` of the bank that is being accessed; -1: reserved there. */
static int slot_of(const struct dev *d, unsigned word)
{
	const struct gic_links *l = d->links;

	if (word)
		return (int)gic_slot(0, word);
	return l->bank;
}

static u64 word_read(const struct dev *d, const u32 *map, unsigned word)
{
	int slot = slot_of(d, word);

	return slot < 0 ? 0 : map[slot];
}

/* The bits of a word of which a write may set some or clear some. A GICv2 has its SGIs always enabled, and pending by
 * GICD_SGIR and GICD_SPENDSGIR only. */
static void word_change(struct dev *d, u32 *map, unsigned word, u64 set, u64 clear)
{
	int slot = slot_of(d, word);

	if (slot < 0)
		return;
	map[slot] = (map[slot] | (u32)set) & ~(u32)clear;
	gic_update(d);
}

static u64 without_sgis(const struct dev *d, unsigned word, u64 value)
{
	const struct gic_links *l = d->links;

	return l->v2 && !word ? value & ~(u64)GIC_SGIS : value;
}

u64 gic_group_read(struct dev *d, unsigned word, u64 stored)
{
	(void)stored;
	return word_read(d, ((struct gic *)d->state)->group, word);
}

void gic_group_wrote(struct dev *d, unsigned word, u64 old, u64 now)
{
	(void)old;
	word_change(d, ((struct gic *)d->state)->group, word, now, ~now);
}

u64 gic_enable_read(struct dev *d, unsigned word, u64 stored)
{
	(void)stored;
	return word_read(d, ((struct gic *)d->state)->enable, word);
}

void gic_enable_set(struct dev *d, unsigned word, u64 old, u64 now)
{
	(void)old;
	word_change(d, ((struct gic *)d->state)->enable, word, now, 0);
}

void gic_enable_clear(struct dev *d, unsigned word, u64 old, u64 now)
{
	(void)old;
	word_change(d, ((struct gic *)d->state)->enable, word, 0, without_sgis(d, word, now));
}

u64 gic_pending_read(struct dev *d, unsigned word, u64 stored)
{
	int slot = slot_of(d, word);

	(void)stored;
	return slot < 0 ? 0 : pending_word(d->state, (unsigned)slot);
}

void gic_pending_set(struct dev *d, unsigned word, u64 old, u64 now)
{
	(void)old;
	word_change(d, ((struct gic *)d->state)->pend, word, without_sgis(d, word, now), 0);
}

void gic_pending_clear(struct dev *d, unsigned word, u64 old, u64 now)
{
	(void)old;
	word_change(d, ((struct gic *)d->state)->pend, word, 0, without_sgis(d, word, now));
}

u64 gic_active_read(struct dev *d, unsigned word, u64 stored)
{
	(void)stored;
	return word_read(d, ((struct gic *)d->state)->active, word);
}

void gic_active_set(struct dev *d, unsigned word, u64 old, u64 now)
{
	(void)old;
	word_change(d, ((struct gic *)d->state)->active, word, now, 0);
}

void gic_active_clear(struct dev *d, unsigned word, u64 old, u64 now)
{
	(void)old;
	word_change(d, ((struct gic *)d->state)->active, word, 0, now);
}

u64 gic_priority_read(struct dev *d, unsigned intid, u64 stored)
{
	int slot = slot_of(d, intid / 32);

	(void)stored;
	return slot < 0 ? 0 : ((struct gic *)d->state)->priority[slot * 32 + (int)(intid & 31)];
}

void gic_priority_wrote(struct dev *d, unsigned intid, u64 old, u64 now)
{
	struct gic *s = d->state;
	int slot = slot_of(d, intid / 32);

	(void)old;
	if (slot < 0)
		return;
	s->priority[slot * 32 + (int)(intid & 31)] = (u8)now & GIC_PRIORITY;
	gic_update(d);
}

/* Two bits for each interrupt, of which the higher one exists: every second bit of 16 in `edge`. */
u64 gic_config_read(struct dev *d, unsigned half, u64 stored)
{
	u64 edge = word_read(d, ((struct gic *)d->state)->edge, half / 2) >> (half & 1) * 16, v = 0;

	(void)stored;
	for (unsigned n = 0; n < 16; n++)
		v |= (edge >> n & 1) << (n * 2 + 1);
	return v;
}

void gic_config_wrote(struct dev *d, unsigned half, u64 old, u64 now)
{
	u64 edge = 0, mask = (u64)0xffff << (half & 1) * 16;

	(void)old;
	if (half == 0) /* SGIs are edges */
		return;
	for (unsigned n = 0; n < 16; n++)
		edge |= (now >> (n * 2 + 1) & 1) << n;
	edge <<= (half & 1) * 16;
	word_change(d, ((struct gic *)d->state)->edge, half / 2, edge, mask & ~edge);
}

void gic_ctlr_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old, (void)now;
	gic_update(d);
}

/* ---- device ----------------------------------------------------------------------------------------------------- */

static struct gic_frame *enter(void *arg)
{
	struct gic_frame *frame = arg;
	struct gic_links *l = frame->dev->links;
	unsigned cpu = frame->accessor && l->current ? l->current(l->current_arg) : 0;

	assert(cpu < l->ncpu);
	l->bank = frame->accessor ? (int)cpu : frame->cpu;
	l->guest = frame->guest;
	return frame;
}

static u64 frame_read(void *arg, u64 off, unsigned size)
{
	return reg_read(&enter(arg)->map, off, size);
}

static void frame_write(void *arg, u64 off, unsigned size, u64 value)
{
	reg_write(&enter(arg)->map, off, size, value);
}

void gic_map(struct dev *d, struct gic_frame *frame, const struct reg_bank *bank, u64 base, int cpu, bool accessor)
{
	static const struct region_ops ops = {frame_read, frame_write, 1, 8};
	struct reg_map *map = &frame->map;

	frame->dev = d;
	frame->cpu = cpu;
	frame->accessor = accessor;
	map->dev = d;
	map->bank = bank;
	map->region = (struct region){.name = bank->name, .base = base, .size = bank->size, .on = true,
		.kind = REGION_IO, .ops = &ops, .dev = frame};
	space_add(&d->machine->memory, &map->region);
}

bool gic_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct gic_links *l = d->links;
	u64 n = dev_option_number(row->opts, "cpus", 1);

	if (n < 1 || n > GIC_CPUS)
		return err_set(err, "cpus=%llu: 1 to %d", (unsigned long long)n, GIC_CPUS);
	l->ncpu = (unsigned)n;
	return true;
}

/* The levels of the inputs belong to those who drive them. */
void gic_reset(struct dev *d, u32 interface_ctlr)
{
	struct gic *s = d->state;
	struct gic_links *l = d->links;
	struct gic was = *s;

	*s = (struct gic){.ctlr = 0};
	memcpy(s->level, was.level, sizeof(s->level));
	memcpy(s->lines, was.lines, sizeof(s->lines));
	for (unsigned cpu = 0; cpu < GIC_CPUS; cpu++) {
		s->edge[cpu] = GIC_SGIS;
		s->enable[cpu] = l->v2 ? GIC_SGIS : 0;
		gic_iface_reset(&s->cpu[cpu], interface_ctlr);
		gic_vcpu_reset(&s->vcpu[cpu], interface_ctlr);
	}
}
