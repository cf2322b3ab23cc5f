/* SPDX-License-Identifier: MIT */
/* docs/generated/x86.md: every instruction row of every group, as the decoder sees it. The notation is that of
 * cpu/x86/isa.h; a row that is not on this page does not exist. */
#include "tests/docs/docgen.h"

#include "cpu/x86/isa.h"

static const struct {
	u32 bit;
	const char *name;
} attributes[] = {
	{ENDS_BLOCK, "ends block"}, {OVERRIDES, "overrides"}, {NO64, "not in 64-bit mode"}, {ONLY64, "64-bit mode only"},
	{LOCKABLE, "LOCK"}, {DEF64, "64 by default"}, {FORCE64, "always 64"}, {CPL0, "CPL 0"}, {PROTECTED, "protected mode"},
	{REPS, "REP"}, {SSE, "SSE"}, {X87, "x87"}, {ALIGN16, "aligned 16"}, {SIZE8, "8 bits"}, {NOSIZE, "66 ignored"},
};

static void put_attributes(FILE *out, u32 attr)
{
	const char *comma = "";

	for (unsigned i = 0; i < countof(attributes); i++) {
		if (attr & attributes[i].bit) {
			fprintf(out, "%s%s", comma, attributes[i].name);
			comma = ", ";
		}
	}
}

static void put_flags(FILE *out, u16 flags)
{
	static const struct {
		u16 bit;
		char letter;
	} letters[] = {{FL_OF, 'O'}, {FL_SF, 'S'}, {FL_ZF, 'Z'}, {FL_AF, 'A'}, {FL_PF, 'P'}, {FL_CF, 'C'}};

	for (unsigned i = 0; i < countof(letters); i++) {
		if (flags & letters[i].bit)
			fputc(letters[i].letter, out);
	}
}

static void put_feature(FILE *out, u32 feature)
{
	const char *name = feature == FEAT_NONE ? "" : x86_feature_name(feature);

	fputs(name ? name : "(in no model)", out);
}

static void put_row(FILE *out, const struct insn_row *row)
{
	fputs("| `", out);
	cell(out, row->enc);
	fputs("` | `", out);
	cell(out, row->text);
	fputs("` | ", out);
	put_attributes(out, row->attr);
	fputs(" | ", out);
	put_flags(out, row->flags_in);
	fputs(" | ", out);
	put_flags(out, row->flags_out);
	fputs(" | ", out);
	put_feature(out, row->feature);
	fputs(" |\n", out);
}

void doc_x86(FILE *out)
{
	unsigned total = 0, groups = 0;

	for (; x86_groups[groups]; groups++)
		total += x86_groups[groups]->nrows;
	fprintf(out, "# x86 instructions\n\nMade from the rows by `docgen`; do not edit. The notation is explained in "
		     "`cpu/x86/isa.h`, and what the columns\nmean in [add-an-instruction](../add-an-instruction.md). "
		     "Flags: O S Z A P C. %u rows in %u groups.\n",
		total, groups);
	for (unsigned g = 0; g < groups; g++) {
		const struct insn_group *group = x86_groups[g];

		fprintf(out, "\n## %s\n\n%s\n\n", group->name, group->source);
		fputs("| encoding | text | attributes | reads | writes | feature |\n|---|---|---|---|---|---|\n", out);
		for (unsigned n = 0; n < group->nrows; n++)
			put_row(out, &group->rows[n]);
	}
}
