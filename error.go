package gekko

import "errors"

// Kinds of errors, told apart by errors.Is. The text of an error says what and
// why; its kind says what a caller may do about it.
var (
	// ErrInvalid is input that can never work.
	ErrInvalid = errors.New("invalid")
	// ErrNotFound is a thing that is not there, or not there any more.
	ErrNotFound = errors.New("not found")
	// ErrConflict is a thing in the way: a name taken, something in use.
	ErrConflict = errors.New("conflict")
	// ErrDenied is a right that is missing, or credentials that are none.
	ErrDenied = errors.New("denied")
	// ErrExpired is credentials that were good once, or a clock that is off.
	ErrExpired = errors.New("expired")
	// ErrThrottled is a cloud that asks to be called less often.
	ErrThrottled = errors.New("throttled")
	// ErrCapacity is a cloud or an account that has no room for more.
	ErrCapacity = errors.New("no capacity")
	// ErrUnavailable is an endpoint that does not answer, or with its own fault.
	ErrUnavailable = errors.New("unavailable")
	// ErrRefused is a request that gekko turns down to keep a promise.
	ErrRefused = errors.New("refused")
	// ErrHeld is work that stopped half way and needs a person.
	ErrHeld = errors.New("held")
)

// Hint joins an error with the next command to try. It reads as err alone; the
// hint is for whoever prints it (HintOf).
func Hint(err error, next string) error {
	if err == nil {
		return nil
	}
	return &hinted{err, next}
}

// HintOf is the outermost hint of an error, or "".
func HintOf(err error) string {
	if h, ok := errors.AsType[*hinted](err); ok {
		return h.next
	}
	return ""
}

type hinted struct {
	error
	next string
}

func (h *hinted) Unwrap() error { return h.error }
