/* SPDX-License-Identifier: MIT */
/*
 * Exceptions that exist only outside 64-bit mode: INTO, BOUND, AAM, null and limited segments, and what INT n
 * does with trap gates and 16-bit gates (SDM vol. 3 6.12.1, 6.15, 5.3).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

SNIPPET(into_taken, "movl $0x7FFFFFFF, %%eax\n\taddl $1, %%eax\n\t" TRAP_NEXT "into\n9:")
SNIPPET(into_not_taken, "xorl %%eax, %%eax\n\tinto")
SNIPPET(de_aam_0, "movl $7, %%eax\n\t" TRAP_MARK ".byte 0xD4, 0")
#define BOUND ".byte 0x62, 0x05\n\t.long test_state" /* BOUND EAX, test_state: assemblers disagree on its suffix */
SNIPPET(bound_above, "movl $10, test_state\n\tmovl $20, test_state+4\n\tmovl $21, %%eax\n\t" TRAP_MARK BOUND)
SNIPPET(bound_below, "movl $10, test_state\n\tmovl $20, test_state+4\n\tmovl $9, %%eax\n\t" TRAP_MARK BOUND)
SNIPPET(bound_inside, "movl $-10, test_state\n\tmovl $20, test_state+4\n\tmovl $-10, %%eax\n\t" BOUND "\n\t"
		      "movl $20, %%eax\n\t" BOUND)
SNIPPET(bound_reg, TRAP_MARK ".byte 0x62, 0xC0")
SNIPPET(les_reg, TRAP_MARK ".byte 0xC4, 0xC0")
SNIPPET(gp_null_es, "xorl %%eax, %%eax\n\tmovl %%eax, %%es\n\t" TRAP_MARK "movl %%es:test_state, %%eax")
SNIPPET(null_load_only, "movl $3, %%eax\n\tmovl %%eax, %%es\n\tmovl %%eax, %%fs")
SNIPPET(gp_null_ss, "xorl %%eax, %%eax\n\t" TRAP_MARK "movl %%eax, %%ss")
SNIPPET(gp_cs_write, TRAP_MARK "movl %%eax, %%cs:test_state")
SNIPPET(cs_read, "movl %%cs:test_state, %%eax")
SNIPPET(gp_pg_without_pe, "movl %%cr0, %%eax\n\torl $0x80000000, %%eax\n\tandl $~1, %%eax\n\t"
	TRAP_MARK "movl %%eax, %%cr0")
SNIPPET(gp_nw_without_cd, "movl %%cr0, %%eax\n\torl $0x20000000, %%eax\n\tandl $~0x40000000, %%eax\n\t" TRAP_MARK
			  "movl %%eax, %%cr0")
SNIPPET(gp_cr4_reserved, "movl %%cr4, %%eax\n\torl $0x80000000, %%eax\n\t" TRAP_MARK "movl %%eax, %%cr4")
SNIPPET(ljmp_null, TRAP_MARK "ljmp $0, $0")
SNIPPET(ljmp_data, TRAP_MARK "ljmp $0x10, $0")
SNIPPET(ljmp_dpl3, TRAP_MARK "ljmp $0x18, $0")
SNIPPET(ljmp_tss_busy, TRAP_MARK "ljmp $0x40, $0")
SNIPPET(ljmp_rpl3, "ljmp $0x08, $9f\n9:")

static const struct fault_case cases[] = {
	{ "of-into", into_taken, VEC_OF, 0 },
	{ "de-aam-0", de_aam_0, VEC_DE, 0 },
	{ "br-above", bound_above, VEC_BR, 0 },
	{ "br-below", bound_below, VEC_BR, 0 },
	{ "ud-bound-register", bound_reg, VEC_UD, 0 },
	{ "ud-les-register", les_reg, VEC_UD, 0 },
	{ "gp-use-null-es", gp_null_es, VEC_GP, 0 },
	{ "gp-load-null-ss", gp_null_ss, VEC_GP, 0 },
	{ "gp-write-through-cs", gp_cs_write, VEC_GP, 0 },
	{ "gp-nw-without-cd", gp_nw_without_cd, VEC_GP, 0 },
	{ "gp-far-jump-null", ljmp_null, VEC_GP, 0 },
	{ "gp-far-jump-data", ljmp_data, VEC_GP, SEL_DATA0 },
	{ "gp-far-jump-dpl-3", ljmp_dpl3, VEC_GP, SEL_CODE3 },
	{ "gp-far-jump-busy-tss", ljmp_tss_busy, VEC_GP, SEL_TSS },
};

static const struct fault_case fatal_cases[] = {
	{ "gp-pg-without-pe", gp_pg_without_pe, VEC_GP, 0 },
	{ "gp-cr4-reserved", gp_cr4_reserved, VEC_GP, 0 },
};

/* In a snippet: test_state.word[0] is the selector, loaded into ES first. */
#define WITH_ES "movl test_state, %%eax\n\tmovl %%eax, %%es\n\t"
SNIPPET(es_read_fff, WITH_ES TRAP_MARK "movb %%es:0xFFF, %%al")
SNIPPET(es_read_1000, WITH_ES TRAP_MARK "movb %%es:0x1000, %%al")
SNIPPET(es_read_ffd_long, WITH_ES TRAP_MARK "movl %%es:0xFFD, %%eax")
SNIPPET(es_read_ffc_long, WITH_ES "movl %%es:0xFFC, %%eax")
SNIPPET(es_write, WITH_ES TRAP_MARK "movb %%al, %%es:0")
SNIPPET(es_read_wrap, WITH_ES TRAP_MARK "movl %%es:0xFFFFFFFE, %%eax")
SNIPPET(es_read_fffff, WITH_ES TRAP_MARK "movb %%es:0xFFFFF, %%al")
SNIPPET(es_read_10000, WITH_ES TRAP_MARK "movb %%es:0x10000, %%al")

static void use_es(u64 descriptor)
{
	test_state.word[0] = seg_free_set(0, descriptor);
}

static void check_limits(void)
{
	use_es(seg_make(LOW_DATA, 0xFFF, SEG_DATA_RW, SEG_D));
	check_none("limit-last-byte", trap_catch(es_read_fff, NULL));
	check_trap("gp-beyond-limit", trap_catch(es_read_1000, NULL), VEC_GP, 0, true);
	check_none("limit-last-long", trap_catch(es_read_ffc_long, NULL));
	check_trap("gp-across-limit", trap_catch(es_read_ffd_long, NULL), VEC_GP, 0, true);
	use_es(seg_make(LOW_DATA, 0, SEG_DATA_RW, SEG_D | SEG_G));
	check_none("limit-granular-last-byte", trap_catch(es_read_fff, NULL));
	check_trap("gp-beyond-granular-limit", trap_catch(es_read_1000, NULL), VEC_GP, 0, true);
	use_es(seg_make(LOW_DATA, 0xFFF, SEG_DATA_DOWN, SEG_D));
	check_trap("gp-expand-down-at-limit", trap_catch(es_read_fff, NULL), VEC_GP, 0, true);
	check_none("expand-down-above-limit", trap_catch(es_read_1000, NULL));
	check_none("expand-down-4g-top", trap_catch(es_read_fffff, NULL));
	use_es(seg_make(LOW_DATA, 0xFFF, SEG_DATA_DOWN, 0));
	check_trap("gp-expand-down-64k-top", trap_catch(es_read_10000, NULL), VEC_GP, 0, true);
	use_es(seg_make(LOW_DATA, 0xFFF, SEG_DATA_RO, SEG_D));
	check_trap("gp-write-read-only", trap_catch(es_write, NULL), VEC_GP, 0, true);
	use_es(seg_make(0, 0xFFFFE, SEG_DATA_RW, SEG_D | SEG_G));
	check_trap("gp-long-beyond-4g", trap_catch(es_read_wrap, NULL), VEC_GP, 0, true);
}

/* Ring 3 with a stack segment of 4 KiB, so that #SS(0) can be delivered on the ring-0 stack. */
SNIPPET(u_ss_read, "movl $0xFFE, %%ebp\n\t" TRAP_MARK "movl (%%ebp), %%eax" USER_END)
SNIPPET(u_ss_push, "movl $2, %%esp\n\t" TRAP_MARK "pushl %%eax" USER_END)
SNIPPET(u_ss_pop, "movl $0xFFE, %%esp\n\t" TRAP_MARK "popl %%eax" USER_END)
SNIPPET(u_ss_call, "movl $3, %%esp\n\t" TRAP_MARK "call 8f\n8:" USER_END)

static int run_small_stack(void (*code)(void *))
{
	u16 ss = seg_free_set(1, seg_make(LOW_DATA, 0xFFF, SEG_DATA_RW | SEG_DPL3, SEG_D));
	struct trap_target t = {
		.ip = (uw)code,
		.cs = SEL_CODE3 | 3,
		.flags = 2,
		.sp = 0x800,
		.ss = ss | 3u,
		.ds = SEL_DATA3 | 3,
	};

	return trap_run(&t);
}

static void check_stack_limits(void)
{
	check_trap("ss-read-beyond-limit", run_small_stack(u_ss_read), VEC_SS, 0, true);
	check_trap("ss-push-wraps", run_small_stack(u_ss_push), VEC_SS, 0, true);
	check("ss-push-keeps-esp", trap_state.last.sp, 2);
	check_trap("ss-pop-beyond-limit", run_small_stack(u_ss_pop), VEC_SS, 0, true);
	check_trap("ss-call-wraps", run_small_stack(u_ss_call), VEC_SS, 0, true);
}

/* A code segment too short for what it runs: the fetch faults with the address of the instruction. */
SNIPPET(jump_short_code, "ljmp *test_state")

static void check_code_limit(void)
{
	struct {
		u32 offset;
		u16 selector;
	} __attribute__((packed)) target;
	u8 *code = phys(LOW_CODE);

	memset(code, 0x90, 0x100);
	target.selector = seg_free_set(2, seg_make(LOW_CODE, 0x1F, SEG_CODE_XR, SEG_D));
	target.offset = 0x1E;
	memcpy((void *)(uw)test_state.word, &target, sizeof(target));
	check_trap("gp-fetch-beyond-limit", trap_catch(jump_short_code, NULL), VEC_GP, 0, false);
	check("gp-fetch-beyond-limit-eip", trap_state.last.ip, 0x20);
	code[0x1D] = 0xB8;
	target.offset = 0x1D;
	memcpy((void *)(uw)test_state.word, &target, sizeof(target));
	check_trap("gp-fetch-across-limit", trap_catch(jump_short_code, NULL), VEC_GP, 0, false);
	check("gp-fetch-across-limit-eip", trap_state.last.ip, 0x1D);
	target.offset = 0x20;
	memcpy((void *)(uw)test_state.word, &target, sizeof(target));
	trap_mark = 0;
	check_trap("gp-far-jump-beyond-limit", trap_catch(jump_short_code, NULL), VEC_GP, 0, false);
	check("gp-far-jump-beyond-limit-cs", trap_state.last.cs, SEL_CODE0);
}

SNIPPET(int_90, TRAP_NEXT "int $0x90\n9:")
extern char trap_stubs[];

static void note_flags(struct frame *f)
{
	test_state.word[4] = flags_get();
	test_state.word[5] = f->flags;
	test_state.word[6] = f->ip;
}

static void check_gate_kinds(void)
{
	u32 stub = (u32)trap_stubs + 0x90 * 16;

	trap_set(0x90, note_flags);
	cpu_sti();
	check_none("interrupt-gate-returns", trap_catch(int_90, NULL));
	check("interrupt-gate-clears-if", test_state.word[4] & FLAG_IF, 0);
	check("interrupt-gate-pushes-if", test_state.word[5] & FLAG_IF, FLAG_IF);
	check("interrupt-gate-eip", test_state.word[6], trap_mark);
	trap_gate(0x90, SEL_CODE0, stub, SEG_TRAP, 0);
	check_none("trap-gate-returns", trap_catch(int_90, NULL));
	check("trap-gate-keeps-if", test_state.word[4] & FLAG_IF, FLAG_IF);
	cpu_cli();
	trap_gate_default(0x90);
	trap_set(0x90, NULL);
}

void suite_exc32(void)
{
	check_faults(cases, COUNT_OF(cases));
	check_faults_fatal(fatal_cases, COUNT_OF(fatal_cases));
	check_none("into-not-taken", trap_catch(into_not_taken, NULL));
	check_none("bound-inside", trap_catch(bound_inside, NULL));
	check_none("null-load-is-legal", trap_catch(null_load_only, NULL));
	check_none("cs-override-read", trap_catch(cs_read, NULL));
	check_none("far-jump-same-ring", trap_catch(ljmp_rpl3, NULL));
	check_limits();
	check_stack_limits();
	if (check_on_tcg())
		check_skip("gp-fetch-beyond-limit"); /* it would stop the emulator itself */
	else
		check_code_limit();
	check_gate_kinds();
}
