package main

import "time"

// What this service answers with, and how well. The demo's later commits change
// these lines.
const (
	version = "1"
	work    = 0 * time.Millisecond // that an answer takes, on the average
	failing = 0                    // one answer in so many is a 500; 0: none
	ailing  = 0 * time.Second      // after which the health check fails; 0: never
)
