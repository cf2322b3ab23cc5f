/* SPDX-License-Identifier: MIT */
/*
 * What the two halves of the paging suite share: paging.c has what every processor does, paging_features.c what
 * CPUID announces on top (SDM vol. 3 chapter 4).
 */
#ifndef FIRMWARE_X86_TEST_PAGING_H
#define FIRMWARE_X86_TEST_PAGING_H

#include "firmware/x86/lib/page.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

/* SMEP, SMAP, PCID, 1 GiB pages and reserved bits: whatever CPUID announces. Leaves other maps loaded. */
void paging_check_features(const struct page_map *map);

#endif
