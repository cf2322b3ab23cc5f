/* SPDX-License-Identifier: MIT */
/* Guest memory blocks (mem/ram.h): the flags of a page, and that whoever caches code hears of every write to it, once
 * per page and before the bytes change. */
#include <criterion/criterion.h>

#include "mem/ram.h"

enum { PAGES = 4, SIZE = PAGES * RAM_PAGE_SIZE };

struct heard {
	unsigned n;
	u64 off[PAGES], len[PAGES];
};

static void listen(void *arg, struct ram *ram, u64 off, u64 len)
{
	struct heard *h = arg;

	cr_assert(h->n < PAGES);
	cr_assert(ram->page_flags[off >> RAM_PAGE_BITS] & RAM_CODE);
	h->off[h->n] = off;
	h->len[h->n++] = len;
}

static struct ram make(struct heard *h)
{
	struct err err;
	struct ram ram;

	cr_assert(ram_init(&ram, "ram", SIZE, false, &err));
	ram.code_written = listen;
	ram.code_arg = h;
	return ram;
}

Test(ram, starts_with_zeros_and_dirty)
{
	struct ram ram = make(NULL);

	for (unsigned i = 0; i < SIZE; i++)
		cr_assert_eq(ram.host[i], 0);
	for (unsigned page = 0; page < PAGES; page++) {
		cr_expect_eq(ram.page_flags[page], RAM_DIRTY_ALL);
		cr_expect(ram_page_plain(&ram, page * RAM_PAGE_SIZE));
	}
	ram_free(&ram);
}

Test(ram, touch_sets_dirty_bits_of_its_pages_only)
{
	struct ram ram = make(NULL);

	memset(ram.page_flags, 0, PAGES);
	cr_expect(!ram_page_plain(&ram, 0));
	ram_touch(&ram, RAM_PAGE_SIZE - 1, 2);
	cr_expect_eq(ram.page_flags[0], RAM_DIRTY_ALL);
	cr_expect_eq(ram.page_flags[1], RAM_DIRTY_ALL);
	cr_expect_eq(ram.page_flags[2], 0);
	ram_touch(&ram, 3 * RAM_PAGE_SIZE, 0);
	cr_expect_eq(ram.page_flags[3], 0, "no bytes, no page");
	ram_touch(&ram, SIZE - 1, 1);
	cr_expect_eq(ram.page_flags[3], RAM_DIRTY_ALL);
	ram_free(&ram);
}

/* One call per page with code, cut to the bytes in that page. */
Test(ram, touch_tells_about_code)
{
	struct heard h = {0};
	struct ram ram = make(&h);

	ram.page_flags[1] |= RAM_CODE;
	ram.page_flags[2] |= RAM_CODE;
	cr_expect(!ram_page_plain(&ram, RAM_PAGE_SIZE));
	ram_touch(&ram, 100, 8);
	cr_expect_eq(h.n, 0u);
	ram_touch(&ram, RAM_PAGE_SIZE - 4, RAM_PAGE_SIZE + 8);
	cr_assert_eq(h.n, 2u);
	cr_expect_eq(h.off[0], (u64)RAM_PAGE_SIZE);
	cr_expect_eq(h.len[0], (u64)RAM_PAGE_SIZE);
	cr_expect_eq(h.off[1], 2u * RAM_PAGE_SIZE);
	cr_expect_eq(h.len[1], 4u);
	cr_expect_eq(ram.page_flags[1], RAM_CODE | RAM_DIRTY_ALL, "who caches the code decides when it has gone");
	ram_free(&ram);
}

Test(ram, impossible_sizes_are_errors)
{
	struct ram ram;
	struct err err = {{0}};

	cr_expect(!ram_init(&ram, "huge", ~(u64)RAM_PAGE_SIZE + 1, false, &err));
	cr_expect(strstr(err.text, "huge") != NULL, "%s", err.text);
	ram_free(&ram);
}
