/* SPDX-License-Identifier: MIT */
/* Takes "value,key=value,..." apart, as QEMU's options: a comma in a value is written twice. */
#include "frontend/keyvalue.h"

#include <stdio.h>

enum { VALUE_MAX = 1024, KEY_MAX = 40 };

struct item {
	char key[KEY_MAX], value[VALUE_MAX];
	bool fits;
};

/* The next item of *s; false at the end. */
static bool next(const char **s, bool first, const char *implied, struct item *item)
{
	const char *p = *s;
	size_t nkey = strcspn(p, "=,"), n = 0;

	if (!*p)
		return false;
	item->fits = nkey < KEY_MAX;
	if (p[nkey] == '=') {
		snprintf(item->key, KEY_MAX, "%.*s", (int)min_u64(nkey, KEY_MAX - 1), p);
		p += nkey + 1;
	} else {
		snprintf(item->key, KEY_MAX, "%s", first && implied ? implied : "");
		if (!item->key[0]) { /* "readonly" means "readonly=on" */
			snprintf(item->key, KEY_MAX, "%.*s", (int)min_u64(nkey, KEY_MAX - 1), p);
			snprintf(item->value, VALUE_MAX, "on");
			*s = p + nkey + (p[nkey] == ',');
			return true;
		}
	}
	for (; *p && (*p != ',' || p[1] == ','); p++) {
		p += *p == ',';
		if (n + 1 < VALUE_MAX)
			item->value[n++] = *p;
		else
			item->fits = false;
	}
	item->value[n] = 0;
	*s = p + (*p == ',');
	return true;
}

bool keyvalue_get(const char *text, const char *implied, const char *key, char *out, size_t size)
{
	struct item item;
	bool found = false;

	for (bool first = true; next(&text, first, implied, &item); first = false)
		if (!strcmp(item.key, key)) {
			snprintf(out, size, "%s", item.value);
			found = true;
		}
	return found;
}

static bool listed(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = words; (s = strstr(s, word)) != NULL; s++)
		if ((s == words || s[-1] == ' ') && (s[n] == ' ' || !s[n]))
			return n != 0;
	return false;
}

bool keyvalue_check(const char *flag, const char *text, const char *implied, const char *known, struct err *err)
{
	const char *s = text;
	struct item item;

	for (bool first = true; next(&s, first, implied, &item); first = false) {
		if (!item.fits)
			return err_set(
				err, "%s %.40s...: a value of more than %d characters", flag, text, VALUE_MAX - 1);
		if (!listed(known, item.key))
			return err_set(err, "%s %s: there is no '%s' here; known: %s", flag, text, item.key,
				known);
	}
	return true;
}

bool keyvalue_bool(const char *flag, const char *text, const char *key, bool otherwise, bool *value, struct err *err)
{
	char word[8] = "";

	*value = otherwise;
	if (!keyvalue_get(text, NULL, key, word, sizeof(word)))
		return true;
	*value = listed("on yes true", word);
	return *value || listed("off no false", word) || err_set(err, "%s %s: %s is on or off", flag, text, key);
}
