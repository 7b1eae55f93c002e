package metrics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/scanner"

	"gekko/local/wire"
)

// expression is one node of metric math.
type expression interface {
	evaluate(*queries) (term, error)
}

type (
	number    float64
	reference string // another query's id
	negative  struct{ of expression }
	binary    struct {
		operator    string
		left, right expression
	}
	call struct {
		name      string
		arguments []expression
		word      string // a bare word among the arguments: FILL(m, REPEAT)
		text      string // a quoted one: METRICS("errors")
	}
)

// longestExpression is AWS's own limit
// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html).
const longestExpression = 2048

// parseExpression reads metric math: numbers, ids, + - * / ^, comparisons,
// parentheses and the functions that function() knows.
func parseExpression(text string) (expression, error) {
	if len(text) > longestExpression {
		return nil, fmt.Errorf("it has more than %d characters", longestExpression)
	}
	p := &parser{}
	p.Init(strings.NewReader(text))
	p.Mode = scanner.ScanIdents | scanner.ScanInts | scanner.ScanFloats | scanner.ScanStrings
	p.Error = func(*scanner.Scanner, string) {}
	p.next()
	e, err := p.comparison()
	if err != nil {
		return nil, err
	}
	if p.token != scanner.EOF {
		return nil, fmt.Errorf("unexpected %q", p.TokenText())
	}
	return e, nil
}

func expressionError(id string, err error) error {
	if refused, ok := err.(*wire.Error); ok {
		return refused
	}
	return wire.Invalid("Error in expression '%s': %v", id, err)
}

type parser struct {
	scanner.Scanner
	token rune
}

func (p *parser) next() { p.token = p.Scan() }

func (p *parser) comparison() (expression, error) {
	left, err := p.sum()
	if err != nil || !strings.ContainsRune("<>=!", p.token) || p.token == scanner.EOF {
		return left, err
	}
	operator := string(p.token)
	if p.Peek() == '=' {
		p.next()
		operator += "="
	}
	if !slices.Contains([]string{"<", "<=", ">", ">=", "==", "!="}, operator) {
		return nil, fmt.Errorf("unknown operator %q", operator)
	}
	p.next()
	right, err := p.sum()
	return binary{operator, left, right}, err
}

func (p *parser) sum() (expression, error)     { return p.leftToRight("+-", p.product) }
func (p *parser) product() (expression, error) { return p.leftToRight("*/", p.unary) }

func (p *parser) leftToRight(operators string, operand func() (expression, error)) (expression, error) {
	left, err := operand()
	for err == nil && p.token > 0 && strings.ContainsRune(operators, p.token) {
		operator := string(p.token)
		p.next()
		var right expression
		right, err = operand()
		left = binary{operator, left, right}
	}
	return left, err
}

func (p *parser) unary() (expression, error) {
	if p.token != '-' {
		return p.power()
	}
	p.next()
	of, err := p.unary()
	return negative{of}, err
}

func (p *parser) power() (expression, error) {
	base, err := p.operand()
	if err != nil || p.token != '^' {
		return base, err
	}
	p.next()
	exponent, err := p.unary()
	return binary{"^", base, exponent}, err
}

func (p *parser) operand() (expression, error) {
	switch p.token {
	case '(':
		p.next()
		e, err := p.comparison()
		if err != nil {
			return nil, err
		}
		return e, p.expect(')')
	case scanner.Int, scanner.Float:
		v, err := strconv.ParseFloat(p.TokenText(), 64)
		p.next()
		return number(v), err
	case scanner.Ident:
		name := p.TokenText()
		p.next()
		if p.token == '(' {
			return p.function(name)
		}
		return reference(name), nil
	}
	if p.token == scanner.EOF {
		return nil, fmt.Errorf("it ends too early")
	}
	return nil, fmt.Errorf("unexpected %q", p.TokenText())
}

func (p *parser) expect(token rune) error {
	if p.token != token {
		return fmt.Errorf("expected %q", token)
	}
	p.next()
	return nil
}

func (p *parser) function(name string) (expression, error) {
	c := call{name: name}
	if !slices.Contains(functions(), name) {
		return nil, wire.Errorf("UnsupportedOperation", "The function %s is not supported here; supported are %s.", name, strings.Join(functions(), ", "))
	}
	p.next()
	for p.token != ')' {
		if len(c.arguments) > 0 || c.word != "" || c.text != "" {
			if err := p.expect(','); err != nil {
				return nil, err
			}
		}
		if err := p.argument(&c); err != nil {
			return nil, err
		}
	}
	p.next()
	return c, nil
}

func (p *parser) argument(c *call) error {
	switch {
	case p.token == scanner.String:
		c.text = strings.Trim(p.TokenText(), `"`)
		p.next()
		return nil
	case p.token == scanner.Ident && slices.Contains([]string{"REPEAT", "LINEAR"}, p.TokenText()):
		c.word = p.TokenText()
		p.next()
		return nil
	}
	e, err := p.comparison()
	c.arguments = append(c.arguments, e)
	return err
}
