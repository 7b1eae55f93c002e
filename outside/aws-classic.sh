#!/bin/bash
# The written procedure of 2013 with the aws command line alone: an image, a
# launch configuration, a Classic ELB.
. "$(dirname "$0")/steps.sh"
. "$(dirname "$0")/image.sh"
old=$snapshot new=web-20130512-090000

step "create-launch-configuration" aws autoscaling create-launch-configuration --launch-configuration-name $old \
	--image-id "$image" --instance-type t3.small --key-name gekko --security-groups "$group"
refused "one of the name" "Launch Configuration by this name already exists" aws autoscaling create-launch-configuration \
	--launch-configuration-name $old --image-id "$image" --instance-type t3.small
shows "describe-launch-configurations" "$old $image t3.small" aws autoscaling describe-launch-configurations \
	--query 'LaunchConfigurations[].[LaunchConfigurationName,ImageId,InstanceType]'
step "one more, that is not used" aws autoscaling create-launch-configuration --launch-configuration-name $new --image-id "$image" --instance-type t3.small

refused "an underscore in a balancer's name" ValidationError aws elb create-load-balancer --load-balancer-name a_b \
	--listeners Protocol=HTTP,LoadBalancerPort=80,InstanceProtocol=HTTP,InstancePort=8080 --availability-zones "$zone1"
step "create-load-balancer" aws elb create-load-balancer --load-balancer-name web \
	--listeners Protocol=HTTP,LoadBalancerPort=80,InstanceProtocol=HTTP,InstancePort=8080 --availability-zones "$zone1" "$zone2"
step "configure-health-check" aws elb configure-health-check --load-balancer-name web \
	--health-check Target=HTTP:8080/,Interval=5,UnhealthyThreshold=2,HealthyThreshold=2,Timeout=2
step "connection draining" aws elb modify-load-balancer-attributes --load-balancer-name web \
	--load-balancer-attributes '{"ConnectionDraining":{"Enabled":true,"Timeout":5}}'
shows "describe-load-balancer-attributes" "True 5" aws elb describe-load-balancer-attributes --load-balancer-name web \
	--query 'LoadBalancerAttributes.ConnectionDraining.[Enabled,Timeout]'
refused "health of an unknown balancer" LoadBalancerNotFound aws elb describe-instance-health --load-balancer-name none
refused "an unknown instance" InvalidInstance aws elb register-instances-with-load-balancer --load-balancer-name web --instances i-0123456789abcdef0

make_group() { # NAME MIN MAX DESIRED
	aws autoscaling create-auto-scaling-group --auto-scaling-group-name "$1" --launch-configuration-name $old \
		--min-size "$2" --max-size "$3" --desired-capacity "$4" --availability-zones "$zone1" "$zone2" \
		--load-balancer-names "${5:-web}" --health-check-type ELB --health-check-grace-period 60 \
		--tags Key=Name,Value="$1",PropagateAtLaunch=true
}
refused "desired below minimum" "Desired capacity:1 must be between the specified min size:2 and max size:6" make_group $old 2 6 1
refused "minimum above maximum" ValidationError make_group $old 7 6 7
refused "an unknown balancer" "Provided Load Balancers may not be valid" make_group $old 2 6 2 none
step "create-auto-scaling-group" make_group $old 2 6 2
refused "a group of the name" "AutoScalingGroup by this name already exists" make_group $old 2 6 2
step "wait any-instance-in-service" aws elb wait any-instance-in-service --load-balancer-name web
members() { aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$1" --query "AutoScalingGroups[].Instances[?LifecycleState=='InService'] | length([])"; }
until_shows "two are in service" 60 2 members $old
in_service() { aws elb describe-instance-health --load-balancer-name web --query "length(InstanceStates[?State=='InService'])"; }
until_shows "instance health: two in service" 60 2 in_service
step "wait instance-in-service" aws elb wait instance-in-service --load-balancer-name web
host=$(aws elb describe-load-balancers --load-balancer-names web --query 'LoadBalancerDescriptions[0].DNSName')
# An ordinary user's balancers listen 8000 higher.
port=80
[ "$ssh_port" = 22 ] || port=8080
shows "a request through the balancer" hello curl -fsS "http://$host:$port/"
shows "an instance of each zone" "$zone1 $zone2" aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names $old --query 'sort(AutoScalingGroups[0].Instances[].AvailabilityZone)'
shows "tags reach the instances" "$old $old" aws ec2 describe-instances --filters Name=instance-state-name,Values=running --query "Reservations[].Instances[].Tags[?Key=='Name'].Value[]"
shows "activities have causes" "Successful Successful" aws autoscaling describe-scaling-activities --auto-scaling-group-name $old --query 'Activities[?Cause!=null].StatusCode'
refused "delete a launch configuration in use" "Cannot delete launch configuration $old because it is attached to AutoScalingGroup $old" \
	aws autoscaling delete-launch-configuration --launch-configuration-name $old
step "delete one that is not" aws autoscaling delete-launch-configuration --launch-configuration-name $new

# A policy by hand, and an alarm that acts on it.
policy=$(aws autoscaling put-scaling-policy --auto-scaling-group-name $old --policy-name more --adjustment-type ChangeInCapacity --scaling-adjustment 1 --cooldown 1 --query PolicyARN)
shows "describe-policies" "more 1" aws autoscaling describe-policies --auto-scaling-group-name $old --query 'ScalingPolicies[].[PolicyName,ScalingAdjustment]'
step "put-metric-alarm" aws cloudwatch put-metric-alarm --alarm-name busy --namespace web --metric-name load --statistic Average \
	--period 60 --evaluation-periods 1 --threshold 5 --comparison-operator GreaterThanThreshold --alarm-actions "$policy"
shows "a new alarm has no data" INSUFFICIENT_DATA aws cloudwatch describe-alarms --alarm-names busy --query 'MetricAlarms[].StateValue'
refused "put-metric-data into AWS/" InvalidParameterValue aws cloudwatch put-metric-data --namespace AWS/EC2 --metric-name load --value 1
step "put-metric-data" aws cloudwatch put-metric-data --namespace web --metric-name load --value 9
step "wait alarm-exists" aws cloudwatch wait alarm-exists --alarm-names busy
until_shows "the alarm goes off" 150 ALARM aws cloudwatch describe-alarms --alarm-names busy --query 'MetricAlarms[].StateValue'
until_shows "the policy has acted" 30 3 aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names $old --query 'AutoScalingGroups[].DesiredCapacity'
until_shows "an instance has come" 60 3 in_service
shows "describe-alarm-history tells it" True aws cloudwatch describe-alarm-history --alarm-name busy --history-item-type Action --query 'length(AlarmHistoryItems) > `0`'
step "delete-alarms" aws cloudwatch delete-alarms --alarm-names busy
step "delete-policy" aws autoscaling delete-policy --auto-scaling-group-name $old --policy-name more

# The second group, the update, and the end of the first.
step "a second group of the same snapshot" make_group $new 1 4 1
until_shows "side by side" 60 1 members $new
refused "desired above maximum" "New SetDesiredCapacity value 9 is above max value 4 for the AutoScalingGroup." \
	aws autoscaling set-desired-capacity --auto-scaling-group-name $new --desired-capacity 9
refused "update of an unknown group" "AutoScalingGroup name not found" aws autoscaling update-auto-scaling-group --auto-scaling-group-name none --min-size 1
step "update-auto-scaling-group" aws autoscaling update-auto-scaling-group --auto-scaling-group-name $new --min-size 2 --max-size 5 --desired-capacity 3
until_shows "three more are in service" 60 3 members $new
step "wait instance-in-service, all" aws elb wait instance-in-service --load-balancer-name web
one=$(aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names $new --query 'AutoScalingGroups[0].Instances[0].InstanceId')
step "deregister-instances-from-load-balancer" aws elb deregister-instances-from-load-balancer --load-balancer-name web --instances "$one"
step "wait instance-deregistered" aws elb wait instance-deregistered --load-balancer-name web --instances "$one"
refused "delete a group with instances" "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group." \
	aws autoscaling delete-auto-scaling-group --auto-scaling-group-name $old
step "down to nothing" aws autoscaling update-auto-scaling-group --auto-scaling-group-name $old --min-size 0 --max-size 0 --desired-capacity 0
count() { aws autoscaling describe-auto-scaling-groups --auto-scaling-group-names "$1" --query 'AutoScalingGroups[].Instances | length([])'; }
until_shows "nothing" 90 0 count $old
quiet_delete() { # activities may be in progress still, and AWS then refuses
	for _ in $(seq 20); do aws autoscaling delete-auto-scaling-group --auto-scaling-group-name "$1" && return; sleep 1; done
	return 1
}
step "delete-auto-scaling-group" quiet_delete $old
step "forced delete" aws autoscaling delete-auto-scaling-group --auto-scaling-group-name $new --force-delete
until_shows "no group is left" 90 "" aws autoscaling describe-auto-scaling-groups --query 'AutoScalingGroups[].AutoScalingGroupName'
until_shows "the balancer has no instances" 30 0 aws elb describe-load-balancers --load-balancer-names web --query 'length(LoadBalancerDescriptions[0].Instances)'
step "delete-load-balancer" aws elb delete-load-balancer --load-balancer-name web
step "delete-load-balancer of what is gone" aws elb delete-load-balancer --load-balancer-name web
step "delete-launch-configuration" aws autoscaling delete-launch-configuration --launch-configuration-name $old
forget_image
ended
