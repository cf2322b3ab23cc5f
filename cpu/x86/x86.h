/* SPDX-License-Identifier: MIT */
/* The x86 processor's state and the services that its instruction groups share. Names are the manuals'
 * (Intel SDM vol. 1 ch. 3, vol. 3 ch. 2). Members marked (derived) follow from others and are
 * recomputed by x86_update(); every other member has a row in state.c. */
#ifndef CPU_X86_X86_H
#define CPU_X86_X86_H

#include "cpu/cpu.h"
#include "cpu/fp/f80.h"

/* General registers by encoding; R_ZERO always reads 0: "no base", "no index". */
enum { R_AX, R_CX, R_DX, R_BX, R_SP, R_BP, R_SI, R_DI, R_8, R_9, R_10, R_11, R_12, R_13, R_14, R_15, R_ZERO, R_COUNT };
enum { S_ES, S_CS, S_SS, S_DS, S_FS, S_GS, S_COUNT };

/* RFLAGS (SDM vol. 1, 3.4.3) */
enum {
	FL_CF = 1 << 0, FL_1 = 1 << 1, FL_PF = 1 << 2, FL_AF = 1 << 4, FL_ZF = 1 << 6, FL_SF = 1 << 7,
	FL_TF = 1 << 8, FL_IF = 1 << 9, FL_DF = 1 << 10, FL_OF = 1 << 11, FL_IOPL = 3 << 12, FL_NT = 1 << 14,
	FL_RF = 1 << 16, FL_VM = 1 << 17, FL_AC = 1 << 18, FL_VIF = 1 << 19, FL_VIP = 1 << 20, FL_ID = 1 << 21,
	FL_OSZAPC = FL_OF | FL_SF | FL_ZF | FL_AF | FL_PF | FL_CF,
};

/* Exception vectors (SDM vol. 3, table 6-1) */
enum {
	X_DE, X_DB, X_NMI, X_BP, X_OF, X_BR, X_UD, X_NM, X_DF, X_MP, X_TS, X_NP, X_SS, X_GP, X_PF, X_15, X_MF, X_AC,
	X_MC, X_XM,
};

enum {
	CR0_PE = 1 << 0, CR0_MP = 1 << 1, CR0_EM = 1 << 2, CR0_TS = 1 << 3, CR0_ET = 1 << 4, CR0_NE = 1 << 5,
	CR0_WP = 1 << 16, CR0_AM = 1 << 18, CR0_NW = 1 << 29, CR0_CD = 1 << 30,
};
#define CR0_PG (1u << 31)
enum {
	CR4_VME = 1 << 0, CR4_PVI = 1 << 1, CR4_TSD = 1 << 2, CR4_DE = 1 << 3, CR4_PSE = 1 << 4, CR4_PAE = 1 << 5,
	CR4_MCE = 1 << 6, CR4_PGE = 1 << 7, CR4_PCE = 1 << 8, CR4_OSFXSR = 1 << 9, CR4_OSXMMEXCPT = 1 << 10,
	CR4_UMIP = 1 << 11, CR4_FSGSBASE = 1 << 16, CR4_PCIDE = 1 << 17, CR4_OSXSAVE = 1 << 18,
	CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21,
};
enum { EFER_SCE = 1 << 0, EFER_LME = 1 << 8, EFER_LMA = 1 << 10, EFER_NXE = 1 << 11 };

/* Segment attributes: bits 8-15 and 20-23 of a descriptor's second doubleword, shifted right by 8 (SDM vol. 3,
 * figure 3-8). */
enum {
	SEG_TYPE = 0xf, SEG_A = 1 << 0, SEG_RW = 1 << 1, SEG_DC = 1 << 2, SEG_CODE = 1 << 3, SEG_S = 1 << 4,
	SEG_DPL = 3 << 5,
	SEG_P = 1 << 7, SEG_AVL = 1 << 12, SEG_L = 1 << 13, SEG_DB = 1 << 14, SEG_G = 1 << 15,
};

struct seg {
	u16 sel, attr;
	u32 limit; /* bytes, last valid offset (already scaled by G) */
	u64 base;
	/* (derived) what the fast path adds and compares: an access [ea, ea+n) is allowed if ea + n <= max. 0 sends
	 * every access to the slow path, which checks type, expand-down, limit, canonical form, alignment. ~0 in 64-bit
	 * mode. */
	u64 ebase, rmax, wmax;
};

struct dtr {
	u64 base;
	u32 limit;
	u32 pad;
};

union vec {
	u64 q[4]; /* q[0] holds bits 0-63 on every host; YMM has room, XMM uses q[0..1] */
};

struct x87 {
	struct f80 r[8]; /* physical R0-R7; MMi is r[i].sig */
	u16 cw, sw;      /* sw holds TOP in bits 11-13, always current */
	u16 valid;       /* bit i: physical register i is not empty (FXSAVE's abridged tag) */
	u16 fop, fcs, fds;
	u64 fip, fdp;
};

/* How the machine around the processor is reached. Every pointer may be called at any instruction. */
struct x86_bus {
	void *arg;
	/* vector of the highest pending external interrupt, or -1 (spurious is the controller's) */
	int (*irq_ack)(void *arg);
	u64 (*time)(void *arg);     /* virtual nanoseconds, exact within an instruction; the TSC counts them */
	u8 (*tpr_read)(void *arg);  /* task priority (CR8 = bits 4-7) */
	void (*tpr_write)(void *arg, u8 tpr);
	bool (*msr_read)(void *arg, u32 msr, u64 *value); /* APIC base, x2APIC, TSC deadline; false: not mine */
	bool (*msr_write)(void *arg, u32 msr, u64 value); /* false: not mine, or a value that must raise #GP */
	void (*smm)(void *arg, bool inside); /* SMM entered or left: switch the memory view */
	void (*ferr)(void *arg, bool level); /* FERR#: x87 error with CR0.NE clear */
	void (*tsc_changed)(void *arg);      /* the guest has set the TSC: what waits for a count must look again */
};

/* One link of the chain that led to a double or triple fault. For people; not part of the state. */
struct x86_fault {
	u8 vector, kind;
	bool has_error, has_gate;
	u32 error;
	u16 cs;
	u64 rip, cr2;
	u64 gate[2];     /* its IDT entry (real mode: the 4-byte vector) */
	const char *why; /* what raised it: a check of the previous delivery, or NULL */
};

#define X86_MC_BANKS 10

/* The CPUID model (cpuid.c). */
struct x86_model;
/* The instruction rows, parsed (isa.h). */
struct x86_isa;

struct x86 {
	struct cpu cpu;
	/* ---- hot ---- */
	u64 r[R_COUNT];
	/* OSZAPC, lazily (flags.h): ZF = (zr == 0); SF = bit 63 of sr, PF = even parity of its low byte;
	 * CF = bit 63 of cr, OF = bit 63 ^ bit 62 of cr, AF = bit 3 of cr. */
	u64 zr, sr, cr;
	u32 flags; /* all of RFLAGS but OSZAPC */
	u8 cpl;
	u8 code_size;  /* (derived) log2 bytes of the default operand/address size: 1, 2, or 3 for 64-bit mode */
	u8 stack_size; /* (derived) 1, 2, 3 */
	bool in64;     /* (derived) 64-bit mode: EFER.LMA and CS.L */
	u64 ip_mask;   /* (derived) 0xffffffff, ~0 in 64-bit mode: beyond 0xffff a 16-bit segment faults, no wrap */
	/* (derived) A near branch may go to targets with target + ip_bias <= ip_max: in the CS limit, or canonical. */
	u64 ip_max, ip_bias;
	u64 sp_mask;   /* (derived) */
	u64 la_mask;   /* (derived) 0xffffffff outside 64-bit mode */
	struct seg seg[S_COUNT];
	/* ---- floating point and vectors ---- */
	union vec v[16];
	struct x87 x87;
	u32 mxcsr;
	/* ---- system ---- */
	struct seg ldtr, tr;
	struct dtr gdtr, idtr;
	u64 cr0, cr2, cr3, cr4, xcr0, efer;
	u64 dr[8];
	u64 a20_mask; /* ~0, or all but bit 20 */
	bool smm, halted, nmi_blocked, nmi_pending, smi_pending, irq_line, init_pending, wait_sipi;
	bool ignne;   /* IGNNE#: with CR0.NE clear pending x87 exceptions are ignored */
	u8 shadow;    /* 1: interrupts are held off until the next instruction has completed (STI); MOV SS: see sys.h */
	u8 trap_db;   /* a debug trap is due after this instruction: DR6 bits to set are in dr6_pending */
	u32 dr6_pending;
	bool step_armed; /* TF was set when the running instruction began */
	u32 smbase;
	/* the exception on its way to `deliver` */
	struct {
		u8 vector;
		u8 kind; /* enum x86_event_kind */
		bool has_error;
		u32 error;
		bool active; /* being delivered: a further exception is judged against it (double fault) */
		u64 cr2;
	} ex;
	/* MSRs */
	u64 star, lstar, cstar, sfmask, kernel_gs_base, tsc_aux, tsc_offset;
	u64 sysenter_cs, sysenter_esp, sysenter_eip;
	u64 pat, mtrr_def, mtrr_phys[16], mtrr_fix[11], misc_enable, apic_base, mcg_status, mcg_ctl;
	u64 pdpte[4]; /* loaded with CR3 in PAE mode (SDM vol. 3, 4.4.1) */
	u64 mc_bank[X86_MC_BANKS][4]; /* IA32_MCi_CTL, STATUS, ADDR, MISC */
	u64 bios_sign;
	/* monitor */
	u64 monitor_addr;
	bool monitor_armed;
	bool mwait_masked; /* halted by MWAIT that masked interrupts end too */
	bool rf_old; /* EFLAGS.RF has covered the instruction that is running: it goes when that has completed */
	bool in_repeat; /* the next instruction is a repeated string instruction that has begun */
	bool watch;  /* (derived) a data breakpoint is enabled in DR7 */
	u8 delivering, delivering_kind; /* the event that ex.active is about */
	u8 nchain, nserial;
	struct x86_fault chain[6];
	const char *why;   /* the reason for the exception on its way, for the chain */
	u8 fetch_bytes[16];/* code that is not in RAM or ROM */
	u64 features[2];   /* bit per FEAT_xx: the model's, and what -cpu adds or takes away */
	u32 cs_limit[4];   /* (derived) limits of CS that the block cache knows, by code size and kind of segment */
	struct x86_bus bus;
	const struct x86_model *model;
	const struct x86_isa *isa; /* made by init, const from then on */
};

static inline struct x86 *x86_from(struct cpu *cpu)
{
	return (struct x86 *)(void *)cpu;
}
#define SIZED_CPU x86_from

extern const struct cpu_ops x86_ops;

/* ---- exceptions: none of these returns ------------------------------------------------------------- */

/* EV_AGAIN: nothing is delivered, the instruction runs again after an interrupt. */
enum x86_event_kind { EV_FAULT, EV_TRAP, EV_SOFT_INT, EV_ICEBP, EV_EXTERNAL, EV_NMI, EV_AGAIN };

#if defined(__GNUC__)
#define X86_NORETURN __attribute__((noreturn, cold))
#else
#define X86_NORETURN
#endif
/* Faults without error code: #DE #UD #NM #MF #XM #BR ... */
X86_NORETURN void x86_raise(struct x86 *c, unsigned vector);
X86_NORETURN void x86_raise_error(struct x86 *c, unsigned vector, u32 error);
X86_NORETURN void x86_raise_pf(struct x86 *c, u64 la, u32 error);
X86_NORETURN void x86_ud(struct x86 *c);
X86_NORETURN void x86_gp(struct x86 *c, u32 error);
/* Leaves the running instruction as if it had not begun. */
X86_NORETURN void x86_again(struct x86 *c);

/* ---- derived state -------------------------------------------------------------------------------------- */

/* After any change of CR0, CR4, EFER, CS, SS, CPL, VM or AC: recomputes every (derived) member, the TLB's mode and
 * context, and ends the running block. */
void x86_update(struct x86 *c);
/* After loading one segment register other than CS and SS. */
void x86_update_seg(struct x86 *c, unsigned seg);

/* ---- registers -------------------------------------------------------------------------------------------- */

u32 x86_get_flags(const struct x86 *c);         /* full RFLAGS */
/* writes the bits in mask; TF, IF, AC, VM side effects included */
void x86_set_flags(struct x86 *c, u32 value, u32 mask);

static inline bool x86_protected(const struct x86 *c)
{
	return c->cr0 & CR0_PE;
}

static inline bool x86_v86(const struct x86 *c)
{
	return c->flags & FL_VM;
}

static inline unsigned x86_iopl(const struct x86 *c)
{
	return c->flags >> 12 & 3;
}

/* Real or virtual-8086: segments are selector * 16. */
static inline bool x86_real_segments(const struct x86 *c)
{
	return !(c->cr0 & CR0_PE) || (c->flags & FL_VM);
}

/* Offset of the running instruction, and of the one after it (what CALL pushes), wrapped to the mode's size. */
static inline u64 x86_ip(const struct x86 *c)
{
	return (c->cpu.block_pc + c->cpu.insn->off) & c->ip_mask;
}

static inline u64 x86_next_ip(const struct x86 *c, const struct insn *i)
{
	return (c->cpu.block_pc + i->off + i->len) & c->ip_mask;
}

/* ---- devices and boot loaders ------------------------------------------------------------------------------- */

void x86_set_irq(struct x86 *c, bool level); /* the INTR pin: controller has something deliverable */
void x86_nmi(struct x86 *c);
void x86_smi(struct x86 *c);
void x86_set_a20(struct x86 *c, bool on);
void x86_init_ipi(struct x86 *c);
/* Direct boot, interrupts off: flat protected mode, 64-bit mode with the given CR3, or real mode. The flat ones have
 * the selectors 10h (code) and 18h (data), as Linux and multiboot expect, and a GDT at `gdt` in RAM with these two. */
void x86_boot_protected(struct x86 *c, u32 eip, u32 gdt);
void x86_boot_long(struct x86 *c, u64 rip, u64 cr3, u32 gdt);
bool x86_has_long_mode(const struct x86 *c);
void x86_list_models(FILE *out); /* -cpu help */
void x86_boot_real(struct x86 *c, u16 cs, u16 ip);
/* After the state rows were loaded from a snapshot: recomputes all that is (derived). */
void x86_loaded(struct x86 *c);
/* The exceptions that led to the last double or triple fault, a line each. */
void x86_explain(const struct cpu *cpu, FILE *out);

#endif
