#!/bin/bash
# The written procedure as it would be written today with the aws command line
# alone: an image, a launch template, an Application Load Balancer.
. "$(dirname "$0")/steps.sh"
. "$(dirname "$0")/image.sh"
old=$snapshot new=web-20130512-090000

step "create-launch-template" aws ec2 create-launch-template --launch-template-name web --version-description first \
	--launch-template-data "{\"ImageId\":\"$image\",\"InstanceType\":\"t3.small\",\"KeyName\":\"gekko\",\"SecurityGroupIds\":[\"$group\"]}"
refused "one of the name" InvalidLaunchTemplateName.AlreadyExistsException aws ec2 create-launch-template --launch-template-name web --launch-template-data '{"InstanceType":"t3.small"}'
shows "a second version" 2 aws ec2 create-launch-template-version --launch-template-name web --source-version 1 \
	--launch-template-data '{"InstanceType":"t3.medium"}' --query LaunchTemplateVersion.VersionNumber
shows "merges with its source" "$image t3.medium" aws ec2 describe-launch-template-versions --launch-template-name web --versions 2 \
	--query 'LaunchTemplateVersions[].LaunchTemplateData.[ImageId,InstanceType]'
step "the default version" aws ec2 modify-launch-template --launch-template-name web --default-version 2
shows "describe-launch-templates" "web 2 2" aws ec2 describe-launch-templates --query 'LaunchTemplates[].[LaunchTemplateName,DefaultVersionNumber,LatestVersionNumber]'

refused "a balancer in one subnet" ValidationError aws elbv2 create-load-balancer --name web --subnets "$subnet1"
balancer=$(aws elbv2 create-load-balancer --name web --subnets "$subnet1" "$subnet2" --security-groups "$group" --query 'LoadBalancers[0].LoadBalancerArn')
refused "one of the name, otherwise" DuplicateLoadBalancerName aws elbv2 create-load-balancer --name web --subnets "$subnet1" "$subnet2" --scheme internal
step "wait load-balancer-exists" aws elbv2 wait load-balancer-exists --load-balancer-arns "$balancer"
step "wait load-balancer-available" aws elbv2 wait load-balancer-available --load-balancer-arns "$balancer"
target_group() {
	aws elbv2 create-target-group --name "$1" --protocol HTTP --port 8080 --vpc-id "$vpc" --health-check-path / \
		--health-check-interval-seconds 5 --health-check-timeout-seconds 2 --healthy-threshold-count 2 --query 'TargetGroups[0].TargetGroupArn'
}
first=$(target_group $old) second=$(target_group $new)
shows "draining for five seconds" 5 aws elbv2 modify-target-group-attributes --target-group-arn "$first" \
	--attributes Key=deregistration_delay.timeout_seconds,Value=5 --query "Attributes[?Key=='deregistration_delay.timeout_seconds'].Value"
refused "a second of the name, otherwise" DuplicateTargetGroupName aws elbv2 create-target-group --name $old --protocol HTTP --port 81 --vpc-id "$vpc"
refused "an unknown target group" TargetGroupNotFound aws elbv2 describe-target-groups --names none
weights() {
	printf '[{"Type":"forward","ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"%s","Weight":%s},{"TargetGroupArn":"%s","Weight":%s}]}}]' "$first" "$1" "$second" "$2"
}
listener=$(aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 --default-actions "$(weights 1 0)" --query 'Listeners[0].ListenerArn')
refused "a port twice" DuplicateListener aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 --default-actions "$(weights 1 0)"
shows "a target group in no use" unused aws elbv2 describe-target-health --target-group-arn "$first" --query 'TargetHealthDescriptions[0].TargetHealth.State || `unused`'

make_group() { # NAME TARGET-GROUP MIN MAX DESIRED
	aws autoscaling create-auto-scaling-group --auto-scaling-group-name "$1" --launch-template 'LaunchTemplateName=web,Version=$Default' \
		--min-size "$3" --max-size "$4" --desired-capacity "$5" --vpc-zone-identifier "$subnet1,$subnet2" \
		--target-group-arns "$2" --health-check-type ELB --health-check-grace-period 60
}
refused "an unknown target group's arn" ValidationError make_group $old "${first%/*}/0123456789abcdef" 2 4 2
step "create-auto-scaling-group" make_group $old "$first" 2 4 2
step "and a second beside it" make_group $new "$second" 1 4 1
healthy() { aws elbv2 describe-target-health --target-group-arn "$1" --query "length(TargetHealthDescriptions[?TargetHealth.State=='healthy'])"; }
until_shows "two are healthy" 90 2 healthy "$first"
step "wait target-in-service" aws elbv2 wait target-in-service --target-group-arn "$first"
# Weight 0 keeps requests away, not health checks: it is healthy before it serves.
until_shows "the second is healthy" 60 1 healthy "$second"
step "weights" aws elbv2 modify-listener --listener-arn "$listener" --default-actions "$(weights 1 1)"
host=$(aws elbv2 describe-load-balancers --names web --query 'LoadBalancers[0].DNSName')
port=80
[ "$ssh_port" = 22 ] || port=8080
shows "a request through the balancer" hello curl -fsS "http://$host:$port/"
rule=$(aws elbv2 create-rule --listener-arn "$listener" --priority 10 --conditions Field=path-pattern,Values=/no/* \
	--actions 'Type=fixed-response,FixedResponseConfig={StatusCode=418,MessageBody=no,ContentType=text/plain}' --query 'Rules[0].RuleArn')
shows "a rule" 418 curl -sS -o /dev/null -w '%{http_code}' "http://$host:$port/no/1"
refused "a target group in use" ResourceInUse aws elbv2 delete-target-group --target-group-arn "$first"
step "delete-rule" aws elbv2 delete-rule --rule-arn "$rule"

# Target tracking: its alarms come and go with it.
step "a target-tracking policy" aws autoscaling put-scaling-policy --auto-scaling-group-name $new --policy-name cpu --policy-type TargetTrackingScaling \
	--target-tracking-configuration '{"PredefinedMetricSpecification":{"PredefinedMetricType":"ASGAverageCPUUtilization"},"TargetValue":50}'
shows "has two alarms" 2 aws cloudwatch describe-alarms --query 'length(MetricAlarms)'
step "delete-policy" aws autoscaling delete-policy --auto-scaling-group-name $new --policy-name cpu
shows "has none" 0 aws cloudwatch describe-alarms --query 'length(MetricAlarms)'
step "put-scheduled-update-group-action" aws autoscaling put-scheduled-update-group-action --auto-scaling-group-name $new --scheduled-action-name night --recurrence '0 3 * * *' --desired-capacity 2
shows "describe-scheduled-actions" night aws autoscaling describe-scheduled-actions --auto-scaling-group-name $new --query 'ScheduledUpdateGroupActions[].ScheduledActionName'

# An instance that dies is replaced.
victim=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names $new --query 'AutoScalingGroups[0].Instances[0].InstanceId')
step "set-instance-health" aws autoscaling set-instance-health --instance-id "$victim" --health-status Unhealthy --no-should-respect-grace-period
replaced() { aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names $new --query "length(AutoScalingGroups[0].Instances[?InstanceId!='$victim' && LifecycleState=='InService'])"; }
until_shows "it is replaced" 90 1 replaced
until_shows "the replacement is healthy" 90 1 healthy "$second"

gone=$(aws elbv2 describe-target-health --target-group-arn "$first" --query 'TargetHealthDescriptions[0].Target.Id')
step "the new one alone" aws elbv2 modify-listener --listener-arn "$listener" --default-actions "$(weights 0 1)"
step "detach the old one's target group" aws autoscaling detach-load-balancer-target-groups --auto-scaling-group-name $old --target-group-arns "$first"
until_shows "none is registered" 60 0 aws elbv2 describe-target-health --target-group-arn "$first" --query 'length(TargetHealthDescriptions)'
step "wait target-deregistered" aws elbv2 wait target-deregistered --target-group-arn "$first" --targets "Id=$gone"
shows "requests go on" hello curl -fsS "http://$host:$port/"
one=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names $new --query 'AutoScalingGroups[0].Instances[0].InstanceId')
step "deregister-targets" aws elbv2 deregister-targets --target-group-arn "$second" --targets "Id=$one"
until_shows "it takes its leave" 60 draining aws elbv2 describe-target-health --target-group-arn "$second" --targets "Id=$one" --query 'TargetHealthDescriptions[0].TargetHealth.State'
step "forced delete, old" aws autoscaling delete-auto-scaling-group --auto-scaling-group-name $old --force-delete
step "forced delete, new" aws autoscaling delete-auto-scaling-group --auto-scaling-group-name $new --force-delete
until_shows "no group is left" 120 "" aws autoscaling describe-auto-scaling-groups --query 'AutoScalingGroups[].AutoScalingGroupName'
step "delete-listener" aws elbv2 delete-listener --listener-arn "$listener"
step "delete-load-balancer" aws elbv2 delete-load-balancer --load-balancer-arn "$balancer"
step "wait load-balancers-deleted" aws elbv2 wait load-balancers-deleted --load-balancer-arns "$balancer"
step "delete-target-group" aws elbv2 delete-target-group --target-group-arn "$first"
step "delete-target-group, the other" aws elbv2 delete-target-group --target-group-arn "$second"
step "delete-launch-template-versions" aws ec2 delete-launch-template-versions --launch-template-name web --versions 1
step "delete-launch-template" aws ec2 delete-launch-template --launch-template-name web
forget_image
ended
