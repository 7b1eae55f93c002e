package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// start is how long gekko takes to say what it can do.
func start(ctx context.Context, r *rig) ([]row, error) {
	got, err := r.best(ctx, 20, nil, r.gekko, "--help")
	if err != nil {
		return nil, err
	}
	return []row{below("gekko --help", got.took, 20*time.Millisecond, milliseconds)}, nil
}

// binary is how big gekko is, and whether the linker leaves out what nothing
// calls: a reachable call of a method by its name would keep all of EC2.
func binary(ctx context.Context, r *rig) ([]row, error) {
	info, err := os.Stat(r.gekko)
	if err != nil {
		return nil, err
	}
	unstripped := filepath.Join(r.folder, "unstripped")
	if _, err := r.run(ctx, nil, "go", "build", "-trimpath", "-o", unstripped, "./cmd/gekko"); err != nil {
		return nil, err
	}
	symbols, err := r.run(ctx, nil, "go", "tool", "nm", unstripped)
	if err != nil {
		return nil, err
	}
	kept := strings.Contains(symbols.out, "ec2.(*Client).AcceptAddressTransfer")
	dead := row{what: "dead code left out", gekko: "yes", aim: "yes", met: !kept}
	if kept {
		dead.gekko = "no"
	}
	return []row{below("stripped binary", info.Size(), 25_000_000, megabytes), dead}, nil
}
