"""Operations that no other client here calls, each by boto3 and with a look at
what it has done. Two are left that boto3 1.26 does not know:
DescribeImageReferences and DescribeListenerAttributes.
"""

import sys
from datetime import datetime, timedelta, timezone

from calling import QUICK, Count, client


class Plain(Count):
    def __init__(self):
        super().__init__()
        self.ec2, self.asg, self.elbv2 = client("ec2"), client("autoscaling"), client("elbv2")
        self.cw, self.ssm = client("cloudwatch"), client("ssm")

    def equal(self, name, got, want):
        self.check(name, got == want, f"want {want}\n    got  {got}")

    def sources(self):
        """A group's traffic sources: balancers of all kinds, attached apart from those of the older calls."""
        asg, name = self.asg, "web"
        subnet = self.ec2.describe_subnets()["Subnets"][0]
        base = self.ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
        asg.create_launch_configuration(LaunchConfigurationName=name, ImageId=base, InstanceType="t3.micro")
        asg.create_auto_scaling_group(AutoScalingGroupName=name, LaunchConfigurationName=name, MinSize=0, MaxSize=4, DesiredCapacity=0,
                                      VPCZoneIdentifier=subnet["SubnetId"])
        arn = self.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=subnet["VpcId"])["TargetGroups"][0]["TargetGroupArn"]
        source = [{"Identifier": arn}]
        asg.attach_traffic_sources(AutoScalingGroupName=name, TrafficSources=source)
        told = lambda: len(asg.describe_traffic_sources(AutoScalingGroupName=name, TrafficSourceType="elbv2")["TrafficSources"])
        self.equal("a source is attached", told(), 1)
        targets = asg.describe_load_balancer_target_groups(AutoScalingGroupName=name)["LoadBalancerTargetGroups"]
        self.equal("it is not told as a target group", targets, [])
        asg.detach_traffic_sources(AutoScalingGroupName=name, TrafficSources=source)
        self.equal("a source is detached", told(), 0)
        self.equal("there is no warm pool", asg.describe_warm_pool(AutoScalingGroupName=name)["Instances"], [])

    def actions(self):
        """Scheduled actions, some of them wrong."""
        asg, name = self.asg, "web"
        failed = asg.batch_put_scheduled_update_group_action(AutoScalingGroupName=name, ScheduledUpdateGroupActions=[
            {"ScheduledActionName": "night", "Recurrence": "0 3 * * *", "DesiredCapacity": 0},
            {"ScheduledActionName": "day", "Recurrence": "0 8 * * *", "DesiredCapacity": 2},
            {"ScheduledActionName": "never", "Recurrence": "soon", "DesiredCapacity": 2},
        ])["FailedScheduledUpdateGroupActions"]
        self.equal("a wrong action is told", [f["ScheduledActionName"] for f in failed], ["never"])
        planned = lambda: sorted(a["ScheduledActionName"] for a in asg.describe_scheduled_actions(AutoScalingGroupName=name)["ScheduledUpdateGroupActions"])
        self.equal("the others are there", planned(), ["day", "night"])
        failed = asg.batch_delete_scheduled_action(AutoScalingGroupName=name, ScheduledActionNames=["day", "never"])["FailedScheduledActions"]
        self.equal("an unknown one is told", [f["ScheduledActionName"] for f in failed], ["never"])
        self.equal("the known one is gone", planned(), ["night"])

    def alarms(self):
        cw, name = self.cw, "busy"
        cw.put_metric_alarm(AlarmName=name, Namespace="web", MetricName="load", Statistic="Average", Period=60, EvaluationPeriods=1,
                            Threshold=5, ComparisonOperator="GreaterThanThreshold", Tags=[{"Key": "team", "Value": "a"}])
        found = lambda: cw.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        self.equal("the alarm of a metric", [a["AlarmName"] for a in cw.describe_alarms_for_metric(Namespace="web", MetricName="load")["MetricAlarms"]], [name])
        self.equal("that of another", cw.describe_alarms_for_metric(Namespace="web", MetricName="idle")["MetricAlarms"], [])
        cw.disable_alarm_actions(AlarmNames=[name])
        self.equal("its actions are off", found()["ActionsEnabled"], False)
        cw.enable_alarm_actions(AlarmNames=[name])
        self.equal("its actions are on", found()["ActionsEnabled"], True)
        cw.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
        self.equal("its state is set", (found()["StateValue"], found()["StateReason"]), ("ALARM", "by hand"))

        arn = found()["AlarmArn"]
        tags = lambda: {t["Key"]: t["Value"] for t in cw.list_tags_for_resource(ResourceARN=arn)["Tags"]}
        cw.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "test"}])
        self.equal("its tags", tags(), {"team": "a", "stage": "test"})
        cw.untag_resource(ResourceARN=arn, TagKeys=["team"])
        self.equal("one tag less", tags(), {"stage": "test"})

    def statistics(self):
        now = datetime.now(timezone.utc)
        self.cw.put_metric_data(Namespace="web", MetricData=[{"MetricName": "size", "Timestamp": now - timedelta(minutes=2), "Values": [1, 3], "Counts": [1, 1]}])
        points = self.cw.get_metric_statistics(Namespace="web", MetricName="size", StartTime=now - timedelta(minutes=10), EndTime=now,
                                               Period=600, Statistics=["Sum", "Average", "SampleCount"])["Datapoints"]
        self.equal("a period's statistics", [(p["Sum"], p["Average"], p["SampleCount"]) for p in points], [(4.0, 2.0, 2.0)])

    def instances(self):
        ec2 = self.ec2
        base = ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
        one = [ec2.run_instances(ImageId=base, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]]
        ec2.get_waiter("instance_running").wait(InstanceIds=one, WaiterConfig=QUICK)
        found = lambda: ec2.describe_instances(InstanceIds=one)["Reservations"][0]["Instances"][0]
        state = lambda answer: answer["InstanceMonitorings"][0]["Monitoring"]["State"]
        self.check("monitoring goes on", state(ec2.monitor_instances(InstanceIds=one)) in ("pending", "enabled"))
        self.equal("it is on", found()["Monitoring"]["State"], "enabled")
        self.check("monitoring goes off", state(ec2.unmonitor_instances(InstanceIds=one)) in ("disabling", "disabled"))
        self.equal("it is off", found()["Monitoring"]["State"], "disabled")
        ec2.modify_instance_metadata_options(InstanceId=one[0], HttpTokens="required", HttpPutResponseHopLimit=2)
        options = found()["MetadataOptions"]
        self.equal("metadata wants a token", (options["HttpTokens"], options["HttpPutResponseHopLimit"]), ("required", 2))

    def rules(self):
        ec2 = self.ec2
        group = ec2.create_security_group(GroupName="web", Description="web", VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"])["GroupId"]
        found = lambda: ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
        ssh = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=ssh)
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=ssh)
        self.equal("nothing may come in", found()["IpPermissions"], [])
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        self.equal("nothing may go out", found()["IpPermissionsEgress"], [])

    def parameters(self):
        ssm, names = self.ssm, ["/web/one", "/web/two"]
        for name in names:
            ssm.put_parameter(Name=name, Value=name[-3:], Type="String")
        self.equal("a parameter", ssm.get_parameter(Name=names[0])["Parameter"]["Value"], "one")
        got = ssm.get_parameters(Names=[*names, "/none"])
        self.equal("some parameters", sorted(p["Value"] for p in got["Parameters"]), ["one", "two"])
        self.equal("the unknown one is told", got["InvalidParameters"], ["/none"])
        gone = ssm.delete_parameters(Names=[*names, "/none"])
        self.equal("two are deleted", (sorted(gone["DeletedParameters"]), gone["InvalidParameters"]), (names, ["/none"]))


def main():
    p = Plain()
    for part in p.sources, p.actions, p.alarms, p.statistics, p.instances, p.rules, p.parameters:
        try:
            part()
        except Exception as e:
            p.check(part.__name__, False, f"{type(e).__name__}: {e}")
    return p.end()


sys.exit(main())
