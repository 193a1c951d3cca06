// SPDX-License-Identifier: GPL-2.0
/* The command table -> usage, help of a verb, shell completion. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"

static void print_list(void)
{
	int i;

	printf("kwasm: WebAssembly in the kernel\n\nusage: kwasm VERB [OBJECT] [options]\n\n");
	for (i = 0; i < nr_verbs; i++)
		printf("  %-10s %-18s %s\n", verbs[i].name, verbs[i].args, verbs[i].summary);
	printf("\n--json works with every verb that answers; `kwasm help VERB` tells more; see kwasm(8).\n");
}

static void print_verb(const struct verb *v)
{
	char left[64];
	int i;

	printf("usage: kwasm %s%s%s [options]\n\n%s\n", v->name, *v->args ? " " : "", v->args, v->summary);
	if (v->detail)
		printf("%s\n", v->detail);
	printf("\n");
	for (i = 0; i < NR_OPTIONS; i++) {
		if (!(v->options >> i & 1))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", options[i].name,
			 options[i].arg ? " " : "", options[i].arg ?: "");
		printf("  %-32s %s\n", left, options[i].help);
	}
}

static void json_verb(struct json *j, const struct verb *v)
{
	int i;

	json_object(j, NULL);
	json_str(j, "name", v->name);
	json_str(j, "args", v->args);
	json_str(j, "summary", v->summary);
	json_array(j, "options");
	for (i = 0; i < NR_OPTIONS; i++)
		if (v->options >> i & 1)
			json_str(j, NULL, options[i].name);
	json_close(j);
	json_close(j);
}

int run_help(struct cli *c)
{
	const struct verb *v = NULL;
	int i;

	if (c->nr_args) {
		v = find_verb(c->args[0]);
		if (!v)
			return fail_usage(c, "there is no verb '%s'", c->args[0]);
	}
	if (c->json) {
		json_begin(&c->j, stdout);
		json_array(&c->j, "verbs");
		for (i = 0; i < nr_verbs; i++)
			if (!v || v == &verbs[i])
				json_verb(&c->j, &verbs[i]);
		json_end(&c->j);
	} else if (v) {
		print_verb(v);
	} else {
		print_list();
	}
	return EXIT_OK;
}

/* What completion runs to learn the names there are now. */
static const char *const names_of[] = {
	[COMPLETE_NONE]    = "",
	[COMPLETE_FILES]   = "COMPREPLY=( $(compgen -f -- \"$cur\") )",
	[COMPLETE_MODULES] = "COMPREPLY=( $(compgen -W \"$(_kwasm_names modules)\" -- \"$cur\") )",
	[COMPLETE_LINKS]   = "COMPREPLY=( $(compgen -f -W \"$(_kwasm_names links)\" -- \"$cur\") )",
	[COMPLETE_BOTH]    = "COMPREPLY=( $(compgen -f -W \"$(_kwasm_names modules) $(_kwasm_names links)\" -- \"$cur\") )",
	[COMPLETE_VERBS]   = "COMPREPLY=( $(compgen -W \"$verbs\" -- \"$cur\") )",
	[COMPLETE_TREE]    = "COMPREPLY=( $(compgen -W tree -- \"$cur\") )",
	[COMPLETE_KINDS]   = "COMPREPLY=( $(compgen -W \"modules links\" -- \"$cur\") )",
};

/* An option whose argument is a choice offers the words of it. */
static void print_choices(void)
{
	const char *p;
	int i;

	for (i = 0; i < NR_OPTIONS; i++) {
		if (!options[i].arg || !strchr(options[i].arg, '|'))
			continue;
		printf("\t--%s) COMPREPLY=( $(compgen -W \"", options[i].name);
		for (p = options[i].arg; *p; p++)
			putchar(*p == '|' ? ' ' : *p);
		printf("\" -- \"$cur\") ); return ;;\n");
	}
}

int run_completion(struct cli *c)
{
	int i, o;

	if (strcmp(c->args[0], "bash"))
		return fail_usage(c, "completion is there for bash only");
	printf("# bash completion for kwasm(8), printed by `kwasm completion bash`\n");
	printf("_kwasm_names()\n{\n"
	       "\tkwasm list \"$1\" 2>/dev/null | awk 'NR > 1 && $1 != \"-\" { print $1 }'\n}\n");
	printf("_kwasm()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verbs=\"");
	for (i = 0; i < nr_verbs; i++)
		printf("%s%s", i ? " " : "", verbs[i].name);
	printf("\" opts=\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	       "\t\tCOMPREPLY=( $(compgen -W \"$verbs --version --help\" -- \"$cur\") )\n\t\treturn\n\tfi\n");
	printf("\tcase $prev in\n");
	print_choices();
	printf("\tesac\n\tcase ${COMP_WORDS[1]} in\n");
	for (i = 0; i < nr_verbs; i++) {
		printf("\t%s)\n\t\topts=\"", verbs[i].name);
		for (o = 0; o < NR_OPTIONS; o++)
			if (verbs[i].options >> o & 1)
				printf("--%s ", options[o].name);
		printf("\"\n\t\t%s ;;\n", *names_of[verbs[i].complete] ? names_of[verbs[i].complete] : ":");
	}
	printf("\tesac\n\tcase $cur in\n\t-*) COMPREPLY=( $(compgen -W \"$opts\" -- \"$cur\") ) ;;\n\tesac\n}\n");
	printf("complete -o filenames -F _kwasm kwasm\n");
	return EXIT_OK;
}
