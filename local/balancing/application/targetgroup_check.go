package application

import (
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"gekko/local/wire"
)

// groupCheck is how a target group's targets are checked.
type groupCheck struct {
	port      string // a number or traffic-port
	path      string
	interval  time.Duration
	timeout   time.Duration
	healthy   int // findings in a row
	unhealthy int
	codes     string
}

const trafficPort = "traffic-port"

// newGroupCheck is AWS's default for HTTP.
func newGroupCheck() groupCheck {
	return groupCheck{port: trafficPort, path: "/", interval: 30 * time.Second, timeout: 5 * time.Second, healthy: 5, unhealthy: 2, codes: "200"}
}

// checkChange is what an operation says of a health check; nil and empty leave things be.
type checkChange struct {
	enabled                               *bool
	protocol                              types.ProtocolEnum
	port, path                            *string
	interval, timeout, healthy, unhealthy *int32
	matcher                               *types.Matcher
}

// change takes a change in, or refuses all of it.
func (c *groupCheck) change(to checkChange) error {
	if to.enabled != nil && !*to.enabled {
		return wire.Invalid("Health checks cannot be disabled for target groups with target type 'instance' or 'ip'")
	}
	switch to.protocol {
	case "", types.ProtocolEnumHttp:
	case types.ProtocolEnumHttps:
		return wire.Errorf("UnsupportedOperation", "health checks by HTTPS are not supported here: ask for HTTP")
	default:
		return wire.Invalid("Health check protocol '%s' is not supported for target groups with the HTTP protocol", to.protocol)
	}
	if to.port != nil {
		n, err := strconv.Atoi(*to.port)
		if *to.port != trafficPort && (err != nil || n < 1 || n > 65535) {
			return wire.Invalid("Health check port '%s' is not valid: it must be 'traffic-port' or between 1 and 65535", *to.port)
		}
		c.port = *to.port
	}
	if to.path != nil {
		if !strings.HasPrefix(*to.path, "/") || len(*to.path) > 1024 || strings.ContainsAny(*to.path, " \r\n\t") {
			return wire.Invalid("Health check path '%s' is not valid: it must begin with a '/' and have at most 1024 characters", *to.path)
		}
		c.path = *to.path
	}
	if err := c.changeTimes(to); err != nil {
		return err
	}
	if to.matcher == nil || to.matcher.HttpCode == nil {
		if to.matcher != nil && to.matcher.GrpcCode != nil {
			return wire.Invalid("A gRPC matcher needs a target group of protocol version GRPC")
		}
		return nil
	}
	if _, err := parseCodes(*to.matcher.HttpCode); err != nil {
		return err
	}
	c.codes = *to.matcher.HttpCode
	return nil
}

func (c *groupCheck) changeTimes(to checkChange) error {
	for _, n := range []struct {
		what        string
		value       *int32
		least, most int32
	}{
		{"Health check interval", to.interval, 5, 300},
		{"Health check timeout", to.timeout, 2, 120},
		{"Healthy threshold count", to.healthy, 2, 10},
		{"Unhealthy threshold count", to.unhealthy, 2, 10},
	} {
		if n.value != nil && (*n.value < n.least || *n.value > n.most) {
			return wire.Invalid("%s '%d' must be between %d and %d", n.what, *n.value, n.least, n.most)
		}
	}
	if to.interval != nil {
		c.interval = time.Duration(*to.interval) * time.Second
	}
	if to.timeout != nil {
		c.timeout = time.Duration(*to.timeout) * time.Second
	}
	if to.healthy != nil {
		c.healthy = int(*to.healthy)
	}
	if to.unhealthy != nil {
		c.unhealthy = int(*to.unhealthy)
	}
	if c.timeout >= c.interval {
		return wire.Invalid("Health check timeout '%d' must be smaller than the interval '%d'", int(c.timeout.Seconds()), int(c.interval.Seconds()))
	}
	return nil
}

func (c *groupCheck) describe(g *types.TargetGroup) {
	g.HealthCheckEnabled = aws.Bool(true)
	g.HealthCheckProtocol = types.ProtocolEnumHttp
	g.HealthCheckPort = aws.String(c.port)
	g.HealthCheckPath = aws.String(c.path)
	g.HealthCheckIntervalSeconds = aws.Int32(int32(c.interval / time.Second))
	g.HealthCheckTimeoutSeconds = aws.Int32(int32(c.timeout / time.Second))
	g.HealthyThresholdCount = aws.Int32(int32(c.healthy))
	g.UnhealthyThresholdCount = aws.Int32(int32(c.unhealthy))
	g.Matcher = &types.Matcher{HttpCode: aws.String(c.codes)}
}

// parseCodes reads a matcher, e.g. "200,202" or "200-299", of codes 200 to 499.
func parseCodes(s string) (func(int) bool, error) {
	type span struct{ from, to int }
	var spans []span
	for part := range strings.SplitSeq(s, ",") {
		from, to, ranged := strings.Cut(part, "-")
		if !ranged {
			to = from
		}
		a, err1 := strconv.Atoi(from)
		z, err2 := strconv.Atoi(to)
		if err1 != nil || err2 != nil || a < 200 || z > 499 || a > z {
			return nil, wire.Invalid("Health check matcher HTTP code '%s' must be within '200-499' inclusive", s)
		}
		spans = append(spans, span{a, z})
	}
	return func(code int) bool {
		for _, s := range spans {
			if code >= s.from && code <= s.to {
				return true
			}
		}
		return false
	}, nil
}
