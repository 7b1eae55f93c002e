package wire

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// fieldError is a fault of one field, told in each service's own words.
type fieldError struct {
	path  string // wire names from the input down
	fault fault
	value string   // what was given
	want  string   // malformed: what was expected
	enum  []string // unlisted: what was expected
}

type fault int

const (
	unknown  fault = iota // AWS knows no such field
	broken                // the value cannot be read
	missing               // required and not given
	unlisted              // not a value of its enum
	unspoken              // known to AWS, not built here
)

func (e *fieldError) Error() string { return fmt.Sprintf("%s: fault %d", e.path, e.fault) }

func malformed(tree any, want string) *fieldError {
	value := "a structure"
	switch tree := tree.(type) {
	case text, string, bool, int64, float64:
		value = fmt.Sprint(tree)
	}
	return &fieldError{fault: broken, value: value, want: want}
}

// at puts a step before the path of a field's error.
func at(step string, err error) error {
	var e *fieldError
	if errors.As(err, &e) {
		e.path = strings.TrimSuffix(step+"."+e.path, ".")
	}
	return err
}

// refusal tells faults as a service would: EC2 the first one, the others all.
func refusal(s Service, faults ...*fieldError) *Error {
	first := faults[0]
	switch {
	case first.fault == unspoken:
		return Errorf("UnsupportedOperation", "The parameter %s is not supported here.", first.path)
	case s.ec2:
		return first.ec2()
	case first.fault == unknown || first.fault == broken:
		return first.unreadable(s)
	}
	all := make([]string, len(faults))
	for i, f := range faults {
		all[i] = f.constraint()
	}
	code := "ValidationError"
	if s == SSM {
		code = "ValidationException"
	}
	plural := ""
	if len(all) > 1 {
		plural = "s"
	}
	return Errorf(code, "%d validation error%s detected: %s", len(all), plural, strings.Join(all, "; "))
}

func (e *fieldError) ec2() *Error {
	switch e.fault {
	case unknown:
		return Errorf("UnknownParameter", "The parameter %s is not recognized", e.path)
	case missing:
		return Errorf("MissingParameter", "The request must contain the parameter %s", e.path)
	case unlisted:
		return Errorf("InvalidParameterValue", "Invalid value '%s' for %s.", e.value, e.path)
	}
	return Errorf("InvalidParameterValue", "Invalid value '%s' for %s. Expected %s.", e.value, e.path, e.want)
}

func (e *fieldError) unreadable(s Service) *Error {
	code := "MalformedInput"
	if s == SSM {
		code = "SerializationException"
	}
	if e.fault == unknown {
		return Errorf(code, "Unexpected parameter %s", e.path)
	}
	return Errorf(code, "Invalid value '%s' for %s: expected %s", e.value, e.path, e.want)
}

// constraint is one of the validation errors that AWS counts up.
func (e *fieldError) constraint() string {
	steps := strings.Split(e.path, ".")
	for i, s := range steps {
		letters := []rune(s)
		letters[0] = unicode.ToLower(letters[0])
		steps[i] = string(letters)
	}
	path := strings.Join(steps, ".")
	if e.fault == missing {
		return fmt.Sprintf("Value null at '%s' failed to satisfy constraint: Member must not be null", path)
	}
	return fmt.Sprintf("Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]",
		e.value, path, strings.Join(e.enum, ", "))
}
