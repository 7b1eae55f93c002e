package wire

import (
	"net/http"
	"sync"
	"time"
)

// Trouble is what goes wrong with one call on purpose.
type Trouble struct {
	Refuse *Error        // is answered in place of anything else
	After  bool          // the operation has had its effect by then
	Old    time.Duration // what the same request got so long ago is answered again, if that is remembered
	Keep   time.Duration // for how long answers to the request are remembered; 0: not at all
}

// Throttled is how a service refuses a caller that calls too often.
func Throttled(service string) *Error {
	switch service {
	case EC2.name:
		return &Error{Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Status: http.StatusServiceUnavailable}
	case SSM.name:
		return &Error{Code: "ThrottlingException", Message: "Rate exceeded"}
	}
	return &Error{Code: "Throttling", Message: "Rate exceeded"}
}

// Failed is how a service tells that it broke.
func Failed(service string) *Error {
	switch service {
	case EC2.name:
		return &Error{Code: "InternalError", Message: "An internal error has occurred", Status: http.StatusInternalServerError}
	case SSM.name:
		return &Error{Code: "InternalServerError", Message: "An error occurred on the server side.", Status: http.StatusInternalServerError}
	case CloudWatch.name:
		return &Error{Code: "InternalServiceError", Message: "The request processing has failed due to some unknown error.", Status: http.StatusInternalServerError}
	}
	return &Error{Code: "InternalFailure", Message: "The request processing has failed because of an unknown error.", Status: http.StatusInternalServerError}
}

// requestsKept bounds a memory: callers ask the same few questions again.
const requestsKept = 1000

// memory keeps answers, so that a request can be answered as it was a while
// ago. Its zero value remembers nothing yet.
type memory struct {
	mu      sync.Mutex
	answers map[string][]remembered // by request, in the order of time
}

type remembered struct {
	at     time.Time
	answer reply
}

// keep remembers an answer and gives the newest that is at least old, or else
// the one that was just made.
func (m *memory) keep(key string, fresh reply, t Trouble) reply {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.answers[key]
	for len(known) > 0 && known[0].at.Before(now.Add(-t.Keep)) {
		known = known[1:]
	}
	if m.answers == nil || len(m.answers) >= requestsKept {
		m.answers = map[string][]remembered{}
	}
	m.answers[key] = append(known, remembered{now, fresh})
	for i := len(known) - 1; i >= 0; i-- {
		if !known[i].at.After(now.Add(-t.Old)) {
			return known[i].answer
		}
	}
	return fresh
}
