package release_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// wire carries gekko's calls. It counts them, and can cut a run off at one.
type wire struct {
	next  *http.Client
	calls atomic.Int64
	cut   atomic.Pointer[cut]
	// throttled says that every call is answered with Throttling.
	throttled atomic.Bool
	dead      atomic.Bool            // nothing gets through any more
	called    func(operation string) // is told of each call before it is made; nil: nobody is
	wrote     func(operation string) // is told of each call that may have changed something; nil: nobody is
	made      func(operation string) // is told of each call that was answered; nil: nobody is
	late      sync.WaitGroup         // calls that are still under way
	chance    *chance                // what goes wrong; nil: nothing does
}

// cut ends a run at its nth call from now: before the call, or after it took
// effect and before its answer.
type cut struct {
	n      int64
	after  bool
	kill   bool          // nothing that the run still calls, to tidy up, gets through either
	writes bool          // only calls that change something count
	terms  bool          // of these, those for the lease too
	stall  time.Duration // how long the call is under way after the run's end; 0: not at all
	end    context.CancelFunc
}

var errCut = errors.New("cut off by the test")

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	w.calls.Add(1)
	if w.dead.Load() {
		return nil, errCut
	}
	if w.throttled.Load() {
		return throttled(r), nil
	}
	op := operation(r)
	if w.called != nil {
		w.called(op)
	}
	c := w.cut.Load()
	if c == nil || !c.counts(op) || atomic.AddInt64(&c.n, -1) != 0 {
		return w.pass(r, op)
	}
	defer c.end()
	w.dead.Store(c.kill)
	if c.stall > 0 {
		w.late.Go(func() { w.deliver(r, c.stall) })
		return nil, errCut
	}
	if c.after {
		if answer, err := w.pass(r, op); err == nil {
			answer.Body.Close()
		}
	}
	return nil, errCut
}

// deliver makes a call long after its caller gave up.
func (w *wire) deliver(r *http.Request, after time.Duration) {
	r = r.Clone(context.WithoutCancel(r.Context()))
	time.Sleep(after)
	if answer, err := w.next.Do(r); err == nil {
		answer.Body.Close()
	}
}

func (c *cut) counts(op string) bool {
	return !c.writes || writes(op) && (c.terms || !strings.Contains(op, "Parameter"))
}

// pass makes a call, as far as chance lets it.
func (w *wire) pass(r *http.Request, op string) (*http.Response, error) {
	answer, err := w.chance.call(r, op, w.next.Do)
	if w.made != nil && err == nil {
		w.made(op)
	}
	if w.wrote != nil && writes(op) {
		w.wrote(op)
	}
	return answer, err
}

// operation is the name of what a call asks for.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	if strings.Contains(r.URL.Path, "/operation/") {
		return path.Base(r.URL.Path)
	}
	form := body(r)
	_, form, _ = bytes.Cut(form, []byte("Action="))
	name, _, _ := bytes.Cut(form, []byte("&"))
	return string(name)
}

// body reads a call's body, which can be read again.
func body(r *http.Request) []byte {
	if r.Body == nil {
		return nil
	}
	all, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err) // it is in memory
	}
	r.Body = io.NopCloser(bytes.NewReader(all))
	return all
}

// writes says whether a call changes something.
func writes(op string) bool {
	return !strings.HasPrefix(op, "Describe") && !strings.HasPrefix(op, "Get") && !strings.HasPrefix(op, "List")
}
