package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"runtime/debug"
)

// serve answers a request that came in whole. What panics on the way is logged
// and answered as an internal error.
func (m *Mux) serve(r *http.Request, raw, body []byte, id string) (answer reply) {
	scope := ""
	s, signed := signatureOf(r)
	if s != nil {
		scope = s.service
	}
	c, missed := route(r, body, id, scope)
	defer func() {
		if p := recover(); p != nil {
			m.options.Log.Error("a call panicked", "operation", c.action, "panic", p, "stack", string(debug.Stack()))
			answer = c.protocol.refuse(c, internal())
		}
	}()
	if denied := m.verify(r, c, raw, s, signed); denied != nil {
		return c.protocol.refuse(c, denied)
	}
	if missed != nil {
		return c.protocol.refuse(c, missed)
	}
	o := m.operations[operationKey{c.service, c.action}]
	if o == nil {
		return c.protocol.refuse(c, c.unserved())
	}
	m.options.Called(o.service.name, o.name)
	t := m.options.Trouble(o.service.name, o.name)
	if t.Refuse != nil && !t.After {
		return c.protocol.refuse(c, t.Refuse)
	}
	answer, err := m.run(r.Context(), c, o)
	switch {
	case t.Refuse != nil:
		return c.protocol.refuse(c, t.Refuse)
	case err != nil:
		answer = c.protocol.refuse(c, m.shown(c, err))
	}
	if t.Keep > 0 {
		answer = m.old.keep(o.service.name+" "+o.name+" "+r.URL.RawQuery+" "+string(body), answer, t)
	}
	return answer
}

// run reads the input, checks it, runs the operation and writes its output.
func (m *Mux) run(ctx context.Context, c *call, o *operation) (reply, error) {
	in := reflect.New(o.input)
	v := in.Elem()
	if err := c.protocol.decode(c, v, o.in); err != nil {
		return reply{}, c.unreadable(err)
	}
	if faults := check(v, o.in); len(faults) > 0 {
		return reply{}, refusal(c.service, faults...)
	}
	if err := m.judge(v, o); err != nil {
		return reply{}, err
	}
	if f := o.in.byWire["DryRun"]; f != nil && isSet(v.Field(f.index)) {
		return reply{}, &Error{Code: "DryRunOperation", Message: "Request would have succeeded, but DryRun flag is set.", Status: http.StatusPreconditionFailed}
	}
	out, err := m.call(ctx, o, in)
	if err != nil {
		return reply{}, err
	}
	c.likely = int(o.last.Load()) + 256
	answer, err := c.protocol.answer(c, out.Elem(), o.out)
	o.last.Store(int64(len(answer.body)))
	return answer, err
}

// call runs the operation inside Around. A panic must not pass through that: it
// may hold a lock in a way of its own.
func (m *Mux) call(ctx context.Context, o *operation, in reflect.Value) (out reflect.Value, err error) {
	var panicked any
	var stack []byte
	m.options.Around(func() {
		defer func() {
			if panicked = recover(); panicked != nil {
				stack = debug.Stack()
			}
		}()
		out, err = o.call(ctx, in)
	})
	if panicked != nil {
		return out, fmt.Errorf("panic: %v\n%s", panicked, stack)
	}
	return out, err
}

// judge refuses fields that the operation does not know and logs once those that
// have no effect.
func (m *Mux) judge(v reflect.Value, o *operation) error {
	var refused *Error
	o.policy.apply(v, "", func(s stance, path string) bool {
		if s == refuses {
			refused = refusal(o.service, &fieldError{path: path, fault: unspoken})
			return false
		}
		if _, told := m.told.LoadOrStore(o.name+" "+path, true); !told {
			m.options.Log.Info("a parameter is accepted and has no effect here", "operation", o.name, "parameter", path)
		}
		return true
	})
	if refused != nil {
		refused.Message = fmt.Sprintf("%s: %s", o.name, refused.Message)
		return refused
	}
	return nil
}

// unreadable tells why an input could not be read.
func (c *call) unreadable(err error) error {
	var f *fieldError
	if errors.As(err, &f) {
		return refusal(c.service, f)
	}
	return Errorf("SerializationException", "The body of the request cannot be read: %v", err)
}

// unserved tells apart what AWS has and what it has not.
func (c *call) unserved() *Error {
	if t := tables()[c.service.name]; t != nil && t.operations[c.action] {
		return Errorf("UnsupportedOperation", "The operation %s of %s is not supported here.", c.action, c.service)
	}
	if c.service.ec2 {
		return Errorf("InvalidAction", "The action %s is not valid for this web service.", c.action)
	}
	if _, form := c.protocol.(query); form {
		return Errorf("InvalidAction", "Could not find operation %s for version %s", c.action, c.service.version)
	}
	return Errorf("UnknownOperationException", "The operation %s is not known.", c.action)
}

// shown is what a client sees of an error: an Error as it is, anything else
// only as an internal one; the log has the rest.
func (m *Mux) shown(c *call, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	m.options.Log.Error("a call failed", "operation", c.action, "request", c.id, "err", err)
	return internal()
}

func internal() *Error {
	return &Error{Code: "InternalError", Message: "An internal error has occurred", Status: http.StatusInternalServerError}
}
