"""What the boto3 scripts of this folder share: clients of the embedded cloud, and
a count of what passed."""

import os

import boto3
from botocore.config import Config

QUICK = {"Delay": 1, "MaxAttempts": 60}


def client(service, **config):
    return boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(retries={"max_attempts": 0}, **config))


def samples(service):
    """AWS's own samples of a service by operation, which botocore brings along."""
    loader = boto3.session.Session()._session.get_component("data_loader")
    try:
        return loader.load_service_model(service, "examples-1")["examples"]
    except Exception:
        return {}


class Count:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, ok, why=""):
        if ok:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {name}\n    {why}")

    def end(self, note=""):
        """The script's last word, and its exit status."""
        print(f"{self.passed} passed{note}, {self.failed} failed")
        return self.failed > 0
