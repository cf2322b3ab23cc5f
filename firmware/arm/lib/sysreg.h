/* SPDX-License-Identifier: MIT */
/*
 * System registers by name or encoding, barriers, and the bits of them that more than one file needs (Arm ARM, DDI
 * 0487, chapters C5 and D17; names are the manual's).
 */
#ifndef FIRMWARE_ARM_LIB_SYSREG_H
#define FIRMWARE_ARM_LIB_SYSREG_H

#include "firmware/arm/lib/rom.h"

/* Every instruction that some processor has may be named; what runs it asks the ID registers first. */
__asm__(".arch armv8.5-a+crypto+fp16+rng+memtag");

#define MRS(name)        __extension__({ u64 v_; __asm__ volatile("mrs %0, " #name : "=r"(v_) : : "memory"); v_; })
#define MSR_RAW(name, v) __asm__ volatile("msr " #name ", %0" : : "r"((u64)(v)) : "memory")
#define MSR(name, v)     __asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((u64)(v)) : "memory")

static inline void isb(void)
{
	__asm__ volatile("isb" : : : "memory");
}

static inline void dsb(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

static inline void wfi(void)
{
	__asm__ volatile("dsb sy\n\twfi" : : : "memory");
}

static inline u32 current_el(void)
{
	return (u32)MRS(CurrentEL) >> 2 & 3;
}

static inline void irq_enable(void)
{
	__asm__ volatile("msr daifclr, #2\n\tisb" : : : "memory");
}

static inline void irq_disable(void)
{
	__asm__ volatile("msr daifset, #2" : : : "memory");
}

/* Four bits of an ID register. */
static inline u32 id_field(u64 reg, u32 shift)
{
	return (u32)(reg >> shift & 15);
}

/* SPSR_ELx */
enum {
	SPSR_EL0T = 0, SPSR_EL1T = 4, SPSR_EL1H = 5, SPSR_EL2T = 8, SPSR_EL2H = 9, SPSR_M = 0x1f,
	SPSR_F = 1 << 6, SPSR_I = 1 << 7, SPSR_A = 1 << 8, SPSR_D = 1 << 9, SPSR_DAIF = 15 << 6,
	SPSR_IL = 1 << 20, SPSR_SS = 1 << 21, SPSR_PAN = 1 << 22,
};
#define SPSR_NZCV 0xf0000000u

/* SCTLR_EL1 */
#define SCTLR_M      BIT(0)
#define SCTLR_A      BIT(1)
#define SCTLR_C      BIT(2)
#define SCTLR_SA     BIT(3)
#define SCTLR_SA0    BIT(4)
#define SCTLR_UMA    BIT(9)
#define SCTLR_I      BIT(12)
#define SCTLR_ENDB   BIT(13)
#define SCTLR_DZE    BIT(14)
#define SCTLR_UCT    BIT(15)
#define SCTLR_NTWI   BIT(16)
#define SCTLR_NTWE   BIT(18)
#define SCTLR_WXN    BIT(19)
#define SCTLR_SPAN   BIT(23)
#define SCTLR_UCI    BIT(26)
#define SCTLR_ENDA   BIT(27)
#define SCTLR_ENIB   BIT(30)
#define SCTLR_ENIA   BIT(31)
#define SCTLR_BT0    BIT(35)
#define SCTLR_BT1    BIT(36)
#define SCTLR_RES1   0x30d00800u /* as of Armv8.0: bits 11, 20, 22, 23, 28, 29 */

/* Exception classes (ESR_ELx.EC) */
enum {
	EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_FP = 0x07, EC_PAC = 0x09, EC_BTI = 0x0d, EC_ILLEGAL = 0x0e, EC_SVC = 0x15,
	EC_HVC = 0x16, EC_SMC = 0x17, EC_SYSREG = 0x18, EC_FPAC = 0x1c, EC_IABT_LOWER = 0x20, EC_IABT = 0x21,
	EC_PC_ALIGN = 0x22, EC_DABT_LOWER = 0x24, EC_DABT = 0x25, EC_SP_ALIGN = 0x26, EC_BREAKPOINT_LOWER = 0x30,
	EC_BREAKPOINT = 0x31, EC_STEP_LOWER = 0x32, EC_STEP = 0x33, EC_WATCHPOINT_LOWER = 0x34, EC_WATCHPOINT = 0x35,
	EC_BRK = 0x3c,
};
#define ESR_IL       BIT(25)
#define ESR(ec, iss) ((u64)(ec) << 26 | ESR_IL | (u64)(iss))

/* ISS of aborts */
enum { ISS_WNR = 1 << 6, ISS_S1PTW = 1 << 7, ISS_CM = 1 << 8, ISS_FNV = 1 << 10 };
enum {
	FSC_SIZE = 0x00, FSC_TRANSLATION = 0x04, FSC_ACCESS = 0x08, FSC_PERMISSION = 0x0c, FSC_ALIGNMENT = 0x21,
	FSC_DEBUG = 0x22
};

/* ISS of EC 0x18 */
#define ISS_SYS(op0, op1, crn, crm, op2, rt, read) \
	((u64)(op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (rt) << 5 | (crm) << 1 | (read))

#endif
