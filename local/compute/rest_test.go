package compute_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/crypto/ssh"
)

// given is a public key; its fingerprint is what
// "ssh-keygen -e -m PKCS8 | openssl pkey -pubin -outform DER | openssl md5 -c" says.
const given = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDGAwNbUyJ8zCNlGrfhrqTJ4lZ0yxPT6kk8PnEcdj0lEDcsmDJbeWTPQvTLCzAGNXMgKChPiuxJ2+wJPc8QM+lpKRAVcCPwALLZL/qc+eYRjEeFHBHEBVSYhqyvUWuQzjG4WyNVmyz/2HXX5MG3iNLnTVmFSFNyUmfWKKlkGTyjCQ== me"

func TestKeyPairsAreMadeImportedFoundAndDeleted(t *testing.T) {
	inWorld(t, func(w *world) {
		made := ask(w, w.ec2.CreateKeyPair, &ec2.CreateKeyPairInput{KeyName: aws.String("rsa"), TagSpecifications: tagged("key-pair", "a", "b")})
		block, _ := pem.Decode([]byte(*made.KeyMaterial))
		if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err != nil || strings.Count(*made.KeyFingerprint, ":") != 19 {
			t.Errorf("RSA: %v, fingerprint %s", err, *made.KeyFingerprint)
		}
		edwards := ask(w, w.ec2.CreateKeyPair, &ec2.CreateKeyPairInput{KeyName: aws.String("ed"), KeyType: types.KeyTypeEd25519})
		if _, err := ssh.ParsePrivateKey([]byte(*edwards.KeyMaterial)); err != nil {
			t.Error(err)
		}
		imported := ask(w, w.ec2.ImportKeyPair, &ec2.ImportKeyPairInput{KeyName: aws.String("mine"), PublicKeyMaterial: []byte(given)})
		if *imported.KeyFingerprint != "6e:1e:8f:30:dd:9f:73:25:35:90:42:1d:aa:1c:b8:65" {
			t.Errorf("fingerprint %s", *imported.KeyFingerprint)
		}
		refused(w, "InvalidKeyPair.Duplicate", "The keypair 'mine' already exists.", w.ec2.ImportKeyPair, &ec2.ImportKeyPairInput{KeyName: aws.String("mine"), PublicKeyMaterial: []byte(given)})
		refused(w, "InvalidKeyPair.Duplicate", "", w.ec2.CreateKeyPair, &ec2.CreateKeyPairInput{KeyName: aws.String("mine")})
		refused(w, "InvalidKey.Format", "", w.ec2.ImportKeyPair, &ec2.ImportKeyPairInput{KeyName: aws.String("bad"), PublicKeyMaterial: []byte("secret")})
		refused(w, "InvalidKeyPair.NotFound", "The key pair 'nobody' does not exist", w.ec2.DescribeKeyPairs, &ec2.DescribeKeyPairsInput{KeyNames: []string{"nobody"}})
		found := ask(w, w.ec2.DescribeKeyPairs, &ec2.DescribeKeyPairsInput{Filters: filter("tag:a", "b")}).KeyPairs
		if len(found) != 1 || *found[0].KeyName != "rsa" {
			t.Errorf("found %+v", found)
		}
		ask(w, w.ec2.DeleteKeyPair, &ec2.DeleteKeyPairInput{KeyName: aws.String("rsa")})
		ask(w, w.ec2.DeleteKeyPair, &ec2.DeleteKeyPairInput{KeyPairId: imported.KeyPairId})
		ask(w, w.ec2.DeleteKeyPair, &ec2.DeleteKeyPairInput{KeyName: aws.String("rsa")})
		if left := ask(w, w.ec2.DescribeKeyPairs, &ec2.DescribeKeyPairsInput{}).KeyPairs; len(left) != 1 {
			t.Errorf("left %+v", left)
		}
	})
}

func TestSecurityGroupsKeepTheirRules(t *testing.T) {
	inWorld(t, func(w *world) {
		made := ask(w, w.ec2.CreateSecurityGroup, &ec2.CreateSecurityGroupInput{GroupName: aws.String("web"), Description: aws.String("web"), VpcId: aws.String("")})
		port := func(from, to int32, cidr string) []types.IpPermission {
			return []types.IpPermission{{IpProtocol: aws.String("tcp"), FromPort: &from, ToPort: &to, IpRanges: []types.IpRange{{CidrIp: &cidr}}}}
		}
		allow := &ec2.AuthorizeSecurityGroupIngressInput{GroupId: made.GroupId, IpPermissions: port(22, 22, "10.1.2.3/8")}
		ask(w, w.ec2.AuthorizeSecurityGroupIngress, allow)
		refused(w, "InvalidPermission.Duplicate", `the specified rule "peer: 10.0.0.0/8, TCP, from port: 22, to port: 22, ALLOW" already exists`, w.ec2.AuthorizeSecurityGroupIngress, allow)
		refused(w, "InvalidParameterValue", "CIDR block 10.0.0 is malformed", w.ec2.AuthorizeSecurityGroupIngress,
			&ec2.AuthorizeSecurityGroupIngressInput{GroupId: made.GroupId, IpPermissions: port(22, 22, "10.0.0")})
		refused(w, "InvalidParameterValue", "", w.ec2.AuthorizeSecurityGroupIngress,
			&ec2.AuthorizeSecurityGroupIngressInput{GroupId: made.GroupId, IpPermissions: port(23, 22, "10.0.0.0/8")})
		ask(w, w.ec2.AuthorizeSecurityGroupIngress, &ec2.AuthorizeSecurityGroupIngressInput{
			GroupName: aws.String("web"), IpProtocol: aws.String("tcp"), FromPort: aws.Int32(80), ToPort: aws.Int32(80), CidrIp: aws.String("0.0.0.0/0"),
		})
		g := ask(w, w.ec2.DescribeSecurityGroups, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{*made.GroupId}}).SecurityGroups[0]
		if len(g.IpPermissions) != 2 || *g.IpPermissions[0].IpRanges[0].CidrIp != "10.0.0.0/8" || len(g.IpPermissionsEgress) != 1 {
			t.Errorf("described %+v", g)
		}
		rules := ask(w, w.ec2.DescribeSecurityGroupRules, &ec2.DescribeSecurityGroupRulesInput{Filters: filter("group-id", *made.GroupId)}).SecurityGroupRules
		if len(rules) != 3 {
			t.Errorf("%d rules, want 3", len(rules))
		}
		ask(w, w.ec2.RevokeSecurityGroupIngress, &ec2.RevokeSecurityGroupIngressInput{GroupId: made.GroupId, IpPermissions: allow.IpPermissions})
		refused(w, "InvalidPermission.NotFound", "", w.ec2.RevokeSecurityGroupIngress, &ec2.RevokeSecurityGroupIngressInput{GroupId: made.GroupId, IpPermissions: allow.IpPermissions})

		refused(w, "InvalidGroup.Duplicate", "", w.ec2.CreateSecurityGroup, &ec2.CreateSecurityGroupInput{GroupName: aws.String("web"), Description: aws.String("web")})
		refused(w, "InvalidParameterValue", "Cannot use reserved security group name: default", w.ec2.CreateSecurityGroup, &ec2.CreateSecurityGroupInput{GroupName: aws.String("default"), Description: aws.String("x")})
		usual := ask(w, w.ec2.DescribeSecurityGroups, &ec2.DescribeSecurityGroupsInput{GroupNames: []string{"default"}}).SecurityGroups[0]
		refused(w, "CannotDelete", "", w.ec2.DeleteSecurityGroup, &ec2.DeleteSecurityGroupInput{GroupId: usual.GroupId})
		ask(w, w.ec2.DeleteSecurityGroup, &ec2.DeleteSecurityGroupInput{GroupId: made.GroupId})
		refused(w, "InvalidGroup.NotFound", "The security group '"+*made.GroupId+"' does not exist", w.ec2.DescribeSecurityGroups, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{*made.GroupId}})
	})
}

func TestTemplatesGrowVersionsFromTheirSource(t *testing.T) {
	inWorld(t, func(w *world) {
		name := aws.String("hello")
		data := &types.RequestLaunchTemplateData{ImageId: aws.String("ami-1"), InstanceType: "t3.micro"}
		in := &ec2.CreateLaunchTemplateInput{LaunchTemplateName: name, LaunchTemplateData: data, ClientToken: aws.String("t"), TagSpecifications: tagged("launch-template", "app", "hello")}
		made := ask(w, w.ec2.CreateLaunchTemplate, in).LaunchTemplate
		if again := ask(w, w.ec2.CreateLaunchTemplate, in).LaunchTemplate; *again.LaunchTemplateId != *made.LaunchTemplateId {
			t.Error("the same token made another template")
		}
		refused(w, "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.", w.ec2.CreateLaunchTemplate, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: name, LaunchTemplateData: data})
		second := ask(w, w.ec2.CreateLaunchTemplateVersion, &ec2.CreateLaunchTemplateVersionInput{
			LaunchTemplateName: name, SourceVersion: aws.String("1"), VersionDescription: aws.String("bigger"), LaunchTemplateData: &types.RequestLaunchTemplateData{InstanceType: "t3.large"},
		}).LaunchTemplateVersion
		if *second.VersionNumber != 2 || *second.LaunchTemplateData.ImageId != "ami-1" || second.LaunchTemplateData.InstanceType != "t3.large" || *second.DefaultVersion {
			t.Errorf("second version %+v", second)
		}
		versions := func(names ...string) string {
			var got []string
			for _, v := range ask(w, w.ec2.DescribeLaunchTemplateVersions, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: name, Versions: names}).LaunchTemplateVersions {
				got = append(got, fmt.Sprint(*v.VersionNumber))
			}
			return strings.Join(got, " ")
		}
		if got := versions("$Latest", "$Default"); got != "2 1" {
			t.Errorf("latest and default are %s", got)
		}
		ask(w, w.ec2.ModifyLaunchTemplate, &ec2.ModifyLaunchTemplateInput{LaunchTemplateId: made.LaunchTemplateId, DefaultVersion: aws.String("2")})
		deleted := ask(w, w.ec2.DeleteLaunchTemplateVersions, &ec2.DeleteLaunchTemplateVersionsInput{LaunchTemplateName: name, Versions: []string{"1", "2", "7"}})
		if len(deleted.SuccessfullyDeletedLaunchTemplateVersions) != 1 || len(deleted.UnsuccessfullyDeletedLaunchTemplateVersions) != 2 || versions() != "2" {
			t.Errorf("deleted %+v, left %s", deleted, versions())
		}
		refused(w, "InvalidLaunchTemplateId.VersionNotFound", "", w.ec2.DescribeLaunchTemplateVersions, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: name, Versions: []string{"1"}})
		found := ask(w, w.ec2.DescribeLaunchTemplates, &ec2.DescribeLaunchTemplatesInput{Filters: filter("tag:app", "hello")}).LaunchTemplates
		if len(found) != 1 || *found[0].DefaultVersionNumber != 2 || *found[0].LatestVersionNumber != 2 {
			t.Errorf("found %+v", found)
		}
		ask(w, w.ec2.DeleteLaunchTemplate, &ec2.DeleteLaunchTemplateInput{LaunchTemplateName: name})
		refused(w, "InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID "+*made.LaunchTemplateId+", does not exist.",
			w.ec2.DeleteLaunchTemplate, &ec2.DeleteLaunchTemplateInput{LaunchTemplateId: made.LaunchTemplateId})
		refused(w, "InvalidLaunchTemplateName.NotFoundException", "", w.ec2.DescribeLaunchTemplates, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"hello"}})
		refused(w, "InvalidLaunchTemplateName.MalformedException", "", w.ec2.CreateLaunchTemplate, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("no blanks"), LaunchTemplateData: data})
	})
}

func TestTagsAreSetOnSeveralResourcesAndKeepToAWSsLimits(t *testing.T) {
	inWorld(t, func(w *world) {
		image := w.bake("hello-1")
		both := []string{*image.ImageId, *image.BlockDeviceMappings[0].Ebs.SnapshotId}
		ask(w, w.ec2.CreateTags, &ec2.CreateTagsInput{Resources: both, Tags: tags("app", "hello", "empty", "")})
		ask(w, w.ec2.CreateTags, &ec2.CreateTagsInput{Resources: both[:1], Tags: tags("app", "better")})
		found := ask(w, w.ec2.DescribeTags, &ec2.DescribeTagsInput{Filters: filter("key", "app", "empty")}).Tags
		if len(found) != 4 || found[0].ResourceType != "image" || *found[0].Value != "better" {
			t.Errorf("found %+v", found)
		}
		refused(w, "InvalidParameterValue", "The filter '' is invalid", w.ec2.DescribeTags, &ec2.DescribeTagsInput{Filters: []types.Filter{{Values: []string{"app"}}}})
		ask(w, w.ec2.DeleteTags, &ec2.DeleteTagsInput{Resources: both, Tags: tags("app", "hello")})
		if left := w.image(both[0]).Tags; len(left) != 2 {
			t.Errorf("tag of another value was deleted, left %+v", left)
		}
		ask(w, w.ec2.DeleteTags, &ec2.DeleteTagsInput{Resources: both})
		if left := w.image(both[0]).Tags; len(left) != 0 {
			t.Errorf("left %+v", left)
		}
		var many []types.Tag
		for n := range 51 {
			many = append(many, tags(fmt.Sprint(n), "")...)
		}
		for _, test := range []struct {
			code, message string
			ids           []string
			tags          []types.Tag
		}{
			{"TagLimitExceeded", "", both, many},
			{"InvalidParameterValue", "Tag key exceeds the maximum length of 127 characters", both, tags(strings.Repeat("k", 128), "")},
			{"InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters", both, tags("k", strings.Repeat("v", 257))},
			{"InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use", both, tags("aws:x", "")},
			{"InvalidInstanceID.NotFound", "", []string{"i-0123456789abcdef0"}, tags("a", "b")},
			{"InvalidAMIID.NotFound", "", []string{"ami-0123456789abcdef0"}, tags("a", "b")},
			{"InvalidLaunchTemplateId.NotFound", "", []string{"lt-0123456789abcdef0"}, tags("a", "b")},
			{"InvalidInstanceID.Malformed", "", []string{"i-bogus"}, tags("a", "b")},
			{"InvalidID", "The ID 'bogus' is not valid", []string{"bogus"}, tags("a", "b")},
		} {
			refused(w, test.code, test.message, w.ec2.CreateTags, &ec2.CreateTagsInput{Resources: test.ids, Tags: test.tags})
		}
	})
}

func TestTheDefaultNetworkIsDescribed(t *testing.T) {
	inWorld(t, func(w *world) {
		vpc := ask(w, w.ec2.DescribeVpcs, &ec2.DescribeVpcsInput{Filters: filter("is-default", "true")}).Vpcs[0]
		if *vpc.CidrBlock != "172.31.0.0/16" {
			t.Errorf("network %s", *vpc.CidrBlock)
		}
		names := ask(w, w.ec2.DescribeVpcAttribute, &ec2.DescribeVpcAttributeInput{VpcId: vpc.VpcId, Attribute: types.VpcAttributeNameEnableDnsHostnames})
		if names.EnableDnsHostnames == nil || !*names.EnableDnsHostnames.Value || names.EnableDnsSupport != nil {
			t.Errorf("attribute %+v", names)
		}
		subnets := ask(w, w.ec2.DescribeSubnets, &ec2.DescribeSubnetsInput{Filters: filter("vpc-id", *vpc.VpcId)}).Subnets
		if len(subnets) != 3 || *subnets[1].CidrBlock != "172.31.16.0/20" || *subnets[1].AvailableIpAddressCount != 4091 {
			t.Errorf("subnets %+v", subnets)
		}
		zones := ask(w, w.ec2.DescribeAvailabilityZones, &ec2.DescribeAvailabilityZonesInput{}).AvailabilityZones
		if len(zones) != 3 || *zones[2].ZoneId != "euw1-az3" {
			t.Errorf("zones %+v", zones)
		}
		if regions := ask(w, w.ec2.DescribeRegions, &ec2.DescribeRegionsInput{}).Regions; len(regions) != 1 || *regions[0].RegionName != "eu-west-1" {
			t.Errorf("regions %+v", regions)
		}
		kinds := ask(w, w.ec2.DescribeInstanceTypes, &ec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"t3.micro"}}).InstanceTypes
		if *kinds[0].VCpuInfo.DefaultVCpus != 2 || *kinds[0].MemoryInfo.SizeInMiB != 1024 {
			t.Errorf("t3.micro is %+v", kinds[0])
		}
		offered := ask(w, w.ec2.DescribeInstanceTypeOfferings, &ec2.DescribeInstanceTypeOfferingsInput{LocationType: "availability-zone", Filters: filter("instance-type", "t3.micro")})
		if len(offered.InstanceTypeOfferings) != 3 {
			t.Errorf("offered %+v", offered.InstanceTypeOfferings)
		}
		id := w.run()
		nics := ask(w, w.ec2.DescribeNetworkInterfaces, &ec2.DescribeNetworkInterfacesInput{Filters: filter("attachment.instance-id", id)}).NetworkInterfaces
		if len(nics) != 1 || nics[0].Status != types.NetworkInterfaceStatusInUse {
			t.Errorf("interfaces %+v", nics)
		}
		if gates := ask(w, w.ec2.DescribeInternetGateways, &ec2.DescribeInternetGatewaysInput{Filters: filter("attachment.vpc-id", *vpc.VpcId)}).InternetGateways; len(gates) != 1 {
			t.Errorf("gateways %+v", gates)
		}
		if tables := ask(w, w.ec2.DescribeRouteTables, &ec2.DescribeRouteTablesInput{}).RouteTables; len(tables) != 1 || len(tables[0].Routes) != 2 {
			t.Errorf("route tables %+v", tables)
		}
		if elastic := ask(w, w.ec2.DescribeAddresses, &ec2.DescribeAddressesInput{}).Addresses; len(elastic) != 0 {
			t.Errorf("addresses %+v", elastic)
		}
		ask(w, w.ec2.DescribeAccountAttributes, &ec2.DescribeAccountAttributesInput{})
	})
}

func TestWhatWasGivenFromTheStartCanBeLaunchedWith(t *testing.T) {
	inWorld(t, func(w *world) {
		w.loop.Do(func() {
			for _, err := range []error{
				w.cloud.SeedSubnet("subnet-0aaaaaaaaaaaaaaaa", "eu-west-1b"),
				w.cloud.SeedSecurityGroup("sg-0aaaaaaaaaaaaaaaa", "web"),
				w.cloud.SeedKeyPair("gekko", given),
				w.cloud.SeedImage("ami-0aaaaaaaaaaaaaaaa", "base-7", "210987654321"),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			if err := w.cloud.SeedSubnet("subnet-0bbbbbbbbbbbbbbbb", "mars-1a"); err == nil {
				t.Error("a subnet in a foreign zone was taken")
			}
		})
		id := w.run(func(in *ec2.RunInstancesInput) {
			in.ImageId, in.KeyName = aws.String("ami-0aaaaaaaaaaaaaaaa"), aws.String("gekko")
			in.SubnetId, in.SecurityGroupIds = aws.String("subnet-0aaaaaaaaaaaaaaaa"), []string{"sg-0aaaaaaaaaaaaaaaa"}
		})
		if zone := *w.instance(id).Placement.AvailabilityZone; zone != "eu-west-1b" {
			t.Errorf("launched in %s", zone)
		}
		found := ask(w, w.ec2.DescribeImages, &ec2.DescribeImagesInput{Owners: []string{"210987654321"}, Filters: filter("name", "base-*")}).Images
		if len(found) != 1 {
			t.Errorf("found %+v", found)
		}
	})
}
