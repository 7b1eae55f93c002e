package scaling

import "gekko/local/metrics"

func (s *Scaling) alarmed(a metrics.Action) {}
