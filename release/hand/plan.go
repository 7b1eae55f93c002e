package hand

// Plan is what remains to be done, in order, and what a reader should know
// before it is.
type Plan struct {
	Steps []Step
	Says  []string
}
