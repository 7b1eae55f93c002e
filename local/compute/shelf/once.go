package shelf

import (
	"encoding/json"

	"gekko/local/wire"
)

// maxToken is the longest ClientToken that EC2 takes.
const maxToken = 64

// Once remembers what was made under client tokens, so that a request that is
// sent again makes nothing twice.
type Once struct{ made map[string]deed }

type deed struct {
	request string
	result  any
}

// NewOnce makes a memory without tokens.
func NewOnce() *Once { return &Once{made: map[string]deed{}} }

// Once gives what make gave when the token was first used in this scope (an
// operation, and a zone where tokens are zonal), or calls it. The same token
// with another request is refused. No token: always anew.
func (o *Once) Once(scope string, token *string, request any, make func() (any, error)) (any, error) {
	if value(token) == "" {
		return make()
	}
	if len(*token) > maxToken {
		return nil, wire.Errorf("InvalidParameterValue", "Value (%s) for parameter clientToken is invalid. Length exceeds maximum of %d.", *token, maxToken)
	}
	asked, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	key := scope + " " + *token
	if d, known := o.made[key]; known {
		if d.request != string(asked) {
			return nil, wire.Errorf("IdempotentParameterMismatch", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
		}
		return d.result, nil
	}
	result, err := make()
	if err == nil {
		o.made[key] = deed{string(asked), result}
	}
	return result, err
}
