// Package local is an AWS-compatible cloud on one machine: an http.Handler over
// a World in which instances really run and requests really flow.
//
// It knows AWS and nothing of gekko: no package below it imports one of ours
// from outside, so that it could leave as a module of its own any day. Here its
// parts are plugged together: EC2 (compute), Auto Scaling (scaling), Elastic
// Load Balancing (balancing), CloudWatch (metrics), all inside one loop, behind
// AWS's own protocols (wire).
package local

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"time"

	"gekko/local/balancing"
	"gekko/local/compute"
	"gekko/local/fault"
	"gekko/local/loop"
	"gekko/local/machine"
	"gekko/local/metrics"
	"gekko/local/parameter"
	"gekko/local/scaling"
	"gekko/local/wire"
)

// Options are what a World is made of. Machines must be there.
type Options struct {
	Account string   // twelve digits; empty: 000000000000
	Region  string   // empty: us-east-1
	Zones   []string // full names; empty: three of the region

	AccessKeyID, SecretAccessKey string // empty: random ones

	Machines func(machine.Spec) (machine.Machine, error)
	Dir      string // where images are kept
	LowPorts bool   // balancers may listen below 1024; else such ports are shifted (Port)

	BootTime  time.Duration // the least time that an instance is pending
	ImageTime time.Duration // the least time that an image is pending
	Period    time.Duration // between measurements; 0: a second of balancers, a minute of CPU and status checks

	Listen func(network, addr string) (net.Listener, error) // for balancers; nil: net.Listen
	Called func(service, operation string)                  // told of each call of what is served; nil: nobody is
	Log    *slog.Logger                                     // nil: nothing is logged
}

// World is one account in one region.
type World struct {
	account, region              string
	zones                        []string
	accessKeyID, secretAccessKey string
	lowPorts                     bool

	loop       loop.Loop
	mux        *wire.Mux
	compute    *compute.Cloud
	balancers  *balancing.Balancers
	scaling    *scaling.Scaling
	metrics    *metrics.Store
	parameters *parameter.Store
	chance     fault.Chance
	dying      func() // stops the drawing of who dies; nil: nobody does
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// New makes a world with a default network, two base images and nothing else.
// It starts nothing: time passes in it while Run runs.
func New(o Options) (*World, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	w := &World{
		account: o.Account, region: o.Region, zones: o.Zones,
		accessKeyID: o.AccessKeyID, secretAccessKey: o.SecretAccessKey,
		lowPorts:   o.LowPorts,
		parameters: parameter.NewStore(o.Account, o.Region),
	}
	w.metrics = metrics.New(metrics.Options{Account: o.Account, Region: o.Region, Loop: &w.loop, Late: w.late})
	w.compute = compute.New(compute.Options{
		Account: o.Account, Region: o.Region, Zones: o.Zones,
		Loop: &w.loop, Machines: o.Machines, Bases: machine.Bases(), Dir: o.Dir,
		BootTime: o.BootTime, ImageTime: o.ImageTime, Period: o.Period, Log: o.Log,
		Slow: w.chance.BootTime, Capacity: w.capacity,
		BeforeMeasure: func() { w.balancers.Carry() },
		Measure: func(name, unit string, dims map[string]string) func(time.Time, float64, float64) {
			return w.metrics.Prepare("AWS/EC2", name, unit, dims).Add
		},
	})
	w.balancers = balancing.New(balancing.Options{
		Account: o.Account, Region: o.Region, Loop: &w.loop, Instances: w.compute,
		Address: newAddresses().take, Port: w.Port, Listen: o.Listen,
		VPC:     func(string) string { return w.compute.VpcID() },
		Group:   w.compute.DefaultGroup,
		Metrics: recorder{w.metrics}, Period: o.Period, Log: o.Log,
		Linger: func() time.Duration { return w.chance.Faults().Linger },
	})
	w.scaling = scaling.New(scaling.Options{
		Account: o.Account, Region: o.Region, Loop: &w.loop,
		Compute: w.compute, Balancers: w.balancers, Metrics: w.metrics, Log: o.Log,
	})
	w.mux = wire.NewMux(wire.Options{
		Credentials: w.secret, Region: o.Region, Around: w.loop.Do, Called: o.Called, Log: o.Log,
		Trouble: w.chance.Trouble,
		Ahead:   func() time.Duration { return w.chance.Faults().Clock },
	})
	w.registerSTS(w.mux)
	w.parameters.Register(w.mux)
	w.compute.Register(w.mux)
	w.balancers.Register(w.mux)
	w.scaling.Register(w.mux)
	w.metrics.Register(w.mux)
	var err error
	w.loop.Do(func() { err = w.nameBases() })
	return w, err
}

// recorder lets balancers write metrics without knowing the store.
type recorder struct{ store *metrics.Store }

func (r recorder) Prepare(namespace, name, unit string, dims map[string]string) func(at time.Time, value, count float64) {
	return r.store.Prepare(namespace, name, unit, dims).Add
}

func (o *Options) complete() error {
	if o.Account == "" {
		o.Account = "000000000000"
	}
	if !accountID.MatchString(o.Account) {
		return fmt.Errorf("account %q: want twelve digits", o.Account)
	}
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if len(o.Zones) == 0 {
		o.Zones = []string{o.Region + "a", o.Region + "b", o.Region + "c"}
	}
	if o.AccessKeyID == "" {
		o.AccessKeyID = "AKIA" + base32.StdEncoding.EncodeToString(random(10))
	}
	if o.SecretAccessKey == "" {
		o.SecretAccessKey = base64.RawURLEncoding.EncodeToString(random(30))
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// Run lets time pass until ctx ends, then ends every balancer and waits for
// what instances were doing. The machines themselves belong to who made them.
func (w *World) Run(ctx context.Context) {
	w.loop.Run(ctx)
	w.loop.Do(w.balancers.Close) // calls may still come in
}

// ServeHTTP serves AWS's protocols.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.mux.ServeHTTP(rw, r) }

// Operations lists what is served, with the fields that each operation knows.
func (w *World) Operations() []wire.Operation { return w.mux.Operations() }

// Credentials are the key that calls must be signed with.
func (w *World) Credentials() (accessKeyID, secretAccessKey string) {
	return w.accessKeyID, w.secretAccessKey
}

func (w *World) secret(accessKeyID string) (string, bool) {
	return w.secretAccessKey, accessKeyID == w.accessKeyID
}

// Port is where a balancer's listener with the given port really listens: an
// ordinary user cannot have ports below 1024, so they are moved up by 8000.
func (w *World) Port(listener int) int {
	if w.lowPorts || listener >= 1024 {
		return listener
	}
	return listener + 8000
}
