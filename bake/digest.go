package bake

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"gekko"
	"gekko/tune"
)

// digest tells recipes apart by what they put on an image, the commit aside.
// What only says how groups are run is not in it.
func digest(app gekko.App, base gekko.ImageID) string {
	what := struct {
		Form      int // raised when gekko itself puts other things on images
		Recipe    []gekko.RecipeStep
		Service   gekko.Service
		Tuning    []tune.File
		Base      gekko.ImageID
		VolumeGiB int
		Encrypted bool
	}{1, app.Recipe, app.Service, nil, base, app.Image.VolumeGiB, app.Image.Encrypted}
	if !app.Image.Untuned {
		what.Tuning = tune.Files()
	}
	text, err := json.Marshal(what)
	if err != nil {
		panic(fmt.Sprintf("digest of plain values: %v", err))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// token keeps RunInstances from launching a second builder when an answer gets
// lost. AWS holds tokens by zone, so the subnet is part of it
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html).
func token(b gekko.Bake, subnet string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", b.ID, b.Snapshot, subnet))
	return hex.EncodeToString(sum[:])
}
