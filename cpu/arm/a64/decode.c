/* SPDX-License-Identifier: MIT */
/* A word to a decoded instruction: finds the row, takes its fields, chooses the handler. Arm ARM C4.1. */
#include "cpu/arm/a64/pattern.h"

void a64_exec_undefined(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	arm_undefined(arm_from(cpu));
}

void a64_exec_fp_trap(struct cpu *cpu, const struct insn *i)
{
	(void)i;
	arm_fp_trap(arm_from(cpu));
}

/* ftype (C4.1, floating-point data-processing): 10 is reserved. */
static bool size_of_ftype(u32 ftype, struct insn *out)
{
	static const u8 size[4] = {2, 3, 0, 1};

	out->size = size[ftype];
	return ftype != 2;
}

/* One field; false: reserved. */
static bool take_field(const struct a64_pattern *p, unsigned f, u32 word, struct insn *out)
{
	u32 v = a64_field_get(&p->field[f], word);

	switch (f) {
	case P_D: case P_N: case P_M: case P_A:
		out->f[f] = (u8)(v == 31 ? p->map31[f] : v);
		break;
	case P_O: out->f[F_O] = (u8)v; break;
	case P_H: out->f[F_H] = (u8)v; break;
	case P_C: out->f[F_C] = (u8)v; break;
	case P_Q: out->f[F_Q] = (u8)v; break;
	case P_I: out->imm = v; break;
	case P_J: out->imm = out->imm << p->field[P_J].width | v; break;
	case P_S: out->size = (u8)(p->field[P_S].width == 1 ? 2 + v : v); break;
	case P_Z: out->size = (u8)(2 + v); break;
	default: return size_of_ftype(v, out);
	}
	return true;
}

/* The index into exec. */
static unsigned form_of(const struct a64_pattern *p, const struct insn_row *row, const struct insn *i)
{
	bool second = row->attr & BASE_FORMS ? i->f[F_N] == R_SP : p->field[P_Q].width && (i->f[F_Q] & 1);

	return (i->size & 3u) + (second ? 4 : 0);
}

static bool take_row(const struct arm_isa *isa, unsigned k, u32 word, struct insn *out)
{
	const struct a64_pattern *p = &isa->pattern[k];
	const struct insn_row *row = isa->rows[k];
	unsigned shift;

	*out = (struct insn){.row = (u16)k, .len = 4};
	for (unsigned n = 0; n < P_COUNT && p->used[n] < P_COUNT; n++)
		if (!take_field(p, p->used[n], word, out))
			return false;
	if (row->attr & IMM_SIGNED)
		out->imm = (u64)sign_extend(out->imm, p->field[P_I].width + p->field[P_J].width);
	shift = row->attr / IMM_SHIFT_1 & 15;
	out->imm <<= row->attr & IMM_SCALED ? out->size : shift;
	if (row->valid && !row->valid(out))
		return false;
	out->exec = row->exec[form_of(p, row, out)];
	return out->exec != NULL;
}

bool a64_decode_word(const struct arm_isa *isa, u32 word, struct insn *out)
{
	u32 slot = word >> A64_INDEX_SHIFT;

	for (u32 n = isa->first[slot]; n < isa->first[slot + 1]; n++) {
		unsigned k = isa->candidate[n];

		if ((word & isa->pattern[k].mask) != isa->pattern[k].value)
			continue;
		if (take_row(isa, k, word, out))
			return true;
		if (!(isa->rows[k]->attr & OVERRIDES))
			break;
	}
	*out = (struct insn){.exec = a64_exec_undefined, .imm = word, .len = 4};
	return false;
}

unsigned a64_decode(const struct cpu *cpu, const u8 *code, unsigned avail, u32 mode, struct insn *out)
{
	const struct arm *c = (const struct arm *)(const void *)cpu;

	if (avail < 4)
		return 0;
	if (a64_decode_word(c->isa, load_le32(code), out) && (mode & MODE_FP_TRAP) &&
		(c->isa->rows[out->row]->attr & FPSIMD))
		out->exec = a64_exec_fp_trap;
	return 4;
}

u32 a64_row_word(const struct insn_row *row, u32 bits)
{
	struct a64_pattern p;

	a64_pattern_parse(row, &p);
	return (bits & ~p.mask) | p.value;
}
