package wire

// refused lists the fields that are answered with UnsupportedOperation, by
// their Go paths; one stands for all below it.
func (p *policy) refused(path string) []string {
	var all []string
	for _, f := range p.fields {
		switch {
		case f.below != nil:
			all = append(all, f.below.refused(path+f.name+".")...)
		case f.stance == refuses:
			all = append(all, path+f.name)
		}
	}
	return all
}
