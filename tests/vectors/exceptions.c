/* SPDX-License-Identifier: MIT */
/* The vectors that this processor is meant to fail, or to fail in part, each with the section of the manual that says
 * so. Vectors that the files themselves mark as not valid on a 386 are not listed. */
#include "tests/vectors/vectors.h"

enum { LIMIT = 1 << 1 }; /* CLAS of x86-singlestep/FORMAT.md */
enum { CX = 1 << 2, SI = 1 << 10, DI = 1 << 11 }; /* the order of REGS */

static const char fault_286[] = "SDM vol. 3, 6.5: a fault leaves the registers as they were; the 286 moves CX, SI, DI";
static const char pop_286[] = "SDM vol. 3, 6.5: a fault leaves SP as it was; the 286 has moved it";
static const char aam_286[] = "SDM vol. 3, 6.15 on #DE: the flags are those from before; the 286 changes SF ZF PF";
static const char cmps_286[] = "SDM vol. 2, REP: a fault finds the flags from before REPE CMPS; the 286 has set them";
static const char idiv_286[] = "SDM vol. 2, IDIV: 8079 does not fit in AL, #DE; the 286 overlooks it";
static const char daa_8086[] = "SDM vol. 2, DAA: 60H is added if AL is above 99H; the 8086 says 9FH if AF is set";
static const char das_8086[] = "SDM vol. 2, DAS: CF is set by a borrow from AL - 6, and AL is compared with 99H";
static const char aaa_8086[] = "SDM vol. 2, AAA: AX + 106H, with the carry out of AL; the 8086 has none";
static const char aas_8086[] = "SDM vol. 2, AAS: AX - 6, with the borrow out of AL; the 8086 has none";
static const char ret_amd[] = "SDM vol. 1, 6.3.7: a near return has 64 bits in 64-bit mode; on AMD 66 makes it 16";
static const char ldapr_qemu[] = "Arm ARM B2.5.2: without FEAT_LSE2 an unaligned LDAPR faults; qemu 7.2 lets it pass";
static const char fcvtzs_qemu[] = "Arm ARM C7.2, FCVTZS (vector): the other bits become 0; qemu 7.2 extends the sign";

static const struct exception exceptions[] = {
	{"80286", "6D", NULL, ANY_VECTOR, LIMIT, CX | DI, fault_286},
	{"80286", "6F", NULL, ANY_VECTOR, LIMIT, CX | SI, fault_286},
	{"80286", "A5", NULL, ANY_VECTOR, LIMIT, CX | SI | DI, fault_286},
	{"80286", "A7", NULL, 660, 0, 0, cmps_286},
	{"80286", "A7", NULL, ANY_VECTOR, LIMIT, CX | SI | DI, fault_286},
	{"80286", "AB", NULL, ANY_VECTOR, LIMIT, CX | DI, fault_286},
	{"80286", "AD", NULL, ANY_VECTOR, LIMIT, CX | SI, fault_286},
	{"80286", "AF", NULL, ANY_VECTOR, LIMIT, CX | DI, fault_286},
	{"80286", "8F", NULL, 568, LIMIT, 0, pop_286},
	{"80286", "8F", NULL, 593, LIMIT, 0, pop_286},
	{"80286", "8F", NULL, 758, LIMIT, 0, pop_286},
	{"80286", "8F", NULL, 906, LIMIT, 0, pop_286},
	{"80286", "8F", NULL, 942, LIMIT, 0, pop_286},
	{"80286", "8F", NULL, 979, LIMIT, 0, pop_286},
	{"80286", "D4", NULL, 862, 0, 0, aam_286},
	{"80286", "D4", NULL, 945, 0, 0, aam_286},
	{"80286", "F6.7", NULL, 952, 0, 0, idiv_286},
	{"8086", "27", NULL, 117, 0, 0, daa_8086},
	{"8086", "27", NULL, 222, 0, 0, daa_8086},
	{"8086", "2F", NULL, 50, 0, 0, das_8086},
	{"8086", "2F", NULL, 179, 0, 0, das_8086},
	{"8086", "2F", NULL, 184, 0, 0, das_8086},
	{"8086", "2F", NULL, 211, 0, 0, das_8086},
	{"8086", "37", NULL, 132, 0, 0, aaa_8086},
	{"8086", "37", NULL, 200, 0, 0, aaa_8086},
	{"8086", "3F", NULL, 43, 0, 0, aas_8086},
	{"8086", "3F", NULL, 128, 0, 0, aas_8086},
	{"8086", "3F", NULL, 129, 0, 0, aas_8086},
	{"8086", "3F", NULL, 158, 0, 0, aas_8086},
	{"8086", "3F", NULL, 173, 0, 0, aas_8086},
	{"8086", "3F", NULL, 198, 0, 0, aas_8086},
	{"8086", "3F", NULL, 201, 0, 0, aas_8086},
	{"8086", "3F", NULL, 202, 0, 0, aas_8086},
	{"8086", "3F", NULL, 208, 0, 0, aas_8086},
	{"8086", "3F", NULL, 231, 0, 0, aas_8086},
	{"8086", "3F", NULL, 237, 0, 0, aas_8086},
	{"8086", "3F", NULL, 239, 0, 0, aas_8086},
	{"8086", "3F", NULL, 246, 0, 0, aas_8086},
	{"8086", "3F", NULL, 249, 0, 0, aas_8086},
	{"a64", "v82-ldst", NULL, 5785, 0, 0, ldapr_qemu},
	{"a64", "v82-simd", NULL, 12534, 0, 0, fcvtzs_qemu},
	{"a64", "v82-simd", NULL, 13730, 0, 0, fcvtzs_qemu},
	{"x86user", "faults", "sk-RET C3 16", ANY_VECTOR, 0, 0, ret_amd},
};

const struct exception *known_exception(const char *set, const char *file, const char *form, u32 index, u32 class)
{
	for (unsigned k = 0; k < countof(exceptions); k++) {
		const struct exception *e = &exceptions[k];

		if (strcmp(e->set, set) == 0 && strcmp(e->file, file) == 0 && (e->class & class) == e->class &&
		    (e->index == ANY_VECTOR || e->index == index) && (!e->form || strcmp(e->form, form) == 0))
			return e;
	}
	return NULL;
}
