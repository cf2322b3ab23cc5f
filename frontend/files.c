/* SPDX-License-Identifier: MIT */
/* Reads host files, and says in one line why one can't be read. */
#define _XOPEN_SOURCE 700
#include "frontend/files.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_MODULES = 64 };

bool file_load(struct blob *b, const char *flag, const char *path, struct err *err)
{
	struct stat st;
	FILE *f;
	u8 *data;

	*b = (struct blob){.name = path};
	if (stat(path, &st))
		return err_set(err, "%s %s: %s", flag, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err, "%s %s: %s", flag, path,
			S_ISDIR(st.st_mode) ? "is a directory" : "is not a regular file");
	if (!st.st_size)
		return err_set(err, "%s %s: the file is empty", flag, path);
	f = fopen(path, "rb");
	if (!f)
		return err_set(err, "%s %s: %s", flag, path, strerror(errno));
	data = malloc((size_t)st.st_size);
	if (!data || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size) {
		err_set(err, "%s %s: %s", flag, path,
			data ? "the file can't be read whole" : "too large for the host's memory");
		free(data);
		fclose(f);
		return false;
	}
	fclose(f);
	b->data = data;
	b->size = (size_t)st.st_size;
	return true;
}

void file_free(struct blob *b)
{
	free((void *)(uintptr_t)b->data);
	b->data = NULL;
}

/* "path args" -> a blob whose name and args are both in one allocation that the name owns. */
static bool load_module(struct blob *b, const char *flag, const char *text, size_t n, struct err *err)
{
	char *name = malloc(n + 1), *space;

	assert(name);
	memcpy(name, text, n);
	name[n] = 0;
	space = strchr(name, ' ');
	if (space)
		*space = 0;
	if (!file_load(b, flag, name, err)) {
		b->name = NULL;
		free(name);
		return false;
	}
	b->args = space ? space + 1 : NULL;
	return true;
}

bool file_load_list(struct blob **list, unsigned *n, const char *flag, const char *text, struct err *err)
{
	struct stat st;
	bool whole = !stat(text, &st); /* a name with a comma in it */

	*list = calloc(MAX_MODULES, sizeof(**list));
	assert(*list);
	for (*n = 0; *text;) {
		size_t len = whole ? strlen(text) : strcspn(text, ",");

		if (*n == MAX_MODULES)
			return err_set(err, "%s: %d modules are the most", flag, MAX_MODULES);
		if (!load_module(&(*list)[*n], flag, text, len, err))
			return false;
		++*n;
		text += len + (text[len] == ',');
	}
	return *n || err_set(err, "%s: the file name is empty", flag);
}

void file_free_list(struct blob *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		free((void *)(uintptr_t)list[i].name);
		file_free(&list[i]);
	}
	free(list);
}

u64 host_memory(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

	return pages > 0 && size > 0 ? (u64)pages * (u64)size : ~0ull;
}
