package release_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// throttled and failed are answers that say no, as the service that is called
// would put it.
func throttled(r *http.Request) *http.Response {
	switch {
	case strings.Contains(r.Header.Get("Authorization"), "/ec2/"):
		return refused(r, http.StatusServiceUnavailable, "RequestLimitExceeded")
	case r.Header.Get("X-Amz-Target") != "":
		return refused(r, http.StatusBadRequest, "ThrottlingException")
	}
	return refused(r, http.StatusBadRequest, "Throttling")
}

func failed(r *http.Request) *http.Response {
	return refused(r, http.StatusInternalServerError, "InternalFailure")
}

func refused(r *http.Request, status int, code string) *http.Response {
	header, said := http.Header{}, []byte(nil)
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		said = fmt.Appendf(nil, `{"__type":%q,"message":"by the test"}`, code)
	case r.Header.Get("Smithy-Protocol") != "":
		header.Set("Smithy-Protocol", r.Header.Get("Smithy-Protocol"))
		said = cbor.Encode(cbor.Map{"__type": cbor.String(code), "message": cbor.String("by the test")})
	case strings.Contains(r.Header.Get("Authorization"), "/ec2/"):
		said = fmt.Appendf(nil, "<Response><Errors><Error><Code>%s</Code><Message>by the test</Message></Error></Errors></Response>", code)
	default:
		said = fmt.Appendf(nil, "<ErrorResponse><Error><Code>%s</Code><Message>by the test</Message></Error></ErrorResponse>", code)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(bytes.NewReader(said)), ContentLength: int64(len(said)), Request: r}
}
