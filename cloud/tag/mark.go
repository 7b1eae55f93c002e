package tag

import "gekko"

// OfBake are the tags that mark what a bake makes for itself.
func OfBake(b gekko.Bake) map[string]string {
	return map[string]string{
		"Name":   string(b.Snapshot) + " " + Builder,
		Kind:     Builder,
		Bake:     b.ID,
		App:      string(b.App),
		Snapshot: string(b.Snapshot),
		Commit:   string(b.Commit),
		Recipe:   b.Recipe,
		Base:     string(b.Base),
		Expires:  EncodeTime(b.Expires),
	}
}

// ReadBake is what those tags tell of a bake.
func ReadBake(tags map[string]string) gekko.Bake {
	return gekko.Bake{
		ID:       tags[Bake],
		App:      gekko.AppName(tags[App]),
		Snapshot: gekko.SnapshotName(tags[Snapshot]),
		Commit:   gekko.Commit(tags[Commit]),
		Recipe:   tags[Recipe],
		Base:     gekko.ImageID(tags[Base]),
		Expires:  decodeTime(tags[Expires]),
	}
}

// OfSnapshot are the tags that mark an image and its block-device snapshots with
// all that the later commands need to know.
func OfSnapshot(s gekko.Snapshot) map[string]string {
	return map[string]string{
		"Name":   string(s.Name),
		App:      string(s.Name.App()),
		Snapshot: string(s.Name),
		Commit:   string(s.Commit),
		Recipe:   s.Recipe,
		Base:     string(s.Base),
		Source:   s.Source,
		Balancer: EncodeBalancer(s.Balancer),
		Service:  encodeService(s.Port, s.HealthPath),
		Plan:     encodePlan(s.Plan),
	}
}

// ReadSnapshot is what those tags tell of a snapshot.
func ReadSnapshot(tags map[string]string) gekko.Snapshot {
	s := gekko.Snapshot{
		Commit:   gekko.Commit(tags[Commit]),
		Source:   tags[Source],
		Recipe:   tags[Recipe],
		Base:     gekko.ImageID(tags[Base]),
		Adopted:  tags[Adopted] != "",
		Plan:     decodePlan(tags[Plan]),
		Balancer: decodeBalancer(tags[Balancer]),
	}
	s.Port, s.HealthPath = decodeService(tags[Service])
	return s
}
