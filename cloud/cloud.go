// Package cloud is the only caller of AWS: it takes and gives the nouns of
// package gekko and speaks to Auto Scaling, EC2, Elastic Load Balancing,
// CloudWatch, STS and SSM through their SDK.
//
// It knows what a noun is at AWS and nothing of when to do what: the order of
// steps belongs to packages bake and release.
package cloud

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"gekko"
	"gekko/cloud/carry"
	"gekko/cloud/evidence"
	"gekko/cloud/groups"
	"gekko/cloud/images"
)

// Options say which cloud to call, and as whom. Empty fields are left to the
// SDK's own environment and files.
type Options struct {
	Region   string
	Profile  string
	Endpoint string // base URL of every service

	// Credentials win over the SDK's own search if they are set.
	Credentials aws.CredentialsProvider
	// HTTPClient carries the calls; tests hand in the embedded cloud's handler.
	HTTPClient aws.HTTPClient
}

// Cloud is one account in one region.
type Cloud struct {
	Region   string
	Endpoint string // empty: AWS's own

	*images.Store   // the snapshots, and what bakes make for themselves
	*carry.Carrier  // what a new group takes over from the live one
	*evidence.Meter // what was counted

	groups      *groups.Groups
	ec2         *ec2.Client
	autoscaling *autoscaling.Client
	elb         *elasticloadbalancing.Client
	elbv2       *elasticloadbalancingv2.Client
	cloudwatch  *cloudwatch.Client
	ssm         *ssm.Client
	sts         *sts.Client

	listeners sync.Map // ARNs by NAME:PORT
	habits    sync.Map // of pools, by ARN
	mark      string   // by which leases of this value are known to be its own
}

// Open reads the SDK's configuration. It calls nothing yet, unless roles or
// metadata have to be asked for credentials later.
func Open(ctx context.Context, o Options) (*Cloud, error) {
	// The SDK would print warnings of its own; what matters is in the errors.
	with := []func(*config.LoadOptions) error{config.WithLogger(logging.Nop{}), config.WithHTTPClient(impatient()), config.WithAPIOptions([]func(*middleware.Stack) error{endingBody})}
	if o.Region != "" {
		with = append(with, config.WithRegion(o.Region))
	}
	if o.Profile != "" {
		with = append(with, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Endpoint != "" {
		with = append(with, config.WithBaseEndpoint(o.Endpoint))
	}
	if o.Credentials != nil {
		with = append(with, config.WithCredentialsProvider(o.Credentials))
	}
	c, err := config.LoadDefaultConfig(ctx, with...)
	if err != nil {
		return nil, unconfigured(err)
	}
	if err := checkEndpoint(aws.ToString(c.BaseEndpoint)); err != nil {
		return nil, err
	}
	if o.HTTPClient != nil {
		c.HTTPClient = o.HTTPClient // only now: the SDK would try to give it AWS_CA_BUNDLE
	}
	if c.Credentials, err = withCredentialFile(c, os.Getenv); err != nil {
		return nil, err
	}
	if c.Credentials != nil {
		c.Credentials = telling{c.Credentials}
	}
	machines, params, scaling := ec2.NewFromConfig(c), ssm.NewFromConfig(c), autoscaling.NewFromConfig(c)
	cloud := &Cloud{
		Region:      c.Region,
		Endpoint:    aws.ToString(c.BaseEndpoint),
		Store:       images.New(c.Region, machines, params, scaling),
		ec2:         machines,
		autoscaling: scaling,
		elb:         elasticloadbalancing.NewFromConfig(c),
		elbv2:       elasticloadbalancingv2.NewFromConfig(c),
		cloudwatch:  cloudwatch.NewFromConfig(c),
		ssm:         params,
		sts:         sts.NewFromConfig(c),
		mark:        rand.Text(),
	}
	cloud.groups = groups.New(cloud.autoscaling)
	cloud.Carrier = carry.New(cloud.groups, cloud.autoscaling, cloud.cloudwatch)
	cloud.Meter = evidence.New(cloud.cloudwatch, evidence.Zones{ALB: cloud.albZones, Classic: cloud.classicZones})
	return cloud, nil
}

// answerTime is how long a call may go unanswered. The SDK would wait for ever.
const answerTime = time.Minute

func impatient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.ResponseHeaderTimeout = answerTime })
}

func unconfigured(err error) error {
	if missing, ok := errors.AsType[config.SharedConfigProfileNotExistError](err); ok {
		err := fmt.Errorf("profile %s: %w in the AWS configuration", missing.Profile, gekko.ErrNotFound)
		return gekko.Hint(err, "aws configure list-profiles; then --profile or AWS_PROFILE")
	}
	return fmt.Errorf("AWS configuration: %w", err)
}

func checkEndpoint(text string) error {
	u, err := url.Parse(text)
	if text == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return nil
	}
	err = fmt.Errorf("endpoint %q: %w: want http:// or https:// and a host", text, gekko.ErrInvalid)
	return gekko.Hint(err, "--endpoint-url http://127.0.0.1:PORT, or without it for AWS itself")
}

// Account asks whose credentials these are: twelve digits.
func (c *Cloud) Account(ctx context.Context) (string, error) {
	who, err := c.Identity(ctx)
	return who.Account, err
}

// Loopback says whether the endpoint's host is a loopback address, so that
// nothing behind it can be production.
func (c *Cloud) Loopback() bool {
	u, err := url.Parse(c.Endpoint)
	if err != nil || c.Endpoint == "" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
