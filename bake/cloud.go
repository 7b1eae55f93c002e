package bake

import (
	"context"
	"time"

	"gekko"
)

// Cloud is what a bake asks of a cloud. A thing that is gone already counts as
// ended or deleted.
type Cloud interface {
	Images
	Builders
	Access
	// Leftovers finds all that is marked as some bake's of this app.
	Leftovers(ctx context.Context, app gekko.AppName) ([]gekko.Leftover, error)
	// DropLeftover begins to take one away.
	DropLeftover(ctx context.Context, l gekko.Leftover) error
}

// Images finds and makes images and the templates to launch them by.
type Images interface {
	// Base finds the image to build on; ErrNotFound if there is none.
	Base(ctx context.Context, b gekko.BaseImage) (gekko.Base, error)
	// Snapshots are the app's, the oldest first, whatever state they are in.
	Snapshots(ctx context.Context, app gekko.AppName) ([]gekko.Snapshot, error)
	// Snapshot is one by its name, with its plan; ErrNotFound if there is none.
	Snapshot(ctx context.Context, name gekko.SnapshotName) (gekko.Snapshot, error)
	// Fits says whether a snapshot's marks can be kept, before anything is made.
	Fits(s gekko.Snapshot) error
	// Freeze begins an image of a stopped builder, named and marked as s says.
	// ErrConflict if the name is taken.
	Freeze(ctx context.Context, builder gekko.InstanceID, s gekko.Snapshot) (gekko.ImageID, error)
	// AddTemplate makes the launch template of a snapshot whose image is there.
	AddTemplate(ctx context.Context, s gekko.Snapshot) (gekko.Snapshot, error)
}

// Builders launches and ends builders.
type Builders interface {
	LaunchBuilder(ctx context.Context, p gekko.BuilderPlan) (gekko.InstanceID, error)
	Builder(ctx context.Context, id gekko.InstanceID) (gekko.Builder, error)
	StopBuilder(ctx context.Context, id gekko.InstanceID) error
	// ClearUserData takes the user data of a stopped builder away.
	ClearUserData(ctx context.Context, id gekko.InstanceID) error
	EndBuilder(ctx context.Context, id gekko.InstanceID) error
}

// Access makes what lets a bake, and nobody else, reach its builder.
type Access interface {
	// ImportKey makes a key pair of a public key in OpenSSH's one-line form. It
	// is ErrConflict if another bake has one of that name.
	ImportKey(ctx context.Context, name string, public []byte, bake gekko.Bake) error
	// PublicKey is a key pair's public half, as a line of authorized_keys, or
	// empty if the cloud does not tell; ErrNotFound if there is no such pair.
	PublicKey(ctx context.Context, name string) (string, error)
	DeleteKey(ctx context.Context, name string) error
	// OpenGroup makes a security group that lets TCP in to one port from one
	// CIDR, in the network that the subnet belongs to. It is ErrConflict if
	// another bake has one of that name.
	OpenGroup(ctx context.Context, name, subnet, cidr string, port int, bake gekko.Bake) (id string, err error)
	// DeleteGroup is ErrConflict while something still uses the group.
	DeleteGroup(ctx context.Context, id string) error
	// CallerAddress is where the cloud sees this machine's calls come from.
	CallerAddress(ctx context.Context) (string, error)
}

// knownAfter is how long what was just made, or its tags, may not be known
// everywhere (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
const knownAfter = time.Minute

// Waits of a bake that the cloud, not the recipe, is responsible for.
const (
	busyPatience   = 10 * time.Minute
	launchPatience = 10 * time.Minute
	loginPatience  = 10 * time.Minute
	stopPatience   = 10 * time.Minute
	imagePatience  = 2 * time.Hour // big volumes take longer than half an hour
	endPatience    = 10 * time.Minute
)
