package compute

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/wire"
)

// view is what an instance's metadata service knows at one time. It never
// changes: the service is asked from outside the loop.
type view struct {
	values map[string]string // by path below /latest/
	tokens bool
}

// metadata answers a path below /latest/; for a folder, with its list.
func (i *instance) metadata(path string) (string, bool) {
	v := i.view.Load()
	if v == nil {
		return "", false
	}
	if value, there := v.values[path]; there {
		return value, true
	}
	folder := strings.TrimSuffix(path, "/") + "/"
	var names []string
	for key := range v.values {
		rest, inside := strings.CutPrefix(key, folder)
		if !inside {
			continue
		}
		name, _, deeper := strings.Cut(rest, "/")
		if deeper {
			name += "/"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), "\n"), len(names) > 0
}

func (i *instance) tokensRequired() bool {
	v := i.view.Load()
	return v != nil && v.tokens
}

// refresh lets the metadata service know an instance as it is now.
func (c *Cloud) refresh(i *instance) {
	o := i.about.MetadataOptions
	v := &view{tokens: o.HttpTokens == types.HttpTokensStateRequired}
	if o.HttpEndpoint != types.InstanceMetadataEndpointStateDisabled && !i.over() {
		v.values = c.metadataOf(i)
	}
	i.view.Store(v)
}

func (c *Cloud) metadataOf(i *instance) map[string]string {
	a := i.about
	mac, address := *a.NetworkInterfaces[0].MacAddress, *a.PrivateIpAddress
	values := map[string]string{
		"ami-id":                         *a.ImageId,
		"ami-launch-index":               fmtInt(a.AmiLaunchIndex),
		"ami-manifest-path":              "(unknown)",
		"hostname":                       *a.PrivateDnsName,
		"local-hostname":                 *a.PrivateDnsName,
		"local-ipv4":                     address,
		"public-ipv4":                    address,
		"instance-id":                    i.id,
		"instance-type":                  string(a.InstanceType),
		"instance-life-cycle":            "on-demand",
		"instance-action":                "none",
		"mac":                            mac,
		"placement/availability-zone":    i.zone(),
		"placement/availability-zone-id": aws.ToString(a.Placement.AvailabilityZoneId),
		"placement/region":               c.o.Region,
		"profile":                        "default-hvm",
		"reservation-id":                 i.reservation,
		"security-groups":                strings.Join(groupNames(i), "\n"),
		"services/domain":                "amazonaws.com",
		"services/partition":             "aws",
		"network/interfaces/macs/" + mac + "/interface-id":    *a.NetworkInterfaces[0].NetworkInterfaceId,
		"network/interfaces/macs/" + mac + "/local-ipv4s":     address,
		"network/interfaces/macs/" + mac + "/public-ipv4s":    address,
		"network/interfaces/macs/" + mac + "/owner-id":        c.o.Account,
		"network/interfaces/macs/" + mac + "/subnet-id":       *a.SubnetId,
		"network/interfaces/macs/" + mac + "/vpc-id":          *a.VpcId,
		"network/interfaces/macs/" + mac + "/device-number":   "0",
		"network/interfaces/macs/" + mac + "/security-groups": strings.Join(groupNames(i), "\n"),
	}
	if i.key != "" {
		values["public-keys/0/openssh-key"] = i.key + "\n"
		values["public-keys/"] = "0=" + *a.KeyName
	}
	if a.MetadataOptions.InstanceMetadataTags == types.InstanceMetadataTagsStateEnabled {
		for _, tag := range c.tags.Of(i.id) {
			values["tags/instance/"+*tag.Key] = *tag.Value
		}
	}
	all := map[string]string{}
	for key, value := range values {
		all["meta-data/"+key] = value
	}
	if len(i.userData) > 0 {
		all["user-data"] = string(i.userData)
	}
	all["dynamic/instance-identity/document"] = c.identity(i)
	return all
}

// identity is the instance identity document, which here nobody signs.
func (c *Cloud) identity(i *instance) string {
	text, err := json.MarshalIndent(map[string]any{
		"accountId": c.o.Account, "architecture": i.about.Architecture, "availabilityZone": i.zone(),
		"billingProducts": nil, "devpayProductCodes": nil, "marketplaceProductCodes": nil,
		"imageId": i.about.ImageId, "instanceId": i.id, "instanceType": i.about.InstanceType,
		"kernelId": nil, "pendingTime": i.about.LaunchTime.Format("2006-01-02T15:04:05Z"),
		"privateIp": i.about.PrivateIpAddress, "ramdiskId": nil, "region": c.o.Region, "version": "2017-09-30",
	}, "", "  ")
	if err != nil {
		c.o.Log.Error("instance identity document", "instance", i.id, "error", err)
	}
	return string(text)
}

// usualMetadata is how instances of an image give metadata if a launch does not
// say (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html).
func usualMetadata(im *image) types.InstanceMetadataOptionsResponse {
	o := types.InstanceMetadataOptionsResponse{
		State: types.InstanceMetadataOptionsStateApplied, HttpEndpoint: types.InstanceMetadataEndpointStateEnabled,
		HttpTokens: types.HttpTokensStateOptional, HttpPutResponseHopLimit: aws.Int32(1),
		HttpProtocolIpv6: types.InstanceMetadataProtocolStateDisabled, InstanceMetadataTags: types.InstanceMetadataTagsStateDisabled,
	}
	if im.about.ImdsSupport == types.ImdsSupportValuesV20 {
		o.HttpTokens, o.HttpPutResponseHopLimit = types.HttpTokensStateRequired, aws.Int32(2)
	}
	return o
}

// setMetadata changes those options that are given.
func setMetadata(o *types.InstanceMetadataOptionsResponse, endpoint types.InstanceMetadataEndpointState, tokens types.HttpTokensState, hops *int32, tags types.InstanceMetadataTagsState) error {
	if hops != nil && (*hops < 1 || *hops > 64) {
		return wire.Errorf("InvalidParameterValue", "Value (%d) for parameter httpPutResponseHopLimit is invalid. It must be from 1 to 64.", *hops)
	}
	for _, given := range []struct {
		name, value string
		valid       []string
	}{
		{"httpEndpoint", string(endpoint), []string{"enabled", "disabled"}},
		{"httpTokens", string(tokens), []string{"optional", "required"}},
		{"instanceMetadataTags", string(tags), []string{"enabled", "disabled"}},
	} {
		if given.value != "" && !slices.Contains(given.valid, given.value) {
			return wire.Errorf("InvalidParameterValue", "Value (%s) for parameter %s is invalid. Valid values are %s.", given.value, given.name, strings.Join(given.valid, " and "))
		}
	}
	if endpoint != "" {
		o.HttpEndpoint = endpoint
	}
	if tokens != "" {
		o.HttpTokens = tokens
	}
	if tags != "" {
		o.InstanceMetadataTags = tags
	}
	if hops != nil {
		o.HttpPutResponseHopLimit = hops
	}
	return nil
}
