package gekko

import (
	"strings"
	"time"
)

// App is what gekko.yaml says of an app. Package appfile reads it.
type App struct {
	Name     AppName
	Account  string // twelve digits; empty: any
	Region   string
	Image    ImagePlan
	Source   Source
	Recipe   []RecipeStep
	Service  Service
	Group    GroupPlan
	Balancer Balancer
	Release  ReleasePolicy
	Judge    JudgePolicy
	Notify   Notify
	Accept   []string // refusals that are accepted by name
}

// ImagePlan is how an image is built: from what, on what, reached how.
type ImagePlan struct {
	Base           BaseImage
	InstanceType   string
	User           string
	Port           int    // of SSH; 0 is 22
	KeyPair        string // empty: a temporary one
	IdentityFile   string
	Patience       time.Duration // of logging in; 0 is 10 minutes
	Subnet         string        // empty: the default network's
	SecurityGroups []string      // empty: a temporary one
	SSHFrom        string        // CIDR; empty: the caller's address, asked of AWS
	VolumeGiB      int           // 0: the base image's
	Encrypted      bool
	Untuned        bool // without gekko's tuning of the host for heavy load
}

// BaseImage names the image to build on, in just one of three ways.
type BaseImage struct {
	ID        ImageID
	Name      string // pattern with * and ?, together with Owner
	Owner     string // account, or self, amazon, aws-marketplace
	Parameter string // name of an SSM parameter that holds the id
}

func (b BaseImage) String() string {
	switch {
	case b.ID != "":
		return string(b.ID)
	case b.Parameter != "":
		return "parameter " + b.Parameter
	}
	return b.Name + " of " + b.Owner
}

// Source is the Git repository and the ref that a snapshot is made of.
type Source struct {
	Git string // URL or path
	Ref string // empty: HEAD
}

// Elsewhere says whether the repository is named by URL, or as HOST:PATH, and not
// by a folder of this machine.
func (s Source) Elsewhere() bool {
	host, _, ok := strings.Cut(s.Git, ":")
	return ok && !strings.Contains(host, "/")
}

// RecipeStep is one step of a recipe: a script to run, or files to copy. Just
// one of Run and Copy is set.
type RecipeStep struct {
	Run  string // shell script, run by sh -e in the source's folder, as root
	Copy string // path in the source
	To   string // absolute path on the image
	Mode string // octal, of what is copied; empty: as in the source
}

// Service is what runs on each instance, as a systemd unit named for the app.
type Service struct {
	Command string
	Port    int
	Env     map[string]string
	User    string // empty: root
	Health  string // path that answers 200 when it can serve
}

// GroupPlan is how groups are run.
type GroupPlan struct {
	InstanceTypes  []string
	Subnets        []string
	SecurityGroups []string
	KeyPair        string
	Size           Size
	HealthGrace    time.Duration
	TargetTracking *TargetTracking
}

// TargetTracking is a policy that keeps a metric near a value.
type TargetTracking struct {
	Metric string  // cpu, or requests (a minute and instance; ALB only)
	Target float64 // percent of CPU, or requests
}
