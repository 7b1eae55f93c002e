package scaling

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/metrics"
)

type group struct{}

func (s *Scaling) stateChanged(id string, state ec2types.InstanceStateName) {}

func (s *Scaling) alarmed(a metrics.Action) {}
