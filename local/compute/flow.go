package compute

import (
	"gekko/local/flow"
	"gekko/local/machine"
)

// Take lets an instance have a flow's requests. Only a machine that is a
// machine.Flow takes any.
func (c *Cloud) Take(id string, s flow.Span) flow.Served {
	if m, there := c.flowing(id); there {
		return m.Take(s)
	}
	return flow.Served{Refused: s.N}
}

// Probe asks for an instance's health without a connection, if its machine can
// tell it so.
func (c *Cloud) Probe(id string, port int, path string) (code int, direct bool) {
	if m, there := c.flowing(id); there {
		return m.Probe(port, path)
	}
	return 0, false
}

func (c *Cloud) flowing(id string) (machine.Flow, bool) {
	m, there := c.machines.Load(id)
	if !there {
		return nil, false
	}
	f, can := m.(machine.Flow)
	return f, can
}
