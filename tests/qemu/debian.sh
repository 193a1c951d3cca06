#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Sourced: packages out of Debian's archive, without installing them.  They come
# through an apt configuration of our own, signatures checked with Debian's
# keyring; the host's package database is not touched.
#
# Wants $cache, where lists and packages are kept, and $arch: packages of which
# architecture (for one call: arch=amd64 deb ...).

die() { echo "${0##*/}: $*" >&2; exit 1; }

# The mirror this machine uses for Debian, else Debian's own.
mirror() {
	local uri
	# shellcheck disable=SC2016 # apt expands these
	uri=$(apt-get indextargets --format '$(CREATED_BY) $(REPO_URI)' 2>/dev/null |
		sed -n 's,^Packages \(.*/debian\)/*$,\1,p' | head -n 1)
	echo "${uri:-http://deb.debian.org/debian}"
}

# apt SUITE COMMAND...: apt-get or apt-cache that sees only SUITE
private() {
	local s=$1 tool=$2 dir=$cache/apt-$1-$arch
	shift 2
	"$tool" -qq -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null \
		-o Dir::State="$dir/state" -o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o APT::Architecture="$arch" -o APT::Architectures::="$arch" -o APT::Sandbox::User=root \
		-o APT::Default-Release= -o Acquire::Languages=none -o Acquire::Retries=5 \
		-o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
		-o Acquire::http::Timeout=60 "$@"
}

# Package lists, at most a day old; yesterday's will do where there is no network.
update() {
	local s=$1 dir=$cache/apt-$1-$arch m key=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -e "$dir/fresh" ] && [ -n "$(find "$dir/fresh" -mtime -1)" ] && return
	m=$(mirror)
	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	: > "$dir/status"
	printf 'deb [signed-by=%s] %s %s main\n' "$key" "$m" "$s" \
		"$key" "${m%/debian}/debian-security" "$s-security" > "$dir/sources.list"
	echo "# package lists of Debian $s" >&2
	if private "$s" apt-get update >&2; then
		touch "$dir/fresh"
	elif ls "$dir"/state/lists/*_Packages* >/dev/null 2>&1; then
		echo "# no network? using the lists of $(date -r "$dir/state/lists" +%F)" >&2
	else
		die "cannot read Debian $s from $m: is there a network?"
	fi
}

# The path of PACKAGE's .deb in the cache, fetched if it is not there yet.
deb() {
	local s=$1 pkg=$2 uri file
	read -r uri file _ < <(private "$s" apt-get --print-uris download "$pkg" | head -n 1) ||
		die "Debian $s has no package $pkg"
	if [ ! -e "$cache/debs/$file" ]; then
		echo "# fetching $pkg" >&2
		(cd "$cache/debs" && mkdir -p "part.$$" && cd "part.$$" &&
		 private "$s" apt-get download "$pkg" >&2 && mv -- *.deb "../$file" && cd .. && rmdir "part.$$") ||
			die "cannot fetch $pkg ($uri)"
	fi
	echo "$cache/debs/$file"
}

# What the meta package META stands for today.
stands_for() {
	private "$1" apt-cache depends --important "$2" |
		sed -n 's/^ *Depends: \(linux-\(image\|headers\)-[0-9][^ ]*\).*/\1/p' | head -n 1
}
