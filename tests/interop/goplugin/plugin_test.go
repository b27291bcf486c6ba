package goplugin

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/go-plugin"
)

func TestThePluginAnswersPing(t *testing.T) {
	protocol, _ := newHost(t, nil).connect(t)
	if err := protocol.Ping(); err != nil {
		t.Fatal(err)
	}
}

func TestTheBrokerTakesAddressesOfTheHost(t *testing.T) {
	protocol, connected := newHost(t, nil).connect(t)
	for range 3 {
		// Accept opens a socket and sends its address on the broker's stream; without that stream it fails.
		listener, err := connected.broker.Accept(connected.broker.NextId())
		if err != nil {
			t.Fatal(err)
		}
		if network := listener.Addr().Network(); network != "unix" {
			t.Errorf("the broker's socket is %s", network)
		}
		listener.Close()
	}
	if err := protocol.Ping(); err != nil {
		t.Errorf("after the broker's use: %v", err)
	}
}

func TestTheManifestIsOneThatTheEngineLoads(t *testing.T) {
	type manifest struct{ Name, Version, Author, Description string }
	got, err := invoke[manifest](t.Context(), start(t), "GetManifest", object{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "workflow-plugin-auth" || got.Author == "" || got.Description == "" {
		t.Errorf("manifest %+v", got)
	}
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(got.Version) || got.Version == "0.0.0" {
		t.Errorf("the engine refuses the version %q", got.Version)
	}
}

func TestEveryTypeHasAStrictContractWithKnownMessages(t *testing.T) {
	service := start(t)
	contracts, err := service.readRegistry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	advertised := []string{}
	for _, method := range []string{"GetModuleTypes", "GetStepTypes"} {
		type list struct{ Types []string }
		answer, err := invoke[list](t.Context(), service, method, object{})
		if err != nil {
			t.Fatal(err)
		}
		advertised = append(advertised, answer.Types...)
	}
	described := []string{}
	for _, each := range contracts {
		described = append(described, each.typeName())
		messages := []string{each.ConfigMessage}
		if each.StepType != "" {
			messages = append(messages, each.InputMessage, each.OutputMessage)
		}
		for _, name := range messages {
			if _, err := service.message(name); err != nil {
				t.Errorf("%s: %v", each.typeName(), err)
			}
		}
		const strict = 3
		if each.Mode != strict {
			t.Errorf("%s has mode %d", each.typeName(), each.Mode)
		}
	}
	slices.Sort(advertised)
	slices.Sort(described)
	if !slices.Equal(advertised, described) {
		t.Errorf("advertised %v, described %v", advertised, described)
	}
	// The reference serves 35 steps; pipelines that use them must find them all.
	if len(described) < 36 {
		t.Errorf("only %d types", len(described))
	}
}

func TestTheEngineNeverGetsAnUnsuitablePlugin(t *testing.T) {
	cases := []struct {
		name   string
		change func(*plugin.ClientConfig)
		says   string
	}{
		{"another cookie value", func(c *plugin.ClientConfig) { c.MagicCookieValue = "another-host" }, "This program is a plugin"},
		{"another cookie", func(c *plugin.ClientConfig) { c.MagicCookieKey = "ANOTHER_PLUGIN" }, "This program is a plugin"},
		{"TLS between host and plugin", func(c *plugin.ClientConfig) { c.AutoMTLS = true }, "switch AutoMTLS off in the host"},
		{"another protocol version", func(c *plugin.ClientConfig) { c.ProtocolVersion = 2 }, "use a plugin that fits the host"},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			host := newHost(t, each.change)
			if _, err := host.client.Start(); err == nil {
				t.Fatal("the plugin started")
			}
			// Waits for the end of stderr.
			host.client.Kill()
			if !strings.Contains(host.stderr.String(), each.says) {
				t.Errorf("stderr says %q, want %q", host.stderr, each.says)
			}
			if code := host.command.ProcessState.ExitCode(); code != 1 {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestStartedByHandItSaysSoAndWritesNothingOnStdout(t *testing.T) {
	command := exec.Command(pluginPath(t))
	command.Env = []string{}
	stderr := &transcript{}
	command.Stderr = stderr
	stdout, err := command.Output()
	if err == nil || command.ProcessState.ExitCode() != 1 {
		t.Errorf("ended with %v", err)
	}
	if len(stdout) != 0 || !strings.Contains(stderr.String(), "nobody starts it by hand") {
		t.Errorf("stdout %q, stderr %q", stdout, stderr)
	}
}

func TestKillEndsTheProcessInItsOwnTime(t *testing.T) {
	host := newHost(t, nil)
	host.connect(t)
	host.client.Kill()
	if !host.client.Exited() {
		t.Fatal("it still runs")
	}
	// The client waits two seconds and then sends SIGKILL, which would show as exit code -1.
	if code := host.command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("%s; stderr: %s", host.command.ProcessState, host.stderr)
	}
	left, err := os.ReadDir(host.folder)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
