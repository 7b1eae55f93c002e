package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/bake"
	"gekko/cli/notify"
	"gekko/cli/record"
	"gekko/cloud"
	"gekko/release"
)

type releaseOptions struct {
	whose
	change
	sizes
	policy
	baking
	back           bool // it is a rollback
	snapshot       string
	subnets        []string
	once, takeOver bool
	record, why    string
	json           bool
}

func newRelease(env *Env) *cobra.Command {
	o := &releaseOptions{change: change{timely: true}}
	cmd := &cobra.Command{
		Use:   "release -s SNAPSHOT | --ref REF",
		Short: "Take the fleet to a snapshot by itself, or back if it does harm",
		Long: `Takes the fleet from the snapshot that is live to a new one: puts a canary of it
beside the live group, compares both for the soak's time, and either gives the
new one the whole load and takes the old one away, or takes the new one away.
--ref bakes first. Without both it goes on with the release that is under way.

All it has to remember is in the cloud. Ctrl-C leaves the release where it is;
the same command, here or elsewhere, goes on. --once takes the steps that are
due now and ends, for a scheduler.

Exit status: 0 promoted (with --once: looked at), 3 rejected and nothing left
over, 4 left half done, 5 held.`,
		Example: `  gekko release --ref v1.4.2
  gekko release -s gekko-20130412-144703 --soak 12h
  gekko release -s gekko-20130412-144703 --dry-run
  gekko release --once --yes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.snapshot != "" && o.ref != "" {
				return badUsage("release: want just one of -s and --ref")
			}
			return o.run(cmd.Context(), env)
		},
	}
	o.bind(cmd, env)
	o.baking.bind(cmd.Flags())
	return cmd
}

// bind adds the flags that a release and a rollback share.
func (o *releaseOptions) bind(cmd *cobra.Command, env *Env) {
	f := cmd.Flags()
	bindSnapshot(cmd, env, &o.place, &o.snapshot)
	o.sizes.bind(f)
	f.Lookup("desired-capacity").Usage = "have `N` instances in the end"
	o.policy.bind(f)
	f.StringSliceVar(&o.subnets, "subnets", nil, "launch into these `subnets`")
	f.BoolVar(&o.once, "once", false, "take the steps that are due now, and end")
	f.BoolVar(&o.takeOver, "take-over", false, "go on although somebody else may still carry it out")
	f.StringVar(&o.why, "why", "", "tell others this `reason` when they find the fleet taken")
	f.StringVar(&o.record, "record", "", "keep what the judge saw, and what instances printed, in this `folder`")
	bindJSON(f, &o.json)
	o.change.bind(f)
	o.whose.bind(f)
}

func (o *releaseOptions) run(ctx context.Context, env *Env) error {
	if o.snapshot != "" {
		if _, err := gekko.ParseSnapshotName(o.snapshot); err != nil {
			return usageError{err}
		}
	}
	c, app, subject, err := o.fleet(ctx, env, o.snapshot)
	if err != nil {
		return err
	}
	q := release.Request{Subject: o.accepting(subject), Subnets: o.subnets, Back: o.back, TakeOver: o.takeOver, Why: o.why}
	if len(q.Subnets) == 0 {
		q.Subnets = app.Group.Subnets
	}
	if q.Policy, err = o.policy.over(o.base(app.Release)); err != nil {
		return err
	}
	if q.Judge, err = judging(c, app.Judge); err != nil {
		return err
	}
	what := "release"
	if o.back {
		what = "roll back"
	}
	if err := o.consent(ctx, env, c, app, fmt.Sprintf("%s app %s", what, app.Name)); err != nil {
		return err
	}
	known, err := o.name(ctx, env, c, app, &q)
	if err != nil || !known {
		return err
	}
	if q.Size, err = o.size(ctx, c, app, q.Snapshot); err != nil {
		return err
	}
	return o.carryOut(ctx, env, c, app, q)
}

// base is the policy that the flags go over. A rollback leaves its times to
// the engine.
func (o *releaseOptions) base(file gekko.ReleasePolicy) gekko.ReleasePolicy {
	if o.back {
		file.Soak, file.WarmUp = 0, 0
	}
	return file
}

// name finds the snapshot that is meant: the one that was named, the one that
// is baked now, the previous one, or that of the release under way. Without one
// there is nothing to do.
func (o *releaseOptions) name(ctx context.Context, env *Env, c *cloud.Cloud, app gekko.App, q *release.Request) (known bool, err error) {
	q.Snapshot = gekko.SnapshotName(o.snapshot)
	switch {
	case o.back:
		*q, err = engine(env, c, nil).Previous(ctx, *q)
		return err == nil, err
	case o.snapshot != "":
		return true, nil
	case o.ref != "":
		return o.bakeFirst(ctx, env, c, q)
	}
	fleet, err := c.Observe(ctx, q.App, q.Balancer)
	if err != nil {
		return false, err
	}
	g, there := fleet.UnderWay()
	switch {
	case there:
		q.Snapshot = gekko.SnapshotName(g.Release.New)
		return true, nil
	case o.once:
		fmt.Fprintf(env.Err, "No release of app %s is under way.\n", app.Name)
		if o.json {
			return false, env.printJSON(release.Tick{})
		}
		return false, nil
	}
	return false, badUsage("release: -s or --ref is missing, and no release of app %s is under way to go on with", app.Name)
}

// bakeFirst bakes the ref, unless that was done before. A dry run ends here if
// there is nothing yet to be released.
func (o *releaseOptions) bakeFirst(ctx context.Context, env *Env, c *cloud.Cloud, q *release.Request) (known bool, err error) {
	app, err := o.mustApp()
	if err != nil {
		return false, err
	}
	o.overrule(env, &app)
	if refusal := engine(env, c, nil).Beforehand(ctx, *q); refusal != nil {
		// Of a snapshot that is there already the release may be under way.
		if _, there, err := baker(env, c, nil).Create(ctx, bake.Request{App: app, DryRun: true}); err != nil || !there {
			return false, cmp.Or(err, refusal)
		}
	}
	s, existed, err := o.bake(ctx, env, c, bake.Request{App: app})
	q.Snapshot = s.Name
	if err == nil && o.dryRun && !existed {
		const later = "What follows can be told once it is baked."
		fmt.Fprintln(env.Err, later)
		if o.json {
			err = env.printJSON(release.Unforeseen(later))
		}
	}
	return existed || !o.dryRun, err
}

// size is what the flags say over the plan; zero if they say nothing.
func (o *releaseOptions) size(ctx context.Context, c *cloud.Cloud, app gekko.App, name gekko.SnapshotName) (gekko.Size, error) {
	minimum, maximum, desired := o.given()
	if !minimum && !maximum && !desired {
		return gekko.Size{}, nil
	}
	base := app.Group.Size
	if base == (gekko.Size{}) && !(minimum && maximum && desired) {
		s, err := c.Snapshot(ctx, name)
		if err != nil {
			return base, err
		}
		base = s.Plan.Size
	}
	return o.sizes.over(base), nil
}

// carryOut lets the release happen, with its progress told.
func (o *releaseOptions) carryOut(ctx context.Context, env *Env, c *cloud.Cloud, app gekko.App, q release.Request) error {
	if o.dryRun {
		plan, err := engine(env, c, nil).Plan(ctx, q)
		if err != nil {
			return err
		}
		return o.printForesight(env, plan)
	}
	progress := newProgress(env)
	warn := func(s string) { progress.report(gekko.Event{Kind: gekko.Warns, Text: s}) }
	told := notify.New(app.Notify, warn)
	var begun atomic.Bool
	e := engine(env, c, func(e gekko.Event) {
		begun.Store(begun.Load() || e.Kind == gekko.Did || e.Kind == gekko.Waits)
		progress.report(e)
	})
	e.Notify = func(change release.Change) { told.Tell(change) }
	if o.record != "" {
		r, err := record.New(o.record, q.Snapshot, q.Judge.Complete().Period, warn)
		if err != nil {
			return err
		}
		defer r.Close()
		e.Record = r
	}
	tick, err := o.drive(ctx, e, q)
	told.End()
	progress.end()
	if err := o.conclude(env, q, tick, err); err != nil {
		if begun.Load() && !tick.Ended && !errors.Is(err, gekko.ErrConflict) {
			err = &halfway{err}
		}
		return leaves(ctx, err, fmt.Sprintf("what is there of release %s stays and serves on", q.Snapshot),
			fmt.Sprintf("gekko %s -s %s goes on with it; gekko abort takes it back", o.verb(), q.Snapshot))
	}
	return nil
}

func (o *releaseOptions) verb() string {
	if o.back {
		return "rollback"
	}
	return "release"
}

// drive takes the steps that are due, or all of them.
func (o *releaseOptions) drive(ctx context.Context, e *release.Engine, q release.Request) (release.Tick, error) {
	if o.once {
		return e.Once(ctx, q)
	}
	outcome, err := e.Release(ctx, q)
	return release.Tick{Ended: outcome.Ending != "", Outcome: outcome}, err
}

// conclude shows what came of it.
func (o *releaseOptions) conclude(env *Env, q release.Request, t release.Tick, err error) error {
	if o.json && (err == nil || t.Ended) {
		var v any = t
		if !o.once {
			v = t.Outcome
		}
		return errors.Join(err, env.printJSON(v))
	}
	switch {
	case err != nil:
		return err
	case t.Ended:
		fmt.Fprintf(env.Err, "Release %s %s%s, after %s.\n", q.Snapshot, t.Outcome.Ending, onGround(t.Outcome), age(t.Outcome.Begun, t.Outcome.At))
	case t.Next != "":
		fmt.Fprintf(env.Err, "Release %s is %s; next: %s.\n", q.Snapshot, t.Phase, t.Next)
	default:
		fmt.Fprintf(env.Err, "Release %s is %s.\n", q.Snapshot, t.Phase)
	}
	return nil
}

func onGround(o gekko.Outcome) string {
	if on := ground(o); on != "" {
		return " (" + on + ")"
	}
	return ""
}

func (o *releaseOptions) printForesight(env *Env, plan release.Foresight) error {
	if o.json {
		return env.printJSON(plan)
	}
	for _, s := range plan.Says {
		env.complain("note: ", s)
	}
	for _, s := range plan.Unchecked {
		env.complain("not checked: ", s)
	}
	t := newTable("AFTER", "PHASE", "STEP")
	for _, s := range plan.Steps {
		t.add(s.After.Round(time.Second).String(), string(s.Phase), s.Step)
	}
	return t.print(env)
}
