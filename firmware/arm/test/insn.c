/* SPDX-License-Identifier: MIT */
/*
 * Answers of instructions that are known from elsewhere: CRC check values, the examples of FIPS 197 and 180-4, corner
 * cases of the integer unit that the manual spells out (Arm ARM C6.2). Not a replacement for instruction vectors.
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

/* One result of an operation on X1, X2 and X3 into X0. */
#define OP3(text, a, b, c) __extension__({ \
	register u64 x0 __asm__("x0"); register u64 x1 __asm__("x1") = (a); \
	register u64 x2 __asm__("x2") = (b); register u64 x3 __asm__("x3") = (c); \
	__asm__ volatile(text : "=r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : "memory", "cc"); x0; })
#define OP2(text, a, b) OP3(text, a, b, 0)
#define OP1(text, a)    OP3(text, a, 0, 0)

static void check_integer(void)
{
	u64 min = BIT(63);

	check("udiv-by-zero", OP2("udiv x0, x1, x2", 5, 0), 0);
	check("sdiv-overflow", OP2("sdiv x0, x1, x2", min, ~0ull), min);
	check("sdiv-rounds-to-zero", OP2("sdiv w0, w1, w2", (u32)-7, 2), (u32)-3);
	check("umulh", OP2("umulh x0, x1, x2", ~0ull, ~0ull), ~1ull);
	check("smulh", OP2("smulh x0, x1, x2", min, min), BIT(62));
	check("msub", OP3("msub x0, x1, x2, x3", 7, 6, 50), 8);
	check("umaddl", OP3("umaddl x0, w1, w2, x3", 0xffffffff, 0xffffffff, 1), 0xfffffffe00000002);
	check("cls", OP1("cls x0, x1", ~0ull << 40), 23);
	check("clz-0", OP1("clz w0, w1", 0), 32);
	check("rbit", OP1("rbit x0, x1", 0xf), 0xf000000000000000);
	check("rev16", OP1("rev16 w0, w1", 0x12345678), 0x34127856);
	check("rev32", OP1("rev32 x0, x1", 0x1122334455667788), 0x4433221188776655);
	check("extr", OP2("extr x0, x1, x2, #8", 0xab, 0x1200), 0xab00000000000012);
	check("bfi", OP2("mov x0, x1\n\tbfi x0, x2, #8, #4", ~0ull, 0), 0xfffffffffffff0ff);
	check("sbfx", OP1("sbfx x0, x1, #4, #4", 0x80), ~7ull);
	check("asrv-modulo", OP2("asr w0, w1, w2", 0x80000000, 33), 0xc0000000);
	check("add-extended", OP2("add x0, x1, w2, sxtb #2", 100, 0xff), 96);
	check("adds-flags", OP2("adds x1, x1, x2\n\tmrs x0, nzcv", ~0ull >> 1, 1), 0x90000000);
	check("subs-flags-32", OP2("subs w1, w1, w2\n\tmrs x0, nzcv", 5, 5), 0x60000000);
	check("sbcs-borrow", OP2("mov x0, #0\n\tcmp x0, #1\n\tsbcs x0, x1, x2", 5, 4), 0);
	check("ccmp-else", OP2("cmp x1, x2\n\tccmp x1, #0, #9, eq\n\tmrs x0, nzcv", 1, 2), 0x90000000);
	check("csneg", OP2("cmp x1, x1\n\tcsneg x0, x1, x2, ne", 1, 9), (u64)-9);
	check("tbz-tbnz",
		OP1("mov x0, #0\n\ttbz x1, #63, 1f\n\torr x0, x0, #1\n1:\ttbnz x1, #0, 2f\n\torr x0, x0, #2\n2:", min),
		3);
	check("w-writes-clear", OP1("mov x0, #-1\n\tmov w0, w1", 5), 5);
}

static void check_crc(void)
{
	static const char text[] = "123456789";
	u32 crc = ~0u, crcc = ~0u;
	u64 eight;

	if (!id_field(MRS(id_aa64isar0_el1), 16)) {
		check_skip("crc32");
		return;
	}
	memcpy(&eight, text, 8);
	__asm__("crc32x %w0, %w0, %1" : "+r"(crc) : "r"(eight));
	__asm__("crc32b %w0, %w0, %w1" : "+r"(crc) : "r"('9'));
	check("crc32", ~crc, 0xcbf43926);
	for (u32 i = 0; i < 9; i++)
		__asm__("crc32cb %w0, %w0, %w1" : "+r"(crcc) : "r"((u32)text[i]));
	check("crc32c", ~crcc, 0xe3069283);
}

/* FIPS 197, appendix B: the first round of the example, from its input to the state before AddRoundKey. */
static void check_aes(void)
{
	static const u8 input[16] = { 0x32, 0x43, 0xf6, 0xa8, 0x88, 0x5a, 0x30, 0x8d, 0x31, 0x31, 0x98, 0xa2, 0xe0,
		0x37, 0x07, 0x34 };
	static const u8 key[16] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf,
		0x4f, 0x3c };
	static const u8 want[16] = { 0x04, 0x66, 0x81, 0xe5, 0xe0, 0xcb, 0x19, 0x9a, 0x48, 0xf8, 0xd3, 0x7a, 0x28, 0x06,
		0x26, 0x4c };
	u8 got[16], back[16];

	if (!id_field(MRS(id_aa64isar0_el1), 4)) {
		check_skip("aes");
		return;
	}
	__asm__ volatile("ldr q0, [%0]\n\tldr q1, [%1]\n\taese v0.16b, v1.16b\n\taesmc v0.16b, v0.16b\n\t"
		"str q0, [%2]\n\t"
		"movi v1.16b, #0\n\taesimc v0.16b, v0.16b\n\taesd v0.16b, v1.16b\n\tldr q1, [%1]\n\t"
		"eor v0.16b, v0.16b, v1.16b\n\t"
		"str q0, [%3]" : : "r"(input), "r"(key), "r"(got), "r"(back) : "memory");
	check("aes-round", (u64)memcmp(got, want, 16), 0);
	check("aes-back", (u64)memcmp(back, input, 16), 0);
}

static void check_sha(void)
{
	u32 rotated, out[4];
	const u32 w[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

	if (!id_field(MRS(id_aa64isar0_el1), 12)) {
		check_skip("sha");
		return;
	}
	__asm__ volatile("fmov s0, %w1\n\tsha1h s1, s0\n\tfmov %w0, s1" : "=r"(rotated) : "r"(0x80000001u));
	check("sha1h", rotated, 0x60000000);
	/* W[16] = s1(W[14]) + W[9] + s0(W[1]) + W[0]: SHA256SU0 is the part with s0 */
	__asm__ volatile("ldr q0, [%0]\n\tldr q1, [%0, #16]\n\tsha256su0 v0.4s, v1.4s\n\tstr q0, [%1]"
			 :
			 : "r"(w), "r"(out)
			 : "memory");
	check("sha256su0", out[0], 1 + ((2u >> 7 | 2u << 25) ^ (2u >> 18 | 2u << 14) ^ 2u >> 3));
}

static void check_optional(void)
{
	u64 isar0 = MRS(id_aa64isar0_el1), got;

	if (id_field(isar0, 4) >= 2) {
		__asm__ volatile("fmov d0, %1\n\tfmov d1, %1\n\tpmull v0.1q, v0.1d, v1.1d\n\tfmov %0, d0"
				 : "=r"(got)
				 : "r"(0xffull));
		check("pmull", got, 0x5555);
	}
	if (id_field(isar0, 52)) {
		check("rmif", OP1("msr nzcv, xzr\n\trmif x1, #4, #15\n\tmrs x0, nzcv", 0xa0), 0xa0000000);
		check("cfinv", OP1("msr nzcv, x1\n\tcfinv\n\tmrs x0, nzcv", 0x20000000), 0);
	} else {
		check_skip("flagm");
	}
	if (id_field(isar0, 60)) {
		u64 a = OP1("mrs x0, s3_3_c2_c4_0", 0), b = OP1("mrs x0, s3_3_c2_c4_0", 0);

		check_true("rndr-differs", a != b);
		check("rndr-flags", OP1("mrs x1, s3_3_c2_c4_1\n\tmrs x0, nzcv", 0), 0);
	} else {
		check_skip("rndr");
	}
}

/* DC ZVA clears an aligned block of the size that DCZID_EL0 says, and no more. */
static void check_zva(void)
{
	u64 size = 4ull << (MRS(dczid_el0) & 15), at = ((u64)&test_state.bytes[0] + size - 1) & ~(size - 1), wrong = 0;

	if (MRS(dczid_el0) & 16 || size > 256) {
		check_skip("dc-zva");
		return;
	}
	for (u64 i = 0; i < 3 * size; i++)
		write8(at + i, 0xff);
	__asm__ volatile("dc zva, %0" : : "r"(at + size + 5) : "memory");
	for (u64 i = 0; i < 3 * size; i++)
		wrong += read8(at + i) != (i >= size && i < 2 * size ? 0 : 0xff);
	check("dc-zva", wrong, 0);
}

/* Addressing: write-back order, pairs, literals, sign extension. */
static void check_addressing(void)
{
	u64 *at = (u64 *)(u64)&test_state.word[0];

	at[0] = 0x8877665544332211;
	at[1] = 0x1122334455667788;
	check("ldrsb", OP1("ldrsb x0, [x1, #7]", (u64)at), 0xffffffffffffff88);
	check("ldrsh-w", OP1("ldrsh w0, [x1, #6]", (u64)at), 0xffff8877);
	check("ldrsw-pair", OP1("ldpsw x0, x2, [x1]", (u64)at + 4), (u64)(s64)(s32)0x88776655);
	check("post-index", OP1("ldr x2, [x1], #8\n\tldr x0, [x1]", (u64)at), at[1]);
	check("pre-index", OP1("ldr x0, [x1, #8]!", (u64)at), at[1]);
	check("register-offset", OP2("ldr w0, [x1, w2, sxtw #2]", (u64)(at + 1), (u32)-1), 0x88776655);
	check("unscaled", OP1("ldur x0, [x1, #-8]", (u64)(at + 1)), at[0]);
	check("store-pair", OP3("stp x2, x3, [x1, #16]\n\tldr x0, [x1, #24]", (u64)at, 1, 2), 2);
	check("unaligned-across", OP1("ldr x0, [x1, #4]", (u64)at), 0x5566778888776655);
}

void suite_insn(void)
{
	check_integer();
	check_addressing();
	check_zva();
	check_crc();
	check_aes();
	check_sha();
	check_optional();
}
