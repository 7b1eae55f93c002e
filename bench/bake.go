package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Times that the embedded cloud takes for a boot and for an image, in the bakes
// that are compared.
const (
	bootTime  = 20 * time.Second
	imageTime = 20 * time.Second
)

// bake compares two bakes of the same service, one by gekko and one by Packer,
// in one embedded cloud.
func bake(ctx context.Context, r *rig) ([]row, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	template, err := filepath.Abs("outside/packer.json")
	if err != nil {
		return nil, err
	}
	file, err := r.service(ctx)
	if err != nil {
		return nil, err
	}
	got, err := r.run(ctx, nil, r.gekko, "local", "--like", file, "--boot-time", bootTime.String(), "--image-time", imageTime.String(),
		"--", self, "inside", r.gekko, file, template)
	if err != nil {
		return nil, err
	}
	times := map[string]time.Duration{}
	for s := bufio.NewScanner(strings.NewReader(got.out)); s.Scan(); {
		name, took, _ := strings.Cut(s.Text(), " ")
		if times[name], err = time.ParseDuration(took); err != nil {
			return nil, err
		}
	}
	rest := times["gekko"] - bootTime - imageTime
	return []row{
		ratioAtMost("bake (packer)", times["gekko"], times["packer"], 0.6, seconds),
		ratioAtMost("bake: neither boot nor image (packer)", rest, times["packer"]-bootTime-imageTime, 0.5, seconds),
		below("bake: neither boot nor image", rest, 1500*time.Millisecond, seconds),
	}, nil
}

// service makes a repository of what outside's clients bake, and gives its
// gekko.yaml.
func (r *rig) service(ctx context.Context) (string, error) {
	dir := filepath.Join(r.folder, "app")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	app, err := os.ReadFile("outside/gekko.yaml")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "gekko.yaml")
	if err := os.WriteFile(file, app, 0o600); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("hello\n"), 0o600); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"init", "-q"},
		{"add", "."},
		{"-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "first"},
	} {
		if _, err := r.run(ctx, nil, "git", append([]string{"-C", dir}, args...)...); err != nil {
			return "", err
		}
	}
	return file, nil
}

// bakeInside bakes once with each, inside of an embedded cloud, and prints how
// long that took.
func bakeInside(ctx context.Context, gekko, file, template string) error {
	folder, err := os.MkdirTemp("", "gekko-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	r := &rig{folder: folder}
	ours, err := r.run(ctx, nil, gekko, "snapshot", "create", "--yes", "-f", file)
	if err != nil {
		return err
	}
	fmt.Printf("gekko %v\n", ours.took)
	fmt.Fprint(os.Stderr, ours.said)
	port := os.Getenv("GEKKO_SSH_PORT")
	if port == "" {
		port = "22"
	}
	env := append(os.Environ(), "CHECKPOINT_DISABLE=1", "AWS_POLL_DELAY_SECONDS=1", "AWS_MAX_ATTEMPTS=120",
		"PACKER_CONFIG_DIR="+folder, "PACKER_CACHE_DIR="+filepath.Join(folder, "cache"))
	r.dir = filepath.Dir(template)
	theirs, err := r.run(ctx, env, "/usr/bin/packer", "build", "-color=false",
		"-var", "endpoint="+os.Getenv("AWS_ENDPOINT_URL"), "-var", "ssh_port="+port, "-var", "name=web-20130412-144703", template)
	if err != nil {
		return err
	}
	fmt.Printf("packer %v\n", theirs.took)
	return nil
}
