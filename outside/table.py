"""What docs/local-cloud.md says: the operations by boto3's name of their service,
each with the fields that it refuses."""

import os
import re

SERVICES = {
    "autoscaling": "autoscaling", "ec2": "ec2", "elasticloadbalancing": "elb", "elasticloadbalancingv2": "elbv2",
    "cloudwatch": "cloudwatch", "ssm": "ssm", "sts": "sts",
}


def read():
    page = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "docs", "local-cloud.md")
    all, service = {}, None
    for line in open(page):
        cells = [c.strip() for c in line.split("|")]
        if line.startswith("## "):
            service = SERVICES[line[3:].strip()]
            all[service] = {}
        elif service and len(cells) > 4 and re.match(r"[A-Z]\w+$", cells[1]):
            all[service][cells[1]] = cells[4].split()
    return all
