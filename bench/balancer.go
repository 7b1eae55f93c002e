package main

import (
	"context"
	"fmt"
	"strconv"
)

const (
	rounds      = 5
	connections = "64"
	manyGroups  = 100
)

// balancer compares the embedded balancer with haproxy, in front of the same
// backends and under the same load, in turns, so that what else happens on the
// machine happens to all.
func balancer(ctx context.Context, r *rig) ([]row, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	servers, err := r.help(ctx, "backends")
	if err != nil {
		return nil, err
	}
	haproxy, err := r.haproxy(ctx, servers)
	if err != nil {
		return nil, err
	}
	urls := []string{haproxy}
	for _, n := range []int{1, manyGroups} {
		lines, err := r.help(ctx, append([]string{"front", strconv.Itoa(n)}, servers...)...)
		if err != nil {
			return nil, err
		}
		urls = append(urls, lines[0])
	}
	loads := make([][]load, len(urls))
	for range rounds {
		for i, url := range urls {
			l, err := r.wrk(ctx, url)
			if err != nil {
				return nil, err
			}
			loads[i] = append(loads[i], l)
		}
	}
	peer, one, many := median(loads[0]), median(loads[1]), median(loads[2])
	return []row{
		ratioAtLeast("balancer: requests (haproxy)", one.rate, peer.rate, 0.8, perSecond),
		{what: "balancer: p99 (haproxy)", gekko: milliseconds(one.p99), peer: milliseconds(peer.p99), ratio: float64(one.p99) / float64(peer.p99)},
		ratioAtLeast(fmt.Sprintf("balancer: %d groups (1 group)", manyGroups), many.rate, one.rate, 0.8, perSecond),
	}, nil
}
