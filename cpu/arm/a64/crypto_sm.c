/* SPDX-License-Identifier: MIT */
/* SM3 and SM4 (Arm ARM C4.1, "Cryptographic three-register, imm2", "three-register SHA 512", "four-register"):
 * rounds and message schedule of the hash GB/T 32905, rounds and key schedule of the cipher GB/T 32907. */
#include "cpu/arm/a64/crypto_words.h"

/* ---- SM3: A is in the most significant word of Vd, or E -------------------------------------------- */

static void sm3ss1(struct arm *c, const struct insn *i)
{
	u32 n = (u32)(c->v[i->f[F_N]].q[1] >> 32), m = (u32)(c->v[i->f[F_M]].q[1] >> 32);
	u32 a = (u32)(c->v[i->f[F_A]].q[1] >> 32);

	set_words(c, i, (struct words){{0, 0, 0, crypto_rol(crypto_rol(n, 12) + m + a, 7)}});
}
SIZED_A64_0(sm3ss1)

/* TT1: with SS2; TT2: with SS1, and the new E goes through P0. */
ALWAYS_INLINE void sm3_round(struct arm *c, const struct insn *i, const bool second, u32 (*f)(u32, u32, u32))
{
	struct words d = words_of(c, i->f[F_D]), n = words_of(c, i->f[F_N]);
	u32 word = (u32)lane_get(c->v[i->f[F_M]].q, i->f[F_H], 32);
	u32 t = f(d.w[3], d.w[2], d.w[1]) + d.w[0] + word;

	if (second) {
		t += n.w[3];
		t ^= crypto_rol(t, 9) ^ crypto_rol(t, 17);
	} else {
		t += n.w[3] ^ crypto_rol(d.w[3], 12);
	}
	set_words(c, i, (struct words){{d.w[1], crypto_rol(d.w[2], second ? 19 : 9), d.w[3], t}});
}
SIZED_A64(sm3_round, _1a, false, crypto_parity)
SIZED_A64(sm3_round, _1b, false, crypto_majority)
SIZED_A64(sm3_round, _2a, true, crypto_parity)
SIZED_A64(sm3_round, _2b, true, crypto_choose)

static u32 sm3_p1(u32 v)
{
	return v ^ crypto_rol(v, 15) ^ crypto_rol(v, 23);
}

static void sm3partw1(struct arm *c, const struct insn *i)
{
	struct words d = words_of(c, i->f[F_D]), n = words_of(c, i->f[F_N]), m = words_of(c, i->f[F_M]), r;

	for (unsigned k = 0; k < 4; k++)
		r.w[k] = sm3_p1(d.w[k] ^ n.w[k] ^ crypto_rol(k < 3 ? m.w[k + 1] : r.w[0], 15));
	set_words(c, i, r);
}
SIZED_A64_0(sm3partw1)

static void sm3partw2(struct arm *c, const struct insn *i)
{
	struct words d = words_of(c, i->f[F_D]), n = words_of(c, i->f[F_N]), m = words_of(c, i->f[F_M]), r;

	for (unsigned k = 0; k < 4; k++)
		r.w[k] = n.w[k] ^ crypto_rol(m.w[k], 7);
	m.w[0] = sm3_p1(crypto_rol(r.w[0], 15));
	for (unsigned k = 0; k < 4; k++)
		r.w[k] ^= d.w[k];
	r.w[3] ^= m.w[0];
	set_words(c, i, r);
}
SIZED_A64_0(sm3partw2)

/* ---- SM4 ------------------------------------------------------------------------------------------- */

static const u8 box[256] = {
	0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c, 0x05,
	0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe, 0x04, 0xc3, 0xaa, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99,
	0x9c, 0x42, 0x50, 0xf4, 0x91, 0xef, 0x98, 0x7a, 0x33, 0x54, 0x0b, 0x43, 0xed, 0xcf, 0xac, 0x62,
	0xe4, 0xb3, 0x1c, 0xa9, 0xc9, 0x08, 0xe8, 0x95, 0x80, 0xdf, 0x94, 0xfa, 0x75, 0x8f, 0x3f, 0xa6,
	0x47, 0x07, 0xa7, 0xfc, 0xf3, 0x73, 0x17, 0xba, 0x83, 0x59, 0x3c, 0x19, 0xe6, 0x85, 0x4f, 0xa8,
	0x68, 0x6b, 0x81, 0xb2, 0x71, 0x64, 0xda, 0x8b, 0xf8, 0xeb, 0x0f, 0x4b, 0x70, 0x56, 0x9d, 0x35,
	0x1e, 0x24, 0x0e, 0x5e, 0x63, 0x58, 0xd1, 0xa2, 0x25, 0x22, 0x7c, 0x3b, 0x01, 0x21, 0x78, 0x87,
	0xd4, 0x00, 0x46, 0x57, 0x9f, 0xd3, 0x27, 0x52, 0x4c, 0x36, 0x02, 0xe7, 0xa0, 0xc4, 0xc8, 0x9e,
	0xea, 0xbf, 0x8a, 0xd2, 0x40, 0xc7, 0x38, 0xb5, 0xa3, 0xf7, 0xf2, 0xce, 0xf9, 0x61, 0x15, 0xa1,
	0xe0, 0xae, 0x5d, 0xa4, 0x9b, 0x34, 0x1a, 0x55, 0xad, 0x93, 0x32, 0x30, 0xf5, 0x8c, 0xb1, 0xe3,
	0x1d, 0xf6, 0xe2, 0x2e, 0x82, 0x66, 0xca, 0x60, 0xc0, 0x29, 0x23, 0xab, 0x0d, 0x53, 0x4e, 0x6f,
	0xd5, 0xdb, 0x37, 0x45, 0xde, 0xfd, 0x8e, 0x2f, 0x03, 0xff, 0x6a, 0x72, 0x6d, 0x6c, 0x5b, 0x51,
	0x8d, 0x1b, 0xaf, 0x92, 0xbb, 0xdd, 0xbc, 0x7f, 0x11, 0xd9, 0x5c, 0x41, 0x1f, 0x10, 0x5a, 0xd8,
	0x0a, 0xc1, 0x31, 0x88, 0xa5, 0xcd, 0x7b, 0xbd, 0x2d, 0x74, 0xd0, 0x12, 0xb8, 0xe5, 0xb4, 0xb0,
	0x89, 0x69, 0x97, 0x4a, 0x0c, 0x96, 0x77, 0x7e, 0x65, 0xb9, 0xf1, 0x09, 0xc5, 0x6e, 0xc6, 0x84,
	0x18, 0xf0, 0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20, 0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39, 0x48,
};

static u32 substitute(u32 v)
{
	u32 r = 0;

	for (unsigned s = 0; s < 32; s += 8)
		r |= (u32)box[v >> s & 0xff] << s;
	return r;
}

/* Four rounds on x with the round keys, or the constants of the key schedule, in k. */
static struct words sm4_rounds(struct words x, struct words k, bool key)
{
	for (unsigned n = 0; n < 4; n++) {
		u32 t = substitute(x.w[3] ^ x.w[2] ^ x.w[1] ^ k.w[n]);

		if (key)
			t ^= crypto_rol(t, 13) ^ crypto_rol(t, 23);
		else
			t ^= crypto_rol(t, 2) ^ crypto_rol(t, 10) ^ crypto_rol(t, 18) ^ crypto_rol(t, 24);
		x = (struct words){{x.w[1], x.w[2], x.w[3], t ^ x.w[0]}};
	}
	return x;
}

static void sm4e(struct arm *c, const struct insn *i)
{
	set_words(c, i, sm4_rounds(words_of(c, i->f[F_D]), words_of(c, i->f[F_N]), false));
}
SIZED_A64_0(sm4e)

static void sm4ekey(struct arm *c, const struct insn *i)
{
	set_words(c, i, sm4_rounds(words_of(c, i->f[F_N]), words_of(c, i->f[F_M]), true));
}
SIZED_A64_0(sm4ekey)

static const struct insn_row rows[] = {
	{"11001110010mmmmm0aaaaannnnnddddd", "sm3ss1 {Vd.4s}, {Vn.4s}, {Vm.4s}, {Va.4s}", SIZES_0(sm3ss1),
		.attr = FPSIMD, .feature = FEAT_SM3},
	{"11001110010mmmmm10hh00nnnnnddddd", "sm3tt1a {Vd.4s}, {Vn.4s}, {Vm.s}{index}", {sm3_round_1a},
		.attr = FPSIMD, .feature = FEAT_SM3},
	{"11001110010mmmmm10hh01nnnnnddddd", "sm3tt1b {Vd.4s}, {Vn.4s}, {Vm.s}{index}", {sm3_round_1b},
		.attr = FPSIMD, .feature = FEAT_SM3},
	{"11001110010mmmmm10hh10nnnnnddddd", "sm3tt2a {Vd.4s}, {Vn.4s}, {Vm.s}{index}", {sm3_round_2a},
		.attr = FPSIMD, .feature = FEAT_SM3},
	{"11001110010mmmmm10hh11nnnnnddddd", "sm3tt2b {Vd.4s}, {Vn.4s}, {Vm.s}{index}", {sm3_round_2b},
		.attr = FPSIMD, .feature = FEAT_SM3},
	{"11001110011mmmmm110000nnnnnddddd", "sm3partw1 {Vd.4s}, {Vn.4s}, {Vm.4s}", SIZES_0(sm3partw1),
		.attr = FPSIMD, .feature = FEAT_SM3},
	{"11001110011mmmmm110001nnnnnddddd", "sm3partw2 {Vd.4s}, {Vn.4s}, {Vm.4s}", SIZES_0(sm3partw2),
		.attr = FPSIMD, .feature = FEAT_SM3},
	{"11001110011mmmmm110010nnnnnddddd", "sm4ekey {Vd.4s}, {Vn.4s}, {Vm.4s}", SIZES_0(sm4ekey), .attr = FPSIMD, .feature = FEAT_SM4},
	{"1100111011000000100001nnnnnddddd", "sm4e {Vd.4s}, {Vn.4s}", SIZES_0(sm4e), .attr = FPSIMD, .feature = FEAT_SM4},
};

const struct insn_group a64_group_crypto_sm = {
	"crypto, SM3 and SM4", rows, countof(rows),
	"Arm ARM C4.1, Cryptographic three-register, imm2 ... four-register",
};
