package network

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gekko/local/compute/shelf"
	"gekko/local/wire"
)

// newRoutes gives the network its way out: a gateway, and a main route table.
func (n *Network) newRoutes() {
	gate, table := gateKind.NewID(), tableKind.NewID()
	n.gates.Put(gate, &types.InternetGateway{
		InternetGatewayId: &gate, OwnerId: &n.o.Account,
		Attachments: []types.InternetGatewayAttachment{{State: "available", VpcId: n.vpc.VpcId}},
	})
	n.tables.Put(table, &types.RouteTable{
		RouteTableId: &table, VpcId: n.vpc.VpcId, OwnerId: &n.o.Account,
		Routes: []types.Route{
			{DestinationCidrBlock: aws.String(cidr), GatewayId: aws.String("local"), Origin: types.RouteOriginCreateRouteTable, State: types.RouteStateActive},
			{DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: &gate, Origin: types.RouteOriginCreateRoute, State: types.RouteStateActive},
		},
		Associations: []types.RouteTableAssociation{{
			Main: aws.Bool(true), RouteTableId: &table, RouteTableAssociationId: aws.String(shelf.Kind{Prefix: "rtbassoc"}.NewID()),
			AssociationState: &types.RouteTableAssociationState{State: types.RouteTableAssociationStateCodeAssociated},
		}},
	})
}

var gateFacts = shelf.Facts[*types.InternetGateway]{
	"internet-gateway-id": func(g *types.InternetGateway) []string { return shelf.Text(g.InternetGatewayId) },
	"owner-id":            func(g *types.InternetGateway) []string { return shelf.Text(g.OwnerId) },
	"attachment.vpc-id":   func(g *types.InternetGateway) []string { return shelf.Text(g.Attachments[0].VpcId) },
	"attachment.state": func(g *types.InternetGateway) []string {
		return []string{string(g.Attachments[0].State)}
	},
}

// DescribeInternetGateways finds the network's gateway.
func (n *Network) DescribeInternetGateways(ctx context.Context, in *ec2.DescribeInternetGatewaysInput) (*ec2.DescribeInternetGatewaysOutput, error) {
	found, err := n.gates.Query(in.InternetGatewayIds, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, in.InternetGatewayIds, 5, in.NextToken, in.MaxResults)
	out := &ec2.DescribeInternetGatewaysOutput{NextToken: next}
	for _, g := range page {
		gate := *g
		gate.Tags = n.o.Tags.List(*g.InternetGatewayId)
		out.InternetGateways = append(out.InternetGateways, gate)
	}
	return out, err
}

var tableFacts = shelf.Facts[*types.RouteTable]{
	"route-table-id":        func(t *types.RouteTable) []string { return shelf.Text(t.RouteTableId) },
	"vpc-id":                func(t *types.RouteTable) []string { return shelf.Text(t.VpcId) },
	"owner-id":              func(t *types.RouteTable) []string { return shelf.Text(t.OwnerId) },
	"association.main":      func(t *types.RouteTable) []string { return shelf.Flag(t.Associations[0].Main) },
	"association.subnet-id": func(t *types.RouteTable) []string { return nil },
}

// DescribeRouteTables finds the network's route table.
func (n *Network) DescribeRouteTables(ctx context.Context, in *ec2.DescribeRouteTablesInput) (*ec2.DescribeRouteTablesOutput, error) {
	found, err := n.tables.Query(in.RouteTableIds, in.Filters)
	if err != nil {
		return nil, err
	}
	page, next, err := shelf.Page(found, in.RouteTableIds, 5, in.NextToken, in.MaxResults)
	out := &ec2.DescribeRouteTablesOutput{NextToken: next}
	for _, t := range page {
		table := *t
		table.Tags = n.o.Tags.List(*t.RouteTableId)
		out.RouteTables = append(out.RouteTables, table)
	}
	return out, err
}

var addressKind = shelf.Kind{
	Type: "elastic-ip", Prefix: "eipalloc", Malformed: "InvalidAllocationID.Malformed",
	NotFound: "InvalidAllocationID.NotFound", One: "The allocation ID '%s' does not exist",
}

var addressFacts = shelf.Facts[*types.Address]{
	"allocation-id":      func(a *types.Address) []string { return shelf.Text(a.AllocationId) },
	"association-id":     func(a *types.Address) []string { return shelf.Text(a.AssociationId) },
	"domain":             func(a *types.Address) []string { return []string{string(a.Domain)} },
	"instance-id":        func(a *types.Address) []string { return shelf.Text(a.InstanceId) },
	"public-ip":          func(a *types.Address) []string { return shelf.Text(a.PublicIp) },
	"private-ip-address": func(a *types.Address) []string { return shelf.Text(a.PrivateIpAddress) },
}

// DescribeAddresses finds no Elastic IP addresses: none can be made here.
func (n *Network) DescribeAddresses(ctx context.Context, in *ec2.DescribeAddressesInput) (*ec2.DescribeAddressesOutput, error) {
	for _, ip := range in.PublicIps {
		return nil, wire.Errorf("InvalidAddress.NotFound", "Address '%s' not found.", ip)
	}
	none := shelf.New(addressKind, n.o.Tags, addressFacts)
	_, err := none.Query(in.AllocationIds, in.Filters)
	return &ec2.DescribeAddressesOutput{}, err
}
