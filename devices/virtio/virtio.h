/* SPDX-License-Identifier: MIT */
/* The part of a virtio device that all of them share (OASIS virtio 1.2, chapter 2): status, features, configuration
 * and split virtqueues. A device's file knows nothing of the transport that carries it, and a transport (virtio_mmio.c)
 * nothing of the device. Packed queues are not offered. Whatever a driver puts into its queues is checked here; a queue
 * that makes no sense stops the device until it is reset (DEVICE_NEEDS_RESET). */
#ifndef DEVICES_VIRTIO_VIRTIO_H
#define DEVICES_VIRTIO_VIRTIO_H

#include "devices/machine.h"

enum { /* device status, 2.1 */
	VIRTIO_ACKNOWLEDGE = 1, VIRTIO_DRIVER = 2, VIRTIO_DRIVER_OK = 4, VIRTIO_FEATURES_OK = 8,
	VIRTIO_NEEDS_RESET = 64, VIRTIO_FAILED = 128,
};
enum { /* features that are no device's own, chapter 6 */
	VIRTIO_F_ANY_LAYOUT = 27, VIRTIO_F_INDIRECT_DESC = 28, VIRTIO_F_EVENT_IDX = 29, VIRTIO_F_VERSION_1 = 32,
};
enum { VIRTIO_ISR_QUEUE = 1, VIRTIO_ISR_CONFIG = 2 };
enum { VIRTIO_ID_BLOCK = 2, VIRTIO_ID_CONSOLE = 3, VIRTIO_ID_ENTROPY = 4 }; /* chapter 5 */

/* A split virtqueue, 2.7. The driver sets the addresses and the size; they don't change while it is ready. */
struct virtq {
	u64 desc, avail, used; /* guest-physical: descriptor table, driver area, device area */
	u32 align;             /* legacy interface: of the used ring */
	u16 size;              /* descriptors */
	u16 last_avail;        /* how many chains were taken, modulo 65536 */
	u16 used_index;        /* how many were given back, likewise */
	u16 signalled;         /* used_index at the last interrupt */
	bool ready, has_signalled;
	u8 pad[2];
};
extern const struct state_field virtq_rows[];

/* First member of every device's state. */
struct virtio {
	u64 driver_features;
	u8 status, isr;
	u8 pad[6];
};
extern const struct state_field virtio_rows[];

struct virtio_class {
	u16 id;        /* VIRTIO_ID_... */
	u16 nqueues;
	u16 queue_max; /* descriptors, a power of two */
	u16 config_size;
	size_t queues; /* offset of struct virtq[nqueues] in the state */
	u64 (*features)(struct dev *d); /* the device's own feature bits */
	void (*config)(struct dev *d, u8 *image); /* fills config_size bytes, zero before; little endian */
	void (*config_write)(struct dev *d, unsigned off, u8 value); /* NULL: nothing can be written */
	void (*notify)(struct dev *d, unsigned queue); /* there may be chains in a queue that is ready */
	void (*start)(struct dev *d);  /* the driver has set DRIVER_OK; before the first notify; or NULL */
	void (*reset)(struct dev *d);  /* by the driver or at power-on: drops requests; or NULL */
};

/* First member of every device's links. */
struct virtio_links {
	const struct virtio_class *class;
	bool legacy; /* the transport speaks the interface from before virtio 1.0 */
	void (*interrupt)(void *transport, int queue); /* isr has changed, for this queue or the configuration (-1) */
	void *transport;
};

/* ---- for devices ------------------------------------------------------------------------------------------------ */

/* In attach, before a transport takes the device. */
void virtio_init(struct dev *d, const struct virtio_class *class);
/* What the front end gave with this device: row->opts has plug=N, an index into the machine's plugs. Or NULL. */
const struct plug *virtio_plug(const struct dev *d, const struct board_row *row);
bool virtio_has(const struct dev *d, unsigned feature); /* offered and accepted */
bool virtio_running(const struct dev *d);                /* the device may look at its queues */
/* The driver broke the rules: log, DEVICE_NEEDS_RESET. Returns false. */
bool virtio_fail(struct dev *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

enum { VIRTIO_CHAIN_MAX = 1024 }; /* buffers; no driver of ours comes near */

struct virtio_cursor {
	unsigned buf;
	u32 pos;
};

/* A chain of buffers: first those that the device reads, then those that it writes, all within RAM. */
struct virtio_chain {
	u16 head;
	unsigned nout, n; /* buffers that are read; all */
	u64 out_len, in_len;
	struct virtio_cursor out, in; /* where the next read and write begin */
	struct virtio_buf {
		u64 addr;
		u32 len;
	} bufs[VIRTIO_CHAIN_MAX];
};

/* Takes the next chain; false when there is none, or the queue is not fit for use. A loop over this must end after
 * virtq_size chains, since a mad driver may lay the rings over each other. */
bool virtq_pop(struct dev *d, unsigned queue, struct virtio_chain *c);
/* Looks again at a chain that was taken earlier. */
bool virtq_load(struct dev *d, unsigned queue, u16 head, struct virtio_chain *c);
/* Gives a chain back, with the number of bytes written into it; then tells the driver, unless it does not want that. */
void virtq_push(struct dev *d, unsigned queue, u16 head, u32 written);
void virtq_signal(struct dev *d, unsigned queue);
bool virtq_wants_signal(struct dev *d, unsigned queue); /* virtq_signal asks; the answer counts as given */
unsigned virtq_size(struct dev *d, unsigned queue);
/* Copy to and from a chain, from where the last call ended; return how many bytes there were. */
size_t virtio_chain_read(struct dev *d, struct virtio_chain *c, void *buf, size_t n);
size_t virtio_chain_write(struct dev *d, struct virtio_chain *c, const void *buf, size_t n);
void virtio_chain_skip(struct virtio_chain *c, u64 n); /* of what is written */

/* ---- for transports --------------------------------------------------------------------------------------------- */

u64 virtio_features(struct dev *d); /* all that are offered */
void virtio_set_features(struct dev *d, unsigned half, u32 value); /* half 0: bits 0-31, 1: 32-63 */
void virtio_set_status(struct dev *d, u8 value); /* 0 resets */
void virtio_reset(struct dev *d);                /* also the devices' dev_type.reset */
u8 virtio_config_read(struct dev *d, unsigned off);
void virtio_config_write(struct dev *d, unsigned off, u8 value);
struct virtq *virtio_queue(struct dev *d, unsigned n); /* NULL: there is no such queue */
void virtq_enable(struct dev *d, unsigned n);          /* checks size and addresses, starts from index 0 */
void virtio_notify(struct dev *d, unsigned n);

#endif
