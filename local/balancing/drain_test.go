package balancing_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/google/go-cmp/cmp"
)

func (w *world) delay(group, seconds string) {
	w.t.Helper()
	must[*elbv2.ModifyTargetGroupAttributesOutput](w.t)(w.v2.ModifyTargetGroupAttributes(w.t.Context(), &elbv2.ModifyTargetGroupAttributesInput{
		TargetGroupArn: &group,
		Attributes:     []types.TargetGroupAttribute{{Key: aws.String("deregistration_delay.timeout_seconds"), Value: aws.String(seconds)}},
	}))
}

func (w *world) expectHealth(group string, want map[string]string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.health(group)); diff != "" {
		w.t.Errorf("target health (-want +got):\n%s", diff)
	}
}

func TestATargetIsRegisteredThenCheckedThenHealthy(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		i := w.launch("i-1", "eu-west-1a")
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { time.Sleep(time.Second) })
		w.register(a.first, "i-1")
		w.expectHealth(a.first, map[string]string{"i-1": "initial Elb.RegistrationInProgress"})
		w.wait(1500 * time.Millisecond)
		w.expectHealth(a.first, map[string]string{"i-1": "initial Elb.InitialHealthChecking"})
		w.wait(time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "healthy"})

		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(503) })
		w.wait(20 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "unhealthy Target.ResponseCodeMismatch"})
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { time.Sleep(8 * time.Second) })
		w.wait(20 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "unhealthy Target.Timeout"})
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
		w.wait(20 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "unhealthy Target.FailedHealthChecks"})
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) {})
		w.wait(10 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "unhealthy Target.FailedHealthChecks"})
		w.wait(10 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "healthy"})
	})
}

func TestATargetOfAGroupInNoRuleIsNotChecked(t *testing.T) {
	inWorld(t, func(w *world) {
		group := w.group("alone")
		asked := 0
		i := w.launch("i-1", "eu-west-1a")
		w.serves(i, func(http.ResponseWriter, *http.Request) { asked++ })
		w.register(group, "i-1")
		w.wait(time.Minute)
		w.expectHealth(group, map[string]string{"i-1": "unused Target.NotInUse"})
		if asked != 0 {
			t.Errorf("it was checked %d times", asked)
		}
		w.deregister(group, "i-1")
		w.expectHealth(group, map[string]string{})
	})
}

func TestATargetInAZoneThatIsNotEnabledIsNotUsed(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		w.launch("i-1", "eu-west-1c")
		w.register(a.first, "i-1")
		w.wait(5 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "unused Target.NotInUse"})
		must[*elbv2.SetSubnetsOutput](w.t)(w.v2.SetSubnets(w.t.Context(), &elbv2.SetSubnetsInput{LoadBalancerArn: &a.arn, Subnets: []string{"subnet-b", "subnet-c"}}))
		w.wait(5 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "healthy"})
	})
}

func TestADrainingTargetFinishesItsRequestsAndGetsNoNewOnes(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		w.delay(a.first, "30")
		slow, fast := w.launch("i-slow", "eu-west-1a"), w.launch("i-fast", "eu-west-1b")
		w.register(a.first, "i-slow", "i-fast")
		w.wait(2 * time.Second)
		w.serves(slow, func(rw http.ResponseWriter, r *http.Request) {
			time.Sleep(20 * time.Second)
			fmt.Fprint(rw, "late")
		})
		answers := make(chan string, 2)
		for range 2 {
			go func() { _, body := w.get(a.url); answers <- body }()
		}
		synctest.Wait()
		w.deregister(a.first, "i-slow")
		for range 10 {
			if _, body := w.get(a.url); body != "i-fast" {
				t.Errorf("%q answered while i-slow drains", body)
			}
		}
		w.wait(21 * time.Second)
		got := map[string]bool{<-answers: true, <-answers: true}
		if !got["late"] || !got["i-fast"] {
			t.Errorf("answers %v, want one late and one of i-fast", got)
		}
		_ = fast
		w.expectHealth(a.first, map[string]string{"i-slow": "draining Target.DeregistrationInProgress", "i-fast": "healthy"})
		w.wait(9 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-fast": "healthy"})
	})
}

func TestWhatOutlivesTheDelayIsCut(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		w.delay(a.first, "5")
		i := w.launch("i-1", "eu-west-1a")
		w.register(a.first, "i-1")
		w.wait(2 * time.Second)
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { time.Sleep(20 * time.Second) })
		begun := time.Now()
		code := make(chan int, 1)
		go func() { c, _ := w.get(a.url); code <- c }()
		synctest.Wait()
		w.deregister(a.first, "i-1")
		if c := <-code; c != 502 || time.Since(begun) != 5*time.Second {
			t.Errorf("answered %d after %v, want 502 after 5 s", c, time.Since(begun))
		}
		if c, _ := w.get(a.url); c != 503 {
			t.Errorf("an empty group answered %d, want 503", c)
		}
		time.Sleep(20 * time.Second)
	})
}

func TestADrainingTargetMayComeBack(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		w.launch("i-1", "eu-west-1a")
		w.register(a.first, "i-1")
		w.wait(2 * time.Second)
		w.deregister(a.first, "i-1")
		w.register(a.first, "i-1")
		w.wait(2 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-1": "healthy"})
		w.wait(6 * time.Minute)
		w.expectHealth(a.first, map[string]string{"i-1": "healthy"})
		if code, _ := w.get(a.url); code != 200 {
			t.Errorf("answered %d", code)
		}
	})
}

func TestAllUnhealthyTargetsGetRequestsAndAnEmptyWeightedGroupDoesNotFailOver(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(true)
		i := w.launch("i-1", "eu-west-1a")
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(500) })
		w.register(a.first, "i-1")
		w.wait(time.Minute)
		w.expectHealth(a.first, map[string]string{"i-1": "unhealthy Target.ResponseCodeMismatch"})
		codes := make(map[int]int)
		for range 40 {
			code, _ := w.get(a.url)
			codes[code]++
		}
		if codes[500] != 30 || codes[503] != 10 {
			t.Errorf("answered %v, want 30 times 500 (fail open) and 10 times 503 (empty group)", codes)
		}
	})
}

func TestAStoppedInstanceIsUnusedAndATerminatedOneIsDeregistered(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		w.delay(a.first, "30")
		stopped, ended := w.launch("i-stopped", "eu-west-1a"), w.launch("i-ended", "eu-west-1b")
		w.register(a.first, "i-stopped", "i-ended")
		w.wait(2 * time.Second)
		w.become(stopped, ec2types.InstanceStateNameStopped)
		w.become(ended, ec2types.InstanceStateNameTerminated)
		w.expectHealth(a.first, map[string]string{
			"i-stopped": "unused Target.InvalidState", "i-ended": "draining Target.DeregistrationInProgress",
		})
		w.wait(31 * time.Second)
		w.become(stopped, ec2types.InstanceStateNameRunning)
		w.wait(2 * time.Second)
		w.expectHealth(a.first, map[string]string{"i-stopped": "healthy"})
	})
}

func TestTheBalancerAnswersForATargetThatCannot(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		i := w.launch("i-1", "eu-west-1a")
		w.register(a.first, "i-1")
		w.wait(2 * time.Second)
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { time.Sleep(90 * time.Second) })
		res, err := w.client.Get(a.url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		want := "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n"
		if res.StatusCode != 504 || res.Header.Get("Server") != "awselb/2.0" || string(body) != want {
			t.Errorf("answered %d %v %q", res.StatusCode, res.Header, body)
		}
		must[*elbv2.ModifyLoadBalancerAttributesOutput](w.t)(w.v2.ModifyLoadBalancerAttributes(w.t.Context(), &elbv2.ModifyLoadBalancerAttributesInput{
			LoadBalancerArn: &a.arn, Attributes: []types.LoadBalancerAttribute{{Key: aws.String("idle_timeout.timeout_seconds"), Value: aws.String("5")}},
		}))
		begun := time.Now()
		if code, _ := w.get(a.url); code != 504 || time.Since(begun) != 5*time.Second {
			t.Errorf("answered %d after %v, want 504 after 5 s", code, time.Since(begun))
		}
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
		if code, _ := w.get(a.url); code != 502 {
			t.Errorf("answered %d for a cut connection, want 502", code)
		}
		i.pipes.Close()
		i.http.Close()
		if code, _ := w.get(a.url); code != 502 {
			t.Errorf("answered %d for a refused connection, want 502", code)
		}
		time.Sleep(2 * time.Minute)
	})
}
