/* SPDX-License-Identifier: MIT */
/* A row's notation, parsed once: what decode.c matches and text.c prints. The notation is described in isa.h
 * (Intel SDM vol. 2, 3.1.1.1 and appendix A.2); all that a row says about bits is one mask, so that
 * matching, overlap and "strictly narrower" are operations on masks. */
#ifndef CPU_X86_PATTERN_H
#define CPU_X86_PATTERN_H

#include "cpu/x86/isa.h"

/* Opcode maps (SDM vol. 2, 2.1.2; VEX.mmmmm, 2.3.6.1) */
enum { MAP_1, MAP_0F, MAP_0F38, MAP_0F3A, MAP_VEX, MAP_VEX_0F = MAP_VEX, MAP_VEX_0F38, MAP_VEX_0F3A, MAP_COUNT };

/* One bit per value of each thing that selects a row. An instruction sets one bit per dimension (none of KEY_RM with a
 * memory operand, none of KEY_REG and KEY_RM without ModRM) and matches a row whose mask has them all. */
enum {
	KEY_PFX = 0,   /* 4: none, 66, F3, F2 (mandatory prefix) */
	KEY_W = 4,     /* 2: REX.W or VEX.W */
	KEY_L = 6,     /* 2: VEX.L */
	KEY_MODE = 8,  /* 2: other modes, 64-bit mode */
	KEY_MOD = 10,  /* 2: memory, register */
	KEY_REG = 12,  /* 8 */
	KEY_RM = 20,   /* 8: only with mod 3 */
	KEY_REX_B = 28,/* 2 */
};
enum { PFX_CLASS_NP, PFX_CLASS_66, PFX_CLASS_F3, PFX_CLASS_F2 };
#define KEY(dimension, value) (1u << ((dimension) + (value)))

/* What an operand is. The order within a line matters to nothing; names as in isa.h. */
enum x86_place {
	AT_NONE, AT_E, AT_M, AT_R, AT_G, AT_Z, AT_S, AT_C, AT_D, AT_I, AT_SI, AT_J, AT_A, AT_O, AT_X, AT_Y, AT_B,
	AT_P, AT_Q, AT_N, AT_V, AT_W, AT_U, AT_H, AT_X87_MEM, AT_ST, AT_STI,
	AT_FIXED, /* general register .reg of the operand's size */
	AT_FIXED_SEG, AT_ONE, AT_XMM0,
};

enum x86_width {
	WIDTH_NONE, WIDTH_B, WIDTH_W, WIDTH_D, WIDTH_Q, WIDTH_DQ, WIDTH_V, WIDTH_Y, WIDTH_Z, WIDTH_P, WIDTH_A, WIDTH_S,
	WIDTH_F32, WIDTH_F64, WIDTH_F80, WIDTH_I16, WIDTH_I32, WIDTH_I64, WIDTH_BCD, WIDTH_ENV, WIDTH_FX,
};

enum x86_imm { IMM_NONE, IMM_B, IMM_W, IMM_D, IMM_Q, IMM_Z, IMM_V, IMM_P, IMM_O };

/* How insn.size follows from mode and prefixes: 0..4 are sizes, then these. */
enum { SIZE_V = 8, SIZE_Z, SIZE_Y };

/* How ModRM.reg, ModRM.rm and VEX.vvvv become register numbers */
enum { REG_PLAIN, REG_BYTE, REG_LOW3, REG_SEGMENT, REG_CONTROL, REG_DEBUG };

struct x86_operand {
	u8 place, width, reg;
};

struct x86_pattern {
	u32 mask;
	u8 map, opcode, nopcodes; /* 8 opcodes for +r, 16 for +cc */
	bool modrm, plus_r, plus_cc, ends_in_reg; /* ends_in_reg: mod is ignored and means a register (MOV CRn) */
	bool uses_vvvv;
	u8 imm[2];      /* enum x86_imm */
	bool simm[2];   /* sign-extended */
	u8 size;        /* 0..4, SIZE_V ... */
	u8 reg_kind, rm_kind;
	u8 noperands;
	struct x86_operand op[4];
};

/* Returns NULL, or what is wrong with the row. */
const char *x86_pattern_parse(struct x86_pattern *p, const struct insn_row *row);
/* Both match some encoding; a matches only what b matches, and less. */
bool x86_pattern_overlaps(const struct x86_pattern *a, const struct x86_pattern *b);
bool x86_pattern_narrower(const struct x86_pattern *a, const struct x86_pattern *b);

/* Rows that are no instructions */
enum { ROW_BAD, ROW_TOO_LONG, ROW_FIRST };

struct x86_isa {
	unsigned nrows;
	const struct insn_row **rows;
	struct x86_pattern *pattern; /* of the row with the same index */
	/* candidates of an opcode, narrower ones first */
	u16 *candidate;
	struct {
		u16 first, count;
	} opcode[MAP_COUNT][256];
};

#endif
