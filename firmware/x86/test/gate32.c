/* SPDX-License-Identifier: MIT */
/*
 * Privilege changes of 32-bit protected mode: call gates with parameters, conforming code, far returns and IRET
 * to an outer ring, and what a bad TSS stack does (SDM vol. 3 5.8, 6.12).
 */
#include "firmware/x86/test/ring32.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

void gate_target(void);
void user_call_gate(void *arg);
extern char user_call_gate_back[];
void user_call_conforming(void *arg);
void note_cs_lret(void);
void lret_to_user(void *arg);

#define STRING_(x) #x
#define STRING(x) STRING_(x)

static void set_gate(u32 access, u32 parameters)
{
	seg_free_set(SLOT_GATE, seg_gate(SEL_CODE0, (u32)gate_target, access, parameters));
}

static void check_call_gate(void)
{
	volatile uw *w = test_state.word;

	set_gate(SEG_CALL | SEG_DPL3, 2);
	check_trap("call-gate", trap_user(user_call_gate, 0), VEC_USER, 0, false);
	check("call-gate-cs", w[8], SEL_CODE0);
	check("call-gate-ss", w[7], SEL_DATA0);
	check("call-gate-stack-from-tss", w[0], (u32)trap_stack_top - 24);
	check("call-gate-return-ip", w[1], (u32)user_call_gate_back);
	check("call-gate-return-cs", w[2], SEL_CODE3 | 3);
	check("call-gate-parameter-1", w[3], 0x1111);
	check("call-gate-parameter-2", w[4], 0x2222);
	check("call-gate-outer-esp", w[5], w[9]);
	check("call-gate-outer-ss", w[6], SEL_DATA3 | 3);
	check("call-gate-lret-drops-parameters", w[10], w[9] + 8);
	check("call-gate-lret-cs", w[11], SEL_CODE3 | 3);
}

SNIPPET(u_gate_call, TRAP_MARK "lcall $" STRING(SEL_GATE) " | 3, $0" USER_END)
SNIPPET(u_gate_jmp, TRAP_MARK "ljmp $" STRING(SEL_GATE) " | 3, $0" USER_END)
SNIPPET(u_call_code0, TRAP_MARK "lcall $8, $0" USER_END)
SNIPPET(u_call_tss, TRAP_MARK "lcall $0x40, $0" USER_END)
SNIPPET(u_iret_inner, "pushl $2\n\tpushl $8\n\tpushl $0\n\t" TRAP_MARK "iretl" USER_END)
SNIPPET(u_lret_inner, "pushl $8\n\tpushl $0\n\t" TRAP_MARK "lretl" USER_END)

static void check_gate_faults(void)
{
	set_gate(SEG_CALL, 0);
	check_trap("gp-gate-dpl", trap_user(u_gate_call, 0), VEC_GP, SEL_GATE, true);
	set_gate((SEG_CALL | SEG_DPL3) ^ SEG_NOT_PRESENT, 0);
	check_trap("np-gate", trap_user(u_gate_call, 0), VEC_NP, SEL_GATE, true);
	seg_free_set(SLOT_GATE, seg_gate(0, 0, SEG_CALL | SEG_DPL3, 0));
	check_trap("gp-gate-null-target", trap_user(u_gate_call, 0), VEC_GP, 0, true);
	seg_free_set(SLOT_GATE, seg_gate(SEL_DATA0, 0, SEG_CALL | SEG_DPL3, 0));
	check_trap("gp-gate-data-target", trap_user(u_gate_call, 0), VEC_GP, SEL_DATA0, true);
	set_gate(SEG_CALL | SEG_DPL3, 0);
	check_trap("gp-jmp-gate-to-inner-ring", trap_user(u_gate_jmp, 0), VEC_GP, SEL_CODE0, true);
	check_trap("gp-call-inner-code", trap_user(u_call_code0, 0), VEC_GP, SEL_CODE0, true);
	check_trap("gp-call-tss-dpl-0", trap_user(u_call_tss, 0), VEC_GP, SEL_TSS, true);
	check_trap("gp-iret-to-inner-ring", trap_user(u_iret_inner, 0), VEC_GP, SEL_CODE0, true);
	check_trap("gp-lret-to-inner-ring", trap_user(u_lret_inner, 0), VEC_GP, SEL_CODE0, true);
}

static void check_conforming(void)
{
	seg_free_set(SLOT_CONFORMING, seg_make(0, 0xFFFFF, SEG_CODE_CONF, SEG_G | SEG_D));
	check_trap("conforming-call", trap_user(user_call_conforming, 0), VEC_USER, 0, false);
	check("conforming-keeps-cpl", test_state.word[0], SEL_CONFORMING | 3);
	seg_free_set(SLOT_CONFORMING, seg_make(0, 0xFFFFF, SEG_CODE_CONF | SEG_DPL3, SEG_G | SEG_D));
	check_trap("gp-conforming-outer-dpl",
		   trap_catch((void (*)(void *))(uw)user_call_conforming, NULL), VEC_GP, SEL_CONFORMING, false);
}

SNIPPET(lcall_same, "pushl %%cs\n\tcall note_cs_lret")
SNIPPET(lcall_direct, "lcall $8, $note_cs_lret")
SNIPPET(ljmp_indirect, "movl $9f, test_state\n\tmovw $8, test_state+4\n\tljmp *test_state\n9:")
SNIPPET(lret_not_present, "pushl $" STRING(SEL_MISC) "\n\tpushl $0\n\t" TRAP_MARK "lretl")
SNIPPET(iret_data_cs, "pushl $2\n\tpushl $0x10\n\tpushl $0\n\t" TRAP_MARK "iretl")
SNIPPET(iret_null_cs, "pushl $2\n\tpushl $0\n\tpushl $0\n\t" TRAP_MARK "iretl")
SNIPPET(iret_same, "pushfl\n\torl $0x40001, (%%esp)\n\tpushl %%cs\n\tpushl $9f\n\tiretl\n9:\tpushfl\n\t"
	"popl test_state\n\t"
		   "pushl $2\n\tpopfl")
SNIPPET(iret_bad_outer_ss, "pushl $0x10\n\tpushl $0\n\tpushl $2\n\tpushl $0x1B\n\tpushl $0\n\t" TRAP_MARK "iretl")
SNIPPET(iret_null_outer_ss, "pushl $0\n\tpushl $0\n\tpushl $2\n\tpushl $0x1B\n\tpushl $0\n\t" TRAP_MARK "iretl")
SNIPPET(iret16, "pushw $2\n\tpushw %%cs\n\tpushw $0x9000\n\t.byte 0x66\n\tiret")

static void check_returns(void)
{
	check_trap("lret-to-outer-ring", trap_catch(lret_to_user, NULL), VEC_USER, 0, false);
	check("lret-nulls-inner-ds", test_state.word[0], 0);
	check("lret-nulls-inner-fs", test_state.word[1], 0);
	check("lret-keeps-outer-es", test_state.word[2], SEL_DATA3 | 3);
	check_none("far-call-same-ring", trap_catch(lcall_direct, NULL));
	check("far-call-cs", test_state.word[0], SEL_CODE0);
	check_none("push-cs-call", trap_catch(lcall_same, NULL));
	check_none("far-jump-indirect", trap_catch(ljmp_indirect, NULL));
	seg_free_set(SLOT_MISC, seg_make(0, 0xFFFFF, SEG_CODE_XR ^ SEG_NOT_PRESENT, SEG_G | SEG_D));
	check_trap("np-lret", trap_catch(lret_not_present, NULL), VEC_NP, SEL_MISC, true);
	check_trap("gp-iret-data-cs", trap_catch(iret_data_cs, NULL), VEC_GP, SEL_DATA0, true);
	check_trap("gp-iret-null-cs", trap_catch(iret_null_cs, NULL), VEC_GP, 0, true);
	check_trap("gp-iret-outer-ss-rpl", trap_catch(iret_bad_outer_ss, NULL), VEC_GP, SEL_DATA0, true);
	check_trap("gp-iret-outer-ss-null", trap_catch(iret_null_outer_ss, NULL), VEC_GP, 0, true);
	check_none("iret-same-ring", trap_catch(iret_same, NULL));
	check("iret-restores-ac-cf", test_state.word[0] & (FLAG_AC | FLAG_CF), FLAG_AC | FLAG_CF);
	*(volatile u8 *)phys(LOW_CODE) = 0xCD;
	*(volatile u8 *)phys(LOW_CODE + 1) = VEC_USER;
	check_trap("iret-16-bit", trap_catch(iret16, NULL), VEC_USER, 0, false);
	check("iret-16-bit-ip", trap_state.last.ip, LOW_CODE + 2);
}

/* ARPL raises the destination's RPL and says so in ZF. */
static void check_arpl(void)
{
	u16 value = 0x08;
	bool zf;

	__asm__ volatile("arpl %w2, %w0\n\tsetz %b1" : "+r"(value), "=q"(zf) : "r"((u16)3) : "cc");
	check("arpl-raises", value << 1 | zf, 0x0B << 1 | 1);
	__asm__ volatile("arpl %w2, %w0\n\tsetz %b1" : "+r"(value), "=q"(zf) : "r"((u16)1) : "cc");
	check("arpl-keeps", value << 1 | zf, 0x0B << 1);
}

void suite_gate32(void)
{
	check_call_gate();
	check_gate_faults();
	check_conforming();
	check_returns();
	check_arpl();
}
