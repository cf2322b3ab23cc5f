/* SPDX-License-Identifier: MIT */
/* Status, feature negotiation, configuration and interrupts of every virtio device (OASIS virtio 1.2, 2.1 to 2.5 and
 * 3.1); what a device does is in its virtio_class, how the driver reaches it in the transport's file. */
#include "devices/virtio/virtio.h"

#include "mem/base/log.h"

#include <stdarg.h>
#include <stdio.h>

const struct state_field virtq_rows[] = {
	STATE_U(struct virtq, desc), STATE_U(struct virtq, avail), STATE_U(struct virtq, used),
	STATE_U(struct virtq, align), STATE_U(struct virtq, size), STATE_U(struct virtq, last_avail),
	STATE_U(struct virtq, used_index), STATE_U(struct virtq, signalled), STATE_U(struct virtq, ready),
	STATE_U(struct virtq, has_signalled), STATE_SKIP(struct virtq, pad), STATE_END,
};

const struct state_field virtio_rows[] = {
	STATE_U(struct virtio, driver_features), STATE_U(struct virtio, status),
	STATE_U(struct virtio, isr), STATE_SKIP(struct virtio, pad), STATE_END,
};

enum { CONFIG_MAX = 64, LEGACY_ALIGN = 4096 };

static const struct virtio_links *links_of(const struct dev *d)
{
	return d->links;
}

void virtio_init(struct dev *d, const struct virtio_class *class)
{
	struct virtio_links *l = d->links;

	assert(class->config_size <= CONFIG_MAX);
	l->class = class;
}

const struct plug *virtio_plug(const struct dev *d, const struct board_row *row)
{
	const struct machine_config *config = &d->machine->config;
	u64 n = dev_option_number(row->opts, "plug", ~0ull);

	return n < config->nplugs ? &config->plugs[n] : NULL;
}

static void tell(struct dev *d, u8 why, int queue)
{
	const struct virtio_links *l = links_of(d);
	struct virtio *v = d->state;

	v->isr |= why;
	if (l->interrupt)
		l->interrupt(l->transport, queue);
}

/* ---- features --------------------------------------------------------------------------------------------------- */

/* The legacy interface has 32 feature bits, and its drivers may not know that a request's layout is free (6.3). */
u64 virtio_features(struct dev *d)
{
	const struct virtio_links *l = links_of(d);
	u64 f = BIT(VIRTIO_F_INDIRECT_DESC) | BIT(VIRTIO_F_EVENT_IDX);

	if (l->class->features)
		f |= l->class->features(d);
	return l->legacy ? (f & mask_low(32)) | BIT(VIRTIO_F_ANY_LAYOUT) : f | BIT(VIRTIO_F_VERSION_1);
}

void virtio_set_features(struct dev *d, unsigned half, u32 value)
{
	struct virtio *v = d->state;
	u64 mask = half ? mask_low(32) << 32 : mask_low(32);

	if (half > 1) {
		if (value)
			log_guest("%s: features beyond bit 63", d->id);
		return;
	}
	if (v->status & (VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK)) {
		log_guest("%s: features change after negotiation has ended", d->id);
		return;
	}
	v->driver_features = (v->driver_features & ~mask) | (half ? (u64)value << 32 : value);
	if (links_of(d)->legacy) /* which has no FEATURES_OK to refuse */
		v->driver_features &= virtio_features(d);
}

bool virtio_has(const struct dev *d, unsigned feature)
{
	const struct virtio *v = d->state;

	return v->driver_features >> feature & 1;
}

/* ---- status ----------------------------------------------------------------------------------------------------- */

/* Legacy drivers use the device before they say DRIVER_OK (3.1.2). */
bool virtio_running(const struct dev *d)
{
	const struct virtio *v = d->state;
	u8 both = VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK;

	if (v->status & VIRTIO_NEEDS_RESET)
		return false;
	return links_of(d)->legacy || (v->status & both) == both;
}

bool virtio_fail(struct dev *d, const char *fmt, ...)
{
	struct virtio *v = d->state;
	char text[120];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_guest("%s: %s; the device stops until it is reset", d->id, text);
	v->status |= VIRTIO_NEEDS_RESET;
	if (v->status & VIRTIO_DRIVER_OK) /* 2.1.2 */
		tell(d, VIRTIO_ISR_CONFIG, -1);
	return false;
}

void virtio_reset(struct dev *d)
{
	const struct virtio_links *l = links_of(d);
	struct virtio *v = d->state;

	*v = (struct virtio){0};
	for (unsigned n = 0; n < l->class->nqueues; n++)
		*virtio_queue(d, n) = (struct virtq){.size = l->class->queue_max, .align = LEGACY_ALIGN};
	if (l->class->reset)
		l->class->reset(d);
	if (l->interrupt)
		l->interrupt(l->transport, -1);
}

/* 3.1.1: the device refuses FEATURES_OK when it can't work with what the driver has accepted. */
static bool features_fit(struct dev *d)
{
	const struct virtio *v = d->state;

	if (v->driver_features & ~virtio_features(d)) {
		log_guest("%s: the driver accepts features that were not offered: %llx", d->id,
			(unsigned long long)(v->driver_features & ~virtio_features(d)));
		return false;
	}
	if (links_of(d)->legacy || virtio_has(d, VIRTIO_F_VERSION_1))
		return true;
	log_guest("%s: the driver does not accept VIRTIO_F_VERSION_1", d->id);
	return false;
}

static void start(struct dev *d)
{
	const struct virtio_links *l = links_of(d);

	if (l->class->start)
		l->class->start(d);
	for (unsigned n = 0; n < l->class->nqueues; n++)
		virtio_notify(d, n);
}

void virtio_set_status(struct dev *d, u8 value)
{
	struct virtio *v = d->state;
	u8 rises = (u8)(value & ~v->status);

	if (!value) {
		virtio_reset(d);
		return;
	}
	if ((rises & VIRTIO_FEATURES_OK) && !features_fit(d))
		value &= (u8)~VIRTIO_FEATURES_OK;
	v->status = (u8)((value & ~VIRTIO_NEEDS_RESET) | (v->status & VIRTIO_NEEDS_RESET));
	if (rises & VIRTIO_DRIVER_OK)
		start(d);
}

/* ---- configuration ---------------------------------------------------------------------------------------------- */

u8 virtio_config_read(struct dev *d, unsigned off)
{
	const struct virtio_class *class = links_of(d)->class;
	u8 image[CONFIG_MAX] = {0};

	if (off >= class->config_size)
		return 0;
	class->config(d, image);
	return image[off];
}

void virtio_config_write(struct dev *d, unsigned off, u8 value)
{
	const struct virtio_class *class = links_of(d)->class;

	if (off < class->config_size && class->config_write)
		class->config_write(d, off, value);
}

/* ---- queues ----------------------------------------------------------------------------------------------------- */

struct virtq *virtio_queue(struct dev *d, unsigned n)
{
	const struct virtio_class *class = links_of(d)->class;

	return n < class->nqueues ? (struct virtq *)(void *)((u8 *)d->state + class->queues) + n : NULL;
}

void virtio_notify(struct dev *d, unsigned n)
{
	const struct virtq *q = virtio_queue(d, n);

	if (!q)
		log_guest("%s: there is no queue %u", d->id, n);
	else if (q->ready && virtio_running(d))
		links_of(d)->class->notify(d, n);
}

void virtq_signal(struct dev *d, unsigned queue)
{
	if (virtq_wants_signal(d, queue))
		tell(d, VIRTIO_ISR_QUEUE, (int)queue);
}
