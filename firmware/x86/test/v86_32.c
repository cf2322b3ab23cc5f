/* SPDX-License-Identifier: MIT */
/*
 * Virtual-8086 mode: entry and exit, what IOPL guards, the I/O permission bitmap (also for ring 3), 64 KiB
 * limits, and the virtual interrupt flag of VME (SDM vol. 3 20.2, 20.3; vol. 1 18.5.2).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

enum { CODE_SEG = LOW_CODE >> 4, STACK_SEG = 0xE00, STACK_SP = 0xFF0, DATA_SEG = LOW_DATA >> 4 };
#define IOPL3 FLAG_IOPL

/* Runs `bytes` in virtual-8086 mode; returns the vector that ended them. */
static int run(const void *code, size_t bytes, u32 flags)
{
	struct trap_target t = {
		.cs = CODE_SEG,
		.flags = FLAG_VM | 2 | flags,
		.sp = STACK_SP,
		.ss = STACK_SEG,
		.v86_es = DATA_SEG,
		.v86_ds = DATA_SEG,
		.v86_fs = 0x1234,
		.v86_gs = 0x5678,
		.ds = SEL_DATA0,
	};

	memset(phys(LOW_CODE), 0xF4, 64);
	memcpy(phys(LOW_CODE), code, bytes);
	return trap_run(&t);
}

static void check_ends(const char *name, int got, int vector, u32 error, u32 ip)
{
	trap_mark = ip;
	check_trap(name, got, vector, error, true);
}

#define RUN(flags, ...) run((const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }), flags)

static void check_frame(void)
{
	const struct frame *f = &trap_state.last;

	check_ends("hlt", RUN(0, 0x90, 0xF4), VEC_GP, 0, 1);
	check("frame-vm", f->flags & FLAG_VM, FLAG_VM);
	check("frame-cs", f->cs, CODE_SEG);
	check("frame-ss", f->ss, STACK_SEG);
	check("frame-sp", f->sp, STACK_SP);
	check("frame-es", f->v86_es, DATA_SEG);
	check("frame-ds", f->v86_ds, DATA_SEG);
	check("frame-fs", f->v86_fs, 0x1234);
	check("frame-gs", f->v86_gs, 0x5678);
	check("frame-on-tss-stack", trap_state.frame_at, (u32)trap_stack_top - 36);
}

/* CLI, STI, PUSHF, POPF, INT n and IRET need IOPL 3; INT3, INTO and I/O do not look at it. */
static void check_iopl(void)
{
	check_ends("gp-cli", RUN(0, 0xFA), VEC_GP, 0, 0);
	check_ends("gp-sti", RUN(0, 0xFB), VEC_GP, 0, 0);
	check_ends("gp-pushf", RUN(0, 0x9C), VEC_GP, 0, 0);
	check_ends("gp-popf", RUN(0, 0x9D), VEC_GP, 0, 0);
	check_ends("gp-int-n", RUN(0, 0xCD, VEC_USER), VEC_GP, 0, 0);
	check_ends("gp-iret", RUN(0, 0xCF), VEC_GP, 0, 0);
	check_ends("int3", RUN(0, 0xCC), VEC_BP, 0, 1);
	check_ends("icebp", RUN(0, 0xF1), VEC_DB, 0, 1);
	check_ends("iopl-3-cli-hlt", RUN(IOPL3 | FLAG_IF, 0xFA, 0xF4), VEC_GP, 0, 1);
	check("iopl-3-cli-clears-if", trap_state.last.flags & FLAG_IF, 0);
	check_ends("iopl-3-int-n", RUN(IOPL3, 0xCD, VEC_USER), VEC_USER, 0, 2);
	check_ends("iopl-3-int-gate-dpl-0", RUN(IOPL3, 0xCD, 0x90), VEC_GP, 0x90 * 8 + 2, 0);
	check_ends("iopl-3-pushf", RUN(IOPL3, 0x9C, 0x58, 0xF4), VEC_GP, 0, 2);
	check("iopl-3-pushf-iopl", trap_state.last.ax & (FLAG_IOPL | FLAG_IF), FLAG_IOPL);
	/* push 0x0093 with IOPL 0; popf: IOPL stays, CF is loaded */
	check_ends("iopl-3-popf", RUN(IOPL3, 0x68, 0x93, 0x00, 0x9D, 0xF4), VEC_GP, 0, 4);
	check("iopl-3-popf-keeps-iopl", trap_state.last.flags & (FLAG_IOPL | FLAG_CF), FLAG_IOPL | FLAG_CF);
	/* pushes flags, cs and ip for IRET to 0x20, where a HLT is */
	check_ends("iopl-3-iret", RUN(IOPL3, 0x9C, 0x0E, 0x6A, 0x20, 0xCF), VEC_GP, 0, 0x20);
}

static void check_privileged(void)
{
	check_ends("gp-lgdt", RUN(IOPL3, 0x0F, 0x01, 0x16, 0, 0), VEC_GP, 0, 0);
	check_ends("gp-mov-cr0", RUN(IOPL3, 0x0F, 0x20, 0xC0), VEC_GP, 0, 0);
	check_ends("gp-clts", RUN(IOPL3, 0x0F, 0x06), VEC_GP, 0, 0);
	check_ends("ud-lldt", RUN(IOPL3, 0x0F, 0x00, 0xD0), VEC_UD, 0, 0);
	check_ends("ud-str", RUN(IOPL3, 0x0F, 0x00, 0xC8), VEC_UD, 0, 0);
	check_ends("ud-lar", RUN(IOPL3, 0x0F, 0x02, 0xC0), VEC_UD, 0, 0);
	check_ends("ud-arpl", RUN(IOPL3, 0x63, 0xC0), VEC_UD, 0, 0);
	check_ends("ud-verr", RUN(IOPL3, 0x0F, 0x00, 0xE0), VEC_UD, 0, 0);
	check_ends("sgdt-is-free", RUN(0, 0x0F, 0x01, 0x06, 0, 1, 0xF4), VEC_GP, 0, 5);
	check_ends("smsw-is-free", RUN(0, 0x0F, 0x01, 0xE0, 0xF4), VEC_GP, 0, 3);
	check("smsw-pe", trap_state.last.ax & 1, 1);
}

static void check_memory(void)
{
	mem32_set(LOW_DATA, 0x11223344);
	mem32_set(LOW_DATA + 0x10000 - 16, 0x55667788);
	check_ends("read-through-ds", RUN(0, 0x66, 0xA1, 0, 0, 0xF4), VEC_GP, 0, 4);
	check("read-through-ds-value", trap_state.last.ax, 0x11223344);
	check_ends("load-segment-is-shift", RUN(0, 0xB8, 0xFF, 0x0F, 0x8E, 0xD8, 0x66, 0xA1, 0x10, 0, 0xF4),
		   VEC_GP, 0, 9);
	check("load-segment-value", trap_state.last.ax, 0x11223344);
	check_ends("gp-word-at-ffff", RUN(0, 0xA1, 0xFF, 0xFF), VEC_GP, 0, 0);
	check_ends("byte-at-ffff", RUN(0, 0xA0, 0xFF, 0xFF, 0xF4), VEC_GP, 0, 3);
	/* mov bp, 0xFFFF; mov ax, [bp] */
	check_ends("ss-word-at-ffff", RUN(0, 0xBD, 0xFF, 0xFF, 0x8B, 0x46, 0x00), VEC_SS, 0, 3);
	/* mov ebx, 0x10000; mov al, [ebx] */
	check_ends("gp-32-bit-offset", RUN(0, 0x66, 0xBB, 0, 0, 1, 0, 0x67, 0x8A, 0x03), VEC_GP, 0, 6);
}

static void allow_port(u32 port, bool allowed)
{
	u8 *at = &seg_state.iomap[port / 8];

	*at = (u8)(allowed ? *at & ~(1u << port % 8) : *at | 1u << port % 8);
}

SNIPPET(u_in_80, TRAP_MARK "inb $0x80, %%al" USER_END)
SNIPPET(u_inw_80, TRAP_MARK "inw $0x80, %%ax" USER_END)
SNIPPET(u_cli, TRAP_MARK "cli" USER_END)
SNIPPET(u_beyond, "movl $0x4000, %%edx\n\t" TRAP_MARK "inb %%dx, %%al" USER_END)
SNIPPET(u_outs, "movl $0x10000, %%esi\n\tmovl $0x80, %%edx\n\t" TRAP_MARK "outsb" USER_END)

static void check_io(void)
{
	u16 iomap = seg_state.tss.t32.iomap;

	check_ends("gp-in-denied", RUN(IOPL3, 0xE4, 0x80), VEC_GP, 0, 0);
	allow_port(0x80, true);
	check_ends("in-allowed", RUN(0, 0xE4, 0x80, 0xF4), VEC_GP, 0, 2);
	check_ends("gp-inw-half-denied", RUN(0, 0xE5, 0x80), VEC_GP, 0, 0);
	check_trap("user-in-allowed", trap_user(u_in_80, 0), VEC_USER, 0, false);
	check_trap("user-outs-allowed", trap_user(u_outs, 0), VEC_USER, 0, false);
	check_trap("gp-user-inw-half-denied", trap_user(u_inw_80, 0), VEC_GP, 0, true);
	allow_port(0x81, true);
	check_trap("user-inw-allowed", trap_user(u_inw_80, 0), VEC_USER, 0, false);
	allow_port(0x80, false);
	allow_port(0x81, false);
	check_trap("gp-user-in-denied", trap_user(u_in_80, 0), VEC_GP, 0, true);
	check_trap("user-iopl-3-needs-no-bitmap", trap_user(u_in_80, IOPL3), VEC_USER, 0, false);
	check_trap("user-iopl-3-cli", trap_user(u_cli, IOPL3 | FLAG_IF), VEC_USER, 0, false);
	check("user-iopl-3-cli-clears-if", trap_state.last.flags & FLAG_IF, 0);
	check_trap("gp-port-beyond-bitmap", trap_user(u_beyond, 0), VEC_GP, 0, true);
	seg_state.tss.t32.iomap = 0x8000;
	allow_port(0x80, true);
	check_trap("gp-bitmap-beyond-tss", trap_user(u_in_80, 0), VEC_GP, 0, true);
	allow_port(0x80, false);
	seg_state.tss.t32.iomap = iomap;
}

/* With VME and IOPL 0, CLI and STI work on VIF, and INT n may go through the task's own IVT. */
static void check_vme(void)
{
	u16 iomap = seg_state.tss.t32.iomap;
	u8 *redirect = seg_state.iomap;

	if (!(cpuid(1).edx >> 1 & 1)) {
		check_skip("vme");
		return;
	}
	cr4_set(cr4_get() | CR4_VME);
	seg_state.tss.t32.iomap = (u16)(iomap + 32);
	memset(redirect, 0xFF, 32);
	check_ends("vme-cli", RUN(FLAG_VIF | FLAG_IF, 0xFA, 0xF4), VEC_GP, 0, 1);
	check("vme-cli-clears-vif", trap_state.last.flags & (FLAG_VIF | FLAG_IF), FLAG_IF);
	check_ends("vme-sti", RUN(0, 0xFB, 0xF4), VEC_GP, 0, 1);
	check("vme-sti-sets-vif", trap_state.last.flags & (FLAG_VIF | FLAG_IF), FLAG_VIF);
	check_ends("vme-gp-sti-with-vip", RUN(FLAG_VIP, 0xFB), VEC_GP, 0, 0);
	check_ends("vme-pushf", RUN(FLAG_VIF, 0x9C, 0x58, 0xF4), VEC_GP, 0, 2);
	check("vme-pushf-vif-as-if", trap_state.last.ax & (FLAG_IF | FLAG_IOPL), FLAG_IF | FLAG_IOPL);
	check_ends("vme-int-not-redirected", RUN(0, 0xCD, 0x60), VEC_GP, 0, 0);
	redirect[0x60 / 8] = 0xFE;
	mem32_set(0x60 * 4, (u32)CODE_SEG << 16 | 0x10);
	check_ends("vme-int-redirected", RUN(FLAG_VIF, 0xCD, 0x60), VEC_GP, 0, 0x10);
	check("vme-int-pushes-six-bytes", trap_state.last.sp, STACK_SP - 6);
	check("vme-int-clears-vif", trap_state.last.flags & FLAG_VIF, 0);
	check("vme-int-pushes-ip", mem32((STACK_SEG << 4) + STACK_SP - 6), (u32)CODE_SEG << 16 | 2);
	memset(redirect, 0xFF, 32);
	seg_state.tss.t32.iomap = iomap;
	cr4_set(cr4_get() & ~(uw)CR4_VME);
}

void suite_v86(void)
{
	check_frame();
	check_iopl();
	check_privileged();
	check_memory();
	check_io();
	check_vme();
}
