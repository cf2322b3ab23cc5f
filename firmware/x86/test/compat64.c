/* SPDX-License-Identifier: MIT */
/*
 * Compatibility mode under a 64-bit kernel, and what segmentation still does in 64-bit mode: 64-bit call gates, far
 * transfers between the two, ignored bases, 16-byte system descriptors (SDM vol. 3 5.8.3.1, 8.2.1; vol. 1 3.2.1).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

enum { SLOT_GATE = 10, SLOT_MISC = 14, SEL_GATE = SEL_FREE + 8 * SLOT_GATE };

/* Ring-3 32-bit code at LOW_CODE; the stack below it. */
static int run32(const void *code, size_t bytes, u16 ds)
{
	struct trap_target t = {
		.ip = LOW_CODE,
		.cs = SEL_CODE3 | 3,
		.flags = 2,
		.sp = LOW_STACK,
		.ss = SEL_DATA3 | 3,
		.ds = ds,
	};

	memset(phys(LOW_CODE), 0xF4, 64);
	memcpy(phys(LOW_CODE), code, bytes);
	return trap_run(&t);
}

#define RUN(...) run32((const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }), SEL_DATA3 | 3)

static void check_ends(const char *name, int got, int vector, u32 error, u32 ip)
{
	trap_mark = LOW_CODE + ip;
	check_trap(name, got, vector, error, true);
}

static void check_compat(void)
{
	const struct frame *f = &trap_state.last;

	check_ends("int-80", RUN(0xCD, VEC_USER), VEC_USER, 0, 2);
	check("frame-cs", f->cs, SEL_CODE3 | 3);
	check("frame-ss", f->ss, SEL_DATA3 | 3);
	check("frame-rsp", f->sp, LOW_STACK);
	check("frame-40-bytes-on-rsp0", trap_state.frame_at, (uw)trap_stack_top - 40);
	/* mov eax, 7; inc eax (a REX prefix in 64-bit mode) */
	check_ends("40-is-inc", RUN(0xB8, 7, 0, 0, 0, 0x40, 0xCD, VEC_USER), VEC_USER, 0, 8);
	check("inc-result", f->ax, 8);
	check_ends("pusha-exists", RUN(0x60, 0xCD, VEC_USER), VEC_USER, 0, 3);
	check("pusha-moves-esp-by-32", f->sp, LOW_STACK - 32);
	check_ends("push-es-exists", RUN(0x06, 0xCD, VEC_USER), VEC_USER, 0, 3);
	check("push-moves-esp-by-4", f->sp, LOW_STACK - 4);
	check_ends("hlt-gp", RUN(0xF4), VEC_GP, 0, 0);
	/* mov eax, -1; mov bl, [eax + LOW_DATA + 1]: the sum wraps at 4 GiB */
	mem32_set(LOW_DATA, 0x12345678);
	check_ends("address-wraps-at-4g",
		   RUN(0xB8, 0xFF, 0xFF, 0xFF, 0xFF, 0x8B, 0x98, 1, 0, 1, 0, 0xCD, VEC_USER), VEC_USER, 0, 13);
	check("address-wraps-value", f->bx, 0x12345678);
	/* mov ebx, -1 must clear the upper half of RBX for the 64-bit handler */
	check_ends("upper-half", RUN(0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xCD, VEC_USER), VEC_USER, 0, 7);
	check("upper-half-zero", f->bx, 0xFFFFFFFF);
}

static void check_bases(void)
{
	static const u8 read_zero[] = { 0x8B, 0x1D, 0, 0, 0, 0, 0xCD, VEC_USER }; /* mov ebx, [0] */
	u16 based = seg_free_set(SLOT_MISC, seg_make(LOW_DATA, 0xFFF, SEG_DATA_RW | SEG_DPL3, SEG_D));

	mem32_set(LOW_DATA, 0xCAFE);
	check_ends("based-segment", run32(read_zero, sizeof(read_zero), based | 3), VEC_USER, 0, 8);
	check("ds-base-honoured", trap_state.last.bx, 0xCAFE);
}

/* 64-bit code ignores the base and limit of DS, so the same selector reads linear zero there. */
SNIPPET(ds_ignored, "movl test_state, %%eax\n\tmovl %%eax, %%ds\n\tmovl 0x10000, %%ebx\n\tmovl %%ebx, " WORD(1)
		    "\n\tmovl $0x10, %%eax\n\tmovl %%eax, %%ds")
SNIPPET(to_compat_and_back,
	"movq %%rsp, %%rbx\n\tpushq $0x38\n\tpushq $8f\n\tlretq\n\t.code32\n8:\tmovl $0x1234, %%ecx\n\tdecl %%ecx\n\t"
	"ljmp $8, $7f\n\t.code64\n7:\tmovq %%rbx, %%rsp\n\tmovl %%ecx, test_state")
SNIPPET(ljmp_indirect, "movq $9f, test_state\n\tmovw $8, test_state+8\n\t"
	".byte 0x48, 0xFF, 0x2C, 0x25\n\t.long test_state\n9:")
SNIPPET(bad_code, "pushq " WORD(0) "\n\tpushq $0\n\t" TRAP_MARK "lretq")
SNIPPET(u_gate, "movq %%rsp, " WORD(6) "\n\tmovl $0, test_state\n\tmovw $0xA3, test_state+4\n\t" TRAP_NEXT
		"lcall *test_state\n9:\tint $0x80")
SNIPPET(u_gate_bad, "movl $0, test_state\n\tmovw $0xA3, test_state+4\n\t" TRAP_MARK "lcall *test_state" USER_END)

__asm__(".text\n"
	"gate_target64:\n\t"
	"movq %rsp, test_state+16\n\t"
	"movq (%rsp), %rax\n\t"
	"movq %rax, test_state+24\n\t"
	"movq 16(%rsp), %rax\n\t"
	"movq %rax, test_state+32\n\t"
	"movl %ss, %eax\n\t"
	"movl %eax, test_state+40\n\t"
	"lretq\n");
extern char gate_target64[];

static void set_gate(u32 access, u16 selector, u64 high)
{
	seg_free_set(SLOT_GATE, seg_gate(selector, (u32)(uw)gate_target64, access, 0));
	seg_free_set(SLOT_GATE + 1, high);
}

static void check_far(void)
{
	u16 based = seg_free_set(SLOT_MISC, seg_make(LOW_DATA, 0xFFF, SEG_DATA_RW, SEG_D));

	mem32_set(LOW_DATA, 0xBEEF);
	test_state.word[0] = based;
	check_none("ds-base-in-64-bit", trap_catch(ds_ignored, NULL));
	check("ds-base-ignored", (u32)test_state.word[1], 0xBEEF);
	check_none("to-compat-and-back", trap_catch(to_compat_and_back, NULL));
	check("compat-code-ran", (u32)test_state.word[0], 0x1233);
	if (!check_on_amd())
		check_none("far-jump-64-bit-offset", trap_catch(ljmp_indirect, NULL));
	else
		check_skip("far-jump-64-bit-offset"); /* AMD has no 64-bit far pointer */
	test_state.word[0] = seg_free_set(SLOT_MISC, seg_make(0, 0xFFFFF, SEG_CODE_XR, SEG_G | SEG_L | SEG_D));
	check_trap("gp-code-with-l-and-d", trap_catch(bad_code, NULL), VEC_GP, (u32)test_state.word[0], true);
}

static void check_call_gate(void)
{
	volatile uw *w = test_state.word;

	set_gate(SEG_CALL | SEG_DPL3, SEL_CODE0, 0);
	check_trap("call-gate", trap_user(u_gate, 0), VEC_USER, 0, false);
	check("call-gate-pushes-32-bytes", w[2], (uw)trap_stack_top - 32);
	check("call-gate-return-ip", w[3], trap_mark);
	check("call-gate-outer-rsp", w[4], w[6]);
	check("call-gate-null-ss", (u32)w[5], 0);
	check("call-gate-returns-to-ring-3", trap_state.last.cs, SEL_CODE3_64 | 3);
	set_gate(SEG_CALL | SEG_DPL3, SEL_CODE0_32, 0);
	check_trap("gp-gate-to-32-bit-code", trap_user(u_gate_bad, 0), VEC_GP, SEL_CODE0_32, true);
	set_gate(SEG_CALL | SEG_DPL3, SEL_CODE0, (u64)0x0F << 40);
	check_trap("gp-gate-upper-type", trap_user(u_gate_bad, 0), VEC_GP, SEL_GATE, true);
	set_gate(SEG_TSS | SEG_DPL3, 0, 0);
	check_trap("gp-far-call-to-tss", trap_user(u_gate_bad, 0), VEC_GP, SEL_GATE, true);
}

void suite_compat(void)
{
	check_compat();
	check_bases();
	check_far();
	check_call_gate();
}
