package carry

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	cloudwatch "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"gekko"
)

// otherwise are the fields of a group that are not settings to copy, and what
// becomes of each.
var otherwise = map[string]string{
	"AutoScalingGroupARN":     "its own",
	"AutoScalingGroupName":    "its own",
	"CreatedTime":             "its own",
	"Instances":               "its own",
	"PredictedCapacity":       "its own",
	"Status":                  "its own",
	"WarmPoolSize":            "its own",
	"DesiredCapacity":         "size: the release's",
	"MaxSize":                 "size: the release's",
	"MinSize":                 "size: the release's",
	"LaunchTemplate":          "the snapshot's",
	"LoadBalancerNames":       "attachment: the release's; others are named by NotCarried",
	"TargetGroupARNs":         "attachment: the release's; others are named by NotCarried",
	"TrafficSources":          "attachment: the release's; others are named by NotCarried",
	"AvailabilityZoneIds":     "follow from the subnets",
	"AvailabilityZones":       "follow from the subnets",
	"VPCZoneIdentifier":       "copied unless the plan says otherwise (like)",
	"HealthCheckGracePeriod":  "copied unless the plan says otherwise (like)",
	"MixedInstancesPolicy":    "copied as far as the plan does not say otherwise (mixLike)",
	"EnabledMetrics":          "copied by a call of its own (collect)",
	"Tags":                    "copied but for AWS's and gekko's (carriedTags)",
	"LaunchConfigurationName": "named by Obstacles",
	"Operator":                "named by Obstacles",
	"SuspendedProcesses":      "named by Obstacles or NotCarried, never copied",
	"WarmPoolConfiguration":   "named by NotCarried",
}

// TestEachFieldOfAGroupIsCarriedOrKnown makes a new field of the SDK's a
// decision.
func TestEachFieldOfAGroupIsCarriedOrKnown(t *testing.T) {
	known := map[string]bool{}
	for _, s := range settings() {
		known[s.field] = true
		if otherwise[s.field] != "" {
			t.Errorf("%s is copied and also %s", s.field, otherwise[s.field])
		}
	}
	for field := range otherwise {
		known[field] = true
	}
	all := fields(reflect.TypeFor[types.AutoScalingGroup]())
	for _, field := range all {
		if !known[field] {
			t.Errorf("nobody says what becomes of a group's %s", field)
		}
		delete(known, field)
	}
	for field := range known {
		t.Errorf("a group has no %s", field)
	}
}

// fields are the names of a struct's, without the SDK's own mark.
func fields(of reflect.Type) []string {
	var all []string
	for f := range of.Fields() {
		if f.IsExported() {
			all = append(all, f.Name)
		}
	}
	return all
}

// filled is a value of a type with something in each field, as deep as it goes.
func filled(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		filled(v.Elem())
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				filled(field)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(v.Index(0))
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(7)
	case reflect.Bool:
		v.SetBool(true)
	}
}

func TestEachSettingIsCopiedAsItIs(t *testing.T) {
	var live types.AutoScalingGroup
	filled(reflect.ValueOf(&live).Elem())
	for _, s := range settings() {
		var to autoscaling.CreateAutoScalingGroupInput
		s.copy(&to, live)
		got := reflect.ValueOf(to).FieldByName(s.field)
		if !got.IsValid() || !reflect.DeepEqual(got.Interface(), reflect.ValueOf(live).FieldByName(s.field).Interface()) || got.IsZero() {
			t.Errorf("%s is not copied", s.field)
		}
		if shown(s.of(live)) != shown(got.Interface()) || shown(s.of(types.AutoScalingGroup{})) != "not set" {
			t.Errorf("%s is shown as %q, unset as %q", s.field, shown(s.of(live)), shown(s.of(types.AutoScalingGroup{})))
		}
	}
}

func TestWhatOfAGroupIsNotCarriedIsNamed(t *testing.T) {
	var live types.AutoScalingGroup
	filled(reflect.ValueOf(&live).Elem())
	said := strings.Join(lost(gekko.Fleet{}, live), "; ")
	for _, want := range []string{"a warm pool", "process x is suspended", "also attached to x", "an image or a template of their own"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say: %s", said, want)
		}
	}
	if travels(types.ScalingPolicy{PolicyType: aws.String("PredictiveScaling")}) {
		t.Error("a predictive policy is copied, whose past is another group's")
	}
}

// TestWhatIsCopiedIsCopiedWhole fills what AWS describes and looks for fields
// that the copy lacks.
func TestWhatIsCopiedIsCopiedWhole(t *testing.T) {
	r := rewriting(gekko.Fleet{}, "old", "new")
	var p types.ScalingPolicy
	filled(reflect.ValueOf(&p).Elem())
	whole(t, *r.policy(p), "PredictiveScalingConfiguration", "MinAdjustmentStep")
	var a cloudwatch.MetricAlarm
	filled(reflect.ValueOf(&a).Elem())
	a.EvaluationCriteria, a.EvaluationWindow = &cloudwatch.EvaluationCriteriaMemberPromQLCriteria{}, &cloudwatch.EvaluationWindowMemberSlidingWindow{}
	whole(t, *r.alarm(a), "Tags")
	var h types.LifecycleHook
	filled(reflect.ValueOf(&h).Elem())
	whole(t, specification(h))
	var s types.ScheduledUpdateGroupAction
	filled(reflect.ValueOf(&s).Elem())
	later := time.Now().Add(time.Hour)
	s.StartTime, s.EndTime = &later, &later
	again, _ := comes(s, time.Now())
	whole(t, again)
}

func whole(t *testing.T, value any, but ...string) {
	t.Helper()
	v := reflect.ValueOf(value)
	for _, field := range fields(v.Type()) {
		if v.FieldByName(field).IsZero() != slices.Contains(but, field) {
			t.Errorf("%T: %s is %v", value, field, v.FieldByName(field))
		}
	}
}
