package tune

// Setting is one kernel parameter with the value that it should at least have,
// or, where that is said, at most.
type Setting struct {
	Name   string // as sysctl names it
	Value  string // numbers, with blanks between them
	AtMost bool   // smaller values serve as well; otherwise larger ones do
	Exact  bool   // no other value serves
	Why    string
	Source string // a public page on the parameter
}

const (
	kernelNet = "https://docs.kernel.org/admin-guide/sysctl/net.html"
	kernelIP  = "https://docs.kernel.org/networking/ip-sysctl.html"
)

// Settings are the parameters in the order in which a connection meets them.
func Settings() []Setting {
	return []Setting{
		{
			Name: "net.core.netdev_max_backlog", Value: "16384", Source: kernelNet,
			Why: "packets that wait for the kernel when a burst comes in faster than one processor takes them",
		},
		{
			Name: "net.ipv4.tcp_max_syn_backlog", Value: "16384", Source: kernelIP,
			Why: "connections that are being opened; a balancer opens many at once when it turns to a new instance",
		},
		{
			Name: "net.ipv4.tcp_syncookies", Value: "1", Source: kernelIP,
			Why: "when that backlog is full all the same, connections are answered without a place in it",
		},
		{
			Name: "net.core.somaxconn", Value: "16384", Source: kernelNet,
			Why: "opened connections that wait for the service to accept them; beyond it they are dropped and users wait a second",
		},
		{
			Name: "net.core.rmem_max", Value: "16777216", Source: kernelNet,
			Why: "the largest receive buffer that a socket may ask for",
		},
		{
			Name: "net.core.wmem_max", Value: "16777216", Source: kernelNet,
			Why: "the largest send buffer that a socket may ask for",
		},
		{
			Name: "net.ipv4.tcp_rmem", Value: "4096 131072 16777216", Source: kernelIP,
			Why: "lets TCP grow a connection's receive buffer to what a long or fast path needs",
		},
		{
			Name: "net.ipv4.tcp_wmem", Value: "4096 65536 16777216", Source: kernelIP,
			Why: "lets TCP grow a connection's send buffer to what a long or fast path needs",
		},
		{
			Name: "net.ipv4.tcp_slow_start_after_idle", Value: "0", AtMost: true, Source: kernelIP,
			Why: "connections that a balancer keeps open start at full speed again after a pause",
		},
		{
			Name: "net.ipv4.ip_local_port_range", Value: "10240 65535", Exact: true, Source: kernelIP,
			Why: "ports for connections that the service itself makes, to databases and other services; a service that listens above 10239 can find its port taken",
		},
		{
			Name: "net.ipv4.tcp_tw_reuse", Value: "1", Source: kernelIP,
			Why: "such a port may be used anew while an earlier connection of it still waits to be forgotten",
		},
		{
			Name: "net.ipv4.tcp_fin_timeout", Value: "15", AtMost: true, Source: kernelIP,
			Why: "seconds for which a connection is kept that the other side never finishes closing",
		},
	}
}
