/* SPDX-License-Identifier: MIT */
/* Pointer authentication: known answers, what fails, keys that are off, traps. Arm ARM D8.9; the codes were computed by
 * another implementation of QARMA5, with TCR_EL1 as given. */
#include "tests/unit/arm_rig.h"

static void start(void)
{
	arm_rig_restart("max", true, false);
	arm->sys.hcr |= HCR_API | HCR_APK;
	arm->sys.sctlr[1] |= SCTLR_ENIA | SCTLR_ENIB | SCTLR_ENDA | SCTLR_ENDB;
}

TestSuite(arm_pauth, .init = start, .fini = arm_rig_stop);

enum { SPX = 0x200, LOWER = 0x400 };

/* key halves: low, high */
static void set_key(unsigned key, u64 lo, u64 hi)
{
	arm->sys.key[key][0] = lo;
	arm->sys.key[key][1] = hi;
}

struct answer {
	u64 keys[8]; /* IA IB DA DB */
	u64 ptr, modifier, tcr;
	u64 pac[4];
	u64 bad_ia, bad_db; /* what a wrong code becomes */
};

static const struct answer answers[] = {
	{{0xd18a61b64dbad1c0, 0x48a3498297a2aa55, 0x12f934dc87f8fcb0, 0x4341063f3d070930,
	  0xd29b2d45813c7589, 0x9fa3c84f59d68905, 0xbe2ab8a42371c9fb, 0xdfc3a106f23bbe08},
	 0xffffffb7a9304bad, 0x3cfc4c3b30798ede, 0x0010002080180016,
	 {0xc993bdb7a9304bad, 0x16b12fb7a9304bad, 0xca95ebb7a9304bad, 0x0de0beb7a9304bad},
	 0xbfffffb7a9304bad, 0xdfffffb7a9304bad},
	{{0xf33f7b63a4a1335e, 0x885e15442801d84e, 0xc99668a43eecfdb2, 0xabf17ba815d905d1,
	  0x0ca216e2c9f4f46b, 0x8fee08acc1045241, 0x39cdaad526662b49, 0xcf3d0143a078febf},
	 0x00000005bf1d86e2, 0xf11507120f8f914b, 0x00000040801f0013,
	 {0x59488005bf1d86e2, 0x6b198005bf1d86e2, 0x030aa005bf1d86e2, 0x087dc005bf1d86e2},
	 0x20000005bf1d86e2, 0x40000005bf1d86e2},
	/* with tags: TBI0, TBI1, not for instructions (TBID1) */
	{{0xe16c9dba07187200, 0xc3f6853a23aa0ee4, 0x79a76324ad87748e, 0xbaf566dc30ccbb28,
	  0xcb823d8dfafce26e, 0x8f53206ea3d2805f, 0x71a9899a2becb74e, 0xfde4647215d33724},
	 0xffffffbc24e503e3, 0x7056eaf81384227e, 0x0008006080230020,
	 {0xffb0608aa4e503e3, 0xff8b999444e503e3, 0xffeef32d04e503e3, 0xffb5370b44e503e3},
	 0xffbfffffe4e503e3, 0xffdfffffe4e503e3},
};

Test(arm_pauth, known_answers)
{
	for (unsigned k = 0; k < countof(answers); k++) {
		const struct answer *a = &answers[k];

		memcpy(arm->sys.key, a->keys, sizeof(a->keys));
		arm->sys.tcr[1] = a->tcr;
		for (unsigned key = 0; key < 4; key++)
			cr_expect_eq(arm_pac_add(arm, a->ptr, a->modifier, key), a->pac[key], "answer %u, key %u", k,
				key);
		cr_expect_eq(arm_pac_auth(arm, a->pac[0] ^ BIT(50), a->modifier, KEY_IA), a->bad_ia, "answer %u", k);
		cr_expect_eq(arm_pac_auth(arm, a->pac[3] ^ BIT(51), a->modifier, KEY_DB), a->bad_db, "answer %u", k);
	}
}

/* The test vector of the paper that introduced QARMA, for sigma 2. */
Test(arm_pauth, generic)
{
	set_key(KEY_GA, 0xec2802d4e0a488e9, 0x84be85ce9804e94b);
	arm_rig_code(0x9ac13002 /* pacga x2, x0, x1 */, A64_WFI);
	arm->x[0] = 0xfb623599da6e8127;
	arm->x[1] = 0x477d469dec0b8762;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[2], 0xc003b93900000000);
}

/* Whatever signs a good pointer, the same key and modifier give it back, and no other. */
static void round_trips(void)
{
	u64 r = 88172645463325252ull;

	arm->sys.tcr[1] = 16 | 16 << 16 | 2ull << 30;
	for (unsigned n = 0; n < 1000; n++) {
		u64 ptr, pac, modifier;
		unsigned key = n & 3;

		for (unsigned k = 0; k < 10; k++)
			((u64 *)arm->sys.key)[k] = r = r * 6364136223846793005ull + 1442695040888963407ull;
		modifier = r ^ r >> 31;
		ptr = (u64)sign_extend(r >> 15, 49);
		ptr = bit(r, 63) ? ptr | 0xffff000000000000 : ptr & 0xffffffffffff;
		pac = arm_pac_add(arm, ptr, modifier, key);
		cr_assert_eq(arm_pac_auth(arm, pac, modifier, key), ptr);
		cr_assert_eq(arm_pac_strip(arm, pac, key >= KEY_DA), ptr);
		cr_assert_eq(bit(pac, 55), bit(ptr, 55));
		cr_assert_neq(arm_pac_auth(arm, pac ^ BIT(49), modifier, key), ptr);
	}
}

Test(arm_pauth, round_trips)
{
	round_trips();
}

Test(arm_pauth, round_trips_of_the_quick_hash)
{
	arm_rig_restart("max,pauth-impdef=on", true, false);
	round_trips();
}

/* ---- instructions -------------------------------------------------------------------------------- */

enum {
	PACIASP = 0xd503233f, AUTIASP = 0xd50323bf, RETAA = 0xd65f0bff, PACIA_0_1 = 0xdac10020, AUTIA_0_1 = 0xdac11020,
	PACIZA_0 = 0xdac123e0, PACDZA_0 = 0xdac12be0, LDRAA_2_0 = 0xf8200402 /* [x0] */,
	LDRAA_2_0_PRE = 0xf8201c02 /* [x0, #8]! */, BLRAA_0_1 = 0xd73f0801, XPACI_0 = 0xdac143e0, BRAAZ_0 = 0xd61f081f,
};

static void good_space(void)
{
	arm->sys.tcr[1] = 16 | 16 << 16 | 2ull << 30;
	for (unsigned key = 0; key < 4; key++)
		set_key(key, 0x1111111111111111 * (key + 1), 0xfedcba9876543210);
}

Test(arm_pauth, return_address)
{
	good_space();
	arm_rig_code(PACIASP, RETAA);
	arm_rig_poke(ARIG_DATA, 4, A64_WFI);
	arm->x[R_LR] = ARIG_DATA;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->cpu.pc, ARIG_DATA + 4);
	cr_expect_neq(arm->x[R_LR], ARIG_DATA, "RETAA leaves X30 signed");
	cr_expect_eq(arm_pac_strip(arm, arm->x[R_LR], false), ARIG_DATA);
	/* with another stack pointer the return goes nowhere */
	arm_rig_el(1);
	arm_rig_code(PACIASP, 0x910043ff /* add sp, sp, #16 */, RETAA);
	arm->x[R_LR] = ARIG_DATA;
	cr_expect_eq(arm_rig_run(), ARIG_AT(1, SPX));
	cr_expect_eq(arm->sys.elr[1], ARIG_DATA | 1ull << 61);
}

Test(arm_pauth, registers)
{
	good_space();
	arm_rig_code(PACIA_0_1, 0xaa0003e3 /* mov x3, x0 */, AUTIA_0_1, 0xaa0003e4 /* mov x4, x0 */, PACIZA_0,
		XPACI_0, A64_WFI);
	arm->x[0] = ARIG_DATA;
	arm->x[1] = 99;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[3], arm_pac_add(arm, ARIG_DATA, 99, KEY_IA));
	cr_expect_neq(arm->x[3], ARIG_DATA);
	cr_expect_eq(arm->x[4], ARIG_DATA);
	cr_expect_eq(arm->x[0], ARIG_DATA);
}

Test(arm_pauth, loads)
{
	good_space();
	arm_rig_code(PACDZA_0, LDRAA_2_0, A64_WFI);
	arm_rig_poke(ARIG_DATA, 8, 0x12345678);
	arm_rig_poke(ARIG_DATA + 8, 8, 0x9abcdef0);
	arm->x[0] = ARIG_DATA;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[2], 0x12345678);
	arm_rig_el(1);
	arm_rig_code(PACDZA_0, LDRAA_2_0_PRE, A64_WFI);
	arm->x[0] = ARIG_DATA;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[2], 0x9abcdef0);
	cr_expect_eq(arm->x[0], ARIG_DATA + 8, "the plain address is written back");
}

Test(arm_pauth, branches)
{
	good_space();
	arm_rig_code(PACIA_0_1, BLRAA_0_1);
	arm_rig_poke(ARIG_DATA, 4, A64_WFI);
	arm->x[0] = ARIG_DATA;
	arm->x[1] = 5;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->cpu.pc, ARIG_DATA + 4);
	cr_expect_eq(arm->x[R_LR], ARIG_CODE + 8);
	arm_rig_el(1);
	arm_rig_code(PACIZA_0, BRAAZ_0);
	arm->x[0] = ARIG_DATA;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->cpu.pc, ARIG_DATA + 4);
}

/* Without SCTLR_EL1.EnIA nothing happens to the pointer; without HCR_EL2.API the use traps. */
Test(arm_pauth, keys_that_are_off)
{
	good_space();
	arm_rig_code(PACIA_0_1, A64_WFI);
	arm->sys.sctlr[1] &= ~SCTLR_ENIA;
	arm->x[0] = ARIG_DATA;
	cr_expect_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[0], ARIG_DATA);
	arm->sys.sctlr[1] |= SCTLR_ENIA;
	arm->sys.hcr &= ~HCR_API;
	arm_rig_el(1);
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm->sys.esr[2], 0x26000000);
	arm->sys.hcr &= ~HCR_APK;
	arm_rig_el(1);
	arm_rig_code(A64_MSR(SYSREG(3, 0, 2, 1, 0), 0));
	cr_expect_eq(arm_rig_run(), ARIG_AT(2, LOWER));
	cr_expect_eq(arm_rig_ec(2), EC_SYSREG);
}
