"""AWS's own sample answers, which botocore brings along, beside the embedded
cloud's: where a sample has an input and an output, ours must have each member
that the sample has, of the same kind.

The samples name things by ids of their own. Such things are made here, and the
samples' ids stand for theirs.
"""

import re
import sys
import time
from datetime import datetime, timedelta, timezone

import calling
import table
from calling import QUICK

NAMES = ["ec2", "autoscaling", "elb", "elbv2", "sts"]

# Samples whose output cannot be compared, and why.
APART = {
    ("autoscaling", "DescribeInstanceRefreshes", 0): "instance refreshes are refused",
    ("autoscaling", "StartInstanceRefresh", 0): "instance refreshes are refused",
    ("autoscaling", "DescribeNotificationConfigurations", 0): "there is no SNS to notify",
    ("ec2", "CreateImage", 0): "one of its devices is a VirtualName, which is refused",
    ("ec2", "DescribeAddresses", 0): "no elastic address can be allocated",
    ("ec2", "DescribeAddresses", 1): "no elastic address can be allocated",
    ("ec2", "DescribeAddresses", 2): "no elastic address can be allocated",
    ("elb", "CreateLoadBalancer", 2): "listeners of HTTPS are refused",
    ("elb", "CreateLoadBalancer", 3): "listeners of HTTPS are refused",
    ("elb", "DescribeLoadBalancerPolicies", 0): "policies cannot be made",
    ("elbv2", "CreateListener", 1): "listeners of HTTPS are refused",
    ("elbv2", "ModifyListener", 1): "listeners of HTTPS are refused",
    ("elbv2", "ModifyLoadBalancerAttributes", 2): "there is no S3 for access logs",
    ("elbv2", "ModifyTargetGroup", 0): "health checks by HTTPS are refused",
}

# Members of a sample that ours leaves out, and why.
LESS = {
    ("autoscaling", "DescribeLifecycleHooks", 0): {
        "LifecycleHooks[].NotificationTargetARN": "there is no SNS to notify",
        "LifecycleHooks[].RoleARN": "there is no SNS to notify"},
    ("autoscaling", "DescribePolicies", 0): {"ScalingPolicies[].MinAdjustmentStep": "AWS has put MinAdjustmentMagnitude in its place"},
    ("ec2", "CreateLaunchTemplateVersion", 0): {
        "LaunchTemplateVersion.LaunchTemplateData.NetworkInterfaces[].Ipv6Addresses": "there is no IPv6"},
    ("ec2", "DescribeImages", 0): {"Images[].KernelId": "images are of the kind hvm, which has none"},
    ("ec2", "DescribeInstanceAttribute", 1): {"DisableApiTermination.Value": "the sample has a string where the model has a boolean"},
    ("ec2", "DescribeNetworkInterfaces", 0): {
        "NetworkInterfaces[].Association.AssociationId": "only an elastic address has one",
        "NetworkInterfaces[].PrivateIpAddresses[].Association.AssociationId": "only an elastic address has one"},
    ("elb", "DescribeLoadBalancers", 0): {
        "LoadBalancerDescriptions[].BackendServerDescriptions[]": "policies cannot be made",
        "LoadBalancerDescriptions[].ListenerDescriptions[].Listener.SSLCertificateId": "listeners of HTTPS are refused",
        "LoadBalancerDescriptions[].ListenerDescriptions[].PolicyNames[]": "policies cannot be made",
        "LoadBalancerDescriptions[].Policies.LBCookieStickinessPolicies[]": "policies cannot be made",
        "LoadBalancerDescriptions[].Policies.OtherPolicies[]": "policies cannot be made"},
}

# Members of a sample's input that are refused, as docs/local-cloud.md says, and are left out.
WITHOUT = {
    ("ec2", "CreateLaunchTemplate", 0): ["LaunchTemplateData", "NetworkInterfaces", 0, "Ipv6AddressCount"],
}


def kind(value):
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (str, datetime)):
        return "string"
    return "list" if isinstance(value, list) else "structure"


def lacks(sample, answer, path=""):
    """What the sample has that the answer has not, or has of another kind."""
    if kind(sample) != kind(answer):
        return [f"{path}: want a {kind(sample)}, got {answer!r}"]
    if isinstance(sample, dict):
        lost = []
        for member, value in sample.items():
            at = f"{path}.{member}".lstrip(".")
            if member in answer:
                lost += lacks(value, answer[member], at)
            elif value != "":  # which says that there is none
                lost.append(at)
        return lost
    if isinstance(sample, list):
        # An element may be like any of the answer's.
        lost = []
        for value in sample:
            tried = [lacks(value, a, path + "[]") for a in answer]
            lost += min(tried, key=len) if tried else [path + "[]"]
        return list(dict.fromkeys(lost))
    return []


class Stage:
    """The things that the samples speak of, and the ids that stand for theirs."""

    def __init__(self):
        for service in NAMES:
            setattr(self, service, calling.client(service, parameter_validation=False))
        self.ids = {}

    def asked(self, sample, input):
        input = self.ours(input)
        if sample in WITHOUT:
            *path, last = WITHOUT[sample]
            within = input
            for member in path:
                within = within[member]
            del within[last]
        return input

    def ours(self, value):
        """A sample's input, with ids that mean something here."""
        if isinstance(value, dict):
            return {k: self.ours(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.ours(v) for v in value]
        if not isinstance(value, str):
            return value
        if value in self.ids:
            return self.ids[value]
        # Its kind is what comes before a dash, or an arn's last words but ids.
        return self.ids.get(re.sub(r"^arn:aws:elasticloadbalancing:[^:]*:\d+:|(?<=-)[0-9a-f]{8,}.*|/[0-9a-f]{16}", "", value), value)

    def story(self):
        """Gives one sample after the other, in an order in which each finds what
        it speaks of; is sent the answer. What is made between is not compared."""
        yield from self.machines()
        yield from self.templates()
        yield from self.classic()
        yield from self.application()
        yield from self.scaling()
        for n in range(3):
            yield "sts", "GetCallerIdentity", n

    def machines(self):
        ec2, ids = self.ec2, self.ids
        me = self.sts.get_caller_identity()["Account"]
        subnets = ec2.describe_subnets()["Subnets"]
        base = ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
        ids |= {"012345678910": me, "vpc-": subnets[0]["VpcId"], "subnet-": subnets[0]["SubnetId"], "subnet-610acd08EXAMPLE": subnets[1]["SubnetId"],
                "subnet-8360a9e7": subnets[0]["SubnetId"], "subnet-b7d581c0": subnets[1]["SubnetId"], "subnet-0ecac448": subnets[1]["SubnetId"],
                "us-west-2a": subnets[0]["AvailabilityZone"], "us-west-2b": subnets[1]["AvailabilityZone"]}
        ec2.create_tags(Resources=[ids["vpc-"]], Tags=[{"Key": "Name", "Value": "MyVPC"}])
        ec2.create_key_pair(KeyName="my-key-pair")
        yield "ec2", "DescribeKeyPairs", 0
        yield "ec2", "CreateSecurityGroup", 0
        ids["sg-"] = ec2.describe_security_groups(GroupNames=["my-security-group"])["SecurityGroups"][0]["GroupId"]
        ids["sg-123abc12 "] = ids["sg-"]
        for n in range(2):
            yield "ec2", "AuthorizeSecurityGroupEgress", n
            yield "ec2", "DescribeSecurityGroups", n
        for n in range(3):
            yield "ec2", "AuthorizeSecurityGroupIngress", n
        ids["ami-"] = base
        yield "ec2", "RunInstances", 0
        run = ec2.run_instances(ImageId=base, MinCount=3, MaxCount=3, InstanceType="t3.micro", KeyName="my-key-pair", TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Stack", "Value": "test"}, {"Key": "Name", "Value": "Beta Server"}]}])
        self.instances = [i["InstanceId"] for i in run["Instances"]]
        ids["i-"] = self.instances[0]
        ec2.get_waiter("instance_status_ok").wait(InstanceIds=self.instances, WaiterConfig=QUICK)
        for n in range(3):
            yield "ec2", "DescribeInstances", n
            yield "ec2", "DescribeInstanceAttribute", n
        yield "ec2", "DescribeInstanceStatus", 0
        yield "ec2", "DescribeTags", 0
        yield "ec2", "GetConsoleOutput", 0
        disk = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": self.instances[:1]}])["Volumes"][0]
        ids["vol-"] = disk["VolumeId"]
        ids["eni-"] = ec2.describe_network_interfaces(Filters=[{"Name": "attachment.instance-id", "Values": self.instances[:1]}])["NetworkInterfaces"][0]["NetworkInterfaceId"]
        for n in range(2):
            yield "ec2", "DescribeVolumes", n
            yield "ec2", "DescribeAccountAttributes", n
            yield "ec2", "DescribeVpcAttribute", n
        yield "ec2", "DescribeNetworkInterfaces", 0
        ids["rtb-"] = ec2.describe_route_tables()["RouteTables"][0]["RouteTableId"]
        for operation in "RouteTables", "InternetGateways", "Subnets", "Vpcs", "AvailabilityZones", "Regions":
            yield "ec2", "Describe" + operation, 0
        made = yield "ec2", "CreateSnapshot", 0
        yield "ec2", "DescribeSnapshots", 1
        ids["snap-"] = made["SnapshotId"]
        ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[ids["snap-"]], WaiterConfig=QUICK)
        yield "ec2", "DescribeSnapshots", 0
        yield "ec2", "DescribeSnapshotAttribute", 0
        yield "ec2", "ModifySnapshotAttribute", 1
        yield "ec2", "ModifySnapshotAttribute", 0
        for n in range(2):
            made = yield "ec2", "CreateVolume", n
        ids["ami-"] = ec2.create_image(InstanceId=self.instances[0], Name="mine", Description="An AMI for my server", NoReboot=True)["ImageId"]
        ec2.get_waiter("image_available").wait(ImageIds=[ids["ami-"]], WaiterConfig=QUICK)
        yield "ec2", "DescribeImages", 0
        yield "ec2", "CopyImage", 0
        yield "ec2", "ModifyImageAttribute", 1
        yield "ec2", "DescribeImageAttribute", 0
        yield "ec2", "ModifyImageAttribute", 0
        yield "ec2", "RebootInstances", 0
        yield "ec2", "StopInstances", 0
        ec2.get_waiter("instance_stopped").wait(InstanceIds=self.instances[:1], WaiterConfig=QUICK)
        yield "ec2", "ModifyInstanceAttribute", 0
        yield "ec2", "ModifyInstanceAttribute", 1
        yield "ec2", "StartInstances", 0
        ids["vol-"] = made["VolumeId"]
        ec2.get_waiter("volume_available").wait(VolumeIds=[ids["vol-"]], WaiterConfig=QUICK)
        yield "ec2", "DeleteVolume", 0
        yield "ec2", "DeleteSnapshot", 0
        ids["i-"], spared = self.instances[2], ids["sg-"]
        yield "ec2", "TerminateInstances", 0
        ids["sg-"] = ec2.create_security_group(GroupName="other", Description="other", VpcId=ids["vpc-"])["GroupId"]
        yield "ec2", "DeleteSecurityGroup", 0
        ids["sg-"], ids["ami-"] = spared, base

    def templates(self):
        yield "ec2", "CreateLaunchTemplate", 0
        self.ids["lt-"] = self.ids["068f72b72934aff71"] = self.ec2.describe_launch_templates()["LaunchTemplates"][0]["LaunchTemplateId"]
        yield "ec2", "CreateLaunchTemplateVersion", 0
        yield "ec2", "ModifyLaunchTemplate", 0
        self.ec2.create_launch_template_version(LaunchTemplateName="my-template", SourceVersion="2", LaunchTemplateData={
            "KeyName": "my-key-pair", "UserData": "", "NetworkInterfaces": [
                {"DeviceIndex": 0, "AssociatePublicIpAddress": True, "DeleteOnTermination": False, "Groups": [self.ids["sg-"]], "SubnetId": self.ids["subnet-"]}]})
        yield "ec2", "DescribeLaunchTemplateVersions", 0
        yield "ec2", "DescribeLaunchTemplates", 0
        yield "ec2", "DeleteLaunchTemplateVersions", 0
        yield "ec2", "DeleteLaunchTemplate", 0

    def classic(self):
        elb, name = self.elb, "my-load-balancer"
        yield "elb", "CreateLoadBalancer", 1
        yield "elb", "EnableAvailabilityZonesForLoadBalancer", 0
        yield "elb", "DisableAvailabilityZonesForLoadBalancer", 0
        elb.delete_load_balancer(LoadBalancerName=name)
        yield "elb", "CreateLoadBalancer", 4
        elb.delete_load_balancer(LoadBalancerName=name)
        yield "elb", "CreateLoadBalancer", 0
        elb.add_tags(LoadBalancerNames=[name], Tags=[{"Key": "project", "Value": "lima"}])
        yield "elb", "ApplySecurityGroupsToLoadBalancer", 0
        yield "elb", "AttachLoadBalancerToSubnets", 0
        yield "elb", "DetachLoadBalancerFromSubnets", 0
        yield "elb", "ConfigureHealthCheck", 0
        yield "elb", "DescribeLoadBalancerAttributes", 0
        yield "elb", "ModifyLoadBalancerAttributes", 0
        yield "elb", "ModifyLoadBalancerAttributes", 1
        elb.register_instances_with_load_balancer(LoadBalancerName=name, Instances=[{"InstanceId": self.instances[0]}])
        self.ids["i-"] = self.instances[1]
        yield "elb", "RegisterInstancesWithLoadBalancer", 0
        yield "elb", "DescribeInstanceHealth", 0
        yield "elb", "DescribeLoadBalancers", 0
        yield "elb", "DescribeTags", 0
        elb.register_instances_with_load_balancer(LoadBalancerName=name, Instances=[{"InstanceId": self.instances[0]}])
        yield "elb", "DeregisterInstancesFromLoadBalancer", 0

    def application(self):
        elbv2, ids = self.elbv2, self.ids
        yield "elbv2", "CreateLoadBalancer", 1
        made = yield "elbv2", "CreateLoadBalancer", 0
        balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
        ids["loadbalancer/app/my-load-balancer"] = balancer
        elbv2.get_waiter("load_balancer_available").wait(LoadBalancerArns=[balancer], WaiterConfig=QUICK)
        elbv2.add_tags(ResourceArns=[balancer], Tags=[{"Key": "project", "Value": "lima"}])
        made = yield "elbv2", "CreateTargetGroup", 0
        targets = ids["targetgroup/my-targets"] = ids["targetgroup/my-new-targets"] = made["TargetGroups"][0]["TargetGroupArn"]
        made = yield "elbv2", "CreateListener", 0
        ids["listener/app/my-load-balancer"] = made["Listeners"][0]["ListenerArn"]
        made = yield "elbv2", "CreateRule", 0
        ids["listener-rule/app/my-load-balancer"] = made["Rules"][0]["RuleArn"]
        elbv2.register_targets(TargetGroupArn=targets, Targets=[{"Id": self.instances[1], "Port": 80}])
        ids["i-"] = self.instances[1]
        for operation in "DescribeListeners", "DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeRules", "DescribeTags", "DescribeTargetGroupAttributes":
            yield "elbv2", operation, 0
        yield "elbv2", "DescribeTargetGroups", 0
        for n in range(2):
            yield "elbv2", "DescribeTargetHealth", n
        yield "elbv2", "ModifyListener", 0
        for n in range(2):
            yield "elbv2", "ModifyLoadBalancerAttributes", n
        yield "elbv2", "ModifyRule", 0
        yield "elbv2", "SetRulePriorities", 0
        yield "elbv2", "ModifyTargetGroupAttributes", 0
        yield "elbv2", "SetSecurityGroups", 0
        yield "elbv2", "SetSubnets", 0
        label = "/".join(balancer.split("/")[1:]) + "/" + targets.split(":")[-1]
        ids["app/my-alb/778d41231b141a0f/targetgroup/my-alb-target-group/943f017f100becff"] = label

    def scaling(self):
        asg, name, ids = self.autoscaling, "my-auto-scaling-group", self.ids
        for operation in "AdjustmentTypes", "LifecycleHookTypes", "MetricCollectionTypes", "ScalingProcessTypes", "TerminationPolicyTypes":
            yield "autoscaling", "Describe" + operation, 0
        asg.create_launch_configuration(LaunchConfigurationName="my-launch-config", ImageId=ids["ami-"], InstanceType="t3.micro",
                                        AssociatePublicIpAddress=True, EbsOptimized=False, SecurityGroups=[ids["sg-"]])
        asg.create_auto_scaling_group(AutoScalingGroupName=name, LaunchConfigurationName="my-launch-config", MinSize=0, MaxSize=6, DesiredCapacity=2,
                                      VPCZoneIdentifier=ids["subnet-"], LoadBalancerNames=["my-load-balancer"], TargetGroupARNs=[ids["targetgroup/my-targets"]],
                                      Tags=[{"Key": "Dept", "Value": "Research", "PropagateAtLaunch": True}])
        ids["i-"] = self.settled(name, 2)[0]["InstanceId"]
        asg.put_scaling_policy(AutoScalingGroupName=name, PolicyName="ScaleIn", AdjustmentType="ChangeInCapacity", ScalingAdjustment=-1)
        asg.put_scaling_policy(AutoScalingGroupName=name, PolicyName="ScalePercentChange", AdjustmentType="PercentChangeInCapacity",
                               ScalingAdjustment=25, Cooldown=60, MinAdjustmentMagnitude=2)
        soon = datetime.now(timezone.utc) + timedelta(days=1)
        asg.put_scheduled_update_group_action(AutoScalingGroupName=name, ScheduledActionName="my-scheduled-action", Recurrence="30 0 1 12 0",
                                              StartTime=soon, MinSize=2, MaxSize=6, DesiredCapacity=4)
        asg.put_lifecycle_hook(AutoScalingGroupName=name, LifecycleHookName="my-lifecycle-hook", LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING")
        for operation in ("AccountLimits", "AutoScalingGroups", "AutoScalingInstances", "LaunchConfigurations", "LifecycleHooks", "LoadBalancerTargetGroups",
                          "LoadBalancers", "Policies", "ScalingActivities", "ScheduledActions", "Tags"):
            yield "autoscaling", "Describe" + operation, 0
        yield "autoscaling", "PutScalingPolicy", 0
        # None of the next is to wait until connections are drained.
        self.elb.modify_load_balancer_attributes(LoadBalancerName="my-load-balancer", LoadBalancerAttributes={"ConnectionDraining": {"Enabled": False}})
        self.elbv2.modify_target_group_attributes(TargetGroupArn=ids["targetgroup/my-targets"], Attributes=[
            {"Key": "deregistration_delay.timeout_seconds", "Value": "0"}])
        yield "autoscaling", "EnterStandby", 0
        self.settled(name, 2)
        yield "autoscaling", "ExitStandby", 0
        self.settled(name, 2)
        yield "autoscaling", "DetachInstances", 0

    def settled(self, name, members):
        """The instances of a group, once there are so many and all are at rest."""
        for _ in range(120):
            instances = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["Instances"]
            if len(instances) == members and all(i["LifecycleState"] in ("InService", "Standby") for i in instances):
                return instances
            time.sleep(0.5)
        raise TimeoutError(f"{name} is not at rest")


def paired():
    """The samples of what is served that have an output."""
    return {(service, operation, n): sample
            for service, operations in table.read().items() if service in NAMES
            for operation, samples in calling.samples(service).items() if operation in operations
            for n, sample in enumerate(samples) if sample.get("output") is not None}


def main():
    count, less = calling.Count(), 0
    samples, stage, answer = paired(), Stage(), None
    untold, story = set(samples) - set(APART), stage.story()
    while True:
        try:
            step = story.send(answer)
        except StopIteration:
            break
        untold.discard(step)
        service, operation, _ = step
        try:
            answer = getattr(stage, service)._make_api_call(operation, stage.asked(step, samples[step].get("input") or {}))
            lost = [m for m in lacks(samples[step]["output"], answer) if m.split(":")[0] not in LESS.get(step, {})]
            less += len(LESS.get(step, {}))
        except Exception as e:
            answer, lost = None, [f"{type(e).__name__}: {e}"]
        count.check(" ".join(map(str, step)), not lost, "lacks " + "\n    lacks ".join(lost))
    for step in sorted(untold):
        count.check(" ".join(map(str, step)), False, "it is neither compared nor has a reason not to be")
    return count.end(f" ({less} members and {len(APART)} more samples apart for a reason)")


sys.exit(main())
