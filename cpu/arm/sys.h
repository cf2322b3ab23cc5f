/* SPDX-License-Identifier: MIT */
/* The system side of the ARM processor: control bits, routing, debug, timers, models. Internal to cpu/arm; what
 * devices and instruction groups use is in arm.h. Arm ARM D1 (exceptions), D2 (debug), D17 (registers). */
#ifndef CPU_ARM_SYS_H
#define CPU_ARM_SYS_H

#include "cpu/arm/a64/a64.h"

/* SCTLR_ELx (D17.2.118) */
#define SCTLR_M       BIT(0)
#define SCTLR_A       BIT(1)
#define SCTLR_C       BIT(2)
#define SCTLR_SA      BIT(3)
#define SCTLR_SA0     BIT(4)
#define SCTLR_CP15BEN BIT(5)
#define SCTLR_NAA     BIT(6)
#define SCTLR_ITD     BIT(7)
#define SCTLR_SED     BIT(8)
#define SCTLR_UMA     BIT(9)
#define SCTLR_ENRCTX  BIT(10)
#define SCTLR_EOS     BIT(11)
#define SCTLR_I       BIT(12)
#define SCTLR_ENDB    BIT(13)
#define SCTLR_DZE     BIT(14)
#define SCTLR_UCT     BIT(15)
#define SCTLR_NTWI    BIT(16)
#define SCTLR_NTWE    BIT(18)
#define SCTLR_WXN     BIT(19)
#define SCTLR_IESB    BIT(21)
#define SCTLR_EIS     BIT(22)
#define SCTLR_SPAN    BIT(23)
#define SCTLR_E0E     BIT(24)
#define SCTLR_EE      BIT(25)
#define SCTLR_UCI     BIT(26)
#define SCTLR_ENDA    BIT(27)
#define SCTLR_NTLSMD  BIT(28)
#define SCTLR_LSMAOE  BIT(29)
#define SCTLR_ENIB    BIT(30)
#define SCTLR_ENIA    BIT(31)
#define SCTLR_BT0     BIT(35)
#define SCTLR_BT1     BIT(36) /* SCTLR_EL2, SCTLR_EL3: BT */
#define SCTLR_DSSBS   BIT(44)

/* HCR_EL2 (D17.2.48) */
#define HCR_VM   BIT(0)
#define HCR_PTW  BIT(2)
#define HCR_FMO  BIT(3)
#define HCR_IMO  BIT(4)
#define HCR_AMO  BIT(5)
#define HCR_VF   BIT(6)
#define HCR_VI   BIT(7)
#define HCR_VSE  BIT(8)
#define HCR_FB   BIT(9)
#define HCR_DC   BIT(12)
#define HCR_TWI  BIT(13)
#define HCR_TWE  BIT(14)
#define HCR_TID0 BIT(15)
#define HCR_TID1 BIT(16)
#define HCR_TID2 BIT(17)
#define HCR_TID3 BIT(18)
#define HCR_TSC  BIT(19)
#define HCR_TIDCP BIT(20)
#define HCR_TACR BIT(21)
#define HCR_TSW  BIT(22)
#define HCR_TPCP BIT(23)
#define HCR_TPU  BIT(24)
#define HCR_TTLB BIT(25)
#define HCR_TVM  BIT(26)
#define HCR_TGE  BIT(27)
#define HCR_TDZ  BIT(28)
#define HCR_HCD  BIT(29)
#define HCR_TRVM BIT(30)
#define HCR_RW   BIT(31)
#define HCR_CD   BIT(32)
#define HCR_ID   BIT(33)
#define HCR_TLOR BIT(35)
#define HCR_TERR BIT(36)
#define HCR_TEA  BIT(37)
#define HCR_APK  BIT(40)
#define HCR_API  BIT(41)
#define HCR_TID4 BIT(49)

/* SCR_EL3 (D17.2.117) */
#define SCR_NS  BIT(0)
#define SCR_IRQ BIT(1)
#define SCR_FIQ BIT(2)
#define SCR_EA  BIT(3)
#define SCR_SMD BIT(7)
#define SCR_HCE BIT(8)
#define SCR_RW  BIT(10)
#define SCR_ST  BIT(11)
#define SCR_TWI BIT(12)
#define SCR_TWE BIT(13)
#define SCR_APK BIT(16)
#define SCR_API BIT(17)

/* MDSCR_EL1 (D17.3.20), MDCR_EL2 (D17.3.18) */
#define MDSCR_SS  BIT(0)
#define MDSCR_TDCC BIT(12)
#define MDSCR_KDE BIT(13)
#define MDSCR_MDE BIT(15)
#define MDCR_TPMCR BIT(5)
#define MDCR_TPM  BIT(6)
#define MDCR_HPME BIT(7)
#define MDCR_TDE  BIT(8)
#define MDCR_TDA  BIT(9)
#define MDCR_TDOSA BIT(10)
#define MDCR_TDRA BIT(11)

/* Are there these levels? EL2 is there whenever it is configured; with EL3, only for the Non-secure state. */
static inline bool arm_is_secure(const struct arm *c)
{
	return c->secure && !(c->sys.scr & SCR_NS);
}

static inline bool arm_el2_enabled(const struct arm *c)
{
	return c->vhost && !arm_is_secure(c);
}

/* HCR_EL2 as it works: nothing of it while EL2 is not enabled. */
static inline u64 arm_hcr(const struct arm *c)
{
	return arm_el2_enabled(c) ? c->sys.hcr : 0;
}

/* The level whose SCTLR, VBAR, ... rule what runs at `el`: 1 for EL0. */
static inline unsigned arm_regime(unsigned el)
{
	return el ? el : 1;
}

/* ---- TLB contexts ---------------------------------------------------------------------------------------------- */

/* What tags an address space (tlb_select, tlb_flush_context): regime, and for EL1&0 the ASID and, with stage 2, the
 * VMID. HCR's VM, DC and TGE change what EL1&0 translates to, so they are part of the tag. */
enum { KEY_VMID_SHIFT = 16 };
#define KEY_STAGE2 BIT(32)
#define KEY_DC     BIT(33)
#define KEY_TGE    BIT(34)
#define KEY_SLOW_EL0 BIT(35) /* VIEW_SLOW at EL0: not to be mixed up with EL1's */
#define KEY_SECURE BIT(36)
#define KEY_EL2    BIT(40)
#define KEY_EL3    BIT(41)

/* The present ASID (TCR_EL1.A1, AS) and VMID. */
u64 arm_asid(const struct arm *c);
u64 arm_vmid(const struct arm *c);
/* Of the regime of level el with this ASID; without KEY_SLOW_EL0. */
u64 arm_tlb_key(const struct arm *c, unsigned el, u64 asid);

/* ---- exceptions (exception.c) ---------------------------------------------------------------------------------- */

/* Where a synchronous exception from the present level goes that is not routed otherwise. */
unsigned arm_sync_target(const struct arm *c);
/* Enters the handler; return address and PSTATE are the present ones. Never fails. */
enum arm_vector { VECTOR_SYNC = 0, VECTOR_IRQ = 0x80, VECTOR_FIQ = 0x100, VECTOR_SERROR = 0x180 };
void arm_enter(struct arm *c, unsigned target, enum arm_vector vector, u64 elr, u32 ec, u32 iss);
/* SVC, HVC, SMC: at once, without leaving the instruction; it must end its block. */
void arm_call(struct arm *c, u32 ec, u32 iss, unsigned target);
void arm_deliver(struct cpu *cpu);
void arm_boundary(struct cpu *cpu);
/* Looks anew at what has to be seen between instructions, after anything that arm_wanted depends on has changed. */
void arm_rearm(struct arm *c);
/* Was the stepped or waiting state changed by a write to a system register? WFI and WFE: */
/* A trap to `target` of an MSR, MRS or system instruction. */
ARM_NORETURN void arm_trap(struct arm *c, unsigned target, u32 ec, u32 iss);

/* ---- branch targets (D8.4.11) ---------------------------------------------------------------------------------- */

/* tlb_extra.allowed of a page that is guarded (GP), besides a bit per enum access */
#define ARM_ALLOWED_GUARDED 8u

/* Raises if the instruction `word` may not be reached with this BTYPE from a guarded page. arm_fetch calls it for every
 * page that is guarded: it does nothing unless an indirect branch has just led there. */
void arm_check_landing(struct arm *c, u64 pc, u32 word);

/* ---- debug (debug.c) ------------------------------------------------------------------------------------------- */

/* AArch64.GenerateDebugExceptionsFrom */
bool arm_debug_enabled_from(const struct arm *c, unsigned el, bool masked);
bool arm_debug_enabled(const struct arm *c);
unsigned arm_debug_target(const struct arm *c);
bool arm_stepping(const struct arm *c);       /* software step is active: D2.12 */
bool arm_breakpoints_on(const struct arm *c); /* some breakpoint may match at the present level */
bool arm_breakpoint_at(const struct arm *c, u64 pc);
/* For c->watch: must accesses to this page take the slow path? */
bool arm_page_watched(const struct arm *c, u64 va);
/* Raises a Watchpoint exception if an access of n bytes hits one; unpriv: it is made as EL0. */
void arm_watch(struct arm *c, u64 va, unsigned n, enum access access, bool unpriv);
/* After a change of a debug register. */
void arm_debug_changed(struct arm *c);

/* ---- models (model.c) ------------------------------------------------------------------------------------------ */

/* ID registers by row of the table in sysreg_id.c */
enum arm_id {
	ID_PFR0, ID_PFR1, ID_DFR0, ID_DFR1, ID_AFR0, ID_AFR1, ID_ISAR0, ID_ISAR1, ID_ISAR2, ID_MMFR0, ID_MMFR1,
	ID_MMFR2, ID_ZFR0, ID_SMFR0,
	ID_A32_PFR0, ID_A32_PFR1, ID_A32_DFR0, ID_A32_AFR0, ID_A32_MMFR0, ID_A32_MMFR1, ID_A32_MMFR2, ID_A32_MMFR3,
	ID_A32_ISAR0, ID_A32_ISAR1, ID_A32_ISAR2, ID_A32_ISAR3, ID_A32_ISAR4, ID_A32_ISAR5, ID_A32_MMFR4, ID_A32_ISAR6,
	ID_A32_MVFR0, ID_A32_MVFR1, ID_A32_MVFR2, ID_A32_PFR2, ID_A32_DFR1, ID_A32_MMFR5,
	ID_MIDR, ID_REVIDR, ID_AIDR, ID_CTR, ID_DCZID, ID_CLIDR, ID_CCSIDR_L1D, ID_CCSIDR_L1I, ID_CCSIDR_L2,
	ID_CCSIDR_L3, ID_COUNT
};

bool arm_model_set(struct arm *c, const char *spec, struct err *err);
u64 arm_id(const struct arm *c, enum arm_id n);
unsigned arm_model_breakpoints(const struct arm *c); /* how many DBGBVRs, DBGWVRs, event counters */
unsigned arm_model_watchpoints(const struct arm *c);
unsigned arm_model_counters(const struct arm *c);
u32 arm_model_pmcr(const struct arm *c); /* the read-only fields of PMCR_EL0 */
/* The groups of IMPLEMENTATION DEFINED registers that it has */
enum { IMPDEF_A53 = 1, IMPDEF_A72 = 2, IMPDEF_N1 = 4 };
unsigned arm_model_impdef(const struct arm *c);

/* ---- pointer authentication (pauth.c) -------------------------------------------------------------------------- */

enum { KEY_IA, KEY_IB, KEY_DA, KEY_DB, KEY_GA };
/* AddPAC, Auth, Strip of the manual; the caller has checked that the key is enabled. */
u64 arm_pac_add(const struct arm *c, u64 ptr, u64 modifier, unsigned key);
u64 arm_pac_auth(const struct arm *c, u64 ptr, u64 modifier, unsigned key);
u64 arm_pac_strip(const struct arm *c, u64 ptr, bool data);
u64 arm_pac_generic(const struct arm *c, u64 a, u64 b);
struct arm_pac *arm_pac_new(void); /* for struct arm.pacs, to be freed */

#endif
