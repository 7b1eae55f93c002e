// Package balancing answers the operations of Elastic Load Balancing: those of
// Classic load balancers, and those of application load balancers with their
// target groups, listeners and rules.
//
// Both kinds keep what callers asked for, check the health of what they
// registered, count what was served into CloudWatch's metrics, and tell
// local/traffic where requests go. All of it runs inside the loop of local/loop.
// They know instances only by what Instances says of them, and nothing of Auto
// Scaling.
package balancing

import (
	"gekko/local/balancing/account"
	"gekko/local/balancing/application"
	"gekko/local/balancing/classic"
	"gekko/local/balancing/tally"
	"gekko/local/wire"
)

// What the balancers are made of.
type (
	Options   = account.Options
	Instances = account.Instances
	Recorder  = tally.Recorder
)

// Balancers are the load balancers of one account and region. Their operations
// are methods with the SDK's types, called inside the loop; those of the
// Classic API whose names ELBv2 uses too end in Classic.
type Balancers struct {
	*application.Application
	*classic.Classic
	account *account.Account
}

// New makes an account without balancers.
func New(o Options) *Balancers {
	a := account.New(o)
	return &Balancers{application.New(a), classic.New(a), a}
}

// Register lets m serve both APIs.
func (b *Balancers) Register(m *wire.Mux) {
	b.Classic.Register(m)
	b.Application.Register(m)
}

// Close ends all listeners and all connections through them. It is called
// inside the loop, or once that has ended.
func (b *Balancers) Close() {
	b.account.Close()
	b.Classic.Close()
	b.Application.Close()
}
