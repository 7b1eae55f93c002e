package account

import (
	"slices"
	"strings"

	"gekko/local/wire"
)

// HostedZone is the id by which DNS aliases name a region's balancers. It is
// that of us-east-1 everywhere: no DNS here asks for it.
const HostedZone = "Z35SXDOTRQ7X7K"

// Groups are the security groups of a balancer that asks for some.
func (a *Account) Groups(asked []string) []string {
	if len(asked) > 0 || a.Group == nil {
		return asked
	}
	return []string{a.Group()}
}

// Place is a subnet in its zone.
type Place struct{ Zone, Subnet string }

// Places finds the zones of subnets, of which no two may share one.
func (a *Account) Places(subnets []string) ([]Place, error) {
	var places []Place
	for _, subnet := range subnets {
		zone, ok := a.Instances.SubnetZone(subnet)
		if !ok {
			return nil, wire.Errorf("SubnetNotFound", "The subnet ID '%s' does not exist", subnet)
		}
		if slices.ContainsFunc(places, func(p Place) bool { return p.Zone == zone }) {
			return nil, wire.Errorf("InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone")
		}
		places = append(places, Place{zone, subnet})
	}
	slices.SortFunc(places, func(x, y Place) int { return strings.Compare(x.Zone, y.Zone) })
	return places, nil
}
