#!/bin/bash
# aws-nuke's dry run, which lists whatever is in an account, as the audit of what
# gekko leaves: after a command that failed nothing but what stood before, after
# a kill the same once the sweep has run.
cd "$(dirname "$0")" && . ./steps.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# It wants no identity of an endpoint that has neither sts nor iam, and then
# calls the account this.
{
	printf 'regions: [us-east-1]\naccount-blocklist: ["999999999999"]\naccounts: {account-id-of-custom-region-us-east-1: {}}\n'
	printf 'endpoints:\n- region: us-east-1\n  tls_insecure_skip_verify: true\n  services:\n'
	for s in ec2 autoscaling elasticloadbalancing monitoring; do printf '  - {service: %s, url: "%s"}\n' $s "$AWS_ENDPOINT_URL"; done
} >"$folder/nuke.yaml"

audit() { # prints what there is, a line each
	local types=()
	for t in AutoScalingGroup LaunchConfiguration EC2Image EC2Instance EC2KeyPair EC2LaunchTemplate EC2SecurityGroup EC2Snapshot EC2Volume EC2NetworkInterface ELB ELBv2 ELBv2TargetGroup CloudWatchAlarm; do
		types+=(--target $t)
	done
	aws-nuke -c "$folder/nuke.yaml" --default-region us-east-1 --access-key-id "$AWS_ACCESS_KEY_ID" --secret-access-key "$AWS_SECRET_ACCESS_KEY" \
		--force --force-sleep 3 "${types[@]}" >"$folder/log" 2>&1 && ! grep -q "Listing .* failed" "$folder/log" || { cat "$folder/log"; return 1; }
	sed 's/\x1b\[[0-9;]*m//g' "$folder/log" | grep -E '^us-east-1 - ' | grep -v "State: \"terminated\"" | sort
}
step "aws-nuke lists an account" audit
[ "$failed" -eq 0 ] || { ended; exit; } # else all audits would be alike
before=$(audit)

(cd "$folder" && mkdir app && cd app && git init -q && echo hello >index.html && git add . &&
	git -c user.name=a -c user.email=a@b commit -q -m first)
sed 's|^source:|recipe:\n  - run: RECIPE\nsource:|; s|  git: \.|  git: '"$folder"'/app|' gekko.yaml >"$folder/template"
sed 's/RECIPE/exit 3/' "$folder/template" >"$folder/fails.yaml"
sed 's/RECIPE/sleep 300/' "$folder/template" >"$folder/hangs.yaml"
refused "a bake whose recipe fails" "" "$GEKKO" snapshot create --yes -f "$folder/fails.yaml"
shows "nothing of it is left" "$(echo $before)" audit
refused "a deploy of an unknown snapshot" "" "$GEKKO" deploy --yes -f "$folder/fails.yaml" -s web-20130412-144703
shows "nothing of that is left" "$(echo $before)" audit

"$GEKKO" snapshot create --yes -f "$folder/hangs.yaml" >"$folder/hung" 2>&1 &
bake=$!
until_shows "a bake has begun" 60 1 aws ec2 describe-instances --filters Name=instance-state-name,Values=running --query 'length(Reservations)'
differs() { [ "$(audit)" != "$before" ]; }
step "the audit sees it" differs
kill -9 $bake
wait $bake 2>/dev/null
step "sweep" "$GEKKO" sweep --yes -f "$folder/hangs.yaml"
shows "nothing is left after a kill and a sweep" "$(echo $before)" audit
ended
