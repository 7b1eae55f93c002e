package appfile

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"gekko"
)

// Metrics that a group may follow.
const (
	metricCPU      = "cpu"
	metricRequests = "requests"
)

func (r *reader) group(n ast.Node, g *gekko.GroupPlan) {
	r.mapping(n, "group", keys{
		"instance-types":  r.textsMatching(&g.InstanceTypes, typeForm, "an instance type, as t3.small"),
		"subnets":         r.textsMatching(&g.Subnets, subnetForm, "a subnet's id, as subnet-0abc"),
		"security-groups": r.textsMatching(&g.SecurityGroups, groupForm, "a security group's id, as sg-0abc"),
		"key-pair":        r.text(&g.KeyPair),
		"sizes":           func(n ast.Node) { r.sizes(n, &g.Size) },
		"target-tracking": func(n ast.Node) { r.tracking(n, g) },
		"health-grace":    r.duration(&g.HealthGrace, 2*time.Hour),
	})
}

func (r *reader) sizes(n ast.Node, s *gekko.Size) {
	const most = 10000
	at := r.mapping(n, "group.sizes", keys{
		"min":     r.whole(&s.Min, 0, most),
		"max":     r.whole(&s.Max, 1, most),
		"desired": r.whole(&s.Desired, 0, most),
	})
	switch {
	case at == nil:
	case at["max"] == nil:
		r.wrong(n, "group.sizes.max is missing")
	case s.Max == 0: // it could not be read, which has been said
	case s.Min > s.Max:
		r.wrong(at["min"], "group.sizes.min %d is above max %d", s.Min, s.Max)
	case s.Desired > s.Max:
		r.wrong(at["desired"], "group.sizes.desired %d is above max %d", s.Desired, s.Max)
	}
}

func (r *reader) tracking(n ast.Node, g *gekko.GroupPlan) {
	t := &gekko.TargetTracking{}
	at := r.mapping(n, "group.target-tracking", keys{
		"metric": r.matching(&t.Metric, regexp.MustCompile("^("+metricCPU+"|"+metricRequests+")$"), "cpu or requests"),
		"target": r.positive(&t.Target),
	})
	switch {
	case at == nil:
		return
	case at["metric"] == nil || at["target"] == nil:
		r.wrong(n, "group.target-tracking needs metric, cpu or requests, and target")
	case t.Metric == metricCPU && t.Target > 100:
		r.wrong(at["target"], "group.target-tracking.target %v: a cpu target is in percent", t.Target)
	}
	g.TargetTracking = t
}

var (
	balancerForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`)
	ruleForm     = regexp.MustCompile(`^(default|[1-9][0-9]{0,4})$`)
)

// balancer reads what spreads the requests. Rules are of a listener alone.
func (r *reader) balancer(n ast.Node, b *gekko.Balancer) {
	at := r.mapping(n, "balancer", keys{
		"classic":  r.matching(&b.Classic, balancerForm, "the name of a Classic balancer"),
		"listener": func(n ast.Node) { r.listener(n, &b.Listener) },
		"rules":    r.textsMatching(&b.Rules, ruleForm, "a rule: default, or a priority"),
	})
	switch {
	case at == nil:
		return
	case (at["classic"] == nil) == (at["listener"] == nil):
		r.wrong(n, "balancer: want just one of classic, a name, and listener, NAME:PORT of an ALB")
	case at["classic"] != nil && at["rules"] != nil:
		r.wrong(at["rules"], "balancer.rules: a Classic balancer has no rules")
	}
	if b.Listener != "" && len(b.Rules) == 0 {
		b.Rules = []string{"default"}
	}
}

// listener reads NAME:PORT or an ARN
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Listener.html).
func (r *reader) listener(n ast.Node, to *string) {
	var s string
	r.text(&s)(n)
	if s == "" {
		return
	}
	name, port, _ := strings.Cut(s, ":")
	number, err := strconv.Atoi(port)
	switch {
	case strings.HasPrefix(s, "arn:") && strings.Contains(s, ":listener/net/"):
		r.wrong(n, "%s is a Network Load Balancer's; gekko works with Classic and Application Load Balancers", s)
		return
	case strings.HasPrefix(s, "arn:") && strings.Contains(s, ":listener/app/"):
	case !strings.HasPrefix(s, "arn:") && balancerForm.MatchString(name) && err == nil && number > 0 && number < 65536:
	default:
		r.wrong(n, "%q is not a listener: want NAME:PORT of an ALB, or the listener's ARN", s)
		return
	}
	*to = s
}
