package scaling

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/scaling/attachment"
)

// reconcile looks at a group and does what is missing: members go on with what
// they are in the middle of, the unhealthy are taken out, and the capacity is
// brought to the desired one. It may be called at any time.
func (g *group) reconcile() {
	if g.s.groups[g.name] != g {
		return
	}
	for _, m := range slices.Clone(g.members) {
		g.advance(m)
	}
	g.attach()
	if g.deleting {
		g.finishDelete()
	} else {
		g.checkHealth()
		g.replaceUnhealthy()
		g.fit()
	}
	g.poke(g.pause())
}

// pause is how long nothing need be looked at unless something happens.
func (g *group) pause() time.Duration {
	moving := slices.ContainsFunc(g.members, (*member).moving) || slices.ContainsFunc(g.attachments, (*attachment.Attachment).Moving)
	if moving {
		return time.Second
	}
	wait := g.s.o.HealthTime
	if until := time.Until(g.retryAt); until > 0 {
		wait = min(wait, until)
	}
	return wait
}

// fit brings the capacity to the desired one.
func (g *group) fit() {
	active := len(g.active())
	switch {
	case active < g.desired:
		if g.runs("Launch") && !time.Now().Before(g.retryAt) {
			g.launchUpTo(active)
		}
	case active > g.desired:
		if g.runs("Terminate") {
			g.shrink()
		}
	default:
		g.because, g.stuck = nil, false
		g.evenOut()
	}
}

// advance takes a member one step further on its way, if it can go on.
func (g *group) advance(m *member) {
	switch m.state {
	case types.LifecycleStatePending, types.LifecycleStatePendingWait:
		g.arrive(m)
	case types.LifecycleStateTerminating:
		if g.drained(m) && !g.hold(m, terminating, types.LifecycleStateTerminatingWait) {
			g.endInstance(m)
		}
	case types.LifecycleStateTerminatingWait:
		if len(m.waits) == 0 {
			g.endInstance(m)
		}
	case types.LifecycleStateTerminatingProceed:
		if g.s.gone(m.id) {
			g.remove(m)
		}
	case types.LifecycleStateEnteringStandby:
		if g.drained(m) {
			m.state = types.LifecycleStateStandby
			end(m.activity, types.ScalingActivityStatusCodeSuccessful, "")
		}
	case types.LifecycleStateDetaching:
		if g.drained(m) {
			g.remove(m)
		}
	}
}

// attach takes the attachments further.
func (g *group) attach() {
	var serving []string
	for _, m := range g.members {
		if m.serves() {
			serving = append(serving, m.id)
		}
	}
	g.attachments = slices.DeleteFunc(g.attachments, func(a *attachment.Attachment) bool { return a.Advance(serving) })
}
