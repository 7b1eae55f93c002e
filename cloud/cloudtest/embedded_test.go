package cloudtest_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"gekko/cloud"
	"gekko/cloud/cloudtest"
	"gekko/local"
	"gekko/local/machine"
)

func TestTheEmbeddedCloudConforms(t *testing.T) {
	for _, c := range cloudtest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { c.Run(t, embedded(t)) })
		})
	}
}

// embedded is a world of its own in the test's bubble, with both kinds of
// balancers. Its instances are functions.
func embedded(t *testing.T) *cloudtest.Harness {
	t.Helper()
	w, err := local.New(local.Options{
		Dir: t.TempDir(), LowPorts: true, Listen: silent, BootTime: 20 * time.Second, ImageTime: 10 * time.Second,
		Machines: func(s machine.Spec) (machine.Machine, error) {
			return machine.NewFunc(s, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "well") })), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, like := range []local.Like{{ClassicBalancer: "old", ServicePort: 8080, HealthPath: "/health"}, {ALB: "new", ALBPort: 80}} {
		if err := w.Seed(t.Context(), like); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); w.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })

	id, secret := w.Credentials()
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://127.0.0.1"), HTTPClient: w.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	}
	c, err := cloud.Open(t.Context(), cloud.Options{
		Region: config.Region, Endpoint: *config.BaseEndpoint, Credentials: config.Credentials, HTTPClient: config.HTTPClient,
	})
	if err != nil {
		t.Fatal(err)
	}
	images, err := ec2.NewFromConfig(config).DescribeImages(t.Context(), &ec2.DescribeImagesInput{})
	if err != nil {
		t.Fatal(err)
	}
	return &cloudtest.Harness{
		Cloud: c, Config: config,
		Image: aws.ToString(images.Images[0].ImageId), InstanceType: "t3.micro", Port: 8080, Health: "/health",
		Classic: "old", Listener: "new:80",
		Poll: time.Second, Patience: time.Hour,
	}
}

// silent listens where nobody calls.
func silent(_, address string) (net.Listener, error) {
	return &silence{address: address, closed: make(chan struct{})}, nil
}

type silence struct {
	address string
	closed  chan struct{}
	once    sync.Once
}

func (s *silence) Accept() (net.Conn, error) { <-s.closed; return nil, net.ErrClosed }
func (s *silence) Close() error              { s.once.Do(func() { close(s.closed) }); return nil }
func (s *silence) Addr() net.Addr            { return s }
func (s *silence) Network() string           { return "tcp" }
func (s *silence) String() string            { return s.address }
