/* SPDX-License-Identifier: MIT */
/*
 * System registers by generated MRS and MSR: those of the GIC's CPU interface, of its virtualisation, timers, PMU and
 * debug. What is not there or not allowed is undefined or traps, and is skipped. Interrupts and debug exceptions stay
 * masked.
 */
#include "firmware/arm/fuzz/fuzz.h"
#include "firmware/arm/lib/page.h"

enum { RET = 0xd65f03c0u, MRS_X0 = 0xd5300000u, MSR_X0 = 0xd5100000u };

static u32 encode(u32 op0, u32 op1, u32 crn, u32 crm, u32 op2)
{
	return (op0 & 1) << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5;
}

static u32 any_register(struct fuzz *f, bool el2)
{
	u32 op2 = (u32)fuzz_below(f, 8);

	switch (fuzz_below(f, el2 ? 8 : 6)) {
	case 0: return encode(3, 0, 12, 8 + (u32)fuzz_below(f, 5), op2);                   /* ICC_ */
	case 1: return encode(3, 0, 4, 6, 0);                                              /* ICC_PMR_EL1 */
	case 2: return encode(3, fuzz_below(f, 2) ? 3 : 0, 14, (u32)fuzz_below(f, 4), op2); /* CNT */
	case 3: return encode(3, 3, 9, 12 + (u32)fuzz_below(f, 3), op2);                   /* PM */
	case 4: return encode(3, 3, 14, 8 + (u32)fuzz_below(f, 8), op2);                   /* PMEV */
	case 5: return encode(2, 0, (u32)fuzz_below(f, 2), (u32)fuzz_below(f, 16), 4 + op2 % 4); /* DBG, OSL */
	case 6: return encode(3, 4, 12, 8 + (u32)fuzz_below(f, 8), op2);                   /* ICH_, ICC_SRE_EL2 */
	default: return encode(3, 4, 14, (u32)fuzz_below(f, 4), op2);                      /* CNTHP, CNTVOFF */
	}
}

static u64 run(u64 at)
{
	u64 (*fn)(u64) = (u64(*)(u64))phys(at);

	return fn(read64(at + 16));
}

/* At EL2 translation is off: the page by its physical address. */
void fuzz_sysreg(struct fuzz *f)
{
	bool el2 = boot_state.el == 2 && fuzz_below(f, 4) == 0, write = fuzz_below(f, 4) != 0;
	u64 at = f->code, page, v = fuzz_value(f);

	write32(at, (write ? MSR_X0 : MRS_X0) | any_register(f, el2));
	write32(at + 4, RET);
	write64(at + 16, v);
	cache_sync(at, 8);
	__asm__ volatile("at s1e1r, %0\n\tisb" : : "r"(at) : "memory");
	page = MRS(par_el1) & 0x000ffffffffff000;
	if (el2)
		el2_call(run, page);
	else
		run(at);
}
