// Package goplugin launches workflow-plugin-auth through github.com/hashicorp/go-plugin, the client that the workflow
// engine has, and talks to it as the engine does.
//
// What it is: a second opinion. Handshake, health, broker and the end of the process are judged by the published
// client; messages are built from the descriptors that the plugin ships, by the protobuf runtime of Go; the passkeys
// come from a software authenticator that shares no code with the plugin.
//
// What it is not: the engine, of which nothing is used here.
//
// Where to start: plugin_test.go. `cargo xtask test` runs it; by hand, after `cargo build -p gatefold-auth-plugin`:
//
//	GATEFOLD_PLUGIN=$PWD/target/debug/workflow-plugin-auth go test -C tests/interop/goplugin ./...
package goplugin
