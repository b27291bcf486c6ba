package goplugin

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const serviceName = "workflow.plugin.v1.PluginService"

// object is a JSON object, as a pipeline has it.
type object = map[string]any

// packed is a message with its type's URL.
type packed struct {
	TypeURL string `json:"typeUrl"`
	Value   []byte `json:"value"`
}

// contract names the messages of one type.
type contract struct {
	Kind          int    `json:"kind"`
	ModuleType    string `json:"moduleType"`
	StepType      string `json:"stepType"`
	ConfigMessage string `json:"configMessage"`
	InputMessage  string `json:"inputMessage"`
	OutputMessage string `json:"outputMessage"`
	Mode          int    `json:"mode"`
}

// typeName is the module's or the step's type.
func (c contract) typeName() string { return c.ModuleType + c.StepType }

// service calls the plugin. Its messages are those that the plugin ships.
type service struct {
	conn      *grpc.ClientConn
	methods   protoreflect.MethodDescriptors
	contracts map[string]contract
	files     *protoregistry.Files
}

// newService compiles testdata/plugin.proto.
func newService(conn *grpc.ClientConn) (*service, error) {
	compiler := protocompile.Compiler{Resolver: &protocompile.SourceResolver{}}
	files, err := compiler.Compile(context.Background(), "testdata/plugin.proto")
	if err != nil {
		return nil, err
	}
	found := files[0].Services().ByName("PluginService")
	if found == nil {
		return nil, fmt.Errorf("testdata/plugin.proto has no PluginService")
	}
	return &service{conn: conn, methods: found.Methods()}, nil
}

// invoke makes one call. Request and answer are in protobuf's JSON form.
func invoke[Answer any](ctx context.Context, s *service, method string, request any) (Answer, error) {
	var answer Answer
	described := s.methods.ByName(protoreflect.Name(method))
	text, err := json.Marshal(request)
	if err != nil {
		return answer, err
	}
	sent := dynamicpb.NewMessage(described.Input())
	if err := protojson.Unmarshal(text, sent); err != nil {
		return answer, fmt.Errorf("%s: %w", method, err)
	}
	received := dynamicpb.NewMessage(described.Output())
	if err := s.conn.Invoke(ctx, "/"+serviceName+"/"+method, sent, received); err != nil {
		return answer, err
	}
	text, err = protojson.Marshal(received)
	if err != nil {
		return answer, err
	}
	return answer, json.Unmarshal(text, &answer)
}

// readRegistry learns the plugin's messages and returns its contracts.
func (s *service) readRegistry(ctx context.Context) ([]contract, error) {
	type registry struct {
		Contracts         []contract `json:"contracts"`
		FileDescriptorSet []byte     `json:"fileDescriptorSet"`
	}
	answer, err := invoke[registry](ctx, s, "GetContractRegistry", object{})
	if err != nil {
		return nil, err
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(answer.FileDescriptorSet, &set); err != nil {
		return nil, err
	}
	// Fails unless every import is in the set.
	if s.files, err = protodesc.NewFiles(&set); err != nil {
		return nil, err
	}
	s.contracts = map[string]contract{}
	for _, each := range answer.Contracts {
		s.contracts[each.typeName()] = each
	}
	return answer.Contracts, nil
}

// message is a new message of this full name.
func (s *service) message(name string) (*dynamicpb.Message, error) {
	found, err := s.files.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return nil, fmt.Errorf("%q: %w", name, err)
	}
	described, ok := found.(protoreflect.MessageDescriptor)
	if !ok {
		return nil, fmt.Errorf("%q is no message", name)
	}
	return dynamicpb.NewMessage(described), nil
}

// pack writes an object as the message of this name; unknown names in it are errors.
func (s *service) pack(name string, members object) (packed, error) {
	message, err := s.message(name)
	if err != nil {
		return packed{}, err
	}
	text, err := json.Marshal(members)
	if err != nil {
		return packed{}, err
	}
	if err := protojson.Unmarshal(text, message); err != nil {
		return packed{}, fmt.Errorf("%s: %w", name, err)
	}
	value, err := proto.Marshal(message)
	return packed{TypeURL: "type.googleapis.com/" + name, Value: value}, err
}

// unpack reads a message of this name. What is false or empty is left out, unless the plugin says it explicitly.
func (s *service) unpack(name string, any packed) (object, error) {
	if !strings.HasSuffix(any.TypeURL, "/"+name) {
		return nil, fmt.Errorf("got %q, want a %s", any.TypeURL, name)
	}
	message, err := s.message(name)
	if err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(any.Value, message); err != nil {
		return nil, err
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		return nil, err
	}
	var members object
	return members, json.Unmarshal(text, &members)
}

// create makes a module or step and returns its handle.
func (s *service) create(ctx context.Context, typeName, name string, config object) (string, error) {
	known, ok := s.contracts[typeName]
	if !ok {
		return "", fmt.Errorf("no contract for %q", typeName)
	}
	typed, err := s.pack(known.ConfigMessage, config)
	if err != nil {
		return "", err
	}
	method := "CreateStep"
	if known.ModuleType != "" {
		method = "CreateModule"
	}
	type handle struct {
		HandleID string `json:"handleId"`
		Error    string `json:"error"`
	}
	made, err := invoke[handle](ctx, s, method, object{"type": typeName, "name": name, "typedConfig": typed})
	if err == nil && made.Error != "" {
		err = fmt.Errorf("%s", made.Error)
	}
	return made.HandleID, err
}

// outcome is what a step answered.
type outcome struct {
	output object
	stop   bool
}

// execute runs a step that was made.
func (s *service) execute(ctx context.Context, typeName, handle string, input object) (outcome, error) {
	known := s.contracts[typeName]
	typed, err := s.pack(known.InputMessage, input)
	if err != nil {
		return outcome{}, err
	}
	type response struct {
		Error        string  `json:"error"`
		StopPipeline bool    `json:"stopPipeline"`
		TypedOutput  *packed `json:"typedOutput"`
	}
	answer, err := invoke[response](ctx, s, "ExecuteStep", object{"handleId": handle, "typedInput": typed})
	switch {
	case err != nil:
		return outcome{}, err
	case answer.Error != "":
		return outcome{}, fmt.Errorf("%s", answer.Error)
	case answer.TypedOutput == nil:
		return outcome{}, fmt.Errorf("%s answered without an output", typeName)
	}
	output, err := s.unpack(known.OutputMessage, *answer.TypedOutput)
	return outcome{output: output, stop: answer.StopPipeline}, err
}

// run makes a step and runs it once.
func (s *service) run(t *testing.T, typeName string, config, input object) outcome {
	t.Helper()
	handle, err := s.create(t.Context(), typeName, "step", config)
	if err != nil {
		t.Fatalf("creating %s: %v", typeName, err)
	}
	done, err := s.execute(t.Context(), typeName, handle, input)
	if err != nil {
		t.Fatalf("%s: %v", typeName, err)
	}
	return done
}
