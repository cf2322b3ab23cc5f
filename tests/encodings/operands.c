/* SPDX-License-Identifier: MIT */
/* Compares two disassemblies' operands as text, where it matters: capstone prints some numbers signed and some not, and
 * prints segment overrides even if they change nothing (SDM vol. 1, 3.3.7.1) or name the default segment. */
#include "tests/encodings/encodings.h"

#include <stdlib.h>

/* At "ds:[" and the like, which changes nothing. In 64-bit mode it doesn't even cancel an FS or GS before it. */
static bool idle_override(const struct sample *s, const char *p)
{
	static const char *const names[] = { "es:[", "cs:[", "ss:[", "ds:[", "fs:[", "gs:[" };

	for (unsigned n = 0; n < countof(names); n++)
		if (strncmp(p, names[n], 4) == 0)
			return s->mode == 3 ? n < 4 : s->insn.f[F_SEG] == n;
	return false;
}

/* A number with its sign, which is "-" or "- ". NULL if there is none. */
static const char *read_number(const char *p, u64 *value)
{
	bool negative = *p == '-', plus = *p == '+';
	char *end;

	if (negative || plus)
		p += p[1] == ' ' ? 2 : 1;
	if (*p < '0' || *p > '9')
		return NULL;
	*value = strtoull(p, &end, 0);
	if (negative)
		*value = 0 - *value;
	return end;
}

/* Numbers in brackets are addresses, others immediates or targets. */
static bool same_number(const struct sample *s, u64 a, u64 b, bool in_brackets)
{
	unsigned size = in_brackets ? s->insn.f[F_ASIZE] : s->insn.size;

	if (a == b)
		return true;
	/* a target is cut to 16 bits only with 16-bit operands; capstone looks at mode and 67 (SDM vol. 2, JMP) */
	if (s->mode == 1 || (s->mode == 2 && s->p67))
		size = 1;
	/* capstone cuts absolute addresses to the size of the operand, or to 32 bits */
	if (in_brackets && s->mode == 3 && s->insn.f[F_RM] == R_ZERO && s->insn.f[F_INDEX] == R_ZERO)
		size = s->p66 || s->insn.size == 0 ? 0 : min_uint(s->insn.size, 2);
	return size < 3 && ((a - b) & mask_low(8u << size)) == 0;
}

/* capstone leaves out the stack's top where the SDM names it. */
static bool same_stack_register(const char *ours, const char *theirs)
{
	size_t n = strlen(theirs);

	if (strncmp(theirs, " st(", 4) != 0 || strchr(theirs, ','))
		return false;
	return strcmp(theirs, " st(0)") != 0 ? (strncmp(ours, " st(0), ", 8) == 0 && strcmp(ours + 7, theirs) == 0) ||
			(strncmp(ours, theirs, n) == 0 && strcmp(ours + n, ", st(0)") == 0)
		: strcmp(ours, " st(0), st(0)") == 0;
}

bool operands_equal(const struct sample *s, const char *ours, const char *theirs)
{
	bool in_brackets = false;

	if (same_stack_register(ours, theirs))
		return true;
	while (*ours && *theirs) {
		u64 a, b;
		const char *x, *y;

		if (strncmp(theirs, "ptr ", 4) == 0 && strncmp(ours, "ptr ", 4) != 0)
			theirs += 4; /* capstone's operand without a size */
		if (idle_override(s, theirs) && (strncmp(ours, theirs, 4) != 0)) {
			theirs += 3;
			ours += (ours[0] == 'f' || ours[0] == 'g') && strncmp(ours + 1, "s:[", 3) == 0 ? 3 : 0;
		}
		in_brackets = *ours == '[' || (in_brackets && *ours != ']');
		x = read_number(ours, &a);
		y = read_number(theirs, &b);
		if (x && y && same_number(s, a, b, in_brackets)) {
			ours = x;
			theirs = y;
		} else if (*ours++ != *theirs++) {
			return false;
		}
	}
	return *ours == *theirs;
}
