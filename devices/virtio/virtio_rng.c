/* SPDX-License-Identifier: MIT */
/* A source of random numbers (OASIS virtio 1.2, 5.4). They come from a generator with a seed (option seed=N), never
 * from the host: a run must repeat. Whoever needs secrets must not look for them in a deterministic machine. */
#include "devices/types.h"
#include "devices/virtio/virtio.h"
#include "devices/virtio/virtio_mmio.h"

enum { QUEUE_MAX = 8, MAX_BYTES = 65536, REQUEST_NS = 10000, KIB_NS = 1000 };
#define SEED 0x4f72726572790001ull

struct rng {
	struct virtio v;
	struct virtq q[1];
	struct event done;
	u64 random;
	u16 head; /* of the chain that is being filled */
	bool busy;
	u8 pad[5];
};

struct rng_links {
	struct virtio_links v;
	u64 seed;
};

static const struct state_field rows[] = {
	STATE_SUB(struct rng, v, virtio_rows), STATE_SUB_ARRAY(struct rng, q, virtq_rows),
	STATE_SUB(struct rng, done, event_rows), STATE_U(struct rng, random), STATE_U(struct rng, head),
	STATE_U(struct rng, busy), STATE_SKIP(struct rng, pad), STATE_END,
};

/* SplitMix64: a counter through a mixing function of 64 bits. */
static u64 next_random(struct rng *s)
{
	u64 z = s->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void next_request(struct dev *d)
{
	struct rng *s = d->state;
	struct virtio_chain c;

	s->busy = virtq_pop(d, 0, &c);
	if (!s->busy)
		return;
	s->head = c.head;
	event_at(&s->done,
		clock_now(&d->machine->clock) + REQUEST_NS + min_u64(c.in_len, MAX_BYTES) * KIB_NS / 1024);
}

/* A buffer may be filled in part (5.4.6.2). */
static void on_done(void *arg)
{
	struct dev *d = arg;
	struct rng *s = d->state;
	struct virtio_chain c;
	u32 n = 0;

	s->busy = false;
	if (!s->q[0].ready || !virtio_running(d) || !virtq_load(d, 0, s->head, &c))
		return;
	while (n < min_u64(c.in_len, MAX_BYTES)) {
		u8 bytes[8];

		store_le64(bytes, next_random(s));
		n += (u32)virtio_chain_write(d, &c, bytes, (size_t)min_u64(sizeof(bytes), c.in_len - n));
	}
	virtq_push(d, 0, c.head, n);
	virtq_signal(d, 0);
	next_request(d);
}

static void notify(struct dev *d, unsigned queue)
{
	const struct rng *s = d->state;

	(void)queue;
	if (!s->busy)
		next_request(d);
}

static void class_reset(struct dev *d)
{
	struct rng *s = d->state;

	event_cancel(&s->done);
	s->busy = false;
	s->head = 0;
}

static const struct virtio_class class = {
	.id = VIRTIO_ID_ENTROPY, .nqueues = 1, .queue_max = QUEUE_MAX, .queues = offsetof(struct rng, q),
	.notify = notify, .reset = class_reset,
};

static void reset(struct dev *d)
{
	const struct rng_links *l = d->links;
	struct rng *s = d->state;

	s->random = l->seed;
	virtio_reset(d);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	struct rng_links *l = d->links;
	struct rng *s = d->state;

	l->seed = dev_option_number(row->opts, "seed", SEED);
	virtio_init(d, &class);
	event_init(&s->done, &d->machine->clock, "virtio-rng request", on_done, d);
	return virtio_mmio_plug(d, row, err);
}

const struct dev_type virtio_rng_type = {
	.name = "virtio-rng-device", .about = "virtio source of random numbers", .version = 1,
	.state_size = sizeof(struct rng), .links_size = sizeof(struct rng_links), .state = rows,
	.attach = attach, .reset = reset,
};
