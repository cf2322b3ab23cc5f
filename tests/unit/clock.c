/* SPDX-License-Identifier: MIT */
/* The clock's arithmetic and the order of events: what a replay depends on to the last bit. */
#include <criterion/criterion.h>

#include "devices/clock.h"

struct bench {
	struct clock clock;
	u64 icount, limited;
	char log[64];
};

struct ticker {
	struct event event;
	struct bench *bench;
	char letter;
	unsigned again; /* how often it re-arms itself for now */
};

static u64 bench_icount(void *arg)
{
	return ((struct bench *)arg)->icount;
}

static void bench_limit(void *arg, u64 icount)
{
	((struct bench *)arg)->limited = icount;
}

static void bench_init(struct bench *b, unsigned shift)
{
	memset(b, 0, sizeof(*b));
	clock_init(&b->clock, shift);
	b->clock.icount = bench_icount;
	b->clock.limit = bench_limit;
	b->clock.arg = b;
	b->limited = ~0ull;
}

static void ticker_fire(void *arg)
{
	struct ticker *t = arg;
	size_t n = strlen(t->bench->log);

	cr_assert(n + 1 < sizeof(t->bench->log));
	t->bench->log[n] = t->letter;
	t->bench->log[n + 1] = 0;
	if (t->again) {
		t->again--;
		event_at(&t->event, clock_now(&t->bench->clock));
	}
}

static void ticker_init(struct ticker *t, struct bench *b, char letter)
{
	memset(t, 0, sizeof(*t));
	t->bench = b;
	t->letter = letter;
	event_init(&t->event, &b->clock, "ticker", ticker_fire, t);
}

Test(clock, time_is_the_instruction_count)
{
	struct bench b;

	bench_init(&b, 3);
	cr_expect_eq(clock_now(&b.clock), 0u);
	b.icount = 5;
	cr_expect_eq(clock_now(&b.clock), 40u);
	clock_skip_to(&b.clock, 1003);
	cr_expect_eq(clock_now(&b.clock), 1003u);
	cr_expect_eq(b.clock.idle, 963u);
	clock_skip_to(&b.clock, 500);
	cr_expect_eq(clock_now(&b.clock), 1003u, "time does not go back");
	b.icount = 6;
	cr_expect_eq(clock_now(&b.clock), 1011u);
}

Test(clock, first_count_at_which_a_time_has_come)
{
	struct bench b;

	bench_init(&b, 3);
	b.clock.idle = 100;
	cr_expect_eq(clock_icount_at(&b.clock, 0), 0u);
	cr_expect_eq(clock_icount_at(&b.clock, 100), 0u);
	cr_expect_eq(clock_icount_at(&b.clock, 101), 1u);
	cr_expect_eq(clock_icount_at(&b.clock, 108), 1u);
	cr_expect_eq(clock_icount_at(&b.clock, 109), 2u);
	cr_expect_eq(clock_icount_at(&b.clock, CLOCK_NEVER), CLOCK_NEVER);
	for (u64 when = 90; when < 200; when++) {
		b.icount = clock_icount_at(&b.clock, when);
		cr_expect_geq(clock_now(&b.clock), when);
		if (b.icount) {
			b.icount--;
			cr_expect_lt(clock_now(&b.clock), when);
		}
	}
}

Test(clock, events_fire_by_time_then_by_order_of_arming)
{
	struct ticker t[5];
	struct bench b;

	bench_init(&b, 0);
	for (unsigned i = 0; i < 5; i++)
		ticker_init(&t[i], &b, (char)('a' + i));
	event_at(&t[0].event, 50);
	event_at(&t[1].event, 10);
	event_at(&t[2].event, 50);
	event_at(&t[3].event, 10);
	event_at(&t[4].event, 30);
	cr_expect_eq(clock_next(&b.clock), 10u);
	event_at(&t[1].event, 10); /* armed again: now after d */
	event_cancel(&t[4].event);
	event_cancel(&t[4].event);
	b.icount = 9;
	clock_fire(&b.clock);
	cr_expect_str_eq(b.log, "");
	b.icount = 49;
	clock_fire(&b.clock);
	cr_expect_str_eq(b.log, "db");
	b.icount = 1000;
	clock_fire(&b.clock);
	cr_expect_str_eq(b.log, "dbac");
	cr_expect_eq(clock_next(&b.clock), CLOCK_NEVER);
	cr_expect_not(t[0].event.armed);
}

Test(clock, the_past_fires_at_once_and_eternity_never)
{
	struct ticker t;
	struct bench b;

	bench_init(&b, 0);
	ticker_init(&t, &b, 'x');
	b.icount = 100;
	t.again = 2;
	event_at(&t.event, 7);
	clock_fire(&b.clock);
	cr_expect_str_eq(b.log, "xxx", "including what is armed for now");
	event_at(&t.event, 200);
	event_at(&t.event, CLOCK_NEVER);
	cr_expect_not(t.event.armed);
	event_at(&t.event, CLOCK_NEVER - 1);
	cr_expect_not(t.event.armed, "no sum of times may wrap");
	cr_expect_eq(clock_next(&b.clock), CLOCK_NEVER);
}

Test(clock, a_nearer_event_limits_the_processor)
{
	struct ticker t[2];
	struct bench b;

	bench_init(&b, 2);
	ticker_init(&t[0], &b, 'a');
	ticker_init(&t[1], &b, 'b');
	event_at(&t[0].event, 401);
	cr_expect_eq(b.limited, 101u);
	event_at(&t[1].event, 800);
	cr_expect_eq(b.limited, 101u, "a later one changes nothing");
	event_at(&t[1].event, 40);
	cr_expect_eq(b.limited, 10u);
}

Test(clock, ties_survive_a_snapshot)
{
	struct ticker t[4];
	struct bench b;
	u8 image[4][64], clock_image[64];

	bench_init(&b, 0);
	b.clock.next_order = 0xfffffffe; /* and the order may wrap meanwhile */
	for (unsigned i = 0; i < 4; i++)
		ticker_init(&t[i], &b, (char)('a' + i));
	event_at(&t[2].event, 10);
	event_at(&t[0].event, 10);
	event_at(&t[3].event, 10);
	cr_assert_leq(state_saved_size(event_rows), sizeof(image[0]));
	for (unsigned i = 0; i < 4; i++)
		state_save(event_rows, &t[i].event, image[i]);
	state_save(clock_rows, &b.clock, clock_image);

	bench_init(&b, 0);
	state_load(clock_rows, &b.clock, clock_image);
	for (unsigned i = 0; i < 4; i++) {
		ticker_init(&t[i], &b, (char)('a' + i));
		state_load(event_rows, &t[i].event, image[i]);
		event_relink(&t[i].event);
	}
	event_at(&t[1].event, 10);
	b.icount = 10;
	clock_fire(&b.clock);
	cr_expect_str_eq(b.log, "cadb");
}

Test(clock, rates_convert_exactly)
{
	u64 x = 88172645463325252ull;

	cr_expect_eq(clock_muldiv(1000000000, 1193182, 1000000000), 1193182u);
	cr_expect_eq(clock_muldiv(~0ull, ~0ull, ~0ull), ~0ull);
	cr_expect_eq(clock_muldiv(1ull << 63, 10, 20), 1ull << 62);
	cr_expect_eq(clock_muldiv(0xfedcba9876543210ull, 0x123456789abcdefull, 0xfedcba9876543211ull),
		0x123456789abcdeeull);
	cr_expect_eq(clock_muldiv(0xdeadbeefcafebabeull, 0xffffffff00000001ull, 0xffffffff00000002ull),
		0xdeadbeefcafebabdull);
	for (unsigned i = 0; i < 1000; i++) {
		u64 a, b, q;

		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		a = x >> 32;
		b = x & 0xffffffff;
		q = clock_muldiv(a, b, 1000003);
		cr_expect_eq(q, a * b / 1000003);
		/* the same through the long division: scale by a common factor that overflows 64 bits */
		cr_expect_eq(clock_muldiv(a << 24, b << 20, 1000003ull << 44), q);
	}
}
