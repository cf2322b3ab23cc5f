/* SPDX-License-Identifier: MIT */
/* The x86 row notation, the fields of a decoded instruction, and the list of groups. Notation: Intel SDM vol. 2,
 * 3.1.1.1 (opcode column) and appendix A.2 (operand letters).
 *
 * enc:  [NP|NFx|66|F3|F2] [REX.W|W0] [VEX.L.pp.map.W] opcode bytes, then
 *       50+r   opcode + register          70+cc  opcode + condition (16 opcodes)      D8 C0+i  x87 stack register
 *       /r /0../7   ModRM;  a fixed byte after the opcode (0F 01 C1) is a ModRM byte with mod 3
 *       mod=11 / mod!=11  for rows whose operands don't say it already (M, x87 formats: memory; R N U: register)
 *       ib iw id io  immediates;  iz 16/32 by operand size;  iv 16/32/64;  cb cz  relative;  cp  far pointer; mo moffs
 *       NP: none of 66 F3 F2.  NFx: none of F3 F2, and 66 is the operand size (MOVBE, beside CRC32).
 *       66, F3, F2 first: mandatory prefix. Without any of these the prefixes mean what they always mean.
 *       A row with OVERRIDES wins over the wider one that it lies in (F3 90 over 90; F3 0F BC over 0F BC).
 *       A row whose CPUID feature is absent does not exist: the wider one decodes (TZCNT -> BSF), or #UD.
 * text: mnemonic, then operands: a letter for the place and letters for the size
 *       E r/m general   G reg general   M memory only   R r/m register only   Z register in the opcode (+r)
 *       S segment reg   C control reg   D debug reg     I immediate   sI immediate sign-extended to the operand size
 *       J relative      A far pointer   O moffs         X DS:rSI      Y ES:rDI      B general in VEX.vvvv
 *       P reg MMX  Q r/m MMX  N r/m MMX register only   V reg XMM  W r/m XMM  U r/m XMM register only   H VEX.vvvv
 *       st, sti: x87.   Fixed operands by name: al ax eax rax(=eAX: rAX by operand size) cl dx 1 es cs ...
 *       b 8  w 16  d 32  q 64  dq 128  v 16/32/64  y 32/64  z 16/32  p far pointer  a BOUND pair
 *       s descriptor-table register  f32 f64 f80 i16 i32 i64 bcd env fx: x87 memory formats
 *       Mnemonic: "jcc" with +cc prints the condition; "cbw|cwde|cdqe" is 16|32|64-bit operand size (with J: address
 *       size, for JCXZ); with an X or Y operand of size v or z, the letter w, d or q is added ("movs Yv,Xv": movsd).
 * A row may be limited to one mode by attr NO64 / ONLY64.
 *
 * Operand size (insn.size), in this order: SIZE8; an operand v, p, a, s, fx, rax: by mode and prefixes; else the first
 * of E, M, R, Z, G, al, eax, X, Y, S, Q, W, x87 formats, N, U says it (y: 2, or 3 with REX.W, DEF64 or FORCE64; z, env,
 * eax: as v but at most 2; dq, f80, bcd: 4); else by mode and prefixes. Immediates, dx and cl don't take part.
 * exec[] is indexed by min(size, 3), + 4 without a ModRM memory operand (so also for O, X, Y and implied operands).
 *
 * Immediates: ib iw iz id cb cz are in imm32: I zero-extended from 8 and 16 bits (z: sign-extended), sI and J
 * sign-extended.
 * iv io mo: all of imm (zero-extended from 16 and 32 bits; mo is the offset, F_SEG its segment).
 * cp: imm32 is the offset, disp the selector. Two immediates (ENTER Iw,Ib): the second one is in disp. */
#ifndef CPU_X86_ISA_H
#define CPU_X86_ISA_H

#include "cpu/x86/access.h"
#include "cpu/x86/x86.h"

/* insn.f[] */
enum {
	F_REG,   /* ModRM.reg with REX.R: general, MMX, XMM, segment, control; 8-bit: see x86_reg8 */
	F_RM,    /* register form: r/m register (or +r, sti); memory form: base register or R_ZERO */
	F_INDEX, /* index register or R_ZERO */
	F_SCALE, /* 0..3 */
	F_SEG,   /* S_xx after override and default */
	F_ASIZE, /* log2 bytes of the address size: 1, 2, 3 */
	F_PFX,   /* PFX_xx */
	F_CC,    /* condition; or VEX.vvvv */
};

enum {
	PFX_REP = 1, PFX_REPNE = 2, PFX_LOCK = 4, PFX_66 = 8, PFX_REX = 16, PFX_W = 32,
	PFX_MEM = 64, /* memory form */
	PFX_VEX_L = 128,
};

/* insn_row.attr */
enum {
	NO64 = ATTR_ARCH << 0,     /* #UD in 64-bit mode */
	ONLY64 = ATTR_ARCH << 1,   /* another encoding (or #UD) outside 64-bit mode */
	LOCKABLE = ATTR_ARCH << 2, /* LOCK allowed with a memory destination */
	DEF64 = ATTR_ARCH << 3,    /* operand size 64 by default in 64-bit mode; 66 makes it 16 (PUSH, POP ...) */
	FORCE64 = ATTR_ARCH << 4,  /* operand size 64 in 64-bit mode whatever the prefixes (near branches, as Intel) */
	CPL0 = ATTR_ARCH << 5,     /* #GP(0) unless CPL 0; checked by exec, here for docs and tests */
	PROTECTED = ATTR_ARCH << 6,/* #UD in real and virtual-8086 mode */
	REPS = ATTR_ARCH << 7,     /* F2/F3 are repeat prefixes here */
	SSE = ATTR_ARCH << 8,      /* needs CR0.EM=0, CR4.OSFXSR=1 (#UD), CR0.TS=0 (#NM); exec checks, x86_sse_check */
	X87 = ATTR_ARCH << 9,      /* needs CR0.EM=TS=0 (#NM) */
	ALIGN16 = ATTR_ARCH << 10, /* 16-byte memory operand must be aligned (#GP) */
	SIZE8 = ATTR_ARCH << 11,   /* operand size is 8 bits though no operand says so */
	NOSIZE = ATTR_ARCH << 12,  /* operand-size prefix is ignored */
};

/* CPUID features that rows may depend on (insn_row.feature); names as in SDM vol. 2, CPUID. */
enum {
	FEAT_NONE, FEAT_FPU, FEAT_CX8, FEAT_CMOV, FEAT_MMX, FEAT_SSE, FEAT_SSE2, FEAT_SSE3, FEAT_SSSE3, FEAT_SSE41,
	FEAT_SSE42, FEAT_POPCNT, FEAT_CX16, FEAT_MOVBE, FEAT_FXSR, FEAT_XSAVE, FEAT_RDTSCP, FEAT_FSGSBASE,
	FEAT_SYSCALL, FEAT_SEP, FEAT_CLFSH, FEAT_MONITOR, FEAT_INVPCID, FEAT_SMAP, FEAT_LAHF64, FEAT_LM, FEAT_XSAVEOPT,
	FEAT_PREFETCHW, FEAT_RDPID, FEAT_AVX, FEAT_BMI1, FEAT_BMI2, FEAT_LZCNT, FEAT_ADX, FEAT_AES, FEAT_PCLMUL,
	FEAT_SHA, FEAT_RDRAND, FEAT_RDSEED, FEAT_CLFLUSHOPT, FEAT_CLWB,
	/* no instructions hang on these, but CPUID announces them and system code asks */
	FEAT_VME, FEAT_DE, FEAT_PSE, FEAT_TSC, FEAT_MSR, FEAT_PAE, FEAT_MCE, FEAT_APIC, FEAT_MTRR, FEAT_PGE,
	FEAT_MCA, FEAT_PAT, FEAT_PSE36, FEAT_SS, FEAT_PCID, FEAT_X2APIC, FEAT_TSC_DEADLINE, FEAT_TSC_ADJUST, FEAT_SMEP,
	FEAT_ERMS, FEAT_UMIP, FEAT_NX, FEAT_PDPE1GB, FEAT_INVTSC, FEAT_ARCH_CAPS, FEAT_FSRM,
	FEAT_COUNT
};

bool x86_has(const struct x86 *c, unsigned feature); /* cpuid.c */
const char *x86_feature_name(unsigned feature);      /* as in -cpu and /proc/cpuinfo; NULL: CPUID never shows it */

/* The groups, one per file; NULL-ended (isa.c). */
extern const struct insn_group *const x86_groups[];

/* ---- isa.c, pattern.c, decode.c, text.c --------------------------------------------------------------------- */

/* The rows, parsed and indexed: made once per processor by its init, never changed afterwards (struct x86.isa). */
struct x86_isa;
/* groups is NULL-ended. Asserts with a message on rows that don't parse, overlap, or can't be reached. */
struct x86_isa *x86_isa_new(const struct insn_group *const *groups);
void x86_isa_free(struct x86_isa *isa);
/* What insn.row indexes (cpu_ops.rows); 0 is "(bad)", 1 is "(too long)". */
const struct insn_row *const *x86_rows(const struct cpu *cpu, unsigned *n);
const struct insn_row *x86_row_of(const struct x86_isa *isa, const struct insn *i);

/* mode word of cpu_ops.mode */
enum {
	MODE_CODE = 3,        /* bits 0-1: code_size */
	MODE_STACK_SHIFT = 2, /* bits 2-3: stack_size */
	MODE_REAL = 16,       /* real or virtual-8086 mode */
	MODE_USER = 32,       /* CPL 3: nothing to the decoder, but blocks are found by address only at equal rights */
};
/* out->off is 0 and out->adj is the length or 0: whoever places it in a block sets off and adds it to a nonzero adj. */
unsigned x86_decode(const struct cpu *cpu, const u8 *code, unsigned avail, u32 mode, struct insn *out);
/* Intel syntax as capstone prints it; pc is the instruction's own, mode as for x86_decode. Returns characters written
 * (without the 0). */
unsigned x86_text(const struct x86_isa *isa, const struct insn *i, u64 pc, u32 mode, char *out, size_t size);

/* The execs for what does not decode: raise #UD; #GP for over 15 bytes. */
void x86_exec_ud(struct cpu *cpu, const struct insn *i);
void x86_exec_toolong(struct cpu *cpu, const struct insn *i);

#endif
