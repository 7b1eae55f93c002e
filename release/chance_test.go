package release_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// chance draws what goes wrong with one gekko's calls.
type chance struct {
	throttled, failed, lost float64       // parts of calls: refused; failed before, or after they took effect
	stale                   float64       // part of reads that are answered with an old answer
	oldest                  time.Duration // and how old at most
	slow                    time.Duration // how long a call takes at most

	mu     sync.Mutex // guards what follows
	random *rand.Rand
	known  map[string]remembered // answers by request
}

type remembered struct {
	at     time.Time
	status int
	header http.Header
	body   []byte
}

func (c *chance) draws(part float64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.random.Float64() < part
}

// call makes a call by do, unless something goes wrong.
func (c *chance) call(r *http.Request, op string, do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	if c == nil {
		return do(r)
	}
	if c.slow > 0 {
		c.mu.Lock()
		d := time.Duration(c.random.Int64N(int64(c.slow)))
		c.mu.Unlock()
		time.Sleep(d)
	}
	switch {
	case c.draws(c.throttled):
		return throttled(r), nil
	case c.draws(c.failed):
		return failed(r), nil
	case writes(op):
		answer, err := do(r)
		if err == nil && c.draws(c.lost) {
			answer.Body.Close()
			return failed(r), nil
		}
		return answer, err
	}
	return c.read(r, do)
}

// read answers a call that changes nothing, at times with what was true a while
// ago.
func (c *chance) read(r *http.Request, do func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	key := r.URL.Path + string(body(r))
	c.mu.Lock()
	old, there := c.known[key]
	c.mu.Unlock()
	if there && time.Since(old.at) < c.oldest && c.draws(c.stale) {
		return old.answer(r), nil
	}
	answer, err := do(r)
	if err != nil {
		return nil, err
	}
	all, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		return nil, err
	}
	fresh := remembered{time.Now(), answer.StatusCode, answer.Header, all}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !there || time.Since(old.at) >= c.oldest {
		c.known[key] = fresh
	}
	return fresh.answer(r), nil
}

func (m remembered) answer(r *http.Request) *http.Response {
	return &http.Response{StatusCode: m.status, Header: m.header, Body: io.NopCloser(bytes.NewReader(m.body)), Request: r, ContentLength: int64(len(m.body))}
}
