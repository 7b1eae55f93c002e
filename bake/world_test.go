package bake_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"gekko"
	"gekko/bake"
	"gekko/cloud"
	"gekko/local"
	"gekko/local/machine"
)

func TestMain(m *testing.M) {
	if machine.Main() { // this program was started anew as an instance's own
		return
	}
	os.Exit(m.Run())
}

// world is the embedded cloud with real machines.
func world(t *testing.T, confine string) (*cloud.Cloud, *machine.Host) {
	t.Helper()
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, os.DevNull)
	}
	t.Setenv("AWS_CA_BUNDLE", "") // else each client reads it, and none needs it
	host, err := machine.Open(t.Context(), machine.Options{Confine: confine})
	if err != nil {
		t.Skipf("no such machines here: %v", err)
	}
	w, err := local.New(local.Options{Machines: host.New, Dir: t.TempDir(), LowPorts: host.LowPorts()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); w.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		<-ended
		if err := host.Close(); err != nil {
			t.Error(err)
		}
	})
	id, secret := w.Credentials()
	c, err := cloud.Open(t.Context(), cloud.Options{
		Region: "us-east-1", Endpoint: "http://127.0.0.1", HTTPClient: w.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c, host
}

// A bake with nothing made up but the cloud's place: AWS's SDK, real SSH to a
// real machine, real scripts; also where machines share their root with others.
func TestABakeOnTheEmbeddedCloud(t *testing.T) {
	for _, confine := range []string{machine.Namespaces, machine.Landlock} {
		t.Run(confine, func(t *testing.T) { bakeOn(t, confine) })
	}
}

func bakeOn(t *testing.T, confine string) {
	c, host := world(t, confine)
	l := &log{}
	b := &bake.Baker{Cloud: c, Report: l.report, Poll: 50 * time.Millisecond, Loopback: c.Loopback()}
	a := gekko.App{
		Name: "hello",
		Image: gekko.ImagePlan{
			Base:         gekko.BaseImage{Name: "debian-12-amd64-*", Owner: "136693071363"},
			InstanceType: "t3.small", Port: host.SSHPort(),
		},
		Source: gekko.Source{Git: repository(t, files)},
		Recipe: []gekko.RecipeStep{
			{Run: "mkdir -p ${DESTDIR:-}/opt/hello; cp hello.sh ${DESTDIR:-}/opt/hello/hello; id; echo I am $(hostname)"},
			{Copy: "conf", To: "/etc/hello", Mode: "0640"},
		},
		Service:  gekko.Service{Command: "/opt/hello/hello", Port: 8080, Health: "/healthz", User: "nobody"},
		Group:    gekko.GroupPlan{InstanceTypes: []string{"t3.small"}, Size: gekko.Size{Min: 1, Max: 2, Desired: 1}, HealthGrace: time.Minute},
		Balancer: gekko.Balancer{Listener: "hello:80", Rules: []string{"default"}},
	}
	s, existed, err := b.Create(t.Context(), bake.Request{App: a})
	for _, e := range l.told {
		t.Logf("%-6s %8s %s", e.Kind, e.For.Round(time.Millisecond), e.Text)
	}
	if err != nil || existed || !s.Ready() {
		t.Fatalf("snapshot %+v, existed %v, %v, hint %q", s, existed, err, gekko.HintOf(err))
	}
	again, existed, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil || !existed || again.Name != s.Name || again.Template != s.Template {
		t.Errorf("again %+v, existed %v, %v", again, existed, err)
	}
	read, err := c.Snapshot(t.Context(), s.Name)
	if err != nil || read.Port != 8080 || read.Balancer.Listener != "hello:80" || read.Plan.HealthGrace != time.Minute || read.Plan.Size.Max != 2 {
		t.Errorf("read back %+v, %v", read, err)
	}
	if left, err := b.Leftovers(t.Context(), "hello"); err != nil || len(left) > 0 {
		t.Errorf("leftovers %v, %v", left, err)
	}
	if out := strings.Join(l.texts(gekko.Output), "\n"); confine == machine.Namespaces && !strings.Contains(out, "uid=0") {
		t.Errorf("output %q", out)
	}
	if err := c.DeleteSnapshot(t.Context(), read); err != nil {
		t.Error(err)
	}
	all, err := c.Snapshots(t.Context(), "hello")
	if err != nil || slices.ContainsFunc(all, func(x gekko.Snapshot) bool { return x.Name == s.Name }) {
		t.Errorf("after its deletion: %v, %v", all, err)
	}
	if left, err := b.Leftovers(t.Context(), "hello"); err != nil || len(left) > 0 {
		t.Errorf("leftovers of its deletion: %v, %v", left, err)
	}
}
