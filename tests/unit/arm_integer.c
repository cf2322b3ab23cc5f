/* SPDX-License-Identifier: MIT */
/* Integer instructions that the vectors leave out: flag manipulation (FEAT_FlagM), literals, LDAPUR and its kin,
 * logical immediates against their definition, and features that a processor lacks. Arm ARM C6.2, J1.3. */
#include "cpu/arm/a64/operand.h"
#include "tests/unit/arm_rig.h"

static void start(void)
{
	arm_rig_restart("max", true, false);
	arm_rig_paging();
	arm->sys.cpacr = 3 << 20;
	arm_rig_el(0);
}

TestSuite(arm_integer, .init = start, .fini = arm_rig_stop);

/* NZCV in bits 3:0 after the word, with x[0] and the flags as given. */
static u32 flags_after(u32 word, u64 x0, u32 nzcv)
{
	arm_rig_el(0);
	arm_rig_code(word);
	arm->x[0] = x0;
	arm_set_nzcv(arm, nzcv << 28);
	arm_rig_step(1);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 4);
	return arm_get_nzcv(arm) >> 28;
}

Test(arm_integer, flag_manipulation)
{
	enum { RMIF_4_15 = 0xba02040f, RMIF_63_9 = 0xba1f8409, SETF8 = 0x3a00080d, SETF16 = 0x3a00480d };

	cr_expect_eq(flags_after(RMIF_4_15, 0xa0, 5), 0xa);
	cr_expect_eq(flags_after(RMIF_4_15, 0xf5f, 10), 5);
	cr_expect_eq(flags_after(RMIF_63_9, 4, 6), 0xe, "bits 3 and 0 of x0 rotated by 63: 8; C and Z stay");
	cr_expect_eq(flags_after(RMIF_63_9, 1ull << 63, 0), 1);
	cr_expect_eq(flags_after(SETF8, 0x80, 2), 0xb, "N, C as it was, V: bits 8 and 7 differ");
	cr_expect_eq(flags_after(SETF8, 0x180, 0), 8);
	cr_expect_eq(flags_after(SETF8, 0x100, 15), 7, "Z C V");
	cr_expect_eq(flags_after(SETF8, ~0xffull, 0), 5);
	cr_expect_eq(flags_after(SETF8, 0x7f, 13), 0);
	cr_expect_eq(flags_after(SETF16, 0x8000, 0), 9);
	cr_expect_eq(flags_after(SETF16, 0x1000000000000, 0), 4);
	cr_expect_eq(flags_after(SETF16, 0x1ff80, 0), 8);
}

Test(arm_integer, literals)
{
	arm_rig_code(0x18000101, /* ldr w1, .+32 */
		0x580000e2, /* ldr x2, .+28 */
		0x980000c3, /* ldrsw x3, .+24 */
		0x9c0000a1, /* ldr q1, .+20 */
		0x5cffffe2, /* ldr d2, .-4 */
		0x1c000063, /* ldr s3, .+12 */
		0xd8000040, /* prfm pldl1keep, .+8 */
		A64_NOP, 0x89abcdef, 0x01234567, 0x11111111, 0x22222222);
	arm_rig_step(7);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 28);
	cr_expect_eq(arm->x[1], 0x89abcdef);
	cr_expect_eq(arm->x[2], 0x0123456789abcdef);
	cr_expect_eq(arm->x[3], 0xffffffff89abcdef);
	cr_expect_eq(arm->v[1].q[0], 0x0123456789abcdef);
	cr_expect_eq(arm->v[1].q[1], 0x2222222211111111);
	cr_expect_eq(arm->v[2].q[0], 0x5cffffe29c0000a1);
	cr_expect_eq(arm->v[3].q[0], 0x89abcdef);
	cr_expect_eq(arm->v[3].q[1], 0);
}

Test(arm_integer, ordered_with_an_offset)
{
	arm_rig_poke(ARIG_DATA, 8, 0x8123456789abcdef);
	arm_rig_code(0x999fc001, /* ldapursw x1, [x0, #-4] */
		0x19dff002, /* ldapursb w2, [x0, #-1] */
		0xd95f8003, /* ldapur x3, [x0, #-8] */
		0x591fe004, /* stlurh w4, [x0, #-2] */
		0x88df7c05, /* ldlar w5, [x0] */
		0x889f7c04  /* stllr w4, [x0] */);
	arm->x[0] = ARIG_DATA + 8;
	arm->x[4] = 0xabcd1234;
	arm_rig_poke(ARIG_DATA + 8, 8, 77);
	arm_rig_step(6);
	cr_expect_eq(arm->cpu.pc, ARIG_CODE + 24);
	cr_expect_eq(arm->x[1], 0xffffffff81234567);
	cr_expect_eq(arm->x[2], 0xffffff81);
	cr_expect_eq(arm->x[3], 0x8123456789abcdef);
	cr_expect_eq(arm->x[5], 77);
	cr_expect_eq(arm_rig_peek(ARIG_DATA, 8), 0x1234456789abcdef);
	cr_expect_eq(arm_rig_peek(ARIG_DATA + 8, 8), 0xabcd1234);
}

/* C6.2.12, J1.3: DecodeBitMasks, bit by bit. False: reserved. */
static bool bit_masks(u64 *mask, unsigned n, unsigned imms, unsigned immr, unsigned size)
{
	unsigned length = n ? 64 : 0, ones = imms, rotate;

	for (unsigned k = 5; !length && k > 0; k--)
		if (!(imms >> k & 1))
			length = 1u << k;
	if (!length || length > 8u << size)
		return false;
	ones = (imms & (length - 1)) + 1;
	rotate = immr % length;
	*mask = 0;
	for (unsigned k = 0; k < 8u << size; k++)
		*mask |= (u64)((k + rotate) % length < ones) << k;
	return ones < length;
}

Test(arm_integer, logical_immediates)
{
	unsigned valid = 0;

	for (unsigned v = 0; v < 2 << 13; v++) {
		unsigned size = 2 + (v & 1), n = v >> 1 & 1, imms = v >> 2 & 63, immr = v >> 8 & 63;
		u64 want = 0, got = 0;
		bool is = bit_masks(&want, n, imms, immr, size);

		cr_assert_eq(a64_decode_bit_masks(&got, n, imms, immr, size), is, "%u %u %u", n, imms, immr);
		if (is)
			cr_assert_eq(got, want, "%u %u %u", n, imms, immr);
		valid += is;
	}
	cr_expect_gt(valid, 5000);
}

/* What a Cortex-A72 does not have. */
Test(arm_integer, absent_features_are_undefined)
{
	static const u32 words[] = {
		0xba02040f, 0x3a00080d,                         /* RMIF, SETF8 */
		0xf8210002, 0xc8a17c02, 0x48247c06, 0xf8bfc001, /* LDADD, CAS, CASP, LDAPR */
		0xd95f8003, 0x88df7c05,                         /* LDAPUR, LDLAR */
	};

	arm_rig_restart("cortex-a72", true, false);
	for (unsigned k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
		arm_rig_el(1);
		arm_rig_code(words[k]);
		arm->x[0] = ARIG_DATA;
		cr_expect_eq(arm_rig_run(), ARIG_AT(1, 0x200), "%08x", words[k]);
		cr_expect_eq(arm_rig_ec(1), EC_UNKNOWN, "%08x", words[k]);
	}
}
