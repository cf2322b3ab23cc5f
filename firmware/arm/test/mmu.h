/* SPDX-License-Identifier: MIT */
/*
 * What the suites about translation share: accesses that may fault, made at EL1 or EL0, and frames with known content.
 */
#ifndef FIRMWARE_ARM_TEST_MMU_H
#define FIRMWARE_ARM_TEST_MMU_H

#include "firmware/arm/lib/page.h"
#include "firmware/arm/test/check.h"

enum mmu_access { MMU_READ, MMU_WRITE, MMU_EXEC };

/* The access at this address and level; what trap_catch says. MMU_EXEC calls it: there must be a RET. */
u64 mmu_try(u64 va, enum mmu_access access, bool user);
/* The same at EL1 with PSTATE.PAN set. */
u64 mmu_try_pan(u64 va, enum mmu_access access);
/* By LDTR and STTR at EL1. */
u64 mmu_try_unprivileged(u64 va, enum mmu_access access);

/* A page of the map's size; every doubleword of it is `value`, but for the last, which is RET. */
u64 mmu_frame(const struct page_map *map, u64 value);
/* Where a frame of GRANULE_4K has its RET. */
enum { MMU_RET = 0xff8 };

#endif
