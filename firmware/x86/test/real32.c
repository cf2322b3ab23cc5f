/* SPDX-License-Identifier: MIT */
/*
 * Real-address mode from the 32-bit ROM: the way there and back, the IVT, segment limits, unreal mode, A20 (SDM
 * vol. 3 9.9 and 20.1; vol. 3 8.7.13 for A20M#).
 */
#include "firmware/x86/test/real32.h"
#include "firmware/x86/lib/io.h"
#include "firmware/x86/test/check.h"
#include "firmware/x86/test/suites.h"

void real_run(void);
extern const u8 real_blob[], real_blob_end[];

/* Each 16-bit snippet of real32.S with its end. */
#define DECLARE(a, b) extern const u8 a[], b[]
DECLARE(r_plain, r_plain_end);
DECLARE(r_int, r_int_end);
DECLARE(r_iret, r_iret_end);
DECLARE(r_de, r_de_end);
DECLARE(r_ud, r_ud_end);
DECLARE(r_bound, r_bound_end);
DECLARE(r_into, r_into_end);
DECLARE(r_word_ffff, r_word_ffff_end);
DECLARE(r_byte_ffff, r_byte_ffff_end);
DECLARE(r_dword_fffd, r_dword_fffd_end);
DECLARE(r_addr32, r_addr32_end);
DECLARE(r_stack_ffff, r_stack_ffff_end);
DECLARE(r_lldt, r_lldt_end);
DECLARE(r_lar, r_lar_end);
DECLARE(r_arpl, r_arpl_end);
DECLARE(r_step, r_step_end);
DECLARE(r_unreal, r_unreal_end);
DECLARE(r_hma, r_hma_end);
DECLARE(r_lmsw, r_lmsw_end);
DECLARE(r_far, r_far_end);

static u32 box(u32 offset)
{
	return mem32(REAL_BOX + offset);
}

static void real_prepare(void)
{
	seg_free_set(SLOT_CODE16, seg_make(0, 0xFFFF, SEG_CODE_XR, 0));
	seg_free_set(SLOT_DATA16, seg_make(0, 0xFFFF, SEG_DATA_RW, 0));
	memcpy(phys(LOW_BLOB), real_blob, (size_t)(real_blob_end - real_blob));
	cpu_sti(); /* whatever is pending still has its handler here */
	__asm__ volatile("nop");
	cpu_cli();
	irq_init();
	for (u32 v = 0; v < 32; v++)
		mem32_set(v * 4, LOW_BLOB + 0x200 + v * 8);
}

static s32 run(const u8 *code, const u8 *end)
{
	memcpy(phys(LOW_CODE), code, (size_t)(end - code));
	mem32_set(REAL_BOX, 0xDEAD);
	real_run();
	return (s32)box(BOX_VECTOR);
}

static void check_exception(const char *name, const u8 *code, const u8 *end, s32 vector, u32 ip)
{
	s32 got = run(code, end);

	check(name, (u64)(u32)got << 32 | (got < 0 ? 0 : box(BOX_IP)),
	      (u64)(u32)vector << 32 | (vector < 0 ? 0 : (LOW_CODE + ip)));
}

static void check_basics(void)
{
	check("enter-and-leave", (u32)run(r_plain, r_plain_end), 0xFFFFFFFF);
	check("32-bit-register", box(BOX_EAX), 0x12345678);
	check("cs", box(BOX_EBX) & 0xFFFF, 0);
	check("msw-pe-clear", box(BOX_ECX) & 1, 0);
	check("flags-vm-clear", box(BOX_EDX) & FLAG_VM, 0);
	check("pe-set-after-return", cr0_get() & CR0_PE, CR0_PE);
	check("int-through-ivt", (u32)run(r_int, r_int_end), 0x1B);
	check("int-frame-ip", box(BOX_IP) & 0xFFFF, LOW_CODE + 6);
	check("int-frame-cs", box(BOX_CS) & 0xFFFF, 0);
	check("int-frame-flags-if", box(BOX_FLAGS) & FLAG_IF, FLAG_IF);
	check("int-pushes-six-bytes", box(BOX_SP) & 0xFFFF, LOW_STACK);
	check("iret", (u32)run(r_iret, r_iret_end), 0xFFFFFFFF);
	check("iret-handler-ran", box(BOX_EBX) & 0xFFFF, 0x2222);
	check("iret-handler-if-clear", box(BOX_ECX) & FLAG_IF, 0);
	check("iret-restores-if-cf", box(BOX_EDX) & (FLAG_IF | FLAG_CF), FLAG_IF | FLAG_CF);
	check("far-call-and-lret", (u32)run(r_far, r_far_end), 0xFFFFFFFF);
	check("lmsw-with-pe-clear", (u32)run(r_lmsw, r_lmsw_end), 0xFFFFFFFF);
}

static void check_exceptions(void)
{
	check_exception("de", r_de, r_de_end, VEC_DE, 2);
	check_exception("ud", r_ud, r_ud_end, VEC_UD, 0);
	check_exception("bound", r_bound, r_bound_end, VEC_BR, 15);
	check_exception("into", r_into, r_into_end, VEC_OF, 5);
	check_exception("ud-lldt", r_lldt, r_lldt_end, VEC_UD, 0);
	check_exception("ud-lar", r_lar, r_lar_end, VEC_UD, 0);
	check_exception("ud-arpl", r_arpl, r_arpl_end, VEC_UD, 0);
	check_exception("single-step", r_step, r_step_end, VEC_DB, 8);
	check_exception("byte-at-ffff", r_byte_ffff, r_byte_ffff_end, VEC_NONE, 0);
	check_exception("gp-word-at-ffff", r_word_ffff, r_word_ffff_end, VEC_GP, 0);
	check_exception("gp-dword-at-fffd", r_dword_fffd, r_dword_fffd_end, VEC_GP, 0);
	check_exception("gp-32-bit-offset", r_addr32, r_addr32_end, VEC_GP, 6);
	check_exception("ss-word-at-ffff", r_stack_ffff, r_stack_ffff_end, VEC_SS, 3);
}

static void check_unreal(void)
{
	mem32_set(SCRATCH_BASE, 0x600DF00D);
	check("unreal-no-fault", (u32)run(r_unreal, r_unreal_end), 0xFFFFFFFF);
	check("unreal-read", box(BOX_ECX), 0x600DF00D);
	check("unreal-survives-load", box(BOX_EDX), 0x600DF00D);
}

/* FFFF:0010 is 1 MiB with the A20 gate open; the image's first word stands there. */
static void check_hma(void)
{
	run(r_hma, r_hma_end);
	check("ffff-0010-is-1-mib", box(BOX_ECX), mem32(0x100000));
}

/*
 * With A20 masked every odd megabyte shows the one below it, the one that this code lives in included. So the access
 * runs from a copy below 1 MiB and touches no stack meanwhile.
 */
static void check_a20(void)
{
	static const u8 code[] = {
		0xE4, 0x92,                   /* in al, 0x92 */
		0x88, 0xC3,                   /* mov bl, al */
		0x24, 0xFC,                   /* and al, ~3 */
		0xE6, 0x92,                   /* out 0x92, al */
		0x8B, 0x0D, 0, 0, 0x90, 0x00, /* mov ecx, [0x900000] */
		0xE4, 0x92,                   /* in al, 0x92 */
		0x88, 0xC2,                   /* mov dl, al */
		0x88, 0xD8,                   /* mov al, bl */
		0x24, 0xFE,                   /* and al, ~1 */
		0x0C, 0x02,                   /* or al, 2 */
		0xE6, 0x92,                   /* out 0x92, al */
		0x8B, 0x1D, 0, 0, 0x90, 0x00, /* mov ebx, [0x900000] */
		0xC3,
	};
	u32 off, on, gate, at = LOW_CODE;

	memcpy(phys(LOW_CODE), code, sizeof(code));
	mem32_set(0x800000, 0x88888888);
	mem32_set(0x900000, 0x99999999);
	__asm__ volatile("call *%3" : "=c"(off), "=b"(on), "=d"(gate) : "r"(at) : "eax", "memory", "cc");
	check("a20-off-wraps", off, 0x88888888);
	check("a20-off-reads-back", gate & 2, 0);
	check("a20-on", on, 0x99999999);
}

void suite_real(void)
{
	real_prepare();
	check_basics();
	check_exceptions();
	check_unreal();
	check_hma();
	check_a20();
}
