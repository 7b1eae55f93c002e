package cloudtest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// requesters looks for the network interfaces that a balancer has left, as
// Ansible does before it believes that one is gone.
func requesters(t *testing.T, h *Harness) {
	out, err := h.ec2().DescribeNetworkInterfaces(t.Context(), &ec2.DescribeNetworkInterfacesInput{Filters: []types.Filter{
		{Name: aws.String("requester-id"), Values: []string{"amazon-elb"}},
		{Name: aws.String("description"), Values: []string{"ELB there-is-none"}},
	}})
	must(t, err)
	if len(out.NetworkInterfaces) != 0 {
		t.Errorf("a balancer that never was has %d interfaces", len(out.NetworkInterfaces))
	}
}
