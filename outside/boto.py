"""boto3 on the embedded cloud: every paginator and every waiter of the
operations that it serves (docs/local-cloud.md).

A paginator must give, in pages of the least size, just what one unpaged call
gives. A waiter must end, or fail for the reason that AWS's own definition of
it gives.
"""

import sys
import traceback
from datetime import datetime, timedelta, timezone

import table
from calling import QUICK, Count, client

count = Count()
check = count.check


class World:
    """Two or three of each thing, so that there is something to page through."""

    def __init__(self):
        self.ec2, self.asg = client("ec2"), client("autoscaling")
        self.elb, self.elbv2, self.cw = client("elb"), client("elbv2"), client("cloudwatch")

    def make(self):
        ec2, asg, elb, elbv2, cw = self.ec2, self.asg, self.elb, self.elbv2, self.cw
        self.subnets = [s["SubnetId"] for s in ec2.describe_subnets()["Subnets"]]
        vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        base = ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
        ec2.create_key_pair(KeyName="one"), ec2.create_key_pair(KeyName="two")
        self.group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
        for port in (22, 80):
            ec2.authorize_security_group_ingress(GroupId=self.group, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp="10.0.0.0/8")
        run = ec2.run_instances(ImageId=base, MinCount=3, MaxCount=3, InstanceType="t3.micro", KeyName="one",
                                TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "n", "Value": "1"}]}])
        self.instances = [i["InstanceId"] for i in run["Instances"]]
        for n in range(3):
            ec2.create_launch_template(LaunchTemplateName=f"template{n}", LaunchTemplateData={"ImageId": base, "InstanceType": "t3.micro"})
            ec2.create_launch_template_version(LaunchTemplateName=f"template{n}", SourceVersion="1", LaunchTemplateData={"InstanceType": "t3.small"})
            asg.create_launch_configuration(LaunchConfigurationName=f"configuration{n}", ImageId=base, InstanceType="t3.micro")
            asg.create_auto_scaling_group(AutoScalingGroupName=f"group{n}", MinSize=0, MaxSize=2, DesiredCapacity=2 if n == 0 else 0,
                                          LaunchTemplate={"LaunchTemplateName": f"template{n}"}, VPCZoneIdentifier=",".join(self.subnets),
                                          Tags=[{"Key": k, "Value": "v"} for k in "ab"])
            for policy in ("up", "down"):
                asg.put_scaling_policy(AutoScalingGroupName=f"group{n}", PolicyName=policy, AdjustmentType="ChangeInCapacity", ScalingAdjustment=1)
            asg.put_scheduled_update_group_action(AutoScalingGroupName=f"group{n}", ScheduledActionName="night", Recurrence="0 3 * * *", DesiredCapacity=0)
            elb.create_load_balancer(LoadBalancerName=f"classic{n}", AvailabilityZones=["us-east-1a"],
                                     Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 22, "InstanceProtocol": "HTTP"}])
            cw.put_metric_alarm(AlarmName=f"alarm{n}", Namespace="web", MetricName="load", Statistic="Average", Period=60,
                                EvaluationPeriods=1, Threshold=5, ComparisonOperator="GreaterThanThreshold")
            cw.put_metric_data(Namespace="web", MetricData=[{"MetricName": "load", "Value": n, "Dimensions": [{"Name": "n", "Value": str(n)}]}])
        self.balancers, self.targets = [], []
        for n in range(3):
            b = elbv2.create_load_balancer(Name=f"alb{n}", Subnets=self.subnets[:2])["LoadBalancers"][0]
            t = elbv2.create_target_group(Name=f"targets{n}", Protocol="HTTP", Port=8080, VpcId=vpc)["TargetGroups"][0]
            self.balancers.append(b["LoadBalancerArn"]), self.targets.append(t["TargetGroupArn"])
        for port in (80, 81, 82):
            self.listener = elbv2.create_listener(LoadBalancerArn=self.balancers[0], Protocol="HTTP", Port=port,
                                                  DefaultActions=[{"Type": "forward", "TargetGroupArn": self.targets[0]}])["Listeners"][0]["ListenerArn"]
        for n in (1, 2):
            elbv2.create_rule(ListenerArn=self.listener, Priority=n, Conditions=[{"Field": "path-pattern", "Values": [f"/{n}"]}],
                              Actions=[{"Type": "forward", "TargetGroupArn": self.targets[0]}])
        ec2.get_waiter("instance_running").wait(InstanceIds=self.instances, WaiterConfig=QUICK)
        self.images = []
        for n in range(2):
            self.images.append(ec2.create_image(InstanceId=self.instances[0], Name=f"image{n}", NoReboot=True)["ImageId"])
        ec2.get_waiter("image_available").wait(ImageIds=self.images, WaiterConfig=QUICK)

    def arguments(self, operation):
        """What an operation cannot do without, or what keeps it to a few."""
        now = datetime.now(timezone.utc)
        return {
            "DescribeListeners": {"LoadBalancerArn": self.balancers[0]},
            "DescribeRules": {"ListenerArn": self.listener},
            "DescribeListenerCertificates": {"ListenerArn": self.listener},
            "DescribeTargetHealth": {"TargetGroupArn": self.targets[0]},
            "DescribeLaunchTemplateVersions": {"LaunchTemplateName": "template0"},
            "DescribeInstanceAttribute": {"InstanceId": self.instances[0], "Attribute": "instanceType"},
            "DescribeLoadBalancerTargetGroups": {"AutoScalingGroupName": "group0"},
            "DescribeInstanceStatus": {"IncludeAllInstances": True},
            "GetParametersByPath": {"Path": "/aws/service"},
            "GetMetricData": {"StartTime": now - timedelta(hours=1), "EndTime": now, "MetricDataQueries": [
                {"Id": f"m{n}", "MetricStat": {"Metric": {"Namespace": "web", "MetricName": "load", "Dimensions": [{"Name": "n", "Value": str(n)}]},
                                              "Period": 60, "Stat": "Sum"}} for n in range(3)]},
        }.get(operation, {})

    def arguments_of(self, service, operation):
        if (service, operation) == ("autoscaling", "DescribeLoadBalancers"):
            return {"AutoScalingGroupName": "group0"}
        return self.arguments(operation)


# The least page that each operation takes; 1 where not said.
LEAST = {"DescribeInstances": 5, "DescribeInstanceStatus": 5, "DescribeTags": 5, "DescribeSecurityGroups": 5, "DescribeSecurityGroupRules": 5,
         "DescribeSubnets": 5, "DescribeVpcs": 5, "DescribeNetworkInterfaces": 5, "DescribeVolumes": 5, "DescribeSnapshots": 5,
         "DescribeInstanceTypes": 5, "DescribeInstanceTypeOfferings": 5, "DescribeRouteTables": 5, "DescribeInternetGateways": 5,
         "GetMetricData": 100, "DescribeVolumeStatus": 5}


# What these wait for cannot be made here, although one can ask for it.
UNSERVED = {("cloudwatch", "composite_alarm_exists"), ("ec2", "network_interface_available")}


def page_through(w, service, operations):
    c = client(service)
    model = c.meta.service_model
    methods = {model_name: method for method, model_name in c.meta.method_to_api_mapping.items()}
    for operation in sorted(operations):
        if operation not in methods or not c.can_paginate(methods[operation]):
            continue
        name, args = f"paginator {service} {operation}", w.arguments_of(service, operation)
        try:
            pages = c.get_paginator(methods[operation])
            whole = [pages_result(p, pages) for p in pages.paginate(**args)]
            whole = sum(whole, [])
            size = LEAST.get(operation, 1)
            small, count = [], 0
            limit = {} if pages._limit_key is None else {"PaginationConfig": {"PageSize": size}}
            for p in pages.paginate(**args, **limit):
                small += pages_result(p, pages)
                count += 1
                if count > 500:
                    raise RuntimeError("pages without end")
            check(name, whole == small, f"{len(whole)} at once, {len(small)} in {count} pages of {size}")
            if limit and len(whole) > size:
                check(name + ", more than one page", count > 1, f"{len(whole)} results came on one page although {size} were asked for")
        except Exception as e:
            check(name, False, f"{type(e).__name__}: {e}")


def pages_result(page, paginator):
    all = []
    for key in paginator.result_keys:
        found = key.search(page)
        if isinstance(found, list):
            all += found
    return all


def wait_for(w, waits, served):
    """Every waiter whose operation is served; those without a line are told."""
    for service, operations in served.items():
        c = client(service)
        for name in c.waiter_names:
            waiting = c.get_waiter(name)
            operation = waiting.config.operation
            if operation not in operations or (service, name) in UNSERVED:
                continue
            label = f"waiter {service} {name}"
            if (service, name) not in waits:
                check(label, False, "not tried: give it a line here")
                continue
            try:
                before, args = waits[service, name]
                before()
                waiting.wait(WaiterConfig=QUICK, **(args() if callable(args) else args))
                check(label, True)
            except Exception as e:
                check(label, False, f"{type(e).__name__}: {e}")


def waits(w):
    # A service's waiters are tried in the order of their names: what one ends,
    # later ones do not need.
    nothing = lambda: None
    ec2, asg, elb, elbv2, cw = w.ec2, w.asg, w.elb, w.elbv2, w.cw
    one = {"InstanceIds": w.instances[1:2]}
    other = {"InstanceIds": w.instances[2:3]}
    volumes_of = lambda them: {"VolumeIds": [b["Ebs"]["VolumeId"] for r in ec2.describe_instances(**them)["Reservations"]
                                             for i in r["Instances"] for b in i["BlockDeviceMappings"]]}
    volumes = volumes_of(one)
    snapshots = {"SnapshotIds": [s["SnapshotId"] for s in ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]]}
    vpc = {"VpcIds": [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"]]}
    health = lambda **kw: {"LoadBalancerName": "classic0", **kw}
    return {
        ("ec2", "instance_exists"): (nothing, one),
        ("ec2", "instance_running"): (nothing, one),
        ("ec2", "instance_status_ok"): (nothing, one),
        ("ec2", "system_status_ok"): (nothing, other),
        ("ec2", "volume_in_use"): (nothing, volumes_of(other)),
        ("ec2", "key_pair_exists"): (nothing, {"KeyNames": ["one"]}),
        ("ec2", "security_group_exists"): (nothing, {"GroupIds": [w.group]}),
        ("ec2", "subnet_available"): (nothing, {"SubnetIds": w.subnets}),
        ("ec2", "vpc_exists"): (nothing, vpc),
        ("ec2", "vpc_available"): (nothing, vpc),
        ("ec2", "internet_gateway_exists"): (nothing, {"InternetGatewayIds": [g["InternetGatewayId"] for g in ec2.describe_internet_gateways()["InternetGateways"]]}),
        ("ec2", "image_exists"): (nothing, {"ImageIds": w.images}),
        ("ec2", "image_available"): (nothing, {"ImageIds": w.images}),
        ("ec2", "snapshot_completed"): (nothing, snapshots),
        ("ec2", "password_data_available"): (nothing, {"InstanceId": w.instances[1]}),
        ("ec2", "instance_stopped"): (lambda: ec2.stop_instances(**one), one),
        ("ec2", "instance_terminated"): (lambda: ec2.terminate_instances(**one), one),
        ("ec2", "volume_deleted"): (nothing, volumes),
        ("ec2", "volume_available"): (nothing, lambda: {"VolumeIds": [ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]]}),
        ("autoscaling", "group_exists"): (nothing, {"AutoScalingGroupNames": ["group0"]}),
        ("autoscaling", "group_in_service"): (nothing, {"AutoScalingGroupNames": ["group0"]}),
        ("autoscaling", "group_not_exists"): (lambda: asg.delete_auto_scaling_group(AutoScalingGroupName="group0", ForceDelete=True), {"AutoScalingGroupNames": ["group0"]}),
        ("elb", "any_instance_in_service"): (lambda: w.serve_classic(), health()),
        ("elb", "instance_in_service"): (lambda: w.serve_classic(), health()),
        ("elb", "instance_deregistered"): (lambda: elb.deregister_instances_from_load_balancer(LoadBalancerName="classic0", Instances=[{"InstanceId": w.instances[0]}]),
                                           health(Instances=[{"InstanceId": w.instances[0]}])),
        ("elbv2", "load_balancer_exists"): (nothing, {"LoadBalancerArns": w.balancers}),
        ("elbv2", "load_balancer_available"): (nothing, {"LoadBalancerArns": w.balancers}),
        ("elbv2", "target_in_service"): (lambda: w.serve_target(), {"TargetGroupArn": w.targets[0]}),
        ("elbv2", "target_deregistered"): (lambda: elbv2.deregister_targets(TargetGroupArn=w.targets[0], Targets=[{"Id": w.instances[-1]}]),
                                           lambda: {"TargetGroupArn": w.targets[0], "Targets": [{"Id": w.instances[-1]}]}),
        ("elbv2", "load_balancers_deleted"): (lambda: elbv2.delete_load_balancer(LoadBalancerArn=w.balancers[2]), {"LoadBalancerArns": w.balancers[2:]}),
        ("cloudwatch", "alarm_exists"): (nothing, {"AlarmNames": ["alarm0"]}),
    }


def serve_classic(w):
    """SSH's port answers a TCP check, which is enough for a balancer's."""
    w.elb.configure_health_check(LoadBalancerName="classic0", HealthCheck={"Target": "TCP:22", "Interval": 5, "Timeout": 2, "HealthyThreshold": 2, "UnhealthyThreshold": 2})
    w.elb.register_instances_with_load_balancer(LoadBalancerName="classic0", Instances=[{"InstanceId": w.instances[0]}])


def serve_target(w):
    """An instance whose user data begins a web server."""
    base = w.ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
    run = w.ec2.run_instances(ImageId=base, MinCount=1, MaxCount=1, InstanceType="t3.micro",
                              UserData="#!/bin/sh\ncd /srv && nohup setsid python3 -m http.server 8080 >/dev/null 2>&1 &\n")
    w.instances.append(run["Instances"][0]["InstanceId"])
    w.ec2.get_waiter("instance_running").wait(InstanceIds=w.instances[-1:], WaiterConfig=QUICK)
    w.elbv2.modify_target_group(TargetGroupArn=w.targets[0], HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2)
    w.elbv2.modify_target_group_attributes(TargetGroupArn=w.targets[0], Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "2"}])
    w.elbv2.register_targets(TargetGroupArn=w.targets[0], Targets=[{"Id": w.instances[-1]}])


World.serve_classic, World.serve_target = serve_classic, serve_target


def main():
    w = World()
    try:
        w.make()
    except Exception:
        check("making the world", False, traceback.format_exc(limit=1))
    else:
        all = table.read()
        for service, operations in all.items():
            page_through(w, service, operations)
        wait_for(w, waits(w), all)
    return count.end()


sys.exit(main())
