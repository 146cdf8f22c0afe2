// Verifies the vectors of this folder with Go's own functions: go run check.go [folder]
//
// It prints a line per scheme: its name, and how many requests were accepted and refused as the vectors say.
package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

type request struct {
	Name       string            `json:"name"`
	Secret     string            `json:"secret"`
	Secrets    []string          `json:"secrets"`
	PublicKeys []string          `json:"public_keys"`
	Prefix     string            `json:"prefix"`
	Now        int64             `json:"now"`
	Headers    map[string]string `json:"headers"`
	Body       []byte            `json:"body_base64"`
}

type vectors struct {
	Scheme    string    `json:"scheme"`
	Now       int64     `json:"now"`
	Tolerance int64     `json:"tolerance_seconds"`
	Accepted  []request `json:"accepted"`
	Refused   []request `json:"refused"`
}

func digest(key, signed []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(signed)
	return mac.Sum(nil)
}

func base32hex(bytes []byte) string {
	return strings.ToLower(base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(bytes))
}

func decode(text, prefix string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, prefix))
	if err != nil {
		return nil
	}
	return bytes
}

func matches(scheme, key string, signed []byte, signature string) bool {
	switch scheme {
	case "standard":
		expected := "v1," + base64.StdEncoding.EncodeToString(digest(decode(key, "whsec_"), signed))
		return hmac.Equal([]byte(expected), []byte(signature))
	case "standard-ed25519":
		public := decode(key, "whpk_")
		return len(public) == ed25519.PublicKeySize && strings.HasPrefix(signature, "v1a,") &&
			ed25519.Verify(public, signed, decode(signature, "v1a,"))
	case "webhooks-emitter":
		return hmac.Equal([]byte("sha256:"+base32hex(digest([]byte(key), signed))), []byte(signature))
	case "github":
		return hmac.Equal([]byte("sha256="+hex.EncodeToString(digest([]byte(key), signed))), []byte(signature))
	}
	panic("unknown scheme " + scheme)
}

func isValid(scheme, key string, r request, now, tolerance int64) bool {
	headers := map[string]string{}
	for name, value := range r.Headers {
		headers[strings.ToLower(name)] = value
	}
	signed := r.Body
	var signatures []string
	switch scheme {
	case "webhooks-emitter", "github":
		name := "x-hub-signature-256"
		if scheme == "webhooks-emitter" {
			name = "x-" + strings.ToLower(r.Prefix) + "-signature"
		}
		signatures = append(strings.Split(headers[name+"-previous"], ","), headers[name])
	default:
		at, err := strconv.ParseInt(headers["webhook-timestamp"], 10, 64)
		if err != nil || now-at > tolerance || at-now > tolerance {
			return false
		}
		head := headers["webhook-id"] + "." + headers["webhook-timestamp"] + "."
		signed = append([]byte(head), r.Body...)
		signatures = strings.Split(headers["webhook-signature"], " ")
	}
	for _, each := range signatures {
		if matches(scheme, key, signed, each) {
			return true
		}
	}
	return false
}

func main() {
	folder := "."
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*.json"))
	failed := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		var all vectors
		if err := json.Unmarshal(text, &all); err != nil {
			panic(err)
		}
		for _, each := range all.Accepted {
			keys := each.PublicKeys
			if keys == nil {
				keys = each.Secrets
			}
			for _, key := range keys {
				if !isValid(all.Scheme, key, each, all.Now, all.Tolerance) {
					failed++
					fmt.Printf("%s: wrong verdict: %s, key %s\n", all.Scheme, each.Name, key)
				}
			}
		}
		for _, each := range all.Refused {
			if isValid(all.Scheme, each.Secret, each, each.Now, all.Tolerance) {
				failed++
				fmt.Printf("%s: wrong verdict: %s\n", all.Scheme, each.Name)
			}
		}
		fmt.Printf("%s: %d accepted, %d refused\n", all.Scheme, len(all.Accepted), len(all.Refused))
	}
	if failed > 0 || len(files) == 0 {
		os.Exit(1)
	}
}
