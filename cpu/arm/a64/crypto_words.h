/* SPDX-License-Identifier: MIT */
/* A vector register as four 32-bit words, which is how the hashes and ciphers of 32-bit words see it (Arm ARM C7,
 * SHA1C to SM4EKEY). */
#ifndef CPU_ARM_A64_CRYPTO_WORDS_H
#define CPU_ARM_A64_CRYPTO_WORDS_H

#include "cpu/arm/a64/simd.h"
#include "cpu/crypto.h"

struct words {
	u32 w[4];
};

ALWAYS_INLINE struct words words_of(const struct arm *c, unsigned reg)
{
	union vec v = c->v[reg];

	return (struct words){{(u32)v.q[0], (u32)(v.q[0] >> 32), (u32)v.q[1], (u32)(v.q[1] >> 32)}};
}

ALWAYS_INLINE void set_words(struct arm *c, const struct insn *i, struct words r)
{
	simd_set(c, i, r.w[0] | (u64)r.w[1] << 32, r.w[2] | (u64)r.w[3] << 32);
}

#endif
