/* SPDX-License-Identifier: MIT */
/* Where capstone 4.0.2 differs from the manuals, or only names things differently. A row excuses some kinds of
 * difference, is as narrow as its reason, and says where the manual decides. Rows that excuse nothing fail the test. */
#include "tests/encodings/encodings.h"

#include <stdio.h>

/* ---- mnemonics --------------------------------------------------------------------------------------------- */

/* MPX's "bnd" and TSX's "xacquire", "xrelease" are hints in F2 and F3 that mean nothing to a processor without them
 * (SDM vol. 1, 16.3.8 and 17.4). */
const char *mnemonic_of(const char *text, unsigned *len)
{
	static const char *const prefixes[] = {
		"lock ", "rep ", "repe ", "repne ", "repz ", "repnz ", "bnd ", "xacquire ", "xrelease ",
	};

	for (unsigned n = 0; n < countof(prefixes); n++)
		if (strncmp(text, prefixes[n], strlen(prefixes[n])) == 0) {
			text += strlen(prefixes[n]);
			n = (unsigned)-1;
		}
	*len = (unsigned)strcspn(text, " ");
	return text;
}

/* The mnemonic of text is one of the words. */
static bool mnemonic_in(const char *text, const char *words)
{
	unsigned len;
	const char *m = mnemonic_of(text, &len);

	while (*words) {
		unsigned n = (unsigned)strcspn(words, " ");

		if (n == len && memcmp(words, m, n) == 0)
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

/* ---- causes ------------------------------------------------------------------------------------------------ */

/* Without these prefix bytes we would name it as capstone does: it ignored them. */
static bool same_without(const struct sample *s, u8 a, u8 b, u8 c)
{
	const struct x86_isa *isa = ((const struct x86 *)(const void *)s->cpu)->isa;
	u8 code[SAMPLE_BYTES];
	unsigned n = 0, len;
	const char *m = mnemonic_of(s->cs_text, &len);
	char text[160], name[CS_MNEMONIC_SIZE];
	struct insn i;

	for (unsigned k = 0; k < SAMPLE_BYTES; k++) {
		u8 byte = s->bytes[k];
		bool idle_rex = s->mode == 3 && (byte & 0xf0) == 0x40 && k + 1 < s->nprefixes;

		if (k >= s->nprefixes || (byte != a && byte != b && byte != c && !idle_rex))
			code[n++] = byte;
	}
	if (!x86_decode(s->cpu, code, n, s->mode, &i))
		return false;
	x86_text(isa, &i, 0, s->mode, text, sizeof(text));
	snprintf(name, sizeof(name), strncmp(m, "movd ", 5) == 0 ? "movd movq" : "%.*s", (int)len, m);
	return mnemonic_in(text, name);
}

static bool ignored_prefix(const struct sample *s)
{
	return s->map && (same_without(s, 0xf2, 0xf3, 0xf3) || same_without(s, 0x66, 0x66, 0x66) ||
		same_without(s, 0x66, 0xf2, 0xf3));
}

/* Two prefixes that may select an instruction. */
static bool two_selectors(const struct sample *s)
{
	bool f2 = memchr(s->bytes, 0xf2, s->nprefixes), f3 = memchr(s->bytes, 0xf3, s->nprefixes);

	return s->map && s->p66 + f2 + f3 > 1;
}

static bool lock_beside_others(const struct sample *s)
{
	return s->lock && s->rep;
}

static bool size_beside_repeat(const struct sample *s)
{
	return s->p66 && s->rep && !s->map;
}

static bool size_in_64(const struct sample *s)
{
	return s->p66 && s->mode == 3;
}

static bool size_and_w(const struct sample *s)
{
	return s->p66 && (s->rex & 8);
}

static bool in_16(const struct sample *s)
{
	return s->mode == 1;
}

static bool prefetch_opcode(const struct sample *s)
{
	return s->map == 1 && s->opcode == 0x0d;
}

/* ADD G,E ... CMP G,E: their destination is a register. NOP E has none. */
static bool lock_on_load(const struct sample *s)
{
	return s->lock && ((!s->map && s->opcode < 0x40 && (s->opcode & 6) == 2) || (s->map == 1 && s->opcode == 0x1f));
}

static bool address_and_w(const struct sample *s)
{
	return s->p67 && (s->rex & 8);
}

/* 0F 18-1F with a register */
static bool register_hint(const struct sample *s)
{
	return s->map == 1 && s->opcode >= 0x18 && s->opcode < 0x20 && s->modrm >= 0xc0;
}

static bool hint_operand(const struct sample *s)
{
	bool hint = s->map == 1 && s->opcode >= 0x18 && s->opcode < 0x20;

	return hint && (s->modrm >= 0xc0 || (s->rex & 8) || s->mode == 1);
}

static bool pause_odd(const struct sample *s)
{
	return s->mode == 1 || s->rex || s->p66;
}

static bool segment_and_rex_r(const struct sample *s)
{
	return !s->map && (s->opcode & 0xfd) == 0x8c && (s->rex & 4);
}

static bool mov_to_cs(const struct sample *s)
{
	return !s->map && s->opcode == 0x8e && (s->modrm >> 3 & 7) == S_CS;
}

/* DB /5 and /7 */
static bool x87_extended(const struct sample *s)
{
	return s->opcode == 0xdb && s->modrm < 0xc0 && (s->modrm & 0x28) == 0x28;
}

static bool not_64(const struct sample *s)
{
	return s->mode != 3;
}

static bool vex_or_later(const struct sample *s)
{
	return s->map == 4 || (!s->map && (s->opcode == 0x62 || s->opcode == 0x8f));
}

static bool no_control_register(const struct sample *s)
{
	unsigned n = (s->modrm >> 3 & 7) | (s->rex << 1 & 8);

	return s->map == 1 && (s->opcode & 0xfd) == 0x20 && !bit(BIT(0) | BIT(2) | BIT(3) | BIT(4) | BIT(8), n);
}

static bool debug_register_8(const struct sample *s)
{
	return s->map == 1 && (s->opcode & 0xfd) == 0x21 && (s->rex & 4);
}

static bool ends_in_10(const struct sample *s)
{
	return s->modrm == 10;
}

static bool address_size(const struct sample *s)
{
	return s->p67;
}

const struct exception exceptions[] = {
	/* ---- only names ---- */
	{"sal", MNEMONIC, "shl", "sal", NULL,
	 "/6 of the shift group is an alias of /4: AMD APM vol. 3, appendix A, table A-6"},
	{"default base", OPERANDS, "aad aam", "aad aam", ends_in_10,
	 "the base is shown even if it is 10: SDM vol. 2, AAD, AAM"},
	{"implied XMM0", OPERANDS, "blendvpd blendvps pblendvb sha256rnds2", NULL, NULL,
	 "<XMM0> is an operand: SDM vol. 2, BLENDVPD"},
	{"lar lsl", OPERANDS, "lar lsl", NULL, NULL,
	 "the source is 16 bits whatever the register is called: SDM vol. 2, LAR, LSL"},
	{"tbyte", OPERANDS, "fld fstp", NULL, x87_extended, "capstone calls it xword: SDM vol. 2, FLD m80fp"},
	{"x87 state", OPERANDS, "fnsave frstor fnstsw", NULL, NULL,
	 "94/108 bytes, and 2 bytes: SDM vol. 2, FSAVE, FRSTOR, FSTSW"},
	{"unsigned", OPERANDS, "enter rorx", NULL, NULL,
	 "immediates are sizes and counts, not signed: SDM vol. 2, ENTER, RORX"},
	{"hint operands", OPERANDS, "nop", NULL, hint_operand,
	 "0F 18-1F have one operand, with any REX: SDM vol. 2, NOP and table A-3"},
	{"scalar compares", OPERANDS, "comisd comiss ucomisd ucomiss", NULL, NULL,
	 "xmm/m64 and xmm/m32: SDM vol. 2, COMISD, COMISS"},
	{"low halves", OPERANDS, "punpcklbw punpcklwd punpckldq", NULL, NULL, "mm/m32: SDM vol. 2, PUNPCKLBW"},
	{"movsxd", OPERANDS, "movsxd", NULL, NULL, "the destination is 64 bits only with REX.W: SDM vol. 2, MOVSXD"},
	{"compare aliases", MNEMONIC, "cmpps cmppd cmpss cmpsd",
	 "cmpeqps cmpltps cmpleps cmpunordps cmpneqps cmpnltps cmpnleps cmpordps cmpeqpd cmpltpd cmplepd cmpunordpd "
	 "cmpneqpd cmpnltpd cmpnlepd cmpordpd cmpeqss cmpltss cmpless cmpunordss cmpneqss cmpnltss cmpnless cmpordss "
	 "cmpeqsd cmpltsd cmplesd cmpunordsd cmpneqsd cmpnltsd cmpnlesd cmpordsd",
	 NULL, "pseudo-operations: SDM vol. 2, CMPPS, table 3-5"},
	{"x87 copies", MNEMONIC | OPERANDS, "fcom2 fcomp3 fcomp5 fxch4 fxch7 fstpnce fstp8 fstp9",
	 "fcom fcomp fxch fstp fstpnce", NULL,
	 "second encodings have names of their own: SDM vol. 3, 22.18.9 (reserved); AMD APM vol. 3, table A-15"},
	{"8087", MNEMONIC, "fndisi fneni fnsetpm", "fdisi8087_nop feni8087_nop fsetpm", NULL,
	 "SDM vol. 3, 22.18.9: ignored; vol. 1, 8.3.13"},
	{"retf", MNEMONIC, "retf", "retfq", NULL, "a name of its own for REX.W: SDM vol. 2, RET"},
	{"sysexit", MNEMONIC, "sysexitq sysretq", "sysexit sysret", NULL,
	 "no name for REX.W: SDM vol. 2, SYSEXIT, SYSRET"},
	{"pusha", MNEMONIC, "pusha pushad popa popad", "pushaw pushal popaw popal", NULL,
	 "AT&T names of SDM vol. 2, PUSHA, POPA"},
	{"movq", MNEMONIC, "movq", "movd", NULL, "REX.W 0F 6E and 7E are MOVQ: SDM vol. 2, MOVD"},
	{"movabs", MNEMONIC, "mov", "movabs", NULL, "AT&T name of SDM vol. 2, MOV with moffs or imm64"},
	{"ud1", MNEMONIC | LENGTH, "ud1", "ud2b", NULL, "0F B9 has a ModRM byte and is UD1: SDM vol. 2, UD"},
	{"ud0", LENGTH | VALID_ONLY_HERE, "ud0", NULL, NULL, "0F FF has a ModRM byte: SDM vol. 2, UD"},
	/* ---- prefixes ---- */
	{"lock", VALID_ONLY_THERE, NULL, NULL, lock_beside_others,
	 "LOCK is #UD unless memory is the destination and the instruction allows it: SDM vol. 2, LOCK"},
	{"forbidden prefix", VALID_ONLY_THERE, NULL, NULL, ignored_prefix,
	 "66, F2 and F3 select an instruction, or there is none (NP): SDM vol. 2, 3.1.1.1 and tables A-3 to A-6"},
	{"two selectors", MNEMONIC | OPERANDS, NULL, NULL, two_selectors,
	 "F2 and F3 come before 66, the last of F2 and F3 counts; capstone takes the last of all or none"},
	{"66 and repeat", OPERANDS, NULL, NULL, size_beside_repeat,
	 "66 is the operand size in front of F2 and F3 too: SDM vol. 2, 2.1.1"},
	{"67 and REX.W", MNEMONIC | LENGTH | OPERANDS, NULL, NULL, address_and_w,
	 "67 and REX.W don't act as 66: SDM vol. 2, 2.1.1 and 2.2.1.2"},
	{"66 and REX.W", MNEMONIC | LENGTH | OPERANDS, NULL, NULL, size_and_w,
	 "REX.W comes before 66: SDM vol. 2, 2.2.1.2"},
	{"lock on loads", VALID_ONLY_THERE, NULL, NULL, lock_on_load,
	 "the destination is a register: SDM vol. 2, LOCK"},
	{"16-bit CBW, CWD", MNEMONIC, "cbw cwd", "cwde cdq", in_16, "SDM vol. 2, CBW, CWD: by operand size, 16 bits"},
	{"pause", MNEMONIC, "pause", "nop xchg", pause_odd,
	 "F3 90 in every mode, with REX.W and 66: SDM vol. 2, PAUSE"},
	{"jcxz", MNEMONIC, "jcxz jecxz", "jcxz jecxz jrcxz", address_size,
	 "JCXZ goes by address size: SDM vol. 2, Jcc"},
	{"near branches", LENGTH, "call jmp jo jno jb jae je jne jbe ja js jns jp jnp jl jge jle jg", NULL, size_in_64,
	 "near branches have a 32-bit displacement in 64-bit mode: SDM vol. 2, Jcc; vol. 1, 6.3.7"},
	{"endbr32", VALID_ONLY_HERE, "endbr32", NULL, NULL, "valid in every mode: SDM vol. 2, ENDBR32"},
	{"endbr64", VALID_ONLY_HERE, "endbr64", NULL, NULL,
	 "valid in every mode and with any REX: SDM vol. 2, ENDBR64"},
	{"register hints", VALID_ONLY_HERE, "nop", NULL, register_hint,
	 "0F 18-1F are NOP with any ModRM byte: SDM vol. 2, NOP and table A-3"},
	{"fences", VALID_ONLY_HERE, "lfence mfence sfence", NULL, NULL,
	 "rm is ignored: SDM vol. 2, LFENCE, MFENCE, SFENCE"},
	{"rdpid", MNEMONIC, "rdpid", "rdseed", NULL, "F3 makes it RDPID: SDM vol. 2, RDPID"},
	{"segment registers", VALID_ONLY_HERE, "mov", NULL, segment_and_rex_r,
	 "REX.R is ignored where reg is a segment register: SDM vol. 2, 2.2.1.2"},
	{"swapgs", VALID_ONLY_THERE, NULL, "swapgs", not_64, "64-bit mode only: SDM vol. 2, SWAPGS"},
	{"mov cs", VALID_ONLY_THERE, NULL, "mov", mov_to_cs, "CS can't be loaded by MOV: SDM vol. 2, MOV"},
	{"cr14", VALID_ONLY_THERE, NULL, "mov", no_control_register,
	 "CR1, CR5-CR7, CR9-CR15 are #UD: SDM vol. 2, MOV CR"},
	{"dr8", VALID_ONLY_THERE, NULL, "mov", debug_register_8,
	 "DR8-DR15 are #UD: SDM vol. 2, MOV DR; vol. 3, 17.2.6"},
	/* ---- extensions that none of our processors announces: #UD (SDM vol. 1, 2.3 and vol. 2, CPUID) ---- */
	{"sse4a", VALID_ONLY_THERE, NULL, "movntss movntsd extrq insertq", NULL, "AMD APM vol. 4, MOVNTSS, EXTRQ"},
	{"3dnow", VALID_ONLY_THERE, NULL,
	 "femms pavgusb pf2id pfacc pfadd pfcmpeq pfcmpge pfcmpgt pfmax pfmin pfmul pfrcp "
	 "pfrcpit1 pfrcpit2 pfrsqit1 pfrsqrt pfsub pfsubr pi2fd pmulhrw pf2iw pfnacc pfpnacc pi2fw pswapd", NULL,
	 "AMD APM vol. 3, appendix D"},
	{"vmx", VALID_ONLY_THERE, NULL,
	 "vmread vmwrite vmptrld vmptrst vmclear vmxon vmcall vmlaunch vmresume vmxoff vmfunc "
	 "invept invvpid", NULL, "SDM vol. 3, chapter 30"},
	{"svm", VALID_ONLY_THERE, NULL, "vmrun vmmcall vmload vmsave stgi clgi skinit invlpga", NULL,
	 "AMD APM vol. 2, chapter 15"},
	{"smx", VALID_ONLY_THERE, NULL, "getsec", NULL, "SDM vol. 2, chapter 6"},
	{"cache lines", VALID_ONLY_THERE, NULL, "clflushopt clwb pcommit", NULL, "SDM vol. 2, CLFLUSHOPT, CLWB"},
	{"xsaves", VALID_ONLY_THERE, NULL, "xsaves xrstors xsavec xsaves64 xrstors64 xsavec64", NULL,
	 "SDM vol. 2, XSAVES"},
	{"sgx", VALID_ONLY_THERE, NULL, "encls enclu", NULL, "SDM vol. 3, chapter 34"},
	{"random", VALID_ONLY_THERE, NULL, "rdrand rdseed", NULL, "SDM vol. 2, RDRAND, RDSEED"},
	{"padlock", VALID_ONLY_THERE, NULL,
	 "xstore xstorerng xcryptecb xcryptcbc xcryptctr xcryptcfb xcryptofb xsha1 xsha256 montmul", NULL,
	 "VIA PadLock programming guide"},
	{"avx", VALID_ONLY_THERE, NULL, NULL, vex_or_later, "VEX, XOP and EVEX encodings: SDM vol. 2, 2.3 and 2.7"},
	{"tsx", VALID_ONLY_THERE, NULL, "xbegin xabort xend xtest", NULL, "SDM vol. 1, chapter 16"},
	{"0F 0D", VALID_ONLY_HERE, "nop prefetch", NULL, prefetch_opcode,
	 "the other values of reg are reserved hints, not invalid: AMD APM vol. 3, PREFETCH; SDM vol. 2, table A-3"},
};
const unsigned nexceptions = countof(exceptions);

const struct exception *exception_find(const struct sample *s, enum difference d)
{
	for (unsigned n = 0; n < nexceptions; n++) {
		const struct exception *e = &exceptions[n];

		if ((e->differences & d) && (!e->ours || mnemonic_in(s->text, e->ours)) &&
			(!e->theirs || mnemonic_in(s->cs_text, e->theirs)) && (!e->applies || e->applies(s)))
			return e;
	}
	return NULL;
}
