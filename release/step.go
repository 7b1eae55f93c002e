package release

// Step is one thing to do to a fleet. It prints itself: a dry run, a log and a
// view show the same words.
type Step interface {
	String() string
}
