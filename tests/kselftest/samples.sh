#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Samples that keep state between packets, on real connections: what one packet
# from a file cannot show.  Runs in the guest; TAP.
#
#   left  10.11.0.1 l0 ====== r0 10.11.0.2  right: httpd on port 80
out=/tmp/samples.out
. ./lib/tap.sh

topology() {
	ip netns add left; ip netns add right
	ip link add l0 netns left type veth peer name r0 netns right
	ip -n left addr add 10.11.0.1/24 dev l0; ip -n right addr add 10.11.0.2/24 dev r0
	ip -n left link set l0 up; ip -n right link set r0 up
	mkdir -p /tmp/www
	echo hello > /tmp/www/index.html
	ip netns exec right busybox httpd -p 80 -h /tmp/www
	for _ in 1 2 3 4 5 6 7 8 9 10; do answers 'GET / HTTP/1.0\r\nHost: first.example\r\n\r\n' && break; sleep 0.2; done
}

# request SECONDS PART...: the parts of a request, each sent when the one before has gone; is the page the answer?
request() {
	ip netns exec left timeout $((2 * $1)) bash -c '
		exec 3<>/dev/tcp/10.11.0.2/80 || exit 1
		for part in "${@:2}"; do printf "$part" >&3; sleep 0.1; done
		timeout $1 cat <&3' request "$@" >$out 2>&1
	grep -q '^hello' $out
}

# An answer ends the wait for it: an emulated CPU may take its time.
answers() { request 20 "$@"; }
silent() { if request 2 "$@"; then return 1; else return 0; fi; }

# of_host NAME: how many requests the sample has counted
of_host() { kwasm map dump http-inspect.hosts --json | tr -d ' \n' | grep -o "\"$1\"[^0-9]*[0-9]*" | grep -o '[0-9]*$'; }

blocked='blocked.example' long=$(printf 'x%.0s' {1..5000})
topology
kwasm load /samples/http_inspect.wasm >$out 2>&1 && kwasm map update http-inspect.blocked $blocked 1 >>$out 2>&1 &&
	kwasm attach http-inspect --netns right --name http >>$out 2>&1
result $? "http_inspect: attach"
answers 'GET / HTTP/1.0\r\nHost: fine.example\r\n\r\n'
result $? "http_inspect: another host's request is answered"
silent "GET / HTTP/1.0\r\nHost: $blocked\r\n\r\n"
result $? "http_inspect: the blocked host's is not"
silent "GET / HTTP/1.0\r\nhOsT:  BLOCKED.example:80\r\n\r\n"
result $? "http_inspect: in other letters, with a port"
silent "GET http://$blocked/ HTTP/1.0\r\nHost: fine.example\r\n\r\n"
result $? "http_inspect: in the request line"
silent 'GET / HT' 'TP/1.0\r\nAccept: */*\r' '\nHo' 's' 't: bloc' 'ked.examp' 'le' '\r\n\r\n'
result $? "http_inspect: in eight segments"
answers 'GET / HT' 'TP/1.0\r\nAccept: */*\r' '\nHo' 's' 't: fin' 'e.examp' 'le' '\r\n\r\n'
result $? "http_inspect: another host in eight segments is answered"
silent "GET / HTTP/1.0\r\nCookie: $long\r\nHost: $blocked\r\n\r\n"
result $? "http_inspect: behind 5,000 bytes of something else"
answers "GET / HTTP/1.0\r\nCookie: Host: $blocked\r\nX-Host: $blocked\r\nHost: fine.example\r\n\r\n"
result $? "http_inspect: a name that only looks like it is no host"
answers "GET / HTTP/1.0\r\nCookie: $long\r\nHost: fine.example\r\n\r\n"
result $? "http_inspect: another host behind 5,000 bytes is answered"
# What TCP sends again, because the emulated receiver was late, is counted again.
[ "$(of_host fine.example)" -ge 4 ] && [ "$(of_host $blocked)" -ge 5 ]
result $? "http_inspect: counts 4 and 5 requests, more if TCP repeats: $(of_host fine.example) and $(of_host $blocked)"
kwasm detach http:inet.input >$out 2>&1 && kwasm detach http:inet.output >$out 2>&1 && answers "GET / HTTP/1.0\r\nHost: $blocked\r\n\r\n"
result $? "http_inspect: detached, all is answered"
kwasm unload http-inspect >/dev/null 2>&1

# Connections are refused at once; for a SYN that was dropped the client waits, and sends it again.
kwasm load /samples/syn_flood.wasm >$out 2>&1 && kwasm attach syn-flood --netns right --name syn --priority -300 >>$out 2>&1
result $? "syn_flood: attach"
ip netns exec left timeout 60 bash -c 'for i in {1..400}; do : 3<>/dev/tcp/10.11.0.2/81; done' >/dev/null 2>&1
kwasm map dump syn-flood.syns --json >$out 2>&1
read -r seconds syns above < <(tr -d ' \n' < $out | grep -o '"syns":[0-9]*' | cut -d: -f2 |
	awk '{ n++; sum += $1; if ($1 > 100) above += $1 - 100 } END { print n + 0, sum + 0, above + 0 }')
dropped=$(kwasm show syn --json | grep -o '"drop":[0-9]*' | head -n 1 | cut -d: -f2)
[ "$syns" -ge 400 ] && [ "$dropped" = "$above" ]
result $? "syn_flood: in $seconds seconds $syns SYNs, what was above 100 in one of them was dropped: $dropped of $above"
kwasm detach syn >$out 2>&1; kwasm unload syn-flood >$out 2>&1

ip netns pids right | xargs -r kill
ip netns del left; ip netns del right
echo "1..$n"
exit $failed
