/* SPDX-License-Identifier: MIT */
/*
 * SYSCALL, SYSRET, SWAPGS and the FS/GS bases in 64-bit mode (SDM vol. 2; vol. 3 5.8.8; APM vol. 2 6.1).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

extern char syscall_target[], syscall_return_target[];

/* From ring 3: returns through SYSRETQ to label 9, then INT 0x80. */
__asm__(".text\n"
	"syscall_target:\n\t"
	"movq %rcx, test_state\n\t"
	"movq %r11, test_state+8\n\t"
	"movq %rsp, test_state+16\n\t"
	"movl %cs, %eax\n\t"
	"movl %eax, test_state+24\n\t"
	"movl %ss, %eax\n\t"
	"movl %eax, test_state+32\n\t"
	"pushfq\n\t"
	"popq test_state+40\n\t"
	"sysretq\n"
	"syscall_return_target:\n\t"
	"int $0x80\n");

SNIPPET(u_syscall, "movq %%rsp, " WORD(6) "\n\tstc\n\t" TRAP_NEXT "syscall\n9:\tint $0x80")
SNIPPET(u_syscall_ud, TRAP_MARK "syscall" USER_END)
SNIPPET(u_sysret, TRAP_MARK "sysretq" USER_END)
SNIPPET(k_sysret_32, "movq $syscall_return_target, %%rcx\n\tmovl $0x10202, %%r11d\n\tandl $~0x200, %%r11d\n\tsysretl")
SNIPPET(k_sysret_bad, "movabsq $0x800000000000, %%rcx\n\tmovl $2, %%r11d\n\t" TRAP_MARK "sysretq")
SNIPPET(u_swapgs, TRAP_MARK "swapgs" USER_END)
SNIPPET(k_swapgs, "swapgs")
SNIPPET(u_wrfsbase, "movl $0x1000, %%eax\n\t" TRAP_MARK "wrfsbase %%rax\n\trdfsbase %%rcx\n\t"
	"movq %%rcx, test_state" USER_END)
SNIPPET(wrgs_noncanonical, "movabsq $0x800000000000, %%rax\n\t" TRAP_MARK "wrgsbase %%rax")
SNIPPET(read_gs, "movq %%gs:0, %%rax\n\tmovq %%rax, test_state")

static void check_syscall(void)
{
	volatile uw *w = test_state.word;
	u64 efer = msr_read(MSR_EFER);

	msr_write(MSR_EFER, efer & ~(u64)EFER_SCE);
	check_trap("ud-syscall-without-sce", trap_user(u_syscall_ud, 0), VEC_UD, 0, true);
	check_trap("ud-sysret-without-sce", trap_catch(u_sysret, NULL), VEC_UD, 0, true);
	msr_write(MSR_EFER, efer | EFER_SCE);
	msr_write(MSR_STAR, (u64)SEL_CODE3 << 48 | (u64)SEL_CODE0 << 32);
	msr_write(MSR_LSTAR, (uw)syscall_target);
	msr_write(MSR_FMASK, FLAG_CF | FLAG_DF);
	check("star-reads-back", msr_read(MSR_STAR), (u64)SEL_CODE3 << 48 | (u64)SEL_CODE0 << 32);
	check_trap("syscall-and-sysret", trap_user(u_syscall, 0), VEC_USER, 0, false);
	check("syscall-rcx", w[0], trap_mark);
	check("syscall-r11", w[1] & FLAG_CF, FLAG_CF);
	check("syscall-keeps-rsp", w[2], w[6]);
	check("syscall-cs", (u32)w[3], SEL_CODE0);
	check("syscall-ss", (u32)w[4], SEL_DATA0);
	check("syscall-fmask", w[5] & FLAG_CF, 0);
	check("sysret-ip", trap_state.last.ip, trap_mark + 2);
	check("sysret-cs", trap_state.last.cs, SEL_CODE3_64 | 3);
	check("sysret-ss", trap_state.last.ss, SEL_DATA3 | 3);
	check("sysret-restores-flags", trap_state.last.flags & FLAG_CF, FLAG_CF);
	check_trap("sysret-to-32-bit", trap_catch(k_sysret_32, NULL), VEC_USER, 0, false);
	check("sysret-to-32-bit-cs", trap_state.last.cs, SEL_CODE3 | 3);
	check("sysret-clears-rf", trap_state.last.flags & FLAG_RF, 0);
	check_trap("gp-user-sysret", trap_user(u_sysret, 0), VEC_GP, 0, true);
	if (check_on_amd())
		check_skip("gp-sysret-noncanonical"); /* AMD faults at the target, in ring 3 */
	else
		check_trap("gp-sysret-noncanonical", trap_catch(k_sysret_bad, NULL), VEC_GP, 0, true);
	msr_write(MSR_EFER, efer);
}

static void check_bases(void)
{
	u64 value = 0x1122334455667788;

	msr_write(MSR_GS_BASE, (uw)&value);
	msr_write(MSR_KERNEL_GS_BASE, 0x7000);
	trap_catch(read_gs, NULL);
	check("gs-base", test_state.word[0], value);
	check_none("swapgs", trap_catch(k_swapgs, NULL));
	check("swapgs-gs", msr_read(MSR_GS_BASE), 0x7000);
	check("swapgs-kernel-gs", msr_read(MSR_KERNEL_GS_BASE), (uw)&value);
	check_trap("gp-user-swapgs", trap_user(u_swapgs, 0), VEC_GP, 0, true);
	if (!(cpuid_if(7).ebx & 1)) {
		check_skip("fsgsbase");
		return;
	}
	check_trap("ud-fsgsbase-without-cr4", trap_user(u_wrfsbase, 0), VEC_UD, 0, true);
	cr4_set(cr4_get() | CR4_FSGSBASE);
	check_trap("user-wrfsbase", trap_user(u_wrfsbase, 0), VEC_USER, 0, false);
	check("rdfsbase", test_state.word[0], 0x1000);
	check("fs-base-msr", msr_read(MSR_FS_BASE), 0x1000);
	check_trap("gp-wrgsbase-noncanonical", trap_catch(wrgs_noncanonical, NULL), VEC_GP, 0, true);
	cr4_set(cr4_get() & ~(uw)CR4_FSGSBASE);
}

void suite_syscall(void)
{
	check_syscall();
	check_bases();
}
