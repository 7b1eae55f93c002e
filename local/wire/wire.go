// Package wire speaks AWS's protocols: it turns HTTP requests into the SDK's
// input types, hands them to the operations that were registered with Handle,
// and writes their outputs and errors as AWS does.
//
// It knows how AWS is spoken to and nothing of what an operation means. It uses
// the SDK's types as the shape of what is read and written, never its clients.
// A request goes through the files in this order: guard, sign and verify, route,
// decode, check, fields, the operation, then xml or tree.
package wire

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Options say whom a Mux serves and how. The zero value serves unsigned calls
// from this machine.
type Options struct {
	// Credentials looks an access key up; nil serves unsigned calls.
	Credentials func(accessKeyID string) (secret string, known bool)
	// Region is the one that calls must be signed for; empty allows any.
	Region string
	// Hosts tells which Host headers are served, without their port; nil allows
	// loopback addresses and localhost. It keeps web pages out that have a name
	// of their own resolve to this machine.
	Hosts func(host string) bool
	// Around runs every operation, e.g. inside a lock; nil calls it directly.
	Around func(call func())
	// Called is told of each call of an operation that is served, before it
	// runs, from any goroutine; nil: nobody is.
	Called func(service, operation string)
	// Trouble says what is to go wrong with a call, from any goroutine; nil:
	// nothing ever.
	Trouble func(service, operation string) Trouble
	// Ahead is how far the clock by which calls are dated and judged is ahead of
	// this machine's; nil: not at all.
	Ahead func() time.Duration
	// Log gets what is worth knowing later; nil is slog.Default().
	Log *slog.Logger
}

// Mux serves the operations that were registered with Handle, all of them before
// its first request.
type Mux struct {
	options    Options
	operations map[operationKey]*operation
	shapes     map[Service]inOut
	told       sync.Map // accepted fields that were logged
	old        memory
	keys       signingKeys
}

// NewMux makes a Mux without operations.
func NewMux(o Options) *Mux {
	if o.Hosts == nil {
		o.Hosts = loopback
	}
	if o.Around == nil {
		o.Around = func(call func()) { call() }
	}
	if o.Called == nil {
		o.Called = func(string, string) {}
	}
	if o.Trouble == nil {
		o.Trouble = func(string, string) Trouble { return Trouble{} }
	}
	if o.Ahead == nil {
		o.Ahead = func() time.Duration { return 0 }
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Mux{options: o, operations: map[operationKey]*operation{}, shapes: map[Service]inOut{}}
}

// ServeHTTP answers one call of any service and protocol.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if why := guard(r, m.options.Hosts); why != "" {
		http.Error(w, why, http.StatusForbidden)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		http.Error(w, "AWS is called by GET and POST", http.StatusMethodNotAllowed)
		return
	}
	raw, body, err := readBody(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	if ahead := m.options.Ahead(); ahead != 0 {
		w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	}
	id := requestID()
	m.serve(r, raw, body, id).send(w, id)
}
