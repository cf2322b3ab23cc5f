/* SPDX-License-Identifier: MIT */
/* The state's description, reset, models, MSRs, control registers, fast system calls, SMM, ports, saved FPU state.
 * Intel SDM vol. 3, chapters 2, 9 and 31; vol. 1, 10.5 and 13; vol. 2, by instruction. */
#include "tests/unit/x86_rig.h"

#include "mem/base/log.h"

#include <stdio.h>

TestSuite(x86_system, .init = rig_start, .fini = rig_stop);

Test(x86_system, every_byte_has_a_row)
{
	cr_expect_eq(state_gap_check("x86", x86_ops.state, x86_ops.size, stdout), 0);
}

Test(x86_system, reset)
{
	rig_protected(3);
	cpu_reset(&c->cpu);
	cr_expect_eq(c->cpu.pc, 0xfff0);
	cr_expect_eq(c->seg[S_CS].sel, 0xf000);
	cr_expect_eq(c->seg[S_CS].base, 0xffff0000);
	cr_expect_eq(c->cpu.pc_base, 0xffff0000);
	cr_expect_eq(c->cr0, 0x60000010);
	cr_expect_eq(x86_get_flags(c), 2);
	cr_expect_eq(c->dr[6], 0xffff0ff0);
	cr_expect_eq(c->dr[7], 0x400);
	cr_expect_eq(c->r[R_DX], 0x106ca);
	cr_expect_eq(c->x87.cw, 0x40);
	cr_expect_eq(c->mxcsr, 0x1f80);
	cr_expect_eq(c->pat, 0x0007040600070406);
	cr_expect_eq(c->cpl, 0);
}

/* INIT: the processor starts over, what is left of it stays. */
Test(x86_system, init_signal)
{
	rig_protected(0);
	c->x87.cw = 0x37f;
	c->lstar = 0x1234;
	rig_code("90 90 f4");
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	x86_init_ipi(c);
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(c->cpu.pc_base + c->cpu.pc, 0xfffffff0);
	cr_expect_eq(c->x87.cw, 0x37f);
	cr_expect_eq(c->lstar, 0x1234);
	cr_expect_eq(c->cr0, CR0_CD | CR0_NW | CR0_ET, "caches stay as they were");
}

/* ---- models -------------------------------------------------------------------------------------- */

Test(x86_system, models)
{
	struct x86 m = {0};
	struct err err;
	u32 out[4];

	cr_assert(x86_model_set(&m, NULL, &err));
	x86_cpuid(&m, 0, 0, out);
	cr_expect_eq(out[1], 0x756e6547, "Genu");
	x86_cpuid(&m, 1, 0, out);
	cr_expect_eq(out[2] & 0x00982201, 0x00982201, "x86-64-v2: SSE3 SSSE3 CX16 SSE4.1 SSE4.2 POPCNT, %x", out[2]);
	cr_expect_not(out[2] >> 28 & 1, "AVX is not announced");
	cr_expect_not(out[2] >> 31, "no hypervisor");
	x86_cpuid(&m, 0x80000008, 0, out);
	cr_expect_eq(out[0], 40 | 48 << 8);
	cr_assert(x86_model_set(&m, "max,-sse4.2,-pcid", &err));
	cr_expect_not(x86_has(&m, FEAT_SSE42));
	cr_expect(x86_has(&m, FEAT_SSE41));
	cr_assert(x86_model_set(&m, "qemu32,+syscall", &err));
	cr_expect_not(x86_has(&m, FEAT_LM));
	m.model = NULL;
	cr_expect_not(x86_model_set(&m, "pentium9", &err));
	cr_expect(strstr(err.text, "pentium9"));
	cr_expect_not(x86_model_set(&m, "max,+frob", &err));
	cr_expect(strstr(err.text, "frob"));
	cr_expect_not(x86_model_set(&m, "max,sse2", &err));
}

/* ---- MSRs ---------------------------------------------------------------------------------------- */

static int wrmsr(u32 n, u64 v)
{
	rig_long(0);
	rig_poke(RIG_CODE, 4, 0x90f4300f);
	c->r[R_CX] = n;
	c->r[R_AX] = (u32)v;
	c->r[R_DX] = v >> 32;
	return rig_run();
}

static u64 rdmsr(u32 n)
{
	rig_long(0);
	rig_poke(RIG_CODE, 4, 0x90f4320f);
	c->r[R_CX] = n;
	cr_expect_eq(rig_run(), RIG_HALTED, "MSR %x", n);
	return (u32)c->r[R_AX] | c->r[R_DX] << 32;
}

Test(x86_system, msrs)
{
	cr_expect_eq(wrmsr(0xc0000082, 0xffffffff81000000), RIG_HALTED);
	cr_expect_eq(rdmsr(0xc0000082), 0xffffffff81000000);
	cr_expect_eq(wrmsr(0xc0000082, 0x800000000000), X_GP, "not canonical");
	cr_expect_eq(wrmsr(0x277, 0x0407050600070106), RIG_HALTED);
	cr_expect_eq(wrmsr(0x277, 2), X_GP, "no such memory type");
	cr_expect_eq(wrmsr(0xc0000080, EFER_SCE | EFER_NXE), X_GP, "LME cannot change while paging is on");
	cr_expect_eq(wrmsr(0xc0000080, EFER_LME | EFER_LMA | 1 << 12), X_GP);
	cr_expect_eq(wrmsr(0xfe, 0), X_GP, "read only");
	cr_expect_eq(wrmsr(0x12345, 0), X_GP);
	cr_expect_eq(wrmsr(0xc0000103, 0x123), RIG_HALTED);
	cr_expect_eq(c->tsc_aux, 0x123);
	cr_expect_eq(wrmsr(0xc0000101, 0xffff888000000000), RIG_HALTED);
	cr_expect_eq(c->seg[S_GS].ebase, 0xffff888000000000);
	cr_expect_eq(rdmsr(0x8b), BIT(32));
	cr_expect_eq(rdmsr(0xce), 0xa00);
}

static int tsc_changes;

static void note_tsc(void *arg)
{
	(void)arg;
	tsc_changes++;
}

Test(x86_system, tsc)
{
	u64 a;

	cr_expect_eq(wrmsr(0x10, 1000000), RIG_HALTED);
	a = rdmsr(0x10);
	cr_expect(a >= 1000000 && a < 1000100, "%llu", (unsigned long long)a);
	tsc_changes = 0;
	c->bus.tsc_changed = note_tsc;
	cr_expect_eq(wrmsr(0x10, 5), RIG_HALTED);
	cr_expect_eq(wrmsr(0x3b, 7), RIG_HALTED);
	cr_expect_eq(rdmsr(0x3b), 7);
	cr_expect_eq(tsc_changes, 2, "what waits for a count is told");
	rig_protected(3);
	c->cr4 = CR4_TSD;
	rig_poke(RIG_CODE, 2, 0x310f);
	cr_expect_eq(rig_run(), X_GP);
}

/* ---- control registers --------------------------------------------------------------------------- */

static int write_cr(unsigned n, u64 v)
{
	rig_poke(RIG_CODE, 4, 0xf4c0220f | n << 19); /* mov crn, eax/rax; hlt */
	c->r[R_AX] = v;
	c->cpu.pc = RIG_CODE;
	return rig_run();
}

Test(x86_system, control_registers)
{
	rig_protected(0);
	cr_expect_eq(write_cr(0, CR0_PG), X_GP, "PG without PE");
	rig_protected(0);
	cr_expect_eq(write_cr(0, CR0_PE | CR0_NW), X_GP, "NW without CD");
	rig_protected(0);
	cr_expect_eq(write_cr(4, 1 << 12), X_GP, "LA57 is not there");
	rig_protected(0);
	cr_expect_eq(write_cr(4, CR4_PCIDE), X_GP, "PCIDs outside IA-32e mode");
	rig_long(0);
	cr_expect_eq(write_cr(4, 0), X_GP, "PAE has to stay");
	rig_long(0);
	cr_expect_eq(write_cr(0, CR0_PE), X_GP, "no paging off in 64-bit code");
	rig_long(0);
	cr_expect_eq(write_cr(3, BIT(45)), X_GP);
	rig_protected(0);
	rig_code("0f20c8"); /* mov eax, cr1 */
	cr_expect_eq(rig_run(), X_UD);
	rig_protected(3);
	cr_expect_eq(write_cr(0, 0), X_GP);
}

/* From the boot sector's mode to 64-bit mode in the order of SDM vol. 3, 9.8.5. */
Test(x86_system, the_way_to_long_mode)
{
	rig_long(0); /* for its tables */
	cpu_reset(&c->cpu);
	rig_real();
	c->gdtr = (struct dtr){.base = RIG_GDT, .limit = GDT_LIMIT};
	rig_code("66 b8 20000000 0f22e0"    /* mov cr4, PAE */
		 "66 b8 00000200 0f22d8"    /* mov cr3, 20000h */
		 "66 b9 800000c0 66 b8 00010000 66 31d2 0f30" /* wrmsr EFER, LME */
		 "66 b8 11000080 0f22c0"    /* mov cr0, PG PE ET */
		 "66 ea 90800000 3800");    /* ljmp CODE0_64:8090h */
	rig_poke(RIG_CODE + 0x90, 4, 0xf4e78948); /* mov rdi, rsp; hlt */
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect(c->in64);
	cr_expect_eq(c->efer, EFER_LME | EFER_LMA);
	cr_expect_eq(c->r[R_DI], RIG_STACK0);
}

Test(x86_system, lmsw_cannot_clear_pe)
{
	rig_protected(0);
	rig_code("0f01f0 0f01e3 f4"); /* lmsw ax; smsw ebx */
	c->r[R_AX] = 8;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->r[R_BX] & 15, 9);
}

Test(x86_system, umip)
{
	rig_protected(3);
	rig_code("0f00c8 f4"); /* str eax */
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(1), RIG_CODE + 3, "only HLT faults");
	rig_protected(3);
	c->cr4 = CR4_UMIP;
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(1), RIG_CODE);
}

/* ---- system calls -------------------------------------------------------------------------------- */

Test(x86_system, syscall_and_sysret)
{
	rig_long(3);
	c->star = (u64)0x33 << 48 | (u64)CODE0_64 << 32; /* SYSRETQ: 33h + 16 = 43h */
	c->lstar = RIG_CODE + 0x100;
	c->sfmask = FL_IF | FL_TF;
	x86_set_flags(c, FL_IF | FL_CF, FL_IF | FL_CF);
	rig_code("0f05 0f0b");
	rig_poke(RIG_CODE + 0x100, 4, 0x070f48f4); /* hlt; sysretq */
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->cpl, 0);
	cr_expect_eq(c->r[R_CX], RIG_CODE + 2);
	cr_expect_eq(c->r[R_11], FL_IF | FL_CF | FL_1);
	cr_expect_not(c->flags & FL_IF);
	cr_expect_eq(c->seg[S_SS].sel, CODE0_64 + 8);
	cr_expect_eq(c->r[R_SP], RIG_STACK3, "the stack pointer is the kernel's business");
	c->halted = false;
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(c->cpl, 3);
	cr_expect_eq(c->seg[S_CS].sel, 0x43);
	cr_expect_eq(c->seg[S_SS].sel, 0x3b);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 2);
	cr_expect(c->flags & FL_IF);
	rig_protected(3);
	cr_expect_eq(rig_run(), X_UD, "Intel: 64-bit mode only");
}

Test(x86_system, sysenter_and_sysexit)
{
	rig_protected(3);
	rig_code("0f34");
	cr_expect_eq(rig_run(), X_GP, "IA32_SYSENTER_CS is null");
	rig_protected(3);
	c->sysenter_cs = CODE0;
	c->sysenter_eip = RIG_CODE + 0x100;
	c->sysenter_esp = RIG_STACK0;
	rig_poke(RIG_CODE + 0x100, 4, 0x00350ff4); /* hlt; sysexit */
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->cpl, 0);
	cr_expect_eq(c->r[R_SP], RIG_STACK0);
	cr_expect_eq(c->seg[S_SS].sel, DATA0);
	c->halted = false;
	c->r[R_CX] = RIG_STACK3;
	c->r[R_DX] = RIG_CODE + 0x40;
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(c->cpl, 3);
	cr_expect_eq(c->seg[S_CS].sel, CODE3);
	cr_expect_eq(c->seg[S_SS].sel, DATA3);
	cr_expect_eq(c->cpu.pc, RIG_CODE + 0x40);
}

/* ---- SMM ----------------------------------------------------------------------------------------- */

static int smm_calls;

static void smm_view(void *arg, bool inside)
{
	(void)arg;
	smm_calls += inside ? 1 : 100;
}

Test(x86_system, smm)
{
	for (unsigned pass = 0; pass < 3; pass++) {
		if (pass == 1)
			rig_long(3);
		else
			rig_protected(3);
		if (pass == 2) /* a 32-bit processor: its own map */
			c->features[FEAT_LM >> 6] &= ~BIT(FEAT_LM & 63);
		smm_calls = 0;
		c->bus.smm = smm_view;
		c->smbase = 0x30000;
		rig_code("90 0f0b");
		c->r[R_BX] = 0x12345678;
		/* mov eax, [cs:7efch + 8000h]; mov dword [cs:0ff00h], 40000h; rsm, 16-bit code */
		static const u8 handler[] = {
			0x66, 0x2e, 0xa1, 0xfc, 0xfe, 0x66, 0x2e, 0xc7, 0x06, 0x00, 0xff, 0, 0, 4, 0, 0xb3, 0x99,
			0x0f, 0xaa,
		};
		for (unsigned n = 0; n < sizeof(handler); n++)
			rig_poke(0x38000 + n, 1, handler[n]);
		if (pass == 2)
			rig_poke(0x38009, 2, 0xfef8);
		x86_smi(c);
		cr_expect_eq(rig_step(2), STOP_UNTIL);
		cr_expect(c->smm);
		cr_expect_not(x86_protected(c));
		cr_expect_eq((u16)c->r[R_AX], pass == 2 ? 0 : 0x0064, "revision %x", (u32)c->r[R_AX]);
		cr_expect_eq(smm_calls, 1);
		cr_expect_eq(rig_step(3), STOP_UNTIL);
		cr_expect_not(c->smm);
		cr_expect_eq(smm_calls, 101);
		cr_expect_eq(c->smbase, 0x40000, "moved");
		cr_expect_eq(c->cpl, 3);
		cr_expect_eq(c->in64, pass == 1);
		cr_expect_eq(c->r[R_BX], 0x12345678, "registers are as before");
		cr_expect_eq(rig_run(), X_UD);
		cr_expect_eq(rig_frame(0), RIG_CODE + 1);
	}
	rig_protected(0);
	rig_poke(RIG_CODE, 2, 0xaa0f);
	cr_expect_eq(rig_run(), X_UD, "RSM outside SMM");
}

/* ---- ports --------------------------------------------------------------------------------------- */

Test(x86_system, port_permission)
{
	rig_protected(3);
	rig_code("e420 e421 f4");
	rig_poke(RIG_TSS + 0x100 + 0x20 / 8, 1, 2); /* 21h is closed */
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(0), 0);
	cr_expect_eq(rig_frame(1), RIG_CODE + 2);
	rig_protected(3);
	c->flags |= FL_IOPL;
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(1), RIG_CODE + 4, "IOPL 3 needs no map");
	rig_protected(3);
	rig_poke(RIG_CODE, 2, 0xed90); /* in eax, dx: four bits */
	c->r[R_DX] = 0x1e;
	cr_expect_eq(rig_run(), X_GP);
	cr_expect_eq(rig_frame(1), RIG_CODE + 1);
	rig_protected(3);
	c->r[R_DX] = 0x1000;
	cr_expect_eq(rig_run(), X_GP, "beyond the TSS");
}

Test(x86_system, ins_faults_before_it_reads)
{
	rig_protected(0);
	rig_paging(RIG_32);
	rig_poke(rig_pte(RIG_32, RIG_DATA), 4, 0);
	rig_code("6c f4");
	c->r[R_DI] = RIG_DATA;
	cr_expect_eq(rig_run(), X_PF);
	cr_expect_eq(rig_frame(0), PF_W);
	cr_expect_eq(c->r[R_DI], RIG_DATA);
}

/* What a kernel's author wants to know: -d guest_errors. */
Test(x86_system, accesses_to_nothing_are_told)
{
	FILE *f = tmpfile();
	char text[600] = "";

	rig_protected(0);
	rig_code("66ba3312 ec a100000002 c6050000000307 e680 f4"); /* in; mov from 32M; mov to 48M; out 80h */
	log_set_file(f);
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(ftell(f), 0, "only when asked");
	log_mask = 1u << LOG_GUEST_ERRORS;
	c->cpu.pc = RIG_CODE;
	c->halted = false;
	cr_expect_eq(rig_run(), RIG_HALTED);
	log_mask = 0;
	log_set_file(NULL);
	rewind(f);
	cr_assert(fread(text, 1, sizeof(text) - 1, f) > 0);
	fclose(f);
	cr_expect(strstr(text, "0008:8004 reads port 1233, 1 bytes, value ff: nothing is there\n"), "%s", text);
	cr_expect(strstr(text, "0008:8005 reads memory 2000000, 4 bytes, value ffffffff: nothing"), "%s", text);
	cr_expect(strstr(text, "0008:800a writes memory 3000000, 1 bytes, value 7: nothing"), "%s", text);
	cr_expect_null(strstr(text, "port 80,"), "%s", text);
}

/* ---- saved state --------------------------------------------------------------------------------- */

Test(x86_system, fxsave_and_fxrstor)
{
	rig_long(0);
	c->cr4 |= CR4_OSFXSR;
	rig_code("480fae00 480fae08 f4"); /* fxsave64 [rax]; fxrstor64 [rax] */
	c->r[R_AX] = RIG_DATA;
	c->x87.sw = 3 << 11;
	c->x87.valid = 0x18;
	c->x87.r[3] = f80_make(0x3fff, 1ull << 63);
	c->v[15].q[1] = 0x1122334455667788;
	c->x87.fip = 0xffff800012345678;
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(rig_peek(RIG_DATA + 2, 2), 3 << 11);
	cr_expect_eq(rig_peek(RIG_DATA + 4, 1), 0x18);
	cr_expect_eq(rig_peek(RIG_DATA + 8, 8), 0xffff800012345678);
	cr_expect_eq(rig_peek(RIG_DATA + 28, 4), 0xffff);
	cr_expect_eq(rig_peek(RIG_DATA + 32 + 8, 2), 0x3fff, "ST(0) first");
	cr_expect_eq(rig_peek(RIG_DATA + 160 + 15 * 16 + 8, 8), 0x1122334455667788);
	memset(&c->x87, 0, sizeof(c->x87));
	c->v[15].q[1] = 0;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->x87.r[3].sig, 1ull << 63);
	cr_expect_eq(c->x87.valid, 0x18);
	cr_expect_eq(c->v[15].q[1], 0x1122334455667788);
	rig_long(0);
	c->r[R_AX] = RIG_DATA + 8;
	cr_expect_eq(rig_run(), X_GP, "not aligned");
}

Test(x86_system, xsave_and_xrstor)
{
	rig_long(0);
	c->cr4 |= CR4_OSFXSR | CR4_OSXSAVE;
	c->xcr0 = 3;
	rig_code("0fae27 0fae2f f4"); /* xsave [rdi]; xrstor [rdi] */
	c->r[R_DI] = RIG_DATA;
	c->r[R_AX] = 2;
	c->r[R_DX] = 0;
	c->v[1].q[0] = 0x55;
	rig_poke(RIG_DATA, 2, 0xdead);
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_expect_eq(rig_peek(RIG_DATA, 2), 0xdead, "x87 was not asked for");
	cr_expect_eq(rig_peek(RIG_DATA + 512, 8), 2);
	cr_expect_eq(rig_peek(RIG_DATA + 160 + 16, 8), 0x55);
	c->v[1].q[0] = 0;
	c->x87.cw = 0x40;
	c->r[R_AX] = 3;
	cr_expect_eq(rig_run(), RIG_HALTED);
	cr_expect_eq(c->v[1].q[0], 0x55);
	cr_expect_eq(c->x87.cw, 0x37f, "x87 is not in the area: its initial state");
	rig_long(0);
	c->cr4 |= CR4_OSXSAVE;
	c->cpu.pc = RIG_CODE + 3;
	rig_poke(RIG_DATA + 512, 8, 7); /* AVX is not enabled */
	cr_expect_eq(rig_run(), X_GP);
}

/* ---- saved and loaded ---------------------------------------------------------------------------- */

/* A processor that was loaded goes on as the other one would have: here, between STI and the instruction behind it. */
Test(x86_system, loaded_state_goes_on)
{
	static u8 image[8192];

	rig_protected(0);
	rig_code("fb 90 90 f4");
	cr_expect_eq(rig_step(1), STOP_UNTIL);
	cr_assert(state_saved_size(x86_ops.state) <= sizeof(image));
	state_save(x86_ops.state, c, image);
	cr_expect_eq(rig_run(), RIG_HALTED);
	rig_real();
	state_load(x86_ops.state, c, image);
	x86_loaded(c);
	cr_expect_eq(c->cpu.mode & MODE_CODE, 2);
	x86_nmi(c);
	cr_expect_eq(rig_run(), X_NMI);
	cr_expect_eq(rig_frame(0), RIG_CODE + 2, "the shadow of STI was loaded too");
}

Test(x86_system, state_survives_saving)
{
	static u8 image[8192];
	static struct x86 other;
	size_t n;

	rig_long(3);
	c->r[R_9] = 0x123456789abcdef;
	c->v[3].q[1] = 77;
	cr_assert(state_saved_size(x86_ops.state) <= sizeof(image));
	n = state_save(x86_ops.state, c, image);
	cr_expect_eq(n, state_saved_size(x86_ops.state));
	state_load(x86_ops.state, &other, image);
	cr_expect_eq(state_compare(x86_ops.state, c, &other, "x86", stdout), 0);
	cr_expect_eq(other.r[R_9], 0x123456789abcdef);
	cr_expect_eq(state_hash(x86_ops.state, c, STATE_HASH_INIT), state_hash(x86_ops.state, &other, STATE_HASH_INIT));
}
