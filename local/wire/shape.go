package wire

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// shape is how the fields of a Go struct stand on the wire, in one direction.
// In JSON and CBOR the names are Go's, which are also the rule of the query
// protocol: services that speak several have one shape for all.
type shape struct {
	name   string // Go's
	fields []field
	byWire map[string]*field
}

type field struct {
	index     int
	name      string // Go's
	wire      string
	member    string // name of a list's elements; empty: the list has none of its own
	required  bool
	keepEmpty bool     // an empty form value is a value, not absence
	always    bool     // a list that answers have even if there is nothing in it
	enum      []string // what the innermost value may be; nil: anything
	below     *shape   // of the innermost value, if it is a struct
	union     bool     // an interface of the SDK: not spoken
}

// shapes makes a service's shapes of one direction, each once.
type shapes struct {
	service Service
	table   *table
	odd     map[string]map[string]string
	member  string // of lists, by the protocol's rule
	lower   bool   // names begin with a lower-case letter, by the rule
	out     bool
	made    map[reflect.Type]*shape
}

func inShapes(s Service) *shapes {
	t := tables()[s.name]
	member := "member"
	if s.ec2 {
		member = ""
	}
	return &shapes{service: s, table: t, odd: t.in, member: member, made: map[reflect.Type]*shape{}}
}

func outShapes(s Service) *shapes {
	t := tables()[s.name]
	member := "member"
	if s.ec2 {
		member = "item"
	}
	return &shapes{service: s, table: t, odd: t.out, member: member, lower: s.ec2, out: true, made: map[reflect.Type]*shape{}}
}

var timeType = reflect.TypeFor[time.Time]()

// of makes the shape of a struct type.
func (s *shapes) of(t reflect.Type) *shape {
	if made := s.made[t]; made != nil {
		return made
	}
	made := &shape{name: t.Name(), byWire: map[string]*field{}}
	s.made[t] = made // before its fields: types may contain themselves
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Name == "ResultMetadata" {
			continue
		}
		made.fields = append(made.fields, s.field(t, f, i))
	}
	for i := range made.fields {
		f := &made.fields[i]
		made.byWire[f.wire] = f
	}
	return made
}

func (s *shapes) field(t reflect.Type, f reflect.StructField, index int) field {
	made := field{
		index: index, name: f.Name, member: s.member,
		required: s.table.required[t.Name()][f.Name],
		// Packer sends what it has no value for; only a tag is meant to be empty.
		keepEmpty: f.Name == "Value" && strings.HasSuffix(t.Name(), "Tag"),
	}
	if f.Type.Kind() == reflect.Slice && !blob(f.Type) {
		// Scripts count on it: EC2 leaves out empty lists only further inside.
		made.always = s.out && (!s.service.ec2 || strings.HasSuffix(t.Name(), "Output") || ec2Lists[t.Name()+"."+f.Name])
	}
	made.wire = s.odd[t.Name()][f.Name]
	if wire, flat := strings.CutSuffix(made.wire, "*"); flat {
		made.wire, made.member = wire, ""
	} else if wire, member, named := strings.Cut(made.wire, ">"); named {
		made.wire, made.member = wire, member
	}
	if made.wire == "" {
		made.wire = s.byRule(f.Name)
	}
	switch inner := innermost(f.Type); inner.Kind() {
	case reflect.Struct:
		if inner != timeType {
			made.below = s.of(inner)
		}
	case reflect.String:
		made.enum = s.table.enums[inner.Name()]
	case reflect.Interface:
		made.union = true
	case reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64, reflect.Uint8:
	default:
		panic(fmt.Sprintf("wire: %s.%s is a %s, which no protocol here can carry", t, f.Name, inner))
	}
	return made
}

// ec2Lists are the lists inside of EC2's structures that stand in its answers
// even when they are empty; Ansible's modules take them without looking.
var ec2Lists = map[string]bool{
	"Image.BlockDeviceMappings":          true,
	"Instance.BlockDeviceMappings":       true,
	"Instance.NetworkInterfaces":         true,
	"Instance.ProductCodes":              true,
	"Instance.SecurityGroups":            true,
	"IpPermission.IpRanges":              true,
	"IpPermission.Ipv6Ranges":            true,
	"IpPermission.PrefixListIds":         true,
	"IpPermission.UserIdGroupPairs":      true,
	"NetworkInterface.Groups":            true,
	"NetworkInterface.Ipv6Addresses":     true,
	"Reservation.Groups":                 true,
	"Reservation.Instances":              true,
	"RouteTable.Associations":            true,
	"RouteTable.PropagatingVgws":         true,
	"SecurityGroup.IpPermissions":        true,
	"SecurityGroup.IpPermissionsEgress":  true,
	"Subnet.Ipv6CidrBlockAssociationSet": true,
	"Volume.Attachments":                 true,
}

func (s *shapes) byRule(name string) string {
	if !s.lower {
		return name
	}
	letters := []rune(name)
	letters[0] = unicode.ToLower(letters[0])
	return string(letters)
}

// innermost is what a field holds once pointers, lists and maps are taken off.
func innermost(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

// blob tells whether a slice type holds bytes, not a list.
func blob(t reflect.Type) bool { return t.Elem().Kind() == reflect.Uint8 }
