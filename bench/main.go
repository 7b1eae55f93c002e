// Command bench measures gekko against programs that do the same work, both in
// one run on one machine, and prints a table of ratios (make bench). It knows
// how to start each and how to read a clock; what it measures is the business
// of the packages that it starts.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"

	"gekko/local/machine"
)

// measurement is one thing that is measured, which may give several rows.
type measurement struct {
	name string
	run  func(context.Context, *rig) ([]row, error)
}

// measurements are made in this order: what needs a quiet machine comes while
// nothing has been left behind yet.
func measurements() []measurement {
	return []measurement{
		{"start", start},
		{"binary", binary},
		{"list", list},
		{"scale", scale},
		{"release", release},
		{"balancer", balancer},
		{"bake", bake},
	}
}

func main() {
	// An instance of the embedded cloud is this program again, and so is each
	// part of a measurement that needs a process of its own.
	if machine.Main() || helper(os.Args[1:]) {
		return
	}
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func measure() error {
	only := flag.String("only", "", "`names` of measurements, apart by spaces or commas; all if empty")
	gekko := flag.String("gekko", "", "a built `gekko`; built anew if empty")
	flag.Parse()
	wanted := strings.FieldsFunc(*only, func(r rune) bool { return r == ' ' || r == ',' })
	all := measurements()
	for _, name := range wanted {
		if !slices.ContainsFunc(all, func(m measurement) bool { return m.name == name }) {
			return fmt.Errorf("there is no measurement %s", name)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	r, err := newRig(ctx, *gekko)
	if err != nil {
		return err
	}
	defer r.close()
	var rows []row
	for _, m := range all {
		if len(wanted) > 0 && !slices.Contains(wanted, m.name) {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring:", m.name)
		got, err := m.run(ctx, r)
		if err != nil {
			got = append(got, row{what: m.name, failed: err})
		}
		rows = append(rows, got...)
	}
	return printTable(os.Stdout, rows)
}
