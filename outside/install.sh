#!/bin/bash
# Installs what is missing of Debian's programs: install.sh PROGRAM:PACKAGE…
missing=()
for p in "$@"; do
	[ -x "/usr/bin/${p%%:*}" ] || [ -x "/usr/sbin/${p%%:*}" ] || missing+=("${p#*:}")
done
[ ${#missing[@]} -gt 0 ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -qy --no-install-recommends "${missing[@]}"
