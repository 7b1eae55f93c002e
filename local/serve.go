package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"gekko/local/fault"
	"gekko/local/machine"
)

// ServeOptions are what a Server is made of. The zero value is a world of its
// own on a free port.
type ServeOptions struct {
	Listen          string // loopback address and port; empty: 127.0.0.1 and a free one
	Account, Region string
	Like            Like

	AccessKeyID, SecretAccessKey string
	BootTime, ImageTime          time.Duration

	Called func(service, operation string) // told of each call, from any goroutine; nil: nobody is

	Faults fault.Faults // what goes wrong from the start

	Unconfined bool   // serve although nothing can confine an instance's processes
	Confine    string // force one confinement (machine.Options)
	Log        *slog.Logger
}

// Server is a World of real processes that clients reach over HTTP, on this
// machine only.
type Server struct {
	*World
	Endpoint    string // base URL of every service
	Confinement string // what keeps instances apart from this machine
	Gap         string // what it does not keep them from; empty: nothing known
	Folder      string // the run's own, which goes with it; a caller may keep things there
	SSHPort     int    // where instances' SSH servers listen: an ordinary user cannot have 22

	host     *machine.Host
	listener net.Listener
}

// NewServer makes a world and what it needs of this machine: a run folder, a
// way to confine processes, a listener. Run, or else Close, must follow.
func NewServer(ctx context.Context, o ServeOptions) (*Server, error) {
	listener, err := listenLoopback(ctx, o.Listen)
	if err != nil {
		return nil, err
	}
	s := &Server{Endpoint: "http://" + listener.Addr().String(), listener: listener}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) open(ctx context.Context, o ServeOptions) error {
	runs, err := runFolders()
	if err != nil {
		return err
	}
	dir := filepath.Join(runs, rand.Text())
	s.Folder = dir
	s.host, err = machine.Open(ctx, machine.Options{
		Dir: dir, Unconfined: o.Unconfined, Confine: o.Confine, Log: o.Log,
	})
	if err != nil {
		return err
	}
	s.Confinement, s.Gap, s.SSHPort = s.host.Confinement(), s.host.Gap(), s.host.SSHPort()
	s.World, err = New(Options{
		Account: o.Account, Region: o.Region,
		AccessKeyID: o.AccessKeyID, SecretAccessKey: o.SecretAccessKey,
		Machines: s.host.New, Dir: filepath.Join(dir, "images"),
		LowPorts: s.host.LowPorts(),
		BootTime: o.BootTime, ImageTime: o.ImageTime, Called: o.Called, Log: o.Log,
	})
	if err != nil {
		return err
	}
	if err := s.Seed(ctx, o.Like); err != nil {
		return err
	}
	s.Fail(o.Faults)
	return nil
}

// callTime is how long calls that are under way at the end may take.
const callTime = time.Second

// Run serves until ctx ends, and then ends all that runs in the world. Calls end
// before time does, so that none begins what nobody would wait for.
func (s *Server) Run(ctx context.Context) error {
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	ended := make(chan struct{})
	go func() { s.World.Run(running); close(ended) }()
	server := newHTTPServer(s.World)
	served := make(chan error, 1)
	go func() { served <- server.Serve(s.listener) }()
	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(running, callTime)
		defer cancel()
		if server.Shutdown(last) != nil {
			server.Close()
		}
	}
	end()
	<-ended
	return errors.Join(err, s.Close())
}

// newHTTPServer lets nobody hold a connection by sending little by little.
func newHTTPServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, MaxHeaderBytes: 64 << 10}
}

// Close ends what NewServer made, and what ran on it.
func (s *Server) Close() error {
	s.listener.Close()
	if s.host == nil {
		return nil
	}
	return s.host.Close()
}

// listenLoopback listens where only this machine's own processes can reach:
// who may call this cloud may start processes with it.
func listenLoopback(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen address: %w", err)
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("listen address %s: only a loopback address will do, as who reaches this cloud may start processes with it", address)
	}
	var l net.ListenConfig
	return l.Listen(ctx, "tcp", net.JoinHostPort(host, port))
}

// runFolders is the folder in which each run has one. It is not below the home
// folder: an instance's users could not pass through that.
func runFolders() (string, error) {
	dir := filepath.Join(os.TempDir(), "gekko-"+strconv.Itoa(os.Getuid()))
	if err := os.Mkdir(dir, 0o711); err != nil && !os.IsExist(err) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || ok && int(owner.Uid) != os.Getuid() || info.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("run folder %s: somebody else made it or could change it: remove it", dir)
	}
	return dir, nil
}
