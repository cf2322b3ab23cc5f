/* SPDX-License-Identifier: MIT */
/*
 * SYSENTER and SYSEXIT in the ROM's own width, both directions (SDM vol. 2; vol. 3 5.8.7). AMD processors refuse
 * both in long mode (APM vol. 3).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

/* Ring 3 enters; the target notes what it sees and leaves to label 9's INT 0x80 in ring 3. */
#ifdef __x86_64__
#define SYSEXIT "sysexitq"
#else
#define SYSEXIT "sysexit"
#endif
SNIPPET(u_enter, "sysenter" USER_END)
SNIPPET(exit_target, "int $0x80")
SNIPPET(u_sysexit, TRAP_MARK SYSEXIT USER_END)
SNIPPET(k_sysexit, "mov " WORD(1) ", " R("dx") "\n\tmov " WORD(2) ", " R("cx") "\n\t" SYSEXIT)

/* Runs in ring 0 straight from SYSENTER, on IA32_SYSENTER_ESP. */
static void noted(void)
{
	u32 cs, ss;
	uw sp;

	__asm__ volatile("movl %%cs, %0\n\tmovl %%ss, %1\n\tmov " R("sp") ", %2" : "=r"(cs), "=r"(ss), "=r"(sp));
	test_state.word[4] = cs;
	test_state.word[5] = ss;
	test_state.word[6] = sp;
	test_state.word[7] = flags_get();
	__asm__ volatile("int $0x81");
}

void suite_sysenter(void)
{
	uw stack = (uw)trap_stack_top - TRAP_STACK_BYTES / 4;

	if (!(cpuid(1).edx >> 11 & 1) || (sizeof(uw) == 8 && check_on_amd())) {
		check_skip("all");
		return;
	}
	msr_write(MSR_SYSENTER_CS, SEL_CODE0);
	msr_write(MSR_SYSENTER_ESP, stack);
	msr_write(MSR_SYSENTER_EIP, (uw)noted);
	check_trap("sysenter", trap_user(u_enter, FLAG_IF), 0x81, 0, false);
	check("sysenter-cs", test_state.word[4], SEL_CODE0);
	check("sysenter-ss", test_state.word[5], SEL_DATA0);
	check_range("sysenter-esp", test_state.word[6], stack - 256, stack);
	check("sysenter-clears-if", test_state.word[7] & FLAG_IF, 0);
	test_state.word[1] = (uw)exit_target;
	test_state.word[2] = stack - 1024;
	check_trap("sysexit", trap_catch(k_sysexit, NULL), VEC_USER, 0, false);
	check("sysexit-cs", trap_state.last.cs, (sizeof(uw) == 8 ? SEL_CODE0 + 32 : SEL_CODE0 + 16) | 3);
	check("sysexit-ss", trap_state.last.ss, (sizeof(uw) == 8 ? SEL_CODE0 + 40 : SEL_CODE0 + 24) | 3);
	check_trap("gp-user-sysexit", trap_user(u_sysexit, 0), VEC_GP, 0, true);
	msr_write(MSR_SYSENTER_CS, 0);
	check_trap("gp-sysexit-without-cs", trap_catch(u_sysexit, NULL), VEC_GP, 0, true);
}
