/* SPDX-License-Identifier: MIT */
/* The I/O APIC, from Intel's 82093AA data sheet (290566-001), with the EOI register of later chips (version 20h, ICH
 * data sheets). An entry turns an edge or a level at its pin into a message to the local APICs. */
#include "devices/irq/ioapic.h"

#include "devices/irq/apic.h"
#include "devices/machine.h"
#include "devices/types.h"

/* Redirection entry, 82093AA 3.2.4 */
#define RTE_LEVEL    (1ull << 15)
#define RTE_MASKED   (1ull << 16)
#define RTE_IRR      (1ull << 14) /* remote IRR: a level was accepted and awaits EOI */
#define RTE_LOGICAL  (1ull << 11)
#define RTE_WRITABLE 0xff0000000001afffull

#define IOAPIC_VERSION ((IOAPIC_PINS - 1) << 16 | 0x20)

struct ioapic {
	u64 rte[IOAPIC_PINS];
	u32 lines; /* level of each pin */
	u32 id, arb;
	u8 select;
	u8 pad[3];
};

struct ioapic_links {
	struct reg_map map, window;
	u32 id;
};

static const struct state_field ioapic_rows[] = {
	STATE_U_ARRAY(struct ioapic, rte), STATE_U(struct ioapic, lines), STATE_U(struct ioapic, id),
	STATE_U(struct ioapic, arb),
	STATE_U(struct ioapic, select), STATE_SKIP(struct ioapic, pad),
	STATE_END,
};

/* Remote IRR exists only for levels that the receiver ends with EOI. */
static bool rte_is_level(u64 rte)
{
	return (rte & RTE_LEVEL) && bits(rte, 8, 3) <= APIC_LOWEST;
}

/* Sends the interrupt of a pin. */
static void ioapic_send(struct dev *d, unsigned pin)
{
	struct ioapic *s = d->state;
	u64 rte = s->rte[pin];
	struct apic_message msg = {
		.dest = (u32)(rte >> 56),
		.logical = rte & RTE_LOGICAL,
		.level = rte_is_level(rte),
		.mode = (u8)bits(rte, 8, 3),
		.vector = (u8)rte,
	};

	if (apic_deliver(d->machine, &msg) && msg.level)
		s->rte[pin] |= RTE_IRR;
}

/* A level that is asserted, unmasked and not already in service is sent (again). */
static void ioapic_update(struct dev *d, unsigned pin)
{
	struct ioapic *s = d->state;
	u64 rte = s->rte[pin];

	if (bit(s->lines, pin) && rte_is_level(rte) && !(rte & (RTE_MASKED | RTE_IRR)))
		ioapic_send(d, pin);
}

static void ioapic_set_line(void *arg, unsigned pin, bool level)
{
	struct dev *d = arg;
	struct ioapic *s = d->state;

	if (bit(s->lines, pin) == level)
		return;
	s->lines ^= 1u << pin;
	if (!level || (s->rte[pin] & RTE_MASKED)) /* an edge at a masked pin is lost (3.2.4) */
		return;
	if (rte_is_level(s->rte[pin]))
		ioapic_update(d, pin);
	else
		ioapic_send(d, pin);
}

void ioapic_eoi(struct dev *d, u8 vector)
{
	struct ioapic *s = d->state;

	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
		if ((u8)s->rte[pin] != vector || !(s->rte[pin] & RTE_IRR))
			continue;
		s->rte[pin] &= ~RTE_IRR;
		ioapic_update(d, pin);
	}
}

/* ---- registers -------------------------------------------------------------------------------------------------- */

/* An entry that is made edge-triggered forgets its remote IRR, as the ICH's does: software relies on it. */
static void rte_wrote(struct dev *d, unsigned pin, u64 old, u64 now)
{
	struct ioapic *s = d->state;

	(void)old;
	if (!rte_is_level(now))
		s->rte[pin] &= ~RTE_IRR;
	ioapic_update(d, pin);
}

static u64 version_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return IOAPIC_VERSION;
}

/* Loading the ID loads the arbitration ID with it (3.2.3). */
static void id_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct ioapic *s = d->state;

	(void)index, (void)old;
	s->arb = (u32)now;
}

/* Behind the window: offset = index * 4. */
static const struct reg ioapic_window_regs[] = {
	{.name = "IOAPICID", .off = 0, .width = 4, REG_MEMBER(struct ioapic, id), .wmask = 0x0f000000, .wrote = id_wrote},
	{.name = "IOAPICVER", .off = 4, .width = 4, .read = version_read, .doc = "version, and the number of the last entry"},
	{.name = "IOAPICARB", .off = 8, .width = 4, REG_MEMBER(struct ioapic, arb)},
	{.name = "IOREDTBL", .off = 0x40, .width = 8, REG_MEMBERS(struct ioapic, rte), .reset = RTE_MASKED,
	 .wmask = RTE_WRITABLE, .wrote = rte_wrote, .doc = "redirection entries: low at even, high at odd indexes"},
};

static const struct reg_bank ioapic_window_bank = {
	.name = "ioapic-window", .regs = ioapic_window_regs, .n = countof(ioapic_window_regs), .size = 0x400,
	.min = 4, .max = 4};

static u64 window_read(struct dev *d, unsigned index, u64 stored)
{
	const struct ioapic *s = d->state;

	(void)index, (void)stored;
	return reg_read(&((struct ioapic_links *)d->links)->window, s->select * 4u, 4);
}

static void window_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct ioapic *s = d->state;

	(void)index, (void)old;
	reg_write(&((struct ioapic_links *)d->links)->window, s->select * 4u, 4, now);
}

static void eoi_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	ioapic_eoi(d, (u8)now);
}

static const struct reg ioapic_regs[] = {
	{.name = "IOREGSEL", .off = 0, .width = 4, REG_MEMBER(struct ioapic, select), .wmask = 0xff},
	{.name = "IOWIN", .off = 0x10, .width = 4, .read = window_read, .wrote = window_wrote},
	{.name = "EOIR", .off = 0x40, .width = 4, .wrote = eoi_wrote, .doc = "ends a level-triggered vector without broadcast"},
};

static const struct reg_bank ioapic_bank = {
	.name = "ioapic", .regs = ioapic_regs, .n = countof(ioapic_regs), .size = 0x1000, .min = 4, .max = 4};
static const struct reg_bank *const ioapic_banks[] = {&ioapic_bank, &ioapic_window_bank, NULL};

/* ---- device ----------------------------------------------------------------------------------------------------- */

static bool ioapic_attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct ioapic_links *l = d->links;

	(void)err;
	l->id = (u32)dev_option_number(row->opts, "id", 0) & 15;
	l->window.dev = d;
	l->window.bank = &ioapic_window_bank;
	dev_map(d, row, &l->map, &ioapic_bank);
	return true;
}

static void ioapic_reset(struct dev *d)
{
	struct ioapic *s = d->state;
	const struct ioapic_links *l = d->links;

	reg_reset(d, &ioapic_bank);
	reg_reset(d, &ioapic_window_bank);
	s->id = s->arb = l->id << 24;
}

static struct line ioapic_pin(struct dev *d, unsigned n)
{
	return n < IOAPIC_PINS ? (struct line){ioapic_set_line, d, n} : (struct line){NULL, NULL, 0};
}

const struct dev_type ioapic_type = {
	.name = "ioapic",
	.about = "82093AA I/O APIC",
	.state_size = sizeof(struct ioapic),
	.links_size = sizeof(struct ioapic_links),
	.version = 1,
	.banks = ioapic_banks,
	.state = ioapic_rows,
	.attach = ioapic_attach,
	.reset = ioapic_reset,
	.pin = ioapic_pin,
};
