package goplugin

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
)

const (
	rpID   = "app.example.com"
	origin = "https://app.example.com"
	userID = "7f6b1c0e"
	email  = "amira@example.com"
)

// site starts the plugin with one module, `passkeys`.
func site(t *testing.T) *service {
	t.Helper()
	service := start(t)
	config := object{"rp_display_name": "Example", "rp_id": rpID, "origin": origin}
	handle, err := service.create(t.Context(), "auth.credential", "passkeys", config)
	if err != nil {
		t.Fatal(err)
	}
	type answer struct{ Error string }
	ready, err := invoke[answer](t.Context(), service, "InitModule", object{"handleId": handle})
	if err != nil || ready.Error != "" {
		t.Fatalf("InitModule: %v %s", err, ready.Error)
	}
	return service
}

// ceremony runs a passkey step of the module.
func (s *service) ceremony(t *testing.T, step string, input object) object {
	t.Helper()
	return s.run(t, "step.auth_passkey_"+step, object{"module": "passkeys"}, input).output
}

// text is a member that must be a text.
func text(t *testing.T, members object, name string) string {
	t.Helper()
	value, ok := members[name].(string)
	if !ok || value == "" {
		t.Fatalf("no %s in %v", name, members)
	}
	return value
}

// registered registers a passkey and returns it with its stored record.
func registered(t *testing.T, service *service) (*authenticator, string) {
	t.Helper()
	passkey, err := newAuthenticator(rpID, origin)
	if err != nil {
		t.Fatal(err)
	}
	begun := service.ceremony(t, "begin_register", object{"user_id": userID, "email": email})
	attestation, err := passkey.register(text(t, begun, "options"))
	if err != nil {
		t.Fatal(err)
	}
	finished := service.ceremony(t, "finish_register", object{
		"user_id": userID, "email": email, "session_data": begun["session_data"], "attestation": attestation,
	})
	if finished["valid"] != true {
		t.Fatalf("registration: %v", finished)
	}
	return passkey, text(t, finished, "credential")
}

func TestAPasskeyIsRegisteredAndSignsIn(t *testing.T) {
	service := site(t)
	passkey, record := registered(t, service)
	for round := range 3 {
		credentials := "[" + record + "]"
		begun := service.ceremony(t, "begin_login", object{"user_id": userID, "credentials": credentials})
		assertion, err := passkey.assert(text(t, begun, "options"), userID)
		if err != nil {
			t.Fatal(err)
		}
		finished := service.ceremony(t, "finish_login", object{
			"user_id": userID, "session_data": begun["session_data"], "credentials": credentials, "assertion": assertion,
		})
		if finished["valid"] != true || finished["sign_count"] != float64(round+1) {
			t.Fatalf("sign-in %d: %v", round, finished)
		}
		record = text(t, finished, "credential")
	}
}

func TestAWrongAssertionIsAnExplicitFalse(t *testing.T) {
	service := site(t)
	passkey, record := registered(t, service)
	credentials := "[" + record + "]"
	stranger, err := newAuthenticator(rpID, origin)
	if err != nil {
		t.Fatal(err)
	}
	stranger.id = passkey.id
	elsewhere, onOtherSite := *passkey, *passkey
	elsewhere.origin = "https://app.example.com.evil.example"
	onOtherSite.rpID = "evil.example"
	cases := []struct {
		name   string
		answer func(options string) (string, error)
		says   string
	}{
		{"another key", func(o string) (string, error) { return stranger.assert(o, userID) }, "signature"},
		{"another origin", func(o string) (string, error) { return elsewhere.assert(o, userID) }, "origin"},
		{"another relying party", func(o string) (string, error) { return onOtherSite.assert(o, userID) }, "authenticator response"},
		{"another person's handle", func(o string) (string, error) { return passkey.assert(o, "somebody-else") }, "handle"},
		{"another challenge", func(string) (string, error) {
			return passkey.assert(`{"publicKey":{"challenge":"AAAAAAAAAAAAAAAAAAAAAA"}}`, userID)
		}, "challenge"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			begun := service.ceremony(t, "begin_login", object{"user_id": userID, "credentials": credentials})
			assertion, err := each.answer(text(t, begun, "options"))
			if err != nil {
				t.Fatal(err)
			}
			input := object{
				"user_id": userID, "session_data": begun["session_data"], "credentials": credentials, "assertion": assertion,
			}
			refused := service.ceremony(t, "finish_login", input)
			// Present and false: absent, a value that the request smuggled in would survive.
			if refused["valid"] != false {
				t.Errorf("valid is %v in %v", refused["valid"], refused)
			}
			if says := strings.ToLower(text(t, refused, "error")); !strings.Contains(says, each.says) {
				t.Errorf("error %q, want something about %q", says, each.says)
			}
			config := object{"module": "passkeys", "on_denied": "stop"}
			if !service.run(t, "step.auth_passkey_finish_login", config, input).stop {
				t.Error("on_denied: stop does not stop")
			}
		})
	}
}

func TestManyExecutionsAtOnceKeepTheirAnswersApart(t *testing.T) {
	service := start(t)
	const typeName = "step.auth_normalize_phone"
	handle, err := service.create(t.Context(), typeName, "phone", object{})
	if err != nil {
		t.Fatal(err)
	}
	var everyone sync.WaitGroup
	for number := range 64 {
		everyone.Go(func() {
			if err := normalize(t.Context(), service, handle, number); err != nil {
				t.Error(err)
			}
		})
	}
	everyone.Wait()
}

// normalize checks the answer to one phone number.
func normalize(ctx context.Context, service *service, handle string, number int) error {
	given := fmt.Sprintf("(415) 555-01%02d", number)
	want := fmt.Sprintf("+141555501%02d", number)
	done, err := service.execute(ctx, "step.auth_normalize_phone", handle, object{"phone": given})
	if err != nil {
		return err
	}
	if done.output["phone_e164"] != want {
		return fmt.Errorf("%s became %v", given, done.output)
	}
	return nil
}
