/* SPDX-License-Identifier: MIT */
/* The transport of virtio devices as memory-mapped registers (OASIS virtio 1.2, 4.2.2): version 2, or with the option
 * force-legacy=on the version 1 of before 2016 (4.2.4). Linux, U-Boot (2023.01) and EDK2 (2022.11) know both. QEMU's
 * board has 32 slots of 512 bytes; an empty one answers with device ID 0. */
#include "devices/virtio/virtio_mmio.h"

#include "devices/virtio/virtio.h"

#include <stdio.h>
#include <stdlib.h>

enum { MAGIC = 0x74726976, VENDOR = 0x554d4551, SIZE = 0x200, CONFIG = 0x100, PAGE = 4096 };

struct slot {
	u32 device_sel, driver_sel; /* which half of the feature bits */
	u32 queue_sel, page_size;
};

struct slot_links {
	struct reg_map map;
	struct line irq;
	struct dev *device; /* NULL: empty */
	bool legacy;
};

static const struct state_field rows[] = {
	STATE_U(struct slot, device_sel), STATE_U(struct slot, driver_sel), STATE_U(struct slot, queue_sel),
	STATE_U(struct slot, page_size), STATE_END,
};

static struct dev *device_of(const struct dev *d)
{
	return ((const struct slot_links *)d->links)->device;
}

static const struct virtio_class *class_of(const struct dev *d)
{
	const struct dev *dev = device_of(d);

	return dev ? ((const struct virtio_links *)dev->links)->class : NULL;
}

static struct virtio *core_of(const struct dev *d)
{
	return device_of(d) ? device_of(d)->state : NULL;
}

/* The queue that QueueSel means, or NULL. */
static struct virtq *queue_of(const struct dev *d)
{
	const struct slot *s = d->state;

	return device_of(d) ? virtio_queue(device_of(d), s->queue_sel) : NULL;
}

static bool is_legacy(const struct dev *d)
{
	return ((const struct slot_links *)d->links)->legacy;
}

static bool is_modern(const struct dev *d)
{
	return !is_legacy(d);
}

/* virtio_links.interrupt; both causes share one wire (4.2.2, InterruptStatus). */
static void interrupt(void *arg, int queue)
{
	const struct dev *d = arg;
	const struct slot_links *l = d->links;

	(void)queue;
	line_set(&l->irq, core_of(d)->isr != 0);
}

/* ---- identity, features, status --------------------------------------------------------------------------------- */

static u64 magic_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return MAGIC;
}

static u64 version_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return is_legacy(d) ? 1 : 2;
}

static u64 id_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return class_of(d) ? class_of(d)->id : 0;
}

static u64 vendor_read(struct dev *d, unsigned index, u64 stored)
{
	(void)d, (void)index, (void)stored;
	return VENDOR;
}

static u64 features_read(struct dev *d, unsigned index, u64 stored)
{
	const struct slot *s = d->state;

	(void)index, (void)stored;
	if (!device_of(d) || s->device_sel > 1)
		return 0;
	return virtio_features(device_of(d)) >> (s->device_sel * 32);
}

static void features_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct slot *s = d->state;

	(void)index, (void)old;
	if (device_of(d))
		virtio_set_features(device_of(d), s->driver_sel, (u32)now);
}

static u64 status_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return core_of(d) ? core_of(d)->status : 0;
}

static void status_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	if (device_of(d))
		virtio_set_status(device_of(d), (u8)now);
}

static u64 isr_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return core_of(d) ? core_of(d)->isr : 0;
}

static void ack_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	if (!device_of(d))
		return;
	core_of(d)->isr &= (u8)~now;
	interrupt(d, -1);
}

/* ---- queues ----------------------------------------------------------------------------------------------------- */

static u64 queue_max_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return queue_of(d) ? class_of(d)->queue_max : 0;
}

static void queue_size_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct virtq *q = queue_of(d);

	(void)index, (void)old;
	if (q && !q->ready) /* a size that is too large is as good as none */
		q->size = now <= class_of(d)->queue_max ? (u16)now : 0;
}

static u64 queue_ready_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return queue_of(d) ? queue_of(d)->ready : 0;
}

static void queue_ready_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct slot *s = d->state;
	struct virtq *q = queue_of(d);

	(void)index, (void)old;
	if (!q || q->ready == (now & 1))
		return;
	if (now & 1)
		virtq_enable(device_of(d), s->queue_sel);
	else
		q->ready = false;
}

static void notify_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index, (void)old;
	if (device_of(d))
		virtio_notify(device_of(d), (u32)now);
}

/* Low and high halves of the three addresses, 16 bytes apart. */
static u64 *address_of(struct virtq *q, unsigned n)
{
	return n == 0 ? &q->desc : n == 1 ? &q->avail : &q->used;
}

static void low_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct virtq *q = queue_of(d);
	u64 *at = q ? address_of(q, index) : NULL;

	(void)old;
	if (q && !q->ready)
		*at = (*at & ~mask_low(32)) | (u32)now;
}

static void high_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct virtq *q = queue_of(d);
	u64 *at = q ? address_of(q, index) : NULL;

	(void)old;
	if (q && !q->ready)
		*at = (*at & mask_low(32)) | now << 32;
}

/* ---- the legacy interface, 4.2.4 -------------------------------------------------------------------------------- */

static void align_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct virtq *q = queue_of(d);

	(void)index, (void)old;
	if (q && !q->ready)
		q->align = (u32)now;
}

static u64 pfn_read(struct dev *d, unsigned index, u64 stored)
{
	const struct slot *s = d->state;

	(void)index, (void)stored;
	return queue_of(d) && queue_of(d)->ready && s->page_size ? queue_of(d)->desc / s->page_size : 0;
}

/* The three parts lie behind each other, the used ring at a multiple of QueueAlign (2.7.2). */
static void pfn_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	const struct slot *s = d->state;
	struct virtq *q = queue_of(d);
	u64 align, end;

	(void)index, (void)old;
	if (!q)
		return;
	q->ready = false;
	if (!now)
		return;
	align = q->align ? q->align : 1;
	q->desc = (u32)now * (u64)s->page_size;
	q->avail = q->desc + 16ull * q->size;
	end = q->avail + 6 + 2ull * q->size;
	q->used = (end + align - 1) / align * align;
	virtq_enable(device_of(d), s->queue_sel);
}

/* ---- the configuration, byte by byte ---------------------------------------------------------------------------- */

static u64 no_memory_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index, (void)stored;
	return device_of(d) ? mask_low(32) : 0;
}

static u64 config_read(struct dev *d, unsigned index, u64 stored)
{
	(void)stored;
	return device_of(d) ? virtio_config_read(device_of(d), index) : 0;
}

static void config_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)old;
	if (device_of(d))
		virtio_config_write(device_of(d), index, (u8)now);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

#define MEMBER(m) REG_MEMBER(struct slot, m), .wmask = 0xffffffff

static const struct reg regs[] = {
	{"MagicValue", 0x00, 4, .read = magic_read, .doc = "\"virt\""},
	{"Version", 0x04, 4, .read = version_read, .doc = "2; 1: the legacy interface"},
	{"DeviceID", 0x08, 4, .read = id_read, .doc = "0: an empty slot"},
	{"VendorID", 0x0c, 4, .read = vendor_read, .doc = "as QEMU's"},
	{"DeviceFeatures", 0x10, 4, .read = features_read, .doc = "32 feature bits"},
	{"DeviceFeaturesSel", 0x14, 4, MEMBER(device_sel), .doc = "which of DeviceFeatures"},
	{"DriverFeatures", 0x20, 4, .wrote = features_wrote, .doc = "32 feature bits that the driver accepts"},
	{"DriverFeaturesSel", 0x24, 4, MEMBER(driver_sel), .doc = "which of DriverFeatures"},
	{"GuestPageSize", 0x28, 4, MEMBER(page_size), .reset = PAGE, .when = is_legacy, .doc = "bytes, unit of QueuePFN"},
	{"QueueSel", 0x30, 4, MEMBER(queue_sel), .doc = "which queue the others mean"},
	{"QueueNumMax", 0x34, 4, .read = queue_max_read, .doc = "most descriptors; 0: no such queue"},
	{"QueueNum", 0x38, 4, .wrote = queue_size_wrote, .doc = "descriptors"},
	{"QueueAlign", 0x3c, 4, .wrote = align_wrote, .when = is_legacy, .doc = "bytes, of the used ring"},
	{"QueuePFN", 0x40, 4, .read = pfn_read, .wrote = pfn_wrote, .when = is_legacy, .doc = "page of the queue; 0: none"},
	{"QueueReady", 0x44, 4, .read = queue_ready_read, .wrote = queue_ready_wrote, .when = is_modern, .doc = "in use"},
	{"QueueNotify", 0x50, 4, .wrote = notify_wrote, .doc = "there is something in this queue"},
	{"InterruptStatus", 0x60, 4, .read = isr_read, .doc = "bit 0 used buffers, bit 1 configuration"},
	{"InterruptACK", 0x64, 4, .wrote = ack_wrote, .doc = "clears bits of InterruptStatus"},
	{"Status", 0x70, 4, .read = status_read, .wrote = status_wrote, .doc = "device status; 0 resets"},
	{"QueueLow", 0x80, 4, .count = 3, .stride = 16, .wrote = low_wrote, .when = is_modern, .doc = "QueueDesc, -Driver, -Device"},
	{"QueueHigh", 0x84, 4, .count = 3, .stride = 16, .wrote = high_wrote, .when = is_modern, .doc = "the same, high"},
	{"SHM", 0xb0, 4, .count = 4, .read = no_memory_read, .when = is_modern, .doc = "SHMLen, SHMBase: no shared memory"},
	{"ConfigGeneration", 0xfc, 4, .when = is_modern, .doc = "0: no device changes its configuration"},
	{"Config", CONFIG, 1, .count = SIZE - CONFIG, .read = config_read, .wrote = config_wrote, .doc = "the device's configuration"},
};
static const struct reg_bank bank = {"virtio-mmio", regs, countof(regs), SIZE, 1, 4, 0};
static const struct reg_bank *const banks[] = {&bank, NULL};

static void reset(struct dev *d)
{
	reg_reset(d, &bank);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct slot_links *l = d->links;
	char legacy[8] = "off";

	dev_option(row->opts, "force-legacy", legacy, sizeof(legacy));
	if (strcmp(legacy, "on") && strcmp(legacy, "off"))
		return err_set(err, "force-legacy=%s: on or off", legacy);
	l->legacy = !strcmp(legacy, "on") || d->machine->config.virtio_legacy;
	l->irq = machine_irq(d->machine, row->irq);
	dev_map(d, row, &l->map, &bank);
	return true;
}

const struct dev_type virtio_mmio_type = {
	.name = "virtio-mmio", .about = "slot for a virtio device", .version = 1,
	.state_size = sizeof(struct slot), .links_size = sizeof(struct slot_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset,
};

/* ---- filling slots ---------------------------------------------------------------------------------------------- */

static u64 base_of(const struct dev *slot)
{
	return ((const struct slot_links *)slot->links)->map.region.base;
}

/* The empty slot with the highest address. */
static struct dev *free_slot(const struct machine *m)
{
	struct dev *best = NULL;

	for (struct dev *d = m->devs; d; d = d->next) {
		if (d->type == &virtio_mmio_type && !device_of(d) && (!best || base_of(d) > base_of(best)))
			best = d;
	}
	return best;
}

/* Slot number n, counted from the lowest address; NULL if there are not so many. */
static struct dev *slot_number(const struct machine *m, u64 n)
{
	for (struct dev *d = m->devs; d; d = d->next) {
		u64 below = 0;

		for (struct dev *e = m->devs; e; e = e->next)
			below += e->type == &virtio_mmio_type && base_of(e) < base_of(d);
		if (d->type == &virtio_mmio_type && below == n)
			return d;
	}
	return NULL;
}

static struct dev *find_slot(const struct machine *m, const char *opts, struct err *err)
{
	static const char prefix[] = "virtio-mmio-bus.";
	char bus[40], *end = bus;
	struct dev *slot;
	u64 n = 0;

	if (!dev_option(opts, "bus", bus, sizeof(bus))) {
		slot = free_slot(m);
		if (!slot)
			err_set(err, "there is no free slot for a virtio device");
		return slot;
	}
	if (!strncmp(bus, prefix, sizeof(prefix) - 1))
		n = strtoull(bus + sizeof(prefix) - 1, &end, 10);
	slot = end != bus && end != bus + sizeof(prefix) - 1 && !*end ? slot_number(m, n) : NULL;
	if (!slot)
		err_set(err, "bus=%s: there is no such slot; virtio-mmio-bus.0 is the first", bus);
	else if (device_of(slot))
		err_set(err, "bus=%s: %s is there already", bus, device_of(slot)->id);
	return slot && !device_of(slot) ? slot : NULL;
}

bool virtio_mmio_plug(struct dev *d, const struct board_row *row, struct err *err)
{
	struct dev *slot = find_slot(d->machine, row->opts, err);
	struct virtio_links *v = d->links;
	struct slot_links *l;

	if (!slot)
		return false;
	l = slot->links;
	l->device = d;
	v->legacy = l->legacy;
	v->interrupt = interrupt;
	v->transport = slot;
	return true;
}
