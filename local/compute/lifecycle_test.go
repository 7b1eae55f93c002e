package compute_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/machine"
)

func TestAnInstanceIsPendingForAWhileThenRunsStopsStartsAndEnds(t *testing.T) {
	inWorld(t, func(w *world) {
		var told []string
		w.loop.Do(func() {
			w.cloud.OnState(func(id string, s types.InstanceStateName) { told = append(told, string(s)) })
		})
		out := ask(w, w.ec2.RunInstances, &ec2.RunInstancesInput{ImageId: aws.String(w.debian()), InstanceType: "t3.micro", MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
		id := *out.Instances[0].InstanceId
		if s := out.Instances[0].State; s.Name != types.InstanceStateNamePending || *s.Code != 0 {
			t.Errorf("launched in state %v", s)
		}
		w.pass(bootTime / 2)
		w.wantState(id, types.InstanceStateNamePending)
		w.pass(bootTime / 2)
		w.wantState(id, types.InstanceStateNameRunning)
		if status := w.status(id); status != types.SummaryStatusInitializing {
			t.Errorf("status checks are %s just after the start", status)
		}
		w.pass(time.Minute)
		if status := w.status(id); status != types.SummaryStatusOk {
			t.Errorf("status checks are %s after a minute", status)
		}

		stop := ask(w, w.ec2.StopInstances, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		if c := stop.StoppingInstances[0]; c.PreviousState.Name != "running" || c.CurrentState.Name != "stopping" {
			t.Errorf("stop: %s to %s", c.PreviousState.Name, c.CurrentState.Name)
		}
		w.pass(stopTime)
		stopped := w.instance(id)
		if stopped.State.Name != "stopped" || *stopped.StateReason.Code != "Client.UserInitiatedShutdown" ||
			!strings.HasPrefix(*stopped.StateTransitionReason, "User initiated (2000-01-01 00:") || stopped.PublicIpAddress != nil {
			t.Errorf("stopped: %s, %v, %q, %v", stopped.State.Name, stopped.StateReason, *stopped.StateTransitionReason, stopped.PublicIpAddress)
		}
		ask(w, w.ec2.StartInstances, &ec2.StartInstancesInput{InstanceIds: []string{id}})
		w.pass(bootTime)
		started := w.instance(id)
		if started.State.Name != "running" || started.StateReason != nil || aws.ToString(started.PublicIpAddress) != *stopped.PrivateIpAddress {
			t.Errorf("started: %s, %v, %v", started.State.Name, started.StateReason, started.PublicIpAddress)
		}
		if boots := w.machines[id].boots; len(boots) != 2 || !boots[0].First || boots[1].First {
			t.Errorf("boots %+v, want only the first to be one", boots)
		}
		ask(w, w.ec2.TerminateInstances, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		w.wantState(id, types.InstanceStateNameShuttingDown)
		w.pass(stopTime)
		w.wantState(id, types.InstanceStateNameTerminated)
		w.pass(59 * time.Minute)
		w.wantState(id, types.InstanceStateNameTerminated)
		w.pass(time.Minute)
		refused(w, "InvalidInstanceID.NotFound", "The instance ID '"+id+"' does not exist", w.ec2.DescribeInstances, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
		want := "pending running stopping stopped pending running shutting-down terminated"
		if got := strings.Join(told, " "); got != want {
			t.Errorf("told of %s, want %s", got, want)
		}
	})
}

func (w *world) status(id string) types.SummaryStatus {
	w.Helper()
	return ask(w, w.ec2.DescribeInstanceStatus, &ec2.DescribeInstanceStatusInput{InstanceIds: []string{id}}).InstanceStatuses[0].InstanceStatus.Status
}

func TestAPowerOffFromInsideStopsOrTerminatesAsWasAskedFor(t *testing.T) {
	inWorld(t, func(w *world) {
		stops := w.run()
		ends := w.run(func(in *ec2.RunInstancesInput) {
			in.InstanceInitiatedShutdownBehavior = types.ShutdownBehaviorTerminate
		})
		w.machines[stops].Stop(machine.PoweredOff)
		w.machines[ends].Stop(machine.PoweredOff)
		w.pass(stopTime)
		w.wantState(stops, types.InstanceStateNameStopped)
		w.wantState(ends, types.InstanceStateNameTerminated)
		if r := w.instance(stops).StateReason; *r.Code != "Client.InstanceInitiatedShutdown" {
			t.Errorf("reason %s", *r.Code)
		}
	})
}

func TestARebootFromInsideOrByTheAPIBootsAgainAndStaysRunning(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		w.machines[id].Stop(machine.Rebooting)
		w.pass(time.Second)
		ask(w, w.ec2.RebootInstances, &ec2.RebootInstancesInput{InstanceIds: []string{id}})
		w.pass(time.Second)
		w.wantState(id, types.InstanceStateNameRunning)
		if n := len(w.machines[id].boots); n != 3 {
			t.Errorf("%d boots, want 3", n)
		}
	})
}

func TestACrashLeavesAnInstanceRunningWithFailedChecksUntilItIsRebooted(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		w.pass(time.Minute)
		w.machines[id].Stop(machine.Crashed)
		w.pass(time.Minute)
		w.wantState(id, types.InstanceStateNameRunning)
		if status := w.status(id); status != types.SummaryStatusImpaired {
			t.Errorf("status checks are %s after a crash", status)
		}
		w.loop.Do(func() {
			if !w.cloud.Impaired(id) {
				t.Error("a crashed instance is not impaired")
			}
		})
		if w.measured["StatusCheckFailed InstanceId="+id] != 1 {
			t.Errorf("measured %v", w.measured)
		}
		ask(w, w.ec2.RebootInstances, &ec2.RebootInstancesInput{InstanceIds: []string{id}})
		w.pass(time.Second)
		if status := w.status(id); status != types.SummaryStatusOk {
			t.Errorf("status checks are %s after the reboot", status)
		}
	})
}

func TestAFailedBootEndsTheInstanceWithAnInternalError(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fail = errors.New("no room")
		id := w.run()
		w.pass(stopTime)
		i := w.instance(id)
		if i.State.Name != "terminated" || *i.StateReason.Code != "Server.InternalError" {
			t.Errorf("%s, %v", i.State.Name, i.StateReason)
		}
	})
}

func TestATerminatedPendingInstanceDoesNotComeUp(t *testing.T) {
	inWorld(t, func(w *world) {
		out := ask(w, w.ec2.RunInstances, &ec2.RunInstancesInput{ImageId: aws.String(w.debian()), InstanceType: "t3.micro", MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
		id := *out.Instances[0].InstanceId
		ask(w, w.ec2.TerminateInstances, &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
		w.pass(time.Minute)
		i := w.instance(id)
		if i.State.Name != "terminated" || i.PrivateIpAddress != nil || len(i.BlockDeviceMappings) != 0 {
			t.Errorf("%s with %v and %v", i.State.Name, i.PrivateIpAddress, i.BlockDeviceMappings)
		}
		if v := ask(w, w.ec2.DescribeVolumes, &ec2.DescribeVolumesInput{}).Volumes; len(v) != 0 {
			t.Errorf("volumes left: %v", v)
		}
	})
}

func TestOnlyFittingStatesCanBeStoppedStartedAndRebooted(t *testing.T) {
	inWorld(t, func(w *world) {
		id := []string{w.run(func(in *ec2.RunInstancesInput) { in.DisableApiTermination = aws.Bool(true) })}
		refused(w, "OperationNotPermitted", "The instance '"+id[0]+"' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
			w.ec2.TerminateInstances, &ec2.TerminateInstancesInput{InstanceIds: id})
		ask(w, w.ec2.ModifyInstanceAttribute, &ec2.ModifyInstanceAttributeInput{InstanceId: &id[0], DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(false)}})
		ask(w, w.ec2.TerminateInstances, &ec2.TerminateInstancesInput{InstanceIds: id})
		for _, wait := range []time.Duration{0, stopTime} {
			w.pass(wait)
			refused(w, "IncorrectInstanceState", "", w.ec2.StopInstances, &ec2.StopInstancesInput{InstanceIds: id})
			refused(w, "IncorrectInstanceState", "", w.ec2.StartInstances, &ec2.StartInstancesInput{InstanceIds: id})
			refused(w, "IncorrectInstanceState", "", w.ec2.RebootInstances, &ec2.RebootInstancesInput{InstanceIds: id})
			refused(w, "IncorrectInstanceState", "", w.ec2.CreateImage, &ec2.CreateImageInput{InstanceId: &id[0], Name: aws.String("too-late")})
			ask(w, w.ec2.TerminateInstances, &ec2.TerminateInstancesInput{InstanceIds: id})
		}
	})
}

func TestUserDataAndTypeChangeOnlyWhileStopped(t *testing.T) {
	inWorld(t, func(w *world) {
		data := base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\necho hi\n"))
		id := w.run(func(in *ec2.RunInstancesInput) { in.UserData = &data })
		if got := string(w.machines[id].boots[0].UserData); got != "#!/bin/sh\necho hi\n" {
			t.Errorf("booted with user data %q", got)
		}
		about := &ec2.DescribeInstanceAttributeInput{InstanceId: &id, Attribute: types.InstanceAttributeNameUserData}
		if got := *ask(w, w.ec2.DescribeInstanceAttribute, about).UserData.Value; got != data {
			t.Errorf("user data %q", got)
		}
		clear := &ec2.ModifyInstanceAttributeInput{InstanceId: &id, UserData: &types.SecureBlobAttributeValue{Value: []byte("#cloud-config\n")}}
		bigger := &ec2.ModifyInstanceAttributeInput{InstanceId: &id, InstanceType: &types.AttributeValue{Value: aws.String("t3.large")}}
		refused(w, "IncorrectInstanceState", "", w.ec2.ModifyInstanceAttribute, clear)
		refused(w, "IncorrectInstanceState", "", w.ec2.ModifyInstanceAttribute, bigger)
		ask(w, w.ec2.StopInstances, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		w.pass(stopTime)
		ask(w, w.ec2.ModifyInstanceAttribute, clear)
		ask(w, w.ec2.ModifyInstanceAttribute, bigger)
		if got := *ask(w, w.ec2.DescribeInstanceAttribute, about).UserData.Value; got == data {
			t.Errorf("user data is still %q", got)
		}
		if got := w.instance(id).InstanceType; got != "t3.large" {
			t.Errorf("type %s", got)
		}
	})
}

// Packer turns both kinds of enhanced networking on for the image to have them.
func TestHardwareSupportChangesOnlyWhileStopped(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		sriov := func(value string) *ec2.ModifyInstanceAttributeInput {
			return &ec2.ModifyInstanceAttributeInput{InstanceId: &id, SriovNetSupport: &types.AttributeValue{Value: &value}}
		}
		refused(w, "IncorrectInstanceState", "", w.ec2.ModifyInstanceAttribute, sriov("simple"))
		ask(w, w.ec2.StopInstances, &ec2.StopInstancesInput{InstanceIds: []string{id}})
		w.pass(stopTime)
		refused(w, "InvalidParameterValue", "Value (none) for parameter sriovNetSupport is invalid. Must be 'simple'.", w.ec2.ModifyInstanceAttribute, sriov("none"))
		ask(w, w.ec2.ModifyInstanceAttribute, sriov("simple"))
		on, off := &types.AttributeBooleanValue{Value: aws.Bool(true)}, &types.AttributeBooleanValue{Value: aws.Bool(false)}
		ask(w, w.ec2.ModifyInstanceAttribute, &ec2.ModifyInstanceAttributeInput{InstanceId: &id, EnaSupport: off})
		ask(w, w.ec2.ModifyInstanceAttribute, &ec2.ModifyInstanceAttributeInput{InstanceId: &id, EbsOptimized: on})
		if got := w.instance(id); aws.ToString(got.SriovNetSupport) != "simple" || *got.EnaSupport || !*got.EbsOptimized {
			t.Errorf("SR-IOV %q, ENA %t, EBS-optimized %t", aws.ToString(got.SriovNetSupport), *got.EnaSupport, *got.EbsOptimized)
		}
		about := &ec2.DescribeInstanceAttributeInput{InstanceId: &id, Attribute: types.InstanceAttributeNameSriovNetSupport}
		if got := *ask(w, w.ec2.DescribeInstanceAttribute, about).SriovNetSupport.Value; got != "simple" {
			t.Errorf("SR-IOV %q", got)
		}
	})
}

func TestConsoleOutputIsGivenAndMetricsAreMeasured(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run()
		out := ask(w, w.ec2.GetConsoleOutput, &ec2.GetConsoleOutputInput{InstanceId: &id, Latest: aws.Bool(true)})
		if text, _ := base64.StdEncoding.DecodeString(*out.Output); string(text) != "hello from "+id {
			t.Errorf("console %q", text)
		}
		w.loop.Do(func() {
			_, err := w.cloud.CreateTags(w.ctx, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tags("aws:autoscaling:groupName", "g")})
			if err != nil {
				t.Error(err)
			}
		})
		w.pass(time.Minute)
		w.machines[id].Spend(time.Minute) // of two processors
		w.pass(time.Minute)
		for _, dim := range []string{"InstanceId=" + id, "AutoScalingGroupName=g"} {
			if got := w.measured["CPUUtilization "+dim]; got != 50 {
				t.Errorf("CPU of %s is %v, want 50", dim, got)
			}
		}
	})
}

func TestMetadataTellsAnInstanceOfItself(t *testing.T) {
	inWorld(t, func(w *world) {
		id := w.run(func(in *ec2.RunInstancesInput) {
			in.MetadataOptions = &types.InstanceMetadataOptionsRequest{HttpTokens: "required", HttpPutResponseHopLimit: aws.Int32(2), InstanceMetadataTags: "enabled"}
			in.TagSpecifications = tagged("instance", "app", "hello")
		})
		spec, i := w.machines[id].spec, w.instance(id)
		if !spec.TokensRequired() || i.MetadataOptions.HttpTokens != "required" || *i.MetadataOptions.HttpPutResponseHopLimit != 2 {
			t.Errorf("tokens required: %t; %+v", spec.TokensRequired(), i.MetadataOptions)
		}
		for path, want := range map[string]string{
			"meta-data/instance-id":                 id,
			"meta-data/ami-id":                      *i.ImageId,
			"meta-data/local-ipv4":                  *i.PrivateIpAddress,
			"meta-data/placement/availability-zone": "eu-west-1a",
			"meta-data/placement/region":            "eu-west-1",
			"meta-data/tags/instance/app":           "hello",
			"meta-data/tags/instance/":              "app",
			"meta-data/security-groups":             "default",
			"meta-data/services/":                   "domain\npartition",
		} {
			if got, ok := spec.Metadata(path); !ok || got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		for _, path := range []string{"user-data", "meta-data/iam/security-credentials/", "meta-data/public-keys/"} {
			if got, ok := spec.Metadata(path); ok {
				t.Errorf("%s is %q, want nothing", path, got)
			}
		}
		ask(w, w.ec2.ModifyInstanceMetadataOptions, &ec2.ModifyInstanceMetadataOptionsInput{InstanceId: &id, HttpTokens: "optional", HttpEndpoint: "disabled"})
		if _, ok := spec.Metadata("meta-data/instance-id"); ok || spec.TokensRequired() {
			t.Error("the change of metadata options has no effect")
		}
	})
}
