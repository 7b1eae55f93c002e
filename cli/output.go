package cli

// The rules of output:
//
//   - What was asked for goes to standard output; what happens on the way goes
//     to standard error (progress.go), and so do errors (errors.go).
//   - A table has aligned columns and a heading on a terminal. Elsewhere it is
//     tab-separated values without a heading, so that cut and awk can read it,
//     unless GEKKO_FORCE_TTY asks for tables as on a terminal.
//   - Every command that lists or reports takes --json and then prints one
//     JSON value and nothing else on standard output.
//   - Colour only helps the eye: nothing is said by colour alone, and NO_COLOR
//     turns it off.

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// style is a way of painting text on a terminal.
type style string

const (
	bold   style = "1"
	faint  style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
)

// paint styles text if the stream it goes to is a terminal that shows it.
func (e *Env) paint(terminal bool, s style, text string) string {
	if !e.colour(terminal) {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// printJSON prints a value for programs.
func (e *Env) printJSON(v any) error {
	enc := json.NewEncoder(e.Out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// table is rows of cells under a heading.
type table struct {
	head []string
	rows [][]string
}

func newTable(head ...string) *table { return &table{head: head} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// print shows the table as its stream wants it.
func (t *table) print(e *Env) error {
	if !e.TTY.Out {
		return t.printTSV(e.Out)
	}
	widths := t.widths()
	if _, err := fmt.Fprintln(e.Out, e.paint(true, faint, align(t.head, widths))); err != nil {
		return err
	}
	for _, row := range t.rows {
		if _, err := fmt.Fprintln(e.Out, align(row, widths)); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) printTSV(w io.Writer) error {
	clean := strings.NewReplacer("\t", " ", "\n", " ")
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = clean.Replace(c)
		}
		if _, err := fmt.Fprintln(w, strings.Join(cells, "\t")); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) widths() []int {
	widths := make([]int, len(t.head))
	for i, c := range t.head {
		widths[i] = utf8.RuneCountInString(c)
	}
	for _, row := range t.rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	return widths
}

func align(cells []string, widths []int) string {
	var b strings.Builder
	for i, c := range cells {
		b.WriteString(c)
		b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)+2))
	}
	return strings.TrimRight(b.String(), " ")
}

// age is how long ago something was, in the two largest units.
func age(since, now time.Time) string {
	if since.IsZero() {
		return "-"
	}
	return span(now.Sub(since))
}

// span is a duration as people say it: 400µs, 850ms, 4.2s, 3m10s, 5h02m, 12d.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// bindJSON adds the flag that every command has that lists or reports.
func bindJSON(f *pflag.FlagSet, asJSON *bool) {
	f.BoolVar(asJSON, "json", false, "print one JSON value")
}
