package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
)

// jsonRPC is awsJson: the operation in X-Amz-Target, JSON in and out.
type jsonRPC struct{ contentType string }

func (jsonRPC) decode(c *call, in reflect.Value, s *shape) error {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return nil
	}
	tree, err := readJSON(c.body)
	if err == nil {
		_, err = decode(in, nil, s, tree)
	}
	return err
}

func (p jsonRPC) answer(_ *call, out reflect.Value, s *shape) (reply, error) {
	tree, err := treeOf(out, s)
	if err != nil {
		return reply{}, err
	}
	return p.reply(tree, 0)
}

func (p jsonRPC) refuse(c *call, e *Error) reply {
	r, _ := p.reply(errorTree(c, e), e.status()) // strings alone
	addErrorHeaders(r.header, c, e)
	return r
}

func (p jsonRPC) reply(tree map[string]any, status int) (reply, error) {
	body, err := json.Marshal(tree)
	return reply{status: status, header: map[string]string{"Content-Type": p.contentType}, body: body}, err
}

// readJSON makes a tree out of one JSON text.
func readJSON(body []byte) (any, error) {
	if depth(body) > maxDepth {
		return nil, errors.New("the JSON text is nested too deeply")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON text")
	}
	return tree, nil
}

// depth is how deep the brackets of a JSON text lie, those in strings left out.
func depth(body []byte) int {
	now, most, quoted := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}

// cborRPC is Smithy's RPC v2: the operation in the path, CBOR in and out.
type cborRPC struct{}

func (cborRPC) decode(c *call, in reflect.Value, s *shape) error {
	if len(c.body) == 0 {
		return nil
	}
	return decodeCBOR(c.body, in, s)
}

func (p cborRPC) answer(c *call, out reflect.Value, s *shape) (reply, error) {
	w := cborWriter{out: make([]byte, 0, c.likely)}
	err := w.structure(out, s)
	return p.reply(w.out, 0), err
}

func (p cborRPC) refuse(c *call, e *Error) reply {
	var w cborWriter
	tree := errorTree(c, e)
	w.head(cborMap, uint64(len(tree)))
	for _, name := range sortedKeys(tree) {
		w.text(name)
		w.text(tree[name].(string))
	}
	r := p.reply(w.out, e.status())
	addErrorHeaders(r.header, c, e)
	return r
}

func (cborRPC) reply(body []byte, status int) reply {
	return reply{
		status: status,
		header: map[string]string{"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"},
		body:   body,
	}
}

// errorTree is an error's body. AWS's shapes spell the message's name either way.
func errorTree(c *call, e *Error) map[string]any {
	name := c.service.errorShape(e.Code)
	if c.service.space != "" {
		name = c.service.space + "#" + name
	}
	return map[string]any{
		"__type":  name,
		"message": e.Message,
		"Message": e.Message,
	}
}

// addErrorHeaders names an error for clients that look there first, and its code
// in the query protocol if the service had one before.
func addErrorHeaders(header map[string]string, c *call, e *Error) {
	header["X-Amzn-Errortype"] = c.service.errorShape(e.Code)
	if c.service.version != "" {
		header["X-Amzn-Query-Error"] = c.service.queryCode(e.Code) + ";" + e.sender()
	}
}
