/* SPDX-License-Identifier: MIT */
/* Disassembly from the rows that decode and execute, so that it is never older than they are. Intel syntax
 * (SDM vol. 1, 1.3.2.1; vol. 2, 3.1.1.3) with the conventions of capstone: numbers up to 9 are decimal, "dword ptr". */
#include "cpu/x86/operand.h"
#include "cpu/x86/pattern.h"

#include <stdarg.h>
#include <stdio.h>

struct text {
	char *out;
	size_t size;
	unsigned n; /* written so far, at most size - 1 */
	const struct insn *i;
	const struct x86_pattern *p;
	u64 pc;
	bool in64, wide; /* wide: DEF64 or FORCE64 in 64-bit mode */
};

PRINTF_LIKE(2, 3)
static void put(struct text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->out + t->n, t->size - t->n, fmt, args);
	va_end(args);
	if (n > 0)
		t->n += min_uint((unsigned)n, (unsigned)(t->size - t->n - 1));
}

static void put_number(struct text *t, u64 v)
{
	put(t, v > 9 ? "0x%llx" : "%llu", (unsigned long long)v);
}

/* ---- registers --------------------------------------------------------------------------------------------- */

static void put_register(struct text *t, unsigned n, unsigned size)
{
	static const char *const byte[] = { "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil" };
	static const char *const high[] = { "ah", "ch", "dh", "bh" };
	static const char *const word[] = { "ax", "cx", "dx", "bx", "sp", "bp", "si", "di" };
	static const char *const suffix[] = { "b", "w", "d", "" };

	if (size == 0 && n >= X86_HIGH8)
		put(t, "%s", high[n & 3]);
	else if (n >= 8)
		put(t, "r%u%s", n, suffix[size]);
	else if (size == 0)
		put(t, "%s", byte[n]);
	else
		put(t, "%s%s", size == 3 ? "r" : size == 2 ? "e" : "", word[n]);
}

static const char *segment_name(unsigned seg)
{
	static const char *const names[] = { "es", "cs", "ss", "ds", "fs", "gs" };

	return names[seg % S_COUNT];
}

/* ---- memory ------------------------------------------------------------------------------------------------ */

/* log2 bytes of what a width means here */
static unsigned width_log2(const struct text *t, unsigned width)
{
	switch (width) {
	case WIDTH_B: return 0;
	case WIDTH_W: case WIDTH_I16: return 1;
	case WIDTH_D: case WIDTH_F32: case WIDTH_I32: return 2;
	case WIDTH_Q: case WIDTH_F64: case WIDTH_I64: return 3;
	case WIDTH_DQ: return 4;
	case WIDTH_Y: return t->i->size == 3 || t->wide || (t->in64 && (t->i->f[F_PFX] & PFX_W)) ? 3 : 2;
	case WIDTH_Z: return min_uint(t->i->size, 2);
	case WIDTH_A: return t->i->size + 1u;
	default: return t->i->size;
	}
}

static void put_pointer(struct text *t, unsigned width)
{
	static const char *const names[] = { "byte", "word", "dword", "qword", "xmmword" };

	switch (width) {
	case WIDTH_NONE: case WIDTH_P: case WIDTH_S: case WIDTH_ENV: case WIDTH_FX: break;
	case WIDTH_F80: case WIDTH_BCD: put(t, "tbyte ptr "); break;
	default: put(t, "%s ptr ", names[min_uint(width_log2(t, width), 4)]); break;
	}
}

static void put_address(struct text *t)
{
	const u8 *f = t->i->f;
	s64 disp = t->i->disp;
	bool any = true;

	put(t, "[");
	if (t->i->adj)
		put(t, f[F_ASIZE] == 3 ? "rip" : "eip");
	else if (f[F_RM] != R_ZERO)
		put_register(t, f[F_RM], f[F_ASIZE]);
	else
		any = false;
	if (f[F_INDEX] != R_ZERO) {
		put(t, any ? " + " : "");
		put_register(t, f[F_INDEX], f[F_ASIZE]);
		if (f[F_SCALE])
			put(t, "*%u", 1u << f[F_SCALE]);
		any = true;
	}
	if (!any) {
		put_number(t, x86_wrap_addr(t->i, (u64)disp));
	} else if (disp) {
		put(t, disp < 0 ? " - " : " + ");
		put_number(t, (u64)(disp < 0 ? -disp : disp));
	}
	put(t, "]");
}

static void put_memory(struct text *t, unsigned width)
{
	unsigned base = t->i->f[F_RM];
	unsigned usual = !t->i->adj && (base == R_BP || base == R_SP) ? S_SS : S_DS;

	put_pointer(t, width);
	if (t->i->f[F_SEG] != usual)
		put(t, "%s:", segment_name(t->i->f[F_SEG]));
	put_address(t);
}

/* DS:rSI, ES:rDI */
static void put_string(struct text *t, const struct x86_operand *o)
{
	put_pointer(t, o->width);
	if (o->place == AT_Y && !t->in64)
		put(t, "es:");
	else if (o->place == AT_X && t->i->f[F_SEG] != S_DS)
		put(t, "%s:", segment_name(t->i->f[F_SEG]));
	put(t, "[");
	put_register(t, o->place == AT_X ? R_SI : R_DI, t->i->f[F_ASIZE]);
	put(t, "]");
}

static void put_offset(struct text *t, const struct x86_operand *o)
{
	put_pointer(t, o->width);
	if (t->i->f[F_SEG] != S_DS)
		put(t, "%s:", segment_name(t->i->f[F_SEG]));
	put(t, "[");
	put_number(t, t->i->imm);
	put(t, "]");
}

/* ---- immediates -------------------------------------------------------------------------------------------- */

static u64 narrow(u64 v, unsigned size)
{
	return size >= 3 ? v : v & mask_low(8u << size);
}

/* Immediate k; signed ones as numbers of the operand's size. */
static void put_immediate(struct text *t, const struct x86_operand *o, unsigned k)
{
	const struct insn *i = t->i;
	s64 v = k ? i->disp : i->imm32;

	if (t->p->imm[k] == IMM_V || t->p->imm[k] == IMM_Q) {
		put_number(t, i->imm);
	} else if (o->place == AT_SI && v < 0) {
		put(t, "-");
		put_number(t, (u64)-v);
	} else {
		put_number(t, t->p->simm[k] ? narrow((u64)v, i->size) : (u32)v);
	}
}

static void put_target(struct text *t)
{
	put_number(t, narrow(t->pc + t->i->len + (u64)(s64)t->i->imm32, t->i->size));
}

/* ---- operands ---------------------------------------------------------------------------------------------- */

static void put_rm(struct text *t, const struct x86_operand *o)
{
	if (x86_is_mem(t->i)) {
		put_memory(t, o->width);
		return;
	}
	switch (o->place) {
	case AT_Q: case AT_N: put(t, "mm%u", t->i->f[F_RM] & 7u); break;
	case AT_W: case AT_U: put(t, "xmm%u", t->i->f[F_RM] & 15u); break;
	default: put_register(t, t->i->f[F_RM], min_uint(width_log2(t, o->width), 3)); break;
	}
}

/* k: number of the immediate, if it is one */
static void put_operand(struct text *t, const struct x86_operand *o, unsigned k)
{
	unsigned reg = t->i->f[F_REG], size = min_uint(width_log2(t, o->width), 3);

	switch (o->place) {
	case AT_G: put_register(t, reg, size); break;
	case AT_B: put_register(t, t->i->f[F_CC], size); break;
	case AT_FIXED: put_register(t, o->reg, size); break;
	case AT_S: put(t, "%s", segment_name(reg)); break;
	case AT_C: put(t, "cr%u", reg); break;
	case AT_D: put(t, "dr%u", reg); break;
	case AT_P: put(t, "mm%u", reg); break;
	case AT_V: put(t, "xmm%u", reg); break;
	case AT_H: put(t, "xmm%u", t->i->f[F_CC]); break;
	case AT_I: case AT_SI: put_immediate(t, o, k); break;
	case AT_J: put_target(t); break;
	case AT_A: put(t, "0x%x:0x%x", (unsigned)t->i->disp, (unsigned)t->i->imm32); break;
	case AT_O: put_offset(t, o); break;
	case AT_X: case AT_Y: put_string(t, o); break;
	case AT_ST: put(t, "st(0)"); break;
	case AT_STI: put(t, "st(%u)", t->i->f[F_RM] & 7u); break;
	case AT_FIXED_SEG: put(t, "%s", segment_name(o->reg)); break;
	case AT_ONE: put(t, "1"); break;
	case AT_XMM0: put(t, "xmm0"); break;
	default: put_rm(t, o); break;
	}
}

/* ---- mnemonic ---------------------------------------------------------------------------------------------- */

static bool has_place(const struct x86_pattern *p, unsigned place)
{
	for (unsigned i = 0; i < p->noperands; i++)
		if (p->op[i].place == place)
			return true;
	return false;
}

/* LOCK, and what F2 and F3 repeat: "repe" and "repne" where ZF ends the loop (SDM vol. 2, REP). */
static void put_prefixes(struct text *t, const struct insn_row *row)
{
	unsigned pfx = t->i->f[F_PFX];
	bool compares = strncmp(row->text, "cmps", 4) == 0 || strncmp(row->text, "scas", 4) == 0;

	if (pfx & PFX_LOCK)
		put(t, "lock ");
	if ((row->attr & REPS) && (pfx & PFX_REPNE))
		put(t, "repne ");
	else if ((row->attr & REPS) && (pfx & PFX_REP))
		put(t, compares ? "repe " : "rep ");
}

/* One of "16|32|64"; "jcc" with the condition put in; "movs" with the letter of its size. */
static void put_mnemonic(struct text *t, const char *s)
{
	static const char *const conditions[] = {
		"o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g",
	};
	unsigned by = has_place(t->p, AT_J) ? t->i->f[F_ASIZE] : t->i->size; /* JCXZ goes by address size */
	unsigned len = (unsigned)strcspn(s, "| "), skip = s[len] == '|' && by ? by - 1 : 0;

	for (; skip && s[len] == '|'; skip--) {
		s += len + 1;
		len = (unsigned)strcspn(s, "| ");
	}
	if (t->p->plus_cc && len > 2 && memcmp(s + len - 2, "cc", 2) == 0)
		put(t, "%.*s%s", (int)len - 2, s, conditions[t->i->f[F_CC] & 15]);
	else
		put(t, "%.*s", (int)len, s);
	for (unsigned k = 0; k < t->p->noperands; k++)
		if ((t->p->op[k].place == AT_X || t->p->op[k].place == AT_Y) && t->p->size >= SIZE_V) {
			put(t, "%c", "bwdq"[t->i->size & 3]);
			return;
		}
}

unsigned x86_text(const struct x86_isa *isa, const struct insn *i, u64 pc, u32 mode, char *out, size_t size)
{
	const struct insn_row *row = isa->rows[i->row];
	struct text t = { .out = out, .size = size, .i = i, .p = &isa->pattern[i->row], .pc = pc };
	unsigned nimm = 0;

	assert(size > 0);
	out[0] = 0;
	t.in64 = (mode & MODE_CODE) == 3;
	t.wide = t.in64 && (row->attr & (DEF64 | FORCE64));
	if (i->row < ROW_FIRST) {
		put(&t, "%s", row->text);
		return t.n;
	}
	put_prefixes(&t, row);
	put_mnemonic(&t, row->text);
	for (unsigned k = 0; k < t.p->noperands; k++) {
		const struct x86_operand *o = &t.p->op[k];

		put(&t, k ? ", " : " ");
		put_operand(&t, o, nimm);
		nimm += o->place == AT_I || o->place == AT_SI;
	}
	return t.n;
}
