// SPDX-License-Identifier: GPL-2.0
/*
 * offload NETNS DEVICE: packets that leave by it have their checksums.
 *
 * A veth leaves them to whoever takes the packet off the machine, and XDP in
 * the driver does not know of that.  What `ethtool -K DEVICE tx off` does.
 */
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct ethtool_value off = { .cmd = ETHTOOL_STXCSUM };
	struct ifreq req = { .ifr_data = (void *)&off };
	char path[128];
	int fd;

	if (argc != 3 || strlen(argv[2]) >= sizeof(req.ifr_name)) {
		fprintf(stderr, "usage: offload NETNS DEVICE\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	strcpy(req.ifr_name, argv[2]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) || ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCETHTOOL, &req)) {
		perror("offload");
		return 1;
	}
	return 0;
}
