package compute

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Running lists the instances that are pending or running.
func (c *Cloud) Running() []string {
	var ids []string
	for _, i := range c.instances.All() {
		if s := i.state(); s == types.InstanceStateNamePending || s == types.InstanceStateNameRunning {
			ids = append(ids, i.id)
		}
	}
	return ids
}

// Strike ends an instance's machine as a failure of its host would: nobody asked
// for it, and it runs on without.
func (c *Cloud) Strike(id string) error {
	i, err := c.instances.Find(id)
	if err != nil {
		return err
	}
	if m := i.machine; m != nil && i.on && !i.busy {
		c.o.Loop.Go(func(context.Context) { m.Kill() }, nil)
	}
	return nil
}
