package application

import (
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/traffic"
	"gekko/local/wire"
)

const valuesPerRule = 5 // of all conditions together

// setConditions gives a rule its conditions, or refuses them and leaves it as it was.
func (r *rule) setConditions(conditions []types.RuleCondition) error {
	if len(conditions) == 0 {
		return wire.Invalid("At least one condition must be specified")
	}
	var compiled []traffic.Condition
	var complete []types.RuleCondition
	values := 0
	seen := make(map[string]bool)
	for _, c := range conditions {
		field := aws.ToString(c.Field)
		if seen[field] && field != "http-header" && field != "query-string" {
			return wire.Invalid("The rule can have only one condition of the type '%s'", field)
		}
		seen[field] = true
		what, n, err := compileCondition(&c)
		if err != nil {
			return err
		}
		values += n
		compiled = append(compiled, what)
		complete = append(complete, c)
	}
	if values > valuesPerRule {
		return wire.Invalid("A rule can only have '%d' condition values", valuesPerRule)
	}
	r.conditions = complete
	r.compiled.Conditions = compiled
	return nil
}

// compileCondition makes what the data plane tests of a condition, which it
// completes as AWS does, and counts its values.
func compileCondition(c *types.RuleCondition) (traffic.Condition, int, error) {
	if len(c.RegexValues) > 0 || c.HostHeaderConfig != nil && len(c.HostHeaderConfig.RegexValues) > 0 ||
		c.PathPatternConfig != nil && len(c.PathPatternConfig.RegexValues) > 0 ||
		c.HttpHeaderConfig != nil && len(c.HttpHeaderConfig.RegexValues) > 0 {
		return nil, 0, wire.Errorf("UnsupportedOperation", "conditions with regular expressions are not supported here: use * and ?")
	}
	field := aws.ToString(c.Field)
	switch field {
	case "path-pattern":
		if c.PathPatternConfig == nil {
			c.PathPatternConfig = &types.PathPatternConditionConfig{Values: c.Values}
		}
		c.Values = c.PathPatternConfig.Values
		return patterns(field, c.Values, traffic.Path)
	case "host-header":
		if c.HostHeaderConfig == nil {
			c.HostHeaderConfig = &types.HostHeaderConditionConfig{Values: c.Values}
		}
		c.Values = c.HostHeaderConfig.Values
		return patterns(field, c.Values, traffic.Host)
	case "http-request-method":
		if c.HttpRequestMethodConfig == nil {
			return nil, 0, incomplete(field)
		}
		return patterns(field, c.HttpRequestMethodConfig.Values, traffic.Method)
	case "http-header":
		if c.HttpHeaderConfig == nil || aws.ToString(c.HttpHeaderConfig.HttpHeaderName) == "" {
			return nil, 0, incomplete(field)
		}
		name := *c.HttpHeaderConfig.HttpHeaderName
		return patterns(field, c.HttpHeaderConfig.Values, func(p ...string) traffic.Condition { return traffic.Header(name, p...) })
	case "query-string":
		return compileQuery(c.QueryStringConfig)
	case "source-ip":
		return compileSource(c.SourceIpConfig)
	}
	return nil, 0, wire.Invalid("Condition field '%s' must be one of '[path-pattern, host-header, http-header, http-request-method, query-string, source-ip]'", field)
}

func incomplete(field string) error {
	return wire.Invalid("A condition value must be specified for the field '%s'", field)
}

func patterns(field string, values []string, make func(...string) traffic.Condition) (traffic.Condition, int, error) {
	if len(values) == 0 {
		return nil, 0, incomplete(field)
	}
	for _, v := range values {
		if v == "" || len(v) > 128 {
			return nil, 0, wire.Invalid("Condition value '%s' of the field '%s' must have 1 to 128 characters", v, field)
		}
	}
	return make(values...), len(values), nil
}

func compileQuery(c *types.QueryStringConditionConfig) (traffic.Condition, int, error) {
	if c == nil || len(c.Values) == 0 {
		return nil, 0, incomplete("query-string")
	}
	var pairs []traffic.Pair
	for _, v := range c.Values {
		if aws.ToString(v.Value) == "" {
			return nil, 0, incomplete("query-string")
		}
		pairs = append(pairs, traffic.Pair{Key: aws.ToString(v.Key), Value: *v.Value})
	}
	return traffic.Query(pairs...), len(pairs), nil
}

func compileSource(c *types.SourceIpConditionConfig) (traffic.Condition, int, error) {
	if c == nil || len(c.Values) == 0 {
		return nil, 0, incomplete("source-ip")
	}
	if c.IpAddressType != "" && !strings.EqualFold(string(c.IpAddressType), "ipv4") {
		return nil, 0, wire.Errorf("UnsupportedOperation", "source-ip conditions of the IP address type %s are not supported here: ask for ipv4", c.IpAddressType)
	}
	var ranges []netip.Prefix
	for _, v := range c.Values {
		p, err := netip.ParsePrefix(v)
		if err != nil {
			return nil, 0, wire.Invalid("Condition value '%s' of the field 'source-ip' is not a valid CIDR block", v)
		}
		ranges = append(ranges, p)
	}
	return traffic.Source(ranges...), len(ranges), nil
}
