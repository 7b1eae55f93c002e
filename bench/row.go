package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// row is one line of the table.
type row struct {
	what        string
	gekko, peer string
	ratio       float64 // gekko's to the peer's; 0: it has none
	aim         string  // empty: for information
	met         bool
	failed      error // why there is nothing to compare
}

// number is what can be compared.
type number interface {
	~int | ~int64 | ~float64
}

// ratioAtMost compares two of which less is better.
func ratioAtMost[N number](what string, gekko, peer N, aim float64, show func(N) string) row {
	r := row{what: what, gekko: show(gekko), peer: show(peer), ratio: float64(gekko) / float64(peer)}
	r.aim, r.met = fmt.Sprintf("≤ %.3g", aim), r.ratio <= aim
	return r
}

// ratioAtLeast compares two of which more is better.
func ratioAtLeast[N number](what string, gekko, peer N, aim float64, show func(N) string) row {
	r := row{what: what, gekko: show(gekko), peer: show(peer), ratio: float64(gekko) / float64(peer)}
	r.aim, r.met = fmt.Sprintf("≥ %.3g", aim), r.ratio >= aim
	return r
}

// below holds one against a bound.
func below[N number](what string, gekko, bound N, show func(N) string) row {
	return row{what: what, gekko: show(gekko), aim: "< " + show(bound), met: gekko < bound}
}

// told is a row for information.
func told(what, gekko, peer string) row { return row{what: what, gekko: gekko, peer: peer} }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }

func kilobytes(bytes int64) string { return fmt.Sprintf("%.1f kB", float64(bytes)/1e3) }

func perSecond(n float64) string { return fmt.Sprintf("%.0f /s", n) }

// printTable prints the rows; an aim that was missed is an error.
func printTable(w io.Writer, rows []row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "MEASURED\tGEKKO\tPEER\tRATIO\tAIM\tMET")
	missed := 0
	for _, r := range rows {
		ratio, met := "", ""
		if r.ratio > 0 {
			ratio = fmt.Sprintf("%.3g", r.ratio)
		}
		switch {
		case r.failed != nil:
			r.gekko, met = "failed: "+r.failed.Error(), "no"
		case r.met:
			met = "yes"
		case r.aim != "":
			met = "no"
		}
		if met == "no" {
			missed++
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", r.what, r.gekko, r.peer, ratio, r.aim, met)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if missed > 0 {
		return fmt.Errorf("%d of %d rows missed their aim", missed, len(rows))
	}
	return nil
}
