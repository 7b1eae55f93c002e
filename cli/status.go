package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gekko"
	"gekko/cloud"
)

type statusOptions struct {
	whose
	json bool
	span time.Duration
}

func newStatus(env *Env) *cobra.Command {
	o := &statusOptions{}
	cmd := &cobra.Command{
		Use:   "status [SNAPSHOT]",
		Short: "Show all groups side by side, with their traffic",
		Long: `Shows every group behind the app's balancer: its size, how many instances are
in service and healthy, and what it carried in the last minutes; and the release
that is under way, with who looked at it last and when. A Classic balancer does
not count requests by group; there one line tells of all of them together.

Without a gekko.yaml the balancer is the one that the app's newest group stands
behind.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeSnapshots(env, &o.place),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), env, argument(args))
		},
	}
	bindJSON(cmd.Flags(), &o.json)
	cmd.Flags().DurationVar(&o.span, "last", 0, "count requests over this `time` (default 5m, on this machine 30s)")
	o.bind(cmd.Flags())
	return cmd
}

func argument(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// groupStatus is a group with what it carried.
type groupStatus struct {
	gekko.Group
	Serving int            `json:"serving"`
	Traffic *gekko.Traffic `json:"traffic"` // null: the balancer does not tell groups apart
}

// fleetStatus is all of an app behind one balancer.
type fleetStatus struct {
	App      gekko.AppName  `json:"app"`
	Balancer gekko.Balancer `json:"balancer"`
	Release  *underWay      `json:"release,omitempty"`
	Groups   []groupStatus  `json:"groups"`
	Traffic  *gekko.Traffic `json:"traffic"` // of all groups together
	At       time.Time      `json:"at"`
}

func (o *statusOptions) run(ctx context.Context, env *Env, name string) error {
	c, _, subject, err := o.fleet(ctx, env, name)
	if err != nil {
		return err
	}
	fleet, err := c.Observe(ctx, subject.App, subject.Balancer)
	if err != nil {
		return err
	}
	status, err := o.gather(ctx, env, c, fleet)
	if err != nil {
		return err
	}
	if name != "" {
		if err := status.only(gekko.GroupName(name)); err != nil {
			return err
		}
	}
	if o.json {
		return env.printJSON(status)
	}
	return status.print(env)
}

func (o *statusOptions) gather(ctx context.Context, env *Env, c *cloud.Cloud, fleet gekko.Fleet) (fleetStatus, error) {
	span, period := 5*time.Minute, time.Minute
	if c.Loopback() {
		span, period = 30*time.Second, time.Second
	}
	if o.span > 0 {
		span = o.span
	}
	carried, err := c.Traffic(ctx, fleet, span, period)
	if err != nil {
		return fleetStatus{}, err
	}
	release, err := lookedAfter(ctx, env, c, fleet)
	if err != nil {
		return fleetStatus{}, err
	}
	of := map[gekko.GroupName]*gekko.Traffic{}
	for i := range carried {
		of[carried[i].Group] = &carried[i]
	}
	s := fleetStatus{App: fleet.App, Balancer: fleet.Balancer, Release: release, Groups: []groupStatus{}, Traffic: of[""], At: fleet.At}
	for _, g := range fleet.Groups {
		its := of[g.Name]
		if !fleet.Balancer.Weighted() {
			its = nil // a Classic balancer does not tell groups apart
		}
		s.Groups = append(s.Groups, groupStatus{g, g.Serving(), its})
	}
	return s, nil
}

// only keeps the named group.
func (s *fleetStatus) only(name gekko.GroupName) error {
	for _, g := range s.Groups {
		if g.Name == name {
			s.Groups = []groupStatus{g}
			return nil
		}
	}
	return gekko.Hint(fmt.Errorf("group %s: %w", name, gekko.ErrNotFound), "gekko status")
}

func (s fleetStatus) print(env *Env) error {
	fmt.Fprintf(env.Err, "App %s behind %s\n", s.App, s.Balancer)
	s.Release.print(env, s.At)
	if len(s.Groups) == 0 {
		fmt.Fprintln(env.Err, "No groups yet.")
		return nil
	}
	t := newTable("GROUP", "COMMIT", "AGE", "SIZE", "IN SERVICE", "HEALTHY", "SHARE", "REQUESTS", "5XX", "P50", "P99", "")
	total := 0.0
	if s.Traffic != nil {
		total = s.Traffic.Requests
	}
	for _, g := range s.Groups {
		t.add(append([]string{
			string(g.Name), dash(g.Commit.Short()), age(g.Created, s.At),
			fmt.Sprintf("%d (%d–%d)", g.Size.Desired, g.Size.Min, g.Size.Max),
			fmt.Sprint(g.InService()), fmt.Sprint(g.Serving),
		}, append(trafficCells(g.Traffic, total), remark(g.Group))...)...)
	}
	if len(s.Groups) > 1 || s.Groups[0].Traffic == nil {
		t.add(append([]string{"all", "", "", "", "", ""}, append(trafficCells(s.Traffic, total), "")...)...)
	}
	return t.print(env)
}

// trafficCells are share, requests, 5xx rate, p50 and p99.
func trafficCells(t *gekko.Traffic, total float64) []string {
	switch {
	case t == nil:
		return []string{"not split", "", "", "", ""}
	case !t.Known:
		return []string{"-", "no data", "", "", ""}
	case t.Requests == 0:
		return []string{percent(0, total), "0", "-", "-", "-"}
	}
	return []string{
		percent(t.Requests, total), fmt.Sprintf("%.0f", t.Requests), percent(t.Errors, t.Requests), span(t.P50), span(t.P99),
	}
}

func percent(part, whole float64) string {
	if whole == 0 {
		return "-"
	}
	p := 100 * part / whole
	if p > 0 && p < 0.995 {
		return fmt.Sprintf("%.2f%%", p)
	}
	return fmt.Sprintf("%.0f%%", p)
}

// remark is what is special about a group.
func remark(g gekko.Group) string {
	switch {
	case g.Deleting:
		return "being deleted"
	case g.App == "":
		return "not gekko's"
	case !g.Out.Left.IsZero():
		return "out of the balancer"
	case !g.Out.Idle.IsZero():
		return "on its way out"
	case !g.Attached:
		return "not behind the balancer"
	case g.Adopted:
		return "adopted"
	}
	return ""
}
