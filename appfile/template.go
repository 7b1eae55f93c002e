package appfile

import (
	"cmp"
	_ "embed"
	"strings"

	"gekko"
)

//go:embed template.yaml
var template string

// Template is the commented file that gekko init writes for an app. Each key
// that there is stands in it, those with a default as comments.
func Template(app gekko.AppName, region string) []byte {
	return []byte(strings.NewReplacer(
		"@app@", string(app),
		"@region@", cmp.Or(region, "eu-central-1"),
	).Replace(template))
}
