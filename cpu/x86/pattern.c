/* SPDX-License-Identifier: MIT */
/* Parses a row's encoding and operands at start-up, so that no code generator is needed and rows can be
 * written as the manual prints them: Intel SDM vol. 2, 3.1.1.1 (opcode column) and appendix A.2. */
#include "cpu/x86/pattern.h"

struct word {
	const char *at;
	unsigned len;
};

static bool is_blank(char ch)
{
	return ch == ' ';
}

/* Splits the next word off, ended by a blank; len 0 at the end. */
static struct word next_word(const char **s)
{
	struct word w;

	while (is_blank(**s))
		(*s)++;
	w.at = *s;
	while (**s && !is_blank(**s))
		(*s)++;
	w.len = (unsigned)(*s - w.at);
	return w;
}

static bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(w.at, s, w.len) == 0;
}

static int hex_digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'A' && ch <= 'F')
		return ch - 'A' + 10;
	return -1;
}

/* The byte that the word begins with, or -1. */
static int word_byte(struct word w)
{
	if (w.len < 2 || hex_digit(w.at[0]) < 0 || hex_digit(w.at[1]) < 0)
		return -1;
	return hex_digit(w.at[0]) << 4 | hex_digit(w.at[1]);
}

static void limit(struct x86_pattern *p, unsigned dimension, unsigned count, unsigned allowed)
{
	p->mask &= ~(((1u << count) - 1) << dimension) | allowed << dimension;
}

/* ---- encoding ---------------------------------------------------------------------------------------------- */

static const char *parse_vex_part(struct x86_pattern *p, struct word w)
{
	static const struct {
		const char *name;
		u8 dimension, count, allowed;
	} parts[] = {
		{ "128", KEY_L, 2, 1 }, { "256", KEY_L, 2, 2 }, { "L0", KEY_L, 2, 1 }, { "L1", KEY_L, 2, 2 },
		{ "LZ", KEY_L, 2, 1 }, { "LIG", KEY_L, 2, 3 }, { "W0", KEY_W, 2, 1 }, { "W1", KEY_W, 2, 2 },
		{ "WIG", KEY_W, 2, 3 }, { "NP", KEY_PFX, 4, 1 }, { "66", KEY_PFX, 4, 2 }, { "F3", KEY_PFX, 4, 4 },
		{ "F2", KEY_PFX, 4, 8 },
	};

	if (word_is(w, "0F"))
		p->map = MAP_VEX_0F;
	else if (word_is(w, "0F38"))
		p->map = MAP_VEX_0F38;
	else if (word_is(w, "0F3A"))
		p->map = MAP_VEX_0F3A;
	else {
		for (unsigned i = 0; i < countof(parts); i++)
			if (word_is(w, parts[i].name)) {
				limit(p, parts[i].dimension, parts[i].count, parts[i].allowed);
				return NULL;
			}
		return "unknown part of VEX";
	}
	return NULL;
}

/* "VEX.128.66.0F38.W0"; without a pp part no prefix is meant. */
static const char *parse_vex(struct x86_pattern *p, struct word w)
{
	const char *end = w.at + w.len, *wrong = NULL;

	w.at += 4;
	while (w.at < end && !wrong) {
		for (w.len = 0; w.at + w.len < end && w.at[w.len] != '.'; w.len++)
			;
		wrong = parse_vex_part(p, w);
		w.at += w.len + 1;
	}
	if ((p->mask >> KEY_PFX & 15) == 15)
		limit(p, KEY_PFX, 4, 1 << PFX_CLASS_NP);
	if (!wrong && p->map < MAP_VEX)
		wrong = "VEX without a map";
	return wrong;
}

/* Words before the opcode. Returns true if w is one. */
static bool parse_prefix(struct x86_pattern *p, struct word w, const char **wrong)
{
	if (word_is(w, "NP")) {
		limit(p, KEY_PFX, 4, 1 << PFX_CLASS_NP);
	} else if (word_is(w, "NFx")) {
		limit(p, KEY_PFX, 4, 1 << PFX_CLASS_NP | 1 << PFX_CLASS_66);
	} else if (word_is(w, "66")) {
		limit(p, KEY_PFX, 4, 1 << PFX_CLASS_66);
	} else if (word_is(w, "F3")) {
		limit(p, KEY_PFX, 4, 1 << PFX_CLASS_F3);
	} else if (word_is(w, "F2")) {
		limit(p, KEY_PFX, 4, 1 << PFX_CLASS_F2);
	} else if (word_is(w, "REX.W")) {
		limit(p, KEY_W, 2, 2);
		limit(p, KEY_MODE, 2, 2);
	} else if (word_is(w, "W0")) {
		limit(p, KEY_W, 2, 1);
	} else if (w.len > 4 && memcmp(w.at, "VEX.", 4) == 0) {
		*wrong = parse_vex(p, w);
	} else {
		return false;
	}
	return true;
}

/* "0F 38 xx" and so on: w is the first opcode byte; leaves the last one in p->opcode. */
static const char *parse_opcode(struct x86_pattern *p, struct word w, const char **s)
{
	int byte = word_byte(w);

	if (byte == 0x0f && p->map < MAP_VEX) {
		p->map = MAP_0F;
		w = next_word(s);
		byte = word_byte(w);
		if (byte == 0x38 || byte == 0x3a) {
			p->map = byte == 0x38 ? MAP_0F38 : MAP_0F3A;
			w = next_word(s);
			byte = word_byte(w);
		}
	}
	if (byte < 0)
		return "opcode byte expected";
	p->opcode = (u8)byte;
	p->nopcodes = 1;
	w.at += 2;
	w.len -= 2;
	if (word_is(w, "+r")) {
		p->plus_r = true;
		p->nopcodes = 8;
	} else if (word_is(w, "+cc")) {
		p->plus_cc = true;
		p->nopcodes = 16;
	} else if (w.len) {
		return "unknown suffix of the opcode";
	}
	return p->opcode & (p->nopcodes - 1) ? "opcode range is not aligned" : NULL;
}

/* A fixed byte after the opcode, or D8 C0+i. */
static const char *parse_fixed(struct x86_pattern *p, struct word w)
{
	int byte = word_byte(w);
	struct word rest = { w.at + 2, w.len - 2 };

	if (byte < 0xc0)
		return "a fixed byte must be a ModRM byte with mod 3";
	p->modrm = true;
	limit(p, KEY_MOD, 2, 2);
	limit(p, KEY_REG, 8, 1u << (byte >> 3 & 7));
	if (word_is(rest, "+i"))
		return byte & 7 ? "+i must start at rm 0" : NULL;
	limit(p, KEY_RM, 8, 1u << (byte & 7));
	return rest.len ? "unknown suffix of a fixed byte" : NULL;
}

static const char *parse_imm(struct x86_pattern *p, struct word w)
{
	static const struct {
		const char *name;
		u8 imm;
	} kinds[] = {
		{ "ib", IMM_B }, { "iw", IMM_W }, { "id", IMM_D }, { "io", IMM_Q }, { "iz", IMM_Z }, { "iv", IMM_V },
		{ "cb", IMM_B }, { "cz", IMM_Z }, { "cp", IMM_P }, { "mo", IMM_O },
	};

	for (unsigned i = 0; i < countof(kinds); i++)
		if (word_is(w, kinds[i].name)) {
			if (p->imm[1])
				return "more than two immediates";
			p->imm[p->imm[0] ? 1 : 0] = kinds[i].imm;
			return NULL;
		}
	return "unknown word in the encoding";
}

static const char *parse_after_opcode(struct x86_pattern *p, struct word w)
{
	if (word_is(w, "/r")) {
		p->modrm = true;
	} else if (w.len == 2 && w.at[0] == '/' && w.at[1] >= '0' && w.at[1] <= '7') {
		p->modrm = true;
		limit(p, KEY_REG, 8, 1u << (w.at[1] - '0'));
	} else if (word_is(w, "mod=11")) {
		limit(p, KEY_MOD, 2, 2);
	} else if (word_is(w, "mod!=11")) {
		limit(p, KEY_MOD, 2, 1);
	} else if (word_byte(w) >= 0) {
		return p->modrm ? "a second ModRM byte" : parse_fixed(p, w);
	} else {
		return parse_imm(p, w);
	}
	return NULL;
}

static const char *parse_encoding(struct x86_pattern *p, const char *s)
{
	const char *wrong = NULL;
	struct word w = next_word(&s);

	while (w.len && p->map < MAP_VEX && !wrong && parse_prefix(p, w, &wrong))
		w = next_word(&s);
	if (!wrong)
		wrong = parse_opcode(p, w, &s);
	for (w = next_word(&s); w.len && !wrong; w = next_word(&s))
		wrong = parse_after_opcode(p, w);
	return wrong;
}

/* ---- operands ---------------------------------------------------------------------------------------------- */

static bool parse_width(struct word w, u8 *width)
{
	static const struct {
		const char *name;
		u8 width;
	} widths[] = {
		{ "", WIDTH_NONE }, { "b", WIDTH_B }, { "w", WIDTH_W }, { "d", WIDTH_D }, { "q", WIDTH_Q }, { "dq", WIDTH_DQ },
		{ "v", WIDTH_V }, { "y", WIDTH_Y }, { "z", WIDTH_Z }, { "p", WIDTH_P }, { "a", WIDTH_A }, { "s", WIDTH_S },
		{ "f32", WIDTH_F32 }, { "f64", WIDTH_F64 }, { "f80", WIDTH_F80 }, { "i16", WIDTH_I16 }, { "i32", WIDTH_I32 },
		{ "i64", WIDTH_I64 }, { "bcd", WIDTH_BCD }, { "env", WIDTH_ENV }, { "fx", WIDTH_FX },
	};

	for (unsigned i = 0; i < countof(widths); i++)
		if (word_is(w, widths[i].name)) {
			*width = widths[i].width;
			return true;
		}
	return false;
}

static bool parse_named_operand(struct x86_operand *o, struct word w)
{
	static const struct {
		const char *name;
		struct x86_operand operand;
	} names[] = {
		{ "al", { AT_FIXED, WIDTH_B, R_AX } }, { "cl", { AT_FIXED, WIDTH_B, R_CX } },
		{ "ax", { AT_FIXED, WIDTH_W, R_AX } }, { "dx", { AT_FIXED, WIDTH_W, R_DX } },
		{ "eax", { AT_FIXED, WIDTH_Z, R_AX } }, { "rax", { AT_FIXED, WIDTH_V, R_AX } },
		{ "es", { AT_FIXED_SEG, WIDTH_NONE, S_ES } }, { "cs", { AT_FIXED_SEG, WIDTH_NONE, S_CS } },
		{ "ss", { AT_FIXED_SEG, WIDTH_NONE, S_SS } }, { "ds", { AT_FIXED_SEG, WIDTH_NONE, S_DS } },
		{ "fs", { AT_FIXED_SEG, WIDTH_NONE, S_FS } }, { "gs", { AT_FIXED_SEG, WIDTH_NONE, S_GS } },
		{ "1", { AT_ONE, WIDTH_NONE, 0 } }, { "st", { AT_ST, WIDTH_NONE, 0 } }, { "sti", { AT_STI, WIDTH_NONE, 0 } },
		{ "xmm0", { AT_XMM0, WIDTH_NONE, 0 } },
	};

	for (unsigned i = 0; i < countof(names); i++)
		if (word_is(w, names[i].name)) {
			*o = names[i].operand;
			return true;
		}
	return false;
}

static bool parse_operand(struct x86_operand *o, struct word w)
{
	static const struct {
		char letter;
		u8 place;
	} places[] = {
		{ 'E', AT_E }, { 'M', AT_M }, { 'R', AT_R }, { 'G', AT_G }, { 'Z', AT_Z }, { 'S', AT_S }, { 'C', AT_C },
		{ 'D', AT_D }, { 'I', AT_I }, { 'J', AT_J }, { 'A', AT_A }, { 'O', AT_O }, { 'X', AT_X }, { 'Y', AT_Y },
		{ 'B', AT_B }, { 'P', AT_P }, { 'Q', AT_Q }, { 'N', AT_N }, { 'V', AT_V }, { 'W', AT_W }, { 'U', AT_U },
		{ 'H', AT_H },
	};

	if (parse_named_operand(o, w))
		return true;
	if (w.len > 1 && w.at[0] == 's' && w.at[1] == 'I') {
		o->place = AT_SI;
		w.at += 2;
		w.len -= 2;
		return parse_width(w, &o->width);
	}
	for (unsigned i = 0; w.len && i < countof(places); i++)
		if (w.at[0] == places[i].letter) {
			o->place = places[i].place;
			w.at++;
			w.len--;
			return parse_width(w, &o->width);
		}
	o->place = AT_X87_MEM;
	return parse_width(w, &o->width) && o->width >= WIDTH_F32;
}

static const char *parse_operands(struct x86_pattern *p, const char *text)
{
	struct word w = next_word(&text);

	if (!w.len)
		return "no mnemonic";
	w = next_word(&text);
	while (w.len) {
		struct word one = { w.at, 0 };

		while (one.len < w.len && w.at[one.len] != ',')
			one.len++;
		if (p->noperands == countof(p->op))
			return "too many operands";
		if (!parse_operand(&p->op[p->noperands++], one))
			return "unknown operand";
		w.at += one.len + (one.len < w.len);
		w.len -= one.len + (one.len < w.len);
	}
	return next_word(&text).len ? "operands end in a blank" : NULL;
}

/* ---- what follows from the operands ------------------------------------------------------------------------ */

static unsigned width_size(unsigned width)
{
	switch (width) {
	case WIDTH_B: return 0;
	case WIDTH_W: case WIDTH_I16: return 1;
	case WIDTH_D: case WIDTH_F32: case WIDTH_I32: return 2;
	case WIDTH_Q: case WIDTH_F64: case WIDTH_I64: return 3;
	case WIDTH_DQ: case WIDTH_F80: case WIDTH_BCD: return 4;
	case WIDTH_Z: case WIDTH_ENV: return SIZE_Z;
	case WIDTH_Y: return SIZE_Y;
	default: return SIZE_V;
	}
}

/* Rank of an operand for naming the operand size, 0: has no say. See isa.h. */
static unsigned size_rank(const struct x86_operand *o)
{
	switch (o->place) {
	case AT_E: case AT_M: case AT_R: return 9;
	case AT_Z: return 8;
	case AT_G: return 7;
	case AT_FIXED: return o->reg == R_AX ? 6 : 0; /* CL is a count, DX a port */
	case AT_X: case AT_Y: return 6;
	case AT_S: return 5;
	case AT_Q: case AT_W: case AT_X87_MEM: return 4;
	case AT_N: case AT_U: return 3;
	default: return 0;
	}
}

static u8 pattern_size(const struct x86_pattern *p, u32 attr)
{
	unsigned best = 0, size = SIZE_V;

	if (attr & SIZE8)
		return 0;
	for (unsigned i = 0; i < p->noperands; i++)
		if (size_rank(&p->op[i]) && p->op[i].width && width_size(p->op[i].width) == SIZE_V)
			return SIZE_V;
	for (unsigned i = 0; i < p->noperands; i++)
		if (p->op[i].width && size_rank(&p->op[i]) > best) {
			best = size_rank(&p->op[i]);
			size = width_size(p->op[i].width);
		}
	return (u8)size;
}

static const char *apply_operand(struct x86_pattern *p, const struct x86_operand *o, unsigned *nimm)
{
	u8 general = o->width == WIDTH_B ? REG_BYTE : REG_PLAIN;

	switch (o->place) {
	case AT_R:
	case AT_N:
	case AT_U:
		if (!p->ends_in_reg)
			limit(p, KEY_MOD, 2, 2);
		p->rm_kind = o->place == AT_R ? general : o->place == AT_N ? REG_LOW3 : REG_PLAIN;
		break;
	case AT_M:
	case AT_X87_MEM:
		limit(p, KEY_MOD, 2, 1);
		break;
	case AT_E: p->rm_kind = general; break;
	case AT_Z: p->rm_kind = general; return p->plus_r ? NULL : "Z without +r";
	case AT_Q: case AT_STI: p->rm_kind = REG_LOW3; break;
	case AT_G: p->reg_kind = general; break;
	case AT_P: p->reg_kind = REG_LOW3; break;
	case AT_S: p->reg_kind = REG_SEGMENT; break;
	case AT_C: p->reg_kind = REG_CONTROL; break;
	case AT_D: p->reg_kind = REG_DEBUG; break;
	case AT_B: case AT_H: p->uses_vvvv = true; return p->map < MAP_VEX ? "vvvv without VEX" : NULL;
	case AT_I:
	case AT_SI:
	case AT_J:
	case AT_A:
	case AT_O:
		if (*nimm == 2 || !p->imm[*nimm])
			return "immediate operand without an immediate";
		p->simm[*nimm] = o->place == AT_SI || o->place == AT_J || p->imm[*nimm] == IMM_Z;
		++*nimm;
		return NULL;
	case AT_V: case AT_W: break;
	default: return NULL;
	}
	return p->modrm || o->place == AT_Z ? NULL : "operand needs ModRM";
}

static const char *apply_operands(struct x86_pattern *p, const struct insn_row *row)
{
	unsigned nimm = 0;
	const char *wrong = NULL;

	for (unsigned i = 0; i < p->noperands; i++)
		p->ends_in_reg |= p->op[i].place == AT_C || p->op[i].place == AT_D;
	for (unsigned i = 0; i < p->noperands && !wrong; i++)
		wrong = apply_operand(p, &p->op[i], &nimm);
	if (row->attr & NO64)
		limit(p, KEY_MODE, 2, 1);
	if (row->attr & ONLY64)
		limit(p, KEY_MODE, 2, 2);
	/* 90 is NOP only without REX.B, which makes it XCHG R8, rAX (SDM vol. 2, XCHG; 3.1.1.1 on +r). */
	if ((row->attr & OVERRIDES) && !p->modrm && !p->plus_r)
		limit(p, KEY_REX_B, 2, 1);
	p->size = pattern_size(p, row->attr);
	/* insn has no room for these beside a displacement */
	if (!wrong && p->modrm && (p->mask & KEY(KEY_MOD, 0)) &&
		(p->imm[0] >= IMM_V || p->imm[0] == IMM_Q || p->imm[1]))
		wrong = "long immediate with a memory operand";
	return wrong;
}

const char *x86_pattern_parse(struct x86_pattern *p, const struct insn_row *row)
{
	const char *wrong;

	*p = (struct x86_pattern){ .mask = ~0u };
	wrong = parse_encoding(p, row->enc);
	if (!wrong)
		wrong = parse_operands(p, row->text);
	if (!wrong)
		wrong = apply_operands(p, row);
	return wrong;
}

/* ---- relations --------------------------------------------------------------------------------------------- */

static bool same_opcode(const struct x86_pattern *a, const struct x86_pattern *b)
{
	return a->map == b->map && a->opcode < b->opcode + b->nopcodes && b->opcode < a->opcode + a->nopcodes;
}

bool x86_pattern_overlaps(const struct x86_pattern *a, const struct x86_pattern *b)
{
	static const u8 dimensions[][2] = {
		{ KEY_PFX, 4 }, { KEY_W, 2 }, { KEY_L, 2 }, { KEY_MODE, 2 }, { KEY_REG, 8 }, { KEY_REX_B, 2 },
	};
	u32 both = a->mask & b->mask;

	if (!same_opcode(a, b))
		return false;
	for (unsigned i = 0; i < countof(dimensions); i++)
		if (!bits(both, dimensions[i][0], dimensions[i][1]))
			return false;
	return bits(both, KEY_MOD, 1) || (bits(both, KEY_MOD, 2) && bits(both, KEY_RM, 8));
}

bool x86_pattern_narrower(const struct x86_pattern *a, const struct x86_pattern *b)
{
	if (!same_opcode(a, b) || a->nopcodes > b->nopcodes || (a->mask & ~b->mask))
		return false;
	return a->mask != b->mask || a->nopcodes < b->nopcodes;
}
