package gekko

import "time"

// Bake tells the bakes of an app apart: which snapshot one makes, and of what.
// All that a bake makes for itself is marked with it, so that another run can
// tell what it was for.
type Bake struct {
	ID       string // random: no two bakes have the same, even of one name
	App      AppName
	Snapshot SnapshotName
	Commit   Commit
	Recipe   string  // digest of what the recipe does
	Base     ImageID // what is built on
	Expires  time.Time
}

// SameWork says whether two bakes would give the same snapshot, names aside.
func (b Bake) SameWork(o Bake) bool {
	return b.App == o.App && b.Commit == o.Commit && b.Recipe == o.Recipe && b.Base == o.Base
}

// Base is an image to build on, as the cloud knows it.
type Base struct {
	ID        ImageID
	Name      string
	Root      string   // the root volume's device name
	VolumeGiB int      // the root volume's size
	Volumes   []string // device names of all volumes
}

// BuilderState is how far a builder's life is.
type BuilderState string

// States of a builder.
const (
	BuilderPending  BuilderState = "pending"
	BuilderRunning  BuilderState = "running"
	BuilderStopping BuilderState = "stopping"
	BuilderStopped  BuilderState = "stopped"
	BuilderEnding   BuilderState = "ending"
	BuilderEnded    BuilderState = "ended"
)

// Builder is the machine that a snapshot's image is made of.
type Builder struct {
	ID      InstanceID
	State   BuilderState
	Address string // where SSH reaches it; empty while it has none
	Why     string // why it stopped or ended, in the cloud's words
}

// BuilderPlan is what a builder is launched with.
type BuilderPlan struct {
	Bake           Bake
	Token          string // the same token never launches two; at most 64 characters
	Base           Base
	InstanceType   string
	Subnet         string // empty: the default network's
	SecurityGroups []string
	KeyPair        string
	VolumeGiB      int // 0: the base's
	Encrypted      bool
	UserData       []byte // at most 16 KiB
}

// LeftoverKind says what a bake that was cut off has left.
type LeftoverKind string

// Kinds of leftovers.
const (
	LeftBuilder       LeftoverKind = "builder"
	LeftKeyPair       LeftoverKind = "key pair"
	LeftSecurityGroup LeftoverKind = "security group"
	LeftImage         LeftoverKind = "image without template"
	LeftTemplate      LeftoverKind = "template without image"
	LeftDisk          LeftoverKind = "block-device snapshot without image"
)

// Leftover is one thing that a bake that was cut off has left.
type Leftover struct {
	Kind  LeftoverKind
	ID    string // what the cloud deletes it by
	State string // in the cloud's words
	Bake  Bake
}

func (l Leftover) String() string { return string(l.Kind) + " " + l.ID }
