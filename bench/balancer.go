package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	backends    = 4
	rounds      = 5
	connections = "64"
	manyGroups  = 100
)

// balancer compares the embedded balancer with haproxy, in front of the same
// backends and under the same load, in turns, so that what else happens on the
// machine happens to all.
func balancer(ctx context.Context, r *rig) ([]row, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	servers, err := r.help(ctx, "backends")
	if err != nil {
		return nil, err
	}
	haproxy, err := r.haproxy(ctx, servers)
	if err != nil {
		return nil, err
	}
	urls := []string{haproxy}
	for _, n := range []int{1, manyGroups} {
		lines, err := r.help(ctx, append([]string{"front", strconv.Itoa(n)}, servers...)...)
		if err != nil {
			return nil, err
		}
		urls = append(urls, lines[0])
	}
	loads := make([][]load, len(urls))
	for range rounds {
		for i, url := range urls {
			l, err := r.wrk(ctx, url)
			if err != nil {
				return nil, err
			}
			loads[i] = append(loads[i], l)
		}
	}
	peer, one, many := median(loads[0]), median(loads[1]), median(loads[2])
	return []row{
		ratioAtLeast("balancer: requests (haproxy)", one.rate, peer.rate, 0.8, perSecond),
		{what: "balancer: p99 (haproxy)", gekko: milliseconds(one.p99), peer: milliseconds(peer.p99), ratio: float64(one.p99) / float64(peer.p99)},
		ratioAtLeast(fmt.Sprintf("balancer: %d groups (1 group)", manyGroups), many.rate, one.rate, 0.8, perSecond),
	}, nil
}

// load is what a balancer carried.
type load struct {
	rate float64
	p99  time.Duration
}

// median is that of each, over rounds.
func median(all []load) load {
	var rates []float64
	var latencies []time.Duration
	for _, l := range all {
		rates, latencies = append(rates, l.rate), append(latencies, l.p99)
	}
	slices.Sort(rates)
	slices.Sort(latencies)
	return load{rates[len(rates)/2], latencies[len(latencies)/2]}
}

var (
	wrkRate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrkP99  = regexp.MustCompile(`99%\s+([0-9.]+)(us|ms|s)`)
	wrkBad  = regexp.MustCompile(`Non-2xx|Socket errors.*`)
)

func (r *rig) wrk(ctx context.Context, url string) (load, error) {
	got, err := r.run(ctx, nil, "wrk", "-t1", "-c"+connections, "-d3", "--latency", url)
	if err != nil {
		return load{}, err
	}
	if bad := wrkBad.FindString(got.out); bad != "" {
		return load{}, fmt.Errorf("wrk at %s: %s", url, bad)
	}
	rate, p99 := wrkRate.FindStringSubmatch(got.out), wrkP99.FindStringSubmatch(got.out)
	if rate == nil || p99 == nil {
		return load{}, fmt.Errorf("wrk at %s: %s", url, got.out)
	}
	var l load
	if l.rate, err = strconv.ParseFloat(rate[1], 64); err != nil {
		return l, err
	}
	l.p99, err = time.ParseDuration(p99[1] + p99[2])
	return l, err
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

const haproxyConfig = `global
  nbthread 2
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend f
  bind 127.0.0.1:%d
  default_backend b
backend b
  balance roundrobin
`

func (r *rig) haproxy(ctx context.Context, servers []string) (url string, err error) {
	port, err := freePort(ctx)
	if err != nil {
		return "", err
	}
	var config strings.Builder
	fmt.Fprintf(&config, haproxyConfig, port)
	for i, s := range servers {
		fmt.Fprintf(&config, "  server s%d %s\n", i, s)
	}
	file := filepath.Join(r.folder, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "/usr/sbin/haproxy", "-db", "-f", file)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	go cmd.Wait()
	url = fmt.Sprintf("http://127.0.0.1:%d/", port)
	return url, answering(ctx, url)
}
