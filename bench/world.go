package main

import (
	"context"
	"net"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"gekko/local"
	"gekko/local/machine"
)

// world is an embedded cloud in this process, with its clients, whose instances
// are functions. Others reach it over loopback.
type world struct {
	*local.World
	clock *stopwatch

	ec2     *ec2.Client
	scaling *autoscaling.Client
	elb     *elbv2.Client

	stop func()
}

// newWorld starts one that keeps its images in a folder of the run.
func newWorld(ctx context.Context, folder string, machines func(machine.Spec) (machine.Machine, error)) (*world, error) {
	dir, err := os.MkdirTemp(folder, "world-")
	if err != nil {
		return nil, err
	}
	inner, err := local.New(local.Options{Dir: dir, Machines: machines})
	if err != nil {
		return nil, err
	}
	var l net.ListenConfig
	listener, err := l.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	server := &http.Server{Handler: inner}
	ended := make(chan struct{})
	go server.Serve(listener)
	go func() { inner.Run(running); close(ended) }()
	w := &world{World: inner, clock: new(stopwatch), stop: func() { stop(); <-ended; server.Close() }}
	endpoint := "http://" + listener.Addr().String()
	key, secret := inner.Credentials()
	config := aws.Config{
		Region: "us-east-1", BaseEndpoint: &endpoint, HTTPClient: &http.Client{Transport: w.clock},
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	}
	w.ec2, w.scaling, w.elb = ec2.NewFromConfig(config), autoscaling.NewFromConfig(config), elbv2.NewFromConfig(config)
	return w, nil
}

// function makes instances that answer nothing.
func function(s machine.Spec) (machine.Machine, error) {
	return machine.NewFunc(s, http.NotFoundHandler()), nil
}

// base is an image that instances can be launched from.
func (w *world) base(ctx context.Context) (string, error) {
	images, err := w.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{Owners: []string{"136693071363"}})
	if err != nil {
		return "", err
	}
	return aws.ToString(images.Images[0].ImageId), nil
}

// template is a launch template of the base image; it gives its name.
func (w *world) template(ctx context.Context) (string, error) {
	const name = "bench"
	base, err := w.base(ctx)
	if err != nil {
		return "", err
	}
	_, err = w.ec2.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String(name),
		LaunchTemplateData: templateData(base),
	})
	return name, err
}

func templateData(image string) *ec2types.RequestLaunchTemplateData {
	return &ec2types.RequestLaunchTemplateData{ImageId: &image, InstanceType: ec2types.InstanceTypeT3Small}
}
