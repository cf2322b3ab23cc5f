/* SPDX-License-Identifier: MIT */
/* Split virtqueues in guest memory (OASIS virtio 1.2, 2.7): taking chains, with indirect descriptors, giving them back,
 * and when to interrupt. Every address is looked up before it is used and must be RAM: a queue that leads into a
 * device's registers would let a driver call this device from within itself. */
#include "devices/virtio/virtio.h"

enum { DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4, DESC_SIZE = 16 };
enum { AVAIL_NO_INTERRUPT = 1, RING_INDEX = 2, RING_ENTRIES = 4, USED_ENTRY = 8 };

/* ---- memory ----------------------------------------------------------------------------------------------------- */

static bool flat_fits(const struct flat *f, bool write)
{
	if (!f || f->region->kind == REGION_IO)
		return false;
	return !write || (f->region->kind == REGION_RAM && !f->region->ram->rom);
}

/* All of [addr, addr + len) is memory, in however many pieces. */
static bool is_memory(const struct space *s, u64 addr, u64 len, bool write)
{
	if (addr > s->last || len - 1 > s->last - addr)
		return false;
	while (len) {
		const struct flat *f = space_find(s, addr);
		u64 n;

		if (!flat_fits(f, write))
			return false;
		n = min_u64(len, f->last - addr + 1);
		addr += n;
		len -= n;
	}
	return true;
}

/* Up to 16 bytes of a queue, in one piece; NULL, and the device has failed, if there are none. */
static u8 *ring_at(struct dev *d, u64 addr, unsigned len, bool write)
{
	struct space *s = &d->machine->memory;
	const struct flat *f = addr <= s->last ? space_find(s, addr) : NULL;
	u64 off;

	if (!flat_fits(f, write) || f->last - addr < len - 1) {
		virtio_fail(d, "a queue at %llx, which is not memory", (unsigned long long)addr);
		return NULL;
	}
	off = f->region->ram_off + (addr - f->region->base);
	if (write)
		ram_touch(f->region->ram, off, len);
	return f->region->ram->host + off;
}

static bool ring_read16(struct dev *d, u64 addr, u16 *v)
{
	const u8 *p = ring_at(d, addr, 2, false);

	*v = p ? load_le16(p) : 0;
	return p;
}

static bool ring_write16(struct dev *d, u64 addr, u16 v)
{
	u8 *p = ring_at(d, addr, 2, true);

	if (p)
		store_le16(p, v);
	return p;
}

/* ---- set-up ----------------------------------------------------------------------------------------------------- */

void virtq_enable(struct dev *d, unsigned n)
{
	const struct space *s = &d->machine->memory;
	struct virtq *q = virtio_queue(d, n);
	u64 size = q->size;

	q->last_avail = q->used_index = q->signalled = 0;
	q->ready = q->has_signalled = false;
	if (!size || (size & (size - 1)))
		virtio_fail(d, "queue %u has a size of %u", n, q->size);
	else if (q->desc % 16 || q->avail % 2 || q->used % 4) /* 2.7, the table of alignments */
		virtio_fail(d, "queue %u is not aligned", n);
	else if (!is_memory(s, q->desc, DESC_SIZE * size, false) ||
		 !is_memory(s, q->avail, RING_ENTRIES + 2 * size + 2, false) ||
		 !is_memory(s, q->used, RING_ENTRIES + USED_ENTRY * size + 2, true))
		virtio_fail(d, "queue %u is not in memory", n);
	else
		q->ready = true;
}

unsigned virtq_size(struct dev *d, unsigned queue)
{
	return virtio_queue(d, queue)->size;
}

/* ---- chains ----------------------------------------------------------------------------------------------------- */

struct table {
	u64 at;
	u64 n; /* descriptors */
	bool indirect;
};

struct desc {
	u64 addr;
	u32 len;
	u16 flags, next;
};

static bool read_desc(struct dev *d, const struct table *t, u64 index, struct desc *out)
{
	const u8 *p;

	if (index >= t->n)
		return virtio_fail(d, "descriptor %llu of %llu", (unsigned long long)index, (unsigned long long)t->n);
	p = ring_at(d, t->at + DESC_SIZE * index, DESC_SIZE, false);
	if (!p)
		return false;
	*out = (struct desc){load_le64(p), load_le32(p + 8), load_le16(p + 12), load_le16(p + 14)};
	return true;
}

static bool add_buffer(struct dev *d, struct virtio_chain *c, const struct desc *b)
{
	bool write = b->flags & DESC_WRITE;

	if (!write && c->n > c->nout)
		return virtio_fail(d, "a buffer to read behind one to write");
	if (!b->len)
		return true;
	if (!is_memory(&d->machine->memory, b->addr, b->len, write))
		return virtio_fail(d, "a buffer at %llx+%x, which is not memory", (unsigned long long)b->addr, b->len);
	if (c->n == VIRTIO_CHAIN_MAX)
		return virtio_fail(d, "a chain of more than %u buffers", VIRTIO_CHAIN_MAX);
	c->bufs[c->n++] = (struct virtio_buf){b->addr, b->len};
	if (write) {
		c->in_len += b->len;
	} else {
		c->nout++;
		c->out_len += b->len;
	}
	if (c->in_len + c->out_len > mask_low(32))
		return virtio_fail(d, "a chain of 4 GiB or more");
	return true;
}

static bool enter_indirect(struct dev *d, struct table *t, const struct desc *b)
{
	if (!virtio_has(d, VIRTIO_F_INDIRECT_DESC))
		return virtio_fail(d, "an indirect descriptor without VIRTIO_F_INDIRECT_DESC");
	if (t->indirect || (b->flags & DESC_NEXT))
		return virtio_fail(d, "an indirect descriptor within a table or a chain"); /* 2.7.5.3.1 */
	if (!b->len || b->len % DESC_SIZE)
		return virtio_fail(d, "an indirect table of %u bytes", b->len);
	*t = (struct table){b->addr, b->len / DESC_SIZE, true};
	return true;
}

bool virtq_load(struct dev *d, unsigned queue, u16 head, struct virtio_chain *c)
{
	const struct virtq *q = virtio_queue(d, queue);
	struct table t = {q->desc, q->size, false};
	u64 index = head, seen = 0;
	struct desc b = {0};

	c->head = head;
	c->nout = c->n = 0;
	c->out_len = c->in_len = 0;
	c->out = c->in = (struct virtio_cursor){0};
	while (read_desc(d, &t, index, &b)) {
		if (b.flags & DESC_INDIRECT) {
			if (!enter_indirect(d, &t, &b))
				return false;
			index = seen = 0;
			continue;
		}
		if (!add_buffer(d, c, &b))
			return false;
		if (!(b.flags & DESC_NEXT)) {
			c->in.buf = c->nout;
			return true;
		}
		if (++seen >= min_u64(t.n, VIRTIO_CHAIN_MAX))
			return virtio_fail(d, "a chain that does not end");
		index = b.next;
	}
	return false;
}

/* With VIRTIO_F_EVENT_IDX the driver notifies when it adds the chain of this index (2.7.10). */
static bool ask_for_notify(struct dev *d, const struct virtq *q)
{
	if (!virtio_has(d, VIRTIO_F_EVENT_IDX))
		return true;
	return ring_write16(d, q->used + RING_ENTRIES + (u64)USED_ENTRY * q->size, q->last_avail);
}

bool virtq_pop(struct dev *d, unsigned queue, struct virtio_chain *c)
{
	struct virtq *q = virtio_queue(d, queue);
	u16 index, head;

	if (!q->ready || !virtio_running(d) || !ring_read16(d, q->avail + RING_INDEX, &index))
		return false;
	if (index == q->last_avail)
		return false;
	if ((u16)(index - q->last_avail) > q->size)
		return virtio_fail(d, "queue %u has %u chains of %u", queue, (u16)(index - q->last_avail), q->size);
	if (!ring_read16(d, q->avail + RING_ENTRIES + 2u * (q->last_avail & (q->size - 1u)), &head))
		return false;
	q->last_avail++;
	return ask_for_notify(d, q) && virtq_load(d, queue, head, c);
}

void virtq_push(struct dev *d, unsigned queue, u16 head, u32 written)
{
	struct virtq *q = virtio_queue(d, queue);
	u64 at = q->used + RING_ENTRIES + USED_ENTRY * (q->used_index & (q->size - 1u));
	u8 *entry = ring_at(d, at, USED_ENTRY, true);

	if (!entry)
		return;
	store_le32(entry, head);
	store_le32(entry + 4, written);
	ring_write16(d, q->used + RING_INDEX, ++q->used_index);
}

/* 2.7.7 and 2.7.10. */
bool virtq_wants_signal(struct dev *d, unsigned queue)
{
	struct virtq *q = virtio_queue(d, queue);
	u16 event, flags, old = q->signalled;
	bool known = q->has_signalled;

	if (!virtio_has(d, VIRTIO_F_EVENT_IDX))
		return ring_read16(d, q->avail, &flags) && !(flags & AVAIL_NO_INTERRUPT);
	if (!ring_read16(d, q->avail + RING_ENTRIES + 2u * q->size, &event))
		return false;
	q->signalled = q->used_index;
	q->has_signalled = true;
	return !known || (u16)(q->used_index - event - 1) < (u16)(q->used_index - old);
}

/* ---- copying ---------------------------------------------------------------------------------------------------- */

static u32 left_in(const struct virtio_chain *c, unsigned buf, u32 pos, u64 n)
{
	return (u32)min_u64(n, c->bufs[buf].len - pos);
}

size_t virtio_chain_read(struct dev *d, struct virtio_chain *c, void *buf, size_t n)
{
	size_t done = 0;

	while (done < n && c->out.buf < c->nout) {
		u32 part = left_in(c, c->out.buf, c->out.pos, n - done);

		space_read_block(&d->machine->memory, c->bufs[c->out.buf].addr + c->out.pos, (u8 *)buf + done, part);
		done += part;
		c->out.pos += part;
		if (c->out.pos == c->bufs[c->out.buf].len) {
			c->out.buf++;
			c->out.pos = 0;
		}
	}
	return done;
}

static void advance_in(struct virtio_chain *c, u32 part)
{
	c->in.pos += part;
	if (c->in.pos == c->bufs[c->in.buf].len) {
		c->in.buf++;
		c->in.pos = 0;
	}
}

size_t virtio_chain_write(struct dev *d, struct virtio_chain *c, const void *buf, size_t n)
{
	size_t done = 0;

	while (done < n && c->in.buf < c->n) {
		u32 part = left_in(c, c->in.buf, c->in.pos, n - done);

		space_write_block(&d->machine->memory, c->bufs[c->in.buf].addr + c->in.pos, (const u8 *)buf + done,
			part);
		done += part;
		advance_in(c, part);
	}
	return done;
}

void virtio_chain_skip(struct virtio_chain *c, u64 n)
{
	while (n && c->in.buf < c->n) {
		u32 part = left_in(c, c->in.buf, c->in.pos, n);

		n -= part;
		advance_in(c, part);
	}
}
