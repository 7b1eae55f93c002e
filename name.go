package gekko

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// AppName is the name of an app: 1 to 16 characters of a-z, 0-9 and inner
// hyphens, beginning with a letter. The limit leaves room for the stamp in the
// 32 characters of a target group's name
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html).
type AppName string

var appName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$`)

// ParseAppName checks a name that somebody typed.
func ParseAppName(s string) (AppName, error) {
	if !appName.MatchString(s) {
		return "", fmt.Errorf("%w: app name %q: want 1 to 16 characters of a-z, 0-9 and inner hyphens, beginning with a letter", ErrInvalid, s)
	}
	return AppName(s), nil
}

// stampLayout is the form of the time in a snapshot's name, always in UTC.
const stampLayout = "20060102-150405"

// SnapshotName is APP-YYYYMMDD-HHMMSS, the time in UTC: gekko-20130412-144703.
// It names the image, the launch template and the group alike.
type SnapshotName string

// NewSnapshotName names the snapshot of an app that is begun at t.
func NewSnapshotName(app AppName, t time.Time) SnapshotName {
	return SnapshotName(string(app) + "-" + t.UTC().Format(stampLayout))
}

// ParseSnapshotName checks a name that somebody typed or that a tag holds.
func ParseSnapshotName(s string) (SnapshotName, error) {
	app, stamp, ok := cutStamp(s)
	if ok {
		_, err := ParseAppName(app)
		_, bad := time.Parse(stampLayout, stamp)
		ok = err == nil && bad == nil
	}
	if !ok {
		return "", fmt.Errorf("%w: snapshot name %q: want APP-YYYYMMDD-HHMMSS, as gekko-20130412-144703", ErrInvalid, s)
	}
	return SnapshotName(s), nil
}

func cutStamp(s string) (app, stamp string, ok bool) {
	at := len(s) - len(stampLayout) - 1
	if at < 1 || s[at] != '-' {
		return "", "", false
	}
	return s[:at], s[at+1:], true
}

// App is the app that the snapshot belongs to; empty if the name is not one of
// ours.
func (n SnapshotName) App() AppName {
	if _, err := ParseSnapshotName(string(n)); err != nil {
		return ""
	}
	app, _, _ := cutStamp(string(n))
	return AppName(app)
}

// Time is when the snapshot was begun; zero if the name is not one of ours.
func (n SnapshotName) Time() time.Time {
	_, stamp, _ := cutStamp(string(n))
	t, err := time.Parse(stampLayout, stamp)
	if err != nil {
		return time.Time{}
	}
	return t
}

// CompareSnapshotNames orders names by time, the oldest first, then by app.
func CompareSnapshotNames(a, b SnapshotName) int {
	return cmp.Or(a.Time().Compare(b.Time()), strings.Compare(string(a), string(b)))
}

// GroupName is the name of a group: its snapshot's, or whatever an adopted
// group was called.
type GroupName string

// Ids that the cloud gives out.
type (
	// ImageID is ami-….
	ImageID string
	// TemplateID is lt-….
	TemplateID string
	// InstanceID is i-….
	InstanceID string
	// Commit is the full hash of a Git commit.
	Commit string
)

// Short is the commit's first twelve digits, for people.
func (c Commit) Short() string { return string(c[:min(len(c), 12)]) }
