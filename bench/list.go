package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

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
