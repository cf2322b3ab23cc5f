/* SPDX-License-Identifier: MIT */
/* The GICv2 with the identity of a GIC-400: the distributor's registers, among them those that only this generation has
 * (targets by bit mask, SGIs with their sources), and the device. IHI 0048B 4.3, DDI 0471B. */
#include "devices/irq/gicv2.h"

#include "devices/types.h"

enum {
	GICD_IIDR = 0x0200143b,
	SGIR_LIST = 0, SGIR_OTHERS = 1, SGIR_SELF = 2,
};

static unsigned this_cpu(const struct dev *d)
{
	return (unsigned)((const struct gic_links *)d->links)->bank;
}

static u8 all_cpus(const struct dev *d)
{
	return (u8)mask_low(((const struct gic_links *)d->links)->ncpu);
}

/* ---- SGIs, 4.3.15 to 4.3.17 ------------------------------------------------------------------------------------- */

static void sgi_change(struct dev *d, unsigned cpu, unsigned sgi, u8 set, u8 clear)
{
	struct gicv2 *s = d->state;
	u8 *source = &s->sgi_source[cpu][sgi];

	*source = (u8)((*source | set) & ~clear);
	gic_assign(s->g.pend, cpu, sgi, *source);
}

static void sgir_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	unsigned self = this_cpu(d), filter = (unsigned)bits(now, 24, 2);
	u8 list = (u8)bits(now, 16, 8);

	(void)index, (void)old;
	if (filter != SGIR_LIST)
		list = filter == SGIR_OTHERS ? (u8)~BIT(self) : filter == SGIR_SELF ? (u8)BIT(self) : 0;
	for (unsigned cpu = 0; cpu < GIC_CPUS; cpu++) {
		if (bit(list & all_cpus(d), cpu))
			sgi_change(d, cpu, now & 15, (u8)BIT(self), 0);
	}
	gic_update(d);
}

static u64 pendsgi_read(struct dev *d, unsigned sgi, u64 stored)
{
	(void)stored;
	return ((struct gicv2 *)d->state)->sgi_source[this_cpu(d)][sgi];
}

static void pendsgi_set(struct dev *d, unsigned sgi, u64 old, u64 now)
{
	(void)old;
	sgi_change(d, this_cpu(d), sgi, (u8)now & all_cpus(d), 0);
	gic_update(d);
}

static void pendsgi_clear(struct dev *d, unsigned sgi, u64 old, u64 now)
{
	(void)old;
	sgi_change(d, this_cpu(d), sgi, 0, (u8)now);
	gic_update(d);
}

/* ---- targets, 4.3.12 -------------------------------------------------------------------------------------------- */

static void route_spi(struct dev *d, unsigned spi)
{
	struct gicv2 *s = d->state;
	u32 mask = 1u << (spi & 31);
	u8 targets = all_cpus(d) == 1 ? 1 : s->targets[spi]; /* a uniprocessor has no choice */

	for (unsigned cpu = 0; cpu < GIC_CPUS; cpu++) {
		u32 *word = &s->g.target[cpu][spi / 32];

		*word = bit(targets, cpu) ? *word | mask : *word & ~mask;
	}
}

static void route_all(struct dev *d)
{
	for (unsigned spi = 0; spi < GIC_SPIS; spi++)
		route_spi(d, spi);
}

static void targets_wrote(struct dev *d, unsigned spi, u64 old, u64 now)
{
	struct gicv2 *s = d->state;

	(void)old;
	s->targets[spi] = all_cpus(d) == 1 ? 0 : (u8)now & all_cpus(d);
	route_spi(d, spi);
	gic_update(d);
}

/* SGIs and PPIs: each processor sees itself. */
static u64 targets_own_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return all_cpus(d) == 1 ? 0 : BIT(this_cpu(d));
}

/* ---- the distributor's registers -------------------------------------------------------------------------------- */

static u64 typer_read(struct dev *d, unsigned index, u64 stored)
{
	const struct gic_links *l = d->links;

	(void)index, (void)stored;
	return (u64)(l->ncpu - 1) << 5 | (GIC_WORDS - 1);
}

static u64 iidr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return GICD_IIDR;
}

/* GIC-400: part 390h of Arm, architecture revision 2 */
static u64 id_read(struct dev *d, unsigned index, u64 stored)
{
	static const u8 id[] = {0x04, 0, 0, 0, 0x90, 0xb4, 0x2b, 0, 0x0d, 0xf0, 0x05, 0xb1};

	(void)d, (void)stored;
	return id[index];
}

#define GICV2(m)  REG_MEMBER(struct gicv2, m)
#define GICV2S(m) REG_MEMBERS(struct gicv2, m)

static const struct reg gicd_regs[] = {
	{.name = "GICD_CTLR", .off = 0, .width = 4, GICV2(g.ctlr), .wmask = 3, .wrote = gic_ctlr_wrote, .doc = "forwards groups 0, 1"},
	{.name = "GICD_TYPER", .off = 4, .width = 4, .read = typer_read, .doc = "words of interrupts - 1, processors - 1"},
	{.name = "GICD_IIDR", .off = 8, .width = 4, .read = iidr_read},
	{.name = "GICD_IGROUPR", .off = 0x80, .width = 4, .count = GIC_WORDS, .read = gic_group_read, .wrote = gic_group_wrote},
	{.name = "GICD_ISENABLER", .off = 0x100, .width = 4, .count = GIC_WORDS, .read = gic_enable_read, .wrote = gic_enable_set},
	{.name = "GICD_ICENABLER", .off = 0x180, .width = 4, .count = GIC_WORDS, .read = gic_enable_read, .wrote = gic_enable_clear},
	{.name = "GICD_ISPENDR", .off = 0x200, .width = 4, .count = GIC_WORDS, .read = gic_pending_read, .wrote = gic_pending_set},
	{.name = "GICD_ICPENDR", .off = 0x280, .width = 4, .count = GIC_WORDS, .read = gic_pending_read, .wrote = gic_pending_clear},
	{.name = "GICD_ISACTIVER", .off = 0x300, .width = 4, .count = GIC_WORDS, .read = gic_active_read, .wrote = gic_active_set},
	{.name = "GICD_ICACTIVER", .off = 0x380, .width = 4, .count = GIC_WORDS, .read = gic_active_read, .wrote = gic_active_clear},
	{.name = "GICD_IPRIORITYR", .off = 0x400, .width = 1, .count = GIC_INTIDS, .read = gic_priority_read,
	 .wrote = gic_priority_wrote, .doc = "by byte: 5 bits exist"},
	{.name = "GICD_ITARGETSR0", .off = 0x800, .width = 1, .count = 32, .read = targets_own_read, .doc = "by byte: SGIs, PPIs"},
	{.name = "GICD_ITARGETSR8", .off = 0x820, .width = 1, GICV2S(targets), .wmask = 0xff, .wrote = targets_wrote,
	 .doc = "by byte: processors that get an SPI; zero if there is only one"},
	{.name = "GICD_ICFGR", .off = 0xc00, .width = 4, .count = GIC_WORDS * 2, .read = gic_config_read,
	 .wrote = gic_config_wrote, .doc = "two bits each, the higher one: edge-triggered"},
	{.name = "GICD_SGIR", .off = 0xf00, .width = 4, .wrote = sgir_wrote, .doc = "sends an SGI"},
	{.name = "GICD_CPENDSGIR", .off = 0xf10, .width = 1, .count = 16, .read = pendsgi_read, .wrote = pendsgi_clear,
	 .doc = "by byte: an SGI's sources"},
	{.name = "GICD_SPENDSGIR", .off = 0xf20, .width = 1, .count = 16, .read = pendsgi_read, .wrote = pendsgi_set},
	{.name = "GICD_PIDR4", .off = 0xfd0, .width = 4, .count = 12, .read = id_read, .doc = "PIDR4-7, PIDR0-3, CIDR0-3"},
};

static const struct reg_bank gicd_bank = {
	.name = "gicd", .regs = gicd_regs, .n = countof(gicd_regs), .size = 0x1000, .min = 4, .max = 4};
static const struct reg_bank *const banks[] = {
	&gicd_bank, &gicv2_gicc_bank, &gicv2_gich_bank, &gicv2_gicv_bank, NULL};

/* ---- device ----------------------------------------------------------------------------------------------------- */

static const struct state_field rows[] = {
	STATE_SUB(struct gicv2, g, gic_rows), STATE_U_ARRAY(struct gicv2, targets), STATE_RAW(struct gicv2, sgi_source),
	STATE_END,
};

void gicv2_set_accessor(struct dev *d, unsigned (*current)(void *arg), void *arg)
{
	struct gic_links *l = d->links;

	l->current = current;
	l->current_arg = arg;
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct gicv2_links *l = d->links;

	l->g.v2 = true;
	l->g.virt = dev_option_number(row->opts, "virt", 0);
	l->gicv.guest = true;
	if (!gic_attach(d, row, err))
		return false;
	gic_map(d, &l->gicd, &gicd_bank, row->base, 0, true);
	gic_map(d, &l->gicc, &gicv2_gicc_bank, row->base + GICV2_GICC, 0, true);
	if (l->g.virt) {
		gic_map(d, &l->gich, &gicv2_gich_bank, row->base + GICV2_GICH, 0, true);
		gic_map(d, &l->gicv, &gicv2_gicv_bank, row->base + GICV2_GICV, 0, true);
	}
	return true;
}

static void reset(struct dev *d)
{
	struct gicv2 *s = d->state;

	gic_reset(d, 0);
	memset(s->sgi_source, 0, sizeof(s->sgi_source));
	memset(s->targets, 0, sizeof(s->targets));
	route_all(d);
	gic_update(d);
}

const struct dev_type gicv2_type = {
	.name = "gicv2",
	.about = "Arm GICv2 interrupt controller (GIC-400)",
	.state_size = sizeof(struct gicv2),
	.links_size = sizeof(struct gicv2_links),
	.version = 1,
	.banks = banks,
	.state = rows,
	.attach = attach,
	.reset = reset,
	.loaded = route_all,
	.pin = gic_pin,
	.out = gic_out,
};
