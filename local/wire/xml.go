package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// xmlWriter writes values as AWS's query protocols answer them.
type xmlWriter struct{ bytes.Buffer }

func (w *xmlWriter) open(name string) {
	w.WriteByte('<')
	w.WriteString(name)
	w.WriteByte('>')
}

func (w *xmlWriter) close(name string) {
	w.WriteString("</")
	w.WriteString(name)
	w.WriteByte('>')
}

// root opens the outermost element, in its service's namespace.
func (w *xmlWriter) root(name string, s Service) {
	if s.xmlns == "" { // a service that is not served
		w.open(name)
		return
	}
	w.WriteString("<" + name + ` xmlns="` + s.xmlns + s.version + `/">`)
}

func (w *xmlWriter) element(name, value string) {
	w.open(name)
	if plain(value) {
		w.WriteString(value)
	} else {
		_ = xml.EscapeText(&w.Buffer, []byte(value)) // a Buffer takes everything
	}
	w.close(name)
}

// plain tells texts in which XML has nothing to escape.
func plain(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c > '~', c == '<', c == '>', c == '&', c == '\'', c == '"':
			return false
		}
	}
	return true
}

func (w *xmlWriter) structure(v reflect.Value, s *shape) error {
	for i := range s.fields {
		f := &s.fields[i]
		if err := w.field(v.Field(f.index), f); err != nil {
			return fmt.Errorf("%s.%s: %w", s.name, f.name, err)
		}
	}
	return nil
}

// text writes the text of a scalar, which needs no escaping unless it is a
// string.
func (w *xmlWriter) text(name string, v reflect.Value) {
	var room [32]byte
	var text []byte
	switch v.Kind() {
	case reflect.Bool:
		text = strconv.AppendBool(room[:0], v.Bool())
	case reflect.Int32, reflect.Int64:
		text = strconv.AppendInt(room[:0], v.Int(), 10)
	case reflect.Struct:
		text = v.Interface().(time.Time).UTC().AppendFormat(room[:0], "2006-01-02T15:04:05.000Z")
	default:
		w.element(name, scalarText(v))
		return
	}
	w.open(name)
	w.Write(text)
	w.close(name)
}

// field writes a field if it is set: an empty list is, a nil one only if answers
// always have it.
func (w *xmlWriter) field(v reflect.Value, f *field) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
	case reflect.Map:
		if v.IsNil() {
			return nil
		}
		return w.entries(v, f)
	case reflect.Slice:
		if v.IsNil() && !f.always {
			return nil
		}
		if !blob(v.Type()) {
			return w.list(v, f)
		}
	case reflect.String:
		if v.Len() == 0 {
			return nil // an enum that was not set
		}
	}
	return w.value(f.wire, v, f)
}

func (w *xmlWriter) list(v reflect.Value, f *field) error {
	name := f.member
	if name == "" {
		name = f.wire
	} else {
		w.open(f.wire)
		defer w.close(f.wire)
	}
	for i := range v.Len() {
		if err := w.value(name, v.Index(i), f); err != nil {
			return err
		}
	}
	return nil
}

func (w *xmlWriter) entries(v reflect.Value, f *field) error {
	w.open(f.wire)
	defer w.close(f.wire)
	for _, key := range mapKeys(v) {
		w.open("entry")
		w.element("key", key.String())
		if err := w.value("value", v.MapIndex(key), f); err != nil {
			return err
		}
		w.close("entry")
	}
	return nil
}

// value writes one value under a name.
func (w *xmlWriter) value(name string, v reflect.Value, f *field) error {
	switch v.Kind() {
	case reflect.Pointer:
		return w.value(name, v.Elem(), f)
	case reflect.Struct:
		if v.Type() == timeType {
			break
		}
		w.open(name)
		defer w.close(name)
		return w.structure(v, f.below)
	case reflect.Slice:
		if blob(v.Type()) {
			break
		}
		inner := *f
		inner.wire = name
		return w.list(v, &inner)
	case reflect.Interface:
		return errUnion
	}
	w.text(name, v)
	return nil
}

func scalarText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Float32:
		return strconv.FormatFloat(v.Float(), 'f', -1, 32)
	case reflect.Float64:
		return formatFloat(v.Float())
	case reflect.Slice:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return v.String()
}
