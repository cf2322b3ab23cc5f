/* SPDX-License-Identifier: MIT */
/* CFI parallel flash as ARM's boards carry it: two 16-bit chips side by side on a 32-bit bus, with Intel's command set
 * (0001h; JESD68.01 and JEP137 for the query, Intel's 28F256J3 and P30 datasheets for commands and status). A command
 * is the low byte of what is written and goes to both chips. Reading the array needs no device: the region is ROM
 * then, so that code runs from it; while status, identifiers or the query are shown it is I/O. Programming and
 * erasing take no time: status is always ready. */
#include "devices/disk/pflash_cfi.h"

#include "devices/machine.h"
#include "devices/types.h"
#include "mem/base/log.h"

enum { BUS = 4, CHIPS = 2, SECTOR = 256 << 10, MAX_SIZE = 64 << 20, BUFFER_BITS = 11, BUFFER = CHIPS << BUFFER_BITS };
enum { MODE_ARRAY, MODE_STATUS, MODE_ID, MODE_QUERY };
enum { WAIT_COMMAND, WAIT_PROGRAM, WAIT_ERASE, WAIT_LOCK, WAIT_COUNT, WAIT_DATA, WAIT_CONFIRM };
enum {
	CMD_LOCK = 0x01, CMD_PROGRAM_ALT = 0x10, CMD_ERASE = 0x20, CMD_LOCK_DOWN = 0x2f, CMD_PROGRAM = 0x40,
	CMD_CLEAR_STATUS = 0x50, CMD_LOCK_SETUP = 0x60, CMD_STATUS = 0x70, CMD_ID = 0x90, CMD_QUERY = 0x98,
	CMD_SUSPEND = 0xb0, CMD_CONFIRM = 0xd0, CMD_BUFFER = 0xe8, CMD_RESET = 0xf0, CMD_ARRAY = 0xff,
};
enum { SR_READY = 0x80, SR_ERASE = 0x20, SR_PROGRAM = 0x10, SR_LOCKED = 2, SR_SEQUENCE = SR_ERASE | SR_PROGRAM };
enum { ID_MANUFACTURER = 0x89, ID_DEVICE = 0x18 };

struct pflash {
	u8 mode, wait, status, pad;
	u32 count; /* writes to the buffer still to come */
	u32 base;  /* of the buffer in the array */
	u8 locked[MAX_SIZE / SECTOR];
	u8 buffer[BUFFER];
};

struct pflash_links {
	struct region region;
	struct ram ram;
	const struct host_block *block;
};

static const struct state_field rows[] = {
	STATE_U(struct pflash, mode), STATE_U(struct pflash, wait), STATE_U(struct pflash, status),
	STATE_SKIP(struct pflash, pad), STATE_U(struct pflash, count), STATE_U(struct pflash, base),
	STATE_RAW(struct pflash, locked), STATE_RAW(struct pflash, buffer), STATE_END,
};

static void set_mode(struct dev *d, u8 mode)
{
	struct pflash *s = d->state;
	struct pflash_links *l = d->links;
	enum region_kind kind = mode == MODE_ARRAY ? REGION_ROM : REGION_IO;

	s->mode = mode;
	if (l->region.kind == kind)
		return;
	l->region.kind = kind;
	space_update(&d->machine->memory);
}

/* ---- the array ---------------------------------------------------------------------------------------------- */

static void changed(struct dev *d, u64 off, u64 n)
{
	const struct pflash_links *l = d->links;

	if (!l->block || !l->block->write || off >= l->block->size)
		return;
	if (!l->block->write(l->block->arg, off, l->ram.host + off, (size_t)min_u64(n, l->block->size - off)))
		log_line(LOG_UNIMP, "%s: the image could not be written", d->id);
}

static bool is_locked(struct pflash *s, u64 off, u8 error)
{
	if (s->locked[off / SECTOR])
		s->status |= SR_LOCKED | error;
	return s->locked[off / SECTOR];
}

/* Programming makes zeros of ones and never the reverse. */
static void program(struct dev *d, u64 off, const u8 *data, unsigned n)
{
	struct pflash *s = d->state;
	struct pflash_links *l = d->links;

	if (is_locked(s, off, SR_PROGRAM))
		return;
	ram_touch(&l->ram, off, n);
	for (unsigned i = 0; i < n; i++)
		l->ram.host[off + i] &= data[i];
	changed(d, off, n);
}

static void erase(struct dev *d, u64 off)
{
	struct pflash *s = d->state;
	struct pflash_links *l = d->links;

	if (is_locked(s, off, SR_ERASE))
		return;
	off -= off % SECTOR;
	ram_touch(&l->ram, off, SECTOR);
	memset(l->ram.host + off, 0xff, SECTOR);
	changed(d, off, SECTOR);
}

/* ---- what is shown instead of it ---------------------------------------------------------------------------- */

static unsigned log2_of(u64 power_of_two)
{
	unsigned n = 0;

	while (power_of_two >> n > 1)
		n++;
	return n;
}

/* One chip's query structure (JESD68.01, 4.3): timings are powers of two in us and ms, sizes as one chip sees them. */
static u8 query_byte(const struct pflash_links *l, unsigned at)
{
	unsigned blocks = (unsigned)(l->ram.size / SECTOR) - 1, block = SECTOR / CHIPS / 256;
	const u8 table[] = {
		[0x10] = 'Q', 'R', 'Y',
		[0x13] = 0x01, 0x00, 0x31, 0x00,             /* Intel's command set; its table is at 31h */
		[0x17] = 0x00, 0x00, 0x00, 0x00,             /* no other */
		[0x1b] = 0x45, 0x55, 0x00, 0x00,             /* Vcc 4.5 to 5.5 V; no Vpp */
		[0x1f] = 0x07, 0x07, 0x0a, 0x00,             /* typical times: word, buffer, block, chip */
		[0x23] = 0x04, 0x04, 0x04, 0x00,             /* at most so many times longer */
		[0x27] = (u8)log2_of(l->ram.size / CHIPS),
		[0x28] = 0x02, 0x00,                         /* x8 or x16 */
		[0x2a] = BUFFER_BITS, 0x00,
		[0x2c] = 1, (u8)blocks, (u8)(blocks >> 8), (u8)block, (u8)(block >> 8),
		[0x31] = 'P', 'R', 'I', '1', '0',            /* and nothing optional */
		[0x3f] = 0x01,                               /* one protection register */
	};

	return at < sizeof(table) ? table[at] : 0;
}

static u8 shown_byte(struct dev *d, u64 off)
{
	const struct pflash *s = d->state;
	const struct pflash_links *l = d->links;
	unsigned word = (unsigned)(off / BUS);
	bool low = off % (BUS / CHIPS) == 0; /* all that there is to say fits into a chip's low byte */

	switch (s->mode) {
	case MODE_ARRAY:
		return l->ram.host[off];
	case MODE_ID: /* lock bits are at word 2 of each block */
		if (!low || (word & 0xff) > 2)
			return 0;
		return (word & 0xff) == 2 ? s->locked[off / SECTOR] : (word & 0xff) ? ID_DEVICE : ID_MANUFACTURER;
	case MODE_QUERY:
		return low ? query_byte(l, word) : 0;
	default:
		return low ? s->status : 0;
	}
}

static u64 read(void *dev, u64 off, unsigned size)
{
	u64 v = 0;

	for (unsigned i = 0; i < size; i++)
		v |= (u64)shown_byte(dev, off + i) << (i * 8);
	return v;
}

/* ---- commands ----------------------------------------------------------------------------------------------- */

static void command(struct dev *d, u8 c)
{
	static const u8 waits[][2] = {
		{CMD_PROGRAM, WAIT_PROGRAM}, {CMD_PROGRAM_ALT, WAIT_PROGRAM}, {CMD_ERASE, WAIT_ERASE},
		{CMD_LOCK_SETUP, WAIT_LOCK}, {CMD_BUFFER, WAIT_COUNT},
	};
	struct pflash *s = d->state;

	for (unsigned i = 0; i < countof(waits); i++) {
		if (c == waits[i][0])
			s->wait = waits[i][1];
	}
	switch (c) {
	case CMD_CLEAR_STATUS: /* does not change what is shown */
		s->status = SR_READY;
		break;
	case CMD_ID:
		set_mode(d, MODE_ID);
		break;
	case CMD_QUERY:
		set_mode(d, MODE_QUERY);
		break;
	case CMD_STATUS:
	case CMD_SUSPEND: /* nothing is ever under way */
	case CMD_CONFIRM:
		set_mode(d, MODE_STATUS);
		break;
	default:
		if (!s->wait && c != CMD_ARRAY && c != CMD_RESET)
			log_guest("%s: no flash command: %02x", d->id, c);
		set_mode(d, s->wait ? MODE_STATUS : MODE_ARRAY);
		break;
	}
}

static void lock(struct pflash *s, u64 off, u8 c)
{
	if (c == CMD_LOCK || c == CMD_LOCK_DOWN)
		s->locked[off / SECTOR] = 1;
	else if (c == CMD_CONFIRM)
		s->locked[off / SECTOR] = 0;
	else
		s->status |= SR_SEQUENCE;
}

/* Write-to-buffer: the number of writes less one, the data, the confirmation. Data outside the buffer's window, which
 * the first write chooses, ends it. */
static void buffer_count(struct pflash *s, u64 value)
{
	s->count = (u32)(value & 0xffff) + 1;
	s->wait = s->count <= BUFFER / BUS ? WAIT_DATA : WAIT_COMMAND;
	if (s->wait == WAIT_COMMAND)
		s->status |= SR_SEQUENCE;
	s->base = ~0u;
	memset(s->buffer, 0xff, sizeof(s->buffer));
}

static void buffer_data(struct pflash *s, u64 off, unsigned size, u64 value)
{
	if (s->base == ~0u)
		s->base = (u32)(off - off % BUFFER);
	if (off < s->base || off + size > (u64)s->base + BUFFER) {
		s->status |= SR_SEQUENCE;
		s->wait = WAIT_COMMAND;
		return;
	}
	store_le(s->buffer + (off - s->base), size, value);
	if (!--s->count)
		s->wait = WAIT_CONFIRM;
}

static void write(void *dev, u64 off, unsigned size, u64 value)
{
	struct dev *d = dev;
	struct pflash *s = d->state;
	u8 wait = s->wait, data[8], c = (u8)value;

	if (wait == WAIT_COUNT || wait == WAIT_DATA) {
		if (wait == WAIT_COUNT)
			buffer_count(s, value);
		else
			buffer_data(s, off, size, value);
		return;
	}
	s->wait = WAIT_COMMAND;
	store_le(data, size, value);
	if (wait == WAIT_COMMAND)
		command(d, c);
	else if (wait == WAIT_PROGRAM)
		program(d, off, data, size);
	else if (wait == WAIT_LOCK)
		lock(s, off, c);
	else if (c != CMD_CONFIRM)
		s->status |= SR_SEQUENCE;
	else if (wait == WAIT_ERASE)
		erase(d, off);
	else
		program(d, s->base, s->buffer, BUFFER);
}

/* ---- device ------------------------------------------------------------------------------------------------- */

void pflash_load(struct dev *d, const void *data, size_t size)
{
	struct pflash_links *l = d->links;

	assert(size <= l->ram.size);
	ram_touch(&l->ram, 0, size);
	memcpy(l->ram.host, data, size);
}

void pflash_connect(struct dev *d, const struct host_block *block)
{
	((struct pflash_links *)d->links)->block = block;
}

const struct ram *pflash_ram(const struct dev *d)
{
	return &((const struct pflash_links *)d->links)->ram;
}

/* Lock bits and contents stay. */
static void reset(struct dev *d)
{
	struct pflash *s = d->state;

	s->wait = WAIT_COMMAND;
	s->status = SR_READY;
	s->count = s->base = 0;
	memset(s->buffer, 0, sizeof(s->buffer));
	set_mode(d, MODE_ARRAY);
}

static void loaded(struct dev *d)
{
	set_mode(d, ((struct pflash *)d->state)->mode);
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct region_ops ops = {read, write, 1, BUS};
	struct pflash_links *l = d->links;
	u64 size = dev_option_number(row->opts, "size", MAX_SIZE);

	if (size < 2 * SECTOR || size > MAX_SIZE || (size & (size - 1)))
		return err_set(err, "size=%llu: a flash has a power of two from 512 KiB to 64 MiB",
			(unsigned long long)size);
	if (!ram_init(&l->ram, row->id, size, true, err))
		return false;
	l->region = (struct region){.name = row->id, .base = row->base, .size = size, .on = true, .kind = REGION_ROM,
		.ram = &l->ram, .ops = &ops, .dev = d};
	space_add(&d->machine->memory, &l->region);
	return true;
}

static void detach(struct dev *d)
{
	ram_free(&((struct pflash_links *)d->links)->ram);
}

const struct dev_type pflash_cfi_type = {
	.name = "pflash_cfi", .about = "CFI parallel flash", .version = 1,
	.state_size = sizeof(struct pflash), .links_size = sizeof(struct pflash_links), .state = rows,
	.attach = attach, .reset = reset, .detach = detach, .loaded = loaded,
};
