package traffic

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// Probe asks a target whether it is well.
type Probe struct {
	TCP     bool           // a connection is answer enough
	Path    string         // with its query
	Host    string         // the Host header
	Agent   string         // the User-Agent header
	Timeout time.Duration  // for all of it
	Codes   func(int) bool // which codes are good
}

// Finding is what a probe found out.
type Finding int

const (
	Well     Finding = iota
	TimedOut         // no answer in time
	Mismatch         // another code than asked for
	Broken           // no connection, or a malformed answer
)

// Run probes once. The code is that of the answer, if there was one.
func (p Probe) Run(ctx context.Context, dial Dial) (found Finding, code int) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	code, err := p.ask(ctx, dial)
	switch {
	case err == nil && (p.TCP || p.Codes(code)):
		return Well, code
	case err == nil:
		return Mismatch, code
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return TimedOut, 0
	}
	return Broken, 0
}

// Find says what the code of an answer means, 0 for no connection.
func (p Probe) Find(code int) Finding {
	switch {
	case code == 0:
		return Broken
	case p.TCP || p.Codes(code):
		return Well
	}
	return Mismatch
}

func (p Probe) ask(ctx context.Context, dial Dial) (int, error) {
	conn, err := dial(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if p.TCP {
		return 0, nil
	}
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	return p.get(conn)
}

func (p Probe) get(conn net.Conn) (int, error) {
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nUser-Agent: %s\r\nAccept-Encoding: gzip, compressed\r\n\r\n",
		p.Path, p.Host, p.Agent); err != nil {
		return 0, err
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	io.CopyN(io.Discard, res.Body, 1<<10) // a target that is cut off while it writes may log an error
	return res.StatusCode, res.Body.Close()
}
