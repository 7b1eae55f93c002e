package tag

import (
	"testing"
	"time"
)

// Tags and parameters may hold what anybody has written there.
func FuzzWhatIsKeptIsReadWithoutHarm(f *testing.F) {
	f.Add("holder=h@i lasts=1m0s freed=yes why=because why=not")
	f.Add("ending=promoted old=hello-20260101-000000 begun=20260101-000000 grounds=x grounds=y")
	f.Add("subnets=0a+0b types=t3.small min=1 track=cpu:50")
	f.Add("listener=front:80 rules=default+10")
	f.Add("arn:aws:elasticloadbalancing:us-east-1:1:listener/app/a/b/c")
	f.Fuzz(func(_ *testing.T, value string) {
		DecodeLease(value)
		decodeOutcome(value)
		_ = decodeMoment(value)
		decodeSince(time.Unix(0, 0), value)
		decodeSize(value)
		decodeBalancer(value)
		decodeService(value)
		decodePlan(value)
		_ = decodeTime(value)
	})
}
