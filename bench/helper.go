package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// helper is this program as a part of a measurement that needs a process of its
// own; false if it is none. It ends when its standard input does.
func helper(args []string) bool {
	if len(args) == 0 {
		return false
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() { io.Copy(io.Discard, os.Stdin); stop() }()
	var err error
	switch args[0] {
	case "backends":
		err = serveBackends(ctx)
	case "account":
		err = serveAccount(ctx)
	case "front":
		err = serveFront(ctx, args[1], args[2:])
	case "inside":
		err = bakeInside(context.Background(), args[1], args[2], args[3])
	default:
		return false
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	return true
}

// help starts this program in one of its other parts and reads the addresses
// that it prints, up to an empty line. It ends with ctx.
func (r *rig) help(ctx context.Context, args ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+r.folder)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // its end is the part's
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { cmd.Wait(); in.Close() }()
	var lines []string
	for s := bufio.NewScanner(out); s.Scan(); {
		if s.Text() == "" {
			return lines, nil
		}
		lines = append(lines, s.Text())
	}
	return nil, fmt.Errorf("%s: %w before it was ready", args[0], io.ErrUnexpectedEOF)
}
