package wire

// Fields says which fields of its input an operation knows, by Go path
// ("LaunchTemplateData.BlockDeviceMappings.Ebs.VolumeSize"), separated by
// blanks. A path stands for all below it, a longer one wins over a shorter one,
// and lists add nothing to a path. What is set and not named is refused.
type Fields struct {
	Reads   string // understood and acted on
	Accepts string // accepted without effect here; logged once
}
