package cloud

import "gekko"

// bakeTags mark what a bake makes for itself.
func bakeTags(b gekko.Bake) map[string]string {
	return map[string]string{
		"Name":      string(b.Snapshot) + " " + KindBuilder,
		TagKind:     KindBuilder,
		TagBake:     b.ID,
		TagApp:      string(b.App),
		TagSnapshot: string(b.Snapshot),
		TagCommit:   string(b.Commit),
		TagRecipe:   b.Recipe,
		TagBase:     string(b.Base),
		TagExpires:  encodeTime(b.Expires),
	}
}

func bakeOf(tags map[string]string) gekko.Bake {
	return gekko.Bake{
		ID:       tags[TagBake],
		App:      gekko.AppName(tags[TagApp]),
		Snapshot: gekko.SnapshotName(tags[TagSnapshot]),
		Commit:   gekko.Commit(tags[TagCommit]),
		Recipe:   tags[TagRecipe],
		Base:     gekko.ImageID(tags[TagBase]),
		Expires:  decodeTime(tags[TagExpires]),
	}
}

// snapshotTags mark an image and its block-device snapshots with all that the
// later commands need to know.
func snapshotTags(s gekko.Snapshot) map[string]string {
	return map[string]string{
		"Name":      string(s.Name),
		TagApp:      string(s.Name.App()),
		TagSnapshot: string(s.Name),
		TagCommit:   string(s.Commit),
		TagRecipe:   s.Recipe,
		TagBase:     string(s.Base),
		TagSource:   s.Source,
		TagBalancer: encodeBalancer(s.Balancer),
		TagService:  encodeService(s.Port, s.HealthPath),
		TagGroup:    encodePlan(s.Plan),
	}
}

// snapshotMarked is what those tags tell of a snapshot.
func snapshotMarked(tags map[string]string) gekko.Snapshot {
	s := gekko.Snapshot{
		Commit:   gekko.Commit(tags[TagCommit]),
		Source:   tags[TagSource],
		Recipe:   tags[TagRecipe],
		Base:     gekko.ImageID(tags[TagBase]),
		Adopted:  tags[TagAdopted] != "",
		Plan:     decodePlan(tags[TagGroup]),
		Balancer: decodeBalancer(tags[TagBalancer]),
	}
	s.Port, s.HealthPath = decodeService(tags[TagService])
	return s
}
