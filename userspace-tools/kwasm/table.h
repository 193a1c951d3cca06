/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of text -> columns as wide as their widest cell. */
#ifndef KWASM_TABLE_H
#define KWASM_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX	12

struct table {
	size_t nr_columns;
	size_t nr_cells, cap_cells;
	char **cells;			/* row by row */
	size_t column;			/* of the next cell */
};

/* @header: names separated by one blank each; a column whose name begins with '>' is set to the right. */
void table_init(struct table *t, const char *header);
__attribute__((format(printf, 2, 3)))
void table_cell(struct table *t, const char *fmt, ...);
void table_print(struct table *t, FILE *out);	/* frees it as well */

/* "1.5 KiB", "12.3 us": for people; @buf of UNIT_LEN bytes is returned. */
#define UNIT_LEN	24
char *unit_bytes(char *buf, uint64_t bytes);
char *unit_ns(char *buf, uint64_t ns);

#endif /* KWASM_TABLE_H */
