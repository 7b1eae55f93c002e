package local_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// BenchmarkImages lists ten thousand images of an account, page by page.
func BenchmarkImages(b *testing.B) {
	s := newStage(b, b.TempDir())
	defer s.end()
	ctx := context.Background()
	images, err := s.ec2.DescribeImages(ctx, &ec2.DescribeImagesInput{})
	s.check(err)
	for i := range 10_000 {
		_, err := s.ec2.CopyImage(ctx, &ec2.CopyImageInput{
			SourceImageId: images.Images[0].ImageId, SourceRegion: aws.String("us-east-1"), Name: aws.String(fmt.Sprint("image ", i)), CopyImageTags: aws.Bool(true),
			TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeImage, Tags: []ec2types.Tag{{Key: aws.String("app"), Value: aws.String("hello")}}}},
		})
		s.check(err)
	}
	for b.Loop() {
		served, pages, found := s.served.spent.Load(), 0, 0
		in := &ec2.DescribeImagesInput{
			Owners: []string{"self"}, MaxResults: aws.Int32(1000),
			Filters: []ec2types.Filter{{Name: aws.String("tag:app"), Values: []string{"hello"}}},
		}
		for p := ec2.NewDescribeImagesPaginator(s.ec2, in); p.HasMorePages(); pages++ {
			out, err := p.NextPage(ctx)
			s.check(err)
			found += len(out.Images)
		}
		if found != 10_000 {
			b.Fatalf("%d images were found", found)
		}
		b.ReportMetric(float64(s.served.spent.Load()-served)/1e6/float64(pages), "ms-served/page")
	}
}
