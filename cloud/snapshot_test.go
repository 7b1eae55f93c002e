package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/google/go-cmp/cmp"

	"gekko"
	"gekko/cloud"
	"gekko/local"
	"gekko/local/machine"
)

// account is the embedded cloud in a bubble, as gekko sees it and as the SDK
// does. Its instances are functions.
type account struct {
	*cloud.Cloud
	t   *testing.T
	raw *ec2.Client
}

// inAccount runs a test in an account of its own, in virtual time.
func inAccount(t *testing.T, test func(*testing.T, account)) {
	t.Helper()
	for _, name := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		t.Setenv(name, os.DevNull)
	}
	t.Setenv("AWS_CA_BUNDLE", "") // else each client reads it, and none needs it
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var machines []machine.Machine
		w, err := local.New(local.Options{
			Dir: t.TempDir(), BootTime: 20 * time.Second, ImageTime: 10 * time.Second,
			Machines: func(s machine.Spec) (machine.Machine, error) {
				mu.Lock()
				defer mu.Unlock()
				machines = append(machines, machine.NewFunc(s, http.NotFoundHandler()))
				return machines[len(machines)-1], nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan struct{})
		go func() { defer close(ended); w.Run(ctx) }()
		defer func() {
			stop()
			<-ended
			for _, m := range machines {
				m.Kill()
			}
		}()
		id, secret := w.Credentials()
		o := cloud.Options{
			Region: "us-east-1", Endpoint: "http://127.0.0.1", HTTPClient: w.Client(),
			Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
		}
		c, err := cloud.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, account{c, t, ec2.New(ec2.Options{Region: o.Region, BaseEndpoint: &o.Endpoint, Credentials: o.Credentials, HTTPClient: o.HTTPClient})})
	})
}

func (a account) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

var work = gekko.Bake{ID: "1", App: "hello", Snapshot: "hello-20260101-000000", Commit: "c0ffee", Recipe: "0123", Base: "ami-1", Expires: time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC)}

// base is one of the images that are there.
func (a account) base() gekko.Base {
	a.t.Helper()
	b, err := a.Base(a.t.Context(), gekko.BaseImage{Name: "debian-12-amd64-*", Owner: "136693071363"})
	a.must(err)
	return b
}

// stopped launches a builder and stops it.
func (a account) stopped() gekko.InstanceID {
	a.t.Helper()
	ctx := a.t.Context()
	id, err := a.LaunchBuilder(ctx, gekko.BuilderPlan{Bake: work, Base: a.base(), Token: "t", InstanceType: "t3.small", VolumeGiB: 12, Encrypted: true, UserData: []byte("#cloud-config\n")})
	a.must(err)
	a.until(id, gekko.BuilderRunning)
	a.must(a.StopBuilder(ctx, id))
	a.until(id, gekko.BuilderStopped)
	return id
}

func (a account) until(id gekko.InstanceID, state gekko.BuilderState) {
	a.t.Helper()
	for range 100 {
		b, err := a.Builder(a.t.Context(), id)
		a.must(err)
		if b.State == state {
			return
		}
		time.Sleep(time.Second)
	}
	a.t.Fatalf("builder %s is not %s", id, state)
}

func snapshot() gekko.Snapshot {
	return gekko.Snapshot{
		Name: work.Snapshot, Commit: work.Commit, Recipe: work.Recipe, Base: work.Base, Source: "https://example.org/hello.git",
		Port: 8080, HealthPath: "/health", Balancer: gekko.Balancer{Classic: "front"},
		Plan: gekko.GroupPlan{InstanceTypes: []string{"t3.small"}, Size: gekko.Size{Min: 1, Max: 2, Desired: 1}, HealthGrace: time.Minute},
	}
}

// made is a snapshot that is ready.
func (a account) made() gekko.Snapshot {
	a.t.Helper()
	ctx := a.t.Context()
	builder := a.stopped()
	s := snapshot()
	id, err := a.Freeze(ctx, builder, s)
	a.must(err)
	s.Image = id
	time.Sleep(time.Minute)
	_, err = a.AddTemplate(ctx, s)
	a.must(err)
	a.must(a.EndBuilder(ctx, builder))
	a.until(builder, gekko.BuilderEnded)
	s, err = a.Snapshot(ctx, s.Name)
	a.must(err)
	return s
}

func TestASnapshotIsReadBackAsItWasMade(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		s, want := a.made(), snapshot()
		if !s.Ready() || s.Version != 1 || s.Commit != want.Commit || s.Source != want.Source || s.Recipe != want.Recipe || s.Base != want.Base ||
			s.Port != want.Port || s.HealthPath != want.HealthPath || s.Balancer.Classic != "front" || s.Plan.Size != want.Plan.Size || s.Plan.HealthGrace != want.Plan.HealthGrace || s.Created.IsZero() {
			t.Errorf("read %+v", s)
		}
		all, err := a.Snapshots(t.Context(), "hello")
		a.must(err)
		if len(all) != 1 || all[0].Name != s.Name || all[0].Template != s.Template {
			t.Errorf("listed %+v", all)
		}
		if apps, err := a.Apps(t.Context()); err != nil || len(apps) != 1 || apps[0] != "hello" {
			t.Errorf("apps %v, %v", apps, err)
		}
		if left, err := a.Leftovers(t.Context(), "hello"); err != nil || len(left) > 0 {
			t.Errorf("leftovers %v, %v", left, err)
		}
		if _, err := a.Snapshot(t.Context(), "hello-20200101-000000"); !errors.Is(err, gekko.ErrNotFound) {
			t.Errorf("a snapshot that is not there: %v", err)
		}
	})
}

func TestABuilderHasWhatItMustHave(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		id := a.stopped()
		out, err := a.raw.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{string(id)}})
		a.must(err)
		i := out.Reservations[0].Instances[0]
		if m := i.MetadataOptions; m == nil || m.HttpTokens != ec2types.HttpTokensStateRequired || aws.ToInt32(m.HttpPutResponseHopLimit) != 1 {
			t.Errorf("metadata options %+v", m)
		}
		if i.IamInstanceProfile != nil {
			t.Error("it has an instance profile")
		}
		how, err := a.raw.DescribeInstanceAttribute(t.Context(), &ec2.DescribeInstanceAttributeInput{InstanceId: i.InstanceId, Attribute: ec2types.InstanceAttributeNameInstanceInitiatedShutdownBehavior})
		a.must(err)
		if got := aws.ToString(how.InstanceInitiatedShutdownBehavior.Value); got != "terminate" {
			t.Errorf("a shutdown from inside would %s it", got)
		}
		volumes, err := a.raw.DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{})
		a.must(err)
		for _, v := range volumes.Volumes {
			if !aws.ToBool(v.Encrypted) || aws.ToInt32(v.Size) != 12 || !aws.ToBool(v.Attachments[0].DeleteOnTermination) || !strings.Contains(fmt.Sprint(tagsOf(v.Tags)), "gekko:expires-at:2026-01-01T02:00:00Z") {
				t.Errorf("volume %+v", v)
			}
		}
		if len(volumes.Volumes) == 0 {
			t.Error("it has no volume")
		}
		a.must(a.ClearUserData(t.Context(), id))
		data, err := a.raw.DescribeInstanceAttribute(t.Context(), &ec2.DescribeInstanceAttributeInput{InstanceId: i.InstanceId, Attribute: ec2types.InstanceAttributeNameUserData})
		a.must(err)
		if got := aws.ToString(data.UserData.Value); len(got) > 24 {
			t.Errorf("user data %q", got)
		}
	})
}

func tagsOf(tags []ec2types.Tag) map[string]string {
	m := map[string]string{}
	for _, t := range tags {
		m[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return m
}

func TestATokenLaunchesOneBuilder(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		p := gekko.BuilderPlan{Bake: work, Base: a.base(), Token: "same", InstanceType: "t3.small"}
		first, err := a.LaunchBuilder(t.Context(), p)
		a.must(err)
		again, err := a.LaunchBuilder(t.Context(), p)
		if err != nil || again != first {
			t.Errorf("launched %s and %s, %v", first, again, err)
		}
	})
}

func TestAnAnswerThatGotLostIsFoundAgain(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		ctx := t.Context()
		builder, s := a.stopped(), snapshot()
		first, err := a.Freeze(ctx, builder, s)
		a.must(err)
		if again, err := a.Freeze(ctx, builder, s); err != nil || again != first {
			t.Errorf("images %s and %s, %v", first, again, err)
		}
		other := s
		other.Commit = "other"
		if _, err := a.Freeze(ctx, builder, other); !errors.Is(err, gekko.ErrConflict) {
			t.Errorf("the name for other work: %v", err)
		}
		s.Image = first
		time.Sleep(time.Minute)
		one, err := a.AddTemplate(ctx, s)
		a.must(err)
		if two, err := a.AddTemplate(ctx, s); err != nil || two.Template != one.Template {
			t.Errorf("templates %s and %s, %v", one.Template, two.Template, err)
		}
		s.Image = "ami-0123456789abcdef0"
		if _, err := a.AddTemplate(ctx, s); !errors.Is(err, gekko.ErrConflict) {
			t.Errorf("the template's name for another image: %v", err)
		}
		for range 2 {
			a.must(a.ImportKey(ctx, "k", []byte(publicKey), work))
			if _, err := a.OpenGroup(ctx, "g", "", "127.0.0.0/8", 22, work); err != nil {
				t.Error(err)
			}
		}
		stranger := work
		stranger.ID = "2" // of the same name: both began in one second
		if err := a.ImportKey(ctx, "k", []byte(publicKey), stranger); !errors.Is(err, gekko.ErrConflict) {
			t.Errorf("another bake's key pair: %v", err)
		}
		if _, err := a.OpenGroup(ctx, "g", "", "127.0.0.0/8", 22, stranger); !errors.Is(err, gekko.ErrConflict) {
			t.Errorf("another bake's security group: %v", err)
		}
	})
}

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGYx0m3kZ6f2nLr8vX2m6s3p1YH5x1mJc8b1S7d9fWqE t"

func TestATemporaryGroupLetsInOnePortFromOneNetwork(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		id, err := a.OpenGroup(t.Context(), "g", "", "203.0.113.7/32", 22, work)
		a.must(err)
		out, err := a.raw.DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{GroupIds: []string{id}})
		a.must(err)
		rules := out.SecurityGroups[0].IpPermissions
		if len(rules) != 1 || len(rules[0].IpRanges) != 1 || aws.ToString(rules[0].IpRanges[0].CidrIp) != "203.0.113.7/32" ||
			aws.ToInt32(rules[0].FromPort) != 22 || aws.ToInt32(rules[0].ToPort) != 22 || len(rules[0].Ipv6Ranges) > 0 {
			t.Errorf("it lets in %+v", rules)
		}
		for range 2 {
			a.must(a.DeleteGroup(t.Context(), id))
		}
	})
}

func TestASnapshotInUseIsNotDeleted(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		ctx := t.Context()
		s := a.made()
		run, err := a.raw.RunInstances(ctx, &ec2.RunInstancesInput{
			MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
			LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(string(s.Template))},
		})
		a.must(err)
		if err := a.DeleteSnapshot(ctx, s); !errors.Is(err, gekko.ErrConflict) || !strings.Contains(err.Error(), *run.Instances[0].InstanceId) {
			t.Errorf("deleted: %v", err)
		}
		id := gekko.InstanceID(*run.Instances[0].InstanceId)
		a.must(a.EndBuilder(ctx, id))
		a.until(id, gekko.BuilderEnded)
		for range 2 {
			a.must(a.DeleteSnapshot(ctx, s))
		}
		if left, err := a.Leftovers(ctx, "hello"); err != nil || len(left) > 0 {
			t.Errorf("leftovers %v, %v", left, err)
		}
		disks, err := a.raw.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
		a.must(err)
		if n := len(disks.Snapshots); n > 0 {
			t.Errorf("%d block-device snapshots are left", n)
		}
	})
}

func TestAnImageOfOursByNameAloneIsAdopted(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		ctx := t.Context()
		builder := a.stopped()
		const name = "hello-20250101-120000"
		out, err := a.raw.CreateImage(ctx, &ec2.CreateImageInput{InstanceId: aws.String(string(builder)), Name: aws.String(name)})
		a.must(err)
		id := gekko.ImageID(*out.ImageId)
		app := gekko.App{
			Name: "hello", Service: gekko.Service{Port: 8080, Health: "/health"}, Balancer: gekko.Balancer{Listener: "hello:80"},
			Group: gekko.GroupPlan{InstanceTypes: []string{"t3.small"}},
		}
		if _, err := a.AdoptImage(ctx, id, app); !errors.Is(err, gekko.ErrConflict) {
			t.Errorf("adopted while it is pending: %v", err)
		}
		time.Sleep(time.Minute)
		if _, err := a.Snapshot(ctx, name); !errors.Is(err, gekko.ErrRefused) || gekko.HintOf(err) != "gekko adopt "+string(id) {
			t.Errorf("before: %v, hint %q", err, gekko.HintOf(err))
		}
		other := app
		other.Name = "other"
		if _, err := a.AdoptImage(ctx, id, other); !errors.Is(err, gekko.ErrRefused) {
			t.Errorf("adopted for another app: %v", err)
		}
		for range 2 { // again is no error
			if s, err := a.AdoptImage(ctx, id, app); err != nil || s.Template == "" {
				t.Errorf("adopted %+v, %v", s, err)
			}
		}
		s, err := a.Snapshot(ctx, name)
		if err != nil || !s.Adopted || s.Port != 8080 || s.Balancer.Listener != "hello:80" || !s.Ready() {
			t.Errorf("after: %+v, %v", s, err)
		}
		_, err = a.raw.DeleteLaunchTemplate(ctx, &ec2.DeleteLaunchTemplateInput{LaunchTemplateName: aws.String(name)})
		a.must(err)
		left, err := a.Leftovers(ctx, "hello")
		a.must(err)
		for _, l := range left {
			if l.ID == string(id) {
				t.Errorf("an image that no bake made is swept as %v", l)
			}
		}
	})
}

func TestTheBaseIsFoundInEachWay(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		byName := a.base()
		if byName.Root == "" || len(byName.Volumes) == 0 || byName.VolumeGiB == 0 {
			t.Errorf("base %+v", byName)
		}
		for _, b := range []gekko.BaseImage{{ID: byName.ID}, {Parameter: "/aws/service/debian/release/12/latest/amd64"}} {
			if got, err := a.Base(t.Context(), b); err != nil || got.ID != byName.ID {
				t.Errorf("%v: %+v, %v", b, got, err)
			}
		}
		for _, b := range []gekko.BaseImage{{ID: "ami-0123456789abcdef0"}, {Name: "no-such-*", Owner: "self"}, {Parameter: "/no/such"}} {
			if _, err := a.Base(t.Context(), b); !errors.Is(err, gekko.ErrNotFound) {
				t.Errorf("%v: %v", b, err)
			}
		}
	})
}

func TestLeftoversAreFoundAndTakenAway(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		ctx := t.Context()
		a.must(a.ImportKey(ctx, "k", []byte(publicKey), work))
		group, err := a.OpenGroup(ctx, "g", "", "127.0.0.0/8", 22, work)
		a.must(err)
		builder := a.stopped()
		image, err := a.Freeze(ctx, builder, snapshot())
		a.must(err)
		time.Sleep(time.Minute)
		left, err := a.Leftovers(ctx, "hello")
		a.must(err)
		got := map[gekko.LeftoverKind]string{}
		for _, l := range left {
			got[l.Kind] = l.ID
			if !l.Bake.SameWork(work) || l.Bake.Snapshot != work.Snapshot {
				t.Errorf("%s is marked %+v", l, l.Bake)
			}
		}
		want := map[gekko.LeftoverKind]string{
			gekko.LeftBuilder: string(builder), gekko.LeftKeyPair: "k", gekko.LeftSecurityGroup: group, gekko.LeftImage: string(image),
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("found %v, want %v", got, want)
		}
		for _, l := range left {
			a.must(a.DropLeftover(ctx, l))
		}
		a.until(builder, gekko.BuilderEnded)
		if left, err := a.Leftovers(ctx, "hello"); err != nil || len(left) > 0 {
			t.Errorf("still there: %v, %v", left, err)
		}
		if left, err := a.Leftovers(ctx, "other"); err != nil || len(left) > 0 {
			t.Errorf("of another app: %v, %v", left, err)
		}
	})
}

func TestHowReleasesEndedIsKeptOnTheImage(t *testing.T) {
	inAccount(t, func(t *testing.T, a account) {
		s, ctx := a.made(), t.Context()
		begun := time.Now().UTC()
		outcome := func(n int) gekko.Outcome {
			at := begun.Add(time.Duration(n) * time.Hour)
			return gekko.Outcome{
				Snapshot: s.Name, Old: "hello-20251231-000000", Ending: gekko.Promoted, Begun: at, At: at.Add(time.Hour), Judged: "fine",
				Acts: []gekko.Ask{{Verb: gekko.Pause, By: "user@host", At: at.Add(time.Minute)}, {Verb: gekko.Resume, By: "user@host", At: at.Add(2 * time.Minute), Why: "go on"}},
			}
		}
		for n := range 11 {
			a.must(a.End(ctx, outcome(n)))
		}
		last := outcome(10)
		last.Ending, last.Cause, last.Grounds = gekko.Dirty, "person", "the old group could not be deleted"
		a.must(a.End(ctx, last))
		a.must(a.End(ctx, last))
		all, err := a.Outcomes(ctx, "hello")
		a.must(err)
		if len(all) != 9 {
			t.Fatalf("%d outcomes, want the newest nine", len(all))
		}
		if diff := cmp.Diff([]gekko.Outcome{last, outcome(9)}, all[:2]); diff != "" {
			t.Errorf("the newest (-want +got):\n%s", diff)
		}
		if oldest := all[8]; !oldest.Begun.Equal(outcome(2).Begun) || oldest.Ending != gekko.Promoted {
			t.Errorf("the oldest kept is %+v", oldest)
		}
		if again, err := a.Snapshot(ctx, s.Name); err != nil || again.Commit != s.Commit {
			t.Errorf("the snapshot is %+v, %v", again, err)
		}
		if err := a.End(ctx, gekko.Outcome{Snapshot: "hello-20200101-000000", Ending: gekko.Rejected}); !errors.Is(err, gekko.ErrNotFound) {
			t.Errorf("of a snapshot that is gone: %v", err)
		}
	})
}
