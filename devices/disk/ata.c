/* SPDX-License-Identifier: MIT */
/* Registers and protocols of an ATA channel: ATA/ATAPI-6, chapters 7 (registers) and 9 (protocols). A command's end is
 * an event whose time is fixed when the command is issued; the host's disk is read or written at that moment, so the
 * guest sees the same whatever the host's speed. Both drives latch what is written, the selected one answers. */
#include "devices/disk/ata.h"

#include "devices/machine.h"
#include "devices/types.h"
#include "mem/base/log.h"

#include <stdio.h>

enum { NIEN = 2, SRST = 4, HOB = 0x80 }; /* Device Control */
enum { RESET_NS = 2000000, PACKET_NS = 20000, TAKEN_NS = 1000, CONTROL_PORT = 0x206 };

static const struct state_field drive_rows[] = {
	STATE_U(struct ata_drive, at), STATE_U(struct ata_drive, left), STATE_RAW(struct ata_drive, now),
	STATE_RAW(struct ata_drive, before), STATE_U(struct ata_drive, status), STATE_U(struct ata_drive, error),
	STATE_U(struct ata_drive, command), STATE_U(struct ata_drive, fault), STATE_U(struct ata_drive, irq),
	STATE_U(struct ata_drive, heads), STATE_U(struct ata_drive, sectors), STATE_U(struct ata_drive, multiple),
	STATE_U(struct ata_drive, mode), STATE_U(struct ata_drive, write_cache), STATE_U(struct ata_drive, look_ahead),
	STATE_U(struct ata_drive, smart), STATE_U(struct ata_drive, power), STATE_U(struct ata_drive, stage),
	STATE_RAW(struct ata_drive, packet), STATE_U(struct ata_drive, key), STATE_U(struct ata_drive, asc),
	STATE_U(struct ata_drive, ascq), STATE_U(struct ata_drive, attention), STATE_U(struct ata_drive, tray_open),
	STATE_U(struct ata_drive, locked), STATE_U(struct ata_drive, event), STATE_SKIP(struct ata_drive, pad),
	STATE_END,
};

static const struct state_field rows[] = {
	STATE_SUB(struct ata_channel, due, event_rows), STATE_U(struct ata_channel, pos),
	STATE_U(struct ata_channel, end),
	STATE_U(struct ata_channel, phase), STATE_U(struct ata_channel, active), STATE_U(struct ata_channel, device),
	STATE_U(struct ata_channel, control), STATE_U(struct ata_channel, intrq),
	STATE_U(struct ata_channel, diagnostic),
	STATE_SKIP(struct ata_channel, pad), STATE_SUB_ARRAY(struct ata_channel, drive, drive_rows),
	STATE_RAW(struct ata_channel, buffer), STATE_END,
};

static enum ata_kind kind_of(const struct dev *d, unsigned unit)
{
	return ((const struct ata_links *)d->links)->unit[unit].kind;
}

static unsigned selected(const struct ata_channel *s)
{
	return (s->device & ATA_DEVICE_DEV) != 0;
}

struct ata_drive *ata_active(struct dev *d)
{
	struct ata_channel *s = d->state;

	return &s->drive[s->active & 1];
}

const struct ata_unit *ata_unit(const struct dev *d)
{
	const struct ata_channel *s = d->state;

	return &((const struct ata_links *)d->links)->unit[s->active & 1];
}

/* INTRQ is driven by the selected drive, unless nIEN (7.4). */
static void update_irq(struct dev *d)
{
	struct ata_channel *s = d->state;
	struct ata_links *l = d->links;
	bool level = s->drive[selected(s)].irq && !(s->control & NIEN);

	if (level && !s->intrq && l->master.dev)
		l->master.interrupt(l->master.dev, l->master.channel);
	s->intrq = level;
	line_set(&l->irq, level);
}

/* ---- what commands are made of ------------------------------------------------------------------------- */

void ata_busy(struct dev *d, u64 ns)
{
	struct ata_channel *s = d->state;
	struct ata_drive *drive = ata_active(d);

	s->phase = ATA_WORKING;
	drive->status = (u8)((drive->status & ~ATA_DRQ) | ATA_BSY);
	event_at(&s->due, clock_now(&d->machine->clock) + ns);
}

void ata_data(struct dev *d, u32 from, u32 n, bool in, bool interrupt)
{
	struct ata_channel *s = d->state;
	struct ata_drive *drive = ata_active(d);

	assert(n && from <= ATA_BUFFER && n <= ATA_BUFFER - from);
	s->phase = in ? ATA_DATA_IN : ATA_DATA_OUT;
	s->pos = from;
	s->end = from + n;
	drive->status = ATA_DRDY | ATA_DSC | ATA_DRQ;
	if (interrupt)
		drive->irq = true;
	update_irq(d);
}

void ata_finish(struct dev *d, u8 error)
{
	struct ata_channel *s = d->state;
	struct ata_drive *drive = ata_active(d);

	s->phase = ATA_NO_COMMAND;
	drive->error = error;
	drive->status = ATA_DRDY | ATA_DSC | (error ? ATA_ERR : 0);
	drive->irq = true;
	update_irq(d);
}

void ata_signature(struct dev *d, unsigned unit)
{
	struct ata_drive *drive = &((struct ata_channel *)d->state)->drive[unit];
	bool cd = kind_of(d, unit) == ATA_CDROM;

	memset(drive->before, 0, sizeof(drive->before));
	drive->now[ATA_COUNT] = drive->now[ATA_LOW] = 1;
	drive->now[ATA_MID] = cd ? 0x14 : 0;
	drive->now[ATA_HIGH] = cd ? 0xeb : 0;
}

bool ata_flush(struct dev *d)
{
	const struct host_block *b = &ata_unit(d)->block;

	return !b->flush || b->flush(b->arg);
}

static bool move_piece(struct dev *d, u64 address, u32 n, bool to_memory, bool from_buffer)
{
	struct ata_channel *s = d->state;
	struct ata_links *l = d->links;
	const struct host_block *b = &ata_unit(d)->block;
	struct ata_drive *drive = ata_active(d);

	if (from_buffer) {
		space_write_block(&d->machine->memory, address, s->buffer + s->pos, n);
		s->pos += n;
		return true;
	}
	if (to_memory) {
		if (!b->read(b->arg, drive->at, l->bounce, n))
			return false;
		space_write_block(&d->machine->memory, address, l->bounce, n);
		return true;
	}
	space_read_block(&d->machine->memory, address, l->bounce, n);
	return b->write && b->write(b->arg, drive->at, l->bounce, n);
}

enum ata_dma_end ata_dma(struct dev *d, bool to_memory, bool from_buffer)
{
	struct ata_channel *s = d->state;
	struct ata_links *l = d->links;
	struct ata_drive *drive = ata_active(d);

	while (drive->left) {
		u64 address = 0;
		u32 want = (u32)min_u64(drive->left, ATA_BOUNCE), n = 0;

		if (l->master.dev)
			n = l->master.piece(l->master.dev, l->master.channel, &address, want);
		if (!n) {
			s->phase = ATA_DMA_WAIT;
			return ATA_DMA_STALLED;
		}
		if (!move_piece(d, address, n, to_memory, from_buffer))
			return ATA_DMA_FAILED;
		drive->at += n;
		drive->left -= n;
	}
	return ATA_DMA_DONE;
}

void ata_text(u8 *words, unsigned nwords, const char *text)
{
	for (unsigned i = 0; i < nwords * 2; i++)
		words[i ^ 1] = *text ? (u8)*text++ : ' ';
}

void ata_identify_sum(u8 *words)
{
	u8 sum = 0;

	words[510] = 0xa5;
	for (unsigned i = 0; i < 511; i++)
		sum = (u8)(sum + words[i]);
	words[511] = (u8)-sum;
}

/* ---- resets -------------------------------------------------------------------------------------------- */

static void drop_transfer(struct dev *d)
{
	struct ata_channel *s = d->state;

	event_cancel(&s->due);
	s->phase = ATA_NO_COMMAND;
	s->pos = s->end = 0;
}

/* 9.2: the state of a drive when its diagnostics have passed. A packet device is not ready until it is asked. */
static void drive_reset_done(struct dev *d, unsigned unit)
{
	struct ata_drive *drive = &((struct ata_channel *)d->state)->drive[unit];

	ata_signature(d, unit);
	drive->error = 1;
	drive->status = kind_of(d, unit) == ATA_DISK ? ATA_DRDY | ATA_DSC : 0;
	drive->fault = drive->irq = drive->stage = 0;
	drive->left = 0;
	drive->power = ATA_ACTIVE;
}

static void reset_start(struct dev *d, bool diagnostic)
{
	struct ata_channel *s = d->state;

	drop_transfer(d);
	s->phase = ATA_RESETTING;
	s->diagnostic = diagnostic;
	s->device = 0;
	for (unsigned unit = 0; unit < 2; unit++) {
		s->drive[unit].status = ATA_BSY;
		s->drive[unit].irq = false;
	}
	update_irq(d);
	if (!(s->control & SRST))
		event_at(&s->due, clock_now(&d->machine->clock) + RESET_NS);
}

static void reset_end(struct dev *d)
{
	struct ata_channel *s = d->state;

	s->phase = ATA_NO_COMMAND;
	s->active = 0;
	for (unsigned unit = 0; unit < 2; unit++)
		drive_reset_done(d, unit);
	s->drive[0].irq = s->diagnostic;
	s->diagnostic = false;
	update_irq(d);
}

static void on_due(void *arg)
{
	struct dev *d = arg;
	struct ata_channel *s = d->state;

	if (s->phase == ATA_RESETTING)
		reset_end(d);
	else if (s->phase == ATA_WORKING && ata_unit(d)->kind == ATA_DISK)
		ata_disk_work(d);
	else if (s->phase == ATA_WORKING && ata_unit(d)->kind == ATA_CDROM)
		atapi_work(d);
}

void ata_dma_started(struct dev *d)
{
	struct ata_channel *s = d->state;

	if (s->phase == ATA_DMA_WAIT)
		ata_busy(d, min_u64(ata_active(d)->left, 64 << 20) * ATA_KIB_NS / 1024);
}

/* ---- data port ----------------------------------------------------------------------------------------- */

static u64 data_read(struct dev *d, unsigned index, u64 stored)
{
	struct ata_channel *s = d->state;
	u16 v;

	(void)index;
	(void)stored;
	if (s->phase != ATA_DATA_IN || selected(s) != s->active)
		return 0xffff;
	v = load_le16(s->buffer + s->pos);
	s->pos += 2;
	if (s->pos < s->end)
		return v;
	if (ata_unit(d)->kind == ATA_DISK)
		ata_disk_taken(d);
	else
		atapi_taken(d);
	return v;
}

static void data_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct ata_channel *s = d->state;
	struct ata_drive *drive = ata_active(d);

	(void)index;
	(void)old;
	if (s->phase != ATA_DATA_OUT || selected(s) != s->active)
		return;
	store_le16(s->buffer + s->pos, (u16)now);
	s->pos += 2;
	if (s->pos >= s->end)
		ata_busy(d, drive->command == ATA_CMD_PACKET ? PACKET_NS : TAKEN_NS + s->end * ATA_KIB_NS / 1024);
}

/* ---- command block ------------------------------------------------------------------------------------- */

/* A drive that is busy with a command does not listen; any write ends HOB (7.4). */
static void latch(struct dev *d, unsigned reg, u64 value)
{
	struct ata_channel *s = d->state;

	s->control &= (u8)~HOB;
	for (unsigned unit = 0; unit < 2; unit++) {
		struct ata_drive *drive = &s->drive[unit];

		if (drive->status & (ATA_BSY | ATA_DRQ))
			continue;
		drive->before[reg] = drive->now[reg];
		drive->now[reg] = (u8)value;
	}
}

/* A drive that is not there reads zeros: its companion or nobody answers, and the lines are pulled down. */
static u64 shown(const struct dev *d, unsigned reg)
{
	const struct ata_channel *s = d->state;
	const struct ata_drive *drive = &s->drive[selected(s)];

	if (kind_of(d, selected(s)) == ATA_ABSENT)
		return 0;
	if (reg == ATA_FEATURES)
		return drive->error;
	return s->control & HOB ? drive->before[reg] : drive->now[reg];
}

static u64 error_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return shown(d, ATA_FEATURES);
}

static u64 count_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return shown(d, ATA_COUNT);
}

static u64 low_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return shown(d, ATA_LOW);
}

static u64 mid_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return shown(d, ATA_MID);
}

static u64 high_read(struct dev *d, unsigned index, u64 stored)
{
	(void)index;
	(void)stored;
	return shown(d, ATA_HIGH);
}

static void features_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	latch(d, ATA_FEATURES, now);
}

static void count_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	latch(d, ATA_COUNT, now);
}

static void low_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	latch(d, ATA_LOW, now);
}

static void mid_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	latch(d, ATA_MID, now);
}

static void high_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	(void)index;
	(void)old;
	latch(d, ATA_HIGH, now);
}

static u64 device_read(struct dev *d, unsigned index, u64 stored)
{
	const struct ata_channel *s = d->state;

	(void)index;
	(void)stored;
	return kind_of(d, selected(s)) == ATA_ABSENT ? 0 : s->device | 0xa0u;
}

static void device_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct ata_channel *s = d->state;

	(void)index;
	(void)old;
	s->control &= (u8)~HOB;
	if (s->phase == ATA_RESETTING)
		return;
	s->device = (u8)now;
	update_irq(d);
}

static u64 altstatus_read(struct dev *d, unsigned index, u64 stored)
{
	const struct ata_channel *s = d->state;

	(void)index;
	(void)stored;
	return kind_of(d, selected(s)) == ATA_ABSENT ? 0 : s->drive[selected(s)].status;
}

static u64 status_read(struct dev *d, unsigned index, u64 stored)
{
	struct ata_channel *s = d->state;

	s->drive[selected(s)].irq = false;
	update_irq(d);
	return altstatus_read(d, index, stored);
}

/* DEVICE RESET is for packet devices, and is heard at any time (8.7). */
static void device_reset(struct dev *d)
{
	struct ata_channel *s = d->state;
	unsigned unit = selected(s);

	if (s->phase != ATA_NO_COMMAND && s->active == unit)
		drop_transfer(d);
	drive_reset_done(d, unit);
	update_irq(d);
}

static void command_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct ata_channel *s = d->state;
	unsigned unit = selected(s);
	struct ata_drive *drive = &s->drive[unit];

	(void)index;
	(void)old;
	s->control &= (u8)~HOB;
	if (s->phase == ATA_RESETTING || kind_of(d, unit) == ATA_ABSENT)
		return;
	if (now == ATA_CMD_DEVICE_RESET && kind_of(d, unit) == ATA_CDROM) {
		device_reset(d);
		return;
	}
	if (s->phase != ATA_NO_COMMAND || drive->power == ATA_SLEEP) {
		log_guest("%s: command %02x while drive %u is %s", d->id, (unsigned)now, s->active,
			drive->power == ATA_SLEEP ? "asleep" : "busy");
		return;
	}
	if (now == ATA_CMD_DIAGNOSTIC) {
		reset_start(d, true);
		return;
	}
	s->active = (u8)unit;
	drive->command = (u8)now;
	drive->irq = drive->error = drive->fault = 0;
	drive->status &= (u8)~ATA_ERR;
	drive->left = 0;
	update_irq(d);
	if (kind_of(d, unit) == ATA_DISK)
		ata_disk_command(d);
	else
		atapi_command(d);
}

static void control_wrote(struct dev *d, unsigned index, u64 old, u64 now)
{
	struct ata_channel *s = d->state;
	u8 before = s->control;

	(void)index;
	(void)old;
	s->control = (u8)now & (NIEN | SRST | HOB);
	if ((before ^ now) & SRST) /* BSY from the start; the diagnostics begin at the end */
		reset_start(d, false);
	update_irq(d);
}

static const struct reg command_regs[] = {
	{"DATA", 0, 1, .read = data_read, .wrote = data_wrote, .doc = "data port, 16 bits"},
	{"FEATURES", 1, 1, .read = error_read, .wrote = features_wrote, .doc = "read: Error"},
	{"SECTOR_COUNT", 2, 1, .read = count_read, .wrote = count_wrote, .doc = "packet devices: Interrupt Reason"},
	{"LBA_LOW", 3, 1, .read = low_read, .wrote = low_wrote, .doc = "LBA 7:0, or the sector"},
	{"LBA_MID", 4, 1, .read = mid_read, .wrote = mid_wrote, .doc = "LBA 15:8, cylinder; byte count of packet devices"},
	{"LBA_HIGH", 5, 1, .read = high_read, .wrote = high_wrote, .doc = "LBA 23:16, cylinder; byte count"},
	{"DEVICE", 6, 1, .read = device_read, .wrote = device_wrote, .doc = "DEV, LBA, LBA 27:24 or head"},
	{"COMMAND", 7, 1, .read = status_read, .wrote = command_wrote, .doc = "read: Status, and the interrupt ends"},
};
static const struct reg_bank command_bank = {"ata command", command_regs, countof(command_regs), 8, 1, 1, 0};
static const struct reg control_regs[] = {
	{"DEVICE_CONTROL", 0, 1, .read = altstatus_read, .wrote = control_wrote,
		.doc = "nIEN, SRST, HOB; read: Alternate Status"},
};
static const struct reg_bank control_bank = {"ata control", control_regs, countof(control_regs), 1, 1, 1, 0};
static const struct reg_bank *const banks[] = {&command_bank, &control_bank, NULL};

/* The data port is 16 bits wide although the next register lies one further; 32 bits are two words from the same
 * port; of 8 bits, the word's upper half is lost. */
static u64 ports_read(void *arg, u64 off, unsigned size)
{
	struct reg_map *map = arg;
	u64 v;

	if (off || size == 1)
		return reg_read(map, off, size);
	v = data_read(map->dev, 0, 0);
	return size == 2 ? v : v | data_read(map->dev, 0, 0) << 16;
}

static void ports_write(void *arg, u64 off, unsigned size, u64 value)
{
	struct reg_map *map = arg;

	if (off || size == 1) {
		reg_write(map, off, size, value);
		return;
	}
	data_wrote(map->dev, 0, 0, value);
	if (size == 4)
		data_wrote(map->dev, 0, 0, value >> 16);
}

/* ---- the type ------------------------------------------------------------------------------------------ */

bool ata_plugged(const struct dev *d, unsigned unit)
{
	return kind_of(d, unit) != ATA_ABSENT;
}

bool ata_plug(struct dev *d, unsigned unit, enum ata_kind kind, const struct host_block *block, const char *serial,
	const char *model, struct err *err)
{
	struct ata_links *l = d->links;
	struct ata_unit *u = &l->unit[unit];

	if (ata_plugged(d, unit))
		return err_set(err, "%s already has a drive %u", d->id, unit);
	if (kind == ATA_DISK && (!block || block->size < ATA_SECTOR))
		return err_set(err, "a disk needs an image of at least %d bytes", ATA_SECTOR);
	u->kind = kind;
	if (block)
		u->block = *block;
	if (!serial && block)
		serial = block->id;
	if (serial)
		snprintf(u->serial, sizeof(u->serial), "%s", serial);
	else
		snprintf(u->serial, sizeof(u->serial), "OR0000%u", l->master.channel * 2 + unit + 1);
	snprintf(u->model, sizeof(u->model), "%s",
		model ? model : kind == ATA_CDROM ? "ORRERY DVD-ROM" : "ORRERY HARDDISK");
	d->type->reset(d);
	return true;
}

void ata_connect(struct dev *d, const struct ata_master *master)
{
	((struct ata_links *)d->links)->master = *master;
}

static void reset(struct dev *d)
{
	struct ata_channel *s = d->state;

	drop_transfer(d);
	s->active = s->device = s->control = s->diagnostic = 0;
	memset(s->buffer, 0, sizeof(s->buffer));
	memset(s->drive, 0, sizeof(s->drive));
	for (unsigned unit = 0; unit < 2; unit++) {
		drive_reset_done(d, unit);
		ata_disk_power_on(&s->drive[unit]);
		if (kind_of(d, unit) == ATA_CDROM)
			atapi_power_on(&s->drive[unit]);
	}
	update_irq(d);
}

/* "hd0=2": the first drive is a disk with the third plug's image. Boards plug drives in by ata_plug. */
static bool plug_options(struct dev *d, const char *opts, struct err *err)
{
	static const char *const keys[] = {"hd0", "hd1", "cd0", "cd1"};

	for (unsigned k = 0; k < countof(keys); k++) {
		u64 n = dev_option_number(opts, keys[k], ~0ull);

		if (n >= d->machine->config.nplugs)
			continue;
		if (!ata_plug(d, k & 1, k < 2 ? ATA_DISK : ATA_CDROM, d->machine->config.plugs[n].block, NULL, NULL,
			err))
			return false;
	}
	return true;
}

static bool attach(struct dev *d, const struct board_row *row, struct err *err)
{
	static const struct region_ops ops = {ports_read, ports_write, 1, 4};
	struct ata_channel *s = d->state;
	struct ata_links *l = d->links;
	struct board_row control = *row;

	control.base += CONTROL_PORT;
	l->irq = machine_irq(d->machine, row->irq);
	l->master.channel = (unsigned)dev_option_number(row->opts, "index", 0);
	event_init(&s->due, &d->machine->clock, "ata", on_due, d);
	dev_map(d, row, &l->command, &command_bank);
	l->command.region.ops = &ops;
	dev_map(d, &control, &l->control, &control_bank);
	return plug_options(d, row->opts, err);
}

const struct dev_type ata_channel_type = {
	.name = "ata-channel", .about = "ATA channel with disks and CD-ROM drives", .version = 1,
	.state_size = sizeof(struct ata_channel), .links_size = sizeof(struct ata_links),
	.banks = banks, .state = rows, .attach = attach, .reset = reset,
};
