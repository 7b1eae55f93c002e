package images

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko"
)

func image(id, made string, arch ec2types.ArchitectureValues) ec2types.Image {
	return ec2types.Image{ImageId: aws.String(id), CreationDate: aws.String(made), Architecture: arch, State: ec2types.ImageStateAvailable}
}

func TestTheNewestBaseIsPickedUnlessItIsOpenWhichIsMeant(t *testing.T) {
	const x86, arm = ec2types.ArchitectureValuesX8664, ec2types.ArchitectureValuesArm64
	for _, row := range []struct {
		images []ec2types.Image
		want   string
		kind   error
	}{
		{nil, "", gekko.ErrNotFound},
		{[]ec2types.Image{image("ami-1", "2026-01-01", x86), image("ami-2", "2026-02-01", x86)}, "ami-2", nil},
		{[]ec2types.Image{image("ami-1", "2026-01-01", arm), image("ami-2", "2026-02-01", x86)}, "", gekko.ErrInvalid},
		{[]ec2types.Image{image("ami-1", "2026-02-01", x86), image("ami-2", "2026-02-01", x86)}, "", gekko.ErrInvalid},
		{[]ec2types.Image{{ImageId: aws.String("ami-1"), State: ec2types.ImageStatePending}}, "", gekko.ErrConflict},
	} {
		got, err := pick(row.images)
		if aws.ToString(got.ImageId) != row.want || !errors.Is(err, row.kind) {
			t.Errorf("picked %q of %d, %v", aws.ToString(got.ImageId), len(row.images), err)
		}
	}
}
