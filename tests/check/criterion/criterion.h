/* SPDX-License-Identifier: MIT */
/*
 * Stands in for the part of criterion (the library of our unit tests) that they use, where the real one can't run:
 * in cross builds under qemu-user, and with sanitizers, whose leak check works on this one's plain processes. The names and meanings
 * are those of criterion's manual; test bodies compile unchanged against either.
 */
#ifndef CRITERION_H_
#define CRITERION_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct crit_test {
	const char *suite, *name;
	void (*body)(void);
	void (*init)(void), (*fini)(void);
	int signal;    /* the signal that must end it */
	int exit_code; /* the status that it must exit with */
	double timeout;
	bool disabled, is_suite;
	const char *description;
	struct crit_test *next;
};

void crit_register(struct crit_test *t);
void crit_check(const char *file, int line, bool fatal, const char *text, bool ok, const char *format, ...);
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void crit_skip(void);

#define CRIT_FIRST(x, ...) (x)
#define CRIT_REST(x, ...) __VA_ARGS__
#define CRIT_ENTRY(id, ...) \
	static struct crit_test id = { __VA_ARGS__ }; \
	__attribute__((constructor)) static void id##_register(void) \
	{ \
		crit_register(&id); \
	}
#define Test(s, n, ...) \
	static void s##_##n##_body(void); \
	CRIT_ENTRY(s##_##n##_test, .suite = #s, .name = #n, .body = s##_##n##_body, __VA_ARGS__) \
	static void s##_##n##_body(void)
#define TestSuite(s, ...) CRIT_ENTRY(s##_suite, .suite = #s, .is_suite = true, __VA_ARGS__)

/* In each: (condition[, format, arguments...]), or operands before the format. */
#define CRIT_1(fatal, op, ...) \
	crit_check(__FILE__, __LINE__, fatal, #__VA_ARGS__, op CRIT_FIRST(__VA_ARGS__, 0), CRIT_REST(__VA_ARGS__, NULL))
#define CRIT_2(fatal, a, op, ...) \
	crit_check(__FILE__, __LINE__, fatal, #a " " #op " " #__VA_ARGS__, (a)op CRIT_FIRST(__VA_ARGS__, 0), CRIT_REST(__VA_ARGS__, NULL))
#define CRIT_STR(fatal, a, op, ...) \
	crit_check(__FILE__, __LINE__, fatal, #a " str" #op " " #__VA_ARGS__, strcmp(a, CRIT_FIRST(__VA_ARGS__, 0)) op 0, CRIT_REST(__VA_ARGS__, NULL))
#define CRIT_ARR(fatal, a, b, op, ...) \
	crit_check(__FILE__, __LINE__, fatal, #a " arr" #op " " #b, memcmp(a, b, CRIT_FIRST(__VA_ARGS__, 0)) op 0, CRIT_REST(__VA_ARGS__, NULL))
#define CRIT_FLT(fatal, a, b, op, ...) \
	crit_check(__FILE__, __LINE__, fatal, #a " ~" #op " " #b, ((a) < (b) ? (b) - (a) : (a) - (b)) op CRIT_FIRST(__VA_ARGS__, 0), CRIT_REST(__VA_ARGS__, NULL))

#define cr_assert(...) CRIT_1(true, , __VA_ARGS__)
#define cr_assert_not(...) CRIT_1(true, !, __VA_ARGS__)
#define cr_assert_null(...) CRIT_1(true, NULL ==, __VA_ARGS__)
#define cr_assert_not_null(...) CRIT_1(true, NULL !=, __VA_ARGS__)
#define cr_assert_fail(...) crit_check(__FILE__, __LINE__, true, "fail", false, CRIT_REST(0, ##__VA_ARGS__, NULL))
#define cr_assert_eq(a, ...) CRIT_2(true, a, ==, __VA_ARGS__)
#define cr_assert_neq(a, ...) CRIT_2(true, a, !=, __VA_ARGS__)
#define cr_assert_lt(a, ...) CRIT_2(true, a, <, __VA_ARGS__)
#define cr_assert_leq(a, ...) CRIT_2(true, a, <=, __VA_ARGS__)
#define cr_assert_gt(a, ...) CRIT_2(true, a, >, __VA_ARGS__)
#define cr_assert_geq(a, ...) CRIT_2(true, a, >=, __VA_ARGS__)
#define cr_assert_str_eq(a, ...) CRIT_STR(true, a, ==, __VA_ARGS__)
#define cr_assert_str_neq(a, ...) CRIT_STR(true, a, !=, __VA_ARGS__)
#define cr_assert_str_empty(a) cr_assert_str_eq(a, "")
#define cr_assert_arr_eq(a, b, ...) CRIT_ARR(true, a, b, ==, __VA_ARGS__)
#define cr_assert_arr_neq(a, b, ...) CRIT_ARR(true, a, b, !=, __VA_ARGS__)
#define cr_assert_float_eq(a, b, ...) CRIT_FLT(true, a, b, <=, __VA_ARGS__)

#define cr_expect(...) CRIT_1(false, , __VA_ARGS__)
#define cr_expect_not(...) CRIT_1(false, !, __VA_ARGS__)
#define cr_expect_null(...) CRIT_1(false, NULL ==, __VA_ARGS__)
#define cr_expect_not_null(...) CRIT_1(false, NULL !=, __VA_ARGS__)
#define cr_expect_fail(...) crit_check(__FILE__, __LINE__, false, "fail", false, CRIT_REST(0, ##__VA_ARGS__, NULL))
#define cr_expect_eq(a, ...) CRIT_2(false, a, ==, __VA_ARGS__)
#define cr_expect_neq(a, ...) CRIT_2(false, a, !=, __VA_ARGS__)
#define cr_expect_lt(a, ...) CRIT_2(false, a, <, __VA_ARGS__)
#define cr_expect_leq(a, ...) CRIT_2(false, a, <=, __VA_ARGS__)
#define cr_expect_gt(a, ...) CRIT_2(false, a, >, __VA_ARGS__)
#define cr_expect_geq(a, ...) CRIT_2(false, a, >=, __VA_ARGS__)
#define cr_expect_str_eq(a, ...) CRIT_STR(false, a, ==, __VA_ARGS__)
#define cr_expect_str_neq(a, ...) CRIT_STR(false, a, !=, __VA_ARGS__)
#define cr_expect_str_empty(a) cr_expect_str_eq(a, "")
#define cr_expect_arr_eq(a, b, ...) CRIT_ARR(false, a, b, ==, __VA_ARGS__)
#define cr_expect_arr_neq(a, b, ...) CRIT_ARR(false, a, b, !=, __VA_ARGS__)
#define cr_expect_float_eq(a, b, ...) CRIT_FLT(false, a, b, <=, __VA_ARGS__)

#define cr_skip_test(...) crit_skip()
#define cr_skip(...) crit_skip()

#endif
