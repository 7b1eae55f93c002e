package compute

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// measure takes the measurements of one period of every running instance.
func (c *Cloud) measure() {
	if c.o.Measure == nil {
		return
	}
	if c.o.BeforeMeasure != nil {
		c.o.BeforeMeasure()
	}
	now := time.Now()
	for _, i := range c.instances.All() {
		if i.state() == types.InstanceStateNameRunning && i.machine != nil {
			c.measureOne(i, now)
		}
	}
}

// groupTag is how Auto Scaling marks its instances; their metrics are also
// added up by it.
const groupTag = "aws:autoscaling:groupName"

// gauge is where measurements go under one dimension.
type gauge struct {
	group                         string // empty: an instance's
	cpu, failed, instance, system func(at time.Time, value, count float64)
}

func (c *Cloud) newGauge(group, dimension, value string) gauge {
	of := func(name, unit string) func(time.Time, float64, float64) {
		return c.o.Measure(name, unit, map[string]string{dimension: value})
	}
	return gauge{
		group, of("CPUUtilization", "Percent"), of("StatusCheckFailed", "Count"),
		of("StatusCheckFailed_Instance", "Count"), of("StatusCheckFailed_System", "Count"),
	}
}

func (g *gauge) add(at time.Time, percent, failed float64) {
	g.cpu(at, percent, 1)
	g.failed(at, failed, 1)
	g.instance(at, failed, 1)
	g.system(at, 0, 1)
}

func (c *Cloud) measureOne(i *instance, now time.Time) {
	if i.own.cpu == nil {
		i.own = c.newGauge("", "InstanceId", i.id)
	}
	group, grouped := c.tags.Value(i.id, groupTag)
	if grouped && i.shared.group != group {
		i.shared = c.newGauge(group, "AutoScalingGroupName", group)
	}
	failed := 0.0
	if i.dead {
		failed = 1
	}
	percent := i.utilization(now)
	i.own.add(now, percent, failed)
	if grouped {
		i.shared.add(now, percent, failed)
	}
}

// utilization is the processor time that an instance used since it was last
// asked, in percent of what its type promises.
func (i *instance) utilization(at time.Time) float64 {
	used := i.machine.CPU()
	promised := at.Sub(i.measured).Seconds() * float64(max(1, i.vcpus))
	spent := (used - i.cpu).Seconds()
	i.cpu, i.measured = used, at
	if promised <= 0 {
		return 0
	}
	return min(100, max(0, 100*spent/promised))
}
