package cli

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"golang.org/x/sys/unix"
)

// versions are the services that call speaks to, as SERVICE, with the version
// of their interface.
var versions = map[string]string{
	"ec2": "2016-11-15", "autoscaling": "2011-01-01", "elb": "2012-06-01", "elbv2": "2015-12-01", "sts": "2011-06-15",
}

// call is a program for scripts, "call SERVICE OPERATION [KEY=VALUE…]": it makes
// one call of AWS as gekko would never make it, and prints the answer.
func call() {
	if len(os.Args) < 3 || versions[os.Args[1]] == "" {
		quit("usage: call SERVICE OPERATION [KEY=VALUE...]")
	}
	form := url.Values{"Action": {os.Args[2]}, "Version": {versions[os.Args[1]]}}
	for _, pair := range os.Args[3:] {
		key, value, _ := strings.Cut(pair, "=")
		form.Set(key, value)
	}
	body := form.Encode()
	r, err := http.NewRequest(http.MethodPost, os.Getenv("AWS_ENDPOINT_URL")+"/", strings.NewReader(body))
	if err != nil {
		quit(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	keys := aws.Credentials{AccessKeyID: os.Getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: os.Getenv("AWS_SECRET_ACCESS_KEY")}
	signing := os.Args[1]
	if strings.HasPrefix(signing, "elb") {
		signing = "elasticloadbalancing"
	}
	sum := sha256.Sum256([]byte(body))
	if err := v4.NewSigner().SignHTTP(r.Context(), keys, r, hex.EncodeToString(sum[:]), signing, os.Getenv("AWS_REGION"), time.Now()); err != nil {
		quit(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		quit(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		quit(err)
	}
	fmt.Printf("%s\n", text)
	if answer.StatusCode >= http.StatusMultipleChoices {
		os.Exit(1)
	}
}

func quit(why any) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(2)
}

// between is a program for scripts, "between RULE… -- COMMAND…": it runs the
// command with itself between that and the cloud, and does as the rules say:
//
//	fail:OPERATION:CODE[:N]    answers the Nth call with this error (or else each)
//	drop:OPERATION[:N]         carries the call out and loses its answer
//	signal:OPERATION:NAME[:N]  sends the command a signal instead of an answer
//	say:OPERATION:OLD:NEW[:N]  puts NEW for what fits the expression OLD in the answer
//
// N may be "N+": that call and all after it.
//
// It says on standard output which calls there were if the one rule is "list".
func between() {
	m := &middle{seen: map[string]int{}}
	args := os.Args[1:]
	for len(args) > 0 && args[0] != "--" {
		m.rules = append(m.rules, strings.Split(args[0], ":"))
		args = args[1:]
	}
	if len(args) < 2 {
		quit("usage: between RULE... -- COMMAND...")
	}
	cloud, err := url.Parse(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		quit(err)
	}
	m.proxy = httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(cloud)
		r.Out.Host = r.In.Host // it is signed
	}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		quit(err)
	}
	go http.Serve(l, m)
	m.command = exec.Command(args[1], args[2:]...)
	m.command.Stdin, m.command.Stdout, m.command.Stderr = os.Stdin, os.Stdout, os.Stderr
	m.command.Env = append(os.Environ(), "AWS_ENDPOINT_URL=http://"+l.Addr().String())
	err = m.command.Run()
	if status, ok := m.command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		os.Exit(128 + int(status.Signal()))
	}
	if err != nil && m.command.ProcessState == nil {
		quit(err)
	}
	os.Exit(m.command.ProcessState.ExitCode())
}

// middle stands between a command and the cloud.
type middle struct {
	proxy   httputil.ReverseProxy
	command *exec.Cmd
	rules   [][]string

	mu   sync.Mutex
	seen map[string]int
}

func (m *middle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	_, target, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	operation := cmp.Or(form.Get("Action"), target, path.Base(r.URL.Path))
	m.mu.Lock()
	m.seen[operation]++
	n := m.seen[operation]
	m.mu.Unlock()
	for _, rule := range m.rules {
		if rule[0] == "list" {
			fmt.Printf("%s %d\n", operation, n)
		} else if rule[1] == operation && m.apply(w, r, form, rule, n) {
			return
		}
	}
	m.proxy.ServeHTTP(w, r)
}

// apply does as a rule says if the nth call is one that it is for.
func (m *middle) apply(w http.ResponseWriter, r *http.Request, form url.Values, rule []string, n int) bool {
	if !meant(rule[len(rule)-1], n) {
		return false
	}
	switch rule[0] {
	case "fail":
		refuse(w, r, form, rule[2])
		return true
	case "say":
		a := httptest.NewRecorder()
		m.proxy.ServeHTTP(a, r)
		text := regexp.MustCompile(rule[2]).ReplaceAllString(a.Body.String(), rule[3])
		maps.Copy(w.Header(), a.Header())
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		w.WriteHeader(a.Code)
		io.WriteString(w, text)
		return true
	case "drop":
		m.proxy.ServeHTTP(&discarded{header: http.Header{}}, r)
	case "signal":
		m.command.Process.Signal(unix.SignalNum("SIG" + rule[2]))
		<-r.Context().Done()
	}
	panic(http.ErrAbortHandler)
}

// refuse answers with an error as the protocol of the call has it.
func refuse(w http.ResponseWriter, r *http.Request, form url.Values, code string) {
	const why = "as the script has it"
	text, kind := "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error><RequestId>0</RequestId></ErrorResponse>", "text/xml"
	switch {
	case r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor":
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		text, kind = "\xbf\x66__type\x78"+string(rune(len(code)))+"%s\x67message\x78"+string(rune(len(why)))+"%s\xff", "application/cbor"
	case r.Header.Get("X-Amz-Target") != "":
		text, kind = `{"__type":"%s","message":"%s"}`, "application/x-amz-json-1.1"
	case form.Get("Version") == versions["ec2"]:
		text = "<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors><RequestID>0</RequestID></Response>"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, text, code, why)
}

// meant says whether a rule that ends with this word is for the nth call.
func meant(word string, n int) bool {
	first, on := strings.CutSuffix(word, "+")
	wanted, err := strconv.Atoi(first)
	return err != nil || n == wanted || on && n > wanted
}

// discarded is an answer that nobody gets.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }
func (d *discarded) WriteHeader(int)             {}
