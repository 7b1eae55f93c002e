package balancing_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func (w *world) expectPoints(want map[string]float64, absent ...string) {
	w.t.Helper()
	for key, v := range want {
		if got, ok := w.point(key); !ok || got != v {
			w.t.Errorf("%s is %v (%v), want %v", key, got, ok, v)
		}
	}
	for _, key := range absent {
		if got, ok := w.point(key); ok {
			w.t.Errorf("%s is %v, want nothing", key, got)
		}
	}
}

func TestAnApplicationBalancerCountsPerTargetGroup(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(true)
		good, bad := w.launch("i-1", "eu-west-1a"), w.launch("i-2", "eu-west-1b")
		w.register(a.first, "i-1")
		w.register(a.second, "i-2")
		w.wait(2 * time.Second)
		w.serves(good, func(http.ResponseWriter, *http.Request) { time.Sleep(250 * time.Millisecond) })
		w.serves(bad, func(rw http.ResponseWriter, r *http.Request) { rw.WriteHeader(500) })
		for range 40 {
			w.get(a.url)
		}
		w.deregister(a.second, "i-2")
		for range 4 {
			w.get(a.url)
		}
		w.wait(2 * time.Second)
		lb := " LoadBalancer=" + a.arn[strings.Index(a.arn, "app/"):]
		one, two := " TargetGroup="+a.first[strings.Index(a.first, "targetgroup/"):], " TargetGroup="+a.second[strings.Index(a.second, "targetgroup/"):]
		ns := "AWS/ApplicationELB "
		w.expectPoints(map[string]float64{
			ns + "RequestCount" + lb:                                                43,
			ns + "RequestCount" + lb + one:                                          33,
			ns + "RequestCount" + lb + two:                                          10,
			ns + "RequestCount AvailabilityZone=eu-west-1b" + lb + two:              10,
			ns + "HTTPCode_Target_2XX_Count" + lb + one:                             33,
			ns + "HTTPCode_Target_5XX_Count" + lb + two:                             10,
			ns + "HTTPCode_Target_5XX_Count" + lb:                                   10,
			ns + "HTTPCode_ELB_5XX_Count" + lb:                                      1,
			ns + "HTTPCode_ELB_503_Count" + lb:                                      1,
			ns + "TargetResponseTime" + lb + one:                                    33 * 0.25,
			ns + "RequestCountPerTarget" + lb + one:                                 33,
			ns + "RequestCountPerTarget" + one:                                      33,
			ns + "UnHealthyHostCount" + lb + one:                                    1, // while it was being registered
			ns + "HTTPCode_Target_2XX_Count AvailabilityZone=eu-west-1a" + lb + one: 33,
		},
			ns+"HTTPCode_Target_5XX_Count"+lb+one, ns+"HTTPCode_ELB_5XX_Count"+lb+one, ns+"HTTPCode_ELB_5XX_Count"+lb+two, ns+"HTTPCode_Target_4XX_Count"+lb)
		if n, _ := w.point(ns + "HealthyHostCount" + lb + one); n < 8 {
			t.Errorf("a healthy host was counted %v times, want once a second", n)
		}
	})
}

func TestAClassicBalancerCountsWithoutTellingGroupsApart(t *testing.T) {
	inWorld(t, func(w *world) {
		url := w.classicBalancer("web")
		w.get(url)
		i := w.launch("i-1", "eu-west-1a")
		w.registerClassic("web", "i-1")
		w.wait(10 * time.Second)
		w.serves(i, func(rw http.ResponseWriter, r *http.Request) { time.Sleep(250 * time.Millisecond); rw.WriteHeader(404) })
		for range 4 {
			w.get(url)
		}
		i.pipes.Close()
		i.http.Close()
		w.get(url)
		w.wait(2 * time.Second)
		name, zone := " LoadBalancerName=web", " AvailabilityZone=eu-west-1a"
		w.expectPoints(map[string]float64{
			"AWS/ELB RequestCount" + name:            5,
			"AWS/ELB RequestCount" + zone + name:     5,
			"AWS/ELB HTTPCode_Backend_4XX" + name:    4,
			"AWS/ELB HTTPCode_ELB_5XX" + name:        2,
			"AWS/ELB BackendConnectionErrors" + name: 3,
			"AWS/ELB Latency" + name:                 1,
		}, "AWS/ELB HTTPCode_Backend_2XX"+name)
	})
}
