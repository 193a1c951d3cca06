// SPDX-License-Identifier: GPL-2.0
/* Rows of text -> columns as wide as their widest cell. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "table.h"

static void put_cell(struct table *t, char *text)
{
	if (t->nr_cells == t->cap_cells) {
		t->cap_cells = t->cap_cells ? 2 * t->cap_cells : 64;
		t->cells = reallocarray(t->cells, t->cap_cells, sizeof(*t->cells));
		if (!t->cells)
			die_nomem();
	}
	t->cells[t->nr_cells++] = text;
}

void table_init(struct table *t, const char *header)
{
	const char *end;
	char *name;

	memset(t, 0, sizeof(*t));
	for (; *header; header = *end ? end + 1 : end) {
		end = strchrnul(header, ' ');
		name = strndup(header, end - header);
		if (!name)
			die_nomem();
		put_cell(t, name);
		t->nr_columns++;
	}
}

void table_cell(struct table *t, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		die_nomem();
	va_end(ap);
	put_cell(t, text);
}

void table_print(struct table *t, FILE *out)
{
	int width[TABLE_COLUMNS_MAX] = { 0 };
	bool right[TABLE_COLUMNS_MAX];
	size_t i, c;

	for (c = 0; c < t->nr_columns; c++) {
		right[c] = t->cells[c][0] == '>';
		if (right[c])
			memmove(t->cells[c], t->cells[c] + 1, strlen(t->cells[c]));
	}
	for (i = 0; i < t->nr_cells; i++)
		if ((int)strlen(t->cells[i]) > width[i % t->nr_columns])
			width[i % t->nr_columns] = strlen(t->cells[i]);
	for (i = 0; i < t->nr_cells; i++) {
		c = i % t->nr_columns;
		if (c == t->nr_columns - 1 && !right[c])
			fputs(t->cells[i], out);
		else
			fprintf(out, "%*s", right[c] ? width[c] : -width[c], t->cells[i]);
		fputs(c == t->nr_columns - 1 ? "\n" : "  ", out);
		free(t->cells[i]);
	}
	free(t->cells);
}

static char *scaled(char *buf, uint64_t v, uint64_t base, const char *const *unit, int nr_units)
{
	uint64_t scale = 1;
	int i = 0;

	while (i + 1 < nr_units && v / scale >= base) {
		scale *= base;
		i++;
	}
	if (i && v / scale < 100)
		snprintf(buf, UNIT_LEN, "%.1f %s", (double)v / scale, unit[i]);
	else
		snprintf(buf, UNIT_LEN, "%llu %s", (unsigned long long)(v / scale), unit[i]);
	return buf;
}

char *unit_bytes(char *buf, uint64_t bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB" };

	return scaled(buf, bytes, 1024, unit, 5);
}

char *unit_ns(char *buf, uint64_t ns)
{
	static const char *const unit[] = { "ns", "us", "ms", "s" };

	return scaled(buf, ns, 1000, unit, 4);
}
