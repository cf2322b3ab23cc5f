/* SPDX-License-Identifier: MIT */
/* AESENC to AESKEYGENASSIST, PCLMULQDQ, SHA1... and SHA256...: rounds of the ciphers and hashes, as SDM vol. 2 writes
 * them after FIPS 197 and FIPS 180-4. */
#include "cpu/x86/vec_exec.h"

/* ---- AES ----------------------------------------------------------------------------------------------- */

/* SubBytes and its inverse (FIPS 197, figures 7 and 14). */
static const u8 sbox[256] = {
	0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
	0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
	0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
	0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
	0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
	0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
	0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
	0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
	0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
	0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
	0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
	0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
	0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
	0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
	0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
	0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
};

static const u8 inverse_sbox[256] = {
	0x52, 0x09, 0x6a, 0xd5, 0x30, 0x36, 0xa5, 0x38, 0xbf, 0x40, 0xa3, 0x9e, 0x81, 0xf3, 0xd7, 0xfb,
	0x7c, 0xe3, 0x39, 0x82, 0x9b, 0x2f, 0xff, 0x87, 0x34, 0x8e, 0x43, 0x44, 0xc4, 0xde, 0xe9, 0xcb,
	0x54, 0x7b, 0x94, 0x32, 0xa6, 0xc2, 0x23, 0x3d, 0xee, 0x4c, 0x95, 0x0b, 0x42, 0xfa, 0xc3, 0x4e,
	0x08, 0x2e, 0xa1, 0x66, 0x28, 0xd9, 0x24, 0xb2, 0x76, 0x5b, 0xa2, 0x49, 0x6d, 0x8b, 0xd1, 0x25,
	0x72, 0xf8, 0xf6, 0x64, 0x86, 0x68, 0x98, 0x16, 0xd4, 0xa4, 0x5c, 0xcc, 0x5d, 0x65, 0xb6, 0x92,
	0x6c, 0x70, 0x48, 0x50, 0xfd, 0xed, 0xb9, 0xda, 0x5e, 0x15, 0x46, 0x57, 0xa7, 0x8d, 0x9d, 0x84,
	0x90, 0xd8, 0xab, 0x00, 0x8c, 0xbc, 0xd3, 0x0a, 0xf7, 0xe4, 0x58, 0x05, 0xb8, 0xb3, 0x45, 0x06,
	0xd0, 0x2c, 0x1e, 0x8f, 0xca, 0x3f, 0x0f, 0x02, 0xc1, 0xaf, 0xbd, 0x03, 0x01, 0x13, 0x8a, 0x6b,
	0x3a, 0x91, 0x11, 0x41, 0x4f, 0x67, 0xdc, 0xea, 0x97, 0xf2, 0xcf, 0xce, 0xf0, 0xb4, 0xe6, 0x73,
	0x96, 0xac, 0x74, 0x22, 0xe7, 0xad, 0x35, 0x85, 0xe2, 0xf9, 0x37, 0xe8, 0x1c, 0x75, 0xdf, 0x6e,
	0x47, 0xf1, 0x1a, 0x71, 0x1d, 0x29, 0xc5, 0x89, 0x6f, 0xb7, 0x62, 0x0e, 0xaa, 0x18, 0xbe, 0x1b,
	0xfc, 0x56, 0x3e, 0x4b, 0xc6, 0xd2, 0x79, 0x20, 0x9a, 0xdb, 0xc0, 0xfe, 0x78, 0xcd, 0x5a, 0xf4,
	0x1f, 0xdd, 0xa8, 0x33, 0x88, 0x07, 0xc7, 0x31, 0xb1, 0x12, 0x10, 0x59, 0x27, 0x80, 0xec, 0x5f,
	0x60, 0x51, 0x7f, 0xa9, 0x19, 0xb5, 0x4a, 0x0d, 0x2d, 0xe5, 0x7a, 0x9f, 0x93, 0xc9, 0x9c, 0xef,
	0xa0, 0xe0, 0x3b, 0x4d, 0xae, 0x2a, 0xf5, 0xb0, 0xc8, 0xeb, 0xbb, 0x3c, 0x83, 0x53, 0x99, 0x61,
	0x17, 0x2b, 0x04, 0x7e, 0xba, 0x77, 0xd6, 0x26, 0xe1, 0x69, 0x14, 0x63, 0x55, 0x21, 0x0c, 0x7d,
};

/* Byte n of the result is byte (n * step) mod 16 of the state, substituted: ShiftRows has step 5, InvShiftRows 13. */
static struct xmm substitute_rows(struct xmm a, const u8 *box, unsigned step)
{
	struct xmm r = { { 0, 0 } };

	for (unsigned n = 0; n < 16; n++)
		r.q[n >> 3] |= (u64)box[lane_get(a.q, n * step & 15, 8)] << (n & 7) * 8;
	return r;
}

/* Every byte times x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1. */
static u64 times_x(u64 a)
{
	u64 over = a >> 7 & 0x0101010101010101u;

	return (a << 1 & 0xfefefefefefefefeu) ^ over * 0x1b;
}

/* The bytes of either column (32 bits) moved down by n. */
static u64 rotate_columns(u64 a, unsigned n)
{
	u64 keep = (0xffffffffu >> n * 8) * 0x100000001u;

	return (a >> n * 8 & keep) | (a << (32 - n * 8) & ~keep);
}

static u64 mix_columns(u64 a)
{
	u64 next = rotate_columns(a, 1);

	return times_x(a ^ next) ^ next ^ rotate_columns(a, 2) ^ rotate_columns(a, 3);
}

/* The inverse matrix is the forward one after 4x^2 + 5. */
static u64 inverse_mix_columns(u64 a)
{
	return mix_columns(a ^ times_x(times_x(a ^ rotate_columns(a, 2))));
}

static struct xmm aes_encrypt_last(struct xmm state, struct xmm key)
{
	state = substitute_rows(state, sbox, 5);
	return xmm_make(state.q[0] ^ key.q[0], state.q[1] ^ key.q[1]);
}

static struct xmm aes_encrypt(struct xmm state, struct xmm key)
{
	state = substitute_rows(state, sbox, 5);
	return xmm_make(mix_columns(state.q[0]) ^ key.q[0], mix_columns(state.q[1]) ^ key.q[1]);
}

static struct xmm aes_decrypt_last(struct xmm state, struct xmm key)
{
	state = substitute_rows(state, inverse_sbox, 13);
	return xmm_make(state.q[0] ^ key.q[0], state.q[1] ^ key.q[1]);
}

static struct xmm aes_decrypt(struct xmm state, struct xmm key)
{
	state = substitute_rows(state, inverse_sbox, 13);
	return xmm_make(inverse_mix_columns(state.q[0]) ^ key.q[0], inverse_mix_columns(state.q[1]) ^ key.q[1]);
}

static struct xmm aes_inverse_key(struct xmm a, struct xmm b)
{
	(void)a;
	return xmm_make(inverse_mix_columns(b.q[0]), inverse_mix_columns(b.q[1]));
}

/* SubWord of doublewords 1 and 3, plain and rotated. */
static u64 assist_word(u64 q, unsigned constant)
{
	u32 x = 0;

	for (unsigned n = 0; n < 4; n++)
		x |= (u32)sbox[q >> (32 + n * 8) & 0xff] << n * 8;
	return x | (u64)((x >> 8 | x << 24) ^ constant) << 32;
}

static struct xmm aes_assist(struct xmm a, struct xmm b, unsigned constant)
{
	(void)a;
	return xmm_make(assist_word(b.q[0], constant), assist_word(b.q[1], constant));
}
SIZED_RM(aesenc, xmm_whole, aes_encrypt)
SIZED_RM(aesenclast, xmm_whole, aes_encrypt_last)
SIZED_RM(aesdec, xmm_whole, aes_decrypt)
SIZED_RM(aesdeclast, xmm_whole, aes_decrypt_last)
SIZED_RM(aesimc, xmm_whole, aes_inverse_key)
SIZED_RM(aeskeygenassist, xmm_whole_imm, aes_assist)

/* ---- PCLMULQDQ ----------------------------------------------------------------------------------------- */

static struct xmm multiply_carryless(struct xmm a, struct xmm b, unsigned imm)
{
	u64 x = a.q[imm & 1], y = b.q[imm >> 4 & 1];
	struct xmm r = { { y & 1 ? x : 0, 0 } };

	for (unsigned n = 1; n < 64; n++)
		if (y >> n & 1) {
			r.q[0] ^= x << n;
			r.q[1] ^= x >> (64 - n);
		}
	return r;
}
SIZED_RM(pclmulqdq, xmm_whole_imm, multiply_carryless)

/* ---- SHA-1: the most significant doubleword is A or the first word of the schedule --------------------- */

ALWAYS_INLINE u32 dword_at(struct xmm a, unsigned n)
{
	return (u32)(a.q[n >> 1] >> (n & 1) * 32);
}

ALWAYS_INLINE struct xmm dwords(u32 d3, u32 d2, u32 d1, u32 d0)
{
	return xmm_make(d0 | (u64)d1 << 32, d2 | (u64)d3 << 32);
}

ALWAYS_INLINE u32 rol(u32 a, unsigned n)
{
	return a << n | a >> (32 - n);
}

static u32 choose(u32 x, u32 y, u32 z)
{
	return (x & y) ^ (~x & z);
}

static u32 majority(u32 x, u32 y, u32 z)
{
	return (x & y) ^ (x & z) ^ (y & z);
}

static u32 sha1_function(u32 x, u32 y, u32 z, unsigned which)
{
	return which == 0 ? choose(x, y, z) : which == 2 ? majority(x, y, z) : x ^ y ^ z;
}

static struct xmm sha1_rounds(struct xmm abcd, struct xmm words, unsigned imm)
{
	static const u32 constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
	u32 a = dword_at(abcd, 3), b = dword_at(abcd, 2), c = dword_at(abcd, 1), d = dword_at(abcd, 0), e = 0;

	for (unsigned n = 0; n < 4; n++) { /* E is already in the first word */
		u32 word = dword_at(words, 3 - n) + constants[imm & 3];
		u32 next = sha1_function(b, c, d, imm & 3) + rol(a, 5) + word + e;

		e = d;
		d = c;
		c = rol(b, 30);
		b = a;
		a = next;
	}
	return dwords(a, b, c, d);
}

static struct xmm sha1_next_e(struct xmm a, struct xmm b)
{
	b.q[1] += (u64)rol(dword_at(a, 3), 30) << 32;
	return b;
}

static struct xmm sha1_message1(struct xmm a, struct xmm b)
{
	return xmm_make(a.q[0] ^ b.q[1], a.q[1] ^ a.q[0]);
}

static struct xmm sha1_message2(struct xmm a, struct xmm b)
{
	u32 w16 = rol(dword_at(a, 3) ^ dword_at(b, 2), 1);

	return dwords(w16, rol(dword_at(a, 2) ^ dword_at(b, 1), 1), rol(dword_at(a, 1) ^ dword_at(b, 0), 1),
		rol(dword_at(a, 0) ^ w16, 1));
}
SIZED_RM(sha1rnds4, xmm_whole_imm, sha1_rounds)
SIZED_RM(sha1nexte, xmm_whole, sha1_next_e)
SIZED_RM(sha1msg1, xmm_whole, sha1_message1)
SIZED_RM(sha1msg2, xmm_whole, sha1_message2)

/* ---- SHA-256 ------------------------------------------------------------------------------------------- */

static u32 ror3(u32 a, unsigned x, unsigned y, unsigned z)
{
	return rol(a, 32 - x) ^ rol(a, 32 - y) ^ rol(a, 32 - z);
}

static u32 sigma0(u32 a)
{
	return rol(a, 25) ^ rol(a, 14) ^ a >> 3;
}

static u32 sigma1(u32 a)
{
	return rol(a, 15) ^ rol(a, 13) ^ a >> 10;
}

/* The source has A, B, E, F; the destination C, D, G, H; XMM0 the words with their constants. */
static struct xmm sha256_rounds(struct xmm cdgh, struct xmm abef, struct xmm words)
{
	u32 a = dword_at(abef, 3), b = dword_at(abef, 2), e = dword_at(abef, 1), f = dword_at(abef, 0);
	u32 c = dword_at(cdgh, 3), d = dword_at(cdgh, 2), g = dword_at(cdgh, 1), h = dword_at(cdgh, 0);

	for (unsigned n = 0; n < 2; n++) {
		u32 t1 = choose(e, f, g) + ror3(e, 6, 11, 25) + dword_at(words, n) + h;
		u32 t2 = majority(a, b, c) + ror3(a, 2, 13, 22);

		h = g;
		g = f;
		f = e;
		e = d + t1;
		d = c;
		c = b;
		b = a;
		a = t1 + t2;
	}
	return dwords(a, b, e, f);
}

static struct xmm sha256_message1(struct xmm a, struct xmm b)
{
	return dwords(dword_at(a, 3) + sigma0(dword_at(b, 0)), dword_at(a, 2) + sigma0(dword_at(a, 3)),
		dword_at(a, 1) + sigma0(dword_at(a, 2)), dword_at(a, 0) + sigma0(dword_at(a, 1)));
}

static struct xmm sha256_message2(struct xmm a, struct xmm b)
{
	u32 w16 = dword_at(a, 0) + sigma1(dword_at(b, 2));
	u32 w17 = dword_at(a, 1) + sigma1(dword_at(b, 3));

	return dwords(dword_at(a, 3) + sigma1(w17), dword_at(a, 2) + sigma1(w16), w17, w16);
}
SIZED_RM(sha256rnds2, xmm_whole_xmm0, sha256_rounds)
SIZED_RM(sha256msg1, xmm_whole, sha256_message1)
SIZED_RM(sha256msg2, xmm_whole, sha256_message2)

static const struct insn_row rows[] = {
	{"66 0F 38 DB /r", "aesimc Vdq,Wdq", SIZES_RM(aesimc), .attr = SSE | ALIGN16, .feature = FEAT_AES},
	{"66 0F 38 DC /r", "aesenc Vdq,Wdq", SIZES_RM(aesenc), .attr = SSE | ALIGN16, .feature = FEAT_AES},
	{"66 0F 38 DD /r", "aesenclast Vdq,Wdq", SIZES_RM(aesenclast), .attr = SSE | ALIGN16, .feature = FEAT_AES},
	{"66 0F 38 DE /r", "aesdec Vdq,Wdq", SIZES_RM(aesdec), .attr = SSE | ALIGN16, .feature = FEAT_AES},
	{"66 0F 38 DF /r", "aesdeclast Vdq,Wdq", SIZES_RM(aesdeclast), .attr = SSE | ALIGN16, .feature = FEAT_AES},
	{"66 0F 3A DF /r ib", "aeskeygenassist Vdq,Wdq,Ib", SIZES_RM(aeskeygenassist),
	 .attr = SSE | ALIGN16, .feature = FEAT_AES},
	{"66 0F 3A 44 /r ib", "pclmulqdq Vdq,Wdq,Ib", SIZES_RM(pclmulqdq),
	 .attr = SSE | ALIGN16, .feature = FEAT_PCLMUL},
	{"NP 0F 38 C8 /r", "sha1nexte Vdq,Wdq", SIZES_RM(sha1nexte), .attr = SSE | ALIGN16, .feature = FEAT_SHA},
	{"NP 0F 38 C9 /r", "sha1msg1 Vdq,Wdq", SIZES_RM(sha1msg1), .attr = SSE | ALIGN16, .feature = FEAT_SHA},
	{"NP 0F 38 CA /r", "sha1msg2 Vdq,Wdq", SIZES_RM(sha1msg2), .attr = SSE | ALIGN16, .feature = FEAT_SHA},
	{"NP 0F 3A CC /r ib", "sha1rnds4 Vdq,Wdq,Ib", SIZES_RM(sha1rnds4), .attr = SSE | ALIGN16, .feature = FEAT_SHA},
	{"NP 0F 38 CB /r", "sha256rnds2 Vdq,Wdq,xmm0", SIZES_RM(sha256rnds2),
	 .attr = SSE | ALIGN16, .feature = FEAT_SHA},
	{"NP 0F 38 CC /r", "sha256msg1 Vdq,Wdq", SIZES_RM(sha256msg1), .attr = SSE | ALIGN16, .feature = FEAT_SHA},
	{"NP 0F 38 CD /r", "sha256msg2 Vdq,Wdq", SIZES_RM(sha256msg2), .attr = SSE | ALIGN16, .feature = FEAT_SHA},
};

const struct insn_group x86_group_crypto = {
	"crypto", rows, countof(rows), "Intel SDM vol. 2: AES... PCLMULQDQ SHA1... SHA256...",
};
