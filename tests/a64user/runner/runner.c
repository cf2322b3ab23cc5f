/* SPDX-License-Identifier: MIT */
/* Runs under qemu-aarch64: each sample's instruction once, from the sample's registers, which a signal handler's return
 * loads. BRK behind the instruction, or a fault, ends it. Without a library, linked where no random address of a sample
 * finds it. Signal frames: Linux, arch/arm64, asm/sigcontext.h; system calls: asm-generic/unistd.h. */
#include "tests/a64user/wire.h"

enum { SYS_READ = 63, SYS_WRITE = 64, SYS_SIGALTSTACK = 132, SYS_SIGACTION = 134, SYS_MMAP = 222, SYS_MPROTECT = 226 };
enum { PROT_READ = 1, PROT_WRITE = 2, PROT_EXEC = 4, MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 16, MAP_ANON = 32 };
enum { ILL = 4, TRAP = 5, BUS = 7, SEGV = 11, SA_SIGINFO = 4, SA_ONSTACK = 0x08000000 };
enum { CODE_SIZE = WIRE_CODE_PAGES * 4096, CODE_WORDS = CODE_SIZE / 4, DATA_WORDS = WIRE_DATA_SIZE / 8 };

struct siginfo {
	int32_t signo, error, code, unused;
	uint64_t address;
};

struct context {
	uint64_t fault_address;
	uint64_t general[34]; /* X0-X30, SP, PC, PSTATE */
	uint64_t unused;
	uint32_t magic, size;
	uint32_t fpsr, fpcr;
	uint64_t v[64];
};

struct ucontext {
	uint64_t flags, link;
	uint64_t stack[3];
	uint64_t mask[16];
	uint64_t unused;
	struct context context;
};

struct action {
	void (*handler)(int signal, struct siginfo *info, struct ucontext *uc);
	uint64_t flags, restorer, mask;
};

enum { GENERAL = 34, PC = 32 };

long system_call(long number, ...);
void start_batch(void);
uint64_t swap_thread_pointer(uint64_t value);
long runner_main(void);
void *memcpy(void *to, const void *from, unsigned long n);

static struct wire *wire;
static uint64_t stack[4096], initial[DATA_WORDS];
static struct context main_context;
static int running;

/* The compiler makes calls of it. */
void *memcpy(void *to, const void *from, unsigned long n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	while (n--)
		*t++ = *f++;
	return to;
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static uint32_t *code(void)
{
	return (uint32_t *)WIRE_CODE;
}

static void open_code(void)
{
	system_call(SYS_MPROTECT, WIRE_CODE, (long)CODE_SIZE, (long)(PROT_READ | PROT_WRITE));
}

static void close_code(void)
{
	system_call(SYS_MPROTECT, WIRE_CODE, (long)CODE_SIZE, (long)(PROT_READ | PROT_EXEC));
}

static void write_code(void)
{
	uint32_t *slots = (uint32_t *)WIRE_SLOTS;

	open_code();
	for (unsigned k = 0; k < WIRE_BATCH; k++) {
		slots[k * 4] = k < wire->count ? wire->sample[k].word[0] : WIRE_BRK;
		slots[k * 4 + 1] = k < wire->count ? wire->sample[k].word[1] : WIRE_BRK;
	}
	close_code();
}

static void patch_code(uint32_t at, uint32_t word)
{
	open_code();
	code()[at / 4] = word;
	close_code();
}

static void take_chunk(struct wire_result *r, unsigned at)
{
	uint8_t *data = (uint8_t *)WIRE_DATA;

	if (r->nchunks < WIRE_CHUNKS) {
		struct wire_chunk *c = &r->chunk[r->nchunks];

		c->at = at;
		memcpy(c->bytes, data + at, WIRE_CHUNK);
	}
	r->nchunks++;
	memcpy(data + at, (uint8_t *)initial + at, WIRE_CHUNK);
}

/* What changed, and as it was again. */
static void collect_memory(struct wire_result *r)
{
	const volatile uint64_t *data = (const volatile uint64_t *)WIRE_DATA;

	for (unsigned k = 0; k < DATA_WORDS; k += 8) {
		uint64_t d = 0;

		for (unsigned n = k; n < k + 8; n++)
			d |= data[n] ^ initial[n];
		for (unsigned n = k; d && n < k + 8; n += 2)
			if ((data[n] ^ initial[n]) | (data[n + 1] ^ initial[n + 1]))
				take_chunk(r, n * 8);
	}
}

/* ---- one sample after the other ---------------------------------------------------------------------------------- */

static void collect(const struct wire_sample *s, struct wire_result *r, const struct siginfo *info, struct context *c)
{
	uint64_t *general = r->state.x;

	r->signal = (uint32_t)info->signo;
	r->code = (uint32_t)info->code;
	r->address = info->address;
	r->nchunks = 0;
	for (unsigned k = 0; k < GENERAL; k++)
		general[k] = c->general[k];
	for (unsigned k = 0; k < 64; k++)
		r->state.v[k] = c->v[k];
	r->state.fpsr = c->fpsr;
	r->state.fpcr = c->fpcr;
	r->state.tpidr = swap_thread_pointer(0);
	if (s->flags & WIRE_MEMORY)
		collect_memory(r);
	if (s->brk_at)
		patch_code(s->brk_at, wire->sample[(s->brk_at - 4096) / WIRE_SLOT].word[s->brk_at / 4 % 4]);
}

static void prepare(const struct wire_sample *s, struct context *c)
{
	const uint64_t *general = s->state.x;

	for (unsigned k = 0; k < GENERAL; k++)
		c->general[k] = general[k];
	for (unsigned k = 0; k < 64; k++)
		c->v[k] = s->state.v[k];
	c->fpsr = s->state.fpsr;
	c->fpcr = s->state.fpcr;
	swap_thread_pointer(s->state.tpidr);
	if (s->brk_at)
		patch_code(s->brk_at, WIRE_BRK);
}

static void on_signal(int signal, struct siginfo *info, struct ucontext *uc)
{
	struct context *c = &uc->context;

	(void)signal;
	if (!running) {
		main_context = *c;
		main_context.general[PC] += 4;
		running = 1;
	} else {
		collect(&wire->sample[wire->current], &wire->result[wire->current], info, c);
		wire->current++;
	}
	if (wire->current < wire->count) {
		prepare(&wire->sample[wire->current], c);
	} else {
		*c = main_context;
		running = 0;
	}
}

/* ---- start ------------------------------------------------------------------------------------------------------- */

static long map(uint64_t at, unsigned long size, int prot, int flags, int fd)
{
	return system_call(SYS_MMAP, at, size, (long)prot, (long)flags, (long)fd, 0L);
}

static int open_memory(void)
{
	long p = map(0, sizeof(*wire), PROT_READ | PROT_WRITE, MAP_SHARED, WIRE_FD);

	if (p < 0 && p > -4096)
		return 0;
	wire = (struct wire *)p;
	if (map(WIRE_DATA, WIRE_DATA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANON, -1) < 0 ||
		map(WIRE_CODE, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANON, -1) < 0)
		return 0;
	for (unsigned k = 0; k < CODE_WORDS; k++)
		code()[k] = WIRE_BRK;
	memcpy(initial, wire->data, WIRE_DATA_SIZE);
	memcpy((void *)WIRE_DATA, wire->data, WIRE_DATA_SIZE);
	return 1;
}

static int open_signals(void)
{
	static const int signals[] = {ILL, TRAP, BUS, SEGV};
	uint64_t alternate[3] = {(uint64_t)stack, 0, sizeof(stack)};
	struct action a = {on_signal, SA_SIGINFO | SA_ONSTACK, 0, ~UINT64_C(0)};

	for (unsigned k = 0; k < sizeof(signals) / sizeof(signals[0]); k++)
		if (system_call(SYS_SIGACTION, (long)signals[k], &a, 0L, 8L) != 0)
			return 0;
	return system_call(SYS_SIGALTSTACK, alternate, 0L) == 0;
}

long runner_main(void)
{
	uint8_t byte;

	if (!open_memory() || !open_signals())
		return 1;
	while (system_call(SYS_READ, (long)WIRE_REQUESTS, &byte, 1L) == 1) {
		wire->current = wire->from;
		write_code();
		if (wire->current < wire->count)
			start_batch();
		if (system_call(SYS_WRITE, (long)WIRE_REPLIES, &byte, 1L) != 1)
			return 1;
	}
	return 0;
}
