package metrics

import "gekko/local/wire"

// Register lets m serve CloudWatch.
func (s *Store) Register(m *wire.Mux) {}
