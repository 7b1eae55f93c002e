package cloud

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
)

// bakeTags mark what a bake makes for itself.
func bakeTags(b gekko.Bake) map[string]string {
	return map[string]string{
		"Name":      string(b.Snapshot) + " " + KindBuilder,
		TagKind:     KindBuilder,
		TagBake:     b.ID,
		TagApp:      string(b.App),
		TagSnapshot: string(b.Snapshot),
		TagCommit:   string(b.Commit),
		TagRecipe:   b.Recipe,
		TagBase:     string(b.Base),
		TagExpires:  encodeTime(b.Expires),
	}
}

func bakeOf(tags map[string]string) gekko.Bake {
	return gekko.Bake{
		ID:       tags[TagBake],
		App:      gekko.AppName(tags[TagApp]),
		Snapshot: gekko.SnapshotName(tags[TagSnapshot]),
		Commit:   gekko.Commit(tags[TagCommit]),
		Recipe:   tags[TagRecipe],
		Base:     gekko.ImageID(tags[TagBase]),
		Expires:  decodeTime(tags[TagExpires]),
	}
}

// snapshotTags mark an image and its block-device snapshots with all that the
// later commands need to know.
func snapshotTags(s gekko.Snapshot) map[string]string {
	return map[string]string{
		"Name":      string(s.Name),
		TagApp:      string(s.Name.App()),
		TagSnapshot: string(s.Name),
		TagCommit:   string(s.Commit),
		TagRecipe:   s.Recipe,
		TagBase:     string(s.Base),
		TagSource:   s.Source,
		TagBalancer: encodeBalancer(s.Balancer),
		TagService:  encodeService(s.Port, s.HealthPath),
		TagGroup:    encodePlan(s.Plan),
	}
}

// ec2Tags are tags in EC2's form, in the order of their keys; empty ones are
// left out.
func ec2Tags(tags map[string]string) []ec2types.Tag {
	var list []ec2types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if tags[key] != "" {
			list = append(list, ec2types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
		}
	}
	return list
}

func ec2TagMap(list []ec2types.Tag) map[string]string {
	tags := make(map[string]string, len(list))
	for _, t := range list {
		tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	return tags
}

// tagged asks EC2 to tag things of some types as it makes them.
func tagged(tags map[string]string, kinds ...ec2types.ResourceType) []ec2types.TagSpecification {
	var specs []ec2types.TagSpecification
	for _, k := range kinds {
		specs = append(specs, ec2types.TagSpecification{ResourceType: k, Tags: ec2Tags(tags)})
	}
	return specs
}

// having is a filter of EC2's describe operations; a tag's name is
// "tag:gekko:app".
func having(name string, values ...string) ec2types.Filter {
	return ec2types.Filter{Name: aws.String(name), Values: values}
}
