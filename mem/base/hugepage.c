/* SPDX-License-Identifier: MIT */
/* The only place that knows how the host is asked for large pages: madvise(2) on Linux, else not at all. Failure is no
 * error, because nothing but speed depends on it. */
#if defined(__linux__)
#define _DEFAULT_SOURCE
#endif
#include "mem/base/hugepage.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

void hugepage_advise(void *p, u64 size)
{
#if defined(MADV_HUGEPAGE)
	u64 skip = (0 - (u64)(uintptr_t)p) % HUGEPAGE_SIZE;

	if (size >= skip + HUGEPAGE_SIZE)
		(void)madvise((u8 *)p + skip, (size_t)((size - skip) / HUGEPAGE_SIZE * HUGEPAGE_SIZE), MADV_HUGEPAGE);
#else
	(void)p, (void)size;
#endif
}
