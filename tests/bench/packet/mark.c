// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* usage: mark COMMAND ARGUMENT...: runs it between two marks, and ends as it does. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mark.h"

int main(int argc, char **argv)
{
	int status = 0;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = fork();
	if (pid < 0)
		return 1;
	if (!pid) {
		mark();
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	mark();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
