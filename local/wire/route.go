package wire

import (
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// route finds out which operation a request is for, and in which protocol. Its
// call is usable for a refusal in any case.
func route(r *http.Request, body []byte, id string, scope string) (*call, *Error) {
	c := &call{id: id, protocol: query{}, body: body}
	contentType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if service, action, ok := rpcPath(r.URL.Path); ok {
		c.protocol, c.action = cborRPC{}, action
		return c, c.find(scope, func(s Service) bool { return s.target == service })
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		c.protocol = jsonRPC{contentType: jsonType(contentType)}
		prefix, action, _ := strings.Cut(target, ".")
		c.action = action
		return c, c.find(scope, func(s Service) bool { return s.target == prefix })
	}
	return c, c.routeQuery(r, contentType, scope)
}

func (c *call) routeQuery(r *http.Request, contentType, scope string) *Error {
	form, err := url.ParseQuery(r.URL.RawQuery)
	if err == nil && contentType == "application/x-www-form-urlencoded" {
		var posted url.Values
		posted, err = url.ParseQuery(string(c.body))
		maps.Copy(form, posted)
	}
	c.form, c.action = form, form.Get("Action")
	version := form.Get("Version")
	missed := c.find(scope, func(s Service) bool { return s.version == version })
	switch {
	case err != nil:
		return Errorf("MalformedQueryString", "The query string contains a syntax error.")
	case c.service != Service{} && c.action == "":
		return Errorf("MissingAction", "The request is missing an action or a required parameter.")
	case c.service == EC2:
		return nil // it serves clients of older versions too
	}
	return missed
}

// find sets the call's service: one that fits and, if the request is signed, that
// it was signed for.
func (c *call) find(scope string, fits func(Service) bool) *Error {
	for _, s := range services() {
		if fits(s) && (scope == "" || s.signing == scope) {
			c.service = s
			return nil
		}
	}
	for _, s := range services() {
		if s.signing == scope {
			c.service = s // whose words the refusal is in
			return Errorf("InvalidAction", "Could not find operation %s in the version that was asked for.", c.action)
		}
	}
	if scope == "" {
		return Errorf("InvalidAction", "Could not find operation %s in any service that is supported here.", c.action)
	}
	return Errorf("UnsupportedOperation", "The service %s is not supported here.", scope)
}

// rpcPath takes /service/S/operation/O apart.
func rpcPath(path string) (service, operation string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/service/")
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "/operation/")
}

// jsonType is the content type of an answer to a request's.
func jsonType(contentType string) string {
	if contentType == "application/x-amz-json-1.0" {
		return contentType
	}
	return "application/x-amz-json-1.1"
}
