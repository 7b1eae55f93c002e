package wire

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// verify checks who calls; raw is the body as it was sent. Its errors are those of the service called.
func (m *Mux) verify(r *http.Request, c *call, raw []byte) *Error {
	if m.options.Credentials == nil {
		return nil
	}
	s, signed := signatureOf(r)
	switch {
	case !signed && c.service == STS && (c.action == "AssumeRoleWithSAML" || c.action == "AssumeRoleWithWebIdentity"):
		return nil // their callers have no keys yet
	case !signed && (c.form.Has("AWSAccessKeyId") || c.form.Has("Signature")):
		return c.denied("IncompleteSignature", "Signature version 2 is not supported here: sign with version 4.")
	case !signed:
		return c.denied("MissingAuthenticationToken", "Request is missing Authentication Token")
	case s == nil:
		return c.denied("IncompleteSignature", "The signature of the request is not a whole signature version 4.")
	}
	if _, err := url.ParseQuery(r.URL.RawQuery); err != nil {
		return c.denied("IncompleteSignature", "The query string cannot be read.")
	}
	secret, known := m.options.Credentials(s.key)
	if !known {
		return c.denied("InvalidClientTokenId", "The security token included in the request is invalid.")
	}
	if late := s.late(time.Now()); late != "" {
		return c.denied("RequestExpired", late)
	}
	// Clients may sign STS's calls for its global endpoint.
	if m.options.Region != "" && s.region != m.options.Region && c.service != STS {
		return c.denied("SignatureDoesNotMatch",
			fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. The region here is '%s'.", s.region, m.options.Region))
	}
	if !s.holds(r, raw, secret) {
		return c.denied("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. "+
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

// denied is a refusal under the code that each family of services has for it;
// code is that of the query services.
func (c *call) denied(code, message string) *Error {
	_, form := c.protocol.(query)
	switch {
	case c.service.ec2 && code == "RequestExpired":
		return &Error{Code: code, Message: message, Status: http.StatusBadRequest}
	case c.service.ec2 && (code == "InvalidClientTokenId" || code == "SignatureDoesNotMatch"):
		return &Error{Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials", Status: http.StatusUnauthorized}
	case c.service.ec2:
		return &Error{Code: "AuthFailure", Message: message, Status: http.StatusUnauthorized}
	case form && code == "RequestExpired":
		code = "SignatureDoesNotMatch"
	case form && code == "IncompleteSignature":
		return &Error{Code: code, Message: message, Status: http.StatusBadRequest}
	case !form:
		code = map[string]string{
			"IncompleteSignature":        "IncompleteSignatureException",
			"MissingAuthenticationToken": "MissingAuthenticationTokenException",
			"InvalidClientTokenId":       "UnrecognizedClientException",
			"SignatureDoesNotMatch":      "InvalidSignatureException",
			"RequestExpired":             "InvalidSignatureException",
		}[code]
		return &Error{Code: code, Message: message, Status: http.StatusBadRequest}
	}
	return &Error{Code: code, Message: message, Status: http.StatusForbidden}
}
