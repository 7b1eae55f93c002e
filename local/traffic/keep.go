package traffic

import (
	"context"
	"time"
)

// keptMost is how many unused connections to a target are kept.
const keptMost = 512

// keptConn is a connection that waits for its next request.
type keptConn struct {
	*targetConn
	since time.Time
}

// borrow gives the connection that was used last, or makes one.
func (t *Target) borrow() (conn *targetConn, used bool, err error) {
	for {
		kept := t.last()
		if kept == nil {
			conn, err = t.open(context.Background())
			return conn, false, err
		}
		if quiet(kept.Conn) {
			return kept, true, nil
		}
		kept.Close()
	}
}

// last takes the connection out that was used last; nil if there is none.
func (t *Target) last() *targetConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(t.kept)
	if n == 0 {
		return nil
	}
	c := t.kept[n-1].targetConn
	t.kept = t.kept[:n-1]
	return c
}

// giveBack puts a connection by that has carried its answer whole.
func (t *Target) giveBack(c *targetConn) {
	t.mu.Lock()
	if t.closed || len(t.kept) >= keptMost {
		t.mu.Unlock()
		c.Close()
		return
	}
	defer t.mu.Unlock()
	t.kept = append(t.kept, keptConn{c, time.Now()})
	if len(t.kept) == 1 {
		t.expire(idleConnTimeout)
	}
}

// expire looks after d for connections that nobody wants. The lock is held.
func (t *Target) expire(d time.Duration) {
	if t.expiry == nil {
		t.expiry = time.AfterFunc(d, t.expired)
		return
	}
	t.expiry.Reset(d)
}

// expired closes those that were not used for too long: they are the first.
func (t *Target) expired() {
	t.mu.Lock()
	var old []keptConn
	for len(t.kept) > 0 && time.Since(t.kept[0].since) >= idleConnTimeout {
		old = append(old, t.kept[0])
		t.kept = t.kept[1:]
	}
	if len(t.kept) > 0 {
		t.expire(idleConnTimeout - time.Since(t.kept[0].since))
	}
	t.mu.Unlock()
	for _, c := range old {
		c.Close()
	}
}
