package scaling

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"gekko/local/loop"
	"gekko/local/scaling/account"
	"gekko/local/wire"
)

// What a lifecycle hook may hold up.
const (
	launching   = "autoscaling:EC2_INSTANCE_LAUNCHING"
	terminating = "autoscaling:EC2_INSTANCE_TERMINATING"
)

// Limits and defaults of lifecycle hooks, as AWS's API reference gives them.
const (
	defaultHeartbeat = time.Hour
	longestWait      = 48 * time.Hour // or a hundred heartbeats, if that is less
)

// wait is one hook that holds one member.
type wait struct {
	hook    *types.LifecycleHook
	token   string
	latest  time.Time // no heartbeat helps beyond
	timeout *loop.Event
}

// hold puts a member into a waiting state if hooks are to be waited for; each
// only once on its way.
func (g *group) hold(m *member, transition string, waiting types.LifecycleState) bool {
	if m.hooked {
		return false
	}
	m.hooked = true
	for _, h := range g.hooks {
		if *h.LifecycleTransition == transition {
			w := &wait{hook: h, token: account.UUID(), latest: time.Now().Add(seconds(h.GlobalTimeout))}
			g.extend(m, w)
			m.waits = append(m.waits, w)
		}
	}
	if len(m.waits) == 0 {
		return false
	}
	m.state = waiting
	return true
}

// extend lets a hook wait for one more heartbeat.
func (g *group) extend(m *member, w *wait) {
	w.timeout.Cancel()
	until := time.Now().Add(seconds(w.hook.HeartbeatTimeout))
	if until.After(w.latest) {
		until = w.latest
	}
	w.timeout = g.s.o.Loop.At(until, func() { g.complete(m, w, *w.hook.DefaultResult) })
}

// complete ends one wait. ABANDON ends them all: a launching member is then
// terminated, a terminating one no longer held.
func (g *group) complete(m *member, w *wait, result string) {
	w.timeout.Cancel()
	m.waits = slices.DeleteFunc(m.waits, func(other *wait) bool { return other == w })
	if result == "ABANDON" {
		m.abandoned = *w.hook.LifecycleTransition == launching
		g.release(m)
	}
	g.poke(0)
}

// release ends all waits of a member without a result.
func (g *group) release(m *member) {
	for _, w := range m.waits {
		w.timeout.Cancel()
	}
	m.waits = nil
}

// PutLifecycleHook adds a hook or replaces the one of its name.
func (s *Scaling) PutLifecycleHook(_ context.Context, in *autoscaling.PutLifecycleHookInput) (*autoscaling.PutLifecycleHookOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	var before *types.LifecycleHook
	for _, h := range g.hooks {
		if *h.LifecycleHookName == aws.ToString(in.LifecycleHookName) {
			before = h
		}
	}
	transition := in.LifecycleTransition
	if transition == nil && before != nil {
		transition = before.LifecycleTransition
	}
	made, err := g.newHook(types.LifecycleHookSpecification{
		LifecycleHookName: in.LifecycleHookName, LifecycleTransition: transition,
		DefaultResult: in.DefaultResult, HeartbeatTimeout: in.HeartbeatTimeout, NotificationMetadata: in.NotificationMetadata,
	})
	if err != nil {
		return nil, err
	}
	if before != nil {
		*before = *made
	} else {
		g.hooks = append(g.hooks, made)
	}
	return &autoscaling.PutLifecycleHookOutput{}, nil
}

func (g *group) newHook(in types.LifecycleHookSpecification) (*types.LifecycleHook, error) {
	h := &types.LifecycleHook{
		AutoScalingGroupName: &g.name, LifecycleHookName: in.LifecycleHookName, LifecycleTransition: in.LifecycleTransition,
		DefaultResult: in.DefaultResult, HeartbeatTimeout: in.HeartbeatTimeout, NotificationMetadata: in.NotificationMetadata,
	}
	if h.DefaultResult == nil {
		h.DefaultResult = aws.String("ABANDON")
	}
	if h.HeartbeatTimeout == nil {
		h.HeartbeatTimeout = secondsp(defaultHeartbeat)
	}
	h.GlobalTimeout = secondsp(min(longestWait, 100*seconds(h.HeartbeatTimeout)))
	transition := aws.ToString(h.LifecycleTransition)
	switch {
	case aws.ToString(h.LifecycleHookName) == "":
		return nil, wire.Invalid("LifecycleHookName is required")
	case transition != launching && transition != terminating:
		return nil, wire.Invalid("Invalid lifecycle transition %q: it must be one of %s, %s", transition, launching, terminating)
	case *h.DefaultResult != "CONTINUE" && *h.DefaultResult != "ABANDON":
		return nil, wire.Invalid("Invalid default result %q: it must be CONTINUE or ABANDON", *h.DefaultResult)
	case *h.HeartbeatTimeout < 30 || *h.HeartbeatTimeout > 7200:
		return nil, wire.Invalid("Heartbeat timeout %d must be between 30 and 7200 seconds", *h.HeartbeatTimeout)
	}
	return h, nil
}

// DeleteLifecycleHook removes a hook; whoever it holds goes on.
func (s *Scaling) DeleteLifecycleHook(_ context.Context, in *autoscaling.DeleteLifecycleHookInput) (*autoscaling.DeleteLifecycleHookOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(g.hooks, func(h *types.LifecycleHook) bool { return *h.LifecycleHookName == aws.ToString(in.LifecycleHookName) })
	if i < 0 {
		return nil, wire.Invalid("No Lifecycle Hook found with name %s", aws.ToString(in.LifecycleHookName))
	}
	gone := g.hooks[i]
	g.hooks = slices.Delete(g.hooks, i, i+1)
	for _, m := range g.members {
		for _, w := range slices.Clone(m.waits) {
			if w.hook == gone {
				g.complete(m, w, "CONTINUE")
			}
		}
	}
	return &autoscaling.DeleteLifecycleHookOutput{}, nil
}

// DescribeLifecycleHooks lists the hooks of a group.
func (s *Scaling) DescribeLifecycleHooks(_ context.Context, in *autoscaling.DescribeLifecycleHooksInput) (*autoscaling.DescribeLifecycleHooksOutput, error) {
	g, err := s.find(in.AutoScalingGroupName)
	if err != nil {
		return nil, err
	}
	out := &autoscaling.DescribeLifecycleHooksOutput{}
	for _, h := range g.hooks {
		if len(in.LifecycleHookNames) == 0 || slices.Contains(in.LifecycleHookNames, *h.LifecycleHookName) {
			out.LifecycleHooks = append(out.LifecycleHooks, *h)
		}
	}
	return out, nil
}

// CompleteLifecycleAction lets a member that a hook holds go on, or not.
func (s *Scaling) CompleteLifecycleAction(_ context.Context, in *autoscaling.CompleteLifecycleActionInput) (*autoscaling.CompleteLifecycleActionOutput, error) {
	result := aws.ToString(in.LifecycleActionResult)
	if result != "CONTINUE" && result != "ABANDON" {
		return nil, wire.Invalid("Invalid lifecycle action result %q: it must be CONTINUE or ABANDON", result)
	}
	g, m, w, err := s.waiting(in.AutoScalingGroupName, in.LifecycleHookName, in.InstanceId, in.LifecycleActionToken)
	if err != nil {
		return nil, err
	}
	g.complete(m, w, result)
	return &autoscaling.CompleteLifecycleActionOutput{}, nil
}

// RecordLifecycleActionHeartbeat lets a hook wait for its heartbeat once more.
func (s *Scaling) RecordLifecycleActionHeartbeat(_ context.Context, in *autoscaling.RecordLifecycleActionHeartbeatInput) (*autoscaling.RecordLifecycleActionHeartbeatOutput, error) {
	g, m, w, err := s.waiting(in.AutoScalingGroupName, in.LifecycleHookName, in.InstanceId, in.LifecycleActionToken)
	if err != nil {
		return nil, err
	}
	g.extend(m, w)
	return &autoscaling.RecordLifecycleActionHeartbeatOutput{}, nil
}

// waiting finds a wait by the token, or by the instance and its hook.
func (s *Scaling) waiting(group, hook, instance, token *string) (*group, *member, *wait, error) {
	g, err := s.find(group)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, m := range g.members {
		for _, w := range m.waits {
			named := *w.hook.LifecycleHookName == aws.ToString(hook)
			if named && (token != nil && *token == w.token || token == nil && aws.ToString(instance) == m.id) {
				return g, m, w, nil
			}
		}
	}
	if instance != nil {
		return nil, nil, nil, wire.Invalid("No active Lifecycle Action found with instance ID %s", *instance)
	}
	return nil, nil, nil, wire.Invalid("No active Lifecycle Action found with token %s", aws.ToString(token))
}
