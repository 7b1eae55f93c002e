"""AWS's own sample inputs, which botocore brings along, sent to the embedded
cloud as boto3 writes them.

The cloud has none of the things that they name, so most are refused; but never
because a request is not understood. A field that is refused must be one of
those that docs/local-cloud.md says are.
"""

import re
import sys

from botocore.exceptions import ClientError

import calling
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
    count, refused = calling.Count(), 0
    for service, operations in table.read().items():
        client = calling.client(service, parameter_validation=False)
        for operation, samples in calling.samples(service).items():
            if operation not in operations:
                continue
            for n, sample in enumerate(samples):
                why = None
                try:
                    client._make_api_call(operation, sample.get("input") or {})
                except ClientError as e:
                    why = verdict(service, operation, operations[operation], e.response["Error"])
                    refused += e.response["Error"]["Code"] == "UnsupportedOperation"
                except Exception as e:
                    why = f"{type(e).__name__}: {e}"
                count.check(f"{service} {operation} {n}", not why, f"{why}\n    {sample.get('input')}")
    return count.end(f" ({refused} of them refused as the table says)")


sys.exit(main())
