/* SPDX-License-Identifier: MIT */
/* The interrupt message bus between I/O APICs, local APICs and devices with message-signalled interrupts: who is
 * meant by a destination, and who gets a lowest-priority interrupt. Intel SDM vol. 3, 11.6.2 and 11.11. */
#include "devices/irq/apic.h"

#include "devices/irq/ioapic.h"
#include "devices/irq/lapic.h"
#include "devices/machine.h"
#include "devices/types.h"

/* The next local APIC from d on that the message is for, or NULL. */
static struct dev *next_match(struct dev *d, const struct apic_message *msg)
{
	for (; d; d = d->next) {
		if (d->type == &lapic_type && d != msg->except && lapic_matches(d, msg))
			return d;
	}
	return NULL;
}

static bool deliver_lowest(struct machine *m, const struct apic_message *msg)
{
	struct dev *best = NULL;

	for (struct dev *d = next_match(m->devs, msg); d; d = next_match(d->next, msg)) {
		if (lapic_enabled(d) && (!best || lapic_priority(d) < lapic_priority(best)))
			best = d;
	}
	return best && lapic_accept(best, msg);
}

bool apic_deliver(struct machine *m, const struct apic_message *msg)
{
	bool taken = false;

	if (msg->mode == APIC_LOWEST)
		return deliver_lowest(m, msg);
	for (struct dev *d = next_match(m->devs, msg); d; d = next_match(d->next, msg))
		taken |= lapic_accept(d, msg);
	return taken;
}

bool apic_deliver_msi(struct machine *m, u64 address, u32 data)
{
	struct apic_message msg = {
		.dest = (u32)bits(address, 12, 8),
		.logical = bit(address, 2),
		.level = bit(data, 15),
		.mode = bit(address, 3) && bits(data, 8, 3) == APIC_FIXED ? APIC_LOWEST : (u8)bits(data, 8, 3),
		.vector = (u8)data,
	};

	return apic_deliver(m, &msg);
}

void apic_eoi(struct machine *m, u8 vector)
{
	for (struct dev *d = m->devs; d; d = d->next) {
		if (d->type == &ioapic_type)
			ioapic_eoi(d, vector);
	}
}
