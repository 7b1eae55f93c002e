package traffic

// Health follows a target's probes. Its zero value is a target never probed.
type Health struct {
	Healthy bool
	Known   bool // enough probes were made to tell
	run     int  // of findings in a row that speak against what is believed, or before it is known
	last    bool
}

// Note takes a finding in: up findings in a row make the target healthy, down
// unhealthy. It says whether the answer is now another one.
func (h *Health) Note(well bool, up, down int) (changed bool) {
	if well != h.last {
		h.run, h.last = 0, well
	}
	h.run++
	need := up
	if !well {
		need = down
	}
	if h.run < need || h.Known && h.Healthy == well {
		return false
	}
	h.Known, h.Healthy = true, well
	return true
}

// Rising tells that the last finding was good and the target not yet healthy.
func (h *Health) Rising() bool { return h.last && !h.Healthy }
