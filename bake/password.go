package bake

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// cutUser takes the user part, NAME or NAME:PASSWORD, out of a repository's
// address. Git takes addresses that package url does not.
func cutUser(where string) (user, address string) {
	scheme, rest, ok := strings.Cut(where, "://")
	if !ok {
		return "", where
	}
	host, path := rest, ""
	if at := strings.IndexByte(rest, '/'); at >= 0 {
		host, path = rest[:at], rest[at:]
	}
	at := strings.LastIndexByte(host, '@')
	if at < 0 {
		return "", where
	}
	return host[:at], scheme + "://" + host[at+1:] + path
}

// withoutPassword is a repository's address as it may be shown and kept.
func withoutPassword(where string) string {
	_, address := cutUser(where)
	return address
}

// apartFromPassword gives Git's address of a repository and, as variables, the
// password that stood in it: all users of a machine can see what a process is
// called with, but not its environment. What has no password stays as it is,
// since Git then looks for one under the user's name.
func apartFromPassword(where string) (address string, env []string) {
	user, address := cutUser(where)
	name, password, ok := strings.Cut(user, ":")
	if !ok || !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return where, nil
	}
	login := base64.StdEncoding.EncodeToString([]byte(unescape(name) + ":" + unescape(password)))
	n, err := strconv.Atoi(os.Getenv("GIT_CONFIG_COUNT")) // the caller's own come first
	if err != nil {
		n = 0
	}
	return address, []string{
		fmt.Sprintf("GIT_CONFIG_COUNT=%d", n+1),
		fmt.Sprintf("GIT_CONFIG_KEY_%d=http.%s.extraHeader", n, address),
		fmt.Sprintf("GIT_CONFIG_VALUE_%d=Authorization: Basic %s", n, login),
	}
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// hidden are the user parts of addresses within a text.
var hidden = regexp.MustCompile(`://[^/\s]+@`)

func hidePasswords(text string) string { return hidden.ReplaceAllString(text, "://") }
