package remote

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// lineLimit is where a line that does not end is cut.
const lineLimit = 4096

// leaderMark begins the first line on a command's standard error, which says
// the process that leads it.
const leaderMark = "gekko-leader-"

// lines makes lines of what a command writes to both of its streams, and tells
// them one at a time.
type lines struct {
	mu      sync.Mutex
	tell    func(string)
	streams []*stream
	process string
	known   chan struct{} // closed once process is
}

func newLines(tell func(string)) *lines {
	return &lines{tell: tell, known: make(chan struct{})}
}

// stream is one of the two streams; what it holds is a line not yet ended.
type stream struct {
	of      *lines
	held    []byte
	leading bool // its mark is still to come
}

func (l *lines) stream() io.Writer {
	s := &stream{of: l}
	l.streams = append(l.streams, s)
	return s
}

// leader is the stream that brings the mark, in a line of its own.
func (l *lines) leader() io.Writer {
	s := &stream{of: l, leading: true}
	l.streams = append(l.streams, s)
	return s
}

func (s *stream) Write(p []byte) (int, error) {
	s.of.mu.Lock()
	defer s.of.mu.Unlock()
	n := len(p)
	for {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			break
		}
		s.add(p[:end])
		s.end()
		p = p[end+1:]
	}
	s.add(p)
	return n, nil
}

// add takes a part of a line in, and ends lines that are too long.
func (s *stream) add(part []byte) {
	for len(s.held)+len(part) > lineLimit {
		room := lineLimit - len(s.held)
		s.held = append(s.held, part[:room]...)
		part = part[room:]
		s.end()
	}
	s.held = append(s.held, part...)
}

func (s *stream) end() {
	text := string(s.held)
	s.held = s.held[:0]
	if pid, ok := strings.CutPrefix(text, leaderMark); ok && s.leading {
		s.leading = false
		s.of.process = pid
		close(s.of.known)
		return
	}
	if s.of.tell != nil {
		s.of.tell(printable(text))
	}
}

// flush tells last lines that no line break ended.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.streams {
		if len(s.held) > 0 {
			s.end()
		}
	}
}

// silence tells no more lines: some may still come when a command that was
// told to end has not.
func (l *lines) silence() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tell = nil
}

// pid is the process that leads the command; empty while it is not known.
func (l *lines) pid() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.process
}

// escape is a terminal's control sequence: colours, cursor movements, titles.
var escape = regexp.MustCompile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\a\x1b]*(\a|\x1b\\\\)?|[ -/]*[0-~])")

// printable is a line as it may be shown: what a terminal would act on is taken
// out, and of a line that was drawn over again the last state stays.
func printable(line string) string {
	line = strings.TrimRight(line, "\r")
	if at := strings.LastIndexByte(line, '\r'); at >= 0 {
		line = line[at+1:]
	}
	line = escape.ReplaceAllString(strings.ToValidUTF8(line, "�"), "")
	return strings.Map(func(r rune) rune {
		if r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, line)
}
