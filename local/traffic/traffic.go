// Package traffic carries a load balancer's requests: which target gets which
// request, what a client sees when none can answer, how a target is drained,
// and how its health is found out.
//
// It knows nothing of AWS's API: local/balancing tells it what is there.
package traffic
