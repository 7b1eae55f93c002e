package scaling

type policy struct{}

func (g *group) dropPolicy(p *policy) {}
