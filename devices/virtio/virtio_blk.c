/* SPDX-License-Identifier: MIT */
/* A disk (OASIS virtio 1.2, 5.2). It serves one request after the other: when one is taken from the queue, the virtual
 * time of its end is fixed by its length; at that time the data moves between the host's disk and the guest's memory,
 * and the guest is told. So what the guest sees depends on no host's speed, and what is under way is no more than the
 * head of one chain. */
#include "devices/types.h"
#include "devices/virtio/virtio.h"
#include "devices/virtio/virtio_mmio.h"

#include "mem/base/log.h"

enum { SECTOR = 512, QUEUE_MAX = 256, HEADER = 16, ID_SIZE = 20, SEGMENT = 16, BOUNCE = 16384 };
enum { REQUEST_NS = 20000, KIB_NS = 500 }; /* a fast disk: 50,000 requests or 2 GB a second */
enum { /* feature bits, 5.2.3 */
	F_SEG_MAX = 2, F_GEOMETRY = 4, F_RO = 5, F_BLK_SIZE = 6, F_FLUSH = 9, F_TOPOLOGY = 10, F_CONFIG_WCE = 11,
	F_DISCARD = 13, F_WRITE_ZEROES = 14,
};
enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_GET_ID = 8, T_DISCARD = 11, T_WRITE_ZEROES = 13 };
enum { S_OK, S_IOERR, S_UNSUPP };
enum { CONFIG_SIZE = 60, CONFIG_WRITEBACK = 32 };
enum { /* what one request can do; longer ones fail, so that none keeps the host for long */
	MAX_DATA = 64 << 20, MAX_DISCARD = 0x3fffff, MAX_WRITE_ZEROES = 0x10000,
};

struct blk {
	struct virtio v;
	struct virtq q[1];
	struct event done;
	u16 head;  /* of the chain that is being served */
	bool busy;
	bool cache; /* writes may stay in the host's cache until a flush */
	u8 pad[4];
};

struct blk_links {
	struct virtio_links v;
	struct host_block block;
	u8 id[ID_SIZE];
};

static const struct state_field rows[] = {
	STATE_SUB(struct blk, v, virtio_rows), STATE_SUB_ARRAY(struct blk, q, virtq_rows),
	STATE_SUB(struct blk, done, event_rows), STATE_U(struct blk, head), STATE_U(struct blk, busy),
	STATE_U(struct blk, cache), STATE_SKIP(struct blk, pad), STATE_END,
};

static const struct host_block *block_of(const struct dev *d)
{
	return &((const struct blk_links *)d->links)->block;
}

static u64 sectors(const struct dev *d)
{
	return block_of(d)->size / SECTOR;
}

/* ---- configuration, 5.2.4 --------------------------------------------------------------------------------------- */

static u64 features(struct dev *d)
{
	u64 f = BIT(F_SEG_MAX) | BIT(F_GEOMETRY) | BIT(F_BLK_SIZE) | BIT(F_FLUSH) | BIT(F_TOPOLOGY) | BIT(F_CONFIG_WCE);

	return block_of(d)->write ? f | BIT(F_DISCARD) | BIT(F_WRITE_ZEROES) : f | BIT(F_RO);
}

static void config(struct dev *d, u8 *c)
{
	enum { HEADS = 16, PER_TRACK = 63 };
	const struct blk *s = d->state;

	store_le64(c, sectors(d));
	store_le32(c + 12, QUEUE_MAX - 2); /* seg_max: a chain may be as long as the queue, less header and status */
	store_le16(c + 16, (u16)min_u64(sectors(d) / (HEADS * PER_TRACK), 65535));
	c[18] = HEADS;
	c[19] = PER_TRACK;
	store_le32(c + 20, SECTOR);
	store_le16(c + 26, 1); /* topology: best size of a request, in blocks */
	c[CONFIG_WRITEBACK] = s->cache;
	store_le16(c + 34, 1); /* num_queues */
	store_le32(c + 36, MAX_DISCARD);
	store_le32(c + 40, 1); /* max_discard_seg */
	store_le32(c + 44, 1); /* discard_sector_alignment */
	store_le32(c + 48, MAX_WRITE_ZEROES);
	store_le32(c + 52, 1); /* max_write_zeroes_seg */
	c[56] = 1;             /* write_zeroes_may_unmap */
}

static bool flush(struct dev *d)
{
	const struct host_block *b = block_of(d);

	return !b->flush || b->flush(b->arg);
}

static void config_write(struct dev *d, unsigned off, u8 value)
{
	struct blk *s = d->state;

	if (off != CONFIG_WRITEBACK || !virtio_has(d, F_CONFIG_WCE))
		return;
	s->cache = value & 1;
	if (!s->cache)
		flush(d);
}

/* 5.2.5: a driver that knows no flush gets a disk that needs none. */
static void start(struct dev *d)
{
	struct blk *s = d->state;

	if (!virtio_has(d, F_CONFIG_WCE))
		s->cache = virtio_has(d, F_FLUSH);
}

/* ---- requests, 5.2.6 -------------------------------------------------------------------------------------------- */

static bool in_range(const struct dev *d, u64 sector, u64 count)
{
	return count <= sectors(d) && sector <= sectors(d) - count;
}

/* Length of the data that a request moves; false if it can't. */
static bool data_fits(const struct dev *d, u64 sector, u64 n)
{
	return n % SECTOR == 0 && n <= MAX_DATA && in_range(d, sector, n / SECTOR);
}

static u8 do_read(struct dev *d, struct virtio_chain *c, u64 sector)
{
	const struct host_block *b = block_of(d);
	u64 n = c->in_len - 1, at = sector * SECTOR;
	u8 buf[BOUNCE];

	if (!data_fits(d, sector, n))
		return S_IOERR;
	while (n) {
		size_t part = (size_t)min_u64(n, sizeof(buf));

		if (!b->read(b->arg, at, buf, part))
			return S_IOERR;
		virtio_chain_write(d, c, buf, part);
		at += part;
		n -= part;
	}
	return S_OK;
}

static u8 do_write(struct dev *d, struct virtio_chain *c, u64 sector)
{
	const struct host_block *b = block_of(d);
	const struct blk *s = d->state;
	u64 n = c->out_len - HEADER, at = sector * SECTOR;
	u8 buf[BOUNCE];

	if (!b->write || !data_fits(d, sector, n))
		return S_IOERR;
	while (n) {
		size_t part = (size_t)min_u64(n, sizeof(buf));

		virtio_chain_read(d, c, buf, part);
		if (!b->write(b->arg, at, buf, part))
			return S_IOERR;
		at += part;
		n -= part;
	}
	return s->cache || flush(d) ? S_OK : S_IOERR;
}

static u8 write_zeroes(struct dev *d, u64 sector, u64 count)
{
	static const u8 zeroes[BOUNCE];
	const struct host_block *b = block_of(d);
	const struct blk *s = d->state;
	u64 n = count * SECTOR, at = sector * SECTOR;

	while (n) {
		size_t part = (size_t)min_u64(n, sizeof(zeroes));

		if (!b->write(b->arg, at, zeroes, part))
			return S_IOERR;
		at += part;
		n -= part;
	}
	return s->cache || flush(d) ? S_OK : S_IOERR;
}

/* One segment: sector, count, flags. What is discarded keeps its bytes, as a disk may do with it. */
static u8 do_range(struct dev *d, struct virtio_chain *c, bool discard)
{
	u8 segment[SEGMENT];
	u64 sector, count;

	if (!block_of(d)->write)
		return S_IOERR;
	if (c->out_len != HEADER + SEGMENT || virtio_chain_read(d, c, segment, SEGMENT) != SEGMENT)
		return S_IOERR;
	sector = load_le64(segment);
	count = load_le32(segment + 8);
	if (load_le32(segment + 12) & ~(discard ? 0u : 1u)) /* bit 0: the sectors may be unmapped */
		return S_UNSUPP;
	if (count > (discard ? MAX_DISCARD : MAX_WRITE_ZEROES) || !in_range(d, sector, count))
		return S_IOERR;
	return discard ? S_OK : write_zeroes(d, sector, count);
}

static u8 do_get_id(struct dev *d, struct virtio_chain *c)
{
	const struct blk_links *l = d->links;

	virtio_chain_write(d, c, l->id, (size_t)min_u64(c->in_len - 1, ID_SIZE));
	return S_OK;
}

static u8 serve(struct dev *d, struct virtio_chain *c, u32 type, u64 sector)
{
	switch (type) {
	case T_IN:
		return do_read(d, c, sector);
	case T_OUT:
		return do_write(d, c, sector);
	case T_FLUSH:
		return flush(d) ? S_OK : S_IOERR;
	case T_GET_ID:
		return do_get_id(d, c);
	case T_DISCARD:
	case T_WRITE_ZEROES:
		return do_range(d, c, type == T_DISCARD);
	default:
		log_guest("%s: request of unknown type %u", d->id, type);
		return S_UNSUPP;
	}
}

/* Carries out a request; returns how many bytes from the start of the guest's buffers are written. */
static u32 carry_out(struct dev *d, struct virtio_chain *c)
{
	struct virtio_cursor data = c->in, last;
	u8 header[HEADER], status;

	virtio_chain_skip(c, c->in_len - 1);
	last = c->in;
	c->in = data;
	virtio_chain_read(d, c, header, sizeof(header));
	status = serve(d, c, load_le32(header), load_le64(header + 8));
	if (status == S_IOERR)
		log_guest("%s: request %u at sector %llu failed", d->id, load_le32(header),
			(unsigned long long)load_le64(header + 8));
	c->in = last;
	virtio_chain_write(d, c, &status, 1);
	return status == S_OK ? (u32)c->in_len : c->in_len == 1;
}

static void next_request(struct dev *d)
{
	struct blk *s = d->state;
	struct virtio_chain c;

	s->busy = virtq_pop(d, 0, &c);
	if (!s->busy)
		return;
	s->head = c.head;
	event_at(&s->done, clock_now(&d->machine->clock) + REQUEST_NS + (c.out_len + c.in_len) * KIB_NS / 1024);
}

static void on_done(void *arg)
{
	struct dev *d = arg;
	struct blk *s = d->state;
	struct virtio_chain c;

	s->busy = false;
	if (!s->q[0].ready || !virtio_running(d) || !virtq_load(d, 0, s->head, &c))
		return;
	if (c.out_len < HEADER || c.in_len < 1) {
		virtio_fail(d, "a request without header or status");
		return;
	}
	virtq_push(d, 0, c.head, carry_out(d, &c));
	virtq_signal(d, 0);
	next_request(d);
}

static void notify(struct dev *d, unsigned queue)
{
	const struct blk *s = d->state;

	(void)queue;
	if (!s->busy)
		next_request(d);
}

/* ---- the type --------------------------------------------------------------------------------------------------- */

static void class_reset(struct dev *d)
{
	struct blk *s = d->state;

	event_cancel(&s->done);
	s->busy = false;
	s->cache = true;
	s->head = 0;
}

static const struct virtio_class class = {
	.id = VIRTIO_ID_BLOCK, .nqueues = 1, .queue_max = QUEUE_MAX, .config_size = CONFIG_SIZE,
	.queues = offsetof(struct blk, q), .features = features, .config = config, .config_write = config_write,
	.notify = notify, .start = start, .reset = class_reset,
};

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	const struct plug *p = virtio_plug(d, row);
	struct blk_links *l = d->links;
	struct blk *s = d->state;
	char id[ID_SIZE + 1] = "";

	if (!p || !p->block)
		return err_set(err, "there is no drive for it");
	l->block = *p->block;
	if (!dev_option(row->opts, "serial", id, sizeof(id)) && p->block->id)
		snprintf(id, sizeof(id), "%s", p->block->id);
	memcpy(l->id, id, ID_SIZE); /* without the NUL if it is as long as that */
	virtio_init(d, &class);
	event_init(&s->done, &d->machine->clock, "virtio-blk request", on_done, d);
	return virtio_mmio_plug(d, row, err);
}

const struct dev_type virtio_blk_type = {
	.name = "virtio-blk-device", .about = "virtio disk", .version = 1,
	.state_size = sizeof(struct blk), .links_size = sizeof(struct blk_links), .state = rows,
	.attach = attach, .reset = virtio_reset,
};
