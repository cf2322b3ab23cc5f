/* SPDX-License-Identifier: MIT */
/* What single-instruction vectors can't show of Advanced SIMD: structures that fault half way, what traps, FPSR.QC over
 * several instructions, and two rounds of SHA-512 against FIPS 180-4, 6.4.2. Arm ARM C7. */
#include "tests/unit/arm_rig.h"

#include "cpu/arm/sys.h"

enum { EDGE = ARIG_DATA + 0x1000 }; /* the page from here on is not mapped */

static void start(void)
{
	arm_rig_restart("max", true, false);
	arm->sys.cpacr = 3 << 20;
	arm_rig_paging();
	arm_rig_poke(arm_rig_pte(EDGE), 8, 0);
	for (unsigned n = 0; n < 32; n++)
		arm->v[n] = (union vec){{0x1111111111111111u * (n & 15), n}};
	for (u64 va = EDGE - 64; va < EDGE; va += 8)
		arm_rig_poke(va, 8, va * 0x9e3779b97f4a7c15u);
	arm_rig_flush();
	arm_update(arm);
}
TestSuite(a64_simd, .init = start, .fini = arm_rig_stop);

/* ---- structures in memory -------------------------------------------------------------------------- */

static void expect_abort(u64 far, bool write)
{
	cr_assert_eq(arm_rig_run(), ARIG_AT(1, 0x200));
	cr_expect_eq(arm_rig_ec(1), EC_DABT);
	cr_expect_eq(arm->sys.far[1], far);
	cr_expect_eq(arm_rig_iss(1) >> 6 & 1, write);
	for (unsigned n = 0; n < 32; n++)
		cr_expect(arm->v[n].q[0] == 0x1111111111111111u * (n & 15) && arm->v[n].q[1] == n, "v%u", n);
}

Test(a64_simd, load_faults_before_anything_changes)
{
	arm->x[0] = EDGE - 33;
	arm_rig_code(0x4cdf4000); /* ld3 {v0.16b-v2.16b}, [x0], #48 */
	expect_abort(EDGE, false);
	cr_expect_eq(arm->x[0], EDGE - 33);
}

/* Elements are accesses of their own: the first one that does not fit is the one that is reported. */
Test(a64_simd, store_faults_before_anything_changes)
{
	u64 before = arm_rig_peek(EDGE - 8, 8);

	arm->x[0] = EDGE - 32;
	arm->x[1] = 5;
	arm_rig_code(0x4c810800); /* st4 {v0.4s-v3.4s}, [x0], x1 */
	expect_abort(EDGE, true);
	cr_expect_eq(arm->x[0], EDGE - 32);
	cr_expect_eq(arm_rig_peek(EDGE - 8, 8), before);
}

Test(a64_simd, structures_up_to_the_edge)
{
	arm->x[0] = EDGE - 48;
	arm_rig_code(0x4cdf4000, A64_WFI); /* ld3 {v0.16b-v2.16b}, [x0], #48 */
	cr_assert_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[0], EDGE);
	for (unsigned n = 0; n < 48; n++)
		cr_expect_eq((u8)(arm->v[n % 3].q[n / 24] >> n / 3 % 8 * 8), arm_rig_peek(EDGE - 48 + n, 1));
}

Test(a64_simd, one_element_and_post_index)
{
	arm->x[0] = EDGE - 2;
	arm_rig_code(0x4ddf4803, A64_WFI); /* ld1 {v3.h}[5], [x0], #2 */
	cr_assert_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->x[0], EDGE);
	cr_expect_eq(arm->v[3].q[0], 0x3333333333333333u);
	cr_expect_eq(arm->v[3].q[1], 3 | arm_rig_peek(EDGE - 2, 2) << 16);
}

Test(a64_simd, stack_pointer_must_be_aligned)
{
	arm->sys.sctlr[1] |= SCTLR_SA;
	arm_update(arm);
	arm->x[R_SP] = EDGE - 24;
	arm_rig_code(0x4c4073e0); /* ld1 {v0.16b}, [sp] */
	cr_assert_eq(arm_rig_run(), ARIG_AT(1, 0x200));
	cr_expect_eq(arm_rig_ec(1), EC_SP_ALIGN);
}

Test(a64_simd, traps_when_disabled)
{
	arm->sys.cpacr = 0;
	arm_update(arm);
	arm->x[0] = EDGE - 2;
	arm_rig_code(0x4ddf4803); /* ld1 {v3.h}[5], [x0], #2 */
	cr_assert_eq(arm_rig_run(), ARIG_AT(1, 0x200));
	cr_expect_eq(arm_rig_ec(1), EC_FP);
	cr_expect_eq(arm->x[0], EDGE - 2);
}

/* ---- FPSR.QC --------------------------------------------------------------------------------------- */

Test(a64_simd, saturation_is_sticky)
{
	arm->v[1] = arm->v[2] = (union vec){{0x7f01, 0}};
	arm_rig_code(0x5e220c20); /* sqadd b0, b1, b2: 1 + 1; what lies above does not count */
	arm_rig_code(0x4e220c23); /* sqadd v3.16b, v1.16b, v2.16b: 7f + 7f */
	arm_rig_code(0x5e220c20, A64_WFI);
	arm_rig_step(1);
	cr_expect_eq(arm->v[0].q[0], 2);
	cr_expect_eq(arm_get_fpsr(arm), 0);
	arm_rig_step(1);
	cr_expect_eq(arm->v[3].q[0], 0x7f02);
	cr_expect_eq(arm_get_fpsr(arm), 1 << 27);
	cr_assert_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm_get_fpsr(arm), 1 << 27);
	cr_expect_eq(arm->v[0].q[1], 0);
}

/* ---- SHA-512 --------------------------------------------------------------------------------------- */

static u64 ror(u64 v, unsigned n)
{
	return v >> n | v << (64 - n);
}

/* s: a to h; word: W + K */
static void sha512_round(u64 s[8], u64 word)
{
	u64 t1 = s[7] + (ror(s[4], 14) ^ ror(s[4], 18) ^ ror(s[4], 41)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + word;
	u64 t2 = (ror(s[0], 28) ^ ror(s[0], 34) ^ ror(s[0], 39)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

	memmove(s + 1, s, 7 * sizeof(*s));
	s[4] += t1;
	s[0] = t1 + t2;
}

/* The sequence that the manual's instructions are meant for: v0 has a and b ... v3 g and h, v5 the two words. */
Test(a64_simd, sha512_rounds)
{
	u64 s[8], words[2] = {0x428a2f98d728ae22u, 0x7137449123ef65cdu};

	for (unsigned n = 0; n < 8; n++)
		s[n] = arm->v[n / 2].q[n % 2] = 0x6a09e667f3bcc908u * (n + 1) ^ (u64)n << 60;
	arm->v[5] = (union vec){{words[0], words[1]}};
	arm_rig_code(0x6e034046, 0x6e0540a5, 0x6e024027); /* ext v6, v2, v3, #8; v5, v5, v5, #8; v7, v1, v2, #8 */
	arm_rig_code(0x4ee58463, 0xce6780c3); /* add v3.2d, v3.2d, v5.2d; sha512h q3, q6, v7.2d */
	arm_rig_code(0x4ee38424, 0xce608423, A64_WFI); /* add v4.2d, v1.2d, v3.2d; sha512h2 q3, q1, v0.2d */
	cr_assert_eq(arm_rig_run(), ARIG_WAITS);
	sha512_round(s, words[0]);
	sha512_round(s, words[1]);
	cr_expect_eq(arm->v[3].q[0], s[0]);
	cr_expect_eq(arm->v[3].q[1], s[1]);
	cr_expect_eq(arm->v[4].q[0], s[4]);
	cr_expect_eq(arm->v[4].q[1], s[5]);
}

/* W16 and W17 from the words before (FIPS 180-4, 6.4.2, step 1). */
Test(a64_simd, sha512_schedule)
{
	u64 w[18];

	for (unsigned n = 0; n < 16; n++)
		w[n] = 0x9e3779b97f4a7c15u * (n + 3);
	for (unsigned n = 16; n < 18; n++)
		w[n] = (ror(w[n - 2], 19) ^ ror(w[n - 2], 61) ^ w[n - 2] >> 6) + w[n - 7] +
			(ror(w[n - 15], 1) ^ ror(w[n - 15], 8) ^ w[n - 15] >> 7) + w[n - 16];
	arm->v[0] = (union vec){{w[0], w[1]}};
	arm->v[1] = (union vec){{w[2], w[3]}};
	arm->v[7] = (union vec){{w[14], w[15]}};
	arm->v[5] = (union vec){{w[9], w[10]}};
	arm_rig_code(0xcec08020, 0xce6588e0, A64_WFI); /* sha512su0 v0.2d, v1.2d; sha512su1 v0.2d, v7.2d, v5.2d */
	cr_assert_eq(arm_rig_run(), ARIG_WAITS);
	cr_expect_eq(arm->v[0].q[0], w[16]);
	cr_expect_eq(arm->v[0].q[1], w[17]);
}
