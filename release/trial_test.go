package release_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"gekko"
	"gekko/cloud"
	"gekko/local"
	"gekko/release"
)

// setting is what a trial begins with.
type setting struct {
	on     gekko.Balancer
	rate   func(at time.Time) float64 // requests a second; nil: 100
	live   version                    // nil: good
	fresh  version                    // nil: good
	size   gekko.Size                 // of the live group; zero: 3 to 8, 3 wanted
	policy gekko.ReleasePolicy
	judge  gekko.JudgePolicy
	bare   bool // nothing serves yet
	// targetless says that a group may be without targets by its version's own
	// doing: what it loses then, gekko did not lose.
	targetless bool
	lived      time.Duration // how long the live group has served when the release begins; 0: 20 min
	change     func(*local.Options)
	events     []event
	prepare    func(*trial) // is done before the release; nil: nothing is
	breaksAt   string       // the call after which a version that breaks does
}

// event is something that happens during a release: so long after its begin,
// or after that of a phase.
type event struct {
	phase gekko.Phase
	after time.Duration
	do    func(*trial)
}

// trial is a world in which a release is tried, on requests by the number.
type trial struct {
	*world
	setting
	ctx    context.Context // ends with the release
	things sync.WaitGroup  // events to come

	trace  []string // steps, with times since the begin
	warns  []string
	size   gekko.Size
	phases []gekko.Phase
	lost   int // requests lost before the release began
	images map[gekko.SnapshotName]gekko.ImageID
}

// try makes a world ready for a release. It is called in a bubble.
func try(t *testing.T, s setting) *trial {
	t.Helper()
	w := newWorld(t, s.on, func(o *local.Options) {
		o.Listen, o.Period = local.Silent, time.Minute
		if s.change != nil {
			s.change(o)
		}
	})
	w.versions, w.numbers, w.poll = map[string]version{}, map[string]int{}, 10*time.Second
	p := &trial{world: w, setting: s, images: map[gekko.SnapshotName]gekko.ImageID{}}
	p.size = cmp.Or(s.size, size(3, 8, 3))
	for name, v := range map[gekko.SnapshotName]version{first: s.live, second: s.fresh} {
		p.bake(name, v)
	}
	if !s.bare {
		w.check(w.deploy(t.Context(), first, p.size))
	}
	rate := s.rate
	if rate == nil {
		rate = func(time.Time) float64 { return 100 }
	}
	w.check(w.local.Flow(local.Flow{Balancer: "hello", Port: 80, Rate: rate}))
	time.Sleep(cmp.Or(s.lived, 20*time.Minute))
	now := time.Now()
	time.Sleep(time.Until(now.Truncate(5 * time.Minute).Add(5*time.Minute + 7300*time.Millisecond)))
	if s.prepare != nil {
		s.prepare(p)
	}
	p.lost = p.losses()
	w.report = nil
	return p
}

// bake makes a snapshot whose service behaves like v.
func (p *trial) bake(name gekko.SnapshotName, v version) {
	p.t.Helper()
	p.images[name] = p.snapshot(name).Image
	p.mu.Lock()
	defer p.mu.Unlock()
	p.versions[string(p.images[name])] = v
}

// request asks for the second snapshot.
func (p *trial) request() release.Request {
	return release.Request{Subject: p.subject(), Snapshot: second, Policy: p.policy, Judge: p.judge}
}

// process is one gekko, which can be cut off.
type process struct {
	*release.Engine
	cloud *cloud.Cloud
	wire  *wire
	ctx   context.Context
	end   context.CancelFunc
}

// process starts a gekko with a connection of its own.
func (p *trial) process(holder string) *process {
	p.t.Helper()
	x := &process{wire: &wire{next: p.local.Client(), made: p.breaks}}
	x.ctx, x.end = context.WithCancel(p.t.Context())
	o := p.options()
	o.HTTPClient = x.wire
	var err error
	x.cloud, err = cloud.Open(p.t.Context(), o)
	p.check(err)
	x.Engine = &release.Engine{Cloud: x.cloud, Holder: holder, Report: p.heard, Notify: p.changed, Poll: offBeat}
	return x
}

// offBeat is how often gekko looks at what moves: not at the very instants at
// which the world moves, as then either may come first.
const offBeat = 10*time.Second + 70*time.Millisecond

// breaks lets a version break.
func (p *trial) breaks(op string) {
	if op == p.breaksAt {
		p.down.Store(true)
	}
}

// begin lets a release's time count from now, and its events happen.
func (p *trial) begin() (stop func()) {
	p.mu.Lock()
	p.begun = time.Now()
	p.mu.Unlock()
	var cancel context.CancelFunc
	p.ctx, cancel = context.WithCancel(p.t.Context())
	p.due("")
	return func() { cancel(); p.things.Wait() }
}

// due lets the events of a phase happen in their time.
func (p *trial) due(phase gekko.Phase) {
	for _, e := range p.events {
		if e.phase != phase {
			continue
		}
		ctx := p.ctx
		p.things.Go(func() {
			select {
			case <-ctx.Done():
			case <-time.After(e.after + 450*time.Millisecond):
				e.do(p)
			}
		})
	}
}

// release tries the release, and takes note of it.
func (p *trial) release(q release.Request) (gekko.Outcome, error) {
	p.t.Helper()
	stop := p.begin()
	defer stop()
	o, err := p.process("ann@laptop/1").Release(p.ctx, q)
	p.note("%s", ended(o, err))
	return o, err
}

func ended(o gekko.Outcome, err error) string {
	switch {
	case err != nil:
		return "ended: " + err.Error()
	case o.Judged != "":
		return fmt.Sprintf("ended: %s (%s)", o.Ending, o.Judged)
	}
	return fmt.Sprintf("ended: %s", o.Ending)
}

func (p *trial) heard(e gekko.Event) {
	switch e.Kind {
	case gekko.Did:
		p.note("%s", e.Text)
	case gekko.Warns:
		p.warns = append(p.warns, e.Text)
	}
}

func (p *trial) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	since := time.Since(p.begun).Round(time.Second)
	text := fmt.Sprintf("%02d:%02d:%02d  ", int(since.Hours()), int(since.Minutes())%60, int(since.Seconds())%60)
	p.trace = append(p.trace, text+fmt.Sprintf(format, args...))
}

func (p *trial) changed(c release.Change) {
	if c.Phase != c.Was && c.Phase != "" {
		p.mu.Lock()
		p.phases = append(p.phases, c.Phase)
		p.mu.Unlock()
		p.due(c.Phase)
	}
}

// losses counts the requests that were lost, but for those that were lost to a
// machine which the test ended.
func (p *trial) losses() int {
	p.mu.Lock()
	killed := map[string]bool{}
	for _, h := range p.hosts {
		h.mu.Lock()
		killed[h.spec.ID] = h.killed
		h.mu.Unlock()
	}
	p.mu.Unlock()
	n := 0
	for _, l := range p.local.Losses() {
		id, _, _ := strings.Cut(l.Target, ":")
		if !killed[id] && (l.Target != "" || !p.targetless) {
			n += l.Requests
		}
	}
	return n - p.lost
}

// alive are the machines of a snapshot that are on, the first one first.
func (p *trial) alive(s gekko.SnapshotName) []*host {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*host
	for _, h := range p.hosts {
		h.mu.Lock()
		if h.image == string(p.images[s]) && h.on && !h.killed {
			all = append(all, h)
		}
		h.mu.Unlock()
	}
	slices.SortFunc(all, func(a, b *host) int { return a.number - b.number })
	return all
}

// protected keeps the live group's instances from being ended.
func protected(p *trial) { p.protect(true) }

func (p *trial) protect(on bool) {
	g, _ := p.fleet().Group(gekko.GroupName(first))
	if len(g.Instances) == 0 {
		return
	}
	in := &autoscaling.SetInstanceProtectionInput{AutoScalingGroupName: aws.String(string(first)), ProtectedFromScaleIn: &on}
	for _, i := range g.Instances {
		in.InstanceIds = append(in.InstanceIds, string(i.ID))
	}
	_, err := p.autoscaling().SetInstanceProtection(p.t.Context(), in)
	p.check(err)
}

// kill ends a machine of a snapshot.
func (p *trial) kill(s gekko.SnapshotName) {
	if all := p.alive(s); len(all) > 0 {
		all[0].kill()
	}
}

// deaths counts the machines that the test ended within a time.
func (p *trial) deaths(within time.Duration) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, h := range p.hosts {
		h.mu.Lock()
		if h.killed && time.Since(h.end) < within {
			n++
		}
		h.mu.Unlock()
	}
	return n
}

// resize is somebody's doing, by hand or by a policy.
func (p *trial) resize(group gekko.SnapshotName, z gekko.Size) {
	_, err := autoscaling.NewFromConfig(p.raw()).UpdateAutoScalingGroup(p.t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(string(group)), MinSize: aws.Int32(int32(z.Min)), MaxSize: aws.Int32(int32(z.Max)), DesiredCapacity: aws.Int32(int32(z.Desired)),
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		p.note("nobody can resize %s: %v", group, err)
	}
}

// want is what a policy does: it changes what is wanted, within the bounds.
func (p *trial) want(group gekko.SnapshotName, change int) {
	g, there := p.fleet().Group(gekko.GroupName(group))
	if !there {
		return
	}
	z := g.Size
	z.Desired = min(max(z.Desired+change, z.Min), z.Max)
	p.resize(group, z)
}

// adopt makes the live group one that gekko did not make, and takes it in.
func (p *trial) adopt() {
	p.disown(first)
	a, err := p.cloud.Adoption(p.t.Context(), gekko.GroupName(first), p.app)
	p.check(err)
	p.check(p.cloud.Adopt(p.t.Context(), a, p.balancer))
}

// loseImage deregisters the new version's image.
func (p *trial) loseImage() {
	_, err := ec2.NewFromConfig(p.raw()).DeregisterImage(p.t.Context(), &ec2.DeregisterImageInput{ImageId: aws.String(string(p.images[second]))})
	p.check(err)
}

// ask is a person's word.
func ask(v gekko.Verb) func(*trial) {
	return func(p *trial) {
		x := p.process("bob@desk/2")
		_, err := x.Ask(p.t.Context(), release.AskRequest{Subject: p.subject(), Ask: gekko.Ask{Verb: v, By: "bob@desk", At: time.Now().UTC()}})
		if err != nil {
			p.note("nobody can %s: %v", v, err)
		}
	}
}

// raw calls the cloud as anybody may, past gekko's wire.
func (w *world) raw() aws.Config {
	o := w.options()
	return aws.Config{Region: o.Region, BaseEndpoint: &o.Endpoint, Credentials: o.Credentials, HTTPClient: w.local.Client()}
}

func (w *world) ssm() *ssm.Client            { return ssm.NewFromConfig(w.raw()) }
func (w *world) metrics() *cloudwatch.Client { return cloudwatch.NewFromConfig(w.raw()) }

func (w *world) elbv2() *elasticloadbalancingv2.Client {
	return elasticloadbalancingv2.NewFromConfig(w.raw())
}
