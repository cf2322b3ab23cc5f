/* SPDX-License-Identifier: MIT */
/* Random numbers for tests: SplitMix64 (Steele, Lea, Flood 2014), small, and the same on every host. Whoever uses it
 * prints or fixes the seed. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include "mem/base/base.h"

static inline u64 random_next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline unsigned random_below(u64 *state, unsigned n)
{
	return (unsigned)((random_next(state) >> 32) * n >> 32);
}

/* True once in n. */
static inline bool random_once(u64 *state, unsigned n)
{
	return random_below(state, n) == 0;
}

/* One of the set bits of mask (below 8 bits, not 0). */
static inline unsigned random_one_of(u64 *state, unsigned mask)
{
	unsigned n;

	do
		n = random_below(state, 8);
	while (!(mask >> n & 1));
	return n;
}

#endif
