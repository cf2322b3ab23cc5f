/* SPDX-License-Identifier: MIT */
/*
 * Floating point and SIMD, a smoke test: rounding modes, cumulative flags, flushing, NaNs, conversions, estimates,
 * fused multiply-add, FPCR and FPSR themselves (Arm ARM A1.5, C6.2, J1.1). Instruction vectors do the rest.
 */
#include "firmware/arm/test/check.h"
#include "firmware/arm/test/suites.h"

/* One result in D0 or S0 from D1, D2 and D3. */
#define FP3(text, a, b, c) __extension__({ u64 r_; \
	__asm__ volatile("fmov d1, %1\n\tfmov d2, %2\n\tfmov d3, %3\n\tmsr fpsr, xzr\n\t" text "\n\tfmov %0, d0" \
		: "=r"(r_) : "r"((u64)(a)), "r"((u64)(b)), "r"((u64)(c)) : "memory", "cc"); r_; })
#define FP2(text, a, b) FP3(text, a, b, 0)
#define FP1(text, a)    FP3(text, a, 0, 0)

enum { IOC = 1, DZC = 2, OFC = 4, UFC = 8, IXC = 16, IDC = 128 };
enum { RN = 0, RP = 1 << 22, RM = 2 << 22, RZ = 3 << 22, FZ = 1 << 24, DN = 1 << 25, FZ16 = 1 << 19 };
#define ONE   0x3ff0000000000000ull
#define TWO   0x4000000000000000ull
#define THREE 0x4008000000000000ull
#define INF   0x7ff0000000000000ull
#define QNAN  0x7ff8000000000000ull
#define NEG   BIT(63)

static void check_op(const char *name, u64 got, u64 want, u64 flags)
{
	u64 fpsr = MRS(fpsr) & 0x9f;

	check(name, got, want);
	check(name, fpsr, flags);
}

static void check_rounding(void)
{
	static const struct {
		u64 mode, third, minus;
	} modes[] = {
		{RN, 0x3fd5555555555555, 0xbfd5555555555555}, {RP, 0x3fd5555555555556, 0xbfd5555555555555},
		{RM, 0x3fd5555555555555, 0xbfd5555555555556}, {RZ, 0x3fd5555555555555, 0xbfd5555555555555},
	};

	for (u32 n = 0; n < 4; n++) {
		MSR(fpcr, modes[n].mode);
		check_op("third", FP2("fdiv d0, d1, d2", ONE, THREE), modes[n].third, IXC);
		check_op("minus-third", FP2("fdiv d0, d1, d2", ONE | NEG, THREE), modes[n].minus, IXC);
		check("frinti", FP1("frinti d0, d1", 0x4004000000000000), n == 1 ? THREE : TWO); /* 2.5 */
		check("zero-difference", FP2("fsub d0, d1, d2", ONE, ONE), n == 2 ? NEG : 0);
		check_op("overflow", FP2("fmul d0, d1, d2", 0x7fefffffffffffff, TWO),
			n == 2 || n == 3 ? 0x7fefffffffffffff : INF, OFC | IXC);
	}
	MSR(fpcr, 0);
}

static void check_flags(void)
{
	check_op("exact", FP2("fadd d0, d1, d2", ONE, TWO), THREE, 0);
	check_op("divide-by-zero", FP2("fdiv d0, d1, d2", ONE, NEG), INF | NEG, DZC);
	check_op("zero-by-zero", FP2("fdiv d0, d1, d2", 0, 0), QNAN, IOC);
	check_op("inf-minus-inf", FP2("fsub d0, d1, d2", INF, INF), QNAN, IOC);
	check_op("root-of-minus-one", FP1("fsqrt d0, d1", ONE | NEG), QNAN, IOC);
	check_op("root", FP1("fsqrt d0, d1", TWO), 0x3ff6a09e667f3bcd, IXC);
	check_op("quiet-nan", FP2("fadd d0, d1, d2", 0x7ff8000000000123, ONE), 0x7ff8000000000123, 0);
	check_op("signalling-nan", FP2("fadd d0, d1, d2", ONE, 0x7ff0000000000123), 0x7ff8000000000123, IOC);
	check_op("underflow", FP2("fmul d0, d1, d2", 0x0010000000000001, 0x3fe0000000000000), 0x0008000000000000,
		UFC | IXC);
	check_op("denormal-exact", FP2("fmul d0, d1, d2", 0x0010000000000000, 0x3fe0000000000000), 0x0008000000000000,
		0);
	check_op("fmadd-fused", FP3("fmadd d0, d1, d2, d3", 0x3ff0000000000001, 0x3ff0000000000001, 0xbff0000000000002),
		0x3970000000000000, 0);
	check_op("fminnm-nan", FP2("fminnm d0, d1, d2", QNAN, ONE), ONE, 0);
	check_op("fmax-nan", FP2("fmax d0, d1, d2", QNAN, ONE), QNAN, 0);
	MSR(fpcr, FZ);
	check_op("flush-input", FP2("fadd d0, d1, d2", 1, 0), 0, IDC);
	check_op("flush-output", FP2("fmul d0, d1, d2", 0x0010000000000001, 0x3fe0000000000000), 0, UFC);
	MSR(fpcr, DN);
	check_op("default-nan", FP2("fadd d0, d1, d2", 0xfff8000000000123, ONE), QNAN, 0);
	MSR(fpcr, 0);
}

static u64 compare(u64 a, u64 b)
{
	FP2("fcmp d1, d2", a, b);
	return MRS(nzcv) >> 28;
}

static void check_compare(void)
{
	u64 flags;

	__asm__ volatile("fmov d1, %1\n\tfmov d2, %2\n\tfcmp d1, d2\n\tmrs %0, nzcv"
			 : "=r"(flags)
			 : "r"(ONE), "r"(TWO)
			 : "cc");
	check("less", flags >> 28, 8);
	__asm__ volatile("fmov d1, %1\n\tfcmp d1, #0.0\n\tmrs %0, nzcv" : "=r"(flags) : "r"(NEG) : "cc");
	check("zeros-equal", flags >> 28, 6);
	__asm__ volatile("fmov d1, %1\n\tfmov d2, %2\n\tfcmp d1, d2\n\tmrs %0, nzcv"
			 : "=r"(flags)
			 : "r"(THREE), "r"(TWO)
			 : "cc");
	check("greater", flags >> 28, 2);
	__asm__ volatile("fmov d1, %1\n\tfcmp d1, d1\n\tmrs %0, nzcv" : "=r"(flags) : "r"(QNAN) : "cc");
	check("unordered", flags >> 28, 3);
	(void)compare(QNAN, ONE);
	check("fcmp-quiet-no-flag", MRS(fpsr) & IOC, 0);
	FP2("fcmpe d1, d2", QNAN, ONE);
	check("fcmpe-quiet-flag", MRS(fpsr) & IOC, IOC);
}

static void check_conversions(void)
{
	u64 r;

	check_op("to-single", FP1("fcvt s0, d1", 0x3ff0000010000001), 0x3f800001, IXC);
	check_op("to-single-tie", FP1("fcvt s0, d1", 0x3ff0000010000000), 0x3f800000, IXC);
	check_op("to-half", FP1("fcvt h0, d1", 0x40effd0000000000), 0x7bff, IXC); /* 65512 */
	check_op("to-half-overflow", FP1("fcvt h0, d1", 0x40f0000000000000), 0x7c00, OFC | IXC);
	check_op("from-half", FP1("fcvt d0, h1", 0x0001), 0x3e70000000000000, 0);
	__asm__ volatile("msr fpsr, xzr\n\tfmov d1, %1\n\tfcvtzs %w0, d1" : "=r"(r) : "r"(0x41f0000000000000ull));
	check_op("saturates", r, 0x7fffffff, IOC);
	__asm__ volatile("msr fpsr, xzr\n\tfmov d1, %1\n\tfcvtzu %0, d1" : "=r"(r) : "r"(ONE | NEG));
	check_op("negative-to-unsigned", r, 0, IOC);
	__asm__ volatile("msr fpsr, xzr\n\tfmov d1, %1\n\tfcvtns %0, d1" : "=r"(r) : "r"(0x4004000000000000ull));
	check_op("ties-to-even", r, 2, IXC);
	__asm__ volatile("msr fpsr, xzr\n\tfmov d1, %1\n\tfcvtas %0, d1" : "=r"(r) : "r"(0x4004000000000000ull));
	check_op("ties-away", r, 3, IXC);
	__asm__ volatile("msr fpsr, xzr\n\tfmov d1, %1\n\tfcvtzs %0, d1" : "=r"(r) : "r"(QNAN));
	check_op("nan-to-integer", r, 0, IOC);
	__asm__ volatile("msr fpsr, xzr\n\tscvtf s0, %1\n\tfmov %w0, s0" : "=r"(r) : "r"(0x7fffffffffffffffull));
	check_op("from-integer", r, 0x5f000000, IXC);
}

/* The tables of J1.1.3 (RecipEstimate, RecipSqrtEstimate). */
static void check_estimates(void)
{
	check_op("frecpe-1", FP1("frecpe d0, d1", ONE), 0x3feff00000000000, 0);
	check_op("frecpe-3", FP1("frecpe s0, s1", 0x40400000), 0x3eaa8000, 0);
	check_op("frecpe-0", FP1("frecpe d0, d1", 0), INF, DZC);
	check_op("frsqrte-1", FP1("frsqrte d0, d1", ONE), 0x3feff00000000000, 0);
	check_op("frsqrte-2", FP1("frsqrte s0, s1", 0x40000000), 0x3f348000, 0);
	check_op("frsqrte-negative", FP1("frsqrte d0, d1", ONE | NEG), QNAN, IOC);
	check_op("frecps", FP2("frecps d0, d1, d2", INF, 0), TWO, 0);
	check_op("frsqrts", FP2("frsqrts d0, d1, d2", 0, INF), 0x3ff8000000000000, 0);
	check_op("frecpx", FP1("frecpx d0, d1", TWO), ONE, 0);
}

static void check_vectors(void)
{
	u64 low, high;

	__asm__ volatile("movi v1.16b, #0x7f\n\tmovi v2.16b, #1\n\tmsr fpsr, xzr\n\tsqadd v0.16b, v1.16b, v2.16b\n\t"
		"fmov %0, d0\n\t"
		"fmov %1, v0.d[1]" : "=r"(low), "=r"(high));
	check("sqadd", low & high, 0x7f7f7f7f7f7f7f7f);
	check("sqadd-qc", MRS(fpsr) >> 27 & 1, 1);
	__asm__ volatile("movi v1.16b, #3\n\tmovi v2.16b, #5\n\tumull v0.8h, v1.8b, v2.8b\n\tfmov %0, d0" : "=r"(low));
	check("umull", low, 0x000f000f000f000f);
	__asm__ volatile("mov v0.d[0], %1\n\tmov v0.d[1], xzr\n\tcnt v0.16b, v0.16b\n\taddv b0, v0.16b\n\t"
		"fmov %w0, s0" : "=r"(low) :
		"r"(0xff00ff0100000000ull));
	check("cnt-addv", low, 17);
	__asm__ volatile("movi v0.16b, #0xff\n\tfmov d0, %1\n\tfmov %0, v0.d[1]" : "=r"(high) : "r"(5ull));
	check("scalar-clears-upper", high, 0);
	__asm__ volatile("movi v1.16b, #0x11\n\tmovi v2.16b, #0x22\n\tmovi v3.16b, #17\n\t"
		"tbl v0.16b, {v1.16b, v2.16b}, v3.16b\n\t"
		"fmov %0, d0" : "=r"(low));
	check("tbl", low, 0x2222222222222222);
}

static void check_registers(void)
{
	MSR(fpcr, ~0ull);
	check("fpcr-rounding-bits", MRS(fpcr) & (RZ | FZ | DN), RZ | FZ | DN);
	check("fpcr-no-traps", MRS(fpcr) & 0x9f00, 0); /* trapped exceptions are not implemented */
	MSR(fpcr, 0);
	MSR(fpsr, ~0ull);
	check("fpsr-bits", MRS(fpsr) & 0x0800009f, 0x0800009f);
	MSR(fpsr, 0);
	check("fpsr-cleared", MRS(fpsr) & 0x0800009f, 0);
	check_op("flags-accumulate", FP3("fdiv d0, d1, d2\n\tfdiv d0, d1, d3", ONE, 0, THREE), 0x3fd5555555555555,
		DZC | IXC);
}

void suite_fpu(void)
{
	check_rounding();
	check_flags();
	check_compare();
	check_conversions();
	check_estimates();
	check_vectors();
	check_registers();
}
