package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/cloud"
	"gekko/local/machine"
)

type doctorOptions struct {
	place
	json bool
}

func newDoctor(env *Env) *cobra.Command {
	o := &doctorOptions{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check that everything is there for a release",
		Long: `Checks what gekko needs: programs, gekko.yaml, credentials, account and region,
the clock, the balancer, and whether the embedded cloud can keep its instances
apart from this machine. Nothing is changed. The exit status is 1 if something
would stop a release.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), env) },
	}
	bindJSON(cmd.Flags(), &o.json)
	o.bind(cmd.Flags())
	return cmd
}

// finding is what one check found out.
type finding struct {
	Check string `json:"check"`
	State string `json:"state"` // good, note or bad
	Text  string `json:"text"`
	Hint  string `json:"hint,omitempty"`
}

// States of a finding. Only a bad one stops a release.
const (
	isGood = "good"
	isNote = "note"
	isBad  = "bad"
)

func (o *doctorOptions) run(ctx context.Context, env *Env) error {
	d := &doctor{env: env, quiet: o.json, found: []finding{}}
	d.tell(finding{Check: "gekko", State: isGood, Text: strings.TrimPrefix(builtVersion().String(), "gekko ")})
	d.program(ctx, "git", isBad, "snapshot create reads the source by it", "version")
	d.program(ctx, "go", isNote, "only the demo's recipe needs it", "version")
	d.program(ctx, "ssh", isNote, "only a look at an instance by hand needs it", "-V")
	app := d.appFile(&o.place)
	d.isolation(ctx)
	if c := d.account(ctx, &o.place, app); c != nil {
		d.balancer(ctx, c, app)
	}
	if o.json {
		if err := env.printJSON(d.found); err != nil {
			return err
		}
	}
	if d.unsaid != nil {
		return d.unsaid
	}
	if d.bad > 0 {
		return fmt.Errorf("doctor: %s would stop a release", gekko.Count(d.bad, "finding"))
	}
	return nil
}

// doctor collects findings and shows each as it comes.
type doctor struct {
	env   *Env
	quiet bool
	found []finding
	bad   int

	unsaid error // the first finding that could not be printed
}

func (d *doctor) tell(f finding) {
	d.found = append(d.found, f)
	if f.State == isBad {
		d.bad++
	}
	if d.quiet {
		return
	}
	if !d.env.TTY.Out {
		if _, err := fmt.Fprintf(d.env.Out, "%s\t%s\t%s\t%s\n", f.State, f.Check, f.Text, f.Hint); d.unsaid == nil {
			d.unsaid = err
		}
		return
	}
	mark := map[string]string{
		isGood: d.env.paint(true, green, "✓"), isNote: d.env.paint(true, yellow, "–"), isBad: d.env.paint(true, red, "✗"),
	}[f.State]
	fmt.Fprintf(d.env.Out, "%s %-12s %s\n", mark, f.Check, f.Text)
	if f.Hint != "" {
		fmt.Fprintf(d.env.Out, "  %-12s hint: %s\n", "", f.Hint)
	}
}

func (d *doctor) wrong(check string, err error) {
	d.tell(finding{Check: check, State: isBad, Text: err.Error(), Hint: gekko.HintOf(err)})
}

// program looks for another program; missing is the state if it is not there.
func (d *doctor) program(ctx context.Context, name, missing, why, versionFlag string) {
	path, err := exec.LookPath(name)
	if err != nil {
		d.tell(finding{Check: name, State: missing, Text: "not found; " + why, Hint: "install " + name})
		return
	}
	out, _ := exec.CommandContext(ctx, path, versionFlag).CombinedOutput()
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	d.tell(finding{Check: name, State: isGood, Text: strings.TrimPrefix(first, name+" version ")})
}

func (d *doctor) appFile(at *place) gekko.App {
	app, found, err := at.app()
	switch {
	case err != nil:
		d.wrong("gekko.yaml", err)
	case !found:
		d.tell(finding{Check: "gekko.yaml", State: isNote, Text: "none in this folder; deploy, update and retire work without", Hint: "gekko init"})
	default:
		d.tell(finding{Check: "gekko.yaml", State: isGood, Text: fmt.Sprintf("app %s behind %s", app.Name, app.Balancer)})
	}
	return app
}

// isolation tries to make the surroundings of an instance of the embedded cloud.
func (d *doctor) isolation(ctx context.Context) {
	dir, err := os.MkdirTemp("", "gekko-doctor-")
	if err != nil {
		d.wrong("gekko local", err)
		return
	}
	defer os.RemoveAll(dir)
	host, err := machine.Open(ctx, machine.Options{Dir: dir})
	if err != nil {
		d.tell(finding{Check: "gekko local", State: isNote, Text: err.Error(), Hint: "gekko local --unconfined, if you trust what runs there"})
		return
	}
	defer host.Close()
	text := "instances are kept apart by " + host.Confinement()
	if gap := host.Gap(); gap != "" {
		text += "; " + gap
	}
	if !host.LowPorts() {
		text += "; ports below 1024 are moved up by 8000"
	}
	d.tell(finding{Check: "gekko local", State: isGood, Text: text})
}

func (d *doctor) account(ctx context.Context, at *place, app gekko.App) *cloud.Cloud {
	c, err := at.open(ctx, d.env, app)
	if err != nil {
		d.wrong("region", err)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	who, err := c.Identity(ctx)
	if err != nil {
		if gekko.HintOf(err) == "" {
			err = gekko.Hint(err, "aws configure, or gekko local for a cloud on this machine")
		}
		d.wrong("account", err)
		return nil
	}
	text := fmt.Sprintf("%s in %s, as %s", who.Account, c.Region, who.Name)
	if c.Endpoint != "" {
		text += ", at " + c.Endpoint
	}
	if app.Account != "" && app.Account != who.Account {
		d.wrong("account", gekko.Hint(fmt.Errorf("%s, but gekko.yaml is for account %s", text, app.Account), otherAccountHint(c)))
		return nil
	}
	d.tell(finding{Check: "account", State: isGood, Text: text})
	if off := who.ClockOff(clockTolerance); off != "" {
		d.tell(finding{Check: "clock", State: isBad, Text: off, Hint: "set it, as by timedatectl set-ntp true"})
	} else {
		d.tell(finding{Check: "clock", State: isGood, Text: fmt.Sprintf("within %s of the cloud's", max(who.Skew.Abs().Round(time.Second), time.Second))})
	}
	return c
}

func (d *doctor) balancer(ctx context.Context, c *cloud.Cloud, app gekko.App) {
	if !app.Balancer.Known() {
		return
	}
	fleet, err := c.Observe(ctx, app.Name, app.Balancer)
	if err != nil {
		d.wrong("balancer", err)
		return
	}
	text := fmt.Sprintf("%s, with %s behind it", app.Balancer, gekko.Count(len(fleet.Groups), "group"))
	if fleet.Drain == 0 {
		d.tell(finding{Check: "balancer", State: isBad, Text: text + "; draining is off, so a retire would lose requests", Hint: "turn connection draining on"})
		return
	}
	d.tell(finding{Check: "balancer", State: isGood, Text: text + ", draining for " + span(fleet.Drain)})
}
