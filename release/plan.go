package release

import "gekko"

// Plan is what remains to be done, in order, and what a reader should know
// before it is.
type Plan struct {
	Steps []Step
	Says  []string
}

// Subject names the app, the balancer and what was accepted by name; every
// request has one. What is empty is taken from the snapshot's own tags.
type Subject struct {
	App      gekko.AppName
	Balancer gekko.Balancer
	Accept   []string
}

// DeployRequest asks for a group of a snapshot behind the balancer.
type DeployRequest struct {
	Subject
	Snapshot      gekko.SnapshotName
	Size          gekko.Size // all zero: the snapshot's own plan
	Subnets       []string   // empty: the plan's, or the balancer's
	WeightPercent *int       // of all requests; nil: the share of healthy instances
	NoWait        bool
}

// UpdateRequest asks for another size of a group.
type UpdateRequest struct {
	Subject
	Group         gekko.GroupName
	Size          gekko.Size
	WeightPercent *int
	NoWait        bool
}

// RetireRequest asks for a group to go.
type RetireRequest struct {
	Subject
	Group   gekko.GroupName
	Force   bool // clear protection and hooks
	NoDrain bool // with Force: end the instances with the group, at once
}
