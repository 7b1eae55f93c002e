package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// serveAccount serves an embedded cloud with these images, and prints where it is
// and how a program's environment must be changed to use it. It is a process of
// its own: what a small program starts is told to have used no less memory than
// whoever started it.
func serveAccount(ctx context.Context) error {
	w, err := newWorld(ctx, os.TempDir(), function)
	if err != nil {
		return err
	}
	defer w.stop()
	if err := w.fill(ctx); err != nil {
		return err
	}
	endpoint := aws.ToString(w.ec2.Options().BaseEndpoint)
	vars, err := json.Marshal(w.Environment(endpoint, os.Environ()))
	if err != nil {
		return err
	}
	fmt.Printf("%s\n%s\n\n", endpoint, vars)
	<-ctx.Done()
	return nil
}

// fill makes the images, all of one instance, tagged as a bake tags them.
func (w *world) fill(ctx context.Context) error {
	base, err := w.base(ctx)
	if err != nil {
		return err
	}
	run, err := w.ec2.RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: &base, InstanceType: ec2types.InstanceTypeT3Small, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	if err != nil {
		return err
	}
	id := run.Instances[0].InstanceId
	for n := range images {
		name := time.Unix(1_600_000_000+int64(n), 0).UTC().Format("bench-20060102-150405")
		var tags []ec2types.Tag
		for _, t := range [][2]string{
			{"Name", name}, {"gekko:app", "bench"}, {"gekko:snapshot", name}, {"gekko:commit", fmt.Sprintf("%040x", n)}, {"gekko:base", base},
		} {
			tags = append(tags, ec2types.Tag{Key: aws.String(t[0]), Value: aws.String(t[1])})
		}
		_, err := w.ec2.CreateImage(ctx, &ec2.CreateImageInput{
			InstanceId: id, Name: &name, NoReboot: aws.Bool(true),
			TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeImage, Tags: tags}},
		})
		if err != nil {
			return fmt.Errorf("image %d: %w", n, err)
		}
	}
	return nil
}
