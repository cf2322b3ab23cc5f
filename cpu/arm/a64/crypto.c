/* SPDX-License-Identifier: MIT */
/* Cryptographic instructions (Arm ARM C4.1, "Cryptographic AES" to "Cryptographic four-register"): rounds of AES,
 * SHA-1, SHA-256, SHA-512 and what SHA-3 is made of, after the shared pseudocode (J1.3: AESSubBytes ... SHA256hash). */
#include "cpu/arm/a64/crypto_words.h"

/* ---- AES ------------------------------------------------------------------------------------------- */

static void aese(struct arm *c, const struct insn *i)
{
	union vec *d = &c->v[i->f[F_D]], n = c->v[i->f[F_N]];

	d->q[0] ^= n.q[0];
	d->q[1] ^= n.q[1];
	crypto_aes_substitute(d->q);
}
SIZED_A64_0(aese)

static void aesd(struct arm *c, const struct insn *i)
{
	union vec *d = &c->v[i->f[F_D]], n = c->v[i->f[F_N]];

	d->q[0] ^= n.q[0];
	d->q[1] ^= n.q[1];
	crypto_aes_inverse_substitute(d->q);
}
SIZED_A64_0(aesd)

static void aesmc(struct arm *c, const struct insn *i)
{
	union vec n = c->v[i->f[F_N]];

	simd_set(c, i, crypto_aes_mix(n.q[0]), crypto_aes_mix(n.q[1]));
}
SIZED_A64_0(aesmc)

static void aesimc(struct arm *c, const struct insn *i)
{
	union vec n = c->v[i->f[F_N]];

	simd_set(c, i, crypto_aes_inverse_mix(n.q[0]), crypto_aes_inverse_mix(n.q[1]));
}
SIZED_A64_0(aesimc)

/* ---- SHA-1: four rounds on A B C D in Vd, E in Vn, words of the schedule in Vm --------------------- */

ALWAYS_INLINE void sha1_rounds(struct arm *c, const struct insn *i, u32 (*f)(u32, u32, u32))
{
	struct words x = words_of(c, i->f[F_D]), w = words_of(c, i->f[F_M]);
	u32 y = (u32)c->v[i->f[F_N]].q[0];

	for (unsigned n = 0; n < 4; n++) {
		u32 next = y + crypto_rol(x.w[0], 5) + f(x.w[1], x.w[2], x.w[3]) + w.w[n];

		y = x.w[3];
		x = (struct words){{next, x.w[0], crypto_rol(x.w[1], 30), x.w[2]}};
	}
	set_words(c, i, x);
}
SIZED_A64(sha1_rounds, _c, crypto_choose)
SIZED_A64(sha1_rounds, _p, crypto_parity)
SIZED_A64(sha1_rounds, _m, crypto_majority)

static void sha1h(struct arm *c, const struct insn *i)
{
	simd_set(c, i, crypto_rol((u32)c->v[i->f[F_N]].q[0], 30), 0);
}
SIZED_A64_0(sha1h)

static void sha1su0(struct arm *c, const struct insn *i)
{
	union vec d = c->v[i->f[F_D]], n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];

	simd_set(c, i, d.q[1] ^ d.q[0] ^ m.q[0], n.q[0] ^ d.q[1] ^ m.q[1]);
}
SIZED_A64_0(sha1su0)

static void sha1su1(struct arm *c, const struct insn *i)
{
	struct words d = words_of(c, i->f[F_D]), n = words_of(c, i->f[F_N]), r;

	for (unsigned k = 0; k < 4; k++)
		r.w[k] = crypto_rol(d.w[k] ^ (k < 3 ? n.w[k + 1] : 0), 1);
	r.w[3] ^= crypto_rol(r.w[0], 1);
	set_words(c, i, r);
}
SIZED_A64_0(sha1su1)

/* ---- SHA-256 --------------------------------------------------------------------------------------- */

/* Four rounds: x has A B C D, y has E F G H; the result is what either has become. */
static struct words sha256_rounds(struct words x, struct words y, struct words w, bool first)
{
	for (unsigned n = 0; n < 4; n++) {
		u32 t = y.w[3] + crypto_ror3(y.w[0], 6, 11, 25) + crypto_choose(y.w[0], y.w[1], y.w[2]) + w.w[n];
		u32 a = t + crypto_ror3(x.w[0], 2, 13, 22) + crypto_majority(x.w[0], x.w[1], x.w[2]);

		y = (struct words){{x.w[3] + t, y.w[0], y.w[1], y.w[2]}};
		x = (struct words){{a, x.w[0], x.w[1], x.w[2]}};
	}
	return first ? x : y;
}

static void sha256h(struct arm *c, const struct insn *i)
{
	set_words(c, i, sha256_rounds(words_of(c, i->f[F_D]), words_of(c, i->f[F_N]), words_of(c, i->f[F_M]), true));
}
SIZED_A64_0(sha256h)

static void sha256h2(struct arm *c, const struct insn *i)
{
	set_words(c, i, sha256_rounds(words_of(c, i->f[F_N]), words_of(c, i->f[F_D]), words_of(c, i->f[F_M]), false));
}
SIZED_A64_0(sha256h2)

static void sha256su0(struct arm *c, const struct insn *i)
{
	struct words d = words_of(c, i->f[F_D]), n = words_of(c, i->f[F_N]), r;

	for (unsigned k = 0; k < 4; k++)
		r.w[k] = d.w[k] + crypto_sigma0(k < 3 ? d.w[k + 1] : n.w[0]);
	set_words(c, i, r);
}
SIZED_A64_0(sha256su0)

static void sha256su1(struct arm *c, const struct insn *i)
{
	struct words d = words_of(c, i->f[F_D]), n = words_of(c, i->f[F_N]), m = words_of(c, i->f[F_M]), r;

	for (unsigned k = 0; k < 4; k++)
		r.w[k] = d.w[k] + (k < 3 ? n.w[k + 1] : m.w[0]) + crypto_sigma1(k < 2 ? m.w[k + 2] : r.w[k - 2]);
	set_words(c, i, r);
}
SIZED_A64_0(sha256su1)

/* ---- SHA-512 --------------------------------------------------------------------------------------- */

ALWAYS_INLINE u64 ror(u64 v, unsigned n)
{
	return v >> n | v << (-n & 63);
}

ALWAYS_INLINE u64 ror3(u64 v, unsigned x, unsigned y, unsigned z)
{
	return ror(v, x) ^ ror(v, y) ^ ror(v, z);
}

ALWAYS_INLINE u64 majority(u64 x, u64 y, u64 z)
{
	return (x & y) ^ (x & z) ^ (y & z);
}

static void sha512h(struct arm *c, const struct insn *i)
{
	union vec w = c->v[i->f[F_D]], x = c->v[i->f[F_N]], y = c->v[i->f[F_M]];
	u64 high = ((y.q[1] & x.q[0]) ^ (~y.q[1] & x.q[1])) + ror3(y.q[1], 14, 18, 41) + w.q[1];
	u64 t = high + y.q[0];

	simd_set(c, i, ((t & y.q[1]) ^ (~t & x.q[0])) + ror3(t, 14, 18, 41) + w.q[0], high);
}
SIZED_A64_0(sha512h)

static void sha512h2(struct arm *c, const struct insn *i)
{
	union vec w = c->v[i->f[F_D]], x = c->v[i->f[F_N]], y = c->v[i->f[F_M]];
	u64 high = majority(x.q[0], y.q[1], y.q[0]) + ror3(y.q[0], 28, 34, 39) + w.q[1];

	simd_set(c, i, majority(high, y.q[0], y.q[1]) + ror3(high, 28, 34, 39) + w.q[0], high);
}
SIZED_A64_0(sha512h2)

static u64 sha512_sigma0(u64 v)
{
	return ror(v, 1) ^ ror(v, 8) ^ v >> 7;
}

static u64 sha512_sigma1(u64 v)
{
	return ror(v, 19) ^ ror(v, 61) ^ v >> 6;
}

static void sha512su0(struct arm *c, const struct insn *i)
{
	union vec w = c->v[i->f[F_D]], x = c->v[i->f[F_N]];

	simd_set(c, i, w.q[0] + sha512_sigma0(w.q[1]), w.q[1] + sha512_sigma0(x.q[0]));
}
SIZED_A64_0(sha512su0)

static void sha512su1(struct arm *c, const struct insn *i)
{
	union vec w = c->v[i->f[F_D]], x = c->v[i->f[F_N]], y = c->v[i->f[F_M]];

	simd_set(c, i, w.q[0] + sha512_sigma1(x.q[0]) + y.q[0], w.q[1] + sha512_sigma1(x.q[1]) + y.q[1]);
}
SIZED_A64_0(sha512su1)

/* ---- SHA-3 ----------------------------------------------------------------------------------------- */

ALWAYS_INLINE void eor3(struct arm *c, const struct insn *i)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]], a = c->v[i->f[F_A]];

	simd_set(c, i, n.q[0] ^ m.q[0] ^ a.q[0], n.q[1] ^ m.q[1] ^ a.q[1]);
}
SIZED_A64_0(eor3)

ALWAYS_INLINE void bcax(struct arm *c, const struct insn *i)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]], a = c->v[i->f[F_A]];

	simd_set(c, i, n.q[0] ^ (m.q[0] & ~a.q[0]), n.q[1] ^ (m.q[1] & ~a.q[1]));
}
SIZED_A64_0(bcax)

ALWAYS_INLINE void rax1(struct arm *c, const struct insn *i)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];

	simd_set(c, i, n.q[0] ^ ror(m.q[0], 63), n.q[1] ^ ror(m.q[1], 63));
}
SIZED_A64_0(rax1)

ALWAYS_INLINE void xar(struct arm *c, const struct insn *i)
{
	union vec n = c->v[i->f[F_N]], m = c->v[i->f[F_M]];

	simd_set(c, i, ror(n.q[0] ^ m.q[0], (unsigned)i->imm), ror(n.q[1] ^ m.q[1], (unsigned)i->imm));
}
SIZED_A64_0(xar)

static const struct insn_row rows[] = {
	{"0100111000101000010010nnnnnddddd", "aese {Vd.16b}, {Vn.16b}", SIZES_0(aese), .attr = FPSIMD, .feature = FEAT_AES},
	{"0100111000101000010110nnnnnddddd", "aesd {Vd.16b}, {Vn.16b}", SIZES_0(aesd), .attr = FPSIMD, .feature = FEAT_AES},
	{"0100111000101000011010nnnnnddddd", "aesmc {Vd.16b}, {Vn.16b}", SIZES_0(aesmc), .attr = FPSIMD, .feature = FEAT_AES},
	{"0100111000101000011110nnnnnddddd", "aesimc {Vd.16b}, {Vn.16b}", SIZES_0(aesimc), .attr = FPSIMD, .feature = FEAT_AES},
	{"01011110000mmmmm000000nnnnnddddd", "sha1c {Qd}, {Sn}, {Vm.4s}", {sha1_rounds_c}, .attr = FPSIMD, .feature = FEAT_SHA1},
	{"01011110000mmmmm000100nnnnnddddd", "sha1p {Qd}, {Sn}, {Vm.4s}", {sha1_rounds_p}, .attr = FPSIMD, .feature = FEAT_SHA1},
	{"01011110000mmmmm001000nnnnnddddd", "sha1m {Qd}, {Sn}, {Vm.4s}", {sha1_rounds_m}, .attr = FPSIMD, .feature = FEAT_SHA1},
	{"01011110000mmmmm001100nnnnnddddd", "sha1su0 {Vd.4s}, {Vn.4s}, {Vm.4s}", SIZES_0(sha1su0), .attr = FPSIMD, .feature = FEAT_SHA1},
	{"01011110000mmmmm010000nnnnnddddd", "sha256h {Qd}, {Qn}, {Vm.4s}", SIZES_0(sha256h), .attr = FPSIMD, .feature = FEAT_SHA256},
	{"01011110000mmmmm010100nnnnnddddd", "sha256h2 {Qd}, {Qn}, {Vm.4s}", SIZES_0(sha256h2), .attr = FPSIMD, .feature = FEAT_SHA256},
	{"01011110000mmmmm011000nnnnnddddd", "sha256su1 {Vd.4s}, {Vn.4s}, {Vm.4s}", SIZES_0(sha256su1),
		.attr = FPSIMD, .feature = FEAT_SHA256},
	{"0101111000101000000010nnnnnddddd", "sha1h {Sd}, {Sn}", SIZES_0(sha1h), .attr = FPSIMD, .feature = FEAT_SHA1},
	{"0101111000101000000110nnnnnddddd", "sha1su1 {Vd.4s}, {Vn.4s}", SIZES_0(sha1su1), .attr = FPSIMD, .feature = FEAT_SHA1},
	{"0101111000101000001010nnnnnddddd", "sha256su0 {Vd.4s}, {Vn.4s}", SIZES_0(sha256su0), .attr = FPSIMD, .feature = FEAT_SHA256},
	{"11001110011mmmmm100000nnnnnddddd", "sha512h {Qd}, {Qn}, {Vm.2d}", SIZES_0(sha512h), .attr = FPSIMD, .feature = FEAT_SHA512},
	{"11001110011mmmmm100001nnnnnddddd", "sha512h2 {Qd}, {Qn}, {Vm.2d}", SIZES_0(sha512h2), .attr = FPSIMD, .feature = FEAT_SHA512},
	{"11001110011mmmmm100010nnnnnddddd", "sha512su1 {Vd.2d}, {Vn.2d}, {Vm.2d}", SIZES_0(sha512su1),
		.attr = FPSIMD, .feature = FEAT_SHA512},
	{"11001110011mmmmm100011nnnnnddddd", "rax1 {Vd.2d}, {Vn.2d}, {Vm.2d}", SIZES_0(rax1), .attr = FPSIMD, .feature = FEAT_SHA3},
	{"1100111011000000100000nnnnnddddd", "sha512su0 {Vd.2d}, {Vn.2d}", SIZES_0(sha512su0), .attr = FPSIMD, .feature = FEAT_SHA512},
	{"11001110000mmmmm0aaaaannnnnddddd", "eor3 {Vd.16b}, {Vn.16b}, {Vm.16b}, {Va.16b}", SIZES_0(eor3),
		.attr = FPSIMD, .feature = FEAT_SHA3},
	{"11001110001mmmmm0aaaaannnnnddddd", "bcax {Vd.16b}, {Vn.16b}, {Vm.16b}, {Va.16b}", SIZES_0(bcax),
		.attr = FPSIMD, .feature = FEAT_SHA3},
	{"11001110100mmmmmiiiiiinnnnnddddd", "xar {Vd.2d}, {Vn.2d}, {Vm.2d}, {simm}", SIZES_0(xar), .attr = FPSIMD, .feature = FEAT_SHA3},
};

const struct insn_group a64_group_crypto = {
	"crypto", rows, countof(rows), "Arm ARM C4.1, Cryptographic AES ... four-register",
};
