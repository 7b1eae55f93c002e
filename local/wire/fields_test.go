package wire

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"
)

func runInstances(context.Context, *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	return nil, nil
}

func TestAMistakeInFieldsIsMetAtOnce(t *testing.T) {
	for fields, want := range map[Fields]string{
		{Reads: "MinCount Colour"}:                        "RunInstancesInput name fields that it does not have: Colour",
		{Reads: "BlockDeviceMappings.Ebs.Colour"}:         "RunInstancesInput.BlockDeviceMappings.Ebs name fields",
		{Accepts: "MinCount.Size"}:                        "RunInstancesInput.MinCount has no fields of its own",
		{Reads: "MinCount", Accepts: "MaxCount MinCount"}: "both reads and accepts MinCount",
	} {
		func() {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, want) {
					t.Errorf("%v: %s, want %s", fields, p, want)
				}
			}()
			Handle(NewMux(Options{}), EC2, runInstances, fields)
		}()
	}
}

func TestTheLongerPathWins(t *testing.T) {
	m := NewMux(Options{})
	Handle(m, EC2, runInstances, Fields{Reads: "MinCount MaxCount NetworkInterfaces", Accepts: "NetworkInterfaces.Description BlockDeviceMappings.Ebs"})
	o := m.operations[operationKey{EC2, "RunInstances"}]
	in := newOf[ec2.RunInstancesInput]()
	tree := map[string]any{
		"MaxCount":           text("1"),
		"NetworkInterface":   map[string]any{"1": map[string]any{"Description": text("d"), "SubnetId": text("s")}},
		"BlockDeviceMapping": map[string]any{"1": map[string]any{"Ebs": map[string]any{"Iops": text("9")}}, "2": map[string]any{"DeviceName": text("x")}},
	}
	if _, err := decode(in, nil, o.in, tree); err != nil {
		t.Fatal(err)
	}
	var got []string
	o.policy.apply(in, "", func(s stance, path string) bool {
		got = append(got, fmt.Sprint(s == accepts, " ", path))
		return true
	})
	want := []string{"true BlockDeviceMapping.Ebs.Iops", "false BlockDeviceMapping.DeviceName", "true NetworkInterface.Description"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestOperationsListsWhatIsServed(t *testing.T) {
	m := NewMux(Options{})
	Handle(m, EC2, runInstances, Fields{Reads: "MinCount Placement.Tenancy"})
	all := m.Operations()
	if len(all) != 1 || all[0].Service != "ec2" || all[0].Name != "RunInstances" || all[0].Fields.Reads != "MinCount Placement.Tenancy" {
		t.Fatal(all)
	}
	for field, refused := range map[string]bool{
		"MinCount": false, "DryRun": false, "Placement.Tenancy": false, "MaxCount": true, "Placement.GroupName": true, "Placement": false, "NetworkInterfaces": true,
	} {
		if slices.Contains(all[0].Refuses, field) != refused {
			t.Errorf("%s is refused: %v", field, !refused)
		}
	}
}
