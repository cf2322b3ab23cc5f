/* SPDX-License-Identifier: MIT */
/* Steps of ciphers and hashes that the instruction sets of several guests are made of: AES after FIPS 197, SHA after
 * FIPS 180-4, products over GF(2). A block of 128 bits is two 64-bit words, the lower bytes first. */
#ifndef CPU_CRYPTO_H
#define CPU_CRYPTO_H

#include "mem/base/base.h"

/* ---- AES ------------------------------------------------------------------------------------------- */

/* SubBytes and its inverse (FIPS 197, figures 7 and 14). */
extern const u8 crypto_aes_box[256], crypto_aes_inverse_box[256];

/* SubBytes and ShiftRows (or InvSubBytes and InvShiftRows) on a state, in either order the same. */
void crypto_aes_substitute(u64 q[2]);
void crypto_aes_inverse_substitute(u64 q[2]);
/* MixColumns and InvMixColumns on two columns. */
u64 crypto_aes_mix(u64 columns);
u64 crypto_aes_inverse_mix(u64 columns);

/* ---- polynomials over GF(2) ------------------------------------------------------------------------ */

void crypto_multiply_carryless(u64 r[2], u64 a, u64 b);

/* ---- SHA-1, SHA-256: FIPS 180-4, 4.1 --------------------------------------------------------------- */

ALWAYS_INLINE u32 crypto_rol(u32 a, unsigned n)
{
	return a << n | a >> (32 - n);
}

ALWAYS_INLINE u32 crypto_choose(u32 x, u32 y, u32 z)
{
	return (x & y) ^ (~x & z);
}

ALWAYS_INLINE u32 crypto_parity(u32 x, u32 y, u32 z)
{
	return x ^ y ^ z;
}

ALWAYS_INLINE u32 crypto_majority(u32 x, u32 y, u32 z)
{
	return (x & y) ^ (x & z) ^ (y & z);
}

/* Three rotations to the right: the capital sigmas. */
ALWAYS_INLINE u32 crypto_ror3(u32 a, unsigned x, unsigned y, unsigned z)
{
	return crypto_rol(a, 32 - x) ^ crypto_rol(a, 32 - y) ^ crypto_rol(a, 32 - z);
}

ALWAYS_INLINE u32 crypto_sigma0(u32 a)
{
	return crypto_rol(a, 25) ^ crypto_rol(a, 14) ^ a >> 3;
}

ALWAYS_INLINE u32 crypto_sigma1(u32 a)
{
	return crypto_rol(a, 15) ^ crypto_rol(a, 13) ^ a >> 10;
}

#endif
