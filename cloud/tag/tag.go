// Package tag is how gekko's nouns are written into the values of tags and of a
// lease's parameter, and read from them again. That is all of gekko's memory
// but for the samples. It calls nothing; what stands in a tag may have been
// written by anybody, and is read without harm.
package tag

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gekko"
)

// Keys of the tags by which gekko knows its own. Values keep to the characters
// that Elastic Load Balancing takes (letters, digits, spaces and _.:/=+-@), so
// that any of them may be put on anything.
const (
	App      = "gekko:app"        // the app's name: on all that is gekko's
	Snapshot = "gekko:snapshot"   // the snapshot's name
	Commit   = "gekko:commit"     // full hash
	Recipe   = "gekko:recipe"     // digest of what the recipe does
	Base     = "gekko:base"       // id of the image that was built on
	Source   = "gekko:source"     // where the commit came from
	Balancer = "gekko:balancer"   // EncodeBalancer
	Service  = "gekko:service"    // encodeService
	Plan     = "gekko:group"      // encodePlan
	Kind     = "gekko:kind"       // Builder, on what a bake makes for itself
	Bake     = "gekko:bake"       // the bake's own id, on what it makes for itself
	Expires  = "gekko:expires-at" // RFC 3339, UTC: from then on nobody misses it
	Adopted  = "gekko:adopted"    // RFC 3339, UTC: when gekko took it in
)

// Builder is the value of Kind on a builder, its volumes, its key pair and its
// security group.
const Builder = "builder"

// limit is EC2's and Auto Scaling's limit of a tag's value
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html).
const limit = 256

// A tag that holds several things holds words KEY=VALUE with blanks between
// them; a list's parts are joined by plus signs.

// EncodeBalancer is the value of Balancer.
func EncodeBalancer(b gekko.Balancer) string {
	var w words
	w.add("classic", b.Classic)
	w.add("listener", b.Listener)
	w.add("rules", strings.Join(b.Rules, "+"))
	return w.String()
}

func decodeBalancer(value string) gekko.Balancer {
	w := parseWords(value)
	return gekko.Balancer{Classic: w["classic"], Listener: w["listener"], Rules: parts(w["rules"])}
}

func encodeService(port int, health string) string {
	var w words
	w.number("port", port)
	w.add("health", health)
	return w.String()
}

func decodeService(value string) (port int, health string) {
	w := parseWords(value)
	return w.number("port"), w["health"]
}

// encodePlan keeps what of a plan the launch template has no place for. Subnets
// lose their prefix, so that a dozen fit into one value.
func encodePlan(p gekko.GroupPlan) string {
	short := make([]string, len(p.Subnets))
	for i, s := range p.Subnets {
		short[i] = strings.TrimPrefix(s, "subnet-")
	}
	var w words
	w.add("subnets", strings.Join(short, "+"))
	w.add("types", strings.Join(p.InstanceTypes, "+"))
	w.number("min", p.Size.Min)
	w.number("max", p.Size.Max)
	w.number("want", p.Size.Desired)
	w.number("grace", int(p.HealthGrace/time.Second))
	if t := p.TargetTracking; t != nil {
		w.add("track", t.Metric+":"+strconv.FormatFloat(t.Target, 'g', -1, 64))
	}
	return w.String()
}

func decodePlan(value string) gekko.GroupPlan {
	w := parseWords(value)
	p := gekko.GroupPlan{
		InstanceTypes: parts(w["types"]),
		Subnets:       parts(w["subnets"]),
		Size:          gekko.Size{Min: w.number("min"), Max: w.number("max"), Desired: w.number("want")},
		HealthGrace:   time.Duration(w.number("grace")) * time.Second,
	}
	for i, s := range p.Subnets {
		p.Subnets[i] = "subnet-" + s
	}
	if metric, target, ok := strings.Cut(w["track"], ":"); ok {
		if v, err := strconv.ParseFloat(target, 64); err == nil {
			p.TargetTracking = &gekko.TargetTracking{Metric: metric, Target: v}
		}
	}
	return p
}

// EncodeTime is the value of Expires and Adopted.
func EncodeTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// decodeTime is the zero time for what is none.
func decodeTime(value string) time.Time {
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Check says which value would not fit, so that nothing is made that
// cannot be told again.
func Check(tags map[string]string) error {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if n := len([]rune(tags[key])); n > limit {
			return fmt.Errorf("%w: tag %s would have %d characters, AWS takes %d: %s", gekko.ErrInvalid, key, n, limit, tags[key])
		}
	}
	return nil
}

// words are being put together for a tag's value.
type words struct{ all []string }

func (w *words) add(key, value string) {
	if value != "" {
		w.all = append(w.all, key+"="+value)
	}
}

func (w *words) number(key string, n int) {
	if n != 0 {
		w.add(key, strconv.Itoa(n))
	}
}

func (w *words) String() string { return strings.Join(w.all, " ") }

// said is what a tag's words say.
type said map[string]string

func parseWords(value string) said {
	s := said{}
	for word := range strings.FieldsSeq(value) {
		if key, v, ok := strings.Cut(word, "="); ok {
			s[key] = v
		}
	}
	return s
}

// number is 0 for what is none, as a missing one.
func (s said) number(key string) int {
	n, err := strconv.Atoi(s[key])
	if err != nil {
		return 0
	}
	return n
}

func parts(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, "+")
}
