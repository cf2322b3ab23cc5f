/* SPDX-License-Identifier: MIT */
/* docs/generated/state.md: everything that a snapshot, the state hash and `info registers` know of a processor and of
 * the clock, member by member, by the dotted names that are printed. */
#include "tests/docs/docgen.h"

#include "devices/board/boards.h"

static void put_rows(FILE *out, const struct state_field *rows, const char *prefix)
{
	for (; rows->name; rows++) {
		char path[200], index[20] = "";

		if (rows->count > 1 && rows->kind != STATE_BYTES)
			snprintf(index, sizeof(index), "[0..%u]", rows->count - 1);
		snprintf(path, sizeof(path), "%s%s%s", prefix, rows->name, index);
		switch (rows->kind) {
		case STATE_NUMBER:
			fprintf(out, "| `%s` | %u |\n", path, rows->esize * 8);
			break;
		case STATE_BYTES:
			fprintf(out, "| `%s` | %u bytes |\n", path, rows->count);
			break;
		case STATE_STRUCT:
			strcat(path, ".");
			put_rows(out, rows->sub, path);
			break;
		case STATE_DERIVED:
			break;
		}
	}
}

static void put_object(FILE *out, const char *title, const struct state_field *rows)
{
	fprintf(out, "\n## %s\n\n%u bytes in a snapshot.\n\n", title, (unsigned)state_saved_size(rows));
	fputs("| member | bits |\n|---|---|\n", out);
	put_rows(out, rows, "");
}

void doc_state(FILE *out)
{
	fputs("# State\n\n"
	      "Made from the rows by `docgen`; do not edit. These members make up the state hash (`-hash-at`) and are\n"
	      "saved, little endian, in this order. What follows from them is left out. For devices see\n"
	      "[devices](devices.md).\n",
		out);
	for (unsigned n = 0; boards[n]; n++) {
		char title[100];

		snprintf(title, sizeof(title), "The processor of the machine %s (%s)", boards[n]->name,
			boards[n]->cpu->name);
		put_object(out, title, boards[n]->cpu->state);
	}
	put_object(out, "The clock", clock_rows);
	put_object(out, "An event, in the state of the device that armed it", event_rows);
}
