/* SPDX-License-Identifier: MIT */
/*
 * Exceptions of 64-bit mode: canonical addresses, opcodes that are gone, control-register rules and the 64-bit
 * interrupt frame with its stack alignment and IST (SDM vol. 3 6.14, 3.3.7.1; vol. 2 B.1 for opcodes).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

#define NONCANONICAL "movabsq $0x800000000000, %%rcx\n\t"
SNIPPET(gp_read, NONCANONICAL TRAP_MARK "movq (%%rcx), %%rax")
SNIPPET(gp_write, NONCANONICAL TRAP_MARK "movb %%al, (%%rcx)")
SNIPPET(gp_high, "movabsq $0xFFFF7FFFFFFFFFFF, %%rcx\n\t" TRAP_MARK "movb (%%rcx), %%al")
SNIPPET(gp_cross, "movabsq $0x7FFFFFFFFFFD, %%rcx\n\t" TRAP_MARK "movq (%%rcx), %%rax")
SNIPPET(ss_rbp, NONCANONICAL "pushq %%rbp\n\tmovq %%rcx, %%rbp\n\t" TRAP_MARK "movq (%%rbp), %%rax")
SNIPPET(ss_override, NONCANONICAL TRAP_MARK "movq (%%rsp,%%rcx), %%rax")
SNIPPET(gp_jmp, NONCANONICAL TRAP_MARK "jmp *%%rcx")
SNIPPET(gp_call, NONCANONICAL TRAP_MARK "call *%%rcx")
SNIPPET(gp_ret, NONCANONICAL "pushq %%rcx\n\t" TRAP_MARK "ret")
SNIPPET(gp_fs_base, "movl $0xC0000100, %%ecx\n\txorl %%eax, %%eax\n\tmovl $0x8000, %%edx\n\t" TRAP_MARK "wrmsr")
SNIPPET(gp_lstar, "movl $0xC0000082, %%ecx\n\txorl %%eax, %%eax\n\tmovl $0x8000, %%edx\n\t" TRAP_MARK "wrmsr")
SNIPPET(gp_cr0_pg_off, "movq %%cr0, %%rax\n\tandl $0x7FFFFFFF, %%eax\n\t" TRAP_MARK "movq %%rax, %%cr0")
SNIPPET(gp_cr4_pae_off, "movq %%cr4, %%rax\n\tandl $~0x20, %%eax\n\t" TRAP_MARK "movq %%rax, %%cr4")
SNIPPET(gp_cr4_reserved, "movq %%cr4, %%rax\n\torl $0x80000000, %%eax\n\t" TRAP_MARK "movq %%rax, %%cr4")
SNIPPET(gp_cr0_high, "movq %%cr0, %%rax\n\tbtsq $32, %%rax\n\t" TRAP_MARK "movq %%rax, %%cr0")
SNIPPET(gp_cr3_high, "movq %%cr3, %%rax\n\tbtsq $62, %%rax\n\t" TRAP_MARK "movq %%rax, %%cr3")
SNIPPET(gp_cr8_high, "movl $16, %%eax\n\t" TRAP_MARK "movq %%rax, %%cr8")
SNIPPET(gp_dr6_high, "movq %%dr6, %%rax\n\tbtsq $32, %%rax\n\t" TRAP_MARK "movq %%rax, %%dr6")
SNIPPET(gp_dr7_high, "movq %%dr7, %%rax\n\tbtsq $32, %%rax\n\t" TRAP_MARK "movq %%rax, %%dr7")
SNIPPET(gp_lme_off, "movl $0xC0000080, %%ecx\n\trdmsr\n\tandl $~0x100, %%eax\n\t" TRAP_MARK "wrmsr")
SNIPPET(gp_cmpxchg16b, "movl $" WORD(0) "+8, %%esi\n\t" TRAP_MARK "cmpxchg16b (%%rsi)")
SNIPPET(gp_lgdt, "sgdt " WORD(8) "\n\tmovabsq $0x800000000000, %%rax\n\tmovq %%rax, test_state+2\n\t"
	TRAP_MARK "lgdt test_state\n\tlgdt " WORD(8))
SNIPPET(gp_far_null, "pushq $0\n\tpushq $0\n\t" TRAP_MARK "lretq")
SNIPPET(ud_push_es, TRAP_MARK ".byte 0x06")
SNIPPET(ud_daa, TRAP_MARK ".byte 0x27")
SNIPPET(ud_aaa, TRAP_MARK ".byte 0x37")
SNIPPET(ud_pusha, TRAP_MARK ".byte 0x60")
SNIPPET(ud_group1_82, TRAP_MARK ".byte 0x82, 0xC0, 0")
SNIPPET(ud_call_far, TRAP_MARK ".byte 0x9A, 0, 0, 0, 0, 8, 0")
SNIPPET(ud_into, TRAP_MARK ".byte 0xCE")
SNIPPET(ud_aam, TRAP_MARK ".byte 0xD4, 0x0A")
SNIPPET(ud_salc, TRAP_MARK ".byte 0xD6")
SNIPPET(ud_jmp_far, TRAP_MARK ".byte 0xEA, 0, 0, 0, 0, 8, 0")

static const struct fault_case cases[] = {
	{ "gp-noncanonical-read", gp_read, VEC_GP, 0 },
	{ "gp-noncanonical-write", gp_write, VEC_GP, 0 },
	{ "gp-noncanonical-high", gp_high, VEC_GP, 0 },
	{ "gp-noncanonical-crossing", gp_cross, VEC_GP, 0 },
	{ "ss-noncanonical-rbp", ss_rbp, VEC_SS, 0 },
	{ "ss-noncanonical-rsp-base", ss_override, VEC_SS, 0 },
	{ "gp-noncanonical-jmp", gp_jmp, VEC_GP, 0 },
	{ "gp-noncanonical-call", gp_call, VEC_GP, 0 },
	{ "gp-noncanonical-ret", gp_ret, VEC_GP, 0 },
	{ "gp-noncanonical-fs-base", gp_fs_base, VEC_GP, 0 },
	{ "gp-noncanonical-lstar", gp_lstar, VEC_GP, 0 },
	{ "gp-noncanonical-lgdt", gp_lgdt, VEC_GP, 0 },
	{ "gp-cr8-reserved", gp_cr8_high, VEC_GP, 0 },
	{ "gp-dr6-high-half", gp_dr6_high, VEC_GP, 0 },
	{ "gp-dr7-high-half", gp_dr7_high, VEC_GP, 0 },
	{ "gp-far-return-null", gp_far_null, VEC_GP, 0 },
	{ "ud-push-es", ud_push_es, VEC_UD, 0 },
	{ "ud-daa", ud_daa, VEC_UD, 0 },
	{ "ud-aaa", ud_aaa, VEC_UD, 0 },
	{ "ud-pusha", ud_pusha, VEC_UD, 0 },
	{ "ud-group1-82", ud_group1_82, VEC_UD, 0 },
	{ "ud-call-far-immediate", ud_call_far, VEC_UD, 0 },
	{ "ud-into", ud_into, VEC_UD, 0 },
	{ "ud-aam", ud_aam, VEC_UD, 0 },
	{ "ud-salc", ud_salc, VEC_UD, 0 },
	{ "ud-jmp-far-immediate", ud_jmp_far, VEC_UD, 0 },
};

static const struct fault_case fatal_cases[] = {
	{ "gp-cr0-pg-off", gp_cr0_pg_off, VEC_GP, 0 },
	{ "gp-cr4-pae-off", gp_cr4_pae_off, VEC_GP, 0 },
	{ "gp-cr4-reserved", gp_cr4_reserved, VEC_GP, 0 },
	{ "gp-cr0-high-half", gp_cr0_high, VEC_GP, 0 },
	{ "gp-cr3-reserved", gp_cr3_high, VEC_GP, 0 },
	{ "gp-lme-change-while-paging", gp_lme_off, VEC_GP, 0 },
};

SNIPPET(ss_null, "xorl %%eax, %%eax\n\tmovl %%eax, %%ss\n\tpushq %%rax\n\tpopq %%rax\n\tmovl $0x10, %%eax\n\t"
	"movl %%eax, %%ss")
SNIPPET(invlpg_noncanonical, NONCANONICAL "invlpg (%%rcx)")
SNIPPET(u_ss_null, "xorl %%eax, %%eax\n\t" TRAP_MARK "movl %%eax, %%ss" USER_END)
SNIPPET(int_90_odd_stack, "movq %%rsp, %%rbx\n\tandq $-16, %%rsp\n\tsubq $5, %%rsp\n\tmovq %%rsp, test_state\n\t"
			  "int $0x90\n\tmovq %%rbx, %%rsp")
SNIPPET(u_end, "int $0x80")

static void note_frame(struct frame *f)
{
	u32 ss;

	__asm__ volatile("movl %%ss, %0" : "=r"(ss));
	test_state.word[1] = (uw)&f->ip;
	test_state.word[2] = f->sp;
	test_state.word[3] = ss;
	if (f->vector == VEC_USER)
		trap_unwind(VEC_USER);
}

static void check_frames(void)
{
	trap_set(0x90, note_frame);
	check_none("int-same-ring", trap_catch(int_90_odd_stack, NULL));
	check("int-pushes-old-rsp", test_state.word[2], test_state.word[0]);
	check("int-aligns-rsp-to-16", test_state.word[1], (test_state.word[0] & ~(uw)15) - 40);
	trap_set(0x90, NULL);
	trap_set(VEC_USER, note_frame);
	trap_user(u_end, 0);
	check("int-from-ring-3-loads-null-ss", test_state.word[3], 0);
	trap_gate(VEC_USER, SEL_CODE0, (u32)trap_idt()[VEC_USER * 2] & 0xFFFF, SEG_INT | SEG_DPL3, 0);
	trap_gate_default(VEC_USER);
	trap_idt()[VEC_USER * 2] |= (u64)1 << 32;
	trap_user(u_end, 0);
	check("int-through-ist", test_state.word[1], (uw)ist_stack_top - 40);
	trap_gate_default(VEC_USER);
	trap_set(VEC_USER, NULL);
}

/* IRETQ restores SS:RSP even without a change of ring, and refuses a non-canonical RIP. */
SNIPPET(iret_same_ring,
	"movq %%rsp, %%rbx\n\tpushq $0x10\n\tpushq $0x123458\n\tpushq $0x202\n\tpushq $8\n\tpushq $8f\n\t"
	"andl $~0x200, 16(%%rsp)\n\t"
	"iretq\n8:\tmovq %%rsp, test_state\n\tmovq %%rbx, %%rsp")
SNIPPET(iret_noncanonical,
	NONCANONICAL "movq %%rsp, %%rbx\n\tpushq $0x10\n\tpushq %%rbx\n\tpushq $2\n\tpushq $8\n\tpushq %%rcx\n\t"
	TRAP_MARK "iretq")
SNIPPET(iret_null_ss, "movq %%rsp, %%rbx\n\tpushq $0\n\tpushq %%rbx\n\tpushq $2\n\tpushq $8\n\tpushq $8f\n\tiretq\n8:\t"
		      "movl %%ss, %%eax\n\tmovl %%eax, test_state\n\tmovl $0x10, %%eax\n\tmovl %%eax, %%ss")
SNIPPET(iret_bad_cs, "movq %%rsp, %%rbx\n\tpushq $0x10\n\tpushq %%rbx\n\tpushq $2\n\tpushq $0x10\n\tpushq $0\n\t"
	TRAP_MARK "iretq")

static void check_iret(void)
{
	check_none("iret-same-ring", trap_catch(iret_same_ring, NULL));
	check("iret-same-ring-pops-rsp", test_state.word[0], 0x123458);
	check_trap("gp-iret-noncanonical", trap_catch(iret_noncanonical, NULL), VEC_GP, 0, true);
	test_state.word[0] = 0xFFFF;
	check_none("iret-null-ss-ring-0", trap_catch(iret_null_ss, NULL));
	check("iret-null-ss-loaded", (u32)test_state.word[0], 0);
	check_trap("gp-iret-data-cs", trap_catch(iret_bad_cs, NULL), VEC_GP, SEL_DATA0, true);
}

void suite_exc64(void)
{
	check_faults(cases, COUNT_OF(cases));
	check_faults_fatal(fatal_cases, COUNT_OF(fatal_cases));
	seg_reload();
	if (cpuid(1).ecx >> 13 & 1)
		check_trap("gp-cmpxchg16b-misaligned", trap_catch(gp_cmpxchg16b, NULL), VEC_GP, 0, true);
	check_none("null-ss-in-ring-0", trap_catch(ss_null, NULL));
	check_trap("gp-null-ss-in-ring-3", trap_user(u_ss_null, 0), VEC_GP, 0, true);
	check_none("invlpg-noncanonical-is-nop", trap_catch(invlpg_noncanonical, NULL));
	check_frames();
	check_iret();
}
