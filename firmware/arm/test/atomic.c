/* SPDX-License-Identifier: MIT */
/*
 * Load and store exclusive with what clears the monitor, acquire and release forms, and the LSE atomics with their
 * sizes and alignment (Arm ARM B2.9, C3.2.13; D8.11 for alignment).
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

/* The status of a store exclusive. */
static u64 store_exclusive(u64 at, u64 v)
{
	u32 status;

	__asm__ volatile("stxr %w0, %1, [%2]" : "=&r"(status) : "r"(v), "r"(at) : "memory");
	return status;
}

static u64 load_exclusive(u64 at)
{
	u64 v;

	__asm__ volatile("ldxr %0, [%1]" : "=r"(v) : "r"(at) : "memory");
	return v;
}

/* One asm statement from load to store: nothing of the compiler's comes between. */
static u64 pair(u64 at, u64 v)
{
	u64 old;
	u32 status;

	__asm__ volatile("ldxr %0, [%3]\n\tstxr %w1, %2, [%3]"
			 : "=&r"(old), "=&r"(status)
			 : "r"(v), "r"(at)
			 : "memory");
	return status;
}

static void check_exclusive(void)
{
	u64 at = (u64)&test_state.word[0], a, b;
	u32 status;

	write64(at, 5);
	__asm__ volatile("clrex");
	check("store-without-load", store_exclusive(at, 6), 1);
	check("store-without-load-memory", read64(at), 5);
	check("load-store", pair(at, 7), 0);
	check("load-store-memory", read64(at), 7);
	check("store-again", store_exclusive(at, 8), 1);
	load_exclusive(at);
	__asm__ volatile("clrex");
	check("clrex", store_exclusive(at, 9), 1);
	__asm__ volatile("ldxr %0, [%2]\n\tsvc #0x33\n\tstxr %w1, %0, [%2]"
			 : "=&r"(a), "=&r"(status)
			 : "r"(at)
			 : "memory");
	check("exception-return-clears", status, 1);
	write64(at, 0x1111222233334444);
	write64(at + 8, 0x5555666677778888);
	__asm__ volatile("ldxp %0, %1, [%3]\n\tstxp %w2, %1, %0, [%3]"
			 : "=&r"(a), "=&r"(b), "=&r"(status)
			 : "r"(at)
			 : "memory");
	check("pair-status", status, 0);
	check("pair-swapped", read64(at) ^ read64(at + 8) ^ a ^ b, 0);
	check("pair-first", read64(at), 0x5555666677778888);
	__asm__ volatile("ldxrb %w0, [%2]\n\tstxrb %w1, %w3, [%2]"
			 : "=&r"(a), "=&r"(status)
			 : "r"(at + 3), "r"(0x12)
			 : "memory");
	check("byte", status << 8 | read8(at + 3), 0x12);
	__asm__ volatile("ldaxrh %w0, [%2]\n\tstlxrh %w1, %w3, [%2]"
			 : "=&r"(a), "=&r"(status)
			 : "r"(at + 6), "r"(0x3456)
			 : "memory");
	check("half-acquire-release", status << 16 | read16(at + 6), 0x3456);
	__asm__ volatile("stlr %0, [%1]\n\tldar %0, [%1]" : "+r"(b) : "r"(at) : "memory");
	check("stlr-ldar", b, read64(at));
}

/* Old value and memory of an atomic on X1 with operand X2. */
#define ATOMIC(name, text, initial, operand, after) do { \
	u64 old_; \
	write64(at, initial); \
	__asm__ volatile(text : "=&r"(old_) : "r"((u64)(operand)), "r"(at) : "memory"); \
	check(name, old_, initial); \
	check(name, read64(at), after); \
} while (0)

static void check_lse(void)
{
	u64 at = (u64)&test_state.word[0], v;

	ATOMIC("ldadd", "ldaddal %1, %0, [%2]", 10, 5, 15);
	ATOMIC("ldclr", "ldclr %1, %0, [%2]", 0xff, 0x0f, 0xf0);
	ATOMIC("ldeor", "ldeora %1, %0, [%2]", 0xff, 0x0f, 0xf0);
	ATOMIC("ldset", "ldsetl %1, %0, [%2]", 0xf0, 0x0f, 0xff);
	ATOMIC("ldsmax", "ldsmax %1, %0, [%2]", ~0ull, 3, 3);
	ATOMIC("ldsmin", "ldsmin %1, %0, [%2]", ~0ull, 3, ~0ull);
	ATOMIC("ldumax", "ldumax %1, %0, [%2]", ~0ull, 3, ~0ull);
	ATOMIC("ldumin", "ldumin %1, %0, [%2]", ~0ull, 3, 3);
	ATOMIC("swp", "swpal %1, %0, [%2]", 1, 2, 2);
	ATOMIC("cas-equal", "mov %0, #7\n\tcasal %0, %1, [%2]", 7, 8, 8);
	ATOMIC("cas-differs", "mov %0, #6\n\tcas %0, %1, [%2]", 7, 8, 7);
	write64(at, 0xffffffffffffffff);
	__asm__ volatile("ldaddb %w1, %w0, [%2]" : "=&r"(v) : "r"(1), "r"(at + 2) : "memory");
	check("ldaddb", v, 0xff);
	check("ldaddb-memory", read64(at), 0xffffffffff00ffff);
	__asm__ volatile("stadd %w0, [%1]" : : "r"(1), "r"(at + 4) : "memory");
	check("stadd-w", read64(at), 0x00000000ff00ffff);
	write64(at, 1);
	write64(at + 8, 2);
	__asm__ volatile("mov x2, #1\n\tmov x3, #2\n\tmov x4, #3\n\tmov x5, #4\n\t"
		"caspal x2, x3, x4, x5, [%0]" : : "r"(at) :
		"x2", "x3", "x4", "x5", "memory");
	check("casp", read64(at) << 8 | read64(at + 8), 0x304);
}

SNIPPET(lse_misaligned, "add x0, x0, #4\n\t" MARK "ldadd x1, x2, [x0]")
SNIPPET(lse_across, "add x0, x0, #12\n\t" MARK "ldadd x1, x2, [x0]")
SNIPPET(lse_read_only, MARK "ldadd x1, x2, [x0]")
SNIPPET(cas_read_only, "mov x1, #1\n\tmov x2, #2\n\t" MARK "cas x1, x2, [x0]")
SNIPPET(casp_odd, MARK ".inst 0x48207c21") /* CASP X0, ... with an odd Rt */
SNIPPET(lse_unmapped, "mov x0, #16\n\t" MARK "ldadd x1, x2, [x0]")
SNIPPET(casp_unmapped, "mov x0, #16\n\t" MARK "casp x2, x3, x4, x5, [x0]")
SNIPPET(casp_misaligned, "add x0, x0, #8\n\t" MARK "casp x2, x3, x4, x5, [x0]")

static void return_at_once(struct frame *f)
{
	(void)f;
}

/* What a read would have met as well is reported as a read (ISS of Data Aborts, WnR). */
static void check_faults(void)
{
	u64 at = ((u64)&test_state.bytes[0] + 15) & ~15ull, text = (u64)suite_atomic & ~15ull;
	bool lse2 = id_field(MRS(id_aa64mmfr2_el1), 32);

	if (lse2)
		check_none("lse-misaligned-within-16", trap_catch(lse_misaligned, (void *)at));
	else
		check_abort(
			"lse-misaligned", trap_catch(lse_misaligned, (void *)at), ESR(EC_DABT, FSC_ALIGNMENT), at + 4);
	check_abort("lse-across-16", trap_catch(lse_across, (void *)at), ESR(EC_DABT, FSC_ALIGNMENT), at + 12);
	check_abort("casp-misaligned", trap_catch(casp_misaligned, (void *)at), ESR(EC_DABT, FSC_ALIGNMENT), at + 8);
	check_abort("lse-unmapped", trap_catch(lse_unmapped, NULL), ESR(EC_DABT, FSC_TRANSLATION | 2), 16);
	check_abort("casp-unmapped", trap_catch(casp_unmapped, NULL), ESR(EC_DABT, FSC_TRANSLATION | 2), 16);
	check_abort("lse-read-only", trap_catch(lse_read_only, (void *)text),
		ESR(EC_DABT, FSC_PERMISSION | 3 | ISS_WNR), text);
	check_abort("cas-read-only", trap_catch(cas_read_only, (void *)text),
		ESR(EC_DABT, FSC_PERMISSION | 3 | ISS_WNR), text);
	check_trap("casp-odd-register", trap_catch(casp_odd, (void *)at), ESR(EC_UNKNOWN, 0), 0);
}

void suite_atomic(void)
{
	trap_set(EC_SVC, return_at_once);
	check_exclusive();
	trap_set(EC_SVC, NULL);
	if (has_lse()) {
		check_lse();
		check_faults();
	} else {
		check_trap("undefined-without-lse", trap_catch(lse_misaligned, NULL), ESR(EC_UNKNOWN, 0), 0);
		check_skip("lse");
	}
}
