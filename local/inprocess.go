package local

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// Client calls this world without a socket, so that it works in a bubble of
// virtual time. Requests to any host end here.
func (w *World) Client() *http.Client {
	return &http.Client{Transport: inProcess{w}}
}

// inProcess is a transport that ends in a handler.
type inProcess struct{ http.Handler }

func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	served := r.WithContext(r.Context()) // a copy: what a transport was given is not its own
	if served.Body == nil {
		served.Body = http.NoBody
	}
	defer served.Body.Close()
	if served.Host == "" {
		served.Host = served.URL.Host
	}
	answer := &answer{header: http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}}
	t.ServeHTTP(answer, served)
	answer.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: strconv.Itoa(answer.status) + " " + http.StatusText(answer.status), StatusCode: answer.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.sent, Body: io.NopCloser(&answer.body), ContentLength: int64(answer.body.Len()),
		Request: r,
	}, nil
}

// answer is what a handler writes.
type answer struct {
	header, sent http.Header
	status       int // 0: nothing was written yet
	body         bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status, a.sent = status, maps.Clone(a.header)
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}
