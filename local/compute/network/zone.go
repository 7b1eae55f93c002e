package network

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
)

// ZoneID is the id of a zone of the region, such as use1-az1, or empty. AWS
// shuffles them by account; here they stand in order.
func (n *Network) ZoneID(zone string) string {
	at := slices.Index(n.o.Zones, zone)
	if at < 0 {
		return ""
	}
	return shortRegion(n.o.Region) + "-az" + string(rune('1'+at))
}

// ZoneIDs are the ids of the region's zones, in order.
func (n *Network) ZoneIDs() []string {
	var ids []string
	for _, zone := range n.o.Zones {
		ids = append(ids, n.ZoneID(zone))
	}
	return ids
}

// shortRegion makes use1 of us-east-1.
func shortRegion(region string) string {
	var short strings.Builder
	for n, part := range strings.Split(region, "-") {
		switch part {
		case "northeast", "northwest", "southeast", "southwest":
			short.WriteString(part[:1] + part[5:6])
		default:
			short.WriteString(part[:min(len(part), max(1, 2-n))])
		}
	}
	return short.String()
}

var zoneFacts = shelf.Facts[types.AvailabilityZone]{
	"zone-name":   func(z types.AvailabilityZone) []string { return shelf.Text(z.ZoneName) },
	"zone-id":     func(z types.AvailabilityZone) []string { return shelf.Text(z.ZoneId) },
	"zone-type":   func(z types.AvailabilityZone) []string { return shelf.Text(z.ZoneType) },
	"region-name": func(z types.AvailabilityZone) []string { return shelf.Text(z.RegionName) },
	"group-name":  func(z types.AvailabilityZone) []string { return shelf.Text(z.GroupName) },
	"state":       func(z types.AvailabilityZone) []string { return []string{string(z.State)} },
	"opt-in-status": func(z types.AvailabilityZone) []string {
		return []string{string(z.OptInStatus)}
	},
}

// DescribeAvailabilityZones tells the region's zones.
func (n *Network) DescribeAvailabilityZones(ctx context.Context, in *ec2.DescribeAvailabilityZonesInput) (*ec2.DescribeAvailabilityZonesOutput, error) {
	for _, name := range in.ZoneNames {
		if n.ZoneID(name) == "" {
			return nil, unknownZone(name)
		}
	}
	var zones []types.AvailabilityZone
	for _, name := range n.o.Zones {
		id := n.ZoneID(name)
		asked := len(in.ZoneNames)+len(in.ZoneIds) == 0 || slices.Contains(in.ZoneNames, name) || slices.Contains(in.ZoneIds, id)
		if !asked {
			continue
		}
		zones = append(zones, types.AvailabilityZone{
			ZoneName: &name, ZoneId: &id, RegionName: &n.o.Region, State: types.AvailabilityZoneStateAvailable,
			ZoneType: aws.String("availability-zone"), OptInStatus: types.AvailabilityZoneOptInStatusOptInNotRequired,
			GroupName: aws.String(n.o.Region + "-zg-1"), NetworkBorderGroup: &n.o.Region,
			Messages: []types.AvailabilityZoneMessage{},
		})
	}
	zones, err := shelf.Select(zones, in.Filters, zoneFacts)
	return &ec2.DescribeAvailabilityZonesOutput{AvailabilityZones: zones}, err
}

var regionFacts = shelf.Facts[types.Region]{
	"region-name":   func(r types.Region) []string { return shelf.Text(r.RegionName) },
	"endpoint":      func(r types.Region) []string { return shelf.Text(r.Endpoint) },
	"opt-in-status": func(r types.Region) []string { return shelf.Text(r.OptInStatus) },
}

// DescribeRegions tells of the one region that is here.
func (n *Network) DescribeRegions(ctx context.Context, in *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
	for _, name := range in.RegionNames {
		if name != n.o.Region {
			return nil, invalidRegion(name)
		}
	}
	regions, err := shelf.Select([]types.Region{{
		RegionName: &n.o.Region, OptInStatus: aws.String("opt-in-not-required"),
		Endpoint: aws.String("ec2." + n.o.Region + ".amazonaws.com"),
	}}, in.Filters, regionFacts)
	return &ec2.DescribeRegionsOutput{Regions: regions}, err
}
