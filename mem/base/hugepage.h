/* SPDX-License-Identifier: MIT */
/* Memory that is reached at random costs the host a page walk each time, unless its pages are large. Guest RAM and
 * decoded blocks are such memory. A wish only: where the host has no large pages, nothing is different. */
#ifndef MEM_BASE_HUGEPAGE_H
#define MEM_BASE_HUGEPAGE_H

#include "mem/base/base.h"

#define HUGEPAGE_SIZE (2ull << 20)

/* For whole large pages within [p, p+size). */
void hugepage_advise(void *p, u64 size);

#endif
