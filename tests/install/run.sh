#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `make install` into an empty folder, then a program outside of this tree that
# uses what is there: header, shared and static library, manual page's example.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 failed=0

[ "${O:-build/user}" = build/user ] || { echo "1..0 # SKIP only the plain build is installed"; exit 77; }

report() {	# STATUS NAME
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' "$tmp/log"
		failed=1
	fi
}

i=$tmp/i
env -u MAKEFLAGS -u MAKELEVEL make -s -C "$root" install DESTDIR="$i" PREFIX=/usr >"$tmp/log" 2>&1
report $? "make install DESTDIR= PREFIX="
for f in bin/kwasm lib/libkwasm.so.0 lib/libkwasm.so lib/libkwasm.a lib/pkgconfig/libkwasm.pc include/kwasm/libkwasm.h \
	 include/linux/kwasm.h include/linux/kwasm_guest.h lib/udev/rules.d/70-kwasm.rules \
	 lib/systemd/system/kwasm.service \
	 share/bash-completion/completions/kwasm; do
	[ -s "$i/usr/$f" ] || echo "/usr/$f is missing"
done >"$tmp/log"
[ ! -s "$tmp/log" ]
report $? "everything is where it belongs"

if command -v systemd-analyze >/dev/null; then
	# It runs what was installed here.
	sed "s|/usr/bin/|$i/usr/bin/|" "$i/usr/lib/systemd/system/kwasm.service" >"$tmp/kwasm.service"
	systemd-analyze verify --man=no "$tmp/kwasm.service" >"$tmp/log" 2>&1 && [ ! -s "$tmp/log" ]
	report $? "systemd has nothing against the unit"
fi

# Names the shared library shows, and those of its map.
nm -D --defined-only "$i/usr/lib/libkwasm.so" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort >"$tmp/shown"
sed -n 's/^\t\t\([a-z_0-9]*\);$/\1/p' "$root/userspace-tools/libkwasm/libkwasm.map" | sort >"$tmp/listed"
sed -n 's/^.*LIBKWASM_API.*[ *]\([a-z_0-9]*\)(.*/\1/p; /^LIBKWASM_API [a-z_ ]*\**$/{n;s/^\([a-z_0-9]*\)(.*/\1/p}' \
	"$i/usr/include/kwasm/libkwasm.h" | sort >"$tmp/declared"
diff "$tmp/listed" "$tmp/shown" >"$tmp/log"
report $? "the shared library shows what its map lists"
diff "$tmp/declared" "$tmp/shown" >"$tmp/log"
report $? "and what its header declares"
nm -g --defined-only "$i/usr/lib/libkwasm.a" | awk 'NF == 3 { print $3 }' | grep -v '^\(lib\)\?kwasm_' >"$tmp/log"
[ ! -s "$tmp/log" ]
report $? "the static library shows no name of anyone else"

cat >"$tmp/use.c" <<'END'
#include <err.h>
#include <stdio.h>
#include <kwasm/libkwasm.h>

int main(int argc, char **argv)
{
	struct kwasm_error e = { .sz = sizeof(e) };
	struct kwasm_module *m = kwasm_module__open_file(argv[argc - 1], NULL);

	if (!m)
		err(1, "%s", argv[argc - 1]);
	if (kwasm_module__check(m) && !kwasm_module__error(m, &e))
		puts(e.code);
	kwasm_module__close(m);
	return 0;
}
END
cc -Wall -Werror -I"$i/usr/include" -o "$tmp/shared" "$tmp/use.c" -L"$i/usr/lib" -lkwasm >"$tmp/log" 2>&1 &&
	[ "$(LD_LIBRARY_PATH=$i/usr/lib "$tmp/shared" "$tmp/use.c")" = malformed_module ]
report $? "a program with the shared library"
cc -Wall -Werror -static -I"$i/usr/include" -o "$tmp/static" "$tmp/use.c" "$i/usr/lib/libkwasm.a" -lbpf -lelf -lz >"$tmp/log" 2>&1 &&
	[ "$("$tmp/static" "$tmp/use.c")" = malformed_module ]
report $? "a program with the static library"

{ printf '#include <err.h>\n#include <kwasm/libkwasm.h>\nint main(void)\n{\n'
  sed -n '/^EXAMPLE/,/^SEE ALSO/{/^    /p}' "$root/Documentation/man/libkwasm.3.rst"
  printf '}\n'; } >"$tmp/example.c"
grep -q kwasm_module__load "$tmp/example.c" &&
	cc -Wall -Werror -I"$i/usr/include" -c -o "$tmp/example.o" "$tmp/example.c" >"$tmp/log" 2>&1
report $? "the manual page's example compiles"

if command -v c++ >/dev/null; then
	printf '#include <kwasm/libkwasm.h>\nint main() { return !libkwasm_version_string(); }\n' >"$tmp/use.cc"
	c++ -Wall -Werror -I"$i/usr/include" -o "$tmp/cxx" "$tmp/use.cc" -L"$i/usr/lib" -lkwasm >"$tmp/log" 2>&1
	report $? "a program in C++"
fi
echo "1..$n"
exit $failed
