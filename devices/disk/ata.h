/* SPDX-License-Identifier: MIT */
/* A parallel ATA channel with up to two drives: ATA/ATAPI-6 (INCITS 361-2002). ata.c has the registers and the state
 * machine, ata_disk.c and atapi.c the commands of each kind of drive, piix3_ide.c the bus master that moves data for
 * DMA. One drive at a time has a transfer on the channel, so there is one buffer and one event for both. */
#ifndef DEVICES_DISK_ATA_H
#define DEVICES_DISK_ATA_H

#include "devices/clock.h"
#include "devices/dev.h"
#include "devices/host.h"

enum { ATA_BUFFER = 32768, ATA_BOUNCE = 65536, ATA_SECTOR = 512, ATAPI_BLOCK = 2048, ATA_KIB_NS = 500 };
enum { ATA_ERR = 1, ATA_DRQ = 8, ATA_DSC = 0x10, ATA_DRDY = 0x40, ATA_BSY = 0x80 };    /* Status */
enum { ATA_ABRT = 4, ATA_IDNF = 0x10, ATA_UNC = 0x40 };                                /* Error */
enum { ATA_DEVICE_DEV = 0x10, ATA_DEVICE_LBA = 0x40 };                                 /* Device */
enum { ATA_FEATURES, ATA_COUNT, ATA_LOW, ATA_MID, ATA_HIGH, ATA_REGS };                /* the latches */
enum { ATA_CMD_DEVICE_RESET = 0x08, ATA_CMD_DIAGNOSTIC = 0x90, ATA_CMD_PACKET = 0xa0 };

enum ata_kind { ATA_ABSENT, ATA_DISK, ATA_CDROM };
enum ata_power { ATA_ACTIVE, ATA_IDLE, ATA_STANDBY, ATA_SLEEP };

enum ata_phase {
	ATA_NO_COMMAND,
	ATA_RESETTING, /* BSY until the event */
	ATA_WORKING,   /* BSY; at the event, the active drive goes on with its command */
	ATA_DATA_IN,   /* DRQ: buffer[pos, end) is for the host to read */
	ATA_DATA_OUT,  /* DRQ: likewise to write */
	ATA_DMA_WAIT,  /* the drive asks for DMA, and the bus master has no (more) memory for it */
};

struct ata_drive {
	u64 at, left; /* bytes: where on the medium the transfer goes on, how much of it is to come */
	u8 now[ATA_REGS], before[ATA_REGS]; /* what was written last and before that (6.20: HOB) */
	u8 status, error, command;
	u8 fault; /* Error of a command that can't be carried out */
	u8 irq;   /* interrupt pending */
	/* disks */
	u8 heads, sectors, multiple, mode; /* mode: as SET FEATURES 03h gave it */
	u8 write_cache, look_ahead, smart, power;
	/* CD-ROM drives */
	u8 stage, packet[12];
	u8 key, asc, ascq, attention; /* sense; additional sense code of a pending unit attention, 0: none */
	u8 tray_open, locked, event;
	u8 pad[5];
};

struct ata_channel {
	struct event due;
	u32 pos, end;
	u8 phase, active; /* active: which drive the phase is about */
	u8 device, control;
	u8 intrq;
	u8 diagnostic; /* the reset was EXECUTE DEVICE DIAGNOSTIC */
	u8 pad[2];
	struct ata_drive drive[2];
	u8 buffer[ATA_BUFFER];
};

/* What a channel asks of its bus master. */
struct ata_master {
	/* The next piece of the memory that the PRDs describe, at most `want` bytes; 0: no more of it. */
	u32 (*piece)(struct dev *d, unsigned channel, u64 *address, u32 want);
	void (*interrupt)(struct dev *d, unsigned channel); /* INTRQ rises */
	struct dev *dev;
	unsigned channel;
};

struct ata_unit {
	enum ata_kind kind;
	struct host_block block; /* size 0: no medium */
	char serial[21], model[41];
};

struct ata_links {
	struct reg_map command, control;
	struct line irq;
	struct ata_unit unit[2];
	struct ata_master master;
	u8 bounce[ATA_BOUNCE];
};

/* ---- for boards and bus masters ------------------------------------------------------------------------ */

/* block NULL: a CD-ROM drive without a disc. serial and model NULL: ours. */
bool ata_plug(struct dev *d, unsigned unit, enum ata_kind kind, const struct host_block *block, const char *serial,
	const char *model, struct err *err);
bool ata_plugged(const struct dev *d, unsigned unit);
void ata_connect(struct dev *d, const struct ata_master *master);
/* The bus master was started: a drive that waits for it goes on. */
void ata_dma_started(struct dev *d);

/* ---- for commands: all of these are about the active drive --------------------------------------------- */

struct ata_drive *ata_active(struct dev *d);
const struct ata_unit *ata_unit(const struct dev *d);
/* BSY; in `ns` nanoseconds the drive works on. */
void ata_busy(struct dev *d, u64 ns);
/* DRQ for buffer[from, from + n). */
void ata_data(struct dev *d, u32 from, u32 n, bool in, bool interrupt);
/* The command has ended, with ERR if error is not 0. */
void ata_finish(struct dev *d, u8 error);
/* Registers as after a reset (9.12). */
void ata_signature(struct dev *d, unsigned unit);
/* Moves `left` bytes at `at` through the bus master, as far as there is memory: then it waits. */
enum ata_dma_end { ATA_DMA_DONE, ATA_DMA_STALLED, ATA_DMA_FAILED };
enum ata_dma_end ata_dma(struct dev *d, bool to_memory, bool from_buffer);
bool ata_flush(struct dev *d);
/* Words of IDENTIFY data that are text: two characters in a word, the first in its upper half. */
void ata_text(u8 *words, unsigned nwords, const char *text);
/* The last word: signature and checksum (8.15.61). */
void ata_identify_sum(u8 *words);

/* ata_disk.c, atapi.c: the Command register was written; the event has come; the buffer has been read. */
void ata_disk_command(struct dev *d);
void ata_disk_work(struct dev *d);
void ata_disk_taken(struct dev *d);
void ata_disk_power_on(struct ata_drive *drive);
void atapi_command(struct dev *d);
void atapi_work(struct dev *d);
void atapi_taken(struct dev *d);
void atapi_power_on(struct ata_drive *drive);

#endif
