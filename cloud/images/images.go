// Package images keeps snapshots, each an image and a launch template of one
// name, and makes and drops what a bake needs for itself: builder, key pair,
// security group. How releases ended stands in an image's tags, so that is kept
// here as well. It knows no group and no balancer but by what they launch from.
package images

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// Store is the images of one account and region, with what they are made from
// and launched by.
type Store struct {
	region      string
	ec2         *ec2.Client
	ssm         *ssm.Client
	autoscaling *autoscaling.Client
}

// New makes a store of the clients that it calls.
func New(region string, e *ec2.Client, s *ssm.Client, a *autoscaling.Client) *Store {
	return &Store{region: region, ec2: e, ssm: s, autoscaling: a}
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
