package wire

import (
	"context"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func BenchmarkDescribeInstances(b *testing.B) {
	m := NewMux(Options{})
	instances := make([]types.Instance, 100)
	for i := range instances {
		instances[i] = types.Instance{InstanceId: aws.String("i-0123456789abcdef0"), LaunchTime: &timeOfTests, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("a")}}}
	}
	Handle(m, EC2, func(context.Context, *ec2.DescribeInstancesInput) (*ec2.DescribeInstancesOutput, error) {
		return &ec2.DescribeInstancesOutput{Reservations: []types.Reservation{{Instances: instances}}}, nil
	}, Fields{Reads: "Filters"})
	for b.Loop() {
		ask(m, "Action=DescribeInstances&Version=2016-11-15&Filter.1.Name=tag:Name&Filter.1.Value.1=a")
	}
}

func BenchmarkReadTables(b *testing.B) {
	for b.Loop() {
		readTables(tableText)
	}
}

func BenchmarkShapesOfRunInstances(b *testing.B) {
	for b.Loop() {
		inShapes(EC2).of(reflect.TypeFor[ec2.RunInstancesInput]())
	}
}
