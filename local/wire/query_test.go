package wire

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/google/go-cmp/cmp"
)

var timeOfTests = time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// ask posts a form, unsigned.
func ask(m *Mux, form string) (status int, body string) {
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// read serves an operation and gives what it made of a form.
func read[In, Out any](t *testing.T, s Service, version, form string) *In {
	t.Helper()
	m := NewMux(Options{})
	var seen *In
	Handle(m, s, func(_ context.Context, in *In) (*Out, error) {
		seen = in
		return nil, nil
	}, allFields[In]())
	if status, body := ask(m, "Action="+operationOf[In]()+"&Version="+version+"&"+form); status != http.StatusOK {
		t.Fatalf("%s: %d %s", form, status, body)
	}
	return seen
}

func TestAnEmptyParameterIsAbsentButATagMayBeEmpty(t *testing.T) {
	got := read[ec2.RunInstancesInput, ec2.RunInstancesOutput](t, EC2, "2016-11-15",
		"MinCount=1&MaxCount=1&SubnetId=&IamInstanceProfile.Name=&SecurityGroupId.1=&NetworkInterface.1.SubnetId="+
			"&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=a&TagSpecification.1.Tag.1.Value=")
	want := &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		TagSpecifications: []types.TagSpecification{{ResourceType: "instance", Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("")}}}},
	}
	if d := cmp.Diff(want, got, sdkValues); d != "" {
		t.Error(d)
	}
}

func TestListsAreReadInBothSpellingsAndInOrder(t *testing.T) {
	want := []string{"a", "b", "c", "d"}
	for _, form := range []string{
		"LoadBalancerNames.member.1=a&LoadBalancerNames.member.2=b&LoadBalancerNames.member.10=d&LoadBalancerNames.member.9=c",
		"LoadBalancerNames.1=a&LoadBalancerNames.2=b&LoadBalancerNames.9=c&LoadBalancerNames.10=d",
	} {
		got := read[elb.DescribeLoadBalancersInput, elb.DescribeLoadBalancersOutput](t, ELB, "2012-06-01", form)
		if d := cmp.Diff(want, got.LoadBalancerNames); d != "" {
			t.Error(d)
		}
	}
}

func TestACallByGETIsServed(t *testing.T) {
	m := NewMux(Options{})
	Handle(m, EC2, func(_ context.Context, in *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
		return &ec2.DescribeRegionsOutput{Regions: []types.Region{{RegionName: aws.String(in.RegionNames[0])}}}, nil
	}, Fields{Reads: "RegionNames"})
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080/?Action=DescribeRegions&Version=2016-11-15&RegionName.1=eu-west-1", nil))
	id := w.Header().Get("X-Amzn-Requestid")
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>` + id +
		`</requestId><regionInfo><item><regionName>eu-west-1</regionName></item></regionInfo></DescribeRegionsResponse>`
	if d := cmp.Diff(want, w.Body.String()); d != "" || len(id) != 36 {
		t.Error(d)
	}
}

func TestListsWithNothingInThemAreThere(t *testing.T) {
	m := NewMux(Options{})
	Handle(m, EC2, func(context.Context, *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
		return nil, nil
	}, Fields{})
	Handle(m, AutoScaling, func(context.Context, *autoscaling.DescribeAutoScalingGroupsInput) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
		return &autoscaling.DescribeAutoScalingGroupsOutput{AutoScalingGroups: make([]astypes.AutoScalingGroup, 1)}, nil
	}, Fields{})
	Handle(m, SSM, func(context.Context, *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) { return nil, nil }, Fields{Reads: "Names"})
	Handle(m, EC2, func(context.Context, *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
		return &ec2.DescribeSecurityGroupsOutput{SecurityGroups: make([]types.SecurityGroup, 1)}, nil
	}, Fields{})
	if _, body := ask(m, "Action=DescribeSecurityGroups&Version=2016-11-15"); !strings.Contains(body, "<ipPermissions></ipPermissions>") || strings.Contains(body, "tagSet") {
		t.Error(body)
	}
	if _, body := ask(m, "Action=DescribeInstances&Version=2016-11-15"); !strings.Contains(body, "<reservationSet></reservationSet>") {
		t.Error(body)
	}
	if _, body := ask(m, "Action=DescribeAutoScalingGroups&Version=2011-01-01"); !strings.Contains(body, "<Instances></Instances>") {
		t.Error(body)
	}
	if body := askJSON(m, "GetParameters", `{"Names":["a"]}`).Body.String(); body != `{"InvalidParameters":[],"Parameters":[]}` {
		t.Error(body)
	}
}

func TestWrongParametersAreToldInEachServicesWords(t *testing.T) {
	m := NewMux(Options{})
	Handle(m, EC2, func(context.Context, *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) { return nil, nil },
		Fields{Reads: "MinCount MaxCount ImageId InstanceType BlockDeviceMappings.DeviceName"})
	Handle(m, AutoScaling, func(context.Context, *autoscaling.CreateAutoScalingGroupInput) (*autoscaling.CreateAutoScalingGroupOutput, error) {
		return nil, nil
	}, allFields[autoscaling.CreateAutoScalingGroupInput]())
	const run, group = "Action=RunInstances&Version=2016-11-15&MinCount=1", "Action=CreateAutoScalingGroup&Version=2011-01-01&AutoScalingGroupName=a"
	for form, want := range map[string]string{
		run:                                   "<Code>MissingParameter</Code><Message>The request must contain the parameter MaxCount<",
		run + "&MaxCount=many":                "<Code>InvalidParameterValue</Code><Message>Invalid value &#39;many&#39; for MaxCount.",
		run + "&MaxCount=1&Colour=red":        "<Code>UnknownParameter</Code><Message>The parameter Colour is not recognized<",
		run + "&MaxCount=1&InstanceType=huge": "Invalid value &#39;huge&#39; for InstanceType.",
		run + "&MaxCount=1&BlockDeviceMapping.1.Ebs.Iops=100": "<Code>UnsupportedOperation</Code><Message>RunInstances: The parameter BlockDeviceMapping.Ebs.Iops is not supported here.",
		run + "&MaxCount=1&DryRun=true":                       "<Code>DryRunOperation</Code>",
		run + "&MaxCount=1&ImageId.1=a":                       "<Code>InvalidParameterValue</Code>",
		group + "&MinSize=1&MaxSize=2&Colour=red":             "<Code>MalformedInput</Code><Message>Unexpected parameter Colour<",
		group + "&MinSize=1&MaxSize=2&AvailabilityZones=a":    "<Code>MalformedInput</Code>",
		group: "2 validation errors detected: Value null at &#39;maxSize&#39; failed to satisfy constraint: Member must not be null; Value null at &#39;minSize&#39;",
		group + "&MinSize=1&MaxSize=2&Tags.member.1.Value=x":                                            "1 validation error detected: Value null at &#39;tags.1.member.key&#39;",
		group + "&MinSize=1&MaxSize=2&AvailabilityZoneDistribution." + "CapacityDistributionStrategy=x": "Value &#39;x&#39; at &#39;availabilityZoneDistribution.capacityDistributionStrategy&#39; failed to satisfy constraint: Member must satisfy enum value set: [balanced-only, balanced-best-effort",
	} {
		if status, body := ask(m, form); status < 400 || status == 500 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s\nwant %s", form, status, body, want)
		}
	}
}

func TestLargeMetricsArriveThoughTheClientCompressesThem(t *testing.T) {
	m := NewMux(Options{Credentials: knowsTestKeys})
	var got int
	compressed := false
	Handle(m, CloudWatch, func(_ context.Context, in *cloudwatch.PutMetricDataInput) (*cloudwatch.PutMetricDataOutput, error) {
		got = len(in.MetricData)
		return nil, nil
	}, allFields[cloudwatch.PutMetricDataInput]())
	spy := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		compressed = r.Header.Get("Content-Encoding") == "gzip"
		m.ServeHTTP(w, r)
	})
	data := make([]cwtypes.MetricDatum, 900)
	for i := range data {
		data[i] = cwtypes.MetricDatum{MetricName: aws.String("m"), Value: aws.Float64(float64(i)), Timestamp: &timeOfTests}
	}
	_, err := cloudwatch.NewFromConfig(testConfig(spy)).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("n"), MetricData: data})
	if err != nil || got != len(data) || !compressed {
		t.Errorf("%d arrived, compressed %t: %v", got, compressed, err)
	}
}

func TestABodyThatUnpacksTooLargeIsRefused(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(make([]byte, maxBody+1)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", &packed)
	r.Header.Set("Content-Encoding", "gzip")
	w := httptest.NewRecorder()
	NewMux(Options{}).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestABodyThatIsTooLargeIsRefused(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", bytes.NewReader(make([]byte, maxBody+1)))
	w := httptest.NewRecorder()
	NewMux(Options{}).ServeHTTP(w, r)
	if w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
}

func TestAnAcceptedParameterIsLoggedOnce(t *testing.T) {
	var log strings.Builder
	m := NewMux(Options{Log: textLog(&log)})
	Handle(m, EC2, func(context.Context, *ec2.DescribeKeyPairsInput) (*ec2.DescribeKeyPairsOutput, error) {
		return nil, nil
	},
		Fields{Reads: "Filters", Accepts: "IncludePublicKey"})
	for range 3 {
		if status, body := ask(m, "Action=DescribeKeyPairs&Version=2016-11-15&IncludePublicKey=true&Filter.1.Name=a"); status != http.StatusOK {
			t.Fatal(status, body)
		}
	}
	if n := strings.Count(log.String(), "IncludePublicKey"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, log.String())
	}
}

func FuzzForm(f *testing.F) {
	f.Add("MinCount=1&MaxCount=1&TagSpecification.1.Tag.1.Key=a")
	f.Add("BlockDeviceMapping.1.Ebs.Iops=x&A.B.C=1&A=2&A.B=")
	f.Add(strings.Repeat("A.", 100) + "=1")
	shape := inShapes(EC2).of(typeOf[ec2.RunInstancesInput]())
	f.Fuzz(func(_ *testing.T, form string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		c := &call{form: values, service: EC2}
		_ = query{}.decode(c, newOf[ec2.RunInstancesInput](), shape)
	})
}
