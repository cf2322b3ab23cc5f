/* SPDX-License-Identifier: MIT */
/* From a fault to its handler: raising, judging a fault that happens while another one is delivered (double and triple
 * fault), and telling people how it came to that. Intel SDM vol. 3, 6.9 to 6.15, table 6-5. */
#include "cpu/x86/flags.h"
#include "cpu/x86/sys.h"
#include "mem/base/log.h"

static const char *const mnemonics[] = {
	"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "#MP", "#TS", "#NP", "#SS", "#GP", "#PF", "#15",
	"#MF", "#AC", "#MC", "#XM",
};

static const char *name_of(unsigned vector, unsigned kind)
{
	if (vector >= countof(mnemonics) || kind == EV_SOFT_INT || kind == EV_EXTERNAL)
		return "interrupt";
	return mnemonics[vector];
}

enum { MAX_SERIAL = 20 };

/* ---- raising ------------------------------------------------------------------------------------- */

static void set_exception(struct x86 *c, unsigned vector, bool has_error, u32 error)
{
	c->ex.vector = (u8)vector;
	c->ex.kind = EV_FAULT;
	c->ex.has_error = has_error;
	c->ex.error = error;
}

void x86_raise(struct x86 *c, unsigned vector)
{
	set_exception(c, vector, false, 0);
	cpu_escape(&c->cpu);
}

void x86_raise_error(struct x86 *c, unsigned vector, u32 error)
{
	set_exception(c, vector, true, error);
	cpu_escape(&c->cpu);
}

void x86_raise_pf(struct x86 *c, u64 la, u32 error)
{
	log_line(LOG_MMU, "page fault at %llx, error %x, pc %llx", (unsigned long long)la, error,
		(unsigned long long)cpu_pc_now(&c->cpu));
	c->ex.cr2 = la;
	x86_raise_error(c, X_PF, error);
}

void x86_ud(struct x86 *c)
{
	x86_raise(c, X_UD);
}

void x86_gp(struct x86 *c, u32 error)
{
	x86_raise_error(c, X_GP, error);
}

void x86_again(struct x86 *c)
{
	c->ex.kind = EV_AGAIN;
	cpu_escape(&c->cpu);
}

void x86_fail(struct x86 *c, unsigned vector, u32 error, const char *why)
{
	c->why = why;
	x86_raise_error(c, vector, error);
}

void x86_note_access(struct x86 *c, const struct space *s, u64 addr, unsigned bytes, const char *what, u64 value)
{
	if (!space_find(s, addr))
		log_guest("%04x:%llx %s %llx, %u bytes, value %llx: nothing is there", c->seg[S_CS].sel,
			(unsigned long long)cpu_pc_now(&c->cpu), what, (unsigned long long)addr, bytes,
			(unsigned long long)(value & mask_low(bytes * 8)));
}

/* ---- the chain ----------------------------------------------------------------------------------- */

static void note(struct x86 *c, const struct x86_event *e)
{
	struct x86_fault *f;

	if (!c->ex.active)
		c->nchain = c->nserial = 0;
	c->nserial++;
	if (c->nchain == countof(c->chain)) { /* serial faults may go on for ever: the first and the last tell most */
		memmove(&c->chain[1], &c->chain[2], sizeof(c->chain) - 2 * sizeof(c->chain[0]));
		c->nchain--;
	}
	f = &c->chain[c->nchain++];
	*f = (struct x86_fault){
		.vector = e->vector,
		.kind = e->kind,
		.has_error = e->has_error,
		.error = e->error,
		.cs = c->seg[S_CS].sel,
		.rip = e->ip,
		.cr2 = c->cr2,
		.why = c->why,
	};
	if (log_on(LOG_INT))
		log_line(LOG_INT, "%s vector %02x%s error %04x kind %u cpl %u at %04x:%llx sp %04x:%llx cr2 %llx%s%s",
			name_of(e->vector, e->kind), e->vector, e->has_error ? "" : " no", e->error, e->kind, c->cpl,
			f->cs, (unsigned long long)f->rip, c->seg[S_SS].sel, (unsigned long long)c->r[R_SP],
			(unsigned long long)f->cr2, f->why ? ": " : "", f->why ? f->why : "");
}

static void print_gate(const struct x86 *c, const struct x86_fault *f, FILE *out)
{
	unsigned high = (unsigned)(f->gate[0] >> 16 & 0xffff), low = (unsigned)(f->gate[0] & 0xffff);

	if (!f->has_gate) {
		fprintf(out, "    its IDT entry could not be read (IDT base %llx, limit %x)\n",
			(unsigned long long)c->idtr.base, c->idtr.limit);
		return;
	}
	if (!x86_protected(c)) {
		fprintf(out, "    its interrupt vector: %04x:%04x\n", high, low);
		return;
	}
	fprintf(out, "    its IDT entry: %016llx", (unsigned long long)f->gate[0]);
	if (x86_long(c))
		fprintf(out, " %016llx", (unsigned long long)f->gate[1]);
	fprintf(out, ", selector %04x, type %x, %spresent\n", high, (unsigned)(f->gate[0] >> 40 & 0x1f),
		f->gate[0] >> 47 & 1 ? "" : "not ");
}

static void print_fault(const struct x86 *c, const struct x86_fault *f, FILE *out)
{
	fprintf(out, "  %s (vector %u", name_of(f->vector, f->kind), f->vector);
	if (f->has_error)
		fprintf(out, ", error code %04x", f->error);
	fprintf(out, ") at %04x:%0*llx", f->cs, c->in64 ? 16 : 8, (unsigned long long)f->rip);
	if (f->vector == X_PF && f->kind == EV_FAULT)
		fprintf(out, ", CR2 %0*llx", c->in64 ? 16 : 8, (unsigned long long)f->cr2);
	if (f->why)
		fprintf(out, ", because: %s", f->why);
	fputc('\n', out);
	print_gate(c, f, out);
}

void x86_explain(const struct cpu *cpu, FILE *out)
{
	const struct x86 *c = (const struct x86 *)(const void *)cpu;

	if (c->nchain)
		fputs("What led to it, first cause first:\n", out);
	for (unsigned n = 0; n < c->nchain; n++)
		print_fault(c, &c->chain[n], out);
}

void x86_shutdown(struct x86 *c, const char *why)
{
	const struct x86_fault *f = &c->chain[0];
	size_t size = sizeof(c->cpu.shutdown_reason);

	if (c->nchain)
		snprintf(c->cpu.shutdown_reason, size, "%s, beginning with %s at %04x:%llx", why,
			name_of(f->vector, f->kind), f->cs, (unsigned long long)f->rip);
	else
		snprintf(c->cpu.shutdown_reason, size, "%s", why);
	c->ex.active = false;
	cpu_kick(&c->cpu, EVENT_SHUTDOWN);
}

/* ---- delivery ------------------------------------------------------------------------------------ */

/* SDM vol. 3, table 6-4 */
enum class { BENIGN, CONTRIBUTORY, PAGE_FAULT, DOUBLE_FAULT };

static enum class class_of(unsigned vector, unsigned kind)
{
	if (kind != EV_FAULT)
		return BENIGN;
	switch (vector) {
	case X_DE: case X_TS: case X_NP: case X_SS: case X_GP: return CONTRIBUTORY;
	case X_PF: return PAGE_FAULT;
	case X_DF: return DOUBLE_FAULT;
	default: return BENIGN;
	}
}

/* Table 6-5: what becomes of e when it happens during the delivery of another event. False: shutdown. */
static bool judge(struct x86 *c, struct x86_event *e)
{
	enum class first = class_of(c->delivering, c->delivering_kind), second = class_of(e->vector, e->kind);

	if (second == BENIGN || first == BENIGN || (first == CONTRIBUTORY && second == PAGE_FAULT))
		return true;
	if (first == DOUBLE_FAULT)
		return false;
	*e = (struct x86_event){.vector = X_DF, .kind = EV_FAULT, .has_error = true, .ip = e->ip};
	c->why = "a fault during the delivery of the one above";
	note(c, e);
	return true;
}

static void enter(struct x86 *c, const struct x86_event *e)
{
	c->ex.active = true;
	c->delivering = e->vector;
	c->delivering_kind = e->kind;
	c->why = NULL;
	c->halted = c->mwait_masked = false;
	c->shadow = 0;
	c->step_armed = false;
	x86_enter_event(c, e);
	c->ex.active = false;
	c->why = NULL;
	c->cpu.took = true;
}

void x86_deliver(struct cpu *cpu)
{
	struct x86 *c = x86_from(cpu);
	struct x86_event e = {c->ex.vector, c->ex.kind, c->ex.has_error, c->ex.error, cpu->pc};

	if (e.kind == EV_AGAIN)
		return;
	c->in_repeat = false; /* RF is set anyway */
	c->trap_db = 0; /* the instruction has not completed: its traps are void */
	c->dr6_pending = 0;
	if (e.vector == X_PF && e.kind == EV_FAULT)
		c->cr2 = c->ex.cr2;
	note(c, &e);
	if (c->ex.active && !judge(c, &e)) {
		x86_shutdown(c, "triple fault");
		return;
	}
	if (c->nserial > MAX_SERIAL) { /* #AC on the stack of #AC: a real processor never comes out of it */
		x86_shutdown(c, "exceptions without end");
		return;
	}
	enter(c, &e);
}

void x86_inject(struct x86 *c, unsigned vector, enum x86_event_kind kind)
{
	struct x86_event e = {.vector = (u8)vector, .kind = (u8)kind, .ip = c->cpu.pc};

	note(c, &e);
	enter(c, &e);
}
