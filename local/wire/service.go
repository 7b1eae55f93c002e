package wire

// Service is one of AWS's services.
type Service struct {
	name    string // as the SDK's package and the table call it
	signing string // in the credential scope of a signature
	version string // of its query API; empty if it has none
	target  string // prefix of X-Amz-Target and name in the RPC path
	space   string // Smithy namespace of its errors
	xmlns   string // of its XML answers, before the version
	ec2     bool   // EC2's variant of the query protocol
}

// The services that can be served. They never change.
var (
	EC2         = Service{name: "ec2", signing: "ec2", version: "2016-11-15", xmlns: "http://ec2.amazonaws.com/doc/", ec2: true}
	AutoScaling = Service{name: "autoscaling", signing: "autoscaling", version: "2011-01-01", xmlns: "http://autoscaling.amazonaws.com/doc/"}
	ELB         = Service{name: "elasticloadbalancing", signing: "elasticloadbalancing", version: "2012-06-01", xmlns: "http://elasticloadbalancing.amazonaws.com/doc/"}
	ELBv2       = Service{name: "elasticloadbalancingv2", signing: "elasticloadbalancing", version: "2015-12-01", xmlns: "http://elasticloadbalancing.amazonaws.com/doc/"}
	STS         = Service{name: "sts", signing: "sts", version: "2011-06-15", xmlns: "https://sts.amazonaws.com/doc/"}
	CloudWatch  = Service{name: "cloudwatch", signing: "monitoring", version: "2010-08-01", target: "GraniteServiceVersion20100801", space: "com.amazonaws.cloudwatch", xmlns: "http://monitoring.amazonaws.com/doc/"}
	SSM         = Service{name: "ssm", signing: "ssm", target: "AmazonSSM", space: "com.amazonaws.ssm"}
)

// services lists them all, for routing.
func services() []Service {
	return []Service{EC2, AutoScaling, ELB, ELBv2, STS, CloudWatch, SSM}
}

// String is the service's name in the SDK.
func (s Service) String() string { return s.name }

// errorShape is the name that an error has outside of the query protocol.
func (s Service) errorShape(code string) string {
	if t := tables()[s.name]; t != nil && t.errors[code] != "" {
		return t.errors[code]
	}
	return code
}

// queryCode is the code that an error has in the query protocol, also if code is
// the name of its shape.
func (s Service) queryCode(code string) string {
	t := tables()[s.name]
	if t == nil {
		return code
	}
	for query, shape := range t.errors {
		if shape == code {
			return query
		}
	}
	return code
}
