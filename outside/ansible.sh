#!/bin/bash
# Debian's Ansible runs its playbook; each task fails if what it reads back is
# not what it set, and a second run of each must change nothing.
cd "$(dirname "$0")" || exit 1
export ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_NOCOLOR=1 ANSIBLE_RETRY_FILES_ENABLED=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
export ANSIBLE_HOME=$(mktemp -d)
trap 'rm -rf "$ANSIBLE_HOME"' EXIT
/usr/bin/ansible-playbook -i localhost, -e ansible_python_interpreter=/usr/bin/python3 -e endpoint="$AWS_ENDPOINT_URL" playbook.yml >"$ANSIBLE_HOME/log" 2>&1
status=$?
grep -B 3 -A 12 -E 'fatal|failed:' "$ANSIBLE_HOME/log"
tail -n 1 <(grep -v '^$' "$ANSIBLE_HOME/log")
exit $status
