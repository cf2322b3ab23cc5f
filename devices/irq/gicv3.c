/* SPDX-License-Identifier: MIT */
/* The GICv3 with the identity of a GIC-500 that has no ITS and no LPIs: the distributor's registers and the device.
 * IHI 0069 chapters 4 and 12.8. */
#include "devices/irq/gicv3.h"

#include "devices/types.h"

enum {
	GICD_IIDR = 0x43b,
	CTLR_ARE = 1 << 4, CTLR_DS = 1 << 6, /* always one */
	TYPER_ID_BITS = 9 << 19, TYPER_A3V = 1 << 24, TYPER_NO1N = 1 << 25,
};
#define ROUTE_AFFINITY 0xff00ffffffull /* Aff3 in bits 39:32, Aff2 to Aff0 below; no 1 of N */

/* ---- routing ---------------------------------------------------------------------------------------------------- */

static void route_spi(struct dev *d, unsigned spi)
{
	struct gicv3 *s = d->state;
	u32 mask = 1u << (spi & 31);

	for (unsigned cpu = 0; cpu < GIC_CPUS; cpu++) {
		u32 *word = &s->g.target[cpu][spi / 32];

		*word = s->route[spi] == cpu ? *word | mask : *word & ~mask;
	}
}

static void route_all(struct dev *d)
{
	for (unsigned spi = 0; spi < GIC_SPIS; spi++)
		route_spi(d, spi);
}

static void route_wrote(struct dev *d, unsigned spi, u64 old, u64 now)
{
	(void)old, (void)now;
	route_spi(d, spi);
	gic_update(d);
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

static u64 typer_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return TYPER_NO1N | TYPER_A3V | TYPER_ID_BITS | (GIC_WORDS - 1);
}

static u64 iidr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return GICD_IIDR;
}

/* GIC-500 distributor: part 492h of Arm, architecture revision 3 */
static u64 id_read(struct dev *d, unsigned index, u64 stored)
{
	static const u8 id[] = {0x44, 0, 0, 0, 0x92, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1};

	(void)d, (void)stored;
	return id[index];
}

#define GICV3(m)  REG_MEMBER(struct gicv3, m)
#define GICV3S(m) REG_MEMBERS(struct gicv3, m)

/* With affinity routing the registers of SGIs and PPIs are the redistributors'; here they are reserved. */
static const struct reg gicd_regs[] = {
	{.name = "GICD_CTLR", .off = 0, .width = 4, GICV3(g.ctlr), .reset = CTLR_ARE | CTLR_DS, .wmask = 3,
	 .wrote = gic_ctlr_wrote, .doc = "forwards groups 0, 1; ARE and DS are one"},
	{.name = "GICD_TYPER", .off = 4, .width = 4, .read = typer_read},
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
	{.name = "GICD_ICFGR", .off = 0xc00, .width = 4, .count = GIC_WORDS * 2, .read = gic_config_read,
	 .wrote = gic_config_wrote, .doc = "two bits each, the higher one: edge-triggered"},
	{.name = "GICD_IROUTER32", .off = 0x6100, .width = 8, GICV3S(route), .wmask = ROUTE_AFFINITY,
	 .wrote = route_wrote, .doc = "the affinity that gets an SPI"},
	{.name = "GICD_PIDR4", .off = 0xffd0, .width = 4, .count = 12, .read = id_read, .doc = "PIDR4-7, PIDR0-3, CIDR0-3"},
};

static const struct reg_bank gicd_bank = {
	.name = "gicv3-gicd", .regs = gicd_regs, .n = countof(gicd_regs), .size = 0x10000, .min = 4, .max = 8};
static const struct reg_bank *const banks[] = {&gicd_bank, &gicv3_rd_bank, &gicv3_sgi_bank, NULL};

/* ---- device ----------------------------------------------------------------------------------------------------- */

static const struct state_field rows[] = {
	STATE_SUB(struct gicv3, g, gic_rows), STATE_U_ARRAY(struct gicv3, route), STATE_U_ARRAY(struct gicv3, waker),
	STATE_END,
};

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct gicv3_links *l = d->links;

	l->g.virt = true; /* whether there is an EL2 to use it is the processor's business */
	if (!gic_attach(d, row, err))
		return false;
	gic_map(d, &l->gicd, &gicd_bank, row->base, GIC_NO_BANK, false);
	gicv3_redist_map(d, row->base + GICV3_GICR);
	return true;
}

/* System registers can't be bypassed: FIQEn is always one for both interfaces. */
static void reset(struct dev *d)
{
	struct gicv3 *s = d->state;

	gic_reset(d, GIC_FIQEN);
	memset(s->route, 0, sizeof(s->route));
	reg_reset(d, &gicd_bank);
	gicv3_redist_reset(d);
	route_all(d);
	gic_update(d);
}

const struct dev_type gicv3_type = {
	.name = "gicv3",
	.about = "Arm GICv3 interrupt controller (GIC-500 without ITS)",
	.state_size = sizeof(struct gicv3),
	.links_size = sizeof(struct gicv3_links),
	.version = 1,
	.banks = banks,
	.state = rows,
	.attach = attach,
	.reset = reset,
	.loaded = route_all,
	.pin = gic_pin,
	.out = gic_out,
};
