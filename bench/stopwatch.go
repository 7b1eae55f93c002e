package main

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// stopwatch is a transport that knows how long the last call took, from its
// sending to the last byte of its answer: a client's own work on it is left out.
type stopwatch struct{ last time.Duration }

func (s *stopwatch) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(body))
	s.last = time.Since(began)
	return res, err
}
