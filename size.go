package gekko

import "fmt"

// Size is how many instances a group may have, must have, and wants.
type Size struct {
	Min     int `json:"min"`
	Max     int `json:"max"`
	Desired int `json:"desired"`
}

func (s Size) String() string { return fmt.Sprintf("%d..%d, %d wanted", s.Min, s.Max, s.Desired) }

const sizeFlags = "0 <= --min-size <= --desired-capacity <= --max-size"

// Settle checks a size that somebody asked for. A desired count below the
// minimum is raised to it, as Auto Scaling would refuse it otherwise, and said
// says so; above the maximum it is an error.
func (s Size) Settle() (settled Size, said string, err error) {
	switch {
	case s.Min < 0 || s.Max < 0 || s.Desired < 0:
		return s, "", Hint(fmt.Errorf("%w: size %v: no count may be negative", ErrInvalid, s), sizeFlags)
	case s.Min > s.Max:
		return s, "", Hint(fmt.Errorf("%w: minimum size %d is above the maximum size %d", ErrInvalid, s.Min, s.Max), sizeFlags)
	case s.Desired > s.Max:
		return s, "", Hint(fmt.Errorf("%w: desired capacity %d is above the maximum size %d", ErrInvalid, s.Desired, s.Max), sizeFlags)
	case s.Desired < s.Min:
		said = fmt.Sprintf("desired capacity %d raised to the minimum size %d: Auto Scaling refuses less", s.Desired, s.Min)
		s.Desired = s.Min
	}
	return s, said, nil
}
