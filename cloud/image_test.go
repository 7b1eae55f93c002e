package cloud_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// An image that is still being made does not name its disks yet. The embedded
// cloud does, so this one is made up.
func TestAPendingImageGoesWithItsDisks(t *testing.T) {
	const tags = "<tagSet><item><key>gekko:app</key><value>hello</value></item><item><key>gekko:snapshot</key><value>hello-20260101-000000</value></item></tagSet>"
	answers := map[string]string{
		"DescribeImages":    "<imagesSet><item><imageId>ami-1</imageId><name>hello-20260101-000000</name><imageState>pending</imageState>" + tags + "</item></imagesSet>",
		"DescribeSnapshots": "<snapshotSet><item><snapshotId>snap-1</snapshotId>" + tags + "</item></snapshotSet>",
		"DeregisterImage":   "<return>true</return>",
		"DeleteSnapshot":    "<return>true</return>",
	}
	var calls []string
	c := opened(t, func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		action := form.Get("Action")
		calls = append(calls, action+" "+form.Get("SnapshotId"))
		text := "<" + action + "Response>" + answers[action] + "</" + action + "Response>"
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
	})
	if err := c.DropImage(t.Context(), "ami-1"); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(calls, "DeleteSnapshot snap-1") {
		t.Errorf("called %q", calls)
	}
}
