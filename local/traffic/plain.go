package traffic

import "bytes"

// What the express way carries is plain: heads that have one reading only, so
// that no two parties can take them apart differently. Each line ends with CR
// LF, none is folded, names are tokens directly followed by their colon, values
// are printable ASCII; and no line is about bodies, upgrades or options of the
// connection, except for the few that are named here. All else, however right,
// is net/http's to carry. https://www.rfc-editor.org/rfc/rfc9112#section-11.2

// line is one header line.
type line struct {
	name, value []byte
	raw         []byte // with its end
	kind        kind
}

// head is a request's or an answer's, up to the empty line. It is used again.
type head struct {
	start []byte // its first line
	lines []line
	size  int // with the empty line
}

// read takes b's beginning apart, and says whether there is a whole head and
// each of its lines is plain.
func (h *head) read(b []byte) bool {
	h.lines = h.lines[:0]
	start, rest, ok := cutLine(b)
	if !ok || !all(start, &text) {
		return false
	}
	h.start = start
	for {
		raw := rest
		var one []byte
		if one, rest, ok = cutLine(rest); !ok {
			return false
		}
		if len(one) == 0 {
			h.size = len(b) - len(rest)
			return true
		}
		colon := bytes.IndexByte(one, ':')
		if colon <= 0 || !all(one[:colon], &token) || !all(one[colon+1:], &text) {
			return false
		}
		h.lines = append(h.lines, line{
			name: one[:colon], value: bytes.Trim(one[colon+1:], " \t"),
			raw: raw[:len(raw)-len(rest)], kind: kindOf(one[:colon]),
		})
	}
}

// cutLine gives b up to its first CR LF, and what follows. An LF without a CR
// ends no line.
func cutLine(b []byte) (one, rest []byte, ok bool) {
	end := bytes.IndexByte(b, '\n')
	if end < 1 || b[end-1] != '\r' {
		return nil, nil, false
	}
	return b[:end-1], b[end+1:], true
}

// plainRequest is a request's head.
type plainRequest struct {
	head
	method, target []byte
	host           []byte
	traced         bool // it has a trace of its own
}

// read says whether b begins with a request that is plain: a GET or a HEAD, of
// HTTP/1.1, on a connection to be kept.
func (p *plainRequest) read(b []byte) bool {
	if !p.head.read(b) {
		return false
	}
	method, rest, _ := bytes.Cut(p.start, space)
	target, version, _ := bytes.Cut(rest, space)
	if string(method) != "GET" && string(method) != "HEAD" || string(version) != "HTTP/1.1" || !plainTarget(target) {
		return false
	}
	p.method, p.target, p.host, p.traced = method, target, nil, false
	for _, l := range p.lines {
		switch l.kind {
		case hostLine:
			if p.host != nil || len(l.value) == 0 || !all(l.value, &hostByte) {
				return false
			}
			p.host = l.value
		case traceLine:
			p.traced = true
		case connectionLine:
			if !bytes.EqualFold(l.value, keepAlive) {
				return false
			}
		case lengthLine, optionLine, keepAliveLine:
			return false
		}
	}
	return p.host != nil
}

// plainTarget says whether a request's target is a path, perhaps with a query,
// that means the same however often it is decoded.
func plainTarget(target []byte) bool {
	if len(target) == 0 || target[0] != '/' || len(target) > 1 && target[1] == '/' {
		return false
	}
	path, query, _ := bytes.Cut(target, question)
	return all(path, &pathByte) && all(query, &queryByte)
}

// plainAnswer is an answer's head.
type plainAnswer struct {
	head
	code  int
	body  int64 // how long it is
	dated bool
}

// read says whether b begins with an answer that is plain: final, of HTTP/1.1,
// with a body whose length is told once, or with none.
func (p *plainAnswer) read(b []byte, toHead bool) bool {
	if !p.head.read(b) {
		return false
	}
	const before = "HTTP/1.1 "
	digits := len(before) + 3
	if len(p.start) < digits || string(p.start[:len(before)]) != before || len(p.start) > digits && p.start[digits] != ' ' {
		return false
	}
	code, ok := number(p.start[len(before):digits])
	if !ok || code < 200 || code > 599 {
		return false
	}
	p.code, p.dated = int(code), false
	told, length := false, int64(0)
	for _, l := range p.lines {
		switch l.kind {
		case lengthLine:
			if length, ok = number(l.value); !ok || told {
				return false
			}
			told = true
		case dateLine:
			p.dated = true
		case connectionLine:
			if !bytes.EqualFold(l.value, keepAlive) {
				return false
			}
		case optionLine:
			return false
		}
	}
	p.body = length
	switch {
	case toHead || p.code == 304:
		p.body = 0
	case p.code == 204:
		return !told
	}
	return told || toHead || p.code == 204 || p.code == 304
}

// number reads a length: digits alone, and not so many that they could overflow.
func number(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
