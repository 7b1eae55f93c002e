package traffic

import (
	"errors"
	"net"
	"os"
	"time"
)

// soon is how long an answer may take before it is worth to look whether the
// client still waits for it.
const soon = 50 * time.Millisecond

// wait looks at a client that waits for an answer: it reads on, which ends when
// the client leaves or sends its next request, or when it is told to.
type wait struct {
	left bool // the client is gone
	done chan struct{}
	n    int
}

// begin looks on; that the client leaves ends the exchange with the target.
func (w *wait) begin(x *express, target net.Conn) {
	w.left, w.n, w.done = false, 0, nil
	if x.from == x.to {
		x.from, x.to = 0, 0
	}
	space := x.in[x.to:]
	if len(space) == 0 {
		return // it has sent so much ahead that it will still be there
	}
	done := make(chan struct{})
	w.done = done
	x.conn.SetReadDeadline(time.Time{})
	go func() {
		defer close(done)
		n, err := x.conn.Read(space)
		w.n = n
		if n == 0 && !errors.Is(err, os.ErrDeadlineExceeded) {
			w.left = true
			target.Close()
		}
	}()
}

// end stops looking. What was read ahead is the next request's.
func (w *wait) end(x *express) {
	if w.done == nil {
		return
	}
	x.conn.SetReadDeadline(time.Unix(1, 0))
	<-w.done
	w.done = nil
	x.to += w.n
}
