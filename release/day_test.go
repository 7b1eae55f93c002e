package release_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"gekko"
	"gekko/local"
	"gekko/local/flow"
	"gekko/local/machine"
	"gekko/release"
)

// versions say how each image behaves. The zero behaviour is a good one.
type versions struct {
	mu sync.Mutex
	of map[string]behaviour
}

type behaviour struct {
	sick   bool // fails its health check
	errors int  // of a thousand requests
	took   time.Duration
}

func (v *versions) set(s gekko.Snapshot, b behaviour) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.of[string(s.Image)] = b
}

func (v *versions) get(image string) behaviour {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.of[image]
}

// day is a world whose requests come by the number, so that a day passes in no
// time.
type day struct {
	*world
	versions versions
	changes  []release.Change
}

func newDay(t *testing.T, b gekko.Balancer, change ...func(*local.Options)) *day {
	t.Helper()
	d := &day{versions: versions{of: map[string]behaviour{}}}
	d.world = newWorld(t, b, append([]func(*local.Options){func(o *local.Options) {
		o.Machines, o.Listen, o.Period = d.machine, local.Silent, time.Minute
	}}, change...)...)
	return d
}

func (d *day) machine(s machine.Spec) (machine.Machine, error) {
	m := machine.NewFunc(s, nil)
	image, _ := s.Metadata("meta-data/ami-id")
	m.Health = func(string) int {
		if d.versions.get(image).sick {
			return 500
		}
		return 200
	}
	failed := 0.0
	m.Serve = func(s flow.Span) (out flow.Served) {
		b := d.versions.get(image)
		failed += float64(s.N) * float64(b.errors) / 1000
		out.Failed = int(failed)
		failed -= float64(out.Failed)
		out.Took.Add(max(b.took, 20*time.Millisecond), s.N)
		return out
	}
	return m, nil
}

// flow lets so many requests come in a second.
func (d *day) flow(rate float64) {
	d.t.Helper()
	d.check(d.local.Flow(local.Flow{Balancer: "hello", Port: 80, Rate: func(time.Time) float64 { return rate }}))
}

func (d *day) engine() *release.Engine {
	return &release.Engine{
		Cloud: d.cloud, Holder: "test@here",
		Report: func(e gekko.Event) {
			if e.Kind != gekko.Waits {
				d.report = append(d.report, time.Now().UTC().Format("02 15:04:05 ")+string(e.Kind)+" "+e.Text)
			}
		},
		Notify: func(c release.Change) { d.changes = append(d.changes, c) },
	}
}

// live deploys a version by hand and lets requests come to it.
func (d *day) live(s gekko.SnapshotName, z gekko.Size, rate float64) gekko.Snapshot {
	d.t.Helper()
	d.poll = 10 * time.Second
	made := d.snapshot(s)
	d.check(d.deploy(d.t.Context(), s, z))
	d.flow(rate)
	time.Sleep(30 * time.Minute)
	return made
}

func (d *day) request(s gekko.SnapshotName, z gekko.Size) release.Request {
	return release.Request{Subject: d.subject(), Snapshot: s, Size: z}
}

func (d *day) told() string { return strings.Join(d.report, "\n") }
