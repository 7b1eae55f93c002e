package wire

import (
	"encoding/base64"
	"strconv"
	"strings"
)

const tokenPrefix = "page from "

// Page cuts one page out of all: what follows token, at most size elements and
// never more than limit (0: no limit). next is the token of the page after it,
// nil at the end. A token that no Page gave, or one past the end, is
// InvalidNextToken; a size below 1 is ValidationError.
func Page[T any](all []T, token *string, size *int32, limit int) (page []T, next *string, err error) {
	start, err := tokenStart(token, len(all))
	if err != nil {
		return nil, nil, err
	}
	most := limit
	if size != nil {
		if *size < 1 {
			return nil, nil, Invalid("The page size %d is below 1.", *size)
		}
		if limit == 0 || int(*size) < limit {
			most = int(*size)
		}
	}
	if most == 0 || most >= len(all)-start {
		return all[start:], nil, nil
	}
	end := start + most
	return all[start:end], NewToken(end), nil
}

func tokenStart(token *string, length int) (int, error) {
	start, err := ReadToken(token)
	if err == nil && start > length {
		err = invalidToken(*token)
	}
	return start, err
}

// NewToken makes the token of the page that begins after a number.
func NewToken(n int) *string {
	t := base64.RawURLEncoding.EncodeToString([]byte(tokenPrefix + strconv.Itoa(n)))
	return &t
}

// ReadToken gives the number of a token, 0 if there is none. What no NewToken
// gave is InvalidNextToken.
func ReadToken(token *string) (int, error) {
	if token == nil || *token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	if err == nil {
		digits, ours := strings.CutPrefix(string(text), tokenPrefix)
		n, err := strconv.Atoi(digits)
		if ours && err == nil && n >= 0 {
			return n, nil
		}
	}
	return 0, invalidToken(*token)
}

func invalidToken(token string) error {
	return Errorf("InvalidNextToken", "The token '%s' is invalid.", token)
}
