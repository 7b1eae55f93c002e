// Package classic answers the operations of Classic load balancers and runs
// them on local/traffic.
//
// It knows instances only by what the account says of them.
package classic

import (
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/balancing/account"
)

// Classic are the Classic load balancers of an account. Its operations are
// methods with the SDK's types, called inside the loop. Those that ELBv2 has by
// the same name end in Classic, so that both APIs can be one type's methods.
type Classic struct {
	account   *account.Account
	balancers map[string]*balancer // by name
}

// New makes an account without balancers.
func New(a *account.Account) *Classic {
	b := &Classic{account: a, balancers: make(map[string]*balancer)}
	a.Instances.OnState(b.instanceChanged)
	a.OnPeriod(b.record)
	return b
}

// Close ends all listeners and all connections through them.
func (b *Classic) Close() {
	for _, c := range b.balancers {
		c.close()
	}
}

// instanceChanged hears of every instance, registered or not.
func (b *Classic) instanceChanged(id string, state ec2types.InstanceStateName) {
	b.account.Carry()
	for _, c := range b.balancers {
		c.instanceChanged(id, state)
	}
}

func (b *Classic) record(from time.Time) {
	for _, c := range b.balancers {
		c.record(from)
	}
}
