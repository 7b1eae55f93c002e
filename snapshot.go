package gekko

import "time"

// SnapshotState is where a snapshot's image stands.
type SnapshotState string

// States of a snapshot.
const (
	SnapshotPending   SnapshotState = "pending"
	SnapshotAvailable SnapshotState = "available"
	SnapshotFailed    SnapshotState = "failed"
)

// Snapshot is an image and a launch template of one name; it never changes.
type Snapshot struct {
	Name     SnapshotName  `json:"name"`
	Image    ImageID       `json:"image"`
	State    SnapshotState `json:"state"`
	Why      string        `json:"why,omitempty"` // the reason of a failed state
	Template TemplateID    `json:"template,omitempty"`
	Version  int64         `json:"template_version,omitempty"`
	Commit   Commit        `json:"commit,omitempty"`
	Source   string        `json:"source,omitempty"` // where the commit came from
	Recipe   string        `json:"recipe,omitempty"` // digest of what the recipe does
	Base     ImageID       `json:"base,omitempty"`
	Created  time.Time     `json:"created"`
	Adopted  bool          `json:"adopted,omitempty"`
	// How to run it, as the bake's gekko.yaml said and the image's tags and
	// template keep.
	Plan       GroupPlan `json:"-"`
	Balancer   Balancer  `json:"-"`
	Port       int       `json:"-"` // where the service listens
	HealthPath string    `json:"-"`
}

// Ready says whether groups can be launched from it.
func (s Snapshot) Ready() bool { return s.State == SnapshotAvailable && s.Template != "" }
