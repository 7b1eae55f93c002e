package local

import (
	"slices"
	"strings"
)

// Variable is one change of a caller's environment: Name=Value, or Name taken
// out.
type Variable struct {
	Name, Value string
	Unset       bool
}

// hidden are the variables through which a client would find other
// credentials, another endpoint or another profile than this cloud's: the
// SDKs' (https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html)
// and those of the command-line tools of 2013.
var hidden = []string{
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE",
	"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
	"AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_CREDENTIAL_FILE",
	"AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_WEB_IDENTITY_TOKEN_FILE",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
	"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT",
	"AWS_SIGV4A_SIGNING_REGION_SET", "AWS_CREDENTIAL_EXPIRATION",
	"AWS_LOGIN_CACHE_DIRECTORY",
	"EC2_URL", "EC2_PRIVATE_KEY", "EC2_CERT",
	"AWS_AUTO_SCALING_URL", "AWS_ELB_URL", "AWS_CLOUDWATCH_URL",
}

// endpointPrefix begins the variables that move one service alone.
const endpointPrefix = "AWS_ENDPOINT_URL_"

// Environment is what a client needs to reach this cloud at endpoint, and
// nothing else: old clients ignore AWS_ENDPOINT_URL and would reach the real
// AWS with whatever keys they found, so all other ways to keys are closed.
// caller is the environment that it will be put over (os.Environ).
func (w *World) Environment(endpoint string, caller []string) []Variable {
	vars := []Variable{
		{Name: "AWS_ENDPOINT_URL", Value: endpoint},
		{Name: "AWS_ACCESS_KEY_ID", Value: w.accessKeyID},
		{Name: "AWS_SECRET_ACCESS_KEY", Value: w.secretAccessKey},
		{Name: "AWS_REGION", Value: w.region},
		{Name: "AWS_DEFAULT_REGION", Value: w.region},
		{Name: "AWS_CONFIG_FILE", Value: "/dev/null"},
		{Name: "AWS_SHARED_CREDENTIALS_FILE", Value: "/dev/null"},
		{Name: "AWS_EC2_METADATA_DISABLED", Value: "true"},
		{Name: "BOTO_CONFIG", Value: "/dev/null"}, // of boto 2
		{Name: "AWS_PAGER"},
	}
	unset := slices.Clone(hidden)
	for _, v := range caller {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, endpointPrefix) {
			unset = append(unset, name)
		}
	}
	slices.Sort(unset)
	for _, name := range slices.Compact(unset) {
		vars = append(vars, Variable{Name: name, Unset: true})
	}
	return vars
}

// Overlay is the caller's environment with these changes made.
func Overlay(caller []string, vars []Variable) []string {
	changed := make(map[string]bool, len(vars))
	for _, v := range vars {
		changed[v.Name] = true
	}
	var env []string
	for _, kv := range caller {
		if name, _, _ := strings.Cut(kv, "="); !changed[name] {
			env = append(env, kv)
		}
	}
	for _, v := range vars {
		if !v.Unset {
			env = append(env, v.Name+"="+v.Value)
		}
	}
	return env
}
