package wire

import "reflect"

// query is the oldest protocol: a form in, XML out.
type query struct{}

const xmlHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

func (query) decode(c *call, in reflect.Value, s *shape) error {
	tree, err := formTree(c.form)
	if err != nil {
		return err
	}
	_, err = decode(in, nil, s, tree)
	return err
}

func (query) answer(c *call, out reflect.Value, s *shape) (reply, error) {
	var w xmlWriter
	w.Grow(c.likely)
	w.WriteString(xmlHead)
	w.root(c.action+"Response", c.service)
	var err error
	if c.service.ec2 {
		w.element("requestId", c.id)
		if len(s.fields) == 0 {
			w.element("return", "true") // the SDK leaves it out, older clients look for it
		}
		err = w.structure(out, s)
	} else {
		w.open(c.action + "Result")
		err = w.structure(out, s)
		w.close(c.action + "Result")
		w.open("ResponseMetadata")
		w.element("RequestId", c.id)
		w.close("ResponseMetadata")
	}
	w.close(c.action + "Response")
	return xmlReply(&w, 0), err
}

func (query) refuse(c *call, e *Error) reply {
	var w xmlWriter
	w.WriteString(xmlHead)
	if c.service.ec2 {
		w.open("Response")
		w.open("Errors")
		w.open("Error")
		w.element("Code", e.Code)
		w.element("Message", e.Message)
		w.close("Error")
		w.close("Errors")
		w.element("RequestID", c.id)
		w.close("Response")
		return xmlReply(&w, e.status())
	}
	w.root("ErrorResponse", c.service)
	w.open("Error")
	w.element("Type", e.sender())
	w.element("Code", c.service.queryCode(e.Code))
	w.element("Message", e.Message)
	w.close("Error")
	w.element("RequestId", c.id)
	w.close("ErrorResponse")
	return xmlReply(&w, e.status())
}

func xmlReply(w *xmlWriter, status int) reply {
	return reply{status: status, header: map[string]string{"Content-Type": "text/xml;charset=UTF-8"}, body: w.Bytes()}
}
