package remote

import (
	"strings"
	"testing"
	"unicode"
)

// Whatever a builder prints, and however it comes, no line of it acts on a
// terminal, and none is lost for want of a line break.
func FuzzLines(f *testing.F) {
	f.Add("one\r\n\x1b[31mtwo\x1b[0m\n\x1b]0;title\x07", "gekko-leader-17\nthree", 3)
	f.Add(strings.Repeat("x", 5000), "gekko-leader-\ngekko-leader-1\n", 1)
	f.Fuzz(func(t *testing.T, out, errs string, size int) {
		l := newLines(func(line string) {
			if at := strings.IndexFunc(line, func(r rune) bool { return r != '\t' && unicode.IsControl(r) }); at >= 0 {
				t.Errorf("control character in %q", line)
			}
			if len(line) > 3*lineLimit {
				t.Errorf("a line of %d bytes", len(line))
			}
		})
		streams := map[string]interface{ Write([]byte) (int, error) }{out: l.stream(), errs: l.leader()}
		for text, s := range streams {
			for size = max(size, 1); text != ""; text = text[min(size, len(text)):] {
				if _, err := s.Write([]byte(text[:min(size, len(text))])); err != nil {
					t.Fatal(err)
				}
			}
		}
		l.flush()
		l.pid()
	})
}

func FuzzQuote(f *testing.F) {
	f.Add("it's")
	f.Fuzz(func(t *testing.T, text string) {
		quoted := Quote(text)
		if got := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(quoted, "'"), "'"), `'\''`, "'"); got != text {
			t.Errorf("%q becomes %q", text, quoted)
		}
	})
}
