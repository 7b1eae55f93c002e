package scaling

import "gekko/local/wire"

// Register lets m serve Auto Scaling.
func (s *Scaling) Register(m *wire.Mux) {}
