// Package catalog is the embedded cloud's list of instance types: what they are
// called, what they promise and where they can be launched.
//
// A machine here has what this computer has. The figures are given back, and
// decide only whether an image fits a type and what counts as full use of it.
package catalog

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// Type is what an instance type promises.
type Type struct {
	Name         types.InstanceType
	Architecture types.ArchitectureValues
	VCPUs        int32
	MemoryMiB    int64
	Current      bool // of a family that AWS still builds on
}

// Catalog tells of the instance types of one region. Its operations are methods
// with the SDK's types.
type Catalog struct {
	Region  string
	Zones   []string // full names
	ZoneIDs []string // of the same zones
}

// families are the general, compute and memory families that are known, with
// the memory of a vCPU in MiB
// (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html).
var families = []struct {
	names   string
	perVCPU int64
	arm     bool
}{
	{"m4 m5 m5a m5n m6a m6i m7a m7i", 4096, false},
	{"c4 c5 c5a c5n c6a c6i c7a c7i", 2048, false},
	{"r4 r5 r5a r5n r6a r6i r7a r7i", 8192, false},
	{"m6g m7g m8g", 4096, true},
	{"c6g c7g c8g", 2048, true},
	{"r6g r7g r8g", 8192, true},
}

var sizes = []struct {
	name  string
	vcpus int32
}{{"large", 2}, {"xlarge", 4}, {"2xlarge", 8}, {"4xlarge", 16}, {"8xlarge", 32}}

// bursting are the sizes of the families t2, t3, t3a and t4g.
var bursting = []struct {
	name   string
	vcpus  int32
	memory int64
}{{"nano", 2, 512}, {"micro", 2, 1024}, {"small", 2, 2048}, {"medium", 2, 4096}, {"large", 2, 8192}, {"xlarge", 4, 16384}, {"2xlarge", 8, 32768}}

// former are types of the years in which the written procedure arose.
var former = []Type{
	{"t1.micro", types.ArchitectureValuesX8664, 1, 627, false},
	{"m1.small", types.ArchitectureValuesX8664, 1, 1740, false},
	{"m1.medium", types.ArchitectureValuesX8664, 1, 3788, false},
	{"m1.large", types.ArchitectureValuesX8664, 2, 7680, false},
	{"m1.xlarge", types.ArchitectureValuesX8664, 4, 15360, false},
	{"m3.medium", types.ArchitectureValuesX8664, 1, 3840, false},
	{"m3.large", types.ArchitectureValuesX8664, 2, 7680, false},
	{"m3.xlarge", types.ArchitectureValuesX8664, 4, 15360, false},
	{"c1.medium", types.ArchitectureValuesX8664, 2, 1740, false},
	{"c1.xlarge", types.ArchitectureValuesX8664, 8, 7168, false},
	{"c3.large", types.ArchitectureValuesX8664, 2, 3840, false},
	{"c3.xlarge", types.ArchitectureValuesX8664, 4, 7680, false},
}

// All lists the instance types that are known.
func All() []Type {
	all := slices.Clone(former)
	add := func(family, size string, arm bool, vcpus int32, memory int64) {
		t := Type{types.InstanceType(family + "." + size), types.ArchitectureValuesX8664, vcpus, memory, true}
		if arm {
			t.Architecture = types.ArchitectureValuesArm64
		}
		all = append(all, t)
	}
	for _, family := range []string{"t2", "t3", "t3a", "t4g"} {
		for _, s := range bursting {
			vcpus := s.vcpus
			if family == "t2" && s.memory <= 2048 {
				vcpus = 1
			}
			add(family, s.name, family == "t4g", vcpus, s.memory)
		}
	}
	for _, f := range families {
		for family := range strings.FieldsSeq(f.names) {
			for _, s := range sizes {
				add(family, s.name, f.arm, s.vcpus, f.perVCPU*int64(s.vcpus))
			}
		}
	}
	return all
}

// Find gives the type of a name.
func Find(name types.InstanceType) (Type, bool) {
	all := All()
	at := slices.IndexFunc(all, func(t Type) bool { return t.Name == name })
	if at < 0 {
		return Type{}, false
	}
	return all[at], true
}

func (t Type) describe() types.InstanceTypeInfo {
	return types.InstanceTypeInfo{
		InstanceType: t.Name, CurrentGeneration: &t.Current, BareMetal: aws.Bool(false), FreeTierEligible: aws.Bool(t.Name == "t2.micro" || t.Name == "t3.micro"),
		BurstablePerformanceSupported: aws.Bool(strings.HasPrefix(string(t.Name), "t")), HibernationSupported: aws.Bool(false),
		Hypervisor: types.InstanceTypeHypervisorNitro, InstanceStorageSupported: aws.Bool(false), DedicatedHostsSupported: aws.Bool(false), AutoRecoverySupported: aws.Bool(false),
		VCpuInfo: &types.VCpuInfo{DefaultVCpus: &t.VCPUs}, MemoryInfo: &types.MemoryInfo{SizeInMiB: &t.MemoryMiB},
		ProcessorInfo:                &types.ProcessorInfo{SupportedArchitectures: []types.ArchitectureType{types.ArchitectureType(t.Architecture)}},
		SupportedUsageClasses:        []types.UsageClassType{types.UsageClassTypeOnDemand},
		SupportedRootDeviceTypes:     []types.RootDeviceType{types.RootDeviceTypeEbs},
		SupportedVirtualizationTypes: []types.VirtualizationType{types.VirtualizationTypeHvm},
	}
}

var typeFacts = shelf.Facts[types.InstanceTypeInfo]{
	"instance-type":      func(t types.InstanceTypeInfo) []string { return []string{string(t.InstanceType)} },
	"current-generation": func(t types.InstanceTypeInfo) []string { return shelf.Flag(t.CurrentGeneration) },
	"bare-metal":         func(t types.InstanceTypeInfo) []string { return shelf.Flag(t.BareMetal) },
	"free-tier-eligible": func(t types.InstanceTypeInfo) []string { return shelf.Flag(t.FreeTierEligible) },
	"hypervisor":         func(t types.InstanceTypeInfo) []string { return []string{string(t.Hypervisor)} },
	"burstable-performance-supported": func(t types.InstanceTypeInfo) []string {
		return shelf.Flag(t.BurstablePerformanceSupported)
	},
	"vcpu-info.default-vcpus": func(t types.InstanceTypeInfo) []string { return []string{strconv.Itoa(int(*t.VCpuInfo.DefaultVCpus))} },
	"processor-info.supported-architecture": func(t types.InstanceTypeInfo) []string {
		return []string{string(t.ProcessorInfo.SupportedArchitectures[0])}
	},
}

// DescribeInstanceTypes tells what instance types promise.
func (c *Catalog) DescribeInstanceTypes(ctx context.Context, in *ec2.DescribeInstanceTypesInput) (*ec2.DescribeInstanceTypesOutput, error) {
	var found []types.InstanceTypeInfo
	for _, name := range in.InstanceTypes {
		t, known := Find(name)
		if !known {
			return nil, wire.Errorf("InvalidInstanceType", "The following supplied instance types do not exist: [%s]", name)
		}
		found = append(found, t.describe())
	}
	if len(in.InstanceTypes) == 0 {
		for _, t := range All() {
			found = append(found, t.describe())
		}
	}
	found, err := shelf.Select(found, in.Filters, typeFacts)
	if err != nil {
		return nil, err
	}
	page, next, err := wire.Page(found, in.NextToken, in.MaxResults, 100)
	return &ec2.DescribeInstanceTypesOutput{InstanceTypes: page, NextToken: next}, err
}

var offeringFacts = shelf.Facts[types.InstanceTypeOffering]{
	"instance-type": func(o types.InstanceTypeOffering) []string { return []string{string(o.InstanceType)} },
	"location":      func(o types.InstanceTypeOffering) []string { return shelf.Text(o.Location) },
}

// DescribeInstanceTypeOfferings tells where types can be launched: everywhere.
func (c *Catalog) DescribeInstanceTypeOfferings(ctx context.Context, in *ec2.DescribeInstanceTypeOfferingsInput) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	kind, places := in.LocationType, []string{c.Region}
	switch kind {
	case "":
		kind = types.LocationTypeRegion
	case types.LocationTypeRegion:
	case types.LocationTypeAvailabilityZone:
		places = c.Zones
	case types.LocationTypeAvailabilityZoneId:
		places = c.ZoneIDs
	default:
		return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter locationType is invalid.", kind)
	}
	var found []types.InstanceTypeOffering
	for _, t := range All() {
		for _, place := range places {
			found = append(found, types.InstanceTypeOffering{InstanceType: t.Name, Location: &place, LocationType: kind})
		}
	}
	found, err := shelf.Select(found, in.Filters, offeringFacts)
	if err != nil {
		return nil, err
	}
	page, next, err := wire.Page(found, in.NextToken, in.MaxResults, 1000)
	return &ec2.DescribeInstanceTypeOfferingsOutput{InstanceTypeOfferings: page, NextToken: next}, err
}

// Register lets m serve what can be asked about instance types.
func (c *Catalog) Register(m *wire.Mux) {
	wire.Handle(m, wire.EC2, c.DescribeInstanceTypes, wire.Fields{Reads: "InstanceTypes Filters MaxResults NextToken", Accepts: "IncludeUnsupportedInRegion"})
	wire.Handle(m, wire.EC2, c.DescribeInstanceTypeOfferings, wire.Fields{Reads: "LocationType Filters MaxResults NextToken"})
}
