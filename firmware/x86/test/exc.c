/* SPDX-License-Identifier: MIT */
/*
 * Each exception that can be raised in both modes: vector, error code, saved instruction pointer and EFLAGS.RF
 * (SDM vol. 3 6.15 for the exceptions, 17.3.1.1 for RF).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

SNIPPET(de_div_zero, "xorl %%ecx, %%ecx\n\txorl %%edx, %%edx\n\t" TRAP_MARK "divl %%ecx")
SNIPPET(de_div_overflow, "movl $1, %%ecx\n\tmovl $1, %%edx\n\t" TRAP_MARK "divl %%ecx")
SNIPPET(de_idiv_overflow,
	"movl $-1, %%ecx\n\tmovl $-1, %%edx\n\tmovl $0x80000000, %%eax\n\t" TRAP_MARK "idivl %%ecx")
SNIPPET(de_div8_overflow, "movl $0x1000, %%eax\n\tmovb $0x10, %%cl\n\t" TRAP_MARK "divb %%cl")
SNIPPET(de_idiv16_overflow, "movw $0x8000, %%ax\n\tmovw $-1, %%dx\n\tmovw $-1, %%cx\n\t" TRAP_MARK "idivw %%cx")
SNIPPET(bp_int3, TRAP_NEXT "int3\n9:")
SNIPPET(bp_int_3, TRAP_NEXT ".byte 0xCD, 3\n9:")
SNIPPET(of_int_4, TRAP_NEXT ".byte 0xCD, 4\n9:")
SNIPPET(db_icebp, TRAP_NEXT ".byte 0xF1\n9:")
SNIPPET(int_80, TRAP_NEXT "int $0x80\n9:")
SNIPPET(ud_ud2, TRAP_MARK "ud2")
SNIPPET(ud_ud0, TRAP_MARK ".byte 0x0F, 0xFF, 0xC0")
SNIPPET(ud_ud1, TRAP_MARK ".byte 0x0F, 0xB9, 0xC0")
SNIPPET(ud_lock_nop, TRAP_MARK ".byte 0xF0, 0x90")
SNIPPET(ud_lock_add_reg, TRAP_MARK ".byte 0xF0, 0x01, 0xC0")
SNIPPET(ud_lock_cmp_mem, TRAP_MARK ".byte 0xF0, 0x39, 0x04, 0x24")
SNIPPET(ud_mov_to_cs, TRAP_MARK ".byte 0x8E, 0xC8")
SNIPPET(ud_mov_cr1, TRAP_MARK ".byte 0x0F, 0x20, 0xC8")
SNIPPET(ud_lea_reg, TRAP_MARK ".byte 0x8D, 0xC0")
SNIPPET(ud_group4_2, TRAP_MARK ".byte 0xFE, 0xD0")
SNIPPET(ud_rsm, TRAP_MARK ".byte 0x0F, 0xAA")
SNIPPET(ud_mov_sreg_6, TRAP_MARK ".byte 0x8E, 0xF0")
SNIPPET(gp_sel_beyond_gdt, "movl $0xFFF8, %%eax\n\t" TRAP_MARK "movl %%eax, %%es")
SNIPPET(gp_sel_beyond_gdt_rpl, "movl $0xFFFB, %%eax\n\t" TRAP_MARK "movl %%eax, %%es")
SNIPPET(gp_sel_ldt_null, "movl $0x0C, %%eax\n\t" TRAP_MARK "movl %%eax, %%es")
SNIPPET(gp_sel_system, "movl $0x40, %%eax\n\t" TRAP_MARK "movl %%eax, %%es")
SNIPPET(gp_ltr_busy, "movl $0x40, %%eax\n\t" TRAP_MARK "ltr %%ax")
SNIPPET(gp_ltr_null, "xorl %%eax, %%eax\n\t" TRAP_MARK "ltr %%ax")
SNIPPET(gp_lldt_code, "movl $0x08, %%eax\n\t" TRAP_MARK "lldt %%ax")
SNIPPET(gp_wrmsr_unknown, "movl $0x0BAD0BAD, %%ecx\n\txorl %%eax, %%eax\n\txorl %%edx, %%edx\n\t" TRAP_MARK "wrmsr")
SNIPPET(gp_rdmsr_unknown, "movl $0x0BAD0BAD, %%ecx\n\t" TRAP_MARK "rdmsr")
SNIPPET(gp_wrmsr_efer_reserved,
	"movl $0xC0000080, %%ecx\n\trdmsr\n\torl $0x2, %%eax\n\t" TRAP_MARK "wrmsr")
SNIPPET(gp_wrmsr_pat_type, "movl $0x277, %%ecx\n\trdmsr\n\tmovb $2, %%al\n\t" TRAP_MARK "wrmsr")

static const struct fault_case common_cases[] = {
	{ "de-div-by-zero", de_div_zero, VEC_DE, 0 },
	{ "de-div-overflow", de_div_overflow, VEC_DE, 0 },
	{ "de-idiv-overflow", de_idiv_overflow, VEC_DE, 0 },
	{ "de-div8-overflow", de_div8_overflow, VEC_DE, 0 },
	{ "de-idiv16-overflow", de_idiv16_overflow, VEC_DE, 0 },
	{ "bp-int3", bp_int3, VEC_BP, 0 },
	{ "bp-int-3", bp_int_3, VEC_BP, 0 },
	{ "of-int-4", of_int_4, VEC_OF, 0 },
	{ "db-icebp", db_icebp, VEC_DB, 0 },
	{ "int-80", int_80, VEC_USER, 0 },
	{ "ud-ud2", ud_ud2, VEC_UD, 0 },
	{ "ud-ud0", ud_ud0, VEC_UD, 0 },
	{ "ud-ud1", ud_ud1, VEC_UD, 0 },
	{ "ud-lock-nop", ud_lock_nop, VEC_UD, 0 },
	{ "ud-lock-add-register", ud_lock_add_reg, VEC_UD, 0 },
	{ "ud-lock-cmp-memory", ud_lock_cmp_mem, VEC_UD, 0 },
	{ "ud-mov-to-cs", ud_mov_to_cs, VEC_UD, 0 },
	{ "ud-mov-from-cr1", ud_mov_cr1, VEC_UD, 0 },
	{ "ud-lea-register", ud_lea_reg, VEC_UD, 0 },
	{ "ud-fe-slash-2", ud_group4_2, VEC_UD, 0 },
	{ "ud-rsm-outside-smm", ud_rsm, VEC_UD, 0 },
	{ "ud-mov-segment-6", ud_mov_sreg_6, VEC_UD, 0 },
	{ "gp-selector-beyond-gdt", gp_sel_beyond_gdt, VEC_GP, 0xFFF8 },
	{ "gp-error-code-drops-rpl", gp_sel_beyond_gdt_rpl, VEC_GP, 0xFFF8 },
	{ "gp-selector-in-null-ldt", gp_sel_ldt_null, VEC_GP, 0x0C },
	{ "gp-load-system-descriptor", gp_sel_system, VEC_GP, SEL_TSS },
	{ "gp-ltr-busy", gp_ltr_busy, VEC_GP, SEL_TSS },
	{ "gp-ltr-null", gp_ltr_null, VEC_GP, 0 },
	{ "gp-lldt-code-segment", gp_lldt_code, VEC_GP, SEL_CODE0 },
	{ "gp-wrmsr-unknown", gp_wrmsr_unknown, VEC_GP, 0 },
	{ "gp-rdmsr-unknown", gp_rdmsr_unknown, VEC_GP, 0 },
	{ "gp-wrmsr-efer-reserved", gp_wrmsr_efer_reserved, VEC_GP, 0 },
	{ "gp-wrmsr-pat-bad-type", gp_wrmsr_pat_type, VEC_GP, 0 },
};

SNIPPET(u_hlt, TRAP_MARK "hlt" USER_END)
SNIPPET(u_cli, TRAP_MARK "cli" USER_END)
SNIPPET(u_sti, TRAP_MARK "sti" USER_END)
SNIPPET(u_in, TRAP_MARK "inb $0x80, %%al" USER_END)
SNIPPET(u_out, TRAP_MARK "outb %%al, $0x80" USER_END)
SNIPPET(u_lgdt, TRAP_MARK "lgdt test_state" USER_END)
SNIPPET(u_lidt, TRAP_MARK "lidt test_state" USER_END)
SNIPPET(u_lmsw, TRAP_MARK "lmsw %%ax" USER_END)
SNIPPET(u_clts, TRAP_MARK "clts" USER_END)
SNIPPET(u_ltr, TRAP_MARK "ltr %%ax" USER_END)
SNIPPET(u_lldt, TRAP_MARK "lldt %%ax" USER_END)
SNIPPET(u_rdmsr, TRAP_MARK "rdmsr" USER_END)
SNIPPET(u_wrmsr, TRAP_MARK "wrmsr" USER_END)
SNIPPET(u_invd, TRAP_MARK "invd" USER_END)
SNIPPET(u_wbinvd, TRAP_MARK "wbinvd" USER_END)
SNIPPET(u_int_20, TRAP_MARK "int $0x20" USER_END)
SNIPPET(u_int_ff, TRAP_MARK "int $0xFF" USER_END)
SNIPPET(u_icebp, TRAP_NEXT ".byte 0xF1\n9:" USER_END)
SNIPPET(u_int3, TRAP_NEXT "int3\n9:" USER_END)
SNIPPET(u_end, TRAP_NEXT "int $0x80\n9:")
SNIPPET(u_ds_kernel, "movl $0x10, %%eax\n\t" TRAP_MARK "movl %%eax, %%ds" USER_END)
SNIPPET(u_ss_rpl, "movl $0x20, %%eax\n\t" TRAP_MARK "movl %%eax, %%ss" USER_END)
#ifdef __x86_64__
SNIPPET(u_mov_cr0, TRAP_MARK "movq %%cr0, %%rax" USER_END)
SNIPPET(u_mov_dr7, TRAP_MARK "movq %%dr7, %%rax" USER_END)
SNIPPET(u_invlpg, TRAP_MARK "invlpg (%%rax)" USER_END)
#else
SNIPPET(u_mov_cr0, TRAP_MARK "movl %%cr0, %%eax" USER_END)
SNIPPET(u_mov_dr7, TRAP_MARK "movl %%dr7, %%eax" USER_END)
SNIPPET(u_invlpg, TRAP_MARK "invlpg (%%eax)" USER_END)
#endif

static const struct fault_case user_cases[] = {
	{ "user-int-80", u_end, VEC_USER, 0 },
	{ "user-int3", u_int3, VEC_BP, 0 },
	{ "user-icebp-ignores-dpl", u_icebp, VEC_DB, 0 },
	{ "user-hlt", u_hlt, VEC_GP, 0 },
	{ "user-cli", u_cli, VEC_GP, 0 },
	{ "user-sti", u_sti, VEC_GP, 0 },
	{ "user-in", u_in, VEC_GP, 0 },
	{ "user-out", u_out, VEC_GP, 0 },
	{ "user-lgdt", u_lgdt, VEC_GP, 0 },
	{ "user-lidt", u_lidt, VEC_GP, 0 },
	{ "user-lmsw", u_lmsw, VEC_GP, 0 },
	{ "user-clts", u_clts, VEC_GP, 0 },
	{ "user-ltr", u_ltr, VEC_GP, 0 },
	{ "user-lldt", u_lldt, VEC_GP, 0 },
	{ "user-rdmsr", u_rdmsr, VEC_GP, 0 },
	{ "user-wrmsr", u_wrmsr, VEC_GP, 0 },
	{ "user-invd", u_invd, VEC_GP, 0 },
	{ "user-wbinvd", u_wbinvd, VEC_GP, 0 },
	{ "user-mov-cr0", u_mov_cr0, VEC_GP, 0 },
	{ "user-mov-dr7", u_mov_dr7, VEC_GP, 0 },
	{ "user-invlpg", u_invlpg, VEC_GP, 0 },
	{ "user-int-gate-dpl-0", u_int_20, VEC_GP, 0x20 * 8 + 2 },
	{ "user-int-ff-gate-dpl-0", u_int_ff, VEC_GP, 0xFF * 8 + 2 },
	{ "user-load-ds-dpl-0", u_ds_kernel, VEC_GP, SEL_DATA0 },
	{ "user-load-ss-wrong-rpl", u_ss_rpl, VEC_GP, SEL_DATA3 },
};

/* Loads whatever selector test_state.word[0] holds. */
SNIPPET(load_es, "mov test_state, %%eax\n\t" TRAP_MARK "movl %%eax, %%es")
SNIPPET(load_ss, "mov test_state, %%eax\n\t" TRAP_MARK "movl %%eax, %%ss")
SNIPPET(int_90, TRAP_MARK "int $0x90")

static void check_load(const char *name, void (*load)(void *), u64 descriptor, int vector)
{
	u16 selector = seg_free_set(0, descriptor);

	test_state.word[0] = selector;
	check_trap(name, trap_catch(load, NULL), vector, selector, true);
}

static void check_segment_loads(void)
{
	u32 flat = SEG_G | SEG_D;

	check_load("np-load-es", load_es, seg_make(0, 0xFFFFF, SEG_DATA_RW ^ SEG_NOT_PRESENT, flat), VEC_NP);
	check_load("ss-load-not-present", load_ss, seg_make(0, 0xFFFFF, SEG_DATA_RW ^ SEG_NOT_PRESENT, flat), VEC_SS);
	check_load("gp-load-ss-read-only", load_ss, seg_make(0, 0xFFFFF, SEG_DATA_RO, flat), VEC_GP);
	check_load("gp-load-ss-code", load_ss, seg_make(0, 0xFFFFF, SEG_CODE_XR, flat), VEC_GP);
	check_load("gp-load-ss-dpl-3", load_ss, seg_make(0, 0xFFFFF, SEG_DATA_RW | SEG_DPL3, flat), VEC_GP);
	check_load("gp-load-es-execute-only", load_es, seg_make(0, 0xFFFFF, SEG_CODE_X, flat), VEC_GP);
	check_load("load-es-sets-accessed", load_es, seg_make(0, 0xFFFFF, SEG_DATA_RW, flat), VEC_NONE);
	check("accessed-bit", seg_state.gdt[SEL_FREE / 8] >> 40 & 1, 1);
	check_load("load-es-readable-code", load_es, seg_make(0, 0xFFFFF, SEG_CODE_XR, flat), VEC_NONE);
}

static void check_gates(void)
{
	struct table_register idtr = { 0x90 * 2 * sizeof(uw) - 1, (uw)trap_idt() };

	lidt(&idtr);
	check_trap("gp-int-beyond-idt", trap_catch(int_90, NULL), VEC_GP, 0x90 * 8 + 2, true);
	trap_idt_load();
	trap_gate(0x90, SEL_CODE0, 0, SEG_INT ^ SEG_NOT_PRESENT, 0);
	check_trap("np-gate", trap_catch(int_90, NULL), VEC_NP, 0x90 * 8 + 2, true);
	trap_gate(0x90, 0, 0, SEG_INT, 0);
	check_trap("gp-gate-null-selector", trap_catch(int_90, NULL), VEC_GP, 0, true);
	trap_gate(0x90, SEL_DATA0, 0, SEG_INT, 0);
	check_trap("gp-gate-data-selector", trap_catch(int_90, NULL), VEC_GP, SEL_DATA0, true);
	trap_gate(0x90, SEL_FREE + 40 * 8, 0, SEG_INT, 0);
	check_trap("gp-gate-empty-descriptor", trap_catch(int_90, NULL), VEC_GP, SEL_FREE + 40 * 8, true);
	trap_gate(0x90, SEL_CODE0, 0, SEG_CALL, 0);
	check_trap("gp-gate-wrong-type", trap_catch(int_90, NULL), VEC_GP, 0x90 * 8 + 2, true);
	trap_gate_default(0x90);
}

/* RF in the image: 1 for faults, as it was for traps and software interrupts (SDM vol. 3 17.3.1.1). */
static void check_rf(void)
{
	trap_catch(ud_ud2, NULL);
	check("rf-set-by-fault-ud", trap_state.last.flags & FLAG_RF, FLAG_RF);
	trap_catch(de_div_zero, NULL);
	check("rf-set-by-fault-de", trap_state.last.flags & FLAG_RF, FLAG_RF);
	trap_catch(gp_wrmsr_unknown, NULL);
	check("rf-set-by-fault-gp", trap_state.last.flags & FLAG_RF, FLAG_RF);
	trap_catch(bp_int3, NULL);
	check("rf-clear-for-trap-bp", trap_state.last.flags & FLAG_RF, 0);
	trap_catch(int_80, NULL);
	check("rf-clear-for-int-n", trap_state.last.flags & FLAG_RF, 0);
}

SNIPPET(u_frame, "mov " R("sp") ", " WORD(0) "\n\txorl %%eax, %%eax\n\tstd\n\tstc\n\t" USER_END)

static void check_frame(void)
{
	trap_user(u_frame, 0);
	check("user-frame-cs", trap_state.last.cs, (sizeof(uw) == 8 ? SEL_CODE3_64 : SEL_CODE3) | 3);
	check("user-frame-ss", trap_state.last.ss, SEL_DATA3 | 3);
	check("user-frame-sp", trap_state.last.sp, test_state.word[0]);
	check("user-frame-flags", trap_state.last.flags & ~(uw)FLAG_RF, FLAG_CF | FLAG_DF | FLAG_ZF | FLAG_PF | 2);
	check("user-frame-on-tss-stack", trap_state.frame_at, (uw)trap_stack_top - 5 * sizeof(uw));
}

/* The result of F7 /6 and F7 /7 must be left alone by the fault (SDM vol. 3 6.6, restart). */
SNIPPET(de_keeps_registers,
	"movl $5, %%eax\n\tmovl $7, %%edx\n\tmovl $3, %%ecx\n\t" TRAP_MARK "divl %%ecx")

/* An event inside the delivery of an exception (SDM vol. 3 table 6-5); EXT is bit 0 of the error code. */
static void check_double(void)
{
	trap_gate(VEC_UD, SEL_CODE0, 0, SEG_INT ^ SEG_NOT_PRESENT, 0);
	check_trap("benign-then-np", trap_catch(ud_ud2, NULL), VEC_NP, VEC_UD * 8 + 3, true);
	trap_gate_default(VEC_UD);
	trap_gate(VEC_DE, SEL_CODE0, 0, SEG_INT ^ SEG_NOT_PRESENT, 0);
	check_trap("df-contributory-pair", trap_catch(de_div_zero, NULL), VEC_DF, 0, false);
	trap_gate_default(VEC_DE);
	trap_gate(VEC_GP, SEL_DATA0, 0, SEG_INT, 0);
	check_trap("df-gp-then-gp", trap_catch(gp_sel_beyond_gdt, NULL), VEC_DF, 0, false);
	trap_gate_default(VEC_GP);
}

SNIPPET(u_misaligned, "movl $" WORD(0) "+1, %%ecx\n\t" TRAP_MARK "movl (" R("cx") "), %%eax" USER_END)
SNIPPET(u_aligned, "movl $" WORD(0) ", %%ecx\n\tmovl (" R("cx") "), %%eax\n\t" TRAP_NEXT "int $0x80\n9:")
SNIPPET(misaligned, "movl $" WORD(0) "+1, %%ecx\n\tmovl (" R("cx") "), %%eax")

static void check_alignment(void)
{
	uw cr0 = cr0_get();

	check_trap("ac-off-without-am", trap_user(u_misaligned, FLAG_AC), VEC_USER, 0, false);
	cr0_set(cr0 | CR0_AM);
	check_trap("ac-user-misaligned", trap_user(u_misaligned, FLAG_AC), VEC_AC, 0, true);
	check_trap("ac-user-aligned", trap_user(u_aligned, FLAG_AC), VEC_USER, 0, true);
	check_trap("ac-off-without-flag", trap_user(u_misaligned, 0), VEC_USER, 0, false);
	flags_set(flags_get() | FLAG_AC);
	check_none("ac-off-in-ring-0", trap_catch(misaligned, NULL));
	flags_set(flags_get() & ~(uw)FLAG_AC);
	cr0_set(cr0);
}

void suite_exc(void)
{
	check_faults(common_cases, COUNT_OF(common_cases));
	seg_reload(); /* in case LTR took the null selector */
	check_faults_user(user_cases, COUNT_OF(user_cases));
	check_segment_loads();
	check_gates();
	check_rf();
	check_frame();
	check_double();
	check_alignment();
	check_trap("de-restart", trap_catch(de_keeps_registers, NULL), VEC_DE, 0, true);
	check("de-restart-eax", trap_state.last.ax, 5);
	check("de-restart-edx", trap_state.last.dx, 7);
}
