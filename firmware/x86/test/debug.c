/* SPDX-License-Identifier: MIT */
/*
 * Debug exceptions: single step, the four debug registers on instructions, data and ports, general detect, RF,
 * and the shadow of MOV SS (SDM vol. 3 17.2, 17.3.1).
 */
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

enum { DR6_BD = 1 << 13, DR6_BS = 1 << 14, DR7_FIXED = 0x400, DR7_GD = 1 << 13 };
enum { BP_EXEC = 0, BP_WRITE = 1, BP_IO = 2, BP_ACCESS = 3 };

/* What the #DB handler saw: [0] how often, [1] first IP, [2] first DR6, [3] first flags, [4] last IP. */
static void note_db(struct frame *f)
{
	volatile uw *w = test_state.word;

	if (!w[0]++) {
		w[1] = f->ip;
		w[2] = dr6_get();
		w[3] = f->flags;
	}
	w[4] = f->ip;
	dr6_set(0);
	if ((w[2] & 0xF) && f->ip == w[6])
		f->flags |= FLAG_RF;
	if (w[0] > 100)
		trap_unwind(VEC_DB);
}

static int run(void (*code)(void *))
{
	int vector;

	for (int i = 0; i < 6; i++)
		test_state.word[i] = 0;
	dr6_set(0);
	vector = trap_catch(code, NULL);
	dr7_set(DR7_FIXED);
	return vector;
}

static uw dr7_of(int n, int kind, int len)
{
	return DR7_FIXED | 2u << (n * 2) | (uw)(u32)(kind | (len - 1) << 2) << (16 + n * 4);
}

#define TF_ON "pushf\n\tor" WIDE " $0x100, (" R("sp") ")\n\tpopf\n\t"
#define TF_OFF "pushf\n\tand" WIDE " $~0x100, (" R("sp") ")\n\tpopf\n\t"
SNIPPET(step_nops, TRAP_NEXT TF_ON "nop\n9:\tnop\n\t" TF_OFF)
SNIPPET(step_mov_ss, "movl $0x10, %%eax\n\t" TRAP_NEXT TF_ON "movl %%eax, %%ss\n\tnop\n9:\t" TF_OFF)
SNIPPET(step_int, TRAP_NEXT TF_ON "int $0x90\n8:\tnop\n9:\t" TF_OFF)
SNIPPET(step_rep, "movl $" WORD(8) ", %%edi\n\tmovl $3, %%ecx\n\t" TRAP_NEXT TF_ON "9:\trep stosb\n\t" TF_OFF)
SNIPPET(step_then_ud, TRAP_NEXT TF_ON "nop\n9:\tud2")

static void check_step(void)
{
	check_none("step", run(step_nops));
	check("step-count", test_state.word[0], 5);
	check("step-first-ip", test_state.word[1], trap_mark);
	check("step-dr6", test_state.word[2] & 0xFFFF, 0x0FF0 | DR6_BS);
	check("step-image-tf", test_state.word[3] & (FLAG_TF | FLAG_RF), FLAG_TF);
	check_none("step-mov-ss", run(step_mov_ss));
	check("step-mov-ss-delayed", test_state.word[1], trap_mark);
	check_none("step-rep", run(step_rep));
	check("step-rep-first-ip", test_state.word[1], trap_mark);
	check("step-rep-count", test_state.word[0], 6);
	check_trap("step-before-next-fault", run(step_then_ud), VEC_UD, 0, true);
	check("step-before-next-fault-ip", test_state.word[1], trap_mark);
}

static void note_int(struct frame *f)
{
	test_state.word[5] = flags_get();
	test_state.word[7] = f->flags;
}

static void check_step_int(void)
{
	trap_set(0x90, note_int);
	check_none("step-int", run(step_int));
	check("step-int-handler-tf-clear", test_state.word[5] & FLAG_TF, 0);
	check("step-int-image-tf-set", test_state.word[7] & FLAG_TF, FLAG_TF);
	check("step-int-first-ip-after-return", test_state.word[1], trap_mark);
	trap_set(0x90, NULL);
}

SNIPPET(exec_target, TRAP_MARK "nop\n\tnop")
SNIPPET(data_write, TRAP_NEXT "movl %%eax, " WORD(8) "\n9:\tnop")
SNIPPET(data_read, TRAP_NEXT "movl " WORD(8) ", %%eax\n9:\tnop")
SNIPPET(data_near, "movl " WORD(8) "+4, %%eax\n\tmovb " WORD(8) "-1, %%al")
SNIPPET(data_last_byte, TRAP_NEXT "movb " WORD(8) "+3, %%al\n9:\tnop")
SNIPPET(data_rmw, TRAP_NEXT "addl $1, " WORD(8) "\n9:\tnop")
SNIPPET(data_rep, "movl $" WORD(6) ", %%edi\n\tmovl $16, %%ecx\n\txorl %%eax, %%eax\n\tcld\n\t"
	TRAP_NEXT "9:\trep stosl\n")
SNIPPET(io_out, TRAP_NEXT "outb %%al, $0x80\n9:\tnop")
SNIPPET(io_in, TRAP_NEXT "inb $0x80, %%al\n9:\tnop")
SNIPPET(io_other, "outb %%al, $0x84")
SNIPPET(shadow_ss, TRAP_NEXT "movw " WORD(8) ", %%ss\n\tnop\n9:\tnop")

static void check_exec(void)
{
	trap_catch(exec_target, NULL);
	test_state.word[6] = trap_mark;
	for (int n = 0; n < 4; n++) {
		static const char *const names[] = { "exec-dr0", "exec-dr1", "exec-dr2", "exec-dr3" };

		dr0_set(n == 0 ? trap_mark : 0);
		dr1_set(n == 1 ? trap_mark : 0);
		dr2_set(n == 2 ? trap_mark : 0);
		dr3_set(n == 3 ? trap_mark : 0);
		dr7_set(dr7_of(n, BP_EXEC, 1));
		check_none(names[n], run(exec_target));
		check(names[n], test_state.word[0] << 16 | (test_state.word[2] & 0xF), 1u << 16 | 1u << n);
	}
	check("exec-fault-ip", test_state.word[1], trap_mark);
	test_state.word[6] = 0;
}

static void check_watch(const char *name, void (*code)(void *), int kind, int len, uw hits)
{
	dr0_set((uw)&test_state.word[8]);
	dr7_set(dr7_of(0, kind, len));
	run(code);
	check(name, test_state.word[0], hits);
	if (hits) {
		check(name, test_state.word[1], trap_mark);
		check(name, test_state.word[2] & 0xF, 1);
	}
}

static void check_data(void)
{
	check_watch("write-watch-write", data_write, BP_WRITE, 4, 1);
	check_watch("write-watch-read", data_read, BP_WRITE, 4, 0);
	check_watch("access-watch-read", data_read, BP_ACCESS, 4, 1);
	check_watch("access-watch-write", data_write, BP_ACCESS, 4, 1);
	check_watch("access-watch-near-miss", data_near, BP_ACCESS, 4, 0);
	check_watch("access-watch-last-byte", data_last_byte, BP_ACCESS, 4, 1);
	check_watch("byte-watch-other-byte", data_last_byte, BP_ACCESS, 1, 0);
	check_watch("write-watch-rmw", data_rmw, BP_WRITE, 4, 1);
	check_watch("write-watch-rep", data_rep, BP_WRITE, 4, 1);
	test_state.word[8] = SEL_DATA0;
	check_watch("mov-ss-delays-data-break", shadow_ss, BP_ACCESS, 4, 1);
}

static void check_io(void)
{
	uw cr4 = cr4_get();

	cr4_set(cr4 | CR4_DE);
	dr0_set(0x80);
	dr7_set(dr7_of(0, BP_IO, 1));
	run(io_out);
	check("io-out", test_state.word[0], 1);
	check("io-out-ip", test_state.word[1], trap_mark);
	dr7_set(dr7_of(0, BP_IO, 1));
	run(io_in);
	check("io-in", test_state.word[0], 1);
	dr7_set(dr7_of(0, BP_IO, 1));
	run(io_other);
	check("io-other-port", test_state.word[0], 0);
	cr4_set(cr4);
}

SNIPPET(read_dr4, TRAP_MARK "mov %%dr4, " R("ax"))
SNIPPET(read_dr0, TRAP_MARK "mov %%dr0, " R("ax"))
SNIPPET(u_read_dr0, TRAP_MARK "mov %%dr0, " R("ax") USER_END)

/* Leaves the debug registers alone: with GD set even looking at one is a #DB. */
static void note_gp(struct frame *f)
{
	test_state.word[0] = f->ip;
	trap_unwind(VEC_GP);
}

static void check_detect_priority(void)
{
	dr7_set(DR7_FIXED | DR7_GD);
	trap_set(VEC_GP, note_gp);
	check("privilege-before-general-detect", (u64)(u32)trap_user(u_read_dr0, 0), VEC_GP);
	trap_set(VEC_GP, NULL);
	check("privilege-before-general-detect-ip", test_state.word[0], trap_mark);
	check_trap("general-detect-outlives-gp", trap_catch(read_dr0, NULL), VEC_DB, 0, true);
}

static void check_registers(void)
{
	uw cr4 = cr4_get();

	cr4_set(cr4 & ~(uw)CR4_DE);
	check_none("dr4-alias-without-de", trap_catch(read_dr4, NULL));
	cr4_set(cr4 | CR4_DE);
	check_trap("ud-dr4-with-de", trap_catch(read_dr4, NULL), VEC_UD, 0, true);
	cr4_set(cr4);
	dr7_set(DR7_FIXED | DR7_GD);
	check_trap("general-detect", trap_catch(read_dr0, NULL), VEC_DB, 0, true);
	check("general-detect-dr6", trap_state.dr6 & DR6_BD, DR6_BD);
	check("general-detect-clears-gd", dr7_get() & DR7_GD, 0);
	check_detect_priority();
	dr7_set(DR7_FIXED);
	dr6_set(0);
	check("dr6-fixed-bits", (u32)dr6_get() & 0xFFFF0FF0u & ~0x10800u, 0xFFFF0FF0u & ~0x10800u);
	check("dr7-fixed-bit", dr7_get() & 0xFFFF, DR7_FIXED);
}

void suite_debug(void)
{
	dr7_set(DR7_FIXED);
	check_registers();
	trap_set(VEC_DB, note_db);
	check_step();
	check_step_int();
	check_exec();
	check_data();
	check_io();
	trap_set(VEC_DB, NULL);
}
