/* SPDX-License-Identifier: MIT */
/* A processor with memory and nothing to run, for tests of the memory management unit: builds translation tables of any
 * shape, makes accesses and says how they ended. Arm ARM D8. */
#ifndef TESTS_UNIT_ARM_MMU_RIG_H
#define TESTS_UNIT_ARM_MMU_RIG_H

#include <criterion/criterion.h>

#include "cpu/arm/paging.h"

enum {
	MMU_RAM_SIZE = 0x4000000,
	MMU_TABLES = 0x100000, /* tables are taken from here upwards */
	MMU_PAGE = 0x2000000,  /* what tests map */
	MMU_ROM = 0x5000000,
	MMU_IO = 0x6000000,
};

/* MAIR: index in bits 4:2 of a descriptor */
enum { NORMAL = 0 << 2, DEVICE = 1 << 2, UNCACHED = 2 << 2 };
#define MAIR 0x4404ffull
#define AF   BIT(10)
#define NG   BIT(11)
#define USER BIT(6)
#define RO   BIT(7)
#define DBM  BIT(51)
#define CONT BIT(52)
#define PXN  BIT(53)
#define UXN  BIT(54)
#define HIGH 0xffff000000000000ull
#define OUTPUT 0xfffffffff000ull /* the address in a descriptor or in PAR_EL1 */

/* op of SYS: op1, CRm, op2 */
#define SYS_OP(op1, crm, op2) ((op1) << 7 | (crm) << 3 | (op2))

/* One half of the address space of EL1&0. */
struct mmu_half {
	unsigned grain, bits, first; /* log2 of the page, of the range; first level */
	u64 table;
};

extern struct arm *mmu;
extern struct space mmu_memory;
extern struct ram mmu_ram, mmu_rom;
extern u64 mmu_next_table, mmu_io_value;
extern struct mmu_half mmu_low, mmu_high;

void mmu_start(void);
void mmu_finish(void);
void mmu_feature(unsigned feature, bool on);
void mmu_level(unsigned el, bool pan);
/* After any change of registers or tables. */
void mmu_changed(void);

/* 8 bytes of physical memory */
u64 mmu_get(u64 pa);
void mmu_put(u64 pa, u64 v);

/* ---- tables of EL1&0 ------------------------------------------------------------------------------------------- */

u64 mmu_new_table(u64 size);
/* An empty half; switches the MMU on. */
void mmu_set_half(struct mmu_half *h, bool high, unsigned grain, unsigned tsz);
unsigned mmu_shift(const struct mmu_half *h, unsigned level); /* log2 of what an entry of this level maps */
/* Address of the descriptor of va at this level; tables above it are made as needed. */
u64 mmu_desc(const struct mmu_half *h, u64 va, unsigned level);
/* Maps va at a level (attrs without the low two bits); the descriptor's address. */
u64 mmu_map(const struct mmu_half *h, u64 va, unsigned level, u64 pa, u64 attrs);
bool mmu_leaf_possible(unsigned grain, unsigned level);
/* The usual: 4 KiB, 48 bits, both halves (mmu_low, mmu_high), EL1. */
void mmu_usual(void);

/* ---- accesses: MMU_OK, or the fault's status code (ISS.FSC) ---------------------------------------------------- */

enum { MMU_OK = 0x100 };

extern u64 mmu_value; /* of the last read */
extern struct fetch mmu_fetched;

unsigned mmu_status(void); /* of the last fault */
u32 mmu_write_bit(void);   /* ISS.WnR */
unsigned mmu_read(u64 va); /* 8 bytes */
unsigned mmu_write(u64 va, u64 v);
unsigned mmu_read_acc(u64 va, unsigned bytes, unsigned acc);
unsigned mmu_write_acc(u64 va, unsigned bytes, u64 v, unsigned acc);
unsigned mmu_fetch(u64 va);
unsigned mmu_zero(u64 va, unsigned bytes);
bool mmu_cached(u64 va); /* may be read through the TLB */
u64 mmu_at(unsigned op, u64 va); /* AT: PAR_EL1, ~0 if it raised */

#endif
