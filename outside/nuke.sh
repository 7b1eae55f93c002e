#!/bin/bash
# What gekko leaves: after a command that failed nothing but what stood before,
# after a kill the same once the command has been run again or the sweep has.
cd "$(dirname "$0")" && . ./steps.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"; kill $load 2>/dev/null' EXIT
. ./audit.sh
first=$before

commit() { git -C "$folder/app" -c user.name=a -c user.email=a@b commit -q --allow-empty -m "$1"; }
git init -q "$folder/app" && echo hello >"$folder/app/index.html" && git -C "$folder/app" add . && commit first
sed 's|git: \.|git: '"$folder"'/app|; s/min: 1/min: 2/; s/desired: 1/desired: 2/' gekko.yaml >"$folder/works.yaml"
cat >>"$folder/works.yaml" <<'YAML'
release:
  soak: 4s
  warm-up: 1s
  ramp: 3s
  canary: {size: 1}
  kept: 0s
judge:
  settling: 1
  warm-up: 0s
  least: 10
notify: # which is told of each phase, kills gekko in the middle of the one that is named
  exec: [sh, -c, 'if grep -q "\"phase\":\"$CUT\""; then sleep 0.4; kill -9 $PPID; fi']
YAML
sed 's/- run: .*/- run: exit 3/' "$folder/works.yaml" >"$folder/fails.yaml"
sed 's/- run: .*/- run: sleep 300/' "$folder/works.yaml" >"$folder/hangs.yaml"
sed 's/- run: /&sleep 8 \&\& /' "$folder/works.yaml" >"$folder/lasts.yaml"
none=web-20130412-144703

# leaves NAME WANT AUDIT passes if the audit finds just this; if not, what differs is told.
leaves() { step "$1" diff <(echo "$2") <("${@:3}"); }

refused "a bake whose recipe fails" "" "$GEKKO" snapshot create --yes -f "$folder/fails.yaml"
leaves "nothing of it is left" "$before" audit
refused "a deploy of an unknown snapshot" "" "$GEKKO" deploy --yes -f "$folder/fails.yaml" -s $none
refused "a release of an unknown snapshot" "" "$GEKKO" release --yes -f "$folder/fails.yaml" -s $none
refused "a release of what cannot be baked" "" "$GEKKO" release --yes -f "$folder/fails.yaml" --ref HEAD
refused "a rollback to nothing" "" "$GEKKO" rollback --yes -f "$folder/fails.yaml"
refused "a retirement of an unknown group" "" "$GEKKO" retire --yes -f "$folder/fails.yaml" -s $none
refused "a deletion of an unknown snapshot" "" "$GEKKO" snapshot delete --yes -f "$folder/fails.yaml" $none
leaves "nothing of those is left" "$before" audit

# begun COMMAND… starts gekko, and kills it once its builder runs.
begun() {
	"$GEKKO" "$@" >"$folder/cut" 2>&1 &
	local gekko=$!
	until_shows "a bake has begun" 60 1 aws ec2 describe-instances --filters Name=instance-state-name,Values=running Name=tag:gekko:kind,Values=builder --query 'length(Reservations)'
	step "the audit sees it" differs
	kill -9 $gekko
	wait $gekko 2>/dev/null
}
differs() { [ "$(audit)" != "$before" ]; }
begun snapshot create --yes -f "$folder/hangs.yaml"
step "sweep" "$GEKKO" sweep --yes -f "$folder/hangs.yaml"
leaves "nothing is left after a kill and a sweep" "$before" audit

# cut_off SECONDS COMMAND… runs gekko's command, kills it after so long, and
# runs it again; what it then does not find it has deleted.
cut_off() {
	local after=$1
	shift
	timeout -s KILL "$after" "$GEKKO" "$@" >"$folder/cut" 2>&1
	again "$@" || grep -q ': not found$' "$folder/again" || { cat "$folder/cut" "$folder/again"; return 1; }
}
again() { "$GEKKO" "$@" >"$folder/again" 2>&1; }
for after in 0.5 1; do
	step "a bake, cut after $after s, and again" cut_off $after snapshot create --yes -f "$folder/works.yaml"
	snapshot=$(tail -n 1 "$folder/again")
	with=$(audit)
	step "a deploy, cut after $after s, and again" cut_off $after deploy --yes -f "$folder/works.yaml" -s "$snapshot" --min-size 1 --max-size 2 --desired-capacity 1
	step "a retirement, cut after $after s, and again" cut_off $after retire --yes -f "$folder/works.yaml" -s "$snapshot" --force --accept last-healthy
	leaves "nothing but the snapshot is left" "$with" audit
	step "a deletion of the snapshot, cut after 0.05 s, and again" cut_off 0.05 snapshot delete --yes -f "$folder/works.yaml" "$snapshot"
	leaves "nothing is left" "$before" audit
done

# Releases from one snapshot to another and back, under requests. Each leaves one
# group, two snapshots and the lease's last term, and so does each that was cut.
baked() { again snapshot create --yes -f "$folder/works.yaml" && tail -n 1 "$folder/again"; }
live=$(baked) && commit second && other=$(baked)
swap() { local was=$live; live=$other other=$was; }
step "a deploy" "$GEKKO" deploy --yes -f "$folder/works.yaml" -s "$live"
while kill -0 $$ 2>/dev/null && sleep 0.05; do curl -s "$GEKKO_LOCAL_BALANCER"; done >/dev/null &
load=$!
step "a release" again release --yes -f "$folder/works.yaml" -s "$other"
swap
with=$(masked "$live" "$other")

killed() { # PHASE COMMAND…
	CUT=$1 "$GEKKO" "${@:2}" >"$folder/cut" 2>&1
	[ $? -eq 137 ] || { tail -n 5 "$folder/cut"; return 1; }
}
for phase in ramping soaking promoting; do
	step "a release, killed while $phase" killed $phase release --yes -f "$folder/works.yaml" -s "$other"
	step "the same again" again release --yes -f "$folder/works.yaml" -s "$other"
	swap
	leaves "it leaves what an uncut one does" "$with" masked "$live" "$other"
done

# Backing out, of which a kill and the same command again make a rejection.
CUT=rejecting "$GEKKO" release --yes -f "$folder/works.yaml" -s "$other" --soak 5m >"$folder/cut" 2>&1 &
release=$!
stands() { "$GEKKO" status -f "$folder/works.yaml" 2>&1 | grep -c "^Release .*$1"; }
until_shows "a release soaks" 60 1 stands soaking
step "it is told to stop" "$GEKKO" abort --yes -f "$folder/works.yaml" --why enough
wait $release 2>/dev/null
shows "it is killed while backing out" 137 echo $?
again release --yes -f "$folder/works.yaml"
shows "the same again is rejected" 3 echo $?
leaves "it leaves what stood before" "$with" masked "$live" "$other"

# A release that bakes first, killed in the bake.
commit third
before=$(audit)
begun release --yes -f "$folder/lasts.yaml" --ref HEAD
step "sweep" "$GEKKO" sweep --yes -f "$folder/works.yaml"
leaves "nothing of the bake is left" "$before" audit
begun release --yes -f "$folder/lasts.yaml" --ref HEAD
step "the same again" again release --yes -f "$folder/lasts.yaml" --ref HEAD
step "one snapshot is too many" "$GEKKO" snapshot delete --yes -f "$folder/works.yaml" "$other"
other=$live live=$(aws autoscaling describe-auto-scaling-groups --query 'AutoScalingGroups[].AutoScalingGroupName')
leaves "it leaves what an uncut one does" "$with" masked "$live" "$other"

kill $load
step "the end of the group" "$GEKKO" retire --yes -f "$folder/works.yaml" -s "$live" --force --accept last-healthy
for snapshot in "$live" "$other"; do
	step "the end of a snapshot" "$GEKKO" snapshot delete --yes -f "$folder/works.yaml" "$snapshot"
done
more() { comm -13 <(echo "$first") <(audit) | cut -d ' ' -f 3; }
shows "only the lease's last term is left" SSMParameter more
ended
