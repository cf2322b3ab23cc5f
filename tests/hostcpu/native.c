/* SPDX-License-Identifier: MIT */
/* Runs instructions on the host. The child lives in a signal handler: each return from it loads a state and enters the
 * instruction (in compatibility mode for 32-bit code: SDM vol. 1, 3.1.1), whose trap comes back to the handler with the
 * state after it. Seccomp's strict mode leaves it reading, writing and returning. Linux x86-64 only: sigreturn(2). */
#define _GNU_SOURCE
#include "tests/hostcpu/hostcpu.h"

#include <asm/ldt.h>
#include <asm/prctl.h>
#include <cpuid.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/ucontext.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHARED ((struct shared *)0x600000000000)
enum { STACK_SIZE = 1 << 18, PATIENCE_MS = 30000 };

/* ---- in the child ------------------------------------------------------------------------------------------------ */

static const int gregs[16] = {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
};

static u8 *at_address(u64 address)
{
	return (u8 *)(uintptr_t)address;
}

static void load_float(const struct user_state *s, struct _libc_fpstate *fp)
{
	u8 *header = (u8 *)fp + 512; /* XSTATE_BV: SDM vol. 1, 13.4.2 */

	fp->cwd = s->fcw;
	fp->swd = s->fsw;
	fp->ftw = s->ftw;
	fp->mxcsr = s->mxcsr;
	for (unsigned k = 0; k < 8; k++) {
		const struct f80 *r = &s->st[(k + (s->fsw >> 11)) & 7];

		store_le64((u8 *)&fp->_st[k], r->sig);
		store_le16((u8 *)&fp->_st[k] + 8, r->se);
	}
	for (unsigned k = 0; k < 16; k++) {
		store_le64((u8 *)&fp->_xmm[k], s->v[k][0]);
		store_le64((u8 *)&fp->_xmm[k] + 8, s->v[k][1]);
	}
	header[0] |= 3;
}

static void save_float(struct user_state *s, const struct _libc_fpstate *fp)
{
	s->fcw = fp->cwd;
	s->fsw = fp->swd;
	s->ftw = fp->ftw & 0xff;
	s->mxcsr = fp->mxcsr;
	for (unsigned k = 0; k < 8; k++) {
		struct f80 *r = &s->st[(k + (s->fsw >> 11)) & 7];

		r->sig = load_le64((const u8 *)&fp->_st[k]);
		r->se = load_le16((const u8 *)&fp->_st[k] + 8);
	}
	memset(s->v, 0, sizeof(s->v));
	for (unsigned k = 0; k < 16; k++) {
		s->v[k][0] = load_le64((const u8 *)&fp->_xmm[k]);
		s->v[k][1] = load_le64((const u8 *)&fp->_xmm[k] + 8);
	}
}

static void load(struct shared *c, ucontext_t *u)
{
	const struct sample *s = &c->samples[c->current];
	greg_t *g = u->uc_mcontext.gregs;

	for (unsigned k = 0; k < 16; k++)
		g[gregs[k]] = (greg_t)s->s.r[k];
	g[REG_RIP] = (greg_t)s->s.rip;
	g[REG_EFL] = (greg_t)(s->s.rflags | (s->step ? FL_TF : 0));
	g[REG_CSGSFS] = (g[REG_CSGSFS] & ~(greg_t)0xffff) | (c->mode64 ? HOST_CODE64 : HOST_CODE32);
	load_float(&s->s, u->uc_mcontext.fpregs);
	memcpy(c->code + USER_CODE_AT, s->code, s->ncode);
	memcpy(at_address(USER_DATA + s->poke_at), s->poke, s->poke_len);
}

static void save(struct shared *c, const ucontext_t *u)
{
	const struct sample *s = &c->samples[c->current];
	struct outcome *o = &c->outcomes[c->current];
	const greg_t *g = u->uc_mcontext.gregs;

	for (unsigned k = 0; k < 16; k++)
		o->r.s.r[k] = (u64)g[gregs[k]];
	o->r.s.rip = (u64)g[REG_RIP];
	o->r.s.rflags = (u32)g[REG_EFL] & ~(u32)FL_TF;
	o->r.trap = (u8)g[REG_TRAPNO];
	o->r.error = (u32)g[REG_ERR];
	o->r.cr2 = o->r.trap == X_PF ? (u64)g[REG_CR2] : 0;
	if (s->step && o->r.trap == X_DB) {
		o->r.trap = 255;
	} else if (!s->step && o->r.trap == X_BP) {
		o->r.trap = 255;
		o->r.s.rip--;
	}
	save_float(&o->r.s, u->uc_mcontext.fpregs);
	memset(c->code + USER_CODE_AT, 0xcc, s->ncode);
	outcome_memory(o, at_address(USER_DATA), c->initial);
}

/* No libc here but memory functions: FS, which it reaches its thread's data through, is not its own any more. */
static void wait_for_work(struct shared *c)
{
	u8 byte = 0;

	if (c->started)
		syscall(SYS_write, c->replies, &byte, 1);
	if (syscall(SYS_read, c->requests, &byte, 1) != 1)
		syscall(SYS_exit, 0);
	c->started = true;
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
	struct shared *c = SHARED;

	(void)signal;
	(void)info;
	if (c->started) {
		save(c, context);
		c->current++;
	}
	if (!c->started || c->current == c->count)
		wait_for_work(c);
	load(c, context);
}

/* The first entry, which is left by an INT3 as well: DS, ES and GS can only be loaded with the registers set. */
static void on_first_signal(int signal, siginfo_t *info, void *context)
{
	static const u8 load_segments[] = { 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xe9, 0xcc }; /* MOV DS,EAX; ES,EAX; GS,ECX */
	ucontext_t *u = context;
	greg_t *g = u->uc_mcontext.gregs;
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	static const int signals[] = { SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
	bool mode64 = SHARED->mode64, ok = true;

	(void)signal;
	(void)info;
	memcpy(SHARED->code, load_segments, sizeof(load_segments));
	if (mode64)
		SHARED->code[4] = 0xcc;
	g[REG_RAX] = HOST_DATA;
	g[REG_RCX] = HOST_GS32;
	g[REG_RIP] = USER_CODE;
	for (unsigned k = 0; k < countof(signals); k++)
		ok = sigaction(signals[k], &action, NULL) == 0 && ok;
	if (mode64)
		ok = syscall(SYS_arch_prctl, ARCH_SET_GS, HOST_GS_BASE) == 0 &&
			syscall(SYS_arch_prctl, ARCH_SET_FS, HOST_FS_BASE) == 0 && ok;
	if (!ok || syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) != 0)
		syscall(SYS_exit_group, 1);
}

static bool map_at(u64 address, size_t size)
{
	return mmap(at_address(address), size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == (void *)at_address(address);
}

/* The same pages twice: mremap(2) of 0 bytes of a shared mapping. */
static bool map_code(struct shared *c)
{
	void *p = mmap(NULL, USER_DATA_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	void *q = at_address(USER_CODE);

	if (p == MAP_FAILED || mremap(p, 0, USER_DATA_SIZE, MREMAP_MAYMOVE | MREMAP_FIXED, q) != q)
		return false;
	memset(p, 0xcc, USER_DATA_SIZE);
	c->code = p;
	return mprotect(q, USER_DATA_SIZE, PROT_READ | PROT_EXEC) == 0;
}

static bool child_prepare(struct shared *c)
{
	struct user_desc gs = { .base_addr = HOST_GS_BASE, .limit = 0xfffff, .seg_32bit = 1, .limit_in_pages = 1 };
	stack_t stack = { .ss_size = STACK_SIZE };
	struct sigaction action = { .sa_sigaction = on_first_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };

	stack.ss_sp = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack.ss_sp == MAP_FAILED || !map_at(USER_DATA, USER_DATA_SIZE) || !map_at(USER_COPY, 0x1000) ||
		!map_code(c))
		return false;
	memcpy(at_address(USER_DATA), c->initial, USER_DATA_SIZE);
	memcpy(at_address(USER_COPY), c->initial, 0x1000);
	return mprotect(at_address(USER_COPY), 0x1000, PROT_READ) == 0 &&
		(c->mode64 || syscall(SYS_modify_ldt, 1, &gs, sizeof(gs)) == 0) &&
		prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && sigaltstack(&stack, NULL) == 0 &&
		sigaction(SIGTRAP, &action, NULL) == 0;
}

/* ---- in the parent ----------------------------------------------------------------------------------------------- */

static bool spawn(struct native *n)
{
	int requests[2], replies[2];

	if (pipe(requests) != 0 || pipe(replies) != 0)
		return false;
	n->shared->requests = requests[0];
	n->shared->replies = replies[1];
	n->shared->started = false;
	fflush(stdout);
	n->pid = fork();
	if (n->pid == 0) {
		close(requests[1]);
		close(replies[0]);
		/* the other mode's child reads there too: move ours to where the handler looks */
		if (mremap(n->shared, sizeof(*n->shared), sizeof(*n->shared), MREMAP_MAYMOVE | MREMAP_FIXED, SHARED) !=
				SHARED ||
			!child_prepare(SHARED))
			_exit(1);
		raise(SIGTRAP);
		_exit(1);
	}
	close(requests[0]);
	close(replies[1]);
	n->requests = requests[1];
	n->replies = replies[0];
	return n->pid > 0;
}

static void reap(struct native *n)
{
	if (n->pid <= 0)
		return;
	kill(n->pid, SIGKILL);
	waitpid(n->pid, NULL, 0);
	close(n->requests);
	close(n->replies);
	n->pid = 0;
}

bool native_open(struct native *n, bool mode64, const u8 *initial, struct err *err)
{
	struct shared *c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*n = (struct native){ .mode64 = mode64 };
	if (c == MAP_FAILED)
		return err_set(err, "no memory to share with a child");
	c->mode64 = mode64;
	c->initial = initial;
	n->shared = c;
	return (signal(SIGPIPE, SIG_IGN) != SIG_ERR && spawn(n)) || err_set(err, "can't start a child");
}

void native_close(struct native *n)
{
	reap(n);
	munmap(n->shared, sizeof(*n->shared));
}

bool native_start(struct native *n, u32 from, u32 count)
{
	u8 byte = 0;

	for (unsigned tries = 0; tries < 2; tries++) {
		if (!n->pid && !spawn(n))
			return false;
		n->shared->current = from;
		n->shared->count = count;
		if (write(n->requests, &byte, 1) == 1)
			return true;
		reap(n); /* it died between two batches */
		n->deaths++;
	}
	return false;
}

u32 native_wait(struct native *n)
{
	struct pollfd p = { .fd = n->replies, .events = POLLIN };
	u8 byte;

	if (poll(&p, 1, PATIENCE_MS) == 1 && read(n->replies, &byte, 1) == 1)
		return n->shared->count;
	reap(n);
	n->deaths++;
	return n->shared->current;
}

/* ---- what the host can do ---------------------------------------------------------------------------------------- */

enum { EAX, EBX, ECX, EDX };

/* SDM vol. 2, CPUID */
static const struct {
	u8 feature, reg, bit;
	u32 leaf;
} features[] = {
	{FEAT_FPU, EDX, 0, 1}, {FEAT_CX8, EDX, 8, 1}, {FEAT_CMOV, EDX, 15, 1}, {FEAT_MMX, EDX, 23, 1},
	{FEAT_FXSR, EDX, 24, 1}, {FEAT_SSE, EDX, 25, 1}, {FEAT_SSE2, EDX, 26, 1}, {FEAT_CLFSH, EDX, 19, 1},
	{FEAT_SSE3, ECX, 0, 1}, {FEAT_PCLMUL, ECX, 1, 1}, {FEAT_SSSE3, ECX, 9, 1}, {FEAT_CX16, ECX, 13, 1},
	{FEAT_SSE41, ECX, 19, 1}, {FEAT_SSE42, ECX, 20, 1}, {FEAT_MOVBE, ECX, 22, 1}, {FEAT_POPCNT, ECX, 23, 1},
	{FEAT_AES, ECX, 25, 1}, {FEAT_FSGSBASE, EBX, 0, 7}, {FEAT_BMI1, EBX, 3, 7}, {FEAT_BMI2, EBX, 8, 7},
	{FEAT_ADX, EBX, 19, 7}, {FEAT_SHA, EBX, 29, 7}, {FEAT_SMAP, EBX, 20, 7}, {FEAT_LAHF64, ECX, 0, 0x80000001},
	{FEAT_LZCNT, ECX, 5, 0x80000001}, {FEAT_PREFETCHW, ECX, 8, 0x80000001},
};

bool host_has(unsigned feature)
{
	u32 r[4];

	if (feature == FEAT_NONE)
		return true;
	for (unsigned k = 0; k < countof(features); k++)
		if (features[k].feature == feature)
			return __get_cpuid_count(features[k].leaf, 0, &r[EAX], &r[EBX], &r[ECX], &r[EDX]) &&
				bit(r[features[k].reg], features[k].bit);
	return false;
}
