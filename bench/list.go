package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local"
)

// images is how many an account has that are listed.
const images = 10_000

// list compares the listing of an account's images by gekko, which tells them
// as snapshots, and by the aws command line.
func list(ctx context.Context, r *rig) ([]row, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lines, err := r.help(ctx, "account")
	if err != nil {
		return nil, err
	}
	var vars []local.Variable
	if err := json.Unmarshal([]byte(lines[1]), &vars); err != nil {
		return nil, err
	}
	environment := local.Overlay(os.Environ(), vars)
	app := filepath.Join(r.folder, "gekko.yaml")
	if err := os.WriteFile(app, []byte("app: bench\nregion: us-east-1\n"), 0o600); err != nil {
		return nil, err
	}
	ours, err := r.best(ctx, 3, environment, r.gekko, "snapshot", "list", "-f", app)
	if err != nil {
		return nil, err
	}
	theirs, err := r.best(ctx, 3, environment, "/usr/bin/aws", "--endpoint-url", lines[0], "ec2", "describe-images", "--owners", "self")
	if err != nil {
		return nil, err
	}
	return []row{
		ratioAtMost(fmt.Sprintf("list %d images: time (aws)", images), ours.took, theirs.took, 1.0/8, seconds),
		ratioAtMost(fmt.Sprintf("list %d images: memory (aws)", images), ours.memory, theirs.memory, 1.0/3, megabytes),
	}, nil
}

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
