// SPDX-License-Identifier: GPL-2.0
/* Network namespaces: a name of `ip netns`, a PID or a path <-> descriptor and inode. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

#define NETNS_DIR	"/run/netns"

int open_netns(struct cli *c, const char *ns, int *fd)
{
	struct failure f = { .status = EXIT_NOT_FOUND, .err = ENOENT, .code = "not_found",
			     .hint = "`ip netns list` shows the names there are" };
	char path[512];

	if (strchr(ns, '/'))
		snprintf(path, sizeof(path), "%s", ns);
	else if (*ns && ns[strspn(ns, "0123456789")] == 0)
		snprintf(path, sizeof(path), "/proc/%s/ns/net", ns);
	else
		snprintf(path, sizeof(path), NETNS_DIR "/%s", ns);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd >= 0)
		return 0;
	if (errno == ENOENT)
		return fail(c, &f, "there is no network namespace '%s'", ns);
	return fail_errno(c, -errno, path);
}

uint64_t own_netns_ino(void)
{
	struct stat st;

	return stat("/proc/thread-self/ns/net", &st) ? 0 : st.st_ino;
}

const char *netns_name(uint64_t ino, char *buf, size_t bytes)
{
	struct stat st;
	struct dirent *d;
	DIR *dir;

	if (own_netns_ino() == ino) {
		snprintf(buf, bytes, "(own)");
		return buf;
	}
	snprintf(buf, bytes, "ino:%llu", (unsigned long long)ino);
	dir = opendir(NETNS_DIR);
	if (!dir)
		return buf;
	while ((d = readdir(dir))) {
		if (fstatat(dirfd(dir), d->d_name, &st, 0) || st.st_ino != ino || *d->d_name == '.')
			continue;
		snprintf(buf, bytes, "%s", d->d_name);
		break;
	}
	closedir(dir);
	return buf;
}

/* @dir/NAME@rest of the first name it is. */
static int find_in(const char *path, const char *rest, uint64_t ino)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	struct stat st;
	char name[512];
	int fd = -ENOENT;

	while (dir && fd < 0 && (d = readdir(dir))) {
		snprintf(name, sizeof(name), "%s%s", d->d_name, rest);
		if (*d->d_name == '.' || fstatat(dirfd(dir), name, &st, 0) || st.st_ino != ino)
			continue;
		fd = openat(dirfd(dir), name, O_RDONLY | O_CLOEXEC);
	}
	if (dir)
		closedir(dir);
	return fd < 0 ? -ENOENT : fd;
}

int open_netns_ino(uint64_t ino)
{
	int fd;

	if (own_netns_ino() == ino)
		return 0;
	fd = find_in(NETNS_DIR, "", ino);
	return fd >= 0 ? fd : find_in("/proc", "/ns/net", ino);
}
