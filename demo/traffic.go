package demo

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// versionHeader is where the example service says its version.
const versionHeader = "Hello-Version"

// traffic sends requests at a steady rate, whether earlier ones have been
// answered or not, over connections that are kept alive.
type traffic struct {
	url  string
	rate int // a second

	client   *http.Client
	cancel   context.CancelFunc
	finished sync.WaitGroup

	mu  sync.Mutex
	all counts
}

func newTraffic(url string, rate int) *traffic {
	transport := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}
	return &traffic{
		url: url, rate: rate,
		client: &http.Client{Transport: transport, Timeout: 10 * time.Second},
		all:    counts{versions: map[string]Count{}},
	}
}

func (t *traffic) start() {
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	t.finished.Go(func() { t.send(ctx) })
}

// send lets as many requests go out as the clock asks for, until ctx ends.
func (t *traffic) send(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	began, sent := time.Now(), 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for due := int(time.Since(began).Seconds() * float64(t.rate)); sent < due; sent++ {
			t.finished.Go(t.request)
		}
	}
}

// request sends one request and counts what became of it.
func (t *traffic) request() {
	version, status, err := t.ask()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all.requests++
	switch {
	case version != "":
		c := t.all.versions[version]
		c.Requests++
		if status >= 500 {
			c.Errors++
		}
		t.all.versions[version] = c
	case err != nil:
		t.all.fail(err.Error())
	default: // nobody but the balancer answers without a version
		t.all.fail(fmt.Sprintf("the balancer answered %d %s", status, http.StatusText(status)))
	}
}

// ask sends a request just once. A body that might be there, although it is
// empty, keeps the client from sending it again by itself when a connection
// breaks: a lost request would not be seen.
func (t *traffic) ask() (version string, status int, err error) {
	request, err := http.NewRequest(http.MethodGet, t.url, io.NopCloser(strings.NewReader("")))
	if err != nil {
		return "", 0, err
	}
	response, err := t.client.Do(request)
	if err != nil {
		return "", 0, err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return "", 0, err
	}
	return response.Header.Get(versionHeader), response.StatusCode, nil
}

// stop sends no more and waits for the answers that are due.
func (t *traffic) stop() {
	t.cancel()
	t.finished.Wait()
	t.client.CloseIdleConnections()
}

// await lets traffic flow for at least this long, and until something is seen.
func (t *traffic) await(ctx context.Context, patience, least time.Duration, seen func(counts) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for time.Since(began) < least || !seen(t.counts()) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

func (t *traffic) counts() counts {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all.clone()
}
