#!/bin/bash
# Runs clients that nobody here wrote on embedded clouds, one cloud each and as
# many at once as there are processors (or AT_ONCE), and says what passed and what
# failed. Names of some clients as arguments run only those.
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

# left tells what a client has left: files where it should have put them, mounts
# of those, and processes, which all have its folder in their environment or in
# their mounts. The folder of all runs of a user stays, empty.
left() { # FOLDER
	find "$1" -mindepth 1 ! -name "gekko-$(id -u)"
	grep -F "$1" /proc/self/mounts
	env -u TMPDIR grep -lsF "$1" /proc/[0-9]*/environ /proc/[0-9]*/mountinfo
}

run() { # NAME FLAG… -- COMMAND…
	local name=$1 begun=$SECONDS outcome=passed remains
	local folder=$work/$name
	shift
	mkdir "$folder"
	TMPDIR=$folder timeout 1800 "$GEKKO" local --calls "$folder.calls" "$@" >"$folder.log" 2>&1 || outcome=failed
	remains=$(left "$folder")
	[ -z "$remains" ] || { outcome=failed; printf 'FAILED to leave nothing\n%s\n' "$remains" >"$folder.left"; }
	printf '%-12s %s %4ds  %s\n' "$name" $outcome $((SECONDS - begun)) "$(tail -n 1 "$folder.log")" >"$folder.row"
	printf '== %s\n' "$name"
	cat "$folder.log" "$folder.left" 2>/dev/null
}

wanted=("$@") begun=()
client() {
	[ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " == *" $1 "* ]] || return
	while [ "$(jobs -rp | wc -l)" -ge "${AT_ONCE:-$(nproc)}" ]; do wait -n; done
	begun+=("$1")
	run "$@" &
}

# Those that take longest begin first.
client aws-classic -- bash aws-classic.sh
client aws-alb -- bash aws-alb.sh
client aws-nuke --like gekko.yaml -- bash nuke.sh
client ansible -- bash ansible.sh
client packer --like gekko.yaml -- bash packer.sh
client boto3 -- /usr/bin/python3 boto.py
client plain -- /usr/bin/python3 plain.py
client samples -- /usr/bin/python3 samples.py
client answers --image-time 2s -- /usr/bin/python3 answers.py
wait

echo
cd "$work" || exit 1
[ ${#begun[@]} -gt 0 ] || { echo "there is no such client"; exit 1; }
cat "${begun[@]/%/.row}"
! grep -qvE '^[^ ]+ +passed ' "${begun[@]/%/.row}" || exit 1
# What a whole run has called is the page's "tested by" (docs/local-cloud.md).
if [ ${#wanted[@]} -eq 0 ]; then
	for calls in *.calls; do
		sed "s/$/ ${calls%.calls}/" "$calls"
	done | LC_ALL=C sort -u >"$OLDPWD/calls.txt"
fi
