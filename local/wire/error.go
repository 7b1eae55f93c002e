package wire

import "fmt"

// Error is a refusal in AWS's words. An operation returns it, or any other
// error, which clients see as InternalError without its text.
type Error struct {
	Code    string // AWS's error code, e.g. InvalidAMIName.Duplicate
	Message string
	Status  int // HTTP status; 0 is 400
}

// Errorf makes an Error of status 400 with a formatted message.
func Errorf(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes the Error of a request that cannot be meant so, as the services
// with the query protocol code it.
func Invalid(format string, args ...any) *Error { return Errorf("ValidationError", format, args...) }

func (e *Error) Error() string { return e.Code + ": " + e.Message }
