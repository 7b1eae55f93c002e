// Package loop lets one thing happen at a time in the embedded cloud.
//
// All of its state is read and changed inside Do or inside an event, so the
// packages that share a Loop call each other without locks of their own. What
// takes time (a boot, a copy) is given to Go, which waits outside and comes
// back in. The package knows nothing of AWS.
package loop

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Loop is one lock and one queue of things due. Its zero value is ready; events
// fire only while Run runs.
type Loop struct {
	state sync.Mutex // held by whoever looks at or changes the cloud

	queue sync.Mutex // guards what follows
	due   events
	made  uint64
	wake  chan struct{}
	ctx   context.Context // Run's, for what Go runs
	work  sync.WaitGroup
}

// Event is something that happens later, unless it is cancelled.
type Event struct {
	at    time.Time
	order uint64
	what  func()
	off   bool
}

// Do runs f alone: nothing else that uses the loop runs meanwhile. It must not
// be called from inside Do or an event, and f must not wait for anything.
func (l *Loop) Do(f func()) {
	l.state.Lock()
	defer l.state.Unlock()
	f()
}

// After lets what happen alone, d from now. It may be called from anywhere.
func (l *Loop) After(d time.Duration, what func()) *Event {
	return l.At(time.Now().Add(d), what)
}

// At is After for a time of the day.
func (l *Loop) At(t time.Time, what func()) *Event {
	l.queue.Lock()
	defer l.queue.Unlock()
	l.made++
	e := &Event{at: t, order: l.made, what: what}
	heap.Push(&l.due, e)
	if l.due[0] == e { // else Run waits for an earlier one
		select {
		case l.waker() <- struct{}{}:
		default:
		}
	}
	return e
}

// Every lets what happen alone each d, the first time d from now, until the
// returned function is called inside the loop.
func (l *Loop) Every(d time.Duration, what func()) (stop func()) {
	stopped := false
	var again func()
	again = func() {
		if stopped {
			return
		}
		what()
		if !stopped {
			l.After(d, again)
		}
	}
	l.After(d, again)
	return func() { stopped = true }
}

// Cancel keeps an event from happening. It is called inside the loop; a nil
// event is cancelled already.
func (e *Event) Cancel() {
	if e != nil {
		e.off = true
	}
}

// Go runs work on its own, outside the loop, and then lets done happen inside
// it, also when the loop is ending. The context ends with Run.
func (l *Loop) Go(work func(ctx context.Context), done func()) {
	l.queue.Lock()
	ctx := l.ctx
	l.queue.Unlock()
	if ctx == nil {
		ctx = context.Background()
	}
	l.work.Go(func() {
		work(ctx)
		if done != nil {
			l.Do(done)
		}
	})
}

// Run lets due events happen until ctx ends, then waits for all that Go began.
func (l *Loop) Run(ctx context.Context) {
	l.queue.Lock()
	l.ctx = ctx
	wake := l.waker()
	l.queue.Unlock()
	defer l.work.Wait()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		e, wait := l.next()
		if e != nil {
			l.Do(func() {
				if !e.off {
					e.what()
				}
			})
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-wake:
		case <-timer.C:
		}
	}
}

// next takes the event that is due, or says how long until one may be.
func (l *Loop) next() (*Event, time.Duration) {
	l.queue.Lock()
	defer l.queue.Unlock()
	if len(l.due) == 0 {
		return nil, time.Hour
	}
	if wait := time.Until(l.due[0].at); wait > 0 {
		return nil, wait
	}
	return heap.Pop(&l.due).(*Event), 0
}

// waker is called with the queue locked.
func (l *Loop) waker() chan struct{} {
	if l.wake == nil {
		l.wake = make(chan struct{}, 1)
	}
	return l.wake
}

// events is a heap: the earliest first, of equal ones the first made.
type events []*Event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	if q[i].at.Equal(q[j].at) {
		return q[i].order < q[j].order
	}
	return q[i].at.Before(q[j].at)
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(*Event)) }
func (q *events) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
