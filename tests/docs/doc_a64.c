/* SPDX-License-Identifier: MIT */
/* docs/generated/a64.md: the A64 instructions, group by group, and the system registers, both as their rows have
 * them. */
#include "tests/docs/docgen.h"

#include "cpu/arm/sysreg.h"

static void put_row(FILE *out, const struct insn_row *row)
{
	fprintf(out, "| `%s` | `", row->enc);
	cell(out, row->text);
	fprintf(out, "` | %s%s |\n", row->attr & OVERRIDES ? row->attr & ALIAS ? "alias" : "special case" : "",
		row->attr & FPSIMD ? " FP" : "");
}

static void put_registers(FILE *out)
{
	static const struct sysreg_table *const tables[] = {
		&arm_sysreg_core,
		&arm_sysreg_el2,
		&arm_sysreg_id,
		&arm_sysreg_debug,
		&arm_sysreg_pmu,
		&arm_sysreg_timer,
		&arm_sysreg_gic,
		&arm_sysreg_impdef,
	};
	static const char *const level[] = {"EL0", "EL1", "EL2", "EL3", "-"};

	fputs("\n## System registers\n\nThe least level that may read and write; traps come on top. Arm ARM D17.\n\n"
	      "| op0 op1 CRn CRm op2 | name | read | write |\n|---|---|---|---|\n",
		out);
	for (unsigned t = 0; t < countof(tables); t++)
		for (unsigned n = 0; n < tables[t]->n; n++) {
			const struct sysreg *r = &tables[t]->rows[n];

			fprintf(out, "| %u %u %u %u %u | `%s` | %s | %s |\n", r->id >> 14 & 3, r->id >> 11 & 7,
				r->id >> 7 & 15, r->id >> 3 & 15, r->id & 7, r->name,
				level[r->read_el > 4 ? 4 : r->read_el], level[r->write_el > 4 ? 4 : r->write_el]);
		}
}

void doc_a64(FILE *out)
{
	unsigned rows = 0, groups = 0;

	for (; a64_groups[groups]; groups++)
		rows += a64_groups[groups]->nrows;
	fprintf(out,
		"# A64 instructions\n\n"
		"Made from the rows by `docgen`; do not edit. The notation is explained in `cpu/arm/a64/a64.h`.\n"
		"%u rows in %u groups, and the [system registers](#system-registers).\n",
		rows, groups);
	for (unsigned g = 0; g < groups; g++) {
		const struct insn_group *group = a64_groups[g];

		fprintf(out, "\n## %s\n\n%s\n\n| encoding | text | |\n|---|---|---|\n", group->name, group->source);
		for (unsigned n = 0; n < group->nrows; n++)
			put_row(out, &group->rows[n]);
	}
	put_registers(out);
}
