/* SPDX-License-Identifier: MIT */
/* The ARM processor: everything that instruction groups, exceptions, paging and debugging share. AArch64 now; a32/
 * joins with the same struct. Arm ARM (DDI 0487) is cited by section as "B2.3", "D8.2"; register names are the
 * manual's. */
#ifndef CPU_ARM_ARM_H
#define CPU_ARM_ARM_H

#include "cpu/arm/sysreg_state.h"
#include "cpu/cpu.h"
#include "cpu/fp/fp.h"

/* struct arm.x[]: what register 31 means is decided when an instruction is decoded, so no handler asks. */
enum {
	R_LR = 30,
	R_ZR = 31,   /* as a source: always 0, nobody writes it */
	R_SP = 32,   /* the stack pointer in use: SP_EL0 or SP_ELx by PSTATE.SP */
	R_SINK = 33, /* as a destination: what is written to XZR; never read */
	R_COUNT
};

enum arm_line { ARM_IRQ, ARM_FIQ, ARM_VIRQ, ARM_VFIQ, ARM_LINES };

/* PSTATE.DAIF as in DAIF and SPSR bits 9:6, shifted down. */
enum { DAIF_F = 1, DAIF_I = 2, DAIF_A = 4, DAIF_D = 8 };

/* SPSR and the exception classes of ESR_ELx.EC (D17.2.37) that more than one file needs. */
enum {
	EC_UNKNOWN = 0x00,
	EC_WFX = 0x01,
	EC_FP = 0x07,
	EC_PAC = 0x09,
	EC_BTI = 0x0d,
	EC_ILLEGAL = 0x0e,
	EC_SVC = 0x15,
	EC_HVC = 0x16,
	EC_SMC = 0x17,
	EC_SYSREG = 0x18,
	EC_PAC_FAIL = 0x1c,
	EC_IABT_LOWER = 0x20,
	EC_IABT = 0x21,
	EC_PC_ALIGN = 0x22,
	EC_DABT_LOWER = 0x24,
	EC_DABT = 0x25,
	EC_SP_ALIGN = 0x26,
	EC_FP_EXC = 0x2c,
	EC_SERROR = 0x2f,
	EC_BREAKPOINT_LOWER = 0x30,
	EC_BREAKPOINT = 0x31,
	EC_STEP_LOWER = 0x32,
	EC_STEP = 0x33,
	EC_WATCHPOINT_LOWER = 0x34,
	EC_WATCHPOINT = 0x35,
	EC_BRK = 0x3c,
};

/* Views of a translation regime, the TLB's modes. Accesses through VIEW_SLOW always take the slow path: alignment is
 * checked (SCTLR_ELx.A) or data is watched. */
enum arm_view { VIEW_USER, VIEW_PRIV, VIEW_PAN, VIEW_SLOW };

/* cpu.mode: all that decoding depends on, and what a block must agree in. */
enum {
	MODE_EL = 3,      /* bits 0-1: the exception level */
	MODE_FP_TRAP = 4, /* SIMD and floating-point instructions trap (CPACR_EL1.FPEN, CPTR_ELx) */
	MODE_PAN = 8,
	MODE_VIEW_SLOW = 16,
};

union vec {
	u64 q[2]; /* q[0] holds bits 0-63 on every host */
};

/* How the machine around the processor is reached. Every pointer may be called at any instruction. sysreg is
 * op0 << 14 | op1 << 11 | CRn << 7 | CRm << 3 | op2, bits 20:5 of MRS and MSR. */
struct arm_bus {
	void *arg;
	u64 (*time)(void *arg); /* virtual ns */
	/* The GICv3's CPU interface, NULL on other boards. el is the present exception level; virt: the virtual
	 * interface is meant (EL1 with HCR_EL2.IMO or FMO). Access rights are already checked. */
	u64 (*icc_read)(void *arg, u32 sysreg, unsigned el, bool virt);
	void (*icc_write)(void *arg, u32 sysreg, unsigned el, bool virt, u64 value);
	void (*timer_changed)(void *arg, unsigned timer); /* enum arm_timer: CTL, CVAL or an offset was written */
	void (*pmu_irq)(void *arg, bool level);
	/* Call arm_send_event at this virtual time (the event stream, while WFE waits); again: instead. NULL: no
	 * stream. */
	void (*wake_at)(void *arg, u64 ns);
	/* Call arm_pmu_overflow when so many instructions are complete; ~0: never. */
	void (*pmu_at)(void *arg, u64 icount);
	/* An HVC (smc false) or SMC that no exception level of the guest takes: true if it was a call to the firmware
	 * (PSCI), with the answer in x[0]. Else the instruction is undefined. NULL: no firmware. */
	bool (*firmware)(void *arg, bool smc);
	void (*reset)(void *arg); /* RMR_ELx.RR */
};

struct arm_model;
struct arm_isa;
struct arm_sysregs;
struct arm_pac;

struct arm {
	struct cpu cpu;
	/* ---- hot ---- */
	u64 x[R_COUNT];
	/* NZCV, lazily: N = bit 63 of nr, Z = (zr == 0), C and V are 0 or 1. */
	u64 nr, zr;
	u8 cf, vf;
	u8 el;
	u8 daif;
	bool sp_sel;     /* PSTATE.SP: x[R_SP] is SP_EL[el], else SP_EL[0] */
	bool pan, uao, dit, ssbs, tco;
	bool il, ss;     /* PSTATE.IL, PSTATE.SS */
	u8 btype;        /* of the instruction at count btype_at only; else PSTATE.BTYPE is 0 */
	u64 btype_at;
	/* The exclusive monitor (B2.9): armed for a granule; any exception return, CLREX and store exclusive disarm. */
	bool excl;
	u8 excl_size;    /* bytes */
	u64 excl_addr;   /* physical */
	/* ---- floating point and vectors ---- */
	union vec v[32];
	u32 fpcr, fpsr;  /* fpsr without what the two environments below have gathered: read by arm_get_fpsr */
	struct fp_env fp;   /* (derived) from FPCR; flags accumulate between looks at FPSR. For f32, f64 */
	struct fp_env fp16; /* the same for f16: FZ16 in the place of FZ */
	/* ---- system ---- */
	struct arm_sys sys;
	u64 sp_el[4];    /* banked; the one in use is in x[R_SP], and here after a sync */
	bool line[ARM_LINES];
	bool waiting;    /* WFI or WFE */
	bool wfe;        /* ... and it is WFE, which an event ends too */
	bool event;      /* the event register */
	bool serror;     /* an SError interrupt is pending */
	/* Software step (D2.12): the next instruction is stepped; one was, and it was a load exclusive. */
	bool step_armed, stepped, step_ex;
	/* the exception on its way to `deliver` */
	struct {
		u32 ec, iss;
		u64 far;
		bool has_far;
		u8 target;         /* exception level; 0: as routed for what is taken at EL1 otherwise */
		/* added to the instruction's address for the return address: 4 after SVC, HVC, SMC */
		u64 elr_adj;
	} ex;
	u8 fetch_bytes[16]; /* code that is not in RAM or ROM */
	/* ---- not saved ---- */
	struct arm_bus bus;
	const struct arm_model *model;
	const struct arm_isa *isa; /* made by init, const from then on */
	u64 features[2];           /* bit per FEAT_xx: the model's, and what -cpu and -M add or take away */
	struct arm_pac *pacs;      /* pointer authentication codes computed last (pauth.c) */
	struct arm_sysregs *sysregs; /* made by init, const from then on (sysreg.h) */
	u64 key[4];                /* (derived) TLB context of each level */
	u8 fp_traps, slow_els;     /* (derived) bit per level: MODE_FP_TRAP, VIEW_SLOW */
	u8 pmu_filters;            /* (derived) some counter does not count at every level */
	bool watch;                /* (derived) a watchpoint is enabled */
	bool bti;                  /* FEAT_BTI */
	u8 pa_bits;                /* of a physical address, by the model */
	bool guarded;              /* some page was guarded (GP) since reset; the TLB's fill sets it */
	bool vhost;                /* configured: EL2 exists (-M virtualization=on) */
	bool secure;               /* configured: EL3 exists */
};

static inline struct arm *arm_from(struct cpu *cpu)
{
	return (struct arm *)(void *)cpu;
}

extern const struct cpu_ops arm_ops;

#if defined(__GNUC__)
#define ARM_NORETURN __attribute__((noreturn, cold))
#else
#define ARM_NORETURN
#endif

/* ---- exceptions (exception.c): none of these returns -------------------------------------------------------- */

/* A synchronous exception of the running instruction, to the level that the manual routes its class to. */
ARM_NORETURN void arm_raise(struct arm *c, u32 ec, u32 iss);
/* The same, returning behind the instruction: SVC, HVC, SMC. */
ARM_NORETURN void arm_raise_call(struct arm *c, u32 ec, u32 iss, unsigned target_el);
/* With FAR: aborts, PC and SP alignment, watchpoints. target_el 0: as routed for the class. */
ARM_NORETURN void arm_raise_far(struct arm *c, u32 ec, u32 iss, u64 far, unsigned target_el);
ARM_NORETURN void arm_undefined(struct arm *c);
/* An access to SIMD and FP registers that traps (CPACR_EL1, CPTR_EL2, CPTR_EL3); what the decoder gives in
 * MODE_FP_TRAP. */
ARM_NORETURN void arm_fp_trap(struct arm *c);
void arm_eret(struct arm *c, u64 elr); /* from the present level's SPSR; illegal returns included */

/* ---- state (state.c) ---------------------------------------------------------------------------------------- */

/* After a change of EL, PAN, SCTLR, TCR, TTBR, CPACR, HCR ...: recomputes what is derived, the TLB's context and
 * mode, and ends the running block. */
void arm_update(struct arm *c);
void arm_set_el(struct arm *c, unsigned el, bool sp_sel); /* swaps the stack pointer; arm_update follows */
u32 arm_get_pstate(const struct arm *c);                  /* in the form of SPSR_ELx for AArch64 */
void arm_set_pstate(struct arm *c, u32 spsr);             /* without EL and SP; a legal value */
u32 arm_get_nzcv(const struct arm *c);                    /* bits 31:28 */
void arm_set_nzcv(struct arm *c, u32 nzcv);
u32 arm_get_fpcr(const struct arm *c);
void arm_set_fpcr(struct arm *c, u32 v);
u32 arm_get_fpsr(const struct arm *c);
void arm_set_fpsr(struct arm *c, u32 v);
bool arm_has(const struct arm *c, unsigned feature);

/* What BR and BLR leave in PSTATE.BTYPE. BTYPE_JUMP becomes BTYPE_JUMP_16 outside guarded pages. */
enum { BTYPE_JUMP_16 = 1, BTYPE_CALL = 2, BTYPE_JUMP = 3 }; /* BR X16, BR X17; BLR; BR of others */
u64 arm_branch_addr(const struct arm *c, u64 target);       /* AArch64.BranchAddr */
void arm_set_btype(struct arm *c, unsigned btype);          /* cpu.pc is the target */

/* pc from a register, whose top byte may be a tag: RET, and inside the next. */
ALWAYS_INLINE void arm_branch_to(struct arm *c, u64 target)
{
	if (unlikely((target + BIT(55)) >> 56))
		target = arm_branch_addr(c, target);
	c->cpu.pc = target;
}

/* BR, BLR: the same, and with FEAT_BTI the target is checked (D8.4.11). Nothing may raise afterwards. */
ALWAYS_INLINE void arm_branch_indirect(struct arm *c, u64 target, unsigned btype)
{
	arm_branch_to(c, target);
	if (unlikely(c->bti))
		arm_set_btype(c, btype);
}

/* Address of the running instruction. */
static inline u64 arm_pc(const struct arm *c)
{
	return c->cpu.block_pc + c->cpu.insn->off;
}

/* ---- devices and boot loaders -------------------------------------------------------------------------------- */

/* As WFI, or WFE. */
void arm_wait(struct arm *c, bool wfe);
void arm_set_line(struct arm *c, enum arm_line line, bool level);
void arm_send_event(struct arm *c); /* SEV by another processor, or the event stream */
void arm_pmu_overflow(struct arm *c); /* asked for by bus.pmu_at */
/* Count and frequency of the generic timers: CNTPCT_EL0 at this virtual time, when timer n's condition is met next (ns;
 * ~0: never), and whether it drives its line now. */
#define ARM_TIMER_HZ 62500000
#define ARM_TIMER_NS 16
u64 arm_timer_due(const struct arm *c, unsigned timer);
bool arm_timer_line(const struct arm *c, unsigned timer);
/* Where a kernel or firmware begins: the highest implemented level below the firmware that we are, MMU off, interrupts
 * masked, x[0..3] as given. */
void arm_boot(struct arm *c, u64 pc, const u64 x[4]);
void arm_list_models(FILE *out);
void arm_loaded(struct arm *c);

#endif
