/* SPDX-License-Identifier: MIT */
/* The runner's pieces that C has no words for: entry, system calls (Linux, arm64), the trap that starts a batch, and the
 * thread pointer. */
	.globl	_start, system_call, start_batch, swap_thread_pointer
	.text

_start:
	mov	x29, xzr
	bl	runner_main
	mov	x8, #94			/* exit_group */
	svc	#0

/* long system_call(long number, a, b, c, d, e, f) */
system_call:
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	mov	x5, x6
	svc	#0
	ret

/* The handler of SIGTRAP runs the batch and comes back behind the BRK. */
start_batch:
	brk	#1
	ret

/* u64 swap_thread_pointer(u64 value): sets it, returns the old one */
swap_thread_pointer:
	mrs	x1, tpidr_el0
	msr	tpidr_el0, x0
	mov	x0, x1
	ret

	.section .note.GNU-stack, "", %progbits
