package answer

import (
	"bytes"
	"context"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Only lets the SDK decode of an XML answer just the elements that are named,
// and those in them that are named too. AWS describes far more of a thing than
// gekko asks for, and decoding that is most of what a look costs.
func Only(elements ...string) func(*middleware.Stack) error {
	wanted := make(map[string]bool, len(elements))
	for _, e := range elements {
		wanted[e] = true
	}
	m := middleware.DeserializeMiddlewareFunc("Only", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleDeserialize(ctx, in)
		if r, ok := out.RawResponse.(*smithyhttp.Response); ok && err == nil && r.StatusCode/100 == 2 {
			r.Body = &trimmed{from: r.Body, wanted: wanted, room: make([]byte, 0, 1024)}
		}
		return out, meta, err
	})
	return func(s *middleware.Stack) error {
		return s.Deserialize.Insert(m, "OperationDeserializer", middleware.After)
	}
}

// trimmed reads an XML document without the elements that nobody wants. It
// knows what AWS writes: elements and text, no comments and no CDATA sections.
type trimmed struct {
	from   io.ReadCloser
	wanted map[string]bool

	in      [1024]byte
	out     []byte // trimmed, and not read yet
	room    []byte // that out lies in
	tag     []byte // what of a tag was seen, from its bracket on
	inTag   bool
	dropped int // how many elements deep in one that is not wanted
	err     error
}

func (t *trimmed) Close() error { return t.from.Close() }

func (t *trimmed) Read(p []byte) (int, error) {
	for len(t.out) == 0 {
		if t.err != nil {
			return 0, t.err
		}
		t.out = t.room[:0]
		var n int
		n, t.err = t.from.Read(t.in[:])
		t.take(t.in[:n])
		t.room = t.out
	}
	n := copy(p, t.out)
	t.out = t.out[n:]
	return n, nil
}

// take trims the next bytes.
func (t *trimmed) take(b []byte) {
	for len(b) > 0 {
		bracket := byte('<')
		if t.inTag {
			bracket = '>'
		}
		at := bytes.IndexByte(b, bracket)
		part := b
		if at >= 0 {
			part = b[:at]
		}
		switch {
		case t.inTag:
			t.tag = append(t.tag, part...)
		case t.dropped == 0:
			t.out = append(t.out, part...)
		}
		if at < 0 {
			return
		}
		b = b[at+1:]
		if t.inTag {
			t.element(append(t.tag, '>'))
		}
		t.inTag, t.tag = !t.inTag, append(t.tag[:0], '<')
	}
}

// element passes a tag on, or drops it.
func (t *trimmed) element(tag []byte) {
	name := tag[1 : len(tag)-1]
	ends, alone := bytes.HasPrefix(name, []byte("/")), bytes.HasSuffix(name, []byte("/"))
	for i, c := range name {
		if c <= ' ' || c == '/' && i > 0 {
			name = name[:i]
			break
		}
	}
	switch {
	case t.dropped > 0 && ends:
		t.dropped--
	case t.dropped > 0 && !alone:
		t.dropped++
	case t.dropped > 0:
	case ends || t.wanted[string(name)] || bytes.HasPrefix(name, []byte("?")):
		t.out = append(t.out, tag...)
	case !alone:
		t.dropped = 1
	}
}
