// Signing in with a passkey: by the button, or by the list the name field opens (autofill).

import { leave, whileBusy } from './base.js';
import { post } from './http.js';
import { clear, explain, quiet, tell } from './messages.js';
import { autofillAvailable, forget, get, onceMore } from './passkey.js';

const { api } = document.body.dataset;
const button = document.querySelector('[data-passkey="sign-in"]');

// An offer is renewed when this share of the server's patience is used up, so that whoever picks a
// passkey late still has time to prove who they are.
const RENEW_AT = 0.8;
const TIMEOUT_MS = 300_000;

// Counts what was started; whoever finds it changed was replaced and has nothing left to do.
let turn = 0;
let timer = 0;
let autofill = false;
let wasLate = false;
// When the pending offer needs renewing: 0 if there is none, never while something is being started.
let staleAt = 0;
let rpId = '';

async function finish(credential) {
  const asked = document.querySelector('#sign-in [name="return_to"]')?.value;
  const query = asked ? `?${new URLSearchParams({ return_to: asked })}` : '';
  try {
    const answer = await post(`${api}/passkey/finish${query}`, credential);
    await leave(answer.redirect);
  } catch (problem) {
    if (problem.code === 'unknown_credential') forget(rpId, credential.id);
    throw problem;
  }
}

async function signIn() {
  takeTurn();
  clear();
  try {
    await onceMore(async () => finish(await get(`${api}/passkey/begin`, {}, { begun: remember })));
  } catch (problem) {
    tell(problem);
    offer();
  }
}

// Keeps a request pending that fills the list of the name field. Silent until somebody picks from it:
// nobody asked for anything yet.
async function offer() {
  if (!autofill) return;
  const mine = takeTurn();
  let credential;
  try {
    credential = await get(`${api}/passkey/begin`, {}, { mediation: 'conditional', begun: pend });
  } catch {
    if (mine === turn) withdraw();
    return;
  }
  rest();
  try {
    await whileBusy(button, () => finish(credential));
  } catch (problem) {
    if (mine !== turn) return;
    offerAfter(problem);
  }
}

// Too late is nobody's mistake: picking again is all it takes. After anything else, and the second time,
// the next offer waits until somebody asks for it, or a manager that picks by itself would go on for ever.
function offerAfter(problem) {
  const late = problem.code === 'challenge_expired';
  if (late) quiet(explain(problem));
  else tell(problem);
  if (late && !wasLate) offer();
  else withdraw();
  wasLate = late;
}

function takeTurn() {
  rest();
  turn += 1;
  return turn;
}

// Renews nothing until the next offer pends.
function rest() {
  clearTimeout(timer);
  staleAt = Infinity;
}

function remember(options) {
  rpId = options.rpId;
}

function pend(options) {
  remember(options);
  const life = (options.timeout ?? TIMEOUT_MS) * RENEW_AT;
  staleAt = Date.now() + life;
  timer = setTimeout(() => {
    withdraw();
    renew();
  }, life);
}

function withdraw() {
  clearTimeout(timer);
  staleAt = 0;
}

// A page nobody looks at asks the server for nothing; it catches up when somebody returns.
function renew() {
  if (!document.hidden && Date.now() >= staleAt) offer();
}

async function start() {
  autofill = await autofillAvailable();
  if (!autofill) return;
  renew();
  document.addEventListener('visibilitychange', renew);
  // Without a pending offer, for example after a refusal, entering the field asks for one.
  document.querySelector('[autocomplete~="webauthn"]')?.addEventListener('focus', renew);
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) withdraw();
    renew();
  });
}

if (button) {
  button.addEventListener('click', () => whileBusy(button, signIn));
  start();
}
