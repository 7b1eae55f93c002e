package application

import (
	"slices"
	"strconv"

	"gekko/local/wire"
)

// attribute is one setting of a kind of thing.
type attribute struct {
	key, value string            // the value is the default
	valid      func(string) bool // nil: nothing but the default is served here
}

// attributes are the settings that differ, or differed once, from their defaults.
type attributes map[string]string

// set holds values against the kind's settings and gives what then is set.
func (a attributes) set(kind string, known []attribute, key, value string) error {
	i := slices.IndexFunc(known, func(k attribute) bool { return k.key == key })
	switch {
	case i < 0:
		return wire.Invalid("%s attribute key '%s' is not recognized", kind, key)
	case value == known[i].value:
	case known[i].valid == nil:
		return wire.Errorf("UnsupportedOperation", "%s attribute %s other than '%s' is not supported here", kind, key, known[i].value)
	case !known[i].valid(value):
		return wire.Invalid("%s attribute value '%s' is not valid for '%s'", kind, value, key)
	}
	a[key] = value
	return nil
}

func (a attributes) get(known []attribute, key string) string {
	if value, ok := a[key]; ok {
		return value
	}
	for _, k := range known {
		if k.key == key {
			return k.value
		}
	}
	return ""
}

func (a attributes) number(known []attribute, key string) int {
	n, _ := strconv.Atoi(a.get(known, key))
	return n
}

func oneOf(values ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(values, s) }
}

func between(least, most int) func(string) bool {
	return func(s string) bool {
		n, err := strconv.Atoi(s)
		return err == nil && n >= least && n <= most
	}
}

// The settings of an application load balancer, with AWS's defaults.
func balancerAttributes() []attribute {
	boolean := oneOf("true", "false")
	return []attribute{
		{"access_logs.s3.enabled", "false", nil},
		{"access_logs.s3.bucket", "", nil},
		{"access_logs.s3.prefix", "", nil},
		{"client_keep_alive.seconds", "3600", nil},
		{"connection_logs.s3.enabled", "false", nil},
		{"connection_logs.s3.bucket", "", nil},
		{"connection_logs.s3.prefix", "", nil},
		{"deletion_protection.enabled", "false", boolean},
		{"health_check_logs.s3.enabled", "false", nil},
		{"health_check_logs.s3.bucket", "", nil},
		{"health_check_logs.s3.prefix", "", nil},
		{"idle_timeout.timeout_seconds", "60", between(1, 4000)},
		{"ipv6.deny_all_igw_traffic", "false", nil},
		{"load_balancing.cross_zone.enabled", "true", nil},
		{"routing.http.desync_mitigation_mode", "defensive", nil},
		{"routing.http.drop_invalid_header_fields.enabled", "false", nil},
		{"routing.http.preserve_host_header.enabled", "false", boolean},
		{"routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", nil},
		{"routing.http.xff_client_port.enabled", "false", nil},
		{"routing.http.xff_header_processing.mode", "append", oneOf("append", "preserve", "remove")},
		{"routing.http2.enabled", "true", boolean},
		{"waf.fail_open.enabled", "false", nil},
		{"zonal_shift.config.enabled", "false", nil},
	}
}

// The settings of a target group, with AWS's defaults.
func groupAttributes() []attribute {
	return []attribute{
		{"deregistration_delay.timeout_seconds", "300", between(0, 3600)},
		{"load_balancing.algorithm.anomaly_mitigation", "off", nil},
		{"load_balancing.algorithm.type", "round_robin", oneOf("round_robin", "least_outstanding_requests")},
		{"load_balancing.cross_zone.enabled", "use_load_balancer_configuration", oneOf("use_load_balancer_configuration", "true")},
		{"slow_start.duration_seconds", "0", nil},
		{"stickiness.app_cookie.cookie_name", "", nil},
		{"stickiness.app_cookie.duration_seconds", "86400", nil},
		{"stickiness.enabled", "false", oneOf("true", "false")},
		{"stickiness.lb_cookie.duration_seconds", "86400", between(1, 604800)},
		{"stickiness.type", "lb_cookie", nil},
		{"target_group_health.dns_failover.minimum_healthy_targets.count", "1", nil},
		{"target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", nil},
		{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", nil},
		{"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", nil},
	}
}
