package goplugin

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// binaryVariable names the environment variable with the plugin's path.
const binaryVariable = "GATEFOLD_PLUGIN"

// engineHandshake is the engine's.
var engineHandshake = plugin.HandshakeConfig{
	ProtocolVersion:  1,
	MagicCookieKey:   "WORKFLOW_PLUGIN",
	MagicCookieValue: "workflow-external-plugin-v1",
}

// grpcPlugin hands out the connection; the plugin's side is not ours.
type grpcPlugin struct {
	plugin.NetRPCUnsupportedPlugin
}

func (grpcPlugin) GRPCServer(*plugin.GRPCBroker, *grpc.Server) error { return nil }

func (grpcPlugin) GRPCClient(_ context.Context, broker *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return &connected{broker: broker, conn: conn}, nil
}

// connected is what dispensing gives.
type connected struct {
	broker *plugin.GRPCBroker
	conn   *grpc.ClientConn
}

// transcript collects what the plugin writes on stderr.
type transcript struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (t *transcript) Write(line []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.text.Write(line)
}

func (t *transcript) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.text.String()
}

// host is a client that has not started its plugin yet.
type host struct {
	client  *plugin.Client
	command *exec.Cmd
	stderr  *transcript
	// folder is where the plugin may put its socket; it is empty when the plugin has cleaned up.
	folder string
}

// pluginPath is the plugin to launch.
func pluginPath(t *testing.T) string {
	t.Helper()
	path := os.Getenv(binaryVariable)
	if path == "" {
		t.Fatalf("%s must be the path of workflow-plugin-auth (cargo build -p gatefold-auth-plugin)", binaryVariable)
	}
	return path
}

// newHost prepares a launch as the engine does it, with the changes that a test wants.
func newHost(t *testing.T, change func(*plugin.ClientConfig)) *host {
	t.Helper()
	// A test's own folder would make the socket's path too long.
	folder, err := os.MkdirTemp("", "gk")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	stderr := &transcript{}
	command := exec.Command(pluginPath(t))
	command.Env = []string{"TMPDIR=" + folder}
	config := &plugin.ClientConfig{
		HandshakeConfig:  engineHandshake,
		Plugins:          plugin.PluginSet{"plugin": &grpcPlugin{}},
		Cmd:              command,
		SkipHostEnv:      true,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		Stderr:           stderr,
		Logger:           hclog.NewNullLogger(),
	}
	if change != nil {
		change(config)
	}
	client := plugin.NewClient(config)
	t.Cleanup(client.Kill)
	return &host{client: client, command: command, stderr: stderr, folder: folder}
}

// connect starts the plugin and opens broker and connection.
func (h *host) connect(t *testing.T) (plugin.ClientProtocol, *connected) {
	t.Helper()
	protocol, err := h.client.Client()
	if err != nil {
		t.Fatalf("%v; stderr: %s", err, h.stderr)
	}
	dispensed, err := protocol.Dispense("plugin")
	if err != nil {
		t.Fatal(err)
	}
	return protocol, dispensed.(*connected)
}

// start starts the plugin and learns its messages.
func start(t *testing.T) *service {
	t.Helper()
	_, connected := newHost(t, nil).connect(t)
	service, err := newService(connected.conn)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.readRegistry(t.Context()); err != nil {
		t.Fatal(err)
	}
	return service
}
