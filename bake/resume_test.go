package bake_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gekko"
	"gekko/bake"
)

// quick is an app with next to nothing to do on its builder.
func quick(c *fake, source string) gekko.App {
	a := app(c, source)
	a.Recipe, a.Service.Command, a.Image.Untuned = nil, "", true
	return a
}

// Whatever call a bake is killed at, the same command run again ends where a
// bake ends that nobody killed, and nothing is left over.
func TestABakeThatIsKilledAtAnyCallIsEndedByTheNext(t *testing.T) {
	source := repository(t, files)
	whole := newCloud(t)
	b, _ := baker(whole)
	if _, _, err := b.Create(t.Context(), bake.Request{App: quick(whole, source)}); err != nil {
		t.Fatal(err)
	}
	verbs := verbsOf(whole.calls)
	if len(verbs) < 12 {
		t.Fatalf("calls %v", verbs)
	}
	for _, verb := range verbs {
		t.Run(verb, func(t *testing.T) {
			t.Parallel()
			endsWhole(t, source, func(c *fake, now string) { c.cut = now }, verb)
		})
	}
	for _, verb := range []string{"ImportKey", "OpenGroup", "LaunchBuilder", "Freeze", "AddTemplate", "EndBuilder", "DeleteGroup", "DeleteKey"} {
		t.Run(verb+", whose answer is lost", func(t *testing.T) {
			t.Parallel()
			endsWhole(t, source, func(c *fake, now string) { c.lose, c.cut = now, "" }, verb)
		})
	}
}

// endsWhole bakes twice, and the first time is cut off.
func endsWhole(t *testing.T, source string, cut func(c *fake, verb string), verb string) {
	t.Helper()
	c := newCloud(t)
	b, _ := baker(c)
	cut(c, verb)
	_, _, err := b.Create(t.Context(), bake.Request{App: quick(c, source)})
	if err == nil {
		t.Fatal("not cut off")
	}
	cut(c, "")
	s, _, err := b.Create(t.Context(), bake.Request{App: quick(c, source)})
	if err != nil || !s.Ready() {
		t.Fatalf("snapshot %+v, %v", s, err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if n := len(c.snapshots); n != 1 {
		t.Errorf("%d snapshots of the same work", n)
	}
}

func verbsOf(calls []string) (verbs []string) {
	for _, c := range calls {
		verb, _, _ := strings.Cut(c, " ")
		if !slices.Contains(verbs, verb) {
			verbs = append(verbs, verb)
		}
	}
	return verbs
}

func TestWhatCannotBeTakenAwayIsNamed(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	c.cut = "StopBuilder"
	_, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))})
	if !errors.Is(err, gekko.ErrHeld) || gekko.HintOf(err) != "gekko sweep" ||
		!strings.Contains(err.Error(), "builder i-1") || !strings.Contains(err.Error(), "security group sg-") || !strings.Contains(err.Error(), "key pair hello-") {
		t.Errorf("error %v, hint %q", err, gekko.HintOf(err))
	}
}

func TestAnImageOnItsWayIsTakenUp(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	a := quick(c, repository(t, files))
	first, _, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil {
		t.Fatal(err)
	}
	c.snapshots[0].State, c.snapshots[0].Template = gekko.SnapshotPending, "" // as a kill leaves it
	c.builder.State = gekko.BuilderStopped
	s, existed, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil || !existed || s.Name != first.Name || !s.Ready() {
		t.Errorf("snapshot %+v, existed %v, %v; told %q", s, existed, err, l.texts(gekko.Did))
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// forgetful is a cloud in which a template is not known yet when leftovers are
// looked for.
type forgetful struct{ *fake }

func (c forgetful) Leftovers(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error) {
	left, err := c.fake.Leftovers(ctx, app)
	for _, s := range c.snapshots {
		left = append(left, gekko.Leftover{Kind: gekko.LeftImage, ID: string(s.Image), Bake: gekko.Bake{
			App: app, Snapshot: s.Name, Commit: s.Commit, Recipe: s.Recipe, Base: s.Base,
		}})
	}
	return left, err
}

func TestWhatWasJustFinishedIsNoLeftover(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	a := quick(c, repository(t, files))
	if _, _, err := b.Create(t.Context(), bake.Request{App: a}); err != nil {
		t.Fatal(err)
	}
	c.snapshots[0].Template = "" // as a kill leaves it
	b.Cloud = forgetful{c}
	s, existed, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil || !existed || !s.Ready() || len(c.snapshots) != 1 {
		t.Errorf("snapshot %+v, existed %v, %v; %d are there", s, existed, err, len(c.snapshots))
	}
}

// hasty is a cloud whose caller is interrupted while the last call is answered.
type hasty struct {
	*fake
	interrupt func()
}

func (c hasty) AddTemplate(ctx context.Context, s gekko.Snapshot) (gekko.Snapshot, error) {
	defer c.interrupt()
	return c.fake.AddTemplate(ctx, s)
}

func TestASnapshotThatIsMadeIsKept(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	ctx, cancel := context.WithCancel(t.Context())
	b.Cloud = hasty{c, cancel}
	s, _, err := b.Create(ctx, bake.Request{App: quick(c, repository(t, files))})
	if err != nil || !s.Ready() || len(c.snapshots) != 1 {
		t.Errorf("snapshot %+v, %v; %d are there", s, err, len(c.snapshots))
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAnImageThatFailedIsBakedAnew(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	a := quick(c, repository(t, files))
	if _, _, err := b.Create(t.Context(), bake.Request{App: a}); err != nil {
		t.Fatal(err)
	}
	c.snapshots[0].State, c.snapshots[0].Template = gekko.SnapshotFailed, ""
	s, existed, err := b.Create(t.Context(), bake.Request{App: a})
	if err != nil || existed || !s.Ready() || len(c.snapshots) != 1 {
		t.Errorf("snapshot %+v, existed %v, %d snapshots, %v", s, existed, len(c.snapshots), err)
	}
}

func TestABuilderOfOtherWorkIsLeftAloneUntilItExpires(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	a := quick(c, repository(t, files))
	c.builder = gekko.Builder{ID: "i-1", State: gekko.BuilderRunning}
	c.plan.Bake = gekko.Bake{App: "hello", Snapshot: "hello-20260101-000000", Commit: "other", Expires: time.Now().Add(time.Hour)}
	// The cloud of this test has room for one builder, so this bake goes on to
	// the point where it would launch its own, and no further.
	c.cut = "LaunchBuilder"
	if _, _, err := b.Create(t.Context(), bake.Request{App: a}); err == nil {
		t.Fatal("not cut off")
	}
	if c.builder.State != gekko.BuilderRunning {
		t.Errorf("the other bake's builder is %s", c.builder.State)
	}
	if said := fmt.Sprint(l.texts(gekko.Warns)); !strings.Contains(said, "hello-20260101-000000, has builder i-1") {
		t.Errorf("told %q", said)
	}
	c.cut = ""
	c.plan.Bake.Expires = time.Now().Add(-time.Second)
	if _, _, err := b.Create(t.Context(), bake.Request{App: a}); err != nil {
		t.Fatal(err)
	}
	if left := c.remains(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestANameThatIsTakenGivesWay(t *testing.T) {
	c := newCloud(t)
	b, _ := baker(c)
	now := time.Now()
	for i := range 60 {
		c.snapshots = append(c.snapshots, gekko.Snapshot{Name: gekko.NewSnapshotName("hello", now.Add(time.Duration(i)*time.Second)), State: gekko.SnapshotAvailable, Template: "lt-0"})
	}
	s, _, err := b.Create(t.Context(), bake.Request{App: quick(c, repository(t, files))})
	if err != nil || s.Name.Time().Before(now.Add(58*time.Second)) {
		t.Errorf("named %s, %v", s.Name, err)
	}
}

func TestADryRunMakesNothing(t *testing.T) {
	c := newCloud(t)
	b, l := baker(c)
	if _, _, err := b.Create(t.Context(), bake.Request{App: app(c, repository(t, files)), DryRun: true}); err != nil {
		t.Fatal(err)
	}
	for _, call := range c.calls {
		if call != "Base" && call != "Snapshots" {
			t.Errorf("called %s", call)
		}
	}
	if said := strings.Join(l.texts(gekko.Did), "\n"); !strings.Contains(said, "would launch a builder of type t3.small from ami-0ba5e000") || !strings.Contains(said, "would carry out recipe step 2: copy conf to /etc/hello") {
		t.Errorf("told %s", said)
	}
}

func TestAccessIsCheckedBeforeAnythingIsAsked(t *testing.T) {
	for _, row := range []struct {
		change func(*gekko.ImagePlan)
		kind   error
		text   string
	}{
		{func(i *gekko.ImagePlan) { i.KeyPair = "k" }, gekko.ErrInvalid, "give its file by -i"},
		{func(i *gekko.ImagePlan) { i.IdentityFile = "f" }, gekko.ErrInvalid, "give it by -k"},
		{func(i *gekko.ImagePlan) { i.SSHFrom = "0.0.0.0/0" }, gekko.ErrRefused, "to the world"},
		{func(i *gekko.ImagePlan) { i.SSHFrom = "here" }, gekko.ErrInvalid, "want a CIDR"},
		{func(i *gekko.ImagePlan) { i.Base = gekko.BaseImage{} }, gekko.ErrInvalid, "no base image"},
	} {
		c := newCloud(t)
		b, _ := baker(c)
		a := app(c, "nowhere")
		row.change(&a.Image)
		_, _, err := b.Create(context.Background(), bake.Request{App: a})
		if !errors.Is(err, row.kind) || !strings.Contains(err.Error(), row.text) || len(c.calls) > 0 {
			t.Errorf("error %v after calls %v", err, c.calls)
		}
	}
}
