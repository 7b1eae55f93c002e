package traffic

import (
	"fmt"
	"net/http"
	"strconv"
)

const serverName = "awselb/2.0"

// phrase is the balancer's own words for a code, where they are not Go's.
func phrase(code int) string {
	switch code {
	case http.StatusServiceUnavailable:
		return "Service Temporarily Unavailable"
	case http.StatusGatewayTimeout:
		return "Gateway Time-out"
	case http.StatusRequestTimeout:
		return "Request Time-out"
	}
	return http.StatusText(code)
}

// refuse answers for the balancer itself: an application load balancer with a
// small page, a bare one (Classic) with nothing in it.
func refuse(w http.ResponseWriter, r *http.Request, code int, bare bool) {
	h, page := w.Header(), ""
	if !bare {
		h.Set("Server", serverName)
		h.Set("Content-Type", "text/html")
		page = refusalPage(code)
	}
	h.Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		w.Write([]byte(page))
	}
}

func refusalPage(code int) string {
	text := strconv.Itoa(code) + " " + phrase(code)
	return fmt.Sprintf("<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n</body>\r\n</html>\r\n", text, text)
}

// appendRefusal is the same answer in bytes.
func appendRefusal(out []byte, code int, bare, toHead bool) []byte {
	out = fmt.Appendf(out, "HTTP/1.1 %d %s\r\n", code, http.StatusText(code))
	page := ""
	if !bare {
		page = refusalPage(code)
		out = append(out, "Server: "+serverName+"\r\nContent-Type: text/html\r\n"...)
	}
	out = fmt.Appendf(appendDate(out), "Content-Length: %d\r\n\r\n", len(page))
	if toHead {
		return out
	}
	return append(out, page...)
}
