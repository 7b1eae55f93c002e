#!/bin/bash
# Runs clients that nobody here wrote on embedded clouds, one cloud each, and
# says which passed. Names of some clients as arguments run only those.
cd "$(dirname "$0")" || exit 1

./install.sh aws:awscli packer:packer ansible-playbook:ansible aws-nuke:aws-nuke ssh:openssh-client curl:curl || exit 1
/usr/bin/python3 -c 'import boto3' 2>/dev/null || ./install.sh boto3:python3-boto3 || exit 1

export PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$GEKKO" ]; then
	GEKKO=$work/gekko
	(cd .. && go build -o "$GEKKO" ./cmd/gekko) || exit 1
fi
export GEKKO

# client NAME COMMAND… runs one on a cloud of its own, with flags before --.
wanted=("$@") failed=0 table=
client() {
	local name=$1 begun=$SECONDS outcome=passed
	shift
	[ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " == *" $name "* ]] || return
	echo "== $name"
	timeout 900 "$GEKKO" local --calls "$work/$name.calls" "$@" >"$work/$name.log" 2>&1 || { outcome=failed; failed=1; }
	cat "$work/$name.log"
	table+=$(printf '%-14s %-7s %4ds  %s' "$name" $outcome $((SECONDS - begun)) "$(tail -n 1 "$work/$name.log")")$'\n'
}

client aws-classic -- bash aws-classic.sh
client aws-alb -- bash aws-alb.sh
client packer --like gekko.yaml -- bash packer.sh
client boto3 -- /usr/bin/python3 boto.py
client plain -- /usr/bin/python3 plain.py
client samples -- /usr/bin/python3 samples.py
client answers --image-time 2s -- /usr/bin/python3 answers.py
client ansible -- bash ansible.sh
client aws-nuke --like gekko.yaml -- bash nuke.sh

printf '\n%s' "$table"
# What a whole run has called is the page's "tested by" (docs/local-cloud.md).
if [ $failed -eq 0 ] && [ ${#wanted[@]} -eq 0 ]; then
	for calls in "$work"/*.calls; do
		sed "s/$/ $(basename "$calls" .calls)/" "$calls"
	done | LC_ALL=C sort -u >calls.txt
fi
exit $failed
