// Passkey ceremonies: options from the server, the browser's dialog, the credential as Level 3 JSON.
//
// A page runs one ceremony at a time. Starting one aborts the one that runs and waits until it has
// settled, because browsers refuse a second request while the first, such as a pending autofill, lives.

import { Problem, post } from './http.js';

// Some password managers never settle an aborted request. After this long we go on without them.
const SETTLE_MS = 1_000;

const CODES = {
  // The person said no, or let it time out; browsers do not tell which.
  NotAllowedError: 'cancelled',
  AbortError: 'cancelled',
  // The chosen authenticator holds a passkey of this account already.
  InvalidStateError: 'registered',
  SecurityError: 'unsupported',
  NotSupportedError: 'unsupported',
  ConstraintError: 'unsupported',
};

let running = null;

// Whether passkeys can be offered in the list a name field opens.
export async function autofillAvailable() {
  try {
    return await globalThis.PublicKeyCredential.isConditionalMediationAvailable();
  } catch {
    return false;
  }
}

// Proves possession of a passkey. `begun` is told the options before the browser's dialog opens.
export function get(path, body = {}, { mediation = 'optional', begun = () => {} } = {}) {
  return alone(async (signal) => {
    const options = await begin(path, body, signal);
    begun(options);
    return navigator.credentials.get({ publicKey: requestOptions(options), mediation, signal });
  });
}

// Makes a new passkey.
export function create(path, body = {}) {
  return alone(async (signal) => {
    const options = await begin(path, body, signal);
    return navigator.credentials.create({ publicKey: creationOptions(options), signal });
  });
}

// Ends the ceremony that runs, if any.
export function cancel() {
  running?.controller.abort();
}

// Runs a ceremony again, once, when the server forgot the first because it took too long.
export async function onceMore(ceremony) {
  try {
    return await ceremony();
  } catch (problem) {
    if (problem.code !== 'challenge_expired') throw problem;
    return ceremony();
  }
}

// Tells the passkey manager that a passkey opens nothing here any more, so that it is no longer offered.
export async function forget(rpId, credentialId) {
  try {
    await PublicKeyCredential.signalUnknownCredential?.({ rpId, credentialId });
  } catch {
    // It is a courtesy: the person is told by the problem itself.
  }
}

async function alone(run) {
  if (!globalThis.PublicKeyCredential) throw new Problem('unsupported');
  const controller = new AbortController();
  const result = after(running).then(async () => {
    controller.signal.throwIfAborted();
    return run(controller.signal);
  });
  const mine = { controller, settled: result.catch(() => {}) };
  running = mine;
  try {
    const credential = await result;
    // What was aborted has no result, even where the browser did not listen.
    controller.signal.throwIfAborted();
    if (!credential) throw new Problem('cancelled');
    return toJson(credential);
  } catch (error) {
    throw error instanceof Problem ? error : new Problem(CODES[error?.name] ?? 'unexpected', { cause: known(error) });
  } finally {
    if (running === mine) running = null;
  }
}

// The errors browsers use every day are not worth a line in the console.
function known(error) {
  return CODES[error?.name] === 'cancelled' ? undefined : error;
}

async function after(previous) {
  if (!previous) return;
  previous.controller.abort();
  await Promise.race([previous.settled, new Promise((resolve) => { setTimeout(resolve, SETTLE_MS); })]);
}

// Begins run one at a time across tabs: the first gives this browser the cookie that the others reuse.
async function begin(path, body, signal) {
  const ask = () => post(path, body, signal);
  const answer = await (navigator.locks?.request('gatefold-begin', { signal }, ask) ?? ask());
  return answer.options.publicKey;
}

// Everything below is for browsers without the Level 3 functions, and for password managers whose
// credentials lack them. Members that hold no bytes, extensions among them, pass as they are.

function requestOptions(json) {
  const native = PublicKeyCredential.parseRequestOptionsFromJSON?.(json);
  return native ?? { ...json, challenge: bytes(json.challenge), allowCredentials: descriptors(json.allowCredentials) };
}

function creationOptions(json) {
  const native = PublicKeyCredential.parseCreationOptionsFromJSON?.(json);
  return native ?? {
    ...json,
    challenge: bytes(json.challenge),
    user: { ...json.user, id: bytes(json.user.id) },
    excludeCredentials: descriptors(json.excludeCredentials),
  };
}

function descriptors(list = []) {
  return list.map((each) => ({ ...each, id: bytes(each.id) }));
}

function toJson(credential) {
  try {
    return credential.toJSON();
  } catch {
    return byHand(credential);
  }
}

const BINARY = ['clientDataJSON', 'authenticatorData', 'signature', 'userHandle', 'attestationObject'];

function byHand(credential) {
  const { id, rawId, type, authenticatorAttachment, response } = credential;
  const json = { transports: response.getTransports?.() };
  for (const name of BINARY.filter((each) => response[each])) json[name] = base64url(response[name]);
  const clientExtensionResults = credential.getClientExtensionResults?.() ?? {};
  return { id, rawId: base64url(rawId), type, authenticatorAttachment, clientExtensionResults, response: json };
}

// RFC 4648 section 5, without padding.
export function bytes(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0)).buffer;
}

export function base64url(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
