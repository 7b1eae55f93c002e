package application

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/balancing/tags"
	"gekko/local/traffic"
	"gekko/local/wire"
)

const (
	rulesEach       = 100 // of a balancer, default rules not counted
	defaultPriority = math.MaxInt32
)

// rule is what a listener does with some of its requests.
type rule struct {
	listener   *listener
	arn        string
	priority   int32
	conditions []types.RuleCondition
	actions    []types.Action
	tags       tags.Tags
	compiled   traffic.Rule
}

// CreateRule adds a rule to a listener.
func (b *Application) CreateRule(_ context.Context, in *elbv2.CreateRuleInput) (*elbv2.CreateRuleOutput, error) {
	l, err := b.listener(in.ListenerArn)
	if err != nil {
		return nil, err
	}
	r := &rule{listener: l, arn: b.ruleARN(l), priority: aws.ToInt32(in.Priority)}
	if err := r.checkPriority(r.priority); err != nil {
		return nil, err
	}
	if r.tags, err = tags.Tags(nil).With(pairs(in.Tags)); err != nil {
		return nil, err
	}
	if err := r.setConditions(in.Conditions); err != nil {
		return nil, err
	}
	if err := b.setActions(r, in.Actions); err != nil {
		return nil, err
	}
	count := 0
	for _, other := range l.balancer.listeners {
		count += len(other.rules) - 1
	}
	if count >= rulesEach {
		return nil, wire.Errorf("TooManyRules", "The maximum number of rules of the load balancer '%s' has been reached", l.balancer.arn)
	}
	b.rules[r.arn] = r
	l.rules = append(l.rules, r)
	l.order()
	b.settle()
	return &elbv2.CreateRuleOutput{Rules: []types.Rule{r.describe()}}, nil
}

func (r *rule) checkPriority(p int32) error {
	if p < 1 || p > 50000 {
		return wire.Invalid("Priority '%d' must be between 1 and 50000", p)
	}
	for _, other := range r.listener.rules {
		if other != r && other.priority == p {
			return wire.Errorf("PriorityInUse", "Priority '%d' is currently in use", p)
		}
	}
	return nil
}

// order puts a listener's rules in force in the order of their priorities.
func (l *listener) order() {
	slices.SortFunc(l.rules, func(x, y *rule) int { return cmp.Compare(x.priority, y.priority) })
	l.apply()
}

// ModifyRule replaces a rule's conditions or its actions, each list whole.
func (b *Application) ModifyRule(_ context.Context, in *elbv2.ModifyRuleInput) (*elbv2.ModifyRuleOutput, error) {
	r, err := b.rule(in.RuleArn)
	if err != nil {
		return nil, err
	}
	if r.priority == defaultPriority {
		return nil, wire.Errorf("OperationNotPermitted", "Default rule '%s' cannot be modified", r.arn)
	}
	changed := *r
	if len(in.Conditions) > 0 {
		if err := changed.setConditions(in.Conditions); err != nil {
			return nil, err
		}
	}
	if len(in.Actions) > 0 {
		if err := b.setActions(&changed, in.Actions); err != nil {
			return nil, err
		}
	}
	*r = changed
	r.listener.apply()
	b.settle()
	return &elbv2.ModifyRuleOutput{Rules: []types.Rule{r.describe()}}, nil
}

// DeleteRule removes a rule.
func (b *Application) DeleteRule(_ context.Context, in *elbv2.DeleteRuleInput) (*elbv2.DeleteRuleOutput, error) {
	r, err := b.rule(in.RuleArn)
	if err != nil {
		return nil, err
	}
	if r.priority == defaultPriority {
		return nil, wire.Errorf("OperationNotPermitted", "Default rule '%s' cannot be deleted", r.arn)
	}
	r.listener.rules = slices.DeleteFunc(r.listener.rules, func(o *rule) bool { return o == r })
	delete(b.rules, r.arn)
	r.listener.apply()
	b.settle()
	return &elbv2.DeleteRuleOutput{}, nil
}

// SetRulePriorities gives rules other priorities, all at once.
func (b *Application) SetRulePriorities(_ context.Context, in *elbv2.SetRulePrioritiesInput) (*elbv2.SetRulePrioritiesOutput, error) {
	wanted := make(map[*rule]int32)
	var changed []*rule
	for _, p := range in.RulePriorities {
		r, err := b.rule(p.RuleArn)
		if err != nil {
			return nil, err
		}
		if r.priority == defaultPriority {
			return nil, wire.Errorf("OperationNotPermitted", "Default rule '%s' cannot be modified", r.arn)
		}
		if len(changed) > 0 && changed[0].listener != r.listener {
			return nil, wire.Invalid("All rules must belong to the same listener")
		}
		wanted[r] = aws.ToInt32(p.Priority)
		changed = append(changed, r)
	}
	if len(changed) == 0 {
		return nil, wire.Invalid("At least one rule priority must be specified")
	}
	if err := changed[0].listener.prioritize(wanted); err != nil {
		return nil, err
	}
	out := &elbv2.SetRulePrioritiesOutput{}
	for _, r := range changed {
		out.Rules = append(out.Rules, r.describe())
	}
	return out, nil
}

// prioritize sets priorities if no two rules then share one.
func (l *listener) prioritize(wanted map[*rule]int32) error {
	taken := make(map[int32]bool)
	for _, r := range l.rules {
		p, moved := wanted[r]
		if !moved {
			p = r.priority
		} else if p < 1 || p > 50000 {
			return wire.Invalid("Priority '%d' must be between 1 and 50000", p)
		}
		if taken[p] {
			return wire.Errorf("PriorityInUse", "Priority '%d' is currently in use", p)
		}
		taken[p] = true
	}
	for r, p := range wanted {
		r.priority = p
	}
	l.order()
	return nil
}

// DescribeRules tells of a listener's rules, its default rule last, or of those named.
func (b *Application) DescribeRules(_ context.Context, in *elbv2.DescribeRulesInput) (*elbv2.DescribeRulesOutput, error) {
	var found []*rule
	switch {
	case in.ListenerArn != nil && len(in.RuleArns) > 0:
		return nil, wire.Invalid("You cannot specify both a listener ARN and rule ARNs")
	case in.ListenerArn != nil:
		l, err := b.listener(in.ListenerArn)
		if err != nil {
			return nil, err
		}
		found = l.rules
	case len(in.RuleArns) == 0:
		return nil, wire.Invalid("You must specify either listener or rule ARNs")
	}
	for _, arn := range in.RuleArns {
		r, err := b.rule(&arn)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	page, next, err := wire.Page(found, in.Marker, in.PageSize, 400)
	if err != nil {
		return nil, err
	}
	out := &elbv2.DescribeRulesOutput{NextMarker: next, Rules: []types.Rule{}}
	for _, r := range page {
		out.Rules = append(out.Rules, r.describe())
	}
	return out, nil
}

// rule finds a rule by its ARN.
func (b *Application) rule(arn *string) (*rule, error) {
	r := b.rules[aws.ToString(arn)]
	if r == nil {
		return nil, wire.Errorf("RuleNotFound", "One or more rules not found")
	}
	return r, nil
}

func (r *rule) describe() types.Rule {
	out := types.Rule{
		Actions:    r.actions,
		Conditions: append([]types.RuleCondition{}, r.conditions...),
		IsDefault:  aws.Bool(r.priority == defaultPriority),
		Priority:   aws.String("default"),
		RuleArn:    aws.String(r.arn),
	}
	if r.priority != defaultPriority {
		out.Priority = aws.String(strconv.Itoa(int(r.priority)))
	}
	return out
}
