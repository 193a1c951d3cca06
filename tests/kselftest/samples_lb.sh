#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The load balancer among the samples, on real connections.  Runs in the guest; TAP.
#
#   left 10.20.0.1 c0 ====== c1 lb: 10.20.0.100, port 80
#                               s0 ====== b0 10.21.0.2 one: httpd on port 8080
#                               s1 ====== b1 10.22.0.2 two: the same
out=/tmp/samples_lb.out
. ./lib/tap.sh

pair() {	# NS0 DEV0 MAC0 NS1 DEV1 MAC1
	ip link add "$2" netns "$1" address "$3" type veth peer name "$5" netns "$4" address "$6"
	ip netns exec "$1" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'
	ip netns exec "$4" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'
	ip -n "$1" link set "$2" up; ip -n "$4" link set "$5" up
	# In the driver a veth takes frames only if its peer has a program too: one that lets all of these pass.
	offload "$4" "$5" && kwasm attach ./xdp.wasm --name "pass-$5" --netns "$4" --device "$5" >$out 2>&1
	result $? "lb: a way from $2 to $5"
}

topology() {
	local i
	for ns in left lb one two; do ip netns add $ns; ip -n $ns link set lo up; done
	pair lb c1 02:00:00:00:00:01 left c0 02:00:00:00:00:02
	pair lb s0 02:00:00:00:01:01 one b0 02:00:00:00:01:02
	pair lb s1 02:00:00:00:02:01 two b1 02:00:00:00:02:02
	ip -n left addr add 10.20.0.1/24 dev c0
	ip -n lb addr add 10.20.0.254/24 dev c1; ip -n lb addr add 10.20.0.100/32 dev c1
	for i in 0 1; do
		ip -n lb addr add 10.2$((i + 1)).0.254/24 dev s$i
		ip -n "$(server $i)" addr add 10.2$((i + 1)).0.2/24 dev b$i
		ip -n "$(server $i)" route add default via 10.2$((i + 1)).0.254
		mkdir -p /tmp/www$i
		server $i > /tmp/www$i/index.html
		ip netns exec "$(server $i)" busybox httpd -p 8080 -h /tmp/www$i
	done
}

server() { if [ "$1" = 0 ]; then echo one; else echo two; fi; }
index() { ip -n "$1" -o link show "$2" | cut -d: -f1; }
list() { kwasm map update l4-lb.backends "1,$1" "10.2$(($1 + 1)).0.2,8080,02:00:00:00:0$(($1 + 1)):02,02:00:00:00:0$(($1 + 1)):01,$(index lb s$1)"; }

# stat SLOT NAME: one number of a server
stat() { kwasm map lookup l4-lb.stats "1,$1" --json 2>/dev/null | tr -d ' \n' | grep -o "\"$2\":[0-9]*" | cut -d: -f2; }

# requests N: who answers N connections, a line each
requests() {
	ip netns exec left timeout 120 bash -c '
		for ((i = 0; i < $1; i++)); do
			exec 3<>/dev/tcp/10.20.0.100/80 || { echo none; continue; }
			printf "GET / HTTP/1.0\r\n\r\n" >&3
			timeout 20 cat <&3 | grep -xE "one|two" || echo silent
			exec 3>&-
		done' requests "$1" >$out 2>&1
}
of() { grep -cx "$1" $out; }

# counted ANSWERS COUNT: as many, but for calls killed by their deadline, where an emulated CPU was away for longer:
# one may have chosen a server and not counted it any more
counted() {
	local kills
	kills=$(kwasm show c1 --json | tr -d ' \n' | grep -o '"deadline":[0-9]*' | head -n 1 | cut -d: -f2)
	[ "$2" -le "$1" ] && [ "$2" -ge $(($1 - ${kills:-0})) ]
}

kwasm load /samples/l4_lb.wasm >$out 2>&1
result $? "lb: load"
topology
for device in c1 s0 s1; do
	kwasm attach l4-lb --netns lb --device $device --name $device >$out 2>&1
	result $? "lb: attach to $device"
done
ip netns exec left ping -c 2 -W 2 10.20.0.100 >$out 2>&1
result $? "lb: what is no connection to share out the kernel gets"
kwasm map update l4-lb.services 10.20.0.100,80,6 1 >$out 2>&1
result $? "lb: a service"
ip netns exec left timeout 2 bash -c ': 3<>/dev/tcp/10.20.0.100/80' >$out 2>&1
[ $? != 0 ] && kwasm map lookup l4-lb.drops 0 --json | grep -q '"packets":[1-9]'
result $? "lb: without servers nobody answers, and that is counted"

list 0 >$out 2>&1 && list 1 >>$out 2>&1
result $? "lb: two servers"
requests 40
[ "$(of one)" -ge 8 ] && [ "$(of two)" -ge 8 ] && [ $(($(of one) + $(of two))) = 40 ]
result $? "lb: 40 connections are all answered, by both: $(of one) and $(of two)"
ones=$(of one) twos=$(of two)
counted "$ones" "$(stat 0 connections)" && counted "$twos" "$(stat 1 connections)"
result $? "lb: and counted: $(stat 0 connections) and $(stat 1 connections)"
[ "$(stat 0 packets)" -ge $((4 * ones)) ] && [ "$(stat 0 reply_bytes)" -ge $((100 * ones)) ]
result $? "lb: with packets both ways: $(stat 0 packets) there, $(stat 0 reply_packets) back"

# Half of each request, then the list changes, then the other half.
before0=$(stat 0 connections) before1=$(stat 1 connections)
ip netns exec left timeout 120 bash -c '
	for i in {10..25}; do eval "exec $i<>/dev/tcp/10.20.0.100/80" && printf "GET / HT" >&$i; done
	kwasm map delete l4-lb.backends 1,0 >&2
	for i in {10..25}; do printf "TP/1.0\r\n\r\n" >&$i; timeout 20 cat <&$i | grep -xE "one|two" || echo silent; done
	' half >$out 2>/tmp/half
ones=$(($(stat 0 connections) - before0)) twos=$(($(stat 1 connections) - before1))
counted "$(of one)" $ones && counted "$(of two)" $twos && [ $(($(of one) + $(of two))) = 16 ] && [ "$(of one)" -ge 1 ]
result $? "lb: the list changes, connections stay where they are: $(of one) of $ones, $(of two) of $twos"
before=$(stat 0 connections)
requests 20
[ "$(of two)" = 20 ] && [ "$(stat 0 connections)" = "$before" ]
result $? "lb: a server off the list gets none that are new"
list 0 >$out 2>&1
requests 20
[ "$(of one)" -ge 1 ] && [ $(($(of one) + $(of two))) = 20 ]
result $? "lb: back on the list it does: $(of one)"
kwasm map lookup l4-lb.drops 2 --json >$out 2>&1
grep -q '"packets":0' $out
result $? "lb: nothing failed"

# Datagrams: a checksum of their own kind, and no beginning.  Each side has one port to send from.
ip netns exec left sh -c 'echo 5000 5000 > /proc/sys/net/ipv4/ip_local_port_range'
ip netns exec one sh -c 'echo 5353 5353 > /proc/sys/net/ipv4/ip_local_port_range'
kwasm map update l4-lb.services 10.20.0.100,53,17 2 >$out 2>&1
kwasm map update l4-lb.backends "2,0" "10.21.0.2,5353,02:00:00:00:01:02,02:00:00:00:01:01,$(index lb s0)" >>$out 2>&1
# A datagram may be lost, where a slow server has no socket yet or an emulated CPU was away for longer than a call may
# take: it is sent again until the answer is there.
ip netns exec one timeout 60 bash -c 'exec 3<>/dev/udp/10.20.0.1/5000
	while dd bs=100 count=1 <&3; do echo back >&3; done' >/tmp/there 2>/dev/null &
server_of_datagrams=$!
ip netns exec left timeout 60 bash -c 'exec 3<>/dev/udp/10.20.0.100/53
	until echo there >&3 && timeout 2 dd bs=100 count=1 <&3 | grep -x back; do sleep 0.2; done' >$out 2>&1
kill $server_of_datagrams
wait
grep -qx there /tmp/there && grep -qx back $out
result $? "lb: a datagram, there and back"

for l in c1 s0 s1 pass-c0 pass-b0 pass-b1; do kwasm detach $l >$out 2>&1; done
kwasm unload l4-lb >$out 2>&1
result $? "lb: unload"
for ns in one two; do ip netns pids $ns | xargs -r kill; done
for ns in left lb one two; do ip netns del $ns; done
echo "1..$n"
exit $failed
