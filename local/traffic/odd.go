package traffic

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// hopByHop are header lines for one connection alone, besides those that its
// Connection line names.
var hopByHop = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// passOdd passes on an answer that is not plain, of which n bytes are there:
// net/http reads it and writes it anew.
func (x *express) passOdd(conn *targetConn, n int) outcome {
	x.waiting.begin(x, conn)
	defer x.waiting.end(x)
	got := bytes.NewReader(x.back[:n])
	source := bufio.NewReader(io.MultiReader(got, patient{conn, x.settings.Idle}))
	res, err := x.final(source)
	if err != nil {
		conn.Close()
		if x.waiting.end(x); x.waiting.left {
			x.sample.Own = clientLeft
			return ended
		}
		return x.refuse(gatewayCode(err))
	}
	x.sample.Code, x.sample.Latency = res.StatusCode, time.Since(x.began)
	last := res.Close
	forClient(res)
	out := bufio.NewWriter(patient{x.conn, x.settings.Idle})
	res.Body = flushed{res.Body, out}
	// A body is not to be read right into the buffer that its reading flushes.
	err = res.Write(struct{ io.Writer }{out})
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		conn.Close()
		return ended
	}
	if last || got.Len() > 0 || source.Buffered() > 0 {
		conn.Close()
		return carried
	}
	x.target.giveBack(conn)
	return carried
}

// final reads the answer, and passes on the interim ones before it.
func (x *express) final(source *bufio.Reader) (*http.Response, error) {
	method := http.MethodGet
	if x.toHead {
		method = http.MethodHead
	}
	for {
		res, err := http.ReadResponse(source, &http.Request{Method: method})
		switch {
		case err != nil:
			return nil, err
		case res.StatusCode == http.StatusSwitchingProtocols:
			return nil, http.ErrNotSupported // nobody asked for it
		case res.StatusCode >= 200:
			return res, nil
		case res.StatusCode == http.StatusContinue:
			continue
		}
		dropHops(res.Header)
		var hint bytes.Buffer
		hint.WriteString("HTTP/1.1 " + res.Status + "\r\n")
		res.Header.Write(&hint)
		hint.WriteString("\r\n")
		if _, err := (patient{x.conn, x.settings.Idle}).Write(hint.Bytes()); err != nil {
			return nil, err
		}
	}
}

// forClient makes a target's answer one of this side's: of HTTP/1.1, on a
// connection that is kept. A body that ends with its connection becomes chunks.
func forClient(res *http.Response) {
	dropHops(res.Header)
	if res.Header.Get("Date") == "" {
		res.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	}
	res.Proto, res.ProtoMajor, res.ProtoMinor, res.Close = "HTTP/1.1", 1, 1, false
	if res.ContentLength < 0 && res.StatusCode != http.StatusNoContent && res.StatusCode != http.StatusNotModified {
		res.TransferEncoding = []string{"chunked"}
	}
}

func dropHops(h http.Header) {
	for _, list := range h["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for _, name := range hopByHop {
		h.Del(name)
	}
}

// patient is a connection on which each read and each write may last so long.
type patient struct {
	net.Conn
	idle time.Duration
}

func (p patient) Read(b []byte) (int, error) {
	p.SetReadDeadline(time.Now().Add(p.idle))
	return p.Conn.Read(b)
}

func (p patient) Write(b []byte) (int, error) {
	p.SetWriteDeadline(time.Now().Add(p.idle))
	return p.Conn.Write(b)
}

// flushed is a body whose reader has written all of it that came before, as the
// next part may be long in coming.
type flushed struct {
	io.ReadCloser
	out *bufio.Writer
}

func (f flushed) Read(p []byte) (int, error) {
	if err := f.out.Flush(); err != nil {
		return 0, err
	}
	return f.ReadCloser.Read(p)
}
