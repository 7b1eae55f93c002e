package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// rig is what measurements share: a built gekko and a folder that goes with
// the run.
type rig struct {
	gekko  string // the program, stripped as it ships
	folder string
	dir    string // in which programs run; empty: this one's
}

func newRig(ctx context.Context, gekko string) (*rig, error) {
	folder, err := os.MkdirTemp("", "gekko-bench-")
	if err != nil {
		return nil, err
	}
	r := &rig{gekko: gekko, folder: folder}
	if gekko == "" {
		r.gekko = filepath.Join(folder, "gekko")
		_, err = r.run(ctx, nil, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", r.gekko, "./cmd/gekko")
	}
	return r, err
}

func (r *rig) close() { os.RemoveAll(r.folder) }

// ran is what one run of a program took and gave.
type ran struct {
	took   time.Duration
	memory int64 // the most that was resident, in bytes
	out    string
	said   string // on standard error
}

// run runs a program to its end; env is its environment, or nil for this one's.
func (r *rig) run(ctx context.Context, env []string, name string, args ...string) (ran, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env, cmd.Dir = env, r.dir
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	began := time.Now()
	err := cmd.Run()
	got := ran{took: time.Since(began), out: out.String(), said: said.String()}
	if err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()+out.String()), "\n")
		return got, fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, lines[len(lines)-1])
	}
	got.memory = cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10
	return got, nil
}

// best runs a program some times and keeps the quickest: what disturbs a run
// only ever makes it longer.
func (r *rig) best(ctx context.Context, times int, env []string, name string, args ...string) (ran, error) {
	var least ran
	for n := range times {
		got, err := r.run(ctx, env, name, args...)
		if err != nil {
			return got, err
		}
		if n == 0 || got.took < least.took {
			least = got
		}
	}
	return least, nil
}
