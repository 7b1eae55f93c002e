// Package application answers ELBv2's operations for application load balancers,
// and runs their listeners, rules and target groups on local/traffic.
//
// It knows instances only by what the account says of them.
package application

import (
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/balancing/account"
)

// Application are the application load balancers of an account. Its operations
// are methods with the SDK's types, called inside the loop.
type Application struct {
	account   *account.Account
	balancers map[string]*loadBalancer // all by ARN
	groups    map[string]*targetGroup
	listeners map[string]*listener
	rules     map[string]*rule
}

// New makes an account without balancers and target groups.
func New(a *account.Account) *Application {
	b := &Application{
		account:   a,
		balancers: make(map[string]*loadBalancer),
		groups:    make(map[string]*targetGroup),
		listeners: make(map[string]*listener),
		rules:     make(map[string]*rule),
	}
	a.Instances.OnState(b.instanceChanged)
	a.OnPeriod(b.record)
	return b
}

// Close ends all listeners and all connections through them.
func (b *Application) Close() {
	for _, l := range b.listeners {
		l.door.Close()
	}
	for _, g := range b.groups {
		g.dissolve()
	}
}

// instanceChanged hears of every instance, registered or not.
func (b *Application) instanceChanged(id string, state ec2types.InstanceStateName) {
	b.account.Carry()
	for _, g := range b.groups {
		g.instanceChanged(id, state)
	}
}

func (b *Application) record(from time.Time) {
	for _, lb := range b.balancers {
		b.recordBalancer(lb, from)
	}
}
