package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

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

// haproxy starts one in front of some servers, which ends with ctx.
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

// freePort is one that nobody listens on.
func freePort(ctx context.Context) (int, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
