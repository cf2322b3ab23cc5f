/* SPDX-License-Identifier: MIT */
/* docs/generated/devices.md: every device type with the registers of its banks and the members of its state, from the
 * same rows that dispatch accesses, save snapshots and print traces (devices/reg.h, mem/state.h). */
#include "tests/docs/docgen.h"

#include "devices/types.h"

/* ---- registers ------------------------------------------------------------------------------------------------- */

static void put_hex(FILE *out, u64 v, unsigned bytes)
{
	fprintf(out, "%0*llX", (int)bytes * 2, (unsigned long long)v);
}

static void put_notes(FILE *out, const struct reg *r)
{
	fputs(r->doc ? r->doc : "", out);
	if (r->count > 1)
		fprintf(out, " (%u of them, %u bytes apart)", r->count, r->stride ? r->stride : r->width);
}

static void put_hooks(FILE *out, const struct reg *r)
{
	const char *comma = "";

	if (r->when) {
		fputs("banked", out);
		comma = ", ";
	}
	if (r->read) {
		fprintf(out, "%scomputed", comma);
		comma = ", ";
	}
	if (r->wrote)
		fprintf(out, "%sacts", comma);
}

static void put_register(FILE *out, const struct reg *r)
{
	fprintf(out, "| %03X | `", r->off);
	cell(out, r->name);
	fprintf(out, "` | %u | ", r->width);
	if (r->msize) {
		put_hex(out, r->reset, r->width);
		fputs(" | ", out);
		put_hex(out, r->wmask, r->width);
		fputs(" | ", out);
		if (r->w1c)
			put_hex(out, r->w1c, r->width);
	} else {
		fputs("- | - | ", out);
	}
	fputs(" | ", out);
	put_hooks(out, r);
	fputs(" | ", out);
	put_notes(out, r);
	fputs(" |\n", out);
}

static void put_bank(FILE *out, const struct reg_bank *b)
{
	fprintf(out, "\nBank `%s`: %llX bytes, accesses of %u to %u bytes.\n\n", b->name, (unsigned long long)b->size,
		b->min ? b->min : 1u, b->max ? b->max : 8u);
	fputs("| offset | name | bytes | reset | writable | 1 clears | hooks | what |\n", out);
	fputs("|---|---|---|---|---|---|---|---|\n", out);
	for (unsigned i = 0; i < b->n; i++)
		put_register(out, &b->regs[i]);
}

/* ---- state ----------------------------------------------------------------------------------------------------- */

static void put_members(FILE *out, const struct state_field *rows)
{
	const char *comma = "";

	fputs("\nState that is saved: ", out);
	for (; rows->name; rows++) {
		if (rows->kind == STATE_DERIVED)
			continue;
		fprintf(out, "%s`%s", comma, rows->name);
		if (rows->count > 1)
			fprintf(out, "[%u]", rows->count);
		fputs("`", out);
		comma = ", ";
	}
	fputs(*comma ? ".\n" : "nothing.\n", out);
}

void doc_devices(FILE *out)
{
	fputs("# Devices\n\n"
	      "Made from the rows by `docgen`; do not edit. Hexadecimal but for the sizes of registers, in bytes.\n"
	      "Hooks: *banked* registers answer only under a condition (DLAB, an index port); *computed* ones are not\n"
	      "just read back; *acts*: writing does something besides storing. \"-\": nothing is stored.\n",
		out);
	for (unsigned i = 0; dev_types[i]; i++) {
		const struct dev_type *t = dev_types[i];

		fprintf(out, "\n## %s\n\n%s; version %u of its saved state.\n", t->name, t->about, t->version);
		for (unsigned b = 0; t->banks && t->banks[b]; b++)
			put_bank(out, t->banks[b]);
		if (t->state)
			put_members(out, t->state);
	}
}
