/* SPDX-License-Identifier: MIT */
/* Compares what the host and our processor made of a sample, as far as the manuals define it, and prints both. */
#include "tests/hostcpu/hostcpu.h"

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static u64 hash(const u8 *data)
{
	u64 h = 0xcbf29ce484222325;

	for (unsigned at = 0; at < USER_DATA_SIZE; at += 8)
		h = (h ^ load_le64(data + at)) * 0x100000001b3;
	return h;
}

void outcome_memory(struct outcome *o, u8 *data, const u8 *initial)
{
	o->nchunks = o->more = 0;
	o->hash = 0;
	if (memcmp(data, initial, USER_DATA_SIZE) == 0)
		return;
	for (unsigned page = 0; page < USER_DATA_SIZE; page += 512) {
		if (memcmp(data + page, initial + page, 512) == 0)
			continue;
		for (unsigned at = page; at < page + 512; at += CHUNK) {
			if (memcmp(data + at, initial + at, CHUNK) == 0)
				continue;
			if (o->nchunks == MAX_CHUNKS) {
				o->more++;
				continue;
			}
			o->chunks[o->nchunks].at = (u16)at;
			memcpy(o->chunks[o->nchunks++].bytes, data + at, CHUNK);
		}
	}
	if (o->more)
		o->hash = hash(data);
	memcpy(data, initial, USER_DATA_SIZE);
}

u8 outcome_byte(const struct outcome *o, const u8 *initial, unsigned at)
{
	for (unsigned k = 0; k < o->nchunks; k++)
		if (o->chunks[k].at == at / CHUNK * CHUNK)
			return o->chunks[k].bytes[at % CHUNK];
	return initial[at];
}

static bool same_chunk(const struct sample *s, const struct outcome *a, const struct outcome *b, const u8 *initial,
	unsigned from)
{
	for (unsigned at = from; at < from + CHUNK; at++)
		if (outcome_byte(a, initial, at) != outcome_byte(b, initial, at) && !undefined_byte(s, at))
			return false;
	return true;
}

static bool same_memory(const struct sample *s, const struct outcome *a, const struct outcome *b, const u8 *initial)
{
	if (a->more || b->more)
		return a->hash == b->hash;
	if (a->nchunks == b->nchunks && memcmp(a->chunks, b->chunks, a->nchunks * sizeof(a->chunks[0])) == 0)
		return true;
	for (unsigned k = 0; k < a->nchunks; k++)
		if (!same_chunk(s, a, b, initial, a->chunks[k].at))
			return false;
	for (unsigned k = 0; k < b->nchunks; k++)
		if (!same_chunk(s, a, b, initial, b->chunks[k].at))
			return false;
	return true;
}

/* ---- registers --------------------------------------------------------------------------------------------------- */

/* Neighbours among the 80-bit numbers, or equal. */
static bool same_f80(struct f80 a, struct f80 b, bool inexact)
{
	u64 low = ~0ull >> 1, apart;

	if (a.se == b.se && a.sig == b.sig)
		return true;
	if (!inexact || (a.se ^ b.se) >> 15 || (a.se & 0x7fff) == 0x7fff || (b.se & 0x7fff) == 0x7fff)
		return false;
	if (a.se == b.se)
		apart = a.sig > b.sig ? a.sig - b.sig : b.sig - a.sig;
	else if (a.se == b.se + 1)
		apart = (a.sig & low) + (low - (b.sig & low)) + 1;
	else if (b.se == a.se + 1)
		apart = (b.sig & low) + (low - (a.sig & low)) + 1;
	else
		return false;
	return apart <= 1;
}

static unsigned compare_float(const struct sample *s, const struct undefined *u, const struct user_state *a,
	const struct user_state *b)
{
	unsigned d = 0;

	d |= a->mxcsr != b->mxcsr ? DIFF_MXCSR : 0;
	d |= a->fcw != b->fcw ? DIFF_FCW : 0;
	d |= ((a->fsw ^ b->fsw) & ~u->fsw & 0xffff) ? DIFF_FSW : 0;
	d |= a->ftw != b->ftw ? DIFF_FTW : 0;
	for (unsigned k = 0; k < 8; k++)
		d |= same_f80(a->st[k], b->st[k], u->inexact) ? 0 : DIFF_ST;
	for (unsigned k = 0; k < (s->mode64 ? 16 : 8); k++)
		d |= a->v[k][0] != b->v[k][0] || a->v[k][1] != b->v[k][1] ? DIFF_XMM : 0;
	return d;
}

/* What Linux does to the error code of a page fault above user space (SDM vol. 3, 4.7): it hides whether the page is
 * there. And our machine has a kernel of its own where the host has nothing. */
static bool same_error(const struct outcome *host, const struct outcome *ours)
{
	bool kernel = host->r.cr2 >> 47 || host->r.cr2 - USER_KERNEL32 < USER_KERNEL_SIZE;
	u32 hidden = host->r.trap == X_PF && kernel ? 1 : 0;

	return ((host->r.error ^ ours->r.error) & ~hidden) == 0;
}

unsigned outcome_compare(const struct sample *s, const struct outcome *host, const struct outcome *ours,
	const u8 *initial)
{
	const struct user_state *a = &host->r.s, *b = &ours->r.s;
	u64 mask = s->mode64 ? ~0ull : 0xffffffff;
	struct undefined u;
	unsigned d = 0;

	undefined_find(&u, s, host);
	if (host->r.trap != ours->r.trap)
		d |= DIFF_TRAP;
	else if (host->r.trap != 255)
		d |= (same_error(host, ours) ? 0 : DIFF_ERROR) | (host->r.cr2 != ours->r.cr2 ? DIFF_CR2 : 0);
	d |= ((a->rip ^ b->rip) & mask) ? DIFF_RIP : 0;
	if (u.everything)
		return d;
	for (unsigned k = 0; k < (s->mode64 ? 16 : 8); k++)
		d |= ((a->r[k] ^ b->r[k]) & mask) && !bit(u.gprs, k) ? DIFF_GPR : 0;
	d |= ((a->rflags ^ b->rflags) & ~u.flags & 0x7ed5) ? DIFF_FLAGS : 0;
	d |= compare_float(s, &u, a, b);
	return d | (same_memory(s, host, ours, initial) ? 0 : DIFF_MEM);
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static const char *const gpr_names[16] = {
	"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15",
};

static void print_value(const char *name, u64 before, u64 host, u64 ours)
{
	if (host != ours)
		printf("    %-7s before %016llx  host %016llx  ours %016llx\n", name, (unsigned long long)before,
			(unsigned long long)host, (unsigned long long)ours);
}

static void print_registers(const struct user_state *s, const struct user_state *a, const struct user_state *b)
{
	char name[16];

	for (unsigned k = 0; k < 16; k++)
		print_value(gpr_names[k], s->r[k], a->r[k], b->r[k]);
	print_value("rip", s->rip, a->rip, b->rip);
	print_value("rflags", s->rflags, a->rflags & 0x7ed5, b->rflags & 0x7ed5);
	print_value("mxcsr", s->mxcsr, a->mxcsr, b->mxcsr);
	print_value("fcw", s->fcw, a->fcw, b->fcw);
	print_value("fsw", s->fsw, a->fsw, b->fsw);
	print_value("ftw", s->ftw, a->ftw, b->ftw);
	for (unsigned k = 0; k < 8; k++) {
		snprintf(name, sizeof(name), "R%u.se", k);
		print_value(name, s->st[k].se, a->st[k].se, b->st[k].se);
		snprintf(name, sizeof(name), "R%u.sig", k);
		print_value(name, s->st[k].sig, a->st[k].sig, b->st[k].sig);
	}
	for (unsigned k = 0; k < 32; k++) {
		snprintf(name, sizeof(name), "xmm%u%c", k / 2, k % 2 ? 'h' : 'l');
		print_value(name, s->v[k / 2][k % 2], a->v[k / 2][k % 2], b->v[k / 2][k % 2]);
	}
}

static void print_before(const struct sample *s)
{
	const struct user_state *b = &s->s;

	for (unsigned k = 0; k < (s->mode64 ? 16 : 8); k++)
		printf("%s%s=%llx", k % 8 ? " " : k ? "\n    " : "    ", gpr_names[k], (unsigned long long)b->r[k]);
	printf("\n    rflags=%x mxcsr=%x fcw=%x fsw=%x ftw=%x address=%llx", b->rflags, b->mxcsr, b->fcw, b->fsw,
		b->ftw, (unsigned long long)(s->memory ? s->address : 0));
	if (s->row->attr & X87)
		for (unsigned k = 0; k < 8; k++) {
			const struct f80 *r = &b->st[((b->fsw >> 11) + k) & 7];

			printf("%sst%u=%04x_%016llx", k % 4 ? " " : "\n    ", k, r->se, (unsigned long long)r->sig);
		}
	printf("\n");
}

void outcome_print(const struct sample *s, const struct x86_isa *isa, unsigned differences, const struct outcome *host,
	const struct outcome *ours, const u8 *initial)
{
	unsigned shown = 0;
	char text[160];

	x86_text(isa, &s->insn, s->s.rip, s->mode64 ? 3 : 2, text, sizeof(text));
	printf("#%llu %u bits:", (unsigned long long)s->number, s->mode64 ? 64 : 32);
	for (unsigned k = 0; k < s->ncode; k++)
		printf(" %02x", s->code[k]);
	printf("  %s  row \"%s\" %s  differences %x\n", text, s->row->enc, s->row->text, differences);
	print_before(s);
	printf("    trap    host %u error %x cr2 %llx  ours %u error %x cr2 %llx\n", host->r.trap, host->r.error,
		(unsigned long long)host->r.cr2, ours->r.trap, ours->r.error, (unsigned long long)ours->r.cr2);
	print_registers(&s->s, &host->r.s, &ours->r.s);
	for (unsigned at = 0; at < USER_DATA_SIZE && shown < 32; at++) {
		u8 a = outcome_byte(host, initial, at), b = outcome_byte(ours, initial, at);

		if (a == b)
			continue;
		printf("    [%08x] before %02x  host %02x  ours %02x\n", USER_DATA + at, initial[at], a, b);
		shown++;
	}
}
