package wire

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
)

// fails serves one operation that gives an error.
func fails[In, Out any](m *Mux, s Service, err error) {
	Handle(m, s, func(context.Context, *In) (*Out, error) { return nil, err }, allFields[In]())
}

func testConfig(h http.Handler) aws.Config {
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: aws.String("http://localhost"), Credentials: testKeys{},
		HTTPClient: &http.Client{Transport: &carrier{h}}, RetryMaxAttempts: 1,
	}
}

func TestErrorsBecomeTheSDKsOwnTypes(t *testing.T) {
	m := NewMux(Options{Credentials: knowsTestKeys})
	fails[elbv2.DescribeTargetGroupsInput, elbv2.DescribeTargetGroupsOutput](m, ELBv2, Errorf("TargetGroupNotFound", "no such <group>"))
	fails[autoscaling.DeleteAutoScalingGroupInput, autoscaling.DeleteAutoScalingGroupOutput](m, AutoScaling, Errorf("ResourceInUse", "busy"))
	fails[ssm.GetParameterInput, ssm.GetParameterOutput](m, SSM, Errorf("ParameterNotFound", "gone"))
	fails[cloudwatch.GetMetricDataInput, cloudwatch.GetMetricDataOutput](m, CloudWatch, Errorf("InvalidNextToken", "which?"))
	fails[cloudwatch.GetMetricStatisticsInput, cloudwatch.GetMetricStatisticsOutput](m, CloudWatch, Errorf("InvalidParameterValue", "period"))
	fails[ec2.DescribeImagesInput, ec2.DescribeImagesOutput](m, EC2, Errorf("InvalidAMIID.NotFound", "The image id '[ami-1]' does not exist"))
	c := testConfig(m)

	_, err := elbv2.NewFromConfig(c).DescribeTargetGroups(t.Context(), nil)
	if e, ok := errors.AsType[*elbv2types.TargetGroupNotFoundException](err); !ok || e.ErrorMessage() != "no such <group>" {
		t.Errorf("ELBv2 gave %v", err)
	}
	_, err = autoscaling.NewFromConfig(c).DeleteAutoScalingGroup(t.Context(), &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("a")})
	if _, ok := errors.AsType[*astypes.ResourceInUseFault](err); !ok {
		t.Errorf("Auto Scaling gave %v", err)
	}
	_, err = ssm.NewFromConfig(c).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("a")})
	if e, ok := errors.AsType[*ssmtypes.ParameterNotFound](err); !ok || e.ErrorMessage() != "gone" {
		t.Errorf("SSM gave %v", err)
	}
	now := aws.Time(timeOfTests)
	_, err = cloudwatch.NewFromConfig(c).GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{StartTime: now, EndTime: now, MetricDataQueries: []cwtypes.MetricDataQuery{{Id: aws.String("a")}}})
	if e, ok := errors.AsType[*cwtypes.InvalidNextToken](err); !ok || e.ErrorMessage() != "which?" {
		t.Errorf("CloudWatch gave %v", err)
	}
	_, err = cloudwatch.NewFromConfig(c).GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
		StartTime: now, EndTime: now, MetricName: aws.String("a"), Namespace: aws.String("b"), Period: aws.Int32(60),
	})
	if e, ok := errors.AsType[*cwtypes.InvalidParameterValueException](err); !ok || e.ErrorCode() != "InvalidParameterValue" {
		t.Errorf("CloudWatch gave %v", err)
	}
	_, err = ec2.NewFromConfig(c).DescribeImages(t.Context(), nil)
	if e, ok := errors.AsType[smithy.APIError](err); !ok || e.ErrorCode() != "InvalidAMIID.NotFound" || e.ErrorMessage() != "The image id '[ami-1]' does not exist" {
		t.Errorf("EC2 gave %v", err)
	}
}

func TestAFailureInsideIsToldAsAnInternalErrorAndTheServerGoesOn(t *testing.T) {
	var log strings.Builder
	m := NewMux(Options{Log: textLog(&log)})
	fails[ec2.DescribeImagesInput, ec2.DescribeImagesOutput](m, EC2, errors.New("secret detail"))
	Handle(m, EC2, func(context.Context, *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) { panic("boom") }, Fields{})
	for _, action := range []string{"DescribeImages", "DescribeVpcs", "DescribeVpcs"} {
		status, body := ask(m, "Action="+action+"&Version=2016-11-15")
		if status != http.StatusInternalServerError || !strings.Contains(body, "<Code>InternalError</Code>") {
			t.Errorf("%s answered %d %s", action, status, body)
		}
		if strings.Contains(body, "secret") || strings.Contains(body, "boom") {
			t.Errorf("%s tells what is nobody's business: %s", action, body)
		}
	}
	if !strings.Contains(log.String(), "secret detail") || !strings.Contains(log.String(), "boom") {
		t.Errorf("the log lacks why:\n%s", log.String())
	}
}

func TestWhatIsNotServedIsRefusedInEachServicesWords(t *testing.T) {
	for query, want := range map[string]string{
		"Action=DescribeSpotFleetRequests&Version=2016-11-15": "<Code>UnsupportedOperation</Code><Message>The operation DescribeSpotFleetRequests of ec2 is not supported here.",
		"Action=Frobnicate&Version=2016-11-15":                "<Code>InvalidAction</Code><Message>The action Frobnicate is not valid for this web service.",
		"Action=Frobnicate&Version=2011-01-01":                "<Code>InvalidAction</Code><Message>Could not find operation Frobnicate for version 2011-01-01",
		"Action=AttachInstances&Version=2011-01-01":           "<Code>UnsupportedOperation</Code>",
		"Action=DescribeImages&Version=1999-01-01":            "<Code>InvalidAction</Code>",
		"Version=2016-11-15":                                  "<Code>MissingAction</Code>",
		"Action=%zz&Version=2011-01-01":                       "<Code>MalformedQueryString</Code>",
	} {
		if status, body := ask(NewMux(Options{}), query); status != http.StatusBadRequest || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s\nwant %s", query, status, body, want)
		}
	}
}
