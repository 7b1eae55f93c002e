package release_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud"
	"gekko/cloud/tag"
	"gekko/local"
	"gekko/local/machine"
	"gekko/release/hand"
)

// world is the embedded cloud inside a bubble, with gekko calling it through
// the real SDK, and users calling the service through the real balancer.
type world struct {
	t      *testing.T
	local  *local.World
	cloud  *cloud.Cloud
	net    *pipes
	wire   *wire
	report []string
	poll   time.Duration   // how often gekko looks again
	broken map[string]bool // images whose service fails its health check

	down atomic.Bool // versions that break have broken

	mu       sync.Mutex // guards what follows
	machines []machine.Machine
	hosts    []*host
	numbers  map[string]int     // of hosts that ever booted, by image
	versions map[string]version // by image; nil: requests come one by one
	built    func(*host)        // may change a host before it boots; nil: nobody does
	begun    time.Time          // of the release

	app      gekko.AppName
	balancer gekko.Balancer
}

// newWorld starts a world with one balancer. It is called in a bubble and ends
// with it.
func newWorld(t *testing.T, b gekko.Balancer, change ...func(*local.Options)) *world {
	t.Helper()
	w := &world{t: t, net: &pipes{at: map[string]*pipe{}}, broken: map[string]bool{}, poll: time.Second, app: "hello", balancer: b}
	var err error
	o := local.Options{
		Machines: w.machine, Dir: t.TempDir(), LowPorts: true, Listen: w.net.listen,
		BootTime: 20 * time.Second, ImageTime: 10 * time.Second,
	}
	for _, c := range change {
		c(&o)
	}
	w.local, err = local.New(o)
	w.check(err)
	like := local.Like{ServicePort: 8080, HealthPath: "/health"}
	if b.Weighted() {
		like.ALB, like.ALBPort = "hello", 80
	} else {
		like.ClassicBalancer = b.Classic
	}
	w.check(w.local.Seed(t.Context(), like))
	w.wire = &wire{next: w.local.Client()}
	w.cloud, err = cloud.Open(t.Context(), w.options())
	w.check(err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); w.local.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ended
		for _, m := range w.machines {
			m.Kill()
		}
		time.Sleep(time.Second) // what was being answered is
	})
	return w
}

func (w *world) options() cloud.Options {
	id, secret := w.local.Credentials()
	return cloud.Options{
		Region: "us-east-1", Endpoint: "http://127.0.0.1",
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
		HTTPClient:  w.wire,
	}
}

func (w *world) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// machine is an instance's computer: a service that says which image it runs.
func (w *world) machine(s machine.Spec) (machine.Machine, error) {
	if w.versions != nil {
		return w.host(s), nil
	}
	m := machine.NewFunc(s, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		image, _ := s.Metadata("meta-data/ami-id")
		if w.broken[image] {
			http.Error(rw, "broken", http.StatusInternalServerError)
			return
		}
		time.Sleep(20 * time.Millisecond)
		fmt.Fprint(rw, image)
	}))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.machines = append(w.machines, m)
	return m, nil
}

// host is a machine whose requests come by the number.
func (w *world) host(s machine.Spec) *host {
	h := &host{Func: machine.NewFunc(s, nil), spec: s, w: w}
	h.Health, h.Serve = h.health, h.serve
	w.mu.Lock()
	built := w.built
	w.mu.Unlock()
	if built != nil {
		built(h)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hosts = append(w.hosts, h)
	w.machines = append(w.machines, h)
	return h
}

// runner is gekko, in words kept in w.report.
func (w *world) runner() *hand.Runner {
	r := &hand.Runner{Cloud: w.cloud, Report: func(e gekko.Event) {
		if e.Kind != gekko.Waits {
			w.report = append(w.report, string(e.Kind)+" "+e.Text)
		}
	}}
	r.Short()
	r.Poll = w.poll
	return r
}

func (w *world) subject() hand.Subject {
	return hand.Subject{App: w.app, Balancer: w.balancer}
}

// snapshot makes a snapshot as a bake would, without its builder.
func (w *world) snapshot(name gekko.SnapshotName) gekko.Snapshot {
	w.t.Helper()
	ctx := w.t.Context()
	raw := w.ec2()
	images, err := raw.DescribeImages(ctx, &ec2.DescribeImagesInput{})
	w.check(err)
	run, err := raw.RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: images.Images[0].ImageId, InstanceType: types.InstanceTypeT3Micro,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	w.check(err)
	id := run.Instances[0].InstanceId
	w.check(ec2.NewInstanceRunningWaiter(raw).Wait(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{*id}}, time.Hour))
	tags := map[string]string{
		tag.App: string(w.app), tag.Snapshot: string(name), tag.Commit: strings.Repeat("c0ffee00", 5),
		tag.Service: "port=8080 health=/health",
	}
	spec := types.TagSpecification{ResourceType: types.ResourceTypeImage}
	for k, v := range tags {
		spec.Tags = append(spec.Tags, types.Tag{Key: aws.String(k), Value: aws.String(v)})
	}
	made, err := raw.CreateImage(ctx, &ec2.CreateImageInput{InstanceId: id, Name: aws.String(string(name)), TagSpecifications: []types.TagSpecification{spec}})
	w.check(err)
	w.check(ec2.NewImageAvailableWaiter(raw).Wait(ctx, &ec2.DescribeImagesInput{ImageIds: []string{*made.ImageId}}, time.Hour))
	_, err = raw.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{*id}})
	w.check(err)
	s := gekko.Snapshot{Name: name, Image: gekko.ImageID(*made.ImageId), Plan: gekko.GroupPlan{InstanceTypes: []string{"t3.micro"}}}
	_, err = w.cloud.AddTemplate(ctx, s)
	w.check(err)
	s, err = w.cloud.Snapshot(ctx, name)
	w.check(err)
	return s
}

func (w *world) ec2() *ec2.Client {
	o := w.options()
	return ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: &o.Endpoint, Credentials: o.Credentials, HTTPClient: w.wire})
}

func (w *world) autoscaling() *autoscaling.Client {
	o := w.options()
	return autoscaling.New(autoscaling.Options{Region: o.Region, BaseEndpoint: &o.Endpoint, Credentials: o.Credentials, HTTPClient: w.wire})
}

// vpc is the default network.
func (w *world) vpc() *string {
	w.t.Helper()
	out, err := w.ec2().DescribeVpcs(w.t.Context(), &ec2.DescribeVpcsInput{})
	w.check(err)
	return out.Vpcs[0].VpcId
}

// dropImage lets a snapshot's template name an image that is not there.
func (w *world) dropImage(s gekko.Snapshot) {
	w.t.Helper()
	gone := "ami-0123456789abcdef0"
	out, err := w.ec2().CreateLaunchTemplateVersion(w.t.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateId: aws.String(string(s.Template)), SourceVersion: aws.String("1"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: &gone},
	})
	w.check(err)
	_, err = w.ec2().ModifyLaunchTemplate(w.t.Context(), &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateId: aws.String(string(s.Template)), DefaultVersion: aws.String(strconv.FormatInt(*out.LaunchTemplateVersion.VersionNumber, 10)),
	})
	w.check(err)
}

func (w *world) fleet() gekko.Fleet {
	w.t.Helper()
	f, err := w.cloud.Observe(w.t.Context(), w.app, w.balancer)
	w.check(err)
	return f
}

// users call the service every so often until the returned function is called; it gives the answers by what they said, failures as "failed: …".
func (w *world) users(every time.Duration) (stop func() map[string]int) {
	w.t.Helper()
	fronts, err := w.local.Fronts(w.t.Context())
	w.check(err)
	client := &http.Client{Transport: &http.Transport{DialContext: w.net.dial, MaxIdleConnsPerHost: 4}, Timeout: time.Minute}
	ctx, cancel := context.WithCancel(w.t.Context())
	answers := map[string]int{}
	var mu sync.Mutex
	var calls sync.WaitGroup
	calls.Go(func() {
		for ctx.Err() == nil {
			calls.Go(func() {
				answer := call(client, fronts[0].URL)
				mu.Lock()
				defer mu.Unlock()
				answers[answer]++
			})
			time.Sleep(every)
		}
	})
	return func() map[string]int {
		cancel()
		calls.Wait()
		client.CloseIdleConnections()
		return answers
	}
}

func call(client *http.Client, url string) string {
	r, err := client.Get(url)
	if err != nil {
		return "failed: " + err.Error()
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		return fmt.Sprintf("failed: %d %s %v", r.StatusCode, strings.TrimSpace(string(body)), err)
	}
	return string(body)
}

// noneLost fails the test if a user got anything but an answer of the service.
func (w *world) noneLost(answers map[string]int) {
	w.t.Helper()
	n := 0
	for answer, times := range answers {
		n += times
		if strings.HasPrefix(answer, "failed") {
			w.t.Errorf("%d times: %s", times, answer)
		}
	}
	if n == 0 {
		w.t.Error("nobody called the service")
	}
}

// pipes is a network of pipes: what listens in the bubble can be dialled there.
type pipes struct {
	mu sync.Mutex
	at map[string]*pipe
}

func (p *pipes) listen(_, address string) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &pipe{address: address, conns: make(chan net.Conn), closed: make(chan struct{})}
	p.at[address] = l
	return l, nil
}

func (p *pipes) dial(ctx context.Context, _, address string) (net.Conn, error) {
	p.mu.Lock()
	l := p.at[address]
	p.mu.Unlock()
	if l == nil {
		return nil, fmt.Errorf("dial %s: nobody listens", address)
	}
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

type pipe struct {
	address string
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipe) Addr() net.Addr { return name(p.address) }

type name string

func (n name) Network() string { return "tcp" }
func (n name) String() string  { return string(n) }
