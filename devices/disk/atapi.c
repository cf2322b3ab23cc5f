/* SPDX-License-Identifier: MIT */
/* A CD-ROM drive: the PACKET command of ATA/ATAPI-6 (8.23, 9.8, 9.10), the commands of SFF-8020i and MMC-3 inside the
 * packets. A disc is one data track of 2048-byte blocks; when it is larger than a CD, it is a DVD-ROM. What a command
 * answers lies in the channel's buffer, what READ reads comes from the medium piece by piece. */
#include "devices/disk/ata.h"

#include "devices/machine.h"
#include "mem/base/log.h"

#include <stdio.h>

enum { READ_NS = 80000, NEXT_NS = 5000, QUICK_NS = 5000 };
enum { REASON_CD = 1, REASON_IO = 2 };                      /* Interrupt Reason */
enum { PACKET_DMA = 1, PACKET_OVL = 2 };                    /* Features of PACKET */
enum { STAGE_PACKET, STAGE_REPLY, STAGE_READ, STAGE_END, STAGE_IDENTIFY, STAGE_ABORT };
enum { NOT_READY = 2, MEDIUM_ERROR, ILLEGAL_REQUEST = 5, UNIT_ATTENTION }; /* sense keys */
enum { /* additional sense codes */
	ASC_READ_ERROR = 0x11, ASC_OPCODE = 0x20, ASC_RANGE = 0x21, ASC_FIELD = 0x24, ASC_CHANGED = 0x28,
	ASC_RESET = 0x29, ASC_NO_MEDIUM = 0x3a, ASC_LOCKED = 0x53, ASC_MODE = 0x64,
};
enum { EVENT_EJECT = 1, EVENT_NEW = 2, EVENT_REMOVED = 3 };
enum { PROFILE_CD = 8, PROFILE_DVD = 0x10, CD_BLOCKS_MAX = 450000 };
enum { ATTENTION_OK = 1, NEEDS_MEDIUM = 2 };

struct packet_command {
	u8 code, flags;
	/* Bytes of the reply, in the buffer from its start; -1: the sense is set. READ gives 0 and sets `left`. */
	int (*run)(struct dev *d, const u8 *p, u8 *reply);
};

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

static unsigned be16(const u8 *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static void put32(u8 *p, u64 v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (u8)(v >> (24 - 8 * i));
}

static void put16(u8 *p, unsigned v)
{
	p[0] = (u8)(v >> 8);
	p[1] = (u8)v;
}

static bool has_medium(struct dev *d)
{
	return ata_unit(d)->block.size && !ata_active(d)->tray_open;
}

static u32 blocks_of(struct dev *d)
{
	return has_medium(d) ? (u32)min_u64(ata_unit(d)->block.size / ATAPI_BLOCK, 0xfffffffe) : 0;
}

static int fail(struct dev *d, u8 key, u8 asc)
{
	struct ata_drive *v = ata_active(d);

	v->key = key;
	v->asc = asc;
	v->ascq = 0;
	return -1;
}

/* ---- commands of every drive (MMC-3, 5; SFF-8020i, 10.8) ----------------------------------------------- */

static int do_test_unit_ready(struct dev *d, const u8 *p, u8 *reply)
{
	(void)d;
	(void)p;
	(void)reply;
	return 0;
}

static int do_request_sense(struct dev *d, const u8 *p, u8 *reply)
{
	struct ata_drive *v = ata_active(d);

	if (v->attention && !v->key) {
		v->key = UNIT_ATTENTION;
		v->asc = v->attention;
		v->attention = 0;
	}
	reply[0] = 0x70;
	reply[2] = v->key;
	reply[7] = 10;
	reply[12] = v->asc;
	reply[13] = v->ascq;
	v->key = v->asc = v->ascq = 0;
	return (int)min_uint(p[4], 18);
}

static void put_text(u8 *to, unsigned n, const char *text)
{
	for (unsigned i = 0; i < n; i++)
		to[i] = *text ? (u8)*text++ : ' ';
}

static int do_inquiry(struct dev *d, const u8 *p, u8 *reply)
{
	const char *model = ata_unit(d)->model;
	size_t vendor = strcspn(model, " ");

	if (p[1] & 1)
		return fail(d, ILLEGAL_REQUEST, ASC_FIELD);
	reply[0] = 5;
	reply[1] = 0x80;
	reply[3] = 0x21; /* ATAPI, response format 1 */
	reply[4] = 31;
	put_text(reply + 8, 8, "");
	memcpy(reply + 8, model, min_uint((unsigned)vendor, 8));
	put_text(reply + 16, 16, model + vendor + (model[vendor] == ' '));
	put_text(reply + 32, 4, "1.0");
	return (int)min_uint(be16(p + 3), 36);
}

static int do_start_stop(struct dev *d, const u8 *p, u8 *reply)
{
	struct ata_drive *v = ata_active(d);

	(void)reply;
	if (!(p[4] & 2)) /* the disc turns whether or not it is asked to */
		return 0;
	if (!(p[4] & 1)) {
		if (v->locked)
			return fail(d, has_medium(d) ? ILLEGAL_REQUEST : NOT_READY, ASC_LOCKED);
		if (!v->tray_open && ata_unit(d)->block.size)
			v->event = EVENT_REMOVED;
		v->tray_open = true;
	} else if (v->tray_open) {
		v->tray_open = false;
		if (ata_unit(d)->block.size) {
			v->event = EVENT_NEW;
			v->attention = ASC_CHANGED;
		}
	}
	return 0;
}

static int do_prevent_allow(struct dev *d, const u8 *p, u8 *reply)
{
	(void)reply;
	ata_active(d)->locked = p[4] & 1;
	return 0;
}

static int do_event_status(struct dev *d, const u8 *p, u8 *reply)
{
	struct ata_drive *v = ata_active(d);

	if (!(p[1] & 1)) /* asynchronous notification there is none */
		return fail(d, ILLEGAL_REQUEST, ASC_FIELD);
	reply[3] = 0x10; /* the one class: media */
	if (!(p[4] & 0x10)) {
		put16(reply, 2);
		reply[2] = 0x80;
		return (int)min_uint(be16(p + 7), 4);
	}
	put16(reply, 6);
	reply[2] = 4;
	reply[4] = v->event;
	reply[5] = (u8)((has_medium(d) ? 2 : 0) | (v->tray_open ? 1 : 0));
	if (be16(p + 7) >= 8)
		v->event = 0;
	return (int)min_uint(be16(p + 7), 8);
}

static int do_mechanism_status(struct dev *d, const u8 *p, u8 *reply)
{
	reply[1] = ata_active(d)->tray_open ? 0x10 : 0;
	reply[5] = 1;
	return (int)min_uint(be16(p + 8), 8);
}

static u8 *put_feature(u8 *at, unsigned code, unsigned version, unsigned n)
{
	put16(at, code);
	at[2] = (u8)(version << 2 | 3); /* persistent and current, unless the caller says otherwise */
	at[3] = (u8)n;
	return at + 4;
}

/* MMC-3, 6.6 and 5.3. Of the profiles, the one of the medium is current. */
static int do_get_configuration(struct dev *d, const u8 *p, u8 *reply)
{
	u32 blocks = blocks_of(d);
	unsigned profile = !blocks ? 0 : blocks > CD_BLOCKS_MAX ? PROFILE_DVD : PROFILE_CD, start = be16(p + 2);
	static const u16 codes[] = {0, 1, 2, 3, 0x10, 0x1e, 0x1f, 0x100};
	u8 *at = reply + 8;

	for (unsigned i = 0; i < countof(codes); i++) {
		unsigned code = codes[i], n = code < 4 ? (code ? 4 : 8) : code == 0x10 ? 8 : code == 0x1e ? 4 : 0;
		u8 *f = at;

		if (code < start || ((p[1] & 3) == 2 && code != start))
			continue;
		at = put_feature(at, code, code == 1 ? 1 : 0, n);
		switch (code) {
		case 0:
			put16(at, PROFILE_DVD);
			at[2] = profile == PROFILE_DVD;
			put16(at + 4, PROFILE_CD);
			at[6] = profile == PROFILE_CD;
			break;
		case 1:
			put32(at, 2); /* ATAPI */
			break;
		case 3:
			at[0] = 0x29; /* tray, eject, lock */
			break;
		case 0x10:
			put32(at, ATAPI_BLOCK);
			put16(at + 4, 16);
			f[2] = blocks ? 1 : 0;
			break;
		case 0x1e:
			f[2] = profile == PROFILE_CD;
			break;
		case 0x1f:
			f[2] = profile == PROFILE_DVD;
			break;
		}
		at += n;
	}
	put32(reply, (u64)(at - reply - 4));
	put16(reply + 6, profile);
	return (int)min_uint(be16(p + 7), (unsigned)(at - reply));
}

/* ---- mode pages (SFF-8020i, 10.8.6) -------------------------------------------------------------------- */

static int do_mode_sense(struct dev *d, const u8 *p, u8 *reply)
{
	static const u8 errors[8] = {0x01, 6, 0, 5}, audio[16] = {0x0e, 14, 4, 0, 0, 0, 0, 75};
	static const u8 capabilities[20] = {
		0x2a, 18, 0x3b, 0, 0x70, 0, 0x29, 0, 0x02, 0xc2, 0, 2, 0x02, 0, 0x02, 0xc2, 0, 0, 0, 0};
	unsigned page = p[2] & 0x3f, n = 8;

	if (p[2] >> 6 == 3)
		return fail(d, ILLEGAL_REQUEST, 0x39); /* nothing is saved */
	if (page == 0x01 || page == 0x3f) {
		memcpy(reply + n, errors, sizeof(errors));
		n += sizeof(errors);
	}
	if (page == 0x0e || page == 0x3f) {
		memcpy(reply + n, audio, sizeof(audio));
		n += sizeof(audio);
	}
	if (page == 0x2a || page == 0x3f) {
		memcpy(reply + n, capabilities, sizeof(capabilities));
		reply[n + 6] |= ata_active(d)->locked ? 2 : 0;
		n += sizeof(capabilities);
	}
	if (n == 8)
		return fail(d, ILLEGAL_REQUEST, ASC_FIELD);
	if (p[2] >> 6 == 1) /* what can be changed: nothing */
		for (unsigned at = 8; at < n; at += reply[at + 1] + 2u)
			memset(reply + at + 2, 0, reply[at + 1]);
	put16(reply, n - 2);
	reply[2] = ata_active(d)->tray_open ? 0x71 : has_medium(d) ? 0x01 : 0x70;
	return (int)min_uint(be16(p + 7), n);
}

/* ---- the disc ------------------------------------------------------------------------------------------ */

static int do_read_capacity(struct dev *d, const u8 *p, u8 *reply)
{
	(void)p;
	put32(reply, blocks_of(d) - 1u);
	put32(reply + 4, ATAPI_BLOCK);
	return 8;
}

static void put_address(u8 *at, u32 block, bool msf)
{
	if (!msf) {
		put32(at, block);
		return;
	}
	block += 150;
	at[0] = 0;
	at[1] = (u8)(block / 75 / 60);
	at[2] = (u8)(block / 75 % 60);
	at[3] = (u8)(block % 75);
}

/* One track and the lead-out; or (format 1) the only session. */
static int do_read_toc(struct dev *d, const u8 *p, u8 *reply)
{
	unsigned format = p[2] & 15 ? p[2] & 15u : p[9] >> 6, first = p[6], n = 4;
	bool msf = p[1] & 2;

	if (format > 1 || (!format && first > 1 && first != 0xaa))
		return fail(d, ILLEGAL_REQUEST, ASC_FIELD);
	reply[2] = reply[3] = 1;
	if (format || first != 0xaa) {
		reply[5] = 0x14;
		reply[6] = 1;
		put_address(reply + 8, 0, msf);
		n = 12;
	}
	if (!format) {
		reply[n + 1] = 0x14;
		reply[n + 2] = 0xaa;
		put_address(reply + n + 4, blocks_of(d), msf);
		n += 8;
	}
	put16(reply, n - 2);
	return (int)min_uint(be16(p + 7), n);
}

/* A finished disc of one session. */
static int do_disc_information(struct dev *d, const u8 *p, u8 *reply)
{
	(void)d;
	put16(reply, 32);
	reply[2] = 0x0e;
	reply[3] = reply[4] = reply[5] = reply[6] = 1;
	reply[7] = 0x20;
	memset(reply + 16, 0xff, 8);
	return (int)min_uint(be16(p + 7), 34);
}

static int read_blocks(struct dev *d, u32 lba, u32 count)
{
	struct ata_drive *v = ata_active(d);
	u32 blocks = blocks_of(d);

	if (lba >= blocks || count > blocks - lba)
		return fail(d, ILLEGAL_REQUEST, ASC_RANGE);
	v->at = (u64)lba * ATAPI_BLOCK;
	v->left = (u64)count * ATAPI_BLOCK;
	return 0;
}

static int do_read10(struct dev *d, const u8 *p, u8 *reply)
{
	(void)reply;
	return read_blocks(d, be32(p + 2), be16(p + 7));
}

static int do_read12(struct dev *d, const u8 *p, u8 *reply)
{
	(void)reply;
	return read_blocks(d, be32(p + 2), be32(p + 6));
}

static int do_seek(struct dev *d, const u8 *p, u8 *reply)
{
	(void)reply;
	return be32(p + 2) < blocks_of(d) ? 0 : fail(d, ILLEGAL_REQUEST, ASC_RANGE);
}

/* Only the 2048 bytes of user data: an image has no more. */
static int do_read_cd(struct dev *d, const u8 *p, u8 *reply)
{
	u32 count = (u32)p[6] << 16 | be16(p + 7);

	(void)reply;
	if (!count || !(p[9] & 0xf8))
		return 0;
	if ((p[9] & 0xf8) != 0x10 || p[10] & 7)
		return fail(d, ILLEGAL_REQUEST, ASC_MODE);
	return read_blocks(d, be32(p + 2), count);
}

static const struct packet_command commands[] = {
	{0x00, NEEDS_MEDIUM, do_test_unit_ready}, {0x03, ATTENTION_OK, do_request_sense},
	{0x12, ATTENTION_OK, do_inquiry},
	{0x1b, 0, do_start_stop}, {0x1e, 0, do_prevent_allow}, {0x25, NEEDS_MEDIUM, do_read_capacity},
	{0x28, NEEDS_MEDIUM, do_read10}, {0x2b, NEEDS_MEDIUM, do_seek}, {0x43, NEEDS_MEDIUM, do_read_toc},
	{0x46, ATTENTION_OK, do_get_configuration}, {0x4a, ATTENTION_OK, do_event_status},
	{0x51, NEEDS_MEDIUM, do_disc_information}, {0x5a, 0, do_mode_sense}, {0xa8, NEEDS_MEDIUM, do_read12},
	{0xbd, 0, do_mechanism_status}, {0xbe, NEEDS_MEDIUM, do_read_cd},
};

/* ---- the protocol -------------------------------------------------------------------------------------- */

/* CHECK CONDITION: the sense key is in the Error register, too (9.8). */
static void end_packet(struct dev *d, bool ok)
{
	struct ata_drive *v = ata_active(d);

	v->now[ATA_COUNT] = REASON_CD | REASON_IO;
	v->left = 0;
	ata_finish(d, ok ? 0 : (u8)(v->key << 4 | ATA_ABRT));
}

static int run_packet(struct dev *d)
{
	struct ata_drive *v = ata_active(d);
	struct ata_channel *s = d->state;
	const struct packet_command *c = NULL;

	for (unsigned i = 0; i < countof(commands); i++) {
		if (commands[i].code == v->packet[0])
			c = &commands[i];
	}
	if (!c || !(c->flags & ATTENTION_OK)) {
		u8 attention = v->attention;

		v->attention = 0;
		if (attention)
			return fail(d, UNIT_ATTENTION, attention);
	}
	if (!c) {
		log_guest("%s: packet command %02x", d->id, v->packet[0]);
		return fail(d, ILLEGAL_REQUEST, ASC_OPCODE);
	}
	if ((c->flags & NEEDS_MEDIUM) && !has_medium(d))
		return fail(d, NOT_READY, ASC_NO_MEDIUM);
	if (v->packet[0] != 0x03)
		v->key = v->asc = v->ascq = 0;
	memset(s->buffer, 0, 1024);
	return c->run(d, v->packet, s->buffer);
}

/* The next DRQ block: as much as the host wants at a time and the buffer holds (9.8: byte count limit). */
static void next_block(struct dev *d, bool from_start)
{
	struct ata_channel *s = d->state;
	struct ata_drive *v = ata_active(d);
	const struct host_block *b = &ata_unit(d)->block;
	u32 limit = v->before[ATA_MID] | (u32)v->before[ATA_HIGH] << 8, n = (u32)min_u64(v->left, limit);
	u32 from = from_start || v->stage == STAGE_READ ? 0 : s->pos;

	n = min_uint(n, ATA_BUFFER);
	if (n < v->left)
		n &= ~1u;
	if (v->stage == STAGE_READ && (!has_medium(d) || !b->read(b->arg, v->at, s->buffer, n))) {
		fail(d, MEDIUM_ERROR, ASC_READ_ERROR);
		end_packet(d, false);
		return;
	}
	v->at += n;
	v->left -= n;
	v->now[ATA_COUNT] = REASON_IO;
	v->now[ATA_MID] = (u8)n;
	v->now[ATA_HIGH] = (u8)(n >> 8);
	ata_data(d, from, n, true, true);
}

static void move_by_dma(struct dev *d)
{
	struct ata_drive *v = ata_active(d);

	if (v->stage == STAGE_READ && !has_medium(d)) {
		fail(d, NOT_READY, ASC_NO_MEDIUM);
		end_packet(d, false);
		return;
	}
	switch (ata_dma(d, true, v->stage == STAGE_REPLY)) {
	case ATA_DMA_DONE:
		end_packet(d, true);
		break;
	case ATA_DMA_FAILED:
		fail(d, MEDIUM_ERROR, ASC_READ_ERROR);
		end_packet(d, false);
		break;
	case ATA_DMA_STALLED:
		break;
	}
}

static void execute(struct dev *d)
{
	struct ata_channel *s = d->state;
	struct ata_drive *v = ata_active(d);
	int n;

	memcpy(v->packet, s->buffer, sizeof(v->packet));
	v->left = 0;
	n = run_packet(d);
	if (n < 0 || (!n && !v->left)) {
		end_packet(d, n >= 0);
		return;
	}
	v->stage = n ? STAGE_REPLY : STAGE_READ;
	if (n)
		v->left = (unsigned)n;
	s->pos = 0;
	/* 9.8: before[] keeps the host's limit, as now[] will tell the count of each block */
	v->before[ATA_MID] = v->now[ATA_MID];
	v->before[ATA_HIGH] = v->now[ATA_HIGH];
	if (!(v->now[ATA_FEATURES] & PACKET_DMA) && !((v->now[ATA_MID] & 0xfe) | v->now[ATA_HIGH])) {
		fail(d, ILLEGAL_REQUEST, ASC_FIELD);
		end_packet(d, false);
	} else if (v->stage == STAGE_READ) {
		ata_busy(d, READ_NS + (v->now[ATA_FEATURES] & PACKET_DMA ? v->left : ATAPI_BLOCK) * ATA_KIB_NS / 1024);
	} else if (v->now[ATA_FEATURES] & PACKET_DMA) {
		move_by_dma(d);
	} else {
		next_block(d, true);
	}
}

static void identify(struct dev *d)
{
	struct ata_channel *s = d->state;
	const struct ata_drive *v = ata_active(d);
	u8 *w = s->buffer;
	unsigned n = v->mode & 7;

	memset(w, 0, ATA_SECTOR);
	store_le16(w, 0x85c0); /* CD-ROM, removable, DRQ within 50 us, packets of 12 bytes */
	ata_text(w + 20, 10, ata_unit(d)->serial);
	ata_text(w + 46, 4, "1.0");
	ata_text(w + 54, 20, ata_unit(d)->model);
	store_le16(w + 96, 1);
	store_le16(w + 98, 0x0f00);
	store_le16(w + 106, 6);
	store_le16(w + 126, (u16)(7 | ((v->mode & 0xf8) == 0x20 ? 0x100u << n : 0)));
	store_le16(w + 128, 3);
	for (unsigned i = 65; i <= 68; i++)
		store_le16(w + i * 2, 120);
	store_le16(w + 160, 0x7e);
	store_le16(w + 162, 0x22);
	store_le16(w + 164, 0x4210); /* NOP, DEVICE RESET, PACKET */
	store_le16(w + 166, 0x4000);
	store_le16(w + 168, 0x4000);
	store_le16(w + 170, 0x4210);
	store_le16(w + 172, 0x0000);
	store_le16(w + 174, 0x4000);
	store_le16(w + 176, (u16)(0x3f | ((v->mode & 0xf8) == 0x40 ? 0x100u << n : 0)));
	store_le16(w + 186, s->active ? 0x6b00 : 0x600b);
	ata_identify_sum(w);
	ata_data(d, 0, ATA_SECTOR, true, true);
}

void atapi_work(struct dev *d)
{
	struct ata_drive *v = ata_active(d);

	switch (v->stage) {
	case STAGE_PACKET:
		execute(d);
		break;
	case STAGE_REPLY:
	case STAGE_READ:
		if (v->now[ATA_FEATURES] & PACKET_DMA)
			move_by_dma(d);
		else
			next_block(d, false);
		break;
	case STAGE_IDENTIFY:
		identify(d);
		break;
	case STAGE_END:
		if (v->command == ATA_CMD_PACKET)
			end_packet(d, true);
		else
			ata_finish(d, 0);
		break;
	default:
		ata_finish(d, ATA_ABRT);
		break;
	}
}

void atapi_taken(struct dev *d)
{
	struct ata_channel *s = d->state;
	struct ata_drive *v = ata_active(d);

	if (v->command != ATA_CMD_PACKET) { /* IDENTIFY PACKET DEVICE: no interrupt at its end */
		s->phase = ATA_NO_COMMAND;
		v->status = ATA_DRDY | ATA_DSC;
		return;
	}
	if (!v->left)
		v->stage = STAGE_END;
	ata_busy(d, NEXT_NS + min_u64(v->left, ATA_BUFFER) * ATA_KIB_NS / 1024);
}

/* Commands of disks are refused, those that ask what it is with a signature that says so (8.15.5.2, 8.27.5.2). */
void atapi_command(struct dev *d)
{
	struct ata_drive *v = ata_active(d);
	u8 mode = v->now[ATA_COUNT];

	switch (v->command) {
	case ATA_CMD_PACKET:
		if (v->now[ATA_FEATURES] & PACKET_OVL)
			break;
		v->stage = STAGE_PACKET;
		v->now[ATA_COUNT] = REASON_CD;
		ata_data(d, 0, sizeof(v->packet), false, false);
		return;
	case 0xa1:
		v->stage = STAGE_IDENTIFY;
		ata_busy(d, QUICK_NS);
		return;
	case 0xec:
	case 0x20:
		ata_signature(d, ((struct ata_channel *)d->state)->active);
		break;
	case 0xef:
		if (v->now[ATA_FEATURES] == 0x03 && (mode <= 1 || (mode >= 8 && mode <= 12) ||
		    (mode >= 0x20 && mode <= 0x22) || (mode >= 0x40 && mode <= 0x45))) {
			v->mode = mode;
			v->stage = STAGE_END;
			ata_busy(d, QUICK_NS);
			return;
		}
		break;
	case 0xe5:
		v->now[ATA_COUNT] = 0xff;
		v->stage = STAGE_END;
		ata_busy(d, QUICK_NS);
		return;
	case 0xe0: /* power: always active; nothing to flush */
	case 0xe1:
	case 0xe2:
	case 0xe3:
	case 0xe7:
		v->stage = STAGE_END;
		ata_busy(d, QUICK_NS);
		return;
	}
	v->stage = STAGE_ABORT;
	ata_busy(d, QUICK_NS);
}

void atapi_power_on(struct ata_drive *v)
{
	v->attention = ASC_RESET;
}
