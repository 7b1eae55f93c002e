package wire

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
)

// maxBody bounds a request's body, compressed or not. AWS's own largest here is
// CloudWatch's PutMetricData with 1 MB.
const maxBody = 16 << 20

// likelyBody is how long a body is believed to be before it is there.
const likelyBody = 64 << 10

// readBody reads a body as it was sent, which is what is signed, and as it was
// meant, which is what is read.
func readBody(w http.ResponseWriter, r *http.Request) (raw, body []byte, err error) {
	if r.Body == nil {
		return nil, nil, nil
	}
	var b bytes.Buffer
	b.Grow(int(min(max(r.ContentLength, 0), likelyBody)) + bytes.MinRead)
	if _, err = b.ReadFrom(http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
		return nil, nil, fmt.Errorf("reading the body: %w", err)
	}
	raw = b.Bytes()
	if r.Header.Get("Content-Encoding") != "gzip" {
		return raw, raw, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, nil, fmt.Errorf("uncompressing the body: %w", err)
	}
	body, err = io.ReadAll(io.LimitReader(z, maxBody+1))
	if err == nil && len(body) > maxBody {
		err = fmt.Errorf("it is larger than %d bytes", maxBody)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("uncompressing the body: %w", err)
	}
	return raw, body, nil
}

// requestID is a random UUID, as AWS's are.
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
