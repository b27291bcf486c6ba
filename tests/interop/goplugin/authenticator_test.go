package goplugin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// base64url is the encoding of WebAuthn's JSON (WebAuthn Level 3, section 5.1).
var base64url = base64.RawURLEncoding

// authenticator is one passkey with the browser in front of it: ES256 keys, attestation "none".
type authenticator struct {
	key    *ecdsa.PrivateKey
	id     []byte
	rpID   string
	origin string
	count  uint32
}

func newAuthenticator(rpID, origin string) (*authenticator, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, err
	}
	return &authenticator{key: key, id: id, rpID: rpID, origin: origin}, nil
}

// challengeOf reads the challenge of either kind of options.
func challengeOf(options string) (string, error) {
	var read struct {
		PublicKey struct{ Challenge string }
	}
	err := json.Unmarshal([]byte(options), &read)
	return read.PublicKey.Challenge, err
}

// register answers registration options: the JSON text of the browser's credential.
func (a *authenticator) register(options string) (string, error) {
	challenge, err := challengeOf(options)
	if err != nil {
		return "", err
	}
	public, err := a.key.PublicKey.Bytes()
	if err != nil {
		return "", err
	}
	// Uncompressed point: 4, x, y.
	x, y := public[1:33], public[33:]
	// COSE key (RFC 9053, section 7.1.1): kty EC2, alg ES256, crv P-256.
	cose := joined([]byte{0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21}, cborBytes(x), []byte{0x22}, cborBytes(y))
	attested := joined(make([]byte, 16), binary.BigEndian.AppendUint16(nil, uint16(len(a.id))), a.id, cose)
	const userPresentAndVerifiedWithKey = 0x45
	data := joined(a.data(userPresentAndVerifiedWithKey), attested)
	object := joined([]byte{0xa3}, cborText("fmt"), cborText("none"), cborText("attStmt"), []byte{0xa0},
		cborText("authData"), cborBytes(data))
	return a.credential(map[string]any{
		"clientDataJSON":    base64url.EncodeToString(a.clientData("webauthn.create", challenge)),
		"attestationObject": base64url.EncodeToString(object),
		"transports":        []string{"internal"},
	})
}

// assert answers sign-in options.
func (a *authenticator) assert(options, userHandle string) (string, error) {
	challenge, err := challengeOf(options)
	if err != nil {
		return "", err
	}
	a.count++
	const userPresentAndVerified = 0x05
	data := a.data(userPresentAndVerified)
	clientData := a.clientData("webauthn.get", challenge)
	hashed := sha256.Sum256(clientData)
	digest := sha256.Sum256(joined(data, hashed[:]))
	signature, err := ecdsa.SignASN1(rand.Reader, a.key, digest[:])
	if err != nil {
		return "", err
	}
	return a.credential(map[string]any{
		"clientDataJSON":    base64url.EncodeToString(clientData),
		"authenticatorData": base64url.EncodeToString(data),
		"signature":         base64url.EncodeToString(signature),
		"userHandle":        base64url.EncodeToString([]byte(userHandle)),
	})
}

// data is the beginning of authenticator data (WebAuthn Level 3, section 6.1).
func (a *authenticator) data(flags byte) []byte {
	hashed := sha256.Sum256([]byte(a.rpID))
	return binary.BigEndian.AppendUint32(append(hashed[:], flags), a.count)
}

func (a *authenticator) clientData(ceremony, challenge string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"challenge":%q,"origin":%q,"crossOrigin":false}`, ceremony, challenge, a.origin)
}

func (a *authenticator) credential(response map[string]any) (string, error) {
	id := base64url.EncodeToString(a.id)
	text, err := json.Marshal(map[string]any{
		"id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
		"clientExtensionResults": map[string]any{}, "response": response,
	})
	return string(text), err
}

// cborText writes a text of less than 24 bytes (RFC 8949, section 3.1, major type 3).
func cborText(text string) []byte {
	return append([]byte{0x60 | byte(len(text))}, text...)
}

// cborBytes writes bytes with a length of two bytes or less (major type 2).
func cborBytes(bytes []byte) []byte {
	if len(bytes) < 256 {
		return append([]byte{0x58, byte(len(bytes))}, bytes...)
	}
	return append(binary.BigEndian.AppendUint16([]byte{0x59}, uint16(len(bytes))), bytes...)
}

func joined(parts ...[]byte) []byte {
	var whole []byte
	for _, part := range parts {
		whole = append(whole, part...)
	}
	return whole
}
