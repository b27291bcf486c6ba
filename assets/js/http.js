// How scripts speak with the server: JSON or a form out, JSON back, a Problem when it says no.

// No answer for this long counts as no connection, so that nothing stays busy for ever.
const PATIENCE_MS = 30_000;

// What a gateway in front of the server says while the server itself is away.
const AWAY = [502, 503, 504];

// A "no". `code` is the server's stable code, or `network`, `cancelled`, `unsupported`, `registered` or
// `unexpected` where no server spoke; `detail` is a sentence in the reader's language, if there is one.
export class Problem extends Error {
  constructor(code, { detail = '', status = 0, body = {}, cause } = {}) {
    super(code, { cause });
    Object.assign(this, { name: 'Problem', code, detail, status, body });
  }
}

// Posts a value as JSON and gives the parsed answer.
export function post(path, value = {}, signal = undefined) {
  return send(path, JSON.stringify(value), 'application/json', signal);
}

// Posts what a form holds. Whoever disables controls first hands over the fields read before that.
export function postForm(form, fields = new FormData(form)) {
  // The attribute, because a field named `action` would hide the property.
  const path = form.getAttribute('action') || location.href;
  return send(path, new URLSearchParams(fields), 'application/x-www-form-urlencoded');
}

async function send(path, body, type, signal) {
  const headers = {
    'Accept': 'application/json',
    'Content-Type': type,
    'X-CSRF-Token': document.querySelector('meta[name="csrf"]')?.content ?? '',
  };
  const request = { method: 'POST', credentials: 'same-origin', headers, body, signal: limited(signal) };
  let response, text;
  try {
    response = await fetch(path, request);
    text = await response.text();
  } catch (cause) {
    // Whoever aborts knows why; everything else means that no answer came.
    throw signal?.aborted ? cause : new Problem('network', { cause });
  }
  return read(response, text);
}

function read({ ok, status }, text) {
  const body = parse(text);
  if (ok && body && body.success !== false) return body;
  if (body?.code) throw new Problem(body.code, { detail: body.detail, status, body });
  throw new Problem(AWAY.includes(status) ? 'network' : 'unexpected', { status });
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// The caller's signal with our patience added. Browsers too old for either go without it.
function limited(signal) {
  const patience = AbortSignal.timeout?.(PATIENCE_MS);
  if (!signal || !patience) return signal ?? patience;
  return AbortSignal.any?.([signal, patience]) ?? signal;
}
