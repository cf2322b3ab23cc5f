/* SPDX-License-Identifier: MIT */
/*
 * CPUID leaves that must agree with each other, and the model-specific registers that every processor of this
 * kind has (SDM vol. 2 CPUID; vol. 4 chapter 2; vol. 3 11.11 for MTRRs, 11.12 for PAT).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

static bool printable(const char *s, size_t n)
{
	for (size_t i = 0; i < n && s[i]; i++)
		if (s[i] < 0x20 || s[i] > 0x7E)
			return false;
	return s[0] != 0;
}

SNIPPET(toggle_id, "pushf\n\tpop " R("ax") "\n\tmov " R("ax") ", " R("cx") "\n\txorl $0x200000, %%eax\n\tpush " R("ax")
		   "\n\tpopf\n\tpushf\n\tpop " R("ax") "\n\txorl %%ecx, %%eax\n\tmovl %%eax, test_state")

static void check_leaves(void)
{
	struct cpuid zero = cpuid(0), one = cpuid(1), ext = cpuid(0x80000000), ext1 = cpuid_if(0x80000001);
	struct cpuid sizes = cpuid_if(0x80000008);
	u32 vendor[4] = { zero.ebx, zero.edx, zero.ecx, 0 };
	u32 brand[13];

	trap_catch(toggle_id, NULL);
	check("id-flag-toggles", (u32)test_state.word[0] & FLAG_ID, FLAG_ID);
	check_range("max-basic-leaf", zero.eax, 1, 0x100);
	check_range("max-extended-leaf", ext.eax, 0x80000001, 0x80000100);
	check_true("vendor-printable", printable((const char *)vendor, 12));
	for (u32 i = 0; i < 12; i += 4) {
		struct cpuid part = cpuid_if(0x80000002 + i / 4);

		brand[i] = part.eax;
		brand[i + 1] = part.ebx;
		brand[i + 2] = part.ecx;
		brand[i + 3] = part.edx;
	}
	brand[12] = 0;
	if (ext.eax >= 0x80000004)
		check_true("brand-printable", printable((const char *)brand, 48));
	check("has-fpu-tsc-msr-cx8", one.edx & 0x131, 0x131);
	check_true("family", (one.eax >> 8 & 15) >= 5);
	check_true("sse2-implies-sse-fxsr", !(one.edx >> 26 & 1) || (one.edx >> 24 & 3) == 3);
	check_true("sse4.2-implies-older", !(one.ecx >> 20 & 1) || (one.ecx & 0x80201) == 0x80201);
	check_true("initial-apic-id", one.ebx >> 24 < 0xFF);
	if (ext1.edx >> 29 & 1) {
		check_range("physical-bits", sizes.eax & 0xFF, 32, 52);
		check_true("linear-bits", (sizes.eax >> 8 & 0xFF) == 48 || (sizes.eax >> 8 & 0xFF) == 57);
		check_true("long-mode-implies-pae-sse2", (one.edx >> 6 & 1) && (one.edx >> 26 & 1));
	}
	check("beyond-last-extended-leaf", ext.eax < 0x8FFFFFFF, 1);
}

SNIPPET(rdtscp_aux, ".byte 0x0F, 0x01, 0xF9\n\tmovl %%ecx, test_state")
SNIPPET(u_rdtsc, TRAP_MARK "rdtsc" USER_END)
SNIPPET(u_rdpmc, "xorl %%ecx, %%ecx\n\t" TRAP_MARK "rdpmc" USER_END)

static void check_tsc(void)
{
	u64 first = tsc_read();

	check_true("tsc-advances", tsc_read() > first);
	msr_write(MSR_TSC, 0x123456789ABC);
	first = tsc_read();
	check_range("tsc-writable", first, 0x123456789ABC, 0x123456789ABC + 1000000000);
	check_true("tsc-msr-agrees", msr_read(MSR_TSC) - first < 1000000000);
	check_trap("user-rdtsc", trap_user(u_rdtsc, 0), VEC_USER, 0, false);
	cr4_set(cr4_get() | CR4_TSD);
	check_trap("gp-user-rdtsc-tsd", trap_user(u_rdtsc, 0), VEC_GP, 0, true);
	cr4_set(cr4_get() & ~(uw)CR4_TSD);
	check_trap("gp-user-rdpmc", trap_user(u_rdpmc, 0), VEC_GP, 0, true);
	if (!(cpuid_if(0x80000001).edx >> 27 & 1)) {
		check_skip("rdtscp");
		return;
	}
	msr_write(MSR_TSC_AUX, 0x1234);
	check_none("rdtscp", trap_catch(rdtscp_aux, NULL));
	check("rdtscp-aux", (u32)test_state.word[0], 0x1234);
}

static void check_keeps(const char *name, u32 msr, u64 value)
{
	u64 old = msr_read(msr);

	msr_write(msr, value);
	check(name, msr_read(msr), value);
	msr_write(msr, old);
}

SNIPPET(gp_mtrr_type, "movl $0x200, %%ecx\n\tmovl $2, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "wrmsr")
SNIPPET(gp_mtrrcap, "movl $0xFE, %%ecx\n\txorl %%eax, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "wrmsr")
SNIPPET(gp_sysenter_none, TRAP_MARK "sysenter")

static void check_msrs(void)
{
	struct cpuid one = cpuid(1);
	u64 cap;

	check_keeps("sysenter-cs", MSR_SYSENTER_CS, 0x1234);
	check_keeps("sysenter-esp", MSR_SYSENTER_ESP, 0x12345678);
	check_keeps("sysenter-eip", MSR_SYSENTER_EIP, 0x12345678);
	msr_write(MSR_SYSENTER_CS, 0);
	check_trap("sysenter-without-cs", trap_catch(gp_sysenter_none, NULL),
		   sizeof(uw) == 8 && check_on_amd() ? VEC_UD : VEC_GP, 0, true);
	if (one.edx >> 16 & 1)
		check_keeps("pat", MSR_PAT, 0x0001040506070004);
	else
		check_skip("pat");
	if (!(one.edx >> 12 & 1)) {
		check_skip("mtrr");
		return;
	}
	cap = msr_read(MSR_MTRRCAP);
	check_range("mtrr-count", cap & 0xFF, 1, 32);
	check_keeps("mtrr-base", MSR_MTRR_PHYSBASE0, 0xD0000006);
	check_keeps("mtrr-mask", MSR_MTRR_PHYSMASK0, 0xF0000800);
	check_keeps("mtrr-fixed-64k", 0x250, 0x0606060606060606);
	check_keeps("mtrr-default", MSR_MTRR_DEF_TYPE, 0xC06);
	check_trap("gp-mtrr-bad-type", trap_catch(gp_mtrr_type, NULL), VEC_GP, 0, true);
	check_trap("gp-mtrrcap-read-only", trap_catch(gp_mtrrcap, NULL), VEC_GP, 0, true);
}

/* UMIP: SGDT, SIDT, SLDT, SMSW and STR are for ring 0 only (SDM vol. 3 2.5, CR4.UMIP). */
SNIPPET(u_sgdt, TRAP_MARK "sgdt test_state" USER_END)
SNIPPET(u_sidt, TRAP_MARK "sidt test_state" USER_END)
SNIPPET(u_sldt, TRAP_MARK "sldt %%ax" USER_END)
SNIPPET(u_smsw, TRAP_MARK "smsw %%ax" USER_END)
SNIPPET(u_str, TRAP_MARK "str %%ax" USER_END)

static void check_umip(void)
{
	static const struct fault_case cases[] = {
		{ "umip-sgdt", u_sgdt, VEC_GP, 0 }, { "umip-sidt", u_sidt, VEC_GP, 0 }, { "umip-sldt", u_sldt, VEC_GP, 0 },
		{ "umip-smsw", u_smsw, VEC_GP, 0 }, { "umip-str", u_str, VEC_GP, 0 },
	};

	check_trap("user-sgdt", trap_user(u_sgdt, 0), VEC_USER, 0, false);
	check_trap("user-str", trap_user(u_str, 0), VEC_USER, 0, false);
	if (!(cpuid_if(7).ecx >> 2 & 1)) {
		check_skip("umip");
		return;
	}
	cr4_set(cr4_get() | CR4_UMIP);
	check_faults_user(cases, COUNT_OF(cases));
	cr4_set(cr4_get() & ~(uw)CR4_UMIP);
}

void suite_cpuid(void)
{
	check_leaves();
	check_tsc();
	check_msrs();
	check_umip();
}
