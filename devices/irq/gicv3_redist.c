/* SPDX-License-Identifier: MIT */
/* The redistributors: for each processor a frame that says who it is and wakes it, and one with its SGIs and PPIs.
 * IHI 0069 12.10 and 12.11. There are no LPIs. */
#include "devices/irq/gicv3.h"

enum {
	GICR_IIDR = 0x43b, GICR_FRAME = 0x10000,
	WAKER_PROCESSOR_SLEEP = 1 << 1, WAKER_CHILDREN_ASLEEP = 1 << 2,
	TYPER_LAST = 1 << 4,
};

static unsigned this_cpu(const struct dev *d)
{
	return (unsigned)((const struct gic_links *)d->links)->bank;
}

static u64 zero_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return 0;
}

static u64 iidr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return GICR_IIDR;
}

static u64 typer_read(struct dev *d, unsigned index, u64 stored)
{
	const struct gic_links *l = d->links;
	u64 cpu = this_cpu(d);

	(void)index, (void)stored;
	return cpu << 32 | cpu << 8 | (cpu == l->ncpu - 1 ? TYPER_LAST : 0);
}

static u64 waker_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return ((struct gicv3 *)d->state)->waker[this_cpu(d)];
}

/* The handshake is done at once. It holds no interrupts back: boot firmware for virtual machines leaves waking to a
 * first stage that is not there. */
static void waker_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct gicv3 *s = d->state;

	(void)index, (void)old;
	s->waker[this_cpu(d)] = now & WAKER_PROCESSOR_SLEEP ? WAKER_PROCESSOR_SLEEP | WAKER_CHILDREN_ASLEEP : 0;
}

/* GIC-500 redistributor: part 493h of Arm, architecture revision 3 */
static u64 id_read(struct dev *d, unsigned index, u64 stored)
{
	static const u8 id[] = {0x44, 0, 0, 0, 0x93, 0xb4, 0x3b, 0, 0x0d, 0xf0, 0x05, 0xb1};

	(void)d, (void)stored;
	return id[index];
}

static const struct reg rd_regs[] = {
	{.name = "GICR_CTLR", .off = 0, .width = 4, .read = zero_read, .doc = "no LPIs to enable"},
	{.name = "GICR_IIDR", .off = 4, .width = 4, .read = iidr_read},
	{.name = "GICR_TYPER", .off = 8, .width = 8, .read = typer_read, .doc = "affinity, number, bit 4: the last one"},
	{.name = "GICR_WAKER", .off = 0x14, .width = 4, .read = waker_read, .wrote = waker_wrote},
	{.name = "GICR_PIDR4", .off = 0xffd0, .width = 4, .count = 12, .read = id_read, .doc = "PIDR4-7, PIDR0-3, CIDR0-3"},
};

static const struct reg sgi_regs[] = {
	{.name = "GICR_IGROUPR0", .off = 0x80, .width = 4, .read = gic_group_read, .wrote = gic_group_wrote},
	{.name = "GICR_ISENABLER0", .off = 0x100, .width = 4, .read = gic_enable_read, .wrote = gic_enable_set},
	{.name = "GICR_ICENABLER0", .off = 0x180, .width = 4, .read = gic_enable_read, .wrote = gic_enable_clear},
	{.name = "GICR_ISPENDR0", .off = 0x200, .width = 4, .read = gic_pending_read, .wrote = gic_pending_set},
	{.name = "GICR_ICPENDR0", .off = 0x280, .width = 4, .read = gic_pending_read, .wrote = gic_pending_clear},
	{.name = "GICR_ISACTIVER0", .off = 0x300, .width = 4, .read = gic_active_read, .wrote = gic_active_set},
	{.name = "GICR_ICACTIVER0", .off = 0x380, .width = 4, .read = gic_active_read, .wrote = gic_active_clear},
	{.name = "GICR_IPRIORITYR", .off = 0x400, .width = 1, .count = 32, .read = gic_priority_read,
	 .wrote = gic_priority_wrote, .doc = "by byte: 5 bits exist"},
	{.name = "GICR_ICFGR", .off = 0xc00, .width = 4, .count = 2, .read = gic_config_read, .wrote = gic_config_wrote,
	 .doc = "SGIs (fixed: edges), PPIs"},
};

const struct reg_bank gicv3_rd_bank = {
	.name = "gicr-rd", .regs = rd_regs, .n = countof(rd_regs), .size = GICR_FRAME, .min = 4, .max = 8};
const struct reg_bank gicv3_sgi_bank = {
	.name = "gicr-sgi", .regs = sgi_regs, .n = countof(sgi_regs), .size = GICR_FRAME, .min = 4, .max = 8};

void gicv3_redist_map(struct dev *d, u64 base)
{
	struct gicv3_links *l = d->links;

	for (unsigned cpu = 0; cpu < l->g.ncpu; cpu++, base += 2 * GICR_FRAME) {
		gic_map(d, &l->rd[cpu], &gicv3_rd_bank, base, (int)cpu, false);
		gic_map(d, &l->sgi[cpu], &gicv3_sgi_bank, base + GICR_FRAME, (int)cpu, false);
	}
}

void gicv3_redist_reset(struct dev *d)
{
	struct gicv3 *s = d->state;

	for (unsigned cpu = 0; cpu < GIC_CPUS; cpu++)
		s->waker[cpu] = WAKER_PROCESSOR_SLEEP | WAKER_CHILDREN_ASLEEP;
}
