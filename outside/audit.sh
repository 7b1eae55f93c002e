# aws-nuke's dry run as an audit, which is first shown to see each type of what
# it looks for. Needs steps.sh and a folder; leaves in $before what there is.

# It wants no identity of an endpoint that has neither sts nor iam, and then
# calls the account this. A service is to it what the names of its types begin
# with, in lower case; types of none it leaves out, and does not say so.
{
	printf 'regions: [us-east-1]\naccount-blocklist: ["999999999999"]\naccounts: {account-id-of-custom-region-us-east-1: {}}\n'
	printf 'endpoints:\n- region: us-east-1\n  tls_insecure_skip_verify: true\n  services:\n'
	for s in ec2 autoscaling launchconfiguration elb cloudwatch ssm; do printf '  - {service: %s, url: "%s"}\n' $s "$AWS_ENDPOINT_URL"; done
} >"$folder/nuke.yaml"

types='AutoScalingGroup LaunchConfiguration EC2Image EC2Instance EC2KeyPair EC2LaunchTemplate EC2SecurityGroup EC2Snapshot EC2Volume EC2NetworkInterface ELB ELBv2 ELBv2TargetGroup CloudWatchAlarm SSMParameter'
audit() { # prints what there is, a line each
	aws-nuke -c "$folder/nuke.yaml" --default-region us-east-1 --access-key-id "$AWS_ACCESS_KEY_ID" --secret-access-key "$AWS_SECRET_ACCESS_KEY" \
		--force --force-sleep 3 $(printf -- '--target %s ' $types) >"$folder/log" 2>&1 && ! grep -q "Listing .* failed" "$folder/log" || { tail -n 5 "$folder/log"; return 1; }
	sed 's/\x1b\[[0-9;]*m//g' "$folder/log" | grep -E '^us-east-1 - ' | grep -v "State: \"terminated\"" | sort
}
step "aws-nuke lists an account" audit
[ "$failed" -eq 0 ] || { ended; exit; } # else all audits would be alike
before=$(audit)

# An audit that does not see a type would find nothing of it left: one of each
# is made, must be seen, and must not be once it is gone.
vpc=$(aws ec2 describe-vpcs --query 'Vpcs[0].VpcId')
read -r subnet1 subnet2 _ <<<"$(aws ec2 describe-subnets --query 'Subnets[].SubnetId')"
base=$(aws ec2 describe-images --owners 136693071363 --query 'Images[0].ImageId')
aws ec2 create-key-pair --key-name seen >/dev/null
seen_group=$(aws ec2 create-security-group --group-name seen --description seen --vpc-id "$vpc" --query GroupId)
seen_instance=$(aws ec2 run-instances --image-id "$base" --instance-type t3.micro --query 'Instances[0].InstanceId')
aws ec2 wait instance-running --instance-ids "$seen_instance"
seen_image=$(aws ec2 create-image --no-reboot --instance-id "$seen_instance" --name seen --query ImageId)
aws ec2 wait image-available --image-ids "$seen_image"
seen_disk=$(aws ec2 describe-images --image-ids "$seen_image" --query 'Images[0].BlockDeviceMappings[0].Ebs.SnapshotId')
seen_volume=$(aws ec2 create-volume --availability-zone us-east-1a --size 1 --query VolumeId)
aws ec2 create-launch-template --launch-template-name seen --launch-template-data '{"InstanceType":"t3.micro"}' >/dev/null
aws autoscaling create-launch-configuration --launch-configuration-name seen --image-id "$base" --instance-type t3.micro
aws autoscaling create-auto-scaling-group --auto-scaling-group-name seen --launch-configuration-name seen --min-size 0 --max-size 0 --vpc-zone-identifier "$subnet1"
aws elb create-load-balancer --load-balancer-name seen --availability-zones us-east-1a --listeners Protocol=HTTP,LoadBalancerPort=81,InstancePort=80 >/dev/null
seen_alb=$(aws elbv2 create-load-balancer --name seen-alb --subnets "$subnet1" "$subnet2" --query 'LoadBalancers[0].LoadBalancerArn')
seen_targets=$(aws elbv2 create-target-group --name seen --protocol HTTP --port 80 --vpc-id "$vpc" --query 'TargetGroups[0].TargetGroupArn')
aws cloudwatch put-metric-alarm --alarm-name seen --namespace web --metric-name load --statistic Average --period 60 --evaluation-periods 1 --threshold 5 --comparison-operator GreaterThanThreshold
aws ssm put-parameter --name /seen --value seen --type String >/dev/null
now=$(audit)
sees() { grep -q "^us-east-1 - $1 - " <(comm -13 <(echo "$before") <(echo "$now")); }
for t in $types; do
	step "the audit sees $t" sees $t
done
aws autoscaling delete-auto-scaling-group --auto-scaling-group-name seen
aws autoscaling delete-launch-configuration --launch-configuration-name seen
aws ec2 delete-launch-template --launch-template-name seen >/dev/null
aws ec2 terminate-instances --instance-ids "$seen_instance" >/dev/null
aws ec2 wait instance-terminated --instance-ids "$seen_instance"
aws ec2 deregister-image --image-id "$seen_image" >/dev/null
aws ec2 delete-snapshot --snapshot-id "$seen_disk"
aws ec2 delete-volume --volume-id "$seen_volume"
aws ec2 delete-security-group --group-id "$seen_group"
aws ec2 delete-key-pair --key-name seen >/dev/null
aws elb delete-load-balancer --load-balancer-name seen
aws elbv2 delete-load-balancer --load-balancer-arn "$seen_alb"
aws elbv2 delete-target-group --target-group-arn "$seen_targets"
aws cloudwatch delete-alarms --alarm-names seen
aws ssm delete-parameter --name /seen
step "what is gone it does not see" diff <(echo "$before") <(audit)

# masked is an audit without what differs from one release to the next: names
# but those of the live snapshot and the other one, addresses, times, how the
# releases of an image ended, and how many instances the load asks for.
masked() { # LIVE OTHER
	audit | sed -E "s/$1/LIVE/g; s/$2/OTHER/g"'
		s/-[0-9a-f]{17}\b//g; s/"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]*"/TIME/; s/[0-9]+(\.[0-9]+){3}/ADDRESS/
		s/(AvailabilityZone: "us-east-1)[a-z]/\1/; s/(tag:gekko:(commit|recipe): ")[^"]*/\1/g
		s/, tag:gekko:(outcome[^:]*|rejected): "[^"]*"//g; s|(lease/)[0-9]+|\1N|g' | sort -u
}
