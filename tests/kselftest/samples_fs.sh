#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Samples on files: exec_allow and tripwire, on a tmpfs.  Runs in the guest; TAP.
out=/tmp/samples_fs.out d=/tmp/samples-fs
. ./lib/tap.sh

sha() { sha256sum < "$1" | cut -c 1-64; }
zeros=$(printf '0%.0s' {1..64})

mkdir -p $d && mount -t tmpfs samples-fs $d && mkdir $d/bin $d/docs
for i in listed other any; do printf '#!/bin/sh\necho %s ran\n' $i > $d/bin/$i; chmod 755 $d/bin/$i; done
# One byte more and one less than blocks, padding and chunks have room for.
for i in 55 56 63 64 119 16383 16384 16385 40000; do
	{ printf '#!/bin/sh\nexit 0\n#'; head -c 50000 /dev/zero | tr '\0' x; } | head -c $i > $d/bin/size$i
	chmod 755 $d/bin/size$i
done

kwasm load /samples/exec_allow.wasm >$out 2>&1 && kwasm map update exec-allow.allowed $d/bin/listed "$(sha $d/bin/listed)" >>$out 2>&1 &&
	kwasm map update exec-allow.allowed $d/bin/any $zeros >>$out 2>&1
result $? "exec_allow: a list"
for i in 55 56 63 64 119 16383 16384 16385 40000; do kwasm map update exec-allow.allowed $d/bin/size$i "$(sha $d/bin/size$i)"; done >$out 2>&1
result $? "exec_allow: a list of sizes"
kwasm attach exec-allow --path $d --scope subtree --deadline 10s --name execs >$out 2>&1
result $? "exec_allow: attach"
[ "$($d/bin/listed 2>$out)" = "listed ran" ]
result $? "exec_allow: what is on the list with its hash runs"
$d/bin/other >$out 2>&1
[ $? = 126 ]
result $? "exec_allow: what is not does not"
echo '# and one line more' >> $d/bin/listed
$d/bin/listed >$out 2>&1
[ $? = 126 ]
result $? "exec_allow: nor what was changed"
echo '# changed' >> $d/bin/any
[ "$($d/bin/any 2>$out)" = "any ran" ]
result $? "exec_allow: a hash of zeros is any"
ok=0
for i in 55 56 63 64 119 16383 16384 16385 40000; do $d/bin/size$i || { echo "size $i"; ok=1; }; done >$out 2>&1
result $ok "exec_allow: the hash is right at every size"
kwasm events exec-allow >$out 2>&1
grep -q "path=$d/bin/other" $out && grep -q "sha256=$(sha $d/bin/other)" $out && grep -q "sha256=$(sha $d/bin/listed)" $out
result $? "exec_allow: refusals are told, with the hash"
kwasm detach execs >$out 2>&1 && [ "$($d/bin/other)" = "other ran" ]
result $? "exec_allow: detached, all runs"
kwasm unload exec-allow >$out 2>&1

for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	for _ in 1 2 3 4 5 6 7 8; do cat /proc/cpuinfo; done | head -c 6000 > $d/docs/$i.txt
done
kwasm load /samples/tripwire.wasm >$out 2>&1 && kwasm attach tripwire --path $d/docs --scope subtree --on-trap accept --deadline 5s --name wire >>$out 2>&1
result $? "tripwire: attach"
bash -c "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do printf '%s ' {1..2000} > $d/docs/\$i.txt || exit 1; done" >$out 2>&1
result $? "tripwire: twelve documents written are no alarm"
head -c 6000 /dev/urandom > /tmp/noise
# One process, that overwrites one after the other until it cannot.
cat > /tmp/encrypt.sh <<-END
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		printf '%s' "\$noise" > $d/docs/\$i.txt || exit \$i
	done
END
noise=$(tr -d '\0' < /tmp/noise) bash /tmp/encrypt.sh >$out 2>&1
at=$?
[ $at = 9 ]
result $? "tripwire: who encrypts opens no ninth file: $at"
kwasm events tripwire >$out 2>&1
[ "$(grep -c 'alerts: ' $out)" = 1 ] && grep -q "files=8" $out && grep -q "comm=bash" $out && grep -q "path=$d/docs/8.txt" $out
result $? "tripwire: one alarm, with the file and who it was"
cat $d/docs/12.txt > /dev/null 2>$out
result $? "tripwire: others open it"
kwasm detach wire:notify >$out 2>&1 && kwasm detach wire:open_perm >>$out 2>&1 && kwasm unload tripwire >>$out 2>&1 && umount $d >>$out 2>&1
result $? "tripwire: detached, the filesystem is free"

echo "1..$n"
exit $failed
