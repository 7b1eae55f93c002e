package cloudtest_test

import (
	"flag"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"

	"gekko/cloud"
	"gekko/cloud/cloudtest"
)

// The conformance suite runs on another cloud when asked, for instance
//
//	go test ./cloud/cloudtest -run Endpoint -endpoint http://127.0.0.1:4566 -image ami-… -classic NAME -listener NAME:80
//
// with the SDK's own credentials. -endpoint aws is AWS itself; it costs money
// there. The image has to serve -port.
var (
	endpoint = flag.String("endpoint", "", "URL of a cloud to test, or aws")
	region   = flag.String("region", "us-east-1", "its region")
	image    = flag.String("image", "", "image whose instances serve -port")
	kind     = flag.String("type", "t3.micro", "instance type")
	port     = flag.Int("port", 8080, "port that its instances serve")
	health   = flag.String("health", "/health", "path that answers 200")
	classic  = flag.String("classic", "", "Classic balancer of that port, which drains")
	listener = flag.String("listener", "", "NAME:PORT of an ALB's listener with a fixed response")
)

func TestAnEndpointConforms(t *testing.T) {
	if *endpoint == "" {
		t.Skip("no -endpoint was given")
	}
	ctx := t.Context()
	o := cloud.Options{Region: *region}
	with := []func(*config.LoadOptions) error{config.WithRegion(*region)}
	if *endpoint != "aws" {
		o.Endpoint = *endpoint
		with = append(with, config.WithBaseEndpoint(*endpoint))
	}
	c, err := cloud.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := config.LoadDefaultConfig(ctx, with...)
	if err != nil {
		t.Fatal(err)
	}
	h := &cloudtest.Harness{
		Cloud: c, Config: raw, Image: *image, InstanceType: *kind, Port: *port, Health: *health,
		Classic: *classic, Listener: *listener, Poll: 2 * time.Second, Patience: 15 * time.Minute,
	}
	for _, test := range cloudtest.Cases() {
		t.Run(test.Name, func(t *testing.T) { test.Run(t, h) })
	}
}
