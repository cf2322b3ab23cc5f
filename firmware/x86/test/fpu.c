/* SPDX-License-Identifier: MIT */
/*
 * #NM, #MF and #XM, and the memory images of FXSAVE and XSAVE (SDM vol. 3 2.5, 6.15; vol. 1 10.5, 13.4).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

SNIPPET(x87_fnop, TRAP_MARK "fnop")
SNIPPET(x87_wait, TRAP_MARK "fwait")
SNIPPET(mmx_emms, TRAP_MARK "emms")
SNIPPET(sse_movaps, TRAP_MARK "movaps %%xmm0, %%xmm1")
SNIPPET(sse_misaligned, "movl $" WORD(0) "+4, %%ecx\n\t" TRAP_MARK "movaps (" R("cx") "), %%xmm1")
SNIPPET(sse_unaligned_ok, "movl $" WORD(0) "+4, %%ecx\n\tmovups (" R("cx") "), %%xmm1")
SNIPPET(sse_div_zero, "movl $0x1D80, test_state\n\tldmxcsr test_state\n\tmovl $0x3F800000, %%eax\n\t"
	"movd %%eax, %%xmm0\n\t"
		      "xorps %%xmm1, %%xmm1\n\t" TRAP_MARK "divss %%xmm1, %%xmm0")
SNIPPET(sse_mxcsr_reserved, "movl $0x10000, test_state\n\t" TRAP_MARK "ldmxcsr test_state")
SNIPPET(sse_mxcsr_default, "movl $0x1F80, test_state\n\tldmxcsr test_state")
#define X87_PENDING "fninit\n\tmovl $0x37B, test_state\n\tfldcw test_state\n\tfld1\n\tfldz\n\tfdivrp\n\t"
SNIPPET(mf_fwait, X87_PENDING TRAP_MARK "fwait")
SNIPPET(mf_fld, X87_PENDING TRAP_MARK "fld1")
SNIPPET(mf_fnstsw_ok, X87_PENDING "fnstsw %%ax\n\tmovl %%eax, test_state\n\tfnclex\n\tfwait\n\tfninit")
SNIPPET(mf_masked, "fninit\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait\n\tfnstsw %%ax\n\tmovl %%eax, test_state\n\tfninit")

static void check_nm(void)
{
	uw cr0 = cr0_get() & ~(uw)(CR0_EM | CR0_TS | CR0_MP);

	cr4_set(cr4_get() | CR4_OSFXSR);
	cr0_set(cr0 | CR0_TS);
	check_trap("nm-x87-ts", trap_catch(x87_fnop, NULL), VEC_NM, 0, true);
	check_trap("nm-mmx-ts", trap_catch(mmx_emms, NULL), VEC_NM, 0, true);
	check_trap("nm-sse-ts", trap_catch(sse_movaps, NULL), VEC_NM, 0, true);
	check_none("wait-ts-without-mp", trap_catch(x87_wait, NULL));
	cr0_set(cr0 | CR0_TS | CR0_MP);
	check_trap("nm-wait-ts-mp", trap_catch(x87_wait, NULL), VEC_NM, 0, true);
	clts();
	check("clts", cr0_get() & CR0_TS, 0);
	check_none("wait-mp-without-ts", trap_catch(x87_wait, NULL));
	cr0_set(cr0 | CR0_EM);
	check_trap("nm-x87-em", trap_catch(x87_fnop, NULL), VEC_NM, 0, true);
	check_trap("ud-mmx-em", trap_catch(mmx_emms, NULL), VEC_UD, 0, true);
	check_trap("ud-sse-em", trap_catch(sse_movaps, NULL), VEC_UD, 0, true);
	cr0_set(cr0 | CR0_MP | CR0_NE);
	cr0_set(cr0 | CR0_TS);
	cr4_set(cr4_get() & ~(uw)CR4_OSFXSR);
	check_trap("ud-before-nm", trap_catch(sse_movaps, NULL), VEC_UD, 0, true);
	cr0_set(cr0 | CR0_MP | CR0_NE);
	check_trap("ud-sse-without-osfxsr", trap_catch(sse_movaps, NULL), VEC_UD, 0, true);
	cr4_set(cr4_get() | CR4_OSFXSR);
	check_none("sse-with-osfxsr", trap_catch(sse_movaps, NULL));
}

static void check_numeric(void)
{
	check_trap("mf-fwait", trap_catch(mf_fwait, NULL), VEC_MF, 0, true);
	check_trap("mf-next-x87", trap_catch(mf_fld, NULL), VEC_MF, 0, true);
	check_none("mf-not-for-no-wait", trap_catch(mf_fnstsw_ok, NULL));
	check("x87-status-ze-es-b", test_state.word[0] & 0x80FF, 0x8084);
	check_none("mf-masked", trap_catch(mf_masked, NULL));
	check("x87-status-masked-ze", test_state.word[0] & 0x80FF, 0x0004);
	cr4_set(cr4_get() | CR4_OSXMMEXCPT);
	check_trap("xm-divss", trap_catch(sse_div_zero, NULL), VEC_XM, 0, true);
	cr4_set(cr4_get() & ~(uw)CR4_OSXMMEXCPT);
	check_trap("ud-divss-without-osxmmexcpt", trap_catch(sse_div_zero, NULL), VEC_UD, 0, true);
	cr4_set(cr4_get() | CR4_OSXMMEXCPT);
	check_trap("gp-ldmxcsr-reserved", trap_catch(sse_mxcsr_reserved, NULL), VEC_GP, 0, true);
	check_none("ldmxcsr-default", trap_catch(sse_mxcsr_default, NULL));
	check_trap("gp-movaps-misaligned", trap_catch(sse_misaligned, NULL), VEC_GP, 0, true);
	check_none("movups-misaligned", trap_catch(sse_unaligned_ok, NULL));
}

static u32 area32(u32 offset)
{
	return mem32(LOW_DATA + offset);
}

SNIPPET(fxsave_state, "fninit\n\tfldpi\n\tfld1\n\tmovl $0x11223344, %%eax\n\tmovd %%eax, %%xmm0\n\t"
	"pshufd $0, %%xmm0, %%xmm0\n\t"
		      "movaps %%xmm0, %%xmm7\n\tfxsave 0x10000")
SNIPPET(fxrstor_state, "fninit\n\txorps %%xmm7, %%xmm7\n\tfxrstor 0x10000\n\tmovd %%xmm7, test_state\n\tfnstsw %%ax\n\t"
		       "movl %%eax, " WORD(1) "\n\tfninit")
SNIPPET(fxsave_misaligned, TRAP_MARK "fxsave 0x10008")
SNIPPET(fxrstor_bad_mxcsr, "movl $0xFFFFFFFF, 0x10018\n\t" TRAP_MARK "fxrstor 0x10000")

static void check_fxsave(void)
{
	memset(phys(LOW_DATA), 0xEE, 1024);
	check_none("fxsave", trap_catch(fxsave_state, NULL));
	check("fxsave-fcw", area32(0) & 0xFFFF, 0x037F);
	check("fxsave-fsw-top", area32(0) >> 16, 6 << 11);
	check("fxsave-abridged-tags", area32(4) & 0xFF, 0xC0);
	check("fxsave-mxcsr", area32(24), 0x1F80);
	check_true("fxsave-mxcsr-mask", area32(28) == 0 || (area32(28) & 0xFFBF) == 0xFFBF);
	check("fxsave-st0-exponent", area32(32 + 8) & 0xFFFF, 0x3FFF);
	check("fxsave-st0-mantissa", area32(32 + 4), 0x80000000u);
	check("fxsave-st1-pi", (u64)area32(48 + 4) << 32 | area32(48), 0xC90FDAA22168C235u);
	check("fxsave-xmm0", area32(160), 0x11223344);
	check("fxsave-xmm7", area32(160 + 7 * 16 + 12), 0x11223344);
	check("fxsave-leaves-last-48-bytes", area32(512 - 48), 0xEEEEEEEEu);
	check_none("fxrstor", trap_catch(fxrstor_state, NULL));
	check("fxrstor-xmm7", (u32)test_state.word[0], 0x11223344);
	check("fxrstor-fsw", test_state.word[1] & 0xFFFF, 6 << 11);
	check_trap("gp-fxsave-misaligned", trap_catch(fxsave_misaligned, NULL), VEC_GP, 0, true);
	check_trap("gp-fxrstor-mxcsr-reserved", trap_catch(fxrstor_bad_mxcsr, NULL), VEC_GP, 0, true);
}

SNIPPET(xgetbv_0, "xorl %%ecx, %%ecx\n\t" TRAP_MARK "xgetbv\n\tmovl %%eax, test_state\n\tmovl %%edx, " WORD(1))
SNIPPET(xsetbv_3, "xorl %%ecx, %%ecx\n\tmovl $3, %%eax\n\txorl %%edx, %%edx\n\txsetbv")
SNIPPET(xsetbv_no_x87, "xorl %%ecx, %%ecx\n\tmovl $2, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "xsetbv")
SNIPPET(xsetbv_index_1, "movl $1, %%ecx\n\tmovl $3, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "xsetbv")
SNIPPET(xsave_all, "fninit\n\tfld1\n\tpcmpeqd %%xmm3, %%xmm3\n\tmovl $-1, %%eax\n\tmovl $-1, %%edx\n\txsave 0x10000")
SNIPPET(xrstor_init_sse, "movl $1, 0x10200\n\tmovl $3, %%eax\n\txorl %%edx, %%edx\n\txrstor 0x10000\n\t"
	"movd %%xmm3, test_state\n\tfninit")
SNIPPET(xrstor_bad_header, "movl $1, 0x10208\n\tmovl $3, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "xrstor 0x10000")
SNIPPET(xsave_misaligned, "movl $3, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "xsave 0x10010")
SNIPPET(u_xsetbv, "xorl %%ecx, %%ecx\n\tmovl $3, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "xsetbv" USER_END)

static void check_xsave(void)
{
	if (!(cpuid(1).ecx & 1u << 26)) {
		check_skip("xsave");
		return;
	}
	cr4_set(cr4_get() & ~(uw)CR4_OSXSAVE);
	check("cpuid-osxsave-clear", cpuid(1).ecx >> 27 & 1, 0);
	check_trap("ud-xgetbv-without-osxsave", trap_catch(xgetbv_0, NULL), VEC_UD, 0, true);
	cr4_set(cr4_get() | CR4_OSXSAVE);
	check("cpuid-osxsave-set", cpuid(1).ecx >> 27 & 1, 1);
	check_none("xsetbv", trap_catch(xsetbv_3, NULL));
	check_none("xgetbv", trap_catch(xgetbv_0, NULL));
	check("xgetbv-value", (u32)test_state.word[0], 3);
	check_trap("gp-xsetbv-without-x87", trap_catch(xsetbv_no_x87, NULL), VEC_GP, 0, true);
	check_trap("gp-xsetbv-index", trap_catch(xsetbv_index_1, NULL), VEC_GP, 0, true);
	check_trap("gp-user-xsetbv", trap_user(u_xsetbv, 0), VEC_GP, 0, true);
	check("cpuid-d-size-for-x87-sse", cpuid_count(13, 0).ebx, 576);
	check("cpuid-d-mask-has-x87-sse", cpuid_count(13, 0).eax & 3, 3);
	memset(phys(LOW_DATA), 0, 1024);
	check_none("xsave", trap_catch(xsave_all, NULL));
	check("xsave-xstate-bv", area32(512) & 3, 3);
	check("xsave-st0", area32(32 + 8) & 0xFFFF, 0x3FFF);
	check("xsave-xmm3", area32(160 + 48), 0xFFFFFFFFu);
	check_none("xrstor-initialises-sse", trap_catch(xrstor_init_sse, NULL));
	check("xrstor-initialised-xmm3", (u32)test_state.word[0], 0);
	check_trap("gp-xrstor-header", trap_catch(xrstor_bad_header, NULL), VEC_GP, 0, true);
	check_trap("gp-xsave-misaligned", trap_catch(xsave_misaligned, NULL), VEC_GP, 0, true);
}

void suite_fpu(void)
{
	check_nm();
	check_numeric();
	check_fxsave();
	check_xsave();
}
