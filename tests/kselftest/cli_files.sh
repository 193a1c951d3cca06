#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# kwasm attach of fs programs: options, what show and list say, usage errors.
n=0 failed=0
ok() {		# STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n $2"; else echo "not ok $n $2"; failed=1; fi
}

d=/tmp/cli-files
mkdir -p $d/sub
echo x > $d/sub/secret.conf
echo x > $d/sub/secret
kwasm load files.wasm --name files
kwasm attach files --program fs/open_perm --path $d --scope subtree --glob '*.conf' --name watch
ok $? "attach --path --scope --glob"
! cat $d/sub/secret.conf 2>/dev/null && cat $d/sub/secret > /dev/null
ok $? "fs/open_perm: denied under the glob, allowed beside it"
kwasm show watch | grep -q "fs/open_perm, subtree $d, only \*.conf"
ok $? "show: hook, scope, path, glob"
kwasm show watch --json | grep -q '"eacces": *1'
ok $? "show --json: results by their names"
kwasm list links | grep "^watch " | grep -q "fs/open_perm"
ok $? "list links"
kwasm attach files --program fs/notify --path $d --events create,moved_to --name made
kwasm show made --json | tr -d '\n ' | grep -q '"events":\["create","moved_to"\]'
ok $? "attach --events"
kwasm attach files --program fs/open_perm --name bad 2>/dev/null
[ $? = 2 ]
ok $? "usage: fs programs want --path"
kwasm attach files --program fs/notify --path $d --events create,nonsense --name bad 2>/dev/null
[ $? = 2 ]
ok $? "usage: no such event"
kwasm attach files --program fs/open_perm --path $d --on-trap allow --name let
kwasm show let | grep -q "on trap allow" && kwasm show let --json | grep -q '"on_trap": *"allow"'
ok $? "attach --on-trap allow"
kwasm detach let
kwasm attach files --program fs/open_perm --path $d --on-trap deny --name keep
kwasm show keep | grep -q "on trap deny"
ok $? "attach --on-trap deny"
kwasm detach keep
kwasm detach watch && kwasm detach made && kwasm unload files && cat $d/sub/secret.conf > /dev/null
ok $? "detached, the file opens again"
echo "1..$n"
exit $failed
