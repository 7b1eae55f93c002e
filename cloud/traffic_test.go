package cloud_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
	"gekko/cloud"
	"gekko/local"
	"gekko/local/flow"
	"gekko/local/machine"
)

const (
	liveGroup   gekko.GroupName = "hello-20260101-000000"
	canaryGroup gekko.GroupName = "hello-20260102-000000"
)

// stage is the embedded cloud with requests that come by the number: an ALB
// called web on port 80, and a Classic balancer called old on 8080.
type stage struct {
	testing.TB
	*cloud.Cloud
	world *local.World
	aws   aws.Config
	wire  *counting

	mu    sync.Mutex // guards what follows
	serve map[gekko.GroupName]func(flow.Span) flow.Served
	all   []machine.Machine
}

// onStage runs a test in a bubble.
func onStage(t testing.TB, test func(*stage)) {
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, os.DevNull)
	}
	dir := t.TempDir()
	run := func(*testing.T) {
		s := &stage{TB: t, serve: map[gekko.GroupName]func(flow.Span) flow.Served{}}
		end := s.begin(dir)
		defer end()
		test(s)
	}
	bubble, ok := t.(*testing.T)
	if !ok {
		bubble = new(testing.T) // a benchmark's own
	}
	synctest.Test(bubble, run)
}

func (s *stage) begin(dir string) (end func()) {
	var err error
	s.world, err = local.New(local.Options{
		Dir: dir, BootTime: 20 * time.Second, Period: time.Minute, Listen: local.Silent, LowPorts: true, Machines: s.machine,
	})
	s.check(err)
	ctx, stop := context.WithCancel(context.Background())
	s.check(s.world.Seed(ctx, local.Like{ALB: "web", ALBPort: 80}))
	s.check(s.world.Seed(ctx, local.Like{ClassicBalancer: "old", ServicePort: 8080, HealthPath: "/health"}))
	id, secret := s.world.Credentials()
	s.wire = &counting{next: s.world.Client()}
	s.aws = aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String("http://127.0.0.1"), HTTPClient: s.wire,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	}
	s.Cloud, err = cloud.Open(ctx, cloud.Options{Region: s.aws.Region, Endpoint: *s.aws.BaseEndpoint, HTTPClient: s.wire, Credentials: s.aws.Credentials})
	s.check(err)
	ended := make(chan struct{})
	go func() { defer close(ended); s.world.Run(ctx) }()
	return func() {
		stop()
		<-ended
		for _, m := range s.all {
			m.Kill()
		}
	}
}

func (s *stage) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// machine serves as its group was told to; each group's instances have a tag of
// their own for it.
func (s *stage) machine(spec machine.Spec) (machine.Machine, error) {
	m := machine.NewFunc(spec, nil)
	m.Health = func(string) int { return 200 }
	m.Serve = func(span flow.Span) (out flow.Served) {
		group, _ := spec.Metadata("user-data")
		s.mu.Lock()
		defer s.mu.Unlock()
		if serve := s.serve[gekko.GroupName(group)]; serve != nil {
			return serve(span)
		}
		out.Took.Add(20*time.Millisecond, span.N)
		return out
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, m)
	return m, nil
}

// snapshot is a launch template of a snapshot's name.
func (s *stage) snapshot(name gekko.GroupName) gekko.Snapshot {
	s.Helper()
	raw, ctx := ec2.NewFromConfig(s.aws), context.Background()
	images, err := raw.DescribeImages(ctx, &ec2.DescribeImagesInput{})
	s.check(err)
	made, err := raw.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String(string(name)),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{
			ImageId: images.Images[0].ImageId, InstanceType: ec2types.InstanceTypeT3Micro, UserData: encoded(string(name)),
		},
	})
	s.check(err)
	return gekko.Snapshot{
		Name: gekko.SnapshotName(name), State: gekko.SnapshotAvailable, Port: 8080, HealthPath: "/health", Version: 1,
		Template: gekko.TemplateID(*made.LaunchTemplate.LaunchTemplateId), Image: gekko.ImageID(*images.Images[0].ImageId),
	}
}

func (s *stage) observe(b gekko.Balancer) gekko.Fleet {
	s.Helper()
	f, err := s.Observe(context.Background(), "hello", b)
	s.check(err)
	return f
}

var (
	onALB     = gekko.Balancer{Listener: "web:80"}
	onClassic = gekko.Balancer{Classic: "old"}
)

// launch brings a group in and waits until it serves.
func (s *stage) launch(name gekko.GroupName, size int, b gekko.Balancer, change ...func(*gekko.Launch)) {
	s.Helper()
	ctx, snapshot := context.Background(), s.snapshot(name)
	if b.Weighted() {
		s.check(s.MakePool(ctx, s.observe(b), snapshot))
		s.check(s.Weigh(ctx, s.observe(b), "default", map[string]int{string(name): 0}))
	}
	site, err := s.Site(ctx, b, nil)
	s.check(err)
	l := gekko.Launch{Snapshot: snapshot, Size: gekko.Size{Min: size, Max: size + 10, Desired: size}, Balancer: b, Subnets: site.Subnets}
	for _, c := range change {
		c(&l)
	}
	s.check(s.Launch(ctx, l))
	for range 100 {
		if g, _ := s.observe(b).Group(name); g.Serving() == size {
			return
		}
		time.Sleep(5 * time.Second)
	}
	s.Fatalf("group %s does not serve", name)
}

// twoGroups are six instances of the live group and three of the canary, with
// 10,000 requests a minute between them.
func (s *stage) twoGroups() gekko.Fleet {
	s.Helper()
	s.launch(liveGroup, 6, onALB)
	s.launch(canaryGroup, 3, onALB)
	s.check(s.Leave(context.Background(), s.observe(onALB), "default", "web")) // that the balancer came with
	s.weigh(90, 10)
	s.check(s.world.Flow(local.Flow{Balancer: "web", Port: 80, Rate: func(time.Time) float64 { return 10000. / 60 }}))
	return s.observe(onALB)
}

func (s *stage) weigh(live, canary int) {
	s.Helper()
	s.check(s.Weigh(context.Background(), s.observe(onALB), "default", map[string]int{string(liveGroup): live, string(canaryGroup): canary}))
}

// counting counts calls by operation.
type counting struct {
	next  aws.HTTPClient
	mu    sync.Mutex
	calls map[string]int
}

func (c *counting) Do(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	if c.calls != nil {
		c.calls[operation(r)]++
	}
	c.mu.Unlock()
	return c.next.Do(r)
}

// during counts the calls that something makes.
func (c *counting) during(do func()) map[string]int {
	c.mu.Lock()
	c.calls = map[string]int{}
	c.mu.Unlock()
	do()
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// operation is what a request calls, in any of AWS's protocols.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndexByte(target, '.')+1:]
	}
	if strings.Contains(r.URL.Path, "/operation/") {
		return path.Base(r.URL.Path)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err.Error()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	values, _ := url.ParseQuery(string(body))
	return values.Get("Action")
}
