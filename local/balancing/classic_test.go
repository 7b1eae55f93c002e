package balancing_test

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	"github.com/google/go-cmp/cmp"
)

// classicBalancer makes a Classic balancer in two zones and gives its URL.
func (w *world) classicBalancer(name string) string {
	w.t.Helper()
	out := must[*elb.CreateLoadBalancerOutput](w.t)(w.classic.CreateLoadBalancer(w.t.Context(), &elb.CreateLoadBalancerInput{
		LoadBalancerName: &name, AvailabilityZones: []string{"eu-west-1a", "eu-west-1b"},
		Listeners: []types.Listener{{LoadBalancerPort: 80, InstancePort: aws.Int32(8080), Protocol: aws.String("http")}},
	}))
	must[*elb.ConfigureHealthCheckOutput](w.t)(w.classic.ConfigureHealthCheck(w.t.Context(), &elb.ConfigureHealthCheckInput{
		LoadBalancerName: &name,
		HealthCheck: &types.HealthCheck{
			Target: aws.String("HTTP:8080/"), Interval: aws.Int32(5), Timeout: aws.Int32(2),
			HealthyThreshold: aws.Int32(2), UnhealthyThreshold: aws.Int32(2),
		},
	}))
	return "http://" + *out.DNSName + ":80/"
}

func classicInstances(ids []string) []types.Instance {
	var out []types.Instance
	for _, id := range ids {
		out = append(out, types.Instance{InstanceId: aws.String(id)})
	}
	return out
}

func (w *world) registerClassic(name string, ids ...string) {
	w.t.Helper()
	must[*elb.RegisterInstancesWithLoadBalancerOutput](w.t)(w.classic.RegisterInstancesWithLoadBalancer(w.t.Context(),
		&elb.RegisterInstancesWithLoadBalancerInput{LoadBalancerName: &name, Instances: classicInstances(ids)}))
}

func (w *world) deregisterClassic(name string, ids ...string) {
	w.t.Helper()
	must[*elb.DeregisterInstancesFromLoadBalancerOutput](w.t)(w.classic.DeregisterInstancesFromLoadBalancer(w.t.Context(),
		&elb.DeregisterInstancesFromLoadBalancerInput{LoadBalancerName: &name, Instances: classicInstances(ids)}))
}

func (w *world) expectClassic(name string, want map[string]string) {
	w.t.Helper()
	out := must[*elb.DescribeInstanceHealthOutput](w.t)(w.classic.DescribeInstanceHealth(w.t.Context(), &elb.DescribeInstanceHealthInput{LoadBalancerName: &name}))
	got := make(map[string]string)
	for _, s := range out.InstanceStates {
		got[*s.InstanceId] = *s.State + "/" + *s.ReasonCode + "/" + *s.Description
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("instance health (-want +got):\n%s", diff)
	}
}

const (
	inService   = "InService/N/A/N/A"
	registering = "OutOfService/ELB/Instance registration is still in progress."
	failing     = "OutOfService/Instance/Instance has failed at least the UnhealthyThreshold number of health checks consecutively."
	rising      = "OutOfService/Instance/Instance has not passed the configured HealthyThreshold number of health checks consecutively."
	leaving     = "InService/N/A/Instance deregistration currently in progress."
)

func (w *world) drains(name string, timeout int32) {
	w.t.Helper()
	must[*elb.ModifyLoadBalancerAttributesOutput](w.t)(w.classic.ModifyLoadBalancerAttributes(w.t.Context(), &elb.ModifyLoadBalancerAttributesInput{
		LoadBalancerName:       &name,
		LoadBalancerAttributes: &types.LoadBalancerAttributes{ConnectionDraining: &types.ConnectionDraining{Enabled: true, Timeout: &timeout}},
	}))
}

func TestAClassicBalancerCarriesRequestsToInstancesInService(t *testing.T) {
	inWorld(t, func(w *world) {
		url := w.classicBalancer("web")
		w.launch("i-1", "eu-west-1a")
		bad := w.launch("i-2", "eu-west-1b")
		w.launch("i-3", "eu-west-1c")
		w.serves(bad, func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(204) })
		w.registerClassic("web", "i-1", "i-2", "i-3")
		w.expectClassic("web", map[string]string{
			"i-1": registering, "i-2": registering,
			"i-3": "OutOfService/ELB/Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
		})
		if code, body := w.get(url); code != 503 || body != "" {
			t.Errorf("answered %d %q with nothing in service, want an empty 503", code, body)
		}
		w.wait(2 * time.Second)
		w.expectClassic("web", map[string]string{
			"i-1": rising, "i-2": registering,
			"i-3": "OutOfService/ELB/Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
		})
		w.wait(5 * time.Second)
		w.expectClassic("web", map[string]string{
			"i-1": inService, "i-2": failing,
			"i-3": "OutOfService/ELB/Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
		})
		for range 10 {
			if code, body := w.get(url); code != 200 || body != "i-1" {
				t.Errorf("answered %d %q", code, body)
			}
		}
	})
}

func TestClassicSharesZonesEvenlyAndWithCrossZoneInstances(t *testing.T) {
	inWorld(t, func(w *world) {
		url := w.classicBalancer("web")
		w.launch("i-1", "eu-west-1a")
		w.launch("i-2", "eu-west-1b")
		w.launch("i-3", "eu-west-1b")
		w.registerClassic("web", "i-1", "i-2", "i-3")
		w.wait(10 * time.Second)
		count := func() map[string]int {
			got := make(map[string]int)
			for range 60 {
				_, body := w.get(url)
				got[body]++
			}
			return got
		}
		if diff := cmp.Diff(map[string]int{"i-1": 30, "i-2": 15, "i-3": 15}, count()); diff != "" {
			t.Errorf("by zone (-want +got):\n%s", diff)
		}
		must[*elb.ModifyLoadBalancerAttributesOutput](w.t)(w.classic.ModifyLoadBalancerAttributes(w.t.Context(), &elb.ModifyLoadBalancerAttributesInput{
			LoadBalancerName:       aws.String("web"),
			LoadBalancerAttributes: &types.LoadBalancerAttributes{CrossZoneLoadBalancing: &types.CrossZoneLoadBalancing{Enabled: true}},
		}))
		if diff := cmp.Diff(map[string]int{"i-1": 20, "i-2": 20, "i-3": 20}, count()); diff != "" {
			t.Errorf("across zones (-want +got):\n%s", diff)
		}
	})
}

func TestClassicDrainingEndsWithTheLastRequest(t *testing.T) {
	inWorld(t, func(w *world) {
		url := w.classicBalancer("web")
		w.drains("web", 60)
		i := w.launch("i-1", "eu-west-1a")
		w.registerClassic("web", "i-1")
		w.wait(10 * time.Second)
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(10 * time.Second)
			fmt.Fprint(rw, "done")
		})
		answer := make(chan string, 1)
		go func() { _, body := w.get(url); answer <- body }()
		synctest.Wait()
		w.deregisterClassic("web", "i-1")
		w.expectClassic("web", map[string]string{"i-1": leaving})
		if code, _ := w.get(url); code != 503 {
			t.Errorf("a new request got %d while the only instance drains, want 503", code)
		}
		w.wait(10 * time.Second)
		if body := <-answer; body != "done" {
			t.Errorf("the request in flight got %q", body)
		}
		w.expectClassic("web", map[string]string{})
	})
}

func TestClassicWithoutDrainingCutsWhatIsInFlight(t *testing.T) {
	inWorld(t, func(w *world) {
		url := w.classicBalancer("web")
		i := w.launch("i-1", "eu-west-1a")
		w.registerClassic("web", "i-1")
		w.wait(10 * time.Second)
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { time.Sleep(10 * time.Second) })
		code := make(chan int, 1)
		go func() { c, _ := w.get(url); code <- c }()
		synctest.Wait()
		w.deregisterClassic("web", "i-1")
		if c := <-code; c != 502 {
			t.Errorf("the request in flight got %d, want 502", c)
		}
		time.Sleep(10 * time.Second)
	})
}

func TestClassicFollowsTheStateOfItsInstances(t *testing.T) {
	inWorld(t, func(w *world) {
		w.classicBalancer("web")
		i, j := w.launch("i-1", "eu-west-1a"), w.launch("i-2", "eu-west-1b")
		w.registerClassic("web", "i-1", "i-2")
		w.wait(10 * time.Second)
		w.become(i, ec2types.InstanceStateNameStopped)
		w.become(j, ec2types.InstanceStateNameTerminated)
		w.expectClassic("web", map[string]string{"i-1": "OutOfService/Instance/Instance is in stopped state."})
	})
}

func TestClassicTriesAnotherInstanceWhenOneCannotBeReached(t *testing.T) {
	inWorld(t, func(w *world) {
		url := w.classicBalancer("web")
		w.launch("i-1", "eu-west-1a")
		dead := w.launch("i-2", "eu-west-1b")
		w.registerClassic("web", "i-1", "i-2")
		w.wait(7 * time.Second)
		dead.pipes.Close()
		dead.http.Close()
		for range 10 {
			if code, body := w.get(url); code != 200 || body != "i-1" {
				t.Errorf("answered %d %q", code, body)
			}
		}
	})
}
