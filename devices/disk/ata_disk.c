/* SPDX-License-Identifier: MIT */
/* Commands of a disk: ATA/ATAPI-6, chapter 8, one row each. Sectors are addressed by cylinder, head and sector, by 28
 * or by 48 bits (6.2, 6.20). A transfer by PIO goes sector by sector, or as many at a time as SET MULTIPLE MODE said;
 * one by DMA is done at once when its time has come. */
#include "devices/disk/ata.h"

#include "devices/machine.h"
#include "mem/base/log.h"

#include <stdio.h>

enum { HEADS = 16, SECTORS = 63, CYLINDERS_MAX = 16383, MULTIPLE_MAX = 16, LBA28_MAX = 0x0fffffff };
enum { ACCESS_NS = 50000, QUICK_NS = 5000, BLOCK_NS = 2000 };
enum { IN = 1, OUT = 2, DMA = 4, EXT = 8, MULTI = 16, VERIFY = 32 };
enum { MODE_PIO = 0x08, MODE_MWDMA = 0x20, MODE_UDMA = 0x40 };
enum { SMART_LOW = 0x4f, SMART_HIGH = 0xc2 };

struct command {
	u8 code, flags;
	u8 (*run)(struct dev *d); /* those without data, or whose data is made here (IN): returns Error */
};

static u64 sectors_of(struct dev *d)
{
	return ata_unit(d)->block.size / ATA_SECTOR;
}

static unsigned cylinders_of(struct dev *d, unsigned heads, unsigned sectors)
{
	u64 n = sectors_of(d) / (heads * sectors);

	return (unsigned)max_u64(1, min_u64(n, CYLINDERS_MAX));
}

static u8 *device_of(struct dev *d)
{
	return &((struct ata_channel *)d->state)->device;
}

/* ---- addresses ----------------------------------------------------------------------------------------- */

/* Where and how much; false if the registers name no sector (only CHS can). */
static bool take_address(struct dev *d, bool ext, u64 *lba, u64 *count)
{
	const struct ata_drive *v = ata_active(d);
	const u8 *n = v->now, *b = v->before;
	unsigned cylinder = n[ATA_MID] | (unsigned)n[ATA_HIGH] << 8, head = *device_of(d) & 15;

	*count = n[ATA_COUNT] ? n[ATA_COUNT] : 256;
	*lba = n[ATA_LOW] | (u64)cylinder << 8;
	if (ext) {
		*lba |= (u64)b[ATA_LOW] << 24 | (u64)b[ATA_MID] << 32 | (u64)b[ATA_HIGH] << 40;
		*count = n[ATA_COUNT] | (unsigned)b[ATA_COUNT] << 8;
		*count = *count ? *count : 65536;
		return true;
	}
	if (*device_of(d) & ATA_DEVICE_LBA) {
		*lba |= (u64)head << 24;
		return true;
	}
	*lba = ((u64)cylinder * v->heads + head) * v->sectors + n[ATA_LOW] - 1;
	return head < v->heads && n[ATA_LOW] && n[ATA_LOW] <= v->sectors;
}

/* The registers name the sector that failed (8.27.6). */
static void give_address(struct dev *d, bool ext, u64 lba)
{
	struct ata_drive *v = ata_active(d);
	bool linear = ext || *device_of(d) & ATA_DEVICE_LBA;
	unsigned cylinder = (unsigned)(lba >> 8 & 0xffff), head = (unsigned)(lba >> 24 & 15);

	if (!linear) {
		cylinder = (unsigned)(lba / v->sectors / v->heads);
		head = (unsigned)(lba / v->sectors % v->heads);
	}
	v->now[ATA_LOW] = (u8)(linear ? lba : lba % v->sectors + 1);
	v->now[ATA_MID] = (u8)cylinder;
	v->now[ATA_HIGH] = (u8)(cylinder >> 8);
	if (!ext)
		*device_of(d) = (u8)((*device_of(d) & 0xf0) | (head & 15));
	for (unsigned i = 0; ext && i < 3; i++)
		v->before[ATA_LOW + i] = (u8)(lba >> (24 + 8 * i));
}

/* ---- commands without sectors -------------------------------------------------------------------------- */

static u8 do_nothing(struct dev *d)
{
	(void)d;
	return 0;
}

static u8 do_abort(struct dev *d)
{
	(void)d;
	return ATA_ABRT;
}

static void identify_capacity(struct dev *d, u8 *w)
{
	const struct ata_drive *v = ata_active(d);
	u64 n = sectors_of(d);
	unsigned now = cylinders_of(d, v->heads, v->sectors);

	store_le16(w + 2, (u16)cylinders_of(d, HEADS, SECTORS));
	store_le16(w + 6, HEADS);
	store_le16(w + 12, SECTORS);
	store_le16(w + 108, (u16)now);
	store_le16(w + 110, v->heads);
	store_le16(w + 112, v->sectors);
	store_le32(w + 114, now * v->heads * v->sectors);
	store_le32(w + 120, (u32)min_u64(n, LBA28_MAX));
	store_le64(w + 200, n);
}

static void identify_modes(const struct ata_drive *v, u8 *w)
{
	unsigned n = v->mode & 7;

	store_le16(w + 126, (u16)(7 | ((v->mode & 0xf8) == MODE_MWDMA ? 0x100u << n : 0)));
	store_le16(w + 128, 3); /* PIO modes 3 and 4 */
	for (unsigned i = 65; i <= 68; i++)
		store_le16(w + i * 2, 120);
	store_le16(w + 176, (u16)(0x3f | ((v->mode & 0xf8) == MODE_UDMA ? 0x100u << n : 0)));
}

/* 8.15, and its words by number. */
static u8 do_identify(struct dev *d)
{
	const struct ata_drive *v = ata_active(d);
	struct ata_channel *s = d->state;
	u8 *w = s->buffer;
	u16 on = (u16)(0x4008 | v->smart | v->write_cache << 5 | v->look_ahead << 6);

	memset(w, 0, ATA_SECTOR);
	store_le16(w, 0x0040);
	ata_text(w + 20, 10, ata_unit(d)->serial);
	ata_text(w + 46, 4, "1.0");
	ata_text(w + 54, 20, ata_unit(d)->model);
	store_le16(w + 94, 0x8000 | MULTIPLE_MAX);
	store_le16(w + 96, 1);        /* 32-bit accesses to the data port */
	store_le16(w + 98, 0x0f00);   /* IORDY, LBA, DMA */
	store_le16(w + 100, 0x4000);
	store_le16(w + 102, 0x0200);
	store_le16(w + 104, 0x0200);
	store_le16(w + 106, 7);       /* words 54-58, 64-70 and 88 are valid */
	store_le16(w + 118, v->multiple ? 0x100u | v->multiple : 0);
	store_le16(w + 160, 0x7e);    /* ATA-1 to ATA/ATAPI-6 */
	store_le16(w + 162, 0x22);
	store_le16(w + 164, 0x4069);  /* NOP, look-ahead, write cache, power management, SMART */
	store_le16(w + 166, 0x7400);  /* FLUSH CACHE (EXT), 48-bit addresses */
	store_le16(w + 168, 0x4000);
	store_le16(w + 170, on);
	store_le16(w + 172, 0x3400);
	store_le16(w + 174, 0x4000);
	store_le16(w + 186, s->active ? 0x6b00 : 0x600b); /* how it found its number; a cable of 80 wires */
	identify_capacity(d, w);
	identify_modes(v, w);
	ata_identify_sum(w);
	return 0;
}

static u8 do_flush(struct dev *d)
{
	return ata_flush(d) ? 0 : ATA_ABRT;
}

static u8 do_init_parameters(struct dev *d)
{
	struct ata_drive *v = ata_active(d);

	if (!v->now[ATA_COUNT] || v->now[ATA_COUNT] > SECTORS)
		return ATA_ABRT;
	v->heads = (u8)((*device_of(d) & 15) + 1);
	v->sectors = v->now[ATA_COUNT];
	return 0;
}

static u8 do_set_multiple(struct dev *d)
{
	struct ata_drive *v = ata_active(d);
	u8 n = v->now[ATA_COUNT];

	if (n > MULTIPLE_MAX || (n & (n - 1)))
		return ATA_ABRT;
	v->multiple = n;
	return 0;
}

/* 8.46.11 */
static u8 set_mode(struct ata_drive *v, u8 mode)
{
	unsigned n = mode & 7, kind = mode & 0xf8;
	bool ok = (mode <= 1) || (kind == MODE_PIO && n <= 4) || (kind == MODE_MWDMA && n <= 2) ||
		(kind == MODE_UDMA && n <= 5);

	if (!ok)
		return ATA_ABRT;
	v->mode = mode;
	return 0;
}

static u8 do_set_features(struct dev *d)
{
	struct ata_drive *v = ata_active(d);

	switch (v->now[ATA_FEATURES]) {
	case 0x02:
		v->write_cache = true;
		return 0;
	case 0x82:
		v->write_cache = false;
		return do_flush(d);
	case 0x03:
		return set_mode(v, v->now[ATA_COUNT]);
	case 0xaa:
	case 0x55:
		v->look_ahead = v->now[ATA_FEATURES] == 0xaa;
		return 0;
	case 0x66: /* settings outlast a reset, or don't: here they always do */
	case 0xcc:
		return 0;
	default:
		return ATA_ABRT;
	}
}

/* E0h to E3h and 94h to 97h: STANDBY and IDLE in turn, at once or after a time that never comes. */
static u8 do_power(struct dev *d)
{
	struct ata_drive *v = ata_active(d);

	v->power = v->command & 1 ? ATA_IDLE : ATA_STANDBY;
	return v->power == ATA_STANDBY ? do_flush(d) : 0;
}

static u8 do_sleep(struct dev *d)
{
	ata_active(d)->power = ATA_SLEEP;
	return do_flush(d);
}

static u8 do_check_power(struct dev *d)
{
	struct ata_drive *v = ata_active(d);

	v->now[ATA_COUNT] = v->power == ATA_STANDBY ? 0 : v->power == ATA_IDLE ? 0x80 : 0xff;
	return 0;
}

static u8 do_native_max(struct dev *d)
{
	u64 last = min_u64(sectors_of(d), LBA28_MAX) - 1;

	*device_of(d) |= ATA_DEVICE_LBA;
	give_address(d, false, last);
	return 0;
}

static u8 do_native_max_ext(struct dev *d)
{
	give_address(d, true, sectors_of(d) - 1);
	return 0;
}

/* 8.55: a disk that never fails: no attributes, no thresholds, and both sums right. */
static u8 do_smart(struct dev *d)
{
	struct ata_drive *v = ata_active(d);
	u8 *w = ((struct ata_channel *)d->state)->buffer;
	u8 what = v->now[ATA_FEATURES];

	if (v->now[ATA_MID] != SMART_LOW || v->now[ATA_HIGH] != SMART_HIGH || (!v->smart && what != 0xd8))
		return ATA_ABRT;
	switch (what) {
	case 0xd0:
	case 0xd1:
		memset(w, 0, ATA_SECTOR);
		w[0] = 1;
		w[511] = 0xff;
		ata_data(d, 0, ATA_SECTOR, true, true);
		return 0;
	case 0xd8:
	case 0xd9:
		v->smart = what == 0xd8;
		return 0;
	case 0xd2: /* autosave */
	case 0xda: /* status: the address stays, no threshold was exceeded */
		return 0;
	default:
		return ATA_ABRT;
	}
}

/* ---- the table ----------------------------------------------------------------------------------------- */

static const struct command commands[] = {
	{0x00, 0, do_abort}, /* NOP always ends so (8.22) */
	{0x20, IN, NULL}, {0x21, IN, NULL}, {0x24, IN | EXT, NULL}, {0x25, IN | DMA | EXT, NULL},
	{0x27, 0, do_native_max_ext}, {0x29, IN | MULTI | EXT, NULL},
	{0x30, OUT, NULL}, {0x31, OUT, NULL}, {0x34, OUT | EXT, NULL}, {0x35, OUT | DMA | EXT, NULL},
	{0x39, OUT | MULTI | EXT, NULL},
	{0x40, VERIFY, do_nothing}, {0x41, VERIFY, do_nothing}, {0x42, VERIFY | EXT, do_nothing},
	{0x91, 0, do_init_parameters},
	{0x94, 0, do_power}, {0x95, 0, do_power}, {0x96, 0, do_power}, {0x97, 0, do_power}, {0x98, 0, do_check_power},
	{0x99, 0, do_sleep}, {0xb0, 0, do_smart},
	{0xc4, IN | MULTI, NULL}, {0xc5, OUT | MULTI, NULL}, {0xc6, 0, do_set_multiple},
	{0xc8, IN | DMA, NULL}, {0xc9, IN | DMA, NULL}, {0xca, OUT | DMA, NULL}, {0xcb, OUT | DMA, NULL},
	{0xe0, 0, do_power}, {0xe1, 0, do_power}, {0xe2, 0, do_power}, {0xe3, 0, do_power}, {0xe5, 0, do_check_power},
	{0xe6, 0, do_sleep}, {0xe7, 0, do_flush}, {0xea, 0, do_flush},
	{0xec, IN, do_identify}, {0xef, 0, do_set_features}, {0xf8, 0, do_native_max},
};

static const struct command *find(u8 code)
{
	static const struct command nothing = {0, 0, do_nothing}, unknown = {0, 0, do_abort};

	if ((code & 0xf0) == 0x10 || (code & 0xf0) == 0x70) /* RECALIBRATE and SEEK of older drives */
		return &nothing;
	for (unsigned i = 0; i < countof(commands); i++) {
		if (commands[i].code == code)
			return &commands[i];
	}
	return &unknown;
}

/* ---- carrying out -------------------------------------------------------------------------------------- */

/* Bytes of the next block of a PIO transfer. */
static u32 block_bytes(const struct ata_drive *v, const struct command *c)
{
	return (u32)min_u64(v->left, (c->flags & MULTI ? v->multiple : 1u) * ATA_SECTOR);
}

static u8 prepare(struct dev *d, const struct command *c)
{
	struct ata_drive *v = ata_active(d);
	u64 lba, count, n = sectors_of(d);

	if ((c->flags & MULTI) && !v->multiple)
		return ATA_ABRT;
	if ((c->flags & OUT) && !ata_unit(d)->block.write)
		return ATA_ABRT;
	if (!take_address(d, c->flags & EXT, &lba, &count))
		return ATA_IDNF;
	if (lba >= n || count > n - lba) {
		give_address(d, c->flags & EXT, max_u64(lba, n));
		return ATA_IDNF;
	}
	v->at = lba * ATA_SECTOR;
	v->left = count * ATA_SECTOR;
	return 0;
}

void ata_disk_command(struct dev *d)
{
	struct ata_drive *v = ata_active(d);
	const struct command *c = find(v->command);
	u32 bytes;

	if (c->run && !(c->flags & VERIFY)) {
		ata_busy(d, c->run == do_flush ? ACCESS_NS : QUICK_NS);
		return;
	}
	v->fault = prepare(d, c);
	bytes = (u32)v->left;
	if (c->flags & VERIFY || v->fault)
		v->left = 0;
	if (v->power == ATA_STANDBY || v->power == ATA_IDLE)
		v->power = ATA_ACTIVE;
	if (v->fault)
		ata_busy(d, QUICK_NS);
	else if ((c->flags & (OUT | DMA)) == OUT)
		ata_data(d, 0, block_bytes(v, c), false, false);
	else
		ata_busy(d, ACCESS_NS +
			(u64)(c->flags & (DMA | VERIFY) ? bytes : block_bytes(v, c)) * ATA_KIB_NS / 1024);
}

static void medium_error(struct dev *d, const struct command *c)
{
	struct ata_drive *v = ata_active(d);

	log_guest("%s: the host can't %s sector %llu", d->id, c->flags & OUT ? "write" : "read",
		(unsigned long long)(v->at / ATA_SECTOR));
	give_address(d, c->flags & EXT, v->at / ATA_SECTOR);
	v->left = 0;
	ata_finish(d, ATA_UNC);
}

/* Without a write cache, what is written is on the disk when the command ends. */
static void written(struct dev *d, const struct command *c)
{
	if (ata_active(d)->write_cache || ata_flush(d))
		ata_finish(d, 0);
	else
		medium_error(d, c);
}

static void work_dma(struct dev *d, const struct command *c)
{
	switch (ata_dma(d, c->flags & IN, false)) {
	case ATA_DMA_DONE:
		if (c->flags & OUT)
			written(d, c);
		else
			ata_finish(d, 0);
		break;
	case ATA_DMA_FAILED:
		medium_error(d, c);
		break;
	case ATA_DMA_STALLED:
		break;
	}
}

static void work_in(struct dev *d, const struct command *c)
{
	struct ata_channel *s = d->state;
	struct ata_drive *v = ata_active(d);
	const struct host_block *b = &ata_unit(d)->block;
	u32 n = block_bytes(v, c);

	if (!b->read(b->arg, v->at, s->buffer, n)) {
		medium_error(d, c);
		return;
	}
	v->at += n;
	v->left -= n;
	ata_data(d, 0, n, true, true);
}

static void work_out(struct dev *d, const struct command *c)
{
	struct ata_channel *s = d->state;
	struct ata_drive *v = ata_active(d);
	const struct host_block *b = &ata_unit(d)->block;
	u32 n = block_bytes(v, c);

	if (!b->write(b->arg, v->at, s->buffer, n)) {
		medium_error(d, c);
		return;
	}
	v->at += n;
	v->left -= n;
	if (v->left)
		ata_data(d, 0, block_bytes(v, c), false, true);
	else
		written(d, c);
}

void ata_disk_work(struct dev *d)
{
	struct ata_drive *v = ata_active(d);
	const struct command *c = find(v->command);
	u8 error = v->fault;

	if (!error && !c->run) {
		if (c->flags & DMA)
			work_dma(d, c);
		else if (c->flags & IN)
			work_in(d, c);
		else
			work_out(d, c);
		return;
	}
	if (!error)
		error = c->run(d);
	if (!error && (c->flags & IN))
		ata_data(d, 0, ATA_SECTOR, true, true);
	else if (((struct ata_channel *)d->state)->phase == ATA_WORKING)
		ata_finish(d, error);
}

/* The host has read a block; the last one ends the command without another interrupt (9.5). */
void ata_disk_taken(struct dev *d)
{
	struct ata_channel *s = d->state;
	struct ata_drive *v = ata_active(d);
	const struct command *c = find(v->command);

	if (v->left) {
		ata_busy(d, BLOCK_NS + (u64)block_bytes(v, c) * ATA_KIB_NS / 1024);
		return;
	}
	s->phase = ATA_NO_COMMAND;
	v->status = ATA_DRDY | ATA_DSC;
}

void ata_disk_power_on(struct ata_drive *v)
{
	v->heads = HEADS;
	v->sectors = SECTORS;
	v->multiple = 0;
	v->mode = MODE_MWDMA | 2;
	v->write_cache = v->look_ahead = v->smart = true;
}
