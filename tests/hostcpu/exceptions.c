/* SPDX-License-Identifier: MIT */
/* Rows that are not run on the host, and differences from it that are as they should be, each with its reason and the
 * manual's section. A difference is excused only if a row here covers all of it. */
#include "tests/hostcpu/hostcpu.h"

/* ---- rows left out ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *names, *why;
} left_out[] = {
	{"ljmp lcall retf iret syscall sysret sysenter sysexit", "far transfers and system calls: the host's own kernel"},
	{"pop", NULL}, /* of segment registers: see below */
	{"les lds lss lfs lgs lar lsl verr verw", "descriptor tables are the host's"},
	{"sgdt sidt sldt str smsw", "system registers are the host's, or UMIP's: SDM vol. 3, 2.5"},
	{"cpuid rdtsc rdtscp rdpmc rdpid rdrand rdseed xgetbv", "the answer is the host's own"},
	{"pause monitor mwait", "hints and waiting"},
	{"rcpps rcpss rsqrtps rsqrtss", "approximations: SDM vol. 1, 10.4.1"},
	{"xsave xsave64 xrstor xrstor64 xsaveopt xsaveopt64", "the host has other state components"},
	{"wrfsbase wrgsbase", "the child keeps its bases"},
	{"int1", "its #DB can't be told from a step's: SDM vol. 3, 6.4.2"},
	{"clac stac", "privileged: SDM vol. 2, CLAC"},
};

const char *row_left_out(const struct insn_row *row)
{
	if (row->attr & CPL0)
		return "privileged";
	for (unsigned k = 0; k < countof(left_out); k++)
		if (left_out[k].why && word_in(row->text, left_out[k].names))
			return left_out[k].why;
	if (strncmp(row->text, "mov S", 5) == 0 ||
		(strncmp(row->text, "pop ", 4) == 0 && row->text[5] == 's' && row->text[6] == 0))
		return "segment loads: descriptor tables are the host's";
	if (!host_has(row->feature))
		return "the host has no such feature";
	return NULL;
}

/* ---- differences ------------------------------------------------------------------------------------------------- */

const struct excuse excuses[] = {
	{"none", 0, NULL, ""},
};
const unsigned nexcuses = countof(excuses);

const struct excuse *excuse_find(const struct sample *s, unsigned differences, const struct outcome *host,
	const struct outcome *ours)
{
	for (unsigned n = 0; n < nexcuses; n++) {
		const struct excuse *e = &excuses[n];

		if (!(differences & ~e->differences) && (!e->names || word_in(s->name, e->names)) &&
			(!e->applies || e->applies(s, host, ours)))
			return e;
	}
	return NULL;
}
