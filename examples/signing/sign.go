// Signs one call with Go's standard library alone; prints the value of x-signature.
//
//	usage: go run sign.go PATH ENCODING < MESSAGE
//
// SCM_KEY, SCM_SECRET and SCM_ORGANIZATION are in the environment; SCM_TIME and SCM_NONCE are for tests.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

// Key is a key of the site's HMAC_KEYS, used for one organization.
type Key struct {
	ID, Secret, Organization string
}

// Sign makes the value of x-signature for one call: another call, and another attempt at the same, needs another time and
// nonce.
func (k Key) Sign(path, encoding string, message []byte, at, nonce string) string {
	head := fmt.Sprintf("v1;key=%s;time=%s;nonce=%s;organization=%s", k.ID, at, nonce, k.Organization)
	digest := sha256.Sum256(message)
	mac := hmac.New(sha256.New, []byte(k.Secret))
	mac.Write([]byte(strings.Join([]string{head, path, encoding, hex.EncodeToString(digest[:])}, "\n")))
	return head + ";hmac=" + hex.EncodeToString(mac.Sum(nil))
}

// NewNonce makes a nonce that nobody can guess.
func NewNonce() string {
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return hex.EncodeToString(random)
}

func main() {
	message, err := io.ReadAll(os.Stdin)
	if err != nil || len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: go run sign.go PATH ENCODING < MESSAGE")
		os.Exit(2)
	}
	at, nonce := os.Getenv("SCM_TIME"), os.Getenv("SCM_NONCE")
	if at == "" {
		at = strconv.FormatInt(time.Now().Unix(), 10)
	}
	if nonce == "" {
		nonce = NewNonce()
	}
	key := Key{os.Getenv("SCM_KEY"), os.Getenv("SCM_SECRET"), os.Getenv("SCM_ORGANIZATION")}
	fmt.Println(key.Sign(os.Args[1], os.Args[2], message, at, nonce))
}
