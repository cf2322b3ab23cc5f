/* SPDX-License-Identifier: MIT */
/* The list of instruction groups, and the table that the decoder looks opcodes up in: made once per
 * processor from the rows, checked for overlaps and unreachable rows. DESIGN.md section 1, idea 1;
 * opcode maps: Intel SDM vol. 2, 2.1.2 and appendix A. */
#include "cpu/x86/pattern.h"

#include <stdio.h>
#include <stdlib.h>

extern const struct insn_group x86_group_alu, x86_group_shift, x86_group_muldiv, x86_group_bit, x86_group_move,
	x86_group_exchange, x86_group_stack, x86_group_jump, x86_group_string, x86_group_flagops,
	x86_group_bcd, x86_group_io, x86_group_segload, x86_group_far, x86_group_system, x86_group_msr,
	x86_group_bmi, x86_group_control, x86_group_crypto, x86_group_debug, x86_group_iret, x86_group_mmx,
	x86_group_smm, x86_group_sse_compare, x86_group_sse_convert, x86_group_sse_element, x86_group_sse_fp,
	x86_group_sse_int_arith, x86_group_sse_int_logic, x86_group_sse_move, x86_group_sse_shuffle,
	x86_group_sse_string, x86_group_syscall, x86_group_trap, x86_group_x87_arith, x86_group_x87_compare,
	x86_group_x87_control, x86_group_x87_move, x86_group_x87_trans, x86_group_xsave;

const struct insn_group *const x86_groups[] = {
	&x86_group_alu, &x86_group_shift, &x86_group_muldiv, &x86_group_bit, &x86_group_move,
	&x86_group_exchange, &x86_group_stack, &x86_group_jump, &x86_group_string, &x86_group_flagops,
	&x86_group_bcd, &x86_group_io, &x86_group_segload, &x86_group_far, &x86_group_system, &x86_group_msr,
	&x86_group_bmi, &x86_group_control, &x86_group_crypto, &x86_group_debug, &x86_group_iret,
	&x86_group_mmx, &x86_group_smm, &x86_group_sse_compare, &x86_group_sse_convert, &x86_group_sse_element,
	&x86_group_sse_fp, &x86_group_sse_int_arith, &x86_group_sse_int_logic, &x86_group_sse_move,
	&x86_group_sse_shuffle, &x86_group_sse_string, &x86_group_syscall, &x86_group_trap,
	&x86_group_x87_arith, &x86_group_x87_compare, &x86_group_x87_control, &x86_group_x87_move,
	&x86_group_x87_trans, &x86_group_xsave, NULL,
};

static const struct insn_row row_bad = { .enc = "", .text = "(bad)", .exec = SIZES1(x86_exec_ud), .attr = ENDS_BLOCK };
static const struct insn_row row_too_long = {
	.enc = "", .text = "(too long)", .exec = SIZES1(x86_exec_toolong), .attr = ENDS_BLOCK,
};

/* A row that can't be used is our bug, found by the first start: say which one, then stop. */
static void check(bool ok, const struct insn_row *row, const char *wrong, const struct insn_row *other)
{
	if (!ok)
		fprintf(stderr, "x86 row \"%s\" %s: %s %s%s%s%s\n", row->enc, row->text, wrong, other ? "\"" : "",
			other ? other->enc : "", other ? "\" " : "", other ? other->text : "");
	assert(ok);
}

/* Some encoding of row k is left over by the narrower rows of its opcode. */
static bool reachable(const struct x86_isa *isa, unsigned k, unsigned map, unsigned opcode)
{
	const struct x86_pattern *p = &isa->pattern[k];
	const u16 *other = &isa->candidate[isa->opcode[map][opcode].first];
	bool any = false;

	for (unsigned n = 0; other[n] != k && !any; n++)
		any = x86_pattern_overlaps(&isa->pattern[other[n]], p);
	if (!any)
		return true;
	for (unsigned rest = 0; rest < 1u << 13; rest++) {
		u32 key = KEY(KEY_PFX, rest & 3) | KEY(KEY_W, rest >> 2 & 1) | KEY(KEY_L, rest >> 3 & 1) |
			KEY(KEY_MODE, rest >> 4 & 1) | KEY(KEY_MOD, rest >> 5 & 1) | KEY(KEY_REG, rest >> 6 & 7) |
			KEY(KEY_REX_B, rest >> 12 & 1);
		unsigned n = 0;

		if (rest >> 5 & 1)
			key |= KEY(KEY_RM, rest >> 9 & 7);
		if (map < MAP_VEX && !(key & KEY(KEY_MODE, 1)) && (key & (KEY(KEY_W, 1) | KEY(KEY_REX_B, 1))))
			continue; /* there is no REX outside 64-bit mode */
		while (other[n] != k && (key & ~isa->pattern[other[n]].mask))
			n++;
		if (other[n] == k && !(key & ~p->mask))
			return true;
	}
	return false;
}

/* Rows k and l share an opcode. */
static void check_pair(const struct x86_isa *isa, unsigned k, unsigned l)
{
	const struct x86_pattern *a = &isa->pattern[k], *b = &isa->pattern[l];
	const struct insn_row *row = isa->rows[k], *other = isa->rows[l];

	check(a->modrm == b->modrm, row, "has a ModRM byte or none, unlike", other);
	if (!x86_pattern_overlaps(a, b))
		return;
	if (x86_pattern_narrower(a, b))
		check(row->attr & OVERRIDES, row, "needs OVERRIDES because it lies in", other);
	else
		check((other->attr & OVERRIDES) && x86_pattern_narrower(b, a), row, "overlaps", other);
}

static unsigned count_bits(u32 v)
{
	unsigned n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

/* A narrower row has fewer bits in its mask, or as many and fewer opcodes: that is the order of candidates. */
static unsigned breadth(const struct x86_pattern *p)
{
	return count_bits(p->mask) * 32 + p->nopcodes;
}

static void add_candidate(struct x86_isa *isa, unsigned map, unsigned opcode, unsigned k)
{
	unsigned n = isa->opcode[map][opcode].count++;
	u16 *list = &isa->candidate[isa->opcode[map][opcode].first];

	for (unsigned l = 0; l < n; l++)
		check_pair(isa, k, list[l]);
	for (; n && breadth(&isa->pattern[list[n - 1]]) > breadth(&isa->pattern[k]); n--)
		list[n] = list[n - 1];
	list[n] = (u16)k;
}

static void index_opcodes(struct x86_isa *isa)
{
	unsigned total = 0;

	for (unsigned k = ROW_FIRST; k < isa->nrows; k++)
		for (unsigned n = 0; n < isa->pattern[k].nopcodes; n++)
			isa->opcode[isa->pattern[k].map][isa->pattern[k].opcode + n].first++;
	for (unsigned map = 0; map < MAP_COUNT; map++)
		for (unsigned op = 0; op < 256; op++) {
			unsigned count = isa->opcode[map][op].first;

			isa->opcode[map][op].first = (u16)total;
			total += count;
		}
	isa->candidate = calloc(total + 1, sizeof(*isa->candidate));
	assert(isa->candidate && total < 0x10000);
	for (unsigned k = ROW_FIRST; k < isa->nrows; k++)
		for (unsigned n = 0; n < isa->pattern[k].nopcodes; n++)
			add_candidate(isa, isa->pattern[k].map, isa->pattern[k].opcode + n, k);
	for (unsigned map = 0; map < MAP_COUNT; map++)
		for (unsigned op = 0; op < 256; op++)
			for (unsigned n = 0; n < isa->opcode[map][op].count; n++) {
				unsigned k = isa->candidate[isa->opcode[map][op].first + n];

				check(reachable(isa, k, map, op), isa->rows[k], "is never reached", NULL);
			}
}

/* A size and form that the row can decode to must have its exec. */
static void check_execs(const struct insn_row *row, const struct x86_pattern *p)
{
	unsigned lo = p->size == SIZE_V || p->size == SIZE_Z ? 1 : p->size == SIZE_Y ? 2 : min_uint(p->size, 3);
	unsigned hi = p->size == SIZE_V || p->size == SIZE_Y ? 3 : p->size == SIZE_Z ? 2 : lo;

	if (hi == 3 && lo < 3 && !(p->mask & KEY(KEY_MODE, 1)))
		hi = 2;
	for (unsigned size = lo; size <= hi; size++) {
		if (p->modrm && !p->ends_in_reg && (p->mask & KEY(KEY_MOD, 0)))
			check(row->exec[size], row, "has no exec for memory", NULL);
		if (!p->modrm || p->ends_in_reg || (p->mask & KEY(KEY_MOD, 1)))
			check(row->exec[size + 4], row, "has no exec for a register", NULL);
	}
}

struct x86_isa *x86_isa_new(const struct insn_group *const *groups)
{
	struct x86_isa *isa = calloc(1, sizeof(*isa));
	unsigned k = ROW_FIRST;

	assert(isa);
	isa->nrows = ROW_FIRST;
	for (unsigned g = 0; groups[g]; g++)
		isa->nrows += groups[g]->nrows;
	isa->rows = calloc(isa->nrows, sizeof(*isa->rows));
	isa->pattern = calloc(isa->nrows, sizeof(*isa->pattern));
	assert(isa->rows && isa->pattern && isa->nrows < 0x10000);
	isa->rows[ROW_BAD] = &row_bad;
	isa->rows[ROW_TOO_LONG] = &row_too_long;
	for (unsigned g = 0; groups[g]; g++)
		for (unsigned n = 0; n < groups[g]->nrows; n++, k++) {
			const struct insn_row *row = &groups[g]->rows[n];
			const char *wrong = x86_pattern_parse(&isa->pattern[k], row);

			check(!wrong, row, wrong, NULL);
			check_execs(row, &isa->pattern[k]);
			isa->rows[k] = row;
		}
	index_opcodes(isa);
	return isa;
}

void x86_isa_free(struct x86_isa *isa)
{
	if (!isa)
		return;
	free(isa->rows);
	free(isa->pattern);
	free(isa->candidate);
	free(isa);
}

const struct insn_row *const *x86_rows(const struct cpu *cpu, unsigned *n)
{
	const struct x86_isa *isa = ((const struct x86 *)(const void *)cpu)->isa;

	*n = isa->nrows;
	return isa->rows;
}

const struct insn_row *x86_row_of(const struct x86_isa *isa, const struct insn *i)
{
	return isa->rows[i->row];
}
