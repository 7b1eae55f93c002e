package traffic

// kind is what a header line is about, as far as a balancer cares.
type kind int8

const (
	anyLine        kind = iota // the other end's business
	hostLine                   //
	traceLine                  // X-Amzn-Trace-Id
	clientLine                 // X-Forwarded-For
	ownLine                    // one that the balancer sets anew
	dateLine                   //
	lengthLine                 // Content-Length
	connectionLine             //
	keepAliveLine              // what a server says of how long it keeps a connection
	optionLine                 // what else is for this connection alone, or about how a body is framed
)

var (
	space     = []byte(" ")
	question  = []byte("?")
	keepAlive = []byte("keep-alive")
)

// kindOf tells a line by its name.
func kindOf(name []byte) kind {
	var lower [20]byte
	if len(name) < 2 || len(name) > len(lower) {
		return anyLine
	}
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(name)]) {
	case "host":
		return hostLine
	case "date":
		return dateLine
	case "connection":
		return connectionLine
	case "content-length":
		return lengthLine
	case "x-amzn-trace-id":
		return traceLine
	case "x-forwarded-for":
		return clientLine
	case "x-forwarded-proto", "x-forwarded-port":
		return ownLine
	case "keep-alive":
		return keepAliveLine
	case "transfer-encoding", "te", "trailer", "upgrade", "expect", "proxy-connection",
		"proxy-authenticate", "proxy-authorization", "http2-settings":
		return optionLine
	}
	return anyLine
}

// bytesOf is a set of bytes.
type bytesOf [256]bool

// The sets of what may stand where. They never change.
var (
	token     = setOf("!#$%&'*+-.^_`|~" + letters)
	hostByte  = setOf(".-:[]_" + letters)
	pathByte  = setOf("/-._~!$&'()*+,;=:@" + letters)
	queryByte = setOf("/-._~!$&'()*+,;=:@?%" + letters)
	text      = printable()
)

const letters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func setOf(members string) (set bytesOf) {
	for _, c := range []byte(members) {
		set[c] = true
	}
	return set
}

// printable is ASCII that can be seen, blanks and tabs.
func printable() (set bytesOf) {
	for c := byte(' '); c < 0x7f; c++ {
		set[c] = true
	}
	set['\t'] = true
	return set
}

// all says whether b is of the set's bytes alone.
func all(b []byte, set *bytesOf) bool {
	for _, c := range b {
		if !set[c] {
			return false
		}
	}
	return true
}
