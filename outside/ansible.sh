#!/bin/bash
# Debian's Ansible makes what its playbook says, and removes it. Its modules read
# back what they have set, so that a second run of either changes nothing only if
# the cloud has kept all of it.
cd "$(dirname "$0")" && . ./steps.sh
export ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_NOCOLOR=1 ANSIBLE_RETRY_FILES_ENABLED=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
export ANSIBLE_HOME=$(mktemp -d)
trap 'rm -rf "$ANSIBLE_HOME"' EXIT

play() { # TAG
	/usr/bin/ansible-playbook -i localhost, -e ansible_python_interpreter=/usr/bin/python3 -e endpoint="$AWS_ENDPOINT_URL" \
		--tags "$1" playbook.yml >"$ANSIBLE_HOME/log" 2>&1
	local status=$?
	tasks=$((tasks + $(sed -n 's/^localhost .* ok=\([0-9]*\).*/\1/p' "$ANSIBLE_HOME/log")))
	[ $status -eq 0 ] || grep -A 12 -E 'fatal|failed:' "$ANSIBLE_HOME/log"
	return $status
}
unchanged() {
	play "$1" || return
	! grep -B 1 '^changed:' "$ANSIBLE_HOME/log" || return
	grep -q '^localhost .* changed=0 ' "$ANSIBLE_HOME/log"
}
tasks=0
for tag in make remove; do
	step "$tag" play $tag
	step "$tag again, which changes nothing" unchanged $tag
done
for what in 'autoscaling describe-auto-scaling-groups AutoScalingGroups' 'autoscaling describe-launch-configurations LaunchConfigurations' \
	'autoscaling describe-policies ScalingPolicies' 'elb describe-load-balancers LoadBalancerDescriptions' 'elbv2 describe-load-balancers LoadBalancers' \
	'elbv2 describe-target-groups TargetGroups' 'ec2 describe-launch-templates LaunchTemplates' 'cloudwatch describe-alarms MetricAlarms'; do
	read -r service call member <<<"$what"
	shows "$call finds nothing" 0 aws "$service" "$call" --query "length($member)"
done
ended
