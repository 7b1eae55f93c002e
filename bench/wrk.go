package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// load is what a balancer carried.
type load struct {
	rate float64
	p99  time.Duration
}

// median is that of each, over rounds.
func median(all []load) load {
	var rates []float64
	var latencies []time.Duration
	for _, l := range all {
		rates, latencies = append(rates, l.rate), append(latencies, l.p99)
	}
	slices.Sort(rates)
	slices.Sort(latencies)
	return load{rates[len(rates)/2], latencies[len(latencies)/2]}
}

var (
	wrkRate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrkP99  = regexp.MustCompile(`99%\s+([0-9.]+)(us|ms|s)`)
	wrkBad  = regexp.MustCompile(`Non-2xx|Socket errors.*`)
)

// wrk asks as often as it can for three seconds.
func (r *rig) wrk(ctx context.Context, url string) (load, error) {
	got, err := r.run(ctx, nil, "wrk", "-t1", "-c"+connections, "-d3", "--latency", url)
	if err != nil {
		return load{}, err
	}
	if bad := wrkBad.FindString(got.out); bad != "" {
		return load{}, fmt.Errorf("wrk at %s: %s", url, bad)
	}
	rate, p99 := wrkRate.FindStringSubmatch(got.out), wrkP99.FindStringSubmatch(got.out)
	if rate == nil || p99 == nil {
		return load{}, fmt.Errorf("wrk at %s: %s", url, got.out)
	}
	var l load
	if l.rate, err = strconv.ParseFloat(rate[1], 64); err != nil {
		return l, err
	}
	l.p99, err = time.ParseDuration(p99[1] + p99[2])
	return l, err
}
