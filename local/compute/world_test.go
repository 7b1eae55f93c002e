package compute_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"gekko/local/compute"
	"gekko/local/loop"
	"gekko/local/machine"
	"gekko/local/wire"
)

const (
	bootTime  = 10 * time.Second
	imageTime = 30 * time.Second
	stopTime  = 5 * time.Second
)

// world is a cloud in a bubble, called by the real SDK.
type world struct {
	*testing.T
	ctx   context.Context
	loop  *loop.Loop
	cloud *compute.Cloud
	ec2   *ec2.Client

	mu       sync.Mutex
	machines map[string]*fake
	fail     error // of boots
	capacity error
	measured map[string]float64 // by name and dimension
}

// fake is a machine of a function that notes how it was started.
type fake struct {
	*machine.Func
	spec  machine.Spec
	boots []machine.Boot
	froze error
	w     *world
}

func (f *fake) Boot(ctx context.Context, b machine.Boot, ended func(machine.End)) error {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	if f.w.fail != nil {
		return f.w.fail
	}
	f.boots = append(f.boots, b)
	return f.Func.Boot(ctx, b, ended)
}

func (f *fake) Freeze(ctx context.Context, dir string) error {
	if f.froze != nil {
		return f.froze
	}
	return f.Func.Freeze(ctx, dir)
}

func (f *fake) Console() []byte { return []byte("hello from " + f.spec.ID) }

// inWorld runs a test in a bubble.
func inWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w := &world{T: t, ctx: ctx, loop: &loop.Loop{}, machines: map[string]*fake{}, measured: map[string]float64{}}
		w.cloud = compute.New(compute.Options{
			Account: "123456789012", Region: "eu-west-1", Zones: []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"},
			Loop: w.loop, Machines: w.machine, Bases: machine.Bases(), Dir: dir,
			BootTime: bootTime, ImageTime: imageTime, StopTime: stopTime, CheckTime: time.Minute,
			Measure: w.measure, Capacity: func(string, string) error { return w.capacity },
			Log: slog.New(slog.DiscardHandler),
		})
		mux := wire.NewMux(wire.Options{Around: w.loop.Do, Log: slog.New(slog.DiscardHandler)})
		w.cloud.Register(mux)
		w.ec2 = ec2.New(ec2.Options{
			Region: "eu-west-1", BaseEndpoint: aws.String("http://127.0.0.1"), HTTPClient: inProcess{mux},
			Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), RetryMaxAttempts: 1,
		})
		ended := make(chan struct{})
		go func() { defer close(ended); w.loop.Run(ctx) }()
		test(w)
		cancel()
		<-ended
		for _, f := range w.machines {
			_ = f.Remove()
		}
	})
}

// inProcess carries calls to a handler in the same process.
type inProcess struct{ http.Handler }

func (p inProcess) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, r)
	return rec.Result(), nil
}

func (w *world) machine(s machine.Spec) (machine.Machine, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &fake{Func: machine.NewFunc(s, http.NotFoundHandler()), spec: s, w: w}
	w.machines[s.ID] = f
	return f, nil
}

func (w *world) measure(name, _ string, dims map[string]string) func(time.Time, float64, float64) {
	return func(_ time.Time, value, _ float64) {
		for key, dim := range dims {
			w.measured[name+" "+key+"="+dim] = value
		}
	}
}

func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// ask calls one of the SDK's operations, which must work.
func ask[In, Out any](w *world, operation func(context.Context, *In, ...func(*ec2.Options)) (*Out, error), in *In) *Out {
	w.Helper()
	out, err := operation(w.ctx, in)
	if err != nil {
		w.Fatalf("%T: %v", in, err)
	}
	return out
}

// refused calls one of the SDK's operations, which must be refused with a code
// and, if one is given, a message.
func refused[In, Out any](w *world, code, message string, operation func(context.Context, *In, ...func(*ec2.Options)) (*Out, error), in *In) {
	w.Helper()
	_, err := operation(w.ctx, in)
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok || api.ErrorCode() != code || message != "" && api.ErrorMessage() != message {
		w.Errorf("%T: %v, want %s: %s", in, err, code, message)
	}
}

// debian is the id of the public base image.
func (w *world) debian() string {
	w.Helper()
	out := ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{
		Owners: []string{"136693071363"}, Filters: filter("name", "debian-12-amd64-*"),
	})
	if len(out.Images) != 1 {
		w.Fatalf("%d Debian images, want 1", len(out.Images))
	}
	return *out.Images[0].ImageId
}

// run launches one instance and waits until it runs.
func (w *world) run(change ...func(*ec2.RunInstancesInput)) string {
	w.Helper()
	in := &ec2.RunInstancesInput{ImageId: aws.String(w.debian()), InstanceType: "t3.micro", MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}
	for _, c := range change {
		c(in)
	}
	out := ask(w, w.ec2.RunInstances, in)
	w.pass(bootTime)
	return *out.Instances[0].InstanceId
}

func (w *world) instance(id string) types.Instance {
	w.Helper()
	out := ask(w, w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	return out.Reservations[0].Instances[0]
}

func (w *world) wantState(id string, want types.InstanceStateName) {
	w.Helper()
	if got := w.instance(id).State.Name; got != want {
		w.Errorf("instance is %s, want %s", got, want)
	}
}

func (w *world) image(id string) types.Image {
	w.Helper()
	return ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{ImageIds: []string{id}}).Images[0]
}

func filter(name string, values ...string) []types.Filter {
	return []types.Filter{{Name: &name, Values: values}}
}

func tags(pairs ...string) []types.Tag {
	var all []types.Tag
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, types.Tag{Key: &pairs[i], Value: &pairs[i+1]})
	}
	return all
}

func tagged(kind types.ResourceType, pairs ...string) []types.TagSpecification {
	return []types.TagSpecification{{ResourceType: kind, Tags: tags(pairs...)}}
}
