package wire

import (
	"cmp"
	"net/http"
	"net/url"
	"reflect"
)

// protocol reads inputs and writes answers. There are three: query with EC2's
// variant of it, JSON and CBOR.
type protocol interface {
	// decode reads a call's input into in.
	decode(c *call, in reflect.Value, s *shape) error
	answer(c *call, out reflect.Value, s *shape) (reply, error)
	refuse(c *call, e *Error) reply
}

// call is one request, once it is known what it is.
type call struct {
	id       string // of the request
	service  Service
	action   string
	protocol protocol
	form     url.Values // query: the parameters
	body     []byte     // without its compression
	likely   int        // how long its answer will be, more or less
}

// reply is what goes back.
type reply struct {
	status int
	header map[string]string
	body   []byte
}

func (r reply) send(w http.ResponseWriter, id string) {
	for name, value := range r.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("X-Amzn-Requestid", id)
	w.WriteHeader(cmp.Or(r.status, http.StatusOK))
	_, _ = w.Write(r.body) // the client has gone if this fails
}

// sender tells whose fault an error is, in AWS's words.
func (e *Error) sender() string {
	if e.status() >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

func (e *Error) status() int { return cmp.Or(e.Status, http.StatusBadRequest) }
