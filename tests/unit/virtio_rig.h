/* SPDX-License-Identifier: MIT */
/* A driver for tests of virtio devices: a machine without a processor, 4 MiB of RAM, two slots, and functions that put
 * split queues into memory as OASIS virtio 1.2, 2.7 lays them out. */
#ifndef TESTS_UNIT_VIRTIO_RIG_H
#define TESTS_UNIT_VIRTIO_RIG_H

#include <criterion/criterion.h>

#include "devices/machine.h"
#include "devices/virtio/virtio.h"

enum {
	VR_RAM = 4 << 20, VR_ROM = 0x8000000, VR_SLOT = 0xa003e00, VR_IRQ = 31, VR_SECTORS = 256,
	VR_DATA = 0x200000,  /* RAM from here on is the test's */
	VR_QUEUE = 0x100000, /* queue n at n << 14, laid out as the legacy interface wants it */
};
enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };
enum { R_VERSION = 4, R_FEATURES = 0x10, R_NOTIFY = 0x50, R_ISR = 0x60, R_ACK = 0x64, R_STATUS = 0x70 };

struct virtio_rig {
	struct machine *m;
	struct ram ram, rom;
	struct region ram_region, rom_region;
	bool level;     /* of the interrupt */
	unsigned rises;
	bool legacy;
	u16 size[20];   /* of each queue */
	u8 disk[VR_SECTORS * 512];
	bool disk_fails;
	unsigned reads, writes, flushes;
	char text[8192]; /* output of the first port */
	size_t ntext;
	struct host_block block;
	struct plug plugs[8];
	u64 code_from, code_len; /* the last write to a page with code */
};
extern struct virtio_rig *vr;

/* Fill vr->plugs in between: vr_new, vr_plug ..., vr_make. */
void vr_new(void);
struct plug *vr_plug(const char *id, const char *device, const char *opts);
bool vr_make(struct err *err);
void vr_stop(void);
void vr_start_blk(void);  /* all of that, with a disk in the slot at VR_SLOT */

u32 vr_get(unsigned reg);
void vr_set(unsigned reg, u32 value);
u64 vr_peek(u64 at, unsigned bytes);
void vr_poke(u64 at, unsigned bytes, u64 value);
void vr_tick(u64 ns);

/* Reset, then up to FEATURES_OK with these features and VERSION_1; false if it is refused. */
bool vr_negotiate(u64 features);
void vr_queue(unsigned q, u16 size);
void vr_go(void);
/* Starts a disk anew, with 8 descriptors in queue 0. */
void vr_restart(u64 features);

u64 vr_desc_table(unsigned q);
u64 vr_avail_ring(unsigned q);
u64 vr_used_ring(unsigned q);
void vr_desc_at(u64 table, unsigned i, u64 addr, u32 len, u16 flags, u16 next);
void vr_desc(unsigned q, unsigned i, u64 addr, u32 len, u16 flags, u16 next);
void vr_offer(unsigned q, u16 head); /* without a notification */
void vr_kick(unsigned q);
u16 vr_used(unsigned q);             /* how many came back, modulo 65536 */
u32 vr_used_id(unsigned q, u16 n);
u32 vr_used_len(unsigned q, u16 n);
/* One request to a disk: header, data, status in descriptors 0-2; waits for it and returns the status. */
u8 vr_request(u32 type, u64 sector, u64 data, u32 len, bool from_disk);

#endif
