// Package gekko holds the nouns of a release: snapshots, groups, fleets and
// balancers, their names and sizes, and the kinds of errors.
//
// It imports the standard library only and acts on nothing. What bakes,
// deploys or judges lives in the packages below it; what these nouns are at
// AWS (an AMI, an Auto Scaling group, a target group) is known to package
// cloud alone.
package gekko
