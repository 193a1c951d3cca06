/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Values as the suite writes them: arguments, and what a result must look like. */
#ifndef KWASM_SPEC_VALUE_H
#define KWASM_SPEC_VALUE_H

#include <stdbool.h>

#include "common/layout.h"
#include "json.h"

/* An argument.  Return: 0, or -1 when its type is not known. */
int value_parse(const struct json *v, struct kw_value *out);

/* Does @got match @want?  *@known is false when the kind of @want is not known here. */
bool value_matches(const struct json *want, const struct kw_value *got, bool *known);

#endif /* KWASM_SPEC_VALUE_H */
