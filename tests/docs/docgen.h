/* SPDX-License-Identifier: MIT */
/* The pages that are made from rows, and the quotations in those that are written by hand: both are checked against the
 * sources, so that neither can grow old. Used by tests/check. */
#ifndef TESTS_DOCS_DOCGEN_H
#define TESTS_DOCS_DOCGEN_H

#include <stdbool.h>
#include <stdio.h>

/* Writers of docs/generated/. */
void doc_x86(FILE *out);
void doc_a64(FILE *out);
void doc_devices(FILE *out);
void doc_state(FILE *out);
void doc_walk(FILE *out);

/* Up to the end of the file; the caller frees it. NULL if it can't be read. */
char *text_of_file(const char *path);
char *text_of(void (*write)(FILE *));
/* Prints text with the characters that mean something in a table's cell made harmless. */
void cell(FILE *out, const char *text);

/* In a page, the lines between "<!-- quote FILE#NAME -->" and "<!-- end -->" are a fence around the lines of FILE
 * between "begin NAME" and "end NAME" (without "#NAME": all of it but an SPDX line). Complains about every one that
 * is not; with `update`, rewrites the page instead. FILE is named from the repository root. Returns how many were
 * wrong. */
unsigned quotes_check(const char *page, bool update);

#endif
