/* SPDX-License-Identifier: MIT */
/* Disassembly from the rows' texts, in the syntax of Arm ARM C6 and C7: what stands in braces is filled in from the
 * decoded fields. Registers are spelled out below; everything else is a line in the table. */
#include "cpu/arm/a64/pattern.h"
#include "cpu/arm/a64/sysop.h"
#include "cpu/arm/sysreg.h"

#include <stdarg.h>
#include <stdio.h>

struct line {
	char *out;
	size_t size, at;
	u64 pc;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void put(struct line *l, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(l->out + l->at, l->size - l->at, format, args);
	va_end(args);
	if (n > 0)
		l->at = min_u64(l->at + (u64)n, l->size - 1);
}

/* ---- registers --------------------------------------------------------------------------------------------- */

static const char *const arrangements[8] = {"8b", "4h", "2s", "1d", "16b", "8h", "4s", "2d"};

static void put_general(struct line *l, unsigned reg, bool wide, bool sp)
{
	if (reg < 31)
		put(l, "%c%u", wide ? 'x' : 'w', reg);
	else if (sp)
		put(l, wide ? "sp" : "wsp");
	else
		put(l, "%czr", wide ? 'x' : 'w');
}

/* .T by size and Q, .Tl one size up and full, .Tp one size up and half as many, .Tb bytes and .Tw words by Q, .t the
 * element's letter, else as it stands */
static void put_arrangement(struct line *l, const struct insn *i, const char *s, size_t n)
{
	unsigned q = i->f[F_Q] & 1u, size = i->size & 3u;

	if (n == 1 && *s == 'T')
		put(l, ".%s", arrangements[size + 4 * q]);
	else if (n == 2 && !strncmp(s, "Tl", 2))
		put(l, ".%s", size == 3 ? "1q" : arrangements[size + 1 + 4]);
	else if (n == 2 && !strncmp(s, "Tp", 2))
		put(l, ".%s", arrangements[((size + 1) & 3) + 4 * q]);
	else if (n == 2 && !strncmp(s, "Tb", 2))
		put(l, ".%s", arrangements[4 * q]);
	else if (n == 2 && !strncmp(s, "Tw", 2))
		put(l, ".%s", arrangements[2 + 4 * q]);
	else if (n == 1 && *s == 't')
		put(l, ".%c", "bhsd"[size]);
	else
		put(l, ".%.*s", (int)n, s);
}

/* "Rd|sp", "Wn", "Vd.T", "Fm": place and kind. False: not a register. */
static bool parse_register(const char *s, size_t n, unsigned *field)
{
	const char *place;

	if (n < 2 || !strchr("RWXBHSDQFLV", *s) || (place = strchr("dnma", s[1])) == NULL || !*place)
		return false;
	*field = s[1] == 'd' ? P_D : s[1] == 'n' ? P_N : s[1] == 'm' ? P_M : P_A;
	return n == 2 || (strchr("RWX", *s) ? n == 5 && !strncmp(s + 2, "|sp", 3) : *s == 'V' && s[2] == '.');
}

static void put_register(struct line *l, const struct insn *i, const char *s, size_t n)
{
	unsigned field, reg;

	parse_register(s, n, &field);
	reg = i->f[field];
	switch (*s) {
	case 'R': put_general(l, reg, i->size == 3, n == 5); break;
	case 'W': put_general(l, reg, false, n == 5); break;
	case 'X': put_general(l, reg, true, n == 5); break;
	case 'F': put(l, "%c%u", "bhsdq"[i->size], reg); break;
	case 'L': put(l, "%c%u", "bhsdq"[i->size + 1], reg); break;
	case 'V':
		put(l, "v%u", reg);
		if (n > 3)
			put_arrangement(l, i, s + 3, n - 3);
		break;
	default: put(l, "%c%u", *s - 'A' + 'a', reg);
	}
}

/* ---- everything else ------------------------------------------------------------------------------------------ */

static const char *const conditions[16] = {
	"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv",
};

static void put_imm(struct line *l, const struct insn *i)
{
	put(l, "#0x%llx", (unsigned long long)i->imm);
}

/* An immediate that `valid` has shifted, as it was before, and by how much (F_H). */
static void put_unshifted(struct line *l, const struct insn *i)
{
	put(l, "#0x%llx", (unsigned long long)(i->imm >> i->f[F_H]));
	if (i->f[F_H])
		put(l, ", lsl #%u", i->f[F_H]);
}

static void put_signed(struct line *l, const struct insn *i)
{
	put(l, "#%lld", (long long)i->imm);
}

/* An offset that is left out when it is zero. */
static void put_offset(struct line *l, const struct insn *i)
{
	if (i->imm)
		put(l, ", #%lld", (long long)i->imm);
}

static void put_label(struct line *l, const struct insn *i)
{
	put(l, "#0x%llx", (unsigned long long)(l->pc + i->imm));
}

static void put_page(struct line *l, const struct insn *i)
{
	put(l, "#0x%llx", (unsigned long long)((l->pc & ~0xfffull) + i->imm));
}

static void put_cond(struct line *l, const struct insn *i)
{
	put(l, "%s", conditions[i->f[F_C] & 15]);
}

static void put_inverted(struct line *l, const struct insn *i)
{
	put(l, "%s", conditions[(i->f[F_C] & 15) ^ 1]);
}

/* ", lsl #3": type in F_O, amount in F_H */
static void put_shift(struct line *l, const struct insn *i)
{
	static const char *const names[4] = {"lsl", "lsr", "asr", "ror"};

	if (i->f[F_O] || i->f[F_H])
		put(l, ", %s #%u", names[i->f[F_O] & 3], i->f[F_H]);
}

/* "w3, uxtw #2": option in F_O, amount in F_H. With SP the option that changes nothing is LSL (C6.2.4). */
static void put_extended(struct line *l, const struct insn *i)
{
	static const char *const names[8] = {"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"};
	bool lsl = i->f[F_O] == i->size && (i->f[F_D] == R_SP || i->f[F_N] == R_SP);

	put_general(l, i->f[F_M], i->size == 3 && (i->f[F_O] & 3) == 3, false);
	if (!lsl || i->f[F_H])
		put(l, ", %s", lsl ? "lsl" : names[i->f[F_O] & 7]);
	if (i->f[F_H])
		put(l, " #%u", i->f[F_H]);
}

/* "x3, lsl #2", "w3, sxtw": the index of a load or store. Option in F_O, amount in F_H, S in imm. */
static void put_address_index(struct line *l, const struct insn *i)
{
	static const char *const names[8] = {"", "", "uxtw", "lsl", "", "", "sxtw", "sxtx"};

	put_general(l, i->f[F_M], i->f[F_O] & 1, false);
	if (i->f[F_O] != 3 || i->imm)
		put(l, ", %s", names[i->f[F_O] & 7]);
	if (i->imm)
		put(l, " #%u", i->f[F_H]);
}

/* Acquire in F_H, release in F_C: "ldadd{order}b" */
static void put_order(struct line *l, const struct insn *i)
{
	put(l, "%s%s", i->f[F_H] ? "a" : "", i->f[F_C] ? "l" : "");
}

/* The second registers of CASP. */
static void put_m_next(struct line *l, const struct insn *i)
{
	put_general(l, i->f[F_M] + 1u, i->size == 3, false);
}

static void put_d_next(struct line *l, const struct insn *i)
{
	put_general(l, i->f[F_D] + 1u, i->size == 3, false);
}

/* The operation of PRFM in F_D (C6.2.247) */
static void put_prefetch(struct line *l, const struct insn *i)
{
	static const char *const types[4] = {"pld", "pli", "pst", NULL};
	unsigned op = i->f[F_D], level = op >> 1 & 3;

	if (types[op >> 3 & 3] && level < 3)
		put(l, "%sl%u%s", types[op >> 3 & 3], level + 1, op & 1 ? "strm" : "keep");
	else
		put(l, "#0x%x", op);
}

static void put_o(struct line *l, const struct insn *i)
{
	put(l, "#%u", i->f[F_O]);
}

static void put_h(struct line *l, const struct insn *i)
{
	put(l, "#%u", i->f[F_H]);
}

static void put_c(struct line *l, const struct insn *i)
{
	put(l, "#%u", i->f[F_C]);
}

static void put_index(struct line *l, const struct insn *i)
{
	put(l, "[%u]", i->f[F_H]);
}

/* ---- vectors ------------------------------------------------------------------------------------------------ */

/* Instructions that take the upper half: SADDL2. */
static void put_upper(struct line *l, const struct insn *i)
{
	put(l, i->f[F_Q] ? "2" : "");
}

/* A second index: F_C. */
static void put_index2(struct line *l, const struct insn *i)
{
	put(l, "[%u]", i->f[F_C]);
}

static void put_imm8(struct line *l, const struct insn *i)
{
	put(l, "#0x%x", i->f[F_O]);
}

/* n registers in a row from `reg` on. */
static void put_registers(struct line *l, const struct insn *i, unsigned reg, unsigned n, const char *arrangement)
{
	for (unsigned k = 0; k < n; k++) {
		put(l, "%sv%u", k ? ", " : "{", (reg + k) & 31);
		put_arrangement(l, i, arrangement, strlen(arrangement));
	}
	put(l, "}");
}

static void put_list(struct line *l, const struct insn *i)
{
	put_registers(l, i, i->f[F_D], i->f[F_C], "T");
}

static void put_element_list(struct line *l, const struct insn *i)
{
	put_registers(l, i, i->f[F_D], i->f[F_C], "t");
	put(l, "[%u]", i->f[F_H]);
}

static void put_table(struct line *l, const struct insn *i)
{
	put_registers(l, i, i->f[F_N], i->f[F_C] + 1u, "16b");
}

/* Post-index: register 31 stands for the number of bytes, in imm; 0: no post-index. */
static void put_post(struct line *l, const struct insn *i)
{
	if (i->f[F_M] < 31)
		put(l, ", x%u", i->f[F_M]);
	else if (i->imm)
		put(l, ", #%llu", (unsigned long long)i->imm);
}

/* A floating-point immediate: imm8 in F_H (VFPExpandImm), exact in eight decimals */
static void put_fimm(struct line *l, const struct insn *i)
{
	unsigned imm = i->f[F_H], exp = (imm >> 4 & 7) ^ 4; /* 2^(exp - 3) */
	u64 hundred_millionths = ((imm & 15) + 16) * 100000000ull / 128 << exp;

	put(l, "#%s%llu.%08llu", imm & 0x80 ? "-" : "", (unsigned long long)(hundred_millionths / 100000000),
		(unsigned long long)(hundred_millionths % 100000000));
}

/* MRS, MSR: the number without its top bit, which is 1 */
static void put_sysreg(struct line *l, const struct insn *i)
{
	char name[32];

	put(l, "%s", arm_sysreg_name((unsigned)i->imm | 0x8000, name, sizeof(name)));
}

/* SYS, SYSL, whole: by name if the operation has one */
/* op1, CRn, CRm, op2 */
static void put_sysnum(struct line *l, const struct insn *i)
{
	unsigned id = (unsigned)i->imm;

	put(l, "#%u, c%u, c%u, #%u", id >> 11 & 7, id >> 7 & 15, id >> 3 & 15, id & 7);
}

static void put_sysop(struct line *l, const struct insn *i)
{
	unsigned id = (unsigned)i->imm, rt = i->f[F_D];
	const struct sysop *op = rt == R_SINK ? NULL : a64_sysop_find(id);

	if (op && (op->operand || rt == R_ZR)) {
		put(l, "%s", op->name);
	} else {
		put(l, "sys #%u, c%u, c%u, #%u", id >> 11 & 7, id >> 7 & 15, id >> 3 & 15, id & 7);
		op = NULL;
	}
	if (!op && rt == R_ZR)
		return;
	if (!op)
		put(l, ",");
	if (!op || op->operand)
		put(l, rt == R_ZR ? " xzr" : " x%u", rt);
}

/* DMB, DSB */
static void put_barrier(struct line *l, const struct insn *i)
{
	static const char *const names[16] = {
		NULL, "oshld", "oshst", "osh", NULL, "nshld", "nshst", "nsh",
		NULL, "ishld", "ishst", "ish", NULL, "ld", "st", "sy",
	};

	if (names[i->imm & 15])
		put(l, "%s", names[i->imm & 15]);
	else
		put_imm(l, i);
}

/* ISB, CLREX: their usual operand is left out */
static void put_crm(struct line *l, const struct insn *i)
{
	if (i->imm != 15)
		put(l, " #0x%llx", (unsigned long long)i->imm);
}

static const struct operand {
	const char *name;
	void (*print)(struct line *l, const struct insn *i);
	u8 field; /* a general register that it shows, or P_COUNT */
} operands[] = {
	{"imm", put_imm, P_COUNT},        /* hexadecimal */
	{"imm<<", put_unshifted, P_COUNT}, /* and its shift */
	{"simm", put_signed, P_COUNT},    /* decimal, signed */
	{"offset", put_offset, P_COUNT},  /* with its comma; nothing when 0 */
	{"label", put_label, P_COUNT},    /* pc + imm */
	{"page", put_page, P_COUNT},      /* page of pc + imm */
	{"cond", put_cond, P_COUNT},
	{"!cond", put_inverted, P_COUNT},
	{"shift", put_shift, P_COUNT},    /* with its comma; F_O, F_H */
	{"ext", put_extended, P_M},       /* with its register; F_O, F_H */
	{"xindex", put_address_index, P_M},
	{"prfop", put_prefetch, P_COUNT},
	{"order", put_order, P_COUNT},
	{"Rm+1", put_m_next, P_COUNT},
	{"Rd+1", put_d_next, P_COUNT},
	{"o", put_o, P_COUNT},            /* the field as a number */
	{"h", put_h, P_COUNT},
	{"c", put_c, P_COUNT},
	{"index", put_index, P_COUNT},    /* of an element: F_H */
	{"fimm", put_fimm, P_COUNT},      /* floating point, from the imm8 in F_H */
	{"index2", put_index2, P_COUNT},  /* F_C */
	{"2", put_upper, P_COUNT},        /* part of the mnemonic */
	{"imm8", put_imm8, P_COUNT},      /* F_O, hexadecimal */
	{"list", put_list, P_COUNT},      /* F_C registers from F_D */
	{"elements", put_element_list, P_COUNT}, /* the same, element F_H of each */
	{"table", put_table, P_COUNT},    /* F_C + 1 registers from F_N */
	{"post", put_post, P_M},          /* with its comma */
	{"sysreg", put_sysreg, P_COUNT},
	{"sysop", put_sysop, P_D},        /* all of SYS */
	{"sysnum", put_sysnum, P_COUNT},  /* operands of SYSL */
	{"barrier", put_barrier, P_COUNT},
	{"crm", put_crm, P_COUNT},        /* with its space; nothing when 15 */
};

static const struct operand *find(const char *name, size_t length)
{
	for (unsigned k = 0; k < countof(operands); k++)
		if (strlen(operands[k].name) == length && !strncmp(operands[k].name, name, length))
			return &operands[k];
	return NULL;
}

bool a64_operand_known(const char *name, size_t length, unsigned *field, bool *general, bool *sp)
{
	const struct operand *o;

	if (parse_register(name, length, field)) {
		*general = strchr("RWX", *name) != NULL;
		*sp = *general && length == 5;
		return true;
	}
	o = find(name, length);
	*field = o ? o->field : P_COUNT;
	*general = *field < P_COUNT;
	*sp = false;
	return o != NULL;
}

unsigned a64_text(const struct arm_isa *isa, const struct insn *i, u64 pc, char *out, size_t size)
{
	struct line l = {out, size, 0, pc};
	const char *s = isa->rows[i->row]->text;
	unsigned field;

	assert(size);
	*out = 0;
	if (!i->row)
		put(&l, "udf #0x%llx", (unsigned long long)i->imm);
	for (; i->row && *s; s++) {
		const char *end = *s == '{' ? strchr(s, '}') : NULL;

		if (!end) {
			put(&l, "%c", *s);
			continue;
		}
		if (parse_register(s + 1, (size_t)(end - s - 1), &field))
			put_register(&l, i, s + 1, (size_t)(end - s - 1));
		else
			find(s + 1, (size_t)(end - s - 1))->print(&l, i);
		s = end;
	}
	return (unsigned)l.at;
}
