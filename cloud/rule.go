package cloud

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko"
	"gekko/cloud/answer"
)

// defaultRule is the name of a listener's rule without conditions.
const defaultRule = "default"

// rules gives the named rules of a listener; no names stand for the default
// one.
func (c *Cloud) rules(ctx context.Context, listener string, names []string) ([]types.Rule, error) {
	if len(names) == 0 {
		names = []string{defaultRule}
	}
	all := map[string]types.Rule{}
	pages := elasticloadbalancingv2.NewDescribeRulesPaginator(c.elbv2, &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: &listener})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, answer.Named("rules of "+listener, err)
		}
		for _, r := range page.Rules {
			all[ruleName(r)] = r
		}
	}
	var found []types.Rule
	for _, name := range names {
		r, ok := all[name]
		if !ok {
			return nil, fmt.Errorf("rule %s of %s: %w", name, listener, gekko.ErrNotFound)
		}
		found = append(found, r)
	}
	return found, nil
}

func ruleName(r types.Rule) string {
	if aws.ToBool(r.IsDefault) {
		return defaultRule
	}
	return aws.ToString(r.Priority)
}

// targets are where a rule's forward action sends requests to. An action that
// names one target group alone gives it weight 1.
func targets(actions []types.Action) []types.TargetGroupTuple {
	at := forwardAt(actions)
	if at < 0 {
		return nil
	}
	a := actions[at]
	if a.ForwardConfig != nil && len(a.ForwardConfig.TargetGroups) > 0 {
		tuples := slices.Clone(a.ForwardConfig.TargetGroups)
		for i := range tuples {
			if tuples[i].Weight == nil {
				tuples[i].Weight = aws.Int32(1)
			}
		}
		return tuples
	}
	if a.TargetGroupArn != nil {
		return []types.TargetGroupTuple{{TargetGroupArn: a.TargetGroupArn, Weight: aws.Int32(1)}}
	}
	return nil
}

func forwardAt(actions []types.Action) int {
	return slices.IndexFunc(actions, func(a types.Action) bool { return a.Type == types.ActionTypeEnumForward })
}

// forwarding gives a rule's actions with other targets: all else of them stays,
// the order and the stickiness included. A fixed response, which a rule has
// while there is nothing to send requests to, gives way to targets, and comes
// back as 503 when none is left.
func forwarding(actions []types.Action, to []types.TargetGroupTuple, sticky int32) ([]types.Action, error) {
	actions = slices.Clone(actions)
	at := forwardAt(actions)
	if at < 0 {
		at = slices.IndexFunc(actions, func(a types.Action) bool { return a.Type == types.ActionTypeEnumFixedResponse })
	}
	if at < 0 {
		return nil, fmt.Errorf("%w: it neither forwards nor answers by itself", gekko.ErrInvalid)
	}
	if len(to) == 0 {
		actions[at] = types.Action{
			Type: types.ActionTypeEnumFixedResponse, Order: actions[at].Order,
			FixedResponseConfig: &types.FixedResponseActionConfig{StatusCode: aws.String("503"), ContentType: aws.String("text/plain")},
		}
		return actions, nil
	}
	config := &types.ForwardActionConfig{TargetGroups: to}
	if old := actions[at].ForwardConfig; old != nil {
		config.TargetGroupStickinessConfig = old.TargetGroupStickinessConfig
	}
	// With several target groups one of which is sticky, the rule has to be too
	// (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/sticky-sessions.html).
	on := config.TargetGroupStickinessConfig
	if sticky > 0 && len(to) > 1 && (on == nil || !aws.ToBool(on.Enabled)) {
		config.TargetGroupStickinessConfig = &types.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: &sticky}
	}
	actions[at] = types.Action{Type: types.ActionTypeEnumForward, Order: actions[at].Order, ForwardConfig: config}
	return actions, nil
}

// change writes a rule's actions. The default rule belongs to its listener.
func (c *Cloud) change(ctx context.Context, listener string, r types.Rule, actions []types.Action) error {
	var err error
	if aws.ToBool(r.IsDefault) {
		_, err = c.elbv2.ModifyListener(ctx, &elasticloadbalancingv2.ModifyListenerInput{ListenerArn: &listener, DefaultActions: actions})
	} else {
		_, err = c.elbv2.ModifyRule(ctx, &elasticloadbalancingv2.ModifyRuleInput{RuleArn: r.RuleArn, Actions: actions})
	}
	if err != nil {
		return answer.Named("rule "+ruleName(r), err)
	}
	return nil
}
