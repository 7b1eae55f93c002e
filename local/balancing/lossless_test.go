package balancing_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
)

// clients ask a URL again and again until the returned function is called,
// which gives how many answers there were by code.
func (w *world) clients(n int, url string) (stop func() map[int]int) {
	done := make(chan struct{})
	var mu sync.Mutex
	codes := make(map[int]int)
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(time.Duration(rand.IntN(500)) * time.Millisecond):
				}
				code, _ := w.get(url)
				mu.Lock()
				codes[code]++
				mu.Unlock()
			}
		})
	}
	return func() map[int]int {
		close(done)
		all.Wait()
		return codes
	}
}

// replaceAll registers a new instance and takes an old one out, again and again,
// and switches each off at the moment when it is no longer described.
func (w *world) replaceAll(register, deregister func(id string), described func() map[string]bool) {
	w.t.Helper()
	slow := func(rw http.ResponseWriter, r *http.Request) {
		if r.UserAgent() != "ELB-HealthChecker/2.0" && r.UserAgent() != "ELB-HealthChecker/1.0" {
			time.Sleep(time.Duration(rand.IntN(4000)) * time.Millisecond)
		}
		fmt.Fprint(rw, "done")
	}
	for n := range 6 {
		id := fmt.Sprintf("i-%d", n)
		w.serves(w.launch(id, []string{"eu-west-1a", "eu-west-1b"}[n%2]), slow)
		register(id)
		time.Sleep(15 * time.Second)
		if n < 2 {
			continue
		}
		old := fmt.Sprintf("i-%d", n-2)
		deregister(old)
		for described()[old] {
			time.Sleep(100 * time.Millisecond)
		}
		w.machines[old].pipes.Close()
		w.machines[old].http.Close()
	}
}

func TestNoRequestIsLostWhileATargetGroupsInstancesAreReplaced(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		w.delay(a.first, "5")
		var stop func() map[int]int
		w.replaceAll(func(id string) {
			w.register(a.first, id)
			if stop == nil {
				w.wait(2 * time.Second)
				stop = w.clients(25, a.url)
			}
		}, func(id string) { w.deregister(a.first, id) }, func() map[string]bool {
			there := make(map[string]bool)
			for id := range w.health(a.first) {
				there[id] = true
			}
			return there
		})
		if codes := stop(); len(codes) != 1 || codes[200] < 500 {
			t.Errorf("answers %v, want nothing but 200", codes)
		}
	})
}

func TestNoRequestIsLostWhileAClassicBalancersInstancesAreReplaced(t *testing.T) {
	inWorld(t, func(w *world) {
		url := w.classicBalancer("web")
		w.drains("web", 5)
		var stop func() map[int]int
		w.replaceAll(func(id string) {
			w.registerClassic("web", id)
			if stop == nil {
				w.wait(10 * time.Second)
				stop = w.clients(25, url)
			}
		}, func(id string) { w.deregisterClassic("web", id) }, func() map[string]bool {
			there := make(map[string]bool)
			for _, s := range must[*elb.DescribeInstanceHealthOutput](w.t)(w.classic.DescribeInstanceHealth(w.t.Context(), &elb.DescribeInstanceHealthInput{LoadBalancerName: aws.String("web")})).InstanceStates {
				there[*s.InstanceId] = true
			}
			return there
		})
		if codes := stop(); len(codes) != 1 || codes[200] < 500 {
			t.Errorf("answers %v, want nothing but 200", codes)
		}
	})
}

func TestAClassicTCPListenerPassesConnectionsThrough(t *testing.T) {
	inWorld(t, func(w *world) {
		w.classicBalancer("web")
		w.launch("i-1", "eu-west-1a")
		w.registerClassic("web", "i-1")
		must[*elb.CreateLoadBalancerListenersOutput](w.t)(w.classic.CreateLoadBalancerListeners(w.t.Context(), &elb.CreateLoadBalancerListenersInput{
			LoadBalancerName: aws.String("web"),
			Listeners:        []types.Listener{{LoadBalancerPort: 9000, InstancePort: aws.Int32(8080), Protocol: aws.String("TCP")}},
		}))
		w.wait(10 * time.Second)
		if code, body := w.get("http://127.0.1.1:9000/"); code != 200 || body != "i-1" {
			t.Errorf("answered %d %q", code, body)
		}
		must[*elb.DeleteLoadBalancerListenersOutput](w.t)(w.classic.DeleteLoadBalancerListeners(w.t.Context(), &elb.DeleteLoadBalancerListenersInput{
			LoadBalancerName: aws.String("web"), LoadBalancerPorts: []int32{9000},
		}))
		if code, _ := w.get("http://127.0.1.1:9000/"); code != 0 {
			t.Errorf("a closed port answered %d", code)
		}
	})
}
