// SPDX-License-Identifier: GPL-2.0
/* Two pipes and a process between them. */
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

/* Closed on exec: a child that is started later must not keep this one's input open. */
bool child_start(struct child *c, const char *const argv[])
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return false;
	c->pid = fork();
	if (!c->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->to = fdopen(in[1], "w");
	c->from = fdopen(out[0], "r");
	return c->pid > 0 && c->to && c->from;
}

void child_stop(struct child *c)
{
	if (!c->to)
		return;
	fclose(c->to);
	fclose(c->from);
	waitpid(c->pid, NULL, 0);
	memset(c, 0, sizeof(*c));
}
