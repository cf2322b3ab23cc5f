/* SPDX-License-Identifier: MIT */
/* The list of instruction groups, and the index that the decoder looks words up in: made once per processor from the
 * rows that its features allow, checked for overlaps and rows that are never reached. DESIGN.md section 1, idea 1;
 * Arm ARM C4.1, the A64 encoding index. */
#include "cpu/arm/a64/pattern.h"

#include <stdio.h>
#include <stdlib.h>

/* A line for each file; the order does not matter. */
extern const struct insn_group a64_group_dp_imm, a64_group_dp_reg_logical, a64_group_dp_reg_add,
	a64_group_dp_reg_select;
extern const struct insn_group a64_group_branch, a64_group_exception, a64_group_system, a64_group_pauth;
extern const struct insn_group a64_group_ldst, a64_group_ldst_index, a64_group_ldst_pair, a64_group_ldst_order,
	a64_group_ldst_atomic;
extern const struct insn_group a64_group_fp_convert, a64_group_fp_unary, a64_group_fp_arith, a64_group_fp_compare;
extern const struct insn_group a64_group_simd_fp_same, a64_group_simd_fp_pair, a64_group_simd_fp_unary,
	a64_group_simd_fp_convert, a64_group_simd_fp_element, a64_group_simd_fp_complex;
extern const struct insn_group a64_group_simd_ldst, a64_group_simd_copy, a64_group_simd_permute, a64_group_simd_imm,
	a64_group_simd_three_same, a64_group_simd_saturate, a64_group_simd_widen, a64_group_simd_narrow,
	a64_group_simd_two_reg, a64_group_simd_shift_imm, a64_group_simd_by_element, a64_group_crypto,
	a64_group_crypto_sm;

const struct insn_group *const a64_groups[] = {
	&a64_group_dp_imm, &a64_group_dp_reg_logical, &a64_group_dp_reg_add, &a64_group_dp_reg_select,
	&a64_group_branch, &a64_group_exception, &a64_group_system, &a64_group_pauth,
	&a64_group_ldst, &a64_group_ldst_index, &a64_group_ldst_pair, &a64_group_ldst_order, &a64_group_ldst_atomic,
	&a64_group_fp_convert, &a64_group_fp_unary, &a64_group_fp_arith, &a64_group_fp_compare,
	&a64_group_simd_fp_same, &a64_group_simd_fp_pair, &a64_group_simd_fp_unary,
	&a64_group_simd_fp_convert, &a64_group_simd_fp_element, &a64_group_simd_fp_complex,
	&a64_group_simd_ldst, &a64_group_simd_copy, &a64_group_simd_permute, &a64_group_simd_imm,
	&a64_group_simd_three_same, &a64_group_simd_saturate, &a64_group_simd_widen, &a64_group_simd_narrow,
	&a64_group_simd_two_reg, &a64_group_simd_shift_imm, &a64_group_simd_by_element, &a64_group_crypto,
	&a64_group_crypto_sm,
	NULL,
};

static const struct insn_row row_undefined = {
	.enc = "", .text = "udf", .exec = {a64_exec_undefined}, .attr = ENDS_BLOCK,
};

static void check(bool ok, const struct insn_row *row, const char *wrong, const struct insn_row *other)
{
	if (!ok)
		fprintf(stderr, "a64 row \"%s\" %s: %s%s%s%s%s\n", row->enc, row->text, wrong, other ? " \"" : "",
			other ? other->enc : "", other ? "\" " : "", other ? other->text : "");
	assert(ok);
}

static unsigned count_bits(u32 v)
{
	unsigned n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

/* Every word that k has in this slot is taken by one narrower row that never says no. */
static bool hidden(const struct arm_isa *isa, const u16 *list, unsigned k, u32 slot)
{
	for (; *list != k; list++) {
		const struct a64_pattern *p = &isa->pattern[*list];
		u32 free = p->mask & ~isa->pattern[k].mask & (u32)mask_low(A64_INDEX_SHIFT);

		if (!isa->rows[*list]->valid && !free && a64_pattern_overlaps(p, &isa->pattern[k]) &&
			!((slot << A64_INDEX_SHIFT ^ p->value) & p->mask & ~(u32)mask_low(A64_INDEX_SHIFT)))
			return true;
	}
	return false;
}

/* Both are candidates for one slot. A row that lies in another one is a special case, and says so. */
static void check_pair(const struct arm_isa *isa, unsigned k, unsigned l)
{
	const struct a64_pattern *a = &isa->pattern[k], *b = &isa->pattern[l];
	const struct insn_row *row = isa->rows[k], *other = isa->rows[l];

	if (!a64_pattern_overlaps(a, b))
		return;
	if (a64_pattern_inside(a, b) && (a->mask != b->mask || row->attr & OVERRIDES))
		check(row->attr & OVERRIDES, row, "needs OVERRIDES because it lies in", other);
	else
		check((other->attr & OVERRIDES) && a64_pattern_inside(b, a), row, "overlaps", other);
}

static bool in_slot(const struct a64_pattern *p, u32 slot)
{
	u32 top = ~(u32)mask_low(A64_INDEX_SHIFT);

	return !((slot << A64_INDEX_SHIFT ^ p->value) & p->mask & top);
}

/* A narrower row has more fixed bits: that is the order of candidates. Equally wide: OVERRIDES first. */
static unsigned narrowness(const struct arm_isa *isa, unsigned k)
{
	return count_bits(isa->pattern[k].mask) * 2 + !!(isa->rows[k]->attr & OVERRIDES);
}

static void index_slot(struct arm_isa *isa, u32 slot, u16 *list)
{
	unsigned n = 0;

	for (unsigned k = 1; k < isa->nrows; k++) {
		unsigned at = n;

		if (!in_slot(&isa->pattern[k], slot))
			continue;
		for (unsigned l = 0; l < n; l++)
			check_pair(isa, k, list[l]);
		for (; at && narrowness(isa, list[at - 1]) < narrowness(isa, k); at--)
			list[at] = list[at - 1];
		list[at] = (u16)k;
		n++;
	}
}

static void index_words(struct arm_isa *isa)
{
	bool *reached = calloc(isa->nrows, sizeof(*reached));

	isa->first = calloc(A64_INDEX_SIZE + 1, sizeof(*isa->first));
	assert(isa->first && reached);
	for (u32 slot = 0; slot < A64_INDEX_SIZE; slot++) {
		isa->first[slot + 1] = isa->first[slot];
		for (unsigned k = 1; k < isa->nrows; k++)
			isa->first[slot + 1] += in_slot(&isa->pattern[k], slot);
	}
	isa->candidate = calloc(isa->first[A64_INDEX_SIZE] + 1, sizeof(*isa->candidate));
	assert(isa->candidate);
	for (u32 slot = 0; slot < A64_INDEX_SIZE; slot++) {
		u16 *list = &isa->candidate[isa->first[slot]];

		index_slot(isa, slot, list);
		for (u32 n = isa->first[slot]; n < isa->first[slot + 1]; n++)
			if (!hidden(isa, list, isa->candidate[n], slot))
				reached[isa->candidate[n]] = true;
	}
	for (unsigned k = 1; k < isa->nrows; k++)
		check(reached[k], isa->rows[k], "is never reached", NULL);
	free(reached);
}

static bool has_feature(const u64 features[2], unsigned f)
{
	return f == FEAT_NONE || (features[f / 64] >> f % 64 & 1);
}

struct arm_isa *a64_isa_new(const struct insn_group *const *groups, const u64 features[2])
{
	struct arm_isa *isa = calloc(1, sizeof(*isa));
	unsigned total = 1;

	assert(isa);
	for (unsigned g = 0; groups[g]; g++)
		total += groups[g]->nrows;
	assert(total < 0x10000);
	isa->rows = calloc(total, sizeof(*isa->rows));
	isa->pattern = calloc(total, sizeof(*isa->pattern));
	assert(isa->rows && isa->pattern);
	isa->features[0] = features[0];
	isa->features[1] = features[1];
	isa->rows[0] = &row_undefined;
	isa->nrows = 1;
	for (unsigned g = 0; groups[g]; g++)
		for (unsigned r = 0; r < groups[g]->nrows; r++) {
			const struct insn_row *row = &groups[g]->rows[r];
			struct a64_pattern parsed;

			a64_pattern_parse(row, &parsed); /* also if the processor lacks it */
			if (!has_feature(features, row->feature))
				continue;
			isa->pattern[isa->nrows] = parsed;
			isa->rows[isa->nrows++] = row;
		}
	index_words(isa);
	return isa;
}

void a64_isa_free(struct arm_isa *isa)
{
	if (!isa)
		return;
	free(isa->rows);
	free(isa->pattern);
	free(isa->first);
	free(isa->candidate);
	free(isa);
}

const struct insn_row *const *a64_rows(const struct cpu *cpu, unsigned *n)
{
	const struct arm_isa *isa = ((const struct arm *)(const void *)cpu)->isa;

	*n = isa->nrows;
	return isa->rows;
}

const struct insn_row *a64_row_of(const struct arm_isa *isa, const struct insn *i)
{
	return isa->rows[i->row];
}
