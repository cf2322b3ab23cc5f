/* SPDX-License-Identifier: MIT */
/* Bytes to struct insn, for 16-, 32- and 64-bit code: prefixes, opcode, ModRM, SIB, displacement, immediates.
 * Intel SDM vol. 2, chapter 2 (instruction format), 3.1.1 (notation), appendix A (opcode maps); order and
 * effect of prefixes also AMD APM vol. 3, 1.2. Never looks at a byte that it was not given. */
#include "cpu/x86/operand.h"
#include "cpu/x86/pattern.h"

enum { MAX_LEN = 15 }; /* SDM vol. 2, 2.3.11; more raises #GP(0), vol. 3, 6.15 */

enum { NO_SEG = 0xff };

struct decoder {
	const struct x86 *cpu;
	const struct x86_isa *isa;
	const u8 *code;
	unsigned avail, pos;
	bool in64, real, rex_present, vex, pfx66, pfx67;
	u8 code_size;
	u8 pfx;     /* PFX_REP, PFX_REPNE, PFX_LOCK */
	u8 rex;     /* bits W R X B as in REX */
	u8 seg;     /* override or NO_SEG */
	u8 vex_l, vex_vvvv, vex_pp;
	u8 map, opcode, modrm;
	bool too_long, cut; /* ran into the limit of 15 bytes, or of avail */
};

void x86_exec_ud(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x86_raise(x86_from(cpu), X_UD);
}

void x86_exec_toolong(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	x86_gp(x86_from(cpu), 0);
}

/* ---- bytes ------------------------------------------------------------------------------------------------- */

/* n more bytes are there. Bytes past the 15th count only after the 15th could be fetched. */
static bool need(struct decoder *d, unsigned n)
{
	if (likely(d->pos + n <= d->avail && d->pos + n <= MAX_LEN))
		return true;
	if (d->pos + n > MAX_LEN && d->avail >= MAX_LEN)
		d->too_long = true;
	else
		d->cut = true;
	return false;
}

/* n is 1, 2, 4 or 8; 0 if there are not as many, which need() has noted. */
static u64 take(struct decoder *d, unsigned n)
{
	u64 v;

	if (!need(d, n))
		return 0;
	v = load_le(d->code + d->pos, n);
	d->pos += n;
	return v;
}

static unsigned invalid(struct decoder *d, struct insn *out)
{
	unsigned row = d->too_long ? ROW_TOO_LONG : ROW_BAD;

	if (d->cut)
		return 0;
	*out = (struct insn){ .exec = d->isa->rows[row]->exec[4], .row = (u16)row };
	out->len = (u8)(d->too_long ? MAX_LEN : d->pos);
	out->f[F_RM] = out->f[F_INDEX] = R_ZERO;
	out->f[F_SEG] = S_DS;
	return out->len;
}

/* ---- prefixes and opcode ----------------------------------------------------------------------------------- */

/* Takes one legacy prefix (SDM vol. 2, 2.1.1); false: the byte is none. */
static bool legacy_prefix(struct decoder *d, u8 byte)
{
	switch (byte) {
	case 0x66: d->pfx66 = true; return true;
	case 0x67: d->pfx67 = true; return true;
	case 0xf0: d->pfx |= PFX_LOCK; return true;
	case 0xf2: d->pfx = (d->pfx & PFX_LOCK) | PFX_REPNE; return true;
	case 0xf3: d->pfx = (d->pfx & PFX_LOCK) | PFX_REP; return true;
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
		if (!d->in64) /* ignored in 64-bit mode (SDM vol. 1, 3.3.7.1) */
			d->seg = byte >> 3 & 3;
		return true;
	case 0x64: d->seg = S_FS; return true;
	case 0x65: d->seg = S_GS; return true;
	default: return false;
	}
}

/* REX counts only right before the opcode (SDM vol. 2, 2.2.1). */
static void take_prefixes(struct decoder *d)
{
	while (need(d, 1)) {
		u8 byte = d->code[d->pos];

		if (d->in64 && (byte & 0xf0) == 0x40) {
			d->rex = byte & 15;
			d->rex_present = true;
		} else if (legacy_prefix(d, byte)) {
			d->rex = 0;
			d->rex_present = false;
		} else {
			return;
		}
		d->pos++;
	}
}

/* C4 or C5 starts a VEX prefix in 64-bit mode, and elsewhere if a ModRM byte there would have mod 3 (SDM vol. 2,
 * 2.3.5). */
static bool is_vex(struct decoder *d, u8 byte)
{
	if ((byte & 0xfe) != 0xc4)
		return false;
	return d->in64 || (need(d, 2) && d->code[d->pos + 1] >= 0xc0);
}

/* SDM vol. 2, 2.3.5 and 2.3.6. False: reserved, or cut off. */
static bool take_vex(struct decoder *d)
{
	bool three = take(d, 1) == 0xc4, prefixed = d->pfx || d->pfx66 || d->rex_present;
	u8 first = (u8)take(d, 1), last = first, map = 1;

	if (three) {
		last = (u8)take(d, 1);
		map = first & 31;
	}
	d->opcode = (u8)take(d, 1);
	if (d->cut || d->too_long || prefixed || d->real || map < 1 || map > 3)
		return false;
	d->vex = true;
	d->map = MAP_VEX + map - 1;
	d->rex = (u8)~first >> 5 & 4; /* R */
	if (three)
		d->rex |= ((u8)~first >> 5 & 3) | (last >> 4 & 8); /* X B W */
	if (!d->in64)
		d->rex &= 8;
	d->vex_vvvv = (u8)~last >> 3 & (d->in64 ? 15 : 7);
	d->vex_l = last >> 2 & 1;
	d->vex_pp = last & 3;
	return true;
}

static bool take_opcode(struct decoder *d)
{
	u8 byte;

	if (!need(d, 1))
		return false;
	byte = d->code[d->pos];
	if (unlikely(is_vex(d, byte)))
		return take_vex(d);
	d->pos++;
	d->map = MAP_1;
	if (byte == 0x0f) {
		byte = (u8)take(d, 1);
		d->map = MAP_0F;
		if (byte == 0x38 || byte == 0x3a) {
			d->map = byte == 0x38 ? MAP_0F38 : MAP_0F3A;
			byte = (u8)take(d, 1);
		}
	}
	d->opcode = byte;
	return !d->cut && !d->too_long;
}

/* ---- the row ----------------------------------------------------------------------------------------------- */

/* F2 and F3 come before 66 where a prefix selects the instruction; of F2 and F3 the last one counts. */
static unsigned prefix_class(const struct decoder *d)
{
	static const u8 of_pp[] = { PFX_CLASS_NP, PFX_CLASS_66, PFX_CLASS_F3, PFX_CLASS_F2 };

	if (d->vex)
		return of_pp[d->vex_pp];
	if (d->pfx & PFX_REPNE)
		return PFX_CLASS_F2;
	if (d->pfx & PFX_REP)
		return PFX_CLASS_F3;
	return d->pfx66 ? PFX_CLASS_66 : PFX_CLASS_NP;
}

/* Index of the row, or ROW_BAD. Takes the ModRM byte if there is one. */
static unsigned find_row(struct decoder *d)
{
	unsigned n = d->isa->opcode[d->map][d->opcode].count;
	const u16 *k = &d->isa->candidate[d->isa->opcode[d->map][d->opcode].first];
	u32 key = KEY(KEY_PFX, prefix_class(d)) | KEY(KEY_W, d->rex >> 3) | KEY(KEY_L, d->vex_l) |
		  KEY(KEY_MODE, d->in64) | KEY(KEY_REX_B, d->rex & 1);

	if (!n)
		return ROW_BAD;
	if (d->isa->pattern[*k].modrm) {
		d->modrm = (u8)take(d, 1);
		if (d->cut || d->too_long)
			return ROW_BAD;
		key |= KEY(KEY_REG, d->modrm >> 3 & 7);
		key |= d->modrm < 0xc0 ? KEY(KEY_MOD, 0) : KEY(KEY_MOD, 1) | KEY(KEY_RM, d->modrm & 7);
	}
	for (; n; n--, k++) {
		if (key & ~d->isa->pattern[*k].mask)
			continue;
		if (!d->isa->rows[*k]->feature || x86_has(d->cpu, d->isa->rows[*k]->feature))
			return *k;
	}
	return ROW_BAD;
}

/* insn.size: SDM vol. 1, 3.6.1; vol. 2, 2.2.1.2. */
static u8 operand_size(const struct decoder *d, const struct x86_pattern *p, u32 attr)
{
	bool only66 = (p->mask >> KEY_PFX & 15) == 1 << PFX_CLASS_66;
	bool other = d->pfx66 && !(attr & NOSIZE) && !only66;
	u8 size;

	if (p->size < SIZE_V)
		return p->size;
	if (p->size == SIZE_Y)
		return d->in64 && ((d->rex & 8) || (attr & (FORCE64 | DEF64))) ? 3 : 2;
	if (!d->in64)
		size = d->code_size ^ (other ? 3 : 0);
	else if ((d->rex & 8) || (attr & FORCE64))
		size = 3;
	else
		size = other ? 1 : attr & DEF64 ? 3 : 2;
	return p->size == SIZE_Z && size == 3 ? 2 : size;
}

/* ---- operands ---------------------------------------------------------------------------------------------- */

/* Register number of three bits and the REX bit above them; 0xff if there is no such register. */
static u8 register_number(const struct decoder *d, unsigned kind, unsigned low, unsigned high)
{
	unsigned n = low | (high ? 8 : 0);

	switch (kind) {
	case REG_BYTE: return (u8)(d->rex_present || low < 4 ? n : X86_HIGH8 | (low - 4));
	case REG_LOW3: return (u8)low;
	case REG_SEGMENT: return low < S_COUNT ? (u8)low : 0xff;
	case REG_CONTROL: return bit(BIT(0) | BIT(2) | BIT(3) | BIT(4) | BIT(8), n) ? (u8)n : 0xff; /* vol. 2, MOV CR */
	case REG_DEBUG: return n < 8 ? (u8)n : 0xff;
	default: return (u8)n;
	}
}

/* SDM vol. 2, table 2-1 */
static void take_memory16(struct decoder *d, struct insn *out)
{
	static const u8 base[] = { R_BX, R_BX, R_BP, R_BP, R_SI, R_DI, R_BP, R_BX };
	static const u8 index[] = { R_SI, R_DI, R_SI, R_DI, R_ZERO, R_ZERO, R_ZERO, R_ZERO };
	unsigned mod = d->modrm >> 6, rm = d->modrm & 7;

	out->f[F_RM] = base[rm];
	out->f[F_INDEX] = index[rm];
	if (mod == 0 && rm == 6) {
		out->f[F_RM] = R_ZERO;
		out->disp = (s16)take(d, 2);
	} else if (mod == 1) {
		out->disp = (s8)take(d, 1);
	} else if (mod == 2) {
		out->disp = (s16)take(d, 2);
	}
}

/* SDM vol. 2, tables 2-2 and 2-3; 2.2.1.3 for the REX bits, which don't take part in choosing the odd forms. Returns
 * true for RIP-relative (2.2.1.6). */
static bool take_memory32(struct decoder *d, struct insn *out)
{
	unsigned mod = d->modrm >> 6, rm = d->modrm & 7, base = rm;
	bool relative = false;

	if (rm == 4) {
		u8 sib = (u8)take(d, 1);
		unsigned index = (sib >> 3 & 7) | (d->rex << 2 & 8);

		base = sib & 7;
		if (index != 4) {
			out->f[F_INDEX] = (u8)index;
			out->f[F_SCALE] = sib >> 6;
		}
	}
	out->f[F_RM] = (u8)(base | (d->rex << 3 & 8));
	if (mod == 0 && base == 5) {
		out->f[F_RM] = R_ZERO;
		relative = d->in64 && rm == 5;
		out->disp = (s32)take(d, 4);
	} else if (mod == 1) {
		out->disp = (s8)take(d, 1);
	} else if (mod == 2) {
		out->disp = (s32)take(d, 4);
	}
	return relative;
}

static bool take_memory(struct decoder *d, struct insn *out)
{
	bool relative = false;

	out->f[F_PFX] |= PFX_MEM;
	out->f[F_INDEX] = R_ZERO;
	if (out->f[F_ASIZE] == 1)
		take_memory16(d, out);
	else
		relative = take_memory32(d, out);
	if (d->seg == NO_SEG && (out->f[F_RM] == R_BP || out->f[F_RM] == R_SP))
		out->f[F_SEG] = S_SS;
	return relative;
}

static u64 take_imm(struct decoder *d, unsigned kind, bool sign, unsigned size, unsigned asize)
{
	unsigned n;

	switch (kind) {
	case IMM_B: n = 1; break;
	case IMM_W: n = 2; break;
	case IMM_D: n = 4; break;
	case IMM_Q: n = 8; break;
	case IMM_Z: case IMM_P: n = size == 1 ? 2 : 4; break;
	case IMM_V: n = 1u << size; break;
	default: n = 1u << asize; break;
	}
	return sign ? (u64)sign_extend(take(d, n), n * 8) : take(d, n);
}

static void take_imms(struct decoder *d, const struct x86_pattern *p, struct insn *out)
{
	u64 v = take_imm(d, p->imm[0], p->simm[0], out->size, out->f[F_ASIZE]);

	if (p->imm[0] == IMM_V || p->imm[0] == IMM_Q || p->imm[0] == IMM_O)
		out->imm = v;
	else
		out->imm32 = (s32)(u32)v;
	if (p->imm[0] == IMM_P)
		out->disp = (s32)take(d, 2);
	else if (p->imm[1])
		out->disp = (s32)(u32)take_imm(d, p->imm[1], p->simm[1], out->size, 0);
}

/* ModRM, +r, +cc, VEX.vvvv. False: no such register. */
static bool take_operands(struct decoder *d, const struct x86_pattern *p, struct insn *out, bool *relative)
{
	u8 low = d->modrm & 7;

	if (p->modrm)
		out->f[F_REG] = register_number(d, p->reg_kind, d->modrm >> 3 & 7, d->rex & 4);
	else
		low = d->opcode & 7;
	if (p->modrm && d->modrm < 0xc0 && !p->ends_in_reg)
		*relative = take_memory(d, out);
	else if (p->modrm || p->plus_r)
		out->f[F_RM] = register_number(d, p->rm_kind, low, d->rex & 1);
	if (p->plus_cc)
		out->f[F_CC] = d->opcode & 15;
	else if (p->uses_vvvv)
		out->f[F_CC] = d->vex_vvvv;
	else if (d->vex_vvvv)
		return false;
	return out->f[F_REG] != 0xff;
}

static bool allowed(const struct decoder *d, const struct insn_row *row, struct insn *out)
{
	if (unlikely(d->pfx & PFX_LOCK) && !((row->attr & LOCKABLE) && x86_is_mem(out)))
		return false; /* SDM vol. 2, LOCK */
	if ((row->attr & PROTECTED) && d->real)
		return false;
	return out->exec && (!row->valid || row->valid(out));
}

static u8 address_size(const struct decoder *d)
{
	if (d->in64)
		return d->pfx67 ? 2 : 3;
	return d->code_size ^ (d->pfx67 ? 3 : 0);
}

/* Takes the rest of an instruction whose opcode means nothing with these prefixes or this ModRM byte: one of more than
 * 15 bytes raises #GP(0) all the same. */
static void take_rest(struct decoder *d)
{
	const struct x86_isa *isa = d->isa;
	struct insn rest = { .size = 0 };
	const struct x86_pattern *p;
	unsigned k;

	if (d->cut || d->too_long || !isa->opcode[d->map][d->opcode].count)
		return;
	k = isa->candidate[isa->opcode[d->map][d->opcode].first];
	p = &isa->pattern[k];
	rest.f[F_ASIZE] = address_size(d);
	rest.size = operand_size(d, p, isa->rows[k]->attr);
	if (p->modrm && d->modrm < 0xc0 && !p->ends_in_reg)
		take_memory(d, &rest);
	if (p->imm[0])
		take_imms(d, p, &rest);
}

unsigned x86_decode(const struct cpu *cpu, const u8 *code, unsigned avail, u32 mode, struct insn *out)
{
	const struct x86 *c = (const struct x86 *)(const void *)cpu;
	struct decoder d = { .cpu = c, .isa = c->isa, .code = code, .avail = avail, .seg = NO_SEG };
	const struct x86_pattern *p;
	const struct insn_row *row;
	unsigned k;
	bool relative = false, ok;

	d.code_size = mode & MODE_CODE;
	d.in64 = d.code_size == 3;
	d.real = mode & MODE_REAL;
	take_prefixes(&d);
	if (!take_opcode(&d))
		return invalid(&d, out);
	k = find_row(&d);
	if (k == ROW_BAD) {
		take_rest(&d);
		return invalid(&d, out);
	}
	p = &d.isa->pattern[k];
	row = d.isa->rows[k];
	*out = (struct insn){ .row = (u16)k };
	out->size = operand_size(&d, p, row->attr);
	out->f[F_ASIZE] = address_size(&d);
	out->f[F_SEG] = d.seg == NO_SEG ? S_DS : d.seg;
	out->f[F_PFX] = d.pfx | (d.pfx66 ? PFX_66 : 0) | (d.rex_present ? PFX_REX : 0) | (d.rex & 8 ? PFX_W : 0) |
			(d.vex_l ? PFX_VEX_L : 0);
	ok = take_operands(&d, p, out, &relative);
	if (p->imm[0])
		take_imms(&d, p, out);
	if (unlikely(d.cut || d.too_long))
		return invalid(&d, out);
	out->len = (u8)d.pos;
	out->adj = relative ? out->len : 0;
	out->exec = row->exec[(out->size > 3 ? 3 : out->size) + (x86_is_mem(out) ? 0 : 4)];
	return ok && allowed(&d, row, out) ? out->len : invalid(&d, out);
}
