package application

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/traffic"
	"gekko/local/wire"
)

const groupsPerAction = 5

// setActions gives a rule its actions, or refuses them and leaves it as it was.
func (b *Application) setActions(r *rule, actions []types.Action) error {
	if len(actions) == 0 {
		return wire.Invalid("At least one action must be specified")
	}
	if len(actions) > 1 {
		for _, a := range actions {
			if err := supported(a.Type); err != nil {
				return err
			}
		}
		return wire.Errorf("TooManyActions", "Only one action of the types forward, redirect and fixed-response may be specified")
	}
	a := actions[0]
	compiled, err := b.compile(r, &a)
	if err != nil {
		return err
	}
	r.actions = []types.Action{a}
	r.compiled.Action = compiled
	return nil
}

func supported(t types.ActionTypeEnum) error {
	switch t {
	case types.ActionTypeEnumForward, types.ActionTypeEnumRedirect, types.ActionTypeEnumFixedResponse:
		return nil
	case types.ActionTypeEnumAuthenticateCognito, types.ActionTypeEnumAuthenticateOidc, types.ActionTypeEnumJwtValidation:
		return wire.Errorf("UnsupportedOperation", "actions of type %s are not supported here", t)
	}
	return wire.Invalid("Invalid action type '%s': it must be one of forward, redirect, fixed-response", t)
}

// compile makes what the data plane does of an action, which it completes with
// AWS's defaults.
func (b *Application) compile(r *rule, a *types.Action) (traffic.Action, error) {
	if err := supported(a.Type); err != nil {
		return nil, err
	}
	switch a.Type {
	case types.ActionTypeEnumFixedResponse:
		return compileFixed(a.FixedResponseConfig)
	case types.ActionTypeEnumRedirect:
		return compileRedirect(a)
	}
	return b.compileForward(r, a)
}

func (b *Application) compileForward(r *rule, a *types.Action) (traffic.Action, error) {
	var config types.ForwardActionConfig
	if a.ForwardConfig != nil {
		config = *a.ForwardConfig
	}
	switch single := aws.ToString(a.TargetGroupArn); {
	case len(config.TargetGroups) == 0 && single == "":
		return nil, wire.Invalid("A target group must be specified for an action of type forward")
	case len(config.TargetGroups) == 0:
		config.TargetGroups = []types.TargetGroupTuple{{TargetGroupArn: a.TargetGroupArn}}
	case single != "" && (len(config.TargetGroups) > 1 || aws.ToString(config.TargetGroups[0].TargetGroupArn) != single):
		return nil, wire.Invalid("If both a target group ARN and a forward configuration are specified, they must name the same single target group")
	case len(config.TargetGroups) > groupsPerAction:
		return nil, wire.Invalid("A forward action can have at most %d target groups", groupsPerAction)
	}
	shares, tuples, err := b.shares(r, config.TargetGroups)
	if err != nil {
		return nil, err
	}
	sticky, err := b.groupStickiness(&config)
	if err != nil {
		return nil, err
	}
	config.TargetGroups = tuples
	a.ForwardConfig, a.TargetGroupArn = &config, nil
	if len(tuples) == 1 {
		a.TargetGroupArn = tuples[0].TargetGroupArn
	}
	return traffic.NewForward(sticky, shares...), nil
}

// shares looks the groups of a forward action up.
func (b *Application) shares(r *rule, groups []types.TargetGroupTuple) ([]traffic.Share, []types.TargetGroupTuple, error) {
	var shares []traffic.Share
	var tuples []types.TargetGroupTuple
	seen := make(map[string]bool)
	for _, tuple := range groups {
		arn := aws.ToString(tuple.TargetGroupArn)
		g := b.groups[arn]
		switch {
		case g == nil:
			return nil, nil, wire.Errorf("TargetGroupNotFound", "Target groups '[%s]' not found", arn)
		case seen[arn]:
			return nil, nil, wire.Invalid("Target group '%s' is specified more than once", arn)
		case g.balancer != nil && g.balancer != r.listener.balancer:
			return nil, nil, wire.Errorf("TargetGroupAssociationLimit", "The following target groups cannot be associated with more than one load balancer: %s", arn)
		}
		seen[arn] = true
		weight := int32(1)
		if tuple.Weight != nil {
			weight = *tuple.Weight
		}
		if weight < 0 || weight > 999 {
			return nil, nil, wire.Invalid("Target group weight '%d' must be between 0 and 999", weight)
		}
		shares = append(shares, traffic.Share{Pool: g.pool, Weight: int(weight)})
		tuples = append(tuples, types.TargetGroupTuple{TargetGroupArn: aws.String(arn), Weight: aws.Int32(weight)})
	}
	return shares, tuples, nil
}

// groupStickiness reads for how long clients stay with a group, and completes
// the config with the default.
func (b *Application) groupStickiness(config *types.ForwardActionConfig) (time.Duration, error) {
	s := config.TargetGroupStickinessConfig
	if s == nil || !aws.ToBool(s.Enabled) {
		config.TargetGroupStickinessConfig = &types.TargetGroupStickinessConfig{Enabled: aws.Bool(false)}
		for _, tuple := range config.TargetGroups {
			g := b.groups[aws.ToString(tuple.TargetGroupArn)]
			if len(config.TargetGroups) > 1 && g.attributes.get(groupAttributes(), "stickiness.enabled") == "true" {
				return 0, wire.Errorf("InvalidLoadBalancerAction", "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups")
			}
		}
		return 0, nil
	}
	seconds := aws.ToInt32(s.DurationSeconds)
	if seconds < 1 || seconds > 604800 {
		return 0, wire.Invalid("Target group stickiness duration '%d' must be between 1 and 604800 seconds", seconds)
	}
	return time.Duration(seconds) * time.Second, nil
}

func compileFixed(c *types.FixedResponseActionConfig) (traffic.Action, error) {
	if c == nil || c.StatusCode == nil {
		return nil, wire.Invalid("A fixed response must have a status code")
	}
	code, err := strconv.Atoi(*c.StatusCode)
	if class := code / 100; err != nil || class != 2 && class != 4 && class != 5 {
		return nil, wire.Invalid("The status code '%s' of a fixed response must be 2XX, 4XX or 5XX", *c.StatusCode)
	}
	kind := aws.ToString(c.ContentType)
	switch kind {
	case "":
		kind = "text/plain"
	case "text/plain", "text/css", "text/html", "application/javascript", "application/json":
	default:
		return nil, wire.Invalid("The content type '%s' must be one of text/plain, text/css, text/html, application/javascript, application/json", kind)
	}
	if kind == "text/plain" {
		kind += "; charset=utf-8"
	}
	body := aws.ToString(c.MessageBody)
	if len(body) > 1024 {
		return nil, wire.Invalid("The message body must have at most 1024 characters")
	}
	return traffic.Fixed{Code: code, Type: kind, Body: body}, nil
}

func compileRedirect(a *types.Action) (traffic.Action, error) {
	if a.RedirectConfig == nil {
		return nil, wire.Invalid("A redirect must have a configuration")
	}
	c := *a.RedirectConfig
	orSame := func(s **string, same string) string {
		if aws.ToString(*s) == "" {
			*s = aws.String(same)
		}
		return **s
	}
	out := traffic.Redirect{
		Protocol: orSame(&c.Protocol, "#{protocol}"), Host: orSame(&c.Host, "#{host}"), Port: orSame(&c.Port, "#{port}"),
		Path: orSame(&c.Path, "/#{path}"), Query: orSame(&c.Query, "#{query}"),
	}
	switch c.StatusCode {
	case types.RedirectActionStatusCodeEnumHttp301:
		out.Code = 301
	case types.RedirectActionStatusCodeEnumHttp302:
		out.Code = 302
	default:
		return nil, wire.Invalid("The status code '%s' of a redirect must be HTTP_301 or HTTP_302", c.StatusCode)
	}
	if !strings.HasPrefix(out.Path, "/") {
		return nil, wire.Invalid("The path '%s' of a redirect must begin with a '/'", out.Path)
	}
	if out.Protocol == "#{protocol}" && out.Host == "#{host}" && out.Port == "#{port}" && out.Path == "/#{path}" {
		return nil, wire.Errorf("InvalidLoadBalancerAction", "The redirect configuration is not valid because it creates a loop.")
	}
	a.RedirectConfig = &c
	return out, nil
}

// groups are the ARNs of the target groups that a rule forwards to.
func (r *rule) groups() []string {
	var arns []string
	for _, a := range r.actions {
		if a.ForwardConfig != nil {
			for _, t := range a.ForwardConfig.TargetGroups {
				arns = append(arns, aws.ToString(t.TargetGroupArn))
			}
		}
	}
	return arns
}
