package answer

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func trim(document string, wanted ...string) (string, error) {
	t := &trimmed{from: io.NopCloser(iotest.HalfReader(strings.NewReader(document))), wanted: map[string]bool{}}
	for _, w := range wanted {
		t.wanted[w] = true
	}
	all, err := io.ReadAll(t)
	return string(all), err
}

func TestAnAnswerIsTrimmedToWhatIsWanted(t *testing.T) {
	for _, c := range []struct{ document, want string }{
		{`<?xml version="1.0"?><a x="1"><b>1</b><c>2</c></a>`, `<?xml version="1.0"?><a x="1"><b>1</b></a>`},
		{`<a><c><b>in what is dropped</b><c/><c>2</c></c><b/></a>`, `<a><b/></a>`},
		{`<a><c/><b>&lt;c&gt; &amp;</b><c x="/"/><c ></c ></a>`, `<a><b>&lt;c&gt; &amp;</b></a>`},
		{`<a> <bb>x</bb> <b>y</b></a>`, `<a>  <b>y</b></a>`},
		{`<a><b>cut o`, `<a><b>cut o`},
		{`<><></>`, ``},
		{``, ``},
	} {
		got, err := trim(c.document, "a", "b")
		if got != c.want || err != nil {
			t.Errorf("%s becomes %s (%v), want %s", c.document, got, err, c.want)
		}
	}
}

// FuzzTrimmed holds what is left against the standard library's reading of the
// whole.
func FuzzTrimmed(f *testing.F) {
	f.Add(`<a><b k="v">x &amp; y</b><c><b>z</b></c><b/><d/></a>`)
	f.Add(`<a xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><c></c><b>1</b></a>`)
	f.Fuzz(func(t *testing.T, document string) {
		got, err := trim(document, "a", "b")
		if err != nil {
			t.Fatal(err)
		}
		want, err := kept(document)
		if err != nil || strings.Contains(document, "<!") || strings.ContainsAny(document, `"':?`) {
			return // not what AWS writes
		}
		if again, err := kept(got); again != want || err != nil {
			t.Errorf("%s becomes %s: %s (%v), want %s", document, got, again, err, want)
		}
	})
}

// kept tells the elements a and b of a document, and the text in them.
func kept(document string) (string, error) {
	var all strings.Builder
	d := xml.NewDecoder(strings.NewReader(document))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local != "a" && e.Name.Local != "b" {
				if err := d.Skip(); err != nil {
					return "", err
				}
				continue
			}
			all.WriteString("<" + e.Name.Local + ">")
		case xml.EndElement:
			all.WriteString("</" + e.Name.Local + ">")
		case xml.CharData:
			all.Write(e)
		}
	}
}
