/* SPDX-License-Identifier: MIT */
/* AESENC to AESKEYGENASSIST, PCLMULQDQ, SHA1... and SHA256...: rounds of the ciphers and hashes, as SDM vol. 2 writes
 * them after FIPS 197 and FIPS 180-4. */
#include "cpu/crypto.h"
#include "cpu/x86/vec_exec.h"

/* ---- AES ----------------------------------------------------------------------------------------------- */

static struct xmm aes_encrypt_last(struct xmm state, struct xmm key)
{
	crypto_aes_substitute(state.q);
	return xmm_make(state.q[0] ^ key.q[0], state.q[1] ^ key.q[1]);
}

static struct xmm aes_encrypt(struct xmm state, struct xmm key)
{
	crypto_aes_substitute(state.q);
	return xmm_make(crypto_aes_mix(state.q[0]) ^ key.q[0], crypto_aes_mix(state.q[1]) ^ key.q[1]);
}

static struct xmm aes_decrypt_last(struct xmm state, struct xmm key)
{
	crypto_aes_inverse_substitute(state.q);
	return xmm_make(state.q[0] ^ key.q[0], state.q[1] ^ key.q[1]);
}

static struct xmm aes_decrypt(struct xmm state, struct xmm key)
{
	crypto_aes_inverse_substitute(state.q);
	return xmm_make(crypto_aes_inverse_mix(state.q[0]) ^ key.q[0], crypto_aes_inverse_mix(state.q[1]) ^ key.q[1]);
}

static struct xmm aes_inverse_key(struct xmm a, struct xmm b)
{
	(void)a;
	return xmm_make(crypto_aes_inverse_mix(b.q[0]), crypto_aes_inverse_mix(b.q[1]));
}

/* SubWord of doublewords 1 and 3, plain and rotated. */
static u64 assist_word(u64 q, unsigned constant)
{
	u32 x = 0;

	for (unsigned n = 0; n < 4; n++)
		x |= (u32)crypto_aes_box[q >> (32 + n * 8) & 0xff] << n * 8;
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
	struct xmm r;

	crypto_multiply_carryless(r.q, a.q[imm & 1], b.q[imm >> 4 & 1]);
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

static u32 sha1_function(u32 x, u32 y, u32 z, unsigned which)
{
	return which == 0 ? crypto_choose(x, y, z) : which == 2 ? crypto_majority(x, y, z) : crypto_parity(x, y, z);
}

static struct xmm sha1_rounds(struct xmm abcd, struct xmm words, unsigned imm)
{
	static const u32 constants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
	u32 a = dword_at(abcd, 3), b = dword_at(abcd, 2), c = dword_at(abcd, 1), d = dword_at(abcd, 0), e = 0;

	for (unsigned n = 0; n < 4; n++) { /* E is already in the first word */
		u32 word = dword_at(words, 3 - n) + constants[imm & 3];
		u32 next = sha1_function(b, c, d, imm & 3) + crypto_rol(a, 5) + word + e;

		e = d;
		d = c;
		c = crypto_rol(b, 30);
		b = a;
		a = next;
	}
	return dwords(a, b, c, d);
}

static struct xmm sha1_next_e(struct xmm a, struct xmm b)
{
	b.q[1] += (u64)crypto_rol(dword_at(a, 3), 30) << 32;
	return b;
}

static struct xmm sha1_message1(struct xmm a, struct xmm b)
{
	return xmm_make(a.q[0] ^ b.q[1], a.q[1] ^ a.q[0]);
}

static struct xmm sha1_message2(struct xmm a, struct xmm b)
{
	u32 w16 = crypto_rol(dword_at(a, 3) ^ dword_at(b, 2), 1);

	return dwords(w16, crypto_rol(dword_at(a, 2) ^ dword_at(b, 1), 1),
		crypto_rol(dword_at(a, 1) ^ dword_at(b, 0), 1), crypto_rol(dword_at(a, 0) ^ w16, 1));
}
SIZED_RM(sha1rnds4, xmm_whole_imm, sha1_rounds)
SIZED_RM(sha1nexte, xmm_whole, sha1_next_e)
SIZED_RM(sha1msg1, xmm_whole, sha1_message1)
SIZED_RM(sha1msg2, xmm_whole, sha1_message2)

/* ---- SHA-256 ------------------------------------------------------------------------------------------- */

/* The source has A, B, E, F; the destination C, D, G, H; XMM0 the words with their constants. */
static struct xmm sha256_rounds(struct xmm cdgh, struct xmm abef, struct xmm words)
{
	u32 a = dword_at(abef, 3), b = dword_at(abef, 2), e = dword_at(abef, 1), f = dword_at(abef, 0);
	u32 c = dword_at(cdgh, 3), d = dword_at(cdgh, 2), g = dword_at(cdgh, 1), h = dword_at(cdgh, 0);

	for (unsigned n = 0; n < 2; n++) {
		u32 t1 = crypto_choose(e, f, g) + crypto_ror3(e, 6, 11, 25) + dword_at(words, n) + h;
		u32 t2 = crypto_majority(a, b, c) + crypto_ror3(a, 2, 13, 22);

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
	return dwords(dword_at(a, 3) + crypto_sigma0(dword_at(b, 0)), dword_at(a, 2) + crypto_sigma0(dword_at(a, 3)),
		dword_at(a, 1) + crypto_sigma0(dword_at(a, 2)), dword_at(a, 0) + crypto_sigma0(dword_at(a, 1)));
}

static struct xmm sha256_message2(struct xmm a, struct xmm b)
{
	u32 w16 = dword_at(a, 0) + crypto_sigma1(dword_at(b, 2));
	u32 w17 = dword_at(a, 1) + crypto_sigma1(dword_at(b, 3));

	return dwords(dword_at(a, 3) + crypto_sigma1(w17), dword_at(a, 2) + crypto_sigma1(w16), w17, w16);
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
