package compute

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/catalog"
)

// measure takes the measurements of one period of every running instance.
func (c *Cloud) measure() {
	if c.o.Measure == nil {
		return
	}
	for _, i := range c.instances.All() {
		if i.state() == types.InstanceStateNameRunning && i.machine != nil {
			c.measureOne(i)
		}
	}
}

// groupTag is how Auto Scaling marks its instances; their metrics are also
// added up by it.
const groupTag = "aws:autoscaling:groupName"

func (c *Cloud) measureOne(i *instance) {
	dims := []map[string]string{{"InstanceId": i.id}}
	if group, ok := c.tags.Value(i.id, groupTag); ok {
		dims = append(dims, map[string]string{"AutoScalingGroupName": group})
	}
	failed := 0.0
	if i.dead {
		failed = 1
	}
	percent := i.utilization()
	for _, d := range dims {
		c.o.Measure("CPUUtilization", d, percent, "Percent")
		c.o.Measure("StatusCheckFailed", d, failed, "Count")
		c.o.Measure("StatusCheckFailed_Instance", d, failed, "Count")
		c.o.Measure("StatusCheckFailed_System", d, 0, "Count")
	}
}

// utilization is the processor time that an instance used since it was last
// asked, in percent of what its type promises.
func (i *instance) utilization() float64 {
	used, at := i.machine.CPU(), time.Now()
	kind, _ := catalog.Find(i.about.InstanceType)
	promised := at.Sub(i.measured).Seconds() * float64(max(1, kind.VCPUs))
	spent := (used - i.cpu).Seconds()
	i.cpu, i.measured = used, at
	if promised <= 0 {
		return 0
	}
	return min(100, max(0, 100*spent/promised))
}
