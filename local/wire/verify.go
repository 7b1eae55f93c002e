package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// verify checks who calls: raw is the body as it was sent, s how it was signed, nil
// if that cannot be read. Its errors are those of the service called.
func (m *Mux) verify(r *http.Request, c *call, raw []byte, s *signature, signed bool) *Error {
	if m.options.Credentials == nil {
		return nil
	}
	switch {
	case !signed && c.service == STS && (c.action == "AssumeRoleWithSAML" || c.action == "AssumeRoleWithWebIdentity"):
		return nil // their callers have no keys yet
	case !signed && (c.form.Has("AWSAccessKeyId") || c.form.Has("Signature")):
		return c.denied(illSigned, "Signature version 2 is not supported here: sign with version 4.")
	case !signed:
		return c.denied(unsignedCall, "Request is missing Authentication Token")
	case s == nil:
		return c.denied(illSigned, "The signature of the request is not a whole signature version 4.")
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		return c.denied(illSigned, "The query string cannot be read.")
	}
	secret, known := m.options.Credentials(s.key)
	if !known {
		return c.denied(unknownKey, "The security token included in the request is invalid.")
	}
	if late := s.late(time.Now().Add(m.options.Ahead())); late != "" {
		return c.denied(untimely, late)
	}
	// Clients may sign STS's calls for its global endpoint.
	if m.options.Region != "" && s.region != m.options.Region && c.service != STS {
		return c.denied(mismatch,
			fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. The region here is '%s'.", s.region, m.options.Region))
	}
	if !s.holds(r, raw, m.keys.of(s, secret)) {
		return c.denied(mismatch, "The request signature we calculated does not match the signature you provided. "+
			"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

// late tells why a signature does not hold now; empty if it does.
func (s *signature) late(now time.Time) string {
	date, err := time.Parse(dateLayout, s.date)
	if err != nil {
		return "The date of the request cannot be read: " + s.date
	}
	now = now.UTC()
	holds := s.expires
	if holds == 0 {
		holds = window
	}
	const minutes = " (%s %c 15 min.)"
	switch {
	case date.Add(holds).Before(now):
		if s.expires > 0 {
			return "Request has expired."
		}
		return fmt.Sprintf("Signature expired: %s is now earlier than %s"+minutes,
			s.date, now.Add(-window).Format(dateLayout), now.Format(dateLayout), '-')
	case date.Add(-window).After(now):
		return fmt.Sprintf("Signature not yet current: %s is still later than %s"+minutes,
			s.date, now.Add(window).Format(dateLayout), now.Format(dateLayout), '+')
	}
	return ""
}

// denial is a reason not to let a call in, under the codes that the query
// services, those that speak JSON or CBOR, and EC2 have for it.
type denial struct{ query, json, ec2 string }

var (
	unsignedCall = denial{"MissingAuthenticationToken", "MissingAuthenticationTokenException", "AuthFailure"}
	illSigned    = denial{"IncompleteSignature", "IncompleteSignatureException", "AuthFailure"}
	unknownKey   = denial{"InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure"}
	mismatch     = denial{"SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure"}
	untimely     = denial{"SignatureDoesNotMatch", "InvalidSignatureException", "RequestExpired"}
)

// denied is a denial as the called service tells it.
func (c *call) denied(d denial, message string) *Error {
	_, form := c.protocol.(query)
	switch {
	case c.service.ec2 && d == untimely:
		return &Error{Code: d.ec2, Message: message}
	case c.service.ec2:
		if d == unknownKey || d == mismatch {
			message = "AWS was not able to validate the provided access credentials" // and says no more
		}
		return &Error{Code: d.ec2, Message: message, Status: http.StatusUnauthorized}
	case !form:
		return &Error{Code: d.json, Message: message}
	case d == illSigned:
		return &Error{Code: d.query, Message: message}
	}
	return &Error{Code: d.query, Message: message, Status: http.StatusForbidden}
}
