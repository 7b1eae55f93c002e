"""AWS's own sample inputs, which botocore brings along, sent to the embedded
cloud as boto3 writes them.

The cloud has none of the things that they name, so most are refused; but never
because a request is not understood. A field that is refused must be one of
those that docs/local-cloud.md says are.
"""

import os
import re
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import table

# What only a request that was not understood is answered with.
ODD = {"UnknownParameter", "MalformedQueryString", "MalformedInput", "SerializationException", "InvalidAction",
       "MissingAction", "InternalError", "InternalFailure", "SignatureDoesNotMatch", "UnknownOperationException"}

# Samples that ask for what is refused whatever fields say it (the page's intro).
WHOLE = {("autoscaling", "CreateAutoScalingGroup"), ("autoscaling", "PutWarmPool"), ("autoscaling", "StartInstanceRefresh"),
         ("elb", "CreateLoadBalancerListeners")}


def verdict(service, operation, refuses, error):
    """Why the answer is not one of AWS's, or nothing."""
    code, message = error["Code"], error["Message"]
    if code in ODD or re.search(r"failed to satisfy constraint|is not valid for|unknown parameter", message, re.I):
        return f"{code}: {message}"
    if code == "UnsupportedOperation" and (service, operation) not in WHOLE:
        told = [f for f in refuses if re.search(rf"\b{re.escape(f.split('.')[-1])}\b", message)]
        if not told:
            return f"{message}, which the table does not tell"
    return None


def main():
    passed = failed = refused = 0
    loader = boto3.session.Session()._session.get_component("data_loader")
    for service, operations in table.read().items():
        try:
            samples = loader.load_service_model(service, "examples-1")["examples"]
        except Exception:
            continue  # a service without samples
        client = boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"],
                              config=Config(retries={"max_attempts": 0}, parameter_validation=False))
        for operation, examples in samples.items():
            if operation not in operations:
                continue
            for n, sample in enumerate(examples):
                why = None
                try:
                    client._make_api_call(operation, sample.get("input") or {})
                except ClientError as e:
                    why = verdict(service, operation, operations[operation], e.response["Error"])
                    refused += e.response["Error"]["Code"] == "UnsupportedOperation"
                except Exception as e:
                    why = f"{type(e).__name__}: {e}"
                if why:
                    failed += 1
                    print(f"FAILED {service} {operation} {n}\n    {why}\n    {sample.get('input')}")
                else:
                    passed += 1
    print(f"{passed} passed ({refused} of them refused as the table says), {failed} failed")
    return failed > 0


sys.exit(main())
